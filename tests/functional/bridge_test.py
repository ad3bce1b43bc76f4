"""Fiat in, fiat out: a bank's real files lead to ledger money and back, once each, by real processes."""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "lib"))
from bridge_case import BridgeCase  # noqa: E402


class Flows(BridgeCase):
    """Goal: each flow of docs/bridge.md from its first file to its end."""

    def test_Bridge_a_credit_is_issued_and_redeemed(self):
        bridge = self.make_bridge().start()
        notice = self.bank.notice("REF-1", "1250.00")
        name = self.bank.put(notice)
        self.wait_on_ledger("1250.00")
        self.wait_until_over(bridge)
        self.assert_in_balance(bridge, "1250.00", "1250.00")
        self.wait_for(lambda: not list((bridge.config.parent / "files" / "in").iterdir()), "the file stays in `in`")
        self.assertTrue(list((bridge.config.parent / "files" / "archive").glob(f"*-{name}")))

        self.redeem("250.00")
        payouts = self.wait_for(self.bank.payouts, "no pacs.009 comes out")
        self.assertEqual(len(payouts), 1)
        (message_id, text), = payouts.items()
        for part in ('<IntrBkSttlmAmt Ccy="EUR">250.00</IntrBkSttlmAmt>', "SG-7731-0099", "DBSSSGSG", "VOSTRO/MERLSGSG/main"):
            self.assertIn(part, text)
        self.assertEqual(self.on_ledger(), 1000)
        # Locked, and not decided: a bank that is still at it changes nothing.
        self.bank.put(self.bank.status(message_id, "ACSP"))
        self.wait_for(lambda: not list((bridge.config.parent / "files" / "in").glob("*.xml")), "the status is not taken")
        self.assertEqual(bridge.ask("status")[1]["redemptions"][0]["state"], "paying")
        self.assert_in_balance(bridge, "1250.00", "1250.00")
        self.bank.put(self.bank.status(message_id, "ACSC"))
        self.wait_until_over(bridge)
        self.assert_in_balance(bridge, "1000.00", "1000.00")

        self.redeem("300.00")
        second = self.wait_for(lambda: [i for i in self.bank.payouts() if i != message_id], "no second pacs.009 comes out")[0]
        self.bank.put(self.bank.status(second, "RJCT", "AC04"))
        self.wait_until_over(bridge)
        self.wait_on_ledger("1000.00")
        self.assert_in_balance(bridge, "1000.00", "1000.00")
        self.assertEqual(self.alarms(bridge), [])
        self.assertEqual(bridge.stop(), 0)
        self.assertNotIn("PAYER", self.log_of(bridge))

    def test_B6_B8_doubles_and_doubts_issue_nothing(self):
        bridge = self.make_bridge().start()
        first = self.bank.notice("REF-1", "100.00", message_id="MSG-1")
        self.bank.put(first)
        self.wait_on_ledger("100.00")
        self.bank.put(first, name="again.xml")  # the same bytes
        self.bank.put(self.bank.notice("REF-1", "100.00"))  # the same entry in another message
        self.bank.put(self.bank.notice("REF-2", "100.00", message_id="MSG-1"))  # the same message id, other bytes
        self.bank.put(self.bank.notice("REF-1", "999.00"))  # the same entry, another amount
        self.bank.put(self.bank.notice("REF-3", "5.00", text="for Mr Meier"))
        self.bank.put(self.bank.notice("REF-4", "6.00", text="VOSTRO/MERLSGSG/main or VOSTRO/MERLSGSG/customers"))
        self.bank.put(self.bank.notice("REF-5", "7.00", text="VOSTRO/GULFBHBM/main"))
        self.bank.put(self.bank.notice("REF-6", "8.00", debtor="SG-0000"))
        self.bank.put(self.bank.notice("REF-7", "9.00", status="PDNG"))
        self.bank.put(self.bank.notice("REF-8", "10.00", currency="USD"))
        self.bank.put(self.bank.notice("REF-9", "11.00", sender="GULFBHBM"))
        self.bank.put(self.bank.notice("REF-10", "12.00", to="MERLSGSG"))
        self.bank.put(self.bank.notice("REF-11", "13.00"), signature="ed25519:" + "00" * 64)
        self.bank.put(self.bank.notice("REF-12", "+14.00"))
        self.bank.put("<not xml")
        self.wait_for(lambda: not list((bridge.config.parent / "files" / "in").glob("*.xml")), "files stay")
        reasons = {each["bank_reference"]: each["reason"] for each in bridge.ask("suspense", "list")[1]["items"]}
        self.assertEqual(reasons, {"REF-3": "no_account_named", "REF-4": "several_accounts_named", "REF-5": "no_standing_instruction",
                                   "REF-6": "other_debtor"})
        self.assertEqual(len(list((bridge.config.parent / "files" / "quarantine").glob("*.xml"))), 7)
        self.assertEqual(self.on_ledger(), 100)
        self.assert_in_balance(bridge, "126.00", "100.00", suspense="26.00")
        alarms = self.alarms(bridge)
        self.assertEqual((alarms.count("file"), alarms.count("suspense"), alarms.count("entry")), (7, 4, 1), alarms)

    def test_Bridge_two_persons_resolve_suspense(self):
        bridge = self.make_bridge().start()
        keys = Path(self.nodes[0]["token_file"]).parent
        self.bank.put(self.bank.notice("REF-1", "77.00", text="?"))
        entry = self.wait_for(lambda: bridge.ask("suspense", "list")[1]["items"], "nothing is in suspense")[0]["entry"]

        def decide(person, to):
            return bridge.ask("suspense", "resolve", entry[:12], "--to", to, "--reason", "seen in the bank's letter", "--key",
                              bridge.config.parent / f"{person}.key", "--passphrase-file", keys / "passphrase", check=False)
        self.assertEqual(decide("anna", "MERLSGSG/main"), (0, {"persons": 1, "decided": False}))
        self.assertEqual(decide("anna", "MERLSGSG/main"), (0, {"persons": 1, "decided": False}))  # the same person twice
        self.assertEqual(decide("carl", "MERLSGSG/customers"), (0, {"persons": 1, "decided": False}))  # another account
        self.assertEqual(decide("channel", "MERLSGSG/main")[0], 2)  # no person's key
        self.assertEqual(self.on_ledger(), 0)
        self.assertEqual(decide("carl", "MERLSGSG/main"), (0, {"persons": 2, "decided": True}))
        self.wait_on_ledger("77.00")
        self.wait_until_over(bridge)
        self.assert_in_balance(bridge, "77.00", "77.00")
        # An account that the ledger does not know: back to suspense, with the ledger's reason, and decided anew by two.
        self.bank.put(self.bank.notice("REF-2", "3.00", text="VOSTRO/MERLSGSG/nowhere"))
        entry = self.wait_for(lambda: bridge.ask("suspense", "list")[1]["items"], "nothing is in suspense")[0]
        self.assertEqual(entry["reason"], "ledger_account_unknown")
        entry = entry["entry"]
        self.assertEqual(decide("carl", "MERLSGSG/main")[1]["persons"], 1)
        self.assertEqual(decide("anna", "MERLSGSG/main")[1]["persons"], 2)
        self.wait_on_ledger("80.00")

    def test_Bridge_what_nobody_backed_is_a_break(self):
        bridge = self.make_bridge().start()
        self.bank.put(self.bank.notice("REF-1", "50.00"))
        self.wait_on_ledger("50.00")
        self.network.wallet(self.nodes[0], "issue", "--to", "MERLSGSG/main", "--amount", "0.01 EUR", "--reference", "by hand", keys=("maker",))
        self.wait_on_ledger("50.01")
        code, report = bridge.ask("reconcile", check=False)
        self.assertEqual((code, report["pools"][0]["difference"], report["pools"][0]["unmatched"]), (3, "-0.01", "-0.01"), report)
        self.wait_for(lambda: {"break", "stranger"} <= set(self.alarms(bridge)), "no alarm")


if __name__ == "__main__":
    unittest.main()
