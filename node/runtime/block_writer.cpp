#include "node/runtime/block_writer.h"

#include "base/codec.h"

namespace vostro::node {
namespace {

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
    changed_.wait(lock, [this] { return !queue_.empty() || stopping_; });
    if (queue_.empty()) return;
    const StoreBlock block = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    if (const auto done = commit(block); !done) {
      callbacks_.on_failure("the block store refused block " +
                            std::to_string(block.executed->height.value) + ": " +
                            to_string(done.error()));
      return;
    }
    callbacks_.on_stored(block);
    lock.lock();
  }
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
