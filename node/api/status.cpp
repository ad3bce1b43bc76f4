#include "node/api/answers.h"

namespace vostro::node::api {

namespace json = boost::json;

Response get_status(const Context& context, const Request& request) {
  if (const auto bad = QueryReader(request).finish()) return *bad;
  const NodeStatus status = context.service.status();
  json::value halted = nullptr;
  if (status.halted) {
    halted = json::object{{"reason", text(*status.halted)},
                          {"since", text(to_text(status.halted_since.value_or(status.now)))}};
  }
  json::value outdated = nullptr;
  if (status.unknown_version)
    outdated = json::object{{"protocol_version", *status.unknown_version}};
  json::value disk_full_since = nullptr;
  if (status.disk_full_since) disk_full_since = text(to_text(*status.disk_full_since));
  json::value block_time = nullptr;
  if (status.block_time) block_time = text(to_text(*status.block_time));
  return json_response(json::object{{"network_id", hex(status.network_id.view())},
                                    {"network_name", text(status.network_name)},
                                    {"development", status.development},
                                    {"participant", text(to_text(status.participant))},
                                    {"role", status.validator ? "validator" : "observer"},
                                    {"version", text(context.version)},
                                    {"protocol_version", status.protocol_version},
                                    {"outdated", std::move(outdated)},
                                    {"height", status.height.value},
                                    {"history_begins", status.history_begins.value},
                                    {"block_id", hex(status.block_id.view())},
                                    {"block_time", std::move(block_time)},
                                    {"state_root", hex(status.state_root.view())},
                                    {"epoch", status.epoch.value},
                                    {"view", status.view.value},
                                    {"finalized_view", status.finalized_view.value},
                                    {"validators", status.validators},
                                    {"quorum", status.quorum},
                                    {"connected_validators", status.connected_validators},
                                    {"syncing", status.syncing},
                                    {"ready", status.ready},
                                    {"halted", std::move(halted)},
                                    {"disk_full", status.disk_full},
                                    {"disk_full_since", std::move(disk_full_since)},
                                    {"disk_free_bytes", status.disk_free_bytes},
                                    {"disk_reserve_bytes", status.disk_reserve_bytes},
                                    {"time", text(to_text(status.now))},
                                    {"pending_transactions", status.pending_transactions},
                                    {"uptime_seconds", status.uptime_s}});
}

Response get_health(const Context& context, const Request&) {
  const NodeStatus status = context.service.status();
  // Needs no token, so it does not say why: /v1/status and the log do.
  if (status.halted) return refuse(problems::halted);
  return json_response(json::object{{"status", "up"}});
}

Response get_ready(const Context& context, const Request&) {
  const NodeStatus status = context.service.status();
  if (status.halted) return refuse(problems::halted);
  if (status.disk_full) return refuse(problems::disk_full, {.retry_after_s = 1});
  if (!status.ready) return refuse(problems::not_ready, {.retry_after_s = 1});
  return json_response(json::object{{"status", "ready"}});
}

}  // namespace vostro::node::api
