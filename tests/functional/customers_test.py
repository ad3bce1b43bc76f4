"""Customers' payments at a participant bank: real files, a real bridge, a real network."""

import sys
import unittest
import uuid
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "lib"))
from customer_case import B, CREDITOR, DEBTOR, CustomerCase  # noqa: E402


class Refused(CustomerCase):
    """Goal: what the debtor's bank cannot pay comes back with its code, and moves nothing."""

    def test_Customers_what_cannot_be_ordered_is_refused_with_its_code(self):
        self.a = self.participant(0, customers=[(DEBTOR, "Muster & Sohn GmbH", "EUR", "1000.00")]).start()
        self.a.load_customers([("DE-CLOSED", "Closed Ltd", "EUR", "50.00"), ("DE-BLOCKED", "Blocked Ltd", "EUR", "50.00")])
        self.close(self.a, "DE-CLOSED")
        self.close(self.a, "DE-BLOCKED", "blocked")
        # The file of the night says nothing about states: it opens nothing.
        self.a.load_customers([("DE-CLOSED", "Closed Ltd", "EUR", "50.00"), ("DE-BLOCKED", "Blocked Ltd", "EUR", "50.00")])
        core, cases = self.a.core, []

        def refused(code, **more):
            uetr = str(uuid.uuid4())
            core.put(core.pain001(**{"debtor": DEBTOR, "creditor": CREDITOR, "creditor_bank": B, "amount": "10.00", "uetr": uetr, **more}))
            cases.append((uetr, code))
        refused("AC04", debtor="DE-CLOSED")
        refused("AC06", debtor="DE-BLOCKED")
        refused("AC02", debtor="NOBODY-1")
        refused("AM04", amount="1000.01")
        refused("AGNT", debtor_bank="MERLSGSG")
        refused("AG01", creditor_bank="NORDDEFF")
        refused("RC04", creditor_bank="ALBAGB2L")
        for uetr, code in cases:
            self.wait_state(self.a, uetr, "refused")
            self.wait_for(lambda: ("RJCT", code) in core.statuses(uetr), f"not {code}: {core.statuses(uetr)}")  # noqa: B023
        self.assertEqual(self.has(self.a, DEBTOR), 1000)
        self.assert_sound(self.a, position="5000.00", customers="1100.00")
        self.assertNotIn("Muster", self.log_of(self.a))
        self.assertEqual(self.a.stop(), 0)


if __name__ == "__main__":
    unittest.main()
