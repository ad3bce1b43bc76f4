/// The commands of vostro-bridge. Each prints what it has to say and returns the exit code.
#pragma once

#include <cstdint>
#include <string>

namespace vostro::bridge {

/// Exit codes of vostro-bridge, documented in docs/configuration.md.
enum class Exit : std::uint8_t {
  done = 0,
  failed = 1,      ///< it could not start, or its work failed
  bad_config = 2,  ///< configuration, genesis file, keys or arguments
  unbalanced = 3,  ///< reconcile: a break, a damaged book, or not to be compared now; screen
                   ///< check: a hit
  fenced = 4,      ///< another bridge has taken over
};

/// Works until SIGTERM or SIGINT. `ready_file`, where not empty, is written once it has the lease.
[[nodiscard]] Exit run_bridge(const std::string& config_file, const std::string& ready_file);

enum class ReportForm : std::uint8_t { text, json, csv };
struct ReconcileArguments {
  std::string config_file;
  ReportForm form = ReportForm::text;
  std::uint32_t wait_s = 10;  ///< for book and ledger to stand at one block
};
[[nodiscard]] Exit reconcile_command(const ReconcileArguments& arguments);

struct SuspenseArguments {
  std::string config_file;
  bool is_json = false;
  std::string entry;  ///< the hash, or enough of its first digits
  std::string to;
  std::string reason;
  std::string key_file;
  std::string passphrase_file;
};
[[nodiscard]] Exit list_suspense(const SuspenseArguments& arguments);
[[nodiscard]] Exit show_suspense(const SuspenseArguments& arguments);
[[nodiscard]] Exit resolve_suspense(const SuspenseArguments& arguments);

struct ReleaseArguments {
  std::string config_file;
  bool is_json = false;
  std::string subject;  ///< a currency, or a held statement's digest by enough of its first digits
  std::string reason;
  std::string key_file;
  std::string passphrase_file;
};
/// One person's word that a stopped currency is issued again, or that a held statement is taken.
[[nodiscard]] Exit release(const ReleaseArguments& arguments);

struct ScreenArguments {
  std::string config_file;
  bool is_json = false;
  std::string name;     ///< check
  std::string country;  ///< check; empty: not known
  std::string id;       ///< the screening's, or enough of its first digits
  bool is_all = false;  ///< list: also what is decided
  std::string action;   ///< decide
  std::string basis;
  std::string document;
  std::string agent;  ///< hold: whose payment
  std::string uetr;
  std::string reason;
  std::string key_file;
  std::string passphrase_file;
};
/// Holds one name against the lists; exit code 3 where it hits. Needs neither book nor node.
[[nodiscard]] Exit check_screen(const ScreenArguments& arguments);
[[nodiscard]] Exit list_screen(const ScreenArguments& arguments);
[[nodiscard]] Exit show_screen(const ScreenArguments& arguments);
[[nodiscard]] Exit hold_screen(const ScreenArguments& arguments);
[[nodiscard]] Exit decide_screen(const ScreenArguments& arguments);

struct CustomersArguments {
  std::string config_file;
  bool is_json = false;
  std::string file;     ///< load
  std::string account;  ///< set
  std::string status;   ///< set
  bool is_all = false;  ///< payments: those that are over, too
};
[[nodiscard]] Exit load_customers(const CustomersArguments& arguments);
[[nodiscard]] Exit set_customer(const CustomersArguments& arguments);
[[nodiscard]] Exit list_customers(const CustomersArguments& arguments);
[[nodiscard]] Exit list_payments(const CustomersArguments& arguments);

/// What is open: alarms, outbox, redemptions.
[[nodiscard]] Exit status_command(const std::string& config_file, bool is_json);

struct AlarmArguments {
  std::string config_file;
  bool is_json = false;
  std::string key;
  std::string reason;
};
/// Closes an alarm that a person has seen to; exit code 2 where it is none, or not for people.
[[nodiscard]] Exit close_alarm(const AlarmArguments& arguments);

/// One sentence on standard error.
Exit complain(Exit code, const std::string& sentence);

}  // namespace vostro::bridge
