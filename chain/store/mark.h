/// The high-water mark: how far the store has been, in a file of its own beside it. RocksDB opens
/// cleanly after losing synced records (threat model 2.8); the mark is what notices. Two slots are
/// written in turn, each with a checksum, so that a torn write leaves the slot before. One pwrite
/// and one fdatasync a block. Not thread-safe: belongs to the one writer.
#pragma once

#include <optional>
#include <string>

#include "base/hash.h"
#include "base/private_file.h"
#include "base/result.h"
#include "base/strong.h"
#include "chain/store/error.h"

namespace vostro::chain {

struct Mark {
  Height height;
  Hash block;
  Hash state_root;

  bool operator==(const Mark&) const = default;
};

class MarkFile {
 public:
  /// Creates the file where it is missing. Errors: input_output.
  [[nodiscard]] static Result<MarkFile, StoreError> open(const std::string& path);
  /// The highest mark in a file that another process may be writing; nothing is made or changed.
  /// None where the file is missing or no slot is whole. Errors: input_output.
  [[nodiscard]] static Result<std::optional<Mark>, StoreError> look(const std::string& path);

  /// The highest mark whose slot is whole; none in a new file, and none where both slots are
  /// damaged.
  [[nodiscard]] const std::optional<Mark>& newest() const { return newest_; }
  /// Durable when this returns. Errors: input_output; the mark before is then there still.
  [[nodiscard]] Result<void, StoreError> write(const Mark& mark);

 private:
  MarkFile(OpenFile file, std::string path) : file_(std::move(file)), path_(std::move(path)) {}

  [[nodiscard]] Result<void, StoreError> read_slots();

  OpenFile file_;
  std::string path_;
  std::optional<Mark> newest_;
  unsigned next_slot_ = 0;
};

}  // namespace vostro::chain
