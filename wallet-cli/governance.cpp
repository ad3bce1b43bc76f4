#include <charconv>

#include "chain/json/strict.h"
#include "chain/json/values.h"
#include "client/read_answers.h"
#include "wallet-cli/command.h"
#include "wallet-cli/input_file.h"
#include "wallet-cli/lookup.h"
#include "wallet-cli/send.h"
#include "wallet-cli/text.h"

namespace vostro::wallet {
namespace {

/// Votes are taken this long where the command line does not say.
constexpr std::uint64_t kOpen_s = 14ULL * 24 * 3600;

Bic acting_bank(Wallet& wallet) {
  if (const auto bank = wallet.participant()) return *bank;
  throw usage("whose order? Set \"participant\" in a profile, or give --participant BIC");
}

UnixSeconds time_from(Wallet& wallet, const std::string& text, const std::string& option) {
  const auto time = parse_when(text, wallet.now());
  if (!time) throw usage(option + ": " + time.error());
  return *time;
}

std::vector<client::ProposalView> all_proposals(Wallet& wallet) {
  return must(
      client::all_pages([&](const auto& cursor) { return wallet.api().proposals(cursor); }));
}

/// By the id of the Propose, and its proposer where several banks used one id.
client::ProposalView find_proposal(Wallet& wallet, const std::string& id_text,
                                   const std::optional<std::string>& proposer) {
  const auto id = parse_uuid(id_text);
  if (!id)
    throw usage("\"" + id_text +
                "\" is no id of a proposal: " + std::string(to_string(id.error())));
  std::optional<Bic> owner;
  if (proposer) owner = bic_from(*proposer, "--proposer");
  std::vector<client::ProposalView> found = all_proposals(wallet);
  std::erase_if(found, [&](const client::ProposalView& each) {
    return each.name.id != *id || (owner && each.name.owner != *owner);
  });
  if (found.empty())
    throw Stop{Exit::refused, "the network has no proposal " + id_text, "unknown_proposal", "AG09"};
  if (found.size() > 1)
    throw usage("several banks made a proposal " + id_text + ": say whose with --proposer BIC");
  return found.front();
}

std::string votes_text(const client::ProposalView& proposal) {
  return std::to_string(proposal.yes) + " yes, " + std::to_string(proposal.no) + " no; " +
         std::to_string(proposal.needed) + " of " + std::to_string(proposal.voters) + " pass it";
}

json::object proposal_json(const client::ProposalView& proposal) {
  json::array votes;
  for (const chain::Ballot& ballot : proposal.ballots)
    votes.push_back(
        json::object{{"voter", as_json(vostro::to_text(ballot.voter))}, {"yes", ballot.yes}});
  return {{"id", as_json(vostro::to_text(proposal.name.id))},
          {"proposer", as_json(vostro::to_text(proposal.name.owner))},
          {"change", chain::to_value(proposal.change, client::iso_exponents())},
          {"status", as_json(proposal.status)},
          {"not_before", as_json(proposal.not_before)},
          {"closes_at", as_json(proposal.closes_at)},
          {"votes", std::move(votes)},
          {"yes", proposal.yes},
          {"no", proposal.no},
          {"needed", proposal.needed},
          {"voters", proposal.voters},
          {"proposed_height", as_json(proposal.proposed)},
          {"passed_height", as_json(proposal.passed)},
          {"ended_height", as_json(proposal.ended)},
          {"waits_for",
           proposal.waits_for ? json::value(as_json(*proposal.waits_for)) : json::value(nullptr)},
          {"obstacle",
           proposal.obstacle ? json::value(as_json(*proposal.obstacle)) : json::value(nullptr)}};
}

chain::Change change_in_file(const std::string& path) {
  auto change = chain::change_from_json(read_input(path, chain::Transaction::bytes_max * 4),
                                        client::iso_exponents());
  if (!change) throw usage(path + ": " + chain::to_string(change.error()), "bad_change");
  return *std::move(change);
}

/// What `vostro-node key proof` printed, checked as the ledger will.
template <class KeyChange>
chain::Change change_with_proof(Wallet& wallet, const std::string& path) {
  const auto value = chain::parse_strict(read_input(path, 4'096));
  if (!value) throw usage(path + ": " + chain::to_string(value.error()), "bad_proof");
  chain::JsonProblem problem;
  const chain::JsonIn in(*value, problem, client::iso_exponents());
  in.has_fields({"network_id", "participant", "key", "proof"});
  const KeyChange change{in.field("participant").bic(), in.field("key").public_key(),
                         in.field("proof").signature()};
  const Hash network_id = in.field("network_id").hash();
  if (problem.error()) throw usage(path + ": " + chain::to_string(*problem.error()), "bad_proof");
  if (network_id != wallet.network().network_id)
    throw usage(path + ": the proof is for another network", "wrong_network");
  if (!is_valid_signature(change.key,
                          chain::possession_message(network_id, change.participant, change.key),
                          change.proof))
    throw usage(path + ": the key has not signed this proof", "bad_proof");
  return change;
}

/// The change that the command line asks for: by name, or in a file.
chain::Change change_asked_for(Wallet& wallet, const Arguments& arguments) {
  const auto kind = arguments.find("KIND");
  const auto needed = [&](const std::string& option) {
    const auto value = arguments.find(option);
    if (!value) throw usage(kind.value_or("propose") + " needs " + option);
    return *value;
  };
  const auto bank = [&] { return bic_from(needed("--of"), "--of"); };
  if (!kind) return change_in_file(needed("--change"));
  if (*kind == "add-validator")
    return change_with_proof<chain::AddValidator>(wallet, needed("--proof"));
  if (*kind == "rotate-key")
    return change_with_proof<chain::RotateValidatorKey>(wallet, needed("--proof"));
  if (*kind == "remove-validator") return chain::RemoveValidator{bank()};
  if (*kind == "set-tls-key") {
    const auto key = public_key_from_text(needed("--tls-key"));
    if (!key) throw usage("--tls-key is no key: \"ed25519:\" and 64 hexadecimal digits");
    return chain::SetTlsKey{bank(), *key};
  }
  if (*kind == "activate-version") {
    const std::string text = needed("--version-number");
    std::uint16_t version = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), version);
    if (error != std::errc() || end != text.data() + text.size())
      throw usage("--version-number " + text + " is no number from 1 to 65535");
    return chain::ActivateVersion{version};
  }
  throw usage("\"" + *kind +
              "\": known are add-validator, remove-validator, rotate-key, set-tls-key and "
              "activate-version; anything else is a file for --change");
}

Exit propose(Wallet& wallet, const Arguments& arguments) {
  const chain::Change change = change_asked_for(wallet, arguments);
  const Bic bank = acting_bank(wallet);
  const UnixSeconds not_before =
      time_from(wallet, arguments.find("--not-before").value_or("+1s"), "--not-before");
  const UnixSeconds closes_at =
      arguments.has("--closes-at") ? time_from(wallet, arguments.text("--closes-at"), "--closes-at")
                                   : UnixSeconds(wallet.now().value + kOpen_s);
  Lines lines{{"proposer", vostro::to_text(bank)}};
  append_fields("change", chain::to_value(change, client::iso_exponents()), lines);
  lines.emplace_back("not before", vostro::to_text(not_before));
  lines.emplace_back("votes until", vostro::to_text(closes_at));
  const Uuid id = client::make_uetr();
  return order(
      wallet,
      {"Propose a change of the network", std::move(lines),
       chain::Propose{bank, change, not_before, closes_at}, id, default_valid_until(wallet), true},
      {{"proposal", as_json(vostro::to_text(id))}});
}

Exit vote(Wallet& wallet, const Arguments& arguments) {
  const std::string& word = arguments.text("VOTE");
  if (word != "yes" && word != "no") throw usage("vote yes or no, not \"" + word + "\"");
  const Bic bank = acting_bank(wallet);
  const auto proposal = find_proposal(wallet, arguments.text("ID"), arguments.find("--proposer"));
  if (proposal.status != "open")
    throw Stop{Exit::refused,
               "the proposal " + arguments.text("ID") + " is " + proposal.status +
                   ": it takes no votes any more",
               "proposal_closed", "TM01"};
  Lines lines{{"proposal", vostro::to_text(proposal.name.id)},
              {"proposer", vostro::to_text(proposal.name.owner)}};
  append_fields("change", chain::to_value(proposal.change, client::iso_exponents()), lines);
  lines.emplace_back("not before", vostro::to_text(proposal.not_before));
  lines.emplace_back("votes so far", votes_text(proposal));
  if (proposal.obstacle) lines.emplace_back("as things stand", *proposal.obstacle);
  lines.emplace_back("vote of " + vostro::to_text(bank), word);
  return order(wallet,
               {"Vote on a change of the network", std::move(lines),
                chain::Vote{bank, proposal.name, word == "yes"}, client::make_uetr(),
                default_valid_until(wallet), true},
               {{"proposal", as_json(vostro::to_text(proposal.name.id))}, {"vote", as_json(word)}});
}

Exit proposals(Wallet& wallet, const Arguments& arguments) {
  if (const auto id = arguments.find("ID")) {
    const auto proposal = find_proposal(wallet, *id, arguments.find("--proposer"));
    Lines lines{{"proposal", vostro::to_text(proposal.name.id)},
                {"proposer", vostro::to_text(proposal.name.owner)},
                {"status", proposal.status}};
    append_fields("change", chain::to_value(proposal.change, client::iso_exponents()), lines);
    lines.emplace_back("not before", vostro::to_text(proposal.not_before));
    lines.emplace_back("votes until", vostro::to_text(proposal.closes_at));
    lines.emplace_back("votes", votes_text(proposal));
    for (const chain::Ballot& ballot : proposal.ballots)
      lines.emplace_back("  " + vostro::to_text(ballot.voter), ballot.yes ? "yes" : "no");
    if (proposal.ended)
      lines.emplace_back(proposal.status + " at height", std::to_string(proposal.ended->value));
    if (proposal.waits_for) lines.emplace_back("waits for", *proposal.waits_for);
    if (proposal.obstacle) lines.emplace_back("as things stand", *proposal.obstacle);
    return finish(wallet, Exit::ok, proposal_json(proposal), labelled(lines));
  }
  json::array items;
  std::vector<std::vector<std::string>> rows{
      {"PROPOSAL", "BY", "CHANGE", "STATUS", "YES", "NO", "NEEDED", "VOTES UNTIL"}};
  for (const auto& each : all_proposals(wallet)) {
    items.push_back(proposal_json(each));
    rows.push_back({vostro::to_text(each.name.id), vostro::to_text(each.name.owner),
                    std::string(chain::kind_of(each.change)), each.status, std::to_string(each.yes),
                    std::to_string(each.no), std::to_string(each.needed),
                    vostro::to_text(each.closes_at)});
  }
  return finish_list(wallet, std::move(items), columns(rows));
}

Exit rules(Wallet& wallet, const Arguments&) {
  const client::RulesView found = must(wallet.api().rules());
  json::object parameters;
  Lines lines;
  for (const auto& [name, value] : found.parameters) {
    parameters[name] = as_json(value);
    lines.emplace_back(name, value);
  }
  json::array corridors;
  for (const auto& each : found.corridors) {
    const json::value rule = chain::to_value(each.rule, client::iso_exponents());
    corridors.push_back(json::object{
        {"number", each.number}, {"rule", rule}, {"since_height", as_json(each.since)}});
    const std::string name = "corridor rule " + std::to_string(each.number);
    lines.emplace_back(name, "since height " + std::to_string(each.since.value));
    append_fields(name, rule, lines);
  }
  return finish(
      wallet, Exit::ok,
      json::object{{"parameters", std::move(parameters)}, {"corridor_rules", std::move(corridors)}},
      labelled(lines));
}

}  // namespace

std::vector<Command> governance_commands() {
  using Kind = Option::Kind;
  const Option proposer{"--proposer", Kind::value, false,
                        "BIC of the bank that proposed it, where several used the id"};
  return {
      {"network propose",
       "Propose a change of the network to the validators' owners",
       {{"KIND", Kind::optional_positional, false,
         "add-validator, remove-validator, rotate-key, set-tls-key or activate-version; without "
         "it, "
         "--change"},
        {"--change", Kind::value, false,
         "File with the change as JSON, as docs/governance.md says"},
        {"--proof", Kind::value, false,
         "File from \"vostro-node key proof\", to add a validator or rotate its key"},
        {"--of", Kind::value, false,
         "BIC of the bank whose validator goes, or whose TLS key changes"},
        {"--tls-key", Kind::value, false, "Its node's new TLS key"},
        {"--version-number", Kind::value, false, "The protocol version to activate"},
        {"--not-before", Kind::value, false,
         "When it may take effect, as in 2026-12-01T08:00:00Z or +7d (default: at once)"},
        {"--closes-at", Kind::value, false, "Until when votes count (default: +14d)"}},
       propose},
      {"network vote",
       "Vote on a proposal, in the name of a bank that owns a validator",
       {{"ID", Kind::positional, true, "The proposal"},
        {"VOTE", Kind::positional, true, "yes or no"},
        proposer},
       vote},
      {"network proposals",
       "List proposals, or show one with its votes",
       {{"ID", Kind::optional_positional, false, "The proposal to show"}, proposer},
       proposals},
      {"network rules", "Show the network's limits and corridor rules as they hold now", {}, rules},
  };
}

}  // namespace vostro::wallet
