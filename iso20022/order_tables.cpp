#include <array>

#include "iso20022/tables.h"

namespace vostro::iso20022 {

template <>
const Table& table_of<HeaderParty>();
template <>
const Table& table_of<InitiationHeader>();
template <>
const Table& table_of<EquivalentAmount>();
template <>
const Table& table_of<OrderedAmount>();
template <>
const Table& table_of<Order>();
template <>
const Table& table_of<OrderGroup>();

namespace {

using enum Need;
using enum Use;

constexpr std::array kHeaderParty{
    row<&HeaderParty::organisation>("OrgId", optional, inside, "somebody who is no bank"),
    row<&HeaderParty::bank>("FIId", optional, inside, "a bank"),
};
constexpr std::array kHeader{
    row<&Header::character_set>("CharSet", optional, journal, "only UTF-8 is taken"),
    row<&Header::from>("Fr", one, checked, "who sends, it must be whose channel it came by"),
    row<&Header::to>("To", one, checked, "to whom"),
    row<&Header::business_message_id>("BizMsgIdr", one, matched,
                                      "the sender's number of the message"),
    row<&Header::message_definition>("MsgDefIdr", one, checked, "that of the document"),
    row<&Header::business_service>("BizSvc", optional, journal, "agreed set of rules"),
    row<&Header::market_practice>("MktPrctc", many, journal, "the same, registered"),
    row<&Header::created>("CreDt|CreDtTm", one, journal, "when it was made"),
    row<&Header::processed>("BizPrcgDt", optional, journal, "for when it is meant"),
    row<&Header::copy>("CpyDplct", optional, checked, "a copy has no effect"),
    row<&Header::is_possible_duplicate>("PssblDplct", optional, checked,
                                        "looked up before anything else"),
    row<&Header::priority>("Prty", optional, journal, "how urgent"),
    row<&Header::signature>("Sgntr", many, journal,
                            "the channel's signature counts, over the bytes that were sent"),
    row<&Header::related>("Rltd", many, journal, "headers of messages before"),
};
constexpr std::array kInitiationHeader{
    row<&InitiationHeader::message_id>("MsgId", one, matched, "with its sender it tells a repeat"),
    row<&InitiationHeader::created>("CreDtTm", one, journal, "when it was made"),
    row<&InitiationHeader::authorisations>("Authstn", many, journal, "how far it is authorised"),
    row<&InitiationHeader::count>("NbOfTxs", one, checked, "the number of orders"),
    row<&InitiationHeader::control_sum>("CtrlSum", optional, checked, "the sum of the amounts"),
    row<&InitiationHeader::initiating_party>("InitgPty", one, annex, "who ordered it"),
    row<&InitiationHeader::forwarding_agent>("FwdgAgt", optional, journal, "which bank sent it on"),
};
constexpr std::array kEquivalentAmount{
    row<&EquivalentAmount::amount>("Amt", one, inside, "what the debtor pays"),
    row<&EquivalentAmount::currency>("CcyOfTrf", one, inside,
                                     "in which currency the creditor is paid"),
};
constexpr std::array kOrderedAmount{
    row<&OrderedAmount::instructed>("InstdAmt", optional, inside, "what the creditor gets"),
    row<&OrderedAmount::equivalent>("EqvtAmt", optional, inside,
                                    "what the debtor pays, for another currency"),
};
constexpr std::array kOrder{
    row<&Order::instruction_id>("PmtId/InstrId", optional, matched,
                                "the customer's number for his bank"),
    row<&Order::end_to_end_id>("PmtId/EndToEndId", one, annex,
                               "the customer's number for the creditor"),
    row<&Order::uetr>("PmtId/UETR", optional, ledger,
                      "the payment's id on the ledger, without one the bank gives it"),
    row<&Order::payment_type>("PmtTpInf", many, journal, "priority, service level"),
    row<&Order::amount>("Amt", one, ledger, "the payment's amount"),
    row<&Order::agreed_rate>("XchgRateInf", many, checked,
                             "refused: the ledger takes signed quotes"),
    row<&Order::charge_bearer>("ChrgBr", optional, ledger, "who pays the charges"),
    row<&Order::ultimate_debtor>("UltmtDbtr", optional, annex, "for whom is paid"),
    row<&Order::intermediaries>(
        "IntrmyAgt1|IntrmyAgt1Acct|IntrmyAgt2|IntrmyAgt2Acct|IntrmyAgt3|IntrmyAgt3Acct", many,
        checked, "refused: the ledger pays the creditor's bank"),
    row<&Order::creditor_agent>("CdtrAgt", one, ledger, "the creditor's bank"),
    row<&Order::creditor_agent_account>("CdtrAgtAcct", optional, journal, "its account"),
    row<&Order::creditor>("Cdtr", optional, annex, "who is paid"),
    row<&Order::creditor_account>("CdtrAcct", one, annex, "to which account"),
    row<&Order::ultimate_creditor>("UltmtCdtr", optional, annex, "for whom it is"),
    row<&Order::instructions_for_creditor_agent>("InstrForCdtrAgt", many, annex,
                                                 "to the creditor's bank"),
    row<&Order::instruction_for_debtor_agent>("InstrForDbtrAgt", optional, journal,
                                              "to the debtor's bank"),
    row<&Order::purpose>("Purp", optional, ledger, "the purpose, where it is a code"),
    row<&Order::regulatory_reporting>("RgltryRptg", many, annex, "for authorities"),
    row<&Order::tax>("Tax", many, annex, "taxes"),
    row<&Order::related_remittance>("RltdRmtInf", many, annex, "where remittance details are"),
    row<&Order::remittance>("RmtInf", optional, annex, "what it is paid for"),
    row<&Order::supplementary>("SplmtryData", many, journal, "additions of others"),
};
constexpr std::array kOrderGroup{
    row<&OrderGroup::id>("PmtInfId", one, matched, "the customer's number of the group"),
    row<&OrderGroup::method>("PmtMtd", one, checked, "TRF or TRA"),
    row<&OrderGroup::is_batch_booked>("BtchBookg", optional, journal, "one entry for all"),
    row<&OrderGroup::count>("NbOfTxs", optional, checked, "the number of orders"),
    row<&OrderGroup::control_sum>("CtrlSum", optional, checked, "the sum of the amounts"),
    row<&OrderGroup::payment_type>("PmtTpInf", many, journal, "priority, service level"),
    row<&OrderGroup::execution>("ReqdExctnDt", one, checked,
                                "on which day, compared with the business date"),
    row<&OrderGroup::pooling_date>("PoolgAdjstmntDt", optional, journal, "cash pooling"),
    row<&OrderGroup::debtor>("Dbtr", one, annex, "who pays"),
    row<&OrderGroup::debtor_account>("DbtrAcct", one, matched,
                                     "the customer's account at his bank"),
    row<&OrderGroup::debtor_agent>("DbtrAgt", one, ledger, "the debtor's bank"),
    row<&OrderGroup::debtor_agent_account>("DbtrAgtAcct", optional, journal, "its account"),
    row<&OrderGroup::instruction_for_debtor_agent>("InstrForDbtrAgt", optional, journal,
                                                   "to the debtor's bank"),
    row<&OrderGroup::ultimate_debtor>("UltmtDbtr", optional, annex, "for whom is paid"),
    row<&OrderGroup::charge_bearer>("ChrgBr", optional, ledger, "who pays the charges"),
    row<&OrderGroup::charges_account>("ChrgsAcct", optional, journal,
                                      "from which account the charges are taken"),
    row<&OrderGroup::charges_agent>("ChrgsAcctAgt", optional, journal, "which bank keeps it"),
    row<&OrderGroup::orders>("CdtTrfTxInf", many, inside, "the orders"),
};
constexpr std::array kInitiationMessage{
    row<&InitiationMessage::header>("GrpHdr", one, inside, "header of the message"),
    row<&InitiationMessage::groups>("PmtInf", many, inside, "the orders, by account"),
    row<&InitiationMessage::supplementary>("SplmtryData", many, journal, "additions of others"),
};

}  // namespace

template <>
const Table& table_of<HeaderParty>() {
  static constexpr Table table{"Sender or receiver", kHeaderParty};
  return table;
}
template <>
const Table& table_of<Header>() {
  static constexpr Table table{"head.001", kHeader};
  return table;
}
template <>
const Table& table_of<InitiationHeader>() {
  static constexpr Table table{"Header of orders", kInitiationHeader};
  return table;
}
template <>
const Table& table_of<EquivalentAmount>() {
  static constexpr Table table{"Equivalent amount", kEquivalentAmount};
  return table;
}
template <>
const Table& table_of<OrderedAmount>() {
  static constexpr Table table{"Ordered amount", kOrderedAmount};
  return table;
}
template <>
const Table& table_of<Order>() {
  static constexpr Table table{"Order", kOrder};
  return table;
}
template <>
const Table& table_of<OrderGroup>() {
  static constexpr Table table{"Orders of one account", kOrderGroup};
  return table;
}
template <>
const Table& table_of<InitiationMessage>() {
  static constexpr Table table{"pain.001", kInitiationMessage};
  return table;
}

}  // namespace vostro::iso20022
