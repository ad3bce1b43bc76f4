#include "audit/views/render.h"

#include <algorithm>
#include <boost/json.hpp>

#include "base/markup.h"

namespace vostro::audit {
namespace {

namespace json = boost::json;

constexpr std::size_t kBarsMax = 31;
constexpr std::int64_t kBarWidth = 480;  // of the longest, in pixels

std::string markup(std::string_view text, MarkupPlace place = MarkupPlace::text) {
  std::string out;
  append_markup(text, place, out);
  return out;
}

std::string heading(const BankReport& report) {
  return report.bank + ", " + report.currency + ", " + report.from + " to " + report.to;
}

/// Starts with a letter, a digit, or a minus before a digit: what a spreadsheet would compute gets
/// an apostrophe.
std::string csv_cell(const std::string& text) {
  const bool is_number = text.size() > 1 && text[0] == '-' && text[1] >= '0' && text[1] <= '9';
  const bool is_formula = !text.empty() &&
                          std::string_view("=+-@\t\r").find(text[0]) != std::string_view::npos &&
                          !is_number;
  const std::string safe = (is_formula ? "'" : "") + text;
  if (safe.find_first_of(",\"\r\n") == std::string::npos) return safe;
  std::string quoted = "\"";
  for (const char c : safe) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

std::string chart(const ReportTable& table) {
  const std::size_t bars = std::min(table.chart.size(), kBarsMax);
  if (!table.chart_label || bars == 0) return {};
  std::int64_t most = 1;
  for (const std::int64_t value : table.chart) most = std::max(most, value);
  std::string svg = "<svg role=\"img\" aria-label=\"" +
                    markup(table.title, MarkupPlace::attribute) + "\" width=\"760\" height=\"" +
                    std::to_string(bars * 22 + 6) + "\">\n";
  for (std::size_t i = 0; i < bars; ++i) {
    // Sums of money may be near the end of 64 bits.
    const std::int64_t value = table.chart[i];
    const auto width = std::max<std::int64_t>(
        1, most < INT64_MAX / kBarWidth ? value * kBarWidth / most : value / (most / kBarWidth));
    const std::string y = std::to_string(i * 22 + 4);
    const std::string base = std::to_string(i * 22 + 17);
    svg += "<text x=\"232\" y=\"" + base + "\" text-anchor=\"end\">" +
           markup(table.rows[i][*table.chart_label]) + "</text><rect x=\"240\" y=\"" + y +
           "\" width=\"" + std::to_string(width) + "\" height=\"16\"></rect>\n";
  }
  return svg + "</svg>\n";
}

constexpr std::string_view kStyle =
    "body{font:15px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 "
    "1rem;color:#1a2230;background:#fff}"
    "h1{font-size:1.5rem}h2{font-size:1.1rem;margin-top:2rem}"
    "table{border-collapse:collapse;width:100%;display:block;overflow-x:auto}"
    "th,td{border-bottom:1px solid #d5dae2;padding:.3rem .6rem;text-align:left;white-space:nowrap}"
    "td.n{text-align:right;font-variant-numeric:tabular-nums}"
    "svg{max-width:100%;margin:.5rem 0}svg text{font-size:12px;fill:#1a2230}svg rect{fill:#2b6cb0}"
    "footer{margin-top:3rem;color:#5a6474;font-size:.85rem;overflow-wrap:anywhere}"
    "@media(prefers-color-scheme:dark){body{background:#12161d;color:#e6e9ef}svg "
    "text{fill:#e6e9ef}svg rect{fill:#63a4e8}th,td{border-color:#333b47}}";

bool is_figure(const std::string& text) {
  return !text.empty() && text.find_first_not_of("0123456789.-") == std::string::npos &&
         std::ranges::count(text, '-') <= 1;
}

}  // namespace

std::string to_text(const BankReport& report) {
  std::string out = report.network + ": " + heading(report) + "\n";
  for (const ReportTable& table : report.tables) {
    out += "\n" + table.title + "\n";
    if (table.rows.empty()) {
      out += "  none\n";
      continue;
    }
    std::vector<std::size_t> widths;
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
      std::size_t width = table.columns[i].size();
      for (const auto& row : table.rows) width = std::max(width, row.at(i).size());
      widths.push_back(width);
    }
    const auto line = [&](const std::vector<std::string>& cells) {
      std::string text = " ";
      for (std::size_t i = 0; i < cells.size(); ++i) {
        const std::string space(widths[i] - cells[i].size(), ' ');
        text += " " + (is_figure(cells[i]) ? space + cells[i] : cells[i] + space);
      }
      text.erase(text.find_last_not_of(' ') + 1);
      return text + "\n";
    };
    out += line(table.columns);
    for (const auto& row : table.rows) out += line(row);
  }
  return out + "\nup to block " + report.height + ", " + report.block + "\n";
}

std::string to_json(const BankReport& report) {
  json::object all;
  for (const ReportTable& table : report.tables) {
    json::array rows;
    for (const auto& row : table.rows) {
      json::object one;
      for (std::size_t i = 0; i < row.size(); ++i) one[table.columns[i]] = row[i];
      rows.push_back(std::move(one));
    }
    all[table.name] = std::move(rows);
  }
  return json::serialize(json::object{{"network", report.network},
                                      {"bank", report.bank},
                                      {"currency", report.currency},
                                      {"from", report.from},
                                      {"to", report.to},
                                      {"height", report.height},
                                      {"block", report.block},
                                      {"tables", std::move(all)}}) +
         "\n";
}

std::string to_csv(const BankReport& report) {
  std::string out = "bank,currency,from,to,table,row,column,value\r\n";
  const std::string scope =
      report.bank + "," + report.currency + "," + report.from + "," + report.to + ",";
  for (const ReportTable& table : report.tables)
    for (std::size_t i = 0; i < table.rows.size(); ++i)
      for (std::size_t j = 0; j < table.columns.size(); ++j)
        out += scope + table.name + "," + std::to_string(i + 1) + "," + table.columns[j] + "," +
               csv_cell(table.rows[i][j]) + "\r\n";
  return out;
}

std::string to_html(const BankReport& report) {
  std::string out =
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
      "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none';style-src "
      "'unsafe-inline'\"><title>" +
      markup(heading(report)) + "</title><style>" + std::string(kStyle) +
      "</style></head><body>\n<h1>" + markup(heading(report)) + "</h1>\n<p>" +
      markup(report.network) + "</p>\n";
  for (const ReportTable& table : report.tables) {
    out += "<section id=\"" + markup(table.name) + "\"><h2>" + markup(table.title) + "</h2>\n";
    if (table.rows.empty()) {
      out += "<p>none</p></section>\n";
      continue;
    }
    out += chart(table) + "<table><thead><tr>";
    for (const std::string& column : table.columns) {
      std::string name = column;
      std::ranges::replace(name, '_', ' ');
      out += "<th>" + markup(name) + "</th>";
    }
    out += "</tr></thead><tbody>\n";
    for (const auto& row : table.rows) {
      out += "<tr>";
      for (const std::string& cell : row)
        out += (is_figure(cell) ? "<td class=\"n\">" : "<td>") + markup(cell) + "</td>";
      out += "</tr>\n";
    }
    out += "</tbody></table></section>\n";
  }
  return out + "<footer>Up to block " + markup(report.height) + ", " + markup(report.block) +
         "</footer>\n</body></html>\n";
}

}  // namespace vostro::audit
