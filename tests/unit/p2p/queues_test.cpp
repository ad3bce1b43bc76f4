// Goal: what waits for a peer, and from a peer, stays within its cap, and the other side is woken
// exactly when needed.
#include <gtest/gtest.h>

#include "p2p/inbox.h"
#include "p2p/outbox.h"
#include "tests/unit/p2p/network_support.h"

namespace vostro::p2p {
namespace {

OutboundFrame frame_of(std::size_t size) {
  return {.type = 1, .body = test::body_of(size)};
}

TEST(Outbox, WakesTheWriterForTheFirstFrameOnly) {
  Outbox outbox(10'000);
  EXPECT_EQ(outbox.push(frame_of(10)), Outbox::Push::queued_first);
  EXPECT_EQ(outbox.push(frame_of(20)), Outbox::Push::queued);
  EXPECT_EQ(outbox.next()->body->size(), 10u);
  EXPECT_EQ(outbox.push(frame_of(30)), Outbox::Push::queued);
  EXPECT_EQ(outbox.next()->body->size(), 20u);
  EXPECT_EQ(outbox.next()->body->size(), 30u);
  EXPECT_FALSE(outbox.next().has_value());
  EXPECT_EQ(outbox.push(frame_of(40)), Outbox::Push::queued_first);
}

TEST(Outbox, CountsTheFrameBeingWrittenUntilTheNextIsAskedFor) {
  Outbox outbox(10'000);
  ASSERT_EQ(outbox.push(frame_of(100)), Outbox::Push::queued_first);
  ASSERT_TRUE(outbox.next().has_value());
  EXPECT_EQ(outbox.bytes(), 100 + frame_overhead_bytes);
  EXPECT_FALSE(outbox.next().has_value());
  EXPECT_EQ(outbox.bytes(), 0u);
}

TEST(Outbox, ClosesWhenTheCapWouldBePassed) {
  Outbox outbox(2 * (100 + frame_overhead_bytes));
  EXPECT_EQ(outbox.push(frame_of(100)), Outbox::Push::queued_first);
  EXPECT_EQ(outbox.push(frame_of(100)), Outbox::Push::queued);
  EXPECT_EQ(outbox.push(frame_of(0)), Outbox::Push::full);
  EXPECT_EQ(outbox.push(frame_of(0)), Outbox::Push::closed);
  EXPECT_EQ(outbox.bytes(), 0u);
}

TEST(Outbox, BoundsEmptyFramesToo) {
  Outbox outbox(1000);
  std::size_t taken = 0;
  for (auto outcome = Outbox::Push::queued; taken < 1000; ++taken) {
    outcome = outbox.push(frame_of(0));
    if (outcome == Outbox::Push::full) break;
  }
  EXPECT_EQ(taken, 1000 / frame_overhead_bytes);
}

TEST(Inbox, PausesAboveTheCapAndCallsOnceWhenThereIsRoom) {
  int called = 0;
  const auto inbox = std::make_shared<Inbox>(100, [&called] { ++called; });
  std::optional<InboundLease> first(std::in_place, inbox, 60);
  std::optional<InboundLease> second(std::in_place, inbox, 40);
  EXPECT_TRUE(inbox->has_room_or_waits());
  std::optional<InboundLease> third(std::in_place, inbox, 60);
  EXPECT_FALSE(inbox->has_room_or_waits());
  second.reset();
  EXPECT_EQ(called, 0);
  first.reset();
  EXPECT_EQ(called, 1);
  third.reset();
  EXPECT_EQ(called, 1);
  EXPECT_EQ(inbox->bytes(), 0u);
}

TEST(Inbox, MovedLeaseIsGivenBackOnce) {
  const auto inbox = std::make_shared<Inbox>(100, nullptr);
  {
    InboundLease one(inbox, 30);
    InboundLease two(std::move(one));
    InboundLease three;
    three = std::move(two);
    EXPECT_EQ(inbox->bytes(), 30u);
    three = InboundLease(inbox, 5);
    EXPECT_EQ(inbox->bytes(), 5u);
  }
  EXPECT_EQ(inbox->bytes(), 0u);
}

TEST(Inbox, CallsNobodyAfterDetach) {
  int called = 0;
  const auto inbox = std::make_shared<Inbox>(0, [&called] { ++called; });
  {
    const InboundLease lease(inbox, 1);
    EXPECT_FALSE(inbox->has_room_or_waits());
    inbox->detach();
  }
  EXPECT_EQ(called, 0);
}

}  // namespace
}  // namespace vostro::p2p
