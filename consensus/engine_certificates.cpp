// Spec section 5: certificates, finality, and fetching what they refer to.
#include <algorithm>

#include "base/check.h"
#include "base/planted.h"
#include "consensus/engine.h"

namespace vostro::consensus {

// ---- What is known of views and blocks
// -----------------------------------------------------------------

std::optional<BlockId> Engine::block_of(View view) const {
  if (view.value == 0) return committee_.context().anchor;
  if (const HeldCertificate* notarized = certificates_.notarization(view)) {
    if (!notarized->proposal) return std::nullopt;
    return notarized->proposal->block;
  }
  if (final_ && final_->certificate.view == view) return final_->proposal->block;
  return std::nullopt;
}

std::optional<Engine::Parent> Engine::parent_of(View view) const {
  const auto id = block_of(view);
  if (!id) return std::nullopt;
  if (view.value == 0)
    return Parent{committee_.context().anchor_height, committee_.context().anchor_time, false};
  const Header* header = nullptr;
  if (const BlockBody* body = proposals_.block(*id)) header = &body->header;
  if (finality_ && finality_->proposal.block == *id) header = &finality_->header;
  if (header == nullptr) return std::nullopt;
  return Parent{header->height, header->time, header->closes_epoch()};
}

std::optional<HeldCertificate> Engine::parent_certificate(View view) const {
  if (const HeldCertificate* notarized = certificates_.notarization(view)) return *notarized;
  if (final_ && final_->certificate.view == view) return final_;
  return std::nullopt;
}

/// The certificate of view - 1; none in view 1, which the anchor opens.
std::optional<HeldCertificate> Engine::entry_of(View view) const {
  const View before = view.previous();
  if (auto held = parent_certificate(before)) return held;
  if (const Certificate* nullification = certificates_.nullification(before))
    return HeldCertificate{*nullification, std::nullopt};
  return std::nullopt;
}

View Engine::highest_notarized() const {
  const auto& notarizations = certificates_.notarizations();
  return notarizations.empty() ? final_view_ : notarizations.rbegin()->first;
}

// ---- Certificates
// --------------------------------------------------------------------------------------

void Engine::on_certificate(const HeldCertificate& held, std::optional<PeerId> from) {
  if (halted_ || ended_) return;
  if (from) {
    compare_signers(held.certificate);
    note_held_by(*from, held);
  }
  if (held.certificate.view <= final_view_) return;
  switch (held.certificate.type) {
    case VoteType::notarize:
      on_notarization(held);
      break;
    case VoteType::nullify:
      on_nullification(held.certificate);
      break;
    case VoteType::finalize:
      on_finalization(held);
      break;
  }
  if (!halted_) consider();
}

/// Q others hold for valid what this node found invalid: one of the two executes otherwise, and it
/// is not the network.
bool Engine::contradicts_verdict(const Certificate& certificate) {
  const auto check = checks_.find(certificate.proposal);
  if (check == checks_.end() || check->second.state != CheckState::invalid) return false;
  halt(HaltReason::execution, "the block of view " + std::to_string(certificate.view.value));
  return true;
}

void Engine::on_notarization(const HeldCertificate& held) {
  const Certificate& certificate = held.certificate;
  const View view = certificate.view;
  if (const HeldCertificate* stored = certificates_.notarization(view)) {
    if (stored->certificate.proposal != certificate.proposal) {
      halt(HaltReason::safety, "two notarizations of view " + std::to_string(view.value));
    } else if (!stored->proposal && held.proposal) {
      on_proposal_learned(*held.proposal);
    }
    return;
  }
  if (awaited_finalization_ && awaited_finalization_->certificate.view == view &&
      awaited_finalization_->certificate.proposal != certificate.proposal) {
    halt(HaltReason::safety, "notarization and finalization of view " + std::to_string(view.value));
    return;
  }
  if (contradicts_verdict(certificate)) return;
  HeldCertificate stored = held;
  if (!stored.proposal) {
    if (const HeldProposal* proposal = proposals_.find(certificate.proposal))
      stored.proposal = proposal->propose.proposal;
  }
  certificates_.add_notarization(stored);
  base_.reset();
  pacing_.on_notarized(view, now_.steady_ms);
  announce(certificate);
  if (stored.proposal) emit_notarized(stored);
  if (may_finalize(view)) {
    vote_finalize(view);  // its record holds the certificate
  } else {
    persist(CertificateRecord{stored}, false);
  }
  if (halted_) return;
  if (view_ <= view) enter(view.next());
  if (!stored.proposal && view > final_view_) want_proposal(certificate.proposal, certificate);
}

void Engine::on_nullification(const Certificate& certificate) {
  const View view = certificate.view;
  if (certificates_.nullification(view) != nullptr) return;
  if (awaited_finalization_ && awaited_finalization_->certificate.view == view) {
    halt(HaltReason::safety,
         "nullification and finalization of view " + std::to_string(view.value));
    return;
  }
  const HeldCertificate held{certificate, std::nullopt};
  certificates_.add_nullification(certificate);
  base_.reset();
  announce(certificate);
  persist(CertificateRecord{held}, false);
  if (view_ <= view) enter(view.next());
}

void Engine::on_finalization(const HeldCertificate& held) {
  const Certificate& certificate = held.certificate;
  const bool contradicts =
      !agrees_with(certificates_, certificate) ||
      (awaited_finalization_ && awaited_finalization_->certificate.view == certificate.view &&
       awaited_finalization_->certificate.proposal != certificate.proposal);
  if (contradicts) {
    halt(HaltReason::safety, "the finalization of view " + std::to_string(certificate.view.value));
    return;
  }
  HeldCertificate known = held;
  if (!known.proposal) {
    if (const HeldProposal* proposal = proposals_.find(certificate.proposal))
      known.proposal = proposal->propose.proposal;
    else if (const HeldCertificate* notarized = certificates_.notarization(certificate.view))
      known.proposal = notarized->proposal;
  }
  if (known.proposal) {
    finalize(known, nullptr);
    return;
  }
  if (awaited_finalization_ && awaited_finalization_->certificate.view >= certificate.view) return;
  awaited_finalization_ = known;
  announce_finalization();
  persist(CertificateRecord{known}, false);
  want_proposal(certificate.proposal, certificate);
}

/// F := view. Everything up to it is settled: forget it, and hand over what must be kept for ever.
void Engine::finalize(const HeldCertificate& held, const Header* header) {
  const View view = held.certificate.view;
  VOSTRO_CHECK(view > final_view_);
  VOSTRO_CHECK(held.proposal);
  if (contradicts_verdict(held.certificate)) return;
  final_view_ = floor_ = view;
  final_ = held;
  final_at_ms_ = now_.steady_ms;
  if (awaited_finalization_ && awaited_finalization_->certificate.view <= view)
    awaited_finalization_.reset();
  pacing_.on_final(view, now_.steady_ms);
  announce_finalization();

  auto archived = certificates_.take_up_to(view);
  archived.push_back(held);
  emit(Archive{std::move(archived)});
  own_notarized_.erase(own_notarized_.begin(), own_notarized_.upper_bound(view));
  own_nullified_.erase(own_nullified_.begin(), own_nullified_.upper_bound(view));
  own_finalized_.erase(own_finalized_.begin(), own_finalized_.upper_bound(view));
  for (auto check = checks_.begin(); check != checks_.end();) {
    if (check->second.view > view) {
      ++check;
      continue;
    }
    if (check->second.state == CheckState::pending) emit(CancelCheck{check->first});
    check = checks_.erase(check);
  }
  std::erase_if(wanted_proposals_, [view](const auto& entry) { return entry.second.view <= view; });
  wanted_blocks_.clear();
  if (view.value > config_.caps.evidence_views && !is_planted(Planted::votes_never_forgotten))
    votes_.prune(View(view.value - config_.caps.evidence_views));
  proposals_.prune(view, held.proposal->block);
  base_.reset();
  asked_base_.reset();
  if (view_ <= view) enter(view.next());
  emit_finality(header);
}

/// Announces finality once the header is there; until then F stands, and the header is fetched.
void Engine::emit_finality(const Header* header) {
  const BlockId block = final_->proposal->block;
  if (header == nullptr) {
    if (const BlockBody* body = proposals_.block(block))
      header = &body->header;
    else if (finality_ && finality_->proposal.block == block)
      header = &finality_->header;
  }
  if (header == nullptr) {
    persist(CertificateRecord{*final_}, false);
    want_block(block);
    return;
  }
  FinalityProof proof{*header, *final_->proposal, final_->certificate};
  if (finality_ && !extends_final(*finality_, proof)) {
    halt(HaltReason::safety, "a final block does not extend the one before");
    return;
  }
  finality_ = proof;
  persist(NewFinality{proof}, false);
  emit(Finalized{proof});
  if (!proof.header.closes_epoch()) return;
  ended_ = true;
  announce_final_now();  // this engine ends with its epoch, and T_flush with it
  emit(EpochEnded{std::move(proof)});
}

void Engine::on_finality_proof(const FinalityProof& proof, std::optional<PeerId> from) {
  if (halted_ || ended_ || proof.header.epoch != committee_.epoch()) return;
  if (from) {
    compare_signers(proof.finalization);
    note_held_by(*from, {proof.finalization, proof.proposal});
  }
  const View view = proof.proposal.view;
  if (view < final_view_) return;
  if (view == final_view_) {
    const bool is_awaited = final_ && final_->certificate.proposal == proof.finalization.proposal &&
                            lacks_final_header();
    if (is_awaited) emit_finality(&proof.header);
    return;
  }
  const bool contradicts =
      !agrees_with(certificates_, proof.finalization) ||
      (awaited_finalization_ && awaited_finalization_->certificate.view == view &&
       awaited_finalization_->certificate.proposal != proof.finalization.proposal);
  if (contradicts) {
    halt(HaltReason::safety, "the finalization of view " + std::to_string(view.value));
    return;
  }
  finalize({proof.finalization, proof.proposal}, &proof.header);
  if (!halted_) consider();
}

void Engine::emit_notarized(const HeldCertificate& held) {
  BlockNotarized notarized{held.certificate.view, held.certificate.proposal, held.proposal->block,
                           std::nullopt};
  if (const BlockBody* body = proposals_.block(notarized.block)) notarized.body = *body;
  emit(std::move(notarized));
}

// ---- Fetching
// -------------------------------------------------------------------------------------------

/// Asks f + 1 of the holders, so an honest one of them, and others each time it is called.
void Engine::ask_some(const MessageBody& request, const std::vector<ValidatorIndex>& holders) {
  std::size_t asked = 0;
  for (std::size_t i = 0; i < holders.size() && asked < committee_.one_honest(); ++i) {
    const ValidatorIndex holder = holders[(ask_offset_ + i) % holders.size()];
    if (identity_ && holder == identity_->index) continue;
    send(committee_.peer_of(holder), request);
    ++asked;
  }
  ask_offset_ += committee_.one_honest();
}

namespace {

std::vector<ValidatorIndex> signers_of(const Certificate& certificate, std::size_t validators) {
  std::vector<ValidatorIndex> signers;
  for (std::size_t i = 0; i < validators; ++i) {
    const ValidatorIndex index(static_cast<std::uint16_t>(i));
    if (certificate.has_signer(index)) signers.push_back(index);
  }
  return signers;
}

std::vector<ValidatorIndex> everybody(std::size_t validators) {
  std::vector<ValidatorIndex> all;
  for (std::size_t i = 0; i < validators; ++i)
    all.push_back(ValidatorIndex(static_cast<std::uint16_t>(i)));
  return all;
}

}  // namespace

void Engine::want_proposal(const ProposalId& id, const Certificate& holders) {
  if (!wanted_proposals_.try_emplace(id, holders).second || !started_) return;
  ask_some(GetProposal{id}, signers_of(holders, committee_.size()));
}

void Engine::want_block(const BlockId& id) {
  if (!wanted_blocks_.insert(id).second || !started_) return;
  ask_some(GetBlock{id, 1}, everybody(committee_.size()));
}

bool Engine::is_fetching() const {
  return !wanted_proposals_.empty() || !wanted_blocks_.empty();
}

void Engine::ask_again() {
  for (const auto& [id, holders] : wanted_proposals_)
    ask_some(GetProposal{id}, signers_of(holders, committee_.size()));
  for (const BlockId& id : wanted_blocks_) ask_some(GetBlock{id, 1}, everybody(committee_.size()));
  asked_base_.reset();
}

void Engine::on_proposal_learned(const Proposal& proposal) {
  if (halted_ || proposal.view <= final_view_) return;
  const ProposalId id = proposal.id(committee_.ctx());
  wanted_proposals_.erase(id);
  const HeldCertificate* notarized = certificates_.notarization(proposal.view);
  if (notarized != nullptr && !notarized->proposal && notarized->certificate.proposal == id) {
    certificates_.learn(proposal);
    base_.reset();
    emit_notarized(*certificates_.notarization(proposal.view));
  }
  if (awaited_finalization_ && awaited_finalization_->certificate.proposal == id) {
    const HeldCertificate finalization{awaited_finalization_->certificate, proposal};
    on_finalization(finalization);
  }
}

void Engine::on_block(const BlockBody& block) {
  if (halted_ || block.header.epoch != committee_.epoch()) return;
  const BlockId id = block.header.id();
  const bool is_notarized = [&] {
    const auto& notarizations = certificates_.notarizations();
    const auto found = notarizations.find(block.header.view);
    return found != notarizations.end() && found->second.proposal &&
           found->second.proposal->block == id;
  }();
  if (wanted_blocks_.erase(id) == 0 && !is_notarized) return;
  proposals_.add_block(block, is_notarized ? block.header.view : view_);
  if (final_ && final_->proposal->block == id && lacks_final_header()) emit_finality(nullptr);
  if (!halted_) consider();
}

}  // namespace vostro::consensus
