// Leaders that propose otherwise than they should: two blocks, none, late.
#include "tests/sim/liars/liar.h"

namespace vostro::sim {
namespace {

/// Two proposals for one view, each valid by itself, to different halves of the network.
class EquivocatingLeader final : public Liar {
  void on_send(LiarPort& port, const node::SendMessage& message) override {
    const consensus::Propose* propose = own_block(port, message);
    if (propose == nullptr) return Liar::on_send(port, message);
    consensus::Propose other = *propose;
    other.header.time = other.header.time.next();
    port.sign(other);
    for (const consensus::PeerId to : message.to) {
      if (to.value % 2 == 0) {
        port.send({to}, *message.message);
      } else {
        port.send({to}, other);
      }
    }
    // In some views the first half learns of the other proposal too.
    if (port.random().happens(1, 3)) port.send(message.to, other);
  }
};

/// Votes, and proposes nothing.
class SilentLeader final : public Liar {
  void on_send(LiarPort& port, const node::SendMessage& message) override {
    const auto* propose = std::get_if<consensus::Propose>(&message.message->body);
    if (propose != nullptr && propose->vote.signer == port.self()) return;
    Liar::on_send(port, message);
  }
};

/// Proposes when the others are about to give up the view.
class LateLeader final : public Liar {
  void on_send(LiarPort& port, const node::SendMessage& message) override {
    const auto* propose = std::get_if<consensus::Propose>(&message.message->body);
    const consensus::Engine& engine = port.honest_half().engine();
    std::uint64_t late_ms = 0;
    if (propose != nullptr && propose->vote.signer == port.self()) {
      const std::uint64_t timeout = engine.pacing().view_ms(engine.view(), engine.final_view());
      late_ms = timeout - std::min(timeout, 1 + port.random().uniform(100));
    }
    port.send(message.to, *message.message, late_ms);
  }
};

}  // namespace

std::unique_ptr<Liar> make_equivocating_leader() {
  return std::make_unique<EquivocatingLeader>();
}
std::unique_ptr<Liar> make_silent_leader() {
  return std::make_unique<SilentLeader>();
}
std::unique_ptr<Liar> make_late_leader() {
  return std::make_unique<LateLeader>();
}

}  // namespace vostro::sim
