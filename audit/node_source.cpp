#include "audit/node_source.h"

#include <chrono>
#include <filesystem>
#include <thread>

#include "base/codec.h"
#include "chain/merkle.h"
#include "chain/records.h"
#include "chain/store/keys.h"
#include "chain/store/stored_chain.h"
#include "chain/store/work_store.h"

namespace vostro::audit {
namespace {

constexpr int kLooks = 5;
constexpr auto kBetweenLooks = std::chrono::milliseconds(200);
constexpr std::size_t kTableRowsAtOnce = 2'000;
constexpr std::size_t kShownBytes = 48;
// More than any block may have: a source must not fill the memory.
constexpr std::size_t kReceiptsMax = 1'000'000;
constexpr std::size_t kReceiptRowsMax = kReceiptsMax / 32;

std::string shown(const Bytes& bytes) {
  if (bytes.size() <= kShownBytes) return to_hex(bytes);
  return to_hex(ByteView(bytes).first(kShownBytes)) + "... (" + std::to_string(bytes.size()) +
         " bytes)";
}

class NodeSource final : public Source {
 public:
  NodeSource(std::string path, std::unique_ptr<chain::StoredChain> chain,
             std::optional<Height> last_proof)
      : path_(std::move(path)), chain_(std::move(chain)), last_proof_(last_proof) {}

  [[nodiscard]] std::string name() const override { return path_; }
  [[nodiscard]] Height last() const override {
    return chain_->head() ? chain_->head()->height : Height(0);
  }
  [[nodiscard]] std::optional<Height> last_proof() const override { return last_proof_; }

  [[nodiscard]] Checked<RawBlock> header(Height height) const override {
    auto header = needed(height, "header", chain_->header(height));
    if (!header) return tl::unexpected<Finding>(header.error());
    auto cut = needed(height, "cut", chain_->cut(height));
    if (!cut) return tl::unexpected<Finding>(cut.error());
    auto proof = chain_->proof(height);
    if (!proof) return fault(height, "finality proof", proof.error());
    return RawBlock{*std::move(header), *std::move(cut), {}, *std::move(proof)};
  }

  [[nodiscard]] Checked<RawBlock> block(Height height) const override {
    auto raw = header(height);
    if (!raw) return raw;
    std::size_t bytes = 0;
    for (std::uint32_t i = 0; bytes <= batch_bytes_max; ++i) {
      auto batch = chain_->batch(height, i);
      if (!batch) return fault(height, "batch " + std::to_string(i), batch.error());
      if (!*batch) break;
      bytes += (*batch)->size();
      raw->batches.push_back(**std::move(batch));
    }
    auto rows = chain_->receipt_rows(height, kReceiptRowsMax);
    if (!rows) return fault(height, "receipts", rows.error());
    raw->receipt_rows = *std::move(rows);
    return raw;
  }

  [[nodiscard]] Checked<LightBlock> light(Height height) const override {
    auto raw = header(height);
    if (!raw) return tl::unexpected<Finding>(raw.error());
    LightBlock light;
    light.header = std::move(raw->header);
    if (raw->proof) light.proof = *std::move(raw->proof);
    if (light.header.empty()) return light;
    const auto decoded = decode<consensus::Header>(light.header);
    if (!decoded)
      return diverges({height, std::nullopt, "header", "its encoding", to_string(decoded.error())});
    const auto shown = chain_->receipts(height, kReceiptsMax);
    if (!shown) return fault(height, "receipts", shown.error());
    std::vector<Hash> hashes;
    for (std::uint32_t i = 0; i < shown->size(); ++i) {
      const chain::Receipt& receipt = (*shown)[i];
      if (receipt.kind == chain::ReceiptKind::due) continue;
      if (receipt.kind == chain::ReceiptKind::transaction) {
        hashes.push_back(receipt.transaction_hash);
      } else if (receipt.status == chain::Status::rejected) {
        // An item may have named an id that was used before it.
        const auto used = row(height, chain::StoredTable::ids, chain::keys::id(receipt.id));
        if (!used) return tl::unexpected<Finding>(used.error());
        const auto record = *used ? decode<chain::IdRecord>(**used) : fail(DecodeError{});
        if (!record || record->height != height || record->receipt != i) continue;
      }
      light.ids.push_back(receipt.id);
    }
    light.transactions = chain::merkle_root(hashes);
    if (decoded->closes_epoch()) return with_next(std::move(light), height, decoded->epoch.next());
    return light;
  }

  [[nodiscard]] Checked<std::optional<std::vector<chain::Receipt>>> receipts(
      Height height) const override {
    auto all = chain_->receipts(height, kReceiptsMax);
    if (!all) return fault(height, "receipts", all.error());
    return std::optional(*std::move(all));
  }

  [[nodiscard]] Checked<void> compare_block(const Hash& id, const chain::ExecutedBlock& block,
                                            std::size_t batches) const override {
    const Height height = block.height;
    const auto differs = [&](std::string field, std::string expected, std::string found) {
      return diverges(
          {height, std::nullopt, std::move(field), std::move(expected), std::move(found)});
    };
    const auto summary = needed(height, "the node's summary", chain_->summary(height));
    if (!summary) return tl::unexpected<Finding>(summary.error());
    const chain::BlockSummary own{height,
                                  id,
                                  block.time,
                                  static_cast<std::uint32_t>(block.transactions.size()),
                                  static_cast<std::uint32_t>(block.receipts.size()),
                                  static_cast<std::uint32_t>(batches),
                                  block.tx_root,
                                  block.receipt_root,
                                  block.state_root};
    if (summary->block != own.block)
      return differs("the node's summary, block id", hex(own.block), hex(summary->block));
    if (*summary != own)
      return differs("the node's summary", "time, counts and roots of the header", "others");
    if (const auto& mark = chain_->mark();
        mark && mark->height == height &&
        (mark->block != id || mark->state_root != block.state_root))
      return differs("the node's mark", hex(id), hex(mark->block));
    if (height.value == 0) return {};
    const auto index = chain_->height_of(id);
    if (!index) return fault(height, "the node's index of block ids", index.error());
    if (*index != height)
      return differs("the node's index of block ids", std::to_string(height.value),
                     *index ? std::to_string((*index)->value) : "none");
    return {};
  }

  [[nodiscard]] bool has_tables() const override { return true; }
  [[nodiscard]] Checked<void> compare_tables(const chain::WorkStore& own) const override {
    using chain::StoredTable;
    if (chain_->head() != own.head())
      return diverges({last(), std::nullopt, "the node's head",
                       "block, root and time of the last block", "others"});
    for (const auto& [table, name] :
         {std::pair(StoredTable::state, "state"), std::pair(StoredTable::tree, "state tree"),
          std::pair(StoredTable::ids, "ids")}) {
      if (auto same = compare_table(own, table, name); !same) return same;
    }
    return {};
  }

  [[nodiscard]] bool has_files() const override { return true; }
  [[nodiscard]] Checked<void> check_files() const override {
    if (const auto sound = chain_->scrub(); !sound) return fault(last(), "a file", sound.error());
    return {};
  }

 private:
  [[nodiscard]] static tl::unexpected<Finding> fault(Height height, std::string what,
                                                     const chain::StoreError& error) {
    if (error.fault == chain::StoreFault::damaged)
      return diverges(
          {height, std::nullopt, std::move(what), "bytes as a node writes them", error.what});
    return cannot_check(to_string(error));
  }
  [[nodiscard]] Checked<std::optional<Bytes>> row(Height height, chain::StoredTable table,
                                                  const Bytes& key) const {
    const auto found = chain_->rows(table, key, 1);
    if (!found) return fault(height, "the node's table", found.error());
    if (found->empty() || found->front().first != key) return std::optional<Bytes>();
    return std::optional(found->front().second);
  }
  /// Who votes in the epoch that begins after the block: its first block puts it on record, until
  /// then it is what comes next.
  [[nodiscard]] Checked<LightBlock> with_next(LightBlock light, Height height, Epoch epoch) const {
    std::vector<chain::Validator> validators;
    const auto begun =
        row(height, chain::StoredTable::state, chain::key_of<chain::EpochRecord>(epoch));
    if (!begun) return tl::unexpected<Finding>(begun.error());
    if (*begun) {
      if (const auto record = chain::decode_record<chain::EpochRecord>(**begun))
        validators = record->validators;
    } else {
      const auto now =
          row(height, chain::StoredTable::state, chain::key_of<chain::Validators>(chain::Only{}));
      if (!now) return tl::unexpected<Finding>(now.error());
      const auto record = *now ? chain::decode_record<chain::Validators>(**now) : std::nullopt;
      if (record) validators = record->next;
    }
    for (const chain::Validator& each : validators)
      light.next.push_back({consensus::MemberId{each.id.bytes}, each.key});
    return light;
  }
  /// A row that must be there.
  template <class T>
  [[nodiscard]] static Checked<T> needed(Height height, const char* what,
                                         chain::StoredChain::Read<std::optional<T>> read) {
    if (!read) return fault(height, what, read.error());
    if (!*read) return diverges({height, std::nullopt, what, "there", "missing"});
    return **std::move(read);
  }

  [[nodiscard]] Checked<void> compare_table(const chain::WorkStore& own, chain::StoredTable table,
                                            const std::string& name) const {
    Bytes from;
    for (;;) {
      const auto ours = own.rows(table, from, kTableRowsAtOnce);
      if (const auto broken = own.failure()) return cannot_check(to_string(*broken));
      const auto read = chain_->rows(table, from, kTableRowsAtOnce);
      if (!read) return fault(last(), "the node's table of " + name, read.error());
      const chain::TableRows& theirs = *read;
      for (std::size_t i = 0; i < std::max(ours.size(), theirs.size()); ++i) {
        if (i < ours.size() && i < theirs.size() && ours[i] == theirs[i]) continue;
        const bool is_extra =
            i >= ours.size() || (i < theirs.size() && theirs[i].first < ours[i].first);
        const bool is_missing =
            i >= theirs.size() || (i < ours.size() && ours[i].first < theirs[i].first);
        const Bytes& key = is_extra ? theirs[i].first : ours[i].first;
        return diverges({last(), std::nullopt,
                         "the node's table of " + name + ", row " + to_hex(key),
                         is_extra ? "no such row" : shown(ours[i].second),
                         is_missing ? "no such row" : shown(theirs[i].second)});
      }
      if (ours.size() < kTableRowsAtOnce) return {};
      from = ours.back().first;
      from.push_back(0);
    }
  }

  std::string path_;
  std::unique_ptr<chain::StoredChain> chain_;
  std::optional<Height> last_proof_;
};

/// A copy from before a continuation is of the network that was.
chain::StoredChain::Read<std::unique_ptr<chain::StoredChain>> open_chain(
    const std::string& store, const genesis::Definition& definition) {
  auto chain = chain::StoredChain::open(store, definition.network_id);
  const auto& earlier = definition.continuations;
  for (auto it = earlier.rbegin(); it != earlier.rend(); ++it) {
    if (chain || chain.error().fault != chain::StoreFault::other_network) break;
    if (auto other = chain::StoredChain::open(store, it->before)) chain = std::move(other);
  }
  return chain;
}

}  // namespace

Checked<std::unique_ptr<Source>> open_node_source(const std::string& path,
                                                  const genesis::Definition& definition) {
  std::error_code none;
  const std::string store = std::filesystem::exists(path + "/store", none) ? path + "/store" : path;
  for (int look = 1;; ++look) {
    auto chain = open_chain(store, definition);
    if (!chain) {
      // What RocksDB itself cannot put together is no chain of any height.
      if (chain.error().fault == chain::StoreFault::damaged &&
          std::filesystem::exists(store + "/db", none))
        return diverges(
            {Height(0), std::nullopt, "the node's store", "one that is whole", chain.error().what});
      return cannot_check(to_string(chain.error()));
    }
    const auto begins = (*chain)->history_begins();
    if (!begins) return cannot_check(to_string(begins.error()));
    if (begins->value > 1)
      return cannot_check(path + " has the blocks from " + std::to_string(begins->value) +
                          " on: its history was pruned, or the node joined by a newer ledger. A "
                          "replay needs them all: take the directory of a node that keeps them");
    const auto proof = (*chain)->last_proof();
    if (!proof) return cannot_check(to_string(proof.error()));
    const Height last = (*chain)->head() ? (*chain)->head()->height : Height(0);
    const auto& mark = (*chain)->mark();
    if (last.value > 0 && !mark)
      return diverges({last, std::nullopt, "the node's mark",
                       "how far the node has been, so that lost blocks are noticed", "none"});
    if (mark && last < mark->height)
      return diverges(
          {last.next(), std::nullopt, "block",
           "the blocks up to " + std::to_string(mark->height.value) + ", which this node has had",
           "none"});
    auto source = std::make_unique<NodeSource>(path, *std::move(chain), *proof);
    if (source->last_proof() == last || last.value == 0 || look == kLooks)
      return std::unique_ptr<Source>(std::move(source));
    source.reset();
    std::this_thread::sleep_for(kBetweenLooks);
  }
}

}  // namespace vostro::audit
