/// Files that convict a validator (consensus/evidence_file.h), checked against nothing but the
/// genesis file: no node, no network and no trust in who gave it is needed. Pure; any thread.
#pragma once

#include <string>

#include "base/result.h"
#include "chain/records.h"
#include "genesis/definition.h"

namespace vostro::client {

inline constexpr std::size_t evidence_file_bytes_max = 16 * 1024 * 1024;

/// What a checked file proves.
struct ProvedAct {
  Hash network_id;
  chain::MisbehaviourKey act;
  std::uint16_t validator = 0;  ///< index in its epoch
  std::size_t validators = 0;   ///< of that epoch
  PublicKey key;                ///< that signed
  Bytes evidence;               ///< as a ReportEvidence carries it
};

/// The error is a sentence: why the bytes are no such file, or convict nobody.
[[nodiscard]] Result<ProvedAct, std::string> check_evidence(const genesis::Definition& definition,
                                                            ByteView file);

}  // namespace vostro::client
