/// The command line: which command, with which arguments and settings. Pure but for what CLI11
/// does. One thread.
#pragma once

#include <string>
#include <vector>

#include "base/man_page.h"
#include "wallet-cli/command.h"
#include "wallet-cli/profile.h"

namespace vostro::wallet {

struct Invocation {
  const Command* command = nullptr;  ///< null where only help was asked for
  Arguments arguments;
  Settings settings;  ///< as given; not yet completed from the profile
  std::string help;   ///< what was asked for, where command is null
};

/// `args` without the program's name. Throws Stop (usage).
[[nodiscard]] Invocation parse_command_line(const std::vector<std::string>& args);

/// The options of every command, for whoever only needs to know their names.
struct OptionOutline {
  std::string name;
  bool takes_value = false;
};
[[nodiscard]] std::vector<OptionOutline> common_options();

/// The manual, from the same tables as the help.
[[nodiscard]] std::vector<ManPage> man_pages();

}  // namespace vostro::wallet
