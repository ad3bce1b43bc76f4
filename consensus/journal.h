/// The journal's bytes: what is written, and what may be believed of it after a crash. Pure: the
/// writer returns steps for the file edge to carry out in order, the scan takes the bytes of all
/// segment files and returns a state or a reason why there is none. It is the one truth about what
/// this validator has signed. Source: consensus-spec section 13.
///
/// Segment file, preallocated and zero-filled, integers little-endian:
///   head    magic "VOSTROJ1", key (scheme, 32 bytes), network_id[32], salt[16], number u32, size
///   u64,
///           first group sequence u64, first record sequence u64, CRC32C u32 of all these
///   groups  mark[16] (the salt), length u32 of the records, sequence u64, records u32, CRC32C u32
///   of mark..records and
///           the records themselves
///   record  length u32 of the body, sequence u64, type u8, ctx[32], body, CRC32C u32 of all these
/// The salt is random, chosen with the journal, and secret: bytes that a stranger gets written (a
/// transaction inside a batch) can therefore not pass as a group when a torn tail is searched.
///
/// What may be believed: all groups up to the first one that is not whole. What follows that one
/// must hold no valid group: then it is the torn last write, whose outputs were never sent, and is
/// dropped. Anything else is AMNESIA: the key must not vote again in this epoch.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/keys.h"
#include "base/result.h"
#include "consensus/records.h"
#include "consensus/types.h"

namespace vostro::consensus {

/// Random bytes chosen by whoever creates the journal, together with the key. Never changes, never
/// leaves the node.
using JournalSalt = FixedBytes<struct JournalSaltTag, 16>;

struct JournalIdentity {
  PublicKey key;    ///< the validator's; a journal of another key is foreign
  Hash network_id;  ///< a journal of another network is foreign

  bool operator==(const JournalIdentity&) const = default;
};

inline constexpr std::uint64_t segment_bytes_default = 64 * 1024 * 1024;
inline constexpr std::size_t segment_head_size = 8 + 33 + 32 + 16 + 4 + 8 + 8 + 8 + 4;
inline constexpr std::size_t group_head_size = 16 + 4 + 8 + 4 + 4;
inline constexpr std::size_t record_frame_size = 4 + 8 + 1 + 32 + 4;

// ---- What the file edge does, in the order given. Any error there is fatal: no retry (spec
// section 13). ----

/// Create the file of this segment with `size` bytes, `head` and then zeros; sync the file, then
/// its directory.
struct CreateSegment {
  std::uint32_t number = 0;
  std::uint64_t size = 0;
  Bytes head;
  bool operator==(const CreateSegment&) const = default;
};
struct WriteSegment {
  std::uint32_t number = 0;
  std::uint64_t offset = 0;
  Bytes bytes;
  bool operator==(const WriteSegment&) const = default;
};
/// Fill with zeros from `offset` to the end of the segment: what a torn write left.
struct ClearSegment {
  std::uint32_t number = 0;
  std::uint64_t offset = 0;
  bool operator==(const ClearSegment&) const = default;
};
/// fdatasync. What was to follow the records (votes, proposals) may leave when this has returned.
struct SyncSegment {
  std::uint32_t number = 0;
  bool operator==(const SyncSegment&) const = default;
};
/// Remove the file, sync the directory.
struct DeleteSegment {
  std::uint32_t number = 0;
  bool operator==(const DeleteSegment&) const = default;
};
using JournalStep =
    std::variant<CreateSegment, WriteSegment, ClearSegment, SyncSegment, DeleteSegment>;
using JournalSteps = std::vector<JournalStep>;

// ---- Recovery ----

/// Why a journal cannot be believed.
enum class JournalFaultKind : std::uint8_t {
  no_segment,       ///< AMNESIA: the key exists and its journal does not.
  bad_head,         ///< AMNESIA: a segment's head is damaged, or contradicts the segment before.
  foreign_key,      ///< Foreign: written for another validator key.
  foreign_network,  ///< Foreign: written for another network.
  wrong_size,       ///< AMNESIA: the file is shorter or longer than it was created.
  missing_segment,  ///< AMNESIA: a gap in the numbers, or the first ones are gone without a
                    ///< checkpoint that let them.
  bad_group,        ///< AMNESIA: a group is damaged, and valid ones follow.
  out_of_sequence,  ///< AMNESIA: a valid group or record with another number than must be there
                    ///< (doubled, reordered).
  bad_record,       ///< AMNESIA: a record does not decode although its group is whole.
  foreign_context,  ///< Foreign: a record of another epoch or chain than the journal's own history
                    ///< leads to.
};
[[nodiscard]] std::string_view to_string(JournalFaultKind kind);

struct JournalFault {
  JournalFaultKind kind = JournalFaultKind::no_segment;
  std::uint32_t segment = 0;
  std::uint64_t offset = 0;

  /// The files belong to somebody else: a mistake in configuration. All other faults are AMNESIA.
  [[nodiscard]] bool is_foreign() const;
  bool operator==(const JournalFault&) const = default;
};

/// One file as found: its number is in its name, and in its head.
struct SegmentView {
  std::uint32_t number = 0;
  ByteView bytes;
};

/// Where and how writing goes on. Opaque to drivers.
struct JournalResume {
  struct Segment {
    std::uint32_t number = 0;
    Epoch epoch;    ///< of the newest record that has a view
    View view_max;  ///< the highest view in that epoch of which something is in this segment or an
                    ///< older one
    bool operator==(const Segment&) const = default;
  };
  JournalIdentity identity;
  JournalSalt salt;
  std::uint64_t segment_bytes = segment_bytes_default;
  std::vector<Segment> segments;  ///< ascending; the last one is written to
  std::uint64_t offset = 0;       ///< in the last segment
  std::uint64_t group_sequence = 1;
  std::uint64_t record_sequence = 1;
  /// The first segment with a BatchRecord whose NOTARIZE has not followed yet.
  std::optional<std::uint32_t> open_batches_from;
  std::uint32_t dropped_below = 1;  ///< segments below this number may be deleted or are already
  Epoch epoch;
  std::optional<EpochRecord> epoch_record;
  Hash ctx;
  std::uint32_t incarnation = 0;
  View floor;
  std::optional<FinalityProof> finality;
  bool operator==(const JournalResume&) const = default;
};

struct JournalScan {
  RecoveredState state;
  JournalResume resume;
  JournalSteps repair;  ///< to carry out before anything is appended: clears a torn tail, ends an
                        ///< interrupted deletion
  bool dropped_torn_group = false;
  std::uint64_t groups = 0;  ///< whole groups read
};

/// `genesis` is the context of epoch 0; those of later epochs are computed from the EPOCH records.
/// `segments` in any order. Errors: JournalFault of the first fault met, going forward.
[[nodiscard]] Result<JournalScan, JournalFault> scan_journal(const JournalIdentity& identity,
                                                             const EpochContext& genesis,
                                                             std::vector<SegmentView> segments);

// ---- Writing ----

struct CreatedJournal {
  JournalResume resume;
  JournalSteps steps;
};
/// A new, empty journal of one segment: done once, before the key file names it. `segment_bytes` is
/// at least 64 KiB, and four times the largest record in practice (a batch has at most 4 MiB).
[[nodiscard]] CreatedJournal create_journal(const JournalIdentity& identity,
                                            const JournalSalt& salt, const EpochContext& genesis,
                                            std::uint64_t segment_bytes = segment_bytes_default);

/// One writer per journal. Each call returns steps that end with the sync that makes its records
/// durable; the next call is made only when they are done (so only the last group can be torn).
/// Records that need no sync of their own (needs_sync in records.h) are best kept back by the
/// driver, at most 1 s, and passed along with the next that do.
class JournalWriter {
 public:
  explicit JournalWriter(JournalResume resume) : at_(std::move(resume)) {}

  /// The records of one turn, in order: one group, or several, each synced before the next, where
  /// one would not fit. The order of records is kept, so a tear loses an end of them, never the
  /// middle. Rolls over to a new segment where the current is full. The context is that of the
  /// current epoch; an EpochRecord among them changes it.
  [[nodiscard]] JournalSteps append(std::span<const Record> records);

  /// The block store and the archive of certificates have synced all that is final up to the view
  /// `archived` of this epoch; of an epoch that has ended it says nothing of the current one.
  /// Writes a checkpoint, synced, and then deletes the segments with nothing above both `archived`
  /// and the floor. No steps where that would delete nothing.
  [[nodiscard]] JournalSteps release(Epoch epoch, View archived);

  [[nodiscard]] const JournalResume& position() const { return at_; }

 private:
  struct Framed;
  [[nodiscard]] static Framed frame(const Record& record, const Hash& ctx);
  [[nodiscard]] JournalSteps append_framed(std::span<const Framed> left);
  void put_group(std::span<const Framed> records, JournalSteps& steps);
  void put_carried(JournalSteps& steps);
  void roll_over(JournalSteps& steps);
  [[nodiscard]] std::vector<Record> carried() const;
  [[nodiscard]] std::uint64_t room() const;

  JournalResume at_;
};

}  // namespace vostro::consensus
