/// Annexes on the way between command line and node: sealed to the banks concerned before an order
/// is signed, opened with the bank's annex key where one has arrived. Include in .cpp files only:
/// it brings Boost.JSON.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "client/annex.h"
#include "wallet-cli/command.h"
#include "wallet-cli/send.h"

namespace vostro::wallet {

/// --remittance, --debtor-name, --creditor-name, --annex: what an order takes that has an annex.
[[nodiscard]] std::vector<Option> annex_options();
/// What these say, with a salt; none where they say nothing. Stop (usage, local).
[[nodiscard]] std::optional<client::Annex> annex_from(const Arguments& arguments);

/// An annex that belongs to an order to be signed.
struct OrderAnnex {
  Hash commitment;
  chain::SealedAnnex sealed;
  Lines lines;  ///< to be shown before signing
};
/// Sealed to `banks` and the supervisors. Stop (usage) where a bank has no annex key.
[[nodiscard]] OrderAnnex seal_annex(Wallet& wallet, const client::Annex& annex,
                                    const chain::OwnedId& belongs_to,
                                    const std::vector<Bic>& banks);
/// Gives it to the node. What the ledger decides differently (the id was used) it tells when the
/// order comes.
void put_annex(Wallet& wallet, const chain::SealedAnnex& sealed);

/// What this bank can know of an order's annex.
struct FoundAnnex {
  enum class State : std::uint8_t {
    none,        ///< the order commits to none
    missing,     ///< it has not arrived, or was erased
    sealed,      ///< it is here, and this wallet has no annex key
    unreadable,  ///< it does not open, or is not what the ledger holds the hash of
    opened,
  };
  State state = State::none;
  std::optional<client::Annex> content;  ///< where opened
  std::string why;                       ///< where unreadable: a sentence
};
[[nodiscard]] std::string_view to_string(FoundAnnex::State state);
[[nodiscard]] FoundAnnex find_annex(Wallet& wallet, const chain::OwnedId& name,
                                    const std::optional<Hash>& on_ledger);
/// {"state", "hash", "content"}
[[nodiscard]] json::object found_json(const FoundAnnex& found,
                                      const std::optional<Hash>& on_ledger);
/// What stands in a list: a summary, or the state in words.
[[nodiscard]] std::string found_summary(const FoundAnnex& found);

}  // namespace vostro::wallet
