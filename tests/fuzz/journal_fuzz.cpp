// The vote journal as found after a crash. An input either damages a good journal, and then what is
// recovered is the state after some of its groups and never another; or it is records in a group
// whose checksums are right, as a fault of ours would write them, and then anything but a crash
// will do. Catalogue row S2.
#include "base/codec.h"
#include "consensus/crc32c.h"
#include "consensus/journal_format.h"
#include "tests/fuzz/consensus_samples.h"
#include "tests/fuzz/target.h"
#include "tests/support/consensus_net.h"

namespace vostro::fuzz {
namespace {

using namespace consensus;  // NOLINT: the whole file is about it

constexpr std::size_t kRecordsPerGroup = 4;
// What a change of one place can spoil: enough for a few groups.
constexpr std::size_t kDamageMax = 64;
enum Kind : Byte { damage, records, kinds };

const EpochContext& genesis() {
  return consensus_samples().committee.context();
}
JournalIdentity identity() {
  return {consensus_samples().committee.key(ValidatorIndex(0)), genesis().network_id};
}
JournalSalt salt() {
  JournalSalt salt;
  salt.bytes.fill(0x5A);
  return salt;
}

/// The one file of a journal, as the writer's steps make it, and the state after each group.
struct Written {
  Bytes file;
  std::size_t end = 0;
  std::vector<RecoveredState> states{1};
};

void carry_out(Bytes& file, const JournalSteps& steps) {
  for (const JournalStep& step : steps) {
    if (const auto* create = std::get_if<CreateSegment>(&step)) {
      file = create->head;
      file.resize(create->size);
    } else if (const auto* write = std::get_if<WriteSegment>(&step)) {
      std::copy(write->bytes.begin(), write->bytes.end(),
                file.begin() + static_cast<std::ptrdiff_t>(write->offset));
    }
  }
}

Written write_journal() {
  Written written;
  CreatedJournal created =
      create_journal(identity(), salt(), genesis(), journal_format::segment_bytes_min);
  carry_out(written.file, created.steps);
  JournalWriter writer(std::move(created.resume));
  RecoveredState state;
  const std::span<const Record> all(consensus_samples().records);
  for (std::size_t at = 0; at < all.size(); at += kRecordsPerGroup) {
    const auto group = all.subspan(at, std::min(kRecordsPerGroup, all.size() - at));
    carry_out(written.file, writer.append(group));
    VOSTRO_CHECK(writer.position().segments.size() == 1);
    for (const Record& record : group) apply(state, record);
    written.states.push_back(state);
  }
  written.end = static_cast<std::size_t>(writer.position().offset);
  return written;
}
const Written& written() {
  static const Written journal = write_journal();
  return journal;
}

Result<JournalScan, JournalFault> scan(const Bytes& file) {
  return scan_journal(identity(), genesis(), {{1, file}});
}

void check_damaged(Script script) {
  Bytes file = written().file;
  while (!script.is_over()) {
    // Mostly where the journal is, sometimes in the zeros behind it.
    const std::size_t at = script.number(3) % std::min(file.size(), written().end + 512);
    const std::size_t size = std::min<std::size_t>(1 + script.choice(kDamageMax), file.size() - at);
    const auto begin = file.begin() + static_cast<std::ptrdiff_t>(at);
    switch (script.choice(5)) {
      case 0:
        *begin = static_cast<Byte>(*begin ^ (1u << script.choice(8)));
        break;
      case 1:
        std::ranges::copy(script.take(size), begin);
        break;
      case 2:  // as a write that never came
        std::fill(begin, file.end(), Byte{0});
        break;
      case 3: {  // as a write in the wrong place
        const std::size_t from = script.number(3) % (file.size() - size + 1);
        const Bytes moved(file.begin() + static_cast<std::ptrdiff_t>(from),
                          file.begin() + static_cast<std::ptrdiff_t>(from + size));
        std::ranges::copy(moved, begin);
        break;
      }
      default:
        file.resize(at);
        if (file.empty()) script = Script({});
        break;
    }
  }
  const auto found = scan(file);
  if (!found) return;
  VOSTRO_CHECK(file.size() == written().file.size());
  VOSTRO_CHECK(found->groups < written().states.size());
  VOSTRO_CHECK(found->state == written().states[found->groups]);
}

/// A journal of one group that holds these records, each a type, a length and a body.
void check_records(Script script) {
  Bytes body;
  std::uint32_t count = 0;
  const Hash& ctx = consensus_samples().committee.ctx();
  while (!script.is_over() && count < 16) {
    const std::uint8_t type = script.byte();
    const ByteView content = script.take(script.number(2));
    Bytes record;
    append_little_endian(record, content.size(), 4);
    append_little_endian(record, ++count, 8);
    record.push_back(type);
    append(record, ctx.view());
    append(record, content);
    append_little_endian(record, crc32c(record), 4);
    append(body, record);
  }
  Bytes group;
  append(group, salt().view());
  append_little_endian(group, body.size(), 4);
  append_little_endian(group, 1, 8);
  append_little_endian(group, count, 4);
  append_little_endian(group, crc32c(body, crc32c(group)), 4);
  append(group, body);
  Bytes file = written().file;
  std::fill(file.begin() + static_cast<std::ptrdiff_t>(segment_head_size), file.end(), Byte{0});
  if (group.size() > file.size() - segment_head_size) return;
  std::ranges::copy(group, file.begin() + static_cast<std::ptrdiff_t>(segment_head_size));
  const auto found = scan(file);
  if (!found) return;
  // Whoever goes on after this journal, and is stopped again, finds what was there and no more.
  Bytes more = file;
  carry_out(more, JournalWriter(found->resume).append(std::vector<Record>{IncarnationRecord{77}}));
  const auto again = scan(more);
  if (found->resume.segments.size() == 1 && found->resume.segments.front().number == 1 &&
      again.has_value()) {
    RecoveredState expected = found->state;
    apply(expected, IncarnationRecord{77});
    VOSTRO_CHECK(again->state == expected);
  }
}

struct TaggedRecord {
  const Record& record;
  template <class Archive>
  void serialize(Archive& archive) const {
    archive(tagged(record));
  }
};

Bytes record_seed(std::span<const Record> some) {
  Bytes made{records};
  for (const Record& record : some) {
    const Bytes bytes = encode(TaggedRecord{record});
    made.push_back(bytes.front());
    append_little_endian(made, bytes.size() - 1, 2);
    append(made, ByteView(bytes).subspan(1));
  }
  return made;
}

}  // namespace

std::vector<Bytes> seeds() {
  std::vector<Bytes> made{{damage},
                          {damage, 0x40, 0x03, 0x00, 7, 0, 1},
                          {damage, 0x00, 0x09, 0x00, 0, 2},
                          {damage, 0x00, 0x04, 0x00, 9, 3, 0x00, 0x05, 0x00},
                          {damage, 0x00, 0x02, 0x00, 3, 1, 1, 2, 3, 4}};
  const std::span<const Record> all(consensus_samples().records);
  for (std::size_t at = 0; at + 2 < all.size() && at < 24; at += 2)
    made.push_back(record_seed(all.subspan(at, 2)));
  const std::vector<Record> rare{
      Checkpoint{Epoch(0), View(1), std::nullopt, 1},
      EpochRecord{1, Epoch(1), BlockId{}, Height(5), UnixMillis(1),
                  consensus_samples().committee.context().validators.all()}};
  made.push_back(record_seed(rare));
  made.push_back({records, journal_format::segment_end_type, 0, 0});
  made.push_back({records, journal_format::segments_dropped_type, 4, 0, 1, 0, 0, 0});
  return made;
}

}  // namespace vostro::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vostro::fuzz;  // NOLINT: the whole file is about it
  if (size == 0) return 0;
  const Script script(vostro::ByteView(data, size).subspan(1));
  if (data[0] % kinds == damage) {
    check_damaged(script);
  } else {
    check_records(script);
  }
  return 0;
}
