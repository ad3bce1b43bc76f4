/// TOML as a plain tree with line numbers, and a reader that misses no key. Only toml.cpp knows the
/// TOML library.
///
/// We take less than TOML offers: tables, arrays, text, integers and booleans, on lines of ordinary
/// length. Floats, TOML's own dates and multi-line texts are refused: none of our values needs
/// them, and each would be a second way of writing the same thing. Any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "genesis/definition.h"

namespace vostro::genesis {

struct TomlMember;

struct TomlNode {
  enum class Kind : std::uint8_t { table, array, text, integer, boolean };
  Kind kind = Kind::table;
  std::uint32_t line = 0;
  std::string text;
  std::int64_t integer = 0;
  bool boolean = false;
  std::vector<TomlMember> members;  ///< of a table, in the order of the library: ascending by key
  std::vector<TomlNode> items;      ///< of an array
};

struct TomlMember {
  std::string key;
  std::uint32_t line = 0;
  TomlNode value;
};

/// Errors: too_large, not_toml, wrong_type (a float, a date).
[[nodiscard]] Result<TomlNode, GenesisError> read_toml(std::string_view text);

/// Text as a TOML basic string, quotes included. `text` is clean (base/text.h).
[[nodiscard]] std::string toml_text(std::string_view text);

/// The first fault that a reading met. Once there is one, readers only return defaults, so that a
/// reading may go on to its end without asking after each field; whoever started it asks once.
class FirstFault {
 public:
  void report(GenesisError::Kind kind, std::uint32_t line, std::string what) {
    if (!error_) error_ = GenesisError{kind, line, std::move(what)};
  }
  [[nodiscard]] const std::optional<GenesisError>& error() const { return error_; }

 private:
  std::optional<GenesisError> error_;
};

/// Reads one table by name, and remembers which keys it was asked for: `finish` refuses the others.
class TableReader {
 public:
  /// `where` names the table in messages, for example "participant NORDDEFF". All three must
  /// outlive this.
  TableReader(const TomlNode& table, std::string where, FirstFault& fault);

  [[nodiscard]] std::uint32_t line() const { return table_.line; }
  [[nodiscard]] FirstFault& fault() { return fault_; }
  void rename(std::string where) { where_ = std::move(where); }
  [[nodiscard]] const std::string& where() const { return where_; }

  [[nodiscard]] bool has(std::string_view key) const { return find(key) != nullptr; }
  /// Marks the key as known, whatever it holds. Null where there is none.
  [[nodiscard]] const TomlNode* any(std::string_view key);

  [[nodiscard]] std::string text(std::string_view key);
  [[nodiscard]] std::int64_t integer(std::string_view key, std::int64_t min, std::int64_t max);
  [[nodiscard]] bool boolean(std::string_view key);
  /// Null, without fault, where there is none.
  [[nodiscard]] const TomlNode* table_if_any(std::string_view key);
  /// The tables of an array of tables; empty where there is none.
  [[nodiscard]] std::vector<const TomlNode*> tables(std::string_view key, std::size_t count_max);
  /// The words of an array of text. Missing is a fault.
  [[nodiscard]] std::vector<std::string> words(std::string_view key, std::size_t count_max);

  /// Text that `parse` (text -> optional or Result) takes; `rule` says what it should have been.
  template <class Parse>
  [[nodiscard]] auto value(std::string_view key, Parse&& parse, std::string_view rule) {
    const std::string written = text(key);
    using Value = std::decay_t<decltype(*parse(std::string_view(written)))>;
    if (const auto parsed = parse(std::string_view(written))) return Value(*parsed);
    refuse(key, "\"" + shown(written) + "\" is not " + std::string(rule));
    return Value{};
  }
  template <class Parse>
  [[nodiscard]] auto value_if_any(std::string_view key, Parse&& parse, std::string_view rule) {
    using Value = std::decay_t<decltype(value(key, parse, rule))>;
    return has(key) ? std::optional<Value>(value(key, parse, rule)) : std::nullopt;
  }

  /// bad_value at the key's line.
  void refuse(std::string_view key, std::string_view why);
  /// Refuses what nobody asked for.
  void finish();

 private:
  [[nodiscard]] const TomlMember* find(std::string_view key) const;
  [[nodiscard]] const TomlNode* typed(std::string_view key, TomlNode::Kind kind);
  /// Cut to what a message can hold.
  [[nodiscard]] static std::string shown(std::string_view text);

  const TomlNode& table_;
  std::string where_;
  FirstFault& fault_;
  std::set<std::string, std::less<>> known_;
};

}  // namespace vostro::genesis
