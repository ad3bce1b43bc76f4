"""`vostro pay-file` with real nodes: a thousand credits settle with all receipts; whoever kills the wallet at any moment and gives
the file again pays each credit once; a file with one bad line sends nothing; a pain.001 is paid."""

import csv
import json
import os
import random
import signal
import subprocess
import sys
import time
import unittest
from decimal import Decimal
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "lib"))
from network_case import NetworkCase  # noqa: E402
from orders import new_uetr, time_text  # noqa: E402
from vostronet import bin_dir, private_dir  # noqa: E402

COLUMNS = ["debtor", "creditor", "currency", "amount", "accept_by", "reference"]
USAGE, PARTLY = 2, 9
PAIN001 = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"><CstmrCdtTrfInitn>
<GrpHdr><MsgId>MSG-1</MsgId><CreDtTm>2026-01-05T08:00:00</CreDtTm><NbOfTxs>{count}</NbOfTxs><CtrlSum>{total}</CtrlSum>
<InitgPty><Nm>Treasury</Nm></InitgPty></GrpHdr>
<PmtInf><PmtInfId>PMT-1</PmtInfId><PmtMtd>TRF</PmtMtd><ReqdExctnDt><Dt>2026-01-05</Dt></ReqdExctnDt>
<Dbtr><Nm>Treasury</Nm></Dbtr><DbtrAcct><Id><IBAN>DE89370400440532013000</IBAN></Id></DbtrAcct>
<DbtrAgt><FinInstnId><BICFI>{debtor}</BICFI></FinInstnId></DbtrAgt><ChrgBr>SLEV</ChrgBr>
{credits}</PmtInf></CstmrCdtTrfInitn></Document>
"""
CREDIT = """<CdtTrfTxInf><PmtId><EndToEndId>{reference}</EndToEndId><UETR>{uetr}</UETR></PmtId>
<Amt><InstdAmt Ccy="{currency}">{amount}</InstdAmt></Amt>
<CdtrAgt><FinInstnId><BICFI>{creditor}</BICFI></FinInstnId></CdtrAgt><Cdtr><Nm>Somebody</Nm></Cdtr></CdtTrfTxInf>
"""


class PayFile(NetworkCase):
    """Goal: a file of credits is paid once, whatever happens to the wallet. Method: the wallet's process, killed and run again, and
    the nodes' books."""

    def setUp(self):
        super().setUp()
        seed = int(os.environ.get("VOSTRO_TEST_SEED", random.randrange(2**32)))
        print(f"VOSTRO_TEST_SEED={seed}")
        self.chance = random.Random(seed)
        self.state = private_dir(self.home / "wallet")

    # ---- the wallet ----

    def command(self, path, *more):
        node = self.nodes[0]
        keys = Path(node["token_file"]).parent
        return [str(each) for each in (
            bin_dir() / "vostro", "pay-file", path, "--api", node["api"], "--token-file", node["token_file"], "--genesis",
            self.network.info["genesis"], "--state-dir", self.state, "--key", keys / "maker.key", "--key", keys / "checker.key",
            "--passphrase-file", keys / "passphrase", "--yes", "--json", *more)]

    def pay(self, path, *more, exit_code=0):
        done = subprocess.run(self.command(path, *more), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120,
                              check=False)
        self.assertEqual(done.returncode, exit_code, done.stderr + done.stdout[-2000:])
        return json.loads(done.stdout)

    # ---- files ----

    def credits(self, count, currencies=("EUR", "USD"), windows=1):
        """Rows to the other banks; `windows` different times to accept by make as many bulks of each currency."""
        now = time.time()
        return [{"debtor": self.account(0), "creditor": self.account(1 + i % 3), "currency": currencies[i % len(currencies)],
                 "amount": str(Decimal(self.chance.randrange(1, 99_999)) / 100),
                 "accept_by": time_text(now + 3600 + i % windows) if windows > 1 else "", "reference": f"INV-{i}"}
                for i in range(count)]

    def write(self, name, rows):
        path = self.home / name
        with open(path, "w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, COLUMNS)
            writer.writeheader()
            writer.writerows(rows)
        return path

    # ---- what must hold ----

    def balances(self):
        return {(account, currency): self.balance(account, currency) for account in (self.account(i) for i in range(4))
                for currency in ("EUR", "USD")}

    def assert_paid_once(self, rows, before):
        """On every account exactly the sum of the rows, no more and no less."""
        expected = dict(before)
        for row in rows:
            expected[row["debtor"], row["currency"]] -= Decimal(row["amount"])
            expected[row["creditor"], row["currency"]] += Decimal(row["amount"])
        self.network.wait(lambda: self.balances() == expected, 30, f"balances are not {expected}, but {self.balances()}")

    def assert_results(self, path, rows, status="settled"):
        """A line a credit, in the file's order, each with a receipt that the node shows in the same place."""
        with open(path, newline="", encoding="utf-8") as file:
            results = list(csv.DictReader(file))
        self.assertEqual(len(results), len(rows))
        self.assertEqual(len({each["uetr"] for each in results}), len(rows))
        for number, (result, row) in enumerate(zip(results, rows)):
            self.assertEqual(result["line"], str(number + 2))
            for column in ("debtor", "creditor", "currency", "reference"):
                self.assertEqual(result[column], row[column])
            self.assertEqual(Decimal(result["amount"]), Decimal(row["amount"]))
            self.assertEqual(result["status"], status, result)
            self.assertTrue(result["height"] and result["index"], result)
        self.assertEqual(len({(each["height"], each["index"]) for each in results}), len(rows))
        for result in self.chance.sample(results, min(20, len(results))):
            shown = self.network.get(self.nodes[0], f"/v1/payments/{result['uetr']}?agent={self.bic(0)}")
            self.assertEqual(shown["status"], status)
            receipt = shown["receipts"][0]
            self.assertEqual((str(receipt["height"]), str(receipt["index"])), (result["height"], result["index"]))
        return results

    # ---- the tests ----

    def test_a_thousand_credits_settle_with_their_receipts(self):
        rows = self.credits(1000)
        path = self.write("credits.csv", rows)
        before = self.balances()
        result = self.home / "result.csv"
        answer = self.pay(path, "--result", result)
        self.assertEqual(answer["counts"], {"settled": 1000})
        self.assertEqual([order["kind"] for order in answer["orders"]], ["PaymentBatch", "PaymentBatch"])
        first = self.assert_results(result, rows)
        self.assert_paid_once(rows, before)
        # The same file again shows the same and pays nothing.
        again = self.pay(path, "--result", result)
        self.assertTrue(again["repeat"])
        self.assertEqual(self.assert_results(result, rows), first)
        self.assert_paid_once(rows, before)
        self.assert_same_state_everywhere()

    def test_the_largest_bulk_settles(self):
        rows = [{**row, "amount": "0.01", "currency": "EUR"} for row in self.credits(10_000)]
        path = self.write("credits.csv", rows)
        before = self.balances()
        answer = self.pay(path)
        self.assertEqual(answer["counts"], {"settled": 10_000})
        self.assertEqual([order["credits"] for order in answer["orders"]], [10_000])
        self.assert_paid_once(rows, before)

    def test_a_wallet_killed_at_any_moment_pays_once(self):
        """Each round kills the wallet at a moment of its own: when something appears in its directory, or some time after."""
        paid = self.balances()
        moments = [(".bulk", 0), (".progress", 0), (".progress", 5), (".progress", 40), (None, 0)]
        moments += [(None, self.chance.randrange(200)) for _ in range(5)]
        all_rows = []
        killed = 0
        for number, (appears, milliseconds) in enumerate(moments):
            rows = self.credits(120, windows=30)  # 60 bulks: the sending takes a while
            path = self.write(f"credits-{number}.csv", rows)
            all_rows += rows
            for _ in range(self.chance.randrange(1, 4)):
                killed += self.run_and_kill(path, appears, milliseconds)
            result = self.home / f"result-{number}.csv"
            answer = self.pay(path, "--result", result)
            self.assertEqual(answer["run"], 1)
            self.assertEqual(answer["counts"], {"settled": len(rows)})
            self.assert_results(result, rows)
        self.assertGreater(killed, len(moments) / 2)
        self.assert_paid_once(all_rows, paid)
        self.assert_same_state_everywhere()

    def run_and_kill(self, path, appears, milliseconds):
        """True where the kill came before the end."""
        before = self.files()
        process = subprocess.Popen(self.command(path), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while appears and process.poll() is None and not any(name.endswith(appears) for name in self.files() - before):
            pass
        try:
            process.wait(milliseconds / 1000)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
        return process.wait() == -signal.SIGKILL

    def files(self):
        return {str(path) for path in self.state.rglob("*") if not path.name.startswith(".")}

    def test_one_bad_line_sends_nothing(self):
        rows = self.credits(200)
        rows[150]["amount"] = "1.005"
        rows[170]["creditor"] = "SUDBFRPP/mian"
        path = self.write("credits.csv", rows)
        before = self.balances()
        height = self.network.status(self.nodes[0])["height"]
        answer = self.pay(path, exit_code=USAGE)
        self.assertEqual([(e["line"], e["element"]) for e in answer["error"]["errors"]], [(152, "amount")])
        self.assertEqual(list(self.state.rglob("*.bulk")), [])
        rows[150]["amount"] = "1.05"
        self.write("credits.csv", rows)
        answer = self.pay(path, exit_code=USAGE)
        self.assertEqual([(e["line"], e["element"]) for e in answer["error"]["errors"]], [(172, "creditor")])
        self.assertEqual(list(self.state.rglob("*.bulk")), [])
        self.assertEqual(self.balances(), before)
        self.assertEqual(self.network.status(self.nodes[0])["height"], height)

    def test_some_rejected_have_an_exit_code_of_their_own(self):
        rows = self.credits(3, currencies=("EUR",))
        rows[1]["amount"] = "99999999.00"  # more than the account holds
        answer = self.pay(self.write("credits.csv", rows), exit_code=PARTLY)
        self.assertEqual(answer["counts"], {"settled": 2, "rejected": 1})

    def test_a_pain001_is_paid_and_its_control_sum_is_held_against_it(self):
        rows = [{"debtor": self.bic(0), "creditor": self.bic(1 + i % 3), "currency": "EUR", "amount": f"{i + 1}.50", "uetr": new_uetr(),
                 "reference": f"E2E-{i}"} for i in range(50)]
        total = sum(Decimal(row["amount"]) for row in rows)
        before = self.balances()
        path = self.home / "pain001.xml"

        def write(said):
            path.write_text(PAIN001.format(count=len(rows), total=said, debtor=self.bic(0),
                                           credits="".join(CREDIT.format(**row) for row in rows)), encoding="utf-8")

        write(total + 1)
        answer = self.pay(path, "--from", self.account(0), exit_code=USAGE)
        self.assertEqual([e["element"] for e in answer["error"]["errors"]], ["GrpHdr/CtrlSum"])
        self.assertEqual(self.balances(), before)
        write(total)
        result = self.home / "result.json"
        answer = self.pay(path, "--from", self.account(0), "--result", result)
        self.assertEqual(answer["counts"], {"settled": 50})
        self.assertEqual(answer["message_id"], "MSG-1")
        items = json.loads(result.read_text(encoding="utf-8"))["items"]
        self.assertEqual([(each["uetr"], each["reference"]) for each in items], [(row["uetr"], row["reference"]) for row in rows])
        self.assert_paid_once([{**row, "debtor": self.account(0), "creditor": f"{row['creditor']}/main"} for row in rows], before)


if __name__ == "__main__":
    unittest.main()
