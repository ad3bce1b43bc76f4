#include "chain/store/store.h"

#include "base/failpoint.h"
#include "chain/store/core.h"

namespace vostro::chain {
namespace {

constexpr std::size_t batch_bytes_kept = 8 * 1024 * 1024;  // between two writes

Result<void, StoreError> check_mark(const StoreCore& core) {
  const auto& mark = core.mark->newest();
  const auto& head = core.head;
  if (!mark) {
    // The genesis state is stored, then marked: a crash between the two leaves just that.
    if (!head || head->height.value == 0 || core.options.open_behind_mark) return {};
    return fail(StoreError{StoreFault::mark_missing, core.path + " is at height " +
                                                         std::to_string(head->height.value) +
                                                         ", but its mark is missing or damaged"});
  }
  if (!head || head->height < mark->height) {
    if (core.options.open_behind_mark) return {};
    return fail(
        StoreError{StoreFault::behind_mark,
                   core.path + " is at " +
                       (head ? "height " + std::to_string(head->height.value) : "no height") +
                       ", but has been at height " + std::to_string(mark->height.value)});
  }
  const auto marked =
      core.read_as<BlockSummary>(Family::blocks, keys::summary(mark->height), nullptr);
  if (!marked || marked->block != mark->block || marked->state_root != mark->state_root) {
    return fail(StoreError{StoreFault::damaged, core.path + ": block " +
                                                    std::to_string(mark->height.value) +
                                                    " is not the one that the mark names"});
  }
  return {};
}

}  // namespace

Store::Store(std::shared_ptr<StoreCore> core) : core_(std::move(core)) {}
Store::~Store() = default;

Result<std::unique_ptr<Store>, StoreError> Store::open(const std::string& path,
                                                       const Hash& network_id,
                                                       const StoreOptions& options) {
  if (const auto usable = ensure_private_directory(path); !usable) {
    return fail(StoreError{StoreFault::directory_unusable,
                           path + ": " + std::string(to_string(usable.error()))});
  }
  auto core = std::make_shared<StoreCore>(path, options);
  if (const auto locked = core->take_lock(); !locked) return fail(locked.error());
  auto mark = MarkFile::open(path + "/mark");
  if (!mark) return fail(mark.error());
  core->mark = std::move(*mark);
  core->mark_seen = core->mark->newest();
  if (const auto opened = core->open_database(); !opened) return fail(opened.error());
  if (const auto same = core->check_identity(network_id); !same) return fail(same.error());
  core->head = core->read_as<Head>(Family::meta, as_bytes(keys::head), nullptr);
  if (const auto broken = core->failure()) return fail(*broken);
  if (const auto marked = check_mark(*core); !marked) return fail(marked.error());
  return std::unique_ptr<Store>(new Store(std::move(core)));
}

Result<void, StoreError> Store::commit(const StoredBlock& block) {
  return commit_run({&block, 1});
}

Result<void, StoreError> Store::commit_run(std::span<const StoredBlock> blocks) {
  StoreCore& core = *core_;
  if (const auto broken = core.failure())
    return fail(StoreError{StoreFault::failed_before, broken->what});
  VOSTRO_CHECK(!blocks.empty());
  Height next = core.head ? core.head->height.next() : Height(0);
  for (const StoredBlock& block : blocks) {
    VOSTRO_CHECK(block.executed.height == next);
    VOSTRO_CHECK(block.proof.empty() || &block == &blocks.back());
    next = next.next();
  }
  if (const std::uint64_t free = free_bytes(); free < core.options.reserve_bytes) {
    return fail(StoreError{StoreFault::out_of_space,
                           core.path + ": " + std::to_string(free) + " bytes are free, " +
                               std::to_string(core.options.reserve_bytes) + " are kept"});
  }
  const auto mark_of = [](const StoredBlock& block) {
    return Mark{block.executed.height, block.id, block.executed.state_root};
  };
  const auto& newest = core.mark->newest();
  for (const StoredBlock& block : blocks) {
    if (!newest || newest->height != block.executed.height || *newest == mark_of(block)) continue;
    core.note_failure({StoreFault::damaged, "block " + std::to_string(newest->height.value) +
                                                " is not the one that was stored here once"});
    return fail(*core.failure());
  }
  const StoredBlock& last = blocks.back();
  const Height height = last.executed.height;

  // Cleared, it keeps its memory: growing from nothing for each block costs more than the copies.
  rocksdb::WriteBatch& batch = core.block_batch;
  if (batch.GetDataSize() > batch_bytes_kept) batch = rocksdb::WriteBatch();
  batch.Clear();
  write_blocks(core, blocks, batch);
  const std::uint64_t pruned_to =
      prune_past(core, core.head ? core.head->height : Height(0), height, batch);
  if (const auto broken = core.failure()) return fail(*broken);
  rocksdb::WriteOptions durable;
  durable.sync = true;
  VOSTRO_FAILPOINT("block-before-write");
  const rocksdb::Status status = core.database->Write(durable, &batch);
  VOSTRO_FAILPOINT("block-written");
  if (!status.ok()) {
    core.note_failure(error_of(status, "block " + std::to_string(height.value)));
    return fail(*core.failure());
  }
  core.pruned_to = pruned_to;
  if (!newest || newest->height < height) {
    if (const auto marked = core.mark->write(mark_of(last)); !marked) {
      core.note_failure(marked.error());
      return fail(marked.error());
    }
  }
  const std::lock_guard guard(core.mutex);
  core.head = Head{height, last.id, last.executed.state_root, last.executed.time};
  core.mark_seen = core.mark->newest();
  return {};
}

Result<void, StoreError> Store::put_proof(Height height, ByteView proof, bool keep) {
  StoreCore& core = *core_;
  if (const auto broken = core.failure())
    return fail(StoreError{StoreFault::failed_before, broken->what});
  VOSTRO_CHECK(core.head && height <= core.head->height);
  rocksdb::WriteBatch batch;
  write_proof(core, height, proof, keep, batch);
  if (const auto broken = core.failure()) return fail(*broken);
  rocksdb::WriteOptions durable;
  durable.sync = true;
  const rocksdb::Status status = core.database->Write(durable, &batch);
  if (!status.ok()) {
    core.note_failure(error_of(status, "proof of block " + std::to_string(height.value)));
    return fail(*core.failure());
  }
  return {};
}

std::optional<Head> Store::head() const {
  const std::lock_guard guard(core_->mutex);
  return core_->head;
}
std::optional<Mark> Store::mark() const {
  const std::lock_guard guard(core_->mutex);
  return core_->mark_seen;
}
std::optional<StoreError> Store::failure() const {
  return core_->failure();
}

std::uint64_t Store::free_bytes() const {
  return free_bytes_of(core_->path);
}

std::uint64_t Store::reserve_bytes() const {
  return core_->options.reserve_bytes;
}

std::uint64_t Store::memory_bytes() const {
  std::uint64_t tables = 0;
  core_->database->GetAggregatedIntProperty(rocksdb::DB::Properties::kEstimateTableReadersMem,
                                            &tables);
  return core_->cache->GetUsage() + core_->write_buffers->memory_usage() + tables;
}

Result<void, StoreError> Store::scrub() const {
  const rocksdb::Status status = core_->database->VerifyChecksum();
  if (status.ok()) return {};
  core_->note_failure(error_of(status, core_->path));
  return fail(error_of(status, core_->path));
}

StoreView Store::view() const {
  auto snapshot = std::make_shared<StoreSnapshot>(core_, std::nullopt);
  snapshot->snapshot = core_->database->GetSnapshot();
  // The head as of the snapshot, which may be a block ahead of what `head` says while a commit
  // ends.
  snapshot->head = core_->read_as<Head>(Family::meta, as_bytes(keys::head), snapshot->snapshot);
  return StoreView(std::move(snapshot));
}

std::optional<Bytes> Store::get(ByteView key) const {
  return core_->read(Family::state, keys::current(key), nullptr);
}
std::vector<std::pair<Bytes, Bytes>> Store::scan(ByteView prefix, ByteView from,
                                                 std::size_t limit) const {
  return scan_state(*core_, nullptr, prefix, from, limit);
}
std::optional<IdRecord> Store::find_id(const OwnedId& id) const {
  return core_->read_as<IdRecord>(Family::ids, keys::id(id), nullptr);
}
std::optional<Hash> Store::receipt_root(Height height) const {
  return read_receipt_root(*core_, nullptr, height);
}
std::optional<Bytes> Store::node(ByteView position) const {
  return core_->read(Family::tree, keys::current(position), nullptr);
}

}  // namespace vostro::chain
