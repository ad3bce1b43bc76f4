/// A sanctions list after it was read, whatever its format was. Plain data; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.h"
#include "base/result.h"
#include "base/time.h"

namespace vostro::bridge::screening {

/// The formats that are published, and one of ours for countries.
enum class Format : std::uint8_t {
  ofac_csv = 1,  ///< sdn.csv with alt.csv and add.csv beside it
  ofac_xml,      ///< sdn.xml
  un_xml,        ///< consolidated.xml
  countries,     ///< CSV with the columns country, measure, basis
};
[[nodiscard]] std::string_view to_string(Format format);
[[nodiscard]] std::optional<Format> parse_format(std::string_view text);

struct ListedName {
  std::string text;  ///< as it stands in the list, family name first where the list has it so
  bool is_alias = false;
  bool is_weak = false;  ///< the list says that it alone identifies nobody

  bool operator==(const ListedName&) const = default;
};

struct ListEntry {
  std::string id;         ///< of the list
  std::string kind;       ///< "individual", "entity", "vessel", "aircraft"
  std::string programme;  ///< several with "; " between
  std::vector<ListedName> names;
  std::vector<std::string> countries;  ///< ISO 3166 alpha-2, sorted, each once

  bool operator==(const ListEntry&) const = default;
};

/// A country that nothing is paid to or from without a decision.
struct ListedCountry {
  std::string code;     ///< ISO 3166 alpha-2
  std::string measure;  ///< a word: "embargo"
  std::string basis;    ///< the act of law

  bool operator==(const ListedCountry&) const = default;
};

/// Which list a result is of: whoever has the file can prove it.
struct ListVersion {
  std::string name;               ///< as the configuration has it
  std::optional<Date> published;  ///< by the list itself; OFAC's CSV does not say
  Hash files;                     ///< of the bytes of its files
  std::size_t entries = 0;
  std::size_t names = 0;

  bool operator==(const ListVersion&) const = default;
};
/// "2026-02-27 1f0c8a7be2d3a5f1": date, or "-", and the first 16 digits of the hash.
[[nodiscard]] std::string to_string(const ListVersion& version);

struct List {
  ListVersion version;
  std::vector<ListEntry> entries;
  std::vector<ListedCountry> countries;
};

struct ListError {
  std::size_t line = 0;  ///< 0 where it is about the whole file
  std::string what;      ///< what is wrong, and what to do; quotes no name

  bool operator==(const ListError&) const = default;
};

inline constexpr std::size_t list_bytes_max = std::size_t{128} * 1024 * 1024;
inline constexpr std::size_t list_entries_max = 200'000;
inline constexpr std::size_t list_names_max = 1'000'000;

}  // namespace vostro::bridge::screening
