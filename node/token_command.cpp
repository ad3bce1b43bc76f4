#include <chrono>
#include <iostream>

#include "base/time.h"
#include "node/api/tokens.h"
#include "node/commands.h"
#include "node/config.h"

namespace vostro::node {
namespace {

UnixSeconds now() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return UnixSeconds(
      static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(since).count()));
}

}  // namespace

Exit create_token_command(const TokenArguments& arguments) {
  const auto config = load_config(arguments.config_file);
  if (!config) return complain(Exit::bad_config, config.error().sentence);
  const auto role = api::parse_role(arguments.role);
  if (!role) return complain(Exit::bad_config, "--role must be read, write or operate");
  const auto token = api::create_token(
      config->api.token_file,
      {*role, arguments.name, arguments.days, arguments.requests_per_second}, now());
  if (!token) return complain(Exit::failed, token.error());
  std::cout << *token << "\n";
  return Exit::done;
}

Exit rotate_token_command(const TokenArguments& arguments) {
  const auto config = load_config(arguments.config_file);
  if (!config) return complain(Exit::bad_config, config.error().sentence);
  const auto token =
      api::rotate_token(config->api.token_file, arguments.which, arguments.grace_s, now());
  if (!token) return complain(Exit::failed, token.error());
  std::cout << *token << "\n";
  return Exit::done;
}

Exit revoke_token_command(const TokenArguments& arguments) {
  const auto config = load_config(arguments.config_file);
  if (!config) return complain(Exit::bad_config, config.error().sentence);
  const auto removed = api::revoke_token(config->api.token_file, arguments.which);
  if (!removed) return complain(Exit::failed, removed.error());
  std::cout << "revoked: " << *removed << "\n";
  return Exit::done;
}

Exit list_tokens_command(const TokenArguments& arguments) {
  const auto config = load_config(arguments.config_file);
  if (!config) return complain(Exit::bad_config, config.error().sentence);
  const auto tokens = api::list_tokens(config->api.token_file);
  if (!tokens) return complain(Exit::failed, tokens.error());
  std::cout << "id            role     created               expires               rate     name\n";
  for (const api::Token& token : *tokens) {
    const auto padded = [](std::string text, std::size_t width) {
      text.resize(std::max(text.size(), width), ' ');
      return text;
    };
    std::cout << padded(token.id(), 14) << padded(std::string(api::to_string(token.role)), 9)
              << padded(to_text(token.created), 22)
              << padded(token.expires ? to_text(*token.expires) : "never", 22)
              << padded(std::to_string(token.requests_per_second), 9) << token.name << "\n";
  }
  return Exit::done;
}

}  // namespace vostro::node
