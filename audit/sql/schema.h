/// The tables that an export fills: docs/audit.md, "The database", describes each column. A change
/// of them raises the number, and an older database is made anew.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace vostro::audit {

inline constexpr std::int64_t schema_version = 3;

struct TableDefinition {
  std::string_view name;
  std::size_t columns;
  std::string_view statement;
};
extern const std::array<TableDefinition, 8> tables;
extern const std::array<std::string_view, 8> indexes;
/// Made after the tables.
extern const std::array<std::string_view, 1> views;

}  // namespace vostro::audit
