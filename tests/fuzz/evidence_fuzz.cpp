// Evidence as the ledger and an auditor read it: the bytes of a report, and files that convict.
// Only what validators have signed convicts one of them, and nothing that is changed does.
// Catalogue row C12.
#include "consensus/evidence.h"
#include "consensus/evidence_file.h"
#include "consensus/verify.h"
#include "consensus/votes.h"
#include "tests/fuzz/consensus_samples.h"
#include "tests/fuzz/target.h"

namespace vostro::fuzz {
namespace {

using namespace consensus;  // NOLINT: the whole file is about it

/// A signature is one of those that were made; of E4 the samples know only that it was accepted.
void check_genuine(const Evidence& evidence) {
  const auto is_genuine = [](const consensus::Vote& vote) {
    return consensus_samples().votes.contains(
        {vote.signer, vote.type, vote.view, vote.proposal, vote.signature});
  };
  if (const auto* pair = std::get_if<VotePair>(&evidence)) {
    VOSTRO_CHECK(is_genuine(pair->first) && is_genuine(pair->second));
    VOSTRO_CHECK(exclude_each_other(pair->first, pair->second));
  }
  if (const auto* bad = std::get_if<BadJustification>(&evidence))
    VOSTRO_CHECK(is_genuine(bad->vote));
}

EpochSigners signers() {
  const EpochContext& context = consensus_samples().committee.context();
  EpochSigners made{context.network_id, context.version, context.epoch, {}, {}};
  made.anchor.bytes = context.anchor.bytes;
  for (const Validator& each : context.validators.all())
    made.validators.push_back({each.member.bytes, each.key});
  return made;
}

void read_report(ByteView input) {
  const Judge judge;
  const auto claimed = judge.claim_of(input);
  const auto decoded = decode_evidence(input);
  VOSTRO_CHECK(claimed.has_value() == decoded.has_value());
  if (!decoded) {
    VOSTRO_CHECK(!judge.proves(signers(), input));
    return;
  }
  VOSTRO_CHECK(std::ranges::equal(encode_evidence(*decoded), input));
  VOSTRO_CHECK(*claimed == offence_of(*decoded));
  if (!judge.proves(signers(), input)) return;
  VOSTRO_CHECK(claimed->validator < consensus_samples().committee.size());
  check_genuine(*decoded);
  // Under another network, epoch or version the same signatures are nobody's.
  EpochSigners other = signers();
  other.epoch = other.epoch.next();
  VOSTRO_CHECK(!judge.proves(other, input));
}

void read_file(ByteView input) {
  const auto file = read_evidence_file(input);
  if (!file) {
    VOSTRO_CHECK(!file.error().empty());
    return;
  }
  VOSTRO_CHECK(std::ranges::equal(write_evidence_file(*file), input));
  const auto committee = check_evidence_file(consensus_samples().committee, *file);
  if (!committee) {
    VOSTRO_CHECK(!to_string(committee.error()).empty());
    return;
  }
  if (file->epochs.empty()) check_genuine(file->evidence);
}

}  // namespace

std::vector<Bytes> seeds() {
  std::vector<Bytes> made;
  const EpochContext& context = consensus_samples().committee.context();
  for (const Message& message : consensus_samples().messages) {
    const auto* found = std::get_if<EvidenceMessage>(&message.body);
    if (found == nullptr) continue;
    made.push_back(encode_evidence(found->evidence));
    made.push_back(write_evidence_file({context.network_id, {}, context.version, found->evidence}));
  }
  VOSTRO_CHECK(made.size() >= 6);
  return made;
}

}  // namespace vostro::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vostro;  // NOLINT: the whole file is about it
  const ByteView input(data, size);
  fuzz::read_report(input);
  fuzz::read_file(input);
  return 0;
}
