/// Where a chain's bytes come from. A source is believed in nothing: it hands out bytes, and what
/// it says beside them is compared with what follows from them.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "audit/archive/light.h"
#include "audit/finding.h"
#include "base/bytes.h"
#include "base/hash.h"
#include "chain/execute.h"
#include "chain/receipt.h"

namespace vostro::chain {
class WorkStore;
}

namespace vostro::audit {

/// More than the batches of any block may have: no source may fill the memory.
inline constexpr std::size_t batch_bytes_max = 64 * 1024 * 1024;

struct RawBlock {
  Bytes header;
  Bytes cut;
  std::vector<Bytes> batches;       ///< as signed, in the order in which they are executed
  std::optional<Bytes> proof = {};  ///< a finality proof of this very height
  /// The receipts as a node stores them; none where the source shows none.
  std::optional<std::vector<Bytes>> receipt_rows = {};
};

/// Any thread.
class Source {
 public:
  virtual ~Source() = default;
  [[nodiscard]] virtual std::string name() const = 0;
  /// The highest block there.
  [[nodiscard]] virtual Height last() const = 0;
  /// The highest block with a finality proof; none where there is no proof at all.
  [[nodiscard]] virtual std::optional<Height> last_proof() const = 0;
  [[nodiscard]] virtual Checked<RawBlock> block(Height height) const = 0;
  /// Without batches and proof: what a link needs.
  [[nodiscard]] virtual Checked<RawBlock> header(Height height) const = 0;
  /// What an archive keeps of the block beside its batches.
  [[nodiscard]] virtual Checked<LightBlock> light(Height height) const = 0;
  /// The receipts that the source shows for a block; none where it shows none.
  [[nodiscard]] virtual Checked<std::optional<std::vector<chain::Receipt>>> receipts(
      Height height) const = 0;

  // What else the source says, against what was found by executing.
  [[nodiscard]] virtual Checked<void> compare_block(const Hash& id,
                                                    const chain::ExecutedBlock& block,
                                                    std::size_t batches) const = 0;
  /// Whether it has tables of its own that `compare_tables` looks at.
  [[nodiscard]] virtual bool has_tables() const = 0;
  /// When the whole of it was executed: the head and the tables that answers are made from.
  [[nodiscard]] virtual Checked<void> compare_tables(const chain::WorkStore& own) const = 0;
  /// Whether there is anything for `check_files`.
  [[nodiscard]] virtual bool has_files() const = 0;
  /// Every file, its parts that were not read among them. Slow: reads all of it.
  [[nodiscard]] virtual Checked<void> check_files() const = 0;
};

/// One that has blocks and nothing of its own beside them: no receipts, no tables.
class BlocksAlone : public Source {
 public:
  [[nodiscard]] Checked<std::optional<std::vector<chain::Receipt>>> receipts(
      Height) const override {
    return std::optional<std::vector<chain::Receipt>>();
  }
  [[nodiscard]] Checked<void> compare_block(const Hash&, const chain::ExecutedBlock&,
                                            std::size_t) const override {
    return {};
  }
  [[nodiscard]] bool has_tables() const override { return false; }
  [[nodiscard]] Checked<void> compare_tables(const chain::WorkStore&) const override { return {}; }
};

}  // namespace vostro::audit
