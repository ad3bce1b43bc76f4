#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fstream>
#include <iostream>

#include "base/text.h"
#include "bridge/agent.h"
#include "bridge/desk.h"
#include "bridge/flow/screening.h"
#include "bridge/screening_lists.h"
#include "bridge/setup.h"

namespace vostro::bridge {
namespace {

namespace json = boost::json;

constexpr std::size_t kDocumentMax = std::size_t{64} * 1024 * 1024;

Result<Screening, std::string> screening_named(BookTransaction& rows, const std::string& digits) {
  return one_named(all_screenings(rows), digits,
                   "no screening begins with \"" + digits + "\": vostro-bridge screen list --all",
                   "screenings");
}

std::string screened_amount(const Screening& each) {
  const Money& amount = each.subject.amount;
  return format_amount(amount.units, iso4217_exponent(amount.currency).value_or(2));
}

json::value result_of(const Screening& each) {
  boost::system::error_code error;
  json::value result = json::parse(each.result, error);
  return error ? json::value(json::object{{"hits", json::array()}}) : result;
}

json::object as_object(const Screening& each) {
  json::array parties;
  for (const screening::Party& party : each.subject.parties)
    parties.push_back(
        json::object{{"role", party.role}, {"name", party.name}, {"country", party.country}});
  return {{"id", key_of(each)},
          {"direction", std::string(to_string(each.subject.direction))},
          {"agent", to_text(each.subject.payment.owner)},
          {"uetr", to_text(each.subject.payment.id)},
          {"account", chain::to_text(each.subject.account)},
          {"amount", screened_amount(each)},
          {"currency", to_text(each.subject.amount.currency)},
          {"state", std::string(to_string(each.state))},
          {"received", to_text(each.received)},
          {"lists", each.lists},
          {"basis", each.basis},
          {"parties", std::move(parties)},
          {"result", result_of(each)}};
}

void print_result(const json::value& result) {
  const json::object* all = result.if_object();
  if (all == nullptr) return;
  if (const json::value* lists = all->if_contains("lists"); lists != nullptr && lists->is_array())
    for (const json::value& each : lists->get_array())
      std::cout << "list            " << each.at("name").as_string().c_str() << "  "
                << each.at("version").as_string().c_str() << "\n";
  if (const json::value* hits = all->if_contains("hits"); hits != nullptr && hits->is_array())
    for (const json::value& each : hits->get_array())
      std::cout << "hit             " << each.at("reason").as_string().c_str() << "\n";
}

/// Basis and document of a decision: asked for where the ledger asks for them, and only there.
Result<Hash, std::string> paper_of(const ScreenArguments& arguments, ScreeningAction action) {
  if (action == ScreeningAction::release || action == ScreeningAction::reject) {
    if (!arguments.basis.empty() || !arguments.document.empty())
      return fail("--basis and --document belong to block and unblock");
    return Hash{};
  }
  if (arguments.basis.empty() || arguments.basis.size() > chain::legal_basis_size_max ||
      !is_clean_text(arguments.basis))
    return fail("--basis has 1 to " + std::to_string(chain::legal_basis_size_max) +
                " bytes of clean text: the act of law");
  std::ifstream file(arguments.document, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file || text.empty() || text.size() > kDocumentMax)
    return fail("--document \"" + arguments.document + "\": no file of 1 byte to 64 MiB");
  return hash("document", as_bytes(text));
}

}  // namespace

Exit check_screen(const ScreenArguments& arguments) {
  const auto config = load_config(arguments.config_file);
  if (!config) return complain(Exit::bad_config, config.error().sentence);
  if (!config->screening) return complain(Exit::bad_config, "the configuration has no [screening]");
  if (!arguments.country.empty() && !is_country(arguments.country))
    return complain(Exit::bad_config, "--country is two capitals of ISO 3166, as DE");
  const auto lists = ScreeningLists::open(*config->screening);
  if (!lists) return complain(Exit::bad_config, lists.error());
  const auto found = lists->screener().screen({{"name", arguments.name, arguments.country}});
  if (arguments.is_json) {
    json::array versions;
    for (const screening::ListVersion& each : found.lists)
      versions.push_back(json::object{{"name", each.name},
                                      {"version", screening::to_string(each)},
                                      {"files", to_hex(each.files.view())},
                                      {"entries", each.entries},
                                      {"names", each.names}});
    json::array hits;
    for (const screening::Hit& each : found.hits)
      hits.push_back(json::object{{"kind", std::string(to_string(each.kind))},
                                  {"list", each.list},
                                  {"entry", each.entry},
                                  {"listed", each.listed},
                                  {"alias", each.is_alias},
                                  {"weak", each.is_weak},
                                  {"score", each.score},
                                  {"threshold", each.threshold},
                                  {"reason", screening::explain(each)}});
    std::cout << json::serialize(json::object{{"clear", found.is_clear()},
                                              {"cut", found.is_cut},
                                              {"lists", std::move(versions)},
                                              {"hits", std::move(hits)}})
              << "\n";
  } else {
    for (const screening::Hit& each : found.hits) std::cout << screening::explain(each) << "\n";
    if (found.is_clear()) {
      std::cout << "clear, by";
      for (const screening::ListVersion& each : found.lists)
        std::cout << " " << each.name << " (" << screening::to_string(each) << ")";
      std::cout << "\n";
    }
  }
  return found.is_clear() ? Exit::done : Exit::unbalanced;
}

Exit list_screen(const ScreenArguments& arguments) {
  auto desk = open_desk(arguments.config_file);
  if (!desk) return complain(desk.error().exit, desk.error().sentence);
  std::vector<Screening> found;
  const auto read =
      desk->book.read(wall_clock(), [&](BookTransaction& rows) { found = all_screenings(rows); });
  if (!read) return complain(Exit::failed, to_string(read.error()));
  if (!arguments.is_all)
    std::erase_if(found, [](const Screening& each) {
      return each.state == ScreeningState::clear || each.state == ScreeningState::released ||
             each.state == ScreeningState::rejected || each.state == ScreeningState::closed ||
             each.state == ScreeningState::unblocked_pay ||
             each.state == ScreeningState::unblocked_release;
    });
  if (arguments.is_json) {
    json::array items;
    for (const Screening& each : found) items.push_back(as_object(each));
    std::cout << json::serialize(json::object{{"items", std::move(items)}}) << "\n";
    return Exit::done;
  }
  if (found.empty()) std::cout << "nothing waits for a decision\n";
  for (const Screening& each : found)
    std::cout << key_of(each).substr(0, 16) << "  " << to_string(each.state) << "  "
              << to_string(each.subject.direction) << "  " << screened_amount(each) << " "
              << to_text(each.subject.amount.currency) << "  "
              << chain::to_text(each.subject.payment) << "\n";
  return Exit::done;
}

Exit show_screen(const ScreenArguments& arguments) {
  auto desk = open_desk(arguments.config_file);
  if (!desk) return complain(desk.error().exit, desk.error().sentence);
  using Shown = Result<std::pair<Screening, std::vector<ScreeningDecision>>, std::string>;
  const auto shown = look_up(*desk, wall_clock(), [&](BookTransaction& rows) -> Shown {
    const auto named = screening_named(rows, arguments.id);
    if (!named) return fail(named.error());
    return std::pair(*named, screening_decisions(rows, id_of(*named)));
  });
  if (!shown) return shown.error();
  const Screening* const found = &shown->first;
  const std::vector<ScreeningDecision>& decisions = shown->second;
  if (arguments.is_json) {
    json::object out = as_object(*found);
    json::array said;
    for (const ScreeningDecision& each : decisions)
      said.push_back(json::object{{"person", each.person},
                                  {"action", std::string(to_string(each.action))},
                                  {"basis", each.basis},
                                  {"reason", each.reason},
                                  {"counts", each.round == found->round}});
    out["decisions"] = std::move(said);
    std::cout << json::serialize(out) << "\n";
    return Exit::done;
  }
  std::cout << "screening       " << key_of(*found) << "\n"
            << "payment         " << to_string(found->subject.direction) << ", "
            << chain::to_text(found->subject.payment) << "\n"
            << "amount          " << screened_amount(*found) << " "
            << to_text(found->subject.amount.currency) << "\n"
            << "account         " << chain::to_text(found->subject.account) << "\n"
            << "state           " << to_string(found->state) << "\n";
  for (const screening::Party& party : found->subject.parties)
    std::cout << "party           " << party.role << ": " << party.name
              << (party.country.empty() ? "" : ", " + party.country) << "\n";
  print_result(result_of(*found));
  for (const ScreeningDecision& each : decisions)
    std::cout << "decided         " << each.person << ": " << to_string(each.action) << ", "
              << each.reason << (each.round == found->round ? "" : " (before)") << "\n";
  return Exit::done;
}

Exit hold_screen(const ScreenArguments& arguments) {
  auto desk = open_desk(arguments.config_file);
  if (!desk) return complain(desk.error().exit, desk.error().sentence);
  const BridgeConfig& config = desk->setup.config;
  // A settlement agent's bridge accepts nothing by itself: there people's decisions are enough.
  if (config.participant && !config.screening)
    return complain(Exit::bad_config,
                    arguments.config_file + ": without [screening] nothing would hold the payment");
  const auto agent = parse_bic(arguments.agent);
  const auto uetr = parse_uuid(arguments.uetr);
  if (!agent || !uetr)
    return complain(Exit::bad_config, "--agent is a BIC, and the UETR a UUID of version 4");
  const auto who =
      open_person(config, arguments.reason, arguments.key_file, arguments.passphrase_file);
  if (!who) return complain(who.error().exit, who.error().sentence);
  auto api = open_node(config);
  if (!api) return complain(api.error().exit, api.error().sentence);
  const auto payment = api->payment(*uetr, *agent);
  if (!payment) return complain(Exit::failed, client::to_string(payment.error()));
  if (payment->status != "held" || !payment->creditor || !payment->amount ||
      payment->creditor->owner != config.agent)
    return complain(Exit::bad_config, "the ledger holds no such payment to an account of " +
                                          to_text(config.agent) + ": it is " + payment->status);
  if (config.participant && *payment->creditor != config.participant->account)
    return complain(Exit::bad_config, "it is a payment to " + chain::to_text(*payment->creditor) +
                                          ", and the bridge answers for " +
                                          chain::to_text(config.participant->account) +
                                          " only: vostro inbox");
  bool is_waiting = false;
  const auto written = desk->book.write_as_desk(wall_clock(), [&](BookTransaction& rows) {
    is_waiting = hold_by_hand(
        rows, {Direction::incoming, payment->name, *payment->creditor, *payment->amount, {}},
        who->person, arguments.reason);
  });
  if (!written) return complain(Exit::failed, to_string(written.error()));
  const std::string id = to_hex(id_of(Direction::incoming, payment->name).view());
  if (!is_waiting)
    return complain(Exit::bad_config, "it is decided already: vostro-bridge screen show " + id);
  if (arguments.is_json)
    std::cout << json::serialize(json::object{{"id", id}, {"state", "waiting"}}) << "\n";
  else
    std::cout << "it waits for two persons: vostro-bridge screen decide " << id.substr(0, 16)
              << "\n";
  return Exit::done;
}

Exit decide_screen(const ScreenArguments& arguments) {
  auto desk = open_desk(arguments.config_file);
  if (!desk) return complain(desk.error().exit, desk.error().sentence);
  const Setup& setup = desk->setup;
  const auto action = parse_screening_action(arguments.action);
  if (!action)
    return complain(Exit::bad_config, "\"" + arguments.action +
                                          "\" is none of release, reject, block, unblock-pay and "
                                          "unblock-release");
  const auto document = paper_of(arguments, *action);
  if (!document) return complain(Exit::bad_config, document.error());
  const auto who =
      open_person(setup.config, arguments.reason, arguments.key_file, arguments.passphrase_file);
  if (!who) return complain(who.error().exit, who.error().sentence);
  std::string problem;
  std::vector<std::string> persons;
  const auto written = desk->book.write_as_desk(wall_clock(), [&](BookTransaction& rows) {
    const auto found = screening_named(rows, arguments.id);
    if (!found) {
      problem = found.error();
      return;
    }
    if (!may_decide(*found, *action)) {
      problem = "it is " + std::string(to_string(found->state)) + ": " +
                std::string(to_string(*action)) + " cannot be decided now";
      return;
    }
    ScreeningDecision decision{
        id_of(*found), found->round,          *action, arguments.basis, *document, arguments.reason,
        who->person,   who->key.public_key(), {}};
    decision.signature = who->key.sign(decision_message(setup.network_id, *found, decision));
    insert(rows, decision);
    persons = persons_for(rows, setup.config, setup.network_id, *found, decision);
  });
  if (!written) return complain(Exit::failed, to_string(written.error()));
  if (!problem.empty()) return complain(Exit::bad_config, problem);
  return tell_decided(arguments.is_json, persons.size(),
                      "decided by two persons: the bridge carries it out",
                      "noted; one more person has to decide the same");
}

}  // namespace vostro::bridge
