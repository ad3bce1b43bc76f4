// Goal: the door judges by the newest block that clients were told of, never by a mixture of two.
// Method: a store on disk, two blocks that change one row, add one and erase one.
#include "node/runtime/head_state.h"

#include <gtest/gtest.h>

#include "tests/unit/node/api_support.h"

namespace vostro::node {
namespace {

Bytes row(std::string_view text) {
  return {text.begin(), text.end()};
}

chain::ExecutedBlock block(std::uint64_t height, const chain::Changes& state) {
  chain::ExecutedBlock made;
  made.height = Height(height);
  made.time = UnixMillis(1'000 + height);
  made.state = state;
  return made;
}

TEST(HeadState, AnswersForOneBlockUntilItIsRenewed) {
  const test::TempDir directory;
  auto store = chain::Store::open(directory.path("store"), Hash{}, {});
  ASSERT_TRUE(store.has_value());
  const chain::ExecutedBlock first =
      block(0, {{row("kept"), row("1")}, {row("changed"), row("1")}, {row("erased"), row("1")}});
  ASSERT_TRUE((*store)->commit({hash("block", row("0")), {}, {}, {}, false, {}, first}));

  HeadState head(**store);
  const auto before = head.reader();
  EXPECT_EQ(before->get(row("changed")), row("1"));
  EXPECT_EQ(before->get(row("added")), std::nullopt);

  const chain::ExecutedBlock second = block(
      1, {{row("changed"), row("2")}, {row("erased"), std::nullopt}, {row("added"), row("2")}});
  ASSERT_TRUE((*store)->commit({hash("block", row("1")), {}, {}, {}, false, {}, second}));
  // Whether it was asked for before or not.
  EXPECT_EQ(head.reader()->get(row("changed")), row("1"));
  EXPECT_EQ(head.reader()->get(row("erased")), row("1"));
  EXPECT_EQ(head.reader()->get(row("added")), std::nullopt);

  head.renew();
  EXPECT_EQ(head.reader()->get(row("kept")), row("1"));
  EXPECT_EQ(head.reader()->get(row("changed")), row("2"));
  EXPECT_EQ(head.reader()->get(row("erased")), std::nullopt);
  EXPECT_EQ(head.reader()->get(row("added")), row("2"));
  EXPECT_EQ(before->get(row("changed")), row("1"));
}

}  // namespace
}  // namespace vostro::node
