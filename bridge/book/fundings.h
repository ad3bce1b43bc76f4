/// Fiat entries on our accounts at the bank, and how each becomes ledger money once. One row each,
/// by the hash that the ledger knows the entry by; every change adds a step to the book.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/hash.h"
#include "base/identifiers.h"
#include "base/keys.h"
#include "bridge/book/book.h"
#include "bridge/book/columns.h"
#include "chain/account.h"

namespace vostro::bridge {

inline constexpr std::string_view funding_flow = "funding";

enum class FundingState : std::uint8_t {
  suspense = 1,  ///< Nobody knows for whom it is, or the ledger refused: `reason` says why.
  issuing,       ///< An Issue is signed, and on its way.
  issued,        ///< It is on the ledger.
};
[[nodiscard]] std::string_view to_string(FundingState state);

struct Funding {
  Hash entry;                  ///< client::fiat_entry_hash(fiat_account, bank_reference)
  std::string fiat_account;    ///< ours, as the bank names it
  std::string bank_reference;  ///< the bank's own for the entry
  Money amount;
  std::string named;   ///< what the remitter wrote, as far as it may name an account of the ledger
  std::string debtor;  ///< the remitter's account; empty where the bank does not say
  FundingState state = FundingState::suspense;
  std::optional<chain::AccountId> account;  ///< who gets it, once that is clear
  std::uint32_t attempt = 0;                ///< tries to issue so far
  std::optional<Uuid> order;                ///< id of the last try
  std::string reason;                       ///< why it is in suspense: a word
  UnixMillis received;

  bool operator==(const Funding&) const = default;
};
[[nodiscard]] std::string key_of(const Funding& funding);
[[nodiscard]] Hash facts_of(const Funding& funding);

void insert(BookTransaction& book, const Funding& funding, std::string_view detail);
void update(BookTransaction& book, const Funding& funding, std::string_view detail);

[[nodiscard]] std::optional<Funding> find_funding(BookTransaction& book, const Hash& entry);
[[nodiscard]] std::optional<Funding> find_funding_by_order(BookTransaction& book,
                                                           const Uuid& order);
[[nodiscard]] std::vector<Funding> fundings_in(BookTransaction& book, FundingState state);
[[nodiscard]] std::vector<Funding> all_fundings(BookTransaction& book);
/// By account and state, of those whose account is known.
[[nodiscard]] std::vector<FlowSum> funding_sums(BookTransaction& book);

/// What a person wants done with an entry in suspense, signed with that person's key.
struct Decision {
  Hash entry;
  chain::AccountId account;
  std::string reason;  ///< in words; 1 to 140 bytes of clean text
  std::string person;
  PublicKey signer;
  Signature signature;
};
/// The bytes that a person signs: "VOSTRO-SUSPENSE1", network id, entry, number of tries so
/// far, amount, account, reason: what was decided before a try that failed counts no more.
[[nodiscard]] Bytes decision_message(const Hash& network_id, const Funding& funding,
                                     const chain::AccountId& account, std::string_view reason);
void insert(BookTransaction& book, const Decision& decision);
/// Those since the entry came into the state it is in, oldest first.
[[nodiscard]] std::vector<Decision> decisions_on(BookTransaction& book, const Hash& entry);

}  // namespace vostro::bridge
