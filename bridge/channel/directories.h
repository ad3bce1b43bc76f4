/// Watched directories, as file adapters of banks use them: `in` (the bank puts files there), `out`
/// (it takes them from there), `archive` and `quarantine` (where files of `in` go). All under one
/// directory, of this user and private.
///
/// A file counts when it and its signature lie there whole: written elsewhere and renamed into
/// place, or unchanged for `settle`. Nothing but regular files of ours with one name is opened, and
/// never through a link. One thread. Source: threat model 2.7, row B9.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/private_file.h"
#include "base/result.h"

namespace vostro::bridge {

inline constexpr std::size_t file_bytes_max = std::size_t{10} * 1024 * 1024;
inline constexpr std::size_t name_size_max = 128;

/// 1 to 128 letters, digits and ._-, the first no dot, ending in ".xml".
[[nodiscard]] bool is_file_name(std::string_view name);
/// Any name in letters, digits and ._-, for people and for a place on disk.
[[nodiscard]] std::string safe_name(std::string_view name);

/// The first 16 hexadecimal digits of the hash of its bytes, of a name in `archive`.
[[nodiscard]] std::string archived_hash(const std::string& name);

/// A file that lies there whole.
struct ReceivedFile {
  std::string name;
  Bytes content;
  std::string signature;  ///< text of NAME.sig; empty: there is none
};
/// What is to lie in `out`, beside its signature.
struct OutgoingFile {
  std::string name;
  std::string_view content;
  std::string signature;
};
/// Something in `in` that is no file we take: left where it is.
struct OddThing {
  std::string name;  ///< safe
  std::string why;   ///< "is a link", ...
};

struct Arrivals {
  std::vector<ReceivedFile> files;  ///< by name
  std::vector<OddThing> odd;
  std::size_t unfinished = 0;  ///< too young, still growing, or without signature
  bool is_more = false;        ///< there is more than was read at once
};

class Directories {
 public:
  /// Makes what is missing. Errors: a sentence.
  [[nodiscard]] static Result<Directories, std::string> open(std::string root,
                                                             std::chrono::milliseconds settle);

  using Clock = std::chrono::steady_clock;
  /// What is new in `in`, at most 16 files or 32 MiB at once. A file without signature is given
  /// once, for one whose way out of `in` was cut off; then it counts as unfinished. Errors: a
  /// sentence.
  [[nodiscard]] Result<Arrivals, std::string> look(Clock::time_point now);

  /// Moves a file of `in`, and its signature, away: to `archive`, or to `quarantine`. No error
  /// where it is gone.
  [[nodiscard]] Result<void, std::string> put_away(const std::string& name, ByteView content,
                                                   bool is_taken);

  /// Names of the files that were taken, as they lie in `archive`. Errors: a sentence.
  [[nodiscard]] Result<std::vector<std::string>, std::string> archived() const;
  /// Moves one of them, and its signature, back into `in`. No error where it is gone.
  [[nodiscard]] Result<void, std::string> take_back(const std::string& archived);

  /// Puts files into `out` whole, each with its signature first, so that it is there when the file
  /// is; all are on disk when it returns. The same again is no error; another content under the
  /// name is. What became of each, in their order; errors: a sentence.
  [[nodiscard]] std::vector<Result<void, std::string>> send(std::span<const OutgoingFile> files);

  /// Puts a file into `in` whole and synced, as another would, for a message that came another
  /// way.
  [[nodiscard]] Result<void, std::string> accept(const std::string& name, ByteView content,
                                                 std::string_view signature) const;
  /// Whether a file of that name lies in `in`.
  [[nodiscard]] bool is_in(const std::string& name) const;
  /// Takes a file and its signature out of `out`, as who reads it there does. No error where it is
  /// gone.
  [[nodiscard]] Result<void, std::string> take_out(const std::string& name) const;

  struct Waiting {
    std::size_t files = 0;
    std::int64_t oldest_s = 0;  ///< since the epoch; 0 where there is none
  };
  /// Files of `in` or `out` that nobody took yet. Errors: a sentence.
  [[nodiscard]] Result<Waiting, std::string> waiting(std::string_view which) const;

  [[nodiscard]] const std::string& root() const { return root_; }

 private:
  struct Seen {
    std::int64_t size = 0;
    std::int64_t changed_ns = 0;
    std::int64_t inode = 0;
    Clock::time_point since;
    bool is_told = false;  ///< without signature
    bool operator==(const Seen&) const = default;
  };
  Directories(std::string root, std::chrono::milliseconds settle)
      : root_(std::move(root)), settle_(settle) {}
  /// Null while it has not.
  [[nodiscard]] Seen* settled(const std::string& name, Seen now_seen);

  std::string root_;
  std::chrono::milliseconds settle_;
  std::map<std::string, Seen> seen_;
};

}  // namespace vostro::bridge
