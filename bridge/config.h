/// The bridge's configuration: TOML, every key documented in deploy/vostro-bridge.example.toml and
/// docs/configuration.md. An unknown key is an error. Pure but for `load_config`.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/identifiers.h"
#include "base/keys.h"
#include "base/log.h"
#include "base/money.h"
#include "base/result.h"
#include "bridge/book/sql.h"
#include "bridge/calendar.h"
#include "bridge/participant_config.h"
#include "bridge/screening/screen.h"
#include "client/address.h"
#include "net/http/options.h"

namespace vostro::bridge {

/// One sentence for the operator: the file, the line where there is one, the key, and what to do.
struct ConfigError {
  std::string sentence;
};

/// A currency whose fiat pool this agent holds.
struct Pool {
  Currency currency;
  std::string account;  ///< ours at the bank: an IBAN, or as the bank names it
  Bic bank;             ///< that keeps it
  /// The bank may send several statements of one day: what it told must be on one of them, so it is
  /// looked for when the next day's first one is there.
  bool has_several_statements = false;
};

/// What was agreed with a participant for one currency, once and in writing: where its fiat comes
/// from, and where it goes to.
struct Standing {
  Bic participant;
  Currency currency;
  std::vector<std::string>
      pays_from;  ///< accounts; a credit from another one waits for two persons
  Bic bank;       ///< that keeps the account which it is paid to
  std::string account;
};

/// A currency's calendar, read at the start.
struct CurrencyCalendar {
  Currency currency;
  std::string holidays_file;
  CalendarRule rule;
  /// After a day's cut-off; then an alarm. None: nobody waits for one.
  std::optional<std::chrono::seconds> statement_within;
  Calendar calendar;
};

/// A sanctions list and the files that it is in: three for ofac-csv, else one.
struct ListSource {
  std::string name;
  screening::Format format = screening::Format::ofac_csv;
  std::vector<std::string> files;
};
struct ScreeningConfig {
  screening::Thresholds thresholds;
  std::vector<ListSource> lists;
};

/// Somebody who may decide about suspense, and about payments that screening holds.
struct Person {
  std::string name;
  PublicKey key;
};

/// What follows from a break, beside its alarm.
enum class OnBreak : std::uint8_t {
  stop,   ///< Its currency is not issued until two persons release it.
  alarm,  ///< Nothing.
};

struct BridgeConfig {
  Bic agent;
  std::string genesis_file;
  std::chrono::seconds lease{30};
  std::chrono::milliseconds poll{500};
  std::chrono::seconds reconcile_every{60};
  std::chrono::seconds retry{5};
  OnBreak on_break = OnBreak::stop;

  DatabaseAddress database;
  std::string database_password_file;  ///< empty: none

  client::ApiAddress node;
  std::string token_file;
  std::string ca_file;

  std::string key_file;
  std::string key_passphrase_file;
  std::chrono::seconds order_valid{3600};

  std::string directory;  ///< with in, out, archive, quarantine
  std::chrono::milliseconds settle{1000};
  Bic bank;            ///< at the other end of the channel
  PublicKey bank_key;  ///< what it signs its files with
  std::string sign_key_file;
  std::string sign_passphrase_file;
  std::chrono::seconds answer_within{3600};  ///< for a pacs.002; then an alarm

  std::uint32_t entry_age_days_max = 10;  ///< a credit that is older, or of the future, waits

  std::vector<Pool> pools;
  std::vector<Standing> standings;
  std::vector<CurrencyCalendar> calendars;
  std::vector<Person> persons;
  std::optional<ScreeningConfig> screening;
  /// The bank's role is that of a participant, with customers; else it is the settlement agent of
  /// the pools.
  std::optional<Participant> participant;
  std::optional<net::http::Options> api;  ///< none: nothing is served
  log::Options log;

  [[nodiscard]] const Pool* pool(const Currency& currency) const;
  [[nodiscard]] const Pool* pool_of_account(std::string_view account) const;
  [[nodiscard]] const Standing* standing(const Bic& member, const Currency& currency) const;
  [[nodiscard]] const CurrencyCalendar* calendar(const Currency& currency) const;
  [[nodiscard]] const Person* person(const PublicKey& key) const;
};

/// `directory` is where relative paths begin; `name` stands for the file in messages.
[[nodiscard]] Result<BridgeConfig, ConfigError> parse_config(std::string_view text,
                                                             const std::string& directory,
                                                             const std::string& name);
[[nodiscard]] Result<BridgeConfig, ConfigError> load_config(const std::string& file);

}  // namespace vostro::bridge
