/// Files that only this user may see: keys, tokens, passphrases. Checked before reading, replaced
/// as a whole when written. Any thread.
///
/// A private file is a regular file of this user with one name, no right for others (mode 0600 or
/// 0400), reached without following a link, in a directory of this user without any right for
/// others (mode 0700).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace vostro {

/// Why a private file was not read or written, in order of precedence.
enum class FileError : std::uint8_t {
  directory_missing,   ///< Its directory does not exist or cannot be opened.
  directory_not_ours,  ///< The directory is a link, or belongs to another user.
  directory_too_open,  ///< The directory grants rights to others: chmod 700.
  missing,             ///< There is no such file.
  exists,              ///< There is such a file, and it was not to be replaced.
  not_a_regular_file,  ///< A link, a directory, a device, or a file with a second name.
  not_ours,            ///< It belongs to another user.
  too_open,            ///< It grants rights to others: chmod 600.
  too_large,           ///< It is larger than the caller takes.
  input_output,  ///< The system refused to read or write: disk full, for example. An old file is
                 ///< intact.
};
[[nodiscard]] std::string_view to_string(FileError error);

/// A descriptor that closes itself.
class OpenFile {
 public:
  explicit OpenFile(int descriptor) : descriptor_(descriptor) {}
  OpenFile(OpenFile&& other) noexcept : descriptor_(other.descriptor_) { other.descriptor_ = -1; }
  OpenFile& operator=(OpenFile&& other) noexcept;
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile();

  [[nodiscard]] int get() const { return descriptor_; }
  [[nodiscard]] bool is_open() const { return descriptor_ >= 0; }
  /// False where the system reports an error that a write left behind.
  [[nodiscard]] bool close();

 private:
  int descriptor_;
};

/// Open for reading, every check passed on the open file itself.
[[nodiscard]] Result<OpenFile, FileError> open_private_file(const std::string& path);
/// The whole file, of at most `size_max` bytes.
[[nodiscard]] Result<Bytes, FileError> read_private_file(const std::string& path,
                                                         std::size_t size_max);

enum class IfExists : std::uint8_t { refuse, replace };
/// Writes a file of mode 0600: beside it under another name, fsync, then put in place in one step,
/// then fsync of the directory. On any error what was there before is there still. A file that is
/// no private file is not replaced.
[[nodiscard]] Result<void, FileError> save_private_file(const std::string& path, ByteView content,
                                                        IfExists if_exists);

/// Makes the directory with mode 0700 where it is missing (its parent exists), and checks it like
/// the others.
[[nodiscard]] Result<void, FileError> ensure_private_directory(const std::string& path);

}  // namespace vostro
