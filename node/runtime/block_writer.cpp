#include "node/runtime/block_writer.h"

#include <chrono>
#include <iterator>

#include "base/codec.h"

namespace vostro::node {
namespace {

constexpr auto kLookEvery = std::chrono::milliseconds(500);
/// Of the batches of blocks that are written together: what is larger costs more than its sync. The
/// store makes one RocksDB batch of them.
constexpr std::size_t kRunBytesMax = 1024 * 1024;

std::size_t bytes_of(const StoreBlock& block) {
  std::size_t bytes = 0;
  for (const consensus::HeldBatch& held : block.batches) bytes += held.bytes;
  return bytes;
}

/// A block in the bytes that the store keeps.
struct EncodedBlock {
  explicit EncodedBlock(const StoreBlock& block)
      : header(encode(block.body->header)),
        cut(encode(block.body->cut)),
        proof(block.proof ? encode(*block.proof) : Bytes()) {
    batch_bytes.reserve(block.batches.size());
    for (const consensus::HeldBatch& held : block.batches) {
      const consensus::Batch& batch = held.batch();
      batch_bytes.push_back(encode(*held.signed_batch));
      Hash id;
      id.bytes = held.id.bytes;
      batches.push_back(
          {id,
           {block.body->header.epoch, batch.author.value, batch.incarnation, batch.seq},
           batch_bytes.back()});
    }
  }

  Bytes header;
  Bytes cut;
  Bytes proof;
  std::vector<Bytes> batch_bytes;
  std::vector<chain::StoredBatch> batches;
};

Hash as_hash(const consensus::BlockId& id) {
  Hash hash;
  hash.bytes = id.bytes;
  return hash;
}

}  // namespace

BlockWriter::BlockWriter(chain::Store& store, Callbacks callbacks)
    : store_(store), callbacks_(std::move(callbacks)), thread_([this] { run(); }) {}

BlockWriter::~BlockWriter() {
  stop();
}

void BlockWriter::add(StoreBlock block) {
  const std::lock_guard lock(mutex_);
  queue_.push_back(std::move(block));
  changed_.notify_one();
}

void BlockWriter::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    changed_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
}

void BlockWriter::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    pulse_.rest();
    changed_.wait_for(lock, kLookEvery,
                      [this] { return (has_room_ && !queue_.empty()) || stopping_; });
    lock.unlock();
    pulse_.begin();
    note_room(store_.free_bytes() >=
              (has_room_ ? store_.reserve_bytes() : store_.reserve_bytes() / 8 * 9));
    lock.lock();
    // What is not written now is in the journal, and at the peers.
    if (stopping_ && (queue_.empty() || !has_room_)) return;
    if (queue_.empty() || !has_room_) continue;
    std::vector<StoreBlock> run = take_run();
    lock.unlock();
    const auto done = commit(run);
    if (!done && done.error().fault == chain::StoreFault::out_of_space) {
      note_room(false);
      lock.lock();
      queue_.insert(queue_.begin(), std::make_move_iterator(run.begin()),
                    std::make_move_iterator(run.end()));
      continue;
    }
    if (!done) {
      callbacks_.on_failure("the block store refused block " +
                            std::to_string(run.front().executed->height.value) + ": " +
                            to_string(done.error()));
      return;
    }
    for (const StoreBlock& block : run) callbacks_.on_stored(block);
    lock.lock();
  }
}

void BlockWriter::note_room(bool has_room) {
  if (has_room == has_room_) return;
  has_room_ = has_room;
  callbacks_.on_room(has_room);
}

/// The first that waits, and those after it up to one with a proof: the store places a proof by
/// those before it.
std::vector<StoreBlock> BlockWriter::take_run() {
  std::vector<StoreBlock> run;
  std::size_t bytes = 0;
  while (!queue_.empty() && (run.empty() || !run.back().proof)) {
    bytes += bytes_of(queue_.front());
    if (!run.empty() && bytes > kRunBytesMax) break;
    run.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  return run;
}

Result<void, chain::StoreError> BlockWriter::commit(const std::vector<StoreBlock>& run) {
  const std::vector<EncodedBlock> encoded(run.begin(), run.end());
  std::vector<chain::StoredBlock> blocks;
  blocks.reserve(run.size());
  for (std::size_t i = 0; i < run.size(); ++i) {
    blocks.push_back({as_hash(run[i].id), encoded[i].header, encoded[i].cut, encoded[i].proof,
                      run[i].body->header.closes_epoch(), encoded[i].batches, *run[i].executed});
  }
  return store_.commit_run(blocks);
}

}  // namespace vostro::node
