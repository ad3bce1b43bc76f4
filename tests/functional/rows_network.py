"""Rows F10 to F19, F25 and F26 of the catalogue of faults, each with real nodes in network namespaces under load: what befalls them is in
lib/troubles.py, what is measured in lib/stage.py. VOSTRO_TEST_ALL=1 gives each the length of the catalogue. Needs root."""

import os
import signal
import subprocess
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "lib"))
from network_case import ROOT  # noqa: E402 - first: it knows where scripts/lib is
import troubles  # noqa: E402
import wires  # noqa: E402
from stage import Stage  # noqa: E402
from vostronet import Network  # noqa: E402

ALL = os.environ.get("VOSTRO_TEST_ALL") == "1"


def seconds(catalogue, ordinary):
    return catalogue if ALL else ordinary


class Rows(Stage):
    def played(self, *kinds):
        """[(kind, what is chosen)], one after the other."""
        self.play(kind(self.random, self.nodes_count, **chosen) for kind, chosen in kinds)


class Four(Rows):
    def test_F10_the_leader_crashes(self):
        self.played(*[(troubles.LeaderCrash, {"hold": 1})] * seconds(8, 2))

    def test_F11_f_nodes_are_down(self):
        self.played((troubles.FewDown, {"hold": seconds(60, 14)}))

    def test_F12_more_than_f_are_down(self):
        self.played((troubles.TooManyDown, {"number": 2, "hold": seconds(45, 3)}), (troubles.TooManyDown, {"number": 3, "hold": seconds(45, 3)}))

    def test_F13_the_network_is_split(self):
        self.played(*[(troubles.Split, {"sizes": sizes, "hold": seconds(45, 4)}) for sizes in ([2, 2], [1, 3], [1, 1, 2])])

    def test_F14_the_leader_is_deaf_or_mute(self):
        self.played(*[(troubles.OneWay, {"is_deaf": is_deaf, "hold": seconds(45, 4)}) for is_deaf in (True, False)])

    def test_F15_links_are_missing(self):
        self.played((troubles.MissingLinks, {"hold": seconds(45, 5)}))

    def test_F16_links_flap(self):
        self.played((troubles.Flapping, {"hold": seconds(120, 15)}))

    def test_F17_wires_lose_reorder_double_and_delay(self):
        self.played(*[(troubles.BadWires, {"kind": kind, "hold": seconds(30, 2.5)}) for kind in troubles.BadWires.KINDS],
                    (troubles.SlowWires, {"hold": seconds(30, 2.5)}))

    def test_F18_cables_are_pulled_and_connections_reset(self):
        self.played((troubles.Unplugged, {"hold": seconds(45, 5)}), (troubles.Resets, {"hold": seconds(30, 5)}),
                    (troubles.Unplugged, {"hold": seconds(90, 1)}))

    def test_F19_nodes_are_frozen(self):
        self.played((troubles.Frozen, {"hold": seconds(30, 12)}))

    def test_F25_random_kills(self):
        self.played((troubles.RandomKills, {"hold": seconds(60, 15)}))

    def test_F26_all_are_stopped_and_started_in_any_order(self):
        self.played((troubles.AllStopped, {"by_kill": True, "hold": seconds(60, 4)}), (troubles.AllStopped, {"by_kill": False, "hold": seconds(60, 4)}))


class Seven(Rows):
    nodes_count = 7

    def test_F10_two_leaders_in_a_row_crash(self):
        self.played(*[(troubles.TwoLeadersCrash, {"hold": 1})] * seconds(4, 1))

    def test_F11_two_of_seven_are_down(self):
        self.played((troubles.FewDown, {"hold": seconds(60, 14)}))

    def test_F13_seven_are_split(self):
        self.played((troubles.Split, {"sizes": [3, 4], "hold": seconds(45, 4)}), (troubles.Split, {"sizes": [2, 5], "hold": seconds(45, 4)}))


class Harness(Rows):
    """The judge is judged: what it says of a network that does otherwise, and that nothing of it stays."""

    def test_the_stage_sees_what_it_should(self):
        self.probed, self.began = [], 0
        self.start_clerks()
        with self.assertRaisesRegex(AssertionError, "blocks became final without a quorum"):
            self.stands([0, 1, 2, 3], 1)
        self.wires.split([0, 1], [2, 3])
        self.stands([0, 1, 2, 3], 1)
        with self.assertRaisesRegex(AssertionError, "does not settle"):
            self.settles([0], patience_s=4)
        self.wires.mend()
        self.settles([0, 1, 2, 3])
        self.wires.shape(loss=0.1, double=0.1)
        self.network.wait(lambda: self.wires.counts()["lost"] > 20 and self.wires.counts()["doubled"] > 20, 30, "nothing is lost or doubled")
        self.wires.shape()
        self.stop_clerks()
        framed, body = self.clerks[0].final.popitem()
        self.clerks[0].final[framed] = {**body, "height": body["height"] + 1}
        with self.assertRaises(AssertionError):
            self.check_everything()
        self.clerks[0].final[framed] = body
        self.check_everything()


class Leftovers(unittest.TestCase):
    PROGRAM = """
import sys, time
sys.path[:0] = sys.argv[1:3]
import wires
network = wires.Wires(2, 1)
print(network.relay.pid, flush=True)
time.sleep(600)
"""

    def test_wires_are_gone_with_a_killed_test(self):
        wires.need()
        folders = [str(ROOT / "tests" / "functional" / "lib"), str(ROOT / "scripts" / "lib")]
        with subprocess.Popen([sys.executable, "-c", self.PROGRAM, *folders], stdout=subprocess.PIPE, text=True) as program:
            relay = int(program.stdout.readline())
            # Of the relay: the program's own TUN devices, and so the namespaces, are open there alone beside the program.
            self.assertTrue(Path(f"/proc/{relay}").exists())
            program.send_signal(signal.SIGKILL)
        Network.wait(lambda: not Path(f"/proc/{relay}").exists() or "zombie" in Path(f"/proc/{relay}/status").read_text(encoding="ascii"), 20,
                     "the relay outlives the test")
        named = subprocess.run(["ip", "netns"], capture_output=True, text=True, env=wires.SBIN, check=True).stdout
        self.assertNotIn("vostro", named)


if __name__ == "__main__":
    unittest.main(warnings="ignore")
