// Goal: what a final block drops of the lanes, and the contiguous tips, are what looking through
// all held batches each time would come to, while a final block looks only at what it touches.
// Method: histories by chance (forks at any place, several incarnations, gaps, pins, batches that
// are wanted or invalid), each step done by the store and by a plain list that is searched as a
// whole.
#include "consensus/lane_store.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

#include "base/random.h"
#include "tests/unit/consensus/lane_support.h"

namespace vostro::consensus {
namespace {

using namespace lane_test;

constexpr unsigned author_number = 1;

/// One lane, as section 7 of the specification says it: a list in order of arrival.
class PlainLane {
 public:
  struct Held {
    HeldBatch batch;
    unsigned pins = 0;
    bool invalid = false;
  };

  [[nodiscard]] Held* find(const BatchId& id) {
    const auto found = std::find_if(held_.begin(), held_.end(),
                                    [&](const Held& held) { return held.batch.id == id; });
    return found == held_.end() ? nullptr : &*found;
  }
  void add(const HeldBatch& batch) {
    held_.push_back({batch});
    begin_incarnation(batch.batch().incarnation);
  }
  void begin_incarnation(std::uint32_t incarnation) {
    if (incarnation <= newest_) return;
    newest_ = incarnation;
    drop([&](const Held& held) { return held.batch.batch().incarnation < newest_; });
  }
  void unpin(const BatchId& id) {
    Held& held = *find(id);
    if (--held.pins > 0 || !(is_stale(held) || held.invalid)) return;
    drop([&](const Held& other) { return other.batch.id == id; });
  }
  void advance(const LanePosition& position) {
    base_ = position;
    newest_ = std::max(newest_, position.incarnation);
    // Death goes from a batch to those that follow it, until nobody more dies.
    std::set<BatchId> dead;
    for (bool found = true; found;) {
      found = false;
      for (const Held& held : held_)
        if (!dead.contains(held.batch.id) && dies(held, dead))
          found = dead.insert(held.batch.id).second;
    }
    dead.insert(position.tip);
    drop([&](const Held& held) { return dead.contains(held.batch.id); });
  }
  [[nodiscard]] LanePosition tip() const {
    LanePosition tip = newest_ > base_.incarnation ? LanePosition{newest_, 0, {}} : base_;
    for (const Held* next = child_of(tip); next != nullptr; next = child_of(tip))
      tip = {newest_, tip.seq + 1, next->batch.id};
    return tip;
  }
  [[nodiscard]] const std::vector<Held>& held() const { return held_; }
  [[nodiscard]] const LanePosition& base() const { return base_; }

 private:
  [[nodiscard]] bool is_stale(const Held& held) const {
    const Batch& batch = held.batch.batch();
    return batch.incarnation < newest_ ||
           (batch.incarnation == base_.incarnation && batch.seq <= base_.seq);
  }
  [[nodiscard]] bool dies(const Held& held, const std::set<BatchId>& dead) {
    const Batch& batch = held.batch.batch();
    if (held.batch.id == base_.tip) return false;  // included, but what follows it is alive
    if (is_stale(held)) return true;
    if (batch.incarnation == base_.incarnation && batch.seq == base_.seq + 1 &&
        batch.prev != base_.tip)
      return true;
    const Held* prev = find(batch.prev);
    return prev != nullptr && dead.contains(batch.prev) &&
           prev->batch.batch().incarnation == batch.incarnation &&
           prev->batch.batch().seq + 1 == batch.seq;
  }
  [[nodiscard]] const Held* child_of(const LanePosition& position) const {
    for (const Held& held : held_) {
      const Batch& batch = held.batch.batch();
      if (batch.incarnation == position.incarnation && batch.seq == position.seq + 1 &&
          batch.prev == position.tip)
        return &held;
    }
    return nullptr;
  }
  template <class Which>
  void drop(const Which& which) {
    std::erase_if(held_, [&](const Held& held) { return held.pins == 0 && which(held); });
  }

  std::vector<Held> held_;
  LanePosition base_;
  std::uint32_t newest_ = 0;
};

/// One history: what an author may have signed, and what befalls the store.
class History {
 public:
  explicit History(std::uint64_t seed) : random_(seed) {}

  void step() {
    switch (random_.uniform(10)) {
      case 0:
      case 1:
      case 2:
        return sign();
      case 3:
      case 4:
      case 5:
        return arrive();
      case 6:
        return pin_or_unpin();
      case 7:
        return check();
      case 8:
        return begin_incarnation();
      case 9:
        return advance();
    }
  }

  void compare() {
    std::set<BatchId> held;
    std::size_t counted = 0;
    std::size_t bytes = 0;
    for (const PlainLane::Held& plain : plain_.held()) {
      held.insert(plain.batch.id);
      ASSERT_TRUE(store_.holds(plain.batch.id));
      ASSERT_EQ(store_.find(plain.batch.id)->pins, plain.pins);
      counted += plain.pins == 0 ? 1 : 0;
      bytes += plain.pins == 0 ? plain.batch.bytes : 0;
    }
    ASSERT_EQ(store_.size(), held.size());
    ASSERT_EQ(store_.tip(index(author_number)), plain_.tip());
    ASSERT_EQ(store_.final_position(index(author_number)), plain_.base());
    ASSERT_EQ(store_.batches_counted(index(author_number)), counted);
    ASSERT_EQ(store_.bytes_counted(index(author_number)), bytes);
    std::set<BatchId> gone = held_before_;
    for (const BatchId& id : held) gone.erase(id);
    std::set<BatchId> told;
    for (const BatchId& id : store_.take_dropped()) told.insert(id);
    ASSERT_EQ(told, gone);
    held_before_ = std::move(held);
  }

  std::size_t forks_died = 0;
  std::size_t advances = 0;
  std::size_t advances_past_a_run = 0;

 private:
  /// After one signed before, at any place: forks are as likely as a chain. Or after one that
  /// nobody has, or that stands elsewhere.
  void sign() {
    const auto incarnation = static_cast<std::uint32_t>(1 + random_.uniform(3));
    std::vector<const HeldBatch*> of_incarnation;
    for (const HeldBatch& batch : signed_)
      if (batch.batch().incarnation == incarnation) of_incarnation.push_back(&batch);
    std::uint64_t seq = 1;
    BatchId prev;
    if (const std::uint64_t kind = random_.uniform(12); kind == 0) {
      seq = 2 + random_.uniform(6);
      prev = signed_.empty() || random_.uniform(2) == 0
                 ? BatchId{hash("nobody", {}).bytes}
                 : signed_[random_.uniform(signed_.size())].id;
    } else if (kind > 1 && !of_incarnation.empty()) {
      // Of the last ones rather than of any, or no chain would become long.
      const std::uint64_t back = random_.uniform(std::min<std::size_t>(of_incarnation.size(), 3));
      const HeldBatch& after = *of_incarnation[of_incarnation.size() - 1 - back];
      seq = after.batch().seq + 1;
      prev = after.id;
    }
    signed_.push_back(make_batch(author_number, incarnation, seq, prev,
                                 "payment " + std::to_string(signed_.size())));
    if (random_.uniform(4) != 0) add(signed_.back());
  }
  void arrive() {
    if (!signed_.empty()) add(signed_[random_.uniform(signed_.size())]);
  }
  void add(const HeldBatch& batch) {
    if (store_.add(batch, random_.uniform(3) == 0).outcome == StoreOutcome::stored)
      plain_.add(batch);
  }
  [[nodiscard]] const PlainLane::Held* any_held() {
    return plain_.held().empty() ? nullptr : &plain_.held()[random_.uniform(plain_.held().size())];
  }
  void pin_or_unpin() {
    const PlainLane::Held* held = any_held();
    if (held == nullptr) return;
    const BatchId id = held->batch.id;
    if (held->pins > 0 && random_.uniform(3) != 0) {
      plain_.unpin(id);
      store_.unpin(id, false);
    } else {
      plain_.find(id)->pins += 1;
      store_.pin(id);
    }
  }
  void check() {
    const PlainLane::Held* held = any_held();
    if (held == nullptr || random_.uniform(4) != 0) return;
    plain_.find(held->batch.id)->invalid = true;
    store_.set_check(held->batch.id, BatchCheck::invalid, 0);
  }
  void begin_incarnation() {
    if (random_.uniform(8) != 0) return;
    const auto incarnation = static_cast<std::uint32_t>(1 + random_.uniform(3));
    plain_.begin_incarnation(incarnation);
    store_.begin_incarnation(index(author_number), incarnation);
  }
  /// To any batch that blocks could include next, held or not: some places up a branch, or up that
  /// of a newer incarnation.
  void advance() {
    LanePosition position = plain_.base();
    for (std::uint64_t places = 1 + random_.uniform(3); places > 0; --places) {
      std::vector<const HeldBatch*> next;
      for (const HeldBatch& batch : signed_) {
        const Batch& content = batch.batch();
        const bool follows = content.incarnation == position.incarnation &&
                             content.seq == position.seq + 1 && content.prev == position.tip;
        const bool begins = content.incarnation > position.incarnation && content.seq == 1;
        if (follows || (begins && random_.uniform(4) == 0)) next.push_back(&batch);
      }
      if (next.empty()) break;
      const HeldBatch& chosen = *next[random_.uniform(next.size())];
      position = {chosen.batch().incarnation, chosen.batch().seq, chosen.id};
    }
    if (position == plain_.base()) return;
    const std::size_t held = plain_.held().size();
    const LanePosition tip = plain_.tip();
    plain_.advance(position);
    store_.advance({{index(author_number), position}});
    ++advances;
    if (held > plain_.held().size() + 3) ++forks_died;
    if (plain_.tip() == tip && tip.seq > position.seq) ++advances_past_a_run;
  }

  Random random_;
  LaneStore store_{{}, test_ctx(), 4, {}};
  PlainLane plain_;
  std::vector<HeldBatch> signed_;
  std::set<BatchId> held_before_;
};

TEST(LaneStore, DropsWhatLookingThroughAllWouldDrop) {
  std::size_t forks_died = 0;
  std::size_t advances = 0;
  std::size_t advances_past_a_run = 0;
  for (std::uint64_t seed = 1; seed <= 3'000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    History history(seed);
    for (int i = 0; i < 120; ++i) {
      history.step();
      ASSERT_NO_FATAL_FAILURE(history.compare()) << "step " << i;
    }
    forks_died += history.forks_died;
    advances += history.advances;
    advances_past_a_run += history.advances_past_a_run;
  }
  // The histories are of the kind that matters.
  EXPECT_GT(advances, 10'000u);
  EXPECT_GT(forks_died, 1'000u);
  EXPECT_GT(advances_past_a_run, 1'000u);
}

}  // namespace
}  // namespace vostro::consensus
