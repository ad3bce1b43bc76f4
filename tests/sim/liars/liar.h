/// A liar: a whole node of honest code, and a mouth of its own. What the honest half would send
/// passes through `on_send`, which says something else; what it hears is shown to the liar first.
/// Each kind is a small class; all it can use is its own key, its sessions and what it has heard.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/random.h"
#include "chain/execute.h"
#include "node/replica/replica.h"
#include "tests/sim/scenario.h"

namespace vostro::sim {

/// What a liar has: its place in the network. Given by the world.
class LiarPort {
 public:
  virtual ~LiarPort() = default;
  [[nodiscard]] virtual const consensus::Committee& committee() const = 0;
  [[nodiscard]] virtual consensus::ValidatorIndex self() const = 0;
  [[nodiscard]] virtual consensus::Signer& signer() = 0;
  [[nodiscard]] virtual const node::Replica& honest_half() const = 0;
  [[nodiscard]] virtual const chain::StateReader& stored_state() const = 0;
  [[nodiscard]] virtual const chain::NodeReader& stored_tree() const = 0;
  [[nodiscard]] virtual UnixMillis clock() const = 0;
  /// The transactions of a batch, verified; empty where one of them is not known.
  [[nodiscard]] virtual std::vector<chain::VerifiedTransactionPtr> transactions_of(
      const consensus::Batch& batch) const = 0;
  [[nodiscard]] virtual Random& random() = 0;
  /// Any bytes may be sent; what does not verify is dropped where it arrives.
  virtual void send_bytes(consensus::PeerId to, const Bytes& frame, std::uint64_t after_ms) = 0;

  void send(const std::vector<consensus::PeerId>& to, const consensus::Message& message,
            std::uint64_t after_ms = 0);
  void send(const std::vector<consensus::PeerId>& to, consensus::MessageBody body,
            std::uint64_t after_ms = 0);
  [[nodiscard]] std::vector<consensus::PeerId> others() const;
  [[nodiscard]] consensus::Vote vote(consensus::VoteType type, View view,
                                     const consensus::ProposalId& proposal);
  /// Signs `propose` anew: its header has the id that the proposal names, and the vote is this
  /// liar's.
  void sign(consensus::Propose& propose);
};

class Liar {
 public:
  virtual ~Liar() = default;
  /// In place of sending what the honest half would.
  virtual void on_send(LiarPort& port, const node::SendMessage& message);
  virtual void on_heard(LiarPort&, consensus::PeerId, const consensus::VerifiedMessage&) {}
};

/// None for those that are honest code: the twin and the amnesiac.
[[nodiscard]] std::unique_ptr<Liar> make_liar(Lie lie);

/// The liar's own fresh proposal, where the message is one.
[[nodiscard]] const consensus::Propose* own_block(const LiarPort& port,
                                                  const node::SendMessage& message);

/// Executes the cut of `propose` on the block that its header names as parent, and gives the header
/// the roots that come of it: a block that is wrong in nothing but where it stands. False where the
/// liar cannot, because it does not have that parent's state any more.
[[nodiscard]] bool execute_anew(LiarPort& port, consensus::Propose& propose);

// One file each, or a few of a kind in one.
[[nodiscard]] std::unique_ptr<Liar> make_equivocating_leader();
[[nodiscard]] std::unique_ptr<Liar> make_double_voter();
[[nodiscard]] std::unique_ptr<Liar> make_nullify_and_finalize();
[[nodiscard]] std::unique_ptr<Liar> make_batch_withholder();
[[nodiscard]] std::unique_ptr<Liar> make_finalize_withholder();
[[nodiscard]] std::unique_ptr<Liar> make_silent_leader();
[[nodiscard]] std::unique_ptr<Liar> make_late_leader();
[[nodiscard]] std::unique_ptr<Liar> make_stale_leader();
[[nodiscard]] std::unique_ptr<Liar> make_deviating_leader();
[[nodiscard]] std::unique_ptr<Liar> make_forger();
[[nodiscard]] std::unique_ptr<Liar> make_wrong_roots();
[[nodiscard]] std::unique_ptr<Liar> make_replayer();
[[nodiscard]] std::unique_ptr<Liar> make_garbage();
[[nodiscard]] std::unique_ptr<Liar> make_branching_lane();
[[nodiscard]] std::unique_ptr<Liar> make_gap_in_lane();

}  // namespace vostro::sim
