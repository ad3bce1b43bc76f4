"""vostro-audit against real nodes: while they run, after they stop, and after somebody was at a node's files."""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "lib"))
from network_case import NetworkCase  # noqa: E402
from vostronet import private_dir  # noqa: E402

DIVERGES = 1


class Audit(NetworkCase):
    """Goal: what an auditor does works on what nodes really write. Method: the program, as he starts it."""

    def data_of(self, index):
        return Path(self.nodes[index]["data_dir"])

    def pay_a_few(self, count):
        for number in range(count):
            self.settle(number % 4, self.signed_payment(number % 4, (number + 1) % 4, f"{number + 1}.00"))

    def test_Audit_replays_running_and_stopped_nodes_and_sees_what_was_changed(self):
        work = private_dir(self.home / "work")
        self.pay_a_few(6)
        self.rest()
        running = self.audited(self.data_of(1), "--work", str(work))
        self.assertTrue(running["holds"])
        self.assertTrue(running["tables_compared"])
        status = self.network.status(self.nodes[1])
        self.assertEqual((running["checked_to"], running["state_root"]), (status["height"], status["state_root"]))

        # The node goes on meanwhile, and so does the replay.
        self.pay_a_few(6)
        self.rest()
        later = self.audited(self.data_of(1), "--work", str(work))
        self.assertEqual(later["resumed_from"], running["checked_to"])
        self.assertGreater(later["checked_to"], running["checked_to"])
        # Every node's copy leads to the same.
        for index in range(4):
            other = self.audited(self.data_of(index))
            self.assertEqual([other[key] for key in ("checked_to", "block", "state_root")],
                             [later[key] for key in ("checked_to", "block", "state_root")])
            self.assertEqual(other["counts"]["signatures"], later["counts"]["signatures"])

        self.network.stop(self.nodes[1])
        before = {path: path.read_bytes() for path in self.data_of(1).rglob("*") if path.is_file()}
        stopped = self.audited(self.data_of(1))
        self.assertEqual(stopped["state_root"], later["state_root"])
        self.assertEqual({path: path.read_bytes() for path in self.data_of(1).rglob("*") if path.is_file()}, before)

        # The log of the database without its second half: blocks that the node has had are missing.
        log = max((self.data_of(1) / "store" / "db").glob("*.log"), key=lambda path: path.stat().st_size)
        log.write_bytes(before[log][:len(before[log]) // 2])
        found = self.audited(self.data_of(1), expect=DIVERGES)["divergence"]
        self.assertEqual(found["field"], "block")
        log.write_bytes(before[log])
        self.assertTrue(self.audited(self.data_of(1))["holds"])


if __name__ == "__main__":
    unittest.main()
