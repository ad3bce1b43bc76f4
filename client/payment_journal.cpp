#include "client/payment_journal.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "base/check.h"
#include "base/codec.h"
#include "base/hash.h"

namespace vostro::client {
namespace {

constexpr std::string_view kSuffix = ".order";
constexpr std::size_t file_bytes_max = chain::Transaction::batch_bytes_max + 1024;

JournalError file_error(FileError why, std::string path) {
  return {JournalError::Kind::file, why, std::move(path)};
}
JournalError damaged(std::string path) {
  return {JournalError::Kind::damaged, FileError::input_output, std::move(path)};
}

Bytes file_bytes(const StoredOrder& order) {
  Bytes out = encode(order);
  append(out, hash("stored-order", out).view());
  return out;
}

std::optional<StoredOrder> order_from(ByteView file) {
  if (file.size() < Hash::size) return std::nullopt;
  const ByteView content = file.first(file.size() - Hash::size);
  const Hash expected = hash("stored-order", content);
  if (!std::ranges::equal(expected.view(), file.last(Hash::size))) return std::nullopt;
  auto order = decode<StoredOrder>(content);
  if (!order || order->version != 1) return std::nullopt;
  return *std::move(order);
}

Result<StoredOrder, JournalError> read_order(const std::string& path) {
  const auto file = read_private_file(path, file_bytes_max);
  if (!file) return fail(file_error(file.error(), path));
  auto order = order_from(*file);
  if (!order) return fail(damaged(path));
  return *std::move(order);
}

}  // namespace

StoredOrder make_stored_order(const chain::Transaction& transaction, UnixMillis now) {
  StoredOrder order;
  order.made_at = now;
  order.name = {chain::acting_participant(transaction.body), transaction.id};
  order.transaction = chain::encode_transaction(transaction);
  return order;
}

std::string to_string(const JournalError& error) {
  switch (error.kind) {
    case JournalError::Kind::already_there:
      return error.path + ": another order of this name is stored and not finished";
    case JournalError::Kind::damaged:
      return error.path +
             ": this stored order is damaged; look for its payment by the UETR in the file's name, "
             "and then "
             "move the file away";
    case JournalError::Kind::file:
      return error.path + ": " + std::string(to_string(error.file));
  }
  VOSTRO_CHECK(false);
}

std::string PaymentJournal::path_of(const chain::OwnedId& name) const {
  return directory_ + "/" + to_text(name.owner) + "." + to_text(name.id) + std::string(kSuffix);
}

Result<PaymentJournal, JournalError> PaymentJournal::open(std::string directory) {
  if (auto made = ensure_private_directory(directory); !made)
    return fail(file_error(made.error(), directory));
  return PaymentJournal(std::move(directory));
}

Result<void, JournalError> PaymentJournal::store(const StoredOrder& order) {
  const std::string path = path_of(order.name);
  const auto saved = save_private_file(path, file_bytes(order), IfExists::refuse);
  if (saved) return {};
  if (saved.error() != FileError::exists) return fail(file_error(saved.error(), path));
  const auto there = read_order(path);
  if (!there) return fail(there.error());
  if (there->transaction != order.transaction)
    return fail(JournalError{JournalError::Kind::already_there, FileError::exists, path});
  return {};
}

Result<void, JournalError> PaymentJournal::mark_accepted(const StoredOrder& order) {
  StoredOrder accepted = order;
  accepted.state = OrderState::accepted;
  const std::string path = path_of(order.name);
  if (auto saved = save_private_file(path, file_bytes(accepted), IfExists::replace); !saved)
    return fail(file_error(saved.error(), path));
  return {};
}

Result<void, JournalError> PaymentJournal::remove(const chain::OwnedId& name) {
  const std::string path = path_of(name);
  if (::unlink(path.c_str()) != 0 && errno != ENOENT)
    return fail(file_error(FileError::input_output, path));
  const OpenFile directory(::open(directory_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory.is_open() || ::fsync(directory.get()) != 0)
    return fail(file_error(FileError::input_output, path));
  return {};
}

Result<std::optional<StoredOrder>, JournalError> PaymentJournal::find(
    const chain::OwnedId& name) const {
  auto order = read_order(path_of(name));
  if (order) return std::optional<StoredOrder>(*std::move(order));
  if (order.error().kind == JournalError::Kind::file && order.error().file == FileError::missing)
    return std::optional<StoredOrder>();
  return fail(order.error());
}

Result<PaymentJournal::Content, JournalError> PaymentJournal::list() const {
  std::error_code error;
  std::vector<std::string> paths;
  for (std::filesystem::directory_iterator at(directory_, error), end; !error && at != end;
       at.increment(error)) {
    // What begins with a point was being written when a process died: it was never sent.
    const std::string name = at->path().filename().string();
    if (!name.starts_with('.') && name.ends_with(kSuffix)) paths.push_back(at->path().string());
  }
  if (error) return fail(file_error(FileError::input_output, directory_));
  std::sort(paths.begin(), paths.end());
  Content content;
  for (const std::string& path : paths) {
    auto order = read_order(path);
    if (order) {
      content.orders.push_back(*std::move(order));
    } else if (order.error().kind == JournalError::Kind::damaged) {
      content.damaged.push_back(path);
    } else if (order.error().file !=
               FileError::missing) {  // missing: another process has just finished it
      return fail(order.error());
    }
  }
  std::stable_sort(
      content.orders.begin(), content.orders.end(),
      [](const StoredOrder& a, const StoredOrder& b) { return a.made_at < b.made_at; });
  return content;
}

}  // namespace vostro::client
