"""A bank shows a payment to somebody who runs nothing: a file, the genesis file, and the program."""

import subprocess
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "lib"))
from network_case import NetworkCase  # noqa: E402
from vostronet import bin_dir  # noqa: E402

OK, REFUSED, LOCAL = 0, 1, 7
# Every so many bytes one is changed here; the unit tests of client/proof.h change each.
STEP = 97


class Receipts(NetworkCase):
    """Goal: what a receipt shows is what happened, it needs no node, and no changed file shows anything. Method: real nodes and the wallet;
    the nodes are down when the files are checked."""

    def wallet(self, node, *args, expect=OK):
        code, answer = self.network.wallet(self.nodes[node], *args, check=False)
        self.assertEqual(code, expect, answer)
        return answer

    def verify(self, path, expect=OK, genesis=None, more=()):
        """As a court would: no node, no token, no profile."""
        args = [bin_dir() / "vostro", "--json", "--genesis", genesis or self.network.info["genesis"], "verify", path, *more]
        done = subprocess.run([str(arg) for arg in args], capture_output=True, text=True, timeout=60, check=False, env={"HOME": str(self.home)})
        self.assertEqual(done.returncode, expect, done.stdout + done.stderr)
        return done.stdout

    def test_receipts_show_payments_and_balances_without_a_node(self):
        paid = self.wallet(0, "pay", "--from", self.account(0), "--to", self.account(1), "--amount", "1250.00 EUR", "--wait")
        refused = self.wallet(0, "pay", "--from", self.account(0), "--to", self.account(1, "customers"), "--amount", "40.00 EUR", "--accept-by", "+1h",
                              "--wait")
        for each in (paid, refused):
            self.payment_everywhere(0, each["uetr"])
        self.wallet(1, "inbox", "reject", refused["uetr"], "--reason", "AC04")
        self.payment_everywhere(0, refused["uetr"], receipts=2)

        files = {name: self.home / f"{name}.receipt" for name in ("paid", "refused", "balance")}
        page = self.home / "paid.html"
        made = self.wallet(1, "receipt", paid["uetr"], "-o", files["paid"], "--html", page)
        self.assertEqual((made["status"], made["amount"], made["creditor"]), ("settled", "1250.00 EUR", self.account(1)))
        self.assertEqual(self.wallet(0, "receipt", refused["uetr"], "--out", files["refused"])["status"], "released")
        balance = self.wallet(1, "receipt", "--account", self.account(1), "--currency", "EUR", "--out", files["balance"])["balance"]
        self.wallet(0, "receipt", paid["uetr"], "-o", files["paid"], expect=LOCAL)
        self.wallet(0, "receipt", "-o", self.home / "x", expect=2)

        text = page.read_text(encoding="utf-8")
        self.assertIn("1250.00 EUR", text)
        self.assertNotIn("http", text.replace("http-equiv", ""))

        self.network.down()
        self.assertIn('"status":"settled"', self.verify(files["paid"]))
        self.assertIn('"given_code":"AC04"', self.verify(files["refused"]))
        self.assertIn(f'"balance":"{balance}"', self.verify(files["balance"]))
        self.verify(files["paid"], more=("--html", self.home / "again.html"))
        self.assertEqual((self.home / "again.html").read_text(encoding="utf-8"), text)

        for name, path in files.items():
            content = path.read_bytes()
            changed = self.home / "changed.receipt"
            for at in range(0, len(content), STEP):
                changed.write_bytes(content[:at] + bytes([content[at] ^ (1 << at % 8)]) + content[at + 1:])
                with self.subTest(file=name, byte=at):
                    self.assertIn("not_proved", self.verify(changed, REFUSED))
            for other in (content[:-1], content + b"\0", b"", b"VOSTRO-RECEIPT-1"):
                changed.write_bytes(other)
                self.verify(changed, REFUSED)
        other = self.new_network("other", 4)
        self.verify(files["paid"], REFUSED, genesis=other.info["genesis"])


if __name__ == "__main__":
    unittest.main()
