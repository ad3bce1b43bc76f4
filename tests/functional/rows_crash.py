"""Rows F1, F2 and F3 of the catalogue of faults: nodes that are killed, or lose their power and with it all that was not synced, at
every boundary between the receipt of an order and its answer. The nodes are vostro-node-failpoints: the program that is installed,
with the points that base/failpoint.h describes. VOSTRO_TEST_ALL=1 cuts the power at each of them, not at some."""

import os
import signal
import sys
import threading
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "lib"))
import disks  # noqa: E402
from clerks import ClerksCase  # noqa: E402
from failpoints import PROGRAM, arm, environment, failpoints, forget_hit, was_hit  # noqa: E402
from network_case import issue  # noqa: E402
from orders import Client, sign_one  # noqa: E402
from vostronet import bin_dir, is_alive  # noqa: E402

CUTS = 6        # cuts of one node's power, where not all points are tried
CUTS_OF_ALL = 2
HITS_MAX = 6    # a point is taken at one of its first so many hits
VOTES_AFTER = 3  # payments that settle without the last victim but one, and so not without the last


def points_of_life():
    """Those that a node passes that keeps up. Of joining, join_test.py kills at each."""
    return [name for name in failpoints() if not name.startswith("join-")]


class Crashes(ClerksCase):
    """Nodes that end at a failpoint. The clerks never stop; each victim's vote is needed as soon as the next one is down."""

    program = PROGRAM
    clerks_count = 2
    action = "kill"

    def setUp(self):
        self.answered = []
        super().setUp()

    def prepare(self, network):
        network.environment = environment

    def end_at(self, node, name):
        """Brings the node to the point, under load, and ends it there."""
        count = 1
        if name.startswith("start-") or name.startswith("note-rotation-"):
            self.network.stop(node, signal.SIGKILL)
            arm(node, name, count, self.action)
            self.network.spawn(node)
        elif name.startswith("approval-"):
            arm(node, name, count, self.action)
            threading.Thread(target=self.enter_an_order, args=(node,), daemon=True).start()
        elif name.startswith("nullify-"):
            arm(node, name, count, self.action)
            silent = self.nodes[(self.nodes.index(node) + 2) % len(self.nodes)]
            os.kill(silent["pid"], signal.SIGSTOP)
            try:
                self.wait_hit(node, name)
            finally:
                os.kill(silent["pid"], signal.SIGCONT)
        else:
            rare = name.startswith("segment-") or name in ("archive-synced", "certificate-kept")
            count = 1 if rare else self.random.randint(1, HITS_MAX)
            arm(node, name, count, self.action)
        self.wait_hit(node, name)
        self.end(node)
        forget_hit(node)
        return count

    def wait_hit(self, node, name):
        self.network.wait(lambda: was_hit(node), 60, f"{node['participant']} does not come to {name}")

    def end(self, node):
        pid = node["pid"]
        if pid:
            self.network.wait(lambda: not is_alive(pid), 60, f"{node['participant']} goes on behind its failpoint")
        self.network.stop(node, signal.SIGKILL)

    def enter_an_order(self, node):
        """One that lacks its second signature. The node dies over it."""
        bic = node["participant"]
        currency = next(each["currency"] for each in self.network.info["currencies"] if each["agent"] == bic)
        framed = sign_one(node, issue(self.network, node, f"{bic}/main", "1.00", currency), ("maker",))
        try:
            with Client(node, timeout=60) as client:
                self.answered.append(client.ask("POST", "/v1/approvals", framed))
        except OSError:
            pass  # as it must be

    def return_of(self, node):
        """Starts it and waits until it takes part again; seconds."""
        began = time.monotonic()
        self.network.start(node)
        self.wait_connected()
        return time.monotonic() - began

    def try_points(self, names):
        """One node after the other, each at the next point. What settles while one is down needs the vote of the one before."""
        self.start_clerks()
        slowest = 0
        for turn, name in enumerate(names):
            victim = self.nodes[turn % len(self.nodes)]
            if name.startswith("approval-"):  # the bank must be some currency's agent
                victim = self.nodes[turn % len(self.network.info["currencies"])]
            count = self.end_at(victim, name)
            self.wait_for_payments(VOTES_AFTER, f"nothing settles without {victim['participant']}, ended at {name}")
            seconds = self.return_of(victim)
            slowest = max(slowest, seconds)
            print(f"{name} (hit {count}), {victim['participant']}: back after {seconds:.1f} s", flush=True)
        last = self.nodes[(self.nodes.index(victim) + 1) % len(self.nodes)]
        self.network.stop(last, signal.SIGKILL)
        self.wait_for_payments(VOTES_AFTER, "the last victim does not vote")
        self.return_of(last)
        self.stop_clerks()
        self.assertEqual(self.answered, [], "a node answered that had ended before")
        print(f"{len(names)} ends, {self.reported()} payments final; the slowest was back after {slowest:.1f} s", flush=True)
        self.check_everything()


class Absent(unittest.TestCase):
    """A failpoint is a way to stop a node from outside. No program that is installed has one."""

    def test_failpoints_are_absent_from_what_is_installed(self):
        words = [name.encode("ascii") + b"\0" for name in failpoints()] + [b"VOSTRO_FAILPOINT"]
        found = {}
        for program in ("vostro-node", "vostro", "vostro-genesis", "vostro-node-failpoints"):
            content = (bin_dir() / program).read_bytes()
            found[program] = {word for word in words if word in content}
        self.assertEqual(found.pop("vostro-node-failpoints"), set(words), "this search finds nothing")
        self.assertEqual(found, {program: set() for program in found})


class Kill(Crashes):
    def test_F1_kill_at_every_failpoint(self):
        names = points_of_life()
        self.assertEqual(len(names), len(set(names)), "two failpoints with one name")
        self.assertGreater(len(names), 30)
        self.random.shuffle(names)
        self.try_points(names)


class PowerLoss(Crashes):
    """The nodes' data lies on images of file systems, two ext4 and two xfs. A cut loses all that was not synced."""

    action = "stop"
    limits = {"disk_reserve_mib": 8}

    def setUp(self):
        self.disks = {}
        self.addCleanup(self.remove_disks)
        disks.need("xfs")
        disks.need("ext4")
        super().setUp()

    def prepare(self, network):
        super().prepare(network)
        for node, kind in zip(network.info["nodes"], ("ext4", "xfs", "ext4", "xfs")):
            self.disks[node["participant"]] = disk = disks.ImageDisk(node["data_dir"], kind)
            disks.mount_or_skip(disk)

    def remove_disks(self):
        for network in self.networks:
            for node in (network.info or {}).get("nodes", []):
                network.stop(node, signal.SIGKILL)
        for disk in self.disks.values():
            disk.remove()

    def end(self, node):
        """Nothing runs any more when the power goes: the node could not even see its disk fail."""
        if node["pid"]:
            os.kill(node["pid"], signal.SIGSTOP)
            self.network.wait(lambda: is_stopped(node["pid"]), 60, f"{node['participant']} does not stand still")
        self.disks[node["participant"]].cut_power()
        self.network.stop(node, signal.SIGKILL)
        self.disks[node["participant"]].restore_power()

    def test_F2_power_loss_of_one_node_at_failpoints(self):
        names = points_of_life()
        self.random.shuffle(names)
        self.try_points(names if os.environ.get("VOSTRO_TEST_ALL") == "1" else names[:CUTS])

    def test_F3_power_loss_of_all_nodes_at_once(self):
        self.start_clerks()
        for _ in range(CUTS_OF_ALL):
            self.wait_for_payments(self.random.randint(20, 60), "nothing settles")
            for node in self.nodes:
                os.kill(node["pid"], signal.SIGSTOP)
            for node in self.nodes:
                self.end(node)
            before = self.reported()
            began = time.monotonic()
            for node in self.random.sample(self.nodes, len(self.nodes)):
                self.network.start(node)
            self.network.wait(lambda: self.reported() > before, 60, "no payment is final after the power came back")
            print(f"{before} payments were final before the cut; the next one was {time.monotonic() - began:.1f} s after it", flush=True)
        self.wait_connected()
        self.stop_clerks()
        self.check_everything()


def is_stopped(pid):
    """All its threads."""
    tasks = Path(f"/proc/{pid}/task")
    return all((task / "stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()[0] == "T" for task in tasks.iterdir())


if __name__ == "__main__":
    unittest.main()
