// Goal: two processes never have one data directory. Method: the lock, taken twice; flock does not
// care whether it is one process or two.
#include "node/runtime/data_dir.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <optional>

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

}  // namespace
}  // namespace vostro::node
