"""The life of payments as treasury lives it, with the wallet and real nodes: held, blocked and unblocked, recalled, returned, confirmed,
redeemed; and statements and positions that agree with the balances."""

import csv
import io
import json
import subprocess
import sys
import unittest
from decimal import Decimal
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "lib"))
from network_case import NetworkCase  # noqa: E402
from orders import ask  # noqa: E402
from vostronet import bin_dir  # noqa: E402

OK, REFUSED, UNKNOWN = 0, 1, 4
BOTH = ("maker", "checker")


class Life(NetworkCase):
    """Goal: each state of a payment is reached and left by a command, and all nodes show the same. Method: the wallet at both banks."""

    def wallet(self, node, *args, expect=OK, keys=BOTH):
        code, answer = self.network.wallet(self.nodes[node], *args, keys=keys, check=False)
        self.assertEqual(code, expect, answer)
        return answer

    def pay(self, amount="10.00 EUR", label="main", more=()):
        """A payment of bank 0 to bank 1; its UETR."""
        uetr = self.wallet(0, "pay", "--from", self.account(0), "--to", self.account(1, label), "--amount", amount, "--wait", "--another",
                           *more)["uetr"]
        self.payment_everywhere(0, uetr)
        return uetr

    def held(self, amount="10.00 EUR"):
        """To an account that takes nothing unasked."""
        uetr = self.pay(amount, "customers", ("--accept-by", "+1h"))
        self.status(uetr, "held")
        return uetr

    def status(self, uetr, wanted):
        """On all nodes."""
        body = self.from_all(f"/v1/payments/{uetr}?agent={self.bic(0)}", lambda answer: answer["status"] == wanted)
        return body

    def agent(self):
        return ("--agent", self.bic(0))

    def test_A_held_payment_comes_back_at_once(self):
        before = self.balance(self.account(0))
        uetr = self.held()
        self.assertEqual(self.balance(self.account(0)), before - 10)
        self.wallet(0, "recall", uetr, "--reason", "CUST")
        self.status(uetr, "cancelled")
        self.assertEqual(self.balance(self.account(0)), before)

    def test_A_settled_payment_is_asked_back_and_returned_or_refused(self):
        before = self.balance(self.account(0))
        refused, returned = self.pay(), self.pay()
        for uetr in (refused, returned):
            answer = self.wallet(0, "recall", uetr, "--reason", "DUPL")
            self.assertEqual(answer["status"], "recall_requested", answer)
            self.status(uetr, "recall_requested")
        waiting = {item["uetr"] for item in self.wallet(1, "inbox", "recalls", keys=())["items"]}
        self.assertEqual(waiting, {refused, returned})
        self.wallet(1, "inbox", "refuse-recall", refused, *self.agent(), "--reason", "LEGL")
        self.wallet(1, "return", returned, *self.agent(), "--reason", "DUPL")
        self.status(refused, "settled")
        self.status(returned, "returned")
        self.assertEqual(self.wallet(1, "inbox", "recalls", keys=())["items"], [])
        self.assertEqual(self.balance(self.account(0)), before - 10)
        # Once, for ever.
        again = self.wallet(1, "return", returned, *self.agent(), "--reason", "DUPL", expect=REFUSED)
        self.assertEqual(again["error"]["code"], "wrong_state")

    def test_A_charge_may_be_kept_from_what_is_returned(self):
        before = self.balance(self.account(0))
        uetr = self.pay("25.00 EUR")
        over = self.wallet(1, "return", uetr, *self.agent(), "--reason", "AC04", "--amount", "25.01 EUR", expect=2)
        self.assertIn("25.00 EUR", over["error"]["message"])
        self.wallet(1, "return", uetr, *self.agent(), "--reason", "AC04", "--amount", "22.50 EUR")
        self.status(uetr, "returned")
        self.assertEqual(self.balance(self.account(0)), before - Decimal("2.50"))

    def test_A_payment_is_blocked_and_goes_on_or_back(self):
        document = self.home / "order.pdf"
        document.write_bytes(b"%PDF-1.7 freezing order")
        basis = ("--legal-basis", "EU 833/2014 art 5", "--document", document)
        payee = self.account(1, "customers")
        before = self.balance(payee, node=1)
        for where, status, gets in (("pay", "settled", 10), ("release", "released", 0)):
            uetr = self.held()
            self.wallet(1, "inbox", "block", uetr, *self.agent(), *basis)
            self.status(uetr, "blocked")
            # Neither side moves it meanwhile.
            self.assertEqual(self.wallet(0, "recall", uetr, "--reason", "CUST", expect=REFUSED)["error"]["code"], "not_recallable")
            self.wallet(1, "inbox", "accept", uetr, *self.agent(), expect=REFUSED)
            self.wallet(1, "inbox", "unblock", uetr, *self.agent(), "--to", where, *basis)
            self.status(uetr, status)
            self.assertEqual(self.balance(payee, node=1), before + gets)
            before += gets
        missing = self.wallet(1, "inbox", "block", uetr, *self.agent(), "--legal-basis", "x" * 36, "--document", document, expect=2)
        self.assertIn("35", missing["error"]["message"])

    def test_The_payee_is_credited_and_money_is_redeemed(self):
        uetr = self.pay()
        early = self.held()
        self.assertEqual(self.wallet(1, "confirm", early, *self.agent(), expect=REFUSED)["error"]["code"], "wrong_state")
        proof = ask(self.nodes[1], "GET", f"/v1/proofs/payment/{early}?agent={self.bic(0)}")
        self.assertEqual((proof.status, proof.body["code"]), (409, "not-settled"))
        self.wallet(1, "confirm", uetr, *self.agent())
        self.status(uetr, "credited")
        before = self.balance(self.account(0))
        redeemed = self.wallet(0, "redeem", "--from", self.account(0), "--amount", "100.00 EUR")
        self.assertEqual(redeemed["status"], "done", redeemed)
        self.assertEqual(self.balance(self.account(0)), before - 100)

    def test_Statement_and_position_agree_with_the_balances(self):
        today = next(c["business_date"] for c in ask(self.nodes[0], "GET", "/v1/currencies?limit=100").body["items"] if c["currency"] == "EUR")
        for amount in ("1.00", "2.50", "4.25"):
            self.pay(f"{amount} EUR")
        self.held("7.00 EUR")
        statement = self.wallet(0, "account", "statement", self.account(0), "--from", today, "--currency", "EUR", keys=())
        part = statement["items"][0]
        total = sum(Decimal(e["amount"]["amount"]) * (1 if e["side"] == "CRDT" else -1) for e in part["entries"])
        self.assertEqual(Decimal(part["opening"]["amount"]) + total, Decimal(part["closing"]["amount"]))
        self.assertEqual(Decimal(part["closing"]["amount"]), self.balance(self.account(0)))
        self.assertTrue(part["is_open"])
        # The next day has nothing yet; its opening is what the other closed with.
        self.wallet(self.index_of_agent("EUR"), "business-date", "EUR", "2027-01-04")
        closed = self.wallet(0, "account", "statement", self.account(0), "--from", today, "--currency", "EUR", keys=())["items"][0]
        self.assertFalse(closed["is_open"])
        empty = self.wallet(0, "account", "statement", self.account(0), "--from", "2027-01-04", "--currency", "EUR", keys=())["items"][0]
        self.assertEqual((empty["opening"], empty["entries"]), (closed["closing"], []))
        rows = self.csv("account", "statement", self.account(0), "--from", today, "--csv")
        euro = [row for row in rows if row["currency"] == "EUR"]
        self.assertEqual((euro[0]["record"], euro[-1]["record"]), ("opening", "closing"))
        self.assertEqual(Decimal(euro[-1]["balance"]), Decimal(closed["closing"]["amount"]))
        position = next(p for p in self.wallet(0, "position", keys=())["items"] if p["currency"] == "EUR")
        self.assertEqual(position["held"]["amount"], "7.00")
        other = next(p for p in self.wallet(1, "position", keys=())["items"] if p["currency"] == "EUR")
        self.assertEqual(other["expected"]["amount"], "7.00")

    def steps(self, uetr):
        """The timeline, the same on all nodes, with the height of each step."""
        told = {tuple((step["event"], step["height"], step["time"]) for step in ask(node, "GET", f"/v1/payments/{uetr}?agent={self.bic(0)}").body["timeline"])
                for node in self.nodes[:2]}
        self.assertEqual(len(told), 1, told)
        return [event for event, _, _ in told.pop()]

    def test_Track_tells_each_step_and_follows_to_the_end(self):
        self.assertEqual(self.steps(self.pay()), ["ordered", "final"])
        uetr = self.held()
        follower = self.follower(uetr)
        # It tells what has been before it waits for more.
        for line in follower.stderr:
            if "held" in line:
                break
        self.wallet(1, "inbox", "accept", uetr, *self.agent())
        out, err = follower.communicate(timeout=30)
        self.assertEqual(follower.returncode, OK, err)
        answer = json.loads(out)
        self.assertEqual([step["event"] for step in answer["timeline"]], ["ordered", "held", "accepted", "final"])
        self.assertIn("final", err)
        self.assertRegex(answer["timeline"][0]["time"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
        self.status(uetr, "settled")
        self.assertEqual(self.steps(uetr), ["ordered", "held", "accepted", "final"])

        rejected = self.held()
        follower = self.follower(rejected)
        self.wallet(1, "inbox", "reject", rejected, *self.agent(), "--reason", "AC04")
        out, err = follower.communicate(timeout=30)
        self.assertEqual(follower.returncode, REFUSED, err)
        self.assertEqual([(step["event"], step["reason_code"]) for step in json.loads(out)["timeline"]][-1], ("released", "AC04"))
        # What does not end in the time that was given is no success.
        open_one = self.held()
        late = self.follower(open_one, "--for", "1s")
        late.communicate(timeout=30)
        self.assertEqual(late.returncode, UNKNOWN)

    def follower(self, uetr, *more):
        node = self.nodes[0]
        return subprocess.Popen([str(each) for each in (bin_dir() / "vostro", "track", uetr, "--follow", "--json", *more, "--api", node["api"],
                                                        "--token-file", node["token_file"], "--genesis", self.network.info["genesis"])],
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL)

    def index_of_agent(self, currency):
        agent = next(c["agent"] for c in self.network.info["currencies"] if c["currency"] == currency)
        return next(i for i, node in enumerate(self.nodes) if node["participant"] == agent)

    def csv(self, *args):
        node = self.nodes[0]
        done = subprocess.run([str(each) for each in (bin_dir() / "vostro", *args, "--api", node["api"], "--token-file", node["token_file"],
                                                      "--genesis", self.network.info["genesis"])],
                              capture_output=True, text=True, timeout=60, check=False, stdin=subprocess.DEVNULL)
        self.assertEqual(done.returncode, OK, done.stderr)
        return list(csv.DictReader(io.StringIO(done.stdout)))


if __name__ == "__main__":
    unittest.main()
