/// The voting machine of the protocol: multi-shot Simplex as a value-in, value-out state machine.
/// It decides when to propose, vote and change views, keeps votes, certificates and evidence, and
/// says what is final. It knows no ledger, no network, no disk and no clock: blocks are built and
/// judged by the driver on request, time comes with each event. Not thread-safe: one thread owns
/// it. Rules, deviations and properties: consensus/README.md.
///
/// Of the messages, it handles PROPOSE, VOTE, CERT, STATUS, GET_CERTS, CERTS, GET_P and its answer,
/// GET_J and its answer, BLOCK (only blocks it asked for), FINALITY and EVIDENCE; all others are
/// ignored and belong to lanes and delivery. GET_BLOCK and GET_FINALITY are answered by the driver,
/// which finds unfinalized blocks with `block`.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "consensus/actions.h"
#include "consensus/certificates.h"
#include "consensus/committee.h"
#include "consensus/config.h"
#include "consensus/events.h"
#include "consensus/evidence.h"
#include "consensus/invariants.h"
#include "consensus/now.h"
#include "consensus/pacing.h"
#include "consensus/peers.h"
#include "consensus/proposals.h"
#include "consensus/records.h"
#include "consensus/votes.h"

namespace vostro::consensus {

/// What makes a validator of an engine: its place in the set, and its key. The signer outlives the
/// engine.
struct Identity {
  ValidatorIndex index;
  Signer* signer = nullptr;
};

class Engine {
 public:
  /// Without an identity it observes: it follows and verifies, and neither votes nor proposes.
  Engine(Config config, Committee committee, std::optional<Identity> identity,
         RecoveredState recovered);

  /// Applies one event. Same events in the same order give the same actions, on every machine.
  /// Nothing after a Halt.
  [[nodiscard]] std::vector<Action> on(Time now, const Event& event);

  [[nodiscard]] const Committee& committee() const { return committee_; }
  [[nodiscard]] bool is_halted() const { return halted_; }
  [[nodiscard]] bool is_leader() const {
    return identity_ && committee_.leader(view_) == identity_->index;
  }
  [[nodiscard]] View view() const { return view_; }              ///< cur
  [[nodiscard]] View final_view() const { return final_view_; }  ///< F
  [[nodiscard]] Height final_height() const;    ///< of the newest final block whose header is known
  [[nodiscard]] UnixMillis final_time() const;  ///< its block time
  [[nodiscard]] const std::optional<FinalityProof>& finality() const { return finality_; }
  /// The body of an unfinalized block, or of the newest final one; null when not held.
  [[nodiscard]] const BlockBody* block(const BlockId& id) const { return proposals_.block(id); }
  [[nodiscard]] const HeldProposal* current_proposal() const { return proposals_.find(view_); }
  /// The block of the highest notarized view, where its proposal is known: what the next block most
  /// likely extends.
  [[nodiscard]] std::optional<BlockId> tip() const;
  /// After a start, while a second instance of this key would show: this node signs nothing yet.
  [[nodiscard]] bool is_listening() const { return identity_ && listening_; }
  /// work() of spec section 6, as of the last step.
  [[nodiscard]] bool has_work() const { return had_work_; }
  [[nodiscard]] Status status(Time now) const;
  [[nodiscard]] const Pacing& pacing() const { return pacing_; }
  [[nodiscard]] const TableSizes& table_sizes() const { return sizes_; }

 private:
  enum class ViewTimer : std::uint8_t { idle, armed, expired };
  enum class CheckState : std::uint8_t { pending, valid, invalid };
  enum class Shape : std::uint8_t { invalid, unknown, repeat, extend };
  struct Check {
    View view;
    CheckState state = CheckState::pending;
  };
  struct Parent {
    Height height;
    UnixMillis time;
    bool closes_epoch = false;
  };

  // engine.cpp: dispatch, outputs, views.
  void on_event(const Started& event);
  void on_event(const MessageReceived& event);
  void on_event(const PeerLost& event);
  void on_event(const TimerFired& event);
  void on_event(const BlockBuilt& event);
  void on_event(const CannotBuild& event);
  void on_event(const BlockVerdict& event);
  void on_event(const WorkChanged& event);
  void on_event(const RoundTripMeasured& event);
  void enter(View view);
  void emit(Action action);
  void halt(HaltReason reason, std::string detail);
  void persist(Record record, bool needs_sync);
  void send(PeerId peer, MessageBody body);
  void broadcast(MessageBody body, std::vector<PeerId> except = {});
  void set_timer(TimerKind kind, std::uint64_t after_ms);
  void cancel_timer(TimerKind kind);
  [[nodiscard]] Progress progress() const;
  void check_invariants(const Progress& before);

  // engine_propose.cpp: section 5, the leader's part.
  void try_propose();
  void ask_for_base(const BaseSearch& search);
  void build_on(View base);
  void propose(View parent_view, const BlockBody& block);
  void repeat(View parent_view);
  [[nodiscard]] bool has_new_work(View base) const;
  [[nodiscard]] bool may_extend(View base) const;
  [[nodiscard]] Justification justification_for(View view, View parent_view) const;
  [[nodiscard]] const BaseSearch& base();
  [[nodiscard]] bool is_final_block(View view) const;

  // engine_vote.cpp: section 5, votes and proposals of others.
  void on_propose(PeerId peer, const Propose& propose, bool certificates_valid);
  void take_justification(const Propose& propose, PeerId peer);
  void accept_propose(const Propose& propose, PeerId peer);
  void on_justification_part(PeerId peer, const JustificationPart& part, bool certificates_valid);
  void on_vote(PeerId peer, const Vote& vote);
  void add_vote(const Vote& vote);
  void consider();
  void notarize_in_time();
  void nullify_early(View view);
  void vote_notarize(View view);
  void vote_nullify(View view);
  void vote_finalize(View view);
  void report(Evidence evidence);
  void compare_signers(const Certificate& certificate);
  [[nodiscard]] bool may_notarize(View view) const;
  [[nodiscard]] bool may_nullify(View view) const;
  [[nodiscard]] bool may_finalize(View view) const;
  [[nodiscard]] bool is_justified(const Proposal& proposal) const;
  [[nodiscard]] Shape shape_of(const Proposal& proposal, const BlockBody& block);
  [[nodiscard]] bool remembers(const Vote& own) const;
  [[nodiscard]] bool may_vote() const;

  // engine_certificates.cpp: section 5, certificates and finality.
  void on_certificate(const HeldCertificate& held, std::optional<PeerId> from);
  void on_notarization(const HeldCertificate& held);
  void on_nullification(const Certificate& certificate);
  void on_finalization(const HeldCertificate& held);
  void finalize(const HeldCertificate& held, const Header* header);
  void emit_finality(const Header* header);
  void on_finality_proof(const FinalityProof& proof, std::optional<PeerId> from);
  void on_proposal_learned(const Proposal& proposal);
  void on_block(const BlockBody& block);
  [[nodiscard]] bool contradicts_verdict(const Certificate& certificate);
  /// F stands, and its proof cannot be made yet.
  [[nodiscard]] bool lacks_final_header() const {
    return final_ && (!finality_ || finality_->proposal.view < final_view_);
  }
  void want_proposal(const ProposalId& id, const Certificate& holders);
  void want_block(const BlockId& id);
  void emit_notarized(const HeldCertificate& held);
  void ask_some(const MessageBody& request, const std::vector<ValidatorIndex>& holders);
  [[nodiscard]] std::optional<BlockId> block_of(View view) const;
  [[nodiscard]] std::optional<Parent> parent_of(View view) const;
  [[nodiscard]] std::optional<HeldCertificate> entry_of(View view) const;
  [[nodiscard]] std::optional<HeldCertificate> parent_certificate(View view) const;

  // engine_announce.cpp: CERT.
  void announce(const Certificate& certificate);
  void announce_finalization();
  void announce_due();
  void announce_final_now();
  void rearm_announce();
  void note_held_by(PeerId peer, const HeldCertificate& held);

  // engine_timers.cpp: sections 6 and 10, work, retransmission.
  void rearm();
  void rearm_due();
  void retransmit_certificates();
  void retransmit();
  void ask_again();
  void start_voting();
  [[nodiscard]] bool work();
  [[nodiscard]] bool is_busy();
  [[nodiscard]] bool is_fetching() const;
  [[nodiscard]] std::uint64_t timeout_ms() const;
  [[nodiscard]] bool is_due(UnixMillis due) const;
  [[nodiscard]] bool heartbeat_due() const;
  [[nodiscard]] View highest_notarized() const;
  [[nodiscard]] const BlockWork* work_on(const BlockId& block) const;

  // engine_replies.cpp: answers to peers.
  void on_status(PeerId peer, const Status& status);
  void on_get_certs(PeerId peer, const GetCerts& request);
  void on_certs(PeerId peer, const Certs& certs);
  void on_get_proposal(PeerId peer, const GetProposal& request);
  void on_get_justification(PeerId peer, const GetJustification& request);
  void help(PeerId peer);

  // engine_recovery.cpp
  void recover(RecoveredState recovered);

  Config config_;
  Committee committee_;
  std::optional<Identity> identity_;

  // Durable, in the journal before anything that follows from it is sent.
  std::map<View, ProposalId> own_notarized_;  ///< nz
  std::set<View> own_nullified_;              ///< nl
  std::map<View, ProposalId> own_finalized_;  ///< fz
  View floor_;
  CertificateTable certificates_;  ///< N, U
  std::optional<FinalityProof>
      finality_;  ///< newest proof; its view may lag behind F while a header is fetched
  std::optional<HeldCertificate> final_;  ///< Finalization of F with its proposal; none while F = 0

  // Volatile.
  View view_{1};
  View final_view_;
  VoteTable votes_;
  ProposalTable proposals_;
  EvidenceTable evidence_;
  Pacing pacing_;
  PeerTable peers_;
  std::map<ProposalId, Check> checks_;
  std::map<BlockId, BlockWork> work_;
  std::optional<HeldCertificate> awaited_finalization_;  ///< its proposal is being fetched
  std::map<ProposalId, Certificate> wanted_proposals_;
  std::set<BlockId> wanted_blocks_;
  std::optional<BaseSearch> base_;  ///< valid for view_ and the certificates held
  std::optional<BaseSearch> asked_base_;

  // Of the current view.
  ViewTimer view_timer_ = ViewTimer::idle;
  bool lead_set_ = false;
  bool flush_set_ = false;
  bool flush_over_ = false;
  bool busy_ = false;  ///< W4 held once in this view
  std::optional<View> building_on_;

  /// N and U above F that were not sent yet, with the steady time to do it; the same of F.
  std::map<std::pair<View, VoteType>, std::uint64_t> unannounced_;
  std::optional<std::uint64_t> announce_final_at_ms_;
  std::uint64_t announce_timer_ms_ = 0;  ///< of the timer that runs

  std::uint64_t retransmit_period_ms_ = 0;
  std::optional<UnixMillis> due_timer_;
  std::uint64_t final_at_ms_ = 0;  ///< steady time at which F was reached
  std::set<TimerKind> running_;
  std::size_t ask_offset_ = 0;  ///< rotates whom to ask
  bool started_ = false;
  bool listening_ = true;
  bool had_work_ = false;
  bool ended_ = false;
  bool halted_ = false;
  Time now_;
  TableSizes sizes_;
  std::vector<Action> actions_;
};

}  // namespace vostro::consensus
