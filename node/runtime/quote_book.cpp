#include "node/runtime/quote_book.h"

#include <algorithm>

#include "chain/authority.h"
#include "chain/records.h"

namespace vostro::node {

using chain::OwnedId;

namespace {

OwnedId name_of(const chain::Quote& quote) {
  return {quote.provider.owner, quote.id};
}

/// mantissa x 10^-scale compared without division: fewer units of the debtor's currency is better
/// for him.
bool is_cheaper(const chain::Rate& a, const chain::Rate& b) {
  __extension__ using Wide = unsigned __int128;
  Wide left = a.mantissa;
  Wide right = b.mantissa;
  for (std::uint8_t i = a.scale; i < b.scale; ++i) left *= 10;
  for (std::uint8_t i = b.scale; i < a.scale; ++i) right *= 10;
  return left < right;
}

}  // namespace

QuoteOutcome QuoteBook::judge(const chain::SignedQuote& quote) const {
  if (!chain::is_well_formed(quote.quote) || quote.quote.network_id != network_id_)
    return QuoteOutcome::bad_form;
  const UnixMillis now = now_();
  if (has_passed(quote.quote.expires_at, now)) return QuoteOutcome::expired;
  chain::State state(state_);
  if (quote.quote.expires_at.value > now.value / 1000 + state.parameters().max_quote_life_s)
    return QuoteOutcome::expired;
  if (!chain::is_quote_authorised(state, quote)) return QuoteOutcome::signer_unknown;
  if (!is_valid_signature(quote.key, chain::quote_message(quote.quote), quote.signature))
    return QuoteOutcome::bad_form;
  return QuoteOutcome::taken;
}

QuoteBook::Added QuoteBook::add(const chain::SignedQuote& quote) {
  const OwnedId name = name_of(quote.quote);
  {
    const std::lock_guard lock(mutex_);
    drop_expired();
    if (const auto found = quotes_.find(name); found != quotes_.end())
      return {found->second == quote ? QuoteOutcome::taken : QuoteOutcome::bad_form, false};
    const auto first = quotes_.lower_bound({name.owner, {}});
    const auto count = std::distance(
        first, std::find_if(first, quotes_.end(),
                            [&](const auto& entry) { return entry.first.owner != name.owner; }));
    if (static_cast<std::size_t>(count) >= per_provider_max) return {QuoteOutcome::too_many, false};
  }
  if (const QuoteOutcome outcome = judge(quote); outcome != QuoteOutcome::taken)
    return {outcome, false};
  const std::lock_guard lock(mutex_);
  return {QuoteOutcome::taken, quotes_.try_emplace(name, quote).second};
}

void QuoteBook::drop_expired() {
  const UnixMillis now = now_();
  std::erase_if(
      quotes_, [now](const auto& entry) { return has_passed(entry.second.quote.expires_at, now); });
}

std::vector<LiveQuote> QuoteBook::live() {
  std::vector<LiveQuote> live;
  for (const chain::SignedQuote& quote : all()) {
    MinorUnits remaining = quote.quote.limit;
    if (const auto fill = chain::load<chain::QuoteFill>(state_, name_of(quote.quote))) {
      if (fill->withdrawn || fill->sold >= remaining) continue;
      remaining.value -= fill->sold.value;
    }
    live.push_back({quote, remaining});
  }
  std::ranges::sort(live, [](const LiveQuote& a, const LiveQuote& b) {
    const chain::Quote& x = a.quote.quote;
    const chain::Quote& y = b.quote.quote;
    if (x.buys != y.buys) return x.buys < y.buys;
    if (x.sells != y.sells) return x.sells < y.sells;
    if (is_cheaper(x.rate, y.rate) != is_cheaper(y.rate, x.rate)) return is_cheaper(x.rate, y.rate);
    return x.id < y.id;
  });
  return live;
}

std::vector<chain::SignedQuote> QuoteBook::all() {
  const std::lock_guard lock(mutex_);
  drop_expired();
  std::vector<chain::SignedQuote> quotes;
  for (const auto& [name, quote] : quotes_) quotes.push_back(quote);
  return quotes;
}

}  // namespace vostro::node
