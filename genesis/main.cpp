/// vostro-genesis: makes and checks the definition of a network (docs/genesis.md). The command
/// line, and the only file here that knows CLI11.
#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "base/man_page.h"
#include "base/secret_text.h"
#include "genesis/commands.h"

namespace vostro::genesis::cli {
namespace {

constexpr std::string_view kAbout =
    "Makes and checks the definition of a Vostro network.\n\n"
    "  one bank:    vostro-genesis new     writes a draft that all banks agree on\n"
    "  each bank:   vostro-genesis keys    makes its keys; they never leave it\n"
    "               vostro-genesis entry   writes and signs its entry for the draft\n"
    "               vostro-genesis sign    adds a second person's signature, where its policy asks "
    "for one\n"
    "  one bank:    vostro-genesis seal    puts draft and entries together\n"
    "  each bank:   vostro-genesis inspect, id: read it, and compare the id with the others by "
    "another way\n\n"
    "Exit codes: 0 done, 1 refused, 2 the command line is not understood.";

int code(Exit exit) {
  return static_cast<int>(exit);
}

// Each of these adds its command to the program; what the command does happens in its callback.

void add_secret_options(CLI::App& command, SecretSource& source) {
  auto* file = command.add_option("--passphrase-file", source.file,
                                  "Read the passphrase from the first line of this file (mode "
                                  "0600, in a directory of mode 0700)");
  auto* descriptor = command.add_option("--passphrase-fd", source.descriptor,
                                        "Read the passphrase from this open descriptor");
  descriptor->check(CLI::NonNegativeNumber)->excludes(file);
}

void add_new(CLI::App& app) {
  auto options = std::make_shared<NewOptions>();
  auto* command = app.add_subcommand("new", "Write a commented draft of a network");
  command->add_option("--name", options->name, "Name of the network, for people")->required();
  command->add_flag("--development", options->development,
                    "Play money, and fewer than four validators may do");
  command->add_option("--opens-at", options->opens_at,
                      "Block time of the beginning, UTC (default: now)");
  command->add_option("--currency", options->currencies,
                      "CODE:AGENT-BIC:BUSINESS-DATE[:DIGITS], for example EUR:NORDDEFF:2026-01-05; "
                      "may be repeated");
  command->add_option("--out", options->out, "File to write")->required();
  command->callback([options] { run_new(*options); });
}

void add_keys(CLI::App& app) {
  auto options = std::make_shared<KeysOptions>();
  auto* command =
      app.add_subcommand("keys", "Make a bank's keys, each in a keystore file of its own");
  command
      ->add_option("--out", options->out,
                   "Directory for the files; made with mode 0700 where missing")
      ->required();
  command->add_option("--bic", options->bic, "The bank's BIC")->required();
  command->add_option("--role", options->roles,
                      "validator (validator.key and tls.key), observer (tls.key), wallet-maker, "
                      "wallet-checker, wallet-service; may be repeated");
  command->add_option("--key", options->keys,
                      "A treasury key NAME:PERSON:ROLES, roles joined by +, for example "
                      "anna:anna:maker+checker; may be repeated");
  command->add_option("--cost", options->cost,
                      "What opening a key costs: default (256 MiB), settlement-agent (1 GiB), "
                      "development (8 MiB, guards nothing)");
  add_secret_options(*command, options->secret);
  command->callback([options] { run_keys(*options); });
}

void add_entry(CLI::App& app) {
  auto options = std::make_shared<EntryOptions>();
  auto* command = app.add_subcommand("entry", "Write and sign a bank's entry for a draft");
  command->add_option("--network", options->network, "The draft that all banks agreed on")
      ->required();
  command->add_option("--bic", options->bic, "The bank's BIC")->required();
  command->add_option("--legal-name", options->legal_name, "Its legal name")->required();
  command->add_option("--country", options->country, "ISO 3166-1 alpha-2")->required();
  command->add_option("--lei", options->lei, "Its LEI");
  command->add_option("--keys", options->keys, "Directory of its keys (vostro-genesis keys)")
      ->required();
  command->add_option("--roles", options->roles,
                      "Of validator, settlement-agent, fx-provider, supervisor, joined by commas; "
                      "none: a participant whose node only follows");
  command->add_option(
      "--account", options->accounts,
      "LABEL:accepts=all|none|BIC+BIC: whose payments settle unasked; may be repeated");
  command->add_option(
      "--observer", options->observers,
      "NAME:ed25519:...: a further node that follows, with its TLS key; may be repeated");
  command->add_option("--policy", options->policy,
                      "Policy file; without it: maker and checker above --limit");
  command->add_option("--limit", options->limit,
                      "Of the policy made here: whole units of a currency up to which one maker "
                      "pays alone (default 100000)");
  command->add_option("--currency-policy", options->currency_policies,
                      "CODE=FILE: policy of a currency that this bank settles (default: its own "
                      "policy); may be repeated");
  command->add_option("--annex-key", options->annex_key,
                      "X25519 key for sealed annexes, hexadecimal");
  command->add_option("--out", options->out, "File to write")->required();
  add_secret_options(*command, options->secret);
  command->callback([options] { run_entry(*options); });
}

void add_sign(CLI::App& app) {
  auto options = std::make_shared<SignOptions>();
  auto* command = app.add_subcommand(
      "sign", "Add a signature to an entry, where the bank's policy asks for another person");
  command->add_option("--network", options->network, "The draft that all banks agreed on")
      ->required();
  command->add_option("--key", options->key, "Keystore file of the signer")->required();
  command->add_option("ENTRY", options->entry, "The entry; replaced by the signed one")->required();
  add_secret_options(*command, options->secret);
  command->callback([options] { run_sign(*options); });
}

void add_seal(CLI::App& app) {
  auto options = std::make_shared<SealOptions>();
  auto* command = app.add_subcommand(
      "seal", "Put draft and entries together, check everything, write the genesis file");
  command->add_option("--network", options->network, "The draft that all banks agreed on")
      ->required();
  command->add_option("ENTRY", options->entries, "The banks' entries, in any order")->required();
  command->add_option("--out", options->out, "File to write")->required();
  command->callback([options] { run_seal(*options); });
}

void add_continue(CLI::App& app) {
  auto options = std::make_shared<ContinueOptions>();
  auto* command = app.add_subcommand(
      "continue",
      "After a quorum was lost for good: write the file of the network that goes on from its last "
      "final block, to be agreed to");
  command->add_option("--genesis", options->genesis, "The genesis file that was")->required();
  command
      ->add_option("--height", options->height, "Of the last final block (vostro network status)")
      ->required();
  command->add_option("--epoch", options->epoch, "Its epoch; the next one begins")->required();
  command->add_option("--block", options->block, "Its id, 64 hexadecimal digits")->required();
  command->add_option("--state-root", options->state_root, "The state root after it")->required();
  command
      ->add_option(
          "--validator", options->validators,
          "BIC:VALIDATOR-KEY:TLS-KEY, public keys as ed25519:...; every validator from now "
          "on, with a validator key that has never voted; may be repeated")
      ->required();
  command->add_option("--out", options->out, "File to write")->required();
  command->callback([options] { run_continue(*options); });
}

void add_agree(CLI::App& app) {
  auto options = std::make_shared<AgreeOptions>();
  auto* command = app.add_subcommand(
      "agree", "Sign the newest continuation in a genesis file, under a bank's govern rule");
  command->add_option("--bic", options->bic, "The bank: an owner of a validator that was")
      ->required();
  command->add_option("--key", options->key, "Keystore file of the signer")->required();
  command->add_option("FILE", options->file, "The genesis file; replaced by the signed one")
      ->required();
  add_secret_options(*command, options->secret);
  command->callback([options] { run_agree(*options); });
}

void add_check(CLI::App& app) {
  auto file = std::make_shared<std::string>();
  auto* command = app.add_subcommand("check", "Check a sealed genesis file, signatures included");
  command->add_option("FILE", *file, "The genesis file")->required();
  command->callback([file] { run_check(*file); });
}

void add_id(CLI::App& app) {
  auto file = std::make_shared<std::string>();
  auto* command =
      app.add_subcommand("id", "Print the network id of a sealed genesis file, and nothing else");
  command->add_option("FILE", *file, "The genesis file")->required();
  command->callback([file] { run_id(*file); });
}

void add_inspect(CLI::App& app) {
  auto options = std::make_shared<InspectOptions>();
  auto* command = app.add_subcommand(
      "inspect",
      "Show a sealed genesis file in words: who takes part, who signs what, what it tolerates");
  command->add_option("FILE", options->file, "The genesis file")->required();
  command->add_flag("--json", options->as_json, "As one JSON object");
  command->callback([options] { run_inspect(*options); });
}

void add_man(CLI::App& app) {
  auto directory = std::make_shared<std::string>();
  auto* command = app.add_subcommand("man", "Write the manual pages into a directory");
  command->add_option("DIR", *directory, "A directory that exists")->required();
  command->callback([directory, &app] {
    const auto written = write_man_pages(*directory, man_pages_of(app), VOSTRO_VERSION);
    if (!written) refuse(written.error());
  });
}

int run(int argc, char** argv) {
  if (!harden_process()) {
    std::cerr << "vostro-genesis: the kernel refuses to protect this process's memory\n";
    return code(Exit::refused);
  }
  CLI::App app{std::string(kAbout), "vostro-genesis"};
  app.set_version_flag("--version", "vostro-genesis " VOSTRO_VERSION);
  app.require_subcommand(1);
  add_new(app);
  add_keys(app);
  add_entry(app);
  add_sign(app);
  add_seal(app);
  add_continue(app);
  add_agree(app);
  add_check(app);
  add_id(app);
  add_inspect(app);
  add_man(app);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // --help is one of these, with exit code 0.
    return app.exit(error) == 0 ? code(Exit::ok) : code(Exit::usage);
  } catch (const Stop& stop) {
    std::cerr << "vostro-genesis: " << stop.what << "\n";
    return code(stop.exit);
  }
  std::cout.flush();
  return std::cout.good() ? code(Exit::ok) : code(Exit::refused);
}

}  // namespace
}  // namespace vostro::genesis::cli

int main(int argc, char** argv) {
  return vostro::genesis::cli::run(argc, argv);
}
