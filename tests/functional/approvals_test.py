"""Orders that need several persons, with real nodes and the wallet: they wait on their own bank's node, survive a restart, settle when
distinct persons have signed, and whoever holds the whole of a bank's node but one person's key alone moves nothing above its limit."""

import json
import shutil
import signal
import subprocess
import sys
import time
import unittest
from decimal import Decimal
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "lib"))
from network_case import NetworkCase  # noqa: E402
from orders import ask, money, new_uetr, order, payment, post, sign_one, terms, uetr_of  # noqa: E402
from vostronet import bin_dir, private_dir  # noqa: E402

OK, REFUSED, NOT_AUTHORISED, AWAITING = 0, 1, 5, 10
ABOVE = "250000.00"  # the default policy gives up to 100 000 whole units to one person


class Approvals(NetworkCase):
    """Goal: four eyes, from the keyboard to the chain. Method: the wallet as two persons with a key each, a network of four banks, and
    the catalogue's attacker."""

    def wallet(self, *args, keys=("maker",), node=0, expect=OK):
        code, answer = self.network.wallet(self.nodes[node], *args, keys=keys, check=False)
        self.assertEqual(code, expect, answer)
        return answer

    def enter(self):
        """A payment above the limit, by one person: it waits. Its UETR."""
        uetr = new_uetr()
        answer = self.wallet("pay", "--from", self.account(0), "--to", self.account(1), "--amount", f"{ABOVE} EUR", "--uetr", uetr,
                             "--another", "--wait", expect=AWAITING)
        self.assertEqual(answer["outcome"], "awaiting_approval")
        return uetr

    def waiting(self, state="waiting"):
        return [item["id"] for item in self.wallet("approve", "list", "--state", state, keys=())["items"]]

    def state_of(self, uetr):
        return self.wallet("approve", "show", uetr, keys=())["state"]

    def is_anywhere(self, uetr):
        """Whether any node's ledger or door knows the payment."""
        return any(ask(node, "GET", f"/v1/transactions/{self.bic(0)}/{uetr}").status != 404 for node in self.nodes)

    def person(self, name, *args, expect=OK):
        """One of the bank's persons on a machine of their own: a profile with one key, and nothing on the command line but the command."""
        node = self.nodes[0]
        keys = Path(node["token_file"]).parent
        home = private_dir(self.home / f"home-{name}")
        config = private_dir(home / ".config" / "vostro") / "config.toml"
        if not config.exists():
            private_dir(home / "state")
            config.write_text(
                f"[profile.{name}]\napi = \"{node['api']}\"\ntoken_file = \"{node['token_file']}\"\ngenesis = \"{self.network.info['genesis']}\"\n"
                f"participant = \"{self.bic(0)}\"\nkeys = [\"{keys / (name + '.key')}\"]\npassphrase_files = [\"{keys / 'passphrase'}\"]\n"
                f"state_dir = \"{home / 'state'}\"\n", encoding="utf-8")
            config.chmod(0o600)
        done = subprocess.run([str(bin_dir() / "vostro"), *[str(each) for each in args], "--profile", name, "--yes"], capture_output=True, text=True,
                              timeout=60, check=False, stdin=subprocess.DEVNULL, env={"HOME": str(home), "PATH": "/usr/bin:/bin"})
        self.assertEqual(done.returncode, expect, done.stdout + done.stderr)
        return done.stdout

    # ---- two persons ----

    def test_A6_two_persons_on_two_profiles(self):
        uetr = new_uetr()
        said = self.person("maker", "pay", "--from", self.account(0), "--to", self.account(1), "--amount", f"{ABOVE} EUR", "--uetr", uetr, "--wait",
                           expect=AWAITING)
        self.assertIn(f"vostro approve sign {uetr}", said)
        self.assertRegex(self.person("checker", "track", uetr, expect=AWAITING), "status +awaiting_approval")
        listed = self.person("checker", "approve", "list")
        self.assertRegex(listed, rf"{uetr} +Payment +{self.account(0)} +{self.account(1)} +{ABOVE} EUR +1 of 2 +p1 ")
        self.assertRegex(self.person("maker", "approve", "sign", uetr), "signatures +1 of 2")
        shown = self.person("checker", "approve", "show", uetr)
        for expected in (f"debtor +{self.account(0)}", rf"amount.amount +{ABOVE}", r"entered by p1"):
            self.assertRegex(shown, expected)
        self.assertRegex(self.person("checker", "approve", "sign", uetr), r"approved by p2\n.*released")
        self.assertEqual(self.payment_everywhere(0, uetr)["status"], "settled")
        tracked = self.person("maker", "track", uetr)
        self.assertRegex(tracked, r"(?s)timeline\n  entered .* own node *\n  approved .* own node *\n  ordered .*\n  final ")
        shown = self.person("maker", "approve", "show", uetr)  # its bytes are gone, its steps are not
        for expected in (f"debtor +{self.account(0)}", f"amount +{ABOVE} EUR", "state +final", "entered by p1", "approved by p2"):
            self.assertRegex(shown, expected)

    def test_A_maker_and_a_checker_pay_above_the_limit(self):
        before = self.balance(self.account(1), node=1)
        uetr = self.enter()
        self.assertFalse(self.is_anywhere(uetr), "it must wait on its bank's node alone")
        for node in self.nodes[1:]:
            self.assertEqual(ask(node, "GET", f"/v1/approvals/{uetr}").status, 404)
        self.assertEqual(self.waiting(), [uetr])
        # The maker again adds nothing.
        again = self.wallet("approve", "sign", uetr, keys=("maker",))
        self.assertEqual((again["state"], again["signatures_given"]), ("waiting", 1))
        # The node's death loses nothing.
        self.network.stop(self.nodes[0], signal.SIGKILL)
        self.network.start(self.nodes[0])
        self.wait_connected()
        self.assertEqual(self.waiting(), [uetr])
        done = self.wallet("approve", "sign", uetr, keys=("checker",))
        self.assertIn(done["state"], ("released", "final"))
        self.assertEqual([step["kind"] for step in done["steps"]], ["entered", "approved", "released"])
        self.assertEqual([signer["person"] for step in done["steps"] for signer in step["signers"]], ["p1", "p2"])
        self.assertEqual(self.payment_everywhere(0, uetr)["status"], "settled")
        self.assertEqual(self.state_of(uetr), "final")
        self.assertEqual(self.balance(self.account(1), node=1), before + Decimal(ABOVE))
        # The payer who tries again learns that it is paid, and pays no second time.
        repeat = self.wallet("pay", "--from", self.account(0), "--to", self.account(1), "--amount", f"{ABOVE} EUR", "--uetr", uetr, "--wait")
        self.assertEqual(repeat["status"], "settled", repeat)
        self.assertEqual(self.balance(self.account(1), node=1), before + Decimal(ABOVE))
        self.assert_same_state_everywhere()

    def test_A_rejection_has_a_reason_and_is_final(self):
        uetr = self.enter()
        answer = self.wallet("approve", "reject", uetr, "--reason", "wrong beneficiary", keys=("checker",))
        self.assertEqual(answer["state"], "refused")
        last = answer["steps"][-1]
        self.assertEqual((last["kind"], last["reason"], last["signers"][0]["person"]), ("refused", "wrong beneficiary", "p2"))
        late = self.wallet("approve", "sign", uetr, keys=("checker",), expect=REFUSED)
        self.assertEqual(late["error"]["code"], "approval-closed")
        self.assertIn("It is refused", late["error"]["message"])
        self.network.stop(self.nodes[0])
        self.network.start(self.nodes[0])
        self.wait_connected()
        self.assertEqual(self.state_of(uetr), "refused")
        self.assertFalse(self.is_anywhere(uetr))

    def test_Time_ends_a_wait(self):
        short = order(self.network, payment(self.account(0), self.account(1), ABOVE), valid_until=time.time() + 10)  # it is signed and posted before
        entered = ask(self.nodes[0], "POST", "/v1/approvals", sign_one(self.nodes[0], short))
        self.assertEqual((entered.status, entered.body["state"]), (202, "waiting"), entered)
        uetr = short["id"]
        self.network.wait(lambda: self.state_of(uetr) == "expired", 60, "the order does not expire")
        late = self.wallet("approve", "sign", uetr, keys=("checker",), expect=REFUSED)
        self.assertIn("It is expired", late["error"]["message"])
        # Both signatures come too late for the ledger as well.
        both = post(self.nodes[0], sign_one(self.nodes[0], short, ("maker", "checker")))
        self.assertEqual((both.status, both.body["code"]), (422, "outside-window"), both)
        self.assertIn(uetr, self.waiting("expired"))
        self.assertFalse(self.is_anywhere(uetr))
        self.assertEqual(self.waiting(), [])

    def test_A_key_without_a_network_signs_a_file(self):
        uetr = self.enter()
        unsigned, signed = self.home / "order.bin", self.home / "signed.bin"
        self.wallet("approve", "show", uetr, "--out", unsigned, keys=())
        # No address, no token: only the genesis file and the key.
        keys = Path(self.nodes[0]["token_file"]).parent
        done = subprocess.run(
            [str(bin_dir() / "vostro"), "sign", str(unsigned), "--out", str(signed), "--genesis", self.network.info["genesis"],
             "--key", str(keys / "checker.key"), "--passphrase-file", str(keys / "passphrase"), "--json", "--yes"],
            capture_output=True, text=True, timeout=60, check=False, stdin=subprocess.DEVNULL,
            env={"HOME": str(private_dir(self.home / "airgapped")), "PATH": "/usr/bin:/bin"})
        self.assertEqual(done.returncode, OK, done.stderr + done.stdout)
        self.assertEqual(json.loads(done.stdout)["signatures_given"], 2)
        self.assertEqual(self.state_of(uetr), "waiting")
        self.wallet("submit", signed, keys=())
        self.assertEqual(self.payment_everywhere(0, uetr)["status"], "settled")

    def test_A_bulk_is_one_approval(self):
        path = self.home / "credits.csv"
        rows = "".join(f"{self.account(0)},{self.account(1 + i % 3)},EUR,{1000 + i}.00,INV-{i}\n" for i in range(200))
        path.write_text("debtor,creditor,currency,amount,reference\n" + rows, encoding="utf-8")
        first = self.wallet("pay-file", path, expect=AWAITING)
        self.assertEqual(first["counts"], {"awaiting_approval": 200})
        self.assertEqual(len(self.waiting()), 1)
        same = self.wallet("pay-file", path, expect=AWAITING)  # no second request
        self.assertEqual(len(self.waiting()), 1)
        self.assertEqual(same["orders"][0]["id"], first["orders"][0]["id"])
        shown = self.wallet("approve", "show", self.waiting()[0], keys=())
        self.assertEqual((shown["kind"], shown["credits"], shown["amount"]["amount"]), ("PaymentBatch", 200, "219900.00"))
        self.wallet("approve", "sign", self.waiting()[0], keys=("checker",))
        result = self.wallet("pay-file", path, "--result", self.home / "result.csv")
        self.assertEqual(result["counts"], {"settled": 200})

        path.write_text("debtor,creditor,currency,amount,reference\n" + f"{self.account(0)},{self.account(1)},EUR,{ABOVE},X\n", encoding="utf-8")
        self.wallet("pay-file", path, expect=AWAITING)
        self.wallet("approve", "reject", self.waiting()[0], "--reason", "duplicate", keys=("checker",))
        refused = self.wallet("pay-file", path, expect=REFUSED)
        self.assertEqual(refused["counts"], {"refused": 1})

    # ---- policy, and the emergency stop ----

    def post_as(self, body, keys, node=0):
        return post(self.nodes[node], sign_one(self.nodes[node], order(self.network, body), keys))

    def assert_done(self, answer):
        self.assertEqual(answer.body.get("receipt", {}).get("status"), "done", answer)

    def test_One_person_freezes_and_only_the_full_policy_unfreezes(self):
        frozen = self.wallet("account", "freeze", self.account(0), keys=("checker",))
        self.assertEqual(frozen["status"], "done")
        stopped = self.wallet("pay", "--from", self.account(0), "--to", self.account(1), "--amount", "1.00 EUR", "--wait", "--another", expect=REFUSED)
        self.assertEqual(stopped["error"]["code"], "account_frozen")
        ledgers_word = post(self.nodes[0], self.signed_payment(0, 1, "1.00", keys=("maker", "checker")))
        self.assertEqual(ledgers_word.body["receipt"]["iso_code"], "AC06", ledgers_word)
        waits = self.wallet("account", "unfreeze", self.account(0), keys=("maker",), expect=AWAITING)
        self.assertEqual(self.waiting(), [waits["id"]])
        self.wallet("approve", "sign", waits["id"], keys=("checker",))
        self.transaction_everywhere(0, waits["id"])
        self.wallet("pay", "--from", self.account(0), "--to", self.account(1), "--amount", "1.00 EUR", "--wait", "--another")

    def test_A_policy_changes_by_the_policy_that_it_changes(self):
        participant = next(p for p in ask(self.nodes[0], "GET", "/v1/participants?limit=100").body["items"] if p["bic"] == self.bic(0))
        policy = participant["policy"]
        looser = json.loads(json.dumps(policy))
        for rule in looser["rules"]:
            rule["checkers"] = 0
        body = {"type": "UpdatePolicy", "participant": self.bic(0), "currency": None, "policy": looser}
        alone = self.post_as(body, ("maker",))
        self.assertEqual((alone.status, alone.body.get("reason")), (409, "DS19"), alone)
        both = self.post_as(body, ("maker", "checker"))
        self.assert_done(both)
        # From now on one person pays any amount, and the same person sets what may leave from now on in a day at most.
        self.settle(0, self.signed_payment(0, 1, ABOVE))
        looser["caps"] = [{"per_day": money("10000.00", "EUR")}]
        self.assert_done(self.post_as(body, ("maker",)))
        self.settle(0, self.signed_payment(0, 1, "10000.00"))
        over = post(self.nodes[0], self.signed_payment(0, 1, "0.01"))
        self.assertEqual((over.body["receipt"]["status"], over.body["receipt"]["reason"]), ("rejected", "daily_cap_passed"), over)
        policy["caps"] = []
        body["policy"] = policy
        self.assert_done(self.post_as(body, ("maker",)))

    # ---- the attacker who has a bank's node and one person's key ----

    def test_A_whole_node_and_one_key_move_nothing_above_the_limit(self):
        before = self.balance(self.account(0))
        body = payment(self.account(0), self.account(1), ABOVE)
        framed = sign_one(self.nodes[0], order(self.network, body))
        uetr = uetr_of(framed)
        tries = {}
        # At the own node's door and at every other bank's.
        for i, node in enumerate(self.nodes):
            tries[f"posted to node {i}"] = post(node, framed)
        # The same signature twice, and the same key under two names.
        twice = sign_one(self.nodes[0], order(self.network, body), ("maker", "maker"))
        tries["one signature twice"] = post(self.nodes[0], twice)
        tries["one signature twice, for approval"] = ask(self.nodes[0], "POST", "/v1/approvals", twice)
        for name, answer in tries.items():
            self.assertIn(answer.status, (400, 403, 409), f"{name}: {answer}")
        # Above the limit in small ones: a bulk counts as its total.
        items = [{"uetr": new_uetr(), "creditor": self.account(1), "amount": money("20000.00", "EUR")} for _ in range(10)]
        parts = {"type": "PaymentBatch", "debtor": self.account(0), "currency": "EUR", **terms(), "count": len(items), "total": money("200000.00", "EUR"),
                 "items": items}
        for node in self.nodes:
            answer = post(node, sign_one(self.nodes[0], order(self.network, parts)))
            self.assertEqual((answer.status, answer.body.get("reason")), (409, "DS19"), answer)
        # The policy itself, made looser by one.
        own = next(p for p in ask(self.nodes[0], "GET", "/v1/participants?limit=100").body["items"] if p["bic"] == self.bic(0))["policy"]
        for rule in own["rules"]:
            rule["checkers"] = 0
        for kind in ({"type": "UpdatePolicy", "participant": self.bic(0), "currency": None, "policy": own},):
            answer = self.post_as(kind, ("maker",))
            self.assertEqual((answer.status, answer.body.get("reason")), (409, "DS19"), answer)
        # Through the book: his own approval counts once, under any name of the key.
        self.wallet_key_twice(body)
        # Another bank's persons cannot sign for this one.
        foreign = Path(self.nodes[1]["token_file"]).parent
        entered = self.enter()
        copy = self.home / "second.key"
        shutil.copy(Path(self.nodes[0]["token_file"]).parent / "maker.key", copy)
        code, answer = self.network.wallet(self.nodes[0], "approve", "sign", entered, "--key", copy, keys=("maker",), check=False)
        self.assertEqual((code, answer.get("state", "waiting")), (code, "waiting"), answer)
        self.assertEqual(self.state_of(entered), "waiting")
        code, answer = self.network.wallet(self.nodes[0], "approve", "sign", entered, "--key", foreign / "checker.key",
                                           "--passphrase-file", foreign / "passphrase", keys=(), check=False)
        self.assertEqual(code, NOT_AUTHORISED, answer)
        # The database and the log, changed while the node is down: it refuses to start, or starts with what was signed.
        log = next(Path(self.nodes[0]["data_dir"]).rglob("approvals"))
        self.network.stop(self.nodes[0])
        good = log.read_bytes()
        for at in range(64, len(good), max(1, len(good) // 6)):
            log.write_bytes(good[:at] + bytes([good[at] ^ 1]) + good[at + 1:])
            self.assert_nothing_released(entered)
        log.write_bytes(good)
        Path(self.nodes[0]["log"]).write_bytes(b"")  # its complaints were asked for
        self.network.start(self.nodes[0])
        self.wait_connected()
        self.assertEqual(self.state_of(entered), "waiting")
        self.settle(1, self.signed_payment(1, 2, "1.00"))  # the chain has gone on meanwhile
        for one in (uetr, entered):
            self.assertFalse(self.is_anywhere(one))
        self.assertEqual(self.balance(self.account(0), node=3), before)
        self.assert_same_state_everywhere()

    def wallet_key_twice(self, body):
        framed = sign_one(self.nodes[0], order(self.network, body))
        for _ in range(3):
            answer = ask(self.nodes[0], "POST", "/v1/approvals", framed)
            self.assertEqual((answer.status, answer.body.get("state"), answer.body.get("signatures_given")), (202, "waiting", 1), answer)

    def assert_nothing_released(self, uetr):
        """Starts the node over a changed log; either it says what is wrong and stays down, or the order still waits or is unknown."""
        try:
            self.network.start(self.nodes[0])
        except Exception as refusal:  # noqa: BLE001 - what it says is looked at
            self.assertIn("approvals", str(refusal))
            return
        answer = ask(self.nodes[0], "GET", f"/v1/approvals/{uetr}")
        self.assertIn((answer.status, answer.body.get("state")), ((200, "waiting"), (404, None)))
        self.network.stop(self.nodes[0])


if __name__ == "__main__":
    unittest.main()
