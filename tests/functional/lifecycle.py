"""A node's end and its return: an orderly stop answers what is under way; a store that is lost, older than it has been, or whose
journal is gone is treated as the runbook says, and such a node votes only when it has everything again."""

import os
import shutil
import signal
import sys
import threading
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "lib"))
from network_case import NetworkCase  # noqa: E402
from orders import Client, order, payment, post, sign, uetr_of  # noqa: E402
from vostronet import bin_dir, is_alive, run  # noqa: E402

STOP_S_MAX = 10  # an orderly stop, on a loaded machine too


def exit_code_after(pid, how, seconds):
    """Sends the signal to our child and waits for its end: exit code and seconds it took."""
    began = time.monotonic()
    os.kill(pid, how)
    while time.monotonic() < began + seconds:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status), time.monotonic() - began
        time.sleep(0.01)
    return None, seconds


WAIT_S = 120  # that `?wait=final` waits here: longer than anything that is looked at before the node stops


class Reads(NetworkCase):
    """Goal: answers that follow each other never go back; whoever asks for the height before and after something else knows of which height it is."""

    def test_no_answer_goes_back_behind_the_one_before(self):
        node = self.nodes[0]
        left = sign(node, [order(self.network, payment(self.account(0), self.account(1), "0.01"))], copies=150)
        lock = threading.Lock()

        def clerk():
            with Client(node) as client:
                while left:
                    with lock:
                        framed = left.pop() if left else None
                    if framed:
                        client.post(framed)

        clerks = [threading.Thread(target=clerk, daemon=True) for _ in range(2)]
        for each in clerks:
            each.start()
        seen = []
        with Client(node) as client:
            while any(each.is_alive() for each in clerks):
                seen.append(client.get("/v1/blocks/latest").body["height"])
                seen.append(client.get("/v1/status").body["height"])
        self.assertGreater(seen[-1], seen[0] + 20, "hardly a block was made meanwhile")
        self.assertEqual(seen, sorted(seen))


class OrderlyStop(NetworkCase):
    """Goal: SIGTERM ends a node with 0 within seconds; a request that it has begun to serve gets an answer."""

    def prepare(self, network):
        for node in network.info["nodes"]:
            config = Path(node["config"])
            config.write_text(config.read_text(encoding="utf-8").replace("[api]\n", f"[api]\nwait_ms = {WAIT_S * 1000}\n"), encoding="utf-8")

    def stop_node(self, node, how=signal.SIGTERM):
        code, took = exit_code_after(node["pid"], how, STOP_S_MAX)
        self.assertEqual(code, 0, f"{node['participant']}: exit code {code} after {took:.1f} s")
        node["pid"] = None
        self.network.save()

    def test_stop_under_load_answers_what_is_under_way(self):
        node = self.nodes[1]
        orders = sign(node, [order(self.network, payment(self.account(1), self.account(2), "0.01"))], copies=2000)
        answers, lost = {}, []
        lock = threading.Lock()
        left = list(orders)

        def clerk():
            with Client(node) as client:
                while left:
                    framed = left.pop()  # of one thread at a time
                    try:
                        answer = client.post(framed)
                    except ConnectionRefusedError:
                        return  # the door is closed: nothing was sent
                    except OSError:
                        with lock:
                            lost.append(framed)
                        return
                    with lock:
                        answers[framed] = answer

        clerks = [threading.Thread(target=clerk, daemon=True) for _ in range(8)]
        for each in clerks:
            each.start()
        settled = lambda: [a for a in list(answers.values()) if a.status == 200]  # noqa: E731
        self.network.wait(lambda: len(settled()) > 100, 60, "no payments settle")
        self.stop_node(node)
        for each in clerks:
            each.join(30)
        # A kept-open connection may be closed just as the next request goes out: of that the client knows nothing, and asks again.
        self.assertLess(len(lost), len(clerks) / 2)
        final = {framed: a.body for framed, a in answers.items() if a.status == 200}
        self.assertLessEqual({a.status for a in answers.values()}, {200, 202, 503})
        self.network.start(node)
        self.wait_connected()
        for framed, body in final.items():
            self.assertEqual(post(node, framed).body, body)
        for framed in [f for f, a in answers.items() if a.status == 202]:
            self.assertEqual(self.payment_everywhere(1, uetr_of(framed))["status"], "settled")
        for framed in lost:
            self.settle(0, framed)
        self.assert_same_state_everywhere()

    def test_stop_without_a_quorum_answers_and_keeps_what_was_taken(self):
        """Two peers hang, so nothing can become final: waiting requests are answered all the same, and nothing taken is lost."""
        node = self.nodes[0]
        hung = [self.nodes[2], self.nodes[3]]
        for each in hung:
            os.kill(each["pid"], signal.SIGSTOP)
        try:
            orders = [self.signed_payment(0, 1, "3.00") for _ in range(3)]
            answers = {}

            def wait_for(framed):
                with Client(node, timeout=2 * WAIT_S) as client:
                    answers[framed] = client.post(framed)

            waiting = [threading.Thread(target=wait_for, args=(framed,), daemon=True) for framed in orders]
            for each in waiting:
                each.start()
            self.network.wait(lambda: self.network.status(node).get("pending_transactions") == 3, 60, "the node does not take them")
            self.assertEqual(answers, {})
            self.stop_node(node)
            for each in waiting:
                each.join(60)
        finally:
            for each in hung:
                os.kill(each["pid"], signal.SIGCONT)
        self.assertEqual(sorted(a.status for a in answers.values()), [202, 202, 202], answers)
        self.network.start(node)
        self.wait_connected()
        for framed in orders:
            self.assertEqual(self.payment_everywhere(0, uetr_of(framed))["status"], "settled")
        self.assert_same_state_everywhere()

    def test_interrupt_and_term_end_every_node_with_0(self):
        self.settle(0, self.signed_payment(0, 1, "3.00"))
        for node, how in zip(self.nodes, (signal.SIGTERM, signal.SIGINT, signal.SIGTERM, signal.SIGINT)):
            self.stop_node(node, how)


class Store(NetworkCase):
    """Goal: what a store may lose its node fetches again, before it votes; what a journal may lose silences it for good."""

    def setUp(self):
        super().setUp()
        self.victim = self.nodes[3]
        self.store = Path(self.victim["data_dir"]) / "store"

    def settle_some(self, node, count=5):
        for _ in range(count):
            self.settle(node, self.signed_payment(0, 1, "1.00"))

    def refusal(self):
        """The sentence with which the victim refuses to start."""
        done = run([bin_dir() / "vostro-node", "run", "--config", self.victim["config"]], check=False, timeout=30)
        self.assertNotEqual(done.returncode, 0)
        sentence = done.stderr.splitlines()[-1]
        self.assertIn("vostro-node: ", sentence)
        return sentence

    def return_and_vote(self, settled):
        """The victim starts, refills, and then its vote is needed: another validator is down."""
        target = self.network.status(self.nodes[0])["height"]
        self.network.start(self.victim)
        self.network.wait(lambda: self.network.status(self.victim).get("height", 0) >= target, 60, "it does not refill")
        for framed, body in settled.items():
            answer = post(self.victim, framed)
            self.assertEqual((answer.status, answer.body), (200, body))
        self.wait_connected()
        self.network.stop(self.nodes[2])
        self.settle_some(3)
        self.network.start(self.nodes[2])
        self.wait_connected()
        self.assert_same_state_everywhere()

    def receipts(self, count=3):
        orders = [self.signed_payment(0, 3, "9.00") for _ in range(count)]
        return {framed: self.settle(3, framed) for framed in orders}

    def test_store_moved_away_is_refilled_from_peers(self):
        settled = self.receipts()
        for how in (signal.SIGTERM, signal.SIGKILL):
            self.network.stop(self.victim, how)
            shutil.move(self.store, self.store.with_name(f"store-{how.name}"))
            self.settle_some(0)
            self.return_and_vote(settled)

    def test_S3_whole_store_replaced_by_an_older_copy_is_refilled_before_voting(self):
        self.network.stop(self.victim)
        old = self.store.with_name("store-old")
        shutil.copytree(self.store, old)
        self.network.start(self.victim)
        self.wait_connected()
        settled = self.receipts()
        self.settle_some(3)
        self.network.stop(self.victim)
        shutil.rmtree(self.store)
        shutil.move(old, self.store)
        # Its vote is needed at once: two of the other three are up. It gives none before it has the blocks.
        self.network.stop(self.nodes[2])
        self.network.start(self.victim)
        self.wait_connected()
        self.settle_some(0)
        self.network.start(self.nodes[2])
        self.wait_connected()
        for framed, body in settled.items():
            answer = post(self.victim, framed)
            self.assertEqual((answer.status, answer.body), (200, body))
        self.assert_same_state_everywhere()

    def test_S3_store_behind_its_mark_is_refused_and_refilled(self):
        self.network.stop(self.victim)
        old = self.store.with_name("store-old")
        shutil.copytree(self.store, old)
        self.network.start(self.victim)
        self.wait_connected()
        settled = self.receipts()
        self.network.stop(self.victim)
        shutil.copy2(self.store / "mark", old / "mark")
        shutil.rmtree(self.store)
        shutil.move(old, self.store)
        self.assertIn("behind_mark", self.refusal())
        (self.store / "mark").unlink()
        self.assertIn("mark_missing", self.refusal())
        self.settle_some(0)
        shutil.move(self.store, self.store.with_name("store-refused"))
        self.return_and_vote(settled)

    def test_S2_journal_lost_or_another_ones_is_refused(self):
        self.network.stop(self.victim)
        journal = Path(self.victim["data_dir"]) / "journal"
        kept = journal.with_name("journal-kept")
        shutil.move(journal, kept)
        self.assertIn("must not vote again", self.refusal())
        other = self.nodes[2]
        self.network.stop(other)
        shutil.copytree(Path(other["data_dir"]) / "journal", journal)
        sentence = self.refusal()
        self.assertRegex(sentence, "belongs to another key or network|must not vote again")
        init = run([bin_dir() / "vostro-node", "init", "--config", self.victim["config"]], check=False)
        self.assertNotEqual(init.returncode, 0, init)
        # With its own journal it is itself again.
        shutil.rmtree(journal)
        shutil.move(kept, journal)
        self.network.start(other)
        self.network.start(self.victim)
        self.wait_connected()
        self.settle_some(0, 2)
        self.assert_same_state_everywhere()

    def test_S3_one_data_directory_is_open_once(self):
        """A second process on the same data directory is refused, and the first goes on; also while a fetched ledger waits to be the store."""
        config = Path(self.victim["config"])
        second = config.with_name("second.toml")
        text = config.read_text(encoding="utf-8")
        second.write_text(text.replace(f'listen = "{self.victim["api"].removeprefix("http://")}"', 'listen = "127.0.0.1:0"'), encoding="utf-8")
        fetched = self.store.with_name("store.joined")
        for _ in range(2):
            done = run([bin_dir() / "vostro-node", "run", "--config", second], check=False, timeout=30)
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertIn("locked", done.stderr)
            fetched.mkdir(exist_ok=True)
        fetched.rmdir()  # it is there still
        self.assertTrue(is_alive(self.victim["pid"]))
        self.settle_some(3, 2)
        self.assert_same_state_everywhere()


if __name__ == "__main__":
    unittest.main()
