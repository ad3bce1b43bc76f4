/// Bulks: what was signed from a file, kept before the first of it is sent and for as long as the
/// directory is kept, so that the same file is never paid twice by mistake. A run is one paying of
/// one file, found again by the hash of the file's bytes; its orders are sent as they stand here,
/// by whichever process comes next.
///
/// One private directory (base/private_file.h); a run is a file that never changes, its progress
/// another that is replaced as a whole. Both carry a hash of themselves. Several processes may work
/// on one run: the orders are the same bytes. Any thread; holds no lock.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "client/payment_journal.h"

namespace vostro::client {

struct BulkOrder {
  chain::OwnedId name;
  Bytes transaction;  ///< canonical encoding, signatures included

  bool operator==(const BulkOrder&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(name, bounded<chain::Transaction::batch_bytes_max>(transaction));
  }
};

/// A credit of the file, and where it went.
struct BulkItem {
  static constexpr std::size_t reference_bytes_max = 140;
  std::uint32_t line = 0;      ///< where it begins in the file
  std::string reference;       ///< the payer's own: EndToEndId, or the CSV's column
  std::uint32_t order = 0;     ///< index in the run's orders
  std::uint32_t position = 0;  ///< index in that order's items; 0 where it is no PaymentBatch

  bool operator==(const BulkItem&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(line, bounded<reference_bytes_max>(reference), order, position);
  }
};

struct BulkRun {
  static constexpr std::size_t items_max = 100'000;
  static constexpr std::size_t orders_max = 10'000;
  static constexpr std::size_t text_bytes_max = 1'000;

  std::uint16_t version = 1;
  Hash file;                 ///< bulk_file_hash of its bytes
  std::uint32_t number = 1;  ///< the how many-th paying of this file
  UnixMillis made_at;
  std::string file_name;   ///< as it was given, for people
  std::string options;     ///< what else decided what was signed, as it was given
  std::string message_id;  ///< of a pain.001; else empty
  std::vector<BulkOrder> orders;
  std::vector<BulkItem> items;  ///< in the order of the file

  bool operator==(const BulkRun&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(version, file, number, made_at, bounded<text_bytes_max>(file_name),
            bounded<text_bytes_max>(options), bounded<text_bytes_max>(message_id),
            bounded<orders_max>(orders), bounded<items_max>(items));
  }
};

struct BulkProgress {
  std::uint16_t version = 1;
  std::uint32_t begun = 0;  ///< orders from the first that may have been sent
  bool is_done = false;     ///< every order's outcome was seen
  bool is_void = false;     ///< and none was taken or ever can be: the file is as if never paid

  bool operator==(const BulkProgress&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(version, begun, is_done, is_void);
  }
};

/// H("bulk-file", bytes)
[[nodiscard]] Hash bulk_file_hash(ByteView content);

class BulkJournal {
 public:
  /// Makes the directory with mode 0700 where it is missing; its parent exists.
  [[nodiscard]] static Result<BulkJournal, JournalError> open(std::string directory);

  /// The number of the last run of this file; 0 where there is none.
  [[nodiscard]] Result<std::uint32_t, JournalError> last_number(const Hash& file) const;
  /// On disk when this returns. Errors: already_there, where another process was quicker; file.
  [[nodiscard]] Result<void, JournalError> store(const BulkRun& run);
  [[nodiscard]] Result<BulkRun, JournalError> load(const Hash& file, std::uint32_t number) const;

  /// Nothing begun where nothing was noted.
  [[nodiscard]] Result<BulkProgress, JournalError> progress(const BulkRun& run) const;
  [[nodiscard]] Result<void, JournalError> note(const BulkRun& run, const BulkProgress& progress);
  [[nodiscard]] const std::string& directory() const { return directory_; }

 private:
  explicit BulkJournal(std::string directory) : directory_(std::move(directory)) {}
  [[nodiscard]] std::string path_of(const Hash& file, std::uint32_t number,
                                    std::string_view suffix) const;

  std::string directory_;
};

}  // namespace vostro::client
