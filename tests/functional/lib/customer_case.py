"""Two participants with bridges, core systems and customers on a real network: NORDDEFF's customers pay SUDBFRPP's."""

import json
import signal
import uuid
from decimal import Decimal
from pathlib import Path

from bridge_case import Bridge, BridgeCase
from core_system import Core
from network_case import LISTEN_MS
from vostronet import Network, bin_dir, private_dir, private_file, run

DEBTOR, CREDITOR = "DE89370400440532013000", "FR1420041010050500013M02606"
A, B = "NORDDEFF", "SUDBFRPP"
BANKS = [(A, "Nordbank AG", "DE"), (B, "Banque du Sud SA", "FR")]


class CustomerNetwork(Network):
    """Each bank's orders need one person, the key of its bridge; each has an annex key, and an account for customers."""

    def _make_bank(self, bank, *_):
        bic, name, country = bank
        keys = private_dir(private_dir(self.dir / bic.lower()) / "keys")
        private_file(keys / "passphrase", f"devnet-{bic.lower()}\n")
        run([bin_dir() / "vostro-genesis", "keys", "--out", keys, "--bic", bic, "--role", "validator", "--cost", "development",
             "--key", "maker:p1:maker+service", "--passphrase-file", keys / "passphrase"])
        annex = run([bin_dir() / "vostro", "--json", "--key-dir", keys, "--passphrase-file", keys / "passphrase", "key", "new", "annex", "--annex",
                     "--cost", "development"])
        entry = self.dir / f"{bic.lower()}.entry.toml"
        run([bin_dir() / "vostro-genesis", "entry", "--network", self.dir / "network.toml", "--bic", bic, "--legal-name", name,
             "--country", country, "--keys", keys, "--passphrase-file", keys / "passphrase", "--roles",
             "validator,settlement-agent,fx-provider", "--account", "main:accepts=all", "--account", f"customers:accepts={self.accepts}",
             "--annex-key", json.loads(annex.stdout)["annex_key"], "--out", entry])
        return entry

    accepts = "none"


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
        keys = Path(node["token_file"]).parent
        home = private_dir(self.home / f"bridge-{bic.lower()}")
        files = private_dir(home / "files")
        for each in ("in", "out", "archive", "quarantine"):
            private_dir(files / each)
        run([bin_dir() / "vostro", "key", "new", "channel", "--cost", "development", "--out", home / "channel.key", "--passphrase-file",
             keys / "passphrase"])
        core = Core(home, files, bic)
        config = home / "bridge.toml"
        config.write_text(f"""
[bridge]
participant = "{bic}"
genesis = "{self.network.info['genesis']}"
lease_s = 1
poll_ms = 50
retry_s = 1
reconcile_s = 1

[book]
database = "{database}"

[node]
api = "{node['api']}"
token_file = "{node['token_file']}"

[keys]
key = "{keys / 'maker.key'}"
passphrase_file = "{keys / 'passphrase'}"

[channel]
directory = "files"
settle_ms = 0
bank = "{bic}"
bank_key = "{core.public}"
sign_key = "channel.key"
sign_passphrase_file = "{keys / 'passphrase'}"

[participant]
account = "{bic}/customers"
annex_key = "{keys / 'annex.key'}"
annex_passphrase_file = "{keys / 'passphrase'}"
{lines}
""", encoding="utf-8")
        bridge = Bridge(config, config.with_name("bridge.log"), self.bridge_program)
        self.bridges.append(bridge)
        bridge.core = core
        self.load(bridge, customers)
        return bridge

    def load(self, bridge, customers):
        path = bridge.config.with_name("customers.toml")
        path.write_text("".join(f'[[customer]]\naccount = "{account}"\nname = "{name}"\ncurrency = "{currency}"\nbalance = "{balance}"\n\n'
                                for account, name, currency, balance in customers), encoding="utf-8")
        bridge.ask("customers", "load", path)

    def both(self, **options):
        """Both banks' bridges, at work."""
        self.a = self.participant(0, customers=[(DEBTOR, "Muster & Sohn GmbH", "EUR", "1000.00")], **options).start()
        self.b = self.participant(1, customers=[(CREDITOR, "Atelier Dupont", "EUR", "0.00")], **options).start()

    def tearDown(self):
        for bridge in self.bridges:
            bridge.stop(signal.SIGKILL)
        super().tearDown()

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
        return self.wait_for(look, f"{uetr} is not {state}, {recall}")

    def has(self, bridge, account):
        return next(Decimal(each["balance"]) for each in bridge.ask("customers", "list")[1]["items"] if each["account"] == account)

    def close(self, bridge, account, status="closed"):
        bridge.ask("customers", "set", account, "--status", status)

    def assert_sound(self, bridge, **sums):
        """The book is the ledger's, whole, and nothing is in between; `sums`: of EUR, as they must be."""
        code, report = bridge.ask("reconcile", check=False)
        self.assertEqual(code, 0, report)
        euro = next(each for each in report["positions"] if each["currency"] == "EUR")
        for name, amount in {"difference": "0.00", "outgoing": "0.00", "incoming": "0.00", **sums}.items():
            self.assertEqual(euro[name], amount, (name, report))
        self.assertEqual(report["book"]["faults"], [])


__all__ = ["A", "B", "CREDITOR", "CustomerCase", "CustomerNetwork", "DEBTOR"]
