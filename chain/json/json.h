/// Ledger objects as JSON text, both ways. Strict: unknown and repeated fields, NUL, nesting above
/// 16, fractions, bad UTF-8, numbers where text is expected are refused, with the path of the field
/// at fault (catalogue row A4). Names are those of docs/api.md; amounts are text with exactly the
/// currency's digits. Pure; any thread.
///
/// What is read has the right fields and types, no more: form is checked by check_form.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/money.h"
#include "base/result.h"
#include "chain/policy.h"
#include "chain/quote.h"
#include "chain/receipt.h"
#include "chain/transaction.h"

namespace vostro::chain {

/// Digits after the point of a listed currency; empty for one that is not listed.
using ExponentOf = std::function<std::optional<std::uint8_t>(const Currency&)>;

/// Why JSON was refused, in order of precedence.
enum class JsonFault : std::uint8_t {
  not_json,          ///< Not JSON (RFC 8259) in UTF-8; a byte order mark counts as that too.
  too_deep,          ///< Nested deeper than 16.
  repeated_field,    ///< An object names a field twice.
  nul,               ///< A text or name holds U+0000.
  not_an_integer,    ///< A number with a fraction or exponent, or beyond 64 bits.
  wrong_type,        ///< A value of another type: a number for an amount, text for an object.
  missing_field,     ///< A field that must be there is not.
  unknown_field,     ///< A field that nothing here is named.
  bad_value,         ///< Text that is no such identifier, time, word or number.
  unknown_currency,  ///< No currency of this ledger.
  bad_amount,        ///< An amount that is not written as such, or not with the currency's digits.
  too_many,          ///< More elements than are allowed.
};
[[nodiscard]] std::string_view to_string(JsonFault fault);

struct JsonError {
  JsonFault fault;
  std::string where;  ///< "body.amount.amount", "signatures[1].key", or "byte 17"

  bool operator==(const JsonError&) const = default;
};
/// One sentence; repeats nothing of the input.
[[nodiscard]] std::string to_string(const JsonError& error);

[[nodiscard]] std::string to_json(const Transaction& transaction, const ExponentOf& exponents);
[[nodiscard]] std::string to_json(const Change& change, const ExponentOf& exponents);
[[nodiscard]] std::string to_json(const SignedQuote& quote, const ExponentOf& exponents);
[[nodiscard]] std::string to_json(const Policy& policy, const ExponentOf& exponents);
[[nodiscard]] std::string to_json(const Receipt& receipt, const ExponentOf& exponents);

[[nodiscard]] Result<Transaction, JsonError> transaction_from_json(std::string_view text,
                                                                   const ExponentOf& exponents);
[[nodiscard]] Result<Change, JsonError> change_from_json(std::string_view text,
                                                         const ExponentOf& exponents);
[[nodiscard]] Result<SignedQuote, JsonError> signed_quote_from_json(std::string_view text,
                                                                    const ExponentOf& exponents);
[[nodiscard]] Result<Policy, JsonError> policy_from_json(std::string_view text,
                                                         const ExponentOf& exponents);
[[nodiscard]] Result<Receipt, JsonError> receipt_from_json(std::string_view text,
                                                           const ExponentOf& exponents);

}  // namespace vostro::chain
