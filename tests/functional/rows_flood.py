"""Row T18 of the catalogue of bad input: one account's bank floods its node. VOSTRO_TEST_FLOOD is the number of its payments."""

import os
import signal
import sys
import threading
import time
import unittest
from decimal import Decimal
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "lib"))
from network_case import NetworkCase  # noqa: E402
from orders import Client, order, payment, post, sign, uetr_of  # noqa: E402

IS_SANITIZED = os.environ.get("VOSTRO_SANITIZED") == "1"  # slower, and with memory of the sanitizer's own
COUNT = int(os.environ.get("VOSTRO_TEST_FLOOD", "2000" if IS_SANITIZED else "10000"))
SHARE = min(COUNT // 10, 1000)  # of the pool, for one bank
PER_POST = 1000
OTHERS_MIN = 4  # payments of each other bank
POSTERS = 3
# What the whole flood may add to a node's resident memory: the caps of waiting transactions (64 MiB), of the store's cache (64 MiB)
# and of its write buffers (48 MiB). A node that kept a KiB of each of 100 000 payments would pass this.
GROWTH_KIB_MAX = 176 * 1024
RESIDENT_KIB_MAX = 300 * 1024


def resident_kib(node):
    lines = Path(f"/proc/{node['pid']}/status").read_text(encoding="ascii").splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS:")).split()[1])


class Flood:
    """Offers the orders in posts of many until all are taken; what is refused for lack of room is offered again later."""

    def __init__(self, node, orders):
        self.node = node
        self.waiting = list(orders)
        self.taken = []
        self.refusals = 0
        self.odd = []
        self.cut_off = 0  # connections that ended before their answer
        self.lock = threading.Lock()

    def run(self):
        while True:
            with Client(self.node) as client:
                if self.offer_all(client):
                    return
            time.sleep(0.1)

    def offer_all(self, client):
        """False where the connection ends first: what was offered last is offered again, for the same bytes are no second payment."""
        while True:
            with self.lock:
                chunk, self.waiting = self.waiting[:PER_POST], self.waiting[PER_POST:]
            if not chunk:
                return True
            try:
                answer = client.post(b"".join(chunk), wait=False)
            except OSError:
                with self.lock:
                    self.waiting += chunk
                    self.cut_off += 1
                return False
            items = answer.body.get("items", [answer.body] * len(chunk)) if answer.status == 200 else [answer.body] * len(chunk)
            self.note(chunk, answer.status, items)

    def note(self, chunk, status, items):
        again = []
        with self.lock:
            for framed, item in zip(chunk, items):
                code = item.get("status_code", status)
                if code in (200, 202):
                    self.taken.append(framed)
                elif code == 429:
                    again.append(framed)
                else:
                    self.odd.append(item)
            self.refusals += len(again)
            self.waiting += again
        if again:
            time.sleep(1)  # Retry-After


class T18(NetworkCase):
    """Goal: a flood takes its bank's share of the pool and no more: beyond it 429, memory stays flat, nothing that was taken is lost,
    and other banks' payments settle meanwhile, also at the flooded node."""

    limits = {"pending_per_bank": SHARE}

    def sample(self):
        while not self.is_over.wait(0.25):
            for node in self.nodes:
                self.peak[node["participant"]] = max(self.peak[node["participant"]], resident_kib(node))

    def pay_meanwhile(self, index, node):
        """Another bank's payments, one after the other, while the flood lasts, and until there are some: it may be short."""
        with Client(node) as client:
            for number, framed in enumerate(self.others[index]):
                if self.is_over.is_set() and number >= OTHERS_MIN:
                    return
                began = time.monotonic()
                answer = client.post(framed)
                while answer.status == 429 and time.monotonic() < began + 120:  # what is not verified yet waits in one queue for all
                    time.sleep(0.05)
                    answer = client.post(framed)
                self.settled_meanwhile.append((index, answer, time.monotonic() - began, not self.is_over.is_set()))

    def test_T18_flood_of_one_account(self):
        flooded = self.nodes[0]
        before = self.balance(self.account(0))
        warm = sign(flooded, [order(self.network, payment(self.account(0), self.account(1), "0.01"))], copies=500)
        items = post(flooded, b"".join(warm)).body["items"]
        self.assertTrue(all(item["status_code"] == 200 for item in items), items[:3])
        base = {node["participant"]: resident_kib(node) for node in self.nodes}

        orders = sign(flooded, [order(self.network, payment(self.account(0), self.account(1), "0.01"))], copies=COUNT)
        self.others = {i: sign(self.nodes[i], [order(self.network, payment(self.account(i), self.account(3), "1.00"))], copies=2000)
                       for i in (1, 2)}
        flood = Flood(flooded, orders)
        self.is_over = threading.Event()
        self.peak = dict(base)
        self.settled_meanwhile = []
        side = [threading.Thread(target=self.sample, daemon=True)]
        # At the flooded node, and at its own.
        side += [threading.Thread(target=self.pay_meanwhile, args=each, daemon=True) for each in ((1, flooded), (2, self.nodes[2]))]
        posters = [threading.Thread(target=flood.run, daemon=True) for _ in range(POSTERS)]
        began = time.monotonic()
        for thread in side + posters:
            thread.start()
        probe, extra = self.probe_full_pool(flood)
        for thread in posters:
            thread.join(240)
            self.assertFalse(thread.is_alive(), "the flood does not end")
        self.network.wait(lambda: self.network.status(flooded).get("pending_transactions") == 0, 120, "the flood does not settle")
        took = time.monotonic() - began
        self.is_over.set()
        for thread in side:
            thread.join(180)
            self.assertFalse(thread.is_alive(), "the others' payments do not end")

        print(f"{COUNT} payments in {took:.1f} s, {flood.refusals} times refused; resident KiB before {base}, at most {self.peak}; "
              f"{len(self.settled_meanwhile)} others, slowest {max(s[2] for s in self.settled_meanwhile):.2f} s", flush=True)
        self.assertEqual((flood.odd, flood.cut_off), ([], 0))
        self.assertEqual(len(flood.taken), COUNT)
        self.assertGreater(flood.refusals, 0, "the pool was never full")
        self.assertEqual((probe.status, probe.body["code"]), (429, "busy"), probe)
        self.assertGreaterEqual(int(probe.retry_after), 1)
        for index in (1, 2):
            mine = [(answer, meanwhile) for i, answer, _, meanwhile in self.settled_meanwhile if i == index]
            self.assertGreaterEqual(len(mine), OTHERS_MIN)
            self.assertTrue(mine[0][1], "none was through before the flood was")
            for answer, _ in mine:
                self.assertEqual((answer.status, answer.body.get("receipt", {}).get("status")), (200, "settled"), answer)
        self.assert_same_state_everywhere()
        self.check_all_final(flood)
        spent = (COUNT + len(warm) + extra) * Decimal("0.01")
        self.assertEqual(self.balance(self.account(0), node=3), before - spent)
        if not IS_SANITIZED:
            for name, kib in self.peak.items():
                self.assertLess(kib - base[name], GROWTH_KIB_MAX, name)
                self.assertLess(kib, RESIDENT_KIB_MAX, name)

    def probe_full_pool(self, flood):
        """A payment of the flooding bank by itself while the pool is full: the whole answer is a 429. And how many found room before.
        Each block empties the pool, so two validators of four stand still meanwhile: there is none."""
        self.network.wait(lambda: flood.refusals > 0 or not flood.waiting, 120, "the pool does not fill")
        orders = sign(self.nodes[0], [order(self.network, payment(self.account(0), self.account(1), "0.01"))], copies=SHARE + 2)
        taken = 0
        silent = (self.nodes[1], self.nodes[3])
        for node in silent:
            os.kill(node["pid"], signal.SIGSTOP)
        try:
            with Client(self.nodes[0]) as client:
                for start in range(0, len(orders) - 1, PER_POST):
                    items = client.post(b"".join(orders[start + 1:start + 1 + PER_POST]), wait=False).body.get("items", [])
                    taken += sum(item["status_code"] == 202 for item in items)
                answer = client.post(orders[0], wait=False)
        finally:
            for node in silent:
                os.kill(node["pid"], signal.SIGCONT)
        return answer, taken

    def check_all_final(self, flood):
        """Every order that was taken, asked of another bank's node; a sample with its receipts on all."""
        self.assertEqual(len({uetr_of(framed) for framed in flood.taken}), COUNT)
        for framed in flood.taken[::max(1, COUNT // 20)]:
            self.assertEqual(self.payment_everywhere(0, uetr_of(framed))["status"], "settled")


if __name__ == "__main__":
    unittest.main()
