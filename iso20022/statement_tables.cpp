#include <array>

#include "iso20022/tables.h"

namespace vostro::iso20022 {

template <>
const Table& table_of<ReportHeader>();
template <>
const Table& table_of<Period>();
template <>
const Table& table_of<Balance>();
template <>
const Table& table_of<SideTotal>();
template <>
const Table& table_of<Totals>();
template <>
const Table& table_of<BankCode>();
template <>
const Table& table_of<Batch>();
template <>
const Table& table_of<References>();
template <>
const Table& table_of<Parties>();
template <>
const Table& table_of<Agents>();
template <>
const Table& table_of<EntryTransaction>();
template <>
const Table& table_of<EntryDetails>();
template <>
const Table& table_of<Entry>();
template <>
const Table& table_of<AccountReport>();

namespace {

using enum Need;
using enum Use;

constexpr std::array kReportHeader{
    row<&ReportHeader::message_id>("MsgId", one, matched, "with its sender it tells a repeat"),
    row<&ReportHeader::created>("CreDtTm", one, journal, "when it was made"),
    row<&ReportHeader::recipient>("MsgRcpt", optional, journal, "for whom it is"),
    row<&ReportHeader::page>("MsgPgntn", optional, checked,
                             "which page, and whether it is the last"),
    row<&ReportHeader::query>("OrgnlBizQry", many, journal, "the query that it answers"),
    row<&ReportHeader::more>("AddtlInf", optional, journal, "more in words"),
};
constexpr std::array kPeriod{
    row<&Period::from>("FrDtTm", one, inside, "from"),
    row<&Period::to>("ToDtTm", one, inside, "to"),
};
constexpr std::array kBalance{
    row<&Balance::type>("Tp/CdOrPrtry", one, checked, "opening, closing, ..."),
    row<&Balance::subtype>("Tp/SubTp", many, journal, "more of the kind"),
    row<&Balance::credit_lines>("CdtLine", many, journal, "credit lines"),
    row<&Balance::amount>("Amt", one, checked, "reconciled with the ledger's supply"),
    row<&Balance::side>("CdtDbtInd", one, checked, "credit or debit"),
    row<&Balance::date>("Dt", one, checked, "of which day"),
    row<&Balance::availability>("Avlbty", many, journal, "when it can be used"),
};
constexpr std::array kSideTotal{
    row<&SideTotal::count>("NbOfNtries", optional, inside, "the number of entries"),
    row<&SideTotal::sum>("Sum", optional, inside, "their sum"),
};
constexpr std::array kTotals{
    row<&Totals::count>("TtlNtries/NbOfNtries", optional, checked, "the number of entries"),
    row<&Totals::sum>("TtlNtries/Sum", optional, checked, "their sum"),
    row<&Totals::net>("TtlNtries/TtlNetNtry/Amt|TtlNtries/TtlNetNtryAmt", optional, checked,
                      "credits less debits"),
    row<&Totals::net_side>("TtlNtries/TtlNetNtry/CdtDbtInd|TtlNtries/CdtDbtInd", optional, checked,
                           "which are more"),
    row<&Totals::credits>("TtlCdtNtries", optional, checked, "all credits"),
    row<&Totals::debits>("TtlDbtNtries", optional, checked, "all debits"),
    row<&Totals::by_code>("TtlNtriesPerBkTxCd", many, journal, "by kind of transaction"),
};
constexpr std::array kBankCode{
    row<&BankCode::domain>("Domn/Cd", optional, inside, "domain"),
    row<&BankCode::family>("Domn/Fmly/Cd", optional, inside, "family"),
    row<&BankCode::sub_family>("Domn/Fmly/SubFmlyCd", optional, inside, "sub-family"),
    row<&BankCode::own>("Prtry/Cd", optional, inside, "the bank's own code"),
    row<&BankCode::issuer>("Prtry/Issr", optional, inside, "whose code it is"),
};
constexpr std::array kBatch{
    row<&Batch::message_id>("MsgId", optional, matched, "the message that is meant"),
    row<&Batch::group_id>("PmtInfId", optional, matched, "the group that is meant"),
    row<&Batch::count>("NbOfTxs", optional, checked, "the number of payments"),
    row<&Batch::total>("TtlAmt", optional, checked, "their sum"),
    row<&Batch::side>("CdtDbtInd", optional, checked, "credit or debit"),
};
constexpr std::array kReferences{
    row<&References::message_id>("MsgId", optional, matched, "the message that is meant"),
    row<&References::servicer_reference>("AcctSvcrRef", optional, matched, "the bank's reference"),
    row<&References::group_id>("PmtInfId", optional, matched, "the group that is meant"),
    row<&References::instruction_id>("InstrId", optional, matched, "the payment that is meant"),
    row<&References::end_to_end_id>("EndToEndId", optional, matched, "the payment that is meant"),
    row<&References::uetr>("UETR", optional, matched, "the payment that is meant"),
    row<&References::transaction_id>("TxId", optional, matched, "the payment that is meant"),
    row<&References::mandate_id>("MndtId", optional, journal, "a direct debit's mandate"),
    row<&References::cheque_number>("ChqNb", optional, journal, "a cheque's number"),
    row<&References::clearing_reference>("ClrSysRef", optional, journal,
                                         "the clearing system's reference"),
    row<&References::owner_transaction_id>("AcctOwnrTxId", optional, journal, "the owner's number"),
    row<&References::servicer_transaction_id>("AcctSvcrTxId", optional, journal,
                                              "the bank's number"),
    row<&References::infrastructure_id>("MktInfrstrctrTxId", optional, journal,
                                        "the market infrastructure's number"),
    row<&References::processing_id>("PrcgId", optional, journal, "a number of the processing"),
    row<&References::own>("Prtry", many, journal, "other numbers"),
};
constexpr std::array kParties{
    row<&Parties::initiating_party>("InitgPty", optional, annex, "who ordered it"),
    row<&Parties::debtor>("Dbtr", optional, matched, "who paid"),
    row<&Parties::debtor_account>("DbtrAcct", optional, matched, "from which account"),
    row<&Parties::ultimate_debtor>("UltmtDbtr", optional, annex, "for whom was paid"),
    row<&Parties::creditor>("Cdtr", optional, matched, "who was paid"),
    row<&Parties::creditor_account>("CdtrAcct", optional, matched, "to which account"),
    row<&Parties::ultimate_creditor>("UltmtCdtr", optional, annex, "for whom it is"),
    row<&Parties::others>("TradgPty|Prtry", many, journal, "others"),
};
constexpr std::array kAgents{
    row<&Agents::instructing_agent>("InstgAgt", optional, journal, "the sending bank"),
    row<&Agents::instructed_agent>("InstdAgt", optional, journal, "the receiving bank"),
    row<&Agents::debtor_agent>("DbtrAgt", optional, matched, "the payer's bank"),
    row<&Agents::creditor_agent>("CdtrAgt", optional, matched, "the bank of who was paid"),
    row<&Agents::others>("IntrmyAgt1|IntrmyAgt2|IntrmyAgt3|Prtry", many, journal, "banks between"),
};
constexpr std::array kEntryTransaction{
    row<&EntryTransaction::references>("Refs", optional, inside, "its numbers"),
    row<&EntryTransaction::amount>("Amt", optional, checked, "its part of the entry"),
    row<&EntryTransaction::side>("CdtDbtInd", optional, checked, "credit or debit"),
    row<&EntryTransaction::instructed_amount>("AmtDtls/InstdAmt/Amt", optional, journal,
                                              "what was ordered"),
    row<&EntryTransaction::instructed_exchange>("AmtDtls/InstdAmt/CcyXchg", many, journal,
                                                "at which rate"),
    row<&EntryTransaction::transaction_amount>("AmtDtls/TxAmt/Amt", optional, journal,
                                               "what was paid"),
    row<&EntryTransaction::transaction_exchange>("AmtDtls/TxAmt/CcyXchg", many, journal,
                                                 "at which rate"),
    row<&EntryTransaction::other_amounts>(
        "AmtDtls/CntrValAmt|AmtDtls/AnncdPstngAmt|AmtDtls/PrtryAmt", many, journal,
        "other amounts"),
    row<&EntryTransaction::availability>("Avlbty", many, journal, "when it can be used"),
    row<&EntryTransaction::code>("BkTxCd", optional, matched, "kind of transaction"),
    row<&EntryTransaction::charges>("Chrgs", many, journal, "charges that were taken"),
    row<&EntryTransaction::interest>("Intrst", many, journal, "interest"),
    row<&EntryTransaction::parties>("RltdPties", optional, inside, "who is concerned"),
    row<&EntryTransaction::agents>("RltdAgts", optional, inside, "which banks are concerned"),
    row<&EntryTransaction::local_instrument>("LclInstrm", many, journal, "a clearing's own kind"),
    row<&EntryTransaction::purpose>("Purp", optional, matched, "the purpose"),
    row<&EntryTransaction::related_remittance>("RltdRmtInf", many, annex,
                                               "where remittance details are"),
    row<&EntryTransaction::remittance>("RmtInf", optional, matched,
                                       "what it is paid for, a reference among it"),
    row<&EntryTransaction::dates>("RltdDts", many, journal, "dates"),
    row<&EntryTransaction::tax>("Tax", many, annex, "taxes"),
    row<&EntryTransaction::original_code>("RtrInf/OrgnlBkTxCd", many, journal,
                                          "kind of what came back"),
    row<&EntryTransaction::return_originator>("RtrInf/Orgtr", optional, journal,
                                              "who sent it back"),
    row<&EntryTransaction::return_reason>("RtrInf/Rsn", optional, matched, "why it came back"),
    row<&EntryTransaction::return_lines>("RtrInf/AddtlInf", many, journal, "more in words"),
    row<&EntryTransaction::more>("AddtlTxInf", optional, journal, "more in words"),
    row<&EntryTransaction::supplementary>("SplmtryData", many, journal, "additions of others"),
};
constexpr std::array kEntryDetails{
    row<&EntryDetails::batch>("Btch", optional, inside, "all of them together"),
    row<&EntryDetails::transactions>("TxDtls", many, inside, "the payments of which it consists"),
};
constexpr std::array kEntry{
    row<&Entry::reference>("NtryRef", optional, matched, "its number in the report"),
    row<&Entry::amount>("Amt", one, ledger, "an issue is of exactly this amount"),
    row<&Entry::side>("CdtDbtInd", one, ledger, "only a credit is issued for"),
    row<&Entry::is_reversal>("RvslInd", optional, checked, "a reversal is never issued for"),
    row<&Entry::status>("Sts", one, checked, "only what is booked counts"),
    row<&Entry::booked>("BookgDt", optional, checked, "when it was booked"),
    row<&Entry::value>("ValDt", optional, journal, "from when interest counts"),
    row<&Entry::servicer_reference>("AcctSvcrRef", optional, ledger,
                                    "its hash is in the issue, so that no second one passes"),
    row<&Entry::availability>("Avlbty", many, journal, "when it can be used"),
    row<&Entry::code>("BkTxCd", one, matched, "kind of transaction"),
    row<&Entry::is_commission_waived>("ComssnWvrInd", optional, journal, "without commission"),
    row<&Entry::more_in>("AddtlInfInd", many, journal, "which message has more"),
    row<&Entry::amount_details>("AmtDtls", many, journal, "other amounts"),
    row<&Entry::charges>("Chrgs", many, journal, "charges that were taken"),
    row<&Entry::channel>("TechInptChanl", many, journal, "how the order came"),
    row<&Entry::interest>("Intrst", many, journal, "interest"),
    row<&Entry::details>("NtryDtls", many, inside, "of what it consists"),
    row<&Entry::more>("AddtlNtryInf", optional, matched, "more in words"),
};
constexpr std::array kAccountReport{
    row<&AccountReport::id>("Id", one, matched, "its number"),
    row<&AccountReport::page>("RptPgntn", optional, checked,
                              "which page, and whether it is the last")
        .only(mask_of(Kind::camt_052)),
    row<&AccountReport::page>("StmtPgntn", optional, checked,
                              "which page, and whether it is the last")
        .only(mask_of(Kind::camt_053)),
    row<&AccountReport::page>("NtfctnPgntn", optional, checked,
                              "which page, and whether it is the last")
        .only(mask_of(Kind::camt_054)),
    row<&AccountReport::sequence>("ElctrncSeqNb", optional, checked, "a gap or repeat is a break"),
    row<&AccountReport::reported_sequence>("RptgSeq", many, journal, "which numbers it reports"),
    row<&AccountReport::legal_sequence>("LglSeqNb", optional, checked, "its number by law"),
    row<&AccountReport::created>("CreDtTm", optional, journal, "when it was made"),
    row<&AccountReport::period>("FrToDt", optional, journal, "from when to when"),
    row<&AccountReport::copy>("CpyDplctInd", optional, checked, "a copy has no effect"),
    row<&AccountReport::source>("RptgSrc", many, journal, "what made it"),
    row<&AccountReport::account>("Acct", one, matched, "the account"),
    row<&AccountReport::related_account>("RltdAcct", optional, journal, "its parent"),
    row<&AccountReport::interest>("Intrst", many, journal, "interest of the account"),
    row<&AccountReport::balances>("Bal", many, inside, "balances"),
    row<&AccountReport::totals>("TxsSummry", optional, inside, "totals of the entries"),
    row<&AccountReport::entries>("Ntry", many, inside, "the entries"),
    row<&AccountReport::more>("AddtlRptInf", optional, journal, "more in words")
        .only(mask_of(Kind::camt_052)),
    row<&AccountReport::more>("AddtlStmtInf", optional, journal, "more in words")
        .only(mask_of(Kind::camt_053)),
    row<&AccountReport::more>("AddtlNtfctnInf", optional, journal, "more in words")
        .only(mask_of(Kind::camt_054)),
};
constexpr std::array kAccountMessage{
    row<&AccountMessage::header>("GrpHdr", one, inside, "header of the message"),
    row<&AccountMessage::reports>("Rpt", many, inside, "reports, by account")
        .only(mask_of(Kind::camt_052)),
    row<&AccountMessage::reports>("Stmt", many, inside, "statements, by account")
        .only(mask_of(Kind::camt_053)),
    row<&AccountMessage::reports>("Ntfctn", many, inside, "notifications, by account")
        .only(mask_of(Kind::camt_054)),
    row<&AccountMessage::supplementary>("SplmtryData", many, journal, "additions of others"),
};

}  // namespace

template <>
const Table& table_of<ReportHeader>() {
  static constexpr Table table{"Header of reports", kReportHeader};
  return table;
}
template <>
const Table& table_of<Period>() {
  static constexpr Table table{"Period", kPeriod};
  return table;
}
template <>
const Table& table_of<Balance>() {
  static constexpr Table table{"Balance", kBalance};
  return table;
}
template <>
const Table& table_of<SideTotal>() {
  static constexpr Table table{"Total", kSideTotal};
  return table;
}
template <>
const Table& table_of<Totals>() {
  static constexpr Table table{"Totals", kTotals};
  return table;
}
template <>
const Table& table_of<BankCode>() {
  static constexpr Table table{"Kind of transaction", kBankCode};
  return table;
}
template <>
const Table& table_of<Batch>() {
  static constexpr Table table{"Batch", kBatch};
  return table;
}
template <>
const Table& table_of<References>() {
  static constexpr Table table{"References", kReferences};
  return table;
}
template <>
const Table& table_of<Parties>() {
  static constexpr Table table{"Parties of a transaction", kParties};
  return table;
}
template <>
const Table& table_of<Agents>() {
  static constexpr Table table{"Banks of a transaction", kAgents};
  return table;
}
template <>
const Table& table_of<EntryTransaction>() {
  static constexpr Table table{"Transaction of an entry", kEntryTransaction};
  return table;
}
template <>
const Table& table_of<EntryDetails>() {
  static constexpr Table table{"Details of an entry", kEntryDetails};
  return table;
}
template <>
const Table& table_of<Entry>() {
  static constexpr Table table{"Entry", kEntry};
  return table;
}
template <>
const Table& table_of<AccountReport>() {
  static constexpr Table table{"Report of an account", kAccountReport};
  return table;
}
template <>
const Table& table_of<AccountMessage>() {
  static constexpr Table table{"camt.052, camt.053, camt.054", kAccountMessage};
  return table;
}

}  // namespace vostro::iso20022
