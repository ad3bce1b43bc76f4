/// Live FX quotes: signed, expiring, size-limited, gossiped between nodes off the chain. A node
/// keeps and passes on only what the ledger would take: form, network, signature, a key with the
/// provider's `quote` rule. Any thread.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <vector>

#include "chain/quote.h"
#include "chain/storage.h"
#include "node/service.h"

namespace vostro::node {

class QuoteBook {
 public:
  static constexpr std::size_t per_provider_max = 256;
  /// Quotes of signers that this node does not know yet, in all.
  static constexpr std::size_t early_max = 1'024;

  /// `state` is the store; `now` the wall clock; both outlive the book.
  QuoteBook(const Hash& network_id, const chain::StateReader& state,
            std::function<UnixMillis()> now)
      : network_id_(network_id), state_(state), now_(std::move(now)) {}

  /// Adds a quote that is new. `taken` also for one that is here already; `is_new` tells whether to
  /// pass it on. One whose signer the state does not know (`signer_unknown`) is looked at again
  /// later: a node that connects before it has caught up is told the quotes at once, and would
  /// never hear of them again.
  struct Added {
    QuoteOutcome outcome = QuoteOutcome::taken;
    bool is_new = false;
  };
  [[nodiscard]] Added add(const chain::SignedQuote& quote);
  /// What is live: not expired, not withdrawn, something left. By pair, then best rate (lowest),
  /// then id.
  [[nodiscard]] std::vector<LiveQuote> live();
  /// For a peer that has just connected: what is neither expired nor closed.
  [[nodiscard]] std::vector<chain::SignedQuote> all();

 private:
  using Quotes = std::map<chain::OwnedId, chain::SignedQuote>;

  /// With the lock held.
  void drop_expired();
  void drop_closed();
  void take_early();
  [[nodiscard]] static std::size_t count_of(const Quotes& quotes, const Bic& provider);
  [[nodiscard]] QuoteOutcome judge(const chain::SignedQuote& quote) const;
  /// What can change while the quote lives: its signer's right, and what is left.
  [[nodiscard]] QuoteOutcome judge_by_state(const chain::SignedQuote& quote) const;
  /// What is left after the fills of the state; none where it is sold out or withdrawn.
  [[nodiscard]] std::optional<MinorUnits> remaining_of(const chain::Quote& quote) const;

  Hash network_id_;
  const chain::StateReader& state_;
  std::function<UnixMillis()> now_;
  std::mutex mutex_;
  Quotes quotes_;
  Quotes early_;  ///< of unknown signers: not shown, not passed on
};

}  // namespace vostro::node
