// Goal: what one look alone shows is no break, and what is one is found in time. Method: looks as
// the bridge takes them, at times and blocks of our own.
#include "bridge/second_look.h"

#include <gtest/gtest.h>

namespace vostro::bridge {
namespace {

using Names = std::set<std::string>;
using std::chrono::seconds;

class TheSecondLook : public testing::Test {
 protected:
  bool look(const Names& differing, std::uint64_t height, seconds later) {
    now_ += later;
    return second_look_.confirms(differing, Height(height), now_);
  }
  [[nodiscard]] bool is_open() const { return second_look_.is_open(); }

 private:
  SecondLook second_look_;
  SecondLook::Clock::time_point now_;
};

TEST_F(TheSecondLook, NothingIsCertainAtOnce) {
  EXPECT_TRUE(look({}, 7, seconds(0)));
}

TEST_F(TheSecondLook, ALaterBlockConfirms) {
  EXPECT_FALSE(look({"EUR"}, 7, seconds(0)));
  EXPECT_FALSE(look({"EUR"}, 7, seconds(2)));
  EXPECT_TRUE(look({"EUR"}, 8, seconds(2)));
  EXPECT_TRUE(look({"EUR"}, 8, seconds(0))) << "and once is enough";
}

TEST_F(TheSecondLook, WhereNoBlockComesTimeConfirms) {
  EXPECT_FALSE(look({"EUR"}, 7, seconds(0)));
  EXPECT_FALSE(look({"EUR"}, 7, SecondLook::still_after - seconds(1)));
  EXPECT_TRUE(look({"EUR"}, 7, seconds(1)));
}

TEST_F(TheSecondLook, WhatWasOfOneLookAloneIsForgotten) {
  EXPECT_FALSE(look({"EUR"}, 7, seconds(0)));
  EXPECT_TRUE(look({}, 8, seconds(2)));
  EXPECT_FALSE(look({"EUR"}, 9, seconds(50))) << "it begins anew";
  EXPECT_FALSE(look({"EUR", "USD"}, 10, seconds(2))) << "each by itself";
  EXPECT_TRUE(look({"EUR", "USD"}, 11, seconds(2)));
}

TEST_F(TheSecondLook, IsOpenUntilItIsCertain) {
  EXPECT_FALSE(is_open());
  EXPECT_FALSE(look({"EUR 5"}, 7, seconds(0)));
  EXPECT_TRUE(is_open());
  EXPECT_FALSE(look({"EUR -7"}, 8, seconds(2))) << "another difference is another";
  EXPECT_TRUE(look({"EUR -7"}, 9, seconds(2)));
  EXPECT_FALSE(is_open());
}

// Another difference at each look is no reason to look for ever.
TEST_F(TheSecondLook, DoubtEnds) {
  seconds passed(0);
  int height = 7;
  bool is_certain = look({"0"}, 7, seconds(0));
  while (!is_certain && passed < seconds(60)) {
    passed += seconds(2);
    ++height;
    is_certain = look({std::to_string(height)}, static_cast<std::uint64_t>(height), seconds(2));
  }
  EXPECT_EQ(passed, SecondLook::doubt_max);
  EXPECT_FALSE(look({"x"}, 100, seconds(2))) << "and the next doubt has its own time";
}

}  // namespace
}  // namespace vostro::bridge
