"""Rows F4, F5 and F6 of the catalogue of faults: a node whose disk fails, is full, or is slow, while the others go on."""

import hashlib
import os
import signal
import statistics
import sys
import threading
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "lib"))
import disks  # noqa: E402
import injection  # noqa: E402
from network_case import NetworkCase, issue  # noqa: E402
from orders import Client, ask, order, payment, post, sign, sign_one, uetr_of  # noqa: E402
from vostronet import is_alive  # noqa: E402

MIB = 1024 * 1024


class FaultsCase(NetworkCase):
    """One victim; what it does is compared with what the others go on to do."""

    def setUp(self):
        super().setUp()
        self.victim = self.nodes[3]
        self.data = Path(self.victim["data_dir"]).resolve()

    def settle_some(self, node, count):
        return [self.settle(node, self.signed_payment(0, 3, "1.00")) for _ in range(count)]

    def status(self):
        return self.network.status(self.victim)

    def vote_is_needed(self):
        """Another validator is down: what settles has the victim's vote."""
        self.network.stop(self.nodes[2])
        self.settle_some(0, 2)
        self.network.start(self.nodes[2])
        self.wait_connected()


class DiskError(FaultsCase):
    """One call of the victim fails once. It says so, signs and writes no more, goes on to answer reads; no later success hides it."""

    def newest(self, pattern):
        return max(self.data.glob(pattern))

    def signed_bytes(self):
        """The journal as it is: each vote is there before it is sent."""
        digest = hashlib.blake2b()
        for path in sorted((self.data / "journal").glob("*/segment-*")):
            digest.update(path.read_bytes())
        return digest.hexdigest()

    def offer(self, stopping):
        """Payments through the victim, until it halts."""
        orders = sign(self.nodes[0], [order(self.network, payment(self.account(0), self.account(3), "1.00"))], copies=200)
        with Client(self.victim) as client:
            for framed in orders:
                if stopping.is_set():
                    return
                try:
                    client.post(framed, wait=True)
                except OSError:
                    return

    def fail_once(self, path, calls):
        known = self.settle(3, self.signed_payment(0, 3, "2.00"))
        stopping = threading.Event()
        with injection.Injection(self.victim["pid"], calls, "error=EIO:when=1", self.home / "strace", path) as fault:
            load = threading.Thread(target=self.offer, args=(stopping,), daemon=True)
            load.start()
            self.network.wait(lambda: self.status().get("halted"), 60, f"{calls} of {path.name} failed, and the victim does not halt")
            stopping.set()
            self.assertEqual(len(fault.injected()), 1, fault.injected())
        load.join(60)
        # Every call would succeed again. It knows better than to believe that.
        reason = self.status()["halted"]["reason"]
        height = self.status()["height"]
        signed = self.signed_bytes()
        self.assertRegex(reason, "Input/output error|IO error")
        self.settle_some(0, 3)
        self.assertEqual(self.status()["halted"]["reason"], reason)
        self.assertEqual((self.status()["height"], self.signed_bytes()), (height, signed), "it wrote after it had halted")
        self.assertEqual(ask(self.victim, "GET", "/healthz").status, 503)
        refused = post(self.victim, self.signed_payment(0, 3, "1.00"))
        self.assertEqual((refused.status, refused.body.get("code")), (503, "halted"), refused)
        read = ask(self.victim, "GET", f"/v1/payments/{known['id']}?agent={known['owner']}")
        self.assertEqual(read.body.get("status"), "settled", read)
        self.assertIn("halted: this node signs and writes no more", Path(self.victim["log"]).read_text(encoding="utf-8"))
        # The way back: whole data, a new start.
        self.network.stop(self.victim)
        self.network.start(self.victim)
        self.wait_connected()
        print(f"{calls} of {path.relative_to(self.data)}: {reason}", flush=True)

    def assert_quiet_log(self, node):
        if node is not self.victim:  # it has told of its halts
            super().assert_quiet_log(node)

    def test_F4_a_failed_write_or_sync_is_final(self):
        injection.need()
        faults = [("journal/*/segment-*", "fdatasync"), ("store/db/*.log", "fdatasync"), ("store/mark", "pwrite64"),
                  ("admission/admitted-*", "fdatasync")]
        if os.environ.get("VOSTRO_TEST_ALL") == "1":
            faults += [("journal/*/segment-*", "pwrite64"), ("store/db/*.log", "write"), ("store/mark", "fdatasync"),
                       ("admission/admitted-*", "pwrite64")]
        for pattern, calls in faults:
            self.fail_once(self.newest(pattern), calls)
        self.vote_is_needed()
        self.assert_same_state_everywhere()

    def test_F4_the_approval_book_fails(self):
        injection.need()
        agent = self.nodes[2]  # of a currency: its orders want two signatures
        self.victim, self.data = agent, Path(agent["data_dir"]).resolve()
        currency = self.network.info["currencies"][2]["currency"]
        first = sign_one(agent, issue(self.network, agent, self.account(2), "5.00", currency), ("maker",))
        with injection.Injection(agent["pid"], "fdatasync", "error=EIO:when=1", self.home / "strace", self.data / "approvals"):
            answer = ask(agent, "POST", "/v1/approvals", first)
            self.assertEqual(answer.status, 503, answer)
            self.network.wait(lambda: self.status().get("halted"), 60, "the victim does not halt")
        self.settle_some(0, 2)
        self.network.stop(agent)
        self.network.start(agent)
        self.wait_connected()
        again = ask(agent, "POST", "/v1/approvals", first)
        self.assertEqual((again.status, again.body.get("state")), (202, "waiting"), again)
        self.assert_same_state_everywhere()


class DiskFull(disks.OnSmallDisk, FaultsCase):
    """Below the reserve the victim takes, signs and writes nothing, and goes on by itself later."""

    disk_mib = 112

    def fill_to_reserve(self):
        self.disk.fill(20 * MIB)
        self.network.wait(lambda: self.status().get("disk_full"), 60, "the victim does not see that its disk is full")

    def used(self):
        """What the node itself has on the disk: bytes of journal and admission log, and the store's height."""
        names = [*(self.data / "journal").glob("*/segment-*"), *(self.data / "admission").glob("*")]
        return sum(path.stat().st_size for path in names), self.status()["height"]

    def assert_stands_still(self):
        ready = ask(self.victim, "GET", "/readyz")
        self.assertEqual((ready.status, ready.body["code"]), (503, "disk-full"), ready)
        self.assertEqual(ask(self.victim, "GET", "/healthz").status, 200)
        before = self.used()
        refused = post(self.victim, self.signed_payment(0, 3, "1.00"))
        self.assertEqual((refused.status, refused.body["code"]), (503, "disk-full"), refused)
        self.assertIsNotNone(refused.retry_after)
        self.settle_some(0, 10)
        self.assertEqual(self.used(), before)

    def wait_back(self):
        self.network.wait(lambda: self.status().get("_ready"), 60, "the victim does not go on")
        self.wait_connected()

    def test_F5_below_the_reserve_it_stands_still_and_goes_on_later(self):
        known = self.settle(3, self.signed_payment(0, 3, "2.00"))
        self.fill_to_reserve()
        self.assert_stands_still()
        read = ask(self.victim, "GET", f"/v1/payments/{known['id']}?agent={known['owner']}")
        self.assertEqual(read.body.get("status"), "settled", read)
        self.disk.empty()
        self.wait_back()
        self.vote_is_needed()
        # Killed and started on a full disk it is the same.
        self.fill_to_reserve()
        self.network.stop(self.victim, signal.SIGKILL)
        self.disk.fill(20 * MIB)
        self.network.start(self.victim)
        self.fill_to_reserve()  # the store gave some space back when it was opened
        self.assert_stands_still()
        self.disk.empty()
        self.wait_back()
        self.vote_is_needed()
        # And it can be stopped while it stands still.
        self.fill_to_reserve()
        self.network.stop(self.victim)
        self.disk.empty()
        self.network.start(self.victim)
        self.wait_back()
        self.assert_same_state_everywhere()

    def test_F5_a_disk_that_another_program_fills_at_once_loses_nothing(self):
        """Not one byte is left, in the middle of a load: the node pauses, halts or dies, by what it was about to write."""
        orders = sign(self.nodes[0], [order(self.network, payment(self.account(0), self.account(3), "0.01"))], copies=3000)
        answers = {}

        def pay():
            with Client(self.victim, timeout=20) as client:
                for framed in orders:
                    try:
                        answers[framed] = client.post(framed, wait=len(answers) % 2 == 0)
                    except OSError:
                        return
                    if answers[framed].status == 503:
                        return

        for turn in range(2):
            before = len(answers)
            load = threading.Thread(target=pay, daemon=True)
            load.start()
            self.network.wait(lambda: len(answers) > before + 50, 60, "the victim settles nothing")
            self.disk.fill(0)
            load.join(60)
            self.assertFalse(load.is_alive(), "the victim goes on without a disk")
            became = "died" if not is_alive(self.victim["pid"]) else "halted" if self.status().get("halted") else "paused"
            self.settle_some(0, 5)
            self.disk.empty()
            if became != "paused":
                self.network.stop(self.victim)
                self.network.start(self.victim)
            self.wait_back()
            print(f"turn {turn}: it {became} after {len(answers)} answers", flush=True)
            orders = [framed for framed in orders if framed not in answers]
        for framed, answer in answers.items():
            if answer.status in (200, 202):
                self.assertEqual(self.payment_everywhere(0, uetr_of(framed))["status"], "settled")
        self.vote_is_needed()
        self.check_heads()

    def check_heads(self):
        heads = lambda: {(s.get("height"), s.get("state_root")) for s in map(self.network.status, self.nodes)}  # noqa: E731
        self.network.wait(lambda: len(heads()) == 1, 60, "the nodes differ in height or state")

    def test_F5_a_log_that_cannot_be_written_stops_nobody(self):
        home = self.home / "log"
        home.mkdir()
        small = disks.SmallDisk(home, 1)
        self.addCleanup(small.remove)
        small.take_over()
        self.network.stop(self.victim)
        small.fill(0)
        self.victim["log"] = str(home / "node.log")
        self.network.start(self.victim)
        self.wait_connected()
        self.settle_some(3, 3)
        self.vote_is_needed()
        self.assertEqual((home / "node.log").stat().st_size, 0)
        self.check_heads()
        self.network.stop(self.victim)


class SlowDisk(FaultsCase):
    def latencies_ms(self, count):
        times = []
        for framed in sign(self.nodes[0], [order(self.network, payment(self.account(0), self.account(1), "0.01"))], copies=count):
            began = time.monotonic()
            self.settle(0, framed)
            times.append((time.monotonic() - began) * 1000)
        return times

    def test_F6_one_slow_disk_holds_up_nobody_else(self):
        injection.need()
        figures = {"as usual": self.latencies_ms(60)}
        with injection.Injection(self.victim["pid"], "fdatasync", "delay_enter=200000", self.home / "strace") as fault:
            times = figures["one node syncs 200 ms longer"] = self.latencies_ms(60)
            end = time.monotonic() + 120
            while len(fault.injected()) <= 5:  # a fast machine pays all these within a few of the victim's syncs
                self.assertLess(time.monotonic(), end, "the victim syncs nothing")
                times += self.latencies_ms(20)
            self.assertIsNone(self.status()["halted"])
        for name, times in figures.items():
            quantiles = statistics.quantiles(times, n=100)
            print(f"{name}: p50 {quantiles[49]:.0f} ms, p99 {quantiles[98]:.0f} ms of {len(times)} payments", flush=True)
        self.vote_is_needed()
        self.assert_same_state_everywhere()


class Stall(FaultsCase):
    """A call to the victim's disk does not come back for a while. It says so within a minute, takes no orders, and goes on by itself."""

    HELD_UP_S = 55
    PROMISED_S = 60

    def assert_quiet_log(self, node):
        if node is not self.victim:  # it tells of the stall
            super().assert_quiet_log(node)

    def log_says(self, text):
        return text in Path(self.victim["log"]).read_text(encoding="utf-8")

    def test_F38_a_disk_that_does_not_come_back_is_told_within_a_minute(self):
        injection.need()
        segment = max(self.data.glob("journal/*/segment-*"))
        self.assertEqual(self.metric(self.victim, "vostro_stalled"), 0)
        with injection.Injection(self.victim["pid"], "fdatasync", f"delay_enter={self.HELD_UP_S * 1_000_000}:when=1", self.home / "strace", segment):
            began = time.monotonic()
            self.settle_some(0, 2)  # the three others
            self.network.wait(lambda: self.metric(self.victim, "vostro_stalled") == 1, self.PROMISED_S, "the stall is not told")
            print(f"told after {time.monotonic() - began:.0f} s (promised: {self.PROMISED_S} s)", flush=True)
            self.assertTrue(self.log_says('stalled: a thread does not come back from its work'))
            self.assertTrue(self.log_says("the journal"))
            self.assertEqual(ask(self.victim, "GET", "/readyz").status, 503)
            self.assertEqual(ask(self.victim, "GET", f"/v1/accounts/{self.account(0)}").status, 200)
            self.settle_some(0, 2)
            self.network.wait(lambda: self.metric(self.victim, "vostro_stalled") == 0, 60, "it does not go on")
        self.assertTrue(self.log_says("a thread that had stalled goes on"))
        self.wait_connected()
        self.vote_is_needed()
        self.assert_same_state_everywhere()


if __name__ == "__main__":
    unittest.main()
