"""A node that is far behind fetches the ledger of a newer block from the others: rows C10, F9 and T8 with whole nodes, kill -9 in
the middle of it, a set of validators that changed, and a long chain (docs/operating/history.md)."""

import os
import re
import shutil
import signal
import sys
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "lib"))
import failpoints  # noqa: E402
import injection  # noqa: E402
import members  # noqa: E402
import membership_test  # noqa: E402
from clerks import ClerksCase  # noqa: E402
from network_case import NetworkCase  # noqa: E402
from orders import ask, money, new_uetr, order, post, sign_one, terms, uetr_of  # noqa: E402
from vostronet import BANKS, bin_dir, is_alive, run  # noqa: E402

BEHIND = 15
AWAY = 3  # the node that is away


class Joining:
    config = f"\n[history]\njoin_behind = {BEHIND}\n"

    @property
    def away(self):
        return self.nodes[AWAY]

    @property
    def store(self):
        return Path(self.away["data_dir"]) / "store"

    def pay(self, count, node=0):
        """So many blocks with a payment each."""
        paid = [self.signed_payment(0, 1, "1.00") for _ in range(count)]
        for framed in paid:
            self.settle(node, framed)
        return paid

    def long_chain(self):
        """Blocks that take longer to execute than the others take to say how many there are."""
        for _ in range(BEHIND + 5):
            self.settle_bulk(self.bulk(2_000)[0])

    def lose_store(self):
        self.network.stop(self.away)
        shutil.rmtree(self.store)

    def history_begins(self, node):
        return self.network.status(node).get("history_begins", 0)

    def wait_joined(self):
        self.wait_connected()
        self.network.wait(lambda: self.history_begins(self.away) > 0, 30, "the node has not joined by the ledger of a newer block")
        self.rest()

    def join(self):
        """The node starts without a store; seconds until it serves."""
        for _ in range(6):
            began = time.monotonic()
            target = max(self.network.status(node)["height"] for node in self.nodes if node["pid"] and node is not self.away)
            self.start_before_all_at_once()
            self.network.wait(lambda at=target: self.is_back(at), 300, "the node does not come back")
            if self.history_begins(self.away) > 0:
                return time.monotonic() - began
            # One peer alone was there first, and has given it these few blocks before another said how far it is behind.
            self.lose_store()
        self.fail("the node has not joined by the ledger of a newer block")

    def start_before_all_at_once(self, start=None):
        """The others come when the longest of their pauses between two tries (5 s) is over, together: one that came first would give it all
        it lacks, block by block, before another says how far it is behind."""
        others = [node for node in self.nodes if node["pid"] and node is not self.away]
        for node in others:
            os.kill(node["pid"], signal.SIGSTOP)
        try:
            until = time.monotonic() + 6
            (start or (lambda: self.network.start(self.away)))()
            self.network.wait(lambda: time.monotonic() > until, 30, "time stands still")
        finally:
            for node in others:
                os.kill(node["pid"], signal.SIGCONT)

    def is_back(self, height):
        status = self.network.status(self.away)
        return status.get("_ready") and (status["history_begins"] > 0 or status["height"] >= height)

    def settle_bulk(self, framed):
        answer = post(self.nodes[0], framed)
        self.assertEqual(answer.status, 200, answer)

    def bulk(self, credits):
        items = [{"uetr": new_uetr(), "creditor": self.account(1), "amount": money("0.01"), "purpose": "SUPP", "charges": []}
                 for _ in range(credits)]
        parts = {"type": "PaymentBatch", "debtor": self.account(0), "currency": "EUR", **terms(), "count": credits,
                 "total": money(f"{credits / 100:.2f}"), "items": items}
        return sign_one(self.nodes[0], order(self.network, parts)), [item["uetr"] for item in items]


class JoinCase(Joining, NetworkCase):
    pass


class Join(JoinCase):
    def test_a_lost_store_is_fetched_and_nothing_is_done_twice(self):
        paid = self.pay(BEHIND)
        bulk, items = self.bulk(300)
        self.settle_bulk(bulk)
        self.long_chain()
        before = [post(self.nodes[0], framed).body for framed in paid]
        self.lose_store()
        self.join()
        self.wait_joined()

        # The same ledger, and of the blocks before it the headers and ids alone.
        shown = [self.network.status(node) for node in self.nodes]
        self.assertEqual(len({(status["height"], status["state_root"]) for status in shown}), 1)
        begins = self.history_begins(self.away)
        self.assertLessEqual(begins, shown[0]["height"] + 1)
        answer = ask(self.away, "GET", "/v1/blocks/2")
        self.assertEqual((answer.status, answer.body["code"]), (410, "history-elsewhere"), answer)
        self.assertEqual(ask(self.nodes[0], "GET", "/v1/blocks/2").status, 200)
        self.assertEqual(self.balance(self.account(1)), self.balance(self.account(1), node=AWAY))

        # T8: a repeat has one effect and its first receipt, or the answer that says where that is. Never a second effect.
        had = self.balance(self.account(1))
        for framed, first in zip(paid, before):
            again = post(self.away, framed)
            self.assertEqual((again.status, again.body["code"]), (410, "history-elsewhere"), again)
            self.assertEqual(post(self.nodes[0], framed).body, first)
        again = post(self.away, bulk)
        self.assertEqual((again.status, again.body["code"]), (410, "history-elsewhere"), again)
        # An item's UETR is used, too, in whatever order it comes again.
        single = sign_one(self.nodes[0], order(self.network, {"type": "Payment", "debtor": self.account(0), "creditor": self.account(1),
                                                              "amount": money("5.00"), **terms()}, uetr=items[7]))
        again = post(self.away, single)
        self.assertEqual((again.status, again.body["code"]), (410, "history-elsewhere"), again)
        self.rest()
        self.assertEqual(self.balance(self.account(1)), had)

        # It votes: without it there is no quorum.
        self.network.stop(self.nodes[2], signal.SIGKILL)
        self.pay(3, node=0)
        self.pay(3, node=AWAY)
        self.network.start(self.nodes[2])
        self.wait_connected()
        self.rest()
        self.assertEqual(len({self.network.status(node)["state_root"] for node in self.nodes}), 1)
        # A restart finds the store that it has.
        self.network.stop(self.away)
        self.network.start(self.away)
        self.wait_connected()
        self.assertEqual(self.history_begins(self.away), begins)

    def test_a_node_that_was_away_long_joins_and_what_waits_goes_on(self):
        held = self.signed_payment(0, 1, "7.00", accept_by=time.time() + 3000, creditor_label="customers")
        self.assertEqual(post(self.nodes[0], held).body["receipt"]["status"], "held")
        self.network.stop(self.away)
        self.long_chain()
        self.join()
        self.wait_joined()
        self.network.wallet(self.nodes[1], "inbox", "accept", uetr_of(held), "--agent", self.bic(0), keys=("maker", "checker"))
        self.rest()
        self.assertEqual(len({self.network.status(node)["state_root"] for node in self.nodes}), 1)
        self.assertFalse(any(self.network.status(node)["halted"] for node in self.nodes))


class Halted(JoinCase):
    def test_a_node_that_halted_keeps_what_it_has(self):
        """It is far behind soon, and peers have a newer ledger for it: it stays as it halted, for people to look at."""
        injection.need()
        segment = max(Path(self.away["data_dir"]).resolve().glob("journal/*/segment-*"))
        with injection.Injection(self.away["pid"], "fdatasync", "error=EIO:when=1", self.home / "strace", segment):
            self.pay(1)
            self.network.wait(lambda: self.network.status(self.away).get("halted"), 60, "it does not halt")
        before = self.network.status(self.away)
        was = self.store.stat().st_ino
        self.long_chain()
        head = self.network.status(self.nodes[0])["height"]
        self.assertGreater(head, before["height"] + BEHIND)
        heard = lambda: [one["finalized_height"] >= head for one in ask(self.away, "GET", "/v1/validators").body["items"]
                         if one.get("finalized_height")]  # noqa: E731
        self.network.wait(lambda: sum(heard()) >= 3, 60, "the others do not tell it how far they are")
        log = lambda: Path(self.away["log"]).read_text(encoding="utf-8")  # noqa: E731
        self.network.wait(lambda: "does not join by a newer ledger, for it halted" in log(), 60, "it does not say that it stays")
        now = self.network.status(self.away)
        self.assertEqual((now["halted"], now["height"]), (before["halted"], before["height"]))
        self.assertEqual([path.name for path in self.store.parent.glob("store*")], ["store"])
        self.assertEqual(self.store.stat().st_ino, was, "another store is in its place")
        self.assertNotIn("joining by the ledger", log())
        self.assertEqual(log().count("does not join by a newer ledger"), 1)

    def assert_quiet_log(self, node):
        if node is not self.away:  # it has told of its halt
            super().assert_quiet_log(node)


class Readdressed(JoinCase):
    def test_a_node_that_joins_has_the_addresses_that_it_was_told_of_last(self):
        """Nobody else knows its address, and those that it was started with lead nowhere: so it finds the others by the newest, or not."""
        others = [node for node in self.nodes if node is not self.away]
        self.network.stop(self.away)
        for node in others:
            config = Path(node["config"])
            text, count = re.subn(rf'\[\[peers\.peer\]\]\nparticipant = "{self.bic(AWAY)}"\naddress = "[^"]+"\n', "",
                                  config.read_text(encoding="utf-8"))
            self.assertEqual(count, 1)
            config.write_text(text, encoding="utf-8")
            members.read_again(node)
        self.long_chain()
        shutil.rmtree(self.store)
        config = Path(self.away["config"])
        right = config.read_text(encoding="utf-8")
        config.write_text(re.sub(r'(\[\[peers.peer\]\]\nparticipant = "\w+"\naddress = ")[^"]+', r"\g<1>127.0.0.1:1", right), encoding="utf-8")
        self.network.start(self.away)
        config.write_text(right, encoding="utf-8")
        self.start_before_all_at_once(lambda: members.read_again(self.away))
        self.wait_joined()
        self.wait_connected()


class Killed(JoinCase):
    """Ends of the process: before each step of the join is on disk, at moments that follow from nothing, and in each state that the last
    step can leave the directories in."""

    program = failpoints.PROGRAM
    # In the order in which a node comes to them; the last two when it starts again.
    steps = ("join-before-headers", "join-before-ids", "join-before-state", "join-before-whole", "join-whole", "join-store-moved",
             "join-store-replaced")

    def prepare(self, network):
        network.environment = failpoints.environment

    def end_at(self, step):
        """The join goes on where the end before this one has left it."""
        for _ in range(6):
            target = self.network.status(self.nodes[0])["height"]
            failpoints.arm(self.away, step)
            self.start_before_all_at_once(lambda: self.network.spawn(self.away))
            pid = self.away["pid"]
            self.network.wait(lambda at=target: failpoints.was_hit(self.away) or self.is_back(at), 120, f"the node does not come to {step}")
            if failpoints.was_hit(self.away):
                failpoints.forget_hit(self.away)
                self.network.wait(lambda: not is_alive(pid), 60, f"the node goes on behind {step}")
                return self.network.stop(self.away, signal.SIGKILL)
            # One peer alone was there first, and has given it these few blocks before another said how far it is behind.
            self.lose_store()
        return self.fail(f"the node never joined by way of {step}")

    def test_killed_while_it_joins_a_node_goes_on(self):
        self.long_chain()
        self.lose_store()
        # join-discarded is passed by a node that halts; what an end there leaves is among the states below.
        self.assertEqual(sorted(self.steps), [name for name in failpoints.failpoints() if name.startswith("join-") and name != "join-discarded"])
        for step in self.steps:
            self.end_at(step)
        # Wherever it is by then: it comes back, or goes on with the join, or is through.
        for moment in (0.05, 0.2, 0.6):
            shutil.rmtree(self.store, ignore_errors=True)
            self.network.spawn(self.away)
            began = time.monotonic()
            self.network.wait(lambda at=began + moment: time.monotonic() > at, 60, "time stands still")
            self.network.stop(self.away, signal.SIGKILL)
        shutil.rmtree(self.store, ignore_errors=True)
        print(f"{len(self.steps)} ends in the middle; then it serves after {self.join():.1f} s", flush=True)
        self.check_taken_part()

        # Whole and not put in place; the old one moved away already; or not cleared away; and one that a halt was removing.
        old = self.store.with_name("kept")
        for left in ("joined", "joined and store", "joined and replaced", "replaced", "discarded"):
            with self.subTest(left):
                self.network.stop(self.away)
                shutil.copytree(self.store, old)
                if "joined" in left:
                    self.store.rename(self.store.with_name("store.joined"))
                if "and store" in left:
                    shutil.copytree(old, self.store)
                if "replaced" in left:
                    shutil.copytree(old, self.store.with_name("store.replaced"))
                if "discarded" in left:
                    self.store.with_name("store.discarded").mkdir()
                shutil.rmtree(old)
                self.network.start(self.away)
                self.check_taken_part()
                self.assertEqual(list(self.store.parent.glob("store.*ed")), [])

    def check_taken_part(self):
        self.wait_connected()
        self.assertGreater(self.history_begins(self.away), 0)
        self.pay(1, node=AWAY)
        self.rest()
        self.assertEqual(len({self.network.status(node)["state_root"] for node in self.nodes}), 1)


class Changed(Joining, membership_test.MembershipCase):
    """The validators are others than those that the genesis file names."""

    def test_a_node_joins_over_the_ends_of_epochs(self):
        self.add_validators(self.admit(BANKS[4:6]))
        self.assertGreaterEqual(self.network.status(self.nodes[0])["epoch"], 2)
        self.long_chain()
        self.lose_store()
        print(f"joined over {self.network.status(self.nodes[0])['epoch']} ends of epochs in {self.join():.1f} s", flush=True)
        self.wait_connected()
        self.rest()
        self.assertEqual(len({self.network.status(node)["state_root"] for node in self.nodes}), 1)
        # It votes in the epoch of now: without it and one more there is no quorum of six.
        self.network.stop(self.nodes[5], signal.SIGKILL)
        self.pay(3, node=AWAY)


class Long(JoinCase):
    """A chain of many payments; with VOSTRO_TEST_PAYMENTS=1000000 it has the label long, and its figures are in docs/performance.md."""

    def test_a_fresh_node_joins_a_chain_of_many_payments(self):
        payments = int(os.environ.get("VOSTRO_TEST_PAYMENTS", "40000"))
        size = 10_000 if payments >= 1_000_000 else 2_000
        began = time.monotonic()
        for _ in range(payments // size):
            framed, _ = self.bulk(size)
            self.settle_bulk(framed)
        print(f"{payments} payments in {time.monotonic() - began:.0f} s", flush=True)
        self.rest()
        self.lose_store()
        took = self.join()
        print(f"a node without a store serves after {took:.1f} s by the ledger of a newer block", flush=True)
        if "VOSTRO_TEST_BY_BLOCKS" in os.environ:
            self.lose_store()
            config = Path(self.away["config"])
            config.write_text(config.read_text(encoding="utf-8").replace(f"join_behind = {BEHIND}", "join_behind = 0"), encoding="utf-8")
            target = self.network.status(self.nodes[0])["height"]
            began = time.monotonic()
            self.network.start(self.away)
            self.network.wait(lambda: self.network.status(self.away).get("height", 0) >= target and self.network.status(self.away)["_ready"],
                              1800, "the node does not catch up")
            print(f"and after {time.monotonic() - began:.1f} s by all blocks", flush=True)
        self.wait_connected()
        self.rest()
        self.assertEqual(len({self.network.status(node)["state_root"] for node in self.nodes}), 1)


KEPT = 50
PRUNED_EVERY = 1_000  # node/joining.cpp
PRUNED_WITHIN_S = 900  # for more than so many blocks, with sanitizers too
OF_HISTORY = 0.3  # of a block of one payment, at least: headers and ids stay
ARCHIVE = 0  # the node that keeps all


class PrunedUnderLoad(Joining, ClerksCase):
    """Goal: nodes that prune by themselves go on paying meanwhile, get their disk space back, start again, and give their ledger to a node that
    has lost its own. Method: clerks without pause, until all but one node have pruned; the sizes are compared with the one's that keeps all."""

    parameters = {"proof_window": KEPT}
    config = "\n[history]\njoin_behind = 300\n"  # no node is that far behind under load; one without a store is

    def prepare(self, network):
        for index, node in enumerate(network.info["nodes"]):
            if index != ARCHIVE:
                with open(node["config"], "a", encoding="utf-8") as config:
                    config.write(f"keep = {KEPT}\n")

    def table_bytes(self, node):
        return sum(file.stat().st_size for file in (Path(node["data_dir"]) / "store" / "db").glob("*.sst"))

    def test_nodes_prune_by_themselves_under_load(self):
        pruning = [node for node in self.nodes if node is not self.nodes[ARCHIVE]]
        self.start_clerks()
        began = time.monotonic()
        self.network.wait(lambda: all(self.history_begins(node) > 0 for node in pruning), PRUNED_WITHIN_S, "the nodes do not prune")
        self.wait_for_payments(100, "nothing settles once history is pruned")
        self.stop_clerks()
        self.rest()
        height = self.network.status(self.nodes[ARCHIVE])["height"]
        print(f"{self.reported()} payments in {height} blocks in {time.monotonic() - began:.0f} s", flush=True)
        self.assertEqual(self.history_begins(self.nodes[ARCHIVE]), 0)
        begins = {node["participant"]: self.history_begins(node) for node in pruning}
        for first in begins.values():
            self.assertGreater(first, PRUNED_EVERY)
            self.assertLessEqual(first, height - KEPT)
        self.assert_same_state_everywhere()

        # What a start reads of the log of writes is in tables then, on all of them.
        for node in self.nodes:
            self.network.stop(node)
            self.network.start(node)
            self.wait_connected()
        self.assertEqual({node["participant"]: self.history_begins(node) for node in pruning}, begins)
        whole = self.table_bytes(self.nodes[ARCHIVE])
        for node in pruning:
            print(f"{node['participant']}: history from block {begins[node['participant']]}, {self.table_bytes(node) / 1024:.0f} KiB of tables; "
                  f"whole: {whole / 1024:.0f} KiB", flush=True)
            pruned = (begins[node["participant"]] - 1) / height  # what came since is all there
            self.assertLess(self.table_bytes(node), whole * (1 - OF_HISTORY * pruned))
            gone, here = (ask(node, "GET", f"/v1/blocks/{at}") for at in (2, height))
            self.assertEqual((gone.status, gone.body["code"], here.status), (410, "history-elsewhere", 200), gone)
        self.assertEqual(ask(self.nodes[ARCHIVE], "GET", "/v1/blocks/2").status, 200)

        # Of those that are left none has the whole history.
        self.network.stop(self.nodes[ARCHIVE])
        self.lose_store()
        print(f"a node without a store serves after {self.join():.1f} s, from nodes that have pruned", flush=True)
        self.pay(3, node=AWAY)
        self.network.start(self.nodes[ARCHIVE])
        self.wait_connected()
        self.rest()
        self.assert_same_state_everywhere()


class Pruned(JoinCase):
    def test_what_is_kept_is_at_least_what_is_proved(self):
        said = run([bin_dir() / "vostro-node", "prune", "--config", self.away["config"], "--keep", "5"], check=False)
        self.assertEqual((said.returncode, "at least 10000" in said.stderr), (2, True), said.stderr)


if __name__ == "__main__":
    unittest.main()
