// Goal: blocks that wait are written together, up to one with a proof and up to a bound of bytes,
// and each is told in its turn. Method: a real store; the writer is held at the first block until
// the others wait. When a block is told, all of its write are in the store already.
#include "node/runtime/block_writer.h"

#include <gtest/gtest.h>

#include <future>

#include "tests/unit/node/api_support.h"

namespace vostro::node {
namespace {

/// What was told, and how far the store was by then.
using Told = std::vector<std::pair<std::uint64_t, std::uint64_t>>;

StoreBlock block_at(std::uint64_t height) {
  consensus::BlockBody body;
  body.header.height = Height(height);
  chain::ExecutedBlock executed;
  executed.height = Height(height);
  StoreBlock block;
  block.id.bytes = hash("block", Bytes{static_cast<Byte>(height)}).bytes;
  block.body = std::make_shared<const consensus::BlockBody>(body);
  block.executed = std::make_shared<const chain::ExecutedBlock>(executed);
  return block;
}

StoreBlock with_proof(StoreBlock block) {
  block.proof.emplace().header = block.body->header;
  return block;
}

StoreBlock with_batch(StoreBlock block, std::size_t bytes) {
  consensus::HeldBatch held;
  held.id.bytes = block.id.bytes;
  held.bytes = bytes;
  consensus::SignedBatch batch;
  batch.batch.seq = block.body->header.height.value;
  held.signed_batch = std::make_shared<const consensus::SignedBatch>(batch);
  block.batches = {held};
  return block;
}

struct BlockWriterTest : test::StoreCase {
  std::vector<std::string> failures;

  void SetUp() override {
    ASSERT_NO_FATAL_FAILURE(StoreCase::SetUp());
    ASSERT_TRUE(
        store->commit({test::hash_of("anchor"), {}, {}, {}, false, {}, chain::ExecutedBlock()})
            .has_value());
  }

  /// The first is written alone; the others wait until all of them are there.
  Told written(std::vector<StoreBlock> blocks) {
    Told told;
    std::promise<void> first_is_told, others_wait;
    BlockWriter writer(
        *store, {[&](const StoreBlock& block) {
                   told.emplace_back(block.executed->height.value, store->head()->height.value);
                   if (told.size() > 1) return;
                   first_is_told.set_value();
                   others_wait.get_future().wait();
                 },
                 [&](const std::string& what) { failures.push_back(what); }, [](bool) {}});
    writer.add(std::move(blocks.front()));
    first_is_told.get_future().wait();
    for (std::size_t i = 1; i < blocks.size(); ++i) writer.add(std::move(blocks[i]));
    others_wait.set_value();
    writer.stop();
    return told;
  }
};

TEST_F(BlockWriterTest, WritesThoseThatWaitTogetherUpToOneWithAProof) {
  std::vector<StoreBlock> blocks;
  for (std::uint64_t height = 1; height <= 7; ++height) blocks.push_back(block_at(height));
  for (const std::size_t i : {2U, 3U}) blocks[i] = with_proof(blocks[i]);
  EXPECT_EQ(written(blocks), (Told{{1, 1}, {2, 3}, {3, 3}, {4, 4}, {5, 7}, {6, 7}, {7, 7}}));
  EXPECT_EQ(failures, std::vector<std::string>{});
  EXPECT_EQ(store->view().proof_at_or_above(Height(2))->height, Height(4))
      << "one of a thousand heights stays, the newest";
}

TEST_F(BlockWriterTest, WritesNoMoreTogetherThanItsBound) {
  constexpr std::size_t kSome = 400 * 1024;
  std::vector<StoreBlock> blocks;
  for (std::uint64_t height = 1; height <= 5; ++height)
    blocks.push_back(with_batch(block_at(height), kSome));
  blocks.push_back(with_batch(block_at(6), 10 * kSome));  // by itself, however large
  EXPECT_EQ(written(blocks), (Told{{1, 1}, {2, 3}, {3, 3}, {4, 5}, {5, 5}, {6, 6}}));
  EXPECT_EQ(failures, std::vector<std::string>{});
}

}  // namespace
}  // namespace vostro::node
