#include "chain/store/work_store.h"

#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "chain/branch.h"
#include "chain/id_order.h"
#include "chain/store/core.h"

namespace vostro::chain {
namespace {

enum class Part : std::size_t { meta, state, tree, ids, roots, notes };
constexpr std::array<std::string_view, 6> part_names = {"default",  "work-state", "work-tree",
                                                        "work-ids", "work-roots", "work-notes"};
constexpr std::uint32_t work_format = 1;
constexpr std::string_view format_key = "format";
constexpr std::string_view network_key = "network";
constexpr std::string_view head_key = "head";

rocksdb::ColumnFamilyOptions part_options(Part part, const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::ColumnFamilyOptions options;
  options.write_buffer_size = 32 * 1024 * 1024;
  options.target_file_size_base = 32 * 1024 * 1024;
  options.level_compaction_dynamic_level_bytes = true;
  options.compression = part == Part::state ? rocksdb::kLZ4Compression : rocksdb::kNoCompression;
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache;
  table.block_size = 8 * 1024;
  table.format_version = 5;
  table.cache_index_and_filter_blocks = true;
  table.cache_index_and_filter_blocks_with_high_priority = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.index_type = rocksdb::BlockBasedTableOptions::kTwoLevelIndexSearch;
  table.partition_filters = true;
  if (part == Part::ids) {
    // Nearly every id asked for is new: a filter answers that for what is still in memory too.
    options.memtable_prefix_bloom_size_ratio = 0.1;
    options.memtable_whole_key_filtering = true;
  }
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

Bytes height_key(Height height) {
  Bytes key;
  append_big_endian(key, height.value);
  return key;
}

}  // namespace

/// What is written.
class WorkStore::Database final : public StateReader, public NodeReader {
 public:
  std::string path;
  std::unique_ptr<rocksdb::DB> db;
  std::array<rocksdb::ColumnFamilyHandle*, part_names.size()> parts{};
  mutable std::mutex mutex;
  mutable std::optional<StoreError> first_failure;

  ~Database() override {
    if (!db) return;
    for (rocksdb::ColumnFamilyHandle* handle : parts) {
      const rocksdb::Status status = db->DestroyColumnFamilyHandle(handle);
      VOSTRO_CHECK(status.ok());
    }
    // What was not saved is made again.
    const rocksdb::Status closed = db->Close();
    static_cast<void>(closed);
  }
  [[nodiscard]] rocksdb::ColumnFamilyHandle* part(Part which) const {
    return parts[static_cast<std::size_t>(which)];
  }
  void put(rocksdb::WriteBatch& batch, Part which, ByteView key, ByteView value) const {
    // A batch in memory refuses nothing but keys of 4 GiB.
    const rocksdb::Status status = batch.Put(part(which), slice(key), slice(value));
    VOSTRO_CHECK(status.ok());
  }
  void note_failure(StoreError error) const {
    const std::lock_guard guard(mutex);
    if (!first_failure) first_failure = std::move(error);
  }
  [[nodiscard]] std::optional<Bytes> read(Part which, ByteView key) const {
    rocksdb::PinnableSlice value;
    const rocksdb::Status status = db->Get(rocksdb::ReadOptions(), part(which), slice(key), &value);
    if (status.ok()) return copy_of(value);
    if (!status.IsNotFound()) note_failure(error_of(status, path + ", row " + to_hex(key)));
    return std::nullopt;
  }
  template <class T>
  [[nodiscard]] std::optional<T> read_as(Part which, ByteView key) const {
    const auto row = read(which, key);
    if (!row) return std::nullopt;
    auto value = decode<T>(*row);
    if (!value) {
      note_failure(
          {StoreFault::damaged, path + ", row " + to_hex(key) + ": " + to_string(value.error())});
      return std::nullopt;
    }
    return std::move(*value);
  }
  [[nodiscard]] std::vector<std::pair<Bytes, Bytes>> scan(Part which, ByteView prefix,
                                                          ByteView from, std::size_t limit) const {
    std::vector<std::pair<Bytes, Bytes>> found;
    const Bytes end = keys::end_of(prefix);
    const rocksdb::Slice end_slice = slice(end);
    rocksdb::ReadOptions reading;
    if (!end.empty()) reading.iterate_upper_bound = &end_slice;
    const std::unique_ptr<rocksdb::Iterator> at(db->NewIterator(reading, part(which)));
    const bool is_behind =
        std::lexicographical_compare(from.begin(), from.end(), prefix.begin(), prefix.end());
    for (at->Seek(slice(is_behind ? prefix : from)); at->Valid() && found.size() < limit;
         at->Next())
      found.emplace_back(copy_of(at->key()), copy_of(at->value()));
    if (!at->status().ok()) note_failure(error_of(at->status(), path));
    return found;
  }
  [[nodiscard]] std::optional<StoreError> failure() const {
    const std::lock_guard guard(mutex);
    return first_failure;
  }

  [[nodiscard]] std::optional<Bytes> get(ByteView key) const override {
    return read(Part::state, key);
  }
  [[nodiscard]] std::vector<std::pair<Bytes, Bytes>> scan(ByteView prefix, ByteView from,
                                                          std::size_t limit) const override {
    return scan(Part::state, prefix, from, limit);
  }
  [[nodiscard]] std::optional<IdRecord> find_id(const OwnedId& id) const override {
    return read_as<IdRecord>(Part::ids, keys::id(id));
  }
  [[nodiscard]] std::optional<Hash> receipt_root(Height height) const override {
    const auto row = read(Part::roots, height_key(height));
    return row ? fixed_from_bytes<Hash>(*row) : std::nullopt;
  }
  [[nodiscard]] std::optional<Bytes> node(ByteView position) const override {
    return read(Part::tree, position);
  }
};

/// Writes one block at a time on a thread of its own, and answers for it meanwhile: what it changes
/// lies over what is written, so it does not matter how far the writing is.
class WorkStore::Writer {
 public:
  explicit Writer(const Database& database) : database_(database) {
    thread_ = std::thread([this] { run(); });
  }
  ~Writer() {
    {
      const std::lock_guard lock(mutex_);
      is_stopping_ = true;  // what was handed over is still written
      changed_.notify_all();
    }
    thread_.join();
  }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  void write(std::shared_ptr<const ExecutedBlock> block, Changes notes, const Head& head) {
    wait();
    block_.emplace(block, database_, database_);
    last_ = std::move(block);
    notes_ = std::move(notes);
    head_ = head;
    const std::lock_guard lock(mutex_);
    is_writing_ = true;
    changed_.notify_all();
  }
  /// Until what was handed over is written, or has failed.
  void wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !is_writing_; });
    if (!block_) return;
    block_.reset();
    spent_ = std::move(last_);
    notes_.clear();
  }

  [[nodiscard]] const StateReader& state() const {
    return block_ ? static_cast<const StateReader&>(*block_) : database_;
  }
  [[nodiscard]] const NodeReader& tree() const {
    return block_ ? static_cast<const NodeReader&>(*block_) : database_;
  }
  [[nodiscard]] std::optional<Bytes> note(ByteView key) const {
    const auto at = notes_.find(Bytes(key.begin(), key.end()));
    return at != notes_.end() ? at->second : database_.read(Part::notes, key);
  }

 private:
  void run() {
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [this] { return is_stopping_ || is_writing_; });
      if (!is_writing_) return;
      lock.unlock();
      write_block();
      lock.lock();
      is_writing_ = false;
      changed_.notify_all();
    }
  }

  void write_block() {
    spent_.reset();
    const ExecutedBlock& block = block_->block();
    rocksdb::WriteBatch batch;
    add(batch, Part::state, block.state);
    add(batch, Part::tree, block.nodes);
    add(batch, Part::notes, notes_);
    // Ascending, owner by owner: neighbours are found sooner than ids in the order in which they
    // came.
    std::vector<const std::pair<OwnedId, IdRecord>*> ids;
    ids.reserve(block.ids.size());
    for (const auto& each : block.ids) ids.push_back(&each);
    std::sort(ids.begin(), ids.end(),
              [](const auto* a, const auto* b) { return ById()(a->first, b->first); });
    for (const auto* each : ids)
      database_.put(batch, Part::ids, keys::id(each->first), encode(each->second));
    database_.put(batch, Part::roots, height_key(block.height), block.receipt_root.view());
    database_.put(batch, Part::meta, as_bytes(head_key), encode(head_));
    rocksdb::WriteOptions writing;
    writing.disableWAL = true;
    const rocksdb::Status status = database_.db->Write(writing, &batch);
    if (!status.ok()) database_.note_failure(error_of(status, database_.path));
  }

  void add(rocksdb::WriteBatch& batch, Part part, const Changes& changes) const {
    for (const auto& [key, value] : changes) {
      if (value) {
        database_.put(batch, part, key, *value);
      } else {
        const rocksdb::Status erased = batch.Delete(database_.part(part), slice(key));
        VOSTRO_CHECK(erased.ok());
      }
    }
  }

  const Database& database_;
  // Written by the caller's thread alone, and only while nothing is being written.
  std::optional<Branch> block_;
  std::shared_ptr<const ExecutedBlock> last_;   ///< of `block_`
  std::shared_ptr<const ExecutedBlock> spent_;  ///< to be freed here: it takes as long as to write
  Changes notes_;
  Head head_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool is_writing_ = false;
  bool is_stopping_ = false;
  std::thread thread_;
};

WorkStore::WorkStore(std::unique_ptr<Database> database)
    : database_(std::move(database)), writer_(std::make_unique<Writer>(*database_)) {}
WorkStore::~WorkStore() = default;

Result<std::unique_ptr<WorkStore>, StoreError> WorkStore::open(const std::string& path,
                                                               const Hash& network_id,
                                                               const WorkStoreOptions& options) {
  auto made = std::make_unique<Database>();
  made->path = path;
  const auto cache = rocksdb::NewLRUCache(options.cache_bytes);
  rocksdb::DBOptions settings;
  settings.create_if_missing = true;
  settings.create_missing_column_families = true;
  settings.paranoid_checks = true;
  settings.atomic_flush = true;  // without a log, this is what keeps the parts at one block
  settings.write_buffer_manager =
      std::make_shared<rocksdb::WriteBufferManager>(options.write_buffer_bytes);
  settings.max_background_jobs = 2;
  settings.max_open_files = 256;
  settings.info_log_level = rocksdb::InfoLogLevel::WARN_LEVEL;
  settings.keep_log_file_num = 1;

  std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
  for (std::size_t i = 0; i < part_names.size(); ++i)
    descriptors.emplace_back(std::string(part_names[i]), part_options(static_cast<Part>(i), cache));
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* opened = nullptr;
  const rocksdb::Status status = rocksdb::DB::Open(settings, path, descriptors, &handles, &opened);
  if (!status.ok()) {
    // RocksDB has no code of its own for a lock that another process holds.
    const bool is_locked = status.ToString().find("lock") != std::string::npos;
    auto error = error_of(status, path);
    if (is_locked) error.fault = StoreFault::locked;
    return fail(std::move(error));
  }
  made->db.reset(opened);
  std::copy(handles.begin(), handles.end(), made->parts.begin());

  const auto format = made->read(Part::meta, as_bytes(format_key));
  const auto network = made->read(Part::meta, as_bytes(network_key));
  if (format && network) {
    if (format->size() != 8 || keys::read_big_endian(*format) > work_format)
      return fail(StoreError{StoreFault::newer_format, path + " was made by a newer program"});
    if (*network != Bytes(network_id.bytes.begin(), network_id.bytes.end()))
      return fail(StoreError{StoreFault::other_network,
                             path + " belongs to network " + to_hex(*network) +
                                 ", the genesis file says " + to_hex(network_id.view())});
  }
  std::unique_ptr<WorkStore> store(new WorkStore(std::move(made)));
  const Database& database = *store->database_;
  store->head_ = database.read_as<Head>(Part::meta, as_bytes(head_key));
  if (!format) {
    Bytes number;
    append_big_endian(number, work_format);
    rocksdb::WriteBatch batch;
    database.put(batch, Part::meta, as_bytes(format_key), number);
    database.put(batch, Part::meta, as_bytes(network_key), network_id.view());
    rocksdb::WriteOptions writing;
    writing.disableWAL = true;
    const rocksdb::Status begun = database.db->Write(writing, &batch);
    if (!begun.ok()) return fail(error_of(begun, path));
  }
  if (const auto broken = store->failure()) return fail(*broken);
  return store;
}

Result<void, StoreError> WorkStore::commit(const Hash& block_id,
                                           std::shared_ptr<const ExecutedBlock> block,
                                           Changes notes) {
  writer_->wait();
  if (const auto broken = failure())
    return fail(StoreError{StoreFault::failed_before, broken->what});
  VOSTRO_CHECK(head_ ? block->height == head_->height.next() : block->height.value == 0);
  head_ = Head{block->height, block_id, block->state_root, block->time};
  writer_->write(std::move(block), std::move(notes), *head_);
  return {};
}

Result<void, StoreError> WorkStore::save() {
  const Database& database = *database_;
  writer_->wait();
  if (const auto broken = failure())
    return fail(StoreError{StoreFault::failed_before, broken->what});
  const std::vector<rocksdb::ColumnFamilyHandle*> all(database.parts.begin(), database.parts.end());
  const rocksdb::Status status = database.db->Flush(rocksdb::FlushOptions(), all);
  if (status.ok()) return {};
  database.note_failure(error_of(status, database.path));
  return fail(error_of(status, database.path));
}

std::optional<StoreError> WorkStore::failure() const {
  return database_->failure();
}
std::optional<Bytes> WorkStore::note(ByteView key) const {
  return writer_->note(key);
}
std::vector<std::pair<Bytes, Bytes>> WorkStore::notes(ByteView from, std::size_t limit) const {
  writer_->wait();
  return database_->scan(Part::notes, {}, from, limit);
}
std::vector<std::pair<Bytes, Bytes>> WorkStore::rows(StoredTable table, ByteView from,
                                                     std::size_t limit) const {
  writer_->wait();
  const Part part = table == StoredTable::ids     ? Part::ids
                    : table == StoredTable::state ? Part::state
                                                  : Part::tree;
  return database_->scan(part, {}, from, limit);
}

std::optional<Bytes> WorkStore::get(ByteView key) const {
  return writer_->state().get(key);
}
std::vector<std::pair<Bytes, Bytes>> WorkStore::scan(ByteView prefix, ByteView from,
                                                     std::size_t limit) const {
  return writer_->state().scan(prefix, from, limit);
}
std::optional<IdRecord> WorkStore::find_id(const OwnedId& id) const {
  return writer_->state().find_id(id);
}
std::optional<Hash> WorkStore::receipt_root(Height height) const {
  if (height.value == 0) return std::nullopt;
  return writer_->state().receipt_root(height);
}
std::optional<Bytes> WorkStore::node(ByteView position) const {
  return writer_->tree().node(position);
}

}  // namespace vostro::chain
