// Goal: of each epoch the store gives the proof that closed it, or the newest one, and never one of
// another epoch. Method: a store on disk with blocks of three epochs, of which the last has nothing
// final but its anchor.
#include "node/runtime/stored_proofs.h"

#include <gtest/gtest.h>

#include "base/codec.h"
#include "chain/records.h"
#include "tests/unit/node/api_support.h"

namespace vostro::node {
namespace {

class Blocks {
 public:
  Blocks() {
    auto opened = chain::Store::open(directory_.path("store"), Hash{}, {});
    VOSTRO_CHECK(opened.has_value());
    store_ = std::move(*opened);
    commit(Epoch(0), false, false);
  }
  /// The next block, with a proof of its own where it `is_proven` or closes its epoch.
  void commit(Epoch epoch, bool is_proven, bool closes) {
    chain::ExecutedBlock made;
    made.height = height_;
    made.time = UnixMillis(1'000 + height_.value);
    // As execution does it in the first block of an epoch.
    if (height_.value > 0 && !begun_.contains(epoch)) {
      begun_.insert(epoch);
      made.state = {
          {chain::key_of<chain::EpochRecord>(epoch),
           chain::encode_record(chain::EpochRecord{{}, height_.previous(), made.time, 1, {}})}};
    }
    Bytes proof;
    if (is_proven || closes) {
      consensus::FinalityProof of;
      of.header.epoch = epoch;
      of.header.height = height_;
      if (closes) of.header.flags = consensus::Header::flag_epoch_close;
      proof = encode(of);
    }
    VOSTRO_CHECK(store_->commit({hash("block", encode(height_)), {}, {}, proof, closes, {}, made})
                     .has_value());
    height_ = height_.next();
  }
  [[nodiscard]] std::optional<Height> newest(std::uint64_t epoch) const {
    const auto proof = newest_proof_of(store_->view(), Epoch(epoch));
    return proof ? std::optional(proof->header.height) : std::nullopt;
  }

 private:
  test::TempDir directory_;
  std::unique_ptr<chain::Store> store_;
  Height height_;
  std::set<Epoch> begun_;
};

TEST(StoredProofs, AreThoseOfTheirEpoch) {
  Blocks blocks;
  EXPECT_EQ(blocks.newest(0), std::nullopt);
  blocks.commit(Epoch(0), true, false);
  EXPECT_EQ(blocks.newest(0), Height(1));
  EXPECT_EQ(blocks.newest(1), std::nullopt);
  blocks.commit(Epoch(0), false, true);
  EXPECT_EQ(blocks.newest(0), Height(2));
  EXPECT_EQ(blocks.newest(1), std::nullopt) << "it has begun, and nothing is final in it";

  blocks.commit(Epoch(1), false, false);
  EXPECT_EQ(blocks.newest(1), std::nullopt);
  blocks.commit(Epoch(1), true, false);
  EXPECT_EQ(blocks.newest(1), Height(4));
  EXPECT_EQ(blocks.newest(0), Height(2)) << "for ever";
  for (int i = 0; i < 5; ++i) blocks.commit(Epoch(1), true, false);
  blocks.commit(Epoch(1), false, true);
  EXPECT_EQ(blocks.newest(1), Height(10));
  EXPECT_EQ(blocks.newest(2), std::nullopt);
  EXPECT_EQ(blocks.newest(0), Height(2));
  EXPECT_EQ(blocks.newest(~std::uint64_t{0} - 1), std::nullopt);
}

}  // namespace
}  // namespace vostro::node
