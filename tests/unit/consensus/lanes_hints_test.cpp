// Goal: what Lanes keeps of its hints between inputs is what looking for them anew gives. Method:
// histories by chance with forks, gaps, several incarnations, connections that come and go, cuts,
// final positions, and reports that lie, also about another's batches; after each input a copy
// that has to look anew is compared.
#include <gtest/gtest.h>

#include "base/random.h"
#include "tests/unit/consensus/lane_support.h"

namespace vostro::consensus {
namespace {

using namespace lane_test;  // NOLINT: builders

constexpr unsigned kValidators = 4;

class Reports {
 public:
  explicit Reports(std::uint64_t seed) : random_(seed), lanes_(make_lanes(0, kValidators)) {
    lanes_.begin_incarnation(1);
    for (unsigned author = 1; author < kValidators; ++author)
      for (const std::string_view branch : {"a", "b"})
        for (const std::uint32_t incarnation : {1U, 2U})
          for (const HeldBatch& batch : make_chain(author, incarnation, 6, branch))
            batches_.push_back(batch);
  }

  void step() {
    now_ms_ += random_.uniform(4) == 0 ? random_.uniform(3'000) : random_.uniform(20);
    switch (random_.uniform(10)) {
      case 0:
      case 1:
      case 2:
        (void)receive(lanes_, any(), some_peer(), now_ms_);
        break;
      case 3:
      case 4:
        report();
        break;
      case 5:
        (void)lanes_.tick(now_ms_, leaders_);
        break;
      case 6:
        connect();
        break;
      case 7:
        cut();
        break;
      case 8:
        own_lane();
        break;
      default:
        end_block();
    }
  }

  void compare() const {
    Lanes anew = lanes_;
    anew.release_cut(block_id("of nobody"));  // does nothing but have it look anew
    Lanes kept = lanes_;
    ASSERT_EQ(kept.next_wakeup(leaders_), anew.next_wakeup(leaders_));
    for (const std::uint64_t later : {now_ms_, now_ms_ + 40})
      ASSERT_EQ(kept.tick(later, leaders_), anew.tick(later, leaders_));
  }

 private:
  const HeldBatch& any() { return batches_[random_.uniform(batches_.size())]; }
  unsigned some_peer() { return static_cast<unsigned>(1 + random_.uniform(kValidators - 1)); }
  static LanePosition position_of(const HeldBatch& batch) {
    return {batch.batch().incarnation, batch.batch().seq, batch.id};
  }

  void report() {
    LanePositions entries;
    for (std::uint64_t count = 1 + random_.uniform(3); count > 0; --count) {
      const HeldBatch& batch = any();
      const bool is_lie = random_.uniform(4) == 0;
      entries[is_lie ? index(some_peer()) : batch.batch().author] = position_of(batch);
    }
    lanes_.on_have(index(some_peer()), entries, now_ms_);
  }
  void connect() {
    const ValidatorIndex peer = index(some_peer());
    if (random_.uniform(3) == 0)
      lanes_.on_peer_down(peer);
    else
      lanes_.on_peer_up(peer);
  }
  void own_lane() {
    if (random_.uniform(4) == 0) {
      lanes_.begin_incarnation(++incarnation_);
      return;
    }
    if (random_.uniform(4) == 0) {
      lanes_.release_kept();
      (void)lanes_.keep(any());
      return;
    }
    auto draft = lanes_.draft(any().batch().transactions);
    if (!draft) return;
    SignedBatch made;
    made.batch = std::move(*draft);
    (void)lanes_.on_own_batch(hold(std::make_shared<const SignedBatch>(std::move(made))), 1);
  }
  void cut() {
    if (random_.uniform(2) == 0 && !cuts_.empty()) {
      lanes_.release_cut(cuts_.back());
      cuts_.pop_back();
      return;
    }
    if (cuts_.size() > 3) return;
    const Batch& last = any().batch();
    const HeldBatch& tip = any();
    cuts_.push_back(block_id("cut " + std::to_string(++made_)));
    const LaneRef ref{last.author, last.incarnation, 1, last.seq, tip.id};
    (void)lanes_.require_cut({cuts_.back(), Cut{{ref}}, {}, index(some_peer())}, now_ms_);
  }
  void end_block() {
    const HeldBatch& batch = any();
    const LanePosition position = position_of(batch);
    LanePosition& final_position = final_[batch.batch().author];
    if (random_.uniform(3) != 0 || std::pair(position.incarnation, position.seq) <=
                                       std::pair(final_position.incarnation, final_position.seq))
      return;
    final_position = position;
    lanes_.on_final(final_);
  }

  Random random_;
  Lanes lanes_;
  std::vector<HeldBatch> batches_;
  std::vector<BlockId> cuts_;
  LanePositions final_;
  std::set<ValidatorIndex> leaders_{index(0), index(2)};
  std::uint64_t now_ms_ = 1'000;
  std::uint32_t incarnation_ = 1;
  int made_ = 0;
};

TEST(LanesHints, AreThoseThatLookingAnewGives) {
  for (std::uint64_t seed = 1; seed <= 800; ++seed) {
    Reports history(seed);
    for (int step = 0; step < 120; ++step) {
      history.step();
      history.compare();
      if (HasFatalFailure()) FAIL() << "seed " << seed << ", step " << step;
    }
  }
}

}  // namespace
}  // namespace vostro::consensus
