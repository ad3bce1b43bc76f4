/// The versions of the book's tables. A step that has once been released is never changed; a new
/// one follows it. What a step did is on record in the table `migrations`.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "bridge/book/sql.h"

namespace vostro::bridge {

/// The newest version that this program knows.
[[nodiscard]] std::int64_t newest_schema();

/// Version of the tables that are there; 0 where there are none.
[[nodiscard]] std::int64_t schema_of(Sql& sql);

/// Brings the tables to the newest version, each step in a transaction of its own. Two programs may
/// do so at once: one waits for the other. Throws SqlError, also where the tables are newer.
void migrate(Sql& sql, std::int64_t now_ms);

}  // namespace vostro::bridge
