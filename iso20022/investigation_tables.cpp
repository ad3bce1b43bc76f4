#include <array>

#include "iso20022/tables.h"

namespace vostro::iso20022 {

template <>
const Table& table_of<Assignment>();
template <>
const Table& table_of<Case>();
template <>
const Table& table_of<Cancellation>();
template <>
const Table& table_of<Underlying>();
template <>
const Table& table_of<Answer>();
template <>
const Table& table_of<AnswerDetails>();

namespace {

using enum Need;
using enum Use;

constexpr std::array kAssignment{
    row<&Assignment::id>("Id", one, matched, "with its sender it tells a repeat"),
    row<&Assignment::assigner>("Assgnr", one, checked, "the bank that asks or answers"),
    row<&Assignment::assignee>("Assgne", one, checked, "the bank that is asked or answered"),
    row<&Assignment::created>("CreDtTm", one, journal, "when it was made"),
};
constexpr std::array kCase{
    row<&Case::id>("Id", one, matched, "number of the case"),
    row<&Case::creator>("Cretr", one, journal, "who opened it"),
    row<&Case::is_reopened>("ReopCaseIndctn", optional, journal, "whether it was closed before"),
};
constexpr std::array kCancellation{
    row<&Cancellation::cancellation_id>("CxlId", optional, matched,
                                        "the sender's number of the request"),
    row<&Cancellation::about>("Case", optional, matched, "the case"),
    row<&Cancellation::original_message>("OrgnlGrpInf", optional, matched,
                                         "the message that is meant"),
    row<&Cancellation::instruction_id>("OrgnlInstrId", optional, matched,
                                       "the payment that is meant"),
    row<&Cancellation::end_to_end_id>("OrgnlEndToEndId", optional, matched,
                                      "the payment that is meant"),
    row<&Cancellation::transaction_id>("OrgnlTxId", optional, matched, "the payment that is meant"),
    row<&Cancellation::uetr>("OrgnlUETR", one, ledger, "the payment that is recalled"),
    row<&Cancellation::clearing_reference>("OrgnlClrSysRef", optional, journal,
                                           "the clearing system's reference"),
    row<&Cancellation::amount>("OrgnlIntrBkSttlmAmt", optional, checked, "its amount"),
    row<&Cancellation::settlement_date>("OrgnlIntrBkSttlmDt", optional, checked, "its day"),
    row<&Cancellation::assigner>("Assgnr", optional, checked, "the bank that asks"),
    row<&Cancellation::assignee>("Assgne", optional, checked, "the bank that is asked"),
    row<&Cancellation::reasons>("CxlRsnInf", many, ledger, "why, its code goes to the ledger"),
    row<&Cancellation::original>("OrgnlTxRef", many, journal, "the payment as it was"),
    row<&Cancellation::supplementary>("SplmtryData", many, journal, "additions of others"),
};
constexpr std::array kUnderlying{
    row<&Underlying::group>("OrgnlGrpInfAndCxl", many, matched, "the message that is meant"),
    row<&Underlying::payments>("TxInf", many, inside, "the requests"),
};
constexpr std::array kCancellationRequest{
    row<&CancellationRequest::assignment>("Assgnmt", one, inside, "who asks whom"),
    row<&CancellationRequest::about>("Case", optional, matched, "the case"),
    row<&CancellationRequest::count>("CtrlData/NbOfTxs", optional, checked,
                                     "the number of requests"),
    row<&CancellationRequest::control_sum>("CtrlData/CtrlSum", optional, checked,
                                           "the sum of the amounts"),
    row<&CancellationRequest::underlying>("Undrlyg", many, inside, "the requests, by message"),
    row<&CancellationRequest::supplementary>("SplmtryData", many, journal, "additions of others"),
};
constexpr std::array kAnswer{
    row<&Answer::answer_id>("CxlStsId", optional, matched, "the sender's number of the answer"),
    row<&Answer::about>("RslvdCase", optional, matched, "the case"),
    row<&Answer::original_message>("OrgnlGrpInf", optional, matched, "the message that is meant"),
    row<&Answer::instruction_id>("OrgnlInstrId", optional, matched, "the payment that is meant"),
    row<&Answer::end_to_end_id>("OrgnlEndToEndId", optional, matched, "the payment that is meant"),
    row<&Answer::transaction_id>("OrgnlTxId", optional, matched, "the payment that is meant"),
    row<&Answer::clearing_reference>("OrgnlClrSysRef", optional, journal,
                                     "the clearing system's reference"),
    row<&Answer::uetr>("OrgnlUETR", optional, matched, "the payment that is meant"),
    row<&Answer::status>("TxCxlSts", optional, ledger, "yes, no, or not yet"),
    row<&Answer::reasons>("CxlStsRsnInf", many, ledger,
                          "why, its code goes to the ledger with a refusal"),
    row<&Answer::resolution>("RsltnRltdInf", many, journal, "how the money comes back"),
    row<&Answer::amount>("OrgnlIntrBkSttlmAmt", optional, checked, "its amount"),
    row<&Answer::settlement_date>("OrgnlIntrBkSttlmDt", optional, checked, "its day"),
    row<&Answer::assigner>("Assgnr", optional, checked, "the bank that answers"),
    row<&Answer::assignee>("Assgne", optional, checked, "the bank that is answered"),
    row<&Answer::original>("OrgnlTxRef", many, journal, "the payment as it was"),
};
constexpr std::array kAnswerDetails{
    row<&AnswerDetails::group>("OrgnlGrpInfAndSts", many, matched, "the message that is meant"),
    row<&AnswerDetails::payments>("TxInfAndSts", many, inside, "the answers"),
};
constexpr std::array kCancellationAnswer{
    row<&CancellationAnswer::assignment>("Assgnmt", one, inside, "who answers whom"),
    row<&CancellationAnswer::about>("RslvdCase", optional, matched, "the case"),
    row<&CancellationAnswer::confirmation>("Sts/Conf", optional, ledger, "yes, no, or not yet"),
    row<&CancellationAnswer::is_assignment_cancelled>("Sts/AssgnmtCxlConf", optional, journal,
                                                      "whether the case is given back"),
    row<&CancellationAnswer::details>("CxlDtls", many, inside, "the answers, by message"),
    row<&CancellationAnswer::supplementary>("SplmtryData", many, journal, "additions of others"),
};

}  // namespace

template <>
const Table& table_of<Assignment>() {
  static constexpr Table table{"Assignment", kAssignment};
  return table;
}
template <>
const Table& table_of<Case>() {
  static constexpr Table table{"Case", kCase};
  return table;
}
template <>
const Table& table_of<Cancellation>() {
  static constexpr Table table{"Request to cancel", kCancellation};
  return table;
}
template <>
const Table& table_of<Underlying>() {
  static constexpr Table table{"Requests about one message", kUnderlying};
  return table;
}
template <>
const Table& table_of<CancellationRequest>() {
  static constexpr Table table{"camt.056", kCancellationRequest};
  return table;
}
template <>
const Table& table_of<Answer>() {
  static constexpr Table table{"Answer to a request", kAnswer};
  return table;
}
template <>
const Table& table_of<AnswerDetails>() {
  static constexpr Table table{"Answers about one message", kAnswerDetails};
  return table;
}
template <>
const Table& table_of<CancellationAnswer>() {
  static constexpr Table table{"camt.029", kCancellationAnswer};
  return table;
}

}  // namespace vostro::iso20022
