#include "chain/store/stored_chain.h"

#include "chain/store/core.h"

namespace vostro::chain {
namespace {

constexpr std::size_t kCacheBytes = 32 * 1024 * 1024;

}  // namespace

StoredChain::StoredChain(std::shared_ptr<StoreCore> core) : core_(std::move(core)) {}
StoredChain::~StoredChain() = default;

Result<std::unique_ptr<StoredChain>, StoreError> StoredChain::open(const std::string& path,
                                                                   const Hash& network_id) {
  StoreOptions options;
  options.cache_bytes = kCacheBytes;
  auto core = std::make_shared<StoreCore>(path, options);
  // Before the database: a running node marks what it has written.
  const auto mark = MarkFile::look(path + "/mark");
  if (!mark) return fail(mark.error());
  core->mark_seen = *mark;
  if (const auto opened = core->open_database_to_read(); !opened) return fail(opened.error());
  const auto format = core->read(Family::meta, as_bytes(keys::format), nullptr);
  if (!format && !core->failure())
    return fail(StoreError{StoreFault::damaged, path + " holds no chain"});
  if (const auto same = core->check_identity(network_id); !same) return fail(same.error());
  core->head = core->read_as<Head>(Family::meta, as_bytes(keys::head), nullptr);
  if (const auto broken = core->failure()) return fail(*broken);
  if (const auto marked = core->check_mark(*mark); !marked) return fail(marked.error());
  return std::unique_ptr<StoredChain>(new StoredChain(std::move(core)));
}

StoreView StoredChain::view() const {
  return StoreView(std::make_shared<StoreSnapshot>(core_, core_->head));
}

std::optional<StoreError> StoredChain::failure() const {
  return core_->failure();
}

Result<void, StoreError> StoredChain::scrub() const {
  const rocksdb::Status status = core_->database->VerifyChecksum();
  if (!status.ok()) return fail(error_of(status, core_->path));
  return {};
}

std::vector<std::pair<Bytes, Bytes>> StoredChain::rows(StoredTable table, ByteView from,
                                                       std::size_t limit) const {
  // Ids have a family to themselves; of state and tree the newest rows stand apart from older ones.
  const bool is_ids = table == StoredTable::ids;
  const Family family = is_ids                        ? Family::ids
                        : table == StoredTable::state ? Family::state
                                                      : Family::tree;
  const std::size_t skip = is_ids ? 0 : 1;
  RowIterator iterator(*core_, family, is_ids ? Bytes() : keys::current({}), nullptr);
  std::vector<std::pair<Bytes, Bytes>> found;
  for (iterator.seek(is_ids ? Bytes(from.begin(), from.end()) : keys::current(from));
       found.size() < limit && iterator.is_valid(); iterator.next()) {
    const ByteView key = iterator.key().subspan(skip);
    found.emplace_back(Bytes(key.begin(), key.end()),
                       Bytes(iterator.value().begin(), iterator.value().end()));
  }
  return found;
}

}  // namespace vostro::chain
