/// A command as data: its words, its options, and the function that carries it out. One table
/// (commands.cpp) is what the command line, the help and the test of docs/cli.md are made from;
/// each group of commands has a file of its own.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "wallet-cli/exit.h"

namespace vostro::wallet {

class Wallet;

struct Option {
  enum class Kind : std::uint8_t { value, values, flag, positional, optional_positional };
  std::string_view name;  ///< "--from", or for a positional "UETR"
  Kind kind = Kind::value;
  bool is_required = false;
  std::string_view help;
};

/// What was given, by option name. Options that were not given are absent.
class Arguments {
 public:
  void add(const std::string& name, std::string value) { given_[name].push_back(std::move(value)); }
  [[nodiscard]] bool has(const std::string& name) const { return given_.contains(name); }
  [[nodiscard]] std::optional<std::string> find(const std::string& name) const {
    const auto at = given_.find(name);
    return at == given_.end() ? std::nullopt : std::optional(at->second.front());
  }
  /// Of a required option.
  [[nodiscard]] const std::string& text(const std::string& name) const {
    return given_.at(name).front();
  }
  [[nodiscard]] std::vector<std::string> all(const std::string& name) const {
    const auto at = given_.find(name);
    return at == given_.end() ? std::vector<std::string>() : at->second;
  }

 private:
  std::map<std::string, std::vector<std::string>> given_;
};

struct Command {
  std::string_view words;  ///< "account balance", "pay"
  std::string_view help;
  std::vector<Option> options;
  Exit (*run)(Wallet&, const Arguments&);
};

// The groups; each lists its commands in the order of the help.
[[nodiscard]] std::vector<Command> key_commands();
[[nodiscard]] std::vector<Command> account_commands();
[[nodiscard]] std::vector<Command> pay_commands();
[[nodiscard]] std::vector<Command> bulk_commands();
[[nodiscard]] std::vector<Command> settled_commands();
[[nodiscard]] std::vector<Command> statement_commands();
[[nodiscard]] std::vector<Command> receipt_commands();
[[nodiscard]] std::vector<Command> policy_commands();
[[nodiscard]] std::vector<Command> quote_commands();
[[nodiscard]] std::vector<Command> inbox_commands();
[[nodiscard]] std::vector<Command> annex_commands();
[[nodiscard]] std::vector<Command> track_commands();
[[nodiscard]] std::vector<Command> issue_commands();
[[nodiscard]] std::vector<Command> reserves_commands();
[[nodiscard]] std::vector<Command> order_commands();
[[nodiscard]] std::vector<Command> approve_commands();
[[nodiscard]] std::vector<Command> network_commands();
[[nodiscard]] std::vector<Command> doctor_commands();
[[nodiscard]] std::vector<Command> governance_commands();
[[nodiscard]] std::vector<Command> evidence_commands();
[[nodiscard]] std::vector<Command> iso_commands();
[[nodiscard]] std::vector<Command> manual_commands();

/// Brings an order that was signed in a file to the node: `vostro submit FILE`, in approve.cpp.
[[nodiscard]] Exit submit_file(Wallet& wallet, const std::string& path);

/// All of them.
[[nodiscard]] const std::vector<Command>& commands();

}  // namespace vostro::wallet
