#include "chain/json/values.h"
#include "client/read_answers.h"
#include "wallet-cli/command.h"
#include "wallet-cli/output.h"
#include "wallet-cli/text.h"

namespace vostro::wallet {
namespace {

Exit network_status(Wallet& wallet, const Arguments&) {
  const auto status = must(wallet.api().status());
  const std::string state = status.halted       ? "halted: " + *status.halted
                            : status.is_syncing ? "syncing"
                            : status.is_ready   ? "in sync"
                                                : "in sync, not ready: takes no transactions";
  json::object object{
      {"network_id", as_json(to_hex(status.network_id.view()))},
      {"network_name", as_json(status.network_name)},
      {"development", status.is_development},
      {"participant", as_json(vostro::to_text(status.participant))},
      {"role", as_json(status.role)},
      {"version", as_json(status.version)},
      {"protocol_version", status.protocol_version},
      {"outdated", status.outdated
                       ? json::value(json::object{{"protocol_version", *status.outdated}})
                       : json::value(nullptr)},
      {"height", status.height.value},
      {"block_id", as_json(to_hex(status.block_id.view()))},
      {"block_time", as_json(status.block_time)},
      {"state_root", as_json(to_hex(status.state_root.view()))},
      {"epoch", status.epoch},
      {"view", status.view},
      {"finalized_view", status.finalized_view},
      {"validators", status.validators},
      {"quorum", status.quorum},
      {"connected_validators", status.connected_validators},
      {"syncing", status.is_syncing},
      {"ready", status.is_ready},
      {"halted", status.halted ? json::value(as_json(*status.halted)) : json::value(nullptr)},
      {"pending_transactions", status.pending_transactions},
      {"uptime_seconds", status.uptime_seconds},
      {"checked_against_genesis", wallet.settings().genesis.has_value()}};
  return finish(
      wallet, Exit::ok, std::move(object),
      labelled({{"network", status.network_name + (status.is_development ? " (development)" : "")},
                {"network id", to_hex(status.network_id.view()) +
                                   (wallet.settings().genesis ? ", as in the genesis file"
                                                              : ", not checked: no --genesis")},
                {"node",
                 vostro::to_text(status.participant) + ", " + status.role + ", version " +
                     status.version + ", protocol " + std::to_string(status.protocol_version) +
                     (status.outdated ? ": OUTDATED, protocol " + std::to_string(*status.outdated) +
                                            " was passed; install a newer version"
                                      : std::string())},
                {"state", state},
                {"height", std::to_string(status.height.value) +
                               (status.block_time ? ", " + vostro::to_text(*status.block_time)
                                                  : std::string())},
                {"state root", to_hex(status.state_root.view())},
                {"validators", std::to_string(status.connected_validators) + " of " +
                                   std::to_string(status.validators) + " connected, quorum " +
                                   std::to_string(status.quorum)},
                {"pending", std::to_string(status.pending_transactions)}}));
}

Exit network_participants(Wallet& wallet, const Arguments&) {
  const auto participants = must(
      client::all_pages([&](const auto& cursor) { return wallet.api().participants(cursor); }));
  json::array items;
  std::vector<std::vector<std::string>> rows{{"BIC", "NAME", "COUNTRY", "ROLES", "STATUS", "NODE"}};
  for (const auto& each : participants) {
    json::array roles;
    std::string role_text;
    for (const std::string& role : each.roles) {
      roles.push_back(as_json(role));
      role_text += (role_text.empty() ? "" : ",") + role;
    }
    items.push_back(json::object{
        {"bic", as_json(vostro::to_text(each.bic))},
        {"legal_name", as_json(each.legal_name)},
        {"country", as_json(each.country)},
        {"lei", each.lei ? json::value(as_json(vostro::to_text(*each.lei))) : json::value(nullptr)},
        {"roles", std::move(roles)},
        {"status", as_json(each.status)},
        {"validator", each.is_validator}});
    rows.push_back({vostro::to_text(each.bic), each.legal_name, each.country,
                    role_text.empty() ? "-" : role_text, each.status,
                    each.is_validator ? "validator" : "-"});
  }
  return finish_list(wallet, std::move(items), columns(rows));
}

Exit network_currencies(Wallet& wallet, const Arguments&) {
  const auto currencies =
      must(client::all_pages([&](const auto& cursor) { return wallet.api().currencies(cursor); }));
  json::array items;
  std::vector<std::vector<std::string>> rows{
      {"CURRENCY", "DIGITS", "AGENT", "STATUS", "BUSINESS DATE", "ISSUED", "REDEEMED"}};
  for (const auto& each : currencies) {
    items.push_back(json::object{{"currency", as_json(vostro::to_text(each.currency))},
                                 {"exponent", each.exponent},
                                 {"agent", as_json(vostro::to_text(each.agent))},
                                 {"status", as_json(each.status)},
                                 {"business_date", as_json(vostro::to_text(each.business_date))},
                                 {"issued", as_json(each.issued)},
                                 {"redeemed", as_json(each.redeemed)}});
    rows.push_back({vostro::to_text(each.currency), std::to_string(each.exponent),
                    vostro::to_text(each.agent), each.status, vostro::to_text(each.business_date),
                    to_text(each.issued), to_text(each.redeemed)});
  }
  return finish_list(wallet, std::move(items), columns(rows));
}

Exit network_validators(Wallet& wallet, const Arguments&) {
  const client::ValidatorSetView set = must(wallet.api().validator_set());
  json::array members;
  std::vector<std::vector<std::string>> rows{{"OWNER", "KEY", "SPEAKS", "SYNCED"}};
  for (const auto& each : set.validators) {
    json::array versions;
    std::string words;
    if (each.readiness) {
      for (const std::uint16_t version : each.readiness->versions) {
        versions.push_back(json::value(version));
        words += (words.empty() ? "" : ", ") + std::to_string(version);
      }
    }
    members.push_back(json::object{
        {"participant", as_json(vostro::to_text(each.participant))},
        {"key", as_json(vostro::to_text(each.key))},
        {"versions", each.readiness ? json::value(std::move(versions)) : json::value(nullptr)},
        {"synced_height",
         each.readiness ? json::value(each.readiness->synced.value) : json::value(nullptr)}});
    rows.push_back({vostro::to_text(each.participant), vostro::to_text(each.key),
                    words.empty() ? "not said" : words,
                    each.readiness ? std::to_string(each.readiness->synced.value) : ""});
  }
  json::array pending;
  std::string text = "epoch " + std::to_string(set.epoch) + ", protocol version " +
                     std::to_string(set.version) + "\n" + columns(rows);
  for (const auto& each : set.pending) {
    pending.push_back(
        json::object{{"proposal", as_json(vostro::to_text(each.proposal.id))},
                     {"proposer", as_json(vostro::to_text(each.proposal.owner))},
                     {"change", chain::to_value(each.change, client::iso_exponents())},
                     {"not_before", as_json(each.not_before)},
                     {"waits_for", as_json(each.waits_for)}});
    text += "passed: " + std::string(chain::kind_of(each.change)) + " (proposal " +
            vostro::to_text(each.proposal.id) + ") waits for " + each.waits_for + "\n";
  }
  return finish(wallet, Exit::ok,
                json::object{{"epoch", set.epoch},
                             {"protocol_version", set.version},
                             {"validators", std::move(members)},
                             {"pending", std::move(pending)}},
                text);
}

}  // namespace

std::vector<Command> network_commands() {
  return {
      {"network status", "Show the node and its network", {}, network_status},
      {"network participants", "List the banks of the network", {}, network_participants},
      {"network validators",
       "List the validators, and the passed changes that wait",
       {},
       network_validators},
      {"network currencies", "List the currencies of the network", {}, network_currencies},
  };
}

}  // namespace vostro::wallet
