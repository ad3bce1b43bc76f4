// What is committed is what is read: by the same store, by views of it, and after it was opened
// again.
#include "chain/store/store.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "base/codec.h"
#include "chain/merkle.h"
#include "chain/tree.h"
#include "tests/support/chain_builders.h"
#include "tests/unit/store/store_support.h"

namespace vostro::chain {
namespace {

using namespace test;  // NOLINT: builders

Bytes key_of(std::string_view text) {
  return {as_bytes(text).begin(), as_bytes(text).end()};
}

void expect_block(const Store& store, Height height, std::uint32_t payments) {
  SCOPED_TRACE(height.value);
  const StoreView view = store.view();
  const auto summary = view.block(height);
  ASSERT_TRUE(summary.has_value());
  EXPECT_EQ(summary->block, block_id_of(height));
  EXPECT_EQ(summary->transactions, payments);
  EXPECT_EQ(view.height_of(block_id_of(height)), height);
  EXPECT_EQ(as_text(*view.header(height)).substr(0, 6), "header");
  EXPECT_EQ(as_text(*view.cut(height)).substr(0, 3), "cut");
  EXPECT_EQ(store.receipt_root(height), summary->receipt_root);

  const std::uint32_t due = height.value % 3 == 0 ? 1 : 0;
  EXPECT_EQ(summary->receipts, payments + due);
  EXPECT_EQ(view.receipts(height, 0, 100'000).size(), payments + due);
  for (std::uint32_t i = 0; i < payments; ++i) {
    const OwnedId id{bic("NORDDEFF"), uetr_of(height, i)};
    const Bytes expected = a_payment().id(id.id).amount(eur(100 + i)).bytes();
    ASSERT_EQ(view.transaction(height, i), expected);
    const auto placed = view.transaction_of(id);
    ASSERT_TRUE(placed.has_value());
    EXPECT_EQ(placed->index, i);
    EXPECT_EQ(placed->bytes, expected);
    const auto record = store.find_id(id);
    ASSERT_TRUE(record.has_value());
    EXPECT_EQ(record->receipt, i + due);
    const auto receipt = view.first_receipt(id);
    ASSERT_TRUE(receipt.has_value());
    EXPECT_EQ(receipt->receipt.id, id);
    EXPECT_EQ(receipt->time.value, 1'700'000'000'000 + height.value * 1000);
  }
  EXPECT_FALSE(view.transaction(height, payments).has_value());
  EXPECT_FALSE(store.find_id({bic("NORDDEFF"), uetr_of(height, 99'999)}).has_value())
      << "dropped, so not used";
}

void expect_state(const Store& store, Height height) {
  const auto expected = state_after(height);
  const auto all = store.scan({}, {}, 10'000);
  EXPECT_EQ((std::map<Bytes, Bytes>(all.begin(), all.end())), expected);
  EXPECT_EQ(root_of(store), store.head()->state_root);
  for (const auto& [key, value] : expected) EXPECT_EQ(store.get(key), value);
}

TEST(Store, GivesBackWhatWasCommittedAlsoWhenOpenedAgain) {
  const TemporaryDirectory directory;
  {
    const auto store = open_or_fail(directory.store());
    ASSERT_TRUE(store);
    EXPECT_FALSE(store->head().has_value());
    EXPECT_FALSE(store->view().head().has_value());
    commit_up_to(*store, Height(7), 70);
    for (std::uint64_t h = 1; h <= 7; ++h) expect_block(*store, Height(h), 70);
    expect_state(*store, Height(7));
    EXPECT_TRUE(store->scrub().has_value());
  }
  const auto store = open_or_fail(directory.store());
  ASSERT_TRUE(store);
  ASSERT_EQ(store->head()->height, Height(7));
  EXPECT_EQ(store->head()->block, block_id_of(Height(7)));
  EXPECT_EQ(store->mark()->height, Height(7));
  for (std::uint64_t h = 1; h <= 7; ++h) expect_block(*store, Height(h), 70);
  expect_state(*store, Height(7));
  commit_up_to(*store, Height(9), 1);
  expect_block(*store, Height(9), 1);
  EXPECT_FALSE(store->failure().has_value());
}

TEST(Store, ManyTransactionsSpanRows) {
  const TemporaryDirectory directory;
  const auto store = open_or_fail(directory.store());
  commit_up_to(*store, Height(1), 600);
  expect_block(*store, Height(1), 600);
  const StoreView view = store->view();
  const auto page = view.receipts(Height(1), 30, 5);
  ASSERT_EQ(page.size(), 5U);
  EXPECT_EQ(page[4].id.id, uetr_of(Height(1), 34));
}

TEST(Store, ABlockWithoutItsBatchesKeepsItsTransactions) {
  const TemporaryDirectory directory;
  const auto store = open_or_fail(directory.store());
  commit_up_to(*store, Height(0));
  MadeBlock block = make_block(*store, Height(1), 2);
  block.batches.clear();
  ASSERT_TRUE(store->commit(block.stored()).has_value());
  expect_block(*store, Height(1), 2);
}

TEST(Store, ADroppedTransactionThatBeginsAlikeIsNotTakenForTheIncludedOne) {
  const TemporaryDirectory directory;
  const auto store = open_or_fail(directory.store());
  commit_up_to(*store, Height(0));
  MadeBlock block = make_block(*store, Height(1), 2);
  // The same order with another signature, which stands at its end.
  const Bytes included = block.executed.transactions[0]->bytes();
  Bytes bytes = included;
  bytes.back() ^= 1U;
  append(bytes, block.batch_bytes[0]);
  block.batch_bytes[0] = bytes;
  block.batches[0].bytes = block.batch_bytes[0];
  ASSERT_TRUE(store->commit(block.stored()).has_value());
  EXPECT_EQ(store->view().transaction(Height(1), 0), included);
}

TEST(Store, BatchesAreFoundByIdNameAndPlace) {
  const TemporaryDirectory directory;
  const auto store = open_or_fail(directory.store());
  commit_up_to(*store, Height(3));
  const MadeBlock block = make_block(*store, Height(3), 3);
  const StoreView view = store->view();
  EXPECT_EQ(view.batch(block.batches[1].id), block.batch_bytes[1]);
  EXPECT_EQ(view.batch(BatchName{Epoch(0), 0, 1, 3}), block.batch_bytes[0]);
  EXPECT_EQ(view.batch(Height(3), 1), block.batch_bytes[1]);
  EXPECT_FALSE(view.batch(BatchName{Epoch(0), 0, 2, 3}).has_value());
  EXPECT_FALSE(view.batch(hash_of("other")).has_value());
  EXPECT_FALSE(view.batch(Height(3), 2).has_value());
}

TEST(Store, AbsentThingsAreAbsentAndNoFailure) {
  const TemporaryDirectory directory;
  const auto store = open_or_fail(directory.store());
  commit_up_to(*store, Height(2));
  const StoreView view = store->view();
  EXPECT_FALSE(view.block(Height(3)).has_value());
  EXPECT_FALSE(view.header(Height(3)).has_value());
  EXPECT_FALSE(view.height_of(hash_of("no block")).has_value());
  EXPECT_FALSE(store->receipt_root(Height(0)).has_value());
  EXPECT_FALSE(store->receipt_root(Height(3)).has_value());
  EXPECT_FALSE(view.receipt({Height(2), 3}).has_value());
  EXPECT_FALSE(view.first_receipt({bic("SUDBFRPP"), uetr_of(Height(1), 0)}).has_value())
      << "another bank's id";
  EXPECT_FALSE(view.payment({bic("NORDDEFF"), uetr(5)}).has_value());
  EXPECT_TRUE(view.receipts(Height(9), 0, 5).empty());
  EXPECT_FALSE(store->failure().has_value());
}

TEST(Store, ScanKeepsToPrefixStartAndLimit) {
  const TemporaryDirectory directory;
  const auto store = open_or_fail(directory.store());
  commit_up_to(*store, Height(6));
  const auto balances = store->scan(key_of("balance/"), {}, 10);
  ASSERT_EQ(balances.size(), 2U);
  EXPECT_EQ(balances[0].first, key_of("balance/a"));
  EXPECT_EQ(store->scan(key_of("balance/"), key_of("balance/b"), 10).size(), 1U);
  EXPECT_EQ(store->scan(key_of("balance/"), key_of("a"), 1).size(), 1U);
  EXPECT_TRUE(store->scan(key_of("balance/"), key_of("c"), 10).empty());
  EXPECT_TRUE(store->scan(key_of("none"), {}, 10).empty());
}

TEST(Store, AViewStaysAtItsBlock) {
  const TemporaryDirectory directory;
  auto store = open_or_fail(directory.store());
  commit_up_to(*store, Height(2));
  const StoreView view = store->view();
  commit_up_to(*store, Height(5));
  EXPECT_EQ(view.head()->height, Height(2));
  EXPECT_FALSE(view.block(Height(3)).has_value());
  const auto all = view.scan({}, {}, 1000);
  EXPECT_EQ((std::map<Bytes, Bytes>(all.begin(), all.end())), state_after(Height(2)));
  EXPECT_EQ(root_of(view), view.head()->state_root);
  store.reset();
  EXPECT_EQ(view.get(key_of("steady")), key_of("from genesis")) << "a view keeps the database open";
}

TEST(Store, ReadersSeeWholeBlocksWhileTheWriterCommits) {
  const TemporaryDirectory directory;
  const auto store = open_or_fail(directory.store());
  commit_up_to(*store, Height(1));
  std::atomic<bool> is_done = false;
  std::atomic<int> torn = 0;
  std::atomic<std::uint64_t> highest = 0;
  std::thread reader([&] {
    do {
      const StoreView view = store->view();
      const Height height = view.head()->height;
      const auto all = view.scan({}, {}, 10'000);
      const auto past = view.state_at(height.previous());
      if (std::map<Bytes, Bytes>(all.begin(), all.end()) != state_after(height)) ++torn;
      if (root_of(view) != view.head()->state_root) ++torn;
      if (!past || root_of(*past) != view.block(height.previous())->state_root) ++torn;
      if (store->head()->height < height.previous()) ++torn;
      highest = std::max(highest.load(), height.value);
    } while (!is_done);
  });
  commit_up_to(*store, Height(40));
  is_done = true;
  reader.join();
  EXPECT_EQ(torn, 0);
  EXPECT_GT(highest, 1U);
}

TEST(Store, OriginalLeadsToTheReceiptRoot) {
  const TemporaryDirectory directory;
  const auto store = open_or_fail(directory.store());
  commit_up_to(*store, Height(3), 40);
  for (const std::uint32_t index : {0U, 1U, 31U, 32U, 40U}) {
    const auto original = store->view().original({Height(3), index});
    ASSERT_TRUE(original.has_value());
    EXPECT_EQ(root_of(receipt_hash(original->receipt), original->path),
              store->receipt_root(Height(3)));
  }
  EXPECT_FALSE(store->view().original({Height(3), 41}).has_value());
  EXPECT_FALSE(store->failure().has_value());
}

// What is remembered of one block is not taken for that of another, nor for what a view of before
// that block has.
TEST(Store, WhatIsRememberedIsOfItsBlock) {
  const TemporaryDirectory directory;
  const auto store = open_or_fail(directory.store());
  commit_up_to(*store, Height(2), 40);
  const StoreView before = store->view();
  commit_up_to(*store, Height(9), 40);
  for (int round = 0; round < 2; ++round)
    for (std::uint64_t height = 1; height <= 9; ++height) {
      const Height at(height);
      const StoreView now = store->view();
      const auto original = now.original({at, 33});
      ASSERT_TRUE(original.has_value());
      EXPECT_EQ(original->height, at);
      EXPECT_EQ(root_of(receipt_hash(original->receipt), original->path), store->receipt_root(at));
      EXPECT_EQ(now.receipts(at, 33, 1).at(0), original->receipt);
      EXPECT_EQ(now.transaction(at, 3), a_payment().id(uetr_of(at, 3)).amount(eur(103)).bytes());
      EXPECT_EQ(before.receipts(at, 0, 99).empty(), height > 2);
      EXPECT_EQ(before.transaction(at, 3).has_value(), height <= 2);
    }
  EXPECT_FALSE(store->failure().has_value());
}

TEST(Store, AReceiptThatDoesNotMatchItsRootIsAFailure) {
  const TemporaryDirectory directory;
  const auto store = open_or_fail(directory.store());
  commit_up_to(*store, Height(0));
  MadeBlock block = make_block(*store, Height(1));
  block.executed.receipt_root = hash_of("another root");
  ASSERT_TRUE(store->commit(block.stored()).has_value());
  EXPECT_FALSE(store->view().original({Height(1), 0}).has_value());
  ASSERT_TRUE(store->failure().has_value());
  EXPECT_EQ(store->failure()->fault, StoreFault::damaged);
  const auto refused = store->commit(make_block(*store, Height(2)).stored());
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().fault, StoreFault::failed_before);
}

TEST(Store, ProvesEveryHeightOfTheWindowAndNoneBelow) {
  const TemporaryDirectory directory;
  const auto store = open_or_fail(directory.store());
  commit_up_to(*store, Height(20));
  const StoreView view = store->view();
  for (std::uint64_t h = 0; h <= 21; ++h) {
    SCOPED_TRACE(h);
    const auto past = view.state_at(Height(h));
    ASSERT_EQ(past.has_value(), h >= 12 && h <= 20);
    if (!past) continue;
    const Hash root = view.block(Height(h))->state_root;
    EXPECT_EQ(root_of(*past), root);
    const auto state = state_after(Height(h));
    auto keys = state_after(Height(20));
    for (const auto& [key, value] : state) keys[key] = value;
    keys[key_of("never there")] = {};
    for (const auto& [key, newest] : keys) {
      const auto expected = state.find(key);
      const std::optional<Bytes> value = past->get(key);
      ASSERT_EQ(value, expected == state.end() ? std::nullopt : std::optional(expected->second));
      ASSERT_TRUE(verify_proof(prove(*past, key), root, key, value));
    }
  }
}

TEST(Store, DropsWhatNoHeightOfTheWindowNeeds) {
  const TemporaryDirectory directory;
  StoreOptions wide = small_options();
  wide.proof_window = 100;
  {
    const auto store = open_or_fail(directory.store(), wide);
    commit_up_to(*store, Height(60));
    EXPECT_TRUE(store->view().state_at(Height(0)).has_value());
  }
  StoreOptions narrow = small_options();
  narrow.proof_window = 3;
  {
    const auto store = open_or_fail(directory.store(), narrow);
    EXPECT_FALSE(store->view().state_at(Height(50)).has_value())
        << "kept still, but out of the window";
    commit_up_to(*store, Height(70));
    EXPECT_TRUE(store->view().state_at(Height(67)).has_value());
  }
  const auto store = open_or_fail(directory.store(), wide);
  EXPECT_TRUE(store->view().state_at(Height(67)).has_value());
  EXPECT_FALSE(store->view().state_at(Height(66)).has_value())
      << "a wider window brings nothing back";
  EXPECT_FALSE(store->view().state_at(Height(0)).has_value());
}

TEST(Store, KeepsTheNewestProofTheLastOfAThousandAndThoseToKeep) {
  const TemporaryDirectory directory;
  const auto store = open_or_fail(directory.store());
  commit_up_to(*store, Height(4));
  EXPECT_EQ(store->view().newest_proof()->height, Height(4));
  EXPECT_EQ(store->view().proof_at_or_above(Height(1))->height, Height(4))
      << "one proof finalizes all below";
  MadeBlock closing = make_block(*store, Height(5));
  StoredBlock stored = closing.stored();
  stored.keep_proof = true;
  ASSERT_TRUE(store->commit(stored).has_value());
  commit_up_to(*store, Height(8));
  EXPECT_EQ(store->view().proof_at_or_above(Height(2))->height, Height(5));
  EXPECT_EQ(store->view().proof_at_or_above(Height(6))->height, Height(8));
  EXPECT_EQ(as_text(store->view().newest_proof()->bytes).substr(0, 5), "proof");
  EXPECT_FALSE(store->view().proof_at_or_above(Height(9)).has_value());

  // A proof may come after its block.
  MadeBlock without = make_block(*store, Height(9));
  without.proof.clear();
  ASSERT_TRUE(store->commit(without.stored()).has_value());
  EXPECT_EQ(store->view().newest_proof()->height, Height(8));
  ASSERT_TRUE(store->put_proof(Height(9), key_of("late"), false).has_value());
  EXPECT_EQ(store->view().newest_proof()->bytes, key_of("late"));
  EXPECT_EQ(store->view().proof_at_or_above(Height(6))->height, Height(9));
  ASSERT_TRUE(store->put_proof(Height(7), key_of("too late"), false).has_value());
  EXPECT_EQ(store->view().proof_at_or_above(Height(6))->height, Height(9))
      << "an older one says nothing new";
}

TEST(Store, RefusesWhenSpaceIsShortAndGoesOnWhenItIsBack) {
  const TemporaryDirectory directory;
  StoreOptions options = small_options();
  options.reserve_bytes = std::uint64_t{1} << 62;
  {
    const auto store = open_or_fail(directory.store(), options);
    ASSERT_GT(store->free_bytes(), 0U);
    const auto refused = store->commit(make_block(*store, Height(0)).stored());
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().fault, StoreFault::out_of_space);
    EXPECT_FALSE(store->failure().has_value()) << "not final";
    EXPECT_FALSE(store->head().has_value());
  }
  const auto store = open_or_fail(directory.store());
  commit_up_to(*store, Height(1));
  EXPECT_EQ(store->head()->height, Height(1));
  EXPECT_GT(store->memory_bytes(), 0U);
}

TEST(Store, ErrorsSayWhatAndWhere) {
  EXPECT_EQ(to_string(StoreError{StoreFault::locked, "d is open already"}),
            "store: locked: d is open already");
  for (int i = 0; i <= static_cast<int>(StoreFault::failed_before); ++i) {
    EXPECT_FALSE(to_string(static_cast<StoreFault>(i)).empty());
  }
}

}  // namespace
}  // namespace vostro::chain
