// Frames of validators: decoding, and the checks that need no state. What decodes is written as the
// same bytes and refused when cut or longer; no vote or certificate passes that was not signed.
// Catalogue rows P5, P6, P7, C1, C2, C4, C12.
#include "tests/fuzz/consensus_samples.h"
#include "tests/fuzz/target.h"

#include "consensus/no_cache.h"
#include "consensus/verify.h"

namespace vostro::fuzz {
namespace {

using namespace consensus;  // NOLINT: the whole file is about it

bool is_genuine(const Vote& vote) {
  return consensus_samples().votes.contains(
      {vote.signer, vote.type, vote.view, vote.proposal, vote.signature});
}

bool is_genuine(const Certificate& certificate) {
  const ConsensusSamples& samples = consensus_samples();
  std::size_t next = 0;
  for (std::uint16_t i = 0; i < samples.committee.size(); ++i) {
    const ValidatorIndex signer(i);
    if (!certificate.has_signer(signer)) continue;
    if (next == certificate.signatures.size() ||
        !samples.votes.contains({signer, certificate.type, certificate.view, certificate.proposal,
                                 certificate.signatures[next]}))
      return false;
    ++next;
  }
  return next == certificate.signatures.size() && next == samples.committee.quorum();
}

void check_signed(const VerifiedMessage& verified) {
  if (const auto* vote = std::get_if<VoteMessage>(&verified.body()))
    VOSTRO_CHECK(is_genuine(vote->vote));
  if (const auto* propose = std::get_if<Propose>(&verified.body()))
    VOSTRO_CHECK(is_genuine(propose->vote));
  if (const auto* evidence = std::get_if<EvidenceMessage>(&verified.body())) {
    if (const auto* pair = std::get_if<VotePair>(&evidence->evidence))
      VOSTRO_CHECK(is_genuine(pair->first) && is_genuine(pair->second));
    if (const auto* bad = std::get_if<BadJustification>(&evidence->evidence))
      VOSTRO_CHECK(is_genuine(bad->vote));
  }
  if (const auto* cert = std::get_if<CertMessage>(&verified.body()))
    VOSTRO_CHECK(is_genuine(cert->held.certificate));
  if (const auto* certs = std::get_if<Certs>(&verified.body())) {
    for (const HeldCertificate& held : certs->certificates)
      VOSTRO_CHECK(is_genuine(held.certificate));
  }
  if (const auto* finality = std::get_if<Finality>(&verified.body())) {
    for (const FinalityProof& proof : finality->proofs)
      VOSTRO_CHECK(is_genuine(proof.finalization));
  }
}

}  // namespace

std::vector<Bytes> seeds() {
  std::vector<Bytes> made;
  for (const Message& message : consensus_samples().messages)
    made.push_back(encode_message(message));
  return made;
}

}  // namespace vostro::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vostro;             // NOLINT: the whole file is about it
  using namespace vostro::consensus;  // NOLINT: the whole file is about it
  const fuzz::ConsensusSamples& samples = fuzz::consensus_samples();
  const ByteView input(data, size);

  const fuzz::MemoryBound bound(size);
  auto message = decode_message(input);
  if (!message) {
    VOSTRO_CHECK(message.error().offset <= std::max<std::size_t>(size, 8));
    return 0;
  }
  VOSTRO_CHECK(std::ranges::equal(encode_message(*message), input));
  VOSTRO_CHECK(size <= frame_bytes_max(tag_of(*message)));
  VOSTRO_CHECK(!decode_message(input.first(size - 1)));
  Bytes longer(input.begin(), input.end());
  longer.push_back(0);
  VOSTRO_CHECK(!decode_message(longer));

  NoCache cache;
  const auto verified = verify(samples.committee, *std::move(message), cache);
  if (verified) {
    fuzz::check_signed(*verified);
  } else {
    VOSTRO_CHECK(!to_string(verified.error()).empty());
  }
  return 0;
}
