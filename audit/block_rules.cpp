#include "audit/block_rules.h"

#include <algorithm>

#include "base/codec.h"
#include "consensus/no_cache.h"

namespace vostro::audit {
namespace {

using consensus::Cut;
using consensus::Header;
using consensus::LaneRef;

/// Collects the first difference.
class Difference {
 public:
  explicit Difference(Height height) : height_(height) {}

  void require(bool holds, std::string field, std::string expected, std::string found) {
    if (holds || first_) return;
    first_ =
        Divergence{height_, std::nullopt, std::move(field), std::move(expected), std::move(found)};
  }
  void equal(std::string field, std::uint64_t expected, std::uint64_t found) {
    require(expected == found, std::move(field), std::to_string(expected), std::to_string(found));
  }
  template <class Bytes32>
  void same(std::string field, const Bytes32& expected, const Bytes32& found) {
    if (expected != found) require(false, std::move(field), hex(expected), hex(found));
  }
  [[nodiscard]] std::optional<Divergence> take() { return std::move(first_); }

 private:
  Height height_;
  std::optional<Divergence> first_;
};

}  // namespace

std::vector<LaneRef> execution_order(const Cut& cut, consensus::ValidatorIndex proposer,
                                     std::size_t validators) {
  std::vector<LaneRef> lanes = cut.lanes;
  const auto turn = [&](const LaneRef& lane) {
    return (lane.author.value + 2 * validators - proposer.value - 1) % validators;
  };
  std::stable_sort(lanes.begin(), lanes.end(),
                   [&](const LaneRef& a, const LaneRef& b) { return turn(a) < turn(b); });
  return lanes;
}

std::optional<Divergence> check_header(const Link& parent, const consensus::Committee& committee,
                                       const Header& header) {
  const consensus::EpochContext& context = committee.context();
  Difference difference(parent.height.next());
  difference.equal("header.version", context.version, header.version);
  difference.same("header.network_id", context.network_id, header.network_id);
  difference.equal("header.epoch", context.epoch.value, header.epoch.value);
  difference.equal("header.height", parent.height.value + 1, header.height.value);
  difference.same("header.parent", parent.id, header.parent);
  difference.require(header.view > parent.view, "header.view",
                     "above " + std::to_string(parent.view.value),
                     std::to_string(header.view.value));
  if (header.view.value > 0)
    difference.equal("header.proposer", committee.leader(header.view).value, header.proposer.value);
  difference.require(header.time > parent.time, "header.time",
                     "above " + std::to_string(parent.time.value),
                     std::to_string(header.time.value));
  difference.same("header.set_hash", committee.set_hash(), header.set_hash);
  difference.require((header.flags & ~Header::flag_epoch_close) == 0, "header.flags", "0 or 1",
                     std::to_string(header.flags));
  return difference.take();
}

std::optional<Divergence> check_cut(const consensus::Committee& committee, const Header& header,
                                    const Cut& cut, const consensus::LanePositions& positions) {
  Difference difference(header.height);
  difference.same("header.cut_root", cut.root(), header.cut_root);
  if (const auto fault = consensus::cut_shape_fault(cut, positions, committee.size()))
    difference.require(false, "cut", "a cut that continues the lanes",
                       std::string(consensus::to_string(*fault)));
  return difference.take();
}

std::optional<Divergence> check_batches(const consensus::Committee& committee, const Header& header,
                                        const Cut& cut, const consensus::LanePositions& positions,
                                        const std::vector<BatchFacts>& batches) {
  Difference difference(header.height);
  std::size_t index = 0;
  for (const LaneRef& lane : execution_order(cut, header.proposer, committee.size())) {
    consensus::BatchId prev;
    const auto position = positions.find(lane.author);
    if (position != positions.end() && position->second.incarnation == lane.incarnation)
      prev = position->second.tip;
    for (std::uint64_t seq = lane.first_seq; seq <= lane.last_seq; ++seq, ++index) {
      const std::string name = "batch " + std::to_string(index);
      difference.require(index < batches.size(), name, "a batch that the cut names", "none");
      if (index >= batches.size()) return difference.take();
      const BatchFacts& batch = batches[index];
      difference.equal(name + " author", lane.author.value, batch.author.value);
      difference.equal(name + " incarnation", lane.incarnation, batch.incarnation);
      difference.equal(name + " seq", seq, batch.seq);
      difference.same(name + " prev", prev, batch.prev);
      if (seq == lane.last_seq) difference.same(name + " hash", lane.tip, batch.id);
      prev = batch.id;
    }
  }
  difference.equal("count of batches", index, batches.size());
  return difference.take();
}

std::optional<Divergence> check_finality(const consensus::Committee& committee,
                                         const Header& header, ByteView bytes) {
  Difference difference(header.height);
  const auto proof = decode<consensus::FinalityProof>(bytes);
  if (!proof) {
    difference.require(false, "finality proof", "its encoding", to_string(proof.error()));
    return difference.take();
  }
  difference.require(proof->header == header, "finality proof", "one of block " + hex(header.id()),
                     "one of block " + hex(proof->header.id()));
  difference.require(proof->proposal.view >= header.view, "finality proof",
                     "a view not below the block's", std::to_string(proof->proposal.view.value));
  consensus::NoCache cache;
  if (const auto valid = consensus::verify_finality(committee, *proof, cache); !valid)
    difference.require(
        false, "finality proof",
        std::to_string(committee.quorum()) + " valid signatures of the epoch's validators",
        std::string(to_string(valid.error())));
  return difference.take();
}

std::optional<consensus::EpochContext> context_after(const consensus::Committee& committee,
                                                     const Header& closing, std::uint16_t version,
                                                     std::vector<consensus::Validator> validators) {
  auto set = consensus::ValidatorSet::make(std::move(validators));
  if (!set) return std::nullopt;
  return consensus::EpochContext{committee.context().network_id,
                                 version,
                                 Epoch(committee.epoch().value + 1),
                                 closing.id(),
                                 closing.height,
                                 closing.time,
                                 *std::move(set)};
}

}  // namespace vostro::audit
