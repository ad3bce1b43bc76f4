/// What a run came to as one page of HTML that needs nothing else: no script, no network, no file
/// beside it. Everything that is shown is escaped, and its security policy allows its own style
/// alone. Pure.
#pragma once

#include <string>

#include "bench/report.h"

namespace vostro::bench {

[[nodiscard]] std::string as_page(const Report& report);

}  // namespace vostro::bench
