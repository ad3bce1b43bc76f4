#include <chrono>
#include <iostream>

#include "base/text.h"
#include "genesis/cli.h"
#include "genesis/commands.h"
#include "genesis/format.h"

namespace vostro::genesis::cli {
namespace {

UnixSeconds now() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return UnixSeconds(
      static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(since).count()));
}

/// "EUR:NORDDEFF:2026-01-05", with the digits of ISO 4217; "QQQ:NORDDEFF:2026-01-05:3" says them.
ListedCurrency currency_from(const std::string& text) {
  const auto parts = split(text, ':');
  if (parts.size() != 3 && parts.size() != 4)
    refuse_usage("--currency " + text +
                 ": write CODE:AGENT-BIC:BUSINESS-DATE, for example EUR:NORDDEFF:2026-01-05");
  const auto code = parse_currency(parts[0]);
  const auto agent = parse_bic(parts[1]);
  const auto date = parse_date(parts[2]);
  if (!code)
    refuse_usage("--currency " + text + ": \"" + parts[0] + "\" is not three capital letters");
  if (!agent)
    refuse_usage("--currency " + text + ": the BIC \"" + parts[1] +
                 "\": " + std::string(to_string(agent.error())));
  if (!date)
    refuse_usage("--currency " + text + ": \"" + parts[2] + "\" is no date such as 2026-01-05");
  ListedCurrency currency{*code, 0, *agent, *date, {}};
  if (parts.size() == 4) {
    if (parts[3].size() != 1 || !is_digit(parts[3][0]))
      refuse_usage("--currency " + text + ": the number of digits after the point is one digit");
    currency.exponent = static_cast<std::uint8_t>(parts[3][0] - '0');
    return currency;
  }
  const auto exponent = iso4217_exponent(*code);
  if (!exponent)
    refuse_usage("--currency " + text + ": ISO 4217 has no minor unit for " + parts[0] +
                 "; for a code that it does not list, say the digits: " + text + ":2");
  currency.exponent = *exponent;
  return currency;
}

}  // namespace

void run_new(const NewOptions& options) {
  Draft draft;
  draft.name = options.name;
  draft.development = options.development;
  draft.opens_at = now();
  if (!options.opens_at.empty()) {
    const auto time = parse_time(options.opens_at);
    if (!time)
      refuse_usage("--opens-at " + options.opens_at + ": write UTC as 2026-01-05T06:00:00Z");
    draft.opens_at = *time;
  }
  for (const std::string& text : options.currencies)
    draft.currencies.push_back(currency_from(text));
  const std::string text = write_draft(draft);
  // What is read back is what everybody will read; it also holds the options against all rules of a
  // draft.
  if (const auto checked = parse_draft(text); !checked) refuse(checked.error().what);
  write_new_file(options.out, text);
  std::cout << "Draft written to " << options.out
            << ". Read and edit it, then send it to all banks:\n"
            << "once the first of them has signed its entry, no value in it may change.\n";
}

}  // namespace vostro::genesis::cli
