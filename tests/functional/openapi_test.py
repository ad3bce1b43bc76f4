"""The API's description, /openapi.json, against real nodes: each operation is called, each error that can be provoked is, every answer is
held against its schema, and what is described and was never seen fails the test unless it is named here with the test that shows it."""

import json
import re
import shutil
import subprocess
import sys
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "lib"))
from description import Caller, Description, FILE  # noqa: E402
from network_case import NetworkCase, ROOT  # noqa: E402
from openapi_faults import FORM_ELSEWHERE, form_faults, framed, json_faults  # noqa: E402
from orders import CANONICAL, ask, money, new_uetr, order, payment, post, sign_one  # noqa: E402
from receiver import Receiver  # noqa: E402
from recorder import Recorder  # noqa: E402
from stream import read_until  # noqa: E402
from vostronet import bin_dir, run  # noqa: E402

JSON = "application/json"
VALIDATOR = "@seriousme/openapi-schema-validator@2.11.0"
ABOVE = "250000.00"  # above what one person may pay
FAR = int(time.time()) + 400 * 24 * 3600

# Answers that a healthy network does not give, and the tests that provoke them.
ELSEWHERE = {
    "timeout": "CatalogueA3StalledRequestsTimeOut", "internal": "AHandlerThatThrowsIsAnInternalProblem", "store-failed": "EachProblemHasItsStatus",
    "halted": "RefusalsOfTheDoorHaveTheirCodes", "not-ready": "HealthAndReadiness", "disk-full": "HealthAndReadiness", "outcome-unknown": "WaitingIsBoundedInTimeAndNumber",
    "busy": "RefusalsOfTheDoorHaveTheirCodes", "too-many": "WaitingIsBoundedInTimeAndNumber", "too-many-quotes": "EachProblemHasItsStatus",
    "too-many-annexes": "EachProblemHasItsStatus",
    "state-not-kept": "RefusalsHaveTheirCodes", "history-elsewhere": "WhatIsNotKeptWholeIsSaidToBeElsewhere", "bad-request": "CatalogueA9AnUpgradeComesAlone", "own-request": "CatalogueA6NobodyApprovesHisOwnRequest",
} | FORM_ELSEWHERE
# Of one operation only.
ELSEWHERE_AT = {
    ("POST", "/v1/approvals/{id}/refusal", "not-authorised"): "ARefusalIsSignedGivenAReasonAndFinal",
    ("POST", "/v1/approvals/{id}/refusal", "approval-closed"): "ARefusalIsSignedGivenAReasonAndFinal",
}


class Described(NetworkCase):
    config = '\n[webhooks]\nallowed_networks = ["127.0.0.1/32"]\nwebhooks = 2\n'

    def setUp(self):
        super().setUp()
        self.description = Description()
        self.seen = set()
        self.node = self.nodes[0]
        self.operate = Caller(self.description, self.seen, self.node["api"], Path(self.node["token_file"]).read_text(encoding="utf-8").strip())
        self.reader = Caller(self.description, self.seen, self.node["api"], self.token("read", 10_000))
        self.slow = self.token("operate", 1)
        self.recorder = Recorder(Caller(self.description, self.seen, self.node["api"]))
        self.addCleanup(self.recorder.close)

    def token(self, role, rate):
        said = run([bin_dir() / "vostro-node", "token", "create", "--config", self.node["config"], "--role", role, "--rate", str(rate)]).stdout.split()
        return next(word for word in said if word.startswith("vst_"))

    def expect(self, status, code, caller, *args, **kwargs):
        value = caller.ask(*args, **kwargs)
        self.assertEqual((caller.status, value.get("code") if isinstance(value, dict) else None), (status, code), (args, value))
        return value

    def wallet(self, *args, keys=("maker",)):
        """Through the recorder, so that what the wallet asks is held against the description too."""
        code, answer = self.network.wallet({**self.node, "api": self.recorder.api}, *args, keys=keys, check=False)
        return code, answer

    def test_Every_answer_is_described(self):
        self.assertEqual(self.operate.ask("/openapi.json", token=""), self.description.root, "the node serves another description")
        for step in (self.check_console, self.check_node, self.check_transactions, self.check_ambiguous, self.check_proofs, self.check_lists,
                     self.check_evidence, self.check_quotes, self.check_fills, self.check_redemptions, self.check_annexes, self.check_approvals, self.check_events, self.check_webhooks,
                     self.check_bodies, self.check_each_operation, self.check_no_operation):
            with self.subTest(step.__name__):
                step()
        self.assertEqual(self.recorder.problems, [])
        self.check_nothing_unseen()

    # ---- each operation as it is meant ----

    def check_console(self):
        for target in ("/console", "/console/app.js", "/console/console.css", "/console/icon.svg", "/openapi.json"):
            for method in ("GET",) if target == "/openapi.json" else ("GET", "HEAD"):
                self.operate.ask(target, method, token="")
                self.operate.ask(target, method, token="", headers=[("If-None-Match", self.operate.headers["ETag"])])
                self.assertEqual(self.operate.status, 304)
        for method in ("GET", "HEAD"):
            self.operate.ask("/console/nothing.js", method, token="")
            self.assertEqual(self.operate.status, 404)

    def check_node(self):
        for target in ("/healthz", "/readyz", "/metrics"):
            self.operate.ask(target, token="")
            self.assertEqual(self.operate.status, 200)
        self.operate.ask("/v1/status")
        validators = self.operate.ask("/v1/validators")["items"]
        self.assertEqual(len(self.operate.ask("/v1/validators/set")["validators"]), len(validators))
        self.assertEqual([each["participant"] for each in validators], sorted(node["participant"] for node in self.nodes))
        self.assertEqual([each["participant"] for each in validators if each["this_node"]], [self.bic(0)])
        self.assertTrue(all(each["connected"] and each["last_seen"] for each in validators), validators)
        # What a peer tells comes with its first STATUS.
        told = self.network.wait(lambda: [v for v in self.operate.ask("/v1/validators")["items"] if v["view"] and v["finalized_height"]], 60, "STATUS")
        self.assertTrue(all(each["round_trip_us"] is not None for each in told if not each["this_node"]), told)

    def check_transactions(self):
        framed = self.signed_payment(0, 1, "12.34")
        self.settled = self.operate.ask("/v1/transactions?wait=final", "POST", framed, CANONICAL)["id"]
        self.assertEqual(self.operate.status, 200)
        self.operate.ask("/v1/transactions", "POST", framed, CANONICAL)
        self.assertEqual(self.operate.status, 200, "a repeat gets the first receipt")
        other = self.signed_payment(0, 1, "99.00", uetr=self.settled)
        self.expect(409, "id-used", self.operate, "/v1/transactions", "POST", other, CANONICAL)
        pair = self.signed_payment(0, 1, "1.00")
        many = self.operate.ask("/v1/transactions", "POST", pair + other, CANONICAL)["items"]
        self.assertEqual([each["status_code"] for each in many], [202, 409])
        self.operate.ask("/v1/transactions", "POST", self.signed_payment(0, 1, "2.00"), CANONICAL)
        self.assertEqual(self.operate.status, 202)
        self.expect(409, "not-authorised", self.operate, "/v1/transactions", "POST", self.signed_payment(0, 1, ABOVE), CANONICAL)
        late = sign_one(self.node, order(self.network, payment(self.account(0), self.account(1), "1.00"), valid_until=FAR))
        self.expect(422, "outside-window", self.operate, "/v1/transactions", "POST", late, CANONICAL)
        self.expect(422, "outside-window", self.operate, "/v1/approvals", "POST", late, CANONICAL)
        unknown = new_uetr()
        at = f"/v1/transactions/{self.bic(0)}/"
        self.assertEqual(self.operate.ask(at + self.settled)["status"], "final")
        self.assertEqual(self.operate.ask(f"{at}{unknown}?valid_until=2020-01-01T00:00:00Z")["status"], "expired")
        self.expect(404, "unknown-transaction", self.operate, at + unknown)
        self.assertEqual(self.operate.ask(f"/v1/payments/{unknown}?valid_until=2020-01-01T00:00:00Z")["status"], "expired")
        self.expect(404, "unknown-payment", self.operate, f"/v1/payments/{unknown}")
        self.assertEqual(self.operate.ask(f"/v1/payments/{self.settled}")["status"], "settled")

    def check_ambiguous(self):
        uetr = new_uetr()
        self.settle(0, self.signed_payment(0, 1, "3.00", uetr=uetr))
        self.settle(1, self.signed_payment(1, 0, "3.00", uetr=uetr))
        self.payment_everywhere(1, uetr)
        self.expect(409, "ambiguous-uetr", self.operate, f"/v1/payments/{uetr}")

    def check_proofs(self):
        held = new_uetr()
        post(self.node, self.signed_payment(0, 3, "7.00", creditor_label="customers", uetr=held, accept_by=int(time.time()) + 3000))
        proof = self.network.wait(lambda: self.operate.ask(f"/v1/proofs/payment/{self.settled}"), 60, "no proof")
        self.assertEqual(proof["receipt"]["status"], "settled")
        self.expect(409, "not-settled", self.operate, f"/v1/proofs/payment/{held}")
        self.expect(404, "unknown-payment", self.operate, f"/v1/proofs/payment/{new_uetr()}")
        at = f"/v1/proofs/account/{self.account(0)}?currency="
        shown = self.operate.ask(at + "EUR")
        self.assertEqual(shown["finality_height"], shown["height"])
        self.assertEqual(self.operate.ask(f"{at}EUR&height=1")["height"], 1)
        self.expect(400, "bad-parameter", self.operate, at + "XQX")
        self.expect(404, "unknown-block", self.operate, f"{at}EUR&height=99999999")
        self.expect(404, "unknown-account", self.operate, f"/v1/proofs/account/{self.bic(0)}/none?currency=EUR")
        self.expect(404, "unknown-account", self.reader, f"/v1/proofs/account/{self.account(1)}?currency=EUR")

    def check_lists(self):
        for path in ("payments", "accounts", f"accounts/{self.account(0)}/entries", "participants", "currencies", "validators"):
            items, cursor = [], ""
            while cursor is not None:
                page = self.operate.ask(f"/v1/{path}?limit=2{cursor and '&cursor=' + cursor}")
                self.assertLessEqual(len(page["items"]), 2)
                items += page["items"]
                cursor = page["next"]
            whole = self.operate.ask(f"/v1/{path}?limit=100")["items"]
            if path == "validators":  # what was told and when goes on
                items, whole = ([each["participant"] for each in listed] for listed in (items, whole))
            self.assertEqual(items, whole, path)
            self.assertGreater(len(items), 2, path)
        # A proposal with a rule in it, and a rule in force, in all their fields.
        rule = {"debtor_country": "DE", "creditor_country": "FR", "currency": "EUR", "purposes": ["SALA"],
                "per_payment": {"currency": "EUR", "amount": "9.00"}, "per_period": {"amount": {"currency": "EUR", "amount": "90.00"}, "period": "month"}}
        change = self.home / "change.json"
        change.write_text(json.dumps({"type": "SetCorridorRule", "number": 1, "rule": rule}), encoding="utf-8")
        proposal = self.wallet("network", "propose", "--change", change, keys=("maker", "checker"))[1]["proposal"]
        for node in self.nodes[:3]:
            self.network.wait(lambda n=node: [each for each in ask(n, "GET", "/v1/proposals").body["items"] if each["id"]["id"] == proposal], 60,
                              "the proposal is not known")
            self.network.wallet(node, "network", "vote", proposal, "yes", keys=("maker", "checker"))
        self.network.wait(lambda: self.operate.ask("/v1/rules")["corridor_rules"], 60, "the rule does not come into force")
        self.assertEqual([each["status"] for each in self.operate.ask("/v1/proposals?limit=2&status=in_force")["items"]], ["in_force"])
        self.expect(403, "other-bank", self.reader, f"/v1/payments?agent={self.bic(1)}")
        self.assertIsNone(self.operate.ask(f"/v1/accounts/{self.account(0)}")["own_policy"])
        self.expect(404, "unknown-account", self.reader, f"/v1/accounts/{self.account(1)}")
        self.expect(404, "unknown-account", self.reader, f"/v1/accounts/{self.account(1)}/entries")
        for height in ("latest", "1", "0"):
            self.operate.ask(f"/v1/blocks/{height}")
        self.expect(404, "unknown-block", self.operate, "/v1/blocks/99999999")
        for target in ("latest", "1"):
            self.operate.ask(f"/v1/chain/{target}")
            self.assertEqual(self.operate.status, 200)
        self.expect(404, "unknown-block", self.operate, "/v1/chain/99999999")

    def check_evidence(self):
        """What the third bank's validator would have to sign, reported; and the same of an act that nobody has done."""
        keys = Path(self.nodes[2]["token_file"]).parent
        for kind in ("E1", "E4"):
            file = self.home / f"{kind}.evidence"
            run([bin_dir() / "vostro-make-evidence", self.network.info["genesis"], keys / "validator.key", keys / "passphrase", kind, "9", file])
            self.assertEqual(self.wallet("evidence", "report", "--file", file)[1].get("status"), "done")
        items = self.operate.ask("/v1/evidence?limit=1")
        items = items["items"] + self.operate.ask(f"/v1/evidence?cursor={items['next']}")["items"]
        self.assertEqual([each["id"] for each in items], [f"{self.bic(2)}-E1-0-9", f"{self.bic(2)}-E4-0-1-9"])
        self.assertEqual(self.operate.ask(f"/v1/evidence?participant={self.bic(1)}")["items"], [])
        self.assertEqual(self.operate.ask(f"/v1/evidence/{items[0]['id']}"), items[0])
        self.expect(403, "other-bank", self.reader, f"/v1/evidence/{items[1]['id']}/file")
        self.operate.ask(f"/v1/evidence/{items[1]['id']}/file")
        self.assertEqual(self.operate.status, 200)
        for target in ("", "/file"):
            self.expect(404, "unknown-evidence", self.operate, f"/v1/evidence/{self.bic(2)}-E2-0-9{target}")

    def check_quotes(self):
        publish = ("quote", "publish", "--provider", self.account(0), "--sells", "SGD", "--buys", "EUR", "--rate", "0.662032", "--limit",
                   "1000000.00 SGD", "--expires")
        self.wallet(*publish, "+10m")
        [live] = self.operate.ask("/v1/quotes?sells=SGD&buys=EUR")["items"]
        quote = {name: live[name] for name in ("quote", "key", "signature")}
        self.operate.ask("/v1/quotes", "POST", json.dumps(quote), JSON)
        self.assertEqual(self.operate.status, 201, "the same again")
        changed = {**quote, "quote": {**quote["quote"], "rate": "0.662033"}}
        self.expect(400, "bad-quote", self.operate, "/v1/quotes", "POST", json.dumps(changed), JSON)
        self.wallet(*publish, "+10s")  # it is still there after the wallet
        [brief] = [each for each in self.operate.ask("/v1/quotes")["items"] if each["quote"]["id"] != live["quote"]["id"]]
        again = json.dumps({name: brief[name] for name in ("quote", "key", "signature")})
        self.network.wait(lambda: self.operate.ask("/v1/quotes", "POST", again, JSON) and self.operate.status == 422, 60, "the quote does not end")
        # Another bank's person signs for this bank's desk.
        keys = self.home / "stranger"
        shutil.copytree(Path(self.nodes[1]["token_file"]).parent, keys)
        shutil.copy(self.node["token_file"], keys / "token")
        answer = self.network.wallet({**self.nodes[1], "api": self.recorder.api, "token_file": str(keys / "token")}, *publish, "+4m", check=False)
        self.assertIn(("POST", "/v1/quotes", 409, "quote-signer-unknown"), self.seen, answer)

    def check_fills(self):
        """One exchange that is done and one that is open; then the quote is withdrawn."""
        desk = f"/v1/accounts/{self.account(0)}/fills"
        self.wallet("quote", "publish", "--provider", self.account(0), "--sells", "SGD", "--buys", "EUR", "--rate", "0.662", "--limit",
                    "1000.00 SGD", "--expires", "+9m", "--hold-max", "10m")
        [live] = [each for each in self.operate.ask("/v1/quotes?sells=SGD&buys=EUR")["items"] if each["quote"]["rate"] == "0.662"]
        payer = self.nodes[1]
        for label, accept_by in (("main", None), ("customers", int(time.time()) + 300)):
            credited = self.account(3).replace("main", label)
            body = {**payment(self.account(1), credited, "100.00", "SGD", accept_by), "type": "FxPayment",
                    "debtor_amount": money("66.20"), "quote": {name: live[name] for name in ("quote", "key", "signature")}}
            answer = post(payer, sign_one(payer, order(self.network, body, valid_until=int(time.time()) + 100)))
            self.assertIn(answer.body.get("receipt", {}).get("status"), ("settled", "held"), answer)
        fills = self.network.wait(lambda: (items := self.operate.ask(desk)["items"])[1:] and items, 60, "the fills are not at the desk's node")
        self.assertEqual([each["exchange"] for each in fills], ["done", "open"])
        first = self.operate.ask(desk + "?limit=1")
        self.assertEqual(first["items"] + self.operate.ask(f"{desk}?cursor={first['next']}")["items"], fills)
        self.assertEqual(self.operate.ask(f"{desk}?from_height={fills[1]['height']}")["items"], fills[1:])
        self.expect(404, "unknown-account", self.reader, f"/v1/accounts/{self.account(1)}/fills")
        self.wallet("quote", "withdraw", live["quote"]["id"])
        again = json.dumps({name: live[name] for name in ("quote", "key", "signature")})
        self.expect(409, "quote-closed", self.operate, "/v1/quotes", "POST", again, JSON)

    def check_redemptions(self):
        redeem = {"type": "Redeem", "account": self.account(0), "amount": money("5.00")}
        orders = [sign_one(self.node, order(self.network, redeem), ("maker", "checker")) for _ in range(2)]
        self.assertEqual([post(self.node, each).body["receipt"]["status"] for each in orders], ["done", "done"])
        whole = self.operate.ask("/v1/redemptions")["items"]
        first = self.operate.ask("/v1/redemptions?limit=1")
        self.assertEqual(first["items"] + self.operate.ask(f"/v1/redemptions?cursor={first['next']}")["items"], whole)
        self.assertEqual([(each["account"], each["state"]) for each in whole], [(self.account(0), "open")] * 2)

    def sealed(self, uetr, commitment, owner=0):
        """What a node takes for a sealed annex: it can open none, and looks at the outside alone."""
        name = self.bic(owner).ljust(11, "X").encode("ascii") + bytes.fromhex(uetr.replace("-", ""))
        return b"\x01" + name + bytes.fromhex(commitment) + b"\x01" + b"\x02" * 112 + b"\x03" * 24 + (1040).to_bytes(4, "little") + b"\x04" * 1040

    def pay_with_annex(self, owner, uetr, commitment):
        body = {**payment(self.account(owner), self.account(1 - owner), "1.00"), "annex": commitment}
        self.settle(owner, sign_one(self.nodes[owner], order(self.network, body, uetr)))

    def check_annexes(self):
        uetr, commitment = new_uetr(), "5b" * 32
        at, bare, good = f"/v1/annexes/{uetr}?agent={self.bic(0)}", f"/v1/annexes/{uetr}", self.sealed(uetr, commitment)
        for method in ("GET", "DELETE"):
            self.expect(404, "unknown-annex", self.operate, at, method)
        self.expect(400, "bad-annex", self.operate, at, "PUT", good[:-1], CANONICAL)
        self.expect(415, "wrong-media-type", self.operate, at, "PUT", "{}", JSON)
        self.expect(403, "other-bank", self.operate, f"{bare}?agent={self.bic(1)}", "PUT", self.sealed(uetr, commitment, 1), CANONICAL)
        self.expect(409, "annex-mismatch", self.operate, f"/v1/annexes/{self.settled}", "PUT", self.sealed(self.settled, commitment), CANONICAL)
        self.assertEqual([self.operate.ask(at, "PUT", good, CANONICAL)["on_ledger"], self.operate.status], [False, 201])
        self.pay_with_annex(0, uetr, commitment)
        self.assertEqual(self.operate.ask(f"/v1/payments/{uetr}")["annex"], commitment)
        self.network.wait(lambda: self.operate.ask(at, "PUT", good, CANONICAL)["on_ledger"], 60, "it is not seen to be ordered")
        self.operate.ask(bare)
        self.assertEqual((self.operate.status, self.operate.content), (200, good))
        # Another bank's order with this UETR, whose annex comes to this node too.
        other = self.sealed(uetr, commitment, 1)
        self.assertEqual(ask(self.nodes[1], "PUT", f"{bare}?agent={self.bic(1)}", other).status, 201)
        self.pay_with_annex(1, uetr, commitment)
        self.network.wait(lambda: (self.operate.ask(f"{bare}?agent={self.bic(1)}"), self.operate.status)[1] == 200, 60, "it does not come")
        for method in ("GET", "DELETE"):
            self.expect(409, "ambiguous-uetr", self.operate, bare, method)
        self.assertEqual(self.operate.ask(at, "DELETE"), {"id": uetr, "agent": self.bic(0)})
        for method, body in (("GET", None), ("DELETE", None), ("PUT", good)):
            self.expect(410, "annex-erased", self.operate, at, method, body, CANONICAL if body else None)
        # Many at once, of which some are refused.
        many = [self.sealed(new_uetr(), commitment), good, self.sealed(new_uetr(), commitment, 1), good[:-1]]
        body = b"".join(len(each).to_bytes(4, "little") + each for each in many)
        found = self.operate.ask("/v1/annexes", "POST", body, CANONICAL)["items"]
        self.assertEqual([each["status_code"] for each in found], [201, 410, 403, 400])
        self.expect(400, "bad-body", self.operate, "/v1/annexes", "POST", body[:-1], CANONICAL)
        self.expect(415, "wrong-media-type", self.operate, "/v1/annexes", "POST", "{}", JSON)

    def enter(self):
        uetr = new_uetr()
        self.wallet("pay", "--from", self.account(0), "--to", self.account(1), "--amount", f"{ABOVE} EUR", "--uetr", uetr, "--another", "--wait")
        return uetr

    def check_approvals(self):
        signed, refused = self.enter(), self.enter()
        for uetr in (signed, refused):
            self.assertEqual(self.operate.ask(f"/v1/approvals/{uetr}")["state"], "waiting")
            self.assertEqual(self.operate.ask(f"/v1/payments/{uetr}")["status"], "awaiting_approval")
        self.operate.ask(f"/v1/approvals/{refused}/transaction")
        as_entered = framed(self.operate.content)
        self.wallet("approve", "sign", signed, keys=("checker",))
        self.payment_everywhere(0, signed)
        body = {"key": "ed25519:" + "1" * 64, "signature": "ed25519:" + "0" * 128, "reason": "no"}
        self.expect(400, "bad_signature", self.operate, f"/v1/approvals/{refused}/refusal", "POST", json.dumps(body), JSON)
        self.wallet("approve", "reject", refused, "--reason", "not ordered", keys=("checker",))
        self.assertEqual(self.operate.ask(f"/v1/approvals/{refused}")["state"], "refused")
        self.assertEqual(self.operate.ask(f"/v1/payments/{refused}")["status"], "refused")
        self.assertEqual(self.operate.ask(f"/v1/payments/{signed}")["timeline"][0]["event"], "entered")
        self.expect(409, "approval-closed", self.operate, f"/v1/approvals/{refused}/transaction")
        self.expect(409, "approval-refused", self.operate, "/v1/approvals", "POST", as_entered, CANONICAL)
        self.assertGreaterEqual(len(self.operate.ask("/v1/approvals?limit=100")["items"]), 2)
        for target, method in (("", "GET"), ("/transaction", "GET"), ("/refusal", "POST")):
            self.expect(404, "unknown-approval", self.operate, f"/v1/approvals/{new_uetr()}{target}", method,
                        json.dumps(body) if method == "POST" else None, JSON if method == "POST" else None)
        self.expect(403, "other-bank", self.operate, "/v1/approvals", "POST", self.signed_payment(1, 0, ABOVE), CANONICAL)
        self.expect(409, "id-used", self.operate, "/v1/approvals", "POST", self.signed_payment(0, 1, ABOVE, uetr=self.settled), CANONICAL)
        stranger = sign_one(self.nodes[1], order(self.network, payment(self.account(0), self.account(1), ABOVE)))
        self.expect(409, "not-authorised", self.operate, "/v1/approvals", "POST", stranger, CANONICAL)

    def check_events(self):
        self.operate.ask("/v1/events")
        self.assertEqual(self.operate.status, 426)
        rule = self.description.root["paths"]["/v1/events"]["get"]["responses"]["101"]["content"][JSON]["schema"]
        unasked = post(self.node, self.signed_payment(0, 3, "1.00", creditor_label="customers"))
        self.assertEqual(unasked.body["receipt"]["status"], "rejected", unasked)
        height = self.operate.ask("/v1/status")["height"]
        events = read_until(self.node, self.operate.token, "?from_height=0", height)
        for event in events:
            self.assertEqual(self.description.faults(event, rule), [])
        self.assertLessEqual({"receipt", "block", "final", "held", "rejected"}, {event["type"] for event in events})
        last = next(event for event in events if event["type"] == "final")
        self.assertEqual(read_until(self.node, self.operate.token, f"?after={last['cursor']}", height), events[events.index(last) + 1:])
        self.expect(400, "bad-parameter", self.operate, "/v1/events?after=1.0&from_height=1")
        self.seen.add(("GET", "/v1/events", 101, None))

    def check_webhooks(self):
        receiver = Receiver()
        self.addCleanup(receiver.die)
        self.assertEqual(self.operate.ask("/v1/webhooks")["items"], [])
        wanted = json.dumps({"url": receiver.url, "after": "0.0"})
        made = self.operate.ask("/v1/webhooks", "POST", wanted, JSON)
        receiver.secret = made["secret"]
        receiver.wait(lambda: receiver.events, 60, "nothing is delivered")
        rule = {"$ref": "#/components/schemas/Event"}
        self.assertEqual([fault for event in receiver.events for fault in self.description.faults(event, rule)], [])
        at = f"/v1/webhooks/{made['id']}"
        taken = self.network.wait(lambda: (shown := self.operate.ask(at))["events"] and shown, 60, "the node does not count what was taken")
        self.assertEqual((taken["url"], taken["state"]), (receiver.url, "delivering"))
        receiver.set_mode("fail")
        self.settle(0, self.signed_payment(0, 1, "1.00"))
        self.network.wait(lambda: (shown := self.operate.ask(at))["state"] == "retrying" and shown["last_failure"], 60, "it does not fail")
        self.operate.ask("/v1/webhooks", "POST", wanted, JSON)
        self.expect(409, "too-many-webhooks", self.operate, "/v1/webhooks", "POST", wanted, JSON)
        listed = self.operate.ask("/v1/webhooks")["items"]
        self.assertEqual(len(listed), 2)
        refused = json.dumps({"url": "https://10.0.0.1/"})
        self.expect(422, "callback-refused", self.operate, "/v1/webhooks", "POST", refused, JSON)
        for each in listed:
            self.assertEqual(self.operate.ask(f"/v1/webhooks/{each['id']}", "DELETE")["id"], each["id"])
        for method in ("GET", "DELETE"):
            self.expect(404, "unknown-webhook", self.operate, at, method)
        for code, text in json_faults({"url": receiver.url}):
            self.expect(400, code, self.operate, "/v1/webhooks", "POST", text, JSON)
        self.expect(415, "wrong-media-type", self.operate, "/v1/webhooks", "POST", "{}", "text/plain")
        self.assertEqual(receiver.problems, [])

    def check_bodies(self):
        """Faults of JSON and words of wrong form, where they are read."""
        good = order(self.network, payment(self.account(0), self.account(1), "1.00"))
        good["signatures"] = [{"key": "ed25519:" + "1" * 64, "signature": "ed25519:" + "0" * 128}]
        [live] = self.operate.ask("/v1/quotes")["items"][:1]
        refusal = {"key": "ed25519:" + "1" * 64, "signature": "ed25519:" + "0" * 128, "reason": "no"}
        for target, value in (("/v1/transactions", good), ("/v1/approvals", good), ("/v1/quotes", {n: live[n] for n in ("quote", "key", "signature")}),
                              (f"/v1/approvals/{new_uetr()}/refusal", refusal)):
            for code, text in json_faults(value):
                self.expect(400, code, self.operate, target, "POST", text, JSON)
            self.expect(415, "wrong-media-type", self.operate, target, "POST", "{}", "text/plain")
        for target in ("/v1/transactions", "/v1/approvals"):
            self.expect(400, "bad-body", self.operate, target, "POST", b"\x01", CANONICAL)
            for code, body, kind in form_faults(good, self.account(0), self.account(1)):
                self.expect(400, code, self.operate, target, "POST", body, kind)

    # ---- what every operation may answer ----

    def check_each_operation(self):
        for (method, path), operation in self.description.operations.items():
            with self.subTest(f"{method} {path}"):
                self.check_operation(method, path, operation)

    def check_operation(self, method, path, operation):
        target = self.description.example_path(path, operation)
        more = target + ("&" if "?" in target else "?")
        is_secured = operation.get("security") != []
        token = None if is_secured else ""

        def refused(status, code, target=target, **kwargs):
            value = self.operate.ask(target, method, **{"token": token, **kwargs})
            self.assertEqual((self.operate.status, value["code"] if value else code), (status, code), target)

        if is_secured:
            refused(401, "no-token", token="")
            refused(401, "no-token", token="vst_" + "0" * 64)
            self.network.wait(lambda: self.operate.ask(target, method, token=self.slow) and self.operate.status == 429, 60, "the rate is not held")
            refused(400, "unknown-parameter", more + "surely_not=1")
            refused(400, "repeated-parameter", more + "surely_not=1&surely_not=1")
            refused(400, "bad-parameter", more + "surely_not=%zz")
            if "{" in path:
                for each in self.description.parameters(operation):
                    if each["in"] == "path":
                        refused(400, "bad-path", target.replace(str(each["example"]), "%00", 1))
            if operation["x-role"] != "read":
                refused(403, "not-permitted", token=self.reader.token)
        elif "unknown-parameter" in self.description.codes(operation["responses"]["400"]):
            refused(400, "unknown-parameter", more + "surely_not=1")
        refused(403, "foreign-origin", headers=[("Origin", "https://pages.example")])
        refused(400, "bad-header", headers=[("Host", "two.example")])
        refused(431, "header-too-large", headers=[("X", "x" * 9000)])
        refused(413, "body-too-large", headers=[("Content-Length", str(5 << 20))])
        refused(417, "expectation-failed", headers=[("Expect", "the-best"), ("Content-Length", "1")])

    def check_no_operation(self):
        self.expect(404, "not-found", self.operate, "/v1/nothing")
        for path in self.description.root["paths"]:
            methods = {method for method, each in self.description.operations if each == path}
            target = self.description.example_path(path, self.description.operations[(min(methods), path)])
            self.expect(405, "method-not-allowed", self.operate, target, "PATCH")
            self.assertEqual(set(self.operate.headers["Allow"].split(", ")), methods, path)

    # ---- and nothing else ----

    def check_nothing_unseen(self):
        unseen = []
        shown = {(method, path, status) for method, path, status, _ in self.seen}
        for (method, path), operation in self.description.operations.items():
            for status, response in operation["responses"].items():
                codes = self.description.codes(response)
                if not codes or method == "HEAD":
                    if (method, path, int(status)) not in shown and not codes & set(ELSEWHERE):
                        unseen.append((method, path, status))
                    continue
                unseen += [(method, path, status, code) for code in sorted(codes) if (method, path, int(status), code) not in self.seen
                           and code not in ELSEWHERE and (method, path, code) not in ELSEWHERE_AT]
        self.assertEqual(unseen, [], "described, and never seen: " + "\n".join(map(str, unseen)))


class File(unittest.TestCase):
    """What can be said of the file without a node."""

    def test_Every_example_of_the_description_is_as_it_describes(self):
        description = Description()
        examples = list(description.examples())
        for where, value, rule in examples:
            self.assertEqual(description.faults(value, rule), [], where)
        for name, operation in description.operations.items():
            contents = [each for response in operation["responses"].values() for each in description.resolved(response).get("content", {}).values()]
            contents += operation.get("requestBody", {}).get("content", {}).values()
            for content in contents:
                is_success = content["schema"].get("allOf", [{}])[0].get("$ref") != "#/components/schemas/Problem"
                self.assertTrue(not is_success or "example" in content or "examples" in content, name)

    def test_The_description_lists_every_problem_code(self):
        listed = {code: each["status"] for code, each in Description().root["x-problem-codes"].items()}
        source = "".join((ROOT / path / "problem.h").read_text(encoding="ascii") for path in ("net/http", "node/api"))
        known = {code: int(status) for status, code in re.findall(r'ProblemKind \w+\{\s*(\d{3}),\s*"([a-z-]+)"', source)}
        self.assertGreater(len(known), 40)
        self.assertEqual({code: status for code, status in listed.items() if code not in ("form", "json")}, known)

    def test_What_the_description_is_not_shown_by_is_shown_elsewhere(self):
        tests = "".join(path.read_text(encoding="ascii") for path in (ROOT / "tests" / "unit").rglob("*_test.cpp"))
        for name in {*ELSEWHERE.values(), *ELSEWHERE_AT.values()}:
            self.assertRegex(tests, rf"TEST(_F)?\(\w+,\s+{name}\)")

    def test_The_schema_checker_sees_what_is_wrong(self):
        import schema
        root = {"s": {"type": "string", "pattern": "^a$"}}
        for value, rule, is_right in (
                ("a", {"$ref": "#/s"}, True), ("b", {"$ref": "#/s"}, False), (1, {"type": "integer"}, True), (True, {"type": "integer"}, False),
                (1.0, {"type": "integer"}, False), (None, {"type": ["string", "null"]}, True), (1, {"enum": [True]}, False), (0, {"const": False}, False),
                ({"a": 1}, {"properties": {"a": {"type": "string"}}}, False), ({}, {"required": ["a"]}, False),
                ({"b": 1}, {"properties": {"a": {}}, "additionalProperties": False}, False), ([1, "x"], {"items": {"type": "integer"}}, False),
                (1, {"oneOf": [{"type": "integer"}, {"enum": [1]}]}, False), (1, {"oneOf": [{"type": "integer"}, {"type": "string"}]}, True),
                (1, {"anyOf": [{"type": "null"}, {"type": "string"}]}, False), (1, {"allOf": [{"type": "integer"}, {"maximum": 0}]}, False),
                ([1, 2], {"maxItems": 1}, False), ("ab", {"maxLength": 1}, False), ("", {"minLength": 1}, False)):
            self.assertEqual(not list(schema.faults(value, rule, root)), is_right, (value, rule))
        with self.assertRaises(ValueError):
            list(schema.faults({}, {"patternProperties": {}}, root))

    def test_A_public_validator_takes_the_description(self):
        npm, node = shutil.which("npm"), shutil.which("node")
        if not npm or not node:
            self.skipTest("there is no npm; install it with: apt-get install npm")
        home = bin_dir().parent / "openapi-validator"
        program = home / "node_modules" / ".bin" / "validate-api"
        if not program.exists():
            home.mkdir(exist_ok=True)
            done = subprocess.run([npm, "install", "--prefix", str(home), "--no-audit", "--no-fund", "--ignore-scripts", VALIDATOR], capture_output=True,
                                  text=True, timeout=200, check=False)
            if done.returncode != 0 and re.search(r"ENOTFOUND|EAI_AGAIN|ECONN|ETIMEDOUT|E40[34]|network", done.stderr):
                self.skipTest(f"npm's registry cannot be reached for {VALIDATOR}")
            self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.judged(program, FILE), {"valid": True})
        broken = Description().root
        broken["paths"]["/healthz"]["get"]["responses"] = []
        damaged = home / "damaged.json"
        damaged.write_text(json.dumps(broken), encoding="ascii")
        self.assertFalse(self.judged(program, damaged)["valid"], "the validator sees nothing")

    def judged(self, program, file):
        done = subprocess.run([shutil.which("node"), str(program), str(file)], capture_output=True, text=True, timeout=60, check=False)
        said = json.loads(done.stdout[done.stdout.index("{"):])
        return said if said.get("valid") else {"valid": False}


if __name__ == "__main__":
    outcome = unittest.main(exit=False).result
    for _, why in outcome.skipped:
        print(f"skipped: {why}")
    sys.exit(77 if outcome.skipped and outcome.wasSuccessful() else not outcome.wasSuccessful())
