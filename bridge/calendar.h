/// The days on which a currency's fiat moves, from a file of holidays: when each begins and when
/// its cut-off is, in UTC. Reading one asks the system's time zone database and changes the
/// process's zone meanwhile: at the start, before there is another thread. The calendar itself is
/// plain data.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace vostro::bridge {

/// A day that is open.
struct OpenDay {
  Date date;
  UnixSeconds begins;   ///< midnight there
  UnixSeconds cut_off;  ///< what comes then or later is of the next open day
};

struct Calendar {
  std::vector<OpenDay> days;  ///< ascending; the file covers no other open ones
  Date first, last;           ///< that the file covers

  /// The business date at `now`: the first open day whose cut-off is to come. None: beyond what the
  /// file covers.
  [[nodiscard]] std::optional<OpenDay> business_day(UnixSeconds now) const;
  /// The last open day whose cut-off has passed. None: before what the file covers.
  [[nodiscard]] std::optional<OpenDay> day_over(UnixSeconds now) const;
};

/// What of a calendar stands in the configuration.
struct CalendarRule {
  std::string zone = "UTC";  ///< a name of the system's database: "Europe/Berlin"
  int cut_off_minutes = 18 * 60;
};
/// "18:00" to minutes since midnight; empty when it is no such time.
[[nodiscard]] std::optional<int> parse_minutes(std::string_view text);

/// A file of holidays: `covers FIRST LAST` once, then a date and a name a line, ascending; # begins
/// a comment. Saturdays and Sundays are closed anyway. At most ten years. Errors: a sentence with
/// the line.
[[nodiscard]] Result<Calendar, std::string> make_calendar(std::string_view holidays,
                                                          const CalendarRule& rule);

}  // namespace vostro::bridge
