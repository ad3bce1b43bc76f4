/// The rules of a block that need no execution: how it links to the one before, who proposed it,
/// and that its batches are those of its cut. Source: consensus-spec sections 2, 3, 7, 9 and 12.
/// Pure.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "audit/finding.h"
#include "consensus/committee.h"
#include "consensus/lanes.h"
#include "consensus/verify.h"

namespace vostro::audit {

/// A block that was found good, as the ground of the next one.
struct Link {
  consensus::BlockId id;
  Height height;
  UnixMillis time;
  View view;  ///< 0 for an anchor: each epoch counts views anew

  bool operator==(const Link&) const = default;
};

/// The first field of the header that cannot follow on `parent` in the committee's epoch. Roots,
/// transaction count and closing are left to execution.
[[nodiscard]] std::optional<Divergence> check_header(const Link& parent,
                                                     const consensus::Committee& committee,
                                                     const consensus::Header& header);

/// Where the cut does not continue the lanes. `positions` are those of the parent.
[[nodiscard]] std::optional<Divergence> check_cut(const consensus::Committee& committee,
                                                  const consensus::Header& header,
                                                  const consensus::Cut& cut,
                                                  const consensus::LanePositions& positions);

/// Lanes in the order of execution: cyclically from the author after the proposer.
[[nodiscard]] std::vector<consensus::LaneRef> execution_order(const consensus::Cut& cut,
                                                              consensus::ValidatorIndex proposer,
                                                              std::size_t validators);

/// What is known of a batch without its transactions.
struct BatchFacts {
  consensus::ValidatorIndex author;
  std::uint32_t incarnation = 0;
  std::uint64_t seq = 0;
  consensus::BatchId prev;
  consensus::BatchId id;
};
/// The batches are those of the cut, all of them, in the order of execution.
[[nodiscard]] std::optional<Divergence> check_batches(const consensus::Committee& committee,
                                                      const consensus::Header& header,
                                                      const consensus::Cut& cut,
                                                      const consensus::LanePositions& positions,
                                                      const std::vector<BatchFacts>& batches);

/// Where these bytes are no proof that exactly this header is final in the committee's epoch.
[[nodiscard]] std::optional<Divergence> check_finality(const consensus::Committee& committee,
                                                       const consensus::Header& header,
                                                       ByteView proof);

/// The epoch that begins after a closing block.
[[nodiscard]] std::optional<consensus::EpochContext> context_after(
    const consensus::Committee& committee, const consensus::Header& closing, std::uint16_t version,
    std::vector<consensus::Validator> validators);

}  // namespace vostro::audit
