/// A whole ledger in memory, for tests only: state, tree, id set and receipts roots behind the
/// ledger's ports. It makes blocks from transactions, looks at every invariant after each, and
/// keeps what it executed.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/check.h"
#include "chain/branch.h"
#include "chain/execute.h"
#include "chain/genesis_state.h"
#include "chain/invariants.h"
#include "chain/records.h"
#include "chain/tree.h"
#include "consensus/evidence.h"

namespace vostro::test {

/// What RocksDB keeps, in maps.
class MemoryStore final : public chain::StateReader, public chain::NodeReader {
 public:
  [[nodiscard]] std::optional<Bytes> get(ByteView key) const override { return find(state_, key); }
  [[nodiscard]] std::optional<Bytes> node(ByteView position) const override {
    return find(nodes_, position);
  }
  [[nodiscard]] std::vector<std::pair<Bytes, Bytes>> scan(ByteView prefix, ByteView from,
                                                          std::size_t limit) const override {
    const Bytes begin(prefix.begin(), prefix.end());
    std::vector<std::pair<Bytes, Bytes>> found;
    for (auto at = state_.lower_bound(std::max(begin, Bytes(from.begin(), from.end())));
         at != state_.end() && found.size() < limit; ++at) {
      if (at->first.size() < begin.size() ||
          !std::equal(begin.begin(), begin.end(), at->first.begin()))
        break;
      found.emplace_back(*at);
    }
    return found;
  }
  [[nodiscard]] std::optional<chain::IdRecord> find_id(const chain::OwnedId& id) const override {
    const auto at = ids_.find(id);
    return at != ids_.end() ? std::optional(at->second) : std::nullopt;
  }
  [[nodiscard]] std::optional<Hash> receipt_root(Height height) const override {
    const auto at = receipt_roots_.find(height);
    return at != receipt_roots_.end() ? std::optional(at->second) : std::nullopt;
  }

  void write(const chain::Changes& changes) { write(state_, changes); }
  void write_nodes(const chain::Changes& changes) { write(nodes_, changes); }
  void apply(const chain::ExecutedBlock& block) {
    write(block.state);
    write_nodes(block.nodes);
    for (const auto& [id, record] : block.ids) ids_.emplace(id, record);
    receipt_roots_[block.height] = block.receipt_root;
  }
  [[nodiscard]] const std::map<Bytes, Bytes>& state() const { return state_; }

 private:
  using Map = std::map<Bytes, Bytes>;
  static std::optional<Bytes> find(const Map& map, ByteView key) {
    const auto at = map.find(Bytes(key.begin(), key.end()));
    return at != map.end() ? std::optional(at->second) : std::nullopt;
  }
  static void write(Map& map, const chain::Changes& changes) {
    for (const auto& [key, value] : changes) {
      if (value) {
        map[key] = *value;
      } else {
        map.erase(key);
      }
    }
  }

  Map state_;
  Map nodes_;
  std::map<chain::OwnedId, chain::IdRecord> ids_;
  std::map<Height, Hash> receipt_roots_;
};

class MemoryLedger {
 public:
  /// Aborts when the network cannot begin like this.
  MemoryLedger(const chain::InitialState& initial, const Hash& network_id, UnixMillis start)
      : network_id_(network_id), time_(start) {
    const auto changes = chain::make_initial_state(initial);
    VOSTRO_CHECK(changes.has_value());
    write(*changes);
  }

  /// Writes records as no block would; the tree follows.
  void write(const chain::Changes& changes) {
    store_.write(changes);
    store_.write_nodes(chain::update_tree(store_, changes).nodes);
  }
  template <class Record>
  void write(const typename Record::Key& key, const Record& record) {
    write({{chain::key_of<Record>(key), chain::encode_record(record)}});
  }

  /// What a block of these candidates at this time would be; nothing is kept.
  [[nodiscard]] Result<chain::ExecutedBlock, chain::ExecutionFailure> try_block(
      std::vector<chain::VerifiedTransactionPtr> candidates, UnixMillis time) const {
    return chain::execute_block(
        store_, store_, consensus::Judge(),
        {network_id_, height_.next(), time, digest_of(height_), time_, std::move(candidates), {}});
  }
  /// What stands for a block's digest here.
  [[nodiscard]] static Hash digest_of(Height height) {
    return hash("test-block", as_bytes(std::to_string(height.value)));
  }
  /// Executes a block one second after the last one, or at `time`, and stores it. Aborts where it
  /// cannot be, or where an invariant does not hold after it.
  const chain::ExecutedBlock& block(std::vector<chain::VerifiedTransactionPtr> candidates,
                                    std::optional<UnixMillis> time = {}) {
    const UnixMillis at = time.value_or(UnixMillis(time_.value + 1000));
    auto executed = try_block(std::move(candidates), at);
    if (!executed) check_failed(__FILE__, __LINE__, executed.error().what.c_str());
    height_ = height_.next();
    time_ = at;
    blocks_.push_back(std::make_shared<const chain::ExecutedBlock>(*std::move(executed)));
    store_.apply(*blocks_.back());
    const auto sound = chain::check_whole_state(store_);
    if (!sound) check_failed(__FILE__, __LINE__, sound.error().c_str());
    return *blocks_.back();
  }

  template <class Record>
  [[nodiscard]] std::optional<Record> load(const typename Record::Key& key) const {
    return chain::load<Record>(store_, key);
  }
  [[nodiscard]] std::int64_t balance(const chain::AccountId& account,
                                     const Currency& currency) const {
    const auto record = load<chain::Balance>({account, currency});
    return record ? record->units.value : 0;
  }
  /// The receipt at an index of a block, with its proof.
  [[nodiscard]] chain::Original original(Height height, std::size_t index) const {
    const chain::ExecutedBlock& block = *blocks_.at(height.value - 1);
    std::vector<Hash> leaves;
    for (const chain::Receipt& receipt : block.receipts)
      leaves.push_back(chain::receipt_hash(receipt));
    return {height, block.receipts.at(index), chain::merkle_path(leaves, index)};
  }
  /// The first receipt of an id; none where the id is not used.
  [[nodiscard]] std::optional<chain::Original> first_receipt(const chain::OwnedId& id) const {
    const auto record = store_.find_id(id);
    if (!record) return std::nullopt;
    return original(record->height, record->receipt);
  }

  [[nodiscard]] const MemoryStore& store() const { return store_; }
  [[nodiscard]] const std::vector<std::shared_ptr<const chain::ExecutedBlock>>& blocks() const {
    return blocks_;
  }
  [[nodiscard]] Height height() const { return height_; }
  [[nodiscard]] UnixMillis time() const { return time_; }
  void set_time(UnixMillis time) { time_ = time; }

 private:
  Hash network_id_;
  UnixMillis time_;
  Height height_{0};
  MemoryStore store_;
  std::vector<std::shared_ptr<const chain::ExecutedBlock>> blocks_;
};

}  // namespace vostro::test
