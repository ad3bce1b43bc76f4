#include "chain/store/stored_chain.h"

#include "chain/store/core.h"

namespace vostro::chain {
namespace {

constexpr std::size_t kCacheBytes = 32 * 1024 * 1024;

using OptionalBytes = std::optional<Bytes>;

Result<OptionalBytes, StoreError> read_row(const StoreCore& core, Family which, ByteView key) {
  rocksdb::PinnableSlice value;
  const rocksdb::Status status =
      core.database->Get(rocksdb::ReadOptions(), core.family(which), slice(key), &value);
  if (status.ok()) return OptionalBytes(copy_of(value));
  if (status.IsNotFound()) return OptionalBytes();
  return fail(error_of(status, "row " + to_hex(key)));
}

template <class T>
Result<std::optional<T>, StoreError> read_value(const StoreCore& core, Family which, ByteView key) {
  const auto row = read_row(core, which, key);
  if (!row) return fail(row.error());
  if (!*row) return std::optional<T>();
  auto value = decode<T>(**row);
  if (!value)
    return fail(
        StoreError{StoreFault::damaged, "row " + to_hex(key) + ": " + to_string(value.error())});
  return std::optional<T>(*std::move(value));
}

}  // namespace

StoredChain::StoredChain(std::shared_ptr<StoreCore> core) : core_(std::move(core)) {}
StoredChain::~StoredChain() = default;

Result<std::unique_ptr<StoredChain>, StoreError> StoredChain::open(const std::string& path,
                                                                   const Hash& network_id) {
  StoreOptions options;
  options.cache_bytes = kCacheBytes;
  auto core = std::make_shared<StoreCore>(path, options);
  // Before the database: a running node writes a block, and then marks it.
  const auto mark = MarkFile::look(path + "/mark");
  if (!mark) return fail(mark.error());
  core->mark_seen = *mark;
  if (const auto opened = core->open_database_to_read(); !opened) return fail(opened.error());
  const auto format = read_row(*core, Family::meta, as_bytes(keys::format));
  if (!format) return fail(format.error());
  if (!*format) return fail(StoreError{StoreFault::damaged, path + " holds no chain"});
  if (const auto same = core->check_identity(network_id, true); !same) return fail(same.error());
  auto head = read_value<Head>(*core, Family::meta, as_bytes(keys::head));
  if (!head) return fail(head.error());
  core->head = *head;
  return std::unique_ptr<StoredChain>(new StoredChain(std::move(core)));
}

const std::optional<Head>& StoredChain::head() const {
  return core_->head;
}
const std::optional<Mark>& StoredChain::mark() const {
  return core_->mark_seen;
}

Result<Height, StoreError> StoredChain::history_begins() const {
  const auto row = read_row(*core_, Family::meta, as_bytes(keys::history));
  if (!row) return fail(row.error());
  return Height(*row ? keys::read_big_endian(**row) : 0);
}

Result<std::optional<Height>, StoreError> StoredChain::last_proof() const {
  const std::unique_ptr<rocksdb::Iterator> at(
      core_->database->NewIterator(rocksdb::ReadOptions(), core_->family(Family::certificates)));
  const Bytes behind{'p' + 1};
  at->SeekForPrev(slice(behind));
  if (!at->status().ok()) return fail(error_of(at->status(), "finality proofs"));
  const bool is_proof = at->Valid() && at->key().size() == 9 && at->key()[0] == 'p';
  if (!is_proof) return std::optional<Height>();
  return std::optional(keys::trailing_height(view_of(at->key())));
}

Result<std::optional<BlockSummary>, StoreError> StoredChain::summary(Height height) const {
  return read_value<BlockSummary>(*core_, Family::blocks, keys::summary(height));
}
Result<OptionalBytes, StoreError> StoredChain::header(Height height) const {
  return read_row(*core_, Family::blocks, keys::header(height));
}
Result<OptionalBytes, StoreError> StoredChain::cut(Height height) const {
  return read_row(*core_, Family::blocks, keys::cut(height));
}
Result<OptionalBytes, StoreError> StoredChain::batch(Height height, std::uint32_t index) const {
  return read_row(*core_, Family::blocks, keys::batch(height, index));
}
Result<OptionalBytes, StoreError> StoredChain::proof(Height height) const {
  auto row = read_row(*core_, Family::certificates, keys::proof(height));
  // Its first byte says how long the node keeps it.
  if (row && *row && !(*row)->empty()) (*row)->erase((*row)->begin());
  return row;
}

Result<std::optional<Height>, StoreError> StoredChain::height_of(const Hash& block_id) const {
  const auto row = read_row(*core_, Family::blocks, keys::height_of(block_id));
  if (!row) return fail(row.error());
  if (!*row || (*row)->size() != 8) return std::optional<Height>();
  return std::optional(Height(keys::read_big_endian(**row)));
}

Result<std::vector<Bytes>, StoreError> StoredChain::receipt_rows(Height height,
                                                                 std::size_t limit) const {
  std::vector<Bytes> all;
  while (all.size() < limit) {
    auto row = read_row(*core_, Family::receipts,
                        keys::receipts(height, static_cast<std::uint32_t>(all.size())));
    if (!row) return fail(row.error());
    if (!*row) break;
    all.push_back(**std::move(row));
  }
  return all;
}

Result<std::vector<Receipt>, StoreError> StoredChain::receipts(Height height,
                                                               std::size_t limit) const {
  std::vector<Receipt> all;
  for (std::uint32_t number = 0; all.size() < limit; ++number) {
    auto row = read_value<ReceiptRow>(*core_, Family::receipts, keys::receipts(height, number));
    if (!row) return fail(row.error());
    if (!*row) break;
    const std::size_t size = (*row)->receipts.size();
    std::move((*row)->receipts.begin(), (*row)->receipts.end(), std::back_inserter(all));
    if (size < keys::receipts_per_row) break;
  }
  if (all.size() > limit) all.resize(limit);
  return all;
}

Result<TableRows, StoreError> StoredChain::rows(StoredTable table, ByteView from,
                                                std::size_t limit) const {
  // Ids have a family to themselves; of state and tree the newest rows stand apart from older ones.
  const bool is_ids = table == StoredTable::ids;
  const Family family = is_ids                        ? Family::ids
                        : table == StoredTable::state ? Family::state
                                                      : Family::tree;
  const Bytes end = is_ids ? Bytes() : keys::end_of(keys::current({}));
  const rocksdb::Slice end_slice = slice(end);
  rocksdb::ReadOptions reading;
  if (!end.empty()) reading.iterate_upper_bound = &end_slice;
  const std::unique_ptr<rocksdb::Iterator> at(
      core_->database->NewIterator(reading, core_->family(family)));
  const Bytes first = is_ids ? Bytes(from.begin(), from.end()) : keys::current(from);
  TableRows found;
  for (at->Seek(slice(first)); found.size() < limit && at->Valid(); at->Next()) {
    const ByteView key = view_of(at->key()).subspan(is_ids ? 0 : 1);
    found.emplace_back(Bytes(key.begin(), key.end()), copy_of(at->value()));
  }
  if (!at->status().ok()) return fail(error_of(at->status(), core_->path));
  return found;
}

Result<void, StoreError> StoredChain::scrub() const {
  const rocksdb::Status status = core_->database->VerifyChecksum();
  if (!status.ok()) return fail(error_of(status, core_->path));
  return {};
}

}  // namespace vostro::chain
