/// Signing policies as files, tables and differences. Include in .cpp files only.
#pragma once

#include <optional>
#include <string>

#include "chain/policy.h"
#include "wallet-cli/send.h"

namespace vostro::wallet {

/// The policy in a file of JSON (docs/encoding.md), checked. Stop where it is none.
[[nodiscard]] chain::Policy policy_from_file(const std::string& path);
/// Its keys, rules and caps, a line each.
[[nodiscard]] std::string policy_text(const chain::Policy& policy);
/// What a new policy takes away and adds, for whoever signs it.
[[nodiscard]] Lines policy_changes(const chain::Policy& now, const chain::Policy& then);

}  // namespace vostro::wallet
