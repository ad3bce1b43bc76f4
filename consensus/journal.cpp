#include "consensus/journal.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/codec.h"
#include "consensus/crc32c.h"
#include "consensus/journal_format.h"

namespace vostro::consensus {

namespace {

struct TaggedRecord {
  const Record& record;

  template <class Archive>
  void serialize(Archive& archive) const {
    archive(tagged(record));
  }
};

// Room kept at the end of each segment for the group that ends it.
constexpr std::uint64_t end_reserve = group_head_size + record_frame_size;

}  // namespace

std::string_view to_string(JournalFaultKind kind) {
  switch (kind) {
    case JournalFaultKind::no_segment:
      return "the key exists and its journal does not";
    case JournalFaultKind::bad_head:
      return "the head of a segment is damaged";
    case JournalFaultKind::foreign_key:
      return "the journal belongs to another validator key";
    case JournalFaultKind::foreign_network:
      return "the journal belongs to another network";
    case JournalFaultKind::wrong_size:
      return "a segment file has another size than it was made with";
    case JournalFaultKind::missing_segment:
      return "a segment file is missing";
    case JournalFaultKind::bad_group:
      return "a group of records is damaged and later ones are not";
    case JournalFaultKind::out_of_sequence:
      return "a group or record has the wrong sequence number";
    case JournalFaultKind::bad_record:
      return "a record does not decode";
    case JournalFaultKind::foreign_context:
      return "a record belongs to another epoch or chain";
  }
  return "unknown";
}

bool JournalFault::is_foreign() const {
  return kind == JournalFaultKind::foreign_key || kind == JournalFaultKind::foreign_network ||
         kind == JournalFaultKind::foreign_context;
}

// ---- Format shared with the scan ----

namespace journal_format {

Bytes make_head(const JournalResume& at, std::uint32_t number, std::uint64_t first_group,
                std::uint64_t first_record) {
  Bytes head;
  append(head, as_bytes(magic));
  head.push_back(static_cast<Byte>(at.identity.key.scheme));
  append(head, at.identity.key.bytes);
  append(head, at.identity.network_id.view());
  append(head, at.salt.view());
  append_little_endian(head, number, 4);
  append_little_endian(head, at.segment_bytes, 8);
  append_little_endian(head, first_group, 8);
  append_little_endian(head, first_record, 8);
  append_little_endian(head, crc32c(head), 4);
  VOSTRO_CHECK(head.size() == segment_head_size);
  return head;
}

std::optional<Hash> context_of(const Hash& network_id, const EpochRecord& record) {
  std::optional<ValidatorSet> validators = ValidatorSet::make(record.validators);
  if (!validators) return std::nullopt;
  const EpochContext context{
      network_id,           record.version,     record.epoch,          record.anchor,
      record.anchor_height, record.anchor_time, *std::move(validators)};
  return context.digest();
}

namespace {

View view_of(const Record& record) {
  struct {
    View operator()(const OwnNotarize& r) const { return r.propose.proposal.view; }
    View operator()(const OwnNullify& r) const { return r.view; }
    View operator()(const OwnFinalize& r) const { return r.notarization.certificate.view; }
    View operator()(const CertificateRecord& r) const { return r.held.certificate.view; }
    // These say something of the journal as a whole, and are carried into each new segment.
    View operator()(const NewFinality&) const { return View(0); }
    View operator()(const IncarnationRecord&) const { return View(0); }
    View operator()(const Checkpoint&) const { return View(0); }
    View operator()(const EpochRecord&) const { return View(0); }
    // Needed as long as the NOTARIZE that follows it: see open_batches_from.
    View operator()(const BatchRecord&) const { return View(0); }
  } view;
  return std::visit(view, record);
}

void note_proof(JournalResume& at, const FinalityProof& proof) {
  if (at.finality && at.finality->proposal.view >= proof.proposal.view) return;
  at.finality = proof;
  at.floor = std::max(at.floor, proof.proposal.view);
}

// Segments from this number on hold something of the view.
void raise_view(JournalResume& at, std::uint32_t from_number, View view) {
  for (JournalResume::Segment& segment : at.segments) {
    if (segment.number < from_number) continue;
    if (segment.epoch != at.epoch) {
      segment.epoch = at.epoch;
      segment.view_max = View(0);
    }
    segment.view_max = std::max(segment.view_max, view);
  }
}

}  // namespace

void note(JournalResume& at, const Record& record) {
  const std::uint32_t number = at.segments.back().number;
  if (const auto* incarnation = std::get_if<IncarnationRecord>(&record)) {
    at.incarnation = std::max(at.incarnation, incarnation->incarnation);
  } else if (const auto* finality = std::get_if<NewFinality>(&record)) {
    note_proof(at, finality->proof);
  } else if (const auto* checkpoint = std::get_if<Checkpoint>(&record)) {
    if (checkpoint->proof) note_proof(at, *checkpoint->proof);
    at.floor = std::max(at.floor, checkpoint->floor);
    at.incarnation = std::max(at.incarnation, checkpoint->incarnation);
  } else if (const auto* epoch = std::get_if<EpochRecord>(&record);
             epoch && at.epoch_record != *epoch) {
    const std::optional<Hash> ctx = context_of(at.identity.network_id, *epoch);
    VOSTRO_CHECK(ctx.has_value());
    at.epoch = epoch->epoch;
    at.epoch_record = *epoch;
    at.floor = View(0);
    at.finality.reset();
    at.incarnation = 0;
    at.open_batches_from.reset();
    at.ctx = *ctx;
  } else if (std::holds_alternative<BatchRecord>(record) && !at.open_batches_from) {
    at.open_batches_from = number;
  }
  raise_view(at, number, view_of(record));
  if (const auto* notarize = std::get_if<OwnNotarize>(&record); notarize && at.open_batches_from) {
    raise_view(at, *at.open_batches_from, notarize->propose.proposal.view);
    at.open_batches_from.reset();
  }
}

}  // namespace journal_format

// ---- Writing ----

struct JournalWriter::Framed {
  std::uint8_t type = 0;
  Hash ctx;
  Bytes body;
  const Record* record = nullptr;  // none for the journal's own

  [[nodiscard]] std::size_t size() const { return record_frame_size + body.size(); }
};

CreatedJournal create_journal(const JournalIdentity& identity, const JournalSalt& salt,
                              const EpochContext& genesis, std::uint64_t segment_bytes) {
  VOSTRO_CHECK(segment_bytes >= journal_format::segment_bytes_min);
  VOSTRO_CHECK(!salt.is_zero());
  CreatedJournal created;
  JournalResume& at = created.resume;
  at.identity = identity;
  at.salt = salt;
  at.segment_bytes = segment_bytes;
  at.epoch = genesis.epoch;
  at.ctx = genesis.digest();
  at.segments.push_back({1, genesis.epoch, View(0)});
  at.offset = segment_head_size;
  created.steps.push_back(CreateSegment{1, segment_bytes, journal_format::make_head(at, 1, 1, 1)});
  return created;
}

JournalWriter::Framed JournalWriter::frame(const Record& record, const Hash& ctx) {
  Bytes encoded = encode(TaggedRecord{record});
  const std::uint8_t type = encoded.front();
  encoded.erase(encoded.begin());
  return {type, ctx, std::move(encoded), &record};
}

JournalSteps JournalWriter::append(std::span<const Record> records) {
  std::vector<Framed> framed;
  Hash ctx = at_.ctx;
  for (const Record& record : records) {
    // The record that begins an epoch already carries the context of that epoch.
    if (const auto* epoch = std::get_if<EpochRecord>(&record)) {
      const auto begun = journal_format::context_of(at_.identity.network_id, *epoch);
      VOSTRO_CHECK(begun.has_value());
      ctx = *begun;
    }
    framed.push_back(frame(record, ctx));
  }
  return append_framed(framed);
}

std::uint64_t JournalWriter::room() const {
  return at_.segment_bytes - end_reserve - at_.offset;
}

JournalSteps JournalWriter::append_framed(std::span<const Framed> left) {
  JournalSteps steps;
  while (!left.empty()) {
    if (at_.offset == segment_head_size && at_.segments.back().number > 1) put_carried(steps);
    std::uint64_t size = group_head_size;
    std::size_t fitting = 0;
    while (fitting < left.size() && size + left[fitting].size() <= room())
      size += left[fitting++].size();
    // One turn belongs into one group where that is possible at all: begin a new segment rather
    // than split it.
    const bool is_fresh = at_.offset <= segment_head_size + journal_format::carried_bytes_max;
    if (fitting == 0 || (fitting < left.size() && !is_fresh)) {
      VOSTRO_CHECK(!is_fresh);
      roll_over(steps);
      continue;
    }
    put_group(left.first(fitting), steps);
    left = left.subspan(fitting);
  }
  return steps;
}

void JournalWriter::put_group(std::span<const Framed> records, JournalSteps& steps) {
  Bytes body;
  for (const Framed& record : records) {
    const std::size_t begin = body.size();
    append_little_endian(body, record.body.size(), 4);
    append_little_endian(body, at_.record_sequence++, 8);
    body.push_back(record.type);
    vostro::append(body, record.ctx.view());
    vostro::append(body, record.body);
    append_little_endian(body, crc32c(ByteView(body).subspan(begin)), 4);
    if (record.record != nullptr) journal_format::note(at_, *record.record);
  }
  Bytes group;
  group.reserve(group_head_size + body.size());
  vostro::append(group, at_.salt.view());
  append_little_endian(group, body.size(), 4);
  append_little_endian(group, at_.group_sequence++, 8);
  append_little_endian(group, records.size(), 4);
  append_little_endian(group, crc32c(body, crc32c(group)), 4);
  vostro::append(group, body);

  const std::uint32_t number = at_.segments.back().number;
  const std::uint64_t offset = at_.offset;
  at_.offset += group.size();
  VOSTRO_CHECK(at_.offset <= at_.segment_bytes);
  steps.push_back(WriteSegment{number, offset, std::move(group)});
  steps.push_back(SyncSegment{number});
}

void JournalWriter::roll_over(JournalSteps& steps) {
  const JournalResume::Segment old = at_.segments.back();
  const JournalResume::Segment next{old.number + 1, at_.epoch, View(0)};
  // First the new file, synced; then the end of the old one, so that an ended segment always has a
  // successor.
  steps.push_back(CreateSegment{next.number, at_.segment_bytes,
                                journal_format::make_head(at_, next.number, at_.group_sequence + 1,
                                                          at_.record_sequence + 1)});
  const Framed end{journal_format::segment_end_type, at_.ctx, {}, nullptr};
  put_group({&end, 1}, steps);
  at_.segments.push_back(next);
  at_.offset = segment_head_size;
}

// What later segments need of those before, which may be deleted: the epoch, and the newest of
// floor, proof, incarnation.
std::vector<Record> JournalWriter::carried() const {
  std::vector<Record> records;
  if (at_.epoch_record) records.push_back(*at_.epoch_record);
  records.push_back(Checkpoint{at_.epoch, at_.floor, at_.finality, at_.incarnation});
  return records;
}

void JournalWriter::put_carried(JournalSteps& steps) {
  const std::vector<Record> records = carried();
  std::vector<Framed> framed;
  for (const Record& record : records) framed.push_back(frame(record, at_.ctx));
  put_group(framed, steps);
  VOSTRO_CHECK(at_.offset <= segment_head_size + journal_format::carried_bytes_max);
}

JournalSteps JournalWriter::release(Epoch epoch, View archived) {
  const View released = epoch == at_.epoch ? std::min(archived, at_.floor) : View(0);
  std::uint32_t keep_from = at_.segments.front().number;
  for (std::size_t i = 0; i + 1 < at_.segments.size(); ++i) {
    const JournalResume::Segment& segment = at_.segments[i];
    const bool is_open = at_.open_batches_from && segment.number >= *at_.open_batches_from;
    const bool is_covered = segment.epoch < at_.epoch || segment.view_max <= released;
    if (is_open || !is_covered) break;
    keep_from = segment.number + 1;
  }
  if (keep_from == at_.segments.front().number) return {};

  const std::vector<Record> records = carried();
  std::vector<Framed> framed;
  for (const Record& record : records) framed.push_back(frame(record, at_.ctx));
  Framed dropped{journal_format::segments_dropped_type, at_.ctx, {}, nullptr};
  append_little_endian(dropped.body, keep_from, 4);
  framed.push_back(std::move(dropped));
  JournalSteps steps = append_framed(framed);
  at_.dropped_below = keep_from;
  while (at_.segments.front().number < keep_from) {
    steps.push_back(DeleteSegment{at_.segments.front().number});
    at_.segments.erase(at_.segments.begin());
  }
  return steps;
}

}  // namespace vostro::consensus
