#include "consensus/evidence_file.h"

#include "base/codec.h"
#include "consensus/no_cache.h"
#include "consensus/verify.h"

namespace vostro::consensus {
namespace {

constexpr std::string_view kMagic = "VOSTRO-EVIDENCE1";

}  // namespace

Bytes write_evidence_file(const EvidenceFile& file) {
  Bytes bytes(kMagic.begin(), kMagic.end());
  append(bytes, encode(file));
  return bytes;
}

Result<EvidenceFile, std::string> read_evidence_file(ByteView bytes) {
  if (bytes.size() > evidence_file_bytes_max)
    return fail("it has more than " + std::to_string(evidence_file_bytes_max) + " bytes");
  if (bytes.size() < kMagic.size() || as_text(bytes.first(kMagic.size())) != kMagic)
    return fail(std::string("it does not begin as a file of evidence does"));
  auto file = decode<EvidenceFile>(bytes.subspan(kMagic.size()));
  if (!file) return fail("it is damaged or cut: " + to_string(file.error()));
  return *std::move(file);
}

std::string_view to_string(EvidenceFileError error) {
  switch (error) {
    case EvidenceFileError::other_network:
      return "it is of another network, or of another version of the protocol";
    case EvidenceFileError::broken_epochs:
      return "the ends of the epochs do not lead to the validators whom it accuses";
    case EvidenceFileError::proves_nothing:
      return "what it holds is forged, or may be signed by an honest validator";
  }
  return "unknown";
}

Result<Committee, EvidenceFileError> check_evidence_file(const Committee& first,
                                                         const EvidenceFile& file) {
  if (file.network_id != first.context().network_id) return fail(EvidenceFileError::other_network);
  NoCache cache;
  std::optional<Committee> committee(first);
  for (std::size_t i = 0; i < file.epochs.size(); ++i) {
    const std::uint16_t version =
        i + 1 < file.epochs.size() ? file.epochs[i + 1].closing.header.version : file.version;
    auto after = committee_after(*committee, file.epochs[i], version, cache);
    if (!after) return fail(EvidenceFileError::broken_epochs);
    committee.emplace(*std::move(after));
  }
  // Of the first epoch the network says the version, of others the signatures.
  if (committee->context().version != file.version) return fail(EvidenceFileError::other_network);
  if (!verify_evidence(*committee, file.evidence, cache))
    return fail(EvidenceFileError::proves_nothing);
  return *std::move(committee);
}

}  // namespace vostro::consensus
