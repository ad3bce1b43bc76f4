#include "net/http/token_program.h"

#include <CLI/CLI.hpp>
#include <chrono>
#include <iostream>
#include <memory>

#include "base/check.h"
#include "base/time.h"
#include "net/http/tokens.h"

namespace vostro::net::http {
namespace {

using Fault = TokenProgram::Fault;

struct Arguments {
  std::string role = "read";
  TokenWish wish;
  std::string which;          ///< id or name, to revoke; id, to rotate
  std::uint32_t grace_s = 0;  ///< for the old secret, to rotate
};

UnixSeconds now() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return UnixSeconds(
      static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(since).count()));
}

std::string padded(std::string text, std::size_t width) {
  text.resize(std::max(text.size(), width), ' ');
  return text;
}

std::string table_of(const std::vector<Token>& tokens) {
  std::string table =
      "id            role     created               expires               rate     name\n";
  for (const Token& token : tokens)
    table += padded(token.id(), 14) + padded(std::string(to_string(token.role)), 9) +
             padded(to_text(token.created), 22) +
             padded(token.expires ? to_text(*token.expires) : "never", 22) +
             padded(std::to_string(token.requests_per_second), 9) + token.name + "\n";
  return table;
}

/// What it prints. Errors: a sentence.
using Act = Result<std::string, std::string> (*)(const std::string& file, Arguments& arguments);

Result<std::string, std::string> create(const std::string& file, Arguments& arguments) {
  const auto role = parse_role(arguments.role);
  VOSTRO_CHECK(role);  // looked at when the option was read
  arguments.wish.role = *role;
  auto token = create_token(file, arguments.wish, now());
  if (!token) return token;
  return *token + "\n";
}

Result<std::string, std::string> rotate(const std::string& file, Arguments& arguments) {
  auto token = rotate_token(file, arguments.which, arguments.grace_s, now());
  if (!token) return token;
  return *token + "\n";
}

Result<std::string, std::string> revoke(const std::string& file, Arguments& arguments) {
  const auto removed = revoke_token(file, arguments.which);
  if (!removed) return fail(removed.error());
  return "revoked: " + std::to_string(*removed) + "\n";
}

Result<std::string, std::string> list(const std::string& file, Arguments&) {
  const auto tokens = list_tokens(file);
  if (!tokens) return fail(tokens.error());
  return table_of(*tokens);
}

std::string check_role(const std::string& word) {
  return parse_role(word) ? std::string() : "must be audit, read, write or operate";
}

}  // namespace

void add_token_commands(CLI::App& app, TokenProgram program) {
  CLI::App* token = app.add_subcommand("token", "make, list, rotate and revoke API tokens");
  token->require_subcommand(1);
  const auto arguments = std::make_shared<Arguments>();
  const auto shared = std::make_shared<TokenProgram>(std::move(program));
  const auto add = [&](const std::string& name, const std::string& help, Act act) {
    CLI::App* command = token->add_subcommand(name, help);
    shared->add_options(*command);
    command->callback([arguments, shared, act] {
      const auto file = shared->file();
      if (!file) return shared->complain(Fault::bad_config, file.error());
      const auto printed = act(*file, *arguments);
      if (!printed) return shared->complain(Fault::failed, printed.error());
      std::cout << *printed;
    });
    return command;
  };
  CLI::App* making = add("create", "make a token; it is shown this once", &create);
  making->add_option("--role", arguments->role, "audit, read, write or operate")
      ->required()
      ->check(CLI::Validator(check_role, ""));
  making->add_option("--name", arguments->wish.name, "what it is for: 1 to 34 of a-z, 0-9 and -");
  making->add_option("--days", arguments->wish.days, "days until it expires; without it never");
  making->add_option("--rate", arguments->wish.requests_per_second, "requests per second (100)");
  CLI::App* turning = add("rotate", "give a token a new secret, which is shown this once", &rotate);
  turning->add_option("id", arguments->which, "its id, as the list shows it")->required();
  turning->add_option("--grace", arguments->grace_s,
                      "seconds that the old secret goes on, at most 604800; 0: it ends at once");
  CLI::App* ending = add("revoke", "end a token at once", &revoke);
  ending->add_option("token", arguments->which, "its id or name, as the list shows them")
      ->required();
  add("list", "show the tokens", &list);
}

}  // namespace vostro::net::http
