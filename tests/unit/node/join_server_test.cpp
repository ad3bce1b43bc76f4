// Goal: whoever asks to join is answered, and holds up nobody (catalogue row P8); and what is said
// fits its frames. Method: the production server on a chain in a real store, and a clock of ours.
#include "node/join/server.h"

#include "tests/unit/node/joiner_support.h"

namespace vostro::node::join {
namespace {

TEST(JoinServer, AnswersTheSameQuestionOnceASecond) {
  const test::TempDir directory;
  Chain chain(directory.path("chain"));
  std::uint64_t now_ms = 1'000;
  Server server(*chain.store, small_limits(), [&] { return now_ms; });
  const Bytes question = encode_frame(GetSnapshot{});
  EXPECT_TRUE(server.admit("a", question));
  server.done("a");
  now_ms = 1'999;
  EXPECT_FALSE(server.admit("a", question));
  EXPECT_TRUE(server.admit("b", question));
  now_ms = 2'000;
  EXPECT_TRUE(server.admit("a", question));
}

TEST(JoinServer, HasFourQuestionsOfAPeerUnderWayAndNoMoreAlsoOfOneThatComesBack) {
  const test::TempDir directory;
  Chain chain(directory.path("chain"));
  Server server(*chain.store, small_limits(), [] { return 1'000; });
  const auto question = [](std::uint64_t height) {
    return encode_frame(GetPart{PartKind::ids, Height(height), 1, {}});
  };
  for (std::uint64_t i = 1; i <= 4; ++i) EXPECT_TRUE(server.admit("a", question(i)));
  EXPECT_FALSE(server.admit("a", question(5)));
  EXPECT_TRUE(server.admit("b", question(5)));
  server.forget("a");
  EXPECT_FALSE(server.admit("a", question(6)));
  server.done("a");
  EXPECT_TRUE(server.admit("a", question(6)));
  EXPECT_FALSE(server.admit("a", question(7)));
}

// Heights asked for in turns never fit what was read for the one before.
TEST(JoinServer, P8ReadsTheWholeStateForAPeerHalfOfTheTimeAtMost) {
  const test::TempDir directory;
  Chain chain(directory.path("chain"));
  chain.grow(20);
  std::uint64_t now_ms = 1'000;
  ServerLimits limits = small_limits();
  limits.scan_rest_ms = 200;
  std::uint64_t scan_ms = 0;
  // Looked at where a reading begins and ends.
  Server server(*chain.store, limits, [&] { return now_ms += scan_ms; });
  const auto ask = [&](const std::string& peer, std::uint64_t height) {
    return server.answer(peer, {PartKind::state, Height(height), 0, {{0, 0}}}).status;
  };
  for (std::uint64_t i = 0; i < 100; ++i) {
    const PartStatus said = ask("liar", 10 + i % 2);
    // Height 10 is at hand after the first question; 11 would be another reading each time.
    EXPECT_EQ(said, i % 2 == 0 ? PartStatus::here : PartStatus::busy) << i;
  }
  EXPECT_EQ(server.scans(), 1U);
  // What is at hand is given to anybody, and another peer has a reading of its own.
  EXPECT_EQ(ask("other", 10), PartStatus::here);
  EXPECT_EQ(server.scans(), 1U);
  EXPECT_EQ(ask("other", 12), PartStatus::here);
  EXPECT_EQ(server.scans(), 2U);
  now_ms += 200;
  scan_ms = 5'000;  // the reading takes so long
  EXPECT_EQ(ask("liar", 11), PartStatus::here);
  scan_ms = 0;
  now_ms += 4'999;
  EXPECT_EQ(ask("liar", 10), PartStatus::busy);
  now_ms += 1;
  EXPECT_EQ(ask("liar", 10), PartStatus::here);
  EXPECT_EQ(server.scans(), 4U);
}

TEST(JoinServer, ReadsNothingMoreOnceItIsStopped) {
  const test::TempDir directory;
  Chain chain(directory.path("chain"));
  chain.grow(5);
  Server server(*chain.store, small_limits(), [] { return 1'000; });
  server.stop();
  EXPECT_EQ(server.answer("a", {PartKind::state, Height(4), 0, {}}).status, PartStatus::not_here);
}

TEST(JoinMessages, OfTheLargestSizeFitTheirFrames) {
  Part part;
  part.of.path.nibbles.assign(chain::TreePath::depth_max, 15);
  part.content.assign(part_bytes_max, 1);
  EXPECT_LE(encode_frame(part).size(), frame_bytes_max(part_frame));
  Snapshot snapshot;
  consensus::EpochStep step;
  step.closing.finalization.bitmap.assign(16, 0xFF);
  step.closing.finalization.signatures.resize(consensus::validators_max);
  step.next.resize(consensus::validators_max);
  snapshot.steps.assign(steps_max, step);
  snapshot.newest = step.closing;
  EXPECT_LE(encode_frame(snapshot).size(), frame_bytes_max(snapshot_frame));
  GetPart request;
  request.path = part.of.path;
  EXPECT_LE(encode_frame(request).size(), frame_bytes_max(get_part_frame));
}

}  // namespace
}  // namespace vostro::node::join
