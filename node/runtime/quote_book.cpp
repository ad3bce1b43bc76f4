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
  if (!is_valid_signature(quote.key, chain::quote_message(quote.quote), quote.signature))
    return QuoteOutcome::bad_form;
  return judge_by_state(quote);
}

QuoteOutcome QuoteBook::judge_by_state(const chain::SignedQuote& quote) const {
  chain::State state(state_);
  if (!chain::is_quote_authorised(state, quote)) return QuoteOutcome::signer_unknown;
  if (!remaining_of(quote.quote)) return QuoteOutcome::closed;
  return QuoteOutcome::taken;
}

std::optional<MinorUnits> QuoteBook::remaining_of(const chain::Quote& quote) const {
  const auto fill = chain::load<chain::QuoteFill>(state_, name_of(quote));
  if (!fill) return quote.limit;
  if (fill->withdrawn || fill->sold >= quote.limit) return std::nullopt;
  return MinorUnits(quote.limit.value - fill->sold.value);
}

std::size_t QuoteBook::count_of(const Quotes& quotes, const Bic& provider) {
  const auto first = quotes.lower_bound({provider, {}});
  return static_cast<std::size_t>(std::distance(
      first, std::find_if(first, quotes.end(),
                          [&](const auto& entry) { return entry.first.owner != provider; })));
}

QuoteBook::Added QuoteBook::add(const chain::SignedQuote& quote) {
  const OwnedId name = name_of(quote.quote);
  {
    const std::lock_guard lock(mutex_);
    drop_expired();
    if (const auto found = quotes_.find(name); found != quotes_.end()) {
      if (found->second != quote) return {QuoteOutcome::bad_form, false};
      return {remaining_of(quote.quote) ? QuoteOutcome::taken : QuoteOutcome::closed, false};
    }
    // A desk withdraws what it replaces: only what can still be taken counts.
    if (count_of(quotes_, name.owner) >= per_provider_max) drop_closed();
    if (count_of(quotes_, name.owner) >= per_provider_max) return {QuoteOutcome::too_many, false};
  }
  const QuoteOutcome outcome = judge(quote);
  const std::lock_guard lock(mutex_);
  if (outcome == QuoteOutcome::signer_unknown && early_.size() < early_max &&
      count_of(early_, name.owner) < per_provider_max)
    early_.try_emplace(name, quote);
  if (outcome != QuoteOutcome::taken) return {outcome, false};
  return {QuoteOutcome::taken, quotes_.try_emplace(name, quote).second};
}

void QuoteBook::drop_expired() {
  const UnixMillis now = now_();
  const auto is_over = [now](const auto& entry) {
    return has_passed(entry.second.quote.expires_at, now);
  };
  std::erase_if(quotes_, is_over);
  std::erase_if(early_, is_over);
}

void QuoteBook::drop_closed() {
  std::erase_if(quotes_, [this](const auto& entry) { return !remaining_of(entry.second.quote); });
}

/// The state may know their signers by now.
void QuoteBook::take_early() {
  for (auto at = early_.begin(); at != early_.end();) {
    const auto& [name, quote] = *at;
    const QuoteOutcome outcome = judge_by_state(quote);
    if (outcome == QuoteOutcome::signer_unknown) {
      ++at;
      continue;
    }
    if (outcome == QuoteOutcome::taken && count_of(quotes_, name.owner) < per_provider_max)
      quotes_.try_emplace(name, quote);
    at = early_.erase(at);
  }
}

std::vector<LiveQuote> QuoteBook::live() {
  std::vector<LiveQuote> live;
  for (const chain::SignedQuote& quote : all())
    if (const auto remaining = remaining_of(quote.quote)) live.push_back({quote, *remaining});
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
  drop_closed();
  take_early();
  std::vector<chain::SignedQuote> quotes;
  for (const auto& [name, quote] : quotes_) quotes.push_back(quote);
  return quotes;
}

}  // namespace vostro::node
