/// The parts of the journal's format that writer and scan share. Private to journal.cpp and
/// journal_scan.cpp.
#pragma once

#include <optional>
#include <string_view>

#include "consensus/journal.h"

namespace vostro::consensus::journal_format {

inline constexpr std::string_view magic = "VOSTROJ1";
/// Beside the types of Record, which are 1..9: the last record of a segment that has a successor,
/// and the number below which segments may be deleted.
inline constexpr std::uint8_t segment_end_type = 200;
inline constexpr std::uint8_t segments_dropped_type = 201;
/// Most bytes of the group that opens a new segment: an epoch's validators (128 of 49 bytes), a
/// proof of at most 128 signatures.
inline constexpr std::uint64_t carried_bytes_max = 20 * 1024;
inline constexpr std::uint64_t segment_bytes_min = 64 * 1024;

[[nodiscard]] Bytes make_head(const JournalResume& at, std::uint32_t number,
                              std::uint64_t first_group, std::uint64_t first_record);

/// ctx of the epoch that the record begins; none where its validators are no valid set.
[[nodiscard]] std::optional<Hash> context_of(const Hash& network_id, const EpochRecord& record);

/// What the writer has to know of a record: the newest floor, proof, incarnation and epoch, and the
/// views of its segment.
void note(JournalResume& at, const Record& record);

}  // namespace vostro::consensus::journal_format
