/// What this client has signed and does not yet know the outcome of. An order is stored here, whole
/// and synced to disk, before its first byte is sent; after a crash or a timeout the same bytes are
/// sent again, so that nothing is paid twice and nothing is lost. An order leaves when its final
/// outcome was seen.
///
/// One private directory, one file an order, put in place as a whole (base/private_file.h): several
/// processes may use it at once, and two orders of the same name never both get in. A file is the
/// encoding of StoredOrder and a hash of it, so that damage shows. Any thread; holds no lock.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/fields.h"
#include "base/private_file.h"
#include "base/result.h"
#include "base/strong.h"
#include "chain/transaction.h"

namespace vostro::client {

enum class OrderState : std::uint8_t {
  stored = 1,    ///< May have been sent, or not: nobody said.
  accepted = 2,  ///< A node has taken it: it will be final, or expire.
};
[[nodiscard]] constexpr bool is_listed(OrderState s) {
  return s == OrderState::stored || s == OrderState::accepted;
}

struct StoredOrder {
  std::uint16_t version = 1;
  OrderState state = OrderState::stored;
  UnixMillis made_at;
  chain::OwnedId name;  ///< owner and id of the transaction
  Bytes transaction;    ///< canonical encoding, signatures included

  bool operator==(const StoredOrder&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(version, state, made_at, name,
            bounded<chain::Transaction::batch_bytes_max>(transaction));
  }
};
[[nodiscard]] StoredOrder make_stored_order(const chain::Transaction& transaction, UnixMillis now);

struct JournalError {
  enum class Kind : std::uint8_t {
    already_there,  ///< An order of this name is stored, and is not this one.
    damaged,        ///< A file is not what was written; it is left as it is.
    file,           ///< The system refused; `file` tells why.
  };
  Kind kind = Kind::file;
  FileError file = FileError::input_output;
  std::string path;

  bool operator==(const JournalError&) const = default;
};
[[nodiscard]] std::string to_string(const JournalError& error);

class PaymentJournal {
 public:
  /// Makes the directory with mode 0700 where it is missing; its parent exists.
  [[nodiscard]] static Result<PaymentJournal, JournalError> open(std::string directory);

  /// On disk when this returns. Storing the same bytes again is no error. Errors: already_there,
  /// damaged, file.
  [[nodiscard]] Result<void, JournalError> store(const StoredOrder& order);
  [[nodiscard]] Result<void, JournalError> mark_accepted(const StoredOrder& order);
  /// Its outcome is known. No error where it is gone already.
  [[nodiscard]] Result<void, JournalError> remove(const chain::OwnedId& name);

  [[nodiscard]] Result<std::optional<StoredOrder>, JournalError> find(
      const chain::OwnedId& name) const;
  struct Content {
    std::vector<StoredOrder> orders;  ///< oldest first
    std::vector<std::string>
        damaged;  ///< paths: an order that a person has to look for by its name
  };
  [[nodiscard]] Result<Content, JournalError> list() const;
  [[nodiscard]] const std::string& directory() const { return directory_; }

 private:
  explicit PaymentJournal(std::string directory) : directory_(std::move(directory)) {}
  [[nodiscard]] std::string path_of(const chain::OwnedId& name) const;

  std::string directory_;
};

}  // namespace vostro::client
