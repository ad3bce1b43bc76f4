#include "consensus/messages.h"

#include "base/codec.h"

namespace vostro::consensus {
namespace {

constexpr std::size_t epoch_size = 8;
/// Largest certificate: 64 bytes a signature, and 60 for the rest.
constexpr std::size_t certificate_bytes_max = 64 * validators_max + 60;
constexpr std::size_t proposal_bytes_max = 8 + 8 + 32 + 32;
constexpr std::size_t header_bytes_max = 512;
constexpr std::size_t block_bytes_max = header_bytes_max + 54 * cut_lanes_max + 8;
constexpr std::size_t small_bytes_max = 1024;
constexpr std::size_t held_bytes_max = certificate_bytes_max + proposal_bytes_max + 8;
constexpr std::size_t proof_bytes_max =
    header_bytes_max + proposal_bytes_max + certificate_bytes_max;
/// Beside its transactions a batch has its fields, and 4 bytes of length for each transaction.
constexpr std::size_t batch_frame_bytes_max =
    batch_bytes_max + 4 * batch_transactions_max + small_bytes_max;

}  // namespace

EvidenceKind kind_of(const Evidence& evidence) {
  if (const auto* pair = std::get_if<VotePair>(&evidence)) {
    if (pair->first.type != pair->second.type) return EvidenceKind::finalize_nullify;
    return pair->first.type == VoteType::notarize ? EvidenceKind::double_notarize
                                                  : EvidenceKind::double_finalize;
  }
  return std::holds_alternative<BatchPair>(evidence) ? EvidenceKind::double_batch
                                                     : EvidenceKind::bad_justification;
}

ValidatorIndex accused_by(const Evidence& evidence) {
  if (const auto* votes = std::get_if<VotePair>(&evidence)) return votes->first.signer;
  if (const auto* batches = std::get_if<BatchPair>(&evidence))
    return batches->first.batch->batch.author;
  return std::get<BadJustification>(evidence).vote.signer;
}

Offence offence_of(const Evidence& evidence) {
  Offence offence{accused_by(evidence).value, kind_of(evidence), 0, 0};
  if (const auto* votes = std::get_if<VotePair>(&evidence)) {
    offence.place = votes->first.view.value;
  } else if (const auto* batches = std::get_if<BatchPair>(&evidence)) {
    offence.place = batches->first.batch->batch.incarnation;
    offence.number = batches->first.batch->batch.seq;
  } else {
    offence.place = std::get<BadJustification>(evidence).vote.view.value;
  }
  return offence;
}

Bytes encode_evidence(const Evidence& evidence) {
  return encode(EvidenceMessage{evidence});
}

Result<Evidence, DecodeError> decode_evidence(ByteView bytes) {
  auto decoded = decode<EvidenceMessage>(bytes);
  if (!decoded) return fail(decoded.error());
  return std::move(decoded->evidence);
}

Bytes encode_message(const Message& message) {
  return encode(message);
}

std::size_t frame_bytes_max(std::uint8_t message_tag) {
  switch (message_tag) {
    case Propose::tag:
      return propose_bytes_max;
    case CertMessage::tag:
      return held_bytes_max + small_bytes_max;
    case Certs::tag:
      return certs_max * held_bytes_max + proof_bytes_max + small_bytes_max;
    case JustificationPart::tag:
      return inline_certificates_max * certificate_bytes_max + small_bytes_max;
    case BlockMessage::tag:
      return blocks_max * block_bytes_max + small_bytes_max;
    case BatchMessage::tag:
      return batch_frame_bytes_max;
    case Have::tag:
      return cut_lanes_max * 46 + small_bytes_max;
    case Finality::tag:
      return proofs_max * proof_bytes_max + small_bytes_max;
    case EvidenceMessage::tag:
      return 2 * batch_frame_bytes_max;
    case VoteMessage::tag:
    case Status::tag:
    case GetCerts::tag:
    case GetProposal::tag:
    case ProposalMessage::tag:
    case GetJustification::tag:
    case GetBlock::tag:
    case GetBatch::tag:
    case GetFinality::tag:
      return small_bytes_max;
    default:
      return 0;
  }
}

std::uint8_t tag_of(const Message& message) {
  return std::visit([](const auto& body) { return std::decay_t<decltype(body)>::tag; },
                    message.body);
}

Result<Message, DecodeError> decode_message(ByteView frame) {
  if (frame.size() <= epoch_size) return fail(DecodeError{DecodeReason::truncated, frame.size()});
  const std::size_t largest = frame_bytes_max(frame[epoch_size]);
  if (largest == 0) return fail(DecodeError{DecodeReason::unknown_tag, epoch_size});
  if (frame.size() > largest) return fail(DecodeError{DecodeReason::too_long, epoch_size});
  return decode<Message>(frame);
}

}  // namespace vostro::consensus
