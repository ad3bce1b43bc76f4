// What is remembered of peers for people to look at: the newest they told, until they are gone.
#include "node/runtime/heard.h"

#include <gtest/gtest.h>

#include <limits>

namespace vostro::node {
namespace {

using consensus::PeerId;

TEST(Heard, KnowsWhatWasToldLast) {
  Heard heard;
  EXPECT_FALSE(heard.of(PeerId(1)));
  heard.on_frame(PeerId(1), UnixMillis(1'000));
  EXPECT_EQ(heard.of(PeerId(1)), (PeerHeard{.at = UnixMillis(1'000)}));
  heard.on_vote(PeerId(1), View(9));
  EXPECT_FALSE(heard.of(PeerId(1))->view) << "it has told nothing of itself yet";
  heard.on_status(PeerId(1), {View(7), View(6), Height(5), UnixMillis(1'250)}, UnixMillis(1'000));
  EXPECT_EQ(heard.of(PeerId(1)), (PeerHeard{.at = UnixMillis(1'000),
                                            .view = View(7),
                                            .final_view = View(6),
                                            .final_height = Height(5),
                                            .clock_offset_ms = 250}));
  heard.on_vote(PeerId(1), View(9));
  heard.on_vote(PeerId(1), View(8));
  EXPECT_EQ(heard.of(PeerId(1))->view, View(9));
  EXPECT_FALSE(heard.of(PeerId(2)));
}

TEST(Heard, AnyClockOfAPeerIsTaken) {
  Heard heard;
  const UnixMillis now(1'800'000'000'000);
  heard.on_status(PeerId(1), {{}, {}, {}, UnixMillis(std::numeric_limits<std::uint64_t>::max())},
                  now);
  EXPECT_GT(*heard.of(PeerId(1))->clock_offset_ms, 0);
  heard.on_status(PeerId(1), {{}, {}, {}, UnixMillis(0)}, now);
  EXPECT_EQ(*heard.of(PeerId(1))->clock_offset_ms, -1'800'000'000'000);
}

TEST(Heard, OfAPeerThatHasGoneItKeepsWhenItWasHeard) {
  Heard heard;
  heard.on_frame(PeerId(1), UnixMillis(1'000));
  heard.on_status(PeerId(1), {View(7), View(6), Height(5), UnixMillis(1'250)}, UnixMillis(1'000));
  heard.on_disconnected(PeerId(1), UnixMillis(3'000));
  EXPECT_EQ(heard.of(PeerId(1)), (PeerHeard{.at = UnixMillis(1'000), .since = UnixMillis(3'000)}));
  heard.on_disconnected(PeerId(2), UnixMillis(4'000));
  EXPECT_EQ(heard.of(PeerId(2)), (PeerHeard{.since = UnixMillis(4'000)}));
}

TEST(Heard, KnowsSinceWhenAPeerCannotBeConnectedAndWhy) {
  Heard heard;
  heard.on_failure(PeerId(1), "unreachable", UnixMillis(1'000));
  heard.on_failure(PeerId(1), "unreachable", UnixMillis(2'000));
  EXPECT_EQ(heard.of(PeerId(1)),
            (PeerHeard{.failure = PeerFailure{"unreachable", UnixMillis(1'000)}}));
  heard.on_failure(PeerId(1), "unknown_key", UnixMillis(3'000));
  EXPECT_EQ(heard.of(PeerId(1))->failure, (PeerFailure{"unknown_key", UnixMillis(3'000)}));
  heard.on_connected(PeerId(1), UnixMillis(4'000));
  EXPECT_EQ(heard.of(PeerId(1)), (PeerHeard{.since = UnixMillis(4'000)}));
}

}  // namespace
}  // namespace vostro::node
