#include <algorithm>

#include "node/api/answers.h"

namespace vostro::node::api {

namespace json = boost::json;

namespace {

/// A quote for named debtors is shown to them and to its provider only.
bool is_offered_to(const chain::Quote& quote, const Bic& bank) {
  return quote.debtors.empty() || quote.provider.owner == bank ||
         std::ranges::find(quote.debtors, bank) != quote.debtors.end();
}

}  // namespace

Response get_quotes(const Context& context, const Request& request) {
  QueryReader query(request);
  const auto sells = query.value("sells", parse_currency);
  const auto buys = query.value("buys", parse_currency);
  const auto cursor = query.value("cursor", parse_number);
  const std::size_t limit = query.limit();
  if (auto bad = query.finish()) return *std::move(bad);

  std::vector<LiveQuote> quotes = context.service.quotes();
  std::erase_if(quotes, [&](const LiveQuote& live) {
    const chain::Quote& quote = live.quote.quote;
    return (sells && quote.sells != *sells) || (buys && quote.buys != *buys) ||
           !(sees_all(request) || is_offered_to(quote, context.bank));
  });
  const chain::StoreView view = context.service.store().view();
  const chain::ExponentOf exponents = exponents_of(view);
  const std::size_t first =
      static_cast<std::size_t>(std::min<std::uint64_t>(cursor.value_or(0), quotes.size()));
  const std::size_t end = std::min(quotes.size(), first + limit);
  json::array items;
  for (std::size_t i = first; i < end; ++i) {
    json::object one = chain::to_value(quotes[i].quote, exponents).as_object();
    one["remaining"] =
        chain::to_value(Money{quotes[i].quote.quote.sells, quotes[i].remaining}, exponents);
    items.push_back(std::move(one));
  }
  std::optional<std::string> next;
  if (end < quotes.size()) next = std::to_string(end);
  return page_response(std::move(items), next);
}

Response post_quote(const Context& context, const Request& request) {
  if (auto bad = QueryReader(request).finish()) return *std::move(bad);
  if (request.content_type != "application/json") return refuse(problems::wrong_media_type);
  const chain::StoreView view = context.service.store().view();
  const auto quote = chain::signed_quote_from_json(request.body, exponents_of(view));
  if (!quote) return refuse_json(quote.error(), "signed quote");
  switch (context.service.publish_quote(*quote)) {
    case QuoteOutcome::taken: {
      const std::string id = to_text(quote->quote.id);
      return json_response(
          json::object{{"id", text(id)}, {"provider", text(to_text(quote->quote.provider))}}, 201);
    }
    case QuoteOutcome::bad_form:
      return refuse(problems::bad_quote);
    case QuoteOutcome::signer_unknown:
      return refuse(problems::quote_signer, {.field = "key", .reason = "DS0H"});
    case QuoteOutcome::expired:
      return refuse(problems::quote_expired, {.field = "quote.expires_at", .reason = "TM01"});
    case QuoteOutcome::closed:
      return refuse(problems::quote_closed, {.reason = "AM23"});
    case QuoteOutcome::too_many:
      return refuse(problems::too_many_quotes);
  }
  return refuse(problems::internal);
}

}  // namespace vostro::node::api
