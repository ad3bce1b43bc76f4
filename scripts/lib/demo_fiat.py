"""The demo's way from fiat to fiat: a customer's pain.001 at one bank becomes a camt.054 at another, and every euro is accounted for."""

import re
from datetime import datetime, timedelta, timezone
from pathlib import Path

from fiat import BANK, PAYEE_BANK, POOL, Bridge, Channel, FiatBank, agent_parts, bridge_config, make_channel, participant_parts
from vostronet import OPENING_UNITS, NetError, private_dir

FILES = Path(__file__).resolve().parent.parent / "demo-files"
DEBTOR, CREDITOR = "DE75512108001245126199", "FR1420041010050500013M02606"
OPENING = f"{OPENING_UNITS}.00"


def payer_of(bic):
    return f"{bic}-EUR-1"


class FiatDemo:
    """`debtor` and `creditor` are nodes of participants; the debtor's bank is also the euro's settlement agent."""

    def __init__(self, network, debtor, creditor, say):
        self.network, self.debtor, self.creditor, self.say = network, debtor, creditor, say
        self.home = private_dir(network.dir.parent / "bridges")
        self.bridges = []
        self.approved = 0

    def make(self, name, node, channel_type, bank, parts):
        home = private_dir(self.home / name)
        channel = channel_type(home, make_channel(home))
        bridge = Bridge(bridge_config(self.network, node, channel, bank, parts), home / "bridge.log")
        bridge.channel = channel
        self.bridges.append(bridge)
        return bridge

    def stop(self):
        for bridge in self.bridges:
            bridge.stop()

    def wait(self, look, what):
        return self.network.wait(look, 60, f"{what} (logs: {self.home}/*/bridge.log)")

    def approve(self):
        """The second person of the agent's policy signs what the bridge has made."""
        for each in self.network.wallet(self.debtor, "approve", "list", keys=())[1]["items"]:
            if each["kind"] not in ("Issue", "AttestReserves"):
                continue
            self.network.wallet(self.debtor, "approve", "sign", each["id"], keys=("checker",), check=False)
            self.approved += 1

    def reserves(self):
        return self.network.wallet(self.debtor, "reserves", "EUR", keys=())[1]["items"][0]

    def wait_attested(self, amount):
        def look():
            self.approve()
            balance = self.reserves()["balance"]
            return balance and balance["amount"] == amount
        self.wait(look, f"{amount} EUR are not attested")

    def agent(self):
        """What the agent's bank holds, told by its files, against what is on the ledger."""
        bic = self.debtor["participant"]
        banks = [node["participant"] for node in self.network.info["nodes"]]
        bridge = self.make("agent", self.debtor, FiatBank, BANK, agent_parts([(each, payer_of(each), PAYEE_BANK, payer_of(each)) for each in banks]))
        yesterday = (datetime.now(timezone.utc) - timedelta(days=1)).strftime("%Y-%m-%d")
        bank = bridge.channel
        bank.put(bank.statement(1, "0.00", *(bank.entry(f"opening EUR {each}", OPENING, f"VOSTRO/{each}/main", debtor=payer_of(each))
                                             for each in banks), date=yesterday))
        # Before it reads the ledger: what was issued there and no statement explains would stop the currency.
        bridge.start()
        held = OPENING_UNITS * len(banks)
        self.wait_attested(f"{held}.00")
        self.say(f"   the agent's bank states (camt.053) what was paid in for the opening balances; {bic}'s bridge attests {held}.00 EUR on the ledger")
        bank.put(bank.notice("NB-0001", "5000.00", f"VOSTRO/{bic}/customers", debtor=payer_of(bic), to=bic))

        def issued():
            self.approve()
            balances = self.network.get(self.debtor, f"/v1/accounts/{bic}/customers")["balances"]
            return any(each["currency"] == "EUR" and each["amount"] == "5000.00" for each in balances)
        self.wait(issued, "the credit is not issued")
        self.say(f"   it tells a credit of 5000.00 EUR (camt.054): issued to {bic}/customers, once a second person has signed what the bridge made")
        return bridge

    def participant(self, node):
        bic = node["participant"]
        bridge = self.make(bic.lower(), node, Channel, bic, participant_parts(node))
        bridge.ask("customers", "load", FILES / f"customers-{bic}.toml")
        return bridge.start()

    def show(self, when, a, b):
        self.say(f"   {when}: {DEBTOR} has {a.customer_has(DEBTOR)} EUR at {self.debtor['participant']}, "
                 f"{CREDITOR} has {b.customer_has(CREDITOR)} EUR at {self.creditor['participant']}")

    def run(self):
        agent = self.agent()
        a, b = self.participant(self.debtor), self.participant(self.creditor)
        self.show("before", a, b)
        a.channel.put((FILES / "pain001.xml").read_text(encoding="utf-8"), name="pain001.xml")
        self.say("   the customer's order, scripts/demo-files/pain001.xml, is put into the bank's directory `in`")
        notice = self.wait(lambda: b.channel.told("camt.054"), "no camt.054 comes out at the creditor's bank")[0][1]
        amount = re.search(r"<Amt Ccy=\"EUR\">([0-9.]+)</Amt>", notice)[1]
        self.say(f"   out of the other bank's bridge comes a camt.054 for {CREDITOR}: {amount} EUR; on the ledger stand banks, amount and a hash, no name")
        self.wait(lambda: any("<TxSts>ACCC</TxSts>" in text for _, text in a.channel.told("pain.002")), "the debtor's bank is not told of the credit")
        self.say("   and the debtor's bank has it confirmed (pain.002, ACCC)")
        self.show("after ", a, b)
        if (a.customer_has(DEBTOR), b.customer_has(CREDITOR)) != (750, 250):
            raise NetError("the customers' accounts are not what they should be")
        self.reconcile(agent, a, b)

    def reconcile(self, agent, *participants):
        def sound(bridge, key):
            code, report = bridge.ask("reconcile", check=False)
            return report[key] if code == 0 else None
        for bridge, key in [(agent, "pools"), *((each, "positions") for each in participants)]:
            for each in self.wait(lambda b=bridge, k=key: sound(b, k), f"{bridge.config} does not reconcile"):
                if each["difference"] != "0.00":
                    raise NetError(f"{bridge.config}: {each}")
                if key == "pools":
                    self.say(f"   reconciled: the bank holds {each['held']} EUR, {each['supply']} are on the ledger, {each['attested']} are attested, "
                             f"difference {each['difference']}")
        self.say("   reconciled: both participants' books are the ledger's to the cent")
