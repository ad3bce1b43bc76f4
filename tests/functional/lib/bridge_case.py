"""A settlement agent's bridge as a real process beside a real network, and the bank at the other end of its channel."""

import json
import os
import re
import signal
import subprocess
import time
import uuid
from datetime import datetime, timezone
from decimal import Decimal
from pathlib import Path

import postgresql
from network_case import LISTEN_MS, NetworkCase
from vostronet import Network, bin_dir, die_with_parent, is_alive, private_dir, private_file, run

BANK = "PACIJPJT"  # keeps the agent's accounts; no participant
POOL = "DE89370400440532013000"
PAYER = "SG-7731-0042"
PAYEE = "SG-7731-0099"
PAYEE_BANK = "DBSSSGSG"


class AgentNetwork(Network):
    """Its first bank's orders need one person: the key of its bridge."""

    def _make_bank(self, bank, is_supervisor):
        if bank[0] != "NORDDEFF":
            return super()._make_bank(bank, is_supervisor)
        bic, name, country = bank
        keys = private_dir(private_dir(self.dir / bic.lower()) / "keys")
        private_file(keys / "passphrase", f"devnet-{bic.lower()}\n")
        run([bin_dir() / "vostro-genesis", "keys", "--out", keys, "--bic", bic, "--role", "validator", "--cost", "development",
             "--key", "maker:p1:maker+service", "--passphrase-file", keys / "passphrase"])
        entry = self.dir / f"{bic.lower()}.entry.toml"
        run([bin_dir() / "vostro-genesis", "entry", "--network", self.dir / "network.toml", "--bic", bic, "--legal-name", name,
             "--country", country, "--keys", keys, "--passphrase-file", keys / "passphrase", "--roles",
             "validator,settlement-agent" + (",supervisor" if is_supervisor else ""), "--account", "main:accepts=all", "--out", entry])
        return entry


class Bank:
    """Signs files into the channel, and reads what comes out of it."""

    def __init__(self, home, files):
        self.files = files
        self.key = home / "bank.pem"
        self.home = home
        subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", str(self.key)], check=True, capture_output=True)
        der = subprocess.run(["openssl", "pkey", "-in", str(self.key), "-pubout", "-outform", "DER"], check=True, capture_output=True)
        self.public = "ed25519:" + der.stdout[-32:].hex()
        self.number = 0

    def sign(self, content):
        message = self.home / "message"
        message.write_bytes(b"VOSTRO-FILE-1".ljust(16, b"\0") + content)
        done = subprocess.run(["openssl", "pkeyutl", "-sign", "-rawin", "-inkey", str(self.key), "-in", str(message)], check=True,
                              capture_output=True)
        return "ed25519:" + done.stdout.hex() + "\n"

    def put(self, content, name=None, signature=None):
        """Renamed into place, the signature first; the file's name."""
        self.number += 1
        name = name or f"bank-{self.number}.xml"
        content = content.encode() if isinstance(content, str) else content
        for each, what in ((name + ".sig", (signature or self.sign(content)).encode()), (name, content)):
            draft = self.files / "in" / f".{each}"
            draft.write_bytes(what)
            draft.rename(self.files / "in" / each)
        return name

    def envelope(self, kind, document, message_id, to="NORDDEFF", sender=BANK):
        now = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        agent = "<FIId><FinInstnId><BICFI>{}</BICFI></FinInstnId></FIId>"
        return f"""<?xml version="1.0" encoding="UTF-8"?>
<RequestPayload>
<AppHdr xmlns="urn:iso:std:iso:20022:tech:xsd:head.001.001.02"><Fr>{agent.format(sender)}</Fr><To>{agent.format(to)}</To>
<BizMsgIdr>{message_id}</BizMsgIdr><MsgDefIdr>{kind}</MsgDefIdr><CreDt>{now}</CreDt></AppHdr>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:{kind}">{document}</Document>
</RequestPayload>
"""

    def notice(self, reference, amount, text="VOSTRO/MERLSGSG/main", currency="EUR", debtor=PAYER, side="CRDT", message_id=None,
               status="BOOK", **envelope):
        """camt.054: one entry on the pool's account."""
        message_id = message_id or f"N{uuid.uuid4().hex[:20]}"
        entry = self.entry(reference, amount, text, currency, debtor, side, status)
        return self.envelope("camt.054.001.08", f"""<BkToCstmrDbtCdtNtfctn>
<GrpHdr><MsgId>{message_id}</MsgId><CreDtTm>{self.today()}T10:00:00Z</CreDtTm></GrpHdr>
<Ntfctn><Id>{message_id}</Id><Acct><Id><IBAN>{POOL}</IBAN></Id></Acct>
{entry}</Ntfctn></BkToCstmrDbtCdtNtfctn>""", message_id, **envelope)

    def statement(self, number, opening, *entries, closing=None, message_id=None, date=None, **envelope):
        """camt.053 of the pool's account; the closing balance follows from the entries, where it is not given."""
        message_id = message_id or f"T{uuid.uuid4().hex[:20]}"
        if closing is None:
            closing = Decimal(opening) + sum(Decimal(re.search(r">([0-9.]+)</Amt>", each)[1]) * (1 if "CRDT" in each else -1)
                                             for each in entries)

        def balance(kind, amount):
            side = "CRDT" if Decimal(amount) >= 0 else "DBIT"
            return (f'<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">{abs(Decimal(amount)):.2f}</Amt>'
                    f"<CdtDbtInd>{side}</CdtDbtInd><Dt><Dt>{date or self.today()}</Dt></Dt></Bal>")
        return self.envelope("camt.053.001.08", f"""<BkToCstmrStmt>
<GrpHdr><MsgId>{message_id}</MsgId><CreDtTm>{self.today()}T22:00:00Z</CreDtTm></GrpHdr>
<Stmt><Id>S-{number}</Id><ElctrncSeqNb>{number}</ElctrncSeqNb><Acct><Id><IBAN>{POOL}</IBAN></Id></Acct>
{balance("OPBD", opening)}{balance("CLBD", closing)}{"".join(entries)}</Stmt></BkToCstmrStmt>""", message_id, **envelope)

    @staticmethod
    def today():
        return datetime.now(timezone.utc).strftime("%Y-%m-%d")

    def entry(self, reference, amount, text="VOSTRO/MERLSGSG/main", currency="EUR", debtor=PAYER, side="CRDT", status="BOOK",
              instruction=None):
        today = self.today()
        own = f"<InstrId>{instruction}</InstrId>" if instruction else ""
        return f"""<Ntry><Amt Ccy="{currency}">{amount}</Amt><CdtDbtInd>{side}</CdtDbtInd><Sts><Cd>{status}</Cd></Sts>
<BookgDt><Dt>{today}</Dt></BookgDt><ValDt><Dt>{today}</Dt></ValDt><AcctSvcrRef>{reference}</AcctSvcrRef>
<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd>
<NtryDtls><TxDtls><Refs>{own}<EndToEndId>NOTPROVIDED</EndToEndId></Refs>
<RltdPties><DbtrAcct><Id><Othr><Id>{debtor}</Id></Othr></Id></DbtrAcct></RltdPties>
<RmtInf><Ustrd>{text}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>
"""

    def status(self, message_id, status, code=None):
        """pacs.002 about a pacs.009."""
        own = f"S{uuid.uuid4().hex[:20]}"
        reason = f"<StsRsnInf><Rsn><Cd>{code}</Cd></Rsn></StsRsnInf>" if code else ""
        return self.envelope("pacs.002.001.10", f"""<FIToFIPmtStsRpt>
<GrpHdr><MsgId>{own}</MsgId><CreDtTm>2026-01-05T10:00:00Z</CreDtTm></GrpHdr>
<TxInfAndSts><OrgnlGrpInf><OrgnlMsgId>{message_id}</OrgnlMsgId><OrgnlMsgNmId>pacs.009.001.08</OrgnlMsgNmId></OrgnlGrpInf>
<OrgnlInstrId>{message_id}</OrgnlInstrId><TxSts>{status}</TxSts>{reason}</TxInfAndSts></FIToFIPmtStsRpt>""", own)

    def collect(self):
        """Takes the files of `out` away, as a bank's adapter does. One that comes again is the same, byte for byte. All ids so far."""
        taken = private_dir(self.home / "taken")
        for path in sorted((self.files / "out").glob("*.xml")):
            content = path.read_bytes()
            if (taken / path.name).exists():
                assert (taken / path.name).read_bytes() == content, path
            signature = path.with_name(path.name + ".sig")
            assert signature.exists(), path
            (taken / path.name).write_bytes(content)
            path.unlink()
            signature.unlink()
        return [path.stem for path in taken.glob("*.xml")]

    def payouts(self):
        """{message id: text} of the pacs.009 that lie in `out`, each with its signature."""
        found = {}
        for path in sorted((self.files / "out").glob("*.xml")):
            text = path.read_text(encoding="utf-8")
            assert "pacs.009.001.08" in text and path.with_name(path.name + ".sig").exists(), path
            found[re.search(r"<MsgId>([^<]+)</MsgId>", text)[1]] = text
        return found


class Bridge:
    """One process on a configuration; several may share a book."""

    def __init__(self, config, log, program="vostro-bridge"):
        self.config, self.log, self.program = config, log, bin_dir() / program
        self.ready = config.with_suffix(f".{uuid.uuid4().hex[:6]}.ready")
        self.orders = config.with_suffix(".failpoint")
        self.process = None

    def spawn(self):
        self.ready.unlink(missing_ok=True)
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [str(self.program), "run", "--config", str(self.config), "--ready-file", str(self.ready)], stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, env={**os.environ, "VOSTRO_FAILPOINT_FILE": str(self.orders)}, preexec_fn=die_with_parent)
        return self

    def start(self):
        self.spawn()
        Network.wait(lambda: self.ready.exists() or self.process.poll() is not None, 60, "the bridge is not active")
        if self.process.poll() is not None:
            raise AssertionError(f"the bridge ended with {self.process.returncode}: {Path(self.log).read_text(encoding='utf-8')[-3000:]}")
        return self

    def stop(self, how=signal.SIGTERM):
        if self.process and self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(30)
        return self.process.returncode if self.process else None

    def arm(self, name, count=1):
        """It is killed at the count-th time that it comes to the point."""
        draft = self.orders.with_suffix(".draft")
        draft.write_text(f"{name} {count} kill\n", encoding="ascii")
        draft.rename(self.orders)

    def ask(self, *words, check=True):
        """A command on the same configuration; (exit code, JSON)."""
        done = run([self.program, *words, "--config", self.config, "--json"], check=False)
        if check and done.returncode != 0:
            raise AssertionError(f"{words}: exit {done.returncode}: {done.stderr} {done.stdout}")
        return done.returncode, json.loads(done.stdout) if done.stdout.startswith("{") else {"error": done.stderr}


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

    def make_bridge(self, name="bridge", database="sqlite:book.db"):
        """A bridge with its own book, channel and bank; not started."""
        node = self.nodes[0]
        keys = Path(node["token_file"]).parent
        home = private_dir(self.home / name)
        files = private_dir(home / "files")
        for each in ("in", "out", "archive", "quarantine"):
            private_dir(files / each)
        for key in ("channel", "anna", "carl"):
            run([bin_dir() / "vostro", "key", "new", key, "--cost", "development", "--out", home / f"{key}.key", "--passphrase-file",
                 keys / "passphrase"])
        public = {}
        for key in ("anna", "carl"):
            shown = run([bin_dir() / "vostro", "key", "show", home / f"{key}.key"]).stdout
            public[key] = re.search(r"ed25519:[0-9a-f]{64}", shown)[0]
        self.bank = Bank(home, files)
        config = home / "bridge.toml"
        config.write_text(f"""
[bridge]
participant = "NORDDEFF"
genesis = "{self.network.info['genesis']}"
lease_s = 1
poll_ms = 50
retry_s = 1
reconcile_s = 1
{self.settings}
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
bank = "{BANK}"
bank_key = "{self.bank.public}"
sign_key = "channel.key"
sign_passphrase_file = "{keys / 'passphrase'}"
answer_within_s = 600

[[pool]]
currency = "EUR"
account = "{POOL}"

[[standing]]
participant = "MERLSGSG"
currency = "EUR"
pays_from = ["{PAYER}"]
paid_to_bank = "{PAYEE_BANK}"
paid_to_account = "{PAYEE}"

[[person]]
name = "anna"
key = "{public['anna']}"

[[person]]
name = "carl"
key = "{public['carl']}"
""", encoding="utf-8")
        return self.bridge_on(config)

    def bridge_on(self, config):
        bridge = Bridge(config, config.with_name("bridge.log"), self.bridge_program)
        self.bridges.append(bridge)
        return bridge

    # ---- what is seen ----

    def on_ledger(self, account="MERLSGSG/main"):
        return self.balance(account, "EUR", node=0)

    def wait_for(self, condition, what, seconds=30):
        return self.network.wait(condition, seconds, what)

    def wait_on_ledger(self, amount, account="MERLSGSG/main"):
        self.wait_for(lambda: self.on_ledger(account) == Decimal(amount), f"{account} has not {amount} EUR, but {self.on_ledger(account)}")

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
        code, report = bridge.ask("reconcile", check=False)
        self.assertEqual(code, 0, report)
        pool = report["pools"][0]
        self.assertEqual((pool["held"], pool["supply"], pool["suspense"], pool["difference"]), (held, supply, suspense, "0.00"), report)
        self.assertEqual(report["book"]["faults"], [])

    def wait_until_over(self, bridge):
        """Nothing is in the outbox, and no redemption is open."""
        def look():
            status = bridge.ask("status")[1]
            return status["outbox"] == 0 and not status["redemptions"]
        self.wait_for(look, "the bridge does not come to rest")

    def log_of(self, bridge):
        return Path(bridge.log).read_text(encoding="utf-8")


__all__ = ["BridgeCase", "Bridge", "Bank", "AgentNetwork", "POOL", "PAYER", "PAYEE", "BANK", "is_alive", "time"]
