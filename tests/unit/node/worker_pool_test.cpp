// Goal: what is ordered already is worked off before what clients bring, nothing that was posted is
// lost, and workers give way to the threads that others wait for. Method: one thread, held by a
// gate while work is posted.
#include "node/runtime/worker_pool.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <future>
#include <vector>

namespace vostro::node {
namespace {

TEST(WorkerPool, TakesPeersWorkBeforeClientsAndEachInOrder) {
  std::vector<int> order;
  {
    std::promise<void> gate;
    const std::shared_future<void> open = gate.get_future().share();
    WorkerPool pool(1, 0);
    pool.post(WorkFor::clients, [open] { open.wait(); });
    for (int i = 0; i < 3; ++i)
      pool.post(WorkFor::clients, [&order, i] { order.push_back(10 + i); });
    for (int i = 0; i < 3; ++i) pool.post(WorkFor::peers, [&order, i] { order.push_back(i); });
    gate.set_value();
  }
  EXPECT_EQ(order, (std::vector<int>{0, 1, 2, 10, 11, 12}));
}

TEST(WorkerPool, FinishesWhatWasPostedAndTakesNothingAfterIt) {
  std::atomic<int> done = 0;
  WorkerPool pool(3, 0);
  for (int i = 0; i < 1'000; ++i)
    pool.post(i % 2 == 0 ? WorkFor::peers : WorkFor::clients, [&done] { ++done; });
  pool.stop();
  EXPECT_EQ(done, 1'000);
  pool.post(WorkFor::peers, [&done] { ++done; });
  pool.stop();
  EXPECT_EQ(done, 1'000);
}

TEST(WorkerPool, ItsThreadsAreAsNiceAsAskedAndNoOthers) {
  const int before = ::getpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()));
  std::promise<int> seen;
  {
    WorkerPool pool(1, 7);
    pool.post(WorkFor::peers,
              [&] { seen.set_value(::getpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()))); });
  }
  EXPECT_EQ(seen.get_future().get(), 7);
  EXPECT_EQ(::getpriority(PRIO_PROCESS, static_cast<id_t>(::gettid())), before);
}

}  // namespace
}  // namespace vostro::node
