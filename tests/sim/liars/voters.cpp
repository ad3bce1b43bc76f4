// Voters that sign what excludes each other, or keep a vote to themselves.
#include "tests/sim/liars/liar.h"

namespace vostro::sim {
namespace {

using consensus::VoteType;

const consensus::Vote* own_vote(const LiarPort& port, const node::SendMessage& message) {
  const auto* vote = std::get_if<consensus::VoteMessage>(&message.message->body);
  return vote != nullptr && vote->vote.signer == port.self() ? &vote->vote : nullptr;
}

/// NOTARIZE for whatever is proposed, and for something else to the others; the same with FINALIZE.
class DoubleVoter final : public Liar {
  void on_send(LiarPort& port, const node::SendMessage& message) override {
    const consensus::Vote* vote = own_vote(port, message);
    if (vote == nullptr || vote->type == VoteType::nullify) return Liar::on_send(port, message);
    consensus::ProposalId other;
    other.bytes = hash("another", vote->proposal.view()).bytes;
    for (const consensus::PeerId to : message.to) {
      const std::uint64_t choice = port.random().uniform(3);
      if (choice != 0) port.send({to}, *message.message);
      if (choice != 1)
        port.send({to}, consensus::VoteMessage{port.vote(vote->type, vote->view, other)});
    }
  }
  void on_heard(LiarPort& port, consensus::PeerId,
                const consensus::VerifiedMessage& message) override {
    const auto* propose = std::get_if<consensus::Propose>(&message.body());
    if (propose == nullptr) return;
    const View view = propose->proposal.view;
    port.send(port.others(),
              consensus::VoteMessage{port.vote(VoteType::notarize, view, propose->vote.proposal)});
  }
};

/// NULLIFY beside its FINALIZE, and FINALIZE for what it has seen proposed beside its NULLIFY.
class NullifyAndFinalize final : public Liar {
  void on_send(LiarPort& port, const node::SendMessage& message) override {
    Liar::on_send(port, message);
    const consensus::Vote* vote = own_vote(port, message);
    if (vote == nullptr) return;
    if (vote->type == VoteType::finalize)
      port.send(message.to, consensus::VoteMessage{port.vote(VoteType::nullify, vote->view, {})});
    if (vote->type == VoteType::nullify && proposed_.contains(vote->view))
      port.send(message.to, consensus::VoteMessage{port.vote(VoteType::finalize, vote->view,
                                                             proposed_.at(vote->view))});
  }
  void on_heard(LiarPort&, consensus::PeerId, const consensus::VerifiedMessage& message) override {
    if (const auto* propose = std::get_if<consensus::Propose>(&message.body()))
      proposed_.emplace(propose->proposal.view, propose->vote.proposal);
  }
  std::map<View, consensus::ProposalId> proposed_;
};

class FinalizeWithholder final : public Liar {
  void on_send(LiarPort& port, const node::SendMessage& message) override {
    const consensus::Vote* vote = own_vote(port, message);
    if (vote == nullptr || vote->type != VoteType::finalize) Liar::on_send(port, message);
  }
};

}  // namespace

std::unique_ptr<Liar> make_double_voter() {
  return std::make_unique<DoubleVoter>();
}
std::unique_ptr<Liar> make_nullify_and_finalize() {
  return std::make_unique<NullifyAndFinalize>();
}
std::unique_ptr<Liar> make_finalize_withholder() {
  return std::make_unique<FinalizeWithholder>();
}

}  // namespace vostro::sim
