#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <fstream>

#include "audit/commands/commands.h"
#include "audit/progress_bar.h"
#include "audit/report.h"
#include "audit/sql/rows.h"
#include "audit/views/as_of.h"
#include "base/codec.h"
#include "chain/records.h"
#include "client/receipt_file.h"

namespace vostro::audit {
namespace {

namespace json = boost::json;

struct AsOfCommand {
  std::string time;
  SourceOptions source;
  WorkOptions work;
  std::string account;
  std::string currency;
  std::string bank;
  std::optional<std::uint16_t> rule;
  bool parameters = false;
  bool validators = false;
  std::string proof;
};

/// The record that is asked for.
Bytes key_of_command(const AsOfCommand& command) {
  const int asked = (command.account.empty() && command.currency.empty() ? 0 : 1) +
                    (command.bank.empty() ? 0 : 1) + (command.rule ? 1 : 0) +
                    (command.parameters ? 1 : 0) + (command.validators ? 1 : 0);
  if (asked != 1)
    throw Stop{Exit::usage,
               "name one thing: --account with --currency (a balance), --account (its policy), "
               "--currency, --bank, --rule, --parameters or --validators"};
  std::optional<chain::AccountId> account;
  if (!command.account.empty()) {
    const auto parsed = chain::parse_account(command.account);
    if (!parsed) throw Stop{Exit::usage, command.account + " is no account (BIC/label)"};
    account = *parsed;
  }
  std::optional<Currency> currency;
  if (!command.currency.empty()) {
    const auto parsed = parse_currency(command.currency);
    if (!parsed) throw Stop{Exit::usage, command.currency + " is no currency"};
    currency = *parsed;
  }
  if (account && currency) return chain::key_of<chain::Balance>({*account, *currency});
  if (account) return chain::key_of<chain::AccountRecord>(*account);
  if (currency) return chain::key_of<chain::CurrencyRecord>(*currency);
  if (!command.bank.empty()) {
    const auto bank = parse_bic(command.bank);
    if (!bank) throw Stop{Exit::usage, command.bank + " is no BIC"};
    return chain::key_of<chain::Participant>(*bank);
  }
  if (command.rule) return chain::key_of<chain::CorridorRecord>(*command.rule);
  if (command.parameters) return chain::key_of<chain::Parameters>(chain::Only{});
  return chain::key_of<chain::Validators>(chain::Only{});
}

/// A balance's file is one that `vostro verify` takes; any other record's proof is in the JSON.
void save_proof(const AsOfCommand& command, const AsOf& found) {
  if (!found.final_header)
    throw Stop{Exit::cannot_check,
               "no proof: no header stands for this height, or the replay began in the middle "
               "(--work); use no work directory"};
  if (command.account.empty() || command.currency.empty())
    throw Stop{Exit::usage, "--proof is of a balance: --account and --currency"};
  client::BalanceProof proof;
  proof.account = *chain::parse_account(command.account);
  proof.currency = *parse_currency(command.currency);
  if (found.value)
    if (const auto balance = chain::decode_record<chain::Balance>(*found.value))
      proof.balance = balance->units;
  proof.path = found.path;
  proof.block = *found.final_header;
  const Bytes bytes = client::write_receipt_file({proof});
  std::ofstream file(command.proof, std::ios::binary | std::ios::trunc);
  file.write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
  file.flush();
  if (!file.good()) throw Stop{Exit::cannot_check, command.proof + " cannot be written"};
}

Exit run_as_of(const AsOfCommand& command, const Surroundings& surroundings) {
  const Bytes key = key_of_command(command);
  const genesis::Definition definition = load_definition(command.source.genesis);
  const WorkDirectory work(command.work.work);
  const auto opened = open_source(command.source, definition);
  const auto diverged = [&](const Finding& finding) {
    surroundings.err << "vostro-audit: " << to_string(finding) << "\n";
    return std::holds_alternative<Divergence>(finding) ? Exit::diverges : Exit::cannot_check;
  };
  if (!opened) return diverged(opened.error());
  const Source& source = *opened->source;
  Checked<Height> height = Height(command.work.to);
  std::optional<UnixMillis> until;
  if (command.work.to == 0) {
    until = moment_of(command.time);
    const UnixMillis begins = genesis::make_anchor(definition).time;
    if (*until < begins)
      throw Stop{Exit::usage,
                 "the chain begins at " + to_text(begins) + ": nothing stood at " + command.time};
    height = height_at(source, *until);
    if (!height) return diverged(height.error());
  }
  ReplayOptions options = replay_options(command.work, work, source);
  options.next_is_after = until;
  ProgressBar bar(surroundings.err, surroundings.err_is_terminal);
  const auto found =
      state_as_of(definition, source, *height, key, options,
                  [&bar](Height now, Height last, std::uint64_t elapsed_ms, const Counts& run) {
                    bar.show(now, last, elapsed_ms, run);
                  });
  bar.finish();
  tell_left_out(*opened, surroundings);
  if (!found) return diverged(found.error());
  json::value value(nullptr);
  if (found->value) {
    const auto text = record_json(key, *found->value, found->exponents);
    if (!text) throw Stop{Exit::cannot_check, "the record cannot be read"};
    value = json::parse(*text);
  }
  json::object shown{
      {"height", found->height.value},
      {"block", hex(found->block)},
      {"time", to_text(found->time)},
      {"state_root", hex(found->report.state_root)},
      {"resumed_from", found->report.resumed_from.value},
      {"signatures_trusted", trusted_json(found->report)},
      {"value", std::move(value)},
      {"key", to_hex(key)},
      {"record", found->value ? json::value(to_hex(*found->value)) : nullptr},
      {"path", to_hex(encode(found->path))},
      {"final_header", found->final_header ? json::value(to_hex(encode(*found->final_header)))
                                           : json::value(nullptr)}};
  surroundings.out << json::serialize(shown) << "\n";
  if (!command.proof.empty()) save_proof(command, *found);
  return Exit::holds;
}

}  // namespace

void add_as_of(CLI::App& app, const Surroundings& surroundings, Exit& exit) {
  auto command = std::make_shared<AsOfCommand>();
  auto* sub = app.add_subcommand(
      "as-of", "A balance, policy, limit or rule as it stood at a moment, with its proof");
  sub->add_option("TIME", command->time, "2026-01-31T18:00:00Z (with --to: any)")->required();
  add_source_options(*sub, command->source, Places::several);
  sub->add_option("--account", command->account, "BIC/label: its policy, or a balance of it");
  sub->add_option("--currency", command->currency,
                  "With --account the balance; alone the currency's record");
  sub->add_option("--bank", command->bank, "BIC: the participant with its policy and limits");
  sub->add_option("--rule", command->rule, "Number of a corridor rule");
  sub->add_flag("--parameters", command->parameters, "The network's parameters");
  sub->add_flag("--validators", command->validators, "Who votes");
  sub->add_option("--proof", command->proof,
                  "File for the proof of a balance, which vostro verify checks");
  add_work_options(*sub, command->work);
  sub->callback([command, surroundings, &exit] { exit = run_as_of(*command, surroundings); });
}

}  // namespace vostro::audit
