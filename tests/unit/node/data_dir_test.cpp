// Goal: two processes never have one data directory. Method: the lock, taken twice; flock does not
// care whether it is one process or two.
#include "node/runtime/data_dir.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <optional>

#include "node/continuation.h"
#include "tests/unit/node/api_support.h"

namespace vostro::node {
namespace {

TEST(DataDir, IsOneProcessAtATime) {
  const test::TempDir directory;
  auto first = lock_data_dir(directory.path(""));
  ASSERT_TRUE(first) << first.error();
  // As where a fetched ledger takes the store's place.
  std::filesystem::create_directory(directory.path("store"));
  std::filesystem::rename(directory.path("store"), directory.path("store.replaced"));
  const auto second = lock_data_dir(directory.path(""));
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().find("another node runs"), std::string::npos) << second.error();
  { const OpenFile ended = std::move(*first); }
  EXPECT_TRUE(lock_data_dir(directory.path("")));
}

TEST(DataDir, IsNotTakenOverIntoAnotherNetworkWhileANodeRunsOnIt) {
  const test::TempDir directory;
  const auto running = lock_data_dir(directory.path(""));
  ASSERT_TRUE(running) << running.error();
  NodeOptions options;
  options.data_dir = directory.path("");
  genesis::Definition definition;
  definition.continuations.emplace_back();
  const auto refused = continue_network(options, definition);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().find("another node runs"), std::string::npos) << refused.error();
}

}  // namespace
}  // namespace vostro::node
