/// A stretch of a chain, as a node hands it to whoever checks all of it: blocks as they are stored,
/// cut into parts at batches, so that no part is large whatever a block is. Plain data; to be
/// believed in nothing. Header, cut, proof and batches are the consensus' encodings, opaque here.
/// Source: docs/encoding.md, "A stretch of a chain".
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/fields.h"
#include "chain/history.h"
#include "chain/registry.h"

namespace vostro::chain {

/// A batch as its author signed it.
struct BatchBytes {
  static constexpr std::size_t bytes_max = 8 * 1024 * 1024;

  Bytes bytes;

  bool operator==(const BatchBytes&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(bounded<bytes_max>(bytes));
  }
};

/// A block, or a piece of one: some of its batches, and with the first of them all the rest.
struct BlockPart {
  static constexpr std::size_t header_bytes_max = 4 * 1024;
  static constexpr std::size_t cut_bytes_max = 64 * 1024;
  static constexpr std::size_t proof_bytes_max = 64 * 1024;
  static constexpr std::size_t batches_max = 100'000;

  Bytes header;  ///< empty where the block stands for a continuation
  Bytes cut;
  Bytes proof;                    ///< finality proof of this very height; empty where none is kept
  UsedIds used;                   ///< what the header commits to beside the receipts
  std::vector<Validator> next;    ///< after a block that closes its epoch: who votes from then on
  std::uint32_t batch_count = 0;  ///< of the block
  std::uint32_t first_batch = 0;  ///< above 0: the fields above are empty
  std::vector<BatchBytes> batches;  ///< in the order of execution, from the first on

  bool operator==(const BlockPart&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(bounded<header_bytes_max>(header), bounded<cut_bytes_max>(cut),
            bounded<proof_bytes_max>(proof), used, bounded<Validators::count_max>(next),
            batch_count, first_batch, bounded<batches_max>(batches));
  }
};

/// Blocks of consecutive heights. All but the last are whole, but for batches of the first that
/// were not asked for.
struct ChainPart {
  static constexpr std::size_t blocks_max = 1'000;

  Height last;                       ///< the newest block that the node has
  std::optional<Height> last_proof;  ///< the newest one with a finality proof
  std::vector<BlockPart> blocks;     ///< from the height asked for on

  bool operator==(const ChainPart&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(last, last_proof, bounded<blocks_max>(blocks));
  }
};

}  // namespace vostro::chain
