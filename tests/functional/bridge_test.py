"""Fiat in, fiat out: a bank's real files lead to ledger money and back, once each, by real processes."""

import csv
import os
import signal
import sys
import time
import unittest
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "lib"))
from bridge_case import BridgeCase  # noqa: E402
from orders import ask, time_text  # noqa: E402
from vostronet import run  # noqa: E402


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

    def test_Bridge_reads_messages_in_a_process_apart(self):
        bridge = self.make_bridge().start()

        def parser():
            pid = bridge.process.pid
            children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
            return int(children[0]) if children else None
        first = self.wait_for(parser, "there is none")
        open_files = lambda: {os.readlink(path).split(":")[0] for path in Path(f"/proc/{first}/fd").iterdir()}  # noqa: E731
        # Between its birth and its first step it still has what the bridge has.
        self.wait_for(lambda: open_files() == {"/dev/null", "socket"}, lambda: f"it has {open_files()}")
        self.bank.put(self.bank.notice("REF-1", "10.00"))
        self.wait_on_ledger("10.00")
        # Millions of elements: it is read, or too much, and in any case no message.
        self.bank.put("<Document>" + "<a/>" * 2_400_000 + "</Document>", name="many.xml")
        self.wait_for(lambda: list((bridge.config.parent / "files" / "quarantine").glob("*-many.xml")), "it is not in quarantine", 120)
        os.kill(parser(), signal.SIGKILL)
        self.bank.put(self.bank.notice("REF-2", "20.00"))
        self.wait_on_ledger("30.00")
        self.assertNotEqual(parser(), first)
        self.assertEqual(self.alarms(bridge), ["file"])
        key = bridge.ask("status")[1]["alarms"][0]["key"]
        self.assertEqual(bridge.ask("close-alarm", key, "--reason", "the bank knows")[1], {"closed": key})
        self.assertEqual(self.alarms(bridge), [])
        for other, why in ((key, "there is no alarm"), ("late/x", "no person closes")):
            code, said = bridge.ask("close-alarm", other, "--reason", "x", check=False)
            self.assertEqual((code, why in said["error"]), (2, True), said)
        last = parser()
        self.assertEqual(bridge.stop(), 0)
        self.wait_for(lambda: not Path(f"/proc/{last}").exists(), "it outlives the bridge")

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

    def test_Bridge_a_statement_is_held_against_the_book(self):
        bridge = self.make_bridge().start()
        first, second = self.bank.entry("REF-1", "100.00"), self.bank.entry("REF-2", "50.00")
        self.bank.put(self.bank.notice("REF-1", "100.00"))
        self.wait_on_ledger("100.00")
        # REF-2 is first seen on the statement: it counts as if it had been told.
        self.bank.put(self.bank.statement(7, "0.00", first, second))
        self.wait_on_ledger("150.00")
        self.redeem("30.00")
        payout = self.wait_for(self.bank.payouts, "no pacs.009 comes out").popitem()[0]
        self.bank.put(self.bank.status(payout, "ACSC"))
        self.wait_until_over(bridge)
        self.bank.put(self.bank.statement(8, "150.00", self.bank.entry("REF-3", "30.00", side="DBIT", instruction=payout)))
        self.wait_taken()
        self.assert_in_balance(bridge, "120.00", "120.00")
        report = self.report(bridge)
        account, member = report["accounts"][0], report["participants"][0]
        self.assertEqual((account["statement"]["number"], account["statement"]["closing"], account["unstated"]), (8, "120.00", "0.00"))
        self.assertEqual((member["participant"], member["fiat"], member["ledger"], member["difference"]),
                         ("MERLSGSG", "120.00", "120.00", "0.00"))
        self.assertEqual(self.alarms(bridge), [])
        text = run([bridge.program, "reconcile", "--config", bridge.config]).stdout
        for part in ("statement 8 of ", "IN BALANCE", "Reviewed by ____"):
            self.assertIn(part, text)
        rows = list(csv.reader(run([bridge.program, "reconcile", "--csv", "--config", bridge.config]).stdout.splitlines()))
        self.assertEqual(rows[0], ["section", "currency", "subject", "figure", "value"])
        self.assertIn(["pool", "EUR", "", "held", "120.00"], rows)
        self.assertIn(["report", "", "", "verdict", "IN BALANCE"], rows)

    def test_B7_F37_statements_out_of_order_do_nothing_twice(self):
        bridge = self.make_bridge().start()
        one, two, three = (self.bank.entry(f"REF-{n}", "10.00") for n in (1, 2, 3))
        self.bank.put(self.bank.statement(1, "0.00", one))
        self.wait_on_ledger("10.00")
        self.bank.put(self.bank.statement(1, "0.00", one))  # doubled
        self.bank.put(self.bank.statement(2, "10.00", two, closing="20.01"))  # does not add up: row B7
        self.wait_taken()
        self.assertEqual(sorted(set(self.alarms(bridge))), ["file", "statement"])
        self.assertEqual(self.report(bridge)["breaks"], [])
        self.bank.put(self.bank.statement(3, "20.00", three))  # before the second
        self.wait_for(lambda: "stopped" in self.alarms(bridge), "issuing does not stop")
        self.bank.put(self.bank.notice("REF-4", "7.00"))  # waits
        code, report = bridge.ask("reconcile", check=False)
        self.assertEqual((code, [each["kind"] for each in report["breaks"]], [each["why"] for each in report["held"]]),
                         (3, ["statement_number"], ["gap"]), report)
        self.bank.put(self.bank.statement(2, "10.00", two))  # late: the third one's turn has come, too
        self.wait_for(lambda: not self.report(bridge)["held"], "the third is still held")
        # The bank told REF-4, and its newest statement does not have it.
        self.assertEqual([each["kind"] for each in self.report(bridge)["breaks"]], ["not_on_statement"])
        self.assertEqual(self.on_ledger(), 10)  # still stopped: two persons say so
        self.assertEqual(self.release(bridge, "EUR", ("anna", "anna")), {"persons": 1, "decided": False})
        self.assertEqual(self.release(bridge, "EUR", ("carl",)), {"persons": 2, "decided": True})
        self.wait_on_ledger("37.00")
        self.bank.put(self.bank.statement(3, "20.00", three, self.bank.entry("REF-4", "7.00")))  # corrected
        held = self.wait_for(lambda: self.report(bridge)["held"], "the corrected one is not held")[0]
        self.assertEqual(held["why"], "corrected")
        self.release(bridge, held["digest"][:12])
        self.wait_for(lambda: not self.report(bridge)["held"], "the corrected one is still held")
        self.wait_until_over(bridge)
        self.assert_in_balance(bridge, "37.00", "37.00")
        self.assertEqual(self.report(bridge)["accounts"][0]["statement"]["closing"], "37.00")
        self.assertEqual(self.on_ledger(), 37)

    def test_Bridge_reserves_one_cent_short_and_the_ledger_issues_no_more(self):
        bridge = self.make_bridge().start()
        yesterday = str(date.fromisoformat(self.bank.today) - timedelta(days=1))

        def reserves():
            return self.network.wallet(self.nodes[1], "reserves", "EUR", keys=())[1]["items"][0]

        def wait_attested(amount, issuing):
            self.wait_for(lambda: reserves()["balance"] == {"currency": "EUR", "amount": amount}, lambda: f"{amount} is not attested: {reserves()}")
            self.assertEqual(reserves()["issuing"], issuing)

        def issue(reference):
            return self.network.wallet(self.nodes[0], "issue", "--to", "MERLSGSG/main", "--amount", "1.00 EUR", "--reference", reference,
                                       keys=("maker",), check=False)[1]
        self.assertEqual((reserves()["balance"], reserves()["issuing"]), (None, "open"))
        self.bank.put(self.bank.statement(1, "0.00", date=yesterday))
        wait_attested("0.00", "open")
        # More than that covers: told today, so it is attested before it is issued.
        self.bank.put(self.bank.notice("REF-1", "100.00"))
        self.wait_on_ledger("100.00")
        wait_attested("100.00", "open")
        self.assertEqual(self.alarms(bridge), [])
        # The statement has one cent less than circulates: nobody issues, with the right keys or not.
        self.bank.put(self.bank.statement(2, "0.00", self.bank.entry("REF-1", "99.99")))
        wait_attested("99.99", "short")
        refused = issue("by hand")
        self.assertEqual((refused["status"], refused["reason"], refused["reason_code"]), ("rejected", "reserves_short", "AM13"), refused)
        self.assertEqual(self.on_ledger(), 100)
        self.redeem("40.00")  # what is there goes on; what is locked needs no cover
        self.assertEqual(reserves()["issuing"], "open")
        payout = self.wait_for(self.bank.payouts, "no pacs.009 comes out").popitem()[0]
        self.bank.put(self.bank.status(payout, "RJCT", "AC04"))
        self.wait_on_ledger("100.00")  # at the agent's node; asked is the participant's
        self.wait_for(lambda: reserves()["issuing"] == "short", lambda: f"issuing goes on: {reserves()}")
        # The bank corrects itself, and two persons take its word.
        whole = self.bank.statement(2, "0.00", self.bank.entry("REF-1", "100.00"))
        self.bank.put(whole)
        held = self.wait_for(lambda: self.report(bridge)["held"], "the corrected one is not held")[0]
        self.release(bridge, held["digest"][:12])
        wait_attested("100.00", "open")
        # Of the agent's own node, which may have it after the participant's.
        self.wait_for(lambda: self.report(bridge)["pools"][0]["attested"] == "100.00", "the report has not what is attested")
        pool = self.report(bridge)["pools"][0]
        self.assertEqual(pool["attested_message"], reserves()["statement"])
        # By hand, with the same file: the same hash. As of a later second than the bridge's, or it would say nothing new.
        self.wait_for(lambda: time_text(time.time()) > reserves()["as_of"], "the second does not end")
        file = bridge.config.with_name("camt053.xml")
        file.write_text(whole, encoding="utf-8")
        by_hand = self.network.wallet(self.nodes[0], "attest", "--balance", "100.00 EUR", "--statement", file, keys=("maker",))[1]
        self.assertEqual(by_hand["statement"], pool["attested_message"])
        self.assertEqual(issue("by hand, again")["status"], "done")

    def test_Bridge_fiat_waits_for_an_open_day_and_the_ledger_does_not(self):
        bridge = self.make_bridge()
        today = datetime.now(timezone.utc).date()
        closed = [today + timedelta(days=n) for n in range(10)]
        opens = next(day for day in (today + timedelta(days=n) for n in range(10, 20)) if day.weekday() < 5)
        (bridge.config.parent / "EUR.txt").write_text(
            f"covers {today - timedelta(days=40)} {today + timedelta(days=40)}\n" + "".join(f"{day} closed\n" for day in closed),
            encoding="ascii")
        plain = bridge.config.read_text(encoding="utf-8")
        bridge.config.write_text(plain + '\n[[calendar]]\ncurrency = "EUR"\nholidays = "EUR.txt"\nzone = "Europe/Berlin"\n'
                                 'cut_off = "18:00"\n', encoding="utf-8")
        bridge.start()
        self.bank.put(self.bank.notice("REF-1", "10.00"))
        self.wait_on_ledger("10.00")

        def date():
            items = ask(self.nodes[0], "GET", "/v1/currencies?limit=100").body["items"]
            return next(each["business_date"] for each in items if each["currency"] == "EUR")
        self.wait_for(lambda: date() == str(opens), "the business date is not opened")
        self.redeem("4.00")
        self.wait_for(lambda: [each["state"] for each in bridge.ask("status")[1]["redemptions"]] == ["waiting"], "it does not wait")
        self.assertEqual(self.on_ledger(), 6)
        self.assertEqual(self.alarms(bridge), [])
        self.assertEqual(self.bank.payouts(), {})
        bridge.stop()
        bridge.config.write_text(plain, encoding="utf-8")
        bridge.start()
        self.wait_for(self.bank.payouts, "no pacs.009 comes out")


if __name__ == "__main__":
    unittest.main()
