#include "chain/store/core.h"

#include <fcntl.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/options.h>
#include <rocksdb/table.h>
#include <sys/file.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <cerrno>
#include <cstdarg>
#include <cstring>

namespace vostro::chain {
namespace {

// RocksDB insists on the name of the first.
constexpr std::array<std::string_view, family_count> family_names = {
    "default", "blocks", "certificates", "transactions", "receipts",
    "ids",     "state",  "tree",         "entries"};

rocksdb::ColumnFamilyOptions family_options(Family which,
                                            const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::ColumnFamilyOptions options;
  options.write_buffer_size = 16 * 1024 * 1024;
  options.target_file_size_base = 32 * 1024 * 1024;
  options.level_compaction_dynamic_level_bytes = true;
  // No memtable_insert_with_hint_prefix_extractor, though a block's rows come in order: in Debian
  // 12's RocksDB one hint serves rows and deleted ranges, and damages both (its issue 5118).

  // Most of what is stored is hashes and signatures, which do not shrink; receipts, lists and state
  // do.
  const bool shrinks =
      which == Family::receipts || which == Family::entries || which == Family::state;
  options.compression = shrinks ? rocksdb::kLZ4Compression : rocksdb::kNoCompression;

  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache;
  table.block_size = 8 * 1024;
  table.format_version = 5;
  // Indexes and filters count against the cache: memory stays bounded however much is stored.
  table.cache_index_and_filter_blocks = true;
  table.cache_index_and_filter_blocks_with_high_priority = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  const bool is_looked_up = which == Family::ids || which == Family::state ||
                            which == Family::tree || which == Family::transactions ||
                            which == Family::blocks;
  if (is_looked_up) {
    table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
    table.index_type = rocksdb::BlockBasedTableOptions::kTwoLevelIndexSearch;
    table.partition_filters = true;
  }
  if (which == Family::ids) {
    // Nearly every id asked for is new: the newest rows, still in memory, answer that by a filter
    // too.
    options.memtable_prefix_bloom_size_ratio = 0.1;
    options.memtable_whole_key_filtering = true;
  }
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

rocksdb::DBOptions database_options(const StoreCore& core) {
  rocksdb::DBOptions options;
  options.create_if_missing = true;
  options.create_missing_column_families = true;
  options.paranoid_checks = true;
  // A crash in the middle of a write leaves a torn record at the end of the log; that block was
  // never reported, and opening must get over it. Lost records that were reported are what the mark
  // is for. A column family whose files are ahead of the log's readable part is refused by RocksDB.
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  // All families reach sorted files together, so a log or a manifest that lost something leaves all
  // of them behind the mark, and not some rows missing under a head that is at it.
  options.atomic_flush = true;
  options.track_and_verify_wals_in_manifest = true;
  options.write_buffer_manager = core.write_buffers;
  options.max_total_wal_size = 128 * 1024 * 1024;
  options.max_background_jobs = 2;
  options.max_open_files = 512;
  options.bytes_per_sync = 1024 * 1024;
  options.info_log_level = rocksdb::InfoLogLevel::WARN_LEVEL;
  options.keep_log_file_num = 4;
  options.max_log_file_size = 8 * 1024 * 1024;
  return options;
}

/// Where nothing may be written, RocksDB has nobody to tell.
class NoLogger final : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char*, va_list) override {}
};

Result<void, StoreError> check_families(const rocksdb::DBOptions& settings,
                                        const std::string& directory) {
  // A family that this program does not know is a later format's; RocksDB would call it an invalid
  // argument.
  std::vector<std::string> present;
  const rocksdb::Status listed = rocksdb::DB::ListColumnFamilies(settings, directory, &present);
  if (listed.ok()) {
    for (const std::string& name : present) {
      if (std::find(family_names.begin(), family_names.end(), name) == family_names.end()) {
        return fail(StoreError{
            StoreFault::newer_format,
            directory + " has a column family \"" + name + "\" that this program does not know"});
      }
    }
  } else if (!listed.IsPathNotFound() && !listed.IsNotFound() && !listed.IsIOError()) {
    return fail(error_of(listed, directory));
  }
  return {};
}

std::vector<rocksdb::ColumnFamilyDescriptor> descriptors_of(
    const std::shared_ptr<rocksdb::Cache>& cache) {
  std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
  for (std::size_t i = 0; i < family_count; ++i) {
    descriptors.emplace_back(std::string(family_names[i]),
                             family_options(static_cast<Family>(i), cache));
  }
  return descriptors;
}

}  // namespace

StoreError error_of(const rocksdb::Status& status, std::string what) {
  const auto fault = status.IsCorruption() ? StoreFault::damaged : StoreFault::input_output;
  return {fault, std::move(what) + ": " + status.ToString()};
}

StoreCore::~StoreCore() {
  if (!database) return;
  for (rocksdb::ColumnFamilyHandle* handle : families) {
    if (handle == nullptr) continue;
    const rocksdb::Status status = database->DestroyColumnFamilyHandle(handle);
    VOSTRO_CHECK(status.ok());
  }
  // Everything that counts is synced already; what Close could still report has nobody to go to.
  const rocksdb::Status closed = database->Close();
  static_cast<void>(closed);
}

std::uint64_t free_bytes_of(const std::string& path) {
  struct statvfs status {};
  if (::statvfs(path.c_str(), &status) != 0) return 0;
  return std::uint64_t{status.f_bavail} * status.f_frsize;
}

Result<void, StoreError> StoreCore::take_lock() {
  const std::string file = path + "/lock";
  lock = OpenFile(::open(file.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!lock.is_open())
    return fail(StoreError{StoreFault::input_output, file + ": " + std::strerror(errno)});
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) == 0) return {};
  if (errno == EWOULDBLOCK) {
    return fail(StoreError{StoreFault::locked,
                           path + " is open already: another node runs on this directory"});
  }
  return fail(StoreError{StoreFault::input_output, file + ": " + std::strerror(errno)});
}

Result<void, StoreError> StoreCore::open_database() {
  const std::string directory = path + "/db";
  cache = rocksdb::NewLRUCache(options.cache_bytes);
  write_buffers = std::make_shared<rocksdb::WriteBufferManager>(options.write_buffer_bytes);
  const rocksdb::DBOptions settings = database_options(*this);

  if (const auto known = check_families(settings, directory); !known) return fail(known.error());
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* opened = nullptr;
  const rocksdb::Status status =
      rocksdb::DB::Open(settings, directory, descriptors_of(cache), &handles, &opened);
  if (!status.ok()) return fail(error_of(status, directory));
  database.reset(opened);
  std::copy(handles.begin(), handles.end(), families.begin());
  return {};
}

Result<void, StoreError> StoreCore::open_database_to_read() {
  const std::string directory = path + "/db";
  cache = rocksdb::NewLRUCache(options.cache_bytes);
  rocksdb::DBOptions settings = database_options(*this);
  settings.create_if_missing = false;
  settings.create_missing_column_families = false;
  settings.max_open_files = -1;
  settings.info_log = std::make_shared<NoLogger>();
  if (const auto known = check_families(settings, directory); !known) return fail(known.error());
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* opened = nullptr;
  // The writer may delete a file, or begin another log, while this looks: then it looks again.
  rocksdb::Status status;
  for (int attempt = 0; attempt < 5; ++attempt) {
    status =
        rocksdb::DB::OpenForReadOnly(settings, directory, descriptors_of(cache), &handles, &opened);
    if (status.ok() || !(status.IsIOError() || status.IsPathNotFound() || status.IsCorruption()))
      break;
  }
  if (!status.ok()) return fail(error_of(status, directory));
  database.reset(opened);
  std::copy(handles.begin(), handles.end(), families.begin());
  return {};
}

Result<void, StoreError> StoreCore::check_identity(const Hash& network_id, bool is_to_read) {
  const auto format = read(Family::meta, as_bytes(keys::format), nullptr);
  const auto network = read(Family::meta, as_bytes(keys::network), nullptr);
  if (const auto broken = failure()) return fail(*broken);
  if (!format && !network) {
    Bytes number;
    append_big_endian(number, store_format);
    rocksdb::WriteBatch batch;
    batch.Put(slice(as_bytes(keys::format)), slice(number));
    batch.Put(slice(as_bytes(keys::network)), slice(network_id.view()));
    rocksdb::WriteOptions durable;
    durable.sync = true;
    const rocksdb::Status status = database->Write(durable, &batch);
    if (!status.ok()) return fail(error_of(status, path));
    return {};
  }
  if (!format || format->size() != 8 || !network) {
    return fail(StoreError{StoreFault::damaged, path + ": format or network is missing"});
  }
  const std::uint64_t number = keys::read_big_endian(*format);
  if (number > store_format) {
    return fail(StoreError{StoreFault::newer_format,
                           path + " has format " + std::to_string(number) +
                               ", this program knows " + std::to_string(store_format)});
  }
  const auto stored_network = fixed_from_bytes<Hash>(*network);
  if (number == 0 || !stored_network) {
    return fail(StoreError{StoreFault::damaged, path + ": format or network is no such thing"});
  }
  if (*stored_network != network_id) {
    return fail(StoreError{StoreFault::other_network,
                           path + " belongs to network " + to_hex(*network) +
                               ", the genesis file says " + to_hex(network_id.view())});
  }
  if (number == store_format || is_to_read) return {};
  Bytes raised;
  append_big_endian(raised, store_format);
  rocksdb::WriteOptions durable;
  durable.sync = true;
  const rocksdb::Status status =
      database->Put(durable, slice(as_bytes(keys::format)), slice(raised));
  if (!status.ok()) return fail(error_of(status, path));
  return {};
}

std::optional<Bytes> StoreCore::read(Family which, ByteView key,
                                     const rocksdb::Snapshot* snapshot) const {
  rocksdb::ReadOptions reading;
  reading.snapshot = snapshot;
  rocksdb::PinnableSlice value;
  const rocksdb::Status status = database->Get(reading, family(which), slice(key), &value);
  if (status.ok()) return copy_of(value);
  if (!status.IsNotFound()) note_failure(error_of(status, "row " + to_hex(key)));
  return std::nullopt;
}

void StoreCore::note_failure(StoreError error) const {
  const std::lock_guard guard(mutex);
  if (!first_failure) first_failure = std::move(error);
}

std::optional<StoreError> StoreCore::failure() const {
  const std::lock_guard guard(mutex);
  return first_failure;
}

RowIterator::RowIterator(const StoreCore& core, Family which, Bytes prefix,
                         const rocksdb::Snapshot* snapshot)
    : core_(core),
      prefix_(std::move(prefix)),
      end_(keys::end_of(prefix_)),
      end_slice_(slice(end_)) {
  rocksdb::ReadOptions reading;
  reading.snapshot = snapshot;
  if (!end_.empty()) reading.iterate_upper_bound = &end_slice_;
  iterator_.reset(core.database->NewIterator(reading, core.family(which)));
}
RowIterator::~RowIterator() = default;

void RowIterator::seek(ByteView key) {
  iterator_->Seek(
      slice(std::lexicographical_compare(key.begin(), key.end(), prefix_.begin(), prefix_.end())
                ? ByteView(prefix_)
                : key));
}
void RowIterator::seek_for_previous(ByteView key) {
  iterator_->SeekForPrev(slice(key));
}

bool RowIterator::is_valid() const {
  if (iterator_->Valid()) {
    const ByteView at = key();
    return at.size() >= prefix_.size() && std::equal(prefix_.begin(), prefix_.end(), at.begin());
  }
  if (!iterator_->status().ok())
    core_.note_failure(error_of(iterator_->status(), "rows of " + to_hex(prefix_)));
  return false;
}

}  // namespace vostro::chain
