"""Customers' payments from one bank's core system to the other's: real files, real bridges, a real network that carries annexes."""

import re
import sys
import unittest
import uuid
from decimal import Decimal
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "lib"))
from customer_case import B, CREDITOR, DEBTOR, CustomerCase, CustomerNetwork  # noqa: E402
from fiat import new_key  # noqa: E402


class Paid(CustomerCase):
    """Goal: each flow of docs/bridge.md, "Customers' payments", from its first file to its end."""

    def test_Customers_a_payment_reaches_its_creditor(self):
        self.both()
        uetr = self.pay("250.00")
        self.wait_state(self.a, uetr, "confirmed")
        self.wait_state(self.b, uetr, "confirmed")
        self.assertEqual((self.has(self.a, DEBTOR), self.has(self.b, CREDITOR)), (750, 250))
        self.wait_for(lambda: self.a.core.statuses(uetr) == {("PDNG", None), ("ACSC", None), ("ACCC", None)},
                      f"not the statuses: {self.a.core.statuses(uetr)}")
        inward = self.wait_for(lambda: self.b.core.told("pacs.008", uetr), "no pacs.008 at the creditor's core")[0][1]
        for part in ('<IntrBkSttlmAmt Ccy="EUR">250.00</IntrBkSttlmAmt>', "Muster &amp; Sohn GmbH", CREDITOR, "Invoice 2026-118",
                     "<IntrBkSttlmDt>2026-01-05</IntrBkSttlmDt>", "SUPP"):
            self.assertIn(part, inward)
        notice = self.wait_for(lambda: self.b.core.told("camt.054", uetr), "no camt.054")[0][1]
        for part in (CREDITOR, '<Amt Ccy="EUR">250.00</Amt>', "CRDT", "BOOK", "INV-118", "Muster &amp; Sohn GmbH"):
            self.assertIn(part, notice)
        self.assert_sound(self.a, position="4750.00", customers="750.00")
        self.assert_sound(self.b, position="5250.00", customers="250.00")
        # A name is in files and books; never on the ledger, and never in a log.
        for bridge in (self.a, self.b):
            self.assertEqual(self.alarms(bridge), [])
            self.assertNotIn("Muster", self.log_of(bridge))
            self.assertEqual(bridge.stop(), 0)
        receipts = self.network.get(self.nodes[1], f"/v1/payments/{uetr}")
        self.assertNotIn("Muster", str(receipts))
        self.assertIsNotNone(receipts["annex"])

    def test_Customers_a_pacs_008_of_the_core_system_is_paid_like_a_pain_001(self):
        self.both()
        uetr = str(uuid.uuid4())
        self.a.core.put(self.a.core.pacs008(DEBTOR, CREDITOR, B, "40.00", uetr))
        self.wait_state(self.a, uetr, "confirmed")
        self.wait_state(self.b, uetr, "confirmed")
        self.assertEqual(self.has(self.b, CREDITOR), 40)
        self.wait_for(lambda: len(self.a.core.told("pacs.002", uetr)) == 3, "not three pacs.002")
        self.assertEqual(self.a.core.told("pain.002"), [])

    def test_Customers_what_cannot_be_paid_is_refused_with_its_code_and_moves_nothing(self):
        self.both()
        closed = "DE-CLOSED-1"
        self.a.load_customers([(closed, "Closed Ltd", "EUR", "50.00"), ("DE-BLOCKED", "Blocked Ltd", "EUR", "50.00")])
        self.close(self.a, closed)
        self.close(self.a, "DE-BLOCKED", "blocked")
        core, cases = self.a.core, []

        def refused(code, **more):
            uetr = str(uuid.uuid4())
            arguments = {"debtor": DEBTOR, "creditor": CREDITOR, "creditor_bank": B, "amount": "10.00", "uetr": uetr, **more}
            core.put(core.pain001(**arguments))
            cases.append((uetr, code))
        refused("AC04", debtor=closed)
        refused("AC06", debtor="DE-BLOCKED")
        refused("AC02", debtor="NOBODY-1")
        refused("AM04", amount="1000.01")
        refused("AGNT", debtor_bank="MERLSGSG")
        refused("AG01", creditor_bank="NORDDEFF")
        refused("RC04", creditor_bank="ALBAGB2L")
        # Before any money moved at the other bank: unknown there, and closed there.
        refused("AC01", creditor="FR-NOBODY")
        self.b.load_customers([("FR-CLOSED", "Ferme SA", "EUR", "0.00"), ("FR-DOLLAR", "Dollar SA", "USD", "0.00")])
        self.close(self.b, "FR-CLOSED")
        refused("AC04", creditor="FR-CLOSED")
        refused("AM03", creditor="FR-DOLLAR")
        for uetr, code in cases:
            self.wait_state(self.a, uetr, "refused")
            self.wait_for(lambda: ("RJCT", code) in core.statuses(uetr), f"not {code}: {core.statuses(uetr)}")
        self.assertEqual((self.has(self.a, DEBTOR), self.has(self.b, CREDITOR)), (1000, 0))
        self.assert_sound(self.a, position="5000.00", customers="1100.00")
        self.assert_sound(self.b, position="5000.00", customers="0.00")

    def test_Customers_doubles_pay_once(self):
        self.both()
        uetr = str(uuid.uuid4())
        file = self.a.core.pain001(DEBTOR, CREDITOR, B, "30.00", uetr=uetr, message_id="MSG-1")
        self.a.core.put(file)
        self.wait_state(self.a, uetr, "confirmed")
        self.wait_state(self.b, uetr, "confirmed")
        self.a.core.put(file, name="again.xml")  # the same bytes
        self.a.core.put(self.a.core.pain001(DEBTOR, CREDITOR, B, "31.00", message_id="MSG-1"))  # the same message id, other bytes
        self.a.core.put(self.a.core.pain001(DEBTOR, CREDITOR, B, "32.00", uetr=uetr, message_id="MSG-2"))  # the same UETR
        self.wait_for(lambda: not list((self.a.core.files / "in").glob("*.xml")), "files stay in `in`")
        self.wait_for(lambda: ("RJCT", "AM05") in self.a.core.statuses(uetr), "the second order of a UETR is not refused")
        self.assertEqual(sorted(self.alarms(self.a)), ["file", "uetr"])
        self.assertEqual((self.has(self.a, DEBTOR), self.has(self.b, CREDITOR)), (970, 30))
        # Without a UETR each order has its own, which follows from its message.
        self.a.core.put(self.a.core.pain001(DEBTOR, CREDITOR, B, "1.00", end_to_end="NOTPROVIDED"))
        self.a.core.put(self.a.core.pain001(DEBTOR, CREDITOR, B, "1.00", end_to_end="NOTPROVIDED"))
        self.wait_for(lambda: self.has(self.b, CREDITOR) == 32, "two payments of one end-to-end id are not two")
        self.assert_sound(self.a)

    def test_Customers_another_currency_is_paid_at_the_best_quote(self):
        self.both(lines="accept_within_s = 300\nquote_within_s = 60")
        self.b.load_customers([("FR-DOLLAR", "Dollar SA", "USD", "0.00")])
        for rate in ("0.900000", "0.850000"):
            self.network.wallet(self.nodes[1], "quote", "publish", "--provider", f"{B}/main", "--sells", "USD", "--buys", "EUR", "--rate", rate,
                                "--limit", "400.00 USD", "--expires", "+10m", "--hold-max", "10m")
        agent = self.network.node(next(c["agent"] for c in self.network.info["currencies"] if c["currency"] == "USD"))
        self.network.wallet(agent, "issue", "--to", f"{B}/main", "--amount", "1000.00 USD", "--reference", "desk")
        uetr = self.pay("100.00", creditor="FR-DOLLAR", currency="USD")
        self.wait_state(self.a, uetr, "confirmed")
        self.wait_state(self.b, uetr, "confirmed")
        self.assertEqual((self.has(self.a, DEBTOR), self.has(self.b, "FR-DOLLAR")), (915, 100))
        self.assert_sound(self.a, position="4915.00", customers="915.00")
        self.assert_sound(self.b)

    def test_Customers_no_price_in_time_refuses_and_no_day_waits(self):
        self.both(lines="quote_within_s = 2")
        later = self.pay("10.00", day="2026-01-06")
        dear = self.pay("10.00", currency="USD")
        self.wait_state(self.a, dear, "refused")
        self.wait_for(lambda: self.a.core.statuses(dear) == {("RJCT", "AM23")}, "not refused with AM23")
        self.wait_state(self.a, later, "ready")
        self.assertEqual(self.has(self.a, DEBTOR), 1000)
        agent = self.network.node(next(c["agent"] for c in self.network.info["currencies"] if c["currency"] == "EUR"))
        self.network.wallet(agent, "business-date", "EUR", "2026-01-06")
        self.wait_state(self.a, later, "confirmed")


class Back(CustomerCase):
    """Goal: money comes back by each way there is, once, and everybody is told."""

    def test_Customers_an_account_that_closes_meanwhile_leads_to_a_return(self):
        self.both()
        # B's bridge is away when the payment is accepted by hand, and the account is closed before it is back.
        self.assertEqual(self.b.stop(), 0)
        uetr = self.pay("70.00")
        self.wait_state(self.a, uetr, "held")
        self.close(self.b, CREDITOR)
        # B's node has to have the payment, and its annex.
        inbox = lambda: self.network.wallet(self.nodes[1], "inbox", "list")[1]["items"]  # noqa: E731
        self.wait_for(lambda: [each["annex"]["state"] for each in inbox() if each["uetr"] == uetr] == ["opened"], "B's node has not got it whole")
        self.network.wallet(self.nodes[1], "inbox", "accept", uetr, "--agent", "NORDDEFF")
        self.b.start()
        self.wait_state(self.b, uetr, "returned")
        self.wait_state(self.a, uetr, "returned")
        self.assertEqual(self.has(self.a, DEBTOR), 1000)
        notice = self.wait_for(lambda: self.a.core.told("camt.054", uetr), "no camt.054 of the return")[0][1]
        self.assertIn("AC04", notice)
        self.assert_sound(self.a, position="5000.00")
        self.assert_sound(self.b, position="5000.00", customers="0.00")

    def test_Customers_nobody_answers_and_the_deadline_gives_it_back(self):
        self.a = self.participant(0, customers=[(DEBTOR, "Muster & Sohn GmbH", "EUR", "1000.00")], lines="accept_within_s = 10").start()
        uetr = self.pay("10.00")
        self.wait_state(self.a, uetr, "refused")
        self.wait_for(lambda: self.a.core.statuses(uetr) == {("PDNG", None), ("RJCT", "AB05")}, f"{self.a.core.statuses(uetr)}")
        self.assertEqual(self.has(self.a, DEBTOR), 1000)
        self.assert_sound(self.a, position="5000.00")

    def test_Customers_a_recall_before_acceptance_takes_it_back_at_once(self):
        self.a = self.participant(0, customers=[(DEBTOR, "Muster & Sohn GmbH", "EUR", "1000.00")]).start()
        uetr = self.pay("10.00")
        self.wait_state(self.a, uetr, "held")
        self.a.core.put(self.a.core.camt056(uetr))
        self.wait_state(self.a, uetr, "refused", "over")
        answer = self.wait_for(lambda: self.a.core.told("camt.029", uetr), "no camt.029")[0][1]
        self.assertIn("<Conf>CNCL</Conf>", answer)
        self.assertEqual(self.has(self.a, DEBTOR), 1000)
        self.a.core.put(self.a.core.camt056(uetr))  # once more: it is back already
        self.wait_for(lambda: any("ARDT" in text for _, text in self.a.core.told("camt.029", uetr)), "the second one is not refused")
        unknown = str(uuid.uuid4())
        self.a.core.put(self.a.core.camt056(unknown))
        self.wait_for(lambda: any("NOOR" in text for _, text in self.a.core.told("camt.029", unknown)), "an unknown one is not refused")

    def test_Customers_a_recall_after_settlement_is_refused_and_then_agreed_to(self):
        self.both()
        uetr = self.pay("80.00")
        self.wait_state(self.a, uetr, "confirmed")
        self.wait_state(self.b, uetr, "confirmed")
        self.a.core.put(self.a.core.camt056(uetr, "DUPL"))
        request = self.wait_for(lambda: self.b.core.told("camt.056", uetr), "no camt.056 at the creditor's core")[0][1]
        self.assertIn("<Cd>DUPL</Cd>", request)
        self.b.core.put(self.b.core.camt029(uetr, "RJCR", "CUST"))
        self.wait_state(self.a, uetr, "confirmed", "over")
        refusal = self.wait_for(lambda: self.a.core.told("camt.029", uetr), "no camt.029")[0][1]
        self.assertIn("RJCR", refusal)
        self.assertIn("<Cd>CUST</Cd>", refusal)
        self.wait_state(self.b, uetr, "confirmed", "over")
        self.assertEqual((self.has(self.a, DEBTOR), self.has(self.b, CREDITOR)), (920, 80))
        self.a.core.put(self.a.core.camt056(uetr, "FRAD"))
        self.wait_for(lambda: len(self.b.core.told("camt.056", uetr)) == 2, "no second camt.056")
        self.b.core.put(self.b.core.camt029(uetr, "ACCR"))
        self.wait_state(self.b, uetr, "returned")
        self.wait_state(self.a, uetr, "returned", "over")
        self.assertEqual((self.has(self.a, DEBTOR), self.has(self.b, CREDITOR)), (1000, 0))
        self.wait_for(lambda: len(self.a.core.told("camt.029", uetr)) == 2, "no second camt.029")
        self.assert_sound(self.a, position="5000.00")
        self.assert_sound(self.b, position="5000.00")

    def test_Customers_the_creditors_bank_returns_a_part(self):
        self.both()
        uetr = str(uuid.uuid4())
        self.a.core.put(self.a.core.pacs008(DEBTOR, CREDITOR, B, "90.00", uetr))
        self.wait_state(self.b, uetr, "confirmed")
        self.b.core.put(self.b.core.pacs004(uetr, "90.01"))  # more than was paid
        self.wait_for(lambda: "answer" in self.alarms(self.b), "too much raises no alarm")
        self.b.core.put(self.b.core.pacs004(uetr, "88.50", "AC04"))
        self.wait_state(self.a, uetr, "returned")
        self.wait_state(self.b, uetr, "returned")
        self.assertEqual((self.has(self.a, DEBTOR), self.has(self.b, CREDITOR)), (998.5, 1.5))
        back = self.wait_for(lambda: self.a.core.told("pacs.004", uetr), "no pacs.004")[0][1]
        self.assertTrue(re.search(r'<RtrdIntrBkSttlmAmt Ccy="EUR">88.50<', back), back)
        self.b.core.put(self.b.core.pacs004(uetr, "1.50"))  # one return for ever
        self.wait_for(lambda: not list((self.b.core.files / "in").glob("*.xml")), "a file stays")
        self.assertEqual(self.has(self.b, CREDITOR), 1.5)
        self.assert_sound(self.a)
        self.assert_sound(self.b)


    def test_Customers_what_charges_are_taken_of_is_not_accepted(self):
        self.both()
        _, answer = self.network.wallet(self.nodes[0], "pay", "--from", "NORDDEFF/customers", "--to", f"{B}/customers", "--amount", "9.00 EUR",
                                        "--accept-by", "+10m", "--charge", "creditor:NORDDEFF/main:8.99", "--wait")
        self.wait_state(self.b, answer["uetr"], "released")
        self.assertEqual(self.payments(self.b)[answer["uetr"]]["code"], "AM09")
        self.assert_sound(self.a, position="5000.00")
        self.assert_sound(self.b, position="5000.00", customers="0.00")


class TakesAll(CustomerNetwork):
    accepts = "all"


class Unasked(CustomerCase):
    """Goal: at a bank whose account takes payments unasked, money that cannot be credited is returned."""

    network_type = TakesAll

    def test_Customers_what_settled_unasked_and_has_no_account_is_returned(self):
        self.both()
        good, bad = self.pay("5.00"), self.pay("6.00", creditor="FR-NOBODY")
        self.wait_state(self.b, good, "confirmed")
        self.wait_state(self.b, bad, "returned")
        self.wait_state(self.a, bad, "returned")
        self.assertEqual((self.has(self.a, DEBTOR), self.has(self.b, CREDITOR)), (995, 5))
        self.assert_sound(self.a)
        self.assert_sound(self.b)

    def test_Customers_of_what_charges_were_taken_of_the_rest_is_returned(self):
        self.both()
        _, answer = self.network.wallet(self.nodes[0], "pay", "--from", "NORDDEFF/customers", "--to", f"{B}/customers", "--amount", "9.00 EUR",
                                        "--charge", "creditor:NORDDEFF/main:8.99", "--wait")
        self.wait_state(self.b, answer["uetr"], "returned")
        self.assert_sound(self.a, position="4991.01")
        self.assert_sound(self.b, position="5000.00", customers="0.00")

    def test_Customers_without_an_annex_nobody_knows_for_whom(self):
        self.both()
        _, answer = self.network.wallet(self.nodes[0], "pay", "--from", "NORDDEFF/customers", "--to", f"{B}/customers", "--amount", "9.00 EUR",
                                        "--wait")
        self.wait_state(self.b, answer["uetr"], "returned")
        self.assert_sound(self.a)
        self.assert_sound(self.b)


class Screened(CustomerCase):
    """Goal: whom a list names is neither paid nor credited before two persons decided. Method: a list of countries, one at each bank."""

    def screened(self, index, customers, country):
        bridge = self.participant(index, customers=customers)
        home = bridge.config.parent
        (home / "countries.csv").write_text(f"country,measure,basis\n{country},embargo,EU 2017/1509\n", encoding="utf-8")
        persons = "".join(f'\n[[person]]\nname = "{name}"\nkey = "{new_key(home, name, self.nodes[index])}"\n' for name in ("anna", "carl"))
        with open(bridge.config, "a", encoding="utf-8") as config:
            config.write(f"""
[screening]
[[screening_list]]
name = "countries"
format = "countries"
files = ["countries.csv"]
{persons}""")
        return bridge.start()

    def decide(self, bridge, index, action, *basis, names=("anna", "carl"), screening=None):
        """Of the one that is held, where no other is named; exit codes."""
        if screening is None:
            screening, = [each["id"] for each in bridge.ask("screen", "list")[1]["items"]]
        return [bridge.ask("screen", "decide", screening, action, "--reason", "seen by the desk", *basis, "--key", bridge.config.parent / f"{name}.key",
                           "--passphrase-file", Path(self.nodes[index]["token_file"]).parent / "passphrase", check=False)[0] for name in names]

    def test_Customers_who_is_on_a_list_waits_for_two_persons_at_both_banks(self):
        self.a = self.screened(0, [(DEBTOR, "Muster & Sohn GmbH", "EUR", "1000.00")], "FR")  # the creditor's
        self.b = self.screened(1, [(CREDITOR, "Atelier Dupont", "EUR", "0.00")], "DE")  # the debtor's
        for at_a, at_b in (("reject", None), ("release", "reject"), ("release", "release")):
            uetr = self.pay("10.00")
            self.wait_state(self.a, uetr, "screening")
            self.assertEqual((self.has(self.a, DEBTOR), self.alarms(self.a)), (1000, ["screening"]))
            self.assertEqual(self.decide(self.a, 0, at_a), [0, 0])
            if at_b:
                self.wait_state(self.b, uetr, "screening")
                self.assertEqual((self.has(self.b, CREDITOR), self.alarms(self.b)), (0, ["screening"]))
                self.assertEqual(self.decide(self.b, 1, at_b), [0, 0])
            self.wait_state(self.a, uetr, "confirmed" if at_b == "release" else "refused")
            if at_b:
                self.wait_state(self.b, uetr, "confirmed" if at_b == "release" else "released")
            if at_b != "release":
                self.wait_for(lambda: ("RJCT", "RR04") in self.a.core.statuses(uetr), "not refused with RR04")  # noqa: B023
        self.assertEqual((self.has(self.a, DEBTOR), self.has(self.b, CREDITOR)), (990, 10))
        for bridge in (self.a, self.b):
            self.assertEqual(self.alarms(bridge), [])
            self.assert_sound(bridge)
            self.assertEqual(bridge.ask("screen", "list")[1]["items"], [])
            self.assertNotIn("Muster", self.log_of(bridge))

    def test_Customers_what_is_frozen_on_the_ledger_waits_for_an_unblock_with_its_legal_basis(self):
        self.a = self.participant(0, customers=[(DEBTOR, "Muster & Sohn GmbH", "EUR", "1000.00")]).start()
        self.b = self.screened(1, [(CREDITOR, "Atelier Dupont", "EUR", "0.00")], "DE")
        document = self.b.config.with_name("order.pdf")
        document.write_bytes(b"%PDF-1.7 freezing order")
        law = ("--basis", "EU 833/2014 art 5", "--document", document)
        licence = ("--basis", "Licence 17", "--document", document)

        def on_ledger(uetr, node):
            return self.network.get(self.nodes[node], f"/v1/payments/{uetr}?agent=NORDDEFF")["status"]
        left, arrived = Decimal(1000), Decimal(0)
        for action, at_a, at_b, word in (("unblock-pay", "confirmed", "confirmed", ("ACCC", None)),
                                         ("unblock-release", "refused", "released", ("RJCT", "LEGL"))):
            uetr = self.pay("10.00")
            self.wait_state(self.b, uetr, "screening")
            screening, = [each["id"] for each in self.b.ask("screen", "list")[1]["items"]]
            self.assertEqual(self.decide(self.b, 1, "block", names=("anna",)), [2])  # under which law?
            self.assertEqual(self.decide(self.b, 1, "block", *law), [0, 0])
            self.wait_state(self.a, uetr, "blocked")
            for node in (0, 1):
                self.wait_for(lambda: on_ledger(uetr, node) == "blocked", "it is not frozen")  # noqa: B023
            self.wait_for(lambda: ("BLCK", None) in self.a.core.statuses(uetr), "the debtor's core is not told")  # noqa: B023
            # It comes back by no other way: not by a recall, not by its deadline, not by new starts, and not by persons without a basis.
            self.a.core.put(self.a.core.camt056(uetr))
            for bridge in (self.a, self.b):
                self.wait_for(lambda: not list((bridge.config.parent / "files" / "in").glob("*.xml")), "files stay in `in`")  # noqa: B023
                self.assertEqual(bridge.stop(), 0)
                bridge.start()
            self.assertEqual(self.decide(self.b, 1, action, names=("anna",), screening=screening), [2])
            self.assertEqual(self.decide(self.b, 1, "reject", screening=screening), [2, 2])
            self.assertEqual(self.decide(self.b, 1, action, *licence, names=("anna", "anna"), screening=screening), [0, 0])  # one person twice
            left -= 10
            self.assertEqual((on_ledger(uetr, 0), self.has(self.a, DEBTOR), self.has(self.b, CREDITOR)), ("blocked", left, arrived))
            self.assertEqual(self.decide(self.b, 1, action, *licence, names=("carl",), screening=screening), [0])
            self.wait_state(self.a, uetr, at_a)
            self.wait_state(self.b, uetr, at_b)
            self.wait_for(lambda: word in self.a.core.statuses(uetr), f"not told {word}: {self.a.core.statuses(uetr)}")  # noqa: B023
            arrived += 10 if action == "unblock-pay" else 0
            left += 0 if action == "unblock-pay" else 10
            self.assertEqual((self.has(self.a, DEBTOR), self.has(self.b, CREDITOR)), (left, arrived))
        for bridge in (self.a, self.b):
            self.assert_sound(bridge)


if __name__ == "__main__":
    unittest.main()
