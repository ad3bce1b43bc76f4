#include "bench/chart.h"

#include <algorithm>
#include <cmath>

#include "base/markup.h"

namespace vostro::bench {
namespace {

// Of a drawing, in its own units: pixels where there is room for all of it.
constexpr int kWidth = 890;
constexpr int kLabel = 410;  // names stand left of it, bars begin there
constexpr int kBars = 370;   // the longest bar; its value stands behind it
constexpr int kBar = 13;     // height of a bar
constexpr int kPitch = 16;   // from one bar to the next
constexpr int kGap = 6;      // between groups of bars
constexpr int kText = 11;    // from the top of a bar to the foot of its text
constexpr int kCurve = 120;  // height of a line over time
/// A figure that is more times its target is drawn as if it were this many times.
constexpr double kTimesDrawn = 2;

class Drawing {
 public:
  explicit Drawing(std::string title) : title_(std::move(title)) {}

  void text(int x, int y, const char* where, std::string_view words) {
    body_ += "<text x=\"" + std::to_string(x) + "\" y=\"" + std::to_string(y) + "\" class=\"" +
             where + "\">";
    append_markup(words, MarkupPlace::text, body_);
    body_ += "</text>\n";
  }
  void bar(int x, int y, int width, const std::string& kind) {
    body_ += "<rect x=\"" + std::to_string(x) + "\" y=\"" + std::to_string(y) + "\" width=\"" +
             std::to_string(width) + "\" height=\"" + std::to_string(kBar) + "\" class=\"" + kind +
             "\"></rect>\n";
  }
  void line(const std::string& points, const char* kind) {
    body_ += "<polyline points=\"" + points + "\" class=\"" + kind + "\"></polyline>\n";
  }
  [[nodiscard]] std::string done(int height) const {
    std::string out = "<svg role=\"img\" viewBox=\"0 0 " + std::to_string(kWidth) + " " +
                      std::to_string(height) + "\" aria-label=\"";
    append_markup(title_, MarkupPlace::attribute, out);
    return out + "\">\n" + body_ + "</svg>\n";
  }

 private:
  std::string title_;
  std::string body_;
};

/// Of a bar; nothing for what is no number, is below zero, or has nothing to be compared with.
int length_of(double value, double most) {
  const bool is_drawn = std::isfinite(value) && value > 0 && most > 0;
  return is_drawn ? static_cast<int>(std::lround(std::min(1.0, value / most) * kBars)) : 0;
}

double largest(double a, double b) {
  return std::isfinite(b) ? std::max(a, b) : a;
}

std::string kind_of(std::size_t place) {
  return "c" + std::to_string(place);
}

std::vector<std::size_t> drawn_of(const Table& table) {
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    if (table.columns[i].is_drawn) out.push_back(i);
  }
  return out;
}

void legend(const Table& table, const std::vector<std::size_t>& drawn, Drawing& to) {
  int x = kLabel;
  const auto entry = [&](const std::string& kind, const std::string& name) {
    to.bar(x, 2, kBar, kind);
    to.text(x + kBar + 4, 2 + kText, "from", name);
    x += kBar + 24 + 7 * static_cast<int>(name.size());
  };
  for (std::size_t i = 0; i < drawn.size(); ++i) entry(kind_of(i), table.columns[drawn[i]].name);
  if (table.is_stacked) entry("rest", "not told apart");
}

}  // namespace

std::string chart_of(const Table& table) {
  const auto drawn = drawn_of(table);
  if (drawn.empty() || table.rows.empty()) return {};
  double most = 0;
  for (const TableRow& row : table.rows) {
    if (table.is_stacked) most = largest(most, row.values.front());
    for (const std::size_t column : drawn) most = largest(most, row.values[column]);
  }
  const Unit unit = table.columns[drawn.front()].unit;
  Drawing out(table.title);
  legend(table, drawn, out);
  int y = kPitch + kGap;
  for (const TableRow& row : table.rows) {
    out.text(kLabel - 8, y + kText, "until", row.name);
    if (table.is_stacked) {
      // The whole lies below its parts.
      out.bar(kLabel, y, length_of(row.values.front(), most), "rest");
      int x = kLabel;
      for (std::size_t i = 0; i < drawn.size(); ++i) {
        const int length = length_of(row.values[drawn[i]], most);
        out.bar(x, y, length, kind_of(i));
        x += length;
      }
      out.text(kLabel + length_of(row.values.front(), most) + 6, y + kText, "from",
               text_of(row.values.front(), unit));
      y += kPitch;
      continue;
    }
    for (std::size_t i = 0; i < drawn.size(); ++i) {
      const double value = row.values[drawn[i]];
      out.bar(kLabel, y, length_of(value, most), kind_of(i));
      out.text(kLabel + length_of(value, most) + 6, y + kText, "from", text_of(value, unit));
      y += kPitch;
    }
    y += kGap;
  }
  return out.done(y + kGap);
}

std::string chart_of(const Series& series) {
  if (series.values.size() < 2) return {};
  double most = 0;
  for (const double value : series.values) most = largest(most, value);
  const int foot = kCurve + kPitch;
  std::string points;
  for (std::size_t i = 0; i < series.values.size(); ++i) {
    const double value = std::isfinite(series.values[i]) ? std::max(0.0, series.values[i]) : 0;
    const double share = static_cast<double>(i) / static_cast<double>(series.values.size() - 1);
    const auto x = std::lround(share * kWidth);
    const auto y = foot - (most > 0 ? std::lround(value / most * kCurve) : 0);
    points += (points.empty() ? "" : " ") + std::to_string(x) + "," + std::to_string(y);
  }
  Drawing out(series.title);
  out.text(0, kText, "from", "most " + text_of(most, series.unit));
  out.line("0," + std::to_string(foot) + " " + std::to_string(kWidth) + "," + std::to_string(foot),
           "axis");
  out.line(points, "curve");
  const double last_s = series.step_s * static_cast<double>(series.values.size());
  out.text(0, foot + kPitch, "from", "first value at " + text_of(series.step_s, Unit::s));
  out.text(kWidth, foot + kPitch, "until", "last at " + text_of(last_s, Unit::s));
  return out.done(foot + kPitch + kGap);
}

std::string chart_of_targets(const std::vector<std::pair<std::string, const Figure*>>& figures) {
  Drawing out("measured, by the target");
  int y = kPitch + kGap;
  const int one = kLabel + length_of(1, kTimesDrawn);
  for (const auto& [name, figure] : figures) {
    if (!figure->target || figure->target->bound == 0) continue;
    const double times = figure->value / figure->target->bound;
    const int length = length_of(times, kTimesDrawn);
    out.text(kLabel - 8, y + kText, "until", name);
    out.bar(kLabel, y, length, figure->is_met() ? "met" : "missed");
    out.text(kLabel + length + 6, y + kText, "from", text_of(times, Unit::times));
    y += kPitch;
  }
  if (y == kPitch + kGap) return {};
  const std::string x = std::to_string(one);
  out.text(one, kText, "mid", "target");
  out.line(x + "," + std::to_string(kPitch) + " " + x + "," + std::to_string(y), "axis");
  return out.done(y + kGap);
}

}  // namespace vostro::bench
