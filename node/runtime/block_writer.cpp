#include "node/runtime/block_writer.h"

#include <chrono>

#include "base/codec.h"

namespace vostro::node {
namespace {

constexpr auto kLookEvery = std::chrono::milliseconds(500);

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
    StoreBlock block = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    const auto done = commit(block);
    if (!done && done.error().fault == chain::StoreFault::out_of_space) {
      note_room(false);
      lock.lock();
      queue_.push_front(std::move(block));
      continue;
    }
    if (!done) {
      callbacks_.on_failure("the block store refused block " +
                            std::to_string(block.executed->height.value) + ": " +
                            to_string(done.error()));
      return;
    }
    callbacks_.on_stored(block);
    lock.lock();
  }
}

void BlockWriter::note_room(bool has_room) {
  if (has_room == has_room_) return;
  has_room_ = has_room;
  callbacks_.on_room(has_room);
}

Result<void, chain::StoreError> BlockWriter::commit(const StoreBlock& block) {
  const Bytes header = encode(block.body->header);
  const Bytes cut = encode(block.body->cut);
  const Bytes proof = block.proof ? encode(*block.proof) : Bytes();
  std::vector<Bytes> encoded;
  std::vector<chain::StoredBatch> batches;
  encoded.reserve(block.batches.size());
  for (const consensus::HeldBatch& held : block.batches) {
    const consensus::Batch& batch = held.batch();
    encoded.push_back(encode(*held.signed_batch));
    Hash id;
    id.bytes = held.id.bytes;
    batches.push_back({id,
                       {block.body->header.epoch, batch.author.value, batch.incarnation, batch.seq},
                       encoded.back()});
  }
  return store_.commit({as_hash(block.id), header, cut, proof, block.body->header.closes_epoch(),
                        batches, *block.executed});
}

}  // namespace vostro::node
