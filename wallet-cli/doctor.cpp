/// `vostro network doctor`: asks nodes what they know, and says what ails the network
/// (client/diagnosis.h).
#include <algorithm>

#include "client/diagnosis.h"
#include "wallet-cli/command.h"
#include "wallet-cli/output.h"
#include "wallet-cli/text.h"

namespace vostro::wallet {
namespace {

constexpr std::size_t kNodesMax = 64;
constexpr std::chrono::seconds kLookAgainAfter{6};  // a view that fails takes less

/// A node that is asked, with its connection.
struct Patient {
  client::AskedNode node;
  std::optional<client::ApiClient> api;

  void fail(client::ApiError error) {
    node.failure = std::move(error);
    node.status.reset();
    node.validators.clear();
    node.evidence.clear();
  }
};

Settings settings_of_profile(Wallet& wallet, const std::string& name) {
  Settings given;
  given.config_file = wallet.settings().config_file;
  given.profile = name;
  given.timeout_s = wallet.settings().timeout_s;
  return complete(given, wallet.environment().variables);
}

Patient patient(const Settings& settings, std::uint32_t timeout_s) {
  Patient out;
  if (!settings.api) throw usage("which node? Give --api or --node, or set \"api\" in a profile");
  out.node.address = *settings.api;
  const auto address = client::parse_api_address(*settings.api);
  if (!address)
    throw usage(*settings.api + " is no address: write http://host:port or https://host:port");
  if (!settings.token_file)
    throw usage(*settings.api + " asks for a token: give one token file for each node");
  auto token = client::load_token(*settings.token_file);
  if (!token)
    throw Stop{Exit::not_authorised,
               *settings.token_file + ": " + std::string(to_string(token.error())),
               "token",
               {}};
  client::ApiOptions options;
  options.timeout = std::chrono::seconds(timeout_s);
  options.connect_timeout = std::min(options.connect_timeout, options.timeout);
  options.ca_file = settings.ca_file.value_or("");
  out.api.emplace(*address, *std::move(token), std::move(options));
  return out;
}

/// The profile's node first, then those of --node and of --also.
std::vector<Patient> patients(Wallet& wallet, const Arguments& arguments) {
  const Settings& own = wallet.settings();
  std::vector<Patient> out;
  const auto nodes = arguments.all("--node");
  const auto tokens = arguments.all("--node-token-file");
  const auto profiles = arguments.all("--also");
  if (nodes.size() != tokens.size())
    throw usage("each --node needs its --node-token-file, in the same order: " +
                std::to_string(nodes.size()) + " and " + std::to_string(tokens.size()) +
                " were given");
  if (nodes.size() + profiles.size() >= kNodesMax)
    throw usage("at most " + std::to_string(kNodesMax) + " nodes");
  if (own.api || nodes.empty()) out.push_back(patient(own, own.timeout_s));
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    Settings other = own;
    other.api = nodes[i];
    other.token_file = expand_home(tokens[i], wallet.environment().variables);
    out.push_back(patient(other, own.timeout_s));
  }
  for (const std::string& profile : profiles)
    out.push_back(patient(settings_of_profile(wallet, profile), own.timeout_s));
  return out;
}

void ask(Patient& patient, const std::function<UnixMillis()>& now) {
  const UnixMillis before = now();
  auto status = patient.api->status();
  if (!status) return patient.fail(status.error());
  patient.node.asked_at = UnixMillis(before.value + (now().value - before.value) / 2);
  auto validators =
      client::all_pages([&](const auto& cursor) { return patient.api->validators(cursor); });
  if (!validators) return patient.fail(validators.error());
  // A node of before there was evidence on the ledger has no such path.
  auto evidence = client::all_pages(
      [&](const auto& cursor) { return patient.api->evidence(std::nullopt, cursor); });
  if (evidence) {
    patient.node.evidence = *std::move(evidence);
  } else if (!evidence.error().is_problem(404)) {
    return patient.fail(evidence.error());
  }
  patient.node.status = *std::move(status);
  patient.node.validators = *std::move(validators);
}

/// Since when validators lack what this node has.
void ask_for_lags(Patient& patient) {
  const Height own = patient.node.status->height;
  for (const client::ValidatorView& each : patient.node.validators) {
    if (each.is_this_node || !each.is_connected || !each.finalized_height ||
        *each.finalized_height >= own)
      continue;
    const auto block = patient.api->block(each.finalized_height->next());
    if (block) patient.node.lacks_since[each.participant] = block->time;
  }
}

std::optional<client::CommonBlock> block_at(Patient& patient, Height height) {
  const auto block = patient.api->block(height);
  if (!block) return std::nullopt;
  return client::CommonBlock{height, block->block_id, block->state_root};
}

bool differ(const client::CommonBlock& a, const client::CommonBlock& b) {
  return a.block_id != b.block_id || a.state_root != b.state_root;
}

/// Binary search between a height where the two agree (genesis) and one where they do not.
void find_first_difference(Patient& patient, Patient& reference, Height differs) {
  Height same(0);
  while (differs.value - same.value > 1) {
    const Height middle(same.value + (differs.value - same.value) / 2);
    const auto one = block_at(patient, middle);
    const auto other = block_at(reference, middle);
    if (!one || !other) return;
    (differ(*one, *other) ? differs : same) = middle;
  }
  if (const auto block = reference.api->block(differs))
    patient.node.differs_from = {differs, block->time};
}

/// The newest block that all have, as each has it.
void compare_ledgers(const std::vector<Patient*>& answering) {
  Height common = answering.front()->node.status->height;
  for (const Patient* each : answering) common = std::min(common, each->node.status->height);
  if (common.value == 0 || answering.size() < 2) return;
  for (Patient* each : answering) each->node.common = block_at(*each, common);
  // Whom most agree with.
  Patient* reference = nullptr;
  std::ptrdiff_t most = 0;
  for (Patient* each : answering) {
    if (!each->node.common) continue;
    const auto count = std::ranges::count_if(answering, [&](const Patient* other) {
      return other->node.common && !differ(*other->node.common, *each->node.common);
    });
    if (count > most) reference = each;
    most = std::max(most, count);
  }
  for (Patient* each : answering)
    if (reference != nullptr && each->node.common &&
        differ(*each->node.common, *reference->node.common))
      find_first_difference(*each, *reference, common);
}

void look_again(Wallet& wallet, const std::vector<Patient*>& answering) {
  const bool is_needed = std::ranges::any_of(answering, [](const Patient* each) {
    return each->node.status->pending_transactions > 0 && each->node.status->is_ready;
  });
  if (!is_needed) return;
  wallet.environment().pause(kLookAgainAfter);
  for (Patient* each : answering)
    if (const auto status = each->api->status()) each->node.height_later = status->height;
}

json::object finding_json(const client::Finding& finding) {
  return {{"severity", as_json(client::to_string(finding.severity))},
          {"code", as_json(finding.code)},
          {"about", as_json(finding.about)},
          {"since", as_json(finding.since)},
          {"what", as_json(finding.what)},
          {"remedy", as_json(finding.remedy)}};
}

json::object node_json(const client::AskedNode& node) {
  json::object out{{"address", as_json(node.address)},
                   {"answers", node.status.has_value()},
                   {"participant", nullptr},
                   {"version", nullptr},
                   {"height", nullptr},
                   {"state_root", nullptr},
                   {"connected_validators", nullptr}};
  if (!node.status) return out;
  out["participant"] = as_json(vostro::to_text(node.status->participant));
  out["version"] = as_json(node.status->version);
  out["height"] = node.status->height.value;
  out["state_root"] = as_json(to_hex(node.status->state_root.view()));
  out["connected_validators"] = node.status->connected_validators;
  return out;
}

std::string text_of(const std::vector<Patient>& all, const std::vector<client::Finding>& findings) {
  std::string text;
  for (const client::Finding& each : findings) {
    text += std::string(client::to_string(each.severity)) + ": " + each.what + "\n";
    if (each.since) text += "  since   " + vostro::to_text(*each.since) + "\n";
    text += "  remedy  " + each.remedy + "\n\n";
  }
  std::vector<std::vector<std::string>> rows{
      {"NODE", "ADDRESS", "VERSION", "HEIGHT", "VALIDATORS", "STATE ROOT"}};
  for (const Patient& each : all) {
    const auto& status = each.node.status;
    if (!status) {
      rows.push_back({"-", each.node.address, "-", "-", "-", "no answer"});
    } else {
      rows.push_back({vostro::to_text(status->participant), each.node.address, status->version,
                      std::to_string(status->height.value),
                      std::to_string(status->connected_validators) + " of " +
                          std::to_string(status->validators),
                      to_hex(status->state_root.view()).substr(0, 16)});
    }
  }
  if (findings.empty()) text += "Nothing ails the network, as far as these nodes know.\n\n";
  return text + columns(rows);
}

Exit exit_of(const std::vector<Patient>& all, const std::vector<client::Finding>& findings) {
  const bool is_any_there =
      std::ranges::any_of(all, [](const Patient& each) { return each.node.status.has_value(); });
  if (!is_any_there)
    return findings.front().code == "not_admitted" ? Exit::not_authorised : Exit::unreachable;
  const bool is_faulty = std::ranges::any_of(findings, [](const client::Finding& each) {
    return each.severity == client::Severity::fault;
  });
  return is_faulty ? Exit::refused : Exit::ok;
}

Exit network_doctor(Wallet& wallet, const Arguments& arguments) {
  std::vector<Patient> all = patients(wallet, arguments);
  std::vector<Patient*> answering;
  for (Patient& each : all) {
    ask(each, wallet.environment().now);
    if (each.node.status) answering.push_back(&each);
  }
  std::optional<Hash> network_id;
  if (wallet.settings().genesis) network_id = wallet.network().network_id;
  if (!answering.empty()) {
    const Hash wanted = network_id.value_or(answering.front()->node.status->network_id);
    std::erase_if(answering,
                  [&](const Patient* each) { return each->node.status->network_id != wanted; });
  }
  for (Patient* each : answering) ask_for_lags(*each);
  if (!answering.empty()) compare_ledgers(answering);
  look_again(wallet, answering);

  std::vector<client::AskedNode> nodes;
  json::array nodes_json;
  for (const Patient& each : all) {
    nodes.push_back(each.node);
    nodes_json.push_back(node_json(each.node));
  }
  const auto findings = client::diagnose(nodes, network_id);
  json::array findings_json;
  for (const client::Finding& each : findings) findings_json.push_back(finding_json(each));
  const std::string_view worst =
      findings.empty() ? "well" : client::to_string(findings.front().severity);
  const Exit exit = exit_of(all, findings);
  return finish(wallet, exit,
                json::object{{"worst", as_json(worst)},
                             {"findings", std::move(findings_json)},
                             {"nodes", std::move(nodes_json)}},
                text_of(all, findings));
}

}  // namespace

std::vector<Command> doctor_commands() {
  return {{"network doctor",
           "Say what ails the network, since when, and what to do",
           {{"--node", Option::Kind::values, false,
             "A further node's API, to ask as well; may be repeated"},
            {"--node-token-file", Option::Kind::values, false,
             "Its token; one for each --node, in the same order"},
            {"--also", Option::Kind::values, false,
             "A profile whose node to ask as well; may be repeated"}},
           network_doctor}};
}

}  // namespace vostro::wallet
