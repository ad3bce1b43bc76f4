"""Row F33 of the fault catalogue for customers' payments: the bridges of both banks are killed between every two steps, and each payment
is debited once, credited once, and told alike however often it is told."""

import signal
import sys
import unittest
from decimal import Decimal
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "lib"))
from customer_case import CREDITOR, DEBTOR, CustomerCase  # noqa: E402
from rows_bridge import Nurse, failpoints  # noqa: E402


class KilledWithCustomers(CustomerCase):
    """F33. Method: each failpoint of the sources is armed at one bank in each part of a payment's life; where the bridge dies there it is
    started again, and the part must come to its end at both."""

    bridge_program = "vostro-bridge-failpoints"
    customers = ((DEBTOR, "1000.00"), (CREDITOR, "0.00"))

    def kill_everywhere(self, index, databases):
        self.bridges_of = [self.participant(i, database=databases[i], customers=[(self.customers[i][0], "Somebody", "EUR", self.customers[i][1])])
                           for i in (0, 1)]
        self.a, self.b = (bridge.start() for bridge in self.bridges_of)
        victim = self.bridges_of[index]
        self.debtor_has, self.creditor_has = Decimal(1000), Decimal(0)
        # The creditor's bank seals no annex in these parts.
        names = [name for name in failpoints(of_customers=True) if index == 0 or not name.startswith("bridge.annex.")]
        self.assertGreater(len(names), 18)
        hit = dict.fromkeys(names, 0)
        nurse = Nurse(victim)
        nurse.start()
        for name in names:
            for part in (self.is_paid, self.is_recalled, self.is_rejected, lambda: self.sends_rubbish(victim.core)):
                victim.arm(name)
                part()
                if not victim.orders.exists():
                    hit[name] += 1
                victim.orders.unlink(missing_ok=True)
        self.wait_for(lambda: victim.process.poll() is None, "the bridge is not up again")
        nurse.end()
        victim.stop(signal.SIGKILL)  # it would die with the nurse's thread, which started it
        victim.start()
        print(f"{nurse.starts} kills: {hit}", flush=True)
        self.assertEqual([name for name, times in hit.items() if times == 0], [], hit)
        self.assertGreaterEqual(nurse.starts, sum(hit.values()))
        for bridge, account, amount in ((self.a, DEBTOR, self.debtor_has), (self.b, CREDITOR, self.creditor_has)):
            self.wait_for(lambda: bridge.ask("status")[1]["outbox"] == 0, "the outbox is not empty")  # noqa: B023
            self.assertEqual(self.has(bridge, account), amount)
            self.assert_sound(bridge)
        self.assertEqual(set(self.alarms(victim)), {"file"})

    def payments(self, bridge):
        """None yet, where the book is locked: a bridge that was killed in it is coming back."""
        code, answer = bridge.ask("payments", "--all", check=False)
        return {each["uetr"]: each for each in answer["items"]} if code == 0 else {}

    def is_paid(self):
        self.uetr = self.pay("1.00")
        self.wait_state(self.b, self.uetr, "confirmed")
        self.wait_state(self.a, self.uetr, "confirmed")
        self.debtor_has -= 1
        self.creditor_has += 1
        self.wait_for(lambda: len(self.a.core.statuses(self.uetr)) == 3, f"not three statuses: {self.a.core.statuses(self.uetr)}")
        self.wait_for(lambda: len(self.b.core.told("camt.054", self.uetr)) == 1, "not one camt.054")

    def is_recalled(self):
        """And given back: the creditor's core agrees."""
        self.a.core.put(self.a.core.camt056(self.uetr))
        self.wait_for(lambda: self.b.core.told("camt.056", self.uetr), "no camt.056")
        self.b.core.put(self.b.core.camt029(self.uetr, "ACCR"))
        self.wait_state(self.a, self.uetr, "returned", "over")
        self.wait_state(self.b, self.uetr, "returned", "over")
        self.debtor_has += 1
        self.creditor_has -= 1
        self.wait_for(lambda: len(self.a.core.told("camt.054", self.uetr)) == 1, "not one camt.054 of the return")

    def is_rejected(self):
        uetr = self.pay("2.00", creditor="FR-NOBODY")
        self.wait_state(self.a, uetr, "refused")
        self.wait_state(self.b, uetr, "released")

    def sends_rubbish(self, core):
        name = core.put(f"<rubbish number='{core.number}'/>")
        self.wait_for(lambda: not (core.files / "in" / name).exists(), "rubbish stays")

    def test_F33_the_debtors_bridge_is_killed_at_every_step_SQLite(self):
        self.kill_everywhere(0, ("sqlite:book.db", "sqlite:book.db"))

    def test_F33_the_creditors_bridge_is_killed_at_every_step_SQLite(self):
        self.kill_everywhere(1, ("sqlite:book.db", "sqlite:book.db"))

    def test_F33_the_debtors_bridge_is_killed_at_every_step_PostgreSQL(self):
        self.kill_everywhere(0, (self.postgresql().new_database(), "sqlite:book.db"))

    def test_F33_the_creditors_bridge_is_killed_at_every_step_PostgreSQL(self):
        self.kill_everywhere(1, ("sqlite:book.db", self.postgresql().new_database()))


if __name__ == "__main__":
    unittest.main()
