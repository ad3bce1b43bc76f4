#include "wallet-cli/options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <deque>
#include <map>
#include <sstream>

#include "wallet-cli/text.h"

namespace vostro::wallet {
namespace {

constexpr const char* kAbout =
    "Vostro's wallet: pays, answers payments, quotes, issues, and shows what the ledger says.\n\n"
    "Exit codes: 0 done, 1 refused, 2 usage, 3 node unreachable, 4 outcome unknown (track it),\n"
    "5 not authorised, 6 other network, 7 local file, 8 declined, 9 some credits not paid,\n"
    "10 waits for signatures. docs/cli.md describes every command.";

/// Where CLI11 puts the values of one option.
struct Slot {
  const Option* option;
  std::vector<std::string> values;
  bool is_set = false;
};

struct Bound {
  const Command* command;
  CLI::App* app;
  std::deque<Slot> slots;  // CLI11 keeps addresses
};

void add_globals(CLI::App& app, Settings& settings) {
  app.add_option("--api", settings.api, "The node's API: http://host:port or https://host:port");
  app.add_option("--token-file", settings.token_file,
                 "File with the API token (mode 0600, directory 0700)");
  app.add_option("--genesis", settings.genesis,
                 "The network's genesis file: signing needs it, and refuses other networks");
  app.add_option("--key", settings.keys,
                 "Key to sign with: a name in the key directory, or a file; may be repeated")
      ->allow_extra_args(false);
  app.add_option("--key-dir", settings.key_dir,
                 "Directory of the keys (default ~/.config/vostro/keys)");
  auto* file =
      app.add_option("--passphrase-file", settings.passphrase_files,
                     "Passphrase in a file's first line: one for all keys, or one for each")
          ->allow_extra_args(false);
  app.add_option("--passphrase-fd", settings.passphrase_fd,
                 "Passphrase of all keys from this open descriptor")
      ->check(CLI::NonNegativeNumber)
      ->excludes(file);
  app.add_option("--annex-key", settings.annex_key,
                 "Key that opens annexes (default: \"annex\" in the key directory, if there)");
  app.add_option("--annex-passphrase-file", settings.annex_passphrase_file,
                 "Its passphrase, where that is not the other keys'");
  app.add_option("--participant", settings.participant,
                 "BIC of the bank that this wallet works for");
  app.add_option("--ca-file", settings.ca_file,
                 "Certificates to trust with https (default: the system's)");
  app.add_option("--state-dir", settings.state_dir,
                 "Where unfinished orders are kept (default ~/.local/state/vostro)");
  app.add_option("--config", settings.config_file,
                 "Configuration file (default ~/.config/vostro/config.toml)");
  app.add_option("--profile", settings.profile,
                 "Profile of the configuration file (default: default)");
  app.add_option("--timeout", settings.timeout_s, "Seconds to wait for an answer (default 10)")
      ->check(CLI::Range(1, 600));
  app.add_flag("--json", settings.is_json, "One JSON object on standard output");
  app.add_flag("--yes", settings.is_yes, "Do not ask before signing");
}

void add_option(CLI::App& app, Slot& slot) {
  const Option& option = *slot.option;
  const std::string name = (option.name == "--out" ? "-o," : "") + std::string(option.name);
  const std::string help(option.help);
  CLI::Option* made = nullptr;
  switch (option.kind) {
    case Option::Kind::flag:
      made = app.add_flag(name, slot.is_set, help);
      break;
    case Option::Kind::values:
      made = app.add_option(name, slot.values, help)->allow_extra_args(false);
      break;
    case Option::Kind::value:
      made = app.add_option(name, slot.values, help)->expected(1);
      break;
    case Option::Kind::positional:
      made =
          app.add_option(name, slot.values, help)->expected(1)->allow_extra_args(false)->required();
      break;
    case Option::Kind::optional_positional:
      made = app.add_option(name, slot.values, help)->expected(1)->allow_extra_args(false);
      break;
  }
  if (option.is_required) made->required();
}

/// The command line's program: CLI11 keeps addresses, so it stays where it was made.
struct Program {
  explicit Program(Settings& settings) {
    app.set_version_flag("--version", "vostro " VOSTRO_VERSION);
    app.require_subcommand(1);
    app.fallthrough();
    add_globals(app, settings);
    std::map<std::string, CLI::App*> groups;
    for (const Command& command : commands()) {
      const auto words = split_list(command.words, ' ');
      CLI::App* parent = &app;
      if (words.size() == 2) {
        CLI::App*& group = groups[words[0]];
        if (group == nullptr) {
          group = app.add_subcommand(words[0], "Commands of \"" + words[0] + "\"");
          group->require_subcommand(1);
        }
        parent = group;
      }
      CLI::App* sub = parent->add_subcommand(words.back(), std::string(command.help));
      Bound& entry = bound.emplace_back(Bound{&command, sub, {}});
      for (const Option& option : command.options)
        add_option(*sub, entry.slots.emplace_back(Slot{&option, {}, false}));
    }
  }

  CLI::App app{kAbout, "vostro"};
  std::deque<Bound> bound;
};

std::vector<std::string> words_of_all() {
  std::vector<std::string> words;
  for (const Command& command : commands()) words.emplace_back(command.words);
  return words;
}

/// The words that name a command: at most two, before the first option that follows them.
std::string words_given(const std::vector<std::string>& args,
                        const std::vector<OptionOutline>& common) {
  std::string out;
  for (std::size_t i = 0; i < args.size(); ++i) {
    if (args[i].starts_with('-')) {
      if (!out.empty()) break;
      const bool takes_next = std::any_of(
          common.begin(), common.end(),
          [&](const OptionOutline& each) { return each.name == args[i] && each.takes_value; });
      if (takes_next) ++i;
      continue;
    }
    out += (out.empty() ? "" : " ") + args[i];
    if (out.find(' ') != std::string::npos) break;
  }
  return out;
}

/// The first word that is no command, or the first name that is no option, with the nearest one;
/// empty where the fault is another.
std::string unknown_word(const std::vector<std::string>& args) {
  const auto common = common_options();
  const std::string given = words_given(args, common);
  const std::string first = given.substr(0, given.find(' '));
  const Command* meant = nullptr;
  bool is_group = false;
  for (const Command& command : commands()) {
    if (command.words == given || command.words == first) meant = &command;
    is_group = is_group || command.words.starts_with(first + " ");
  }
  const bool is_unfinished = given.empty() || (is_group && given == first);
  if (meant == nullptr && !is_unfinished)
    return "there is no command \"" + given + "\"" + suggestion(given, words_of_all());
  std::vector<std::string> options;
  for (const OptionOutline& each : common) options.push_back(each.name);
  for (const Command& command : commands()) {
    if (meant != nullptr && meant != &command) continue;
    for (const Option& option : command.options) options.emplace_back(option.name);
  }
  for (const std::string& arg : args) {
    const std::string name = arg.substr(0, arg.find('='));
    if (name.starts_with("--") && std::find(options.begin(), options.end(), name) == options.end())
      return "there is no option " + name +
             (meant != nullptr ? " of " + std::string(meant->words) : "") +
             suggestion(name, options);
  }
  return "";
}

}  // namespace

Invocation parse_command_line(const std::vector<std::string>& args) {
  Invocation invocation;
  Program program(invocation.settings);
  std::vector<std::string> reversed(args.rbegin(), args.rend());  // what CLI11's parse takes
  try {
    program.app.parse(std::move(reversed));
  } catch (const CLI::ParseError& error) {
    std::ostringstream out;
    std::ostringstream err;
    if (program.app.exit(error, out, err) == 0) {
      invocation.help = out.str();
      return invocation;
    }
    const std::string unknown = unknown_word(args);
    throw usage((unknown.empty() ? error.what() : unknown) + " (vostro --help lists the commands)");
  }
  for (Bound& entry : program.bound) {
    if (!entry.app->parsed()) continue;
    invocation.command = entry.command;
    for (Slot& slot : entry.slots) {
      const std::string name(slot.option->name);
      if (slot.is_set) invocation.arguments.add(name, "");
      for (std::string& value : slot.values) invocation.arguments.add(name, std::move(value));
    }
  }
  return invocation;
}

std::vector<OptionOutline> common_options() {
  Settings settings;
  const Program program(settings);
  std::vector<OptionOutline> out;
  for (const CLI::Option* option : program.app.get_options()) {
    for (const std::string& name : option->get_lnames())
      out.push_back({"--" + name, option->get_items_expected_max() > 0});
  }
  return out;
}

std::vector<ManPage> man_pages() {
  Settings settings;
  const Program program(settings);
  return man_pages_of(program.app);
}

}  // namespace vostro::wallet
