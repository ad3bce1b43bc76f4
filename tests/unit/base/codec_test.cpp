// The bounded archive against bytes from outside: catalogue rows P5, P6 and P7, and the canonical
// form.
#include "base/codec.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdint>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "base/strong.h"

namespace vostro {
namespace {

enum class Colour : std::uint8_t { red = 1, green = 2 };
[[nodiscard]] constexpr bool is_listed(Colour c) {
  return c == Colour::red || c == Colour::green;
}

struct Circle {
  static constexpr std::uint8_t tag = 1;
  std::uint32_t radius = 0;

  bool operator==(const Circle&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(radius);
  }
};
struct Square {
  static constexpr std::uint8_t tag = 7;
  std::int64_t side = 0;

  bool operator==(const Square&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(side);
  }
};

/// One of each kind of field.
struct Sample {
  bool flag = false;
  Colour colour = Colour::red;
  std::uint16_t small = 0;
  Height height;
  std::array<Byte, 3> fixed{};
  std::optional<std::uint8_t> maybe;
  std::string text;
  std::vector<std::uint16_t> numbers;
  std::map<std::uint8_t, std::uint16_t> names;
  std::set<std::uint16_t> ids;
  std::variant<Circle, Square> shape;

  bool operator==(const Sample&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(flag, colour, small, height, fixed, maybe, bounded<255>(text), bounded<300>(numbers),
            bounded<4>(names), bounded<4>(ids), tagged(shape));
  }
};

Sample a_sample() {
  return {.flag = true,
          .colour = Colour::green,
          .small = 0x1234,
          .height = Height(0x0102030405060708),
          .fixed = {9, 8, 7},
          .maybe = 5,
          .text = "ab",
          .numbers = {1, 0xFFFE},
          .names = {{1, 0x78}, {2, 0}},
          .ids = {3, 0x0400},
          .shape = Square{-2}};
}

constexpr std::string_view kSampleHex =
    "01"                   // flag
    "02"                   // colour
    "3412"                 // small, little-endian
    "0807060504030201"     // height
    "090807"               // fixed
    "0105"                 // maybe: present, 5
    "026162"               // text: one byte of length, since the cap is 255
    "02000100feff"         // numbers: two bytes of length, since the cap is 300
    "02017800020000"       // names
    "0203000004"           // ids
    "07feffffffffffffff";  // shape: tag of Square, -2

template <class T>
DecodeReason reason_of(ByteView bytes) {
  const auto decoded = decode<T>(bytes);
  EXPECT_FALSE(decoded.has_value());
  return decoded ? DecodeReason::not_canonical : decoded.error().reason;
}

template <class T>
struct ListOf {
  std::vector<T> items;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(bounded<0xFFFFFFFF>(items));
  }
};

struct Wide {
  std::array<Byte, 64> bytes{};
  template <class Archive>
  void serialize(Archive& archive) {
    archive(bytes);
  }
};

struct Nest {
  std::vector<Nest> inner;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(bounded<1>(inner));
  }
};

std::size_t resident_bytes() {
  std::ifstream facts("/proc/self/statm");
  std::size_t all = 0;
  std::size_t resident = 0;
  facts >> all >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace

template <>
inline constexpr std::size_t encoded_size_min<Wide> = 64;

namespace {

TEST(Codec, WritesThePinnedBytesAndReadsThemBack) {
  EXPECT_EQ(to_hex(encode(a_sample())), kSampleHex);
  const auto decoded = decode<Sample>(*from_hex(kSampleHex));
  ASSERT_TRUE(decoded.has_value());
  EXPECT_EQ(*decoded, a_sample());
}

// Goal: a count never costs memory before its elements are there. Method: resident size around each
// decoding.
TEST(Codec, P5RefusesHugeCountsInNineBytesWithoutAllocating) {
  const Bytes count_2_26{0, 0, 0, 4, 1, 2, 3, 4, 5};
  const Bytes count_2_62{0, 0, 0,    0, 0,
                         0, 0, 0x40, 1};  // read as 0 elements, then 5 bytes too many
  const Bytes count_all_ones{0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x3F, 1};
  const std::size_t before = resident_bytes();
  EXPECT_EQ(reason_of<ListOf<Byte>>(count_2_26), DecodeReason::truncated);
  EXPECT_EQ(reason_of<ListOf<std::uint64_t>>(count_2_26), DecodeReason::truncated);
  EXPECT_EQ(reason_of<ListOf<Wide>>(count_2_26), DecodeReason::truncated);
  EXPECT_EQ(reason_of<ListOf<std::uint64_t>>(count_2_62), DecodeReason::trailing_bytes);
  EXPECT_EQ(reason_of<ListOf<Byte>>(count_all_ones), DecodeReason::truncated);
  EXPECT_EQ(reason_of<ListOf<Wide>>(count_all_ones), DecodeReason::truncated);
  // A sanitizer's own, or a huge page, may come in between; the least of these is 64 MiB.
  EXPECT_LT(resident_bytes() - std::min(before, resident_bytes()), std::size_t{16} << 20U);
}

TEST(Codec, P5RefusesACountJustAboveTheBytesLeft) {
  EXPECT_EQ(reason_of<ListOf<Byte>>(Bytes{3, 0, 0, 0, 1, 2}), DecodeReason::truncated);
  EXPECT_EQ(reason_of<ListOf<std::uint16_t>>(Bytes{2, 0, 0, 0, 1, 2, 3}), DecodeReason::truncated);
  EXPECT_TRUE(decode<ListOf<Byte>>(Bytes{2, 0, 0, 0, 1, 2}).has_value());
}

TEST(Codec, P5RefusesACountAboveItsCapBeforeItLooksAtTheRest) {
  EXPECT_EQ(reason_of<Nest>(Bytes{2, 0, 0}), DecodeReason::too_long);
  EXPECT_EQ(reason_of<Nest>(Bytes{2}), DecodeReason::too_long);
}

TEST(Codec, P6RefusesTheSampleCutAtEveryOffset) {
  const Bytes whole = encode(a_sample());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto decoded = decode<Sample>(ByteView(whole).first(size));
    ASSERT_FALSE(decoded.has_value()) << "cut at " << size;
    EXPECT_EQ(decoded.error().reason, DecodeReason::truncated) << "cut at " << size;
    EXPECT_LE(decoded.error().offset, size);
  }
}

TEST(Codec, P6RefusesOneTrailingByteAndSaysWhere) {
  Bytes longer = encode(a_sample());
  const std::size_t end = longer.size();
  longer.push_back(0);
  const auto decoded = decode<Sample>(longer);
  ASSERT_FALSE(decoded.has_value());
  EXPECT_EQ(decoded.error(), (DecodeError{DecodeReason::trailing_bytes, end}));
}

TEST(Codec, P6RefusesTheOtherEndianness) {
  EXPECT_EQ(reason_of<ListOf<Byte>>(Bytes{0, 0, 0, 2, 1, 2}), DecodeReason::truncated);
}

TEST(Codec, P6RefusesAnUnknownTag) {
  Bytes bytes = encode(a_sample());
  bytes[bytes.size() - 9] = 2;
  EXPECT_EQ(reason_of<Sample>(bytes), DecodeReason::unknown_tag);
}

/// `depth` lists, each in the one before it.
Bytes nested(std::size_t depth) {
  Bytes bytes(depth, 1);
  bytes.back() = 0;
  return bytes;
}

TEST(Codec, P7TakesEightLevelsAndRefusesNineAndTenThousand) {
  EXPECT_TRUE(decode<Nest>(nested(8)).has_value());
  EXPECT_EQ(reason_of<Nest>(nested(9)), DecodeReason::too_deep);
  EXPECT_EQ(reason_of<Nest>(nested(10'000)), DecodeReason::too_deep);
}

struct BadByte {
  const char* what;
  std::size_t offset;
  Byte value;
  DecodeReason reason;
};

TEST(Codec, P7RefusesBytesWithoutMeaning) {
  const Bytes good = encode(a_sample());
  const BadByte rows[] = {
      {"bool 2", 0, 2, DecodeReason::not_a_bool},
      {"bool 255", 0, 255, DecodeReason::not_a_bool},
      {"enum 0", 1, 0, DecodeReason::unlisted_enumerator},
      {"enum 3", 1, 3, DecodeReason::unlisted_enumerator},
      {"optional flag 2", 15, 2, DecodeReason::not_a_bool},
      {"map keys equal", 30, 1, DecodeReason::keys_not_ascending},
      {"map keys descending", 30, 0, DecodeReason::keys_not_ascending},
      {"set keys descending", 37, 0, DecodeReason::keys_not_ascending},
  };
  for (const BadByte& row : rows) {
    Bytes bytes = good;
    ASSERT_LT(row.offset, bytes.size());
    bytes[row.offset] = row.value;
    EXPECT_EQ(reason_of<Sample>(bytes), row.reason) << row.what;
  }
  Bytes equal_ids = good;
  equal_ids[36] = 3;
  equal_ids[37] = 0;
  EXPECT_EQ(reason_of<Sample>(equal_ids), DecodeReason::keys_not_ascending);
}

// Goal: one value has one encoding. Method: every one-byte change either is refused, or is another
// value that is written as the changed bytes.
TEST(Codec, EveryChangedByteIsRefusedOrAnotherValue) {
  const Bytes good = encode(a_sample());
  std::size_t refused = 0;
  for (std::size_t i = 0; i < good.size(); ++i) {
    for (int flip = 1; flip < 256; ++flip) {
      Bytes bytes = good;
      bytes[i] = static_cast<Byte>(bytes[i] ^ flip);
      const auto decoded = decode<Sample>(bytes);
      if (!decoded) {
        ++refused;
        continue;
      }
      EXPECT_NE(*decoded, a_sample()) << "byte " << i;
      EXPECT_EQ(encode(*decoded), bytes) << "byte " << i;
    }
  }
  EXPECT_GT(refused, 0U);
}

TEST(Codec, EmptyInputIsTruncatedAndNothingIsAnEmptyValue) {
  EXPECT_EQ(reason_of<Sample>({}), DecodeReason::truncated);
  EXPECT_EQ(reason_of<ListOf<Byte>>({}), DecodeReason::truncated);
}

TEST(CodecDeathTest, AValueAboveItsCapIsABugOfItsMaker) {
  Sample sample = a_sample();
  sample.ids = {1, 2, 3, 4, 5};
  EXPECT_DEATH({ [[maybe_unused]] const Bytes bytes = encode(sample); }, "check failed");
}

TEST(DecodeError, SaysWhatAndWhere) {
  EXPECT_EQ(to_string(DecodeError{DecodeReason::not_a_bool, 12}),
            "a flag is neither 0 nor 1 (at byte 12)");
}

}  // namespace
}  // namespace vostro
