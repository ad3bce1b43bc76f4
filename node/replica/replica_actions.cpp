#include <algorithm>

#include "base/planted.h"
#include "node/replica/replica.h"

namespace vostro::node {

using consensus::PeerId;

// ---- The engine's ----

void Replica::perform(consensus::Persist& action) {
  PersistRecords persist{{}, action.needs_sync && !is_planted(Planted::votes_leave_unsynced)};
  for (consensus::Record& record : action.records) {
    // Whoever notarizes vouches for having the whole block, on disk (consensus-spec section 7,
    // "Voter").
    if (const auto* own = std::get_if<consensus::OwnNotarize>(&record);
        own != nullptr && own->propose.header.view == own->propose.proposal.view &&
        !is_planted(Planted::batches_not_journaled)) {
      const auto batches = era_->lanes.batches_of(own->propose.cut, own->propose.header.proposer);
      if (!batches) return halt("the engine voted for a block whose batches are not here");
      for (const consensus::HeldBatch& batch : *batches) {
        if (era_->journaled.emplace(batch.id, own->propose.proposal.view).second)
          persist.records.push_back(
              consensus::BatchRecord{consensus::SharedBatch{batch.signed_batch}});
      }
    }
    if (const auto* finality = std::get_if<consensus::NewFinality>(&record))
      era_->archivable.emplace_back(finality->proof.header.height, finality->proof.proposal.view);
    persist.records.push_back(std::move(record));
  }
  effects_.push_back(std::move(persist));
}

void Replica::perform(consensus::Send& action) {
  effects_.push_back(SendMessage{
      {action.peer}, std::make_shared<const consensus::Message>(std::move(action.message))});
}

void Replica::perform(consensus::Broadcast& action) {
  std::vector<PeerId> to = validators_up();
  std::erase_if(to, [&](PeerId peer) {
    return std::ranges::find(action.except, peer) != action.except.end();
  });
  if (to.empty()) return;
  effects_.push_back(SendMessage{
      std::move(to), std::make_shared<const consensus::Message>(std::move(action.message))});
}

void Replica::perform(consensus::SetTimer& action) {
  effects_.push_back(StartTimer{
      {ReplicaTimer::engine, action.kind}, action.view, now_.steady_ms + action.after_ms});
}

void Replica::perform(consensus::CancelTimer& action) {
  effects_.push_back(StopTimer{{ReplicaTimer::engine, action.kind}});
}

void Replica::perform(consensus::BuildBlock& action) {
  if (!executor_.is_executed(action.parent))
    return tell_engine(consensus::CannotBuild{action.view});
  const consensus::LanePositions& positions = executor_.positions(action.parent);
  consensus::MadeCut made = era_->lanes.make_cut(positions, *era_->own);
  const auto batches = era_->lanes.batches_of(made.cut, *era_->own);
  const auto transactions = batches ? transactions_of(*batches) : std::nullopt;
  if (!transactions) return tell_engine(consensus::CannotBuild{action.view});
  const auto built = executor_.build({action.parent, action.view, action.height, action.time,
                                      *era_->own, std::move(made.cut), *batches, *transactions});
  if (!built) {
    if (built.error().fault == BlockFault::broken_ledger) return halt(built.error().what);
    return tell_engine(consensus::CannotBuild{action.view});
  }
  for (const consensus::HeldBatch& batch : made.send_to_all)
    send(validators_up(), consensus::BatchMessage{consensus::SharedBatch{batch.signed_batch}});
  const consensus::BlockBody& body = *executor_.find(*built)->body;
  require_cut(*built, body);
  delivery_.on_body(body);
  tell_engine(consensus::BlockBuilt{action.view, action.parent_view, body});
}

void Replica::perform(consensus::CheckBlock& action) {
  want(action.block).verdicts.insert(action.proposal);
}

void Replica::perform(consensus::CancelCheck& action) {
  for (auto& [id, task] : era_->tasks) {
    if (task.verdicts.erase(action.proposal) == 0) continue;
    if (task.verdicts.empty() && !task.notarized) {
      release_cut(id);
      era_->tasks.erase(id);
    }
    return;
  }
}

void Replica::perform(consensus::Finalized& action) {
  perform_delivery(delivery_.on_final(action.proof, now_.steady_ms));
}

void Replica::perform(consensus::BlockNotarized& action) {
  // Without its body it comes by delivery, once it is final.
  if (action.body) delivery_.on_body(*action.body);
  if (action.body && !executor_.is_executed(action.block)) want(*action.body).notarized = true;
}

void Replica::perform(consensus::Archive& action) {
  KeepCertificates keep;
  for (consensus::HeldCertificate& held : action.certificates)
    keep.certificates.push_back({era_->committee->epoch(), std::move(held)});
  effects_.push_back(std::move(keep));
}

void Replica::perform(consensus::ReportEvidence& action) {
  effects_.push_back(KeepEvidence{era_->committee->epoch(), std::move(action.evidence)});
}

void Replica::perform(consensus::ReportInvalidProposal& action) {
  effects_.push_back(NoteInvalidProposal{std::move(action.propose)});
}

void Replica::perform(consensus::ShareLanes&) {
  consensus::Have have;
  for (const auto& [author, position] : era_->lanes.have_vector())
    have.lanes.push_back({author, position});
  if (!have.lanes.empty()) send(validators_up(), std::move(have));
}

void Replica::perform(consensus::ScorePeer& action) {
  effects_.push_back(
      PeerMisbehaved{action.peer, std::string(consensus::to_string(action.fault)), false});
}

/// The next one begins when its closing block, which delivery brings, is stored.
void Replica::perform(consensus::EpochEnded&) {}

void Replica::perform(consensus::Halt& action) {
  halt(std::string(consensus::to_string(action.reason)) + ": " + action.detail);
}

// ---- The lanes' ----

void Replica::perform_lanes(consensus::LaneActions actions) {
  for (consensus::LaneAction& action : actions) std::visit([this](auto& a) { perform(a); }, action);
}

void Replica::perform(consensus::BroadcastBatch& action) {
  send(validators_up(), consensus::BatchMessage{consensus::SharedBatch{action.batch.signed_batch}});
}

void Replica::perform(consensus::FetchBatches& action) {
  const std::vector<PeerId> ahead = delivery_.peers_ahead();
  ++fetches_;
  // In turn: who claims to be ahead may lie, and who was a validator may lag as this node does.
  const bool asks_ahead = !ahead.empty() && (!action.from || fetches_ % 2 == 0);
  if (asks_ahead) {
    send({ahead[fetches_ / 2 % ahead.size()]}, consensus::GetBatch{action.ref});
  } else if (action.from) {
    send({era_->committee->peer_of(*action.from)}, consensus::GetBatch{action.ref});
  }
}

void Replica::perform(consensus::SendHave& action) {
  consensus::Have have;
  for (const auto& [author, position] : action.entries) have.lanes.push_back({author, position});
  send({era_->committee->peer_of(action.to)}, std::move(have));
}

void Replica::perform(consensus::CheckBatch& action) {
  effects_.push_back(CheckTransactions{std::move(action.batch)});
}

void Replica::perform(consensus::CutSettled& action) {
  const auto task = era_->tasks.find(action.block);
  if (task == era_->tasks.end()) return;
  task->second.settled = true;
  task->second.fault = action.fault;
  era_->tasks_dirty = true;
}

void Replica::perform(consensus::ReportFork& action) {
  const consensus::Evidence evidence =
      consensus::BatchPair{{action.fork.first.signed_batch}, {action.fork.second.signed_batch}};
  effects_.push_back(KeepEvidence{era_->committee->epoch(), evidence});
  send(validators_up(), consensus::EvidenceMessage{evidence});
}

void Replica::perform(consensus::OwnKeyElsewhere&) {
  halt(
      "a batch signed with this node's key was not made by it: the key is in use on another "
      "machine");
}

// ---- Delivery's ----

void Replica::perform_delivery(consensus::DeliveryActions actions) {
  for (consensus::DeliveryAction& action : actions)
    std::visit([this](auto& a) { perform(a); }, action);
}

void Replica::perform(consensus::AskBlocks& action) {
  send({action.from}, consensus::GetBlock{action.block, action.count});
}

void Replica::perform(consensus::AskFinality& action) {
  send({action.from}, consensus::GetFinality{era_->committee->epoch()});
}

void Replica::perform(consensus::Deliver& action) {
  const consensus::BlockId id = action.block.header.id();
  if (!executor_.is_executed(id)) want(action.block).notarized = true;
  delivered_.push_back(std::move(action));
  era_->tasks_dirty = true;
}

void Replica::perform(consensus::PushToObservers& action) {
  send(action.observers, consensus::BlockMessage{std::move(action.blocks)});
  send(std::move(action.observers), consensus::Finality{{std::move(action.proof)}});
}

void Replica::perform(consensus::PeerFailed& action) {
  effects_.push_back(
      PeerMisbehaved{action.peer, std::string(consensus::to_string(action.fault)), false});
}

void Replica::perform(consensus::HaltDelivery& action) {
  halt(std::string(consensus::to_string(action.reason)) + " at height " +
       std::to_string(action.at.height.value));
}

}  // namespace vostro::node
