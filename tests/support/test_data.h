/// Where tests find the public test data (message samples, code lists, identifiers), and a reader
/// for its CSV files. Test code only. A test whose data is absent counts as skipped, with the
/// reason.
#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vostro::test {

/// The file or folder `relative` of the test data: under $VOSTRO_TEST_DATA, or where that is unset
/// or empty under
/// `../shared/data` beside the source tree. Empty when it is not there.
[[nodiscard]] std::optional<std::filesystem::path> test_data(std::string_view relative);

/// The whole file. A file that cannot be read fails the test and gives empty text.
[[nodiscard]] std::string read_text(const std::filesystem::path& path);

/// A CSV file (RFC 4180 quoting, LF or CRLF, a byte order mark is skipped) with a header line.
class CsvTable {
 public:
  /// A row whose count of fields differs from the header's fails the test and is left out.
  [[nodiscard]] static CsvTable parse(std::string_view text);
  [[nodiscard]] static CsvTable read(const std::filesystem::path& path);

  [[nodiscard]] std::size_t size() const { return rows_.size(); }
  /// The field of `column` in row `row`, from 0. A column that does not exist fails the test and
  /// gives empty text.
  [[nodiscard]] const std::string& at(std::size_t row, std::string_view column) const;

 private:
  std::vector<std::string> header_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace vostro::test

/// Declares `found`, the test data at `relative`, or skips the test.
#define VOSTRO_TEST_DATA_OR_SKIP(found, relative)                   \
  const auto found##_or_none = ::vostro::test::test_data(relative); \
  if (!found##_or_none) {                                           \
    GTEST_SKIP() << "test data not found, set VOSTRO_TEST_DATA";    \
  }                                                                 \
  const std::filesystem::path& found = *found##_or_none
