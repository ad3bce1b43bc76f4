/// Files that only grow: each record with its length and CRC32C. A torn last record is cut off when
/// the file is opened. Used for archived certificates, evidence and admitted transactions. One
/// thread at a time.
#pragma once

#include <functional>
#include <string>

#include "base/bytes.h"
#include "base/private_file.h"
#include "base/result.h"

namespace vostro::node {

/// The same with what the system says of its last failure (errno).
[[nodiscard]] std::string system_error(const std::string& what);

class AppendFile {
 public:
  static constexpr std::size_t record_bytes_max = 16 * 1024 * 1024;

  /// Opens or creates; hands every whole record to `read`, in order. Errors: a sentence for the
  /// operator; damage before the end is one of them.
  [[nodiscard]] static Result<AppendFile, std::string> open(
      const std::string& path, const std::function<void(ByteView)>& read);

  [[nodiscard]] Result<void, std::string> append(ByteView record);
  [[nodiscard]] Result<void, std::string> sync();
  [[nodiscard]] std::uint64_t size() const { return size_; }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  AppendFile(std::string path, OpenFile file, std::uint64_t size)
      : path_(std::move(path)), file_(std::move(file)), size_(size) {}
  std::string path_;
  OpenFile file_;
  std::uint64_t size_ = 0;
};

}  // namespace vostro::node
