"""client/example/pay.cpp against real nodes: it pays and prints the receipt; killed, repeated, or cut off from its node it pays once."""

import json
import shutil
import signal
import subprocess
import sys
import unittest
from decimal import Decimal
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "lib"))
from network_case import NetworkCase  # noqa: E402
from orders import new_uetr  # noqa: E402
from vostronet import bin_dir, private_dir  # noqa: E402

PAID, REFUSED, USAGE, AWAITING = 0, 1, 2, 3


class Example(NetworkCase):
    """Goal: the program that a bank's team copies keeps the library's promise. Method: its process, and the nodes' books."""

    def command(self, amount="12.50 EUR", uetr="", **other):
        node = self.nodes[0]
        keys = Path(node["token_file"]).parent
        options = {"api": node["api"], "token-file": node["token_file"], "genesis": self.network.info["genesis"], "key": keys / "maker.key",
                   "passphrase-file": keys / "passphrase", "journal": private_dir(self.home / "journal"), "from": self.account(0),
                   "to": self.account(1), "amount": amount, "uetr": uetr, **other}
        return [str(bin_dir() / "vostro-example-pay"), *(word for name, value in options.items() for word in (f"--{name}", str(value)))]

    def pay(self, *args, expect=PAID, **more):
        done = subprocess.run(self.command(*args, **more), capture_output=True, text=True, timeout=60, check=False, stdin=subprocess.DEVNULL)
        self.assertEqual(done.returncode, expect, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def stored(self):
        return len(list((self.home / "journal").glob("*.order")))

    def test_Example_pays_prints_its_receipt_and_survives_retry(self):
        before = self.balance(self.account(1), node=1)
        uetr = new_uetr()
        said = self.pay(uetr=uetr).splitlines()
        self.assertEqual(said[0], f"uetr {uetr}")
        self.assertRegex(said[1], r"^final at height \d+$")
        self.assertEqual(json.loads(said[2])["status"], "settled")
        self.assertEqual(self.stored(), 0)
        # Killed at any moment and run again, with the same UETR: paid once.
        for number in range(6):
            uetr = new_uetr()
            process = subprocess.Popen(self.command(uetr=uetr), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            if number % 2:
                process.stdout.readline()  # it has signed, and sends
            process.send_signal(signal.SIGKILL)
            process.communicate()
            self.pay(uetr=uetr)
            self.assertEqual(self.payment_everywhere(0, uetr)["status"], "settled")
            self.assertEqual(self.stored(), 0)
        self.assertEqual(self.balance(self.account(1), node=1), before + 7 * Decimal("12.50"))
        self.assert_same_state_everywhere()

    def test_Example_says_what_is_wrong(self):
        self.assertIn("signature", self.pay("250000.00 EUR", expect=AWAITING))
        rejected = self.pay("1.00 EUR", to=f"{self.bic(1)}/nobody", expect=REFUSED).splitlines()
        self.assertEqual(json.loads(rejected[-1])["status"], "rejected")
        self.assertIn("--amount", self.pay("1.005 EUR", expect=USAGE))
        other = self.home / "other.key"
        shutil.copy(Path(self.nodes[1]["token_file"]).with_name("maker.key"), other)
        wrong = Path(self.nodes[1]["token_file"]).parent / "passphrase"
        self.assertIn("wrong passphrase", self.pay(**{"passphrase-file": wrong}, expect=USAGE))
        self.assertEqual(self.stored(), 0)
        done = subprocess.run([str(bin_dir() / "vostro-example-pay")], capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual((done.returncode, done.stdout), (USAGE, ""))


if __name__ == "__main__":
    unittest.main()
