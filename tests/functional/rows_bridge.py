"""Rows F33 to F36 of the fault catalogue, for funding and redemption: bridge, node and database are killed, two bridges meet, and each
credit is issued once, each redemption paid once, and the books are equal."""

import os
import re
import signal
import sys
import threading
import time
import unittest
from decimal import Decimal
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "lib"))
from bridge_case import BridgeCase  # noqa: E402
from network_case import ROOT  # noqa: E402
from vostronet import Network  # noqa: E402

PAID_IN, REDEEMED = Decimal("10.00"), Decimal("4.00")


OF_CUSTOMERS = ("bridge.annex.", "bridge.errand.")
OF_THE_API = "bridge.post."  # messages that are posted: bridge_api_test.py kills there


def failpoints(of_customers=False):
    """All that files come to, from the bridge's sources; those that only customers' payments come to left out, or not."""
    found = []
    for path in sorted((ROOT / "bridge").rglob("*.cpp")):
        found += re.findall(r'VOSTRO_FAILPOINT\("([a-z_.]+)"\)', path.read_text(encoding="ascii"))
    left_out = (OF_THE_API,) if of_customers else (OF_THE_API, *OF_CUSTOMERS)
    return sorted(name for name in found if not name.startswith(left_out))


class Nurse(threading.Thread):
    """Starts a bridge again whenever it dies."""

    def __init__(self, bridge):
        super().__init__(daemon=True)
        self.bridge, self.ending, self.starts = bridge, threading.Event(), 0

    def run(self):
        while not self.ending.is_set():
            if self.bridge.process.poll() is not None:
                self.starts += 1
                self.bridge.spawn()
            time.sleep(0.02)

    def end(self):
        self.ending.set()
        self.join(30)


class Bookkeeping(BridgeCase):
    """What must be on the ledger and at the bank after each flow."""

    def begin(self, database="sqlite:book.db", program="vostro-bridge"):
        self.bridge_program = program
        self.bridge = self.make_bridge(database=database).start()
        self.held = self.supply = Decimal("0.00")
        self.entries = 0

    def fund(self):
        self.entries += 1
        self.bank.put(self.bank.notice(f"REF-{self.entries}", str(PAID_IN)))
        self.held += PAID_IN
        self.supply += PAID_IN

    def wait_funded(self):
        self.wait_on_ledger(self.supply)
        self.wait_until_over(self.bridge)

    def wait_payout(self, known):
        return self.wait_for(lambda: [each for each in self.bank.collect() if each not in known], "no payout comes out")[0]

    def answer(self, payout, is_paid):
        self.bank.put(self.bank.status(payout, "ACSC" if is_paid else "RJCT", None if is_paid else "AC04"))
        if is_paid:
            self.held -= REDEEMED
            self.supply -= REDEEMED

    def check(self):
        self.wait_on_ledger(self.supply)
        self.wait_until_over(self.bridge)
        self.assert_in_balance(self.bridge, str(self.held), str(self.supply))


class Killed(Bookkeeping):
    """F33. Method: each failpoint of the sources is armed in each part of both flows; where the bridge dies there it is started again,
    and the part must come to its end. Files that come out twice must be the same bytes."""

    def kill_everywhere(self, database):
        self.begin(database, "vostro-bridge-failpoints")
        names = failpoints()
        self.assertGreater(len(names), 15)
        self.assertEqual(len(names), len(set(names)))
        hit = {name: 0 for name in names}
        nurse = Nurse(self.bridge)
        nurse.start()
        for number, name in enumerate(names):
            for count in (1, 2) if "event" in name else (1,):
                for part in (self.pays_in, self.redeems, self.is_answered, self.sends_rubbish):
                    self.is_paid = number % 2 == 0
                    self.bridge.arm(name, count)
                    part()
                    if not self.bridge.orders.exists():
                        hit[name] += 1
                    self.bridge.orders.unlink(missing_ok=True)
        self.wait_for(lambda: self.bridge.process.poll() is None, "the bridge is not up again")
        nurse.end()
        self.bridge.stop(signal.SIGKILL)  # it would die with the nurse's thread, which started it
        self.bridge.start()
        self.assertEqual([name for name, times in hit.items() if times == 0], [], hit)
        self.assertGreaterEqual(nurse.starts, sum(hit.values()))
        print(f"{nurse.starts} kills: {hit}", flush=True)
        self.check()
        self.assertEqual(set(self.alarms(self.bridge)), {"file"})
        self.assertEqual(len(self.bank.collect()), len(set(self.bank.collect())))
        self.assertEqual(self.bridge.stop(), 0)

    def pays_in(self):
        self.fund()
        self.wait_funded()

    def redeems(self):
        known = self.bank.collect()
        self.redeem(REDEEMED)
        self.payout = self.wait_payout(known)

    def is_answered(self):
        self.answer(self.payout, self.is_paid)
        self.check()

    def sends_rubbish(self):
        name = self.bank.put(f"<rubbish number='{self.bank.number}'/>")
        self.wait_for(lambda: not (self.bank.files / "in" / name).exists(), "rubbish stays")

    def test_F33_bridge_killed_at_every_step_SQLite(self):
        self.kill_everywhere("sqlite:book.db")

    def test_F33_bridge_killed_at_every_step_PostgreSQL(self):
        self.kill_everywhere(self.postgresql().new_database())


class Fenced(Bookkeeping):
    """F34. Method: the first bridge is stopped in the middle, a second one takes the book over; then the first one goes on."""

    def fence(self, database):
        self.begin(database)
        self.fund()
        self.wait_funded()
        old = self.bridge
        old.process.send_signal(signal.SIGSTOP)
        self.fund()
        self.bridge = self.bridge_on(old.config).start()
        self.wait_funded()
        known = self.bank.collect()
        self.redeem(REDEEMED)
        payout = self.wait_payout(known)
        old.process.send_signal(signal.SIGCONT)
        self.assertEqual(old.process.wait(60), 4)
        self.answer(payout, True)
        self.check()
        self.assertIsNone(self.bridge.process.poll())
        # One that waits gets nothing while the other works, and takes over at once when it ends by itself.
        text = old.config.read_text(encoding="utf-8")
        old.config.write_text(text.replace("lease_s = 1\n", "lease_s = 120\n"), encoding="utf-8")  # it takes no slow one for a dead one
        third = self.bridge_on(old.config).spawn()
        self.fund()
        self.wait_funded()
        self.assertFalse(third.ready.exists())
        self.assertEqual(self.bridge.stop(), 0)
        Network.wait(third.ready.exists, 60, "the third bridge does not take over at once")
        self.bridge = third
        self.check()

    def test_F34_an_old_bridge_is_fenced_off_SQLite(self):
        self.fence("sqlite:book.db")

    def test_F34_an_old_bridge_is_fenced_off_PostgreSQL(self):
        self.fence(self.postgresql().new_database())


class Apart(Bookkeeping):
    """F35 and F36: database or node are away while the other side goes on."""

    def test_F35_database_down_while_money_moves(self):
        server = self.postgresql()
        self.begin(server.new_database())
        self.fund()
        self.wait_funded()
        server.stop()
        try:
            self.fund()
            self.redeem(REDEEMED)  # the chain goes on
            self.wait_for(lambda: "the book does not answer" in self.log_of(self.bridge), "the bridge does not notice")
            self.assertIsNone(self.bridge.process.poll())
        finally:
            server.start()
        payout = self.wait_payout([])
        self.answer(payout, True)
        self.check()

    def test_F36_node_down_while_fiat_flows(self):
        self.begin()
        self.fund()
        self.wait_funded()
        self.redeem(REDEEMED)
        payout = self.wait_payout([])
        node = self.nodes[0]
        self.network.stop(node, signal.SIGKILL)
        for _ in range(3):
            self.fund()
        self.answer(payout, False)
        self.wait_for(lambda: self.bridge.ask("status")[1]["outbox"] == 4, "the orders are not in the outbox")
        self.assertIsNone(self.bridge.process.poll())
        self.network.start(node)
        self.wait_connected()
        self.check()


if __name__ == "__main__":
    os.environ.setdefault("VOSTRO_BIN", str(ROOT / "build" / "release" / "bin"))
    unittest.main()
