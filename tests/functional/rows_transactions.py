"""Rows T7 to T16 of the catalogue of bad input, where what is expected concerns whole nodes: orders that are offered twice, used
ids, and orders that race for the same money, quote or payment from different nodes. One of them has an effect, on all nodes alike."""

import json
import signal
import sys
import time
import unittest
from decimal import Decimal
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "lib"))
from network_case import NetworkCase  # noqa: E402
from orders import ask, money, new_uetr, order, payment, post, post_at_once, sign, sign_one, terms, uetr_of  # noqa: E402

CENT = Decimal("0.01")


def statuses(answers):
    """How each answer ended: the receipt's status, or the problem's code."""
    return sorted(a.body["receipt"]["status"] if a.status == 200 else a.body["code"] for a in answers)


def only(answers, wanted):
    found = [a for a in answers if a.status == 200 and a.body["receipt"]["status"] == wanted]
    assert len(found) == 1, answers
    return found[0].body


class T7(NetworkCase):
    """Goal: an order is worth nothing in another network, and node and wallet say why."""

    nodes_count = 1

    def test_T7_order_of_another_network(self):
        other = self.new_network("other", 1)
        theirs = other.info["nodes"][0]
        self.give(self.account(0, "customers"), "5.00")
        before = [self.balance(self.account(0)), self.balance(self.account(0, "customers"))]
        body = payment(f"{theirs['participant']}/main", f"{theirs['participant']}/customers", "7.00")
        framed = sign_one(theirs, order(other, body))
        for wait in (True, False):
            answer = post(self.nodes[0], framed, wait)
            self.assertEqual((answer.status, answer.body["code"]), (400, "wrong_network"), answer)
            self.assertIn("network", answer.body["title"] + answer.body.get("detail", ""))
        text = json.dumps(order(other, body)).encode()
        answer = ask(self.nodes[0], "POST", "/v1/transactions", text, "application/json")
        self.assertEqual((answer.status, answer.body["code"]), (400, "wrong_network"), answer)
        self.assertEqual(ask(self.nodes[0], "GET", f"/v1/payments/{uetr_of(framed)}").status, 404)
        self.assertEqual([self.balance(self.account(0)), self.balance(self.account(0, "customers"))], before)
        # The same bytes are a good order where they belong.
        self.assertEqual(post(theirs, framed).body["receipt"]["status"], "settled")

        self.network.info["genesis"], mine = other.info["genesis"], self.network.info["genesis"]
        code, answer = self.network.wallet(self.nodes[0], "pay", "--from", self.account(0), "--to", self.account(0, "customers"),
                                           "--amount", "1.00 EUR", check=False)
        self.network.info["genesis"] = mine
        self.assertEqual(code, 6, answer)
        self.assertIn("network", answer["error"]["message"])


class T8(NetworkCase):
    """Goal: an order has one effect and one receipt, however often, wherever and whenever it is offered."""

    def offer_to_all(self, framed, first):
        """Every node answers the repeat with the first answer."""
        for node in self.nodes:
            answer = post(node, framed)
            self.assertEqual((answer.status, answer.body), (200, first), node["participant"])

    def test_T8_offered_to_four_nodes_at_once(self):
        before = [self.balance(self.account(i)) for i in (0, 3)]
        for _ in range(10):
            framed = self.signed_payment(0, 3, "10.00")
            answers = post_at_once([(node, framed) for node in self.nodes])
            self.assertEqual([a.status for a in answers], [200] * 4, answers)
            self.assertEqual(answers[0].body["receipt"]["status"], "settled")
            for answer in answers:
                self.assertEqual(answer.body, answers[0].body)
            shown = self.payment_everywhere(0, uetr_of(framed))
            self.assertEqual([each["receipt"] for each in shown["receipts"]], [answers[0].body["receipt"]])
        height = self.assert_same_state_everywhere()
        after = [self.balance(self.account(i), node=i) for i in (0, 3)]
        self.assertEqual(after, [before[0] - 100, before[1] + 100])
        self.offer_to_all(framed, answers[0].body)
        self.assertEqual(self.assert_same_state_everywhere(), height, "a repeat made a block")

    def test_T8_offered_again_later_and_after_restarts(self):
        framed = self.signed_payment(0, 3, "123.45")
        first = self.settle(0, framed)
        spent = Decimal("123.45")
        before = self.balance(self.account(0)) + spent
        for i in range(12):
            self.settle(i % 4, self.signed_payment(0, 1, "1.00"))
            spent += 1
            answer = post(self.nodes[(i + 1) % 4], framed)
            self.assertEqual((answer.status, answer.body), (200, first))
        for how, which in ((signal.SIGTERM, [0]), (signal.SIGKILL, [1]), (signal.SIGKILL, [0, 1, 2, 3]), (signal.SIGTERM, [0, 1, 2, 3])):
            for index in which:
                self.network.stop(self.nodes[index], how)
            for index in which:
                self.network.start(self.nodes[index])
            self.wait_connected()
            self.offer_to_all(framed, first)
            self.settle(which[0], self.signed_payment(0, 1, "1.00"))
            spent += 1
            self.offer_to_all(framed, first)
        self.assertEqual(self.payment_everywhere(0, uetr_of(framed))["receipts"][0]["receipt"], first["receipt"])
        self.assert_same_state_everywhere()
        self.assertEqual(self.balance(self.account(0), node=2), before - spent)

    def test_T8_offered_to_a_node_that_dies_and_to_another(self):
        """A client whose node dies between taking the order and saying so offers the same bytes elsewhere."""
        before = self.balance(self.account(0), node=1)
        orders = [self.signed_payment(0, 3, "2.00") for _ in range(4)]
        for framed in orders:
            self.assertIn(post(self.nodes[0], framed, wait=False).status, (200, 202))
        self.network.stop(self.nodes[0], signal.SIGKILL)
        answers = [self.settle(1, framed) for framed in orders]
        self.network.start(self.nodes[0])
        self.wait_connected()
        for framed, answer in zip(orders, answers):
            self.offer_to_all(framed, answer)
        self.assert_same_state_everywhere()
        self.assertEqual(self.balance(self.account(0)), before - 8)


class T9(NetworkCase):
    """Goal: a used UETR with other content is refused with AM05, also where two contents race."""

    def assert_used(self, answer):
        self.assertEqual((answer.status, answer.body.get("code"), answer.body.get("reason")), (409, "id-used", "AM05"), answer)

    def test_T9_used_uetr_with_other_content(self):
        uetr = new_uetr()
        self.settle(0, self.signed_payment(0, 3, "10.00", uetr=uetr))
        self.payment_everywhere(0, uetr)
        balance = self.balance(self.account(0))
        others = [self.signed_payment(0, 3, "10.01", uetr=uetr), self.signed_payment(0, 2, "10.00", uetr=uetr)]
        for node in self.nodes:
            for framed in others:
                for wait in (True, False):
                    self.assert_used(post(node, framed, wait))
        # Another bank's payment may bear the same UETR: a payment's name is debtor agent and UETR.
        self.settle(2, self.signed_payment(1, 2, "3.00", uetr=uetr))
        self.assert_same_state_everywhere()
        self.assertEqual(self.balance(self.account(0)), balance)

    def test_T9_used_uetr_inside_a_bulk_and_as_its_id(self):
        used, fresh, other = new_uetr(), new_uetr(), new_uetr()
        self.settle(0, self.signed_payment(0, 3, "10.00", uetr=used))
        self.settle(0, self.signed_payment(0, 3, "1.00", uetr=other))
        for uetr in (used, other):
            self.payment_everywhere(0, uetr)
        balance = self.balance(self.account(0))

        def bulk(name):
            items = [{"uetr": uetr, "creditor": self.account(3), "amount": money(amount)}
                     for uetr, amount in ((used, "5.00"), (fresh, "6.00"))]
            body = {"type": "PaymentBatch", "debtor": self.account(0), "currency": "EUR", **terms(), "count": 2,
                    "total": money("11.00"), "items": items}
            return sign_one(self.nodes[0], order(self.network, body, name))

        name = new_uetr()
        answer = post(self.nodes[1], bulk(name))
        self.assertEqual((answer.status, answer.body["receipt"]["status"]), (200, "done"), answer)
        refused = self.payment_everywhere(0, used, receipts=2)["receipts"]
        self.assertEqual([(r["receipt"]["status"], r["receipt"]["iso_code"]) for r in refused], [("settled", None), ("rejected", "AM05")])
        self.assertEqual(self.payment_everywhere(0, fresh)["status"], "settled")
        for node in self.nodes:
            self.assert_used(post(node, bulk(other)))
            self.assert_used(post(node, self.signed_payment(0, 3, "6.00", uetr=fresh)))
            self.assert_used(post(node, self.signed_payment(0, 3, "6.00", uetr=name)))
        self.assert_same_state_everywhere()
        self.assertEqual(self.balance(self.account(0)), balance - 6)

    def race(self, amounts):
        """The same UETR with as many contents as nodes, each offered to its node at once: one settles."""
        uetr = new_uetr()
        rivals = [self.signed_payment(0, 3, amount, uetr=uetr) for amount in amounts]
        answers = post_at_once(list(zip(self.nodes, rivals)))
        self.assertEqual(statuses(answers), sorted(["settled"] + ["id-used"] * (len(rivals) - 1)), answers)
        shown = self.payment_everywhere(0, uetr)
        self.assertEqual(len(shown["receipts"]), 1)
        winner = [a.status for a in answers].index(200)
        self.assertEqual(Decimal(shown["amount"]["amount"]), amounts[winner])
        for node in self.nodes:
            for index, framed in enumerate(rivals):
                answer = post(node, framed)
                if index == winner:
                    self.assertEqual((answer.status, answer.body), (200, answers[winner].body))
                else:
                    self.assert_used(answer)
        return amounts[winner]

    def test_T9_rivals_for_one_uetr_race_from_two_and_four_nodes(self):
        before = self.balance(self.account(0))
        spent = sum(self.race([Decimal("10.00"), Decimal("20.00")]) for _ in range(8))
        spent += sum(self.race([Decimal(n) + CENT for n in (1, 2, 3, 4)]) for _ in range(4))
        self.assert_same_state_everywhere()
        self.assertEqual(self.balance(self.account(0), node=3), before - spent)


class A10(NetworkCase):
    """Goal: one node's API gives an id one effect: to the same bytes the same receipt, to other content a refusal, also where all come at once."""

    def test_A10_same_bytes_and_other_content_at_once(self):
        node = self.nodes[0]
        before = self.balance(self.account(0))
        spent = Decimal(0)
        for _ in range(6):
            uetr = new_uetr()
            amounts = (Decimal("1.00"), Decimal("2.00"))
            contents = [self.signed_payment(0, 1, amount, uetr=uetr) for amount in amounts]
            answers = post_at_once([(node, framed) for framed in contents * 3])
            settled = {i % 2 for i, answer in enumerate(answers) if answer.status == 200}
            self.assertEqual(len(settled), 1, answers)
            [winner] = settled
            spent += amounts[winner]
            self.assertEqual(answers[winner].body["receipt"]["status"], "settled")
            for i, answer in enumerate(answers):
                if i % 2 == winner:
                    self.assertEqual((answer.status, answer.body), (200, answers[winner].body))
                else:
                    self.assertEqual((answer.status, answer.body["code"], answer.body["reason"]), (409, "id-used", "AM05"))
        self.assert_same_state_everywhere()
        self.assertEqual(self.balance(self.account(0)), before - spent)


class T12(NetworkCase):
    """Goal: money is spent once, whoever is asked first."""

    def receipts_alike(self, agent, orders):
        return [self.payment_everywhere(agent, uetr_of(framed)) for framed in orders]

    def test_T12_debits_race_for_money_that_covers_one(self):
        purse = self.account(0, "customers")
        for count in (2, 2, 2, 2, 4, 4):
            start = self.balance(purse)
            self.give(purse, Decimal("100.00") - start)
            orders = [self.signed_payment(0, 1 + i % 3, f"60.0{i}", debtor_label="customers") for i in range(count)]
            answers = post_at_once(list(zip(self.nodes, orders)))
            self.assertEqual(statuses(answers), ["rejected"] * (count - 1) + ["settled"], answers)
            winner = only(answers, "settled")
            shown = self.receipts_alike(0, orders)
            self.assertEqual(sorted(str(p["reason_code"]) for p in shown), ["AM04"] * (count - 1) + ["None"])
            settled = next(p for p in shown if p["status"] == "settled")
            self.assertEqual(settled["receipts"][0]["receipt"], winner["receipt"])
            self.assertEqual(self.balance(purse), Decimal(100) - Decimal(settled["amount"]["amount"]))
        self.assert_same_state_everywhere()

    def test_T12_balance_plus_one_and_money_that_is_held(self):
        purse = self.account(1, "customers")
        self.give(purse, "100.00")
        above = post(self.nodes[2], self.signed_payment(1, 0, "100.01", debtor_label="customers")).body
        self.assertEqual((above["receipt"]["status"], above["receipt"]["iso_code"]), ("rejected", "AM04"), above)
        held = post(self.nodes[1], self.signed_payment(1, 0, "60.00", accept_by=time.time() + 600, debtor_label="customers",
                                                       creditor_label="customers")).body
        self.assertEqual(held["receipt"]["status"], "held", held)
        short = post(self.nodes[0], self.signed_payment(1, 0, "40.01", debtor_label="customers")).body
        self.assertEqual((short["receipt"]["status"], short["receipt"]["iso_code"]), ("rejected", "AM04"), short)
        self.settle(0, self.signed_payment(1, 0, "40.00", debtor_label="customers"))
        for body in (above, short):
            self.assertEqual(self.payment_everywhere(1, body["id"])["reason_code"], "AM04")
        self.assert_same_state_everywhere()
        self.assertEqual(self.balance(purse, node=3), 0)


class T15(NetworkCase):
    """Goal: a quote is filled up to its limit and no further, whichever nodes the fills come from. Units neither appear nor vanish."""

    LIMIT, PART = Decimal("100.00"), Decimal("60.00")
    RATE, PRICE = "0.6850", Decimal("41.10")  # 60.00 SGD at 0.6850

    def signed_quote(self):
        """A quote of bank 2 as the ledger wants it inside a payment."""
        code, quote = self.network.wallet(self.nodes[2], "quote", "publish", "--provider", self.account(2), "--sells", "SGD",
                                          "--buys", "EUR", "--rate", self.RATE, "--limit", f"{self.LIMIT} SGD", "--expires", "+10m")
        self.assertEqual(code, 0, quote)
        offered = ask(self.nodes[2], "GET", "/v1/quotes?sells=SGD&limit=100").body["items"]
        signed = next(each for each in offered if each["quote"]["id"] == quote["id"])
        signed.pop("remaining")
        return signed

    def fill(self, quote, debtor, amount, price):
        body = {**payment(self.account(debtor), self.account(3), amount, "SGD"), "type": "FxPayment",
                "debtor_amount": money(price), "quote": quote}
        return sign_one(self.nodes[debtor], order(self.network, body))

    def test_T15_quote_overfilled_from_two_nodes(self):
        for _ in range(4):
            quote = self.signed_quote()
            accounts = [(self.account(i), currency) for i in range(4) for currency in ("EUR", "SGD")]
            before = {each: self.balance(*each) for each in accounts}
            fills = [self.fill(quote, debtor, self.PART, self.PRICE) for debtor in (0, 1)]
            answers = post_at_once([(self.nodes[0], fills[0]), (self.nodes[1], fills[1])])
            self.assertEqual(statuses(answers), ["rejected", "settled"], answers)
            self.assertEqual(only(answers, "rejected")["receipt"]["iso_code"], "AM23")
            winner = [a.body["receipt"]["status"] for a in answers].index("settled")
            for index, framed in enumerate(fills):
                shown = self.payment_everywhere(index, uetr_of(framed))
                self.assertEqual(shown["status"], "settled" if index == winner else "rejected")
                self.assertEqual(shown["receipts"][0]["receipt"], answers[index].body["receipt"])
            self.assert_same_state_everywhere()
            expected = dict(before)
            expected[(self.account(winner), "EUR")] -= self.PRICE
            expected[(self.account(2), "EUR")] += self.PRICE
            expected[(self.account(2), "SGD")] -= self.PART
            expected[(self.account(3), "SGD")] += self.PART
            self.assertEqual({each: self.balance(*each, node=3) for each in accounts}, expected)
        # What is left can be taken to the last cent, and then nothing more.
        self.assertEqual(post(self.nodes[3], self.fill(quote, 1, "40.00", "27.40")).body["receipt"]["status"], "settled")
        over = post(self.nodes[0], self.fill(quote, 0, "0.01", "0.01")).body["receipt"]
        self.assertEqual((over["status"], over["iso_code"]), ("rejected", "AM23"))
        self.assert_same_state_everywhere()


HOLD_S = 8  # within it an order is signed, posted and final, on a machine with much else to do


class T16(NetworkCase):
    """Goal: a payment that waits for an answer has exactly one outcome, on all nodes, whoever answers where at the same moment."""

    def hold(self, accept_by, amount="25.00"):
        framed = self.signed_payment(0, 3, amount, accept_by=accept_by, creditor_label="customers")
        answer = post(self.nodes[0], framed)
        self.assertEqual(answer.body["receipt"]["status"], "held", answer)
        return uetr_of(framed)

    def answer(self, kind, uetr):
        """An order about the held payment: the creditor's Accept or Reject, the debtor's Recall."""
        bank, side = (0, "debtor") if kind == "Recall" else (3, "creditor")
        body = {"type": kind, side: self.account(bank, "main" if kind == "Recall" else "customers"),
                "payment": {"agent": self.bic(0), "uetr": uetr}}
        if kind != "Accept":
            body["code"] = "CUST" if kind == "Recall" else "AC04"
        return sign_one(self.nodes[bank], order(self.network, body))

    def race(self, kinds):
        uetr = self.hold(time.time() + 600)
        self.payment_everywhere(0, uetr)
        orders = [self.answer(kind, uetr) for kind in kinds]
        nodes = [self.nodes[(0, 2, 3)[i]] for i in range(len(kinds))]
        answers = post_at_once(list(zip(nodes, orders)))
        self.assertTrue(all(a.status == 200 for a in answers), answers)
        done = [kind for kind, a in zip(kinds, answers) if a.body["receipt"]["status"] != "rejected"]
        self.assertEqual(len(done), 1, answers)
        # The hold is gone, so the losers find nothing of that name.
        codes = {a.body["receipt"]["iso_code"] for a in answers if a.body["receipt"]["status"] == "rejected"}
        self.assertEqual(codes, {"AG09"}, answers)
        shown = self.payment_everywhere(0, uetr, receipts=2)
        self.assertEqual(len(shown["receipts"]), 2, shown)
        self.assertEqual(shown["status"], {"Accept": "settled", "Reject": "released", "Recall": "cancelled"}[done[0]])
        for framed, answer, kind in zip(orders, answers, kinds):
            seen = self.transaction_everywhere(0 if kind == "Recall" else 3, uetr_of(framed))
            self.assertEqual(seen["receipt"], answer.body["receipt"])
        return done[0]

    def test_T16_accept_reject_and_recall_race_from_different_nodes(self):
        purse = self.account(3, "customers")
        before = self.balance(self.account(0)), self.balance(purse)
        outcomes = [self.race(kinds) for kinds in [("Accept", "Reject")] * 5 + [("Reject", "Accept", "Recall")] * 5]
        settled = 25 * outcomes.count("Accept")
        self.assert_same_state_everywhere()
        self.assertEqual((self.balance(self.account(0), node=1), self.balance(purse, node=1)), (before[0] - settled, before[1] + settled))

    def test_T16_late_accept_and_accept_at_the_deadline(self):
        before = self.balance(self.account(0)), self.balance(self.account(3, "customers"))
        uetr = self.hold(time.time() + HOLD_S)
        self.from_all(f"/v1/payments/{uetr}?agent={self.bic(0)}", lambda body: body["status"] == "released")
        late = post(self.nodes[2], self.answer("Accept", uetr))
        self.assertEqual((late.status, late.body["receipt"]["status"], late.body["receipt"]["iso_code"]), (200, "rejected", "AG09"), late)
        shown = self.payment_everywhere(0, uetr, receipts=2)
        self.assertEqual((shown["status"], shown["reason_code"]), ("released", "AB05"))
        self.assertEqual((self.balance(self.account(0)), self.balance(self.account(3, "customers"))), before)

        settled = 0
        for lead in (0.05, 0.02, 0):
            deadline = int(time.time()) + HOLD_S
            uetr = self.hold(deadline)
            self.payment_everywhere(0, uetr)
            accept = self.answer("Accept", uetr)
            # The last moment is not an event that a node tells: the clock decides when to try.
            self.network.wait(lambda end=deadline - lead: time.time() >= end, 60, "the deadline does not come")
            answer = post(self.nodes[3], accept)
            shown = self.from_all(f"/v1/payments/{uetr}?agent={self.bic(0)}", lambda body: body["status"] != "held")
            is_settled = answer.body["receipt"]["status"] == "settled"
            self.assertEqual(shown["status"], "settled" if is_settled else "released", answer)
            self.assertEqual(len(shown["receipts"]), 2, shown)
            settled += 25 * is_settled
        self.assert_same_state_everywhere()
        after = self.balance(self.account(0)), self.balance(self.account(3, "customers"))
        self.assertEqual(after, (before[0] - settled, before[1] + settled))

    def test_T16_too_few_signatures_use_up_nothing(self):
        uetr = new_uetr()
        body = payment(self.account(0), self.account(1), "250000.00")
        balance = self.balance(self.account(0))
        one = order(self.network, body, uetr)
        for node, keys in zip(self.nodes, (["maker"], ["checker"], ["maker"], ["checker"])):
            answer = post(node, sign_one(self.nodes[0], one, keys))
            self.assertEqual((answer.status, answer.body["code"]), (409, "not-authorised"), answer)
            self.assertEqual(answer.body["reason"], "DS19", answer)
        strange = sign(self.nodes[1], [one], ["maker", "checker"])[0]
        answer = post(self.nodes[0], strange)
        self.assertEqual((answer.status, answer.body["reason"]), (409, "DS0H"), answer)
        self.assertEqual(self.balance(self.account(0)), balance)
        self.settle(3, sign_one(self.nodes[0], one, ["maker", "checker"]))
        self.payment_everywhere(0, uetr)
        self.assert_same_state_everywhere()
        self.assertEqual(self.balance(self.account(0)), balance - 250000)


if __name__ == "__main__":
    unittest.main()
