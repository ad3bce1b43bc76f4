/// What the commands about quotes share. Include in .cpp files only: it brings Boost.JSON.
#pragma once

#include "wallet-cli/command.h"
#include "wallet-cli/output.h"

namespace vostro::wallet {

[[nodiscard]] json::object quote_json(const chain::Quote& quote, const MinorUnits& remaining);
[[nodiscard]] std::string rate_text(const chain::Quote& quote);  ///< "1.0842 USD per EUR"
/// The one key that signs quotes. Stop where there are several.
[[nodiscard]] SecretKey quote_key(Wallet& wallet);

// Commands with files of their own.
[[nodiscard]] Exit quote_stream(Wallet& wallet, const Arguments& arguments);
[[nodiscard]] Exit quote_fills(Wallet& wallet, const Arguments& arguments);

}  // namespace vostro::wallet
