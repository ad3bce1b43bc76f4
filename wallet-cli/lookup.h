/// Names on the command line against what the network knows, with suggestions. One thread.
#pragma once

#include <optional>
#include <string>

#include "client/answers.h"
#include "wallet-cli/wallet.h"

namespace vostro::wallet {

/// An account that this bank may read. Stop where there is none, naming the nearest one (catalogue
/// row K4).
[[nodiscard]] client::AccountView own_account(Wallet& wallet, const chain::AccountId& account);
/// Refuses a bank that takes no part, and an account that is visible and does not exist. Other
/// banks' accounts cannot be seen with every token: then the ledger decides.
void check_other_account(Wallet& wallet, const chain::AccountId& account);
/// Refuses a currency that the network does not list.
[[nodiscard]] client::CurrencyView listed_currency(Wallet& wallet, const Currency& currency);

/// The UETR, and whose payment where the command line or the node tells.
[[nodiscard]] client::PaymentView find_payment(Wallet& wallet, const std::string& uetr,
                                               const std::optional<std::string>& agent);
[[nodiscard]] Uuid uetr_from(const std::string& text);
[[nodiscard]] Bic bic_from(const std::string& text, const std::string& option);
[[nodiscard]] Currency currency_from(const std::string& text, const std::string& option);
[[nodiscard]] chain::AccountId account_from(const std::string& text, const std::string& option);
/// Four upper-case letters or digits.
[[nodiscard]] std::array<char, 4> code_from(const std::string& text, const std::string& option);

}  // namespace vostro::wallet
