#include <array>

#include "iso20022/tables.h"

namespace vostro::iso20022 {

template <>
const Table& table_of<OriginalGroupStatus>();
template <>
const Table& table_of<PaymentStatus>();
template <>
const Table& table_of<OrderStatus>();
template <>
const Table& table_of<OrderGroupStatus>();
template <>
const Table& table_of<ReturnHeader>();
template <>
const Table& table_of<PaymentReturn>();

namespace {

using enum Need;
using enum Use;

constexpr std::array kOriginalGroupStatus{
    row<&OriginalGroupStatus::message_id>("OrgnlMsgId", one, matched, "the message that is meant"),
    row<&OriginalGroupStatus::message_name>("OrgnlMsgNmId", one, matched, "which message it was"),
    row<&OriginalGroupStatus::created>("OrgnlCreDtTm", optional, journal, "when it was made"),
    row<&OriginalGroupStatus::count>("OrgnlNbOfTxs", optional, checked,
                                     "the number of payments in it"),
    row<&OriginalGroupStatus::control_sum>("OrgnlCtrlSum", optional, checked,
                                           "the sum of its amounts"),
    row<&OriginalGroupStatus::status>("GrpSts", optional, ledger, "what became of all of it"),
    row<&OriginalGroupStatus::reasons>("StsRsnInf", many, matched,
                                       "why, its code goes to the ledger with a rejection"),
    row<&OriginalGroupStatus::counts>("NbOfTxsPerSts", many, journal, "numbers by status"),
};
constexpr std::array kPaymentStatus{
    row<&PaymentStatus::status_id>("StsId", optional, journal, "the sender's number of the status"),
    row<&PaymentStatus::original_message>("OrgnlGrpInf", optional, matched,
                                          "the message that is meant"),
    row<&PaymentStatus::instruction_id>("OrgnlInstrId", optional, matched,
                                        "the payment that is meant"),
    row<&PaymentStatus::end_to_end_id>("OrgnlEndToEndId", optional, matched,
                                       "the payment that is meant"),
    row<&PaymentStatus::transaction_id>("OrgnlTxId", optional, matched,
                                        "the payment that is meant"),
    row<&PaymentStatus::uetr>("OrgnlUETR", optional, matched, "the payment that is meant"),
    row<&PaymentStatus::status>("TxSts", optional, ledger,
                                "what became of it: paid or failed for a redemption"),
    row<&PaymentStatus::reasons>("StsRsnInf", many, matched,
                                 "why, its code goes to the ledger with a rejection"),
    row<&PaymentStatus::charges>("ChrgsInf", many, journal, "charges that were taken"),
    row<&PaymentStatus::accepted_at>("AccptncDtTm", optional, journal, "when it was accepted"),
    row<&PaymentStatus::effective>("FctvIntrBkSttlmDt", optional, journal,
                                   "on which day it settled"),
    row<&PaymentStatus::servicer_reference>("AcctSvcrRef", optional, journal,
                                            "the bank's reference"),
    row<&PaymentStatus::clearing_reference>("ClrSysRef", optional, journal,
                                            "the clearing system's reference"),
    row<&PaymentStatus::instructing_agent>("InstgAgt", optional, checked, "the sending bank"),
    row<&PaymentStatus::instructed_agent>("InstdAgt", optional, checked, "the receiving bank"),
    row<&PaymentStatus::original>("OrgnlTxRef", many, journal, "the payment as it was"),
    row<&PaymentStatus::supplementary>("SplmtryData", many, journal, "additions of others"),
};
constexpr std::array kStatusReport{
    row<&StatusReport::message_id>("GrpHdr/MsgId", one, matched,
                                   "with its sender it tells a repeat"),
    row<&StatusReport::created>("GrpHdr/CreDtTm", one, journal, "when it was made"),
    row<&StatusReport::instructing_agent>("GrpHdr/InstgAgt", optional, checked, "the sending bank"),
    row<&StatusReport::instructed_agent>("GrpHdr/InstdAgt", optional, checked,
                                         "the receiving bank"),
    row<&StatusReport::groups>("OrgnlGrpInfAndSts", many, inside, "statuses of messages"),
    row<&StatusReport::payments>("TxInfAndSts", many, inside, "statuses of payments"),
    row<&StatusReport::supplementary>("SplmtryData", many, journal, "additions of others"),
};
constexpr std::array kOrderStatus{
    row<&OrderStatus::status_id>("StsId", optional, journal, "the sender's number of the status"),
    row<&OrderStatus::instruction_id>("OrgnlInstrId", optional, matched, "the order that is meant"),
    row<&OrderStatus::end_to_end_id>("OrgnlEndToEndId", optional, matched,
                                     "the order that is meant"),
    row<&OrderStatus::uetr>("OrgnlUETR", optional, matched, "the order that is meant"),
    row<&OrderStatus::status>("TxSts", optional, ledger, "what became of it"),
    row<&OrderStatus::reasons>("StsRsnInf", many, matched,
                               "why, its code goes to the ledger with a rejection"),
    row<&OrderStatus::charges>("ChrgsInf", many, journal, "charges that were taken"),
    row<&OrderStatus::track>("TrckrData", many, journal, "who handled it on the way"),
    row<&OrderStatus::accepted_at>("AccptncDtTm", optional, journal, "when it was accepted"),
    row<&OrderStatus::servicer_reference>("AcctSvcrRef", optional, journal, "the bank's reference"),
    row<&OrderStatus::clearing_reference>("ClrSysRef", optional, journal,
                                          "the clearing system's reference"),
    row<&OrderStatus::original>("OrgnlTxRef", many, journal, "the order as it was"),
    row<&OrderStatus::supplementary>("SplmtryData", many, journal, "additions of others"),
};
constexpr std::array kOrderGroupStatus{
    row<&OrderGroupStatus::id>("OrgnlPmtInfId", one, matched, "the group that is meant"),
    row<&OrderGroupStatus::count>("OrgnlNbOfTxs", optional, checked, "the number of orders in it"),
    row<&OrderGroupStatus::control_sum>("OrgnlCtrlSum", optional, checked,
                                        "the sum of its amounts"),
    row<&OrderGroupStatus::status>("PmtInfSts", optional, ledger, "what became of all of it"),
    row<&OrderGroupStatus::reasons>("StsRsnInf", many, matched,
                                    "why, its code goes to the ledger with a rejection"),
    row<&OrderGroupStatus::counts>("NbOfTxsPerSts", many, journal, "numbers by status"),
    row<&OrderGroupStatus::orders>("TxInfAndSts", many, inside, "statuses of orders"),
};
constexpr std::array kOrderReport{
    row<&OrderReport::message_id>("GrpHdr/MsgId", one, matched,
                                  "with its sender it tells a repeat"),
    row<&OrderReport::created>("GrpHdr/CreDtTm", one, journal, "when it was made"),
    row<&OrderReport::initiating_party>("GrpHdr/InitgPty", optional, annex, "who ordered it"),
    row<&OrderReport::agents>("GrpHdr/FwdgAgt|GrpHdr/DbtrAgt|GrpHdr/CdtrAgt", many, journal,
                              "banks on the way"),
    row<&OrderReport::original>("OrgnlGrpInfAndSts", one, inside, "status of the message"),
    row<&OrderReport::groups>("OrgnlPmtInfAndSts", many, inside, "statuses by account"),
    row<&OrderReport::supplementary>("SplmtryData", many, journal, "additions of others"),
};
constexpr std::array kReturnHeader{
    row<&ReturnHeader::message_id>("MsgId", one, matched, "with its sender it tells a repeat"),
    row<&ReturnHeader::created>("CreDtTm", one, journal, "when it was made"),
    row<&ReturnHeader::authorisations>("Authstn", many, journal, "how far it is authorised"),
    row<&ReturnHeader::is_batch_booked>("BtchBookg", optional, journal, "one entry for all"),
    row<&ReturnHeader::count>("NbOfTxs", one, checked, "the number of returns"),
    row<&ReturnHeader::control_sum>("CtrlSum", optional, checked, "the sum of the amounts"),
    row<&ReturnHeader::is_whole_group>("GrpRtr", optional, checked,
                                       "whether all of a message comes back"),
    row<&ReturnHeader::total>("TtlRtrdIntrBkSttlmAmt", optional, checked, "the sum of the amounts"),
    row<&ReturnHeader::settlement_date>("IntrBkSttlmDt", optional, checked,
                                        "compared with the currency's business date"),
    row<&ReturnHeader::settlement>("SttlmInf", one, journal, "how the banks settle"),
    row<&ReturnHeader::instructing_agent>("InstgAgt", optional, checked, "the sending bank"),
    row<&ReturnHeader::instructed_agent>("InstdAgt", optional, checked, "the receiving bank"),
};
constexpr std::array kPaymentReturn{
    row<&PaymentReturn::return_id>("RtrId", optional, matched, "the sender's number of the return"),
    row<&PaymentReturn::original_message>("OrgnlGrpInf", optional, matched,
                                          "the message that is meant"),
    row<&PaymentReturn::instruction_id>("OrgnlInstrId", optional, matched,
                                        "the payment that is meant"),
    row<&PaymentReturn::end_to_end_id>("OrgnlEndToEndId", optional, matched,
                                       "the payment that is meant"),
    row<&PaymentReturn::transaction_id>("OrgnlTxId", optional, matched,
                                        "the payment that is meant"),
    row<&PaymentReturn::uetr>("OrgnlUETR", one, ledger, "the payment that is returned"),
    row<&PaymentReturn::original_clearing_reference>("OrgnlClrSysRef", optional, journal,
                                                     "the clearing system's reference"),
    row<&PaymentReturn::original_amount>("OrgnlIntrBkSttlmAmt", optional, checked, "its amount"),
    row<&PaymentReturn::original_settlement_date>("OrgnlIntrBkSttlmDt", optional, checked,
                                                  "its day"),
    row<&PaymentReturn::amount>("RtrdIntrBkSttlmAmt", one, ledger, "what comes back"),
    row<&PaymentReturn::settlement_date>("IntrBkSttlmDt", optional, checked,
                                         "compared with the currency's business date"),
    row<&PaymentReturn::priority>("SttlmPrty", optional, journal, "how urgent"),
    row<&PaymentReturn::settlement_times>("SttlmTmIndctn", many, journal, "times of settlement"),
    row<&PaymentReturn::returned_instructed_amount>("RtrdInstdAmt", optional, journal,
                                                    "what the customer gets back"),
    row<&PaymentReturn::rate>("XchgRate", optional, journal, "a rate of elsewhere"),
    row<&PaymentReturn::compensation>("CompstnAmt", optional, journal,
                                      "what is paid for the delay"),
    row<&PaymentReturn::charge_bearer>("ChrgBr", optional, journal, "who pays the charges"),
    row<&PaymentReturn::charges>("ChrgsInf", many, journal, "charges that were taken"),
    row<&PaymentReturn::clearing_reference>("ClrSysRef", optional, journal,
                                            "the clearing system's reference"),
    row<&PaymentReturn::instructing_agent>("InstgAgt", optional, checked, "the sending bank"),
    row<&PaymentReturn::instructed_agent>("InstdAgt", optional, checked, "the receiving bank"),
    row<&PaymentReturn::chain>("RtrChain", many, annex, "who is on the way back"),
    row<&PaymentReturn::reasons>("RtrRsnInf", many, ledger, "why, its code goes to the ledger"),
    row<&PaymentReturn::original>("OrgnlTxRef", many, annex, "the payment as it was"),
    row<&PaymentReturn::supplementary>("SplmtryData", many, journal, "additions of others"),
};
constexpr std::array kReturns{
    row<&Returns::header>("GrpHdr", one, inside, "header of the message"),
    row<&Returns::original_group>("OrgnlGrpInf", many, matched, "the message that is meant"),
    row<&Returns::returns>("TxInf", many, inside, "the returns"),
    row<&Returns::supplementary>("SplmtryData", many, journal, "additions of others"),
};

}  // namespace

template <>
const Table& table_of<OriginalGroupStatus>() {
  static constexpr Table table{"Status of a message", kOriginalGroupStatus};
  return table;
}
template <>
const Table& table_of<PaymentStatus>() {
  static constexpr Table table{"Status of a payment", kPaymentStatus};
  return table;
}
template <>
const Table& table_of<StatusReport>() {
  static constexpr Table table{"pacs.002", kStatusReport};
  return table;
}
template <>
const Table& table_of<OrderStatus>() {
  static constexpr Table table{"Status of an order", kOrderStatus};
  return table;
}
template <>
const Table& table_of<OrderGroupStatus>() {
  static constexpr Table table{"Status of orders of one account", kOrderGroupStatus};
  return table;
}
template <>
const Table& table_of<OrderReport>() {
  static constexpr Table table{"pain.002", kOrderReport};
  return table;
}
template <>
const Table& table_of<ReturnHeader>() {
  static constexpr Table table{"Header of returns", kReturnHeader};
  return table;
}
template <>
const Table& table_of<PaymentReturn>() {
  static constexpr Table table{"Return", kPaymentReturn};
  return table;
}
template <>
const Table& table_of<Returns>() {
  static constexpr Table table{"pacs.004", kReturns};
  return table;
}

}  // namespace vostro::iso20022
