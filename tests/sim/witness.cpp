#include "tests/sim/witness.h"

#include <algorithm>

namespace vostro::sim {

using consensus::Certificate;
using consensus::Vote;
using consensus::VoteType;

Witness::Witness(std::size_t validators, std::size_t peers, std::set<std::uint16_t> liars, Hash ctx,
                 Report report)
    : peers_(peers),
      quorum_(validators - (validators - 1) / 3),
      liars_(std::move(liars)),
      ctx_(ctx),
      report_(std::move(report)) {}

void Witness::expect(bool holds, std::uint16_t validator, View view, std::string_view what) {
  if (!holds)
    report_("validator " + std::to_string(validator) + ", view " + std::to_string(view.value) +
            ": " + std::string(what));
}

bool Witness::is_possible(const Key& key) const {
  const auto honest = signed_.find(key);
  const std::size_t signers = honest == signed_.end() ? 0 : honest->second.size();
  return signers + liars_.size() >= quorum_;
}

void Witness::expect_possible(const Certificate& certificate, std::uint16_t validator) {
  const Key key{certificate.type, certificate.view, certificate.proposal};
  expect(is_possible(key), validator, certificate.view,
         "believes a certificate for which too few validators have signed");
}

// ---- What honest validators write ----

/// Agreement rests on this: the proposal stands on a notarized one, and every view between was
/// nullified.
void Witness::on_own_notarize(std::uint16_t validator, const consensus::OwnNotarize& own) {
  const consensus::Proposal& proposal = own.propose.proposal;
  const View view = proposal.view;
  expect(proposal.id(ctx_) == own.id, validator, view, "notarizes another proposal than it says");
  if (proposal.parent_view.value > 0) {
    const auto& parent = own.propose.parent_proposal;
    expect(parent.has_value() && parent->view == proposal.parent_view, validator, view,
           "notarizes on a parent that it does not know");
    if (!parent) return;
    expect(is_possible({VoteType::notarize, parent->view, parent->id(ctx_)}), validator, view,
           "notarizes on a parent that cannot have been notarized");
    const bool stands_on_it =
        proposal.block == parent->block || own.propose.header.parent == parent->block;
    expect(stands_on_it, validator, view, "notarizes a block that does not extend its parent's");
  }
  for (View skipped = proposal.parent_view.next(); skipped < view; skipped = skipped.next())
    expect(is_possible({VoteType::nullify, skipped, {}}), validator, view,
           "notarizes although view " + std::to_string(skipped.value) +
               " between cannot have been nullified");
  if (own.entry) expect_possible(own.entry->certificate, validator);
  expect(own.entry.has_value() || view.value == 1, validator, view,
         "votes in a view that it had no right to enter");
}

void Witness::on_recorded(std::uint16_t validator, const consensus::Record& record) {
  if (const auto* notarize = std::get_if<consensus::OwnNotarize>(&record)) {
    on_own_notarize(validator, *notarize);
    signed_[{VoteType::notarize, notarize->propose.proposal.view, notarize->id}].insert(validator);
  } else if (const auto* nullify = std::get_if<consensus::OwnNullify>(&record)) {
    if (nullify->entry) expect_possible(nullify->entry->certificate, validator);
    signed_[{VoteType::nullify, nullify->view, {}}].insert(validator);
  } else if (const auto* finalize = std::get_if<consensus::OwnFinalize>(&record)) {
    const Certificate& certificate = finalize->notarization.certificate;
    expect_possible(certificate, validator);
    signed_[{VoteType::finalize, certificate.view, certificate.proposal}].insert(validator);
  } else if (const auto* held = std::get_if<consensus::CertificateRecord>(&record)) {
    expect_possible(held->held.certificate, validator);
  } else if (const auto* finality = std::get_if<consensus::NewFinality>(&record)) {
    on_proof(validator, finality->proof);
  }
}

void Witness::on_proof(std::uint16_t validator, const consensus::FinalityProof& proof) {
  expect_possible(proof.finalization, validator);
}

void Witness::on_synced(std::uint16_t validator, std::span<const consensus::Record> records) {
  std::set<Key>& synced = synced_[validator];
  for (const consensus::Record& record : records) {
    if (const auto* notarize = std::get_if<consensus::OwnNotarize>(&record))
      synced.insert({VoteType::notarize, notarize->propose.proposal.view, notarize->id});
    else if (const auto* nullify = std::get_if<consensus::OwnNullify>(&record))
      synced.insert({VoteType::nullify, nullify->view, {}});
    else if (const auto* finalize = std::get_if<consensus::OwnFinalize>(&record))
      synced.insert({VoteType::finalize, finalize->notarization.certificate.view,
                     finalize->notarization.certificate.proposal});
  }
}

void Witness::on_recovered(std::uint16_t validator, const consensus::RecoveredState& state) {
  std::set<Key>& synced = synced_[validator];
  for (const auto& [view, own] : state.notarized) synced.insert({VoteType::notarize, view, own.id});
  for (const View view : state.nullified) synced.insert({VoteType::nullify, view, {}});
  for (const auto& [view, id] : state.finalized) synced.insert({VoteType::finalize, view, id});
}

// ---- What leaves them ----

namespace {

/// An honest validator never signs both, whatever happens to its machine.
bool excludes(VoteType a, const consensus::ProposalId& of_a, VoteType b,
              const consensus::ProposalId& of_b) {
  if (a == b) return a != VoteType::nullify && of_a != of_b;
  return (a == VoteType::nullify && b == VoteType::finalize) ||
         (a == VoteType::finalize && b == VoteType::nullify);
}

}  // namespace

void Witness::on_own_vote_sent(std::uint16_t validator, const Vote& vote) {
  const Key key{vote.type, vote.view, vote.proposal};
  expect(synced_[validator].contains(key), validator, vote.view,
         "sends a vote whose record is not on disk");
  std::set<Key>& sent = sent_[validator][vote.view];
  for (const Key& other : sent)
    expect(!excludes(key.type, key.proposal, other.type, other.proposal), validator, vote.view,
           "signs two votes that exclude each other");
  sent.insert(key);
}

void Witness::on_certificate_sent(std::uint16_t validator, const Certificate& certificate) {
  if (validator == no_validator || !certificate.has_signer(consensus::ValidatorIndex(validator)))
    return;
  const Key key{certificate.type, certificate.view, certificate.proposal};
  expect(synced_[validator].contains(key), validator, certificate.view,
         "sends a certificate with a vote of its own that is not on disk");
}

void Witness::on_sent(std::uint16_t validator, const consensus::MessageBody& body) {
  if (const auto* vote = std::get_if<consensus::VoteMessage>(&body)) {
    if (vote->vote.signer.value == validator) on_own_vote_sent(validator, vote->vote);
  } else if (const auto* propose = std::get_if<consensus::Propose>(&body)) {
    if (propose->vote.signer.value == validator) on_own_vote_sent(validator, propose->vote);
  } else if (const auto* cert = std::get_if<consensus::CertMessage>(&body)) {
    on_certificate_sent(validator, cert->held.certificate);
  } else if (const auto* certs = std::get_if<consensus::Certs>(&body)) {
    for (const auto& held : certs->certificates) on_certificate_sent(validator, held.certificate);
  }
}

// ---- What they hear ----

void Witness::on_heard(std::size_t process, const consensus::Engine& engine,
                       const consensus::MessageBody& body) {
  const Vote* vote = nullptr;
  if (const auto* message = std::get_if<consensus::VoteMessage>(&body)) vote = &message->vote;
  if (const auto* propose = std::get_if<consensus::Propose>(&body)) vote = &propose->vote;
  if (vote == nullptr || !liars_.contains(vote->signer.value)) return;
  // Votes of these views are kept: those of the view a node is in and beside it, and what comes
  // late as long as it is not long over.
  const View view = vote->view;
  const View left = std::max(engine.final_view(), engine.view());
  if (view > engine.view() || view.value + evidence_views <= left.value) return;
  std::vector<Vote>& heard = heard_[process][{view, vote->signer.value}];
  for (const Vote& other : heard) {
    if (excludes(vote->type, vote->proposal, other.type, other.proposal))
      owed_.insert(vote->signer.value);
  }
  // The first one counts from where it is kept for certain.
  if (view >= engine.view() && view > engine.final_view() && heard.size() < 8)
    heard.push_back(*vote);
}

// ---- What they keep ----

void Witness::on_tables(std::size_t process, const consensus::Engine& engine) {
  const consensus::TableSizes& sizes = engine.table_sizes();
  const std::size_t open = engine.view().value - engine.final_view().value + 1;
  const auto bound = [&](std::size_t size, std::size_t most, std::string_view what) {
    if (size > most)
      report_("node " + std::to_string(process) + " keeps " + std::to_string(size) + " " +
              std::string(what) + ", of which it needs " + std::to_string(most) + " at most");
  };
  bound(sizes.vote_views, open + 2 * evidence_views + 3, "views with votes");
  bound(sizes.proposals, open, "proposals");
  bound(sizes.checks, open, "checks of proposals");
  bound(sizes.certificates, 2 * open, "certificates");
  bound(sizes.blocks, 2 * open + 2, "blocks");
  bound(sizes.peers, peers_, "peers");
}

void Witness::on_end() {
  for (const std::uint16_t liar : owed_) {
    if (!in_evidence_.contains(liar))
      report_("validator " + std::to_string(liar) +
              " signed two votes that exclude each other, an honest node has seen both, and there "
              "is no evidence");
  }
}

}  // namespace vostro::sim
