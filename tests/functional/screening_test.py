"""Screening before finality, by real processes: a payment that is held for a decision is frozen on the ledger, and freed again."""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "lib"))
from bridge_case import BridgeCase  # noqa: E402
from orders import ask  # noqa: E402

COUNTRIES = "country,measure,basis\nKP,embargo,EU 2017/1509\n"
SDN = """<?xml version="1.0" standalone="yes"?>
<sdnList xmlns="https://sanctionslistservice.ofac.treas.gov/api/PublicationPreview/exports/XML">
<publshInformation><Publish_Date>11/18/2026</Publish_Date></publshInformation>
<sdnEntry><uid>40</uid><firstName>Pavel</firstName><lastName>BORKIN</lastName><sdnType>Individual</sdnType>
<programList><program>RED</program></programList></sdnEntry></sdnList>
"""


class Screening(BridgeCase):
    """Goal: what docs/screening.md tells a compliance desk, from a name to an Unblock that is final. Method: commands and a network."""

    def screening_bridge(self):
        bridge = self.make_bridge()
        home = bridge.config.parent
        (home / "sdn.xml").write_text(SDN, encoding="utf-8")
        (home / "countries.csv").write_text(COUNTRIES, encoding="utf-8")
        with open(bridge.config, "a", encoding="utf-8") as config:
            config.write("""
[screening]

[[screening_list]]
name = "ofac-sdn"
format = "ofac-xml"
files = ["sdn.xml"]

[[screening_list]]
name = "countries"
format = "countries"
files = ["countries.csv"]
""")
        return bridge

    def decide(self, bridge, person, screening, action, *more, check=True):
        keys = Path(self.nodes[0]["token_file"]).parent
        return bridge.ask("screen", "decide", screening, action, "--reason", "seen by the desk", "--key", bridge.config.parent / f"{person}.key",
                          "--passphrase-file", keys / "passphrase", *more, check=check)

    def status_of(self, uetr):
        return ask(self.nodes[0], "GET", f"/v1/payments/{uetr}?agent=MERLSGSG").body.get("status")

    def test_Screening_names_and_countries_explain_themselves(self):
        bridge = self.screening_bridge()
        code, answer = bridge.ask("screen", "check", "Borkyn, Pavel", check=False)
        self.assertEqual((code, answer["clear"]), (3, False), answer)
        hit, = answer["hits"]
        self.assertEqual((hit["list"], hit["entry"]), ("ofac-sdn", "40"))
        self.assertIn("borkyn = borkin (sound", hit["reason"])
        self.assertIn("2026-11-18", hit["reason"])
        code, answer = bridge.ask("screen", "check", "Anna Novak", "--country", "KP", check=False)
        self.assertEqual((code, [each["kind"] for each in answer["hits"]]), (3, ["country"]))
        self.assertEqual(bridge.ask("screen", "check", "Anna Novak", "--country", "DE")[1]["clear"], True)

    def test_Screening_a_payment_is_blocked_and_freed_by_two_persons(self):
        bridge = self.screening_bridge().start()
        keys = Path(self.nodes[0]["token_file"]).parent
        document = bridge.config.parent / "order.pdf"
        document.write_bytes(b"%PDF-1.7 freezing order")
        basis = ("--basis", "EU 833/2014 art 5", "--document", document)
        self.network.wallet(self.nodes[0], "account", "open", "NORDDEFF/customers")
        self.bank.put(self.bank.notice("REF-1", "100.00"))
        self.wait_on_ledger("100.00")
        for action, status, left in (("unblock-pay", "settled", "90.00"), ("unblock-release", "released", "90.00")):
            _, paid = self.network.wallet(self.nodes[1], "pay", "--from", "MERLSGSG/main", "--to", "NORDDEFF/customers", "--amount", "10.00 EUR",
                                          "--accept-by", "+1h", "--wait", "--another", keys=("maker", "checker"))
            uetr = paid["uetr"]
            self.wait_for(lambda: self.status_of(uetr) == "held", "it is not held")
            _, held = bridge.ask("screen", "hold", uetr, "--agent", "MERLSGSG", "--reason", "a call of the police", "--key",
                                 bridge.config.parent / "anna.key", "--passphrase-file", keys / "passphrase")
            screening = held["id"][:16]
            self.assertEqual(self.decide(bridge, "anna", screening, "block", *basis)[1], {"persons": 1, "decided": False})
            self.assertEqual(self.decide(bridge, "anna", screening, "block", *basis)[1], {"persons": 1, "decided": False})
            self.assertEqual(self.decide(bridge, "carl", screening, "block", check=False)[0], 2)  # no basis
            self.assertEqual(self.decide(bridge, "channel", screening, "block", *basis, check=False)[0], 2)  # no person's key
            self.assertEqual(self.status_of(uetr), "held")
            self.assertEqual(self.decide(bridge, "carl", screening, "block", *basis)[1], {"persons": 2, "decided": True})
            self.wait_for(lambda: self.status_of(uetr) == "blocked", "it is not blocked on the ledger")
            self.wait_for(lambda: bridge.ask("screen", "show", screening)[1]["state"] == "blocked", "the book does not say so")
            # Frozen: it neither comes back nor goes on.
            self.assertNotEqual(self.network.wallet(self.nodes[1], "recall", uetr, "--reason", "CUST", keys=("maker", "checker"), check=False)[0], 0)
            self.assertEqual(self.decide(bridge, "anna", screening, "release", check=False)[0], 2)
            for person in ("anna", "carl"):
                self.decide(bridge, person, screening, action, *basis)
            self.wait_for(lambda: self.status_of(uetr) == status, f"it is not {status}")
            self.wait_for(lambda: bridge.ask("screen", "show", screening)[1]["state"] == action.replace("unblock-", "unblocked_"),
                          "the book does not say so")
            self.wait_on_ledger(left)
        self.assertEqual(self.alarms(bridge), [])
        self.assertEqual(bridge.ask("reconcile", check=False)[1]["book"]["faults"], [])

    def test_Screening_lists_that_cannot_be_read_leave_the_old_ones(self):
        bridge = self.screening_bridge().start()
        lists = bridge.config.parent / "sdn.xml"
        lists.write_text(SDN[:-20], encoding="utf-8")
        self.wait_for(lambda: "lists" in self.alarms(bridge), "no alarm")
        lists.write_text(SDN.replace("BORKIN", "VELMAROV"), encoding="utf-8")
        self.wait_for(lambda: "lists" not in self.alarms(bridge), "the alarm stays")
        log = self.log_of(bridge)
        for name in ("BORKIN", "VELMAROV"):
            self.assertNotIn(name, log)
        self.assertEqual(bridge.stop(), 0)


if __name__ == "__main__":
    unittest.main()
