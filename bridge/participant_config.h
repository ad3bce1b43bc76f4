/// What a participant bank's bridge is told, beside what every bridge is: [participant] and
/// [[route]] of the configuration. Pure.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "chain/account.h"
#include "genesis/toml.h"

namespace vostro::bridge {

/// Where customers' payments to another bank go, where that is not an account of the usual label.
struct Route {
  Bic bank;
  chain::AccountId account;
};

struct Participant {
  chain::AccountId account;  ///< the bank's own, for customers' payments and nothing else
  /// How long the creditor's bank has to answer.
  std::chrono::seconds accept_within{600};
  /// How long a payment waits for a price in the customer's currency.
  std::chrono::seconds quote_within{300};
  /// After so long without its annex a payment that came in raises an alarm.
  std::chrono::seconds annex_within{60};
  std::string annex_key_file;
  std::string annex_passphrase_file;  ///< empty: the terminal is asked
  std::vector<Route> routes;

  /// The account on the ledger that customers' payments to this bank are paid to.
  [[nodiscard]] chain::AccountId account_at(const Bic& bank) const;
};

/// `path` makes a path of the file absolute.
[[nodiscard]] Participant read_participant(
    genesis::TableReader& from, const std::vector<const genesis::TomlNode*>& routes, const Bic& us,
    const std::function<std::string(genesis::TableReader&, std::string_view)>& path);

}  // namespace vostro::bridge
