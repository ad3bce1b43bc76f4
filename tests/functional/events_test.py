"""The event stream under live load, cut 1,000 times at random bytes: what the reader has in the end is the ledger, without a gap and
without a repeat. VOSTRO_TEST_SEED repeats the choices of a run (not its timing)."""

import os
import random
import sys
import threading
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "lib"))
from network_case import NetworkCase  # noqa: E402
from orders import Client, ask, order, payment, sign, uetr_of  # noqa: E402
from stream import Cut, EventReader, place, token_of  # noqa: E402

CUTS = 1_000
PAYMENTS = 1_200
AT_ONCE = 15  # payments in one POST: a block or two
QUIET_S = 0.02
TIMELINES = 12  # payments whose steps are compared with their own timeline


class Load(threading.Thread):
    """Pays all the time, until all is paid."""

    def __init__(self, node, orders):
        super().__init__(daemon=True)
        self.node = node
        self.orders = orders
        self.error = None

    def run(self):
        try:
            with Client(self.node) as client:
                for start in range(0, len(self.orders), AT_ONCE):
                    answer = client.post(b"".join(self.orders[start:start + AT_ONCE]))
                    if answer.status != 200 or any(item["status_code"] != 200 for item in answer.body.get("items", ())):
                        raise ConnectionError(str(answer))
        except Exception as error:  # noqa: BLE001 - looked at by the test
            self.error = error


class Reader:
    """Keeps what it was told whole, and resumes after the last of it."""

    def __init__(self, node, token):
        self.node = node
        self.token = token
        self.events = []
        self.ended = {}
        self.last = None

    def read(self, bytes_max, quiet_s):
        query = f"?after={self.events[-1]['cursor']}" if self.events else "?from_height=0"
        try:
            with EventReader(self.node, self.token, query, bytes_max, quiet_s) as reader:
                for event in reader.events():
                    self.events.append(event)
                    if bytes_max is None and self.has_seen(self.last):
                        return
        except (Cut, OSError) as cut:
            self.ended[str(cut)] = self.ended.get(str(cut), 0) + 1

    def has_seen(self, height):
        """The block, to its end."""
        last = self.events[-1] if self.events else None
        return last is not None and last["type"] == "block" and last["height"] >= height

    def read_to(self, height):
        self.last = height
        if not self.has_seen(height):
            self.read(None, 30)


class Events(NetworkCase):
    nodes_count = 2

    def test_events_cut_1000_times(self):
        seed = int(os.environ.get("VOSTRO_TEST_SEED", random.randrange(2**32)))
        print(f"VOSTRO_TEST_SEED={seed}")
        chance = random.Random(seed)
        one = order(self.network, payment(self.account(0), self.account(1), "0.01"))
        orders = sign(self.nodes[0], [one], copies=PAYMENTS)
        held = self.signed_payment(0, 1, "5.00", accept_by=int(time.time()) + 3_600, creditor_label="customers")
        reader = Reader(self.nodes[0], token_of(self.nodes[0]))
        load = Load(self.nodes[0], orders + [held])
        load.start()
        for _ in range(CUTS):
            # Within the handshake, within the next event or two, or a block on.
            reader.read(chance.randrange(1, chance.choice((400, 2_000, 5_000))), QUIET_S)
        load.join()
        self.assertIsNone(load.error)
        height = ask(self.nodes[0], "GET", "/v1/status").body["height"]
        reader.read_to(height)
        print(f"{len(reader.events)} events; ended: {reader.ended}")
        self.assertGreater(reader.ended.get("by us", 0), CUTS // 2, "too few were cut within what was sent")

        told = [place(event["cursor"]) for event in reader.events]
        self.assertEqual(told, sorted(set(told)), "a repeat, or out of order")
        self.assertEqual([(e["height"], e["index"]) for e in reader.events], told)
        self.assertEqual(told, self.places_of_the_ledger(height), "a gap, or an event that the ledger does not have")
        self.check_payments(reader.events, orders, uetr_of(held), chance)

    def places_of_the_ledger(self, height):
        places = []
        with Client(self.nodes[1]) as client:
            self.network.wait(lambda: client.get("/v1/status").body["height"] >= height, 60, "the other node has not got the last block")
            for at in range(1, height + 1):
                block = client.get(f"/v1/blocks/{at}?limit=1").body
                places += [(at, index) for index in range(block["receipt_count"] + 1)]
        return places

    def check_payments(self, events, orders, held, chance):
        """Each payment is told once for each of its receipts, in the words of its timeline."""
        by_uetr = {}
        for event in events:
            if "uetr" in event:
                by_uetr.setdefault(event["uetr"], []).append(event)
        expected = {uetr_of(each) for each in orders} | {held}
        self.assertEqual(set(by_uetr), expected)
        self.assertEqual({e[0]["type"] for uetr, e in by_uetr.items() if uetr != held}, {"final"})
        self.assertEqual([e["type"] for e in by_uetr[held]], ["held"])
        for uetr in chance.sample(sorted(expected - {held}), TIMELINES) + [held]:
            view = ask(self.nodes[1], "GET", f"/v1/payments/{uetr}?agent={self.bic(0)}").body
            steps = [(step, e["height"], e["index"]) for e in by_uetr[uetr] for step in e["steps"]]
            self.assertEqual(steps, [(t["event"], t["height"], t["index"]) for t in view["timeline"]])
            for event in by_uetr[uetr]:
                self.assertEqual({key: event[key] for key in ("agent", "debtor", "creditor", "amount")},
                                 {key: view[key] for key in ("agent", "debtor", "creditor", "amount")})


if __name__ == "__main__":
    unittest.main()
