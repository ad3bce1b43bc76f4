// Leaders whose blocks stand where they must not: on an old parent, on another than they name, with
// batches that do not follow their lane, with roots that are not those of their execution.
#include <map>

#include "tests/sim/liars/liar.h"

namespace vostro::sim {
namespace {

/// Proposes beside what was notarized last, as if that view had been skipped: on the parent of its
/// parent, with no nullification of the view between.
class StaleLeader final : public Liar {
  void on_send(LiarPort& port, const node::SendMessage& message) override {
    const consensus::Propose* propose = own_block(port, message);
    if (propose == nullptr) return Liar::on_send(port, message);
    proposals_.insert_or_assign(propose->vote.proposal, *propose);
    const auto stale = beside_parent(port, *propose);
    if (!stale) return Liar::on_send(port, message);
    // Which of the two the others get is chance; some get both.
    for (const consensus::PeerId to : message.to) {
      const std::uint64_t choice = port.random().uniform(4);
      if (choice != 0) port.send({to}, *stale);
      if (choice < 2) port.send({to}, *message.message);
    }
  }
  void on_heard(LiarPort&, consensus::PeerId, const consensus::VerifiedMessage& message) override {
    const auto* propose = std::get_if<consensus::Propose>(&message.body());
    if (propose == nullptr || !propose->justification) return;
    if (proposals_.size() > 64) proposals_.clear();
    proposals_.insert_or_assign(propose->vote.proposal, *propose);
  }

  [[nodiscard]] std::optional<consensus::Propose> beside_parent(
      LiarPort& port, const consensus::Propose& honest) const {
    if (!honest.parent_proposal) return std::nullopt;
    const auto parent = proposals_.find(honest.parent_proposal->id(port.committee().ctx()));
    if (parent == proposals_.end()) return std::nullopt;
    consensus::Propose stale = parent->second;
    if (stale.header.view != stale.proposal.view) return std::nullopt;
    stale.proposal.view = stale.header.view = honest.proposal.view;
    stale.header.proposer = port.self();
    stale.header.time = honest.header.time;
    if (!execute_anew(port, stale)) return std::nullopt;
    port.sign(stale);
    return stale;
  }

  std::map<consensus::ProposalId, consensus::Propose> proposals_;
};

/// Names the view it should build on, with a good justification, and proposes a block beside the
/// block of that view: the same batches once more, on the same parent.
class DeviatingLeader final : public Liar {
  void on_send(LiarPort& port, const node::SendMessage& message) override {
    const consensus::Propose* propose = own_block(port, message);
    if (propose == nullptr) return Liar::on_send(port, message);
    const node::ExecutedNode* parent = port.honest_half().executor().find(propose->header.parent);
    if (parent == nullptr) return Liar::on_send(port, message);
    consensus::Propose beside = *propose;
    beside.header.parent = parent->body->header.parent;
    beside.cut = parent->body->cut;
    if (!execute_anew(port, beside)) return Liar::on_send(port, message);
    port.sign(beside);
    port.send(message.to, beside);
  }
};

class WrongRoots final : public Liar {
  void on_send(LiarPort& port, const node::SendMessage& message) override {
    const consensus::Propose* propose = own_block(port, message);
    if (propose == nullptr) return Liar::on_send(port, message);
    consensus::Propose wrong = *propose;
    switch (port.random().uniform(4)) {
      case 0:
        wrong.header.receipt_root = hash("wrong", wrong.header.receipt_root.view());
        break;
      case 1:
        wrong.header.tx_root = hash("wrong", wrong.header.tx_root.view());
        break;
      default:
        wrong.header.state_root = hash("wrong", wrong.header.state_root.view());
        break;
    }
    port.sign(wrong);
    port.send(message.to, wrong);
  }
};

/// Leaves out the first batches of a lane, and proposes what comes after, with the roots that this
/// has.
class GapInLane final : public Liar {
  void on_send(LiarPort& port, const node::SendMessage& message) override {
    const consensus::Propose* propose = own_block(port, message);
    if (propose == nullptr) return Liar::on_send(port, message);
    if (auto gap = with_gap(port, *propose)) return port.send(message.to, std::move(*gap));
    // A lane of one batch has no middle to leave out: wait for more, so that one will.
    if (port.random().happens(1, 2)) Liar::on_send(port, message);
  }

  static std::optional<consensus::Propose> with_gap(LiarPort& port,
                                                    const consensus::Propose& honest) {
    consensus::Propose gap = honest;
    bool leaves_out = false;
    for (consensus::LaneRef& lane : gap.cut.lanes) {
      if (lane.last_seq == lane.first_seq) continue;
      lane.first_seq = lane.last_seq;
      leaves_out = true;
    }
    if (!leaves_out || !execute_anew(port, gap)) return std::nullopt;
    port.sign(gap);
    return gap;
  }
};

}  // namespace

std::unique_ptr<Liar> make_stale_leader() {
  return std::make_unique<StaleLeader>();
}
std::unique_ptr<Liar> make_deviating_leader() {
  return std::make_unique<DeviatingLeader>();
}
std::unique_ptr<Liar> make_wrong_roots() {
  return std::make_unique<WrongRoots>();
}
std::unique_ptr<Liar> make_gap_in_lane() {
  return std::make_unique<GapInLane>();
}

}  // namespace vostro::sim
