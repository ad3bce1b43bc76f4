#include <algorithm>

#include "chain/records.h"
#include "node/api/answers.h"

namespace vostro::node::api {

namespace json = boost::json;

Response get_participants(const Context& context, const Request& request) {
  QueryReader query(request);
  const auto cursor = query.value("cursor", bic_of);
  const std::size_t limit = query.limit();
  if (auto bad = query.finish()) return *std::move(bad);

  const chain::StoreView view = context.service.store().view();
  const chain::ExponentOf exponents = exponents_of(view);
  const auto validators =
      chain::load<chain::Validators>(view, chain::Only{}).value_or(chain::Validators{});
  const Bytes from = cursor ? after_key(chain::key_of<chain::Participant>(*cursor)) : Bytes{};
  const auto rows = view.scan(Bytes{chain::Participant::prefix}, from, limit + 1);
  json::array items;
  std::optional<std::string> next;
  for (std::size_t i = 0; i < std::min(rows.size(), limit); ++i) {
    const auto participant = chain::decode_record<chain::Participant>(rows[i].second);
    if (!participant) return refuse(problems::store_failed);
    if (rows.size() > limit) next = to_text(participant->bic);
    json::object one = chain::to_value(*participant, exponents).as_object();
    const auto id = chain::validator_id_of(participant->bic);
    one["validator"] =
        std::ranges::find(validators.now, id, &chain::Validator::id) != validators.now.end();
    items.push_back(std::move(one));
  }
  return page_response(std::move(items), next);
}

Response get_currencies(const Context& context, const Request& request) {
  QueryReader query(request);
  const auto cursor = query.value("cursor", parse_currency);
  const std::size_t limit = query.limit();
  if (auto bad = query.finish()) return *std::move(bad);

  const chain::StoreView view = context.service.store().view();
  const chain::ExponentOf exponents = exponents_of(view);
  const Bytes from = cursor ? after_key(chain::key_of<chain::CurrencyRecord>(*cursor)) : Bytes{};
  const auto rows = view.scan(Bytes{chain::CurrencyRecord::prefix}, from, limit + 1);
  json::array items;
  std::optional<std::string> next;
  for (std::size_t i = 0; i < std::min(rows.size(), limit); ++i) {
    const auto currency = chain::currency_of_key(rows[i].first);
    const auto record = chain::decode_record<chain::CurrencyRecord>(rows[i].second);
    if (!currency || !record) return refuse(problems::store_failed);
    if (rows.size() > limit) next = to_text(*currency);
    items.push_back(chain::to_value(*currency, *record, exponents));
  }
  return page_response(std::move(items), next);
}

}  // namespace vostro::node::api
