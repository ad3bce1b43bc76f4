"""Bodies that are refused, each with the code of its refusal: faults of JSON, and words of wrong form (docs/encoding.md)."""

import copy
import json

from orders import CANONICAL, LENGTH_SIZE, money, terms

JSON = "application/json"
OTHER_ID = "11111111-1111-1111-8111-111111111111"  # version 1
UUID = "407cca63-05a7-42a3-8d8c-3ff3fb190eea"
# JSON's own rules refuse it first, and the ledger's own tests say it in bytes.
FORM_ELSEWHERE = {"bad_time": "FaultsAreNamedWithTheirField", "bad_text": "FaultsAreNamedWithTheirField", "bad_identifier": "FaultsAreNamedWithTheirField",
                  "amount_too_large": "FaultsAreNamedWithTheirField", "bad_original": "FaultsAreNamedWithTheirField"}


def json_faults(value):
    """(code, text) of everything that JSON of this kind can have wrong."""
    text = json.dumps(value)
    first = next(iter(value))
    yield "not_json", "{"
    yield "too_deep", "[" * 17 + "]" * 17
    yield "repeated_field", f"{text[:-1]}, {json.dumps(first)}: 1}}"
    yield "nul", '{"a": "\\u0000"}'
    yield "not_an_integer", '{"a": 1.5}'
    yield "wrong_type", "[]"
    yield "missing_field", "{}"
    yield "unknown_field", json.dumps({**value, "surely_not": 1})
    yield "bad_value", json.dumps({**value, next(name for name in ("id", "key", "url") if name in value): "x"})
    if "body" not in value and "quote" not in value:
        return  # it holds no money
    for code, name, bad in (("unknown_currency", "currency", "XQX"), ("bad_amount", "amount", "1e2")):
        changed = copy.deepcopy(value)
        at = changed["body"]["amount"] if "body" in value else changed["quote"]["limit"]
        at[name] = bad
        yield code, json.dumps(changed)
    many = copy.deepcopy(value)
    if "body" in value:
        many["signatures"] *= 17
    else:
        many["quote"]["debtors"] = ["NORDDEFF"] * 2000
    yield "too_many", json.dumps(many)


def form_faults(good, debtor, creditor):
    """(code, body, media type). Form is judged before signatures, so nothing here has to be signed."""
    def of(body=None, **changes):
        changed = copy.deepcopy(good)
        changed.update(changes)
        if body is not None:
            changed["body"] = body
        return json.dumps(changed)

    def pays(**changes):
        return of({**copy.deepcopy(good["body"]), **changes})

    def bulk(count, uetrs):
        items = [{"uetr": each, "creditor": creditor, "amount": money("1.00")} for each in uetrs]
        return of({"type": "PaymentBatch", "debtor": debtor, "currency": "EUR", **terms(), "count": count, "total": money("1.00"), "items": items})

    signature = good["signatures"][0]
    charge = {"payer": "creditor", "account": creditor, "amount": money("0.10")}
    quote = {"network_id": good["network_id"], "id": UUID, "provider": creditor, "sells": "USD", "buys": "EUR", "rate": "1.1",
             "limit": money("100.00", "USD"), "expires_at": good["valid_until"], "hold_max_s": 0, "debtors": []}
    exchange = {**copy.deepcopy(good["body"]), "type": "FxPayment", "debtor_amount": money("1.00"), "quote": {"quote": quote, **signature}}
    cases = [
        ("wrong_version", of(version=2)), ("wrong_network", of(network_id="0" * 64)), ("bad_id", of(id=OTHER_ID)),
        ("bad_signature_list", of(signatures=[signature, signature])), ("amount_not_positive", pays(amount=money("0.00"))),
        ("debtor_is_creditor", pays(creditor=debtor)), ("bad_charges", pays(bearer="DEBT", charges=[charge])),
        ("bad_totals", bulk(2, [UUID])), ("repeated_uetr", bulk(1, [good["id"]])), ("bad_quote", of(exchange)),
        ("bad_policy", of({"type": "OpenAccount", "account": debtor, "policy": {"keys": [], "rules": [], "caps": []}, "accepts": "all"})),
        ("bad_accepts", of({"type": "OpenAccount", "account": debtor, "accepts": []})),
        ("bad_change", of({"type": "Propose", "participant": debtor.split("/")[0], "not_before": good["valid_until"], "closes_at": good["valid_until"],
                           "change": {"type": "SetParameter", "parameter": "max_due", "value": "0"}})),
        ("bad_combination", of({"type": "Cancel"})), ("bad_signature", of()),
    ]
    yield from ((code, text, JSON) for code, text in cases)
    yield "undecodable", framed(b"\x01\x00" + b"\xff" * 40), CANONICAL
    yield "too_large", framed(b"\x01" * 3_000_000), CANONICAL


def framed(content):
    return len(content).to_bytes(LENGTH_SIZE, "little") + content
