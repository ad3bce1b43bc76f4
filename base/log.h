/// The log: lines of text or JSON on standard error, for operators. Safe from many threads.
///
///   log::info("block final", {{"height", block.height}, {"duration_ms", elapsed}});
///
/// What must never be logged cannot be: the message is a literal of the source, and all that varies
/// stands in fields whose names are on the list below, checked when compiling. Names of people,
/// memo texts, file bodies, tokens and passphrases have no field, and secrets no conversion. Of an
/// account number only the last 4 characters are shown. Control characters and all that is not
/// ASCII are escaped, values cut at 256 bytes, repeated messages limited.
///
/// Not for the pure houses: they return values, and whoever drives them logs.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

#include "base/bytes.h"
#include "base/strong.h"

namespace vostro::log {

enum class Level : std::uint8_t { debug, info, warning, error };
enum class Format : std::uint8_t { text, json };

struct Options {
  Level level = Level::info;  ///< Less important lines are not written.
  Format format = Format::text;
  std::uint32_t repeats_max = 20;  ///< Lines with the same message in one second; 0 for no limit.
};
/// Takes effect for lines after it, in all threads.
void configure(const Options& options);

[[nodiscard]] std::string_view to_string(Level level);
/// "debug", "info", "warning", "error"; empty for anything else.
[[nodiscard]] std::optional<Level> parse_level(std::string_view text);
/// "text", "json"; empty for anything else.
[[nodiscard]] std::optional<Format> parse_format(std::string_view text);

/// Every name a field may have. Whoever adds one answers: can its value name a person or hold a
/// secret?
inline constexpr std::array field_names{
    std::string_view{"account"},  // cut to its last 4 characters
    std::string_view{"address"},  // network address, host:port
    std::string_view{"api"},      // address of the API
    std::string_view{"attempt"},
    std::string_view{"batch"},
    std::string_view{"batches"},
    std::string_view{"block"},
    std::string_view{"bytes"},
    std::string_view{"code"},  // reason or status code
    std::string_view{"component"},
    std::string_view{"connections"},
    std::string_view{"count"},
    std::string_view{"currency"},
    std::string_view{"digest"},
    std::string_view{"direction"},
    std::string_view{"duration_ms"},
    std::string_view{"epoch"},
    std::string_view{"error"},     // a sentence of ours or the system's, never input
    std::string_view{"evidence"},  // name of a validator's act: BIC, kind, epoch, view
    std::string_view{"expected"},
    std::string_view{"file"},  // path of one of our own files
    std::string_view{"found"},
    std::string_view{"from_height"},
    std::string_view{"height"},
    std::string_view{"key"},  // public key, or key of the configuration
    std::string_view{"kind"},
    std::string_view{"lane"},
    std::string_view{"leader"},
    std::string_view{"limit"},
    std::string_view{"method"},
    std::string_view{"network"},
    std::string_view{"origin"},
    std::string_view{"parent"},
    std::string_view{"participant"},  // BIC or index of a bank
    std::string_view{"peer"},
    std::string_view{"peers"},
    std::string_view{"pid"},
    std::string_view{"port"},
    std::string_view{"quorum"},
    std::string_view{"reason"},
    std::string_view{"role"},
    std::string_view{"root"},
    std::string_view{"route"},  // the pattern of a path, not the path
    std::string_view{"sequence"},
    std::string_view{"signal"},
    std::string_view{"state"},
    std::string_view{"status"},
    std::string_view{"to_height"},
    std::string_view{"transaction"},
    std::string_view{"transactions"},
    std::string_view{"uetr"},
    std::string_view{"validator"},
    std::string_view{"validators"},
    std::string_view{"version"},
    std::string_view{"view"},
};
[[nodiscard]] constexpr bool is_field_name(std::string_view name) {
  for (const auto listed : field_names)
    if (listed == name) return true;
  return false;
}

/// A name on the list; any other does not compile.
class FieldName {
 public:
  // NOLINTNEXTLINE(google-explicit-constructor): so that a literal stands for it in a list of
  // fields
  consteval FieldName(const char* name) : text_(name) {
    if (!is_field_name(text_)) throw "this name is not in log::field_names";
  }
  [[nodiscard]] constexpr std::string_view text() const { return text_; }

 private:
  std::string_view text_;
};

/// What happened, in the same words each time. A literal, so that nothing from outside can be in
/// it.
class Message {
 public:
  // NOLINTNEXTLINE(google-explicit-constructor): so that a literal stands for it
  consteval Message(const char* text) : text_(text) {}
  [[nodiscard]] constexpr std::string_view text() const { return text_; }

 private:
  std::string_view text_;
};

/// Numbers, flags, text; fixed bytes as hexadecimal, strong numbers as their number, durations in
/// milliseconds, and whatever has a `to_text` as that.
class Value {
 public:
  using Held = std::variant<bool, std::int64_t, std::uint64_t, std::string>;

  template <class T>
  // NOLINTNEXTLINE(google-explicit-constructor): so that any value stands for it in a list of
  // fields
  Value(const T& value) : held_(held_of(value)) {}

  [[nodiscard]] const Held& held() const { return held_; }

 private:
  template <class T>
  static Held held_of(const T& value) {
    if constexpr (std::is_same_v<T, bool>) {
      return value;
    } else if constexpr (std::is_integral_v<T>) {
      if constexpr (std::is_signed_v<T>) {
        return static_cast<std::int64_t>(value);
      } else {
        return static_cast<std::uint64_t>(value);
      }
    } else if constexpr (std::is_convertible_v<T, std::string_view>) {
      return std::string(std::string_view(value));
    } else if constexpr (requires { to_text(value); }) {
      return std::string(to_text(value));
    } else if constexpr (requires { to_hex(value.view()); }) {
      return to_hex(value.view());
    } else if constexpr (requires {
                           std::chrono::duration_cast<std::chrono::milliseconds>(value);
                         }) {
      return std::int64_t{std::chrono::duration_cast<std::chrono::milliseconds>(value).count()};
    } else {
      return held_of(value.value);
    }
  }

  Held held_;
};

struct Field {
  FieldName name;
  Value value;
};
using Fields = std::initializer_list<Field>;

void write(Level level, Message message, Fields fields);
/// True where a line of that level would be written: for fields that are dear to compute.
[[nodiscard]] bool is_enabled(Level level);

inline void debug(Message message, Fields fields = {}) {
  write(Level::debug, message, fields);
}
inline void info(Message message, Fields fields = {}) {
  write(Level::info, message, fields);
}
inline void warning(Message message, Fields fields = {}) {
  write(Level::warning, message, fields);
}
inline void error(Message message, Fields fields = {}) {
  write(Level::error, message, fields);
}

}  // namespace vostro::log
