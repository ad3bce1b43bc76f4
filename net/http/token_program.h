/// The command `token` of a program that serves: make, list, rotate and revoke its API's tokens.
/// CLI11 stays in the .cpp file.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/result.h"

namespace CLI {
class App;
}

namespace vostro::net::http {

/// What the program adds. Called while the command line is parsed.
struct TokenProgram {
  /// Gives a command the options that lead to the token file.
  std::function<void(CLI::App&)> add_options;
  /// The token file. Errors: a sentence.
  std::function<Result<std::string, std::string>()> file;
  enum class Fault : std::uint8_t { bad_config, failed };
  /// A sentence for the operator, and what kind of failure the program ends with.
  std::function<void(Fault, const std::string&)> complain;
};

void add_token_commands(CLI::App& app, TokenProgram program);

}  // namespace vostro::net::http
