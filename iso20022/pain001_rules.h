/// Which elements pain.001 has where they matter here, and what becomes of each: a table, so that
/// an element that nobody thought of is found. Below an element that is passed over anything may
/// stand. Internal to the reader.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace vostro::iso20022 {

enum class Place : std::uint8_t {
  outside,  ///< Envelopes around the message.
  header,   ///< AppHdr
  document,
  initiation,   ///< CstmrCdtTrfInitn
  group,        ///< GrpHdr
  instruction,  ///< PmtInf
  date,         ///< ReqdExctnDt, since version 8
  credit,       ///< CdtTrfTxInf
  ids,          ///< PmtId
  amount,       ///< Amt
  equivalent,   ///< EqvtAmt
  account,      ///< DbtrAcct, CdtrAcct
  account_id,
  account_other,
  agent,        ///< DbtrAgt, CdtrAgt
  institution,  ///< FinInstnId
  purpose,
  leaf,         ///< Holds text.
  passed_over,  ///< Known, without effect, and not looked into.
  details,      ///< The same, and worth telling the payer that it does not travel.
  refused,      ///< Known, and nothing that the ledger can do.
};

enum class Field : std::uint8_t {
  none,
  message_definition,
  message_id,
  group_count,
  group_sum,
  instruction_id,
  method,
  instruction_count,
  instruction_sum,
  execution_date,
  execution_time,
  instruction_bearer,
  debtor_account,
  debtor_agent,
  instruction_id_of_credit,
  end_to_end_id,
  uetr,
  instructed_amount,
  equivalent_amount,
  transfer_currency,
  credit_bearer,
  creditor_account,
  creditor_agent,
  iban,
  other_id,
  account_currency,
  bic,
  purpose_code,
};

struct Rule {
  Place parent;
  std::string_view name;
  Place place;
  Field field = Field::none;
  bool is_repeatable = false;
  std::string_view refusal = {};  ///< why, and what to do instead
};

[[nodiscard]] std::span<const Rule> pain001_rules();
inline constexpr std::size_t pain001_rules_max = 160;

}  // namespace vostro::iso20022
