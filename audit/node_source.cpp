#include "audit/node_source.h"

#include <chrono>
#include <filesystem>
#include <thread>

#include "chain/merkle.h"
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
constexpr std::size_t kBatchBytesMax = 64 * 1024 * 1024;

std::string shown(const Bytes& bytes) {
  if (bytes.size() <= kShownBytes) return to_hex(bytes);
  return to_hex(ByteView(bytes).first(kShownBytes)) + "... (" + std::to_string(bytes.size()) +
         " bytes)";
}

class NodeSource final : public Source {
 public:
  NodeSource(std::string path, std::unique_ptr<chain::StoredChain> chain)
      : path_(std::move(path)), chain_(std::move(chain)), view_(chain_->view()) {
    if (const auto newest = view_.newest_proof()) last_proof_ = newest->height;
  }

  [[nodiscard]] std::string name() const override { return path_; }
  [[nodiscard]] Height last() const override {
    return view_.head() ? view_.head()->height : Height(0);
  }
  [[nodiscard]] std::optional<Height> last_proof() const override { return last_proof_; }

  [[nodiscard]] Checked<RawBlock> header(Height height) const override {
    RawBlock raw;
    auto header = view_.header(height);
    if (!header) return missing<RawBlock>(height, "header");
    auto cut = view_.cut(height);
    if (!cut) return missing<RawBlock>(height, "cut");
    raw.header = *std::move(header);
    raw.cut = *std::move(cut);
    if (auto proof = view_.proof_at_or_above(height); proof && proof->height == height)
      raw.proof = std::move(proof->bytes);
    if (const auto broken = chain_->failure()) return file_fault(height, *broken);
    return raw;
  }

  [[nodiscard]] Checked<RawBlock> block(Height height) const override {
    auto raw = header(height);
    if (!raw) return raw;
    std::size_t bytes = 0;
    for (std::uint32_t i = 0; bytes <= kBatchBytesMax; ++i) {
      auto batch = view_.batch(height, i);
      if (!batch) break;
      bytes += batch->size();
      raw->batches.push_back(*std::move(batch));
    }
    if (const auto broken = chain_->failure()) return file_fault(height, *broken);
    return raw;
  }

  [[nodiscard]] Checked<std::optional<std::vector<chain::Receipt>>> receipts(
      Height height) const override {
    auto all = view_.receipts(height, 0, kReceiptsMax);
    if (const auto broken = chain_->failure()) return file_fault(height, *broken);
    return std::optional(std::move(all));
  }

  [[nodiscard]] Checked<void> compare_block(const Hash& id, const chain::ExecutedBlock& block,
                                            std::size_t batches) const override {
    const Height height = block.height;
    const auto differs = [&](std::string field, std::string expected, std::string found) {
      return diverges(
          {height, std::nullopt, std::move(field), std::move(expected), std::move(found)});
    };
    const auto summary = view_.block(height);
    if (!summary) return missing<void>(height, "summary");
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
      return differs("the node's block id", hex(own.block), hex(summary->block));
    if (summary->receipts != own.receipts)
      return differs("the node's count of receipts", std::to_string(own.receipts),
                     std::to_string(summary->receipts));
    if (*summary != own)
      return differs("the node's summary of the block", "that of the header", "another");
    if (height.value > 0 && view_.height_of(id) != height)
      return differs("the node's index of block ids", std::to_string(height.value),
                     "another height or none");
    if (const auto broken = chain_->failure()) return file_fault(height, *broken);
    return {};
  }

  [[nodiscard]] Checked<void> compare_tables(const chain::WorkStore& own) const override {
    using chain::StoredTable;
    for (const auto& [table, name] :
         {std::pair(StoredTable::state, "state"), std::pair(StoredTable::tree, "state tree"),
          std::pair(StoredTable::ids, "ids")}) {
      if (auto same = compare_table(own, table, name); !same) return same;
    }
    return {};
  }

  [[nodiscard]] Checked<void> check_files() const override {
    const auto sound = chain_->scrub();
    if (!sound) return file_fault(last(), sound.error());
    return {};
  }

 private:
  [[nodiscard]] static tl::unexpected<Finding> file_fault(Height height,
                                                          const chain::StoreError& error) {
    if (error.fault == chain::StoreFault::damaged)
      return diverges({height, std::nullopt, "a file of the node", "its own checksum", error.what});
    return cannot_check(to_string(error));
  }
  template <class T>
  [[nodiscard]] Checked<T> missing(Height height, const std::string& row) const {
    if (const auto broken = chain_->failure()) return file_fault(height, *broken);
    return diverges({height, std::nullopt, row, "its bytes", "none"});
  }

  [[nodiscard]] Checked<void> compare_table(const chain::WorkStore& own, chain::StoredTable table,
                                            const std::string& name) const {
    Bytes from;
    for (;;) {
      const auto ours = own.rows(table, from, kTableRowsAtOnce);
      const auto theirs = chain_->rows(table, from, kTableRowsAtOnce);
      if (const auto broken = own.failure()) return cannot_check(to_string(*broken));
      if (const auto broken = chain_->failure()) return file_fault(last(), *broken);
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
  chain::StoreView view_;
  std::optional<Height> last_proof_;
};

}  // namespace

Checked<std::unique_ptr<Source>> open_node_source(const std::string& path, const Hash& network_id) {
  std::error_code none;
  const std::string store = std::filesystem::exists(path + "/store", none) ? path + "/store" : path;
  for (int look = 1;; ++look) {
    auto chain = chain::StoredChain::open(store, network_id);
    if (!chain) {
      const chain::StoreError& error = chain.error();
      const bool is_fault = error.fault == chain::StoreFault::behind_mark ||
                            error.fault == chain::StoreFault::mark_missing ||
                            error.fault == chain::StoreFault::damaged;
      // What RocksDB itself cannot put together is no chain of any height.
      if (is_fault && std::filesystem::exists(store + "/db", none))
        return diverges(
            {Height(0), std::nullopt, "the node's store", "a store that is whole", error.what});
      return cannot_check(to_string(error));
    }
    auto source = std::make_unique<NodeSource>(path, *std::move(chain));
    if (source->last_proof() == source->last() || source->last().value == 0 || look == kLooks)
      return std::unique_ptr<Source>(std::move(source));
    source.reset();
    std::this_thread::sleep_for(kBetweenLooks);
  }
}

}  // namespace vostro::audit
