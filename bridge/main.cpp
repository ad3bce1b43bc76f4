#include <sys/stat.h>

#include <CLI/CLI.hpp>

#include "base/man_page.h"
#include "base/secret_text.h"
#include "bridge/commands.h"
#include "bridge/config.h"
#include "bridge/parser/serve.h"
#include "net/http/token_program.h"

namespace {

using vostro::bridge::Exit;
using TokenFault = vostro::net::http::TokenProgram::Fault;

int code_of(Exit exit) {
  return static_cast<int>(exit);
}

}  // namespace

int main(int argc, char** argv) {
  using namespace vostro::bridge;
  ::umask(077);  // the book, and files for the bank
  if (!vostro::harden_process())
    return code_of(
        complain(Exit::failed, "core dumps and tracing cannot be switched off on this system"));
  if (argc > 1 && argv[1] == vostro::bridge::parser_word)
    return vostro::bridge::serve_parser(argc - 2, argv + 2);
  CLI::App app{"The settlement bridge of a Vostro network: fiat in, fiat out.", "vostro-bridge"};
  app.set_version_flag("--version", "vostro-bridge " VOSTRO_VERSION);
  app.require_subcommand(1);
  Exit exit = Exit::done;
  std::string config;
  bool is_json = false;
  const auto with_config = [&config](CLI::App* command) {
    command->add_option("--config", config, "configuration file (TOML)")->required();
    return command;
  };
  const auto with_json = [&](CLI::App* command) {
    command->add_flag("--json", is_json, "answer as JSON");
    return with_config(command);
  };

  CLI::App* run = with_config(app.add_subcommand("run", "work until SIGTERM or SIGINT"));
  std::string ready_file;
  run->add_option("--ready-file", ready_file, "written once it has the lease of the book");
  run->callback([&] { exit = run_bridge(config, ready_file); });

  CLI::App* status =
      with_json(app.add_subcommand("status", "show alarms, outbox and open redemptions"));
  status->callback([&] { exit = status_command(config, is_json); });

  CLI::App* closing = with_json(app.add_subcommand(
      "close-alarm", "say that an alarm was seen to, which does not end by itself"));
  AlarmArguments alarm;
  closing->add_option("key", alarm.key, "as status shows it")->required();
  closing->add_option("--reason", alarm.reason, "why; it stays on record")->required();
  closing->callback([&] {
    alarm.config_file = config;
    alarm.is_json = is_json;
    exit = close_alarm(alarm);
  });

  CLI::App* reconcile = with_json(app.add_subcommand(
      "reconcile", "hold fiat, statements and ledger against each other; exit code 3 on a break"));
  ReconcileArguments comparing;
  bool is_csv = false;
  reconcile->add_flag("--csv", is_csv, "answer as CSV")->excludes("--json");
  reconcile->add_option("--wait", comparing.wait_s,
                        "seconds to wait until the book has read all of the ledger (10)");
  reconcile->callback([&] {
    comparing.config_file = config;
    comparing.form = is_csv ? ReportForm::csv : is_json ? ReportForm::json : ReportForm::text;
    exit = reconcile_command(comparing);
  });

  CLI::App* suspense =
      app.add_subcommand("suspense", "credits that wait for a decision of two persons");
  suspense->require_subcommand(1);
  SuspenseArguments arguments;
  const auto with_arguments = [&](Exit (*act)(const SuspenseArguments&)) {
    return [&, act] {
      arguments.config_file = config;
      arguments.is_json = is_json;
      exit = act(arguments);
    };
  };
  CLI::App* list = with_json(suspense->add_subcommand("list", "list them"));
  list->callback(with_arguments(&list_suspense));
  const auto with_entry = [&](CLI::App* command) {
    command->add_option("entry", arguments.entry, "its hash, or the first digits of it")
        ->required();
    return with_json(command);
  };
  CLI::App* show = with_entry(suspense->add_subcommand("show", "show one, and who decided what"));
  show->callback(with_arguments(&show_suspense));
  CLI::App* resolve = with_entry(suspense->add_subcommand(
      "resolve", "decide for whom one is; two persons must decide the same"));
  resolve->add_option("--to", arguments.to, "account that gets the money: BIC/label")->required();
  resolve->add_option("--reason", arguments.reason, "why; it stays on record")->required();
  resolve->add_option("--key", arguments.key_file, "keystore file of a [[person]]")->required();
  resolve->add_option("--passphrase-file", arguments.passphrase_file,
                      "file of mode 0600; without it the terminal is asked");
  resolve->callback(with_arguments(&resolve_suspense));

  CLI::App* releasing = with_json(app.add_subcommand(
      "release", "let a stopped currency or a held statement go on; two persons must say so"));
  ReleaseArguments letting;
  releasing
      ->add_option("subject", letting.subject,
                   "a currency, or the first digits of a held statement's digest")
      ->required();
  releasing->add_option("--reason", letting.reason, "why; it stays on record")->required();
  releasing->add_option("--key", letting.key_file, "keystore file of a [[person]]")->required();
  releasing->add_option("--passphrase-file", letting.passphrase_file,
                        "file of mode 0600; without it the terminal is asked");
  releasing->callback([&] {
    letting.config_file = config;
    letting.is_json = is_json;
    exit = release(letting);
  });

  CLI::App* screen =
      app.add_subcommand("screen", "names against sanctions lists, and payments that they hold");
  screen->require_subcommand(1);
  ScreenArguments asked;
  const auto with_screen = [&](CLI::App* command, Exit (*act)(const ScreenArguments&)) {
    with_json(command)->callback([&, act] {
      asked.config_file = config;
      asked.is_json = is_json;
      exit = act(asked);
    });
    return command;
  };
  const auto with_signature = [&](CLI::App* command) {
    command->add_option("--reason", asked.reason, "why; it stays on record")->required();
    command->add_option("--key", asked.key_file, "keystore file of a [[person]]")->required();
    command->add_option("--passphrase-file", asked.passphrase_file,
                        "file of mode 0600; without it the terminal is asked");
  };
  CLI::App* check = with_screen(
      screen->add_subcommand("check", "hold one name against the lists; exit code 3 where it hits"),
      &check_screen);
  check->add_option("name", asked.name, "as a payment would name him")->required();
  check->add_option("--country", asked.country, "of address or account, two letters");
  CLI::App* held = with_screen(screen->add_subcommand("list", "payments that wait, or are blocked"),
                               &list_screen);
  held->add_flag("--all", asked.is_all, "also those that are clear, decided and over");
  const auto with_screening = [&](CLI::App* command) {
    command->add_option("id", asked.id, "its id, or the first digits of it")->required();
    return command;
  };
  with_screening(with_screen(
      screen->add_subcommand("show", "show one: who, why, by which lists, and who decided what"),
      &show_screen));
  CLI::App* hold = with_screen(
      screen->add_subcommand("hold", "hold an incoming payment by hand, whatever the lists say"),
      &hold_screen);
  hold->add_option("uetr", asked.uetr, "of the payment")->required();
  hold->add_option("--agent", asked.agent, "BIC of the debtor's bank")->required();
  with_signature(hold);
  CLI::App* decide = with_screening(with_screen(
      screen->add_subcommand("decide", "decide about one; two persons must decide the same"),
      &decide_screen));
  decide
      ->add_option("action", asked.action, "release, reject, block, unblock-pay or unblock-release")
      ->required();
  decide->add_option("--basis", asked.basis, "of block and unblock: the legal basis");
  decide->add_option("--document", asked.document,
                     "of the same: file of the order or permit; its hash goes to the ledger");
  with_signature(decide);

  CLI::App* customers =
      app.add_subcommand("customers", "customers' accounts of a participant's bridge");
  customers->require_subcommand(1);
  CustomersArguments of_customers;
  const auto with_customers = [&](Exit (*act)(const CustomersArguments&)) {
    return [&, act] {
      of_customers.config_file = config;
      of_customers.is_json = is_json;
      exit = act(of_customers);
    };
  };
  CLI::App* load = with_json(
      customers->add_subcommand("load", "take accounts from a file: new ones with their balance"));
  load->add_option("FILE", of_customers.file, "TOML with a [[customer]] for each")->required();
  load->callback(with_customers(&load_customers));
  CLI::App* set = with_json(customers->add_subcommand("set", "open, block or close an account"));
  set->add_option("account", of_customers.account, "its number")->required();
  set->add_option("--status", of_customers.status, "open, blocked or closed")->required();
  set->callback(with_customers(&set_customer));
  CLI::App* list_all = with_json(customers->add_subcommand("list", "list them, with balances"));
  list_all->callback(with_customers(&list_customers));

  CLI::App* payments =
      with_json(app.add_subcommand("payments", "list customers' payments that are not over"));
  payments->add_flag("--all", of_customers.is_all, "those that are over, too");
  payments->callback(with_customers(&list_payments));

  vostro::net::http::add_token_commands(
      app, {.add_options = [&](CLI::App& command) { with_config(&command); },
            .file = [&]() -> vostro::Result<std::string, std::string> {
              auto loaded = load_config(config);
              if (!loaded) return vostro::fail(loaded.error().sentence);
              if (!loaded->api) return vostro::fail(config + " has no [api]");
              return loaded->api->token_file;
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
