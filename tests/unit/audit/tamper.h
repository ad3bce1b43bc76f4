/// Changes the rows of a closed store as whoever holds its disk could, checksums and all: what only
/// an audit finds. For tests.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace vostro::test {

/// Column families by name, as the store has them.
struct StoredRow {
  std::string family;
  Bytes key;
  Bytes value;

  bool operator==(const StoredRow&) const = default;
};

class RowEditor {
 public:
  /// `data_directory` is a node's; no node may run on it.
  explicit RowEditor(const std::string& data_directory);
  ~RowEditor();
  RowEditor(const RowEditor&) = delete;
  RowEditor& operator=(const RowEditor&) = delete;

  [[nodiscard]] std::vector<StoredRow> rows(const std::string& family);
  void put(const StoredRow& row);
  void erase(const StoredRow& row);
  /// Everything on disk.
  void flush();

 private:
  struct Database;
  std::unique_ptr<Database> database_;
};

}  // namespace vostro::test
