#include "bench/report.h"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <ostream>

namespace vostro::bench {
namespace {

namespace json = boost::json;

constexpr std::size_t kNameWidth = 52;
constexpr std::size_t kCellWidth = 14;

std::string left(std::string text, std::size_t width) {
  text.resize(std::max(text.size(), width), ' ');
  return text;
}
std::string right(const std::string& text, std::size_t width) {
  return std::string(width > text.size() ? width - text.size() : 0, ' ') + text;
}

void print_figure(const Figure& figure, std::ostream& out) {
  out << "  " << left(figure.name, kNameWidth) << right(text_of(figure.value, figure.unit), 14);
  if (figure.target)
    out << "   target " << left(target_text(figure), 16) << (figure.is_met() ? "met" : "MISSED");
  out << "\n";
}

void print_table(const Table& table, std::ostream& out) {
  out << "  " << left(table.title, kNameWidth);
  for (const Column& column : table.columns) {
    const std::string_view sign = sign_of(column.unit);
    out << right(column.name + (sign.empty() ? "" : " ") + std::string(sign), kCellWidth);
  }
  out << "\n";
  for (const TableRow& row : table.rows) {
    out << "    " << left(row.name, kNameWidth - 2);
    for (std::size_t i = 0; i < row.values.size(); ++i)
      out << right(digits_of(row.values[i], table.columns[i].unit), kCellWidth);
    out << "\n";
  }
}

void print_section(const Section& section, std::ostream& out) {
  out << "\n" << section.name << ": " << section.title << "\n";
  for (const Figure& each : section.figures) print_figure(each, out);
  for (const Table& each : section.tables) print_table(each, out);
  for (const Series& each : section.series) {
    out << "  " << each.title << ", " << sign_of(each.unit) << ":";
    for (const double value : each.values) out << " " << digits_of(value, each.unit);
    out << "\n";
  }
  for (const std::string& each : section.notes) out << "  NOTE: " << each << "\n";
  for (const Guard& each : section.guards)
    out << "  " << left(each.name, kNameWidth) << (each.holds ? "holds   " : "BROKEN  ")
        << each.detail << "\n";
}

json::object figure_json(const Figure& figure) {
  json::object out{{"name", figure.name}, {"value", figure.value}, {"unit", sign_of(figure.unit)}};
  // A share is of one here, and not in percent.
  if (figure.unit == Unit::share) out["unit"] = "share";
  if (!figure.target) return out;
  out[figure.target->is_floor ? "at_least" : "at_most"] = figure.target->bound;
  out["is_met"] = figure.is_met();
  return out;
}

json::array table_json(const Table& table) {
  json::array rows;
  for (const TableRow& row : table.rows) {
    json::object out{{"name", row.name}};
    for (std::size_t i = 0; i < row.values.size(); ++i) out[table.columns[i].key] = row.values[i];
    rows.push_back(std::move(out));
  }
  return rows;
}

json::object section_json(const Section& section) {
  json::object figures;
  for (const Figure& each : section.figures) figures[each.key] = figure_json(each);
  json::object tables;
  for (const Table& each : section.tables) tables[each.key] = table_json(each);
  json::object series;
  for (const Series& each : section.series)
    series[each.key] = {{"step_s", each.step_s},
                        {"values", json::array(each.values.begin(), each.values.end())}};
  json::array guards;
  for (const Guard& each : section.guards)
    guards.push_back({{"name", each.name}, {"holds", each.holds}, {"detail", each.detail}});
  return {{"scenario", section.name},
          {"title", section.title},
          {"figures", std::move(figures)},
          {"tables", std::move(tables)},
          {"series", std::move(series)},
          {"notes", json::array(section.notes.begin(), section.notes.end())},
          {"guards", std::move(guards)}};
}

}  // namespace

bool Report::guards_hold() const {
  return std::all_of(sections.begin(), sections.end(),
                     [](const Section& each) { return each.guards_hold(); });
}

void print(const Report& report, std::ostream& out) {
  out << "\n"
      << report.machine.cores << " cores, " << report.machine.processor << ", "
      << report.machine.kernel << "\n";
  for (const Section& each : report.sections) print_section(each, out);
}

std::string as_json(const Report& report) {
  json::array sections;
  for (const Section& each : report.sections) sections.push_back(section_json(each));
  const json::object out{{"machine",
                          {{"cores", report.machine.cores},
                           {"processor", report.machine.processor},
                           {"kernel", report.machine.kernel},
                           {"is_in_memory", report.machine.is_in_memory}}},
                         {"scenarios", std::move(sections)},
                         {"guards_hold", report.guards_hold()}};
  return json::serialize(out) + "\n";
}

}  // namespace vostro::bench
