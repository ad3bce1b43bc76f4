#include "chain/json/json.h"

#include <boost/json/serialize.hpp>

#include "base/check.h"
#include "chain/json/strict.h"
#include "chain/json/values.h"

namespace vostro::chain {
namespace {

template <class T>
std::string text_of(const T& object, const ExponentOf& exponents) {
  return boost::json::serialize(to_value(object, exponents));
}

template <class Read>
auto read_text(std::string_view text, const ExponentOf& exponents, Read&& read)
    -> Result<decltype(read(std::declval<const JsonIn&>())), JsonError> {
  const auto value = parse_strict(text);
  if (!value) return fail(value.error());
  JsonProblem problem;
  auto object = read(JsonIn(*value, problem, exponents));
  if (problem.error()) return fail(*problem.error());
  return object;
}

}  // namespace

std::string_view to_string(JsonFault fault) {
  switch (fault) {
    case JsonFault::not_json:
      return "not_json";
    case JsonFault::too_deep:
      return "too_deep";
    case JsonFault::repeated_field:
      return "repeated_field";
    case JsonFault::nul:
      return "nul";
    case JsonFault::not_an_integer:
      return "not_an_integer";
    case JsonFault::wrong_type:
      return "wrong_type";
    case JsonFault::missing_field:
      return "missing_field";
    case JsonFault::unknown_field:
      return "unknown_field";
    case JsonFault::bad_value:
      return "bad_value";
    case JsonFault::unknown_currency:
      return "unknown_currency";
    case JsonFault::bad_amount:
      return "bad_amount";
    case JsonFault::too_many:
      return "too_many";
  }
  VOSTRO_CHECK(false);
}

std::string to_string(const JsonError& error) {
  const auto sentence = [&error]() -> std::string_view {
    switch (error.fault) {
      case JsonFault::not_json:
        return "this is not JSON in UTF-8";
      case JsonFault::too_deep:
        return "nested deeper than 16";
      case JsonFault::repeated_field:
        return "the field stands twice in its object";
      case JsonFault::nul:
        return "text holds the character U+0000";
      case JsonFault::not_an_integer:
        return "numbers are whole and fit 64 bits; amounts are text";
      case JsonFault::wrong_type:
        return "the value is of another type than expected";
      case JsonFault::missing_field:
        return "the field is missing";
      case JsonFault::unknown_field:
        return "the object has a field that is not known";
      case JsonFault::bad_value:
        return "the value is not one of those possible here";
      case JsonFault::unknown_currency:
        return "the ledger has no such currency";
      case JsonFault::bad_amount:
        return "an amount is text like \"1250.00\" with exactly the currency's digits";
      case JsonFault::too_many:
        return "the list has too many elements";
    }
    VOSTRO_CHECK(false);
  }();
  return (error.where.empty() ? std::string("document") : error.where) + ": " +
         std::string(sentence);
}

std::string to_json(const Transaction& transaction, const ExponentOf& exponents) {
  return text_of(transaction, exponents);
}
std::string to_json(const Change& change, const ExponentOf& exponents) {
  return text_of(change, exponents);
}
std::string to_json(const SignedQuote& quote, const ExponentOf& exponents) {
  return text_of(quote, exponents);
}
std::string to_json(const Policy& policy, const ExponentOf& exponents) {
  return text_of(policy, exponents);
}
std::string to_json(const Receipt& receipt, const ExponentOf& exponents) {
  return text_of(receipt, exponents);
}

Result<Transaction, JsonError> transaction_from_json(std::string_view text,
                                                     const ExponentOf& exponents) {
  return read_text(text, exponents, read_transaction);
}
Result<Change, JsonError> change_from_json(std::string_view text, const ExponentOf& exponents) {
  return read_text(text, exponents, read_change);
}
Result<SignedQuote, JsonError> signed_quote_from_json(std::string_view text,
                                                      const ExponentOf& exponents) {
  return read_text(text, exponents, read_signed_quote);
}
Result<Policy, JsonError> policy_from_json(std::string_view text, const ExponentOf& exponents) {
  return read_text(text, exponents, read_policy);
}
Result<Receipt, JsonError> receipt_from_json(std::string_view text, const ExponentOf& exponents) {
  return read_text(text, exponents, read_receipt);
}

}  // namespace vostro::chain
