// What a node reads back from its store or from a stranger as bytes of a known kind: headers, cuts,
// certificates, batches, proofs, quotes. The first byte chooses the kind. What decodes is written
// as the same bytes, has the id of its bytes, and passes no check that it should not.
// Catalogue rows P5, P6, P7, C4.
#include "base/codec.h"
#include "chain/quote.h"
#include "consensus/verify.h"
#include "tests/fuzz/consensus_samples.h"
#include "tests/fuzz/target.h"
#include "tests/support/chain_builders.h"
#include "tests/support/consensus_net.h"

namespace vostro::fuzz {
namespace {

using namespace consensus;  // NOLINT: the whole file is about it

/// Decoded, and looked at as its reader would.
template <class Object, class Look>
void read(ByteView input, Look look) {
  auto object = decode<Object>(input);
  if (!object) return;
  VOSTRO_CHECK(std::ranges::equal(encode(*object), input));
  look(*std::move(object));
}

void look_at(const Header& header) {
  VOSTRO_CHECK(header.id() == BlockId{hash("block", encode(header)).bytes});
}

void look_at(const Certificate& certificate) {
  net::PlainCache cache;
  const Committee& committee = consensus_samples().committee;
  std::size_t signers = 0;
  for (std::uint16_t i = 0; i < committee.size(); ++i)
    signers += certificate.has_signer(ValidatorIndex(i)) ? 1 : 0;
  if (verify_certificate(committee, certificate, cache))
    VOSTRO_CHECK(signers == committee.quorum() && certificate.signatures.size() == signers);
}

void look_at(const FinalityProof& proof) {
  net::PlainCache cache;
  if (verify_finality(consensus_samples().committee, proof, cache)) {
    VOSTRO_CHECK(proof.proposal.block == proof.header.id());
    VOSTRO_CHECK(proof.finalization.type == VoteType::finalize);
  }
}

void look_at(SignedBatch batch) {
  net::PlainCache cache;
  const Committee& committee = consensus_samples().committee;
  const BatchId id = batch.batch.id();
  const auto verified = verify_batch(
      committee, SharedBatch{std::make_shared<const SignedBatch>(std::move(batch))}, cache);
  if (verified) VOSTRO_CHECK(verified->id() == id && committee.has(verified->batch().author));
}

void look_at(const Cut& cut) {
  VOSTRO_CHECK(cut.root() == hash("cut", encode(cut)));
  if (cut.is_ascending()) VOSTRO_CHECK(cut.lanes.size() <= cut_lanes_max);
}

void look_at(const chain::SignedQuote& quote) {
  if (chain::is_well_formed(quote.quote)) VOSTRO_CHECK(quote.quote.sells != quote.quote.buys);
  VOSTRO_CHECK(chain::quote_hash(quote.quote) == hash("quote", encode(quote.quote)));
}

template <class Object>
Bytes seed(Byte kind, const Object& object) {
  Bytes made{kind};
  append(made, encode(object));
  return made;
}

}  // namespace

std::vector<Bytes> seeds() {
  std::vector<Bytes> made;
  for (const Message& message : consensus_samples().messages) {
    if (const auto* propose = std::get_if<Propose>(&message.body)) {
      made.push_back(seed(0, propose->header));
      made.push_back(seed(1, propose->cut));
    }
    if (const auto* cert = std::get_if<CertMessage>(&message.body))
      made.push_back(seed(2, cert->held.certificate));
    if (const auto* finality = std::get_if<Finality>(&message.body))
      made.push_back(seed(3, finality->proofs.front()));
    if (const auto* batch = std::get_if<BatchMessage>(&message.body))
      made.push_back(seed(4, *batch->batch.batch));
  }
  made.push_back(seed(5, test::a_quote().debtors({"NORDDEFF", "SUDBFRPP"}).build()));
  return made;
}

}  // namespace vostro::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vostro;             // NOLINT: the whole file is about it
  using namespace vostro::consensus;  // NOLINT: the whole file is about it
  if (size == 0) return 0;
  static_cast<void>(fuzz::consensus_samples());  // not counted below
  const ByteView input = ByteView(data, size).subspan(1);
  const fuzz::MemoryBound bound(size);
  const auto look = [](auto&& object) { fuzz::look_at(std::move(object)); };
  switch (data[0] % 6) {
    case 0:
      fuzz::read<Header>(input, look);
      break;
    case 1:
      fuzz::read<Cut>(input, look);
      break;
    case 2:
      fuzz::read<Certificate>(input, look);
      break;
    case 3:
      fuzz::read<FinalityProof>(input, look);
      break;
    case 4:
      fuzz::read<SignedBatch>(input, look);
      break;
    default:
      fuzz::read<chain::SignedQuote>(input, look);
      break;
  }
  return 0;
}
