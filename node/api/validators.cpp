#include <algorithm>

#include "chain/records.h"
#include "node/api/answers.h"

namespace vostro::node::api {

namespace json = boost::json;

namespace {

template <class Number>
json::value number_or_null(const std::optional<Number>& from) {
  return from ? json::value(from->value) : json::value(nullptr);
}

/// What the ledger has of it: which versions it said it speaks.
json::value readiness_value(const chain::StoreView& view, const PublicKey& key) {
  const auto said = chain::load<chain::Readiness>(view, key);
  if (!said) return nullptr;
  json::array versions;
  for (const std::uint16_t version : said->versions) versions.push_back(json::value(version));
  return json::object{{"versions", std::move(versions)},
                      {"synced_height", said->synced.value},
                      {"since_height", said->since.value}};
}

json::array set_value(const chain::StoreView& view,
                      const std::vector<chain::Validator>& validators) {
  json::array out;
  for (const chain::Validator& each : validators) {
    const auto owner = chain::owner_of(each.id);
    out.push_back(json::object{{"participant", text(owner ? to_text(*owner) : std::string())},
                               {"key", text(to_text(each.key))},
                               {"readiness", readiness_value(view, each.key)}});
  }
  return out;
}

/// Empty where the store contradicts itself.
std::optional<json::array> pending_value(const chain::StoreView& view, UnixMillis now) {
  json::array out;
  const chain::ExponentOf exponents = exponents_of(view);
  for (const chain::PendingChange& each : chain::pending_changes(view, now)) {
    const auto proposal = chain::load<chain::Proposal>(view, each.proposal);
    if (!proposal) return std::nullopt;
    const auto key = chain::new_key_of(proposal->change);
    out.push_back(
        json::object{{"proposal", chain::to_value(each.proposal)},
                     {"change", chain::to_value(proposal->change, exponents)},
                     {"not_before", text(to_text(proposal->not_before))},
                     {"waits_for", waits_for_value(each)},
                     {"readiness", key ? readiness_value(view, *key) : json::value(nullptr)}});
  }
  return out;
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
                   {"clock_offset_ms", nullptr},
                   {"since", nullptr},
                   {"failure", nullptr}};
  if (validator.last_seen) out["last_seen"] = text(to_text(*validator.last_seen));
  if (validator.round_trip_us) out["round_trip_us"] = *validator.round_trip_us;
  if (validator.clock_offset_ms) out["clock_offset_ms"] = *validator.clock_offset_ms;
  if (validator.since) out["since"] = text(to_text(*validator.since));
  if (validator.failure) {
    out["failure"] = json::object{{"reason", text(validator.failure->first)},
                                  {"since", text(to_text(validator.failure->second))}};
  }
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

/// What the ledger says, where listValidators says what this node sees.
Response get_validator_set(const Context& context, const Request& request) {
  if (auto bad = QueryReader(request).finish()) return *std::move(bad);
  const chain::StoreView view = context.service.store().view();
  const auto validators = chain::load<chain::Validators>(view, chain::Only{});
  auto pending = pending_value(view, time_of(context, view));
  if (!validators || !pending) return refuse(problems::store_failed);
  json::object body{{"epoch", validators->epoch},
                    {"protocol_version", validators->version},
                    {"validators", set_value(view, validators->now)},
                    {"next", nullptr},
                    {"pending", *std::move(pending)}};
  if (!validators->next.empty())
    body["next"] = json::object{{"epoch", validators->epoch + 1},
                                {"protocol_version", validators->next_version},
                                {"validators", set_value(view, validators->next)}};
  return json_response(body);
}

}  // namespace vostro::node::api
