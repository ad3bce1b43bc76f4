/// What the engine writes into the journal, and what recovery makes of it. The records of the
/// journal are the one truth about what this validator has signed: no vote leaves before its record
/// is on disk (consensus-spec sections 4 and 13). Framing, checksums and segments are journal.h's;
/// these are the bodies.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <variant>
#include <vector>

#include "consensus/messages.h"
#include "consensus/types.h"

namespace vostro::consensus {

/// nz[v] := id, with everything that is needed to propose, defend or re-send it. Needs a sync.
/// For an EXTEND the driver adds the BatchRecords of its cut to the same sync.
struct OwnNotarize {
  static constexpr std::uint8_t tag = 1;
  Propose propose;  ///< justification always whole; vote is the leader's
  std::optional<HeldCertificate>
      entry;      ///< the certificate for view - 1 by which the view was entered; none in view 1
  ProposalId id;  ///< nz[view], last

  bool operator==(const OwnNotarize&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(propose, entry, id);
  }
};

/// nl += {view}. Needs a sync.
struct OwnNullify {
  static constexpr std::uint8_t tag = 2;
  View view;
  std::optional<HeldCertificate> entry;

  bool operator==(const OwnNullify&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(view, entry);
  }
};

/// fz[view] := notarization.proposal. Needs a sync.
struct OwnFinalize {
  static constexpr std::uint8_t tag = 3;
  HeldCertificate notarization;

  bool operator==(const OwnFinalize&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(notarization);
  }
};

/// A certificate that was built or received: a notarization, nullification, or a finalization whose
/// header is not known yet.
struct CertificateRecord {
  static constexpr std::uint8_t tag = 4;
  HeldCertificate held;

  bool operator==(const CertificateRecord&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(held);
  }
};

/// F := proof.proposal.view, and with it the floor: no vote in that view or below it.
struct NewFinality {
  static constexpr std::uint8_t tag = 5;
  FinalityProof proof;

  bool operator==(const NewFinality&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(proof);
  }
};

/// The incarnation of this process's lane; synced before its first batch. Written by the lanes.
struct IncarnationRecord {
  static constexpr std::uint8_t tag = 6;
  std::uint32_t incarnation = 0;

  bool operator==(const IncarnationRecord&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(incarnation);
  }
};

/// Written by the journal before older segments are deleted.
struct Checkpoint {
  static constexpr std::uint8_t tag = 7;
  Epoch epoch;
  View floor;
  std::optional<FinalityProof> proof;  ///< none while nothing is final in the epoch
  std::uint32_t incarnation = 0;

  bool operator==(const Checkpoint&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(epoch, floor, proof, incarnation);
  }
};

/// A new epoch begins: everything of the one before is cleared. Needs a sync before any vote in it.
struct EpochRecord {
  static constexpr std::uint8_t tag = 8;
  std::uint16_t version = 1;
  Epoch epoch;
  BlockId anchor;
  Height anchor_height;
  UnixMillis anchor_time;
  std::vector<Validator> validators;

  bool operator==(const EpochRecord&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(version, epoch, anchor, anchor_height, anchor_time,
            bounded<validators_max>(validators));
  }
};

/// A batch that an own NOTARIZE vouches for. Written by the driver.
struct BatchRecord {
  static constexpr std::uint8_t tag = 9;
  SharedBatch batch;

  bool operator==(const BatchRecord&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(batch);
  }
};

/// A certificate as it is kept for ever. It does not say of which epoch it is: a nullification
/// binds that by its signatures alone.
struct ArchivedCertificate {
  Epoch epoch;
  HeldCertificate held;

  bool operator==(const ArchivedCertificate&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(epoch, held);
  }
};

using Record = std::variant<OwnNotarize, OwnNullify, OwnFinalize, CertificateRecord, NewFinality,
                            IncarnationRecord, Checkpoint, EpochRecord, BatchRecord>;

/// What the journal says after a restart: the durable part of the machine of spec section 4, of one
/// epoch.
struct RecoveredState {
  Epoch epoch;
  std::optional<EpochRecord> epoch_record;  ///< none in the genesis epoch
  std::uint32_t incarnation = 0;
  View floor;                                     ///< never vote here or below
  std::optional<FinalityProof> finality;          ///< newest proof
  std::optional<HeldCertificate> finalization;    ///< a newer one whose header was unknown
  std::map<View, OwnNotarize> notarized;          ///< nz and the proposals, views above floor
  std::set<View> nullified;                       ///< nl
  std::map<View, ProposalId> finalized;           ///< fz
  std::map<View, HeldCertificate> notarizations;  ///< N
  std::map<View, Certificate> nullifications;     ///< U
  std::map<BatchId, SharedBatch> batches;         ///< of BatchRecords, whatever their view
  /// Certificates of views up to the floor, and of the proofs, in the order in which they were
  /// outlived: of no more use to the engine, and perhaps not in the archive yet.
  std::vector<ArchivedCertificate> outlived;

  bool operator==(const RecoveredState&) const = default;
};

/// Applies one record, in the order in which they were written. The one place that knows what a
/// record means.
void apply(RecoveredState& state, const Record& record);

/// True for records without which a vote must not leave: OwnNotarize, OwnNullify, OwnFinalize,
/// IncarnationRecord, EpochRecord.
[[nodiscard]] bool needs_sync(const Record& record);

}  // namespace vostro::consensus
