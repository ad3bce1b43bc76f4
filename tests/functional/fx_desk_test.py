"""An FX desk's day with real nodes: prices from standard input become quotes on both sides, a node that starts late has them too,
a payer takes a part, a new line replaces, and whatever ends the desk leaves no quote behind."""

import json
import queue
import signal
import subprocess
import sys
import threading
import unittest
from decimal import Decimal
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "lib"))
from network_case import NetworkCase  # noqa: E402
from orders import ask  # noqa: E402
from vostronet import bin_dir, private_dir  # noqa: E402

DESK = 2
LATE = 3


class Desk:
    """`vostro quote publish --stream -` of a bank; what it tells on standard error, line by line."""

    def __init__(self, case):
        node = case.nodes[DESK]
        keys = Path(node["token_file"]).parent
        command = [bin_dir() / "vostro", "quote", "publish", "--provider", case.account(DESK), "--stream", "-", "--life", "600s", "--json",
                   "--yes", "--api", node["api"], "--token-file", node["token_file"], "--genesis", case.network.info["genesis"],
                   "--state-dir", private_dir(keys.parent / "desk"), "--key", keys / "maker.key", "--passphrase-file", keys / "passphrase"]
        self.case = case
        self.process = subprocess.Popen([str(each) for each in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True)
        self.told = queue.Queue()
        self.reader = threading.Thread(target=lambda: [self.told.put(line) for line in self.process.stderr], daemon=True)
        self.reader.start()

    def price(self, **fields):
        self.process.stdin.write(json.dumps({"until": "+10m", **fields}) + "\n")
        self.process.stdin.flush()

    def wait_for(self, text):
        """The next line that says so."""
        seen = []
        while True:
            try:
                seen.append(self.told.get(timeout=60))
            except queue.Empty:
                self.case.fail(f"the desk does not say \"{text}\": {seen}")
            if text in seen[-1]:
                return seen[-1]

    def end(self):
        """After its input or a signal has ended it: exit code and answer."""
        out = self.process.stdout.read()
        code = self.process.wait(timeout=60)
        self.reader.join(timeout=60)
        self.process.stdout.close()
        self.process.stderr.close()
        if not self.process.stdin.closed:
            self.process.stdin.close()
        return code, json.loads(out) if out else {}


class FxDesk(NetworkCase):
    """Goal: quotes follow the desk's input everywhere, and fills, positions and balances agree to the cent."""

    def quotes(self, index, sells=None):
        items = ask(self.nodes[index], "GET", "/v1/quotes?limit=100").body["items"]
        return [item for item in items if sells in (None, item["quote"]["sells"])]

    def wait_quotes(self, count, nodes=None, sells=None):
        for index in range(len(self.nodes)) if nodes is None else nodes:
            self.network.wait(lambda i=index: len(self.quotes(i, sells)) == count, 30,
                              f"{self.bic(index)} does not show {count} quotes")

    def wallet(self, index, *args, keys=("maker",), expect=0):
        code, answer = self.network.wallet(self.nodes[index], *args, keys=keys, check=False)
        self.assertEqual(code, expect, answer)
        return answer

    def test_A_stream_is_quoted_everywhere_taken_in_part_and_withdrawn(self):
        self.network.stop(self.nodes[LATE], signal.SIGKILL)
        desk = Desk(self)
        desk.price(pair="SGD/EUR", bid="0.6800", ask="0.6850", size="1000.00 SGD")
        self.wait_quotes(2, nodes=(0, 1, DESK))
        # A node that was down when they were published is told when it connects.
        self.network.start(self.nodes[LATE])
        self.wait_connected()
        self.wait_quotes(2, nodes=(LATE,))

        before = {(i, c): self.balance(self.account(i), c, i) for i in (0, 1, DESK) for c in ("EUR", "SGD")}
        paid = self.wallet(0, "pay", "--from", self.account(0), "--to", self.account(1), "--amount", "333.33 SGD", "--pay-with", "EUR",
                           "--charge-bearer", "SHAR", "--charge", f"debtor:{self.account(1)}:1.00", "--charge",
                           f"creditor:{self.account(0)}:0.33", "--wait")
        self.assertEqual(paid["status"], "settled", paid)
        price = Decimal("228.34")  # 333.33 x 0.6850 = 228.33105, rounded up once
        self.assertEqual([paid[key]["amount"] for key in ("debtor_amount", "debtor_pays", "creditor_gets")], ["228.34", "229.34", "333.00"])
        self.assertEqual(paid["price_ends"], paid["quote"]["expires_at"])
        self.payment_everywhere(0, paid["uetr"])
        after = {key: self.balance(self.account(key[0]), key[1], key[0]) - amount for key, amount in before.items()}
        self.assertEqual(after, {(0, "EUR"): -price - 1, (0, "SGD"): Decimal("0.33"), (1, "EUR"): Decimal(1), (1, "SGD"): Decimal("333.00"),
                                 (DESK, "EUR"): price, (DESK, "SGD"): Decimal("-333.33")})
        self.assertIn("666.67 SGD left of the price", desk.wait_for("filled"))

        fills = self.wallet(DESK, "quote", "fills", "--provider", self.account(DESK), keys=())
        self.assertEqual([(f["uetr"], f["quote"], f["sold"]["amount"], f["bought"]["amount"], f["exchange"]) for f in fills["items"]],
                         [(paid["uetr"], paid["quote"]["id"], "333.33", "228.34", "done")])
        nets = {p["currency"]: p["net"]["amount"] for p in fills["positions"]}
        self.assertEqual(nets, {"EUR": "228.34", "SGD": "-333.33"})
        left = {q["remaining"]["amount"] for q in fills["quotes"] if q["sells"] == "SGD"}
        self.assertEqual(left, {"666.67"})

        # A new line replaces both sides; the old quotes can be taken by nobody.
        old = paid["quote"]["id"]
        desk.price(pair="SGD/EUR", ask="0.7000", size="50.00 SGD")
        self.wait_quotes(1)
        for index in range(len(self.nodes)):
            (only,) = self.quotes(index)
            self.assertEqual((only["quote"]["rate"], only["remaining"]["amount"]), ("0.7", "50.00"))
        self.assertEqual(self.wallet(DESK, "quote", "withdraw", old, expect=1)["error"]["code"], "unknown-quote")

        desk.process.stdin.close()
        code, answer = desk.end()
        self.assertEqual(code, 0, answer)
        self.assertEqual((answer["ended_by"], answer["fills"], answer["published"], answer["withdrawn"], answer["live"]),
                         ("end_of_input", 1, 3, 3, []), answer)
        self.wait_quotes(0)
        self.assert_same_state_everywhere()

    def test_A_desk_that_is_stopped_or_killed(self):
        desk = Desk(self)
        desk.price(pair="EUR/USD", bid="1.0838", ask="1.0842", size="1000000.00 EUR", debtors=[self.bic(0)])
        self.wait_quotes(2, nodes=(0,))
        desk.process.send_signal(signal.SIGTERM)
        code, answer = desk.end()
        self.assertEqual((code, answer.get("ended_by"), answer.get("live")), (0, "signal", []), answer)
        self.wait_quotes(0)

        # What a crash leaves ends soon; until then a person withdraws it by its id.
        desk = Desk(self)
        desk.price(pair="EUR/USD", bid="1.0838", ask="1.0842", size="1000000.00 EUR")
        self.wait_quotes(2)
        desk.process.kill()
        desk.end()
        for item in self.quotes(DESK):
            withdrawn = self.wallet(DESK, "quote", "withdraw", item["quote"]["id"])
            self.assertEqual(withdrawn["status"], "done", withdrawn)
        self.wait_quotes(0)

        # A bad line is no price: all is withdrawn.
        desk = Desk(self)
        desk.price(pair="EUR/USD", ask="1.0842", size="1.00 EUR")
        self.wait_quotes(1)
        desk.price(pair="EUR/USD", ask=1.0842, size="1.00 EUR")
        code, answer = desk.end()
        self.assertEqual((code, answer["error"]["code"]), (2, "bad_line"), answer)
        self.wait_quotes(0)


if __name__ == "__main__":
    unittest.main()
