/// What commands show: text for people, or one JSON object for programs. Include in .cpp files
/// only: it brings Boost.JSON.
#pragma once

#include <boost/json/value.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "client/answers.h"
#include "wallet-cli/wallet.h"

namespace vostro::wallet {

namespace json = boost::json;

[[nodiscard]] json::string as_json(std::string_view text);
[[nodiscard]] json::value as_json(
    const Money& money);  ///< {"currency": "EUR", "amount": "1250.00"}
[[nodiscard]] inline json::value as_json(const UnixMillis& time) {
  return as_json(vostro::to_text(time));
}
[[nodiscard]] inline json::value as_json(const UnixSeconds& time) {
  return as_json(vostro::to_text(time));
}
[[nodiscard]] inline json::value as_json(const Height& height) {
  return height.value;
}
[[nodiscard]] inline json::value as_json(const chain::AccountId& account) {
  return as_json(chain::to_text(account));
}
/// Hexadecimal digits, or null.
[[nodiscard]] json::value hash_json(const std::optional<Hash>& hash);
/// Null where there is none.
template <class T>
[[nodiscard]] json::value as_json(const std::optional<T>& value) {
  if (!value) return nullptr;
  return as_json(*value);
}

/// Ends a command: the object with its "exit_code", or the text.
Exit finish(Wallet& wallet, Exit exit, json::object object, const std::string& text);
/// {"items": [...]} or the text.
Exit finish_list(Wallet& wallet, json::array items, const std::string& text);
/// A remark beside the result: standard error.
void remark(Wallet& wallet, const std::string& text);

/// A word of the payment's life, coloured at a terminal unless NO_COLOR is set: green for what came
/// about, red for what did not, yellow for what is open.
[[nodiscard]] std::string painted(Wallet& wallet, const std::string& status);

[[nodiscard]] json::object payment_json(const client::PaymentView& payment);
[[nodiscard]] std::string payment_text(Wallet& wallet, const client::PaymentView& payment);
[[nodiscard]] json::object account_json(const client::AccountView& account);
[[nodiscard]] std::string accepts_text(const chain::Accepts& accepts);
/// "AM04 funds_short: ..." for a person.
[[nodiscard]] std::string reason_text(const chain::Receipt& receipt);

}  // namespace vostro::wallet
