// Goal: the reader keeps no byte beyond what the type of a frame allows, whatever is announced and
// however it is cut.
#include "p2p/framing.h"

#include <gtest/gtest.h>

#include "tests/unit/p2p/network_support.h"

namespace vostro::p2p {
namespace {

using test::kPart;
using test::kUnlisted;
using test::kVote;
using test::kVoteBytesMax;

Bytes frame_bytes(Byte type, std::size_t body_size) {
  Bytes bytes(1 + body_size, 9);
  bytes[0] = type;
  return bytes;
}

class FramingTest : public ::testing::Test {
 protected:
  const FrameLimits table = test::frame_table();
  FrameReader reader{table, Channel::consensus};
};

TEST_F(FramingTest, ReadsAFrameCutAtEveryOffset) {
  const Bytes whole = frame_bytes(kVote, 40);
  for (std::size_t cut = 0; cut <= whole.size(); ++cut) {
    const ByteView view(whole);
    const auto first = reader.on_piece(view.first(cut), 0, false);
    ASSERT_TRUE(first.has_value()) << cut;
    EXPECT_FALSE(first->has_value()) << cut;
    EXPECT_EQ(reader.is_inside_frame(), cut > 0);
    const auto second = reader.on_piece(view.subspan(cut), 0, true);
    ASSERT_TRUE(second.has_value() && second->has_value()) << cut;
    EXPECT_EQ((*second)->type, kVote);
    EXPECT_EQ((*second)->body, Bytes(40, 9));
    EXPECT_FALSE(reader.is_inside_frame());
  }
}

TEST_F(FramingTest, TakesAnEmptyBodyAndOneOfTheFullLength) {
  EXPECT_EQ((*reader.on_piece(frame_bytes(kVote, 0), 0, true))->body.size(), 0u);
  EXPECT_EQ((*reader.on_piece(frame_bytes(kVote, kVoteBytesMax), 0, true))->body.size(),
            kVoteBytesMax);
}

struct Refused {
  const char* name;
  Bytes piece;
  std::uint64_t announced;
  bool is_last;
  Reason reason;
};

TEST_F(FramingTest, P3RefusesByTheFirstPiece) {
  const std::vector<Refused> rows{
      {"length 0", {}, 0, true, Reason::empty_frame},
      {"unknown type", {kUnlisted}, 0, true, Reason::unknown_type},
      {"unknown type before its length", {kUnlisted}, 1u << 31, false, Reason::unknown_type},
      {"type of the other channel", {kPart}, 0, true, Reason::wrong_channel},
      {"cap + 1 at once", frame_bytes(kVote, kVoteBytesMax + 1), 0, true, Reason::frame_too_big},
      {"cap + 1 announced", {kVote}, kVoteBytesMax + 1, false, Reason::frame_too_big},
      {"2^31 announced", {kVote}, std::uint64_t{1} << 31, false, Reason::frame_too_big},
      {"2^32 - 1 announced", {kVote}, 0xffffffffu, false, Reason::frame_too_big},
      {"2^64 - 1 announced", {kVote}, ~std::uint64_t{0}, false, Reason::frame_too_big},
  };
  for (const Refused& row : rows) {
    FrameReader fresh(table, Channel::consensus);
    const auto outcome = fresh.on_piece(row.piece, row.announced, row.is_last);
    ASSERT_FALSE(outcome.has_value()) << row.name;
    EXPECT_EQ(outcome.error(), row.reason) << row.name;
  }
}

TEST_F(FramingTest, P3RefusesTheByteBeyondTheCapInALaterPiece) {
  ASSERT_TRUE(reader.on_piece(frame_bytes(kVote, kVoteBytesMax), 0, false).has_value());
  const Bytes one_more{1};
  const auto outcome = reader.on_piece(one_more, 0, true);
  ASSERT_FALSE(outcome.has_value());
  EXPECT_EQ(outcome.error(), Reason::frame_too_big);
}

TEST_F(FramingTest, ReservesNoMoreThanTheCap) {
  FrameReader bulk(table, Channel::bulk);
  const Bytes first = frame_bytes(kPart, 3'000'000);
  ASSERT_TRUE(bulk.on_piece(first, 0, false).has_value());
  const Bytes second(1'000'000, 1);
  const auto frame = bulk.on_piece(second, 0, true);
  ASSERT_TRUE(frame.has_value() && frame->has_value());
  EXPECT_LE((*frame)->body.capacity(), test::kPartBytesMax);
}

TEST(FrameLimits, RefusesATableThatContradictsItself) {
  const std::vector<Rate> rates{Rate{}};
  EXPECT_FALSE(FrameLimits::make({}, rates).has_value());
  const auto twice = FrameLimits::make({{.type = 5}, {.type = 5}}, rates);
  ASSERT_FALSE(twice.has_value());
  EXPECT_EQ(twice.error(), "frame type 5 is listed twice");
  EXPECT_FALSE(FrameLimits::make({{.type = 5, .body_bytes_max = 0x7fffffff}}, rates).has_value());
  EXPECT_FALSE(FrameLimits::make({{.type = 5, .rate_class = 1}}, rates).has_value());
  EXPECT_FALSE(FrameLimits::make({{.type = 5}}, {Rate{.per_second = 0, .burst = 1}}).has_value());
  EXPECT_TRUE(FrameLimits::make({{.type = 5}}, rates).has_value());
}

TEST(FrameLimits, MustFitTheCapsOfTheirChannel) {
  const FrameLimits table = test::frame_table();
  EXPECT_TRUE(check_limits(Limits{}, table).has_value());
  Limits limits;
  limits.bulk.inbound_bytes_max = test::kPartBytesMax;
  const auto refused = check_limits(limits, table);
  ASSERT_FALSE(refused.has_value());
  EXPECT_NE(refused.error().find("inbound cap of channel bulk"), std::string::npos);
  limits = Limits{};
  limits.consensus.outbound_bytes_max = 64 * 1024;
  EXPECT_FALSE(check_limits(limits, table).has_value());
  limits = Limits{};
  limits.frame_time = milliseconds(0);
  EXPECT_FALSE(check_limits(limits, table).has_value());
  limits = Limits{};
  limits.reconnect_first = limits.reconnect_max + milliseconds(1);
  EXPECT_FALSE(check_limits(limits, table).has_value());
}

TEST(FrameLimits, SumOfAllCapsGrowsWithThePeers) {
  const FrameLimits table = test::frame_table();
  const std::uint64_t none = memory_bytes_max(Limits{}, table, 0);
  const std::uint64_t one = memory_bytes_max(Limits{}, table, 1) - none;
  EXPECT_GE(one, (8u + 16u) << 20);  // 8 MiB in and 16 MiB out are the peer's own caps.
  EXPECT_EQ(memory_bytes_max(Limits{}, table, 3) - none, 3 * one);
}

TEST(Reason, EveryOneHasAWordThatLeadsBack) {
  for (std::size_t i = 0; i < reason_count; ++i) {
    const auto reason = static_cast<Reason>(i);
    EXPECT_EQ(reason_from(to_string(reason)), reason);
    EXPECT_FALSE(describe(reason).empty());
  }
  EXPECT_EQ(reason_from("whatever a stranger says"), std::nullopt);
}

}  // namespace
}  // namespace vostro::p2p
