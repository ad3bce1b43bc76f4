#include "tests/support/test_data.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>

namespace vostro::test {
namespace {

using Record = std::vector<std::string>;

/// Reads one record and moves `position` behind its line end.
Record take_record(std::string_view text, std::size_t& position) {
  Record record(1);
  bool quoted = false;
  while (position < text.size()) {
    const char c = text[position++];
    if (quoted) {
      if (c != '"') {
        record.back().push_back(c);
      } else if (position < text.size() && text[position] == '"') {
        record.back().push_back('"');
        ++position;
      } else {
        quoted = false;
      }
    } else if (c == '"' && record.back().empty()) {
      quoted = true;
    } else if (c == ',') {
      record.emplace_back();
    } else if (c == '\n') {
      break;
    } else if (c != '\r') {
      record.back().push_back(c);
    }
  }
  return record;
}

}  // namespace

std::optional<std::filesystem::path> test_data(std::string_view relative) {
  const char* configured = std::getenv("VOSTRO_TEST_DATA");
  const std::filesystem::path root =
      configured != nullptr && *configured != '\0' ? configured : VOSTRO_TEST_DATA_DEFAULT;
  const std::filesystem::path path = root / relative;
  std::error_code error;
  if (!std::filesystem::exists(path, error)) return std::nullopt;
  return path;
}

std::string read_text(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    ADD_FAILURE() << "cannot read " << path;
    return {};
  }
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

CsvTable CsvTable::parse(std::string_view text) {
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  std::size_t position = text.starts_with(byte_order_mark) ? byte_order_mark.size() : 0;
  CsvTable table;
  table.header_ = take_record(text, position);
  while (position < text.size()) {
    Record record = take_record(text, position);
    if (record.size() == 1 && record.front().empty()) continue;
    if (record.size() != table.header_.size()) {
      ADD_FAILURE() << "row " << table.rows_.size() + 1 << " has " << record.size()
                    << " fields, the header has " << table.header_.size();
      continue;
    }
    table.rows_.push_back(std::move(record));
  }
  return table;
}

CsvTable CsvTable::read(const std::filesystem::path& path) {
  return parse(read_text(path));
}

const std::string& CsvTable::at(std::size_t row, std::string_view column) const {
  static const std::string none;
  const auto found = std::find(header_.begin(), header_.end(), column);
  if (found == header_.end()) {
    ADD_FAILURE() << "no column is named " << column;
    return none;
  }
  return rows_.at(row)[static_cast<std::size_t>(found - header_.begin())];
}

}  // namespace vostro::test
