// Liars that send what is no message of this network now: forged, old, foreign, broken.
#include <algorithm>
#include <deque>
#include <map>
#include <set>

#include "tests/sim/liars/liar.h"

namespace vostro::sim {
namespace {

using consensus::Certificate;
using consensus::Vote;
using consensus::VoteType;

void set_bit(Certificate& certificate, std::size_t signer) {
  Byte& byte = certificate.bitmap.at(signer / 8);
  byte = static_cast<Byte>(byte | (1U << (signer % 8U)));
}

/// Certificates and votes with signatures that are none. Where it has heard all but one of the
/// votes that a certificate needs, it makes up the last.
class Forger final : public Liar {
  using Key = std::tuple<VoteType, View, consensus::ProposalId>;

  void on_send(LiarPort& port, const node::SendMessage& message) override {
    Liar::on_send(port, message);
    const auto* sent = std::get_if<consensus::VoteMessage>(&message.message->body);
    if (sent == nullptr || sent->vote.signer != port.self()) return;
    remember(port, sent->vote);
    const View view = port.honest_half().engine().view();
    switch (port.random().uniform(4)) {
      case 0:
        return send_votes_of_others(port, view);
      case 1:
        return send_from_nothing(port, VoteType::nullify, view, {});
      case 2:
        return send_from_nothing(port, VoteType::finalize, sent->vote.view, sent->vote.proposal);
      default:
        return send_doubled(port, sent->vote);
    }
  }
  void on_heard(LiarPort& port, consensus::PeerId,
                const consensus::VerifiedMessage& message) override {
    if (const auto* vote = std::get_if<consensus::VoteMessage>(&message.body()))
      remember(port, vote->vote);
    if (const auto* propose = std::get_if<consensus::Propose>(&message.body()))
      remember(port, propose->vote);
  }

  void remember(LiarPort& port, const Vote& vote) {
    const Key key{vote.type, vote.view, vote.proposal};
    auto& votes = heard_[key];
    votes.emplace(vote.signer.value, vote);
    votes.emplace(port.self().value, port.vote(vote.type, vote.view, vote.proposal));
    if (votes.size() + 1 == port.committee().quorum() && made_up_.insert(key).second)
      make_up_last(port, votes);
    if (heard_.size() > 256) heard_.erase(heard_.begin());
  }

  static consensus::SignatureBytes no_signature(LiarPort& port) {
    consensus::SignatureBytes bytes;
    port.random().fill(bytes);
    return bytes;
  }
  static Certificate empty(const LiarPort& port, VoteType type, View view,
                           const consensus::ProposalId& proposal) {
    return {type, view, proposal, Bytes((port.committee().size() + 7) / 8), {}};
  }
  static void send_votes_of_others(LiarPort& port, View view) {
    for (std::uint16_t i = 0; i < port.committee().size(); ++i) {
      if (i == port.self().value) continue;
      port.send(
          port.others(),
          consensus::VoteMessage{
              Vote{VoteType::nullify, view, {}, consensus::ValidatorIndex(i), no_signature(port)}});
    }
  }
  static void send_from_nothing(LiarPort& port, VoteType type, View view,
                                const consensus::ProposalId& proposal) {
    Certificate certificate = empty(port, type, view, proposal);
    for (std::size_t i = 0; i < port.committee().quorum(); ++i) {
      set_bit(certificate, i);
      certificate.signatures.push_back(no_signature(port));
    }
    port.send(port.others(), consensus::CertMessage{{certificate, std::nullopt}});
  }
  /// One good signature, as often as a quorum needs; and signers that the set does not have.
  static void send_doubled(LiarPort& port, const Vote& vote) {
    Certificate certificate = empty(port, vote.type, vote.view, vote.proposal);
    set_bit(certificate, port.self().value);
    for (std::size_t i = 0; i < port.committee().quorum(); ++i)
      certificate.signatures.push_back(vote.signature);
    port.send(port.others(), consensus::CertMessage{{certificate, std::nullopt}});
    for (std::size_t i = 1; i < port.committee().quorum(); ++i)
      set_bit(certificate, certificate.bitmap.size() * 8 - i);
    port.send(port.others(), consensus::CertMessage{{certificate, std::nullopt}});
  }
  static void make_up_last(LiarPort& port, const std::map<std::uint16_t, Vote>& votes) {
    const Vote& any = votes.begin()->second;
    Certificate certificate = empty(port, any.type, any.view, any.proposal);
    std::map<std::uint16_t, consensus::SignatureBytes> signatures;
    for (const auto& [signer, vote] : votes) signatures.emplace(signer, vote.signature);
    for (auto i = static_cast<std::uint16_t>(port.committee().size()); i > 0; --i) {
      if (signatures.emplace(static_cast<std::uint16_t>(i - 1), no_signature(port)).second) break;
    }
    for (const auto& [signer, signature] : signatures) {
      set_bit(certificate, signer);
      certificate.signatures.push_back(signature);
    }
    port.send(port.others(), consensus::CertMessage{{certificate, std::nullopt}});
  }

  std::map<Key, std::map<std::uint16_t, Vote>> heard_;
  std::set<Key> made_up_;
};

/// What it has heard, again and out of place, and in another epoch; what another network or epoch
/// would say; votes far ahead.
class Replayer final : public Liar {
  void on_send(LiarPort& port, const node::SendMessage& message) override {
    Liar::on_send(port, message);
    keep(*message.message);
    if (!port.random().happens(1, 3)) return;
    switch (port.random().uniform(4)) {
      case 0: {
        consensus::Message foreign = *message.message;
        foreign.epoch = foreign.epoch.next();
        return port.send(port.others(), foreign);
      }
      case 1: {
        const View view = port.honest_half().engine().view();
        const View ahead(view.value + 2 + port.random().uniform(1'000));
        return port.send(port.others(),
                         consensus::VoteMessage{port.vote(VoteType::nullify, ahead, {})});
      }
      case 2:
        return send_of_older_epoch(port);
      default:
        for (int i = 0; i < 4 && !heard_.empty(); ++i)
          port.send(port.others(), heard_[port.random().uniform(heard_.size())]);
        return send_of_other_network(port);
    }
  }
  void on_heard(LiarPort&, consensus::PeerId, const consensus::VerifiedMessage& message) override {
    keep(message.message());
  }
  /// Votes of an epoch that has ended, as if they were of this one.
  void send_of_older_epoch(LiarPort& port) {
    const Epoch epoch = port.committee().epoch();
    const View view = port.honest_half().engine().view();
    for (const auto& [key, vote] : votes_) {
      if (key.first < epoch && vote.view <= view.next() && view.value <= vote.view.value + 1)
        port.send(port.others(), consensus::Message{epoch, consensus::VoteMessage{vote}});
    }
  }
  void keep(const consensus::Message& message) {
    if (const auto* vote = std::get_if<consensus::VoteMessage>(&message.body);
        vote != nullptr && votes_.size() < 2'000)
      votes_.emplace(std::pair(message.epoch, votes_.size()), vote->vote);
    if (heard_.size() >= 200) heard_.pop_front();
    heard_.push_back(message);
  }
  static void send_of_other_network(LiarPort& port) {
    consensus::EpochContext context = port.committee().context();
    context.network_id = hash("genesis", context.network_id.view());
    const consensus::Committee other(context);
    const View view = port.honest_half().engine().view();
    port.send(port.others(), consensus::VoteMessage{consensus::sign_vote(
                                 other, port.signer(), port.self(), VoteType::nullify, view, {})});
  }
  std::deque<consensus::Message> heard_;
  std::map<std::pair<Epoch, std::size_t>, Vote> votes_;
};

/// Bytes that are no message, and its own messages with flipped bits.
class Garbage final : public Liar {
  void on_send(LiarPort& port, const node::SendMessage& message) override {
    if (port.random().happens(1, 2)) Liar::on_send(port, message);
    Bytes frame = consensus::encode_message(*message.message);
    if (port.random().happens(1, 2)) {
      frame.resize(port.random().uniform(200));
      port.random().fill(frame);
    } else {
      const std::size_t at = port.random().uniform(frame.size());
      frame[at] = static_cast<Byte>(frame[at] ^ (1U << port.random().uniform(8)));
    }
    for (const consensus::PeerId to : message.to) port.send_bytes(to, frame, 0);
  }
};

}  // namespace

std::unique_ptr<Liar> make_forger() {
  return std::make_unique<Forger>();
}
std::unique_ptr<Liar> make_replayer() {
  return std::make_unique<Replayer>();
}
std::unique_ptr<Liar> make_garbage() {
  return std::make_unique<Garbage>();
}

}  // namespace vostro::sim
