/// Ledger objects as Boost.JSON values, for answers that are put together from several, and readers
/// of single ones. Include in .cpp files only: it brings Boost.JSON. Form and strictness are those
/// of json.h.
#pragma once

#include <array>
#include <boost/json/value.hpp>
#include <optional>
#include <string_view>

#include "chain/json/json.h"
#include "chain/json/strict.h"
#include "chain/records.h"
#include "chain/store/view.h"

namespace vostro::chain {

/// Text as Boost.JSON keeps it: ours has another string_view.
[[nodiscard]] inline boost::json::string json_text(std::string_view from) {
  return boost::json::string(from.data(), from.size());
}
template <std::size_t N>
[[nodiscard]] boost::json::string json_text(const std::array<char, N>& from) {
  return boost::json::string(from.data(), from.size());
}

/// What `write` makes of the value, or null where there is none.
template <class T, class Write>
[[nodiscard]] boost::json::value or_null(const std::optional<T>& value, Write&& write) {
  if (!value) return nullptr;
  return write(*value);
}

/// {"currency": "EUR", "amount": "1250.00"}. A currency that is not listed is written by its ISO
/// 4217 digits; one that is not there either as {"currency": "XQX", "minor_units": "125000"}.
[[nodiscard]] boost::json::value to_value(const Money& money, const ExponentOf& exponents);
[[nodiscard]] boost::json::value to_value(const OwnedId& id);  ///< {"owner": BIC, "id": UUID}
[[nodiscard]] boost::json::value payment_value(
    const OwnedId& name);  ///< {"agent": BIC, "uetr": UUID}
[[nodiscard]] boost::json::value to_value(const Accepts& accepts);
[[nodiscard]] boost::json::value to_value(const Policy& policy, const ExponentOf& exponents);
[[nodiscard]] boost::json::value to_value(const Quote& quote, const ExponentOf& exponents);
[[nodiscard]] boost::json::value to_value(const SignedQuote& quote, const ExponentOf& exponents);
[[nodiscard]] boost::json::value to_value(const Entry& entry, const ExponentOf& exponents);
[[nodiscard]] boost::json::value to_value(const Receipt& receipt, const ExponentOf& exponents);
[[nodiscard]] boost::json::value to_value(const Original& original, const ExponentOf& exponents);
[[nodiscard]] boost::json::value to_value(const CorridorRule& rule, const ExponentOf& exponents);
[[nodiscard]] boost::json::value to_value(const Change& change, const ExponentOf& exponents);
[[nodiscard]] boost::json::value to_value(const Body& body, const ExponentOf& exponents);
[[nodiscard]] boost::json::value to_value(const Transaction& transaction,
                                          const ExponentOf& exponents);

/// The receipt's fields, and the block's: "height", "index", "time".
[[nodiscard]] boost::json::value to_value(const PlacedReceipt& receipt,
                                          const ExponentOf& exponents);
[[nodiscard]] boost::json::value to_value(const AccountEntry& entry, const ExponentOf& exponents);
/// Name, status now, facts, and the receipts in order.
[[nodiscard]] boost::json::value to_value(const PaymentHistory& payment,
                                          const ExponentOf& exponents);
[[nodiscard]] boost::json::value to_value(const BlockSummary& block);

// Records of the state (chain/records.h).
[[nodiscard]] boost::json::value to_value(const Participant& participant,
                                          const ExponentOf& exponents);
[[nodiscard]] boost::json::value to_value(const AccountId& account, const AccountRecord& record,
                                          const ExponentOf& exponents);
[[nodiscard]] boost::json::value to_value(const Currency& currency, const CurrencyRecord& record,
                                          const ExponentOf& exponents);
[[nodiscard]] boost::json::value to_value(const OwnedId& name, const Hold& hold,
                                          const ExponentOf& exponents);
[[nodiscard]] boost::json::value to_value(const OwnedId& name, const Proposal& proposal,
                                          const ExponentOf& exponents);

/// Readers of values: faults go to the problem that `in` carries.
[[nodiscard]] Accepts read_accepts(const JsonIn& in);
[[nodiscard]] Policy read_policy(const JsonIn& in);
[[nodiscard]] Quote read_quote(const JsonIn& in);
[[nodiscard]] SignedQuote read_signed_quote(const JsonIn& in);
[[nodiscard]] Receipt read_receipt(const JsonIn& in);
[[nodiscard]] Original read_original(const JsonIn& in);
[[nodiscard]] MinorUnits read_minor_units(const JsonIn& in);  ///< {"minor_units": "125000"}
[[nodiscard]] CorridorRule read_corridor_rule(const JsonIn& in);
[[nodiscard]] Change read_change(const JsonIn& in);
[[nodiscard]] Body read_body(const JsonIn& in);
[[nodiscard]] Transaction read_transaction(const JsonIn& in);

}  // namespace vostro::chain
