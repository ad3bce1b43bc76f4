/// Checks of messages that need no state but the epoch's validators: signatures, hashes, ranges. A
/// VerifiedMessage can only be made here, so whoever takes one need not check again. Pure
/// functions, run in a pool of workers by the node; thread-safe as long as the cache is. Source:
/// consensus-spec section 3 (valid_vote, valid_cert, well_formed) and section 11 (signature
/// checks).
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "base/result.h"
#include "consensus/committee.h"
#include "consensus/messages.h"

namespace vostro::consensus {

/// Why a message was refused, in order of precedence.
enum class VerifyError : std::uint8_t {
  wrong_epoch,        ///< Of another epoch than the committee's; dispatched before any check (spec
                      ///< section 11).
  view_out_of_range,  ///< View 0, or a parent view that is not below its view.
  unknown_signer,     ///< An index that the set does not have.
  wrong_leader,       ///< A proposal signed by another than the leader of its view.
  hash_mismatch,  ///< Header, cut, proposal, justification or certificate do not belong together.
  wrong_context,  ///< A batch of another network, epoch or set.
  malformed_certificate,  ///< A bit beyond the set, or not exactly a quorum of signers and
                          ///< signatures.
  bad_signature,          ///< One of the signatures is not valid.
  no_evidence,            ///< What is claimed to prove misbehaviour does not.
  malformed,  ///< A count of zero, an order that is not ascending, or a vote type where it cannot
              ///< be.
};
[[nodiscard]] std::string_view to_string(VerifyError error);

/// Signatures known to be valid, by H(signer, message, signature). Bounded by its implementer; may
/// forget.
class SignatureCache {
 public:
  virtual ~SignatureCache() = default;
  [[nodiscard]] virtual bool contains(const Hash& signature) = 0;
  virtual void insert(const Hash& signature) = 0;
};

/// A batch whose author's signature has been checked, with its digest.
class VerifiedBatch {
 public:
  [[nodiscard]] const Batch& batch() const { return shared_.batch->batch; }
  [[nodiscard]] const SharedBatch& shared() const { return shared_; }
  [[nodiscard]] BatchId id() const { return id_; }

 private:
  friend Result<VerifiedBatch, VerifyError> verify_batch(const Committee&, SharedBatch,
                                                         SignatureCache&);
  friend VerifiedBatch sign_batch(Signer&, Batch);
  VerifiedBatch(SharedBatch shared, BatchId id) : shared_(std::move(shared)), id_(id) {}
  SharedBatch shared_;
  BatchId id_;
};

/// Errors: wrong_context, unknown_signer, malformed (number 0, or prev zero exactly if it is not
/// the first), bad_signature.
[[nodiscard]] Result<VerifiedBatch, VerifyError> verify_batch(const Committee& committee,
                                                              SharedBatch batch,
                                                              SignatureCache& cache);
/// A batch of one's own; its author must be the signer.
[[nodiscard]] VerifiedBatch sign_batch(Signer& signer, Batch batch);

/// A message that has passed every check that needs no state. A PROPOSE or part of a justification
/// whose certificates are not valid is not refused: `certificates_valid` is false, because it may
/// be evidence against the leader.
class VerifiedMessage {
 public:
  [[nodiscard]] const Message& message() const { return message_; }
  [[nodiscard]] const MessageBody& body() const { return message_.body; }
  [[nodiscard]] bool certificates_valid() const { return certificates_valid_; }
  /// The batch of a BATCH, none for others.
  [[nodiscard]] const std::optional<VerifiedBatch>& batch() const { return batch_; }

 private:
  friend Result<VerifiedMessage, VerifyError> verify(const Committee&, Message, SignatureCache&);
  explicit VerifiedMessage(Message message) : message_(std::move(message)) {}
  Message message_;
  bool certificates_valid_ = true;
  std::optional<VerifiedBatch> batch_;
};

/// Of a FINALITY only the proofs of the committee's epoch are left: no others can be judged with
/// it. Errors: those of VerifyError, in that order.
[[nodiscard]] Result<VerifiedMessage, VerifyError> verify(const Committee& committee,
                                                          Message message, SignatureCache& cache);

/// valid_vote of spec section 3, without the window, which is the engine's.
/// Errors: view_out_of_range, unknown_signer, malformed (a nullify that names a proposal),
/// bad_signature.
[[nodiscard]] Result<void, VerifyError> verify_vote(const Committee& committee, const Vote& vote,
                                                    SignatureCache& cache);
/// valid_cert of spec section 3: no bit beyond the set, exactly Q signers with Q valid signatures.
[[nodiscard]] Result<void, VerifyError> verify_certificate(const Committee& committee,
                                                           const Certificate& certificate,
                                                           SignatureCache& cache);
/// H(Header) = P.block and a valid finalization of P.
[[nodiscard]] Result<void, VerifyError> verify_finality(const Committee& committee,
                                                        const FinalityProof& proof,
                                                        SignatureCache& cache);
/// E1 to E5 of spec section 8.
[[nodiscard]] Result<void, VerifyError> verify_evidence(const Committee& committee,
                                                        const Evidence& evidence,
                                                        SignatureCache& cache);

/// True if `justification` is made of exactly the certificates that `proposal` calls for, each
/// valid, the first one for the parent's proposal. Says nothing about its hash.
[[nodiscard]] bool is_valid_justification(const Committee& committee, const Proposal& proposal,
                                          const std::optional<Proposal>& parent_proposal,
                                          const Justification& justification,
                                          SignatureCache& cache);
/// The same, where each certificate is known to be valid by itself.
[[nodiscard]] bool has_justification_shape(const Committee& committee, const Proposal& proposal,
                                           const std::optional<Proposal>& parent_proposal,
                                           const Justification& justification);

}  // namespace vostro::consensus
