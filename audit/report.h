/// A report as an auditor reads it, and as a program does.
#pragma once

#include <boost/json/fwd.hpp>
#include <string>

#include "audit/replay.h"

namespace vostro::audit {

[[nodiscard]] std::string to_text(const Report& report);
/// One JSON object, described in docs/audit.md.
[[nodiscard]] std::string to_json(const Report& report);
/// Blocks whose signatures were left to the quorum: list of {from, to}.
[[nodiscard]] boost::json::array trusted_json(const Report& report);
/// "12,345 blocks" has its thousands apart.
[[nodiscard]] std::string grouped(std::uint64_t number);
/// "1 h 02 min", "3 min 20 s", "12 s".
[[nodiscard]] std::string duration(std::uint64_t ms);

}  // namespace vostro::audit
