#include <algorithm>

#include "chain/governance.h"
#include "chain/membership.h"
#include "chain/records.h"
#include "chain/state.h"
#include "node/api/answers.h"

namespace vostro::node::api {

namespace json = boost::json;

namespace {

std::optional<chain::ProposalStatus> status_of(std::string_view word) {
  using chain::ProposalStatus;
  for (int number = 1; number <= static_cast<int>(ProposalStatus::failed); ++number)
    if (to_string(static_cast<ProposalStatus>(number)) == word)
      return static_cast<ProposalStatus>(number);
  return std::nullopt;
}

/// A cursor is the key of the last proposal shown, in hexadecimal digits.
std::optional<Bytes> key_of_cursor(std::string_view cursor) {
  auto key = from_hex(cursor);
  if (!key || key->empty() || key->front() != chain::Proposal::prefix ||
      !chain::owned_id_of_key(*key))
    return std::nullopt;
  return *std::move(key);
}

json::object proposal_value(const chain::OwnedId& name, const chain::Proposal& proposal,
                            const chain::Validators& validators, const chain::StoreView& view,
                            const std::vector<chain::PendingChange>& pending, UnixMillis now,
                            const chain::ExponentOf& exponents) {
  json::object one = chain::to_value(name, proposal, exponents).as_object();
  one["voters"] = validators.now.size();
  one["needed"] = chain::votes_needed(validators.now.size());
  one["yes"] = chain::count_votes(validators, proposal, true);
  one["no"] = chain::count_votes(validators, proposal, false);
  one["waits_for"] = nullptr;
  if (const auto at = std::ranges::find(pending, name, &chain::PendingChange::proposal);
      at != pending.end()) {
    one["waits_for"] = waits_for_value(*at);
  } else if (proposal.status == chain::ProposalStatus::passed) {
    const bool is_due = chain::is_past(proposal.not_before, now);
    one["waits_for"] =
        waits_for_value({name, is_due ? chain::WaitsFor::next_block : chain::WaitsFor::date});
  }
  one["obstacle"] = nullptr;
  const bool is_under_way = proposal.status == chain::ProposalStatus::open ||
                            proposal.status == chain::ProposalStatus::passed;
  if (is_under_way) {
    const auto checked = chain::check_change(view, proposal.change);
    if (!checked) one["obstacle"] = text(to_string(checked.error()));
  }
  return one;
}

}  // namespace

UnixMillis time_of(const Context& context, const chain::StoreView& view) {
  const UnixMillis now = context.service.status().now;
  return view.head() ? std::max(now, view.head()->time) : now;
}

json::value waits_for_value(const chain::PendingChange& pending) {
  json::object out{
      {"what", text(to_string(pending.waits_for))}, {"ready", nullptr}, {"needed", nullptr}};
  if (pending.waits_for == chain::WaitsFor::quorum) {
    out["ready"] = pending.ready;
    out["needed"] = pending.needed;
  }
  return out;
}

Response get_proposals(const Context& context, const Request& request) {
  QueryReader query(request);
  const auto status = query.value("status", status_of);
  const auto cursor = query.value("cursor", key_of_cursor);
  const std::size_t limit = query.limit();
  if (auto bad = query.finish()) return *std::move(bad);

  const chain::StoreView view = context.service.store().view();
  const chain::ExponentOf exponents = exponents_of(view);
  const auto validators = chain::load<chain::Validators>(view, chain::Only{});
  if (!validators) return refuse(problems::store_failed);
  const UnixMillis now = time_of(context, view);
  const std::vector<chain::PendingChange> pending = chain::pending_changes(view, now);
  const Bytes from = cursor ? after_key(*cursor) : Bytes{};
  const auto rows = view.scan(Bytes{chain::Proposal::prefix}, from, limit + 1);
  json::array items;
  std::optional<std::string> next;
  for (std::size_t i = 0; i < std::min(rows.size(), limit); ++i) {
    const auto name = chain::owned_id_of_key(rows[i].first);
    const auto proposal = chain::decode_record<chain::Proposal>(rows[i].second);
    if (!name || !proposal) return refuse(problems::store_failed);
    if (rows.size() > limit) next = to_hex(rows[i].first);
    if (status && proposal->status != *status) continue;
    items.push_back(proposal_value(*name, *proposal, *validators, view, pending, now, exponents));
  }
  return page_response(std::move(items), next);
}

Response get_rules(const Context& context, const Request& request) {
  if (auto bad = QueryReader(request).finish()) return *std::move(bad);
  const chain::StoreView view = context.service.store().view();
  const chain::ExponentOf exponents = exponents_of(view);
  const auto parameters = chain::load<chain::Parameters>(view, chain::Only{});
  if (!parameters) return refuse(problems::store_failed);
  const auto digits = [](auto number) { return text(std::to_string(number)); };
  json::array corridors;
  // More of them cannot be in force.
  for (const auto& [key, value] :
       view.scan(Bytes{chain::CorridorRecord::prefix}, {}, chain::CorridorRule::count_max)) {
    const auto number = chain::rule_of_key(key);
    const auto record = chain::decode_record<chain::CorridorRecord>(value);
    if (!number || !record) return refuse(problems::store_failed);
    corridors.push_back(json::object{{"number", *number},
                                     {"rule", chain::to_value(record->rule, exponents)},
                                     {"since_height", record->since.value}});
  }
  return json_response(json::object{
      {"parameters", json::object{{"max_validity_s", digits(parameters->max_validity_s)},
                                  {"max_acceptance_s", digits(parameters->max_acceptance_s)},
                                  {"max_quote_life_s", digits(parameters->max_quote_life_s)},
                                  {"money_max", digits(parameters->money_max.value)},
                                  {"max_due", digits(parameters->max_due)},
                                  {"max_block_bytes", digits(parameters->max_block_bytes)},
                                  {"max_block_items", digits(parameters->max_block_items)},
                                  {"proof_window", digits(parameters->proof_window)},
                                  {"heartbeat_ms", digits(parameters->heartbeat_ms)}}},
      {"corridor_rules", std::move(corridors)}});
}

}  // namespace vostro::node::api
