#include <array>

#include "iso20022/tables.h"

namespace vostro::iso20022 {

template <>
const Table& table_of<TransferHeader>();
template <>
const Table& table_of<PaymentIds>();
template <>
const Table& table_of<CustomerTransfer>();
template <>
const Table& table_of<BankTransfer>();

namespace {

using enum Need;
using enum Use;

constexpr std::string_view kPrevious =
    "PrvsInstgAgt1|PrvsInstgAgt1Acct|PrvsInstgAgt2|PrvsInstgAgt2Acct|PrvsInstgAgt3|"
    "PrvsInstgAgt3Acct|PrvsInstgAgt|PrvsInstgAgtAcct";
constexpr std::string_view kIntermediaries =
    "IntrmyAgt1|IntrmyAgt1Acct|IntrmyAgt2|IntrmyAgt2Acct|IntrmyAgt3|IntrmyAgt3Acct";
constexpr std::string_view kUetr = "the payment's id on the ledger";
constexpr std::string_view kDay = "compared with the currency's business date";

constexpr std::array kSettlement{
    row<&Settlement::method>("SttlmMtd", one, journal, "how the banks settle"),
    row<&Settlement::account>("SttlmAcct", optional, matched, "the account it is settled on"),
    row<&Settlement::clearing_system>("ClrSys", many, journal, "the clearing system"),
    row<&Settlement::reimbursement>(
        "InstgRmbrsmntAgt|InstgRmbrsmntAgtAcct|InstdRmbrsmntAgt|InstdRmbrsmntAgtAcct|"
        "ThrdRmbrsmntAgt|ThrdRmbrsmntAgtAcct",
        many, journal, "reimbursement agents and their accounts"),
};
constexpr std::array kHeader{
    row<&TransferHeader::message_id>("MsgId", one, matched, "with its sender it tells a repeat"),
    row<&TransferHeader::created>("CreDtTm", one, journal, "when it was made"),
    row<&TransferHeader::is_batch_booked>("BtchBookg", optional, journal, "one entry for all"),
    row<&TransferHeader::count>("NbOfTxs", one, checked, "the number of transfers"),
    row<&TransferHeader::control_sum>("CtrlSum", optional, checked, "the sum of the amounts"),
    row<&TransferHeader::total>("TtlIntrBkSttlmAmt", optional, checked, "the sum of the amounts"),
    row<&TransferHeader::settlement_date>("IntrBkSttlmDt", optional, checked, kDay),
    row<&TransferHeader::settlement>("SttlmInf", one, journal, "how the banks settle"),
    row<&TransferHeader::payment_type>("PmtTpInf", many, journal, "priority, service level"),
    row<&TransferHeader::instructing_agent>("InstgAgt", optional, checked, "the sending bank"),
    row<&TransferHeader::instructed_agent>("InstdAgt", optional, checked, "the receiving bank"),
};
constexpr std::array kIds{
    row<&PaymentIds::instruction_id>("InstrId", optional, matched, "the sender's number"),
    row<&PaymentIds::end_to_end_id>("EndToEndId", one, annex, "the customer's number"),
    row<&PaymentIds::transaction_id>("TxId", optional, matched, "the first bank's number"),
    row<&PaymentIds::uetr>("UETR", one, ledger, kUetr),
    row<&PaymentIds::clearing_reference>("ClrSysRef", optional, journal,
                                         "the clearing system's number"),
};
constexpr std::array kCustomerTransfer{
    row<&CustomerTransfer::ids>("PmtId", one, inside, "its numbers"),
    row<&CustomerTransfer::payment_type>("PmtTpInf", many, journal, "priority, service level"),
    row<&CustomerTransfer::amount>("IntrBkSttlmAmt", one, ledger, "the payment's amount"),
    row<&CustomerTransfer::settlement_date>("IntrBkSttlmDt", optional, checked, kDay),
    row<&CustomerTransfer::priority>("SttlmPrty", optional, journal, "how urgent"),
    row<&CustomerTransfer::settlement_times>("SttlmTmIndctn|SttlmTmReq", many, journal,
                                             "times of settlement"),
    row<&CustomerTransfer::accepted_at>("AccptncDtTm", optional, journal,
                                        "when the debtor's bank took the order"),
    row<&CustomerTransfer::pooling_date>("PoolgAdjstmntDt", optional, journal, "cash pooling"),
    row<&CustomerTransfer::instructed_amount>("InstdAmt", optional, annex,
                                              "what the customer ordered"),
    row<&CustomerTransfer::rate>("XchgRate", optional, journal,
                                 "a rate of elsewhere; the ledger takes signed quotes"),
    row<&CustomerTransfer::charge_bearer>("ChrgBr", one, ledger, "who pays the charges"),
    row<&CustomerTransfer::charges>("ChrgsInf", many, journal, "charges that were taken before"),
    row<&CustomerTransfer::previous_agents>(kPrevious, many, journal, "banks before"),
    row<&CustomerTransfer::instructing_agent>("InstgAgt", optional, checked, "the sending bank"),
    row<&CustomerTransfer::instructed_agent>("InstdAgt", optional, checked, "the receiving bank"),
    row<&CustomerTransfer::intermediaries>(kIntermediaries, many, journal, "banks between"),
    row<&CustomerTransfer::ultimate_debtor>("UltmtDbtr", optional, annex, "for whom is paid"),
    row<&CustomerTransfer::initiating_party>("InitgPty", optional, annex, "who ordered it"),
    row<&CustomerTransfer::debtor>("Dbtr", one, annex, "who pays"),
    row<&CustomerTransfer::debtor_account>("DbtrAcct", optional, annex, "from which account"),
    row<&CustomerTransfer::debtor_agent>("DbtrAgt", one, ledger, "the debtor's bank"),
    row<&CustomerTransfer::debtor_agent_account>("DbtrAgtAcct", optional, journal,
                                                 "its account with the next bank"),
    row<&CustomerTransfer::creditor_agent>("CdtrAgt", one, ledger, "the creditor's bank"),
    row<&CustomerTransfer::creditor_agent_account>("CdtrAgtAcct", optional, journal,
                                                   "its account with the bank before"),
    row<&CustomerTransfer::creditor>("Cdtr", one, annex, "who is paid"),
    row<&CustomerTransfer::creditor_account>("CdtrAcct", optional, annex, "to which account"),
    row<&CustomerTransfer::ultimate_creditor>("UltmtCdtr", optional, annex, "for whom it is"),
    row<&CustomerTransfer::instructions_for_creditor_agent>("InstrForCdtrAgt", many, annex,
                                                            "to the creditor's bank"),
    row<&CustomerTransfer::instructions_for_next_agent>("InstrForNxtAgt", many, journal,
                                                        "to the next bank"),
    row<&CustomerTransfer::purpose>("Purp", optional, ledger, "the purpose, where it is a code"),
    row<&CustomerTransfer::regulatory_reporting>("RgltryRptg", many, annex, "for authorities"),
    row<&CustomerTransfer::tax>("Tax", many, annex, "taxes"),
    row<&CustomerTransfer::related_remittance>("RltdRmtInf", many, annex,
                                               "where remittance details are"),
    row<&CustomerTransfer::remittance>("RmtInf", optional, annex, "what it is paid for"),
    row<&CustomerTransfer::supplementary>("SplmtryData", many, journal, "additions of others"),
};
constexpr std::array kCustomerTransfers{
    row<&CustomerTransfers::header>("GrpHdr", one, inside, "header of the message"),
    row<&CustomerTransfers::transfers>("CdtTrfTxInf", many, inside, "the transfers"),
    row<&CustomerTransfers::supplementary>("SplmtryData", many, journal, "additions of others"),
};
constexpr std::array kBankTransfer{
    row<&BankTransfer::ids>("PmtId", one, inside, "its numbers"),
    row<&BankTransfer::payment_type>("PmtTpInf", many, journal, "priority, service level"),
    row<&BankTransfer::amount>("IntrBkSttlmAmt", one, ledger, "the payment's amount"),
    row<&BankTransfer::settlement_date>("IntrBkSttlmDt", optional, checked, kDay),
    row<&BankTransfer::priority>("SttlmPrty", optional, journal, "how urgent"),
    row<&BankTransfer::settlement_times>("SttlmTmIndctn|SttlmTmReq", many, journal,
                                         "times of settlement"),
    row<&BankTransfer::previous_agents>(kPrevious, many, journal, "banks before"),
    row<&BankTransfer::instructing_agent>("InstgAgt", optional, checked, "the sending bank"),
    row<&BankTransfer::instructed_agent>("InstdAgt", optional, checked, "the receiving bank"),
    row<&BankTransfer::intermediaries>(kIntermediaries, many, journal, "banks between"),
    row<&BankTransfer::ultimate_debtor>("UltmtDbtr", optional, annex, "for whom is paid"),
    row<&BankTransfer::debtor>("Dbtr", one, ledger, "the bank that pays"),
    row<&BankTransfer::debtor_account>("DbtrAcct", optional, matched, "from which account"),
    row<&BankTransfer::debtor_agent>("DbtrAgt", optional, journal, "the payer's bank"),
    row<&BankTransfer::debtor_agent_account>("DbtrAgtAcct", optional, journal,
                                             "its account with the next bank"),
    row<&BankTransfer::creditor_agent>("CdtrAgt", optional, journal, "the bank of who is paid"),
    row<&BankTransfer::creditor_agent_account>("CdtrAgtAcct", optional, journal,
                                               "its account with the bank before"),
    row<&BankTransfer::creditor>("Cdtr", one, ledger, "the bank that is paid"),
    row<&BankTransfer::creditor_account>("CdtrAcct", optional, matched, "to which account"),
    row<&BankTransfer::ultimate_creditor>("UltmtCdtr", optional, annex, "for whom it is"),
    row<&BankTransfer::instructions_for_creditor_agent>("InstrForCdtrAgt", many, journal,
                                                        "to the creditor's bank"),
    row<&BankTransfer::instructions_for_next_agent>("InstrForNxtAgt", many, journal,
                                                    "to the next bank"),
    row<&BankTransfer::purpose>("Purp", optional, ledger, "the purpose, where it is a code"),
    row<&BankTransfer::remittance>("RmtInf/Ustrd", many, annex, "what it is paid for, in lines"),
    row<&BankTransfer::underlying>("UndrlygCstmrCdtTrf", many, annex,
                                   "the customer's payment that it covers"),
    row<&BankTransfer::supplementary>("SplmtryData", many, journal, "additions of others"),
};
constexpr std::array kBankTransfers{
    row<&BankTransfers::header>("GrpHdr", one, inside, "header of the message"),
    row<&BankTransfers::transfers>("CdtTrfTxInf", many, inside, "the transfers"),
    row<&BankTransfers::supplementary>("SplmtryData", many, journal, "additions of others"),
};

}  // namespace

template <>
const Table& table_of<Settlement>() {
  static constexpr Table table{"Settlement", kSettlement};
  return table;
}
template <>
const Table& table_of<TransferHeader>() {
  static constexpr Table table{"Header of transfers", kHeader};
  return table;
}
template <>
const Table& table_of<PaymentIds>() {
  static constexpr Table table{"Numbers of a payment", kIds};
  return table;
}
template <>
const Table& table_of<CustomerTransfer>() {
  static constexpr Table table{"Customer transfer", kCustomerTransfer};
  return table;
}
template <>
const Table& table_of<CustomerTransfers>() {
  static constexpr Table table{"pacs.008", kCustomerTransfers};
  return table;
}
template <>
const Table& table_of<BankTransfer>() {
  static constexpr Table table{"Bank transfer", kBankTransfer};
  return table;
}
template <>
const Table& table_of<BankTransfers>() {
  static constexpr Table table{"pacs.009", kBankTransfers};
  return table;
}

}  // namespace vostro::iso20022
