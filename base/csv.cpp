#include "base/csv.h"

namespace vostro {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// One pass over the text; `at_` is always at the next character that was not looked at.
class CsvReader {
 public:
  explicit CsvReader(std::string_view text) : text_(text) {}

  Result<std::vector<CsvRow>, CsvError> read(std::size_t rows_max) {
    std::vector<CsvRow> rows;
    while (at_ < text_.size()) {
      if (skip_line_end()) continue;
      if (rows.size() == rows_max)
        return error("more than " + std::to_string(rows_max) + " rows; split the file");
      rows.push_back({line_, {}});
      for (bool goes_on = true; goes_on;) {
        if (rows.back().cells.size() == csv_cells_max)
          return error("a row has more than " + std::to_string(csv_cells_max) + " cells");
        auto cell = text_.substr(at_).starts_with('"') ? quoted_cell() : plain_cell();
        if (!cell) return fail(cell.error());
        rows.back().cells.push_back(*std::move(cell));
        goes_on = at_ < text_.size() && text_[at_] == ',';
        if (goes_on) ++at_;
      }
      if (at_ < text_.size() && !skip_line_end())
        return error("after the closing quote stands neither a comma nor the end of the line");
    }
    return rows;
  }

 private:
  tl::unexpected<CsvError> error(std::string what) const {
    return fail(CsvError{line_, std::move(what)});
  }

  bool skip_line_end() {
    const std::string_view rest = text_.substr(at_);
    const std::size_t size = rest.starts_with("\r\n") ? 2 : rest.starts_with('\n') ? 1 : 0;
    at_ += size;
    if (size > 0) ++line_;
    return size > 0;
  }

  Result<std::string, CsvError> plain_cell() {
    std::size_t end = text_.find_first_of(",\n", at_);
    if (end == std::string_view::npos) end = text_.size();
    std::string_view cell = text_.substr(at_, end - at_);
    if (end < text_.size() && text_[end] == '\n' && cell.ends_with('\r')) cell.remove_suffix(1);
    if (cell.size() > csv_cell_bytes_max) return too_long();
    if (cell.find('"') != std::string_view::npos)
      return error(
          "a quote stands inside a cell that does not begin with one; put the whole cell "
          "into quotes and double those inside");
    at_ += cell.size();
    return std::string(cell);
  }

  Result<std::string, CsvError> quoted_cell() {
    const std::size_t line = line_;
    std::string cell;
    for (++at_; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '\n') ++line_;
      if (c == '"') {
        ++at_;
        if (at_ >= text_.size() || text_[at_] != '"') return cell;
      }
      cell.push_back(c);
      if (cell.size() > csv_cell_bytes_max) return too_long();
    }
    return fail(CsvError{line, "a quote has no end"});
  }

  tl::unexpected<CsvError> too_long() const {
    return error("a cell is longer than " + std::to_string(csv_cell_bytes_max) + " bytes");
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
};

}  // namespace

Result<std::vector<CsvRow>, CsvError> read_csv(std::string_view text, std::size_t rows_max) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  return CsvReader(text).read(rows_max);
}

std::string csv_line(const std::vector<std::string>& cells) {
  std::string out;
  for (const std::string& cell : cells) {
    if (&cell != &cells.front()) out += ',';
    // A byte order mark at the start of a file would be taken for the file's own.
    if (cell.find_first_of(",\"\r\n") == std::string::npos && !cell.starts_with(kByteOrderMark)) {
      out += cell;
      continue;
    }
    out += '"';
    for (const char c : cell) out.append(c == '"' ? 2 : 1, c);
    out += '"';
  }
  return out + "\r\n";
}

}  // namespace vostro
