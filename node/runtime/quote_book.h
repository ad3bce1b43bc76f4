/// Live FX quotes: signed, expiring, size-limited, gossiped between nodes off the chain. A node
/// keeps and passes on only what the ledger would take: form, network, signature, a key with the
/// provider's `quote` rule. Any thread.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <vector>

#include "chain/quote.h"
#include "chain/storage.h"
#include "node/service.h"

namespace vostro::node {

class QuoteBook {
 public:
  static constexpr std::size_t per_provider_max = 256;

  /// `state` is the store; `now` the wall clock; both outlive the book.
  QuoteBook(const Hash& network_id, const chain::StateReader& state,
            std::function<UnixMillis()> now)
      : network_id_(network_id), state_(state), now_(std::move(now)) {}

  /// Adds a quote that is new. `taken` also for one that is here already; `is_new` tells whether to
  /// pass it on.
  struct Added {
    QuoteOutcome outcome = QuoteOutcome::taken;
    bool is_new = false;
  };
  [[nodiscard]] Added add(const chain::SignedQuote& quote);
  /// What is live: not expired, not withdrawn, something left. By pair, then best rate (lowest),
  /// then id.
  [[nodiscard]] std::vector<LiveQuote> live();
  /// For a peer that has just connected.
  [[nodiscard]] std::vector<chain::SignedQuote> all();

 private:
  void drop_expired();
  [[nodiscard]] QuoteOutcome judge(const chain::SignedQuote& quote) const;

  Hash network_id_;
  const chain::StateReader& state_;
  std::function<UnixMillis()> now_;
  std::mutex mutex_;
  std::map<chain::OwnedId, chain::SignedQuote> quotes_;
};

}  // namespace vostro::node
