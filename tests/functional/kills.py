"""Nodes are killed at random moments while payments go on. What any node reported final stays final, alike on all of them; there is
one block a height and one state a block; no money appears or vanishes. VOSTRO_TEST_SEED repeats the choices of a run (not its timing)."""

import os
import signal
import sys
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "lib"))
from clerks import ClerksCase  # noqa: E402

KILLING_S = 30
PAYMENTS_BETWEEN_KILLS = 20


class Kills(ClerksCase):
    """Goal: SIGKILL at any moment, of one node and of all, loses nothing that was reported final and forks nothing."""

    def kill_one(self):
        victim = self.random.choice(self.nodes)
        self.network.stop(victim, signal.SIGKILL)
        if self.random.random() < 0.5:
            self.wait_for_payments(PAYMENTS_BETWEEN_KILLS, "three of four nodes settle nothing")
        self.network.start(victim)

    def kill_all(self):
        for node in self.random.sample(self.nodes, len(self.nodes)):
            os.kill(node["pid"], signal.SIGKILL)
        for node in self.nodes:
            self.network.stop(node, signal.SIGKILL)
        for node in self.random.sample(self.nodes, len(self.nodes)):
            self.network.start(node)

    def test_random_kills_lose_and_fork_nothing(self):
        self.start_clerks()
        kills = {"one": 0, "all": 0}
        end = time.monotonic() + KILLING_S
        middle = end - KILLING_S / 2
        while time.monotonic() < end or kills["all"] == 0 or kills["one"] <= 3:  # a start takes seconds on a busy machine
            self.wait_for_payments(self.random.randrange(1, 2 * PAYMENTS_BETWEEN_KILLS), "nothing settles")
            if kills["all"] == 0 and time.monotonic() > middle:
                self.kill_all()
                kills["all"] += 1
            else:
                self.kill_one()
                kills["one"] += 1
        self.wait_connected()
        self.stop_clerks()
        print(f"{kills} kills, {self.reported()} payments final, {sum(len(c.given_up) for c in self.clerks)} given up", flush=True)
        self.assertGreater(self.reported(), 100)
        self.assertGreater(kills["one"], 3)
        self.assertEqual(kills["all"], 1)
        self.check_everything()


if __name__ == "__main__":
    unittest.main()
