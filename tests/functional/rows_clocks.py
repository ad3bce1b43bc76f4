"""Row F20 of the catalogue of faults: wall clocks of running nodes that jump, by libfaketime; twenty years of all nodes are simulated
(tests/sim). Skipped without libfaketime."""

import sys
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "lib"))
from network_case import NetworkCase  # noqa: E402 - first: it knows where scripts/lib is
import faketime  # noqa: E402
from orders import ask, order, payment, sign_one  # noqa: E402

DAY_S = 24 * 3600
ALL = (0, 1, 2, 3)


class F20(NetworkCase):
    """Goal: whatever clocks do, nobody forks, connections stay up, and block times only grow. While one is off the others settle; all
    together may jump forth and back. Method: each node's clock is what a file of its own says, read again each second."""

    def setUp(self):
        faketime.need()
        super().setUp()

    def prepare(self, network):
        self.clocks = [faketime.Clock(self.home / f"clock-{index}") for index in ALL]
        # Asked for by node, not by index: nodes are written anew into the network's description.
        place = {node["participant"]: index for index, node in enumerate(network.info["nodes"])}
        network.environment = lambda node: self.clocks[place[node["participant"]]].environment()

    def jump(self, nodes, offset_s):
        for index in nodes:
            self.clocks[index].set(offset_s)
        for index in nodes:
            self.network.wait(lambda i=index: abs(self.clock_of(i) - time.time() - offset_s) < 5, 30, "its clock does not jump")

    def clock_of(self, index):
        """As the node's newest STATUS to its bank has it."""
        return faketime.moment(self.network.status(self.nodes[index])["time"])

    def settle_at(self, nodes, count=4):
        for index in nodes:
            for _ in range(count):
                body = payment(self.account(index), self.account((index + 1) % 4), "0.01")
                # Valid however the clocks stand.
                self.settle(index, sign_one(self.nodes[index], order(self.network, body, valid_until=time.time() + 2 * DAY_S)))

    def connections(self):
        """How often each has been made, by the node's own count in its log."""
        return [Path(node["log"]).read_text(encoding="utf-8").count("peer connected") for node in self.nodes]

    def test_F20_one_clock_jumps(self):
        before = self.connections()
        self.settle_at(ALL)
        for offset_s in (3600, -3600, 20 * 365 * DAY_S, -3600):
            self.jump([1], offset_s)
            self.settle_at([0, 2, 3])
        self.jump([1], 0)
        self.settle_at(ALL)
        self.check(before)

    def test_F20_all_clocks_jump_together(self):
        before = self.connections()
        for offset_s in (3600, 0, -3600, 0):
            self.jump(ALL, offset_s)
            self.settle_at(ALL)
        self.check(before)

    def check(self, connections):
        height = self.assert_same_state_everywhere()
        times = [ask(self.nodes[0], "GET", f"/v1/blocks/{h}?limit=1").body["time"] for h in range(1, height + 1)]
        self.assertEqual(times, sorted(set(times)), "block times do not grow")
        self.assertEqual(self.connections(), connections, "connections did not stay up")
        for node in self.nodes:
            evidence = Path(node["data_dir"]) / "evidence"
            self.assertEqual(evidence.stat().st_size, 0, node["participant"])


if __name__ == "__main__":
    unittest.main(warnings="ignore")
