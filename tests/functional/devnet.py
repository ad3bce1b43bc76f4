"""Goal: two development networks live side by side, nodes stop and start one by one, nothing reported final is lost by kill -9,
and `down` leaves no process behind. Method: the script as a user runs it, and what devnet.json says."""

import json
import os
import subprocess
import sys
import tempfile
import unittest
import urllib.error
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts" / "lib"))
from vostronet import Network, is_alive  # noqa: E402


def devnet(*args):
    done = subprocess.run([str(ROOT / "scripts" / "devnet"), *[str(a) for a in args]], capture_output=True,
                          text=True, timeout=240, check=False)
    return done.returncode, done.stdout, done.stderr


class Devnet(unittest.TestCase):
    def setUp(self):
        self.home = tempfile.TemporaryDirectory(prefix="vostro-devnet-")
        self.dirs = [Path(self.home.name) / name for name in ("a", "b")]

    def tearDown(self):
        for directory in self.dirs:
            if (directory / "devnet.json").exists():
                devnet("down", "--dir", directory)
        self.home.cleanup()

    @staticmethod
    def status_of(network, node, uetr, agent):
        try:
            return network.get(node, f"/v1/payments/{uetr}?agent={agent['participant']}")["status"]
        except urllib.error.HTTPError as error:
            with error:
                return error.code

    def test_two_networks_side_by_side_and_a_crash_loses_nothing(self):
        for directory, count in zip(self.dirs, (4, 1)):
            code, _, error = devnet("up", "-n", count, "--dir", directory)
            self.assertEqual(code, 0, error)
        first = Network(self.dirs[0])
        described = json.loads(first.file.read_text(encoding="utf-8"))
        for key in ("nodes", "wallets", "accounts", "genesis", "network_id"):
            self.assertIn(key, described)
        self.assertNotEqual(described["network_id"], Network(self.dirs[1]).info["network_id"])
        self.assertEqual(described["accounts"][0]["balances"]["EUR"], "10000000.00")

        debtor, creditor = described["nodes"][0], described["nodes"][1]
        code, answer = first.wallet(debtor, "pay", "--from", f"{debtor['participant']}/main", "--to",
                                    f"{creditor['participant']}/main", "--amount", "12.50 EUR", "--wait")
        self.assertEqual((code, answer.get("status")), (0, "settled"), answer)
        for index in range(4):
            self.assertEqual(devnet("kill", index, "--dir", self.dirs[0])[0], 0)
        self.assertIn("down", devnet("status", "--dir", self.dirs[0])[1])
        code, _, error = devnet("start", "--dir", self.dirs[0])
        self.assertEqual(code, 0, error)
        first = Network(self.dirs[0])
        for node in first.info["nodes"]:
            # A node that was killed may have the block that the others have had before it.
            first.wait(lambda n=node: self.status_of(first, n, answer["uetr"], debtor) == "settled", 60, f"{node['participant']} does not show it")

        pids = [node["pid"] for directory in self.dirs for node in Network(directory).info["nodes"]]
        for directory in self.dirs:
            self.assertEqual(devnet("down", "--dir", directory)[0], 0)
        self.assertEqual([pid for pid in pids if is_alive(pid)], [])

    def test_says_what_is_wrong(self):
        code, _, error = devnet("status", "--dir", self.dirs[0])
        self.assertEqual(code, 1)
        self.assertIn("there is no network", error)


if __name__ == "__main__":
    os.environ.setdefault("VOSTRO_BIN", str(ROOT / "build" / "release" / "bin"))
    unittest.main()
