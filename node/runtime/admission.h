/// The door: what clients submit is verified, judged, durably noted, batched, and remembered until
/// it is final or expired. What was accepted is never lost: after a restart the log brings it back
/// (consensus-spec section 7, "The author owes re-batching"). What cannot be taken is refused at
/// once, with a reason. Any thread.
#pragma once

#include <condition_variable>
#include <cstring>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "chain/execute.h"
#include "chain/store/store.h"
#include "node/runtime/append_file.h"
#include "node/runtime/head_state.h"
#include "node/runtime/worker_pool.h"
#include "node/service.h"

namespace vostro::node {

struct AdmissionLimits {
  std::size_t transactions_max = 4'096;  ///< waiting for a block
  std::size_t bytes_max = 64 * 1024 * 1024;
  std::size_t per_actor_max = 2'048;   ///< of one bank
  std::size_t unverified_max = 1'024;  ///< given to the workers
  std::uint64_t log_rotate_bytes = 64 * 1024 * 1024;
  /// Block time after which what still waits is batched again: a block may have passed it over as
  /// too far ahead or not yet authorised, and its batch is used up then. Long against the time to
  /// finality, so that little is batched twice in vain.
  std::uint64_t resubmit_after_ms = 30'000;
};

class Admission {
 public:
  struct Callbacks {
    std::function<void(std::vector<chain::VerifiedTransactionPtr>)> batch;  ///< to the replica
    std::function<bool()> is_ready;                        ///< in sync and in reach of a quorum
    std::function<bool()> has_room = [] { return true; };  ///< on the disk, above the reserve
    std::function<UnixMillis()> now;
    std::function<void(std::string)> on_failure;  ///< the log cannot be written: stop. Once.
  };
  /// Opens the log in `directory`; what it holds is submitted again by `resubmit`. Blocks up to
  /// `announced` count as told by `on_final`; of those above nobody hears before that. Errors: a
  /// sentence for the operator.
  [[nodiscard]] static Result<std::unique_ptr<Admission>, std::string> open(
      const std::string& directory, const Hash& network_id, AdmissionLimits limits,
      const chain::Store& store, Height announced, WorkerPool& workers, Callbacks callbacks);
  ~Admission();

  /// See Service::submit.
  void submit(Submission submission, std::function<void(SubmitOutcome)> done);
  [[nodiscard]] std::optional<Hash> pending(const chain::OwnedId& id) const;
  [[nodiscard]] std::size_t pending_count() const;

  /// The block is stored and its finality is on disk: clients may be told.
  void on_final(const chain::ExecutedBlock& block);
  /// Batches everything that waits, again: after a start, and when own batches can no longer be
  /// included.
  void resubmit();
  /// From now on everything is refused as halted.
  void halt();
  void stop();

  /// Of the verified transactions remembered; decoded, they take about twice as much.
  static constexpr std::size_t verified_bytes_max = 16 * 1024 * 1024;
  /// The same transaction, verified once: by the hash of its bytes, signatures included.
  [[nodiscard]] Result<chain::VerifiedTransactionPtr, chain::FormError> verify_once(ByteView bytes);

 private:
  using Done = std::function<void(SubmitOutcome)>;
  struct Pending {
    chain::VerifiedTransactionPtr transaction;
    std::vector<Done> waiting;
    /// Block time at which it was batched again, or first looked at; none before a block has come.
    std::optional<UnixMillis> batched_at;
  };
  using Answers = std::vector<std::pair<Done, SubmitOutcome>>;
  /// Hashes are even already.
  struct FirstBytes {
    std::size_t operator()(const Hash& hash) const {
      std::size_t first = 0;
      std::memcpy(&first, hash.bytes.data(), sizeof(first));
      return first;
    }
  };
  struct Unsynced {
    Done done;
    SubmitOutcome outcome;
  };

  Admission(std::string directory, const Hash& network_id, AdmissionLimits limits,
            const chain::Store& store, Height announced, WorkerPool& workers, Callbacks callbacks);
  void judge(const Bytes& bytes, bool wait_final, const Done& done);
  [[nodiscard]] SubmitOutcome judge_verified(
      const chain::VerifiedTransactionPtr& transaction) const;
  [[nodiscard]] std::optional<SubmitOutcome> outcome_of_used(
      const chain::VerifiedTransaction& transaction) const;
  void take(const chain::VerifiedTransactionPtr& transaction, bool wait_final, const Done& done);
  [[nodiscard]] bool has_room_for(const chain::VerifiedTransaction& transaction) const;
  [[nodiscard]] bool is_announced(Height height) const;
  void answer(std::map<chain::OwnedId, Pending>::iterator entry, const SubmitOutcome& outcome,
              Answers& answers);
  void answer_stored(Answers& answers);
  [[nodiscard]] std::vector<chain::VerifiedTransactionPtr> sweep(UnixMillis block_time,
                                                                 Answers& answers);
  void remove(std::map<chain::OwnedId, Pending>::iterator entry);
  void run_log();
  [[nodiscard]] Result<void, std::string> write(
      const std::vector<chain::VerifiedTransactionPtr>& records);
  [[nodiscard]] Result<void, std::string> rotate();

  std::string directory_;
  Hash network_id_;
  AdmissionLimits limits_;
  const chain::Store& store_;
  HeadState head_;
  WorkerPool& workers_;
  Callbacks callbacks_;

  mutable std::mutex mutex_;
  std::map<chain::OwnedId, Pending> pending_;
  std::map<Bic, std::size_t> per_actor_;
  std::size_t pending_bytes_ = 0;
  std::size_t unverified_ = 0;
  Height announced_;     ///< nobody hears from here what became final above it
  UnixMillis swept_at_;  ///< block time of the last look for expired ones
  bool halted_ = false;

  std::mutex verified_mutex_;
  std::unordered_map<Hash, chain::VerifiedTransactionPtr, FirstBytes> verified_;  // look-up only
  std::deque<std::pair<Hash, std::size_t>> verified_by_age_;
  std::size_t verified_bytes_ = 0;

  std::mutex log_mutex_;
  std::condition_variable log_changed_;
  std::vector<chain::VerifiedTransactionPtr> log_queue_;
  std::vector<Unsynced> log_waiting_;
  bool log_stopping_ = false;
  bool log_failed_ = false;        ///< nothing is written any more
  std::optional<AppendFile> log_;  ///< the log thread's, once that runs
  std::uint64_t log_number_ = 1;
  std::thread log_thread_;
};

}  // namespace vostro::node
