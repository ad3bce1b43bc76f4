"""The core banking system at the other end of a participant's bridge: its customers' files in, the bridge's messages out."""

import re
import uuid
from datetime import datetime, timezone

from bridge_case import Bank

NAMES = {"DE89370400440532013000": "Muster & Sohn GmbH", "FR1420041010050500013M02606": "Atelier Dupont"}


def escaped(text):
    return text.replace("&", "&amp;").replace("<", "&lt;")


def account_xml(account):
    return f"<Id><IBAN>{account}</IBAN></Id>" if re.match(r"[A-Z]{2}\d\d", account) else f"<Id><Othr><Id>{account}</Id></Othr></Id>"


def agent_xml(bic):
    return f"<FinInstnId><BICFI>{bic}</BICFI></FinInstnId>"


def party_xml(name, country):
    return f"<Nm>{escaped(name)}</Nm><PstlAdr><StrtNm>Hauptstr.</StrtNm><TwnNm>Ort</TwnNm><Ctry>{country}</Ctry></PstlAdr>"


class Core(Bank):
    """Its BIC is the bank's own."""

    def __init__(self, home, files, bic):
        super().__init__(home, files)
        self.bic = bic

    def own(self, kind, document, message_id):
        return self.envelope(kind, document, message_id, to=self.bic, sender=self.bic)

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

    def pacs008(self, debtor, creditor, creditor_bank, amount, uetr, currency="EUR", day="2026-01-05"):
        message_id = f"T{uuid.uuid4().hex[:20]}"
        return self.own("pacs.008.001.08", f"""<FIToFICstmrCdtTrf>
<GrpHdr><MsgId>{message_id}</MsgId><CreDtTm>2026-01-05T09:00:00Z</CreDtTm><NbOfTxs>1</NbOfTxs><SttlmInf><SttlmMtd>INDA</SttlmMtd></SttlmInf></GrpHdr>
<CdtTrfTxInf><PmtId><EndToEndId>NOTPROVIDED</EndToEndId><UETR>{uetr}</UETR></PmtId>
<IntrBkSttlmAmt Ccy="{currency}">{amount}</IntrBkSttlmAmt><IntrBkSttlmDt>{day}</IntrBkSttlmDt><ChrgBr>SHAR</ChrgBr>
<Dbtr>{party_xml(NAMES.get(debtor, "Somebody"), "DE")}</Dbtr><DbtrAcct>{account_xml(debtor)}</DbtrAcct><DbtrAgt>{agent_xml(self.bic)}</DbtrAgt>
<CdtrAgt>{agent_xml(creditor_bank)}</CdtrAgt><Cdtr>{party_xml("Atelier Dupont", "FR")}</Cdtr><CdtrAcct>{account_xml(creditor)}</CdtrAcct>
</CdtTrfTxInf></FIToFICstmrCdtTrf>""", message_id)

    def assignment(self, message_id):
        agent = f"<Agt>{agent_xml(self.bic)}</Agt>"
        return f"<Assgnmt><Id>{message_id}</Id><Assgnr>{agent}</Assgnr><Assgne>{agent}</Assgne><CreDtTm>2026-01-05T15:00:00Z</CreDtTm></Assgnmt>"

    def camt056(self, uetr, code="DUPL"):
        """Asks for a payment back."""
        message_id = f"R{uuid.uuid4().hex[:20]}"
        return self.own("camt.056.001.08", f"""<FIToFIPmtCxlReq>{self.assignment(message_id)}
<CtrlData><NbOfTxs>1</NbOfTxs></CtrlData><Undrlyg><TxInf><CxlId>{message_id}</CxlId><OrgnlUETR>{uetr}</OrgnlUETR>
<CxlRsnInf><Rsn><Cd>{code}</Cd></Rsn></CxlRsnInf></TxInf></Undrlyg></FIToFIPmtCxlReq>""", message_id)

    def camt029(self, uetr, status, code=None):
        """Answers such a request: RJCR with a code, or ACCR."""
        message_id = f"A{uuid.uuid4().hex[:20]}"
        reason = f"<CxlStsRsnInf><Rsn><Cd>{code}</Cd></Rsn></CxlStsRsnInf>" if code else ""
        return self.own("camt.029.001.09", f"""<RsltnOfInvstgtn>{self.assignment(message_id)}
<Sts><Conf>{"RJCR" if status == "RJCR" else "CNCL"}</Conf></Sts><CxlDtls><TxInfAndSts><OrgnlUETR>{uetr}</OrgnlUETR>
<TxCxlSts>{status}</TxCxlSts>{reason}</TxInfAndSts></CxlDtls></RsltnOfInvstgtn>""", message_id)

    def pacs004(self, uetr, amount, code="AC04", currency="EUR"):
        """Gives a credited payment back."""
        message_id = f"B{uuid.uuid4().hex[:20]}"
        now = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        return self.own("pacs.004.001.09", f"""<PmtRtr>
<GrpHdr><MsgId>{message_id}</MsgId><CreDtTm>{now}</CreDtTm><NbOfTxs>1</NbOfTxs><SttlmInf><SttlmMtd>INDA</SttlmMtd></SttlmInf></GrpHdr>
<TxInf><OrgnlUETR>{uetr}</OrgnlUETR><RtrdIntrBkSttlmAmt Ccy="{currency}">{amount}</RtrdIntrBkSttlmAmt>
<RtrRsnInf><Rsn><Cd>{code}</Cd></Rsn></RtrRsnInf></TxInf></PmtRtr>""", message_id)

    def told(self, kind=None, uetr=None):
        """[(kind, text)] of all that came out, each file once and the same whenever it came; of one kind, or about one payment."""
        self.collect()
        found = []
        for path in sorted((self.home / "taken").glob("*.xml")):
            text = path.read_text(encoding="utf-8")
            found.append((re.search(r"tech:xsd:((?:pain|pacs|camt)\.\d{3})\.", text)[1], text))
        return [(k, t) for k, t in found if (kind is None or k == kind) and (uetr is None or uetr in t)]

    def statuses(self, uetr):
        """{(word, code)} of the pain.002 and pacs.002 about a payment."""
        return {re.search(r"<TxSts>(\w+)</TxSts>(?:.*?<Cd>(\w+)</Cd>)?", text, re.S).groups()
                for kind, text in self.told(uetr=uetr) if kind in ("pain.002", "pacs.002")}
