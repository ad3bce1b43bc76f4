/// What validators say to each other: one struct a message, with its fields in the order of the
/// encoding. Plain data, nothing checked: a Message came from anywhere, a VerifiedMessage
/// (verify.h) has passed every check that needs no state. Source: consensus-spec section 2, "Wire
/// messages of the protocol".
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "base/decode_error.h"
#include "base/evidence.h"
#include "base/result.h"
#include "consensus/types.h"

namespace vostro::consensus {

/// Who is at the other end of a session, as the driver numbers them: the same number as long as its
/// process lives, whatever epochs come and go. Which validator that is, the epoch's Committee says.
using PeerId = Strong<struct PeerIdTag, std::uint32_t>;

/// Most certificates that a PROPOSE carries inline, and most in one part of a justification. Spec
/// section 11.
inline constexpr std::size_t inline_certificates_max = 18;
/// Largest PROPOSE frame. Spec section 11.
inline constexpr std::size_t propose_bytes_max = 64 * 1024;
/// Most certificates in one CERTS message.
inline constexpr std::size_t certs_max = 64;
/// Most blocks that one GET_BLOCK can ask for, and one BLOCK can hold.
inline constexpr std::size_t blocks_max = 64;
/// Most proofs in one FINALITY message: closing proofs of consecutive epochs, then the newest
/// proof.
inline constexpr std::size_t proofs_max = 16;

/// A block as consensus knows it: what is hashed, and what it refers to.
struct BlockBody {
  Header header;
  Cut cut;

  bool operator==(const BlockBody&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(header, cut);
  }
};

/// A certificate and, unless it is a nullification or P is unknown to its holder, the proposal it
/// is about.
struct HeldCertificate {
  Certificate certificate;
  std::optional<Proposal> proposal;

  bool operator==(const HeldCertificate&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(certificate, proposal);
  }
};

/// One batch, shared rather than copied: it may have 4 MiB. Never null once made by decoding or by
/// an author.
struct SharedBatch {
  std::shared_ptr<const SignedBatch> batch;

  bool operator==(const SharedBatch& other) const {
    return batch == other.batch || (batch && other.batch && *batch == *other.batch);
  }
  template <class Archive>
  void serialize(Archive& archive) {
    if constexpr (Archive::is_loading::value) {
      auto loaded = std::make_shared<SignedBatch>();
      archive(*loaded);
      batch = std::move(loaded);
    } else {
      archive(*batch);
    }
  }
};

/// PROPOSE: the leader's proposal with all that is needed to judge it. `justification` is whole or
/// absent; absent means it did not fit and is asked for with GET_J from the sender.
struct Propose {
  static constexpr std::uint8_t tag = 1;
  Proposal proposal;
  std::optional<Proposal> parent_proposal;  ///< P_u; none exactly if parent_view is 0
  Header header;
  Cut cut;
  std::optional<Justification> justification;
  Vote vote;  ///< the leader's NOTARIZE

  bool operator==(const Propose&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(proposal, parent_proposal, header, cut, justification, vote);
  }
};

/// VOTE
struct VoteMessage {
  static constexpr std::uint8_t tag = 2;
  Vote vote;

  bool operator==(const VoteMessage&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(vote);
  }
};

/// CERT
struct CertMessage {
  static constexpr std::uint8_t tag = 3;
  HeldCertificate held;

  bool operator==(const CertMessage&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(held);
  }
};

/// STATUS: sent on connect and every 5 s. A hint, unsigned.
struct Status {
  static constexpr std::uint8_t tag = 4;
  View view;
  View final_view;
  Height final_height;
  UnixMillis clock;

  bool operator==(const Status&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(view, final_view, final_height, clock);
  }
};

/// GET_CERTS: notarizations and nullifications of the views from..to, both included.
struct GetCerts {
  static constexpr std::uint8_t tag = 5;
  View from;
  View to;

  bool operator==(const GetCerts&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(from, to);
  }
};

/// CERTS: what the sender holds of the views asked for; its proof where some of them are final.
struct Certs {
  static constexpr std::uint8_t tag = 6;
  std::optional<FinalityProof> finality;
  std::vector<HeldCertificate> certificates;

  bool operator==(const Certs&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(finality, bounded<certs_max>(certificates));
  }
};

/// GET_P: the proposal with this id.
struct GetProposal {
  static constexpr std::uint8_t tag = 7;
  ProposalId proposal;

  bool operator==(const GetProposal&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(proposal);
  }
};

/// The answer to GET_P.
struct ProposalMessage {
  static constexpr std::uint8_t tag = 8;
  Proposal proposal;

  bool operator==(const ProposalMessage&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(proposal);
  }
};

/// GET_J: a part of the justification of this proposal, beginning with its certificate number
/// `from` (0 is the parent's certificate where there is one).
struct GetJustification {
  static constexpr std::uint8_t tag = 9;
  ProposalId proposal;
  std::uint32_t from = 0;

  bool operator==(const GetJustification&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(proposal, from);
  }
};

/// The answer to GET_J: at most inline_certificates_max certificates, in order.
struct JustificationPart {
  static constexpr std::uint8_t tag = 10;
  ProposalId proposal;
  std::uint32_t from = 0;
  std::vector<Certificate> certificates;

  bool operator==(const JustificationPart&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(proposal, from, bounded<inline_certificates_max>(certificates));
  }
};

/// GET_BLOCK: this block and up to count - 1 of its ancestors.
struct GetBlock {
  static constexpr std::uint8_t tag = 11;
  BlockId block;
  std::uint8_t count = 1;  ///< 1..blocks_max

  bool operator==(const GetBlock&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(block, count);
  }
};

/// BLOCK: the block asked for first, then its ancestors downward, as many as the sender has and
/// will send.
struct BlockMessage {
  static constexpr std::uint8_t tag = 12;
  std::vector<BlockBody> blocks;

  bool operator==(const BlockMessage&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(bounded<blocks_max>(blocks));
  }
};

/// BATCH
struct BatchMessage {
  static constexpr std::uint8_t tag = 13;
  SharedBatch batch;

  bool operator==(const BatchMessage&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(batch);
  }
};

/// GET_BATCH: the batches of this run, which ends at `tip`; each is answered with a BATCH.
struct GetBatch {
  static constexpr std::uint8_t tag = 14;
  LaneRef lane;

  bool operator==(const GetBatch&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(lane);
  }
};

struct HaveEntry {
  ValidatorIndex author;
  LanePosition position;

  auto operator<=>(const HaveEntry&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(author, position);
  }
};

/// HAVE: the newest contiguous batch the sender holds of each lane it names. A hint, unsigned.
struct Have {
  static constexpr std::uint8_t tag = 15;
  std::vector<HaveEntry> lanes;

  bool operator==(const Have&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(bounded<cut_lanes_max>(lanes));
  }
};

/// GET_FINALITY: closing proofs from this epoch on, then the newest proof.
struct GetFinality {
  static constexpr std::uint8_t tag = 16;
  Epoch from;

  bool operator==(const GetFinality&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(from);
  }
};

/// FINALITY
struct Finality {
  static constexpr std::uint8_t tag = 17;
  std::vector<FinalityProof> proofs;

  bool operator==(const Finality&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(bounded<proofs_max>(proofs));
  }
};

/// E1, E2, E3: two votes of one signer that an honest validator never both signs.
struct VotePair {
  static constexpr std::uint8_t tag = 1;
  Vote first;
  Vote second;

  bool operator==(const VotePair&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(first, second);
  }
};

/// E4: two different batches of one author with the same epoch, incarnation and number.
struct BatchPair {
  static constexpr std::uint8_t tag = 2;
  SharedBatch first;
  SharedBatch second;

  bool operator==(const BatchPair&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(first, second);
  }
};

/// E5: a NOTARIZE for a proposal whose justification hashes to `just` but is not valid.
struct BadJustification {
  static constexpr std::uint8_t tag = 3;
  Proposal proposal;
  std::optional<Proposal> parent_proposal;
  Justification justification;
  Vote vote;

  bool operator==(const BadJustification&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(proposal, parent_proposal, justification, vote);
  }
};

/// A self-contained proof of misbehaviour, checkable by anyone who has the epoch's validators. Spec
/// section 8.
using Evidence = std::variant<VotePair, BatchPair, BadJustification>;

[[nodiscard]] EvidenceKind kind_of(const Evidence& evidence);
/// Whom it accuses.
[[nodiscard]] ValidatorIndex accused_by(const Evidence& evidence);
/// What it accuses of.
[[nodiscard]] Offence offence_of(const Evidence& evidence);

/// EVIDENCE. Its encoding, without the epoch before it, is that of evidence wherever it is kept.
struct EvidenceMessage {
  static constexpr std::uint8_t tag = 18;
  Evidence evidence;

  bool operator==(const EvidenceMessage&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(tagged(evidence));
  }
};

/// Numbers 19 to 22 are kept for GET_SNAPSHOT, SNAPSHOT, GET_CHUNK and CHUNK.
using MessageBody =
    std::variant<Propose, VoteMessage, CertMessage, Status, GetCerts, Certs, GetProposal,
                 ProposalMessage, GetJustification, JustificationPart, GetBlock, BlockMessage,
                 BatchMessage, GetBatch, Have, GetFinality, Finality, EvidenceMessage>;

/// One frame: the epoch, the number of the message, the message.
struct Message {
  Epoch epoch;
  MessageBody body;

  bool operator==(const Message&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(epoch, tagged(body));
  }
};

[[nodiscard]] Bytes encode_message(const Message& message);
[[nodiscard]] Bytes encode_evidence(const Evidence& evidence);
/// Bounded by the caller, and by the bounds of what evidence is made of.
[[nodiscard]] Result<Evidence, DecodeError> decode_evidence(ByteView bytes);

/// Errors: DecodeReason::too_long at offset 8 for a frame above frame_bytes_max of its number, then
/// those of decoding.
[[nodiscard]] Result<Message, DecodeError> decode_message(ByteView frame);

/// Largest frame of the message with this number, in bytes; 0 where the number names none.
[[nodiscard]] std::size_t frame_bytes_max(std::uint8_t message_tag);

/// The number of the message, as a metric label and for limits by kind.
[[nodiscard]] std::uint8_t tag_of(const Message& message);

}  // namespace vostro::consensus
