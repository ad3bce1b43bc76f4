#include "bench/section.h"

#include <algorithm>
#include <cstdio>

namespace vostro::bench {
namespace {

int decimals_of(Unit unit) {
  switch (unit) {
    case Unit::ms:
    case Unit::s:
    case Unit::times:
      return 2;
    case Unit::us:
    case Unit::share:
    case Unit::mib:
      return 1;
    case Unit::per_second:
    case Unit::bytes:
    case Unit::count:
      return 0;
  }
  return 0;
}

}  // namespace

std::string_view sign_of(Unit unit) {
  switch (unit) {
    case Unit::ms:
      return "ms";
    case Unit::us:
      return "us";
    case Unit::s:
      return "s";
    case Unit::per_second:
      return "/s";
    case Unit::share:
      return "%";
    case Unit::times:
      return "x";
    case Unit::bytes:
      return "bytes";
    case Unit::mib:
      return "MiB";
    case Unit::count:
      return "";
  }
  return "";
}

std::string digits_of(double value, Unit unit) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", decimals_of(unit),
                unit == Unit::share ? value * 100 : value);
  return text;
}

std::string text_of(double value, Unit unit) {
  const std::string_view sign = sign_of(unit);
  return digits_of(value, unit) + (sign.empty() ? "" : " ") + std::string(sign);
}

bool Figure::is_met() const {
  if (!target) return true;
  if (!is_whole) return false;
  return target->is_floor ? value >= target->bound : value <= target->bound;
}

std::string target_text(const Figure& figure) {
  if (!figure.target) return {};
  return (figure.target->is_floor ? ">= " : "<= ") + text_of(figure.target->bound, figure.unit);
}

Table spread_table(std::string key, std::string title, Unit unit,
                   std::vector<std::pair<std::string, Spread>> rows) {
  // In other units it compares what a common scale would show as nothing beside each other.
  const bool is_drawn = unit == Unit::ms;
  Table table{std::move(key),
              std::move(title),
              {{"least", "least", unit},
               {"median", "median", unit, is_drawn},
               {"p90", "p90", unit, is_drawn},
               {"p99", "p99", unit, is_drawn},
               {"most", "most", unit},
               {"count", "count", Unit::count}},
              {}};
  for (auto& [name, spread] : rows) {
    if (spread.count == 0) continue;
    table.rows.push_back({std::move(name),
                          {spread.least, spread.median, spread.p90, spread.p99, spread.most,
                           static_cast<double>(spread.count)}});
  }
  return table;
}

bool Section::guards_hold() const {
  return std::all_of(guards.begin(), guards.end(), [](const Guard& each) { return each.holds; });
}

}  // namespace vostro::bench
