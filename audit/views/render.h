/// A bank's report as text, JSON, CSV, and one page of HTML that needs nothing else. Pure.
#pragma once

#include <string>

#include "audit/views/bank_report.h"

namespace vostro::audit {

[[nodiscard]] std::string to_text(const BankReport& report);
[[nodiscard]] std::string to_json(const BankReport& report);
/// A line each value: table, row, column, value. RFC 4180; no cell begins as a formula.
[[nodiscard]] std::string to_csv(const BankReport& report);
[[nodiscard]] std::string to_html(const BankReport& report);

}  // namespace vostro::audit
