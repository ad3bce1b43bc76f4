/// Genuine evidence of each kind, for tests: what a validator would have to sign to be convicted.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "base/check.h"
#include "base/keys.h"
#include "chain/records.h"
#include "consensus/committee.h"
#include "consensus/evidence.h"
#include "consensus/verify.h"

namespace vostro::test {

/// The committee of an epoch on record.
[[nodiscard]] inline consensus::Committee committee_on_record(const chain::EpochRecord& record,
                                                              Epoch epoch, const Hash& network_id) {
  std::vector<consensus::Validator> validators;
  for (const chain::Validator& each : record.validators) {
    consensus::Validator validator{{}, each.key};
    validator.member.bytes = each.id.bytes;
    validators.push_back(validator);
  }
  auto set = consensus::ValidatorSet::make(std::move(validators));
  VOSTRO_CHECK(set.has_value());
  consensus::BlockId anchor;
  anchor.bytes = record.anchor.bytes;
  return consensus::Committee({network_id, record.version, epoch, anchor, record.anchor_height,
                               record.anchor_time, *std::move(set)});
}

class EvidenceMaker {
 public:
  using KeyOf = std::function<const SecretKey&(std::uint16_t validator)>;
  EvidenceMaker(consensus::Committee committee, KeyOf key_of)
      : committee_(std::move(committee)), key_of_(std::move(key_of)) {}

  [[nodiscard]] const consensus::Committee& committee() const { return committee_; }

  [[nodiscard]] consensus::Vote vote(std::uint16_t validator, consensus::VoteType type,
                                     std::uint64_t view, Byte proposal = 0) const {
    consensus::ProposalId id;
    id.bytes[0] = proposal;
    return vote_for(validator, type, view, id);
  }
  [[nodiscard]] consensus::SharedBatch batch(std::uint16_t validator, std::uint32_t incarnation,
                                             std::uint64_t seq, Byte content) const {
    consensus::Batch batch;
    batch.ctx = committee_.ctx();
    batch.author = consensus::ValidatorIndex(validator);
    batch.incarnation = incarnation;
    batch.seq = seq;
    if (seq > 1) batch.prev.bytes[0] = 1;
    batch.transactions = {{{content}}};
    KeySigner signer(key_of_(validator));
    return consensus::sign_batch(signer, std::move(batch)).shared();
  }
  /// A NOTARIZE of `view` on the anchor, whose only nullification nobody has signed.
  [[nodiscard]] consensus::BadJustification bad_justification(std::uint16_t validator,
                                                              std::uint64_t view) const {
    consensus::Certificate unsigned_one;
    unsigned_one.type = consensus::VoteType::nullify;
    unsigned_one.view = View(1);
    unsigned_one.bitmap.assign((committee_.size() + 7) / 8, 0);
    for (std::size_t i = 0; i < committee_.quorum(); ++i)
      unsigned_one.bitmap[i / 8] |= static_cast<Byte>(1U << (i % 8));
    unsigned_one.signatures.resize(committee_.quorum());
    consensus::BadJustification bad;
    bad.justification.nullifications = {unsigned_one};
    bad.proposal = {View(view), View(0), {}, bad.justification.digest()};
    bad.vote =
        vote_for(validator, consensus::VoteType::notarize, view, bad.proposal.id(committee_.ctx()));
    return bad;
  }
  [[nodiscard]] consensus::Evidence of(EvidenceKind kind, std::uint16_t validator,
                                       std::uint64_t view) const {
    using consensus::VoteType;
    switch (kind) {
      case EvidenceKind::double_notarize:
        return consensus::VotePair{vote(validator, VoteType::notarize, view, 1),
                                   vote(validator, VoteType::notarize, view, 2)};
      case EvidenceKind::double_finalize:
        return consensus::VotePair{vote(validator, VoteType::finalize, view, 1),
                                   vote(validator, VoteType::finalize, view, 2)};
      case EvidenceKind::finalize_nullify:
        return consensus::VotePair{vote(validator, VoteType::finalize, view, 1),
                                   vote(validator, VoteType::nullify, view)};
      case EvidenceKind::double_batch:
        return consensus::BatchPair{batch(validator, 1, view, 1), batch(validator, 1, view, 2)};
      case EvidenceKind::bad_justification:
        return bad_justification(validator, view);
    }
    VOSTRO_CHECK(false);
  }

 private:
  class KeySigner final : public consensus::Signer {
   public:
    explicit KeySigner(const SecretKey& key) : key_(key) {}
    consensus::SignatureBytes sign(ByteView message) override { return key_.sign(message).bytes; }

   private:
    const SecretKey& key_;
  };
  [[nodiscard]] consensus::Vote vote_for(std::uint16_t validator, consensus::VoteType type,
                                         std::uint64_t view,
                                         const consensus::ProposalId& proposal) const {
    KeySigner signer(key_of_(validator));
    return consensus::sign_vote(committee_, signer, consensus::ValidatorIndex(validator), type,
                                View(view), proposal);
  }

  consensus::Committee committee_;
  KeyOf key_of_;
};

inline constexpr EvidenceKind evidence_kinds[] = {
    EvidenceKind::double_notarize, EvidenceKind::double_finalize, EvidenceKind::finalize_nullify,
    EvidenceKind::double_batch, EvidenceKind::bad_justification};

}  // namespace vostro::test
