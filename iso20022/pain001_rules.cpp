#include "iso20022/pain001_rules.h"

#include <array>

namespace vostro::iso20022 {
namespace {

using enum Place;

constexpr std::string_view kNoCheque =
    "the ledger writes no cheques; send these by the channel that does";
constexpr std::string_view kNoIntermediary =
    "the ledger pays the creditor agent directly; leave intermediary agents out, or send the "
    "credit by another channel";
constexpr std::string_view kNoRate =
    "a rate agreed elsewhere has no place on the ledger, which takes signed quotes; leave it out, "
    "and see --pay-with";

// One line an element: where it stands, its name, what it is. Versions 3 to 12 together.
constexpr std::array kRules{
    Rule{header, "MsgDefIdr", leaf, Field::message_definition},
    Rule{document, "CstmrCdtTrfInitn", initiation},
    Rule{initiation, "GrpHdr", group},
    Rule{initiation, "PmtInf", instruction, Field::none, true},
    Rule{initiation, "SplmtryData", details, Field::none, true},

    Rule{group, "MsgId", leaf, Field::message_id},
    Rule{group, "CreDtTm", passed_over},
    Rule{group, "Authstn", passed_over, Field::none, true},
    Rule{group, "NbOfTxs", leaf, Field::group_count},
    Rule{group, "CtrlSum", leaf, Field::group_sum},
    Rule{group, "InitgPty", passed_over},
    Rule{group, "FwdgAgt", passed_over},
    Rule{group, "InitnSrc", passed_over},

    Rule{instruction, "PmtInfId", leaf, Field::instruction_id},
    Rule{instruction, "PmtMtd", leaf, Field::method},
    Rule{instruction, "ReqdAdvcTp", passed_over},
    Rule{instruction, "BtchBookg", passed_over},
    Rule{instruction, "NbOfTxs", leaf, Field::instruction_count},
    Rule{instruction, "CtrlSum", leaf, Field::instruction_sum},
    Rule{instruction, "PmtTpInf", passed_over},
    Rule{instruction, "ReqdExctnDt", date, Field::execution_date},
    Rule{instruction, "PoolgAdjstmntDt", passed_over},
    Rule{instruction, "Dbtr", passed_over},
    Rule{instruction, "DbtrAcct", account, Field::debtor_account},
    Rule{instruction, "DbtrAgt", agent, Field::debtor_agent},
    Rule{instruction, "DbtrAgtAcct", passed_over},
    Rule{instruction, "InstrForDbtrAgt", passed_over},
    Rule{instruction, "UltmtDbtr", passed_over},
    Rule{instruction, "ChrgBr", leaf, Field::instruction_bearer},
    Rule{instruction, "ChrgsAcct", passed_over},
    Rule{instruction, "ChrgsAcctAgt", passed_over},
    Rule{instruction, "CdtTrfTxInf", credit, Field::none, true},
    Rule{date, "Dt", leaf, Field::execution_date},
    Rule{date, "DtTm", leaf, Field::execution_time},

    Rule{credit, "PmtId", ids},
    Rule{credit, "PmtTpInf", passed_over},
    Rule{credit, "Amt", amount},
    Rule{credit, "XchgRateInf", refused, Field::none, false, kNoRate},
    Rule{credit, "ChrgBr", leaf, Field::credit_bearer},
    Rule{credit, "MndtRltdInf", passed_over},
    Rule{credit, "ChqInstr", refused, Field::none, false, kNoCheque},
    Rule{credit, "UltmtDbtr", details},
    Rule{credit, "IntrmyAgt1", refused, Field::none, false, kNoIntermediary},
    Rule{credit, "IntrmyAgt1Acct", passed_over},
    Rule{credit, "IntrmyAgt2", refused, Field::none, false, kNoIntermediary},
    Rule{credit, "IntrmyAgt2Acct", passed_over},
    Rule{credit, "IntrmyAgt3", refused, Field::none, false, kNoIntermediary},
    Rule{credit, "IntrmyAgt3Acct", passed_over},
    Rule{credit, "CdtrAgt", agent, Field::creditor_agent},
    Rule{credit, "CdtrAgtAcct", passed_over},
    Rule{credit, "Cdtr", details},
    Rule{credit, "CdtrAcct", account, Field::creditor_account},
    Rule{credit, "UltmtCdtr", details},
    Rule{credit, "InstrForCdtrAgt", details, Field::none, true},
    Rule{credit, "InstrForDbtrAgt", details},
    Rule{credit, "Purp", purpose},
    Rule{credit, "RgltryRptg", details, Field::none, true},
    Rule{credit, "Tax", details},
    Rule{credit, "RltdRmtInf", details, Field::none, true},
    Rule{credit, "RmtInf", details},
    Rule{credit, "SplmtryData", details, Field::none, true},

    Rule{ids, "InstrId", leaf, Field::instruction_id_of_credit},
    Rule{ids, "EndToEndId", leaf, Field::end_to_end_id},
    Rule{ids, "UETR", leaf, Field::uetr},
    Rule{amount, "InstdAmt", leaf, Field::instructed_amount},
    Rule{amount, "EqvtAmt", equivalent},
    Rule{equivalent, "Amt", leaf, Field::equivalent_amount},
    Rule{equivalent, "CcyOfTrf", leaf, Field::transfer_currency},
    Rule{purpose, "Cd", leaf, Field::purpose_code},
    Rule{purpose, "Prtry", passed_over},

    Rule{account, "Id", account_id},
    Rule{account, "Tp", passed_over},
    Rule{account, "Ccy", leaf, Field::account_currency},
    Rule{account, "Nm", passed_over},
    Rule{account, "Prxy", passed_over},
    Rule{account_id, "IBAN", leaf, Field::iban},
    Rule{account_id, "Othr", account_other},
    Rule{account_other, "Id", leaf, Field::other_id},
    Rule{account_other, "SchmeNm", passed_over},
    Rule{account_other, "Issr", passed_over},
    Rule{agent, "FinInstnId", institution},
    Rule{agent, "BrnchId", passed_over},
    Rule{institution, "BIC", leaf, Field::bic},
    Rule{institution, "BICFI", leaf, Field::bic},
    Rule{institution, "ClrSysMmbId", passed_over},
    Rule{institution, "LEI", passed_over},
    Rule{institution, "Nm", passed_over},
    Rule{institution, "PstlAdr", passed_over},
    Rule{institution, "Othr", passed_over},
};
static_assert(kRules.size() <= pain001_rules_max);

}  // namespace

std::span<const Rule> pain001_rules() {
  return kRules;
}

}  // namespace vostro::iso20022
