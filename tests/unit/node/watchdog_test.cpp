// Goal: who stays at one piece of work is told once and in time, who comes back is told too, and
// neither rest nor much work is a stall. Method: the looks are made by hand. Row F38; with a disk
// that does not come back in tests/functional/rows_faults.py.
#include "node/runtime/watchdog.h"

#include <gtest/gtest.h>

#include <future>

#include "node/runtime/worker_pool.h"

namespace vostro::node {
namespace {

class F38 : public testing::Test {
 protected:
  void look(std::size_t times) {
    for (std::size_t i = 0; i < times; ++i) watchdog.look();
  }

  Pulse one;
  Pulse other;
  std::vector<std::string> told;
  Watchdog watchdog{{{"one", &one}, {"other", &other}},
                    {[this](const std::string& name) { told.push_back(name + " stalls"); },
                     [this](const std::string& name) { told.push_back(name + " goes on"); }}};
};

TEST_F(F38, APieceOfWorkWithoutEndIsToldOnceAndWithinAMinute) {
  EXPECT_LE(Watchdog::looks_max * Watchdog::look_every, std::chrono::seconds(60));
  one.begin();
  look(Watchdog::looks_max - 1);
  EXPECT_TRUE(told.empty());
  EXPECT_EQ(watchdog.stalled(), 0U);
  look(20);
  EXPECT_EQ(told, std::vector<std::string>{"one stalls"});
  EXPECT_EQ(watchdog.stalled(), 1U);
  one.rest();
  look(20);
  EXPECT_EQ(told, (std::vector<std::string>{"one stalls", "one goes on"}));
  EXPECT_EQ(watchdog.stalled(), 0U);
}

TEST_F(F38, RestAndOnePieceAfterTheOtherAreNoStall) {
  for (int i = 0; i < 100; ++i) {
    one.begin();
    other.rest();
    look(1);
  }
  EXPECT_TRUE(told.empty());
}

TEST_F(F38, EachThreadIsJudgedByItself) {
  other.begin();
  for (std::size_t i = 0; i < Watchdog::looks_max; ++i) {
    one.begin();
    look(1);
  }
  EXPECT_EQ(told, std::vector<std::string>{"other stalls"});
  one.begin();
  look(Watchdog::looks_max);
  EXPECT_EQ(watchdog.stalled(), 2U);
  other.begin();  // straight on to the next one
  look(1);
  EXPECT_EQ(told, (std::vector<std::string>{"other stalls", "one stalls", "other goes on"}));
  EXPECT_EQ(watchdog.stalled(), 1U);
}

TEST(F38Pool, AWorkersJobIsAPieceOfWork) {
  std::promise<void> begun;
  std::promise<void> end;
  WorkerPool pool(1, 0);
  const Pulse& pulse = pool.pulses().front();
  pool.post(WorkFor::peers, [&] {
    begun.set_value();
    end.get_future().wait();
  });
  begun.get_future().wait();
  const auto piece = pulse.piece();
  EXPECT_TRUE(piece.has_value());
  EXPECT_EQ(pulse.piece(), piece);
  end.set_value();
  pool.stop();
  EXPECT_FALSE(pulse.piece().has_value());
}

}  // namespace
}  // namespace vostro::node
