/// One file that convicts a validator before anyone who has the genesis file: the evidence, and how
/// the validators of its epoch follow from the network's first ones. Pure. Source: consensus-spec
/// sections 8 and 14.
///
/// Bytes: "VOSTRO-EVIDENCE1", then the canonical encoding. Whoever changes a byte makes another
/// file, which convicts nobody.
#pragma once

#include <string>
#include <vector>

#include "consensus/light.h"

namespace vostro::consensus {

struct EvidenceFile {
  static constexpr std::size_t epochs_max = 4'096;

  Hash network_id;
  std::vector<EpochStep> epochs;  ///< ascending, from the network's first to the one before
  std::uint16_t version = 1;      ///< of the protocol in its epoch: signatures name it
  Evidence evidence;

  bool operator==(const EvidenceFile&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(network_id, bounded<epochs_max>(epochs), version, tagged(evidence));
  }
};

/// Two batches of full size, and the steps of a thousand epochs.
inline constexpr std::size_t evidence_file_bytes_max = 16 * 1024 * 1024;

[[nodiscard]] Bytes write_evidence_file(const EvidenceFile& file);
/// The error is a sentence. What is read is not checked.
[[nodiscard]] Result<EvidenceFile, std::string> read_evidence_file(ByteView bytes);

/// Why a file convicts nobody, in order of precedence.
enum class EvidenceFileError : std::uint8_t {
  other_network,   ///< it is not of the network that `first` began
  broken_epochs,   ///< the steps do not lead to the validators of its epoch
  proves_nothing,  ///< what was signed is forged, or may be signed by an honest validator
};
[[nodiscard]] std::string_view to_string(EvidenceFileError error);

/// The committee of the evidence's epoch, in which its act is proved. `first` is the network's
/// first.
[[nodiscard]] Result<Committee, EvidenceFileError> check_evidence_file(const Committee& first,
                                                                       const EvidenceFile& file);

}  // namespace vostro::consensus
