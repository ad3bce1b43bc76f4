// Goal: what was synced is read again or refused aloud; only what never was is dropped in silence.
// Method: a file of records, cut and damaged at every byte.
#include "node/runtime/append_file.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/unit/node/api_support.h"

namespace vostro::node {
namespace {

Bytes record(std::string_view text) {
  return {text.begin(), text.end()};
}

struct Reading {
  std::vector<std::string> records;
  std::optional<std::string> error;
  std::uint64_t size = 0;
};

class AppendFiles : public testing::Test {
 protected:
  Reading read() const {
    Reading reading;
    const auto file = AppendFile::open(
        path_, [&](ByteView bytes) { reading.records.emplace_back(bytes.begin(), bytes.end()); });
    if (!file) {
      reading.error = file.error();
    } else {
      reading.size = file->size();
    }
    return reading;
  }
  /// Each text a record; a sync after those that end with "!".
  void write(const std::vector<std::string>& texts) const {
    std::filesystem::remove(path_);
    auto file = AppendFile::open(path_, [](ByteView) {});
    ASSERT_TRUE(file.has_value());
    for (const std::string& text : texts) {
      ASSERT_TRUE(file->append(record(text)));
      if (text.ends_with("!")) {
        ASSERT_TRUE(file->sync());
      }
    }
  }
  std::string content() const {
    std::ifstream in(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  void put(const std::string& bytes) const {
    std::ofstream(path_, std::ios::binary | std::ios::trunc) << bytes;
  }
  static std::size_t framed(std::string_view text) { return AppendFile::head_bytes + text.size(); }

  test::TempDir directory_;
  std::string path_ = directory_.path("file");
};

TEST_F(AppendFiles, RecordsComeBackInOrderAndMoreMayFollow) {
  write({"one", "", "three!"});
  EXPECT_EQ(read().records, (std::vector<std::string>{"one", "", "three!"}));
  auto file = AppendFile::open(path_, [](ByteView) {});
  ASSERT_TRUE(file.has_value());
  ASSERT_TRUE(file->append(record("four")));
  EXPECT_EQ(read().records, (std::vector<std::string>{"one", "", "three!", "four"}));
}

TEST_F(AppendFiles, AnEndThatIsCutOffLosesTheRecordsItCuts) {
  write({"one!", "two", "three"});
  const std::string whole = content();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    put(whole.substr(0, size));
    const Reading reading = read();
    ASSERT_FALSE(reading.error) << *reading.error;
    std::vector<std::string> expected;
    std::size_t end = 0;
    for (const std::string text : {"one!", "two", "three"}) {
      if ((end += framed(text)) > size) break;
      expected.push_back(text);
      EXPECT_GE(reading.size, end);
    }
    EXPECT_EQ(reading.records, expected) << size;
    EXPECT_EQ(std::filesystem::file_size(path_), reading.size);
  }
}

TEST_F(AppendFiles, DamageBeforeASyncIsAnErrorAtEveryByte) {
  write({"one", "two!", "three!", "four"});
  const std::string whole = content();
  const std::size_t proven = framed("one") + framed("two!");  // "three!" tells of their sync
  for (std::size_t at = 0; at < proven; ++at) {
    for (const int flip : {0x01, 0x80, 0xff}) {
      std::string damaged = whole;
      damaged[at] = static_cast<char>(damaged[at] ^ flip);
      put(damaged);
      const Reading reading = read();
      ASSERT_TRUE(reading.error) << "byte " << at;
      EXPECT_NE(reading.error->find("is damaged at byte " +
                                    std::to_string(at < framed("one") ? 0 : framed("one"))),
                std::string::npos)
          << *reading.error;
      EXPECT_EQ(content(), damaged) << "nothing is cut off a damaged file";
    }
  }
}

TEST_F(AppendFiles, AHoleThatWasNeverSyncedIsCutOffWithWhatStandsBehindIt) {
  write({"one!", "two", "three", "four"});
  std::string torn = content();
  const std::size_t hole = framed("one!");
  std::fill_n(torn.begin() + static_cast<std::ptrdiff_t>(hole), framed("two"), '\0');
  put(torn);
  const Reading reading = read();
  ASSERT_FALSE(reading.error) << *reading.error;
  EXPECT_EQ(reading.records, std::vector<std::string>{"one!"});
  EXPECT_EQ(reading.size, hole);
}

TEST_F(AppendFiles, WhatWasReadCountsAsSynced) {
  write({"one", "two"});
  auto file = AppendFile::open(path_, [](ByteView) {});
  ASSERT_TRUE(file.has_value());
  ASSERT_TRUE(file->append(record("three")));
  std::string damaged = content();
  damaged[2] = static_cast<char>(damaged[2] ^ 1);
  put(damaged);
  EXPECT_TRUE(read().error) << "a reader was given these records: they may not vanish later";
}

TEST_F(AppendFiles, AHeadIsFoundAcrossWindowsOfTheSearch) {
  const std::string large(1024 * 1024 + 17, 'x');
  write({large + "!", "two!", "three"});
  std::string damaged = content();
  damaged[0] = static_cast<char>(damaged[0] ^ 1);
  put(damaged);
  EXPECT_TRUE(read().error);
}

TEST_F(AppendFiles, BytesOfARecordDoNotPassForAHead) {
  // A whole file as the content of a record, in a hole of which it would tell of a sync.
  write({"one!", "two!"});
  const std::string inner = content();
  write({"first!"});
  auto file = AppendFile::open(path_, [](ByteView) {});
  ASSERT_TRUE(file.has_value());
  ASSERT_TRUE(file->append(record(inner)));
  std::string torn = content();
  torn[framed("first!")] = static_cast<char>(torn[framed("first!")] ^ 1);
  put(torn);
  const Reading reading = read();
  EXPECT_FALSE(reading.error);
  EXPECT_EQ(reading.records, std::vector<std::string>{"first!"});
}

}  // namespace
}  // namespace vostro::node
