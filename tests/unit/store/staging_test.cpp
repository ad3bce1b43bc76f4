// Goal: what lies beside a store becomes the store, or goes, wherever the process ended that put it
// there. Method: directories as an end leaves them. What a whole one holds: joiner_test.cpp.
#include "chain/store/staging.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "tests/unit/store/store_support.h"

namespace vostro::chain {
namespace {

namespace fs = std::filesystem;

struct Beside : testing::Test {
  TemporaryDirectory directory;

  void make(const std::string& ending, const std::string& content) {
    fs::create_directory(directory.store() + ending);
    std::ofstream(directory.store() + ending + "/content") << content;
  }
  std::set<std::string> names() const {
    std::set<std::string> found;
    for (const auto& each : fs::directory_iterator(directory.path()))
      found.insert(each.path().filename().string());
    return found;
  }
  std::string content() const {
    std::string read;
    std::ifstream(directory.store() + "/content") >> read;
    return read;
  }
};
using StagingBeside = Beside;

// A node that halts keeps what it has; killed while it removes what it had fetched, too.
TEST_F(StagingBeside, WhatWasDiscardedIsNeverTheStore) {
  make("", "evidence");
  make(".joined", "fetched");
  ASSERT_TRUE(discard_joined(directory.store()));
  EXPECT_EQ(names(), std::set<std::string>{"store"});
  ASSERT_TRUE(discard_joined(directory.store())) << "by a halt and by the end of the join";
  make(".discarded", "torn");
  const auto settled = settle_joined(directory.store());
  ASSERT_TRUE(settled);
  EXPECT_FALSE(*settled);
  EXPECT_EQ(names(), std::set<std::string>{"store"});
  EXPECT_EQ(content(), "evidence");
}

TEST_F(StagingBeside, OneThatIsDiscardedMakesWayForTheNext) {
  make("", "evidence");
  make(".discarded", "torn");
  make(".joined", "fetched");
  ASSERT_TRUE(discard_joined(directory.store()));
  EXPECT_EQ(names(), std::set<std::string>{"store"});
  EXPECT_EQ(content(), "evidence");
}

TEST_F(StagingBeside, AWholeOneThatWaitsIsTheStore) {
  make("", "old");
  make(".joined", "fetched");
  const auto settled = settle_joined(directory.store());
  ASSERT_TRUE(settled);
  EXPECT_TRUE(*settled);
  EXPECT_EQ(names(), std::set<std::string>{"store"});
  EXPECT_EQ(content(), "fetched");
}

}  // namespace
}  // namespace vostro::chain
