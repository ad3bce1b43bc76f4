/// Between the peers' frames and the replica's messages: numbers peers, decodes and verifies in the
/// workers, encodes once for all who get a message, and answers requests for history from the
/// store.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "chain/quote.h"
#include "chain/store/store.h"
#include "consensus/verify.h"
#include "node/replica/effects.h"
#include "node/runtime/heard.h"
#include "node/runtime/vote_gate.h"
#include "node/runtime/worker_pool.h"
#include "p2p/network.h"

namespace vostro::node {

/// A frame type beside the protocol's messages, which have the numbers below 64: a signed quote.
inline constexpr Byte quote_frame = 64;
/// Requests for sealed annexes, and answers to them (node/annexes/frames.h).
inline constexpr Byte annex_frame = 65;
/// A transaction in canonical bytes, from a node that has no lane: an observer's READY, or what a
/// validator's clients had given it when it ceased to be one.
inline constexpr Byte transaction_frame = 66;

/// Signatures known to be valid; forgets the oldest. Any thread.
class SharedSignatureCache final : public consensus::SignatureCache {
 public:
  explicit SharedSignatureCache(std::size_t entries_max) : entries_max_(entries_max) {}
  [[nodiscard]] bool contains(const Hash& signature) override;
  void insert(const Hash& signature) override;

 private:
  std::size_t entries_max_;
  std::mutex mutex_;
  std::map<Hash, std::uint64_t> entries_;  ///< and when it came
  std::map<std::uint64_t, Hash> by_age_;
  std::uint64_t next_ = 0;
};

/// Numbers for peers: the same for a name as long as the process lives, also for a peer that is not
/// there yet or no more. Any thread.
class PeerNumbers {
 public:
  [[nodiscard]] consensus::PeerId of(const std::string& name);
  /// None for a name that was never asked for: strangers get no number.
  [[nodiscard]] std::optional<consensus::PeerId> find(const std::string& name) const;
  [[nodiscard]] std::optional<std::string> name_of(consensus::PeerId peer) const;

 private:
  mutable std::mutex mutex_;
  std::unordered_map<std::string, consensus::PeerId> ids_;  // look-up only
  std::vector<std::string> names_;                          ///< by number
};

class Peers {
 public:
  struct Callbacks {
    std::function<void(ReplicaEvent, p2p::InboundLease)> post;
    std::function<void(const std::string& peer, chain::SignedQuote)> on_quote;
    std::function<std::vector<chain::SignedQuote>()> live_quotes;  ///< for a peer that connects
    /// A transaction that a peer without a lane of its own asks this node to batch.
    std::function<void(const std::string& peer, Bytes transaction)> on_transaction;
    std::function<View()> current_view;
    /// May not wait: the network's thread calls it.
    std::function<void(p2p::InboundFrame frame)> on_annex;
    /// What a peer says to have, in whatever epoch it is. A hint.
    std::function<void(const std::string& peer, Height final_height)> on_claim;
    /// A frame of node/join/messages.h, within its size.
    std::function<void(p2p::InboundFrame frame)> on_join_frame;
    std::function<void(const std::string& peer, bool is_up)> on_connection;
  };
  /// `urgent_workers` see to votes, certificates and proposals, `workers` to what is large or may
  /// wait: no batch stands before a vote. `numbers`, `store` and both outlive this; so does
  /// `tls_key` the constructor.
  Peers(p2p::Config config, const SecretKey& tls_key, p2p::Registry registry, PeerNumbers& numbers,
        std::shared_ptr<const consensus::Committee> committee, const chain::Store& store,
        WorkerPool& urgent_workers, WorkerPool& workers, Callbacks callbacks);

  /// Errors: a sentence for the operator.
  [[nodiscard]] Result<std::uint16_t, std::string> start() { return network_->start(); }
  void stop() { network_->stop(); }

  /// An epoch begins: from now on messages are verified with this committee.
  void begin_epoch(std::shared_ptr<const consensus::Committee> committee);
  /// Whom this node takes in and dials from now on. Errors: a sentence for the operator; then
  /// nothing changes.
  [[nodiscard]] Result<void, std::string> replace_registry(p2p::Registry registry) {
    return network_->replace_registry(std::move(registry));
  }
  /// As p2p::Network::replace_key.
  void replace_key(const SecretKey& tls_key) { network_->replace_key(tls_key); }

  /// False where some of them are not reachable or do not keep up.
  bool send(const SendMessage& message);
  void serve(ServeHistory request);
  void report(const PeerMisbehaved& misbehaviour);
  void penalise(const std::string& peer, std::string why) {
    network_->penalise(peer, std::move(why));
  }
  void broadcast_quote(const chain::SignedQuote& quote);
  /// A frame that is no message of the protocol.
  bool send_frame(const std::string& peer, Byte type, Bytes body) {
    return network_->send(peer, type, std::make_shared<const Bytes>(std::move(body)));
  }
  /// Those that are connected now.
  [[nodiscard]] std::vector<std::string> connected() const;
  /// Asks validators that are connected to batch a transaction: one more than may be faulty, others
  /// with each `turn`. Returns to how many it went.
  std::size_t hand_over(const Bytes& transaction, std::size_t turn);
  [[nodiscard]] std::size_t connected_validators() const;
  /// Of the connected validators, see median_ms_of. None while none is measured.
  [[nodiscard]] std::optional<std::uint32_t> median_round_trip_ms() const;
  [[nodiscard]] std::string name_of(consensus::PeerId peer) const;
  /// What is known of the other validators, by index. Only those that were heard once have `heard`.
  struct ValidatorPeer {
    bool connected = false;
    std::optional<std::uint64_t> round_trip_us;
    std::optional<PeerHeard> heard;
  };
  [[nodiscard]] std::map<consensus::ValidatorIndex, ValidatorPeer> validators() const;
  [[nodiscard]] p2p::Statistics statistics() const { return network_->statistics(); }

 private:
  void on_frame(p2p::InboundFrame frame);
  void send_quotes(const std::string& peer);
  void handle_message(p2p::InboundFrame& frame);
  void note(consensus::PeerId peer, const consensus::Committee& committee,
            const consensus::Message& message);
  [[nodiscard]] std::shared_ptr<const consensus::Committee> committee() const;
  void handle_quote(const std::string& name, const Bytes& body);
  void serve(consensus::PeerId peer, Epoch epoch, const consensus::GetBlock& request);
  void serve(consensus::PeerId peer, Epoch epoch, const consensus::GetBatch& request);
  void serve(consensus::PeerId peer, Epoch epoch, const consensus::GetFinality& request);

  PeerNumbers& numbers_;
  mutable std::mutex committee_mutex_;
  std::shared_ptr<const consensus::Committee> committee_;
  const chain::Store& store_;
  WorkerPool& urgent_workers_;
  WorkerPool& workers_;
  Callbacks callbacks_;
  std::mutex serving_mutex_;
  std::map<consensus::PeerId, std::size_t> serving_;  ///< requests for history under way
  SharedSignatureCache cache_;
  VoteGate votes_;
  Heard heard_;
  std::unique_ptr<p2p::Network> network_;
};

/// The median of round trips in microseconds, in milliseconds rounded up; of an even number the
/// upper one of the middle: a timer that is too long costs less than one that is too short.
[[nodiscard]] std::optional<std::uint32_t> median_ms_of(std::vector<std::uint64_t> round_trips_us);

/// What each frame may be: size, channel and rate, for p2p.
[[nodiscard]] p2p::FrameLimits frame_limits();

}  // namespace vostro::node
