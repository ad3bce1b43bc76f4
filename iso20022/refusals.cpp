#include "iso20022/refusals.h"

#include <array>

namespace vostro::iso20022 {
namespace {

constexpr std::string_view kCards =
    "Accounts that back a currency hold no cards; report them apart.";
constexpr std::string_view kSecurities =
    "Accounts that back a currency hold no securities; report them apart.";
constexpr std::string_view kDebits =
    "The ledger only pushes payments; direct debits go by another channel.";
constexpr std::string_view kOtherCase =
    "Only answers to requests to cancel are taken; send this to who asked.";
constexpr std::string_view kNoCheques =
    "The ledger writes no cheques; send these by the channel that does.";

constexpr std::array kRefusals{
    Refusal{"CardTx", kCards},
    Refusal{"CardAggtd", kCards},
    Refusal{"FinInstrmId", kSecurities},
    Refusal{"SfkpgAcct", kSecurities},
    Refusal{"CorpActn", kSecurities},
    Refusal{"RltdPric", kSecurities},
    Refusal{"RltdQties", kSecurities},
    Refusal{"TradDt", kSecurities},
    Refusal{"TradActvtyCtrctlSttlmDt", kSecurities},
    Refusal{"RcvgAgt", kSecurities},
    Refusal{"DlvrgAgt", kSecurities},
    Refusal{"IssgAgt", kSecurities},
    Refusal{"SttlmPlc", kSecurities},
    Refusal{"CshDpst", "Bank notes back no currency; report them apart."},
    Refusal{"MndtRltdInf", kDebits},
    Refusal{"CdtrSchmeId", kDebits},
    Refusal{"ReqdColltnDt", kDebits},
    Refusal{"SeqTp", kDebits},
    Refusal{"ChqInstr", kNoCheques},
    Refusal{"PmtMtd", "The ledger takes TRF and TRA."},
    Refusal{"ModDtls", kOtherCase},
    Refusal{"ClmNonRctDtls", kOtherCase},
    Refusal{"StmtDtls", kOtherCase},
    Refusal{"CrrctnTx", kOtherCase},
    Refusal{"OrgnlPmtInfAndSts", kOtherCase},
    Refusal{"FinInstnId", "Banks are named by BIC on the ledger."},
    Refusal{"ClrSysMmbId", "Banks are named by BIC on the ledger; put BICFI first."},
    Refusal{"PmtId", "A transfer needs its UETR: it is the payment's id on the ledger."},
};

}  // namespace

std::span<const Refusal> refusals() {
  return kRefusals;
}

std::optional<std::string_view> refusal_of(std::string_view element) {
  for (const Refusal& each : kRefusals) {
    if (each.element == element) return each.reason;
  }
  return std::nullopt;
}

}  // namespace vostro::iso20022
