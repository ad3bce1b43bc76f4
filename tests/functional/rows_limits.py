"""Rows F29 and F30 of the catalogue of faults: a node without descriptors, threads or memory, or with one allocation that fails, refuses
work or ends, and its store stays whole. VOSTRO_TEST_SEED repeats which ones fail, VOSTRO_TEST_ALLOCATIONS is how many."""

import errno
import os
import random
import resource
import signal
import socket
import sys
import threading
import unittest
from pathlib import Path
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parent / "lib"))
from network_case import NetworkCase  # noqa: E402
import cgroups  # noqa: E402
from orders import Client, order, payment, sign  # noqa: E402
from vostronet import bin_dir, is_alive, last_line  # noqa: E402

MIB = 1024 * 1024


def limit_descriptors(pid, count):
    """The soft limit: one who may not raise the hard one could not take it back."""
    _, hard = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (count, hard))


class ShortCase(NetworkCase):
    """One victim is short of something under load; the others go on; with what it lacked it is whole again."""

    def setUp(self):
        super().setUp()
        self.victim = self.nodes[3]

    def settle_at_others(self, count=5):
        for _ in range(count):
            self.settle(0, self.signed_payment(0, 1, "0.01"))

    def became(self):
        if not is_alive(self.victim["pid"]):
            return "ended"
        return "halted" if self.network.status(self.victim).get("halted") else "went on"

    def assert_whole_again(self):
        """Restarted as usual, it takes part: another validator is down, and what settles has its vote."""
        print(f"the victim {self.became()}: {last_line(self.victim['log'])}", flush=True)
        self.network.stop(self.victim)
        self.network.start(self.victim)
        self.wait_connected()
        self.network.stop(self.nodes[2])
        self.settle_at_others(2)
        self.network.start(self.nodes[2])
        self.wait_connected()
        self.assert_same_state_everywhere()

    def assert_quiet_log(self, node):
        if node is not self.victim:  # it tells of what it lacks
            super().assert_quiet_log(node)

    def load(self, count=600):
        """Payments through the victim, as long as it takes them."""
        with Client(self.victim, timeout=10) as client:
            for framed in sign(self.nodes[0], [order(self.network, payment(self.account(0), self.account(1), "0.01"))], copies=count):
                try:
                    if client.post(framed, wait=False).status >= 500:
                        return
                except OSError:
                    return

    def under_load(self):
        loads = [threading.Thread(target=self.load, daemon=True) for _ in range(3)]
        for each in loads:
            each.start()
        self.settle_at_others()
        for each in loads:
            each.join(120)
            self.assertFalse(each.is_alive(), "the victim holds its clients")
        self.settle_at_others()

    def starts_or_says_why(self):
        """Within its time it runs, or has ended with a code of its own and a sentence."""
        log = Path(self.victim["log"])
        before = log.stat().st_size
        process = self.network.spawn(self.victim)
        ready = Path(self.victim["config"]).with_name("ready.json")
        self.network.wait(lambda: ready.exists() or process.poll() is not None, 60, "it neither starts nor ends")
        if process.poll() is None:
            return True
        self.assertIn(process.returncode, (1, 2), last_line(self.victim["log"]))
        # What is stopped in order logs behind the sentence.
        lines = log.read_bytes()[before:].decode(errors="replace").splitlines()
        self.assertTrue(any(line.startswith("vostro-node: ") for line in lines), lines)
        return False


class F29(ShortCase):
    def test_F29_no_descriptors_while_it_runs(self):
        pid = self.victim["pid"]
        open_now = max(int(each.name) for each in Path(f"/proc/{pid}/fd").iterdir()) + 1
        limit_descriptors(pid, open_now + 2)
        url = urlsplit(self.victim["api"])
        held = [socket.create_connection((url.hostname, url.port)) for _ in range(20)]
        self.under_load()
        for each in held:
            each.close()
        self.assert_whole_again()

    def test_F29_no_descriptors_at_the_start(self):
        usual, outcomes = self.network.program, {}
        for limit in range(4, 64, 5):
            self.network.stop(self.victim)
            script = self.home / "with-few"
            script.write_text(f'#!/bin/sh\nulimit -n {limit} && exec "{usual}" "$@"\n', encoding="utf-8")
            script.chmod(0o755)
            self.network.program = script
            outcomes[limit] = "starts" if self.starts_or_says_why() else last_line(self.victim["log"])
            self.network.program = usual
        print(outcomes, flush=True)
        self.assertGreater(len(set(outcomes.values())), 1, "no limit was of any consequence")
        self.assert_whole_again()

    def test_F29_no_threads(self):
        cgroups.need("pids")
        usual = self.network.program
        group = cgroups.Group("pids", {})
        self.addCleanup(group.remove)
        self.addCleanup(self.network.stop, self.victim, signal.SIGKILL)
        outcomes = {}
        for limit in (2, 4, 6, 8, 10, 14, 18):
            self.network.stop(self.victim)
            group.set({"pids.max": limit})
            self.network.program = group.starter(usual, self.home)
            outcomes[limit] = "starts" if self.starts_or_says_why() else last_line(self.victim["log"])
            self.network.program = usual
        print(outcomes, flush=True)
        self.assertIn(True, [outcome != "starts" for outcome in outcomes.values()], "no limit was of any consequence")
        self.settle_at_others()
        self.assert_whole_again()

    def test_F29_the_kernel_takes_a_node_that_has_no_memory_left(self):
        cgroups.need("memory")
        usual = self.network.program
        group = cgroups.Group("memory", {"memory.limit_in_bytes": 512 * MIB})
        self.addCleanup(group.remove)
        self.addCleanup(self.network.stop, self.victim, signal.SIGKILL)
        self.network.stop(self.victim)
        self.network.program = group.starter(usual, self.home)
        self.network.start(self.victim)
        self.network.program = usual
        self.wait_connected()
        left = self.tighten(group)
        self.under_load()
        self.network.wait(lambda: not is_alive(self.victim["pid"]), 60, f"{left} MiB are enough for it")
        self.assert_whole_again()

    def tighten(self, group):
        """Leaves the group not one MiB more than what the kernel cannot take back from it; how many these are."""
        for left in range(256, 0, -1):
            try:
                group.set({"memory.limit_in_bytes": left * MIB})
            except OSError as error:
                self.assertEqual(error.errno, errno.EBUSY, error)
                return left + 1
        self.fail("a node without memory runs")

    def test_F29_allocations_fail(self):
        pid = self.victim["pid"]
        pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[0])
        resource.prlimit(pid, resource.RLIMIT_AS, (pages * resource.getpagesize() + 2 * MIB, resource.RLIM_INFINITY))
        self.under_load()
        self.assert_whole_again()


class F30(ShortCase):
    """Wherever the k-th allocation fails, at the start or under load: no half state is left, nothing stays locked, nobody is wronged."""

    SAID = "the allocation that was to fail fails"

    def fail(self, number):
        """What became of the victim whose allocation of that number fails; None where it made fewer."""
        self.network.stop(self.victim)
        log = Path(self.victim["log"])
        before = log.stat().st_size
        library = {"LD_PRELOAD": str(bin_dir() / "vostro-short-of-memory.so"), "VOSTRO_TEST_ALLOCATION": str(number)}
        self.network.environment = lambda node: library if node is self.victim else {}
        if self.starts_or_says_why():
            self.under_load()
        self.network.environment = lambda node: {}
        became = self.became()
        with open(log, "rb") as file:
            file.seek(before)
            is_hit = self.SAID in file.read().decode("utf-8", "replace")
        return became if is_hit else None

    def test_F30_the_kth_allocation_fails(self):
        if not (bin_dir() / "vostro-short-of-memory.so").exists():
            self.skipTest("a build with sanitizers has allocations of their own")
        seed = int(os.environ.get("VOSTRO_TEST_SEED", random.SystemRandom().randrange(2**32)))
        print(f"VOSTRO_TEST_SEED={seed}", flush=True)
        numbers = random.Random(seed)
        outcomes, failed, most = {}, 0, 5.5  # those of a start, and of some thousand payments: how many these are is seen
        wanted = int(os.environ.get("VOSTRO_TEST_ALLOCATIONS", "8"))
        while failed < wanted and len(outcomes) < 3 * wanted:
            exponent = numbers.uniform(3, most)
            number = int(10 ** exponent)
            outcomes[number] = self.fail(number)
            if outcomes[number]:
                failed += 1
            else:
                most = exponent
        print(outcomes, flush=True)
        self.assertEqual(failed, wanted, "too few failed")
        self.assert_whole_again()
        for node in self.nodes:
            self.assertEqual((Path(node["data_dir"]) / "evidence").stat().st_size, 0, node["participant"])


if __name__ == "__main__":
    unittest.main(warnings="ignore")
