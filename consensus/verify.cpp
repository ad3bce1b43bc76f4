#include "consensus/verify.h"

#include <algorithm>
#include <bit>

#include "base/check.h"
#include "base/keys.h"
#include "base/planted.h"
#include "consensus/votes.h"

namespace vostro::consensus {
namespace {

constexpr std::string_view kBatchPrefix{"VOSTRO-BATCH-1\0\0", 16};

using Outcome = Result<void, VerifyError>;

bool is_signed(const PublicKey& key, ByteView message, const SignatureBytes& signature,
               SignatureCache& cache) {
  // The key stands for the signer: two sets may give one index to different members.
  const Hash known = hash("sigcache", {key.bytes, message, signature});
  if (cache.contains(known)) return true;
  if (!is_valid_signature(key, message, Signature{Scheme::ed25519, signature})) return false;
  cache.insert(known);
  return true;
}

Bytes batch_message(const BatchId& id) {
  Bytes message;
  append(message, as_bytes(kBatchPrefix));
  append(message, id.view());
  return message;
}

/// The first Q bits must be all there are, and none beyond the set.
bool has_quorum_shape(const Committee& committee, const Certificate& certificate) {
  if (certificate.bitmap.size() != (committee.size() + 7) / 8) return false;
  std::size_t signers = 0;
  for (const Byte byte : certificate.bitmap)
    signers += static_cast<std::size_t>(std::popcount(byte));
  if (signers != committee.quorum() || certificate.signatures.size() != signers) return false;
  for (std::size_t i = committee.size(); i < certificate.bitmap.size() * 8; ++i) {
    if (certificate.has_signer(ValidatorIndex(static_cast<std::uint16_t>(i)))) return false;
  }
  return true;
}

Outcome verify_held(const Committee& committee, const HeldCertificate& held,
                    SignatureCache& cache) {
  if (held.proposal) {
    const bool fits = held.certificate.type != VoteType::nullify &&
                      held.proposal->view == held.certificate.view &&
                      held.proposal->id(committee.ctx()) == held.certificate.proposal;
    if (!fits) return fail(VerifyError::hash_mismatch);
  }
  return verify_certificate(committee, held.certificate, cache);
}

/// The digest of J does not say which of its certificates is the parent's: P does, by its view. J
/// cut otherwise is whoever relayed it, not the leader who signed.
bool has_parent_where_due(const Proposal& proposal, const Justification& justification) {
  if (!justification.parent && justification.nullifications.empty()) return true;
  return justification.parent.has_value() == (proposal.parent_view.value > 0);
}

/// Everything of a PROPOSE but the validity of its justification's certificates.
Outcome verify_propose(const Committee& committee, const Propose& propose, SignatureCache& cache) {
  const Proposal& proposal = propose.proposal;
  if (proposal.view.value == 0 || proposal.parent_view >= proposal.view)
    return fail(VerifyError::view_out_of_range);
  if (!committee.has(propose.vote.signer)) return fail(VerifyError::unknown_signer);
  if (propose.vote.signer != committee.leader(proposal.view))
    return fail(VerifyError::wrong_leader);
  const bool fits =
      propose.vote.type == VoteType::notarize && propose.vote.view == proposal.view &&
      propose.vote.proposal == proposal.id(committee.ctx()) &&
      propose.header.id() == proposal.block && propose.cut.root() == propose.header.cut_root &&
      propose.parent_proposal.has_value() == (proposal.parent_view.value > 0) &&
      (!propose.justification || (propose.justification->digest() == proposal.just &&
                                  has_parent_where_due(proposal, *propose.justification)));
  if (!fits) return fail(VerifyError::hash_mismatch);
  return verify_vote(committee, propose.vote, cache);
}

Outcome verify_pair(const Committee& committee, const VotePair& pair, SignatureCache& cache) {
  const Vote& a = pair.first;
  const Vote& b = pair.second;
  if (!exclude_each_other(a, b)) return fail(VerifyError::no_evidence);
  if (const auto first = verify_vote(committee, a, cache); !first) return first;
  return verify_vote(committee, b, cache);
}

Outcome verify_pair(const Committee& committee, const BatchPair& pair, SignatureCache& cache) {
  const Batch& a = pair.first.batch->batch;
  const Batch& b = pair.second.batch->batch;
  if (a.author != b.author || a.incarnation != b.incarnation || a.seq != b.seq || a == b)
    return fail(VerifyError::no_evidence);
  if (const auto first = verify_batch(committee, pair.first, cache); !first)
    return fail(first.error());
  if (const auto second = verify_batch(committee, pair.second, cache); !second)
    return fail(second.error());
  return {};
}

Outcome verify_bad(const Committee& committee, const BadJustification& bad, SignatureCache& cache) {
  const bool signed_for = bad.vote.type == VoteType::notarize &&
                          bad.vote.view == bad.proposal.view &&
                          bad.vote.proposal == bad.proposal.id(committee.ctx()) &&
                          bad.justification.digest() == bad.proposal.just &&
                          has_parent_where_due(bad.proposal, bad.justification);
  if (!signed_for) return fail(VerifyError::no_evidence);
  if (const auto vote = verify_vote(committee, bad.vote, cache); !vote) return vote;
  // P_u is not signed by the accused: one that does not belong to the parent's certificate is the
  // accuser's doing.
  if (bad.parent_proposal && bad.justification.parent &&
      bad.parent_proposal->id(committee.ctx()) != bad.justification.parent->proposal)
    return fail(VerifyError::no_evidence);
  if (is_valid_justification(committee, bad.proposal, bad.parent_proposal, bad.justification,
                             cache))
    return fail(VerifyError::no_evidence);
  return {};
}

/// The checks of one kind of message each. Those without signatures have only ranges to check.
struct MessageVerifier {
  const Committee& committee;
  SignatureCache& cache;
  bool certificates_valid = true;
  std::optional<VerifiedBatch> batch;

  Outcome operator()(const Propose& propose) {
    if (const auto outcome = verify_propose(committee, propose, cache); !outcome) return outcome;
    if (propose.parent_proposal && propose.justification && propose.justification->parent &&
        propose.parent_proposal->id(committee.ctx()) != propose.justification->parent->proposal)
      return fail(VerifyError::hash_mismatch);  // P_u is not signed: whoever relayed it may have
                                                // put in another
    if (propose.justification)
      certificates_valid = is_valid_justification(
          committee, propose.proposal, propose.parent_proposal, *propose.justification, cache);
    return {};
  }
  Outcome operator()(const VoteMessage& vote) { return verify_vote(committee, vote.vote, cache); }
  Outcome operator()(const CertMessage& cert) { return verify_held(committee, cert.held, cache); }
  Outcome operator()(const Certs& certs) {
    if (certs.finality) {
      if (const auto proof = verify_finality(committee, *certs.finality, cache); !proof)
        return proof;
    }
    for (const HeldCertificate& held : certs.certificates) {
      if (const auto outcome = verify_held(committee, held, cache); !outcome) return outcome;
    }
    return {};
  }
  Outcome operator()(const JustificationPart& part) {
    certificates_valid = std::all_of(part.certificates.begin(), part.certificates.end(),
                                     [this](const Certificate& c) {
                                       return verify_certificate(committee, c, cache).has_value();
                                     });
    return {};
  }
  Outcome operator()(const Finality& finality) {
    for (const FinalityProof& proof : finality.proofs) {
      if (const auto outcome = verify_finality(committee, proof, cache); !outcome) return outcome;
    }
    return {};
  }
  Outcome operator()(const BlockMessage& message) {
    for (const BlockBody& block : message.blocks) {
      if (block.cut.root() != block.header.cut_root) return fail(VerifyError::hash_mismatch);
      if (!block.cut.is_ascending()) return fail(VerifyError::malformed);
    }
    return {};
  }
  Outcome operator()(const BatchMessage& message) {
    auto verified = verify_batch(committee, message.batch, cache);
    if (!verified) return fail(verified.error());
    batch = std::move(*verified);
    return {};
  }
  Outcome operator()(const EvidenceMessage& message) {
    return verify_evidence(committee, message.evidence, cache);
  }
  Outcome operator()(const GetCerts& request) {
    if (request.from > request.to) return fail(VerifyError::view_out_of_range);
    return {};
  }
  Outcome operator()(const GetBlock& request) {
    if (request.count == 0 || request.count > blocks_max) return fail(VerifyError::malformed);
    return {};
  }
  Outcome operator()(const GetBatch& request) {
    if (!committee.has(request.lane.author)) return fail(VerifyError::unknown_signer);
    if (request.lane.first_seq == 0 || request.lane.first_seq > request.lane.last_seq)
      return fail(VerifyError::malformed);
    return {};
  }
  Outcome operator()(const Have& have) {
    for (std::size_t i = 0; i < have.lanes.size(); ++i) {
      if (!committee.has(have.lanes[i].author)) return fail(VerifyError::unknown_signer);
      if (i > 0 && have.lanes[i - 1].author >= have.lanes[i].author)
        return fail(VerifyError::malformed);
    }
    return {};
  }
  Outcome operator()(const Status&) { return {}; }
  Outcome operator()(const GetProposal&) { return {}; }
  Outcome operator()(const ProposalMessage& message) {
    if (message.proposal.parent_view >= message.proposal.view)
      return fail(VerifyError::view_out_of_range);
    return {};
  }
  Outcome operator()(const GetJustification&) { return {}; }
  Outcome operator()(const GetFinality&) { return {}; }
};

}  // namespace

std::string_view to_string(VerifyError error) {
  switch (error) {
    case VerifyError::wrong_epoch:
      return "the message is of another epoch";
    case VerifyError::view_out_of_range:
      return "the view is out of range";
    case VerifyError::unknown_signer:
      return "the signer is not in the validator set";
    case VerifyError::wrong_leader:
      return "the signer is not the leader of the view";
    case VerifyError::hash_mismatch:
      return "the parts of the message do not belong together";
    case VerifyError::wrong_context:
      return "the batch is of another network, epoch or set";
    case VerifyError::malformed_certificate:
      return "the certificate is not made of exactly a quorum of the set";
    case VerifyError::bad_signature:
      return "a signature is not valid";
    case VerifyError::no_evidence:
      return "what is claimed to be evidence proves nothing";
    case VerifyError::malformed:
      return "a count, an order or a type is not allowed where it is";
  }
  VOSTRO_CHECK(false);
}

Result<void, VerifyError> verify_vote(const Committee& committee, const Vote& vote,
                                      SignatureCache& cache) {
  if (vote.view.value == 0) return fail(VerifyError::view_out_of_range);
  if (!committee.has(vote.signer)) return fail(VerifyError::unknown_signer);
  if (vote.type == VoteType::nullify && !vote.proposal.is_zero())
    return fail(VerifyError::malformed);
  if (is_planted(Planted::vote_signature_unchecked)) return {};
  const Bytes message = committee.message_of(vote.type, vote.view, vote.proposal);
  if (!is_signed(committee.key(vote.signer), message, vote.signature, cache))
    return fail(VerifyError::bad_signature);
  return {};
}

Result<void, VerifyError> verify_certificate(const Committee& committee,
                                             const Certificate& certificate,
                                             SignatureCache& cache) {
  if (certificate.view.value == 0) return fail(VerifyError::view_out_of_range);
  if (certificate.type == VoteType::nullify && !certificate.proposal.is_zero())
    return fail(VerifyError::malformed);
  if (!has_quorum_shape(committee, certificate)) return fail(VerifyError::malformed_certificate);
  const Bytes message =
      committee.message_of(certificate.type, certificate.view, certificate.proposal);
  std::size_t next = 0;
  for (std::size_t i = 0; i < committee.size(); ++i) {
    const ValidatorIndex index(static_cast<std::uint16_t>(i));
    if (!certificate.has_signer(index)) continue;
    if (is_planted(Planted::certificate_half_checked) && next + 1 == certificate.signatures.size())
      break;
    if (!is_signed(committee.key(index), message, certificate.signatures[next++], cache))
      return fail(VerifyError::bad_signature);
  }
  return {};
}

Result<void, VerifyError> verify_finality(const Committee& committee, const FinalityProof& proof,
                                          SignatureCache& cache) {
  const bool fits = proof.finalization.type == VoteType::finalize &&
                    proof.finalization.view == proof.proposal.view &&
                    proof.finalization.proposal == proof.proposal.id(committee.ctx()) &&
                    proof.header.id() == proof.proposal.block;
  if (!fits) return fail(VerifyError::hash_mismatch);
  return verify_certificate(committee, proof.finalization, cache);
}

bool has_justification_shape(const Committee& committee, const Proposal& proposal,
                             const std::optional<Proposal>& parent_proposal,
                             const Justification& justification) {
  const View parent_view = proposal.parent_view;
  if (proposal.view <= parent_view) return false;
  if (justification.parent.has_value() != (parent_view.value > 0)) return false;
  if (justification.parent) {
    const Certificate& parent = *justification.parent;
    if (parent.view != parent_view || parent.type == VoteType::nullify) return false;
    if (parent_proposal && (parent_proposal->view != parent_view ||
                            parent_proposal->id(committee.ctx()) != parent.proposal))
      return false;
  }
  if (justification.nullifications.size() != proposal.view.value - parent_view.value - 1)
    return is_planted(Planted::skipped_view_unchecked);
  View expected = parent_view.next();
  for (const Certificate& nullification : justification.nullifications) {
    if (nullification.type != VoteType::nullify || nullification.view != expected) return false;
    expected = expected.next();
  }
  return true;
}

bool is_valid_justification(const Committee& committee, const Proposal& proposal,
                            const std::optional<Proposal>& parent_proposal,
                            const Justification& justification, SignatureCache& cache) {
  if (!has_justification_shape(committee, proposal, parent_proposal, justification)) return false;
  if (justification.parent && !verify_certificate(committee, *justification.parent, cache))
    return false;
  return std::all_of(justification.nullifications.begin(), justification.nullifications.end(),
                     [&](const Certificate& nullification) {
                       return verify_certificate(committee, nullification, cache).has_value();
                     });
}

Result<void, VerifyError> verify_evidence(const Committee& committee, const Evidence& evidence,
                                          SignatureCache& cache) {
  if (const auto* votes = std::get_if<VotePair>(&evidence))
    return verify_pair(committee, *votes, cache);
  if (const auto* batches = std::get_if<BatchPair>(&evidence))
    return verify_pair(committee, *batches, cache);
  return verify_bad(committee, std::get<BadJustification>(evidence), cache);
}

Result<VerifiedBatch, VerifyError> verify_batch(const Committee& committee, SharedBatch shared,
                                                SignatureCache& cache) {
  const Batch& batch = shared.batch->batch;
  if (batch.ctx != committee.ctx()) return fail(VerifyError::wrong_context);
  if (!committee.has(batch.author)) return fail(VerifyError::unknown_signer);
  if (batch.seq == 0 || batch.prev.is_zero() != (batch.seq == 1))
    return fail(VerifyError::malformed);
  const BatchId id = batch.id();
  if (!is_signed(committee.key(batch.author), batch_message(id), shared.batch->signature, cache))
    return fail(VerifyError::bad_signature);
  return VerifiedBatch(std::move(shared), id);
}

VerifiedBatch sign_batch(Signer& signer, Batch batch) {
  const BatchId id = batch.id();
  const SignatureBytes signature = signer.sign(batch_message(id));
  return VerifiedBatch(
      {std::make_shared<const SignedBatch>(SignedBatch{std::move(batch), signature})}, id);
}

Result<VerifiedMessage, VerifyError> verify(const Committee& committee, Message message,
                                            SignatureCache& cache) {
  if (message.epoch != committee.epoch()) return fail(VerifyError::wrong_epoch);
  // Proofs of other epochs need other sets. They are taken out, so that nobody believes them
  // unproven: who is an epoch behind asks again when this one has ended.
  if (auto* finality = std::get_if<Finality>(&message.body))
    std::erase_if(finality->proofs, [&](const FinalityProof& proof) {
      return proof.header.epoch != committee.epoch();
    });
  MessageVerifier verifier{committee, cache, true, std::nullopt};
  if (const auto outcome = std::visit(verifier, message.body); !outcome)
    return fail(outcome.error());
  VerifiedMessage verified(std::move(message));
  verified.certificates_valid_ = verifier.certificates_valid;
  verified.batch_ = std::move(verifier.batch);
  return verified;
}

}  // namespace vostro::consensus
