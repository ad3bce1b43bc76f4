#include "node/api/answers.h"

namespace vostro::node::api {

namespace json = boost::json;

namespace {

template <class Number>
json::value number_or_null(const std::optional<Number>& from) {
  return from ? json::value(from->value) : json::value(nullptr);
}

json::object validator_object(const ValidatorStatus& validator) {
  json::object out{{"index", validator.index},
                   {"participant", text(to_text(validator.participant))},
                   {"member_id", hex(validator.member.view())},
                   {"key", text(to_text(validator.key))},
                   {"this_node", validator.is_this_node},
                   {"connected", validator.connected},
                   {"last_seen", nullptr},
                   {"round_trip_us", nullptr},
                   {"view", number_or_null(validator.view)},
                   {"finalized_view", number_or_null(validator.finalized_view)},
                   {"finalized_height", number_or_null(validator.finalized_height)},
                   {"clock_offset_ms", nullptr}};
  if (validator.last_seen) out["last_seen"] = text(to_text(*validator.last_seen));
  if (validator.round_trip_us) out["round_trip_us"] = *validator.round_trip_us;
  if (validator.clock_offset_ms) out["clock_offset_ms"] = *validator.clock_offset_ms;
  return out;
}

}  // namespace

/// The cursor is the index where the next page begins.
Response get_validators(const Context& context, const Request& request) {
  QueryReader query(request);
  const std::size_t begin = query.value("cursor", parse_number).value_or(0);
  const std::size_t limit = query.limit();
  if (auto bad = query.finish()) return *std::move(bad);

  const std::vector<ValidatorStatus> validators = context.service.validators();
  json::array items;
  for (const ValidatorStatus& each : validators)
    if (each.index >= begin && items.size() < limit) items.push_back(validator_object(each));
  std::optional<std::string> next;
  if (!items.empty() && begin + items.size() < validators.size())
    next = std::to_string(begin + items.size());
  return page_response(std::move(items), next);
}

}  // namespace vostro::node::api
