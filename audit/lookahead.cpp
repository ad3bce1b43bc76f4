#include "audit/lookahead.h"

#include "base/check.h"
#include "base/codec.h"
#include "consensus/no_cache.h"

namespace vostro::audit {
namespace {

std::uint64_t signatures_of(const chain::Transaction& transaction) {
  return transaction.signatures.size() +
         (std::holds_alternative<chain::FxPayment>(transaction.body) ? 1 : 0);
}

}  // namespace

struct Lookahead::Entry {
  PreparedBlock block;
  std::shared_ptr<const consensus::Committee> committee;
  std::vector<Bytes> raw;  ///< batches
  std::size_t bytes = 0;
  std::size_t open = 0;  ///< tasks that are not done
};

struct Lookahead::Task {
  std::shared_ptr<Entry> entry;
  std::uint32_t batch = 0;
};

Lookahead::Lookahead(const Source& source, std::shared_ptr<const consensus::Committee> committee,
                     LookaheadOptions options)
    : source_(source), options_(options), committee_(std::move(committee)) {
  threads_.emplace_back([this] { read_ahead(); });
  for (std::size_t i = 0; i < options_.threads; ++i) threads_.emplace_back([this] { work(); });
}

Lookahead::~Lookahead() {
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
    changed_.notify_all();
  }
  for (std::thread& thread : threads_) thread.join();
}

void Lookahead::read_ahead() {
  for (Height height = options_.first; height <= options_.last; height = height.next()) {
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] {
        const bool has_room = entries_.empty() || (bytes_ahead_ < options_.bytes_max &&
                                                   entries_.size() < options_.blocks_max);
        return is_stopping_ || (has_room && !is_at_epoch_end_);
      });
      if (is_stopping_) return;
    }
    if (!add(height)) return;
  }
}

bool Lookahead::add(Height height) {
  auto entry = std::make_shared<Entry>();
  PreparedBlock& block = entry->block;
  block.height = height;
  auto raw = source_.block(height);
  if (!raw) {
    block.fault = raw.error();
  } else {
    const auto header = decode<consensus::Header>(raw->header);
    const auto cut = decode<consensus::Cut>(raw->cut);
    const auto undecodable = [&](const char* what, const DecodeError& error) {
      block.fault = Divergence{height, std::nullopt, what, "its encoding", to_string(error)};
    };
    if (!header) {
      undecodable("header", header.error());
    } else if (!cut) {
      undecodable("cut", cut.error());
    } else {
      block.header = *header;
      block.id = header->id();
      block.cut = *cut;
      block.proof = std::move(raw->proof);
      entry->raw = std::move(raw->batches);
      block.batches.resize(entry->raw.size());
      for (const Bytes& batch : entry->raw) entry->bytes += batch.size();
      entry->bytes += raw->header.size() + raw->cut.size();
      block.receipt_rows = std::move(raw->receipt_rows);
      if (block.receipt_rows)
        for (const Bytes& row : *block.receipt_rows) entry->bytes += row.size();
    }
  }
  const std::lock_guard lock(mutex_);
  entry->committee = committee_;
  if (!block.fault) {
    entry->open = entry->raw.size();
    for (std::uint32_t i = 0; i < entry->raw.size(); ++i) tasks_.push_back({entry, i});
  }
  const bool goes_on = !block.fault;
  is_at_epoch_end_ = goes_on && block.header.closes_epoch();
  bytes_ahead_ += entry->bytes;
  entries_.push_back(std::move(entry));
  changed_.notify_all();
  return goes_on;
}

void Lookahead::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return is_stopping_ || !tasks_.empty(); });
    if (is_stopping_) return;
    const Task task = std::move(tasks_.front());
    tasks_.pop_front();
    lock.unlock();
    prepare(task);
    lock.lock();
    if (--task.entry->open == 0) changed_.notify_all();
  }
}

// Writes to its own part of the entry alone, and under no lock.
void Lookahead::prepare(const Task& task) {
  PreparedBlock& block = task.entry->block;
  PreparedBatch& prepared = block.batches[task.batch];
  const std::string name = "batch " + std::to_string(task.batch);
  const auto diverge = [&](std::string field, std::string expected, std::string found) {
    prepared.fault = Divergence{block.height, std::nullopt, std::move(field), std::move(expected),
                                std::move(found)};
  };
  Bytes bytes = std::move(task.entry->raw[task.batch]);
  prepared.bytes = bytes.size();
  auto decoded = decode<consensus::SignedBatch>(bytes);
  if (!decoded) return diverge(name, "its encoding", to_string(decoded.error()));
  bytes = Bytes();
  const auto shared = std::make_shared<const consensus::SignedBatch>(*std::move(decoded));
  const consensus::Batch& batch = shared->batch;
  if (options_.keep_batches) prepared.batch = shared;
  prepared.facts = {batch.author, batch.incarnation, batch.seq, batch.prev, batch.id()};
  consensus::NoCache cache;
  const auto verified = consensus::verify_batch(*task.entry->committee, {shared}, cache);
  if (!verified) {
    return diverge(name + " signature", "one of its author, in this epoch",
                   std::string(consensus::to_string(verified.error())));
  }
  if (batch.transactions.empty()) return diverge(name, "transactions", "none");
  const Hash& network = task.entry->committee->context().network_id;
  const bool with_signatures = block.height >= options_.signatures_from;
  for (std::uint32_t i = 0; i < batch.transactions.size(); ++i) {
    const Bytes& raw = batch.transactions[i].bytes;
    auto transaction =
        with_signatures ? chain::verify(raw, network) : chain::take_as_final(raw, network);
    if (!transaction) {
      diverge(name + ", " + transaction.error().where, "a transaction of right form and signatures",
              chain::to_string(transaction.error()));
      prepared.fault->transaction = i;
      return;
    }
    prepared.transactions.push_back(*std::move(transaction));
  }
}

PreparedBlock Lookahead::take() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return !entries_.empty() && entries_.front()->open == 0; });
  const std::shared_ptr<Entry> entry = std::move(entries_.front());
  entries_.pop_front();
  bytes_ahead_ -= entry->bytes;
  changed_.notify_all();
  lock.unlock();
  PreparedBlock block = std::move(entry->block);
  if (block.height >= options_.signatures_from) {
    for (const PreparedBatch& batch : block.batches)
      for (const auto& transaction : batch.transactions)
        block.signatures += signatures_of(transaction->transaction());
  }
  return block;
}

void Lookahead::begin_epoch(std::shared_ptr<const consensus::Committee> committee) {
  const std::lock_guard lock(mutex_);
  VOSTRO_CHECK(is_at_epoch_end_);
  committee_ = std::move(committee);
  is_at_epoch_end_ = false;
  changed_.notify_all();
}

}  // namespace vostro::audit
