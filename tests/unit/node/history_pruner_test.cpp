// Goal: pruning holds nobody up: whoever asks for it goes on at once, and a node that stops does
// not wait for its end. Method: a real store of some hundred blocks.
#include "node/runtime/history_pruner.h"

#include <gtest/gtest.h>

#include "tests/unit/node/api_support.h"

namespace vostro::node {
namespace {

struct HistoryPrunerTest : test::StoreCase {
  std::mutex mutex;
  std::vector<std::string> failures;

  void SetUp() override {
    ASSERT_NO_FATAL_FAILURE(StoreCase::SetUp());
    for (Height height; height.value <= 300; height = height.next()) {
      chain::ExecutedBlock block;
      block.height = height;
      block.tx_root = chain::tx_root_of(block.ids, block.transactions);
      ASSERT_TRUE(store
                      ->commit({hash("block", Bytes{static_cast<Byte>(height.value % 256),
                                                    static_cast<Byte>(height.value / 256)}),
                                {},
                                {},
                                {},
                                false,
                                {},
                                block})
                      .has_value());
    }
  }
  std::unique_ptr<HistoryPruner> pruner() {
    return std::make_unique<HistoryPruner>(*store, [this](const std::string& what) {
      const std::lock_guard lock(mutex);
      failures.push_back(what);
    });
  }
};

TEST_F(HistoryPrunerTest, WorksOnAThreadOfItsOwn) {
  const auto it = pruner();
  EXPECT_FALSE(it->is_at_it());
  ASSERT_TRUE(it->prune_below(Height(200)));
  while (it->is_at_it()) std::this_thread::yield();
  EXPECT_EQ(store->view().history_begins(), Height(200));
  ASSERT_TRUE(it->prune_below(Height(250)));
  while (it->is_at_it()) std::this_thread::yield();
  EXPECT_EQ(store->view().history_begins(), Height(250));
  EXPECT_TRUE(failures.empty());
}

TEST_F(HistoryPrunerTest, StopsInTheMiddleOfIt) {
  const auto it = pruner();
  ASSERT_TRUE(it->prune_below(Height(200)));
  it->stop();
  EXPECT_FALSE(it->prune_below(Height(250))) << "it has stopped";
  EXPECT_TRUE(failures.empty());
  EXPECT_FALSE(store->failure().has_value());
  ASSERT_TRUE(store->prune(Height(250)).has_value());
  EXPECT_EQ(store->view().history_begins(), Height(250));
}

TEST_F(HistoryPrunerTest, SaysWhatTheStoreRefuses) {
  chain::ExecutedBlock block;
  block.height = Height(301);
  // A block whose ids do not match its root: whoever reads them finds the store damaged.
  block.tx_root = hash("other", Bytes{1});
  ASSERT_TRUE(
      store->commit({hash("block", Bytes{2, 2}), {}, {}, {}, false, {}, block}).has_value());
  block.height = Height(302);
  ASSERT_TRUE(
      store->commit({hash("block", Bytes{3, 3}), {}, {}, {}, false, {}, block}).has_value());
  ASSERT_FALSE(store->view().used_ids(Height(301)).has_value());
  const auto it = pruner();
  ASSERT_TRUE(it->prune_below(Height(302)));
  while (it->is_at_it()) std::this_thread::yield();
  ASSERT_EQ(failures.size(), 1U);
  EXPECT_NE(failures.front().find("history cannot be pruned"), std::string::npos)
      << failures.front();
}

}  // namespace
}  // namespace vostro::node
