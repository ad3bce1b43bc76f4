/// Builders for the tests of lanes: batches of small transactions, chained as an author would, and
/// questions to actions.
#pragma once

#include <memory>
#include <utility>
#include <variant>
#include <vector>

#include "consensus/lanes.h"

namespace vostro::consensus::lane_test {

inline Hash test_ctx() {
  return hash("ctx", as_bytes("lanes test"));
}
inline ValidatorIndex index(unsigned number) {
  return ValidatorIndex(static_cast<std::uint16_t>(number));
}
inline BlockId block_id(std::string_view name) {
  return BlockId{hash("block", as_bytes(name)).bytes};
}

inline HeldBatch make_batch(unsigned author, std::uint32_t incarnation, std::uint64_t seq,
                            BatchId prev, std::string_view content = "payment",
                            std::size_t bytes = 0) {
  SignedBatch made;
  made.batch.ctx = test_ctx();
  made.batch.author = index(author);
  made.batch.incarnation = incarnation;
  made.batch.seq = seq;
  made.batch.prev = prev;
  RawTransaction transaction;
  append(transaction.bytes, as_bytes(content));
  transaction.bytes.resize(std::max(bytes, content.size()));
  made.batch.transactions.push_back(std::move(transaction));
  return hold(std::make_shared<const SignedBatch>(std::move(made)));
}

/// `count` batches of one author and incarnation, from seq 1 or after `position`.
inline std::vector<HeldBatch> make_chain(unsigned author, std::uint32_t incarnation,
                                         std::size_t count, std::string_view branch = "a",
                                         LanePosition after = {}, std::size_t bytes = 0) {
  std::vector<HeldBatch> chain;
  BatchId prev = after.tip;
  for (std::size_t i = 0; i < count; ++i) {
    chain.push_back(make_batch(author, incarnation, after.seq + i + 1, prev, branch, bytes));
    prev = chain.back().id;
  }
  return chain;
}

/// The run first..last of a chain that begins at seq 1.
inline LaneRef ref_to(const std::vector<HeldBatch>& chain, std::size_t first, std::size_t last) {
  const Batch& batch = chain.at(last - 1).batch();
  return {batch.author, batch.incarnation, first, last, chain.at(last - 1).id};
}
inline LanePosition position_at(const std::vector<HeldBatch>& chain, std::size_t seq) {
  return {chain.at(seq - 1).batch().incarnation, seq, chain.at(seq - 1).id};
}

template <class Action>
std::vector<Action> only(const LaneActions& actions) {
  std::vector<Action> found;
  for (const LaneAction& action : actions)
    if (const auto* of_kind = std::get_if<Action>(&action)) found.push_back(*of_kind);
  return found;
}

/// Hands a batch over and has it found valid with `items`.
inline LaneActions receive(Lanes& lanes, const HeldBatch& batch, unsigned from,
                           std::uint64_t now_ms = 0, std::uint32_t items = 1) {
  LaneActions actions = lanes.on_batch(index(from), batch, now_ms);
  for (const CheckBatch& check : only<CheckBatch>(actions)) {
    const LaneActions more = lanes.on_batch_checked(check.batch.id, true, items);
    actions.insert(actions.end(), more.begin(), more.end());
  }
  return actions;
}
inline void receive_all(Lanes& lanes, const std::vector<HeldBatch>& chain, unsigned from) {
  for (const HeldBatch& batch : chain) (void)receive(lanes, batch, from);
}

/// Lanes of validator `own` of `validators`, all of whose peers are connected.
inline Lanes make_lanes(unsigned own, unsigned validators = 4, LaneConfig config = {},
                        LanePositions positions = {}) {
  Lanes lanes(config, test_ctx(), validators, index(own), std::move(positions));
  for (unsigned peer = 0; peer < validators; ++peer)
    if (peer != own) lanes.on_peer_up(index(peer));
  return lanes;
}

}  // namespace vostro::consensus::lane_test
