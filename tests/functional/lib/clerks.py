"""Clerks who pay without pause through nodes that die, remember what they were told, and what must hold of it in the end."""

import os
import random
import threading
import time
from decimal import Decimal
from pathlib import Path

from network_case import NetworkCase
from orders import Client, order, payment, sign, uetr_of

CLERKS = 3
ORDERS_PER_BANK = 3000
AMOUNT = Decimal("0.07")
ASKED_OF_ALL = 400  # payments and blocks that all nodes are asked for; each of the others one node


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
        self.answer_s = 40
        self.gives_up = 0.1  # part of the failures after which it does
        self.stopping = threading.Event()

    def run(self):
        for framed in self.orders:
            if self.stopping.is_set():
                return
            self.pay(framed)

    def pay(self, framed):
        while True:
            try:
                with Client(self.random.choice(self.nodes), timeout=self.answer_s) as client:
                    answer = client.post(framed)
            except OSError:
                if self.random.random() < self.gives_up:
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


class ClerksCase(NetworkCase):
    """A network under the clerks' load. VOSTRO_TEST_SEED repeats the choices of a run (not its timing)."""

    clerks_count = CLERKS
    orders_per_bank = ORDERS_PER_BANK

    def setUp(self):
        super().setUp()
        self.seed = int(os.environ.get("VOSTRO_TEST_SEED", random.SystemRandom().randrange(2**32)))
        print(f"VOSTRO_TEST_SEED={self.seed}", flush=True)
        self.random = random.Random(self.seed)
        self.clerks = []

    def start_clerks(self):
        orders = []
        for index, node in enumerate(self.nodes):
            body = payment(self.account(index), self.account((index + 1) % len(self.nodes)), str(AMOUNT))
            orders += sign(node, [order(self.network, body)], copies=self.orders_per_bank)
        self.random.shuffle(orders)
        self.clerks = [Clerk(self.network, orders[i::self.clerks_count], self.random.random()) for i in range(self.clerks_count)]
        for clerk in self.clerks:
            clerk.start()

    def reported(self):
        return sum(len(clerk.final) for clerk in self.clerks)

    def wait_for_payments(self, count, what):
        target = self.reported() + count
        self.network.wait(lambda: self.reported() >= target or not any(c.is_alive() for c in self.clerks), 60, what)
        self.assertGreaterEqual(self.reported(), target, "the clerks have no more orders")

    def stop_clerks(self):
        for clerk in self.clerks:
            clerk.stopping.set()
        for clerk in self.clerks:
            clerk.join(60)
            self.assertFalse(clerk.is_alive(), "a payment does not settle")
            self.assertEqual(clerk.odd, [])

    def check_everything(self):
        """What was reported final is final and alike everywhere, what was accepted is final, the books are right, and nobody has
        signed what no honest one signs."""
        # What was answered with 202 is pending or final somewhere; it becomes final, and so nothing is pending any more.
        for framed in [f for clerk in self.clerks for f in clerk.accepted]:
            self.payment_everywhere(self.debtor_of(framed), uetr_of(framed))
        idle = lambda: all(self.network.status(node).get("pending_transactions") == 0 for node in self.nodes)  # noqa: E731
        self.network.wait(idle, 60, "transactions stay pending")
        height = self.assert_same_state_everywhere()
        clients = [Client(node) for node in self.nodes]
        reported = [each for clerk in self.clerks for each in clerk.final.items()]
        for number, (framed, body) in enumerate(self.random.sample(reported, len(reported))):
            for client in clients if number < ASKED_OF_ALL else [self.random.choice(clients)]:
                answer = client.get(f"/v1/payments/{uetr_of(framed)}?agent={body['owner']}")
                self.assertEqual(answer.status, 200, answer)
                receipts = [(r["height"], r["receipt"]) for r in answer.body["receipts"]]
                self.assertEqual(receipts, [(body["height"], body["receipt"])], client.node["participant"])
        settled = 0
        of_all = set(self.random.sample(range(1, height + 1), min(height, ASKED_OF_ALL)))
        for h in range(1, height + 1):
            blocks = [client.get(f"/v1/blocks/{h}?limit=1").body for client in (clients if h in of_all else clients[:1])]
            for block in blocks:
                for key in ("block_id", "parent", "state_root", "tx_root", "receipt_root"):
                    self.assertEqual(block[key], blocks[0][key], (h, key))
            settled += blocks[0]["transaction_count"]
        others = self.others_settled()
        self.assertGreaterEqual(settled - others, self.reported())
        count = len(self.nodes)
        paid = {index: self.count_payments(index) for index in range(count)}
        self.assertEqual(sum(paid.values()), settled - others)
        for index in range(count):
            expected = Decimal(10_000_000) + AMOUNT * (paid[(index - 1) % count] - paid[index])
            self.assertEqual(self.balance(self.account(index), node=index), expected)
        for client in clients:
            answer = client.ask("GET", "/v1/status")
            self.assertIsNone(answer.body["halted"])
            client.connection.close()
            self.assert_no_evidence(client.node)

    def others_settled(self):
        """Transactions on the ledger that are no payment of a clerk: the opening balances, one a bank and currency."""
        return len(self.nodes) * len(self.network.info["currencies"])

    def assert_no_evidence(self, node):
        evidence = Path(node["data_dir"]) / "evidence"
        self.assertEqual(evidence.stat().st_size, 0, node["participant"])

    def debtor_of(self, framed):
        bic = framed[63:71].decode("ascii")  # after length, version, network id, id, valid_until and tag
        return next(i for i in range(len(self.nodes)) if self.bic(i) == bic)

    def count_payments(self, index):
        """Settled payments that this bank ordered, as a node of its choice lists them."""
        count, cursor = 0, ""
        with Client(self.nodes[(index + 2) % len(self.nodes)]) as client:
            while True:
                page = client.get(f"/v1/payments?agent={self.bic(index)}&role=debtor&limit=100{cursor}").body
                count += sum(each["status"] == "settled" for each in page["items"])
                if page["next"] is None:
                    return count
                cursor = f"&cursor={page['next']}"
