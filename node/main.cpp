#include <CLI/CLI.hpp>
#include <iostream>

#include "base/man_page.h"
#include "base/secret_text.h"
#include "net/http/token_program.h"
#include "node/commands.h"
#include "node/last_words.h"

namespace {

using vostro::node::Exit;
using TokenFault = vostro::net::http::TokenProgram::Fault;

int code_of(Exit exit) {
  return static_cast<int>(exit);
}

}  // namespace

int main(int argc, char** argv) {
  using namespace vostro::node;
  prepare_last_words();
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

  CLI::App* init = with_config(app.add_subcommand(
      "init", "make the data directory, and the journal of a new validator key"));
  init->callback([&] { exit = init_node(config); });

  CLI::App* go_on = with_config(app.add_subcommand(
      "continue", "take the ledger over into the network that goes on after a quorum was lost"));
  go_on->callback([&] { exit = continue_node(config); });

  CLI::App* prune = with_config(app.add_subcommand(
      "prune", "take old blocks out of a stopped node's store, and give their disk space back"));
  std::uint64_t keep = 0;
  prune->add_option("--keep", keep, "blocks below the newest that stay whole")->required();
  prune->callback([&] { exit = prune_node(config, keep); });

  CLI::App* key = app.add_subcommand("key", "make keys, and say what a proposal needs of them");
  key->require_subcommand(1);
  KeyArguments key_arguments;
  const auto with_key_arguments = [&](Exit (*act)(const KeyArguments&)) {
    return [&, act] {
      key_arguments.config_file = config;
      exit = act(key_arguments);
    };
  };
  CLI::App* new_key = with_config(key->add_subcommand(
      "new", "make a key, and a validator's journal; prints what a proposal needs to name it"));
  new_key->add_option("--purpose", key_arguments.purpose, "validator (default) or tls");
  new_key->add_option("--out", key_arguments.key_file, "the new keystore file")->required();
  new_key->add_option("--passphrase-file", key_arguments.passphrase_file,
                      "its first line is the passphrase; without it the terminal is asked");
  new_key->add_flag("--development", key_arguments.is_development,
                    "cheap to open and to guess: for keys that guard nothing");
  new_key->callback(with_key_arguments(&new_key_command));
  CLI::App* proof = with_config(key->add_subcommand(
      "proof", "print what a proposal needs to name a validator's key, as JSON"));
  proof->add_option("--key", key_arguments.key_file,
                    "another file than those of the configuration, of which next_validator comes "
                    "first");
  proof->add_option("--passphrase-file", key_arguments.passphrase_file,
                    "of --key; asked for where it is not given");
  proof->callback(with_key_arguments(&key_proof_command));

  vostro::net::http::add_token_commands(
      app, {.add_options = [&](CLI::App& command) { with_config(&command); },
            .file = [&]() -> vostro::Result<std::string, std::string> {
              auto loaded = load_config(config);
              if (!loaded) return vostro::fail(loaded.error().sentence);
              return loaded->api.token_file;
            },
            .complain =
                [&](TokenFault fault, const std::string& sentence) {
                  exit = complain(fault == TokenFault::bad_config ? Exit::bad_config : Exit::failed,
                                  sentence);
                }});

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
