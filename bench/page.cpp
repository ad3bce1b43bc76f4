#include "bench/page.h"

#include <utility>
#include <vector>

#include "base/markup.h"
#include "bench/chart.h"

namespace vostro::bench {
namespace {

constexpr std::string_view kStyle =
    "body{font:15px/1.5 system-ui,sans-serif;max-width:64rem;margin:2rem auto;padding:0 1rem;"
    "color:#1a2230;background:#fff;--c0:#2b6cb0;--c1:#dd8a1f;--c2:#7a4fa3;--rest:#c3cad5;"
    "--met:#2f855a;--missed:#c05621}"
    "h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2.5rem}h3{font-size:1rem;margin:1.2rem 0 "
    "0}"
    "table{border-collapse:collapse;display:block;overflow-x:auto;margin:.5rem 0}"
    "th,td{border-bottom:1px solid #d5dae2;padding:.25rem .6rem;text-align:right;white-space:"
    "nowrap;font-variant-numeric:tabular-nums}"
    "th:first-child,td:first-child,td.t{text-align:left}"
    "svg{display:block;width:100%;max-width:890px;margin:.5rem 0}"
    "svg text{font-size:12px;fill:#1a2230}text.until{text-anchor:end}text.mid{text-anchor:middle}"
    "rect.c0{fill:var(--c0)}rect.c1{fill:var(--c1)}rect.c2{fill:var(--c2)}rect.rest{fill:var(--"
    "rest)}rect.met{fill:var(--met)}rect.missed{fill:var(--missed)}"
    "polyline{fill:none}.axis{stroke:#5a6474;stroke-width:1}.curve{stroke:var(--c0);stroke-width:2}"
    "td.met{color:var(--met)}td.missed,.broken{color:var(--missed);font-weight:600}"
    "@media(prefers-color-scheme:dark){body{background:#12161d;color:#e6e9ef;--c0:#63a4e8;--c1:"
    "#f0ad4e;--c2:#b794e0;--rest:#4a5568;--met:#68d391;--missed:#f6995c}svg text{fill:#e6e9ef}"
    "th,td{border-color:#333b47}.axis{stroke:#9aa5b5}}";

std::string markup(std::string_view text) {
  std::string out;
  append_markup(text, MarkupPlace::text, out);
  return out;
}

/// One `<td>` or `<th>`, of a class where one is given.
std::string cell(const char* element, std::string_view text, const std::string& kind = {}) {
  const std::string name(element);
  return "<" + name + (kind.empty() ? "" : " class=\"" + kind + "\"") + ">" + markup(text) + "</" +
         name + ">";
}

std::string figure_cells(const Figure& figure) {
  std::string out =
      cell("td", text_of(figure.value, figure.unit)) + cell("td", target_text(figure));
  if (!figure.target) return out + cell("td", "");
  return out + (figure.is_met() ? cell("td", "met", "met") : cell("td", "missed", "missed"));
}

std::string targets(const Report& report) {
  std::vector<std::pair<std::string, const Figure*>> drawn;
  std::string rows;
  for (const Section& section : report.sections) {
    for (const Figure& figure : section.figures) {
      if (!figure.target) continue;
      drawn.emplace_back(section.name + ": " + figure.name, &figure);
      rows += "<tr>" + cell("td", section.name) + cell("td", figure.name, "t") +
              figure_cells(figure) + "</tr>\n";
    }
  }
  if (rows.empty()) return {};
  return "<section id=\"targets\"><h2>Targets</h2>\n" + chart_of_targets(drawn) +
         "<table><thead><tr><th>scenario</th><th>what</th><th>measured</th><th>target</th>"
         "<th></th></tr></thead><tbody>\n" +
         rows + "</tbody></table></section>\n";
}

std::string figures(const Section& section) {
  if (section.figures.empty()) return {};
  std::string out =
      "<table class=\"figures\"><thead><tr><th>figure</th><th>measured</th><th>target</th><th>"
      "</th></tr></thead><tbody>\n";
  for (const Figure& each : section.figures)
    out += "<tr>" + cell("td", each.name) + figure_cells(each) + "</tr>\n";
  return out + "</tbody></table>\n";
}

std::string shown(const Table& table) {
  std::string out =
      "<h3>" + markup(table.title) + "</h3>\n" + chart_of(table) + "<table><thead><tr><th></th>";
  for (const Column& column : table.columns) {
    const std::string_view sign = sign_of(column.unit);
    out += cell("th", column.name + (sign.empty() ? "" : " ") + std::string(sign));
  }
  out += "</tr></thead><tbody>\n";
  for (const TableRow& row : table.rows) {
    out += "<tr>" + cell("td", row.name);
    for (std::size_t i = 0; i < row.values.size(); ++i)
      out += cell("td", digits_of(row.values[i], table.columns[i].unit));
    out += "</tr>\n";
  }
  return out + "</tbody></table>\n";
}

std::string guards(const Section& section) {
  if (section.guards.empty()) return {};
  std::string out = "<h3>guards</h3>\n<table><tbody>\n";
  for (const Guard& each : section.guards)
    out += "<tr>" + cell("td", each.name) +
           (each.holds ? cell("td", "holds", "t met") : cell("td", "BROKEN", "t missed")) +
           cell("td", each.detail, "t") + "</tr>\n";
  return out + "</tbody></table>\n";
}

std::string shown(const Section& section) {
  std::string out = "<section class=\"scenario\"><h2>" +
                    markup(section.name + ": " + section.title) + "</h2>\n" + figures(section);
  for (const std::string& each : section.notes) out += "<p>Note: " + markup(each) + "</p>\n";
  for (const Table& each : section.tables) out += shown(each);
  for (const Series& each : section.series) {
    if (const std::string drawn = chart_of(each); !drawn.empty())
      out += "<h3>" + markup(each.title) + "</h3>\n" + drawn;
  }
  return out + guards(section) + "</section>\n";
}

}  // namespace

std::string as_page(const Report& report) {
  std::string out =
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
      "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none';style-src "
      "'unsafe-inline'\"><title>vostro-bench</title><style>" +
      std::string(kStyle) + "</style></head><body>\n<h1>vostro-bench</h1>\n<p>" +
      markup(std::to_string(report.machine.cores) + " cores, " + report.machine.processor + ", " +
             report.machine.kernel) +
      "</p>\n";
  out += report.guards_hold()
             ? "<p id=\"guards\">All guards hold: the ledger did its whole work.</p>\n"
             : "<p id=\"guards\" class=\"broken\">A guard is broken: no figure counts.</p>\n";
  out += targets(report);
  for (const Section& each : report.sections) out += shown(each);
  return out + "</body></html>\n";
}

}  // namespace vostro::bench
