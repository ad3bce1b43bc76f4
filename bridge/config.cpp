#include "bridge/config.h"

#include <algorithm>
#include <filesystem>

#include "base/text.h"
#include "bridge/channel/directories.h"
#include "genesis/toml.h"
#include "net/http/options_table.h"

namespace vostro::bridge {
namespace {

using genesis::FirstFault;
using genesis::TableReader;

constexpr std::size_t kPoolsMax = 64;
constexpr std::size_t kStandingsMax = 4'096;
constexpr std::size_t kPersonsMax = 64;
constexpr std::size_t kRoutesMax = 1'024;
constexpr std::size_t kAccountsMax = 64;
constexpr std::size_t kListsMax = 32;
constexpr std::int64_t kDay = 24 * 3600;

std::optional<std::string> a_path(std::string_view text) {
  return text.empty() ? std::nullopt : std::optional(std::string(text));
}

/// An IBAN where it looks like one; else 1 to 34 visible characters, as in camt and pacs messages.
std::optional<std::string> an_account(std::string_view text) {
  const bool has_iban_form = text.size() > 4 && is_upper(text[0]) && is_upper(text[1]) &&
                             is_digit(text[2]) && is_digit(text[3]);
  if (has_iban_form && !parse_iban(text)) return std::nullopt;
  const bool is_plain =
      std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f && c != '"'; });
  return text.empty() || text.size() > 34 || !is_plain ? std::nullopt
                                                       : std::optional(std::string(text));
}

std::optional<OnBreak> an_answer_to_a_break(std::string_view text) {
  if (text == "stop") return OnBreak::stop;
  if (text == "alarm") return OnBreak::alarm;
  return std::nullopt;
}

std::optional<bool> whether_several(std::string_view text) {
  if (text == "one") return false;
  if (text == "several") return true;
  return std::nullopt;
}

std::optional<std::string> a_person(std::string_view text) {
  const auto label = parse_label(text);
  return label ? std::optional(*label) : std::nullopt;
}

class BridgeConfigReader {
 public:
  BridgeConfigReader(const genesis::TomlNode& root, std::string directory, FirstFault& fault)
      : root_(root, "the file", fault), fault_(fault), directory_(std::move(directory)) {}

  BridgeConfig read() {
    bridge();
    book();
    node();
    keys();
    channel();
    pools();
    standings();
    calendars();
    persons();
    screening_lists();
    participant();
    api();
    log();
    root_.finish();
    return std::move(config_);
  }

 private:
  TableReader table(std::string_view name) {
    static const genesis::TomlNode kEmpty;
    const genesis::TomlNode* node = root_.table_if_any(name);
    return {node == nullptr ? kEmpty : *node, "[" + std::string(name) + "]", fault_};
  }
  std::string path(TableReader& from, std::string_view key) {
    const std::filesystem::path written = from.value(key, a_path, "a path");
    return written.is_absolute()
               ? written.string()
               : (std::filesystem::path(directory_) / written).lexically_normal().string();
  }
  std::string path_if_any(TableReader& from, std::string_view key) {
    return from.has(key) ? path(from, key) : std::string();
  }
  template <class Duration>
  void duration(TableReader& from, std::string_view key, Duration& into, std::int64_t min,
                std::int64_t max) {
    if (from.has(key)) into = Duration(from.integer(key, min, max));
  }

  void bridge() {
    TableReader from = table("bridge");
    config_.agent = from.value("participant", parse_bic, "a BIC");
    config_.genesis_file = path(from, "genesis");
    duration(from, "lease_s", config_.lease, 1, 3600);
    duration(from, "poll_ms", config_.poll, 10, 60'000);
    duration(from, "reconcile_s", config_.reconcile_every, 1, 60);
    duration(from, "retry_s", config_.retry, 1, 3600);
    config_.on_break = from.value_if_any("on_break", an_answer_to_a_break, "stop or alarm")
                           .value_or(config_.on_break);
    if (from.has("entry_age_days"))
      config_.entry_age_days_max =
          static_cast<std::uint32_t>(from.integer("entry_age_days", 1, 3650));
    from.finish();
  }

  void book() {
    TableReader from = table("book");
    config_.database = from.value("database", parse_database,
                                  "\"sqlite:PATH\", or \"postgresql:\" and a connection string "
                                  "without a password");
    if (config_.database.kind == DatabaseAddress::Kind::sqlite &&
        !std::filesystem::path(config_.database.where).is_absolute())
      config_.database.where =
          (std::filesystem::path(directory_) / config_.database.where).lexically_normal().string();
    config_.database_password_file = path_if_any(from, "password_file");
    from.finish();
  }

  void node() {
    TableReader from = table("node");
    config_.node = from.value("api", client::parse_api_address,
                              "the URL of a node's API: https, or http on this machine");
    config_.token_file = path(from, "token_file");
    config_.ca_file = path_if_any(from, "ca_file");
    from.finish();
  }

  void keys() {
    TableReader from = table("keys");
    config_.key_file = path(from, "key");
    config_.key_passphrase_file = path_if_any(from, "passphrase_file");
    duration(from, "order_valid_s", config_.order_valid, 60, kDay);
    from.finish();
  }

  void channel() {
    TableReader from = table("channel");
    config_.directory = path(from, "directory");
    duration(from, "settle_ms", config_.settle, 0, 600'000);
    config_.bank = from.value("bank", parse_bic, "a BIC");
    config_.bank_key =
        from.value("bank_key", public_key_from_text, "\"ed25519:\" and 64 hexadecimal digits");
    config_.sign_key_file = path(from, "sign_key");
    config_.sign_passphrase_file = path_if_any(from, "sign_passphrase_file");
    duration(from, "answer_within_s", config_.answer_within, 1, 30 * kDay);
    from.finish();
  }

  void pools() {
    for (const genesis::TomlNode* one : root_.tables("pool", kPoolsMax)) {
      TableReader from(*one, "[[pool]]", fault_);
      Pool pool;
      pool.currency = from.value("currency", parse_currency, "a currency code, as \"EUR\"");
      pool.account = from.value("account", an_account, "an account at a bank");
      pool.bank = from.value_if_any("bank", parse_bic, "a BIC").value_or(config_.bank);
      pool.has_several_statements =
          from.value_if_any("statements_of_a_day", whether_several, "one or several")
              .value_or(false);
      if (!iso4217_exponent(pool.currency))
        from.refuse("currency", "ISO 4217 gives it no minor unit");
      if (config_.pool(pool.currency) != nullptr) from.refuse("currency", "it stands twice");
      if (config_.pool_of_account(pool.account) != nullptr)
        from.refuse("account", "it stands twice");
      from.finish();
      config_.pools.push_back(std::move(pool));
    }
    if (config_.pools.empty() && !root_.has("participant") && !fault_.error())
      root_.refuse("pool",
                   "there must be a [[pool]] for each currency of the agent, or [participant]");
  }

  void participant() {
    const genesis::TomlNode* node = root_.table_if_any("participant");
    const auto routes = root_.tables("route", kRoutesMax);
    if (node == nullptr) {
      if (!routes.empty()) root_.refuse("route", "it is for [participant]");
      return;
    }
    if (!config_.pools.empty() || !config_.standings.empty())
      root_.refuse("participant",
                   "a bridge is that of a settlement agent ([[pool]]) or of a participant: give "
                   "each its own configuration, book and channel");
    TableReader from(*node, "[participant]", fault_);
    config_.participant = read_participant(
        from, routes, config_.agent,
        [this](TableReader& reader, std::string_view key) { return path(reader, key); });
  }

  void standings() {
    for (const genesis::TomlNode* one : root_.tables("standing", kStandingsMax)) {
      TableReader from(*one, "[[standing]]", fault_);
      Standing standing;
      standing.participant = from.value("participant", parse_bic, "a BIC");
      standing.currency = from.value("currency", parse_currency, "a currency code, as \"EUR\"");
      for (const std::string& word : from.words("pays_from", kAccountsMax)) {
        const auto account = an_account(word);
        if (!account) from.refuse("pays_from", "\"" + word + "\" is no account at a bank");
        standing.pays_from.push_back(account.value_or(""));
      }
      standing.bank = from.value("paid_to_bank", parse_bic, "a BIC");
      standing.account = from.value("paid_to_account", an_account, "an account at a bank");
      if (config_.pool(standing.currency) == nullptr) from.refuse("currency", "it has no [[pool]]");
      if (config_.standing(standing.participant, standing.currency) != nullptr)
        from.refuse("participant", "it stands twice for this currency");
      from.finish();
      config_.standings.push_back(std::move(standing));
    }
  }

  void calendars() {
    for (const genesis::TomlNode* one : root_.tables("calendar", kPoolsMax)) {
      TableReader from(*one, "[[calendar]]", fault_);
      CurrencyCalendar made;
      made.currency = from.value("currency", parse_currency, "a currency code, as \"EUR\"");
      made.holidays_file = path(from, "holidays");
      made.rule.zone = from.value_if_any("zone", a_path, "a zone, as \"Europe/Berlin\"")
                           .value_or(made.rule.zone);
      made.rule.cut_off_minutes = from.value("cut_off", parse_minutes, "a time, as \"18:00\"");
      if (from.has("statement_within_h"))
        made.statement_within = std::chrono::hours(from.integer("statement_within_h", 1, 240));
      if (config_.pool(made.currency) == nullptr) from.refuse("currency", "it has no [[pool]]");
      if (config_.calendar(made.currency) != nullptr) from.refuse("currency", "it stands twice");
      from.finish();
      config_.calendars.push_back(std::move(made));
    }
  }

  void persons() {
    for (const genesis::TomlNode* one : root_.tables("person", kPersonsMax)) {
      TableReader from(*one, "[[person]]", fault_);
      Person person;
      person.name = from.value("name", a_person, "1 to 34 of a-z, 0-9 and -");
      person.key =
          from.value("key", public_key_from_text, "\"ed25519:\" and 64 hexadecimal digits");
      if (!fault_.error() && !is_admissible(person.key)) from.refuse("key", "it is no sound key");
      if (config_.person(person.key) != nullptr) from.refuse("key", "it stands twice");
      from.finish();
      config_.persons.push_back(std::move(person));
    }
  }

  void screening_lists() {
    const bool is_asked_for = root_.table_if_any("screening") != nullptr;
    const auto sources = root_.tables("screening_list", kListsMax);
    if (!is_asked_for && sources.empty()) return;
    ScreeningConfig made;
    TableReader from = table("screening");
    if (from.has("name_score"))
      made.thresholds.name = static_cast<int>(from.integer("name_score", 700, 1000));
    if (from.has("weak_alias_score"))
      made.thresholds.weak_alias = static_cast<int>(from.integer("weak_alias_score", 700, 1000));
    if (made.thresholds.weak_alias < made.thresholds.name)
      from.refuse("weak_alias_score", "it is below name_score");
    from.finish();
    for (const genesis::TomlNode* one : sources) made.lists.push_back(screening_list(*one, made));
    if (made.lists.empty() && !fault_.error())
      root_.refuse("screening_list",
                   "there must be a [[screening_list]] where there is [screening]");
    config_.screening = std::move(made);
  }

  ListSource screening_list(const genesis::TomlNode& one, const ScreeningConfig& so_far) {
    TableReader from(one, "[[screening_list]]", fault_);
    ListSource source;
    source.name = from.value("name", a_person, "1 to 34 of a-z, 0-9 and -");
    source.format =
        from.value("format", screening::parse_format, "ofac-csv, ofac-xml, un-xml or countries");
    for (const std::string& word : from.words("files", 3))
      source.files.push_back((std::filesystem::path(word).is_absolute()
                                  ? std::filesystem::path(word)
                                  : std::filesystem::path(directory_) / word)
                                 .lexically_normal()
                                 .string());
    const std::size_t expected = source.format == screening::Format::ofac_csv ? 3 : 1;
    if (!fault_.error() && source.files.size() != expected)
      from.refuse("files", expected == 3 ? "ofac-csv has three: sdn.csv, alt.csv and add.csv"
                                         : "this format has one file");
    if (std::ranges::any_of(so_far.lists,
                            [&](const ListSource& each) { return each.name == source.name; }))
      from.refuse("name", "it stands twice");
    from.finish();
    return source;
  }

  void api() {
    if (root_.table_if_any("api") == nullptr) return;
    TableReader from = table("api");
    net::http::Options& options = config_.api.emplace();
    options.port = 8090;
    options.limits.large_body_bytes = file_bytes_max;
    net::http::read_listening(from, options, [this](TableReader& reader, std::string_view key) {
      return path_if_any(reader, key);
    });
    options.token_file = path(from, "token_file");
    from.finish();
  }

  void log() {
    TableReader from = table("log");
    config_.log.level =
        from.value_if_any("level", log::parse_level, "debug, info, warning or error")
            .value_or(config_.log.level);
    config_.log.format =
        from.value_if_any("format", log::parse_format, "text or json").value_or(config_.log.format);
    from.finish();
  }

  TableReader root_;
  FirstFault& fault_;
  std::string directory_;
  BridgeConfig config_;
};

ConfigError config_error(const std::string& name, const genesis::GenesisError& error) {
  return {name + ": " + to_string(error)};
}

}  // namespace

const Pool* BridgeConfig::pool(const Currency& currency) const {
  const auto found = std::ranges::find(pools, currency, &Pool::currency);
  return found == pools.end() ? nullptr : &*found;
}

const Pool* BridgeConfig::pool_of_account(std::string_view account) const {
  const auto found = std::ranges::find(pools, account, &Pool::account);
  return found == pools.end() ? nullptr : &*found;
}

const Standing* BridgeConfig::standing(const Bic& member, const Currency& currency) const {
  const auto found = std::ranges::find_if(standings, [&](const Standing& each) {
    return each.participant == member && each.currency == currency;
  });
  return found == standings.end() ? nullptr : &*found;
}

const CurrencyCalendar* BridgeConfig::calendar(const Currency& currency) const {
  const auto found = std::ranges::find(calendars, currency, &CurrencyCalendar::currency);
  return found == calendars.end() ? nullptr : &*found;
}

const Person* BridgeConfig::person(const PublicKey& key) const {
  const auto found = std::ranges::find(persons, key, &Person::key);
  return found == persons.end() ? nullptr : &*found;
}

Result<BridgeConfig, ConfigError> parse_config(std::string_view text, const std::string& directory,
                                               const std::string& name) {
  const auto root = genesis::read_toml(text);
  if (!root) return fail(config_error(name, root.error()));
  FirstFault fault;
  BridgeConfig config = BridgeConfigReader(*root, directory, fault).read();
  if (fault.error()) return fail(config_error(name, *fault.error()));
  return config;
}

Result<BridgeConfig, ConfigError> load_config(const std::string& file) {
  const auto text = genesis::read_text_file(file);
  if (!text) return fail(config_error(file, text.error()));
  std::error_code none;
  const auto whole = std::filesystem::absolute(file, none);
  auto config = parse_config(*text, whole.parent_path().string(), file);
  if (!config) return config;
  for (CurrencyCalendar& each : config->calendars) {
    const auto holidays = genesis::read_text_file(each.holidays_file);
    if (!holidays) return fail(config_error(each.holidays_file, holidays.error()));
    auto calendar = make_calendar(*holidays, each.rule);
    if (!calendar) return fail(ConfigError{each.holidays_file + ": " + calendar.error()});
    each.calendar = *std::move(calendar);
  }
  return config;
}

}  // namespace vostro::bridge
