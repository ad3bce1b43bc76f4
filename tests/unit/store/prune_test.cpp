// Goal: pruning takes what it says and nothing else, gives disk space back, and no read of what is
// gone is a fault of the store. Method: a store of some hundred blocks, payments that wait among
// them, pruned, read in every way, opened again and grown on.
#include <gtest/gtest.h>
#include <rocksdb/db.h>

#include <iostream>

#include "chain/records.h"
#include "chain/store/core.h"
#include "tests/support/chain_builders.h"
#include "tests/unit/store/store_support.h"

namespace vostro::chain {
namespace {

using namespace test;  // NOLINT: builders

std::uintmax_t bytes_in(const std::filesystem::path& directory) {
  std::uintmax_t bytes = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory))
    if (entry.path().extension() == ".sst") bytes += entry.file_size();
  return bytes;
}

MadeBlock honest(MadeBlock block) {
  block.executed.tx_root = tx_root_of(block.executed.ids, block.executed.transactions);
  return block;
}

void commit_honest(Store& store, Height last, std::uint32_t payments) {
  for (Height height = store.head() ? store.head()->height.next() : Height(0); height <= last;
       height = height.next()) {
    const MadeBlock block = honest(make_block(store, height, payments));
    const auto committed = store.commit(block.stored());
    ASSERT_TRUE(committed.has_value()) << to_string(committed.error());
  }
}

/// A payment of the builders' account that waits for its acceptance, ordered in block `height`.
void commit_held(Store& store, Height height, const Uuid& name) {
  MadeBlock block = make_block(store, height, 40);
  Receipt receipt;
  receipt.id = {bic("NORDDEFF"), name};
  receipt.payment =
      PaymentFacts{name, account("NORDDEFF/main"), account("SUDBFRPP/main"), eur(100)};
  receipt.status = Status::held;
  add_receipt(block, receipt);
  ASSERT_TRUE(store.commit(honest(block).stored()).has_value());
}

TEST(Prune, TakesOldBlocksAndLeavesHeadersIdsAndWhatWaits) {
  const TemporaryDirectory directory;
  auto store = open_or_fail(directory.store());
  commit_honest(*store, Height(49), 40);
  const Uuid waiting = uetr(4'711);
  commit_held(*store, Height(50), waiting);
  commit_honest(*store, Height(80), 40);
  EXPECT_EQ(store->view().history_begins(), Height(0));

  ASSERT_TRUE(store->prune(Height(70)).has_value());
  const auto check = [&] {
    const StoreView view = store->view();
    EXPECT_EQ(view.history_begins(), Height(70));
    for (const std::uint64_t height : {1U, 50U, 69U}) {
      const Height at(height);
      EXPECT_FALSE(view.is_whole(at));
      EXPECT_TRUE(view.header(at).has_value());
      EXPECT_FALSE(view.cut(at).has_value());
      EXPECT_FALSE(view.batch(at, 0).has_value());
      EXPECT_FALSE(view.transaction(at, 0).has_value());
      const OwnedId used{bic("NORDDEFF"), uetr_of(at, 3)};
      ASSERT_TRUE(view.find_id(used).has_value());
      EXPECT_EQ(view.find_id(used)->height, at);
      EXPECT_FALSE(view.first_receipt(used).has_value());
      EXPECT_FALSE(view.transaction_of(used).has_value());
      EXPECT_FALSE(view.payment(used).has_value());
      EXPECT_FALSE(view.original({at, 0}).has_value());
      const auto ids = view.used_ids(at);
      ASSERT_TRUE(ids.has_value());
      EXPECT_EQ(names_of(*ids)->size(), height == 50 ? 41U : 40U);
    }
    EXPECT_TRUE(view.payment({bic("NORDDEFF"), uetr_of(Height(70), 3)}).has_value());
    const auto held = view.payment({bic("NORDDEFF"), waiting});
    ASSERT_TRUE(held.has_value()) << "it waits for an answer: people look at it";
    EXPECT_EQ(held->status, Status::held);
    const PaymentFilter inbox{bic("SUDBFRPP"), Side::creditor, Status::held, std::nullopt};
    EXPECT_EQ(view.payments(inbox, std::nullopt, 10, Order::oldest_first).items.size(), 1U);
    const PaymentFilter all{bic("NORDDEFF"), Side::debtor, std::nullopt, std::nullopt};
    const auto first = view.payments(all, std::nullopt, 1, Order::oldest_first);
    ASSERT_EQ(first.items.size(), 1U);
    EXPECT_EQ(first.items.front().receipts.front().place.height, Height(70));
    const auto entries =
        view.entries(account("NORDDEFF/main"), std::nullopt, std::nullopt, 1, Order::oldest_first);
    ASSERT_EQ(entries.items.size(), 1U);
    EXPECT_EQ(entries.items.front().place.height, Height(70));
    EXPECT_FALSE(store->failure().has_value()) << to_string(*store->failure());
  };
  check();
  store.reset();
  store = open_or_fail(directory.store());
  check();
  ASSERT_TRUE(store->prune(Height(60)).has_value()) << "that is done already";
  commit_honest(*store, Height(85), 40);
  EXPECT_FALSE(store->failure().has_value());
}

/// The answer to a payment: it settles.
void commit_settled(Store& store, Height height, const Uuid& name) {
  MadeBlock block = make_block(store, height, 40);
  Receipt receipt;
  receipt.id = {bic("SUDBFRPP"), uetr(name.bytes[15] + 9'000U)};
  receipt.payment =
      PaymentFacts{name, account("NORDDEFF/main"), account("SUDBFRPP/main"), eur(100)};
  receipt.status = Status::settled;
  add_receipt(block, receipt);
  ASSERT_TRUE(store.commit(honest(block).stored()).has_value());
}

/// Rows of the transactions' family: what they hold of a block that is not whole.
std::size_t kept_transactions(const TemporaryDirectory& directory) {
  StoreCore core(directory.store(), small_options());
  EXPECT_TRUE(core.open_database_to_read().has_value());
  std::size_t rows = 0;
  for (const char kind : {'k', 'x'}) {
    RowIterator each(core, Family::transactions, Bytes{static_cast<Byte>(kind)}, nullptr);
    for (each.to_first(); each.is_valid(); each.next()) ++rows;
  }
  return rows;
}

TEST(Prune, KeepsTheOrderOfWhatWaitsForAsLongAsItsReceipts) {
  const TemporaryDirectory directory;
  auto store = open_or_fail(directory.store());
  commit_honest(*store, Height(49), 40);
  // One waits on, one is answered before the pruning: their receipts stand in one row.
  const OwnedId waiting{bic("NORDDEFF"), uetr(4'711)};
  const OwnedId answered{bic("NORDDEFF"), uetr(4'712)};
  commit_held(*store, Height(50), waiting.id);
  MadeBlock both = make_block(*store, Height(51), 40);
  for (const OwnedId& name : {answered, OwnedId{bic("NORDDEFF"), uetr(4'713)}}) {
    Receipt receipt;
    receipt.id = name;
    receipt.payment =
        PaymentFacts{name.id, account("NORDDEFF/main"), account("SUDBFRPP/main"), eur(100)};
    receipt.status = Status::held;
    add_receipt(both, receipt);
  }
  ASSERT_TRUE(store->commit(honest(both).stored()).has_value());
  commit_settled(*store, Height(52), answered.id);
  commit_honest(*store, Height(80), 40);
  const auto before = store->view().transaction_of(waiting);
  ASSERT_TRUE(before.has_value());

  for (const std::uint64_t height : {70U, 75U}) {
    ASSERT_TRUE(store->prune(Height(height)).has_value());
    const StoreView view = store->view();
    const auto after = view.transaction_of(waiting);
    ASSERT_TRUE(after.has_value()) << "what waits is answered by what was ordered";
    EXPECT_EQ(after->bytes, before->bytes);
    EXPECT_EQ(after->height, before->height);
    EXPECT_EQ(after->index, before->index);
    EXPECT_TRUE(view.first_receipt(waiting).has_value());
    // A neighbour in its row of receipts is gone like all others: half of what happened to it is
    // not what became of it.
    EXPECT_FALSE(view.payment(answered).has_value());
    EXPECT_FALSE(view.first_receipt(answered).has_value());
    EXPECT_FALSE(view.first_receipt({bic("NORDDEFF"), uetr_of(Height(50), 35)}).has_value());
    EXPECT_TRUE(view.payment({bic("NORDDEFF"), uetr(4'713)}).has_value());
    EXPECT_FALSE(store->failure().has_value()) << to_string(*store->failure());
  }
  commit_settled(*store, Height(81), waiting.id);
  {
    const StoreView view = store->view();
    const auto payment = view.payment(waiting);
    ASSERT_TRUE(payment.has_value()) << "its end is told with its beginning";
    EXPECT_EQ(payment->status, Status::settled);
    EXPECT_TRUE(view.transaction_of(waiting).has_value());
  }
  commit_honest(*store, Height(90), 40);
  ASSERT_TRUE(store->prune(Height(85)).has_value());
  EXPECT_FALSE(store->view().payment(waiting).has_value());
  EXPECT_FALSE(store->view().transaction_of(waiting).has_value());
  EXPECT_FALSE(store->failure().has_value());
  store.reset();
  EXPECT_EQ(kept_transactions(directory), 2U) << "of the one that still waits";
}

TEST(Prune, KeepsTheOrderOfAnOpenRedemption) {
  const TemporaryDirectory directory;
  auto store = open_or_fail(directory.store());
  commit_honest(*store, Height(9), 40);
  MadeBlock block = make_block(*store, Height(10), 40);
  Receipt receipt;
  receipt.id = {bic("NORDDEFF"), uetr(4'711)};
  receipt.status = Status::held;
  add_receipt(block, receipt);
  Hold hold;
  hold.kind = HoldKind::redeem;
  hold.debtor = account("NORDDEFF/main");
  block.executed.state[key_of<Hold>(receipt.id)] = encode_record(hold);
  ASSERT_TRUE(store->commit(honest(block).stored()).has_value());
  commit_honest(*store, Height(20), 40);
  ASSERT_TRUE(store->prune(Height(15)).has_value());
  EXPECT_TRUE(store->view().transaction_of(receipt.id).has_value());
  EXPECT_TRUE(store->view().first_receipt(receipt.id).has_value());
}

TEST(Prune, EndsWhereItIsCanceledAndIsDoneAnotherTime) {
  const TemporaryDirectory directory;
  auto store = open_or_fail(directory.store());
  commit_honest(*store, Height(20), 3);
  std::atomic<bool> canceled = true;
  ASSERT_TRUE(store->prune(Height(15), &canceled).has_value());
  EXPECT_EQ(store->view().history_begins(), Height(0));
  EXPECT_TRUE(store->view().transaction(Height(1), 0).has_value());
  canceled = false;
  ASSERT_TRUE(store->prune(Height(15), &canceled).has_value());
  EXPECT_EQ(store->view().history_begins(), Height(15));
  EXPECT_FALSE(store->failure().has_value());
}

TEST(Prune, GivesTheBytesBack) {
  const TemporaryDirectory directory;
  auto store = open_or_fail(directory.store());
  commit_honest(*store, Height(100), 200);
  store.reset();
  store = open_or_fail(directory.store());  // all that there is, in tables
  const auto before = bytes_in(directory.path());
  ASSERT_TRUE(store->prune(Height(95)).has_value());
  store.reset();
  store = open_or_fail(directory.store());
  const auto after = bytes_in(directory.path());
  std::cout << "95 of 100 blocks pruned: " << before << " bytes of tables became " << after << "\n";
  EXPECT_LT(after * 2, before) << before << " bytes became " << after;
}

// What is written anew comes before what it replaces: on a disk that is nearly full it would fill
// it.
TEST(Prune, WritesNothingAnewWithoutRoomAndGivesTheBytesBackLater) {
  const TemporaryDirectory directory;
  auto store = open_or_fail(directory.store());
  commit_honest(*store, Height(100), 200);
  store.reset();
  StoreOptions full = small_options();
  full.reserve_bytes = ~std::uint64_t{0} / 2;
  store = open_or_fail(directory.store(), full);
  const auto before = bytes_in(directory.path());
  ASSERT_TRUE(store->prune(Height(90)).has_value());
  EXPECT_EQ(store->view().history_begins(), Height(90)) << "readers see it all the same";
  EXPECT_FALSE(store->view().transaction(Height(89), 0).has_value());
  EXPECT_FALSE(store->failure().has_value());
  EXPECT_GT(bytes_in(directory.path()) * 10, before * 9) << "a log may be cut, the tables stay";
  store.reset();
  store = open_or_fail(directory.store());
  ASSERT_TRUE(store->prune(Height(91)).has_value());
  EXPECT_LT(bytes_in(directory.path()) * 2, before);
}

TEST(Prune, ReadsTheIdsOfAnOlderFormatFromItsReceipts) {
  const TemporaryDirectory directory;
  auto store = open_or_fail(directory.store());
  commit_honest(*store, Height(20), 70);
  const auto expected = store->view().used_ids(Height(7));
  ASSERT_TRUE(expected.has_value());
  store.reset();
  {
    // A store of format 1: without these rows.
    StoreCore core(directory.store(), small_options());
    ASSERT_TRUE(core.open_database().has_value());
    for (std::uint64_t height = 0; height <= 20; ++height)
      ASSERT_TRUE(
          core.database
              ->Delete({}, core.family(Family::blocks), slice(keys::used_ids(Height(height))))
              .ok());
    Bytes one;
    append_big_endian(one, 1);
    ASSERT_TRUE(core.database->Put({}, slice(as_bytes(keys::format)), slice(one)).ok());
  }
  store = open_or_fail(directory.store());
  EXPECT_EQ(store->view().used_ids(Height(7)), expected);
  ASSERT_TRUE(store->prune(Height(15)).has_value());
  EXPECT_EQ(store->view().used_ids(Height(7)), expected);
  EXPECT_FALSE(store->failure().has_value());
}

}  // namespace
}  // namespace vostro::chain
