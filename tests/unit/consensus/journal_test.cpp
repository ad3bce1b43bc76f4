// Goal: whatever happens to the journal's bytes, recovery gives exactly the state of a prefix of
// whole groups, and that only where the tear rule allows it, or AMNESIA: never another state.
// Method: journals written by the writer's own steps into memory, damaged at every byte, and
// compared with states built by applying the same records.
#include "consensus/journal.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "base/keys.h"
#include "consensus/crc32c.h"
#include "consensus/journal_format.h"

namespace vostro::consensus {
namespace {

constexpr std::uint64_t small_segment = journal_format::segment_bytes_min;

SecretKey key_of(Byte seed) {
  return SecretKey::from_seed(Bytes(SecretKey::seed_size, seed));
}

std::vector<Validator> validators_of(Byte first) {
  std::vector<Validator> validators(4);
  for (std::size_t i = 0; i < validators.size(); ++i) {
    validators[i].member.bytes[0] = static_cast<Byte>(i + 1);
    validators[i].key = key_of(static_cast<Byte>(first + i)).public_key();
  }
  return validators;
}

const EpochContext& genesis() {
  static const EpochContext context{hash("genesis", {}),
                                    1,
                                    Epoch(0),
                                    BlockId{hash("a", {}).bytes},
                                    Height(0),
                                    UnixMillis(1'000),
                                    *ValidatorSet::make(validators_of(1))};
  return context;
}
JournalIdentity identity() {
  return {validators_of(1)[0].key, genesis().network_id};
}
JournalSalt salt() {
  JournalSalt salt;
  for (std::size_t i = 0; i < salt.bytes.size(); ++i) salt.bytes[i] = static_cast<Byte>(0xA0 + i);
  return salt;
}

Certificate certificate(VoteType type, std::uint64_t view) {
  Certificate made;
  made.type = type;
  made.view = View(view);
  made.bitmap = {0x07};
  made.signatures.resize(3);
  return made;
}
OwnNotarize notarize(std::uint64_t view) {
  OwnNotarize record;
  record.propose.proposal.view = View(view);
  record.propose.header.height = Height(view);
  record.id = record.propose.proposal.id(genesis().digest());
  return record;
}
NewFinality finality(std::uint64_t view) {
  NewFinality record;
  record.proof.proposal.view = View(view);
  record.proof.header.height = Height(view);
  record.proof.finalization = certificate(VoteType::finalize, view);
  return record;
}
BatchRecord batch(std::uint64_t seq, std::size_t bytes = 40) {
  SignedBatch made;
  made.batch.seq = seq;
  made.batch.transactions.push_back({Bytes(bytes, static_cast<Byte>(seq))});
  return {SharedBatch{std::make_shared<const SignedBatch>(made)}};
}

/// The files, as an edge would keep them by carrying out the steps.
struct Disk {
  std::map<std::uint32_t, Bytes> files;

  void carry_out(const JournalSteps& steps) {
    for (const JournalStep& step : steps) carry_out(step);
  }
  void carry_out(const JournalStep& step) {
    if (const auto* create = std::get_if<CreateSegment>(&step)) {
      ASSERT_FALSE(files.contains(create->number));
      Bytes& file = files[create->number];
      file = create->head;
      file.resize(create->size);
    } else if (const auto* write = std::get_if<WriteSegment>(&step)) {
      Bytes& file = files.at(write->number);
      ASSERT_LE(write->offset + write->bytes.size(), file.size());
      std::copy(write->bytes.begin(), write->bytes.end(),
                file.begin() + static_cast<std::ptrdiff_t>(write->offset));
    } else if (const auto* clear = std::get_if<ClearSegment>(&step)) {
      Bytes& file = files.at(clear->number);
      std::fill(file.begin() + static_cast<std::ptrdiff_t>(clear->offset), file.end(), Byte{0});
    } else if (const auto* remove = std::get_if<DeleteSegment>(&step)) {
      ASSERT_EQ(files.erase(remove->number), 1u);
    }
  }
  [[nodiscard]] Result<JournalScan, JournalFault> scan() const {
    std::vector<SegmentView> segments;
    for (const auto& [number, bytes] : files) segments.push_back({number, bytes});
    return scan_journal(identity(), genesis(), segments);
  }
};

/// A journal in memory, with the state and the end of the bytes after each group.
struct Written {
  Disk disk;
  JournalWriter writer;
  RecoveredState state;
  std::vector<RecoveredState> states{1};             // after 0, 1, 2... groups
  std::vector<std::size_t> ends{segment_head_size};  // in the first segment

  explicit Written(std::uint64_t segment_bytes = small_segment)
      : writer(create_journal(identity(), salt(), genesis(), segment_bytes).resume) {
    disk.carry_out(create_journal(identity(), salt(), genesis(), segment_bytes).steps);
  }
  void append(const std::vector<Record>& records) {
    disk.carry_out(writer.append(records));
    for (const Record& record : records) apply(state, record);
    states.push_back(state);
    ends.push_back(static_cast<std::size_t>(writer.position().offset));
  }
};

Written small_journal() {
  Written written;
  written.append({IncarnationRecord{1}});
  written.append({batch(1), notarize(1)});
  written.append({CertificateRecord{{certificate(VoteType::nullify, 1), std::nullopt}},
                  OwnNullify{View(2), std::nullopt}});
  written.append({OwnFinalize{{certificate(VoteType::notarize, 3), Proposal{}}}});
  return written;
}

TEST(Crc32c, GivesThePublishedValues) {
  EXPECT_EQ(crc32c(as_bytes("123456789")), 0xE3069283u);
  EXPECT_EQ(crc32c(Bytes(32, 0x00)), 0x8A9136AAu);
  EXPECT_EQ(crc32c(Bytes(32, 0xFF)), 0x62A8AB43u);
  EXPECT_EQ(crc32c({}), 0u);
  EXPECT_EQ(crc32c(as_bytes("56789"), crc32c(as_bytes("1234"))), 0xE3069283u);
}

TEST(Journal, RecoversWhatWasAppendedAndGoesOnThere) {
  Written written = small_journal();
  const auto scan = written.disk.scan();
  ASSERT_TRUE(scan.has_value());
  EXPECT_EQ(scan->state, written.state);
  EXPECT_EQ(scan->resume, written.writer.position());
  EXPECT_EQ(scan->groups, 4u);
  EXPECT_TRUE(scan->repair.empty());
  EXPECT_FALSE(scan->dropped_torn_group);
}

TEST(Journal, EveryAppendEndsWithTheSyncThatMakesItDurable) {
  Written written;
  const std::vector<Record> records{OwnNullify{View(1), std::nullopt}};
  const JournalSteps steps = written.writer.append(records);
  ASSERT_EQ(steps.size(), 2u);
  EXPECT_TRUE(std::holds_alternative<WriteSegment>(steps[0]));
  EXPECT_EQ(steps[1], JournalStep(SyncSegment{1}));
}

// What a crash leaves of the last write: any prefix of it, the rest still zero.
TEST(Journal, CutAtEveryByteGivesThePrefixOfWholeGroups) {
  const Written written = small_journal();
  const std::size_t end = written.ends.back();
  for (std::size_t cut = segment_head_size; cut <= end; ++cut) {
    Disk disk = written.disk;
    std::fill(disk.files[1].begin() + static_cast<std::ptrdiff_t>(cut), disk.files[1].end(),
              Byte{0});
    const auto scan = disk.scan();
    ASSERT_TRUE(scan.has_value()) << "at " << cut;
    std::size_t whole = 0;
    // A group whose cut-off bytes are zeros anyway is whole.
    while (whole + 1 < written.ends.size() &&
           std::equal(disk.files[1].begin(),
                      disk.files[1].begin() + static_cast<std::ptrdiff_t>(written.ends[whole + 1]),
                      written.disk.files.at(1).begin()))
      ++whole;
    ASSERT_EQ(scan->groups, whole) << "at " << cut;
    ASSERT_EQ(scan->state, written.states[whole]) << "at " << cut;
    ASSERT_EQ(scan->resume.offset, written.ends[whole]) << "at " << cut;
  }
}

TEST(Journal, AFileThatIsShorterThanItWasMadeIsAmnesia) {
  const Written written = small_journal();
  for (std::size_t size = 0; size < written.ends.back() + 10; ++size) {
    Disk disk = written.disk;
    disk.files[1].resize(size);
    const auto scan = disk.scan();
    ASSERT_FALSE(scan.has_value()) << "at " << size;
    ASSERT_EQ(scan.error().kind,
              size < segment_head_size ? JournalFaultKind::bad_head : JournalFaultKind::wrong_size);
    ASSERT_FALSE(scan.error().is_foreign());
  }
}

TEST(Journal, EveryByteFlippedGivesAmnesiaOrDropsOnlyTheLastGroup) {
  const Written written = small_journal();
  const std::size_t last_begin = written.ends[written.ends.size() - 2];
  const std::size_t end = written.ends.back();
  for (std::size_t at = 0; at < end + 64; ++at) {
    for (const Byte mask : {Byte{0x01}, Byte{0x80}, Byte{0xFF}}) {
      Disk disk = written.disk;
      disk.files[1][at] ^= mask;
      const auto scan = disk.scan();
      if (at < segment_head_size) {
        ASSERT_FALSE(scan.has_value()) << "at " << at;
        ASSERT_EQ(scan.error().kind, JournalFaultKind::bad_head);
      } else if (at < last_begin) {
        ASSERT_FALSE(scan.has_value()) << "at " << at;
        ASSERT_EQ(scan.error().kind, JournalFaultKind::bad_group);
      } else {
        ASSERT_TRUE(scan.has_value()) << "at " << at;
        ASSERT_TRUE(scan->dropped_torn_group);
        const std::size_t whole = at < end ? written.states.size() - 2 : written.states.size() - 1;
        ASSERT_EQ(scan->state, written.states[whole]) << "at " << at;
      }
    }
  }
}

TEST(Journal, ATornGroupIsClearedBeforeWritingGoesOn) {
  Written written = small_journal();
  Written torn = small_journal();
  torn.append({batch(9, 5'000), notarize(4)});
  // Written in any order: the head of the group is missing, its end is there.
  std::fill_n(torn.disk.files[1].begin() + static_cast<std::ptrdiff_t>(written.ends.back()), 100,
              Byte{0});
  auto scan = torn.disk.scan();
  ASSERT_TRUE(scan.has_value());
  EXPECT_TRUE(scan->dropped_torn_group);
  EXPECT_EQ(scan->state, written.state);
  torn.disk.carry_out(scan->repair);
  EXPECT_EQ(torn.disk.files, written.disk.files);

  JournalWriter writer(scan->resume);
  const std::vector<Record> records{OwnNullify{View(9), std::nullopt}};
  torn.disk.carry_out(writer.append(records));
  const auto again = torn.disk.scan();
  ASSERT_TRUE(again.has_value());
  EXPECT_TRUE(again->state.nullified.contains(View(9)));
  EXPECT_EQ(again->groups, 5u);
}

// A stranger's transaction inside a batch must not pass as a group when the tail is searched: it
// lacks the salt.
TEST(Journal, AnImageOfAGroupWithAnotherSaltInsideATornGroupIsNoGroup) {
  JournalWriter strange(
      create_journal(identity(), JournalSalt{{1, 2, 3}}, genesis(), small_segment).resume);
  const std::vector<Record> records{OwnNullify{View(1), std::nullopt}};
  const JournalSteps steps = strange.append(records);
  Written written;
  written.append({IncarnationRecord{1}});
  SignedBatch carrier;
  carrier.batch.transactions.push_back({std::get<WriteSegment>(steps[0]).bytes});
  written.append({BatchRecord{SharedBatch{std::make_shared<const SignedBatch>(carrier)}}});
  written.disk.files[1][written.ends[1]] ^= 1;
  const auto scan = written.disk.scan();
  ASSERT_TRUE(scan.has_value());
  EXPECT_EQ(scan->state, written.states[1]);
}

TEST(Journal, ADoubledGroupIsAmnesia) {
  Written written = small_journal();
  Bytes& file = written.disk.files[1];
  const auto begin = file.begin() + static_cast<std::ptrdiff_t>(written.ends[3]);
  const Bytes last(begin, file.begin() + static_cast<std::ptrdiff_t>(written.ends[4]));
  std::copy(last.begin(), last.end(), file.begin() + static_cast<std::ptrdiff_t>(written.ends[4]));
  const auto scan = written.disk.scan();
  ASSERT_FALSE(scan.has_value());
  EXPECT_EQ(scan.error(), (JournalFault{JournalFaultKind::out_of_sequence, 1, written.ends[4]}));
}

TEST(Journal, OfAnotherKeyNetworkOrChainIsForeign) {
  const Written written = small_journal();
  const std::vector<SegmentView> segments{{1, written.disk.files.at(1)}};
  JournalIdentity other_key = identity();
  other_key.key = key_of(99).public_key();
  JournalIdentity other_network = identity();
  other_network.network_id = hash("genesis", as_bytes("other"));
  EpochContext other_anchor = genesis();
  other_anchor.anchor = BlockId{hash("b", {}).bytes};

  const auto by_key = scan_journal(other_key, genesis(), segments);
  const auto by_network = scan_journal(other_network, genesis(), segments);
  const auto by_chain = scan_journal(identity(), other_anchor, segments);
  EXPECT_EQ(by_key.error().kind, JournalFaultKind::foreign_key);
  EXPECT_EQ(by_network.error().kind, JournalFaultKind::foreign_network);
  EXPECT_EQ(by_chain.error().kind, JournalFaultKind::foreign_context);
  for (const auto* scan : {&by_key, &by_network, &by_chain})
    EXPECT_TRUE(scan->error().is_foreign());
}

TEST(Journal, AKeyWithoutAJournalIsAmnesia) {
  EXPECT_EQ(scan_journal(identity(), genesis(), {}).error().kind, JournalFaultKind::no_segment);
}

// ---- Segments ----

Written long_journal(std::uint64_t views) {
  Written written;
  written.append({IncarnationRecord{7}});
  for (std::uint64_t view = 1; view <= views; ++view)
    written.append({batch(view, 9'000), notarize(view)});
  return written;
}

TEST(Journal, RollsOverToNewSegmentsAndRecoversAcrossThem) {
  const Written written = long_journal(20);
  ASSERT_GE(written.disk.files.size(), 3u);
  const auto scan = written.disk.scan();
  ASSERT_TRUE(scan.has_value());
  EXPECT_EQ(scan->state, written.state);
  EXPECT_EQ(scan->state.notarized.size(), 20u);
  EXPECT_EQ(scan->resume, written.writer.position());
}

TEST(Journal, ALostSegmentIsAmnesiaWhicheverItIs) {
  const Written written = long_journal(20);
  for (const auto& [number, bytes] : written.disk.files) {
    Disk disk = written.disk;
    disk.files.erase(number);
    const auto scan = disk.scan();
    ASSERT_FALSE(scan.has_value()) << "segment " << number;
    EXPECT_EQ(scan.error().kind, JournalFaultKind::missing_segment);
  }
}

TEST(Journal, ADamagedGroupInAnOlderSegmentIsAmnesia) {
  const Written written = long_journal(20);
  for (std::size_t at = 0; at < small_segment; at += 97) {
    Disk disk = written.disk;
    disk.files[1][at] ^= 0x10;
    const auto scan = disk.scan();
    // Behind the end of the segment nothing counts; before it everything does.
    if (scan.has_value()) {
      ASSERT_EQ(scan->state, written.state);
      ASSERT_EQ(written.disk.files.at(1)[at], 0);
    }
  }
}

TEST(Journal, ACrashAnywhereInARollOverLosesNothingThatWasSynced) {
  Written written = long_journal(1);
  JournalSteps steps;
  std::vector<Record> records;
  for (std::uint64_t view = 2; steps.size() <= 2; ++view) {
    records = {batch(view, 9'000), notarize(view)};
    JournalWriter writer = written.writer;
    steps = writer.append(records);
    if (steps.size() <= 2) written.append(records);
  }
  ASSERT_TRUE(std::holds_alternative<CreateSegment>(steps[0]));
  RecoveredState after = written.state;
  for (const Record& record : records) apply(after, record);
  for (std::size_t done = 0; done <= steps.size(); ++done) {
    for (const bool is_torn : {false, true}) {
      Disk disk = written.disk;
      for (std::size_t i = 0; i < done; ++i) disk.carry_out(steps[i]);
      if (is_torn && done < steps.size()) {
        if (const auto* create = std::get_if<CreateSegment>(&steps[done])) {
          disk.files[create->number] = Bytes(create->head.begin(), create->head.begin() + 50);
        } else if (const auto* write = std::get_if<WriteSegment>(&steps[done])) {
          WriteSegment half = *write;
          half.bytes.resize(half.bytes.size() / 2);
          disk.carry_out(half);
        }
      }
      const auto scan = disk.scan();
      ASSERT_TRUE(scan.has_value())
          << "after step " << done << ": " << to_string(scan.error().kind);
      const bool is_written = done + 1 >= steps.size();
      ASSERT_EQ(scan->state, is_written ? after : written.state) << "after step " << done;
      // And from there it goes on, over the same roll-over.
      disk.carry_out(scan->repair);
      JournalWriter writer(scan->resume);
      disk.carry_out(writer.append(records));
      const auto again = disk.scan();
      ASSERT_TRUE(again.has_value()) << "after step " << done;
      ASSERT_EQ(again->state, after);
    }
  }
}

TEST(Journal, ReleasesSegmentsBehindTheFloorOnlyAfterASyncedCheckpoint) {
  Written written = long_journal(20);
  EXPECT_TRUE(written.writer.release(Epoch(0), View(20)).empty());  // nothing is final yet
  written.append({finality(12)});
  EXPECT_TRUE(written.writer.release(Epoch(0), View(0)).empty());  // nothing is archived yet
  const std::size_t before = written.disk.files.size();
  const JournalSteps steps = written.writer.release(Epoch(0), View(12));
  const auto first_delete = std::find_if(steps.begin(), steps.end(), [](const JournalStep& step) {
    return std::holds_alternative<DeleteSegment>(step);
  });
  ASSERT_NE(first_delete, steps.end());
  ASSERT_NE(first_delete, steps.begin());
  EXPECT_TRUE(std::holds_alternative<SyncSegment>(*std::prev(first_delete)));

  // Interrupted after any step, it recovers to the same votes above the floor.
  for (std::size_t done = 0; done <= steps.size(); ++done) {
    Disk disk = written.disk;
    for (std::size_t i = 0; i < done; ++i) disk.carry_out(steps[i]);
    const auto scan = disk.scan();
    ASSERT_TRUE(scan.has_value()) << "after step " << done;
    EXPECT_EQ(scan->state.notarized, written.state.notarized);
    EXPECT_EQ(scan->state.finality, written.state.finality);
    EXPECT_EQ(scan->state.floor, View(12));
    EXPECT_EQ(scan->state.incarnation, 7u);
    for (const auto& [view, own] : written.state.notarized)
      EXPECT_TRUE(scan->state.batches.contains(batch(view.value, 9'000).batch.batch->batch.id()));
    disk.carry_out(scan->repair);
    EXPECT_TRUE(disk.scan().has_value());
  }
  written.disk.carry_out(steps);
  EXPECT_LT(written.disk.files.size(), before);
  EXPECT_FALSE(written.disk.files.contains(1));
}

TEST(Journal, ATurnTooLargeForOneSegmentIsSplitInOrder) {
  Written written;
  std::vector<Record> records;
  for (std::uint64_t i = 1; i <= 12; ++i) records.push_back(batch(i, 12'000));
  records.push_back(notarize(1));
  written.append({IncarnationRecord{1}});
  written.append(records);
  const auto scan = written.disk.scan();
  ASSERT_TRUE(scan.has_value());
  EXPECT_EQ(scan->state, written.state);
  EXPECT_EQ(scan->resume, written.writer.position());
}

TEST(Journal, BatchesKeepTheirSegmentsUntilTheVoteThatNeedsThemIsBehindTheFloor) {
  Written written;
  written.append({IncarnationRecord{1}, finality(3)});
  std::vector<Record> batches;
  for (std::uint64_t i = 1; i <= 12; ++i) batches.push_back(batch(i, 12'000));
  written.append(batches);
  ASSERT_GE(written.disk.files.size(), 3u);
  EXPECT_TRUE(
      written.writer.release(Epoch(0), View(3)).empty());  // the vote has not been written yet
  written.append({notarize(4)});
  EXPECT_TRUE(written.writer.release(Epoch(0), View(3)).empty());
  EXPECT_TRUE(JournalWriter(written.disk.scan()->resume).release(Epoch(0), View(3)).empty());
  written.append({finality(4)});
  EXPECT_FALSE(written.writer.release(Epoch(0), View(4)).empty());
}

TEST(Journal, AnEpochRecordChangesTheContextAndIsCarriedWithoutClearingVotes) {
  Written written;
  written.append({IncarnationRecord{3}, notarize(1)});
  EpochRecord epoch;
  epoch.epoch = Epoch(1);
  epoch.anchor = BlockId{hash("closing", {}).bytes};
  epoch.validators = validators_of(11);
  written.append({finality(1), epoch});
  for (std::uint64_t view = 1; view <= 12; ++view)
    written.append({batch(view, 9'000), notarize(view)});
  ASSERT_GE(written.disk.files.size(), 2u);
  const auto scan = written.disk.scan();
  ASSERT_TRUE(scan.has_value()) << to_string(scan.error().kind);
  EXPECT_EQ(scan->state, written.state);
  EXPECT_EQ(scan->state.notarized.size(), 12u);
  // The segments of the epoch before are behind it; the context is found without them.
  written.append({finality(12)});
  // What was archived of the epoch before says nothing of this one.
  EXPECT_TRUE(written.writer.release(Epoch(0), View(12)).empty());
  written.disk.carry_out(written.writer.release(Epoch(1), View(12)));
  ASSERT_FALSE(written.disk.files.contains(1));
  const auto after = written.disk.scan();
  ASSERT_TRUE(after.has_value()) << to_string(after.error().kind);
  EXPECT_EQ(after->state.epoch_record, epoch);
  EXPECT_EQ(after->resume, written.writer.position());
}

}  // namespace
}  // namespace vostro::consensus
