#include <CLI/CLI.hpp>
#include <iostream>

#include "base/man_page.h"
#include "base/secret_text.h"
#include "node/commands.h"

namespace {

using vostro::node::Exit;

int code_of(Exit exit) {
  return static_cast<int>(exit);
}

}  // namespace

int main(int argc, char** argv) {
  using namespace vostro::node;
  if (!vostro::harden_process())
    return code_of(
        complain(Exit::failed, "core dumps and tracing cannot be switched off on this system"));
  CLI::App app{"A node of a Vostro network: validates or follows, and serves its bank's systems.",
               "vostro-node"};
  app.set_version_flag("--version", "vostro-node " VOSTRO_VERSION);
  app.require_subcommand(1);
  Exit exit = Exit::done;
  std::string config;
  const auto with_config = [&config](CLI::App* command) {
    command->add_option("--config", config, "configuration file (TOML)")->required();
    return command;
  };

  CLI::App* run = with_config(app.add_subcommand("run", "run the node until SIGTERM or SIGINT"));
  std::string ready_file;
  run->add_option("--ready-file", ready_file,
                  "write the API's URL and the peer port here once they listen");
  run->callback([&] { exit = run_node(config, ready_file); });

  CLI::App* init = with_config(
      app.add_subcommand("init", "make the data directory, once for each validator key"));
  init->callback([&] { exit = init_node(config); });

  CLI::App* token = app.add_subcommand("token", "make, list, rotate and revoke API tokens");
  token->require_subcommand(1);
  TokenArguments arguments;
  const auto with_arguments = [&](Exit (*act)(const TokenArguments&)) {
    return [&, act] {
      arguments.config_file = config;
      exit = act(arguments);
    };
  };
  CLI::App* create =
      with_config(token->add_subcommand("create", "make a token; it is shown this once"));
  create->add_option("--role", arguments.role, "read, write or operate")->required();
  create->add_option("--name", arguments.name, "what it is for: 1 to 34 of a-z, 0-9 and -");
  create->add_option("--days", arguments.days, "days until it expires; without it never");
  create->add_option("--rate", arguments.requests_per_second, "requests per second (100)");
  create->callback(with_arguments(&create_token_command));
  CLI::App* rotate = with_config(
      token->add_subcommand("rotate", "give a token a new secret, which is shown this once"));
  rotate->add_option("id", arguments.which, "its id, as the list shows it")->required();
  rotate->add_option("--grace", arguments.grace_s,
                     "seconds that the old secret goes on, at most 604800; 0: it ends at once");
  rotate->callback(with_arguments(&rotate_token_command));
  CLI::App* revoke = with_config(token->add_subcommand("revoke", "end a token at once"));
  revoke->add_option("token", arguments.which, "its id or name, as the list shows them")
      ->required();
  revoke->callback(with_arguments(&revoke_token_command));
  CLI::App* list = with_config(token->add_subcommand("list", "show the tokens"));
  list->callback(with_arguments(&list_tokens_command));

  CLI::App* key = app.add_subcommand("key", "let a validator's key sign for governance");
  key->require_subcommand(1);
  KeyArguments key_arguments;
  const auto with_key = [&](CLI::App* command, Exit (*act)(const KeyArguments&)) {
    with_config(command);
    command->add_option("--key", key_arguments.key_file,
                        "another key file than the configuration's validator_key");
    command->add_option("--passphrase-file", key_arguments.passphrase_file,
                        "of --key; asked for where it is not given");
    command->callback([&, act] {
      key_arguments.config_file = config;
      exit = act(key_arguments);
    });
    return command;
  };
  with_key(key->add_subcommand("proof", "print the proof that somebody holds the key, as JSON"),
           &key_proof_command);
  CLI::App* ready = with_key(
      key->add_subcommand("ready", "make the order that says the validator is ready, as JSON"),
      &key_ready_command);
  ready->add_option("--height", key_arguments.height, "the newest block that its node has executed")
      ->required();
  ready->add_option("--out", key_arguments.out, "write it to this file");

  CLI::App* man = app.add_subcommand("man", "write the manual pages into a directory");
  std::string directory;
  man->add_option("DIR", directory, "a directory that exists")->required();
  man->callback([&] {
    const auto written =
        vostro::write_man_pages(directory, vostro::man_pages_of(app), VOSTRO_VERSION);
    if (!written) exit = complain(Exit::failed, written.error());
  });

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int shown = app.exit(error);
    return shown == 0 ? 0 : code_of(Exit::bad_config);
  }
  return code_of(exit);
}
