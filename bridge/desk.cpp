#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <iostream>
#include <thread>

#include "base/text.h"
#include "bridge/agent.h"
#include "bridge/desk.h"
#include "bridge/flow/statement.h"
#include "bridge/reconcile.h"
#include "bridge/reconcile_position.h"
#include "bridge/reports.h"

namespace vostro::bridge {
namespace {

namespace json = boost::json;

constexpr std::size_t kReasonMax = 140;

json::object as_object(const Funding& each) {
  return {{"entry", key_of(each)},
          {"received", to_text(each.received)},
          {"fiat_account", each.fiat_account},
          {"bank_reference", each.bank_reference},
          {"amount",
           format_amount(each.amount.units, iso4217_exponent(each.amount.currency).value_or(2))},
          {"currency", to_text(each.amount.currency)},
          {"text", each.named},
          {"debtor_account", each.debtor},
          {"state", std::string(to_string(each.state))},
          {"reason", each.reason},
          {"attempt", each.attempt}};
}

/// The one entry in suspense whose hash begins so.
Result<Funding, std::string> entry_named(BookTransaction& rows, const std::string& digits) {
  return one_named(
      fundings_in(rows, FundingState::suspense), digits,
      "no entry in suspense begins with \"" + digits + "\": vostro-bridge suspense list",
      "entries");
}

/// What is meant by a currency that is stopped, or by the first digits of a held statement.
Result<std::string, std::string> subject_named(BookTransaction& rows, const std::string& word) {
  if (const auto currency = parse_currency(word)) {
    const auto stop = find_stop(rows, *currency);
    if (stop && stop->is_stopped) return subject_of(*stop);
    return fail("the issuing of " + word + " is not stopped");
  }
  auto found = one_named(
      statements_in(rows, StatementState::held), word,
      "no statement that is held begins with \"" + word + "\": vostro-bridge reconcile shows them",
      "statements");
  if (!found) return fail(found.error());
  return subject_of(*found);
}

void print(const Funding& each, const std::vector<Decision>& decisions, bool is_json) {
  if (is_json) {
    json::object out = as_object(each);
    json::array said;
    for (const Decision& decision : decisions)
      said.push_back(json::object{{"person", decision.person},
                                  {"to", chain::to_text(decision.account)},
                                  {"reason", decision.reason}});
    out["decisions"] = std::move(said);
    std::cout << json::serialize(out) << "\n";
    return;
  }
  std::cout << "entry           " << key_of(each) << "\n"
            << "received        " << to_text(each.received) << "\n"
            << "amount          " << amount_text(each.amount) << "\n"
            << "our account     " << each.fiat_account << "\n"
            << "bank's reference " << each.bank_reference << "\n"
            << "paid from       " << each.debtor << "\n"
            << "text            " << each.named << "\n"
            << "why it waits    " << each.reason << "\n";
  for (const Decision& decision : decisions)
    std::cout << "decided         " << decision.person << ": to "
              << chain::to_text(decision.account) << ", " << decision.reason << "\n";
}

}  // namespace

Result<Deciding, SetupError> open_person(const BridgeConfig& config, const std::string& reason,
                                         const std::string& key_file,
                                         const std::string& passphrase_file) {
  if (reason.empty() || reason.size() > kReasonMax || !is_clean_text(reason))
    return fail(SetupError{Exit::bad_config, "--reason has 1 to 140 bytes of clean text"});
  auto key = open_key(key_file, passphrase_file);
  if (!key) return fail(key.error());
  const Person* person = config.person(key->public_key());
  if (person == nullptr)
    return fail(SetupError{Exit::bad_config, "no [[person]] of the configuration has this key, " +
                                                 to_text(key->public_key())});
  return Deciding{*std::move(key), person->name};
}

Exit tell_decided(bool is_json, std::size_t persons, std::string_view decided,
                  std::string_view wanting) {
  const bool is_decided = persons >= 2;
  if (is_json)
    std::cout << json::serialize(json::object{{"persons", persons}, {"decided", is_decided}})
              << "\n";
  else
    std::cout << (is_decided ? decided : wanting) << "\n";
  return Exit::done;
}

Exit list_suspense(const SuspenseArguments& arguments) {
  auto desk = open_desk(arguments.config_file);
  if (!desk) return complain(desk.error().exit, desk.error().sentence);
  std::vector<Funding> found;
  const auto read = desk->book.read(wall_clock(), [&](BookTransaction& rows) {
    found = fundings_in(rows, FundingState::suspense);
  });
  if (!read) return complain(Exit::failed, to_string(read.error()));
  if (arguments.is_json) {
    json::array items;
    for (const Funding& each : found) items.push_back(as_object(each));
    std::cout << json::serialize(json::object{{"items", std::move(items)}}) << "\n";
    return Exit::done;
  }
  if (found.empty()) std::cout << "nothing is in suspense\n";
  for (const Funding& each : found)
    std::cout << key_of(each).substr(0, 16) << "  " << amount_text(each.amount) << "  "
              << each.bank_reference << "  " << each.reason << "\n";
  return Exit::done;
}

Exit show_suspense(const SuspenseArguments& arguments) {
  auto desk = open_desk(arguments.config_file);
  if (!desk) return complain(desk.error().exit, desk.error().sentence);
  using Shown = Result<std::pair<Funding, std::vector<Decision>>, std::string>;
  const auto found = look_up(*desk, wall_clock(), [&](BookTransaction& rows) -> Shown {
    const auto named = entry_named(rows, arguments.entry);
    if (!named) return fail(named.error());
    return std::pair(*named, decisions_on(rows, named->entry));
  });
  if (!found) return found.error();
  print(found->first, found->second, arguments.is_json);
  return Exit::done;
}

Exit resolve_suspense(const SuspenseArguments& arguments) {
  auto desk = open_desk(arguments.config_file);
  if (!desk) return complain(desk.error().exit, desk.error().sentence);
  const auto account = chain::parse_account(arguments.to);
  if (!account) return complain(Exit::bad_config, "--to " + arguments.to + ": write BIC/label");
  const auto deciding = open_person(desk->setup.config, arguments.reason, arguments.key_file,
                                    arguments.passphrase_file);
  if (!deciding) return complain(deciding.error().exit, deciding.error().sentence);
  const Setup& setup = desk->setup;
  std::string problem;
  std::vector<std::string> persons;
  const auto written = desk->book.write_as_desk(wall_clock(), [&](BookTransaction& rows) {
    const auto funding = entry_named(rows, arguments.entry);
    if (!funding) {
      problem = funding.error();
      return;
    }
    const Bytes message = decision_message(setup.network_id, *funding, *account, arguments.reason);
    insert(rows, Decision{funding->entry, *account, arguments.reason, deciding->person,
                          deciding->key.public_key(), deciding->key.sign(message)});
    persons = persons_for(rows, setup.config, setup.network_id, *funding, *account);
  });
  if (!written) return complain(Exit::failed, to_string(written.error()));
  if (!problem.empty()) return complain(Exit::bad_config, problem);
  return tell_decided(arguments.is_json, persons.size(),
                      "decided by two persons: the bridge issues it to " + arguments.to,
                      "noted; one more person has to decide the same");
}

Exit release(const ReleaseArguments& arguments) {
  auto desk = open_desk(arguments.config_file);
  if (!desk) return complain(desk.error().exit, desk.error().sentence);
  const auto deciding = open_person(desk->setup.config, arguments.reason, arguments.key_file,
                                    arguments.passphrase_file);
  if (!deciding) return complain(deciding.error().exit, deciding.error().sentence);
  const Setup& setup = desk->setup;
  std::string problem;
  std::vector<std::string> persons;
  const auto written = desk->book.write_as_desk(wall_clock(), [&](BookTransaction& rows) {
    const auto subject = subject_named(rows, arguments.subject);
    if (!subject) {
      problem = subject.error();
      return;
    }
    const Bytes message = release_message(setup.network_id, *subject, arguments.reason);
    insert(rows, Release{*subject, arguments.reason, deciding->person, deciding->key.public_key(),
                         deciding->key.sign(message)});
    persons = persons_releasing(rows, setup.config, setup.network_id, *subject);
  });
  if (!written) return complain(Exit::failed, to_string(written.error()));
  if (!problem.empty()) return complain(Exit::bad_config, problem);
  return tell_decided(arguments.is_json, persons.size(), "released by two persons: it goes on",
                      "noted; one more person has to release it");
}

namespace {

/// Asks until book and ledger stand at one block, or the time is over.
template <class Ask>
Exit reconcile_until(const ReconcileArguments& arguments, Ask&& ask) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(arguments.wait_s);
  while (true) {
    const auto found = ask();
    if (!found) return complain(Exit::failed, found.error());
    if (!found->is_comparable() && std::chrono::steady_clock::now() < until) {
      std::this_thread::sleep_for(std::chrono::milliseconds(200));
      continue;
    }
    std::cout << (arguments.form == ReportForm::json  ? to_json(*found)
                  : arguments.form == ReportForm::csv ? to_csv(*found)
                                                      : to_report(*found));
    return found->is_sound() ? Exit::done : Exit::unbalanced;
  }
}

}  // namespace

Exit reconcile_command(const ReconcileArguments& arguments) {
  auto desk = open_desk(arguments.config_file);
  if (!desk) return complain(desk.error().exit, desk.error().sentence);
  const BridgeConfig& config = desk->setup.config;
  auto api = open_node(config);
  if (!api) return complain(api.error().exit, api.error().sentence);
  const Hash& network = desk->setup.network_id;
  if (config.participant)
    return reconcile_until(arguments, [&] {
      return reconcile_position(desk->book, *api, config, network, wall_clock(), true);
    });
  return reconcile_until(
      arguments, [&] { return reconcile(desk->book, *api, config, network, wall_clock(), true); });
}

Exit status_command(const std::string& config_file, bool is_json) {
  auto desk = open_desk(config_file);
  if (!desk) return complain(desk.error().exit, desk.error().sentence);
  std::vector<Alarm> open;
  std::vector<Redemption> redemptions;
  std::int64_t waiting = 0;
  const auto read = desk->book.read(wall_clock(), [&](BookTransaction& rows) {
    open = alarms(rows);
    waiting = outbox_size(rows);
    for (const Redemption& each : all_redemptions(rows))
      if (each.state != RedemptionState::burnt && each.state != RedemptionState::unlocked &&
          each.state != RedemptionState::cancelled)
        redemptions.push_back(each);
  });
  if (!read) return complain(Exit::failed, to_string(read.error()));
  const auto lease = desk->book.lease();
  if (!lease) return complain(Exit::failed, to_string(lease.error()));
  if (is_json) {
    json::array told;
    for (const Alarm& each : open)
      told.push_back(json::object{{"key", each.key},
                                  {"first", to_text(each.first)},
                                  {"last", to_text(each.last)},
                                  {"count", each.count},
                                  {"text", each.text}});
    json::array paid_out;
    for (const Redemption& each : redemptions)
      paid_out.push_back(json::object{{"id", key_of(each)},
                                      {"account", chain::to_text(each.account)},
                                      {"amount", amount_text(each.amount)},
                                      {"state", std::string(to_string(each.state))},
                                      {"message", each.message_id}});
    std::cout << json::serialize(json::object{{"active", !lease->holder.empty()},
                                              {"outbox", waiting},
                                              {"redemptions", std::move(paid_out)},
                                              {"alarms", std::move(told)}})
              << "\n";
    return Exit::done;
  }
  std::cout << (lease->holder.empty() ? "no bridge has the lease\n" : "a bridge has the lease\n")
            << "outbox: " << waiting << "\n";
  for (const Redemption& each : redemptions)
    std::cout << "redemption " << key_of(each) << "  " << amount_text(each.amount) << "  "
              << to_string(each.state) << "  " << each.message_id << "\n";
  for (const Alarm& each : open)
    std::cout << "alarm " << each.key << " since " << to_text(each.first) << " (" << each.count
              << "): " << each.text << "\n";
  return Exit::done;
}

Exit close_alarm(const AlarmArguments& arguments) {
  const std::string& key = arguments.key;
  if (!is_closed_by_people(key))
    return complain(Exit::bad_config,
                    "no person closes the alarm " + key +
                        ": it ends when what it tells of is over (docs/bridge.md, \"Alarms\")");
  auto desk = open_desk(arguments.config_file);
  if (!desk) return complain(desk.error().exit, desk.error().sentence);
  bool is_open = false;
  const auto written = desk->book.write_as_desk(wall_clock(), [&](BookTransaction& rows) {
    is_open = close_alarm(rows, key, arguments.reason);
  });
  if (!written) return complain(Exit::failed, to_string(written.error()));
  if (!is_open)
    return complain(Exit::bad_config,
                    "there is no alarm " + key + ": vostro-bridge status shows those that are");
  if (arguments.is_json)
    std::cout << json::serialize(json::object{{"closed", key}}) << "\n";
  else
    std::cout << "the alarm " << key << " is closed\n";
  return Exit::done;
}

}  // namespace vostro::bridge
