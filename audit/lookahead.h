/// What can be done of a block before it is its turn: reading, decoding, batch and transaction
/// signatures, on several threads, ahead of the one that executes. Memory is bounded by bytes
/// ahead. At a block that says it closes its epoch it waits: who signs after it is not known
/// before.
#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "audit/block_rules.h"
#include "audit/source.h"
#include "chain/transaction.h"

namespace vostro::audit {

struct PreparedBatch {
  BatchFacts facts;
  std::size_t bytes = 0;
  std::vector<chain::VerifiedTransactionPtr> transactions;  ///< up to the first fault
  std::shared_ptr<const consensus::SignedBatch> batch;      ///< where batches are kept
  /// The first thing wrong in it; its transaction counts from the batch's first.
  std::optional<Divergence> fault;
};

struct PreparedBlock {
  Height height;
  consensus::Header header;
  consensus::BlockId id;
  consensus::Cut cut;
  std::vector<PreparedBatch> batches;
  std::optional<Bytes> proof;
  /// As the source shows them; none where it shows none.
  std::optional<std::vector<Bytes>> receipt_rows;
  std::uint64_t signatures = 0;  ///< of transactions and quotes, checked
  /// Reading or decoding failed; header and cut mean something only without it.
  std::optional<Finding> fault;
};

struct LookaheadOptions {
  Height first;
  Height last;
  std::size_t threads = 1;
  std::size_t bytes_max = 32 * 1024 * 1024;  ///< encoded, of blocks read and not yet taken
  std::size_t blocks_max = 2'000;
  bool keep_batches = false;
  Height signatures_from;  ///< transaction signatures of blocks below it are left to the quorum
};

class Lookahead {
 public:
  /// `source` outlives this.
  Lookahead(const Source& source, std::shared_ptr<const consensus::Committee> committee,
            LookaheadOptions options);
  ~Lookahead();
  Lookahead(const Lookahead&) = delete;
  Lookahead& operator=(const Lookahead&) = delete;

  /// The next block, complete; waits for it. One thread. Not to be called behind `last` or a fault.
  [[nodiscard]] PreparedBlock take();
  /// After a closing block: the committee of the next one.
  void begin_epoch(std::shared_ptr<const consensus::Committee> committee);

 private:
  struct Entry;
  struct Task;
  void read_ahead();
  void work();
  void prepare(const Task& task);
  bool add(Height height);

  const Source& source_;
  const LookaheadOptions options_;
  std::mutex mutex_;
  std::condition_variable changed_;  ///< of everything below
  std::shared_ptr<const consensus::Committee> committee_;
  std::deque<std::shared_ptr<Entry>> entries_;
  std::deque<Task> tasks_;
  std::size_t bytes_ahead_ = 0;
  bool is_at_epoch_end_ = false;
  bool is_stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace vostro::audit
