#include "tests/sim/liars/liar.h"

#include "base/check.h"
#include "consensus/evidence.h"

namespace vostro::sim {

using consensus::PeerId;

void LiarPort::send(const std::vector<PeerId>& to, const consensus::Message& message,
                    std::uint64_t after_ms) {
  const Bytes frame = consensus::encode_message(message);
  for (const PeerId peer : to) send_bytes(peer, frame, after_ms);
}

void LiarPort::send(const std::vector<PeerId>& to, consensus::MessageBody body,
                    std::uint64_t after_ms) {
  send(to, consensus::Message{committee().epoch(), std::move(body)}, after_ms);
}

std::vector<PeerId> LiarPort::others() const {
  std::vector<PeerId> peers = committee().peers();
  peers.erase(peers.begin() + self().value);
  return peers;
}

consensus::Vote LiarPort::vote(consensus::VoteType type, View view,
                               const consensus::ProposalId& proposal) {
  return consensus::sign_vote(committee(), signer(), self(), type, view, proposal);
}

void LiarPort::sign(consensus::Propose& propose) {
  propose.header.cut_root = propose.cut.root();
  propose.proposal.block = propose.header.id();
  if (propose.justification) propose.proposal.just = propose.justification->digest();
  propose.vote = vote(consensus::VoteType::notarize, propose.proposal.view,
                      propose.proposal.id(committee().ctx()));
}

void Liar::on_send(LiarPort& port, const node::SendMessage& message) {
  port.send(message.to, *message.message);
}

const consensus::Propose* own_block(const LiarPort& port, const node::SendMessage& message) {
  const auto* propose = std::get_if<consensus::Propose>(&message.message->body);
  const bool is_own = propose != nullptr && propose->vote.signer == port.self() &&
                      propose->header.view == propose->proposal.view;
  return is_own ? propose : nullptr;
}

bool execute_anew(LiarPort& port, consensus::Propose& propose) {
  const auto batches = port.honest_half().lanes().batches_of(propose.cut, propose.header.proposer);
  if (!batches) return false;
  chain::BlockInput input;
  input.network_id = port.committee().context().network_id;
  input.height = propose.header.height;
  input.time = propose.header.time;
  for (const consensus::HeldBatch& batch : *batches) {
    const auto transactions = port.transactions_of(batch.batch());
    input.candidates.insert(input.candidates.end(), transactions.begin(), transactions.end());
  }
  for (const consensus::LaneRef& lane : propose.cut.lanes) {
    chain::LaneRecord record{lane.incarnation, lane.last_seq, {}};
    record.tip.bytes = lane.tip.bytes;
    input.lanes.emplace(lane.author.value, record);
  }
  const node::Executor& executor = port.honest_half().executor();
  const node::ExecutedNode* parent = executor.find(propose.header.parent);
  if (parent == nullptr && executor.base().id != propose.header.parent) return false;
  input.parent.bytes = propose.header.parent.bytes;
  input.parent_time = executor.time(propose.header.parent);
  const consensus::Judge judge;
  const auto executed =
      parent != nullptr
          ? chain::execute_block(*parent->branch, *parent->branch, judge, input)
          : chain::execute_block(port.stored_state(), port.stored_tree(), judge, input);
  if (!executed) return false;
  propose.header.tx_count = static_cast<std::uint32_t>(executed->transactions.size());
  propose.header.tx_root = executed->tx_root;
  propose.header.receipt_root = executed->receipt_root;
  propose.header.state_root = executed->state_root;
  return true;
}

std::unique_ptr<Liar> make_liar(Lie lie) {
  switch (lie) {
    case Lie::equivocating_leader:
      return make_equivocating_leader();
    case Lie::double_voter:
      return make_double_voter();
    case Lie::nullify_and_finalize:
      return make_nullify_and_finalize();
    case Lie::batch_withholder:
      return make_batch_withholder();
    case Lie::finalize_withholder:
      return make_finalize_withholder();
    case Lie::silent_leader:
      return make_silent_leader();
    case Lie::late_leader:
      return make_late_leader();
    case Lie::stale_leader:
      return make_stale_leader();
    case Lie::deviating_leader:
      return make_deviating_leader();
    case Lie::forger:
      return make_forger();
    case Lie::wrong_roots:
      return make_wrong_roots();
    case Lie::replayer:
      return make_replayer();
    case Lie::garbage:
      return make_garbage();
    case Lie::branching_lane:
      return make_branching_lane();
    case Lie::gap_in_lane:
      return make_gap_in_lane();
    case Lie::twin:
    case Lie::amnesiac:
      return nullptr;
  }
  VOSTRO_CHECK(false);
}

}  // namespace vostro::sim
