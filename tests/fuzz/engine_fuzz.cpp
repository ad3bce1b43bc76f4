// One engine of four validators, driven by any events: an input is a script of timers, answers of
// the driver, and messages of the other three, all of whom may lie and all of whose keys the script
// has. Whatever comes, this validator never contradicts itself, over restarts too, keeps its
// journal ahead of its votes, its tables within their caps, and stops only for reasons that others
// gave it. Catalogue rows C1 to C5.
#include "consensus/engine.h"
#include "tests/fuzz/target.h"
#include "tests/support/consensus_net.h"

namespace vostro::fuzz {
namespace {

using namespace consensus;  // NOLINT: the whole file is about it

constexpr std::size_t kValidators = 4;
constexpr std::size_t kQuorum = 3;
constexpr std::size_t kEventsMax = 200;
constexpr std::size_t kProposalsMax = 48;
const ValidatorIndex kSelf(0);
const View kViewMax(std::uint64_t{1} << 62);

const net::Keys& keys() {
  static const net::Keys made(kValidators);
  return made;
}
const Committee& committee() {
  static const Committee made = keys().committee();
  return made;
}

/// Signing and verifying are most of the time: what was signed once is known to be valid.
class KnownSignatures final : public SignatureCache {
 public:
  bool contains(const Hash& signature) override { return known_.contains(signature); }
  void insert(const Hash& signature) override {
    if (known_.size() > 200'000) known_.clear();
    known_.insert(signature);
  }

 private:
  std::set<Hash> known_;
};
KnownSignatures& known_signatures() {
  static KnownSignatures made;
  return made;
}

Vote signed_vote(ValidatorIndex signer, VoteType type, View view, const ProposalId& id) {
  static std::map<std::tuple<ValidatorIndex, VoteType, View, ProposalId>, Vote> made;
  if (made.size() > 200'000) made.clear();
  const auto [at, is_new] = made.try_emplace({signer, type, view, id});
  if (is_new) at->second = sign_vote(committee(), keys().at(signer), signer, type, view, id);
  return at->second;
}

/// A certificate by the three others.
Certificate certificate_of(VoteType type, View view, const ProposalId& id) {
  Certificate made;
  made.type = type;
  made.view = view;
  made.proposal = id;
  made.bitmap = {0};
  for (std::uint16_t i = 1; i < kValidators; ++i) {
    made.bitmap[0] = static_cast<Byte>(made.bitmap[0] | 1u << i);
    made.signatures.push_back(signed_vote(ValidatorIndex(i), type, view, id).signature);
  }
  VOSTRO_CHECK(made.signatures.size() == kQuorum);
  return made;
}

/// A proposal that somebody made, with its block.
struct Known {
  Proposal proposal;
  ProposalId id;
  BlockBody block;
  std::optional<std::size_t> parent;  ///< index of its parent; none: the anchor
};

class Game {
 public:
  explicit Game(Script script) : script_(script) {}

  void play() {
    start();
    for (std::size_t i = 0; i < kEventsMax && !script_.is_over() && !is_over_; ++i) play_one();
  }

 private:
  [[nodiscard]] Time now() const { return {now_ms_, UnixMillis(1'700'000'000'000 + now_ms_)}; }

  void start() {
    RecoveredState recovered;
    for (const Record& record : journal_) apply(recovered, record);
    engine_ = std::make_unique<Engine>(net::Net::fast_config(), committee(),
                                       Identity{kSelf, &keys().at(kSelf)}, std::move(recovered));
    view_ = final_view_ = View(0);
    asked_.reset();
    checks_.clear();
    step(Started{});
    tell_work(true);
  }

  void step(const Event& event) {
    if (is_over_) return;
    for (const Action& action : engine_->on(now(), event)) {
      VOSTRO_CHECK(!is_over_);  // Halt is the last action
      std::visit([this](const auto& wanted) { carry_out(wanted); }, action);
    }
    if (is_over_) {
      VOSTRO_CHECK(engine_->on(now(), event).empty());
      return;
    }
    VOSTRO_CHECK(engine_->view() >= view_ && engine_->final_view() >= final_view_);
    VOSTRO_CHECK(engine_->final_view() < engine_->view());
    view_ = engine_->view();
    final_view_ = engine_->final_view();
  }

  void receive(ValidatorIndex from, MessageBody body) {
    // Through the bytes, as it would come.
    const Bytes frame = encode_message({committee().epoch(), std::move(body)});
    auto decoded = decode_message(frame);
    VOSTRO_CHECK(decoded);
    auto verified = verify(committee(), *std::move(decoded), known_signatures());
    if (verified) step(MessageReceived{PeerId(from.value), *std::move(verified)});
  }

  // ---- What the engine wants done, and what must hold of it.

  template <class Ignored>
  void carry_out(const Ignored&) {}

  void carry_out(const Persist& action) {
    for (const Record& record : action.records) {
      VOSTRO_CHECK(action.needs_sync || !needs_sync(record));
      journal_.push_back(record);
      if (const auto* own = std::get_if<OwnNotarize>(&record))
        written_.emplace(VoteType::notarize, own->propose.proposal.view, own->id);
      if (const auto* own = std::get_if<OwnNullify>(&record))
        written_.emplace(VoteType::nullify, own->view, ProposalId{});
      if (const auto* own = std::get_if<OwnFinalize>(&record))
        written_.emplace(VoteType::finalize, own->notarization.certificate.view,
                         own->notarization.certificate.proposal);
    }
  }
  void carry_out(const Send& action) { look_at(action.message); }
  void carry_out(const Broadcast& action) { look_at(action.message); }
  void carry_out(const BuildBlock& action) { asked_ = action; }
  void carry_out(const CheckBlock& action) {
    if (checks_.size() < kProposalsMax) checks_.push_back(action.proposal);
  }
  void carry_out(const Finalized& action) {
    const View view = action.proof.proposal.view;
    const auto [known, is_new] = finalized_.emplace(view, action.proof.proposal.block);
    VOSTRO_CHECK(known->second == action.proof.proposal.block);
    VOSTRO_CHECK(action.proof.header.id() == action.proof.proposal.block);
    net::PlainCache nothing_known;
    if (is_new) VOSTRO_CHECK(verify_finality(committee(), action.proof, nothing_known));
  }
  void carry_out(const ReportEvidence& action) {
    VOSTRO_CHECK(accused_by(action.evidence) != kSelf);
    VOSTRO_CHECK(verify_evidence(committee(), action.evidence, known_signatures()));
  }
  void carry_out(const Halt& action) {
    is_over_ = true;
    VOSTRO_CHECK(action.reason != HaltReason::invariant);
    // Its own votes are all in its journal, and nobody else has its key.
    VOSTRO_CHECK(action.reason != HaltReason::second_instance);
  }

  void look_at(const Message& message) {
    VOSTRO_CHECK(message.epoch == committee().epoch());
    VOSTRO_CHECK(encode_message(message).size() <= frame_bytes_max(tag_of(message)));
    if (const auto* propose = std::get_if<Propose>(&message.body)) {
      look_at_vote(propose->vote);
      if (propose->vote.signer == kSelf) learn(propose->proposal, {propose->header, propose->cut});
    }
    if (const auto* vote = std::get_if<VoteMessage>(&message.body)) look_at_vote(vote->vote);
  }
  void look_at_vote(const Vote& vote) {
    if (vote.signer != kSelf) return;
    VOSTRO_CHECK(written_.contains({vote.type, vote.view, vote.proposal}));
    const auto [known, is_new] = votes_.emplace(std::pair(vote.type, vote.view), vote.proposal);
    VOSTRO_CHECK(known->second == vote.proposal);
    VOSTRO_CHECK(!votes_.contains({VoteType::nullify, vote.view}) ||
                 !votes_.contains({VoteType::finalize, vote.view}));
  }

  // ---- The script.

  void play_one() {
    switch (script_.choice(16)) {
      case 0:
        now_ms_ += 1 + 20 * script_.number(1);
        break;
      case 1:
      case 2:
        step(TimerFired{static_cast<TimerKind>(script_.choice(8)), some_view()});
        break;
      case 3:
        tell_work(script_.byte() % 2 == 0);
        break;
      case 4:
      case 5:
        send_vote();
        break;
      case 6:
      case 7:
        send_proposal();
        break;
      case 8:
      case 9:
        send_certificate();
        break;
      case 10:
        if (!checks_.empty()) {
          const ProposalId id = checks_[checks_.size() - 1 - script_.choice(checks_.size())];
          step(BlockVerdict{id, script_.byte() % 8 == 0 ? Verdict::invalid : Verdict::valid});
        }
        break;
      case 11:
        answer_build();
        break;
      case 12:
        send_request();
        break;
      case 13:
        send_knowledge();
        break;
      case 14:
        step(PeerLost{PeerId(other().value)});
        step(RoundTripMeasured{static_cast<std::uint32_t>(script_.number(2))});
        break;
      default:
        start();
        break;
    }
  }

  [[nodiscard]] ValidatorIndex other() {
    return ValidatorIndex(static_cast<std::uint16_t>(1 + script_.choice(kValidators - 1)));
  }
  /// One near the current one, seldom far away.
  [[nodiscard]] View some_view() {
    const std::uint8_t choice = script_.byte();
    const std::uint64_t current = std::max<std::uint64_t>(view_.value, 1);
    if (choice == 0xFF) return View(current + 1'000'000);
    if (choice == 0xFE) return View(~std::uint64_t{0} - 1);
    const std::uint64_t back = choice % 4;
    return View(std::max<std::uint64_t>(current + choice / 4 % 4, back + 1) - back);
  }
  [[nodiscard]] const Known* some_known() {
    return known_.empty() ? nullptr : &known_[known_.size() - 1 - script_.choice(known_.size())];
  }

  void learn(const Proposal& proposal, const BlockBody& block) {
    if (known_.size() == kProposalsMax) return;
    std::optional<std::size_t> parent;
    for (std::size_t i = 0; i < known_.size(); ++i) {
      if (known_[i].proposal.view == proposal.parent_view &&
          known_[i].block.header.id() == block.header.parent)
        parent = i;
    }
    known_.push_back({proposal, proposal.id(committee().ctx()), block, parent});
  }

  void send_vote() {
    const auto type = static_cast<VoteType>(1 + script_.choice(3));
    const Known* known = some_known();
    const bool is_known = known != nullptr && script_.byte() % 8 != 0;
    const View view = is_known ? known->proposal.view : some_view();
    ProposalId id;
    if (type != VoteType::nullify) {
      if (is_known) id = known->id;
      if (!is_known) id.bytes.fill(script_.byte());
    }
    const ValidatorIndex signer = other();
    receive(signer, VoteMessage{signed_vote(signer, type, view, id)});
  }

  /// By the leader of its view, on any known proposal or the anchor, mostly with all that it needs.
  void send_proposal() {
    const View view = some_view();
    const ValidatorIndex leader = committee().leader(view);
    if (leader == kSelf || view.value > 1'000) return;
    const std::uint8_t variant = script_.byte();
    std::optional<std::size_t> parent;
    if (const Known* known = variant % 4 == 0 ? nullptr : some_known())
      parent = static_cast<std::size_t>(known - known_.data());
    const Known* base = parent ? &known_[*parent] : nullptr;
    if (base != nullptr && base->proposal.view >= view) return;

    Propose propose;
    propose.proposal.view = view;
    propose.proposal.parent_view = base != nullptr ? base->proposal.view : View(0);
    Justification justification;
    if (base != nullptr) {
      justification.parent = certificate_of(VoteType::notarize, base->proposal.view, base->id);
      propose.parent_proposal = base->proposal;
    }
    const std::uint64_t first_gap = propose.proposal.parent_view.value + 1;
    if (view.value - first_gap > 16) return;
    for (std::uint64_t gap = first_gap; gap < view.value; ++gap)
      justification.nullifications.push_back(
          certificate_of(VoteType::nullify, View(gap), ProposalId{}));
    if (variant % 16 == 9 && !justification.nullifications.empty())
      justification.nullifications.pop_back();

    BlockBody block;
    if (base != nullptr && variant % 16 >= 12) {
      block = base->block;  // REPEAT
    } else {
      const std::uint64_t items = base != nullptr ? base->block.cut.lanes.front().last_seq : 0;
      block =
          net::make_block(committee(), view,
                          base != nullptr ? base->block.header.id() : committee().context().anchor,
                          base != nullptr ? base->block.header.height.next() : Height(1),
                          UnixMillis(now().wall.value + (variant % 16 == 10 ? 3'600'000 : 0)),
                          items, items + 1 + variant / 64);
    }
    propose.header = block.header;
    propose.cut = block.cut;
    propose.proposal.block = block.header.id();
    propose.proposal.just = justification.digest();
    if (variant % 16 != 11) propose.justification = justification;
    propose.vote =
        signed_vote(leader, VoteType::notarize, view, propose.proposal.id(committee().ctx()));
    learn(propose.proposal, block);
    receive(leader, propose);
  }

  void send_certificate() {
    const auto type = static_cast<VoteType>(1 + script_.choice(3));
    const Known* known = some_known();
    HeldCertificate held;
    if (type == VoteType::nullify) {
      // Views go up by one, so a quorum never signs the last ones that there are.
      held.certificate = certificate_of(type, std::min(some_view(), kViewMax), ProposalId{});
    } else if (known != nullptr) {
      held.certificate = certificate_of(type, known->proposal.view, known->id);
      if (script_.byte() % 2 == 0) held.proposal = known->proposal;
    } else {
      return;
    }
    receive(other(), CertMessage{held});
  }

  void answer_build() {
    if (!asked_) return;
    const BuildBlock asked = *std::exchange(asked_, std::nullopt);
    if (script_.byte() % 8 == 0) return step(CannotBuild{asked.view});
    const BlockBody block =
        net::make_block(committee(), asked.view, asked.parent, asked.height, asked.time,
                        asked.height.value, asked.height.value + 1 + script_.choice(3));
    step(BlockBuilt{asked.view, asked.parent_view, block});
    tell_work(true);
  }

  void send_request() {
    const Known* known = some_known();
    const ProposalId id = known != nullptr ? known->id : ProposalId{};
    const ValidatorIndex from = other();
    switch (script_.choice(4)) {
      case 0:
        return receive(from, GetCerts{some_view(), some_view()});
      case 1:
        return receive(from, GetProposal{id});
      case 2:
        return receive(from, GetJustification{id, static_cast<std::uint32_t>(script_.number(1))});
      default:
        return receive(from,
                       Status{some_view(), some_view(), Height(script_.number(1)), now().wall});
    }
  }

  /// Answers, asked for or not.
  void send_knowledge() {
    const Known* known = some_known();
    if (known == nullptr) return;
    const ValidatorIndex from = other();
    const FinalityProof proof{known->block.header, known->proposal,
                              certificate_of(VoteType::finalize, known->proposal.view, known->id)};
    switch (script_.choice(6)) {
      case 0:
        return receive(from, ProposalMessage{known->proposal});
      case 1:
        return receive(from, BlockMessage{{known->block}});
      case 2:
        return receive(from, Finality{{proof}});
      case 3:
        return receive(from,
                       Certs{script_.byte() % 2 == 0 ? std::optional(proof) : std::nullopt,
                             {{certificate_of(VoteType::notarize, known->proposal.view, known->id),
                               known->proposal}}});
      case 4:
        return receive(from, JustificationPart{known->id, 0, {}});
      default: {
        const ValidatorIndex accused = other();
        ProposalId second;
        second.bytes.fill(1);
        return receive(
            from, EvidenceMessage{VotePair{
                      signed_vote(accused, VoteType::notarize, known->proposal.view, known->id),
                      signed_vote(accused, VoteType::notarize, known->proposal.view, second)}});
      }
    }
  }

  /// The driver has executed the anchor and all blocks that it knows.
  void tell_work(bool includable) {
    WorkChanged work;
    work.blocks.push_back({committee().context().anchor, includable, std::nullopt});
    for (const Known& known : known_)
      work.blocks.push_back({known.block.header.id(), includable, std::nullopt});
    step(work);
  }

  Script script_;
  std::unique_ptr<Engine> engine_;
  std::uint64_t now_ms_ = 0;
  bool is_over_ = false;
  View view_;
  View final_view_;
  std::optional<BuildBlock> asked_;
  std::vector<ProposalId> checks_;
  std::vector<Known> known_;
  // Of the validator, over all its processes.
  std::vector<Record> journal_;
  std::set<std::tuple<VoteType, View, ProposalId>> written_;
  std::map<std::pair<VoteType, View>, ProposalId> votes_;
  std::map<View, BlockId> finalized_;
};

}  // namespace

std::vector<Bytes> seeds() {
  // In the terms of play_one. Views are the current one, proposals and checks the newest.
  const Bytes time_passes{0, 1};
  const Bytes work{3, 0};
  const Bytes verdict{10, 0, 1};
  const Bytes built{11, 1, 0};
  const Bytes notarization{8, 0, 0, 0, 0};
  const Bytes finalization{8, 2, 0, 0, 0};
  const Bytes nullification{8, 1, 0, 0, 0};
  const Bytes restart{15};
  const Bytes view_timer{1, 0, 0};
  // One view as it should be, whoever leads it; the first is built on the anchor.
  const auto view = [&](std::uint64_t number, bool is_first, bool is_final) {
    Bytes made = time_passes;
    append(made, work);
    if (committee().leader(View(number)) == kSelf) {
      append(made, built);
    } else {
      append(made, is_first ? Bytes{6, 0, 4} : Bytes{6, 0, 1, 0});
      append(made, verdict);
    }
    append(made, notarization);
    if (is_final) append(made, finalization);
    return made;
  };
  Bytes plain;
  Bytes restarts;
  Bytes skipping;
  for (std::uint64_t number = 1; number <= 6; ++number) {
    append(plain, view(number, number == 1, number % 2 == 0));
    append(restarts, view(number, number == 1, true));
    append(restarts, restart);
    append(skipping, number % 2 == 1 ? view_timer : view(number, number == 2, false));
    if (number % 2 == 1) append(skipping, nullification);
  }
  Bytes votes;
  for (Byte signer = 0; signer < 3; ++signer) append(votes, Bytes{4, 0, 0, 1, signer});
  Bytes voting = time_passes;
  append(voting, Bytes{6, 0, 4});
  append(voting, verdict);
  append(voting, votes);
  append(voting, Bytes{4, 2, 0, 1, 1, 4, 2, 0, 1, 2, 5, 1, 1, 1, 0, 0, 200});
  Bytes answers = plain;
  for (Byte i = 0; i < 6; ++i) append(answers, Bytes{13, 0, 0, i, 0, 0, 12, 0, 1, i, 4, 5});
  return {plain, restarts, skipping, voting, answers};
}

}  // namespace vostro::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  vostro::fuzz::Game(vostro::fuzz::Script({data, size})).play();
  return 0;
}
