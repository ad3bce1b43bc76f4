#include "wallet-cli/completion.h"

#include <algorithm>
#include <set>
#include <variant>

#include "genesis/definition.h"
#include "wallet-cli/options.h"
#include "wallet-cli/output.h"
#include "wallet-cli/text.h"

namespace vostro::wallet {
namespace {

struct Files {};
struct Free {};                                                     // a text that nobody can guess
using Values = std::variant<Free, Files, Names, std::string_view>;  // the last: words

struct Row {
  std::string_view option;
  Values values;
  std::string_view command = "";  ///< in this one only; such rows stand before the general ones
};

// An option means the same in every command, but for those that are named.
constexpr std::string_view kReleases = "pay release";
const Row kRows[] = {
    {"--to", kReleases, "inbox unblock"},
    {"--from", Free{}, "account statement"},
    {"--to", Free{}, "account statement"},
    {"NAME", Free{}, "key new"},
    {"--policy", Files{}},
    {"--key", Names::keys},
    {"NAME", Names::keys},
    {"--profile", Names::profiles},
    {"--participant", Names::banks},
    {"--agent", Names::banks},
    {"--owner", Names::banks},
    {"--debtors", Names::banks},
    {"--from", Names::accounts},
    {"--to", Names::accounts},
    {"--account", Names::accounts},
    {"--provider", Names::accounts},
    {"ACCOUNT", Names::accounts},
    {"--currency", Names::currencies},
    {"--pay-with", Names::currencies},
    {"--sells", Names::currencies},
    {"--buys", Names::currencies},
    {"CURRENCY", Names::currencies},
    {"--charge-bearer", "CRED DEBT SHAR"},
    {"--cost", "default development settlement-agent"},
    {"--roles", "checker maker maker+checker service"},
    {"--accepts", "all none"},
    {"--state", "all expired final refused released void waiting"},
    {"SHELL", "bash zsh"},
    {"--token-file", Files{}},
    {"--genesis", Files{}},
    {"--key-dir", Files{}},
    {"--passphrase-file", Files{}},
    {"--ca-file", Files{}},
    {"--state-dir", Files{}},
    {"--config", Files{}},
    {"--out", Files{}},
    {"--result", Files{}},
    {"--document", Files{}},
    {"--message", Files{}},
    {"--statement", Files{}},
    {"--stream", Files{}},
    {"FILE", Files{}},
    {"--file", Files{}},
    {"--of", Names::banks},
    {"DIR", Files{}},
};

std::vector<std::string> words_of(std::string_view command, std::string_view option,
                                  const NamesOf& names_of) {
  for (const Row& row : kRows) {
    if (row.option != option || (!row.command.empty() && row.command != command)) continue;
    if (std::holds_alternative<Files>(row.values)) return {std::string(completes_files)};
    if (const auto* kind = std::get_if<Names>(&row.values)) return names_of(*kind);
    if (const auto* words = std::get_if<std::string_view>(&row.values))
      return split_list(*words, ' ');
    return {};
  }
  return {};
}

bool takes_value(Option::Kind kind) {
  return kind == Option::Kind::value || kind == Option::Kind::values;
}
bool is_positional(Option::Kind kind) {
  return kind == Option::Kind::positional || kind == Option::Kind::optional_positional;
}

/// bash takes "a:b" and "a=b" apart into three words.
std::vector<std::string> rejoined(const std::vector<std::string>& words) {
  std::vector<std::string> out;
  bool is_glued = false;
  for (const std::string& word : words) {
    const bool is_break =
        !word.empty() && word.find_first_not_of(":=") == std::string::npos && !out.empty();
    if (is_break || is_glued) {
      out.back() += word;
    } else {
      out.push_back(word);
    }
    is_glued = is_break;
  }
  return out;
}

/// Where the cursor stands.
struct Place {
  std::string path;                          ///< words of the command so far
  const Command* command = nullptr;          ///< where they are one
  std::string awaited;                       ///< the option whose value is due
  std::size_t positionals = 0;               ///< given already
  std::set<std::string, std::less<>> given;  ///< options
};

bool awaits_value(const Place& place, const std::string& name,
                  const std::vector<OptionOutline>& common) {
  if (place.command != nullptr) {
    for (const Option& option : place.command->options)
      if (option.name == name) return takes_value(option.kind);
  }
  return std::any_of(common.begin(), common.end(), [&](const OptionOutline& each) {
    return each.name == name && each.takes_value;
  });
}

Place place_of(const std::vector<std::string>& before, const std::vector<OptionOutline>& common) {
  Place place;
  for (const std::string& word : before) {
    if (!place.awaited.empty()) {
      place.awaited.clear();
    } else if (word.starts_with('-')) {
      place.given.insert(word);
      if (awaits_value(place, word, common)) place.awaited = word;
    } else if (place.command != nullptr) {
      ++place.positionals;
    } else {
      place.path += (place.path.empty() ? "" : " ") + word;
      for (const Command& command : commands())
        if (command.words == place.path) place.command = &command;
    }
  }
  return place;
}

/// The words that may follow those of a command that is not complete.
std::vector<std::string> next_words(const std::string& path) {
  std::vector<std::string> out;
  const std::string begin = path.empty() ? "" : path + " ";
  for (const Command& command : commands()) {
    if (!command.words.starts_with(begin)) continue;
    const std::string_view rest = command.words.substr(begin.size());
    out.emplace_back(rest.substr(0, rest.find(' ')));
  }
  return out;
}

std::vector<std::string> option_names(const Place& place,
                                      const std::vector<OptionOutline>& common) {
  std::vector<std::string> out;
  const auto add = [&](std::string_view name, bool is_repeatable) {
    if (is_repeatable || !place.given.contains(name)) out.emplace_back(name);
  };
  for (const OptionOutline& each : common)
    add(each.name, each.name == "--key" || each.name == "--passphrase-file");
  if (place.command != nullptr) {
    for (const Option& option : place.command->options)
      if (!is_positional(option.kind)) add(option.name, option.kind == Option::Kind::values);
  }
  return out;
}

std::vector<std::string> positional_words(const Place& place, const NamesOf& names_of) {
  std::size_t number = 0;
  for (const Option& option : place.command->options) {
    if (is_positional(option.kind) && number++ == place.positionals)
      return words_of(place.command->words, option.name, names_of);
  }
  return {};
}

std::vector<std::string> candidates(const Place& place, const std::string& typed,
                                    const NamesOf& names_of) {
  const std::string_view command = place.command == nullptr ? "" : place.command->words;
  if (!place.awaited.empty()) return words_of(command, place.awaited, names_of);
  if (typed.starts_with('-')) return option_names(place, common_options());
  if (place.command == nullptr) return next_words(place.path);
  return positional_words(place, names_of);
}

/// The value of a common option among the words; the last counts.
std::optional<std::string> value_among(const std::vector<std::string>& words,
                                       std::string_view option) {
  std::optional<std::string> found;
  for (std::size_t i = 0; i + 1 < words.size(); ++i)
    if (words[i] == option) found = words[i + 1];
  return found;
}

std::vector<std::string> names_in_genesis(const Settings& settings, Names kind) {
  if (!settings.genesis) return {};
  const auto definition = genesis::load(*settings.genesis);
  if (!definition) return {};
  std::vector<std::string> out;
  if (kind == Names::accounts) {
    for (const auto& each : definition->state.accounts) out.push_back(chain::to_text(each.id));
  } else if (kind == Names::banks) {
    for (const auto& each : definition->state.participants) out.push_back(to_text(each.bic));
  } else {
    for (const auto& each : definition->state.currencies) out.push_back(to_text(each.currency));
  }
  return out;
}

}  // namespace

std::vector<std::string> completions(std::vector<std::string> words, const NamesOf& names_of) {
  words = rejoined(words);
  const std::string typed = words.empty() ? "" : words.back();
  if (!words.empty()) words.pop_back();
  const Place place = place_of(words, common_options());
  std::vector<std::string> out = candidates(place, typed, names_of);
  if (out == std::vector<std::string>{std::string(completes_files)}) return out;
  std::erase_if(out, [&](const std::string& each) { return !each.starts_with(typed); });
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

std::string completion_lines(const std::vector<std::string>& words, const Variables& variables) {
  const NamesOf names_of = [&](Names kind) -> std::vector<std::string> {
    Settings given;
    given.config_file = value_among(words, "--config");
    if (kind == Names::profiles) return profile_names(given, variables);
    given.profile = value_among(words, "--profile");
    given.genesis = value_among(words, "--genesis");
    given.key_dir = value_among(words, "--key-dir").value_or("");
    const Settings settings = complete(std::move(given), variables);
    return kind == Names::keys ? key_names(settings.key_dir) : names_in_genesis(settings, kind);
  };
  std::string out;
  try {
    for (const std::string& each : completions(words, names_of)) out += each + "\n";
  } catch (const Stop&) {
    // A configuration that is not in order has no names; the next command says what is wrong.
    return "";
  }
  return out;
}

}  // namespace vostro::wallet
