#include "wallet-cli/desk.h"

#include <algorithm>

#include "client/fx.h"

namespace vostro::wallet {
namespace {

/// A fill is told after its block, so quotes are remembered for a while after their end.
constexpr std::uint64_t kRememberedS = 120;

bool has_ended(const chain::Quote& quote, UnixSeconds now) {
  return quote.expires_at < now;
}

}  // namespace

bool Desk::set_price(DeskPrice price) {
  if (!prices_.contains(price.pair) && prices_.size() >= pairs_max) return false;
  const DeskPair pair = price.pair;
  for (auto& [id, offer] : offers_)
    if (offer.pair == pair) offer.is_wanted = false;
  if (!price.sides[0] && !price.sides[1]) {
    prices_.erase(pair);
  } else {
    prices_[pair] = {std::move(price), ++last_price_, {}};
  }
  return true;
}

void Desk::keep_only(const std::vector<DeskPair>& pairs) {
  const auto is_kept = [&](const DeskPair& pair) {
    return std::find(pairs.begin(), pairs.end(), pair) != pairs.end();
  };
  std::erase_if(prices_, [&](const auto& entry) { return !is_kept(entry.first); });
  for (auto& [id, offer] : offers_)
    if (!is_kept(offer.pair)) offer.is_wanted = false;
}

void Desk::stop() {
  keep_only({});
}

void Desk::advance(UnixSeconds now) {
  std::erase_if(offers_, [&](const auto& entry) {
    return entry.second.quote.expires_at.value + kRememberedS < now.value;
  });
  for (auto& [pair, quoted] : prices_)
    for (std::size_t side = 0; side < quoted.sides.size(); ++side) make_quote(quoted, side, now);
}

void Desk::make_quote(Quoted& quoted, std::size_t side, UnixSeconds now) {
  const auto& terms = quoted.price.sides[side];
  if (!terms || quoted.sides[side].rests) return;
  const UnixSeconds ends = std::min(UnixSeconds(now.value + options_.life_s), quoted.price.until);
  // Clients leave a quote out that is about to end.
  if (ends.value < now.value + client::quote_seconds_min) return;
  const auto current = std::find_if(offers_.begin(), offers_.end(), [&](const auto& entry) {
    return entry.second.is_wanted && entry.second.price == quoted.number &&
           entry.second.side == side;
  });
  if (current != offers_.end()) {
    // The last third of its life is time for a slow node, and for the next quote to get around.
    const chain::Quote& quote = current->second.quote;
    const bool is_young = quote.expires_at.value > now.value + options_.life_s / 3;
    if (is_young || quote.expires_at >= ends) return;
    current->second.is_wanted = false;
  }
  const MinorUnits left(terms->limit.value - quoted.sides[side].sold.value);
  if (left.value < 1) return;
  chain::Quote quote;
  quote.network_id = options_.network_id;
  quote.id = next_id_();
  quote.provider = options_.provider;
  quote.sells = terms->sells;
  quote.buys = terms->buys;
  quote.rate = terms->rate;
  quote.limit = left;
  quote.expires_at = ends;
  quote.hold_max_s = quoted.price.hold_max_s;
  quote.debtors = quoted.price.debtors;
  const Uuid id = quote.id;
  offers_.emplace(id, Offer{quoted.price.pair, side, quoted.number, std::move(quote), Phase::fresh,
                            true, MinorUnits(0)});
}

std::vector<chain::Quote> Desk::to_publish(UnixSeconds now) const {
  std::vector<chain::Quote> quotes;
  for (const auto& [id, offer] : offers_) {
    const bool is_unknown = offer.phase == Phase::fresh || offer.phase == Phase::offered;
    if (offer.is_wanted && is_unknown && !has_ended(offer.quote, now))
      quotes.push_back(offer.quote);
  }
  return quotes;
}

std::vector<chain::Quote> Desk::to_withdraw(UnixSeconds now) const {
  std::vector<chain::Quote> quotes;
  for (const Offer* offer : open(now))
    if (!offer->is_wanted) quotes.push_back(offer->quote);
  return quotes;
}

std::vector<const Desk::Offer*> Desk::open(UnixSeconds now) const {
  std::vector<const Offer*> offers;
  for (const auto& [id, offer] : offers_) {
    const bool is_open = offer.phase == Phase::offered || offer.phase == Phase::live;
    if (is_open && !has_ended(offer.quote, now)) offers.push_back(&offer);
  }
  return offers;
}

Desk::Offer* Desk::find(const Uuid& quote) {
  const auto at = offers_.find(quote);
  return at == offers_.end() ? nullptr : &at->second;
}

void Desk::offered(const Uuid& quote) {
  if (Offer* offer = find(quote); offer != nullptr && offer->phase == Phase::fresh)
    offer->phase = Phase::offered;
}
void Desk::published(const Uuid& quote) {
  if (Offer* offer = find(quote)) offer->phase = Phase::live;
}
void Desk::lost(const Uuid& quote) {
  if (Offer* offer = find(quote); offer != nullptr && offer->phase == Phase::live)
    offer->phase = Phase::offered;
}
void Desk::withdrawn(const Uuid& quote) {
  if (Offer* offer = find(quote)) {
    offer->phase = Phase::withdrawn;
    offer->is_wanted = false;
  }
}
void Desk::closed(const Uuid& quote) {
  Offer* offer = find(quote);
  if (offer == nullptr) return;
  const auto quoted = prices_.find(offer->pair);
  if (offer->is_wanted && quoted != prices_.end() && quoted->second.number == offer->price)
    quoted->second.sides[offer->side].rests = true;
  withdrawn(quote);
}

const Desk::Offer* Desk::fill(const Uuid& quote, MinorUnits sold) {
  Offer* offer = find(quote);
  if (offer == nullptr) return nullptr;
  // Fills of one quote are within its limit, those of a price within twice its size.
  offer->sold.value += sold.value;
  const auto quoted = prices_.find(offer->pair);
  if (quoted != prices_.end() && quoted->second.number == offer->price)
    quoted->second.sides[offer->side].sold.value += sold.value;
  if (offer->sold >= offer->quote.limit) withdrawn(quote);
  return offer;
}

MinorUnits Desk::left_of_price(const Offer& offer) const {
  const auto quoted = prices_.find(offer.pair);
  if (quoted == prices_.end() || quoted->second.number != offer.price) return MinorUnits(0);
  const auto& terms = quoted->second.price.sides[offer.side];
  return MinorUnits(
      std::max<std::int64_t>(0, terms->limit.value - quoted->second.sides[offer.side].sold.value));
}

}  // namespace vostro::wallet
