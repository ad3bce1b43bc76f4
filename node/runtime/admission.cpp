#include "node/runtime/admission.h"

#include <dirent.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>

#include "base/failpoint.h"
#include "base/log.h"

namespace vostro::node {

using chain::VerifiedTransactionPtr;

namespace {

constexpr std::size_t kVerifiedFrame = 512;  // a decoded transaction beside its bytes, at least
constexpr std::string_view kLogPrefix = "admitted-";

/// The logs in the directory, oldest first.
std::vector<std::uint64_t> logs_in(const std::string& directory) {
  std::vector<std::uint64_t> numbers;
  const std::unique_ptr<DIR, int (*)(DIR*)> listing(::opendir(directory.c_str()), ::closedir);
  while (const dirent* entry = listing ? ::readdir(listing.get()) : nullptr) {
    std::string_view name = entry->d_name;
    if (!name.starts_with(kLogPrefix)) continue;
    name.remove_prefix(kLogPrefix.size());
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
    if (error == std::errc() && end == name.data() + name.size()) numbers.push_back(number);
  }
  std::ranges::sort(numbers);
  return numbers;
}

std::string log_path(const std::string& directory, std::uint64_t number) {
  return directory + "/" + std::string(kLogPrefix) + std::to_string(number);
}

SubmitOutcome outcome_for(const chain::VerifiedTransaction& transaction, SubmitKind kind) {
  SubmitOutcome outcome;
  outcome.kind = kind;
  outcome.id = transaction.id();
  outcome.transaction_hash = transaction.hash();
  return outcome;
}

}  // namespace

Admission::Admission(std::string directory, const Hash& network_id, AdmissionLimits limits,
                     const chain::Store& store, Height announced, WorkerPool& workers,
                     Callbacks callbacks)
    : directory_(std::move(directory)),
      network_id_(network_id),
      limits_(limits),
      store_(store),
      head_(store),
      workers_(workers),
      callbacks_(std::move(callbacks)),
      announced_(announced) {}

Result<std::unique_ptr<Admission>, std::string> Admission::open(
    const std::string& directory, const Hash& network_id, AdmissionLimits limits,
    const chain::Store& store, Height announced, WorkerPool& workers, Callbacks callbacks) {
  if (const auto made = ensure_private_directory(directory); !made)
    return fail(directory + ": " + std::string(to_string(made.error())));
  std::unique_ptr<Admission> admission(new Admission(directory, network_id, limits, store,
                                                     announced, workers, std::move(callbacks)));
  const auto restore = [&](ByteView record) {
    const auto transaction = chain::verify(record, network_id);
    // Only what this node verified was written; what no longer verifies was made for another
    // network.
    if (!transaction) return;
    // Accepted is accepted until it is used or expired by the chain's own time: neither this
    // machine's clock at boot nor a policy of the moment takes it back.
    if (store.find_id((*transaction)->id())) return;
    if (has_passed((*transaction)->transaction().valid_until, store.head()->time)) return;
    const auto [entry, is_new] = admission->pending_.try_emplace((*transaction)->id());
    if (!is_new) return;
    entry->second.transaction = *transaction;
    ++admission->per_actor_[(*transaction)->id().owner];
    admission->pending_bytes_ += (*transaction)->bytes().size();
  };
  const std::vector<std::uint64_t> numbers = logs_in(directory);
  for (const std::uint64_t number : numbers) {
    auto log = AppendFile::open(log_path(directory, number), restore);
    if (!log) return fail(log.error());
  }
  admission->log_number_ = numbers.empty() ? 0 : numbers.back();
  if (const auto rotated = admission->rotate(); !rotated) return fail(rotated.error());
  admission->log_thread_ = std::thread([raw = admission.get()] { raw->run_log(); });
  return admission;
}

Admission::~Admission() {
  stop();
}

Result<VerifiedTransactionPtr, chain::FormError> Admission::verify_once(ByteView bytes) {
  const Hash key = hash("verified", bytes);
  {
    const std::lock_guard lock(verified_mutex_);
    if (const auto found = verified_.find(key); found != verified_.end()) return found->second;
  }
  auto transaction = chain::verify(bytes, network_id_);
  if (!transaction) return fail(transaction.error());
  const std::size_t size = bytes.size() + kVerifiedFrame;
  const std::lock_guard lock(verified_mutex_);
  if (verified_.try_emplace(key, *transaction).second) {
    verified_by_age_.emplace_back(key, size);
    verified_bytes_ += size;
    // Anybody can sign anything with a key of his own: what is remembered is bounded by its bytes.
    for (; verified_bytes_ > verified_bytes_max; verified_by_age_.pop_front()) {
      verified_bytes_ -= verified_by_age_.front().second;
      verified_.erase(verified_by_age_.front().first);
    }
  }
  return *transaction;
}

void Admission::submit(Submission submission, Done done) {
  VOSTRO_FAILPOINT("order-received");
  SubmitOutcome refusal;
  {
    const std::lock_guard lock(mutex_);
    if (halted_) {
      refusal.kind = SubmitKind::halted;
    } else if (unverified_ >= limits_.unverified_max) {
      refusal.kind = SubmitKind::busy;
    } else {
      ++unverified_;
      workers_.post(WorkFor::clients,
                    [this, submission = std::move(submission), done = std::move(done)] {
                      judge(submission.transaction, submission.wait_final, done);
                      const std::lock_guard relock(mutex_);
                      --unverified_;
                    });
      return;
    }
  }
  workers_.post(WorkFor::clients, [refusal, done = std::move(done)] { done(refusal); });
}

void Admission::judge(const Bytes& bytes, bool wait_final, const Done& done) {
  const auto transaction = verify_once(bytes);
  if (!transaction) {
    SubmitOutcome refusal;
    refusal.kind = SubmitKind::bad_form;
    refusal.form = transaction.error();
    return done(refusal);
  }
  const SubmitOutcome outcome = judge_verified(*transaction);
  if (outcome.kind != SubmitKind::accepted) return done(outcome);
  VOSTRO_FAILPOINT("order-judged");
  take(*transaction, wait_final, done);
}

std::optional<SubmitOutcome> Admission::outcome_of_used(
    const chain::VerifiedTransaction& transaction) const {
  const auto used = store_.find_id(transaction.id());
  if (!used) return std::nullopt;
  // Of ids before a snapshot only the use is known, not by what: the answer says so.
  const bool is_same = used->is_bare() || used->hash == transaction.hash();
  // Stored, but the proof of its finality may not be on disk: it waits for `on_final` as before.
  if (!is_announced(used->height))
    return outcome_for(transaction, is_same ? SubmitKind::accepted : SubmitKind::id_used);
  SubmitOutcome outcome =
      outcome_for(transaction, is_same ? SubmitKind::final_ : SubmitKind::id_used);
  outcome.height = used->height;
  outcome.receipt_index = used->receipt;
  return outcome;
}

bool Admission::is_announced(Height height) const {
  const std::lock_guard lock(mutex_);
  return height <= announced_;
}

SubmitOutcome Admission::judge_verified(const VerifiedTransactionPtr& transaction) const {
  if (const auto used = outcome_of_used(*transaction)) return *used;
  SubmitOutcome outcome = outcome_for(*transaction, SubmitKind::accepted);
  outcome.inclusion = chain::check_inclusion(*head_.reader(), *transaction, callbacks_.now());
  switch (outcome.inclusion) {
    case chain::Inclusion::included:
      break;
    case chain::Inclusion::expired:
    case chain::Inclusion::too_far_ahead:
      outcome.kind = SubmitKind::outside_window;
      break;
    case chain::Inclusion::id_used:
      outcome.kind = SubmitKind::id_used;
      break;
    case chain::Inclusion::actor_unknown:
    case chain::Inclusion::signer_not_in_policy:
    case chain::Inclusion::signatures_short:
      outcome.kind = SubmitKind::not_authorised;
      break;
  }
  return outcome;
}

bool Admission::has_room_for(const chain::VerifiedTransaction& transaction) const {
  if (pending_.size() >= limits_.transactions_max) return false;
  if (pending_bytes_ + transaction.bytes().size() > limits_.bytes_max) return false;
  const auto share = per_actor_.find(transaction.id().owner);
  return share == per_actor_.end() || share->second < limits_.per_actor_max;
}

void Admission::take(const VerifiedTransactionPtr& transaction, bool wait_final, const Done& done) {
  SubmitOutcome outcome = outcome_for(*transaction, SubmitKind::accepted);
  bool is_new = false;
  {
    const std::lock_guard lock(mutex_);
    auto entry = pending_.find(transaction->id());
    if (entry != pending_.end() && entry->second.transaction->hash() != transaction->hash()) {
      outcome.kind = SubmitKind::id_used;
    } else if (halted_) {
      // What was handed on before the halt may be final yet.
      outcome.kind = entry == pending_.end() ? SubmitKind::halted : SubmitKind::undecided;
    } else if (entry == pending_.end()) {
      if (!callbacks_.has_room()) {
        outcome.kind = SubmitKind::disk_full;
      } else if (!callbacks_.is_ready()) {
        outcome.kind = SubmitKind::not_ready;
      } else if (!has_room_for(*transaction)) {
        outcome.kind = SubmitKind::busy;
      } else {
        entry = pending_.emplace(transaction->id(), Pending{transaction, {}, {}}).first;
        ++per_actor_[transaction->id().owner];
        pending_bytes_ += transaction->bytes().size();
        is_new = true;
        // Queued for the log before anyone can see the entry: a repeat that is answered from it
        // waits for the same sync.
        const std::lock_guard log_lock(log_mutex_);
        log_queue_.push_back(transaction);
        log_changed_.notify_one();
      }
    }
    if (outcome.kind == SubmitKind::accepted && wait_final) entry->second.waiting.push_back(done);
  }
  if (outcome.kind != SubmitKind::accepted) return done(outcome);
  if (is_new) {
    callbacks_.batch({transaction});
    VOSTRO_FAILPOINT("order-handed-on");
    // A block may have made it final between the first look and the entry: then nobody else will
    // tell.
    if (const auto used = outcome_of_used(*transaction);
        used && used->kind != SubmitKind::accepted) {
      std::vector<Done> waiting;
      {
        const std::lock_guard lock(mutex_);
        if (const auto entry = pending_.find(transaction->id()); entry != pending_.end()) {
          waiting = std::move(entry->second.waiting);
          remove(entry);
        }
      }
      for (const Done& waiter : waiting) waiter(*used);
      if (!wait_final) done(*used);
      return;
    }
  }
  if (wait_final) return;
  {
    const std::lock_guard lock(log_mutex_);
    if (!log_failed_) {
      log_waiting_.push_back({done, outcome});
      log_changed_.notify_one();
      return;
    }
  }
  outcome.kind = SubmitKind::undecided;
  done(outcome);
}

void Admission::remove(std::map<chain::OwnedId, Pending>::iterator entry) {
  const chain::VerifiedTransaction& transaction = *entry->second.transaction;
  pending_bytes_ -= transaction.bytes().size();
  const auto share = per_actor_.find(transaction.id().owner);
  if (--share->second == 0) per_actor_.erase(share);
  pending_.erase(entry);
}

std::optional<Hash> Admission::pending(const chain::OwnedId& id) const {
  const std::lock_guard lock(mutex_);
  const auto entry = pending_.find(id);
  if (entry == pending_.end()) return std::nullopt;
  return entry->second.transaction->hash();
}

std::size_t Admission::pending_count() const {
  const std::lock_guard lock(mutex_);
  return pending_.size();
}

void Admission::on_final(const chain::ExecutedBlock& block) {
  // Before anybody is told: what a client does next meets the state that this block made.
  head_.renew();
  Answers answers;
  std::vector<VerifiedTransactionPtr> again;
  {
    const std::lock_guard lock(mutex_);
    // Blocks between were stored before this start, and their finality is known only now.
    const bool is_gap = block.height.value > announced_.value + 1;
    announced_ = std::max(announced_, block.height);
    if (is_gap) answer_stored(answers);
    for (const auto& [id, record] : block.ids) {
      const auto entry = pending_.find(id);
      if (entry == pending_.end()) continue;
      const chain::VerifiedTransaction& transaction = *entry->second.transaction;
      SubmitOutcome outcome =
          outcome_for(transaction,
                      record.hash == transaction.hash() ? SubmitKind::final_ : SubmitKind::id_used);
      outcome.height = record.height;
      outcome.receipt_index = record.receipt;
      answer(entry, outcome, answers);
    }
    // Once a second of block time is often enough: nobody waits longer than that for "expired".
    if (block.time.value >= swept_at_.value + 1'000) {
      swept_at_ = block.time;
      again = sweep(block.time, answers);
    }
  }
  for (const auto& [done, outcome] : answers) done(outcome);
  if (!again.empty()) callbacks_.batch(std::move(again));
}

void Admission::answer(std::map<chain::OwnedId, Pending>::iterator entry,
                       const SubmitOutcome& outcome, Answers& answers) {
  for (Done& done : entry->second.waiting) answers.emplace_back(std::move(done), outcome);
  remove(entry);
}

/// Under `mutex_`: what waits and stands in a stored block that may be told of.
void Admission::answer_stored(Answers& answers) {
  for (auto next = pending_.begin(); next != pending_.end();) {
    const auto entry = next++;
    const chain::VerifiedTransaction& transaction = *entry->second.transaction;
    const auto used = store_.find_id(transaction.id());
    if (!used || used->height > announced_) continue;
    SubmitOutcome outcome = outcome_for(
        transaction, used->is_bare() || used->hash == transaction.hash() ? SubmitKind::final_
                                                                         : SubmitKind::id_used);
    outcome.height = used->height;
    outcome.receipt_index = used->receipt;
    answer(entry, outcome, answers);
  }
}

/// Under `mutex_`: answers what has expired, and returns what is to be batched again.
std::vector<VerifiedTransactionPtr> Admission::sweep(UnixMillis block_time, Answers& answers) {
  std::vector<VerifiedTransactionPtr> again;
  for (auto next = pending_.begin(); next != pending_.end();) {
    const auto entry = next++;
    Pending& pending = entry->second;
    if (has_passed(pending.transaction->transaction().valid_until, block_time)) {
      SubmitOutcome outcome = outcome_for(*pending.transaction, SubmitKind::outside_window);
      outcome.inclusion = chain::Inclusion::expired;
      answer(entry, outcome, answers);
      continue;
    }
    // The first look starts the time: an idle network has no block time to count from.
    if (!pending.batched_at) pending.batched_at = block_time;
    if (block_time.value < pending.batched_at->value + limits_.resubmit_after_ms) continue;
    pending.batched_at = block_time;
    again.push_back(pending.transaction);
  }
  return again;
}

void Admission::resubmit() {
  std::vector<VerifiedTransactionPtr> all;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, entry] : pending_) all.push_back(entry.transaction);
  }
  if (!all.empty()) callbacks_.batch(std::move(all));
}

void Admission::halt() {
  const std::lock_guard lock(mutex_);
  halted_ = true;
}

void Admission::stop() {
  {
    const std::lock_guard lock(log_mutex_);
    log_stopping_ = true;
    log_changed_.notify_one();
  }
  if (log_thread_.joinable()) log_thread_.join();
}

void Admission::run_log() {
  std::unique_lock lock(log_mutex_);
  for (;;) {
    log_changed_.wait(
        lock, [this] { return !log_queue_.empty() || !log_waiting_.empty() || log_stopping_; });
    if (log_queue_.empty() && log_waiting_.empty()) return;
    const std::vector<VerifiedTransactionPtr> records = std::move(log_queue_);
    std::vector<Unsynced> waiting = std::move(log_waiting_);
    log_queue_.clear();
    log_waiting_.clear();
    lock.unlock();
    if (const auto done = write(records); !done) {
      halt();
      lock.lock();
      log_failed_ = true;
      std::move(log_waiting_.begin(), log_waiting_.end(), std::back_inserter(waiting));
      log_waiting_.clear();
      lock.unlock();
      // They were handed on before, and may be final yet: "not taken" would be a lie.
      for (Unsynced& unsynced : waiting) {
        unsynced.outcome.kind = SubmitKind::undecided;
        unsynced.done(unsynced.outcome);
      }
      callbacks_.on_failure(done.error());
      return;
    }
    for (const Unsynced& unsynced : waiting) unsynced.done(unsynced.outcome);
    lock.lock();
  }
}

Result<void, std::string> Admission::write(const std::vector<VerifiedTransactionPtr>& records) {
  VOSTRO_FAILPOINT("note-before-write");
  for (const VerifiedTransactionPtr& transaction : records) {
    if (const auto done = log_->append(transaction->bytes()); !done) return done;
  }
  VOSTRO_FAILPOINT("note-before-sync");
  if (!records.empty()) {
    if (const auto done = log_->sync(); !done) return done;
  }
  VOSTRO_FAILPOINT("note-synced");
  return log_->size() > limits_.log_rotate_bytes ? rotate() : Result<void, std::string>();
}

Result<void, std::string> Admission::rotate() {
  const std::uint64_t old = log_number_;
  std::vector<VerifiedTransactionPtr> all;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, entry] : pending_) all.push_back(entry.transaction);
  }
  auto next = AppendFile::open(log_path(directory_, old + 1), [](ByteView) {});
  if (!next) return fail(next.error());
  for (const VerifiedTransactionPtr& transaction : all) {
    if (const auto done = next->append(transaction->bytes()); !done) return done;
  }
  VOSTRO_FAILPOINT("note-rotation-before-sync");
  if (const auto done = next->sync(); !done) return done;
  VOSTRO_FAILPOINT("note-rotation-synced");
  log_ = std::move(*next);
  log_number_ = old + 1;
  for (const std::uint64_t number : logs_in(directory_)) {
    if (number <= old && ::unlink(log_path(directory_, number).c_str()) != 0)
      return fail("cannot delete " + log_path(directory_, number));
  }
  return {};
}

}  // namespace vostro::node
