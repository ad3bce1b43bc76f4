// Authors of batches that keep them to themselves, or give each half of the network another one.
#include "tests/sim/liars/liar.h"

namespace vostro::sim {
namespace {

/// Each batch of its own reaches one other node; it answers no request for one.
class BatchWithholder final : public Liar {
  void on_send(LiarPort& port, const node::SendMessage& message) override {
    if (!std::holds_alternative<consensus::BatchMessage>(message.message->body))
      return Liar::on_send(port, message);
    if (message.to.size() > 1)
      port.send({message.to[port.random().uniform(message.to.size())]}, *message.message);
  }
};

/// Another batch for the odd half of the network in each place of its lane, chained into a branch.
class BranchingLane final : public Liar {
  void on_send(LiarPort& port, const node::SendMessage& message) override {
    const auto* sent = std::get_if<consensus::BatchMessage>(&message.message->body);
    if (sent == nullptr || sent->batch.batch->batch.author != port.self())
      return Liar::on_send(port, message);
    consensus::Batch branch = sent->batch.batch->batch;
    if (branch.incarnation != incarnation_) tip_ = {};
    incarnation_ = branch.incarnation;
    if (branch.seq > 1 && !tip_.is_zero()) branch.prev = tip_;
    const consensus::RawTransaction again = branch.transactions.front();
    branch.transactions.push_back(again);
    const consensus::VerifiedBatch other = consensus::sign_batch(port.signer(), std::move(branch));
    tip_ = other.id();
    for (const consensus::PeerId to : message.to) {
      if (to.value % 2 == 0) {
        port.send({to}, *message.message);
      } else {
        port.send({to}, consensus::BatchMessage{other.shared()});
      }
    }
  }
  std::uint32_t incarnation_ = 0;
  consensus::BatchId tip_;
};

}  // namespace

std::unique_ptr<Liar> make_batch_withholder() {
  return std::make_unique<BatchWithholder>();
}
std::unique_ptr<Liar> make_branching_lane() {
  return std::make_unique<BranchingLane>();
}

}  // namespace vostro::sim
