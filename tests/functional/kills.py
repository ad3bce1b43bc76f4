"""Nodes are killed at random moments while payments go on. What any node reported final stays final, alike on all of them; there is
one block a height and one state a block; no money appears or vanishes. VOSTRO_TEST_SEED repeats the choices of a run (not its timing)."""

import os
import random
import signal
import sys
import threading
import time
import unittest
from decimal import Decimal
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "lib"))
from network_case import NetworkCase  # noqa: E402
from orders import Client, order, payment, sign, uetr_of  # noqa: E402

KILLING_S = 30
CLERKS = 3
ORDERS_PER_BANK = 3000
AMOUNT = Decimal("0.07")
PAYMENTS_BETWEEN_KILLS = 20


class Clerk(threading.Thread):
    """Pays through random nodes, one order after the other. Where a node dies it offers the same bytes to another one, mostly;
    now and then it gives up, as a client that dies, and nobody knows what became of that order."""

    def __init__(self, network, orders, seed):
        super().__init__(daemon=True)
        self.nodes = network.info["nodes"]
        self.orders = orders
        self.random = random.Random(seed)
        self.final = {}     # order: the answer's body
        self.accepted = []  # answered 202: durably noted, will be final
        self.given_up = []
        self.odd = []
        self.stopping = threading.Event()

    def run(self):
        for framed in self.orders:
            if self.stopping.is_set():
                return
            self.pay(framed)

    def pay(self, framed):
        while True:
            try:
                with Client(self.random.choice(self.nodes), timeout=40) as client:
                    answer = client.post(framed)
            except OSError:
                if self.random.random() < 0.1:
                    return self.given_up.append(framed)
                time.sleep(0.01)  # a dead node refuses at once; asking it again and again would only take time from the others
                continue
            if answer.status == 200:
                self.final[framed] = answer.body
                return None
            if answer.status == 202:
                self.accepted.append(framed)
                return None
            if answer.status != 503:
                return self.odd.append((framed, answer))
            time.sleep(0.01)


class Kills(NetworkCase):
    """Goal: SIGKILL at any moment, of one node and of all, loses nothing that was reported final and forks nothing."""

    def setUp(self):
        super().setUp()
        self.seed = int(os.environ.get("VOSTRO_TEST_SEED", random.SystemRandom().randrange(2**32)))
        print(f"VOSTRO_TEST_SEED={self.seed}", flush=True)
        self.random = random.Random(self.seed)

    def reported(self):
        return sum(len(clerk.final) for clerk in self.clerks)

    def wait_for_payments(self, count, what):
        target = self.reported() + count
        self.network.wait(lambda: self.reported() >= target or not any(c.is_alive() for c in self.clerks), 60, what)

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
        orders = []
        for index, node in enumerate(self.nodes):
            body = payment(self.account(index), self.account((index + 1) % 4), str(AMOUNT))
            orders += sign(node, [order(self.network, body)], copies=ORDERS_PER_BANK)
        self.random.shuffle(orders)
        self.clerks = [Clerk(self.network, orders[i::CLERKS], self.random.random()) for i in range(CLERKS)]
        for clerk in self.clerks:
            clerk.start()
        kills = {"one": 0, "all": 0}
        end = time.monotonic() + KILLING_S
        middle = end - KILLING_S / 2
        while time.monotonic() < end:
            self.wait_for_payments(self.random.randrange(1, 2 * PAYMENTS_BETWEEN_KILLS), "nothing settles")
            if kills["all"] == 0 and time.monotonic() > middle:
                self.kill_all()
                kills["all"] += 1
            else:
                self.kill_one()
                kills["one"] += 1
        self.wait_connected()
        for clerk in self.clerks:
            clerk.stopping.set()
        for clerk in self.clerks:
            clerk.join(60)
            self.assertFalse(clerk.is_alive(), "a payment does not settle")
            self.assertEqual(clerk.odd, [])
        print(f"{kills} kills, {self.reported()} payments final, {sum(len(c.given_up) for c in self.clerks)} given up", flush=True)
        self.assertGreater(self.reported(), 100)
        self.assertGreater(kills["one"], 3)
        self.assertEqual(kills["all"], 1)
        self.check_everything()

    def check_everything(self):
        # What was answered with 202 is pending or final somewhere; it becomes final, and so nothing is pending any more.
        for framed in [f for clerk in self.clerks for f in clerk.accepted]:
            self.payment_everywhere(self.debtor_of(framed), uetr_of(framed))
        idle = lambda: all(self.network.status(node).get("pending_transactions") == 0 for node in self.nodes)  # noqa: E731
        self.network.wait(idle, 60, "transactions stay pending")
        height = self.assert_same_state_everywhere()
        clients = [Client(node) for node in self.nodes]
        for clerk in self.clerks:
            for framed, body in clerk.final.items():
                for client in clients:
                    answer = client.get(f"/v1/payments/{uetr_of(framed)}?agent={body['owner']}")
                    self.assertEqual(answer.status, 200, answer)
                    receipts = [(r["height"], r["receipt"]) for r in answer.body["receipts"]]
                    self.assertEqual(receipts, [(body["height"], body["receipt"])], client.node["participant"])
        settled = 0
        for h in range(1, height + 1):
            blocks = [client.get(f"/v1/blocks/{h}?limit=1").body for client in clients]
            for block in blocks:
                for key in ("block_id", "parent", "state_root", "tx_root", "receipt_root"):
                    self.assertEqual(block[key], blocks[0][key], (h, key))
            settled += blocks[0]["transaction_count"]
        issues = len(self.nodes) * len(self.network.info["currencies"])
        self.assertGreaterEqual(settled - issues, self.reported())
        paid = {index: self.count_payments(index) for index in range(4)}
        self.assertEqual(sum(paid.values()), settled - issues)
        for index in range(4):
            expected = Decimal(10_000_000) + AMOUNT * (paid[(index - 1) % 4] - paid[index])
            self.assertEqual(self.balance(self.account(index), node=index), expected)
        for client in clients:
            answer = client.ask("GET", "/v1/status")
            self.assertIsNone(answer.body["halted"])
            client.connection.close()
            evidence = Path(client.node["data_dir"]) / "evidence"
            self.assertEqual(evidence.stat().st_size, 0, client.node["participant"])

    def debtor_of(self, framed):
        bic = framed[61:69].decode("ascii")  # after length, version, network id, id, valid_until and tag
        return next(i for i in range(4) if self.bic(i) == bic)

    def count_payments(self, index):
        """Settled payments that this bank ordered, as a node of its choice lists them."""
        count, cursor = 0, ""
        with Client(self.nodes[(index + 2) % 4]) as client:
            while True:
                page = client.get(f"/v1/payments?agent={self.bic(index)}&role=debtor&limit=100{cursor}").body
                count += sum(each["status"] == "settled" for each in page["items"])
                if page["next"] is None:
                    return count
                cursor = f"&cursor={page['next']}"


if __name__ == "__main__":
    unittest.main()
