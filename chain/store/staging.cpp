#include "chain/store/staging.h"

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <map>

#include "base/failpoint.h"
#include "chain/store/core.h"
#include "chain/tree_node.h"

namespace vostro::chain {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view target_key = "staged/target";
constexpr Byte part_here = 1;
constexpr Byte part_split = 2;

Bytes part_key(const TreePath& path) {
  Bytes key(as_bytes("staged/part/").begin(), as_bytes("staged/part/").end());
  key.push_back(static_cast<Byte>(path.nibbles.size()));
  key.insert(key.end(), path.nibbles.begin(), path.nibbles.end());
  return key;
}

void put(const StoreCore& core, rocksdb::WriteBatch& batch, Family which, ByteView key,
         ByteView value) {
  // A batch in memory refuses nothing but keys of 4 GiB.
  const rocksdb::Status status = batch.Put(core.family(which), slice(key), slice(value));
  VOSTRO_CHECK(status.ok());
}

void drop(const StoreCore& core, rocksdb::WriteBatch& batch, Family which, ByteView from,
          ByteView to) {
  const rocksdb::Status status = batch.DeleteRange(core.family(which), slice(from), slice(to));
  VOSTRO_CHECK(status.ok());
}

std::string whole_path(const std::string& store_path) {
  return store_path + ".joined";
}
std::string replaced_path(const std::string& store_path) {
  return store_path + ".replaced";
}
std::string discarded_path(const std::string& store_path) {
  return store_path + ".discarded";
}

StoreError input_output(const std::string& what, const std::string& why) {
  return {StoreFault::input_output, what + ": " + why};
}

/// Durable when this returns.
Result<void, StoreError> rename_directory(const std::string& from, const std::string& to) {
  std::error_code error;
  fs::rename(from, to, error);
  if (error) return fail(input_output(from, "cannot be renamed: " + error.message()));
  const std::string parent = fs::path(to).parent_path().string();
  const OpenFile directory(::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory.is_open() || ::fsync(directory.get()) != 0)
    return fail(input_output(parent, "cannot be synced"));
  return {};
}

Result<void, StoreError> remove_directory(const std::string& path) {
  std::error_code error;
  fs::remove_all(path, error);
  if (error) return fail(input_output(path, "cannot be removed: " + error.message()));
  return {};
}

}  // namespace

class Staging::Tree final : public NodeReader {
 public:
  explicit Tree(const StoreCore& core) : core_(core) {}
  [[nodiscard]] std::optional<Bytes> node(ByteView position) const override {
    const auto held = held_.find(Bytes(position.begin(), position.end()));
    return held == held_.end() ? core_.read(Family::tree, keys::current(position), nullptr)
                               : held->second;
  }
  /// Reads the nodes that lead to a path. A node that cannot be read is, for whoever builds on
  /// it, a contradiction; it is seen here.
  void hold(const TreePath& path) {
    for (std::size_t depth = 0; depth <= path.nibbles.size(); ++depth) {
      const Bytes position = trie::position_of(path.first(), depth);
      held_[position] = node(position);
    }
  }

 private:
  const StoreCore& core_;
  std::map<Bytes, std::optional<Bytes>> held_;
};

Staging::Staging(std::unique_ptr<StoreCore> core) : path_(core->path), core_(std::move(core)) {}
Staging::~Staging() = default;

Result<std::unique_ptr<Staging>, StoreError> Staging::open(const std::string& path,
                                                           const StoreOptions& options,
                                                           const Hash& network_id) {
  auto opened = open_as_it_is(path, options, network_id);
  const auto is_for_nothing = [](StoreFault fault) {
    return fault == StoreFault::other_network || fault == StoreFault::newer_format ||
           fault == StoreFault::damaged;
  };
  if (opened || !is_for_nothing(opened.error().fault)) return opened;
  if (const auto removed = remove_directory(path); !removed) return fail(removed.error());
  return open_as_it_is(path, options, network_id);
}

Result<std::unique_ptr<Staging>, StoreError> Staging::open_as_it_is(const std::string& path,
                                                                    const StoreOptions& options,
                                                                    const Hash& network_id) {
  if (const auto usable = ensure_private_directory(path); !usable)
    return fail(StoreError{StoreFault::directory_unusable,
                           path + ": " + std::string(to_string(usable.error()))});
  auto core = std::make_unique<StoreCore>(path, options);
  if (const auto locked = core->take_lock(); !locked) return fail(locked.error());
  if (const auto opened = core->open_database(); !opened) return fail(opened.error());
  // Whoever notes a target has noted before for which network.
  if (core->read(Family::meta, as_bytes(target_key), nullptr) &&
      !core->read(Family::meta, as_bytes(keys::network), nullptr))
    return fail(StoreError{StoreFault::other_network, path + " is of an unknown network"});
  if (const auto same = core->check_identity(network_id); !same) return fail(same.error());
  return std::unique_ptr<Staging>(new Staging(std::move(core)));
}

Result<void, StoreError> Staging::write(rocksdb::WriteBatch& batch, bool durable) {
  rocksdb::WriteOptions options;
  options.sync = durable;
  const rocksdb::Status status = core_->database->Write(options, &batch);
  if (!status.ok()) core_->note_failure(error_of(status, path_));
  if (auto broken = core_->failure()) return fail(*std::move(broken));
  return {};
}

std::optional<Bytes> Staging::target() const {
  return core_->read(Family::meta, as_bytes(target_key), nullptr);
}

Result<void, StoreError> Staging::begin(ByteView target) {
  rocksdb::WriteBatch batch;
  put(*core_, batch, Family::meta, as_bytes(target_key), target);
  const Bytes parts(as_bytes("staged/part/").begin(), as_bytes("staged/part/").end());
  drop(*core_, batch, Family::meta, parts, keys::end_of(parts));
  for (const Family which : {Family::state, Family::tree})
    drop(*core_, batch, which, keys::current({}), keys::end_of(keys::current({})));
  return write(batch);
}

Result<void, StoreError> Staging::put_blocks(std::span<const StagedBlock> blocks) {
  rocksdb::WriteBatch batch;
  for (const StagedBlock& block : blocks) {
    const Height height = block.summary.height;
    put(*core_, batch, Family::blocks, keys::summary(height), encode(block.summary));
    put(*core_, batch, Family::blocks, keys::header(height), block.header);
    Bytes number;
    append_big_endian(number, height.value);
    put(*core_, batch, Family::blocks, keys::height_of(block.summary.block), number);
  }
  VOSTRO_FAILPOINT("join-before-headers");
  return write(batch);
}

std::optional<BlockSummary> Staging::block(Height height) const {
  return core_->read_as<BlockSummary>(Family::blocks, keys::summary(height), nullptr);
}

std::optional<Bytes> Staging::header(Height height) const {
  return core_->read(Family::blocks, keys::header(height), nullptr);
}

Result<void, StoreError> Staging::put_ids(Height height, const UsedIds& used) {
  const auto names = names_of(used);
  VOSTRO_CHECK(names.has_value());
  rocksdb::WriteBatch batch;
  const Bytes record = encode(IdRecord{height, IdRecord::unknown, {}});
  for (const OwnedId& name : *names) put(*core_, batch, Family::ids, keys::id(name), record);
  put(*core_, batch, Family::blocks, keys::used_ids(height), encode(used));
  VOSTRO_FAILPOINT("join-before-ids");
  return write(batch);
}

bool Staging::has_ids(Height height) const {
  std::string value;
  bool is_found = false;
  const Bytes key = keys::used_ids(height);
  if (!core_->database->KeyMayExist(rocksdb::ReadOptions(), core_->family(Family::blocks),
                                    slice(key), &value, &is_found))
    return false;
  return is_found || core_->read(Family::blocks, key, nullptr).has_value();
}

Result<void, StoreError> Staging::put_state(const TreePath& path,
                                            const std::vector<StateEntry>& entries) {
  Changes changes;
  for (const StateEntry& entry : entries) changes[entry.key] = entry.value;
  // Below the path nothing is yet.
  Tree tree(*core_);
  tree.hold(path);
  if (auto broken = core_->failure()) return fail(*std::move(broken));
  const TreeUpdate update = update_tree(tree, changes);
  rocksdb::WriteBatch batch;
  for (const StateEntry& entry : entries)
    put(*core_, batch, Family::state, keys::current(entry.key), entry.value);
  for (const auto& [position, content] : update.nodes) {
    VOSTRO_CHECK(content.has_value());
    put(*core_, batch, Family::tree, keys::current(position), *content);
  }
  put(*core_, batch, Family::meta, part_key(path), Bytes{part_here});
  VOSTRO_FAILPOINT("join-before-state");
  return write(batch);
}

Result<void, StoreError> Staging::split(const TreePath& path) {
  rocksdb::WriteBatch batch;
  put(*core_, batch, Family::meta, part_key(path), Bytes{part_split});
  return write(batch);
}

Staging::Part Staging::part(const TreePath& path) const {
  const auto row = core_->read(Family::meta, part_key(path), nullptr);
  if (!row || row->size() != 1) return Part::missing;
  return row->front() == part_split ? Part::split : Part::here;
}

Hash Staging::state_root() const {
  return root_of(Tree(*core_));
}

Result<void, StoreError> Staging::finish(Height head, std::span<const Proof> proofs) {
  const auto summary = block(head);
  if (!summary)
    return fail(core_->failure().value_or(StoreError{StoreFault::damaged, path_ + ": no head"}));
  rocksdb::WriteBatch batch;
  for (const Proof& proof : proofs)
    put(*core_, batch, Family::certificates, keys::proof(proof.height),
        proof_value(proof.bytes, proof.keep));
  const Bytes notes(as_bytes(keys::staged).begin(), as_bytes(keys::staged).end());
  drop(*core_, batch, Family::meta, notes, keys::end_of(notes));
  Bytes begins;
  append_big_endian(begins, head.next().value);
  put(*core_, batch, Family::meta, as_bytes(keys::history), begins);
  put(*core_, batch, Family::meta, as_bytes(keys::head),
      encode(Head{head, summary->block, summary->state_root, summary->time}));
  if (auto done = write(batch, true); !done) return done;
  // All of it, not the log's end alone.
  const rocksdb::Status flushed = core_->database->Flush(
      rocksdb::FlushOptions(), {core_->families.begin(), core_->families.end()});
  if (!flushed.ok()) return fail(error_of(flushed, path_));
  core_.reset();

  auto mark = MarkFile::open(path_ + "/mark");
  if (!mark) return fail(mark.error());
  if (auto marked = mark->write({head, summary->block, summary->state_root}); !marked)
    return marked;
  VOSTRO_FAILPOINT("join-before-whole");
  const std::string store_path = path_.substr(0, path_.rfind('.'));
  auto whole = rename_directory(path_, whole_path(store_path));
  VOSTRO_FAILPOINT("join-whole");
  return whole;
}

std::optional<StoreError> Staging::failure() const {
  return core_ ? core_->failure() : std::nullopt;
}

std::uint64_t Staging::free_bytes() const {
  return free_bytes_of(path_);
}

std::string staging_path(const std::string& store_path) {
  return store_path + ".joining";
}

// A removal that the end of the process cuts short must not leave a part under the name of a whole.
Result<void, StoreError> discard_joined(const std::string& store_path) {
  const std::string discarded = discarded_path(store_path);
  if (auto removed = remove_directory(discarded); !removed) return removed;
  std::error_code error;
  const bool is_waiting = fs::exists(whole_path(store_path), error);
  if (error) return fail(input_output(whole_path(store_path), error.message()));
  if (!is_waiting) return {};
  if (auto moved = rename_directory(whole_path(store_path), discarded); !moved) return moved;
  VOSTRO_FAILPOINT("join-discarded");
  return remove_directory(discarded);
}

// In this order each end of the process leaves what the next start understands: a whole one that
// waits always becomes the store.
Result<bool, StoreError> settle_joined(const std::string& store_path) {
  if (auto removed = remove_directory(discarded_path(store_path)); !removed)
    return fail(removed.error());
  std::error_code error;
  const bool is_waiting = fs::exists(whole_path(store_path), error);
  if (error) return fail(input_output(whole_path(store_path), error.message()));
  if (is_waiting) {
    if (fs::exists(store_path, error)) {
      if (auto removed = remove_directory(replaced_path(store_path)); !removed)
        return fail(removed.error());
      if (auto moved = rename_directory(store_path, replaced_path(store_path)); !moved)
        return fail(moved.error());
    }
    VOSTRO_FAILPOINT("join-store-moved");
    if (auto moved = rename_directory(whole_path(store_path), store_path); !moved)
      return fail(moved.error());
    VOSTRO_FAILPOINT("join-store-replaced");
  }
  if (auto removed = remove_directory(replaced_path(store_path)); !removed)
    return fail(removed.error());
  return is_waiting;
}

}  // namespace vostro::chain
