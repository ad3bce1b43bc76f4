"""A settlement agent's bridge as a real process beside a real network, and the bank at the other end of its channel."""

import re
import signal
import time
import uuid
from decimal import Decimal
from pathlib import Path

import postgresql
from network_case import LISTEN_MS, NetworkCase, show_log
from fiat import BANK, PAYEE, PAYEE_BANK, PAYER, POOL, Bridge, FiatBank, agent_parts, bridge_config, make_channel, new_key
from vostronet import Network, is_alive, private_dir


class AgentNetwork(Network):
    """Its first bank's orders need one person: the key of its bridge."""

    def _make_bank(self, bank, is_supervisor):
        if bank[0] != "NORDDEFF":
            return super()._make_bank(bank, is_supervisor)
        return self._enter_bank(bank, ("maker:p1:maker+service",), "validator,settlement-agent" + (",supervisor" if is_supervisor else ""),
                                ("main:accepts=all",), has_annex_key=False)


class Bank(FiatBank):
    """It also decides payouts."""

    def status(self, message_id, status, code=None):
        """pacs.002 about a pacs.009."""
        own = f"S{uuid.uuid4().hex[:20]}"
        reason = f"<StsRsnInf><Rsn><Cd>{code}</Cd></Rsn></StsRsnInf>" if code else ""
        return self.envelope("pacs.002.001.10", f"""<FIToFIPmtStsRpt>
<GrpHdr><MsgId>{own}</MsgId><CreDtTm>2026-01-05T10:00:00Z</CreDtTm></GrpHdr>
<TxInfAndSts><OrgnlGrpInf><OrgnlMsgId>{message_id}</OrgnlMsgId><OrgnlMsgNmId>pacs.009.001.08</OrgnlMsgNmId></OrgnlGrpInf>
<OrgnlInstrId>{message_id}</OrgnlInstrId><TxSts>{status}</TxSts>{reason}</TxInfAndSts></FIToFIPmtStsRpt>""", own)

    def payouts(self):
        """{message id: text} of the pacs.009 that lie in `out`, each with its signature."""
        found = {}
        for path in sorted((self.files / "out").glob("*.xml")):
            text = path.read_text(encoding="utf-8")
            assert "pacs.009.001.08" in text and path.with_name(path.name + ".sig").exists(), path
            found[re.search(r"<MsgId>([^<]+)</MsgId>", text)[1]] = text
        return found


class BridgeCase(NetworkCase):
    """NORDDEFF is EUR's agent, MERLSGSG the participant that pays in and redeems. Nothing is on the ledger at the beginning."""

    nodes_count = 2
    network_type = AgentNetwork
    bridge_program = "vostro-bridge"
    settings = ""  # further lines of [bridge]
    database = None  # "sqlite:book.db", where it is not another
    server = None

    @classmethod
    def tearDownClass(cls):
        if BridgeCase.server:
            BridgeCase.server.close()
            BridgeCase.server = None

    @classmethod
    def postgresql(cls):
        if not postgresql.is_installed():
            raise cls.skipTest(cls, "PostgreSQL 15 is not installed: scripts/bootstrap --tests")
        if BridgeCase.server is None:
            BridgeCase.server = postgresql.Postgresql()
        return BridgeCase.server

    def new_network(self, name, count):
        network = self.network_type(self.home / name, outlives_us=False, program=self.program)
        network.create(count, requests_per_second=100_000, options={"listen_ms": LISTEN_MS})
        self.networks.append(network)
        network.up()
        self.wait_connected(network)
        return network

    def setUp(self):
        super().setUp()
        self.bridges = []

    def tearDown(self):
        for bridge in self.bridges:
            bridge.stop(signal.SIGKILL)
        super().tearDown()

    def show_logs(self, network):
        super().show_logs(network)
        for log in sorted({Path(bridge.log) for bridge in self.bridges}):
            show_log(log, log)

    def make_bridge(self, name="bridge", database="sqlite:book.db"):
        """A bridge with its own book, channel and bank; not started."""
        node = self.nodes[0]
        home = private_dir(self.home / name)
        self.bank = Bank(home, make_channel(home))
        persons = [(person, new_key(home, person, node)) for person in ("anna", "carl")]
        parts = agent_parts([("MERLSGSG", PAYER, PAYEE_BANK, PAYEE)], persons)
        config = bridge_config(self.network, node, self.bank, BANK, parts, settings=self.settings, database=database)
        return self.bridge_on(config)

    def bridge_on(self, config):
        bridge = Bridge(config, config.with_name("bridge.log"), self.bridge_program)
        self.bridges.append(bridge)
        return bridge

    # ---- what is seen ----

    def on_ledger(self, account="MERLSGSG/main"):
        return self.balance(account, "EUR", node=0)

    def wait_for(self, condition, what, seconds=60):
        return self.network.wait(condition, seconds, what)

    def wait_on_ledger(self, amount, account="MERLSGSG/main"):
        """On that of all nodes that run: what comes next is asked of another one, perhaps."""
        running = [index for index, node in enumerate(self.nodes) if node["pid"]]
        shown = lambda: [self.balance(account, "EUR", node=index) for index in running]  # noqa: E731
        self.wait_for(lambda: set(shown()) == {Decimal(amount)}, lambda: f"{account} has not {amount} EUR, but {shown()}")

    def redeem(self, amount):
        """By MERLSGSG; the id."""
        _, answer = self.network.wallet(self.nodes[1], "redeem", "--from", "MERLSGSG/main", "--amount", f"{amount} EUR",
                                        keys=("maker", "checker"))
        self.assertEqual(answer["status"], "done", answer)
        return answer["id"]

    def report(self, bridge):
        return bridge.ask("reconcile", check=False)[1]

    def wait_taken(self):
        """All files of the bank."""
        self.wait_for(lambda: not list((self.bank.files / "in").glob("*.xml")), "files stay in `in`")

    def release(self, bridge, subject, persons=("anna", "carl")):
        passphrase = Path(self.nodes[0]["token_file"]).parent / "passphrase"
        for person in persons:
            answer = bridge.ask("release", subject, "--reason", "cleared with the bank by telephone", "--key",
                                bridge.config.parent / f"{person}.key", "--passphrase-file", passphrase)[1]
        return answer

    def alarms(self, bridge):
        return [each["key"].split("/")[0] for each in bridge.ask("status")[1]["alarms"]]

    def assert_in_balance(self, bridge, held, supply, suspense="0.00"):
        def is_so(report):
            pool = report["pools"][0]
            return (pool["held"], pool["supply"], pool["suspense"], pool["difference"]) == (held, supply, suspense, "0.00")
        self.wait_report(bridge, is_so, f"not in balance at {held} held, {supply} circulating and {suspense} in suspense")

    def wait_report(self, bridge, is_so, what):
        """The book held against the ledger, once they are of one height and it is so: the book may be a block behind its node, and that node
        behind another bank's. The book itself has no fault meanwhile."""
        seen = []

        def look():
            seen[:] = bridge.ask("reconcile", check=False)
            code, report = seen
            self.assertEqual(report.get("book", {}).get("faults", []), [])
            return code == 0 and is_so(report)
        self.wait_for(look, lambda: f"{what}: {seen}")

    def wait_until_over(self, bridge):
        """Nothing is in the outbox, and no redemption is open."""
        def look():
            status = bridge.ask("status")[1]
            return status["outbox"] == 0 and not status["redemptions"]
        self.wait_for(look, "the bridge does not come to rest")

    def log_of(self, bridge):
        return Path(bridge.log).read_text(encoding="utf-8")


__all__ = ["BridgeCase", "Bridge", "Bank", "AgentNetwork", "POOL", "PAYER", "PAYEE", "BANK", "is_alive", "time"]
