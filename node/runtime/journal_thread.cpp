#include "node/runtime/journal_thread.h"

#include <algorithm>
#include <chrono>
#include <optional>

#include "base/failpoint.h"

namespace vostro::node {
namespace {

/// Records that need no sync of their own wait at most so long (consensus-spec section 13: "alone:
/// within 1 s").
constexpr auto kLoneRecordDelay = std::chrono::milliseconds(200);

std::optional<Height> newest_finality(const std::vector<consensus::Record>& records) {
  std::optional<Height> newest;
  for (const consensus::Record& record : records) {
    if (const auto* finality = std::get_if<consensus::NewFinality>(&record))
      newest = finality->proof.header.height;
  }
  return newest;
}

}  // namespace

JournalThread::JournalThread(Callbacks callbacks)
    : callbacks_(std::move(callbacks)), thread_([this] { run(); }) {}

JournalThread::~JournalThread() {
  stop();
}

void JournalThread::use(JournalFile* file) {
  has_file_ = file != nullptr;
  enqueue(UseFile{file});
}

void JournalThread::add(PersistRecords records) {
  if (!has_file_) {
    if (const auto height = newest_finality(records.records)) callbacks_.on_final_synced(*height);
    return;
  }
  enqueue(std::move(records));
}

void JournalThread::send(SendMessage message) {
  {
    const std::lock_guard lock(mutex_);
    if (failed_) return;
    if (unsynced_ > 0) {
      queue_.emplace_back(std::move(message));
      return;  // the thread is awake: it has the records that come before
    }
  }
  callbacks_.send(message);
}

void JournalThread::release(ReleaseJournal effect) {
  if (has_file_) enqueue(effect);
}

void JournalThread::enqueue(Item item) {
  const std::lock_guard lock(mutex_);
  if (failed_) return;
  if (const auto* records = std::get_if<PersistRecords>(&item);
      records != nullptr && records->needs_sync)
    ++unsynced_;
  queue_.push_back(std::move(item));
  changed_.notify_one();
}

void JournalThread::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    changed_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
}

void JournalThread::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    const auto has_items = [this] { return !queue_.empty() || stopping_; };
    pulse_.rest();
    if (waiting_.empty()) {
      changed_.wait(lock, has_items);
    } else if (!changed_.wait_for(lock, kLoneRecordDelay, has_items)) {
      lock.unlock();
      pulse_.begin();
      if (!write_records()) return;
      lock.lock();
      continue;
    }
    if (queue_.empty() && stopping_) break;
    std::vector<Item> items = std::move(queue_);
    queue_.clear();
    lock.unlock();
    pulse_.begin();
    carry_out(std::move(items));
    lock.lock();
    if (failed_) return;
  }
  lock.unlock();
  static_cast<void>(write_records());  // a failure was reported; there is nothing left to stop
}

void JournalThread::carry_out(std::vector<Item> items) {
  std::span<Item> left(items);
  while (!left.empty()) {
    const auto next = std::ranges::find_if(
        left, [](const Item& item) { return std::holds_alternative<UseFile>(item); });
    const auto count = static_cast<std::size_t>(next - left.begin());
    if (!carry_out_for_one_file(left.first(count))) return;
    if (count == left.size()) return;
    // Nothing of the epoch that ends is left over for the file of the next.
    if (!write_records()) return;
    file_ = std::get<UseFile>(*next).file;
    left = left.subspan(count + 1);
  }
}

bool JournalThread::carry_out_for_one_file(std::span<Item> items) {
  std::size_t votes = 0;
  bool must_sync = false;
  std::optional<ReleaseJournal> release;
  for (Item& item : items) {
    if (auto* persist = std::get_if<PersistRecords>(&item)) {
      votes += persist->needs_sync ? 1 : 0;
      must_sync = must_sync || persist->needs_sync || newest_finality(persist->records).has_value();
      for (consensus::Record& record : persist->records) waiting_.push_back(std::move(record));
    } else if (const auto* released = std::get_if<ReleaseJournal>(&item)) {
      release = *released;
    }
  }
  if (must_sync && !write_records()) return false;
  for (const Item& item : items) {
    if (const auto* message = std::get_if<SendMessage>(&item)) callbacks_.send(*message);
  }
  {
    const std::lock_guard lock(mutex_);
    unsynced_ -= votes;
  }
  if (!release || !callbacks_.sync_archive()) return true;
  VOSTRO_FAILPOINT("archive-synced");
  if (const auto done = file_->release(release->epoch, release->archived); !done) {
    const std::lock_guard lock(mutex_);
    failed_ = true;
    callbacks_.on_failure(done.error());
    return false;
  }
  return true;
}

bool JournalThread::write_records() {
  if (waiting_.empty()) return true;
  const auto done = file_->append(waiting_);
  if (!done) {
    {
      const std::lock_guard lock(mutex_);
      failed_ = true;
    }
    callbacks_.on_failure(done.error());
    return false;
  }
  const auto height = newest_finality(waiting_);
  waiting_.clear();
  if (!height) return true;
  VOSTRO_FAILPOINT("proof-synced");
  callbacks_.on_final_synced(*height);
  return true;
}

}  // namespace vostro::node
