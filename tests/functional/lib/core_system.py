"""The core banking system at the other end of a participant's bridge: its customers' files in, the bridge's messages out."""

import re
import uuid
from datetime import datetime, timezone

from fiat import NAMES, CoreSystem, account_xml, agent_xml, party_xml


class Core(CoreSystem):
    """It also sends what banks send each other."""

    def own(self, kind, document, message_id):
        return self.envelope(kind, document, message_id, to=self.bic, sender=self.bic)

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

    def statuses(self, uetr):
        """{(word, code)} of the pain.002 and pacs.002 about a payment."""
        return {re.search(r"<TxSts>(\w+)</TxSts>(?:.*?<Cd>(\w+)</Cd>)?", text, re.S).groups()
                for kind, text in self.told(uetr=uetr) if kind in ("pain.002", "pacs.002")}
