"""Two participants with bridges, core systems and customers on a real network: NORDDEFF's customers pay SUDBFRPP's."""

import uuid

from bridge_case import BridgeCase
from core_system import Core
from fiat import bridge_config, make_channel, participant_parts
from network_case import LISTEN_MS
from vostronet import Network, private_dir

DEBTOR, CREDITOR = "DE89370400440532013000", "FR1420041010050500013M02606"
A, B = "NORDDEFF", "SUDBFRPP"
BANKS = [(A, "Nordbank AG", "DE"), (B, "Banque du Sud SA", "FR")]


class CustomerNetwork(Network):
    """Each bank's orders need one person, the key of its bridge; each has an annex key, and an account for customers."""

    accepts = "none"

    def _make_bank(self, bank, *_):
        return self._enter_bank(bank, ("maker:p1:maker+service",), "validator,settlement-agent,fx-provider",
                                ("main:accepts=all", f"customers:accepts={self.accepts}"))


class CustomerCase(BridgeCase):
    """A's customer has 1000.00 EUR, B's nothing; each bank has 5000.00 EUR on its customers' account of the ledger."""

    network_type = CustomerNetwork
    bridge_program = "vostro-bridge"
    lines = ""  # further lines of [participant]

    def new_network(self, name, count):
        network = self.network_type(self.home / name, outlives_us=False, program=self.program)
        network.create(count, ("EUR", "USD"), banks=BANKS, requests_per_second=100_000, options={"listen_ms": LISTEN_MS})
        self.networks.append(network)
        network.up()
        self.wait_connected(network)
        for currency in ("EUR", "USD"):
            agent = network.node(next(c["agent"] for c in network.info["currencies"] if c["currency"] == currency))
            for bic, _, _ in BANKS:
                network.wallet(agent, "issue", "--to", f"{bic}/customers", "--amount", f"5000.00 {currency}", "--reference", f"{bic} {currency}")
        return network

    def participant(self, index, database="sqlite:book.db", customers=(), lines=""):
        """The bridge of a bank with its core system, both not started; `customers`: (account, name, currency, balance)."""
        node = self.nodes[index]
        bic = node["participant"]
        home = private_dir(self.home / f"bridge-{bic.lower()}")
        core = Core(home, make_channel(home), bic)
        config = bridge_config(self.network, node, core, bic, participant_parts(node, lines), database=database)
        bridge = self.bridge_on(config)
        bridge.core = core
        bridge.load_customers(customers)
        return bridge

    def both(self, **options):
        """Both banks' bridges, at work."""
        self.a = self.participant(0, customers=[(DEBTOR, "Muster & Sohn GmbH", "EUR", "1000.00")], **options).start()
        self.b = self.participant(1, customers=[(CREDITOR, "Atelier Dupont", "EUR", "0.00")], **options).start()

    # ---- what is done and seen ----

    def pay(self, amount="100.00", creditor=CREDITOR, **more):
        """A pain.001 of A's customer; the payment's UETR."""
        uetr = str(uuid.uuid4())
        self.a.core.put(self.a.core.pain001(DEBTOR, creditor, B, amount, uetr=uetr, **more))
        return uetr

    def payments(self, bridge):
        return {each["uetr"]: each for each in bridge.ask("payments", "--all")[1]["items"]}

    def wait_state(self, bridge, uetr, state, recall=None):
        def look():
            found = self.payments(bridge).get(uetr)
            return found if found and found["state"] == state and recall in (None, found["recall"]) else None
        return self.wait_for(look, lambda: f"{uetr} is not {state}, {recall}, but {self.payments(bridge).get(uetr)}")

    def has(self, bridge, account):
        return bridge.customer_has(account)

    def close(self, bridge, account, status="closed"):
        bridge.ask("customers", "set", account, "--status", status)

    def assert_sound(self, bridge, **sums):
        """The book is the ledger's, whole, and nothing is in between; `sums`: of EUR, as they must be."""
        wanted = {"difference": "0.00", "outgoing": "0.00", "incoming": "0.00", **sums}

        def is_so(report):
            euro = next(each for each in report["positions"] if each["currency"] == "EUR")
            return {name: euro[name] for name in wanted} == wanted
        self.wait_report(bridge, is_so, f"the book is not at rest with {wanted}")


__all__ = ["A", "B", "CREDITOR", "CustomerCase", "CustomerNetwork", "DEBTOR"]
