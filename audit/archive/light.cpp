#include "audit/archive/light.h"

#include <algorithm>

#include "base/check.h"
#include "base/codec.h"
#include "client/proof.h"
#include "consensus/no_cache.h"

namespace vostro::audit {
namespace {

using consensus::Committee;
using consensus::Header;

/// As the header commits to it: chain/execute.h, tx_root_of.
Hash tx_root_of(const LightBlock& block) {
  Bytes names;
  names.reserve(block.ids.size() * 27);
  for (const chain::OwnedId& name : block.ids) {
    append(names, as_bytes({name.owner.text.data(), name.owner.text.size()}));
    append(names, name.id.view());
  }
  return hash("txs", {hash("ids", names).view(), block.transactions.view()});
}

}  // namespace

Checked<void> check_body(const Committee& committee, Height height, ByteView header_bytes,
                         const BlockBody& body) {
  const auto differs = [&](std::string field, std::string expected, std::string found) {
    return diverges(
        {height, std::nullopt, std::move(field), std::move(expected), std::move(found)});
  };
  if (header_bytes.empty()) {
    if (body.cut.empty() && body.batches.empty()) return {};
    return differs("batches", "none: the block stands for a continuation", "some");
  }
  const auto header = decode<Header>(header_bytes);
  if (!header) return differs("header", "its encoding", to_string(header.error()));
  const auto cut = decode<consensus::Cut>(body.cut);
  if (!cut) return differs("cut", "its encoding", to_string(cut.error()));
  if (cut->root() != header->cut_root)
    return differs("header.cut_root", hex(cut->root()), hex(header->cut_root));
  std::map<consensus::BatchId, consensus::BatchId> before;
  std::vector<consensus::BatchId> found;
  consensus::NoCache cache;
  for (std::size_t i = 0; i < body.batches.size(); ++i) {
    const std::string name = "batch " + std::to_string(i);
    auto decoded = decode<consensus::SignedBatch>(body.batches[i].bytes);
    if (!decoded) return differs(name, "its encoding", to_string(decoded.error()));
    const auto batch = std::make_shared<const consensus::SignedBatch>(*std::move(decoded));
    if (const auto valid = consensus::verify_batch(committee, {batch}, cache); !valid)
      return differs(name + " signature", "one of its author, in this epoch",
                     std::string(consensus::to_string(valid.error())));
    found.push_back(batch->batch.id());
    before.emplace(found.back(), batch->batch.prev);
  }
  // A lane's tip is in the header, and each batch names the one before it.
  std::vector<consensus::BatchId> expected;
  for (const consensus::LaneRef& lane : execution_order(*cut, header->proposer, committee.size())) {
    const std::size_t begin = expected.size();
    consensus::BatchId id = lane.tip;
    for (std::uint64_t seq = lane.first_seq; seq <= lane.last_seq; ++seq) {
      const auto batch = before.find(id);
      if (batch == before.end()) return differs("batches", "one with hash " + hex(id), "none");
      expected.push_back(id);
      id = batch->second;
    }
    std::reverse(expected.begin() + static_cast<std::ptrdiff_t>(begin), expected.end());
  }
  if (expected.size() != found.size())
    return differs("count of batches", std::to_string(expected.size()),
                   std::to_string(found.size()));
  for (std::size_t i = 0; i < found.size(); ++i)
    if (found[i] != expected[i])
      return differs("batch " + std::to_string(i) + " hash", hex(expected[i]), hex(found[i]));
  return {};
}

LightChain::LightChain(const genesis::Definition& definition) : definition_(&definition) {
  const auto first = client::committee_of(definition, definition.founding_id);
  VOSTRO_CHECK(first.has_value());  // the founding network's own
  consensus::EpochContext context = first->context();
  context.anchor_time = UnixMillis(definition.opens_at.value * 1000);
  link_ = {context.anchor, Height(0), context.anchor_time, View(0)};
  begin_epoch(std::move(context));
}

void LightChain::begin_epoch(consensus::EpochContext context) {
  committees_[link_.height.next()] = std::make_shared<const Committee>(std::move(context));
}

const Committee& LightChain::committee_at(Height height) const {
  auto after = committees_.upper_bound(height);
  VOSTRO_CHECK(after != committees_.begin());
  return *std::prev(after)->second;
}

const genesis::Continuation* LightChain::continuation_here() const {
  const auto found =
      std::ranges::find(definition_->continuations, link_.height, &genesis::Continuation::height);
  return found == definition_->continuations.end() ? nullptr : &*found;
}

Checked<void> LightChain::take(const LightBlock& block) {
  if (const auto* continuation = continuation_here()) return continue_by(*continuation, block);
  const Height height = link_.height.next();
  const auto differs = [&](std::string field, std::string expected, std::string found) {
    return diverges(
        {height, std::nullopt, std::move(field), std::move(expected), std::move(found)});
  };
  const auto header = decode<Header>(block.header);
  if (!header) return differs("header", "its encoding", to_string(header.error()));
  const Committee* committee = committees_.rbegin()->second.get();
  if (committees_.rbegin()->first == height && header->version != committee->context().version) {
    // Votes name the version: under a wrong one no proof of the epoch holds.
    consensus::EpochContext context = committee->context();
    context.version = header->version;
    begin_epoch(std::move(context));
    committee = committees_.rbegin()->second.get();
  }
  if (auto fault = check_header(link_, *committee, *header)) return diverges(*std::move(fault));
  if (const Hash root = tx_root_of(block); root != header->tx_root)
    return differs("header.tx_root, by ids and hashes of transactions", hex(root),
                   hex(header->tx_root));
  if (!block.proof.empty()) {
    if (auto fault = check_finality(*committee, *header, block.proof))
      return diverges(*std::move(fault));
    final_to_ = height;
  } else if (header->closes_epoch()) {
    return differs("finality proof", "one, since the block closes its epoch", "none");
  }
  link_ = {header->id(), height, header->time, header->view};
  // Where the network ended here for good, nobody ever voted in the next epoch.
  if (!header->closes_epoch() || continuation_here() != nullptr) return {};

  auto context = context_after(*committee, *header, committee->context().version, block.next);
  if (!context || context->validators.digest() != header->next_set_hash)
    return differs("header.next_set_hash",
                   context ? hex(context->validators.digest()) : "a set of validators",
                   hex(header->next_set_hash));
  link_.view = View(0);
  begin_epoch(*std::move(context));
  return {};
}

Checked<void> LightChain::continue_by(const genesis::Continuation& continuation,
                                      const LightBlock& block) {
  const Height height = link_.height.next();
  const auto differs = [&](std::string field, std::string expected, std::string found) {
    return diverges(
        {height, std::nullopt, std::move(field), std::move(expected), std::move(found)});
  };
  if (continuation.block.bytes != link_.id.bytes)
    return differs("continuation in the genesis file, block", hex(link_.id),
                   hex(continuation.block));
  if (final_to_ != link_.height)
    return differs("finality proof of the block before",
                   "one, since the network went on by a continuation after it", "none");
  if (block != LightBlock{})
    return differs("header, ids and validators", "none: the block stands for a continuation",
                   "some");
  const auto found = std::ranges::find(definition_->continuations, continuation.height,
                                       &genesis::Continuation::height);
  const auto after = std::next(found);
  const Hash& network =
      after == definition_->continuations.end() ? definition_->network_id : after->before;
  const auto committee = client::committee_of(*definition_, network);
  VOSTRO_CHECK(committee.has_value());
  consensus::EpochContext context = committee->context();
  context.anchor_time = link_.time;
  link_ = {context.anchor, height, link_.time, View(0)};
  final_to_ = height;
  begin_epoch(std::move(context));
  return {};
}

}  // namespace vostro::audit
