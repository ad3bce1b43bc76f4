/// Files that only grow, one record after the other. Used for archived certificates, evidence and
/// admitted transactions. One thread at a time, but for `read`.
///
/// What was appended and not synced may be lost or torn in a power cut, and not in order: zeros may
/// stand before records that arrived. So each record says, in a head with a CRC32C of its own, up
/// to which byte the file was synced before the record was written. Where something does not read:
/// - a head behind it that claims a sync beyond the bad place proves that this place was on disk
///   once: it is damaged, which is an error for the operator;
/// - without such a head nothing was ever written on top of it, and it is taken for the torn end of
///   the last writes, and cut off, whatever whole records lie behind it: they were not synced
///   either.
/// Damage among the records of the very last sync looks like the second and cannot be told from it.
/// The offset is part of the head's CRC, so that no bytes inside a record pass for a head.
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
  /// Length u32, synced bytes u64, CRC32C u32 of both and the record's offset, CRC32C u32 of the
  /// record; little-endian.
  static constexpr std::size_t head_bytes = 20;

  /// Opens or creates; hands every whole record to `read`, in order, cuts a torn end off and syncs:
  /// what was read is on disk. Errors: a sentence for the operator; damage of what was synced is
  /// one of them.
  [[nodiscard]] static Result<AppendFile, std::string> open(
      const std::string& path, const std::function<void(ByteView)>& read);

  [[nodiscard]] Result<void, std::string> append(ByteView record);
  [[nodiscard]] Result<void, std::string> sync();
  /// The record that was appended when the file had this size. Any thread, beside the one that
  /// appends. Errors: a sentence for the operator.
  [[nodiscard]] Result<Bytes, std::string> read(std::uint64_t offset) const;
  [[nodiscard]] std::uint64_t size() const { return size_; }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  AppendFile(std::string path, OpenFile file, std::uint64_t size)
      : path_(std::move(path)), file_(std::move(file)), size_(size) {}
  std::string path_;
  OpenFile file_;
  std::uint64_t size_ = 0;
  std::uint64_t synced_ = 0;
};

}  // namespace vostro::node
