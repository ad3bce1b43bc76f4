/// What became of a bulk, for people and programs: counts, the exit code, and the result file with
/// a line for each credit. Include in .cpp files only: it brings Boost.JSON.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "wallet-cli/bulk_run.h"
#include "wallet-cli/output.h"

namespace vostro::wallet {

/// Credits by what became of them: "settled" 998, "rejected" 2.
using BulkCounts = std::map<std::string, std::size_t>;
[[nodiscard]] BulkCounts count_items(const std::vector<ItemOutcome>& items);
[[nodiscard]] std::string counts_text(Wallet& wallet, const BulkCounts& counts);

/// An unknown one decides; then one that no node has; then whether all, some or none were paid.
[[nodiscard]] Exit exit_of(const RunOutcome& outcome);

/// The order's line of the summary.
[[nodiscard]] json::object order_json(const OrderOutcome& order);

/// Columns of the result file; the JSON's fields have the same names.
[[nodiscard]] std::string results_csv(const std::vector<ItemOutcome>& items);
[[nodiscard]] std::string results_json(const std::vector<ItemOutcome>& items);

enum class ResultFormat : std::uint8_t { csv, json };
/// By the end of the name, ".csv" or ".json".
[[nodiscard]] std::optional<ResultFormat> result_format(const std::string& path);

/// A file of results that is there as a whole or not at all: written beside its name, mode 0600,
/// and put in place at the end. Its place is taken when it is opened, so that nothing is paid
/// whose result cannot be written.
class ResultFile {
 public:
  /// The error is a sentence.
  [[nodiscard]] static Result<ResultFile, std::string> open(std::string path);
  ResultFile(ResultFile&& other) noexcept;
  ResultFile& operator=(ResultFile&&) = delete;
  ~ResultFile();

  [[nodiscard]] Result<void, std::string> save(const std::vector<ItemOutcome>& items);
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  ResultFile(std::string path, std::string draft, ResultFormat format, int descriptor);

  std::string path_;
  std::string draft_;
  ResultFormat format_;
  int descriptor_;
};

}  // namespace vostro::wallet
