#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/codec.h"
#include "base/planted.h"
#include "consensus/crc32c.h"
#include "consensus/journal.h"
#include "consensus/journal_format.h"

namespace vostro::consensus {

namespace {

struct OwnedRecord {
  Record record;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(tagged(record));
  }
};

std::uint64_t little_endian(ByteView bytes, std::size_t offset, std::size_t width) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < width; ++i) value |= std::uint64_t{bytes[offset + i]} << (8 * i);
  return value;
}

struct Head {
  JournalIdentity identity;
  std::uint8_t scheme = 0;
  JournalSalt salt;
  std::uint32_t number = 0;
  std::uint64_t size = 0;
  std::uint64_t first_group = 0;
  std::uint64_t first_record = 0;
};

std::optional<Head> read_head(ByteView bytes) {
  if (bytes.size() < segment_head_size) return std::nullopt;
  const ByteView head = bytes.first(segment_head_size);
  if (as_text(head.first(8)) != journal_format::magic) return std::nullopt;
  if (crc32c(head.first(segment_head_size - 4)) != little_endian(head, segment_head_size - 4, 4))
    return std::nullopt;
  Head read;
  read.scheme = head[8];
  std::copy_n(head.begin() + 9, 32, read.identity.key.bytes.begin());
  std::copy_n(head.begin() + 41, 32, read.identity.network_id.bytes.begin());
  std::copy_n(head.begin() + 73, 16, read.salt.bytes.begin());
  read.number = static_cast<std::uint32_t>(little_endian(head, 89, 4));
  read.size = little_endian(head, 93, 8);
  read.first_group = little_endian(head, 101, 8);
  read.first_record = little_endian(head, 109, 8);
  return read;
}

struct Group {
  std::uint64_t sequence = 0;
  std::uint64_t records = 0;
  ByteView body;
};

std::optional<Group> read_group(ByteView bytes, std::size_t offset, const JournalSalt& salt) {
  if (bytes.size() - offset < group_head_size) return std::nullopt;
  const ByteView at = bytes.subspan(offset);
  if (!std::equal(salt.bytes.begin(), salt.bytes.end(), at.begin())) return std::nullopt;
  const std::uint64_t length = little_endian(at, 16, 4);
  if (length == 0 || length > at.size() - group_head_size) return std::nullopt;
  const ByteView body = at.subspan(group_head_size, length);
  if (crc32c(body, crc32c(at.first(32))) != little_endian(at, 32, 4) &&
      !is_planted(Planted::torn_group_accepted))
    return std::nullopt;
  return Group{little_endian(at, 20, 8), little_endian(at, 28, 4), body};
}

// The next whole group at or after `offset`, wherever it begins. The salt cannot stand in the bytes
// by chance or by intent.
bool holds_group(ByteView bytes, std::size_t offset, const JournalSalt& salt) {
  auto from = bytes.begin() + static_cast<std::ptrdiff_t>(std::min(offset, bytes.size()));
  while (true) {
    const auto mark = std::search(from, bytes.end(), salt.bytes.begin(), salt.bytes.end());
    if (mark == bytes.end()) return false;
    if (read_group(bytes, static_cast<std::size_t>(mark - bytes.begin()), salt)) return true;
    from = mark + 1;
  }
}

bool is_zero(ByteView bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](Byte byte) { return byte == 0; });
}

class Scanner {
 public:
  Scanner(const JournalIdentity& identity, const EpochContext& genesis,
          std::vector<SegmentView> segments)
      : segments_(std::move(segments)) {
    std::sort(segments_.begin(), segments_.end(),
              [](const SegmentView& a, const SegmentView& b) { return a.number < b.number; });
    JournalResume& at = scan_.resume;
    at.identity = identity;
    at.epoch = genesis.epoch;
    at.ctx = genesis.digest();
    scan_.state.epoch = genesis.epoch;
  }

  Result<JournalScan, JournalFault> run() {
    if (segments_.empty()) return fail(JournalFault{JournalFaultKind::no_segment, 0, 0});
    std::size_t i = 0;
    bool goes_on = true;
    for (; i < segments_.size() && goes_on; ++i) {
      if (i > 0 && segments_[i].number != segments_[i - 1].number + 1)
        return fail(
            JournalFault{JournalFaultKind::missing_segment, segments_[i - 1].number + 1, 0});
      if (const auto kind = open(i)) return fail(JournalFault{*kind, segments_[i].number, 0});
      if (const auto fault = read_groups(i)) return fail(*fault);
      goes_on = is_ended_;
    }
    if (is_ended_) {
      return fail(JournalFault{JournalFaultKind::missing_segment, segments_.back().number + 1, 0});
    }
    // A segment is made before the one before it is ended: one may follow the segment that goes on,
    // with nothing in it.
    for (; i < segments_.size(); ++i) {
      const bool is_only_one = i + 1 == segments_.size();
      if (!is_only_one || holds_group(segments_[i].bytes, 0, scan_.resume.salt))
        return fail(JournalFault{JournalFaultKind::bad_group, segments_[i - 1].number,
                                 scan_.resume.offset});
      scan_.repair.push_back(DeleteSegment{segments_[i].number});
    }
    return finish();
  }

 private:
  std::optional<JournalFaultKind> open(std::size_t i) {
    const std::optional<Head> head = read_head(segments_[i].bytes);
    if (!head) return JournalFaultKind::bad_head;
    JournalResume& at = scan_.resume;
    if (head->scheme != static_cast<std::uint8_t>(at.identity.key.scheme) ||
        head->identity.key.bytes != at.identity.key.bytes)
      return JournalFaultKind::foreign_key;
    if (head->identity.network_id != at.identity.network_id)
      return JournalFaultKind::foreign_network;
    if (head->number != segments_[i].number) return JournalFaultKind::bad_head;
    if (i == 0) {
      at.salt = head->salt;
      at.segment_bytes = head->size;
      at.group_sequence = head->first_group;
      at.record_sequence = head->first_record;
    } else if (head->salt != at.salt || head->size != at.segment_bytes ||
               head->first_group != at.group_sequence || head->first_record != at.record_sequence) {
      return JournalFaultKind::bad_head;
    }
    if (segments_[i].bytes.size() != head->size) return JournalFaultKind::wrong_size;
    at.segments.push_back({head->number, at.epoch, View(0)});
    at.offset = segment_head_size;
    return std::nullopt;
  }

  std::optional<JournalFault> read_groups(std::size_t i) {
    const ByteView bytes = segments_[i].bytes;
    const std::uint32_t number = segments_[i].number;
    JournalResume& at = scan_.resume;
    is_ended_ = false;
    while (!is_ended_) {
      const std::optional<Group> group = read_group(bytes, at.offset, at.salt);
      if (!group) break;
      if (group->sequence != at.group_sequence)
        return JournalFault{JournalFaultKind::out_of_sequence, number, at.offset};
      if (const auto kind = read_records(*group)) return JournalFault{*kind, number, at.offset};
      ++at.group_sequence;
      ++scan_.groups;
      at.offset += group_head_size + group->body.size();
    }
    if (is_zero(bytes.subspan(at.offset))) return std::nullopt;
    if (holds_group(bytes, at.offset, at.salt)) {
      const auto kind = is_ended_ ? JournalFaultKind::out_of_sequence : JournalFaultKind::bad_group;
      return JournalFault{kind, number, at.offset};
    }
    if (!is_ended_) {
      scan_.dropped_torn_group = true;
      scan_.repair.push_back(ClearSegment{number, at.offset});
      scan_.repair.push_back(SyncSegment{number});
    }
    return std::nullopt;
  }

  std::optional<JournalFaultKind> read_records(const Group& group) {
    ByteView left = group.body;
    for (std::uint64_t i = 0; i < group.records; ++i) {
      if (left.size() < record_frame_size) return JournalFaultKind::bad_record;
      const std::uint64_t length = little_endian(left, 0, 4);
      if (length > left.size() - record_frame_size) return JournalFaultKind::bad_record;
      const ByteView framed = left.first(record_frame_size + length);
      if (crc32c(framed.first(framed.size() - 4)) != little_endian(framed, framed.size() - 4, 4))
        return JournalFaultKind::bad_record;
      if (little_endian(framed, 4, 8) != scan_.resume.record_sequence)
        return JournalFaultKind::out_of_sequence;
      const auto ctx = fixed_from_bytes<Hash>(framed.subspan(13, 32));
      if (const auto kind = read_record(framed[12], *ctx, framed.subspan(45, length))) return kind;
      ++scan_.resume.record_sequence;
      left = left.subspan(framed.size());
    }
    if (!left.empty() || group.records == 0) return JournalFaultKind::bad_record;
    return std::nullopt;
  }

  std::optional<JournalFaultKind> read_record(std::uint8_t type, const Hash& ctx, ByteView body) {
    JournalResume& at = scan_.resume;
    if (type == journal_format::segment_end_type || type == journal_format::segments_dropped_type) {
      if (ctx != at.ctx) return JournalFaultKind::foreign_context;
      if (type == journal_format::segment_end_type) {
        is_ended_ = true;
        return body.empty() ? std::nullopt : std::optional(JournalFaultKind::bad_record);
      }
      if (body.size() != 4) return JournalFaultKind::bad_record;
      at.dropped_below = static_cast<std::uint32_t>(little_endian(body, 0, 4));
      return at.dropped_below <= at.segments.back().number
                 ? std::nullopt
                 : std::optional(JournalFaultKind::bad_record);
    }

    Bytes encoded{type};
    append(encoded, body);
    const Result<OwnedRecord, DecodeError> decoded = decode<OwnedRecord>(encoded);
    if (!decoded) return JournalFaultKind::bad_record;
    const Record& record = decoded->record;
    if (const auto* epoch = std::get_if<EpochRecord>(&record)) {
      const std::optional<Hash> begun = journal_format::context_of(at.identity.network_id, *epoch);
      if (!begun) return JournalFaultKind::bad_record;
      if (ctx != *begun) return JournalFaultKind::foreign_context;
      // Carried into a new segment: it begins nothing, and must not clear the votes of its own
      // epoch.
      if (at.epoch_record == *epoch) return std::nullopt;
    } else if (ctx != at.ctx) {
      return JournalFaultKind::foreign_context;
    }
    journal_format::note(at, record);
    apply(scan_.state, record);
    return std::nullopt;
  }

  Result<JournalScan, JournalFault> finish() {
    JournalResume& at = scan_.resume;
    const std::uint32_t first = at.segments.front().number;
    if (first > at.dropped_below)
      return fail(JournalFault{JournalFaultKind::missing_segment, at.dropped_below, 0});
    while (at.segments.front().number < at.dropped_below) {
      scan_.repair.push_back(DeleteSegment{at.segments.front().number});
      at.segments.erase(at.segments.begin());
    }
    return std::move(scan_);
  }

  std::vector<SegmentView> segments_;
  JournalScan scan_;
  bool is_ended_ = false;
};

}  // namespace

Result<JournalScan, JournalFault> scan_journal(const JournalIdentity& identity,
                                               const EpochContext& genesis,
                                               std::vector<SegmentView> segments) {
  return Scanner(identity, genesis, std::move(segments)).run();
}

}  // namespace vostro::consensus
