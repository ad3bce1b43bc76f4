"""Bridges as real processes, and who is at the other end of their channels: the bank that keeps a settlement agent's fiat, and a bank's
core system with its customers.

Used by scripts/demo and the functional tests. Standard library and the program openssl only.
"""

import json
import os
import re
import signal
import subprocess
import uuid
from datetime import datetime, timezone
from decimal import Decimal
from pathlib import Path

from vostronet import NetError, Network, bin_dir, die_with_parent, private_dir, run

BANK = "PACIJPJT"  # keeps the agent's accounts; no participant
POOL = "DE89370400440532013000"
PAYER = "SG-7731-0042"
PAYEE = "SG-7731-0099"
PAYEE_BANK = "DBSSSGSG"
NAMES = {"DE89370400440532013000": "Muster & Sohn GmbH", "FR1420041010050500013M02606": "Atelier Dupont"}


def escaped(text):
    return text.replace("&", "&amp;").replace("<", "&lt;")


def account_xml(account):
    return f"<Id><IBAN>{account}</IBAN></Id>" if re.match(r"[A-Z]{2}\d\d", account) else f"<Id><Othr><Id>{account}</Id></Othr></Id>"


def agent_xml(bic):
    return f"<FinInstnId><BICFI>{bic}</BICFI></FinInstnId>"


def party_xml(name, country):
    return f"<Nm>{escaped(name)}</Nm><PstlAdr><StrtNm>Hauptstr.</StrtNm><TwnNm>Ort</TwnNm><Ctry>{country}</Ctry></PstlAdr>"


def make_channel(home):
    """The directories of a channel, and where they lie."""
    files = private_dir(home / "files")
    for each in ("in", "out", "archive", "quarantine"):
        private_dir(files / each)
    return files


class Channel:
    """Signs files into a bridge's channel, and reads what comes out of it."""

    def __init__(self, home, files):
        self.files = files
        self.key = home / "bank.pem"
        self.home = home
        subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", str(self.key)], check=True, capture_output=True)
        der = subprocess.run(["openssl", "pkey", "-in", str(self.key), "-pubout", "-outform", "DER"], check=True, capture_output=True)
        self.public = "ed25519:" + der.stdout[-32:].hex()
        self.number = 0
        self.today = datetime.now(timezone.utc).strftime("%Y-%m-%d")  # also after midnight: what is told again is told with its day

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

    def told(self, kind=None, uetr=None):
        """[(kind, text)] of all that came out, each file once and the same whenever it came; of one kind, or about one payment."""
        self.collect()
        found = []
        for path in sorted((self.home / "taken").glob("*.xml")):
            text = path.read_text(encoding="utf-8")
            found.append((re.search(r"tech:xsd:((?:pain|pacs|camt)\.\d{3})\.", text)[1], text))
        return [(k, t) for k, t in found if (kind is None or k == kind) and (uetr is None or uetr in t)]

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


class FiatBank(Channel):
    """Keeps a settlement agent's account, and tells what moves on it."""

    def notice(self, reference, amount, text="VOSTRO/MERLSGSG/main", currency="EUR", debtor=PAYER, side="CRDT", message_id=None,
               status="BOOK", **envelope):
        """camt.054: one entry on the pool's account."""
        message_id = message_id or f"N{uuid.uuid4().hex[:20]}"
        entry = self.entry(reference, amount, text, currency, debtor, side, status)
        return self.envelope("camt.054.001.08", f"""<BkToCstmrDbtCdtNtfctn>
<GrpHdr><MsgId>{message_id}</MsgId><CreDtTm>{self.today}T10:00:00Z</CreDtTm></GrpHdr>
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
                    f"<CdtDbtInd>{side}</CdtDbtInd><Dt><Dt>{date or self.today}</Dt></Dt></Bal>")
        return self.envelope("camt.053.001.08", f"""<BkToCstmrStmt>
<GrpHdr><MsgId>{message_id}</MsgId><CreDtTm>{self.today}T22:00:00Z</CreDtTm></GrpHdr>
<Stmt><Id>S-{number}</Id><ElctrncSeqNb>{number}</ElctrncSeqNb><Acct><Id><IBAN>{POOL}</IBAN></Id></Acct>
{balance("OPBD", opening)}{balance("CLBD", closing)}{"".join(entries)}</Stmt></BkToCstmrStmt>""", message_id, **envelope)

    def entry(self, reference, amount, text="VOSTRO/MERLSGSG/main", currency="EUR", debtor=PAYER, side="CRDT", status="BOOK",
              instruction=None):
        own = f"<InstrId>{instruction}</InstrId>" if instruction else ""
        return f"""<Ntry><Amt Ccy="{currency}">{amount}</Amt><CdtDbtInd>{side}</CdtDbtInd><Sts><Cd>{status}</Cd></Sts>
<BookgDt><Dt>{self.today}</Dt></BookgDt><ValDt><Dt>{self.today}</Dt></ValDt><AcctSvcrRef>{reference}</AcctSvcrRef>
<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd>
<NtryDtls><TxDtls><Refs>{own}<EndToEndId>NOTPROVIDED</EndToEndId></Refs>
<RltdPties><DbtrAcct><Id><Othr><Id>{debtor}</Id></Othr></Id></DbtrAcct></RltdPties>
<RmtInf><Ustrd>{text}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>
"""


class CoreSystem(Channel):
    """A participant bank's own books: its customers' files in, the bridge's messages out. Its BIC is the bank's."""

    def __init__(self, home, files, bic):
        super().__init__(home, files)
        self.bic = bic

    def pain001(self, debtor, creditor, creditor_bank, amount, currency="EUR", uetr=None, day="2026-01-05", message_id=None,
                text="Invoice 2026-118", end_to_end="INV-118", purpose="SUPP", debtor_bank=None, creditor_name="Atelier Dupont"):
        """A customer's file, as customers send it: without a header."""
        message_id = message_id or f"C{uuid.uuid4().hex[:20]}"
        named = f"<UETR>{uetr}</UETR>" if uetr else ""
        return f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"><CstmrCdtTrfInitn>
<GrpHdr><MsgId>{message_id}</MsgId><CreDtTm>2026-01-05T09:00:00Z</CreDtTm><NbOfTxs>1</NbOfTxs>
<InitgPty><Nm>{escaped(NAMES.get(debtor, "Somebody"))}</Nm></InitgPty></GrpHdr>
<PmtInf><PmtInfId>P-1</PmtInfId><PmtMtd>TRF</PmtMtd><ReqdExctnDt><Dt>{day}</Dt></ReqdExctnDt>
<Dbtr>{party_xml(NAMES.get(debtor, "Somebody"), "DE")}</Dbtr><DbtrAcct>{account_xml(debtor)}</DbtrAcct>
<DbtrAgt>{agent_xml(debtor_bank or self.bic)}</DbtrAgt><ChrgBr>SHAR</ChrgBr>
<CdtTrfTxInf><PmtId><InstrId>I-1</InstrId><EndToEndId>{end_to_end}</EndToEndId>{named}</PmtId>
<Amt><InstdAmt Ccy="{currency}">{amount}</InstdAmt></Amt><CdtrAgt>{agent_xml(creditor_bank)}</CdtrAgt>
<Cdtr>{party_xml(creditor_name, "FR")}</Cdtr><CdtrAcct>{account_xml(creditor)}</CdtrAcct>
<Purp><Cd>{purpose}</Cd></Purp><RmtInf><Ustrd>{escaped(text)}</Ustrd></RmtInf></CdtTrfTxInf></PmtInf></CstmrCdtTrfInitn></Document>
"""


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
            raise NetError(f"the bridge ended with {self.process.returncode}: {Path(self.log).read_text(encoding='utf-8')[-3000:]}")
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
            raise NetError(f"{words}: exit {done.returncode}: {done.stderr} {done.stdout}")
        return done.returncode, json.loads(done.stdout) if done.stdout.startswith("{") else {"error": done.stderr}

    def load_customers(self, customers):
        """(account, name, currency, balance) each."""
        path = self.config.with_name("customers.toml")
        path.write_text("".join(f'[[customer]]\naccount = "{account}"\nname = "{name}"\ncurrency = "{currency}"\nbalance = "{balance}"\n\n'
                                for account, name, currency, balance in customers), encoding="utf-8")
        self.ask("customers", "load", path)

    def customer_has(self, account):
        return next(Decimal(each["balance"]) for each in self.ask("customers", "list")[1]["items"] if each["account"] == account)


def new_key(home, name, node):
    """A keystore file of its own, under the passphrase of the bank's keys; the public key."""
    passphrase = Path(node["token_file"]).parent / "passphrase"
    run([bin_dir() / "vostro", "key", "new", name, "--cost", "development", "--out", home / f"{name}.key", "--passphrase-file", passphrase])
    return re.search(r"ed25519:[0-9a-f]{64}", run([bin_dir() / "vostro", "key", "show", home / f"{name}.key"]).stdout)[0]


def bridge_config(network, node, channel, bank, parts, settings="", database="sqlite:book.db"):
    """Writes the configuration of a bridge beside `node`, whose channel leads to `channel`, with the lines `parts` behind; its path."""
    keys = Path(node["token_file"]).parent
    new_key(channel.home, "channel", node)
    config = channel.home / "bridge.toml"
    config.write_text(f"""
[bridge]
participant = "{node['participant']}"
genesis = "{network.info['genesis']}"
lease_s = 1
poll_ms = 50
retry_s = 1
reconcile_s = 1
{settings}
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
bank = "{bank}"
bank_key = "{channel.public}"
sign_key = "channel.key"
sign_passphrase_file = "{keys / 'passphrase'}"
answer_within_s = 600
{parts}""", encoding="utf-8")
    return config


def participant_parts(node, lines=""):
    """What a participant's configuration has beside."""
    keys = Path(node["token_file"]).parent
    return f"""
[participant]
account = "{node['participant']}/customers"
annex_key = "{keys / 'annex.key'}"
annex_passphrase_file = "{keys / 'passphrase'}"
{lines}
"""


def agent_parts(standings, persons=()):
    """What a settlement agent's configuration has beside: `standings` of (participant, account that pays in, bank and account that are paid
    to), `persons` of (name, key)."""
    return f"""
[[pool]]
currency = "EUR"
account = "{POOL}"
""" + "".join(f"""
[[standing]]
participant = "{participant}"
currency = "EUR"
pays_from = ["{payer}"]
paid_to_bank = "{bank}"
paid_to_account = "{account}"
""" for participant, payer, bank, account in standings) + "".join(f"""
[[person]]
name = "{name}"
key = "{key}"
""" for name, key in persons)
