/// What a desk that quotes a stream of prices has to do next: which quotes to make, publish and
/// withdraw. Values in, values out: it asks no node and no clock. One thread.
///
/// Each side of a pair has at most one wanted quote. A quote is short, and is made anew before it
/// ends while its price is good; whatever is no longer wanted is withdrawn. A price's size is for
/// all of its quotes together: a new one is for what the fills of those before it have left.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "chain/quote.h"
#include "wallet-cli/desk_price.h"

namespace vostro::wallet {

struct DeskOptions {
  static constexpr std::uint64_t life_min_s = 10;

  Hash network_id;
  chain::AccountId provider;
  std::uint64_t life_s = 30;  ///< of one quote
};

class Desk {
 public:
  static constexpr std::size_t pairs_max = 64;

  enum class Phase : std::uint8_t {
    fresh,      ///< made; nobody has seen it
    offered,    ///< sent; whether it was taken is not known
    live,       ///< a node has taken it
    withdrawn,  ///< the ledger takes it no more: withdrawn, sold out, refused
  };
  struct Offer {
    DeskPair pair;
    std::size_t side = 0;  ///< 0 ask, 1 bid
    std::uint64_t price = 0;
    chain::Quote quote;
    Phase phase = Phase::fresh;
    bool is_wanted = true;
    MinorUnits sold;
  };

  Desk(DeskOptions options, std::function<Uuid()> next_id)
      : options_(std::move(options)), next_id_(std::move(next_id)) {}

  /// A line: what was quoted for the pair is no longer wanted. False where there are too many
  /// pairs.
  [[nodiscard]] bool set_price(DeskPrice price);
  /// Nothing is quoted for pairs that are not among these.
  void keep_only(const std::vector<DeskPair>& pairs);
  /// Nothing is wanted any more.
  void stop();

  /// Makes the quotes that are due, and forgets what has ended long ago.
  void advance(UnixSeconds now);
  /// Wanted quotes that no node is known to have.
  [[nodiscard]] std::vector<chain::Quote> to_publish(UnixSeconds now) const;
  /// Unwanted quotes that may be live.
  [[nodiscard]] std::vector<chain::Quote> to_withdraw(UnixSeconds now) const;
  /// Quotes that may be taken now.
  [[nodiscard]] std::vector<const Offer*> open(UnixSeconds now) const;

  void offered(const Uuid& quote);
  void published(const Uuid& quote);
  /// The node does not have it any more: it is published again.
  void lost(const Uuid& quote);
  void withdrawn(const Uuid& quote);
  /// It was withdrawn by somebody else, or is sold out: its side rests until the next price.
  void closed(const Uuid& quote);
  /// Counts what a payment took. Empty where the quote is not of this desk; else the offer.
  const Offer* fill(const Uuid& quote, MinorUnits sold);
  /// What is left of the price that the offer was made for; zero where another one has come since.
  [[nodiscard]] MinorUnits left_of_price(const Offer& offer) const;

 private:
  struct Side {
    MinorUnits sold;  ///< of the price, over all its quotes
    bool rests = false;
  };
  struct Quoted {
    DeskPrice price;
    std::uint64_t number = 0;
    std::array<Side, 2> sides;
  };

  void make_quote(Quoted& quoted, std::size_t side, UnixSeconds now);
  Offer* find(const Uuid& quote);

  DeskOptions options_;
  std::function<Uuid()> next_id_;
  std::map<DeskPair, Quoted> prices_;
  std::map<Uuid, Offer> offers_;
  std::uint64_t last_price_ = 0;
};

}  // namespace vostro::wallet
