#include "node/replica/executor.h"

#include "base/check.h"
#include "base/planted.h"
#include "chain/records.h"

namespace vostro::node {
namespace {

using consensus::BlockId;
using consensus::Header;

/// The first field in which two headers differ, with both values; empty when they are equal.
std::string difference(const Header& expected, const Header& found) {
  const auto roots = [](std::string_view name, const Hash& ours, const Hash& theirs) {
    return std::string(name) + ": executed " + to_hex(ours.view()) + ", header says " +
           to_hex(theirs.view());
  };
  if (expected.tx_count != found.tx_count) {
    return "tx_count: executed " + std::to_string(expected.tx_count) + ", header says " +
           std::to_string(found.tx_count);
  }
  if (expected.tx_root != found.tx_root) return roots("tx_root", expected.tx_root, found.tx_root);
  if (expected.receipt_root != found.receipt_root)
    return roots("receipt_root", expected.receipt_root, found.receipt_root);
  if (is_planted(Planted::wrong_state_root_accepted)) return {};
  if (expected.state_root != found.state_root)
    return roots("state_root", expected.state_root, found.state_root);
  if (expected.next_set_hash != found.next_set_hash)
    return roots("next_set_hash", expected.next_set_hash, found.next_set_hash);
  if (expected != found) return "another header field: flags, height, parent, set or version";
  return {};
}

}  // namespace

consensus::ValidatorSet set_of(const std::vector<chain::Validator>& validators) {
  std::vector<consensus::Validator> all;
  for (const chain::Validator& validator : validators) {
    consensus::Validator one;
    one.member.bytes = validator.id.bytes;
    one.key = validator.key;
    all.push_back(one);
  }
  auto set = consensus::ValidatorSet::make(std::move(all));
  VOSTRO_CHECK(set.has_value());  // the ledger admits no other
  return std::move(*set);
}

consensus::LanePositions lane_positions(const chain::StateReader& state, std::size_t validators) {
  consensus::LanePositions positions;
  for (std::uint16_t author = 0; author < validators; ++author) {
    const auto bytes = state.get(chain::key_of<chain::Lane>(author));
    if (!bytes) continue;
    const auto lane = chain::decode_record<chain::Lane>(*bytes);
    VOSTRO_CHECK(lane.has_value());
    consensus::LanePosition position{lane->record.incarnation, lane->record.seq, {}};
    position.tip.bytes = lane->record.tip.bytes;
    positions.emplace(consensus::ValidatorIndex(author), position);
  }
  return positions;
}

Executor::Executor(std::shared_ptr<const consensus::Committee> committee,
                   const chain::StateReader& state, const chain::NodeReader& tree, BasePoint base)
    : committee_(std::move(committee)),
      state_(state),
      tree_(tree),
      base_(base),
      base_positions_(lane_positions(state, committee_->size())) {
  if (const auto due = chain::next_due(state)) base_due_ = to_millis(*due);
}

const ExecutedNode* Executor::find(const BlockId& id) const {
  const auto found = nodes_.find(id);
  return found == nodes_.end() ? nullptr : &found->second;
}

const consensus::LanePositions& Executor::positions(const BlockId& id) const {
  return id == base_.id ? base_positions_ : nodes_.at(id).positions;
}

UnixMillis Executor::time(const BlockId& id) const {
  return id == base_.id ? base_.time : nodes_.at(id).body->header.time;
}

std::optional<UnixMillis> Executor::due(const BlockId& id) const {
  return id == base_.id ? base_due_ : nodes_.at(id).due;
}

Executor::Ground Executor::ground_of(const BlockId& id) const {
  if (id == base_.id) return {&state_, &tree_};
  const ExecutedNode& node = nodes_.at(id);
  return {node.branch.get(), node.branch.get()};
}

const chain::StateReader& Executor::state(const BlockId& id) const {
  return *ground_of(id).state;
}

Result<ExecutedNode, BlockRefusal> Executor::execute(const Plan& plan) const {
  const Ground ground = ground_of(plan.parent);
  chain::BlockInput input;
  input.network_id = committee_->context().network_id;
  input.height = plan.height;
  input.time = plan.time;
  input.parent.bytes = plan.parent.bytes;
  input.parent_time = time(plan.parent);
  input.candidates = plan.transactions;
  for (const consensus::LaneRef& lane : plan.cut.lanes) {
    chain::LaneRecord record{lane.incarnation, lane.last_seq, {}};
    record.tip.bytes = lane.tip.bytes;
    input.lanes.emplace(lane.author.value, record);
  }
  auto executed = chain::execute_block(*ground.state, *ground.tree, judge_, input);
  if (!executed) {
    const bool empty = executed.error().error == chain::ExecutionError::empty;
    return fail(
        BlockRefusal{empty ? BlockFault::empty : BlockFault::broken_ledger, executed.error().what});
  }
  ExecutedNode node;
  node.executed = std::make_shared<const chain::ExecutedBlock>(std::move(*executed));
  node.branch = std::make_unique<chain::Branch>(node.executed, *ground.state, *ground.tree);
  // The lanes end with their epoch (consensus-spec section 9).
  if (!node.executed->next_epoch)
    node.positions = consensus::positions_after(positions(plan.parent), plan.cut);
  if (const auto due = chain::next_due(*node.branch)) node.due = to_millis(*due);
  node.batches = plan.batches;
  return node;
}

Header Executor::header_of(const Plan& plan, const chain::ExecutedBlock& executed) const {
  const consensus::EpochContext& context = committee_->context();
  Header header;
  header.version = context.version;
  header.network_id = context.network_id;
  header.epoch = context.epoch;
  header.height = plan.height;
  header.view = plan.view;
  header.parent = plan.parent;
  header.proposer = plan.proposer;
  header.time = plan.time;
  header.cut_root = plan.cut.root();
  header.tx_count = static_cast<std::uint32_t>(executed.transactions.size());
  header.tx_root = executed.tx_root;
  header.state_root = executed.state_root;
  header.receipt_root = executed.receipt_root;
  header.set_hash = committee_->set_hash();
  if (executed.next_epoch) {
    header.flags = Header::flag_epoch_close;
    header.next_set_hash = set_of(executed.next_epoch->validators).digest();
  }
  return header;
}

void Executor::begin_epoch(std::shared_ptr<const consensus::Committee> committee) {
  nodes_.clear();
  committee_ = std::move(committee);
  base_positions_ = lane_positions(state_, committee_->size());
}

void Executor::keep(const BlockId& id, ExecutedNode node) {
  nodes_.insert_or_assign(id, std::move(node));
}

Result<BlockId, BlockRefusal> Executor::build(Plan plan) {
  auto node = execute(plan);
  if (!node) return fail(node.error());
  auto body = std::make_shared<consensus::BlockBody>();
  body->header = header_of(plan, *node->executed);
  body->cut = std::move(plan.cut);
  const BlockId id = body->header.id();
  node->body = std::move(body);
  keep(id, std::move(*node));
  return id;
}

Result<void, BlockRefusal> Executor::check(
    const consensus::BlockBody& body, std::vector<consensus::HeldBatch> batches,
    std::vector<chain::VerifiedTransactionPtr> transactions) {
  const Header& header = body.header;
  Plan plan{header.parent,   header.view, header.height,      header.time,
            header.proposer, body.cut,    std::move(batches), std::move(transactions)};
  auto node = execute(plan);
  if (!node) return fail(node.error());
  if (auto what = difference(header_of(plan, *node->executed), header); !what.empty())
    return fail(BlockRefusal{BlockFault::wrong_roots, std::move(what)});
  node->body = std::make_shared<const consensus::BlockBody>(body);
  keep(header.id(), std::move(*node));
  return {};
}

bool Executor::descends_from(BlockId id, const BlockId& ancestor) const {
  while (id != ancestor) {
    const ExecutedNode* node = find(id);
    if (node == nullptr) return false;
    id = node->body->header.parent;
  }
  return true;
}

std::vector<BlockId> Executor::keep_only_branch_of(const BlockId& id) {
  VOSTRO_CHECK(is_executed(id));
  std::vector<BlockId> forgotten;
  for (const auto& [other, node] : nodes_) {
    if (!descends_from(other, id) && !descends_from(id, other)) forgotten.push_back(other);
  }
  for (const BlockId& other : forgotten) nodes_.erase(other);
  return forgotten;
}

void Executor::stored(const BlockId& id) {
  const auto found = nodes_.find(id);
  VOSTRO_CHECK(found != nodes_.end());
  VOSTRO_CHECK(found->second.body->header.parent == base_.id);
  const Header& header = found->second.body->header;
  base_ = {id, header.height, header.time};
  base_positions_ = std::move(found->second.positions);
  base_due_ = found->second.due;
  nodes_.erase(found);
  for (auto& [other, node] : nodes_) {
    if (node.body->header.parent == id) node.branch->rebase(state_, tree_);
  }
}

}  // namespace vostro::node
