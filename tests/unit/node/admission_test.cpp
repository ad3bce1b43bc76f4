// Goal: the door tells nobody of finality before the node does, loses nothing it accepted, and
// batches again what its batches were included without. Method: a real store and real blocks; the
// test decides when a block is stored and when the node says that it is final.
#include "node/runtime/admission.h"

#include <gtest/gtest.h>

#include <functional>
#include <future>

#include <condition_variable>

#include "tests/unit/node/api_support.h"

namespace vostro::node {
namespace {

class AdmissionTest : public testing::Test {
 protected:
  /// A door goes once the one worker has done what it was given, as in a node.
  using Door = std::unique_ptr<Admission, std::function<void(Admission*)>>;

  /// A door of the chain as it stands, all of which was told of but the blocks above `announced`.
  Door open(std::optional<Height> announced = {}) {
    Admission::Callbacks callbacks;
    callbacks.batch = [this](std::vector<chain::VerifiedTransactionPtr> transactions) {
      const std::lock_guard lock(mutex_);
      for (const auto& transaction : transactions) batched_.push_back(transaction->id());
    };
    callbacks.is_ready = [] { return true; };
    callbacks.now = [this] { return chain_.store().head()->time; };
    callbacks.on_failure = [](const std::string& what) { ADD_FAILURE() << what; };
    auto door =
        Admission::open(chain_.directory.path("admission"), test::network(), {}, chain_.store(),
                        announced.value_or(chain_.store().head()->height), workers_, callbacks);
    EXPECT_TRUE(door.has_value());
    return {door->release(), [this](Admission* one) {
              std::promise<void> idle;
              workers_.post(WorkFor::clients, [&idle] { idle.set_value(); });
              idle.get_future().wait();
              delete one;
            }};
  }
  /// Index of the answer to come.
  std::size_t submit(Admission& door, const chain::VerifiedTransactionPtr& transaction,
                     bool wait_final) {
    std::size_t index = 0;
    {
      const std::lock_guard lock(mutex_);
      index = answers_.size();
      answers_.emplace_back();
    }
    door.submit({transaction->bytes(), wait_final}, [this, index](SubmitOutcome outcome) {
      const std::lock_guard lock(mutex_);
      answers_[index] = std::move(outcome);
      changed_.notify_all();
    });
    return index;
  }
  SubmitOutcome answer(std::size_t index) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return answers_[index].has_value(); });
    return *answers_[index];
  }
  SubmitOutcome answer_to(Admission& door, const chain::VerifiedTransactionPtr& transaction) {
    return answer(submit(door, transaction, false));
  }
  bool is_answered(std::size_t index) {
    const std::lock_guard lock(mutex_);
    return answers_[index].has_value();
  }
  std::size_t times_batched(const chain::VerifiedTransactionPtr& transaction) {
    const std::lock_guard lock(mutex_);
    return static_cast<std::size_t>(std::ranges::count(batched_, transaction->id()));
  }

  test::FakeNode chain_;
  WorkerPool workers_{1, 0};

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::optional<SubmitOutcome>> answers_;
  std::vector<chain::OwnedId> batched_;
};

TEST_F(AdmissionTest, ARepeatHearsOfFinalityNoEarlierThanTheFirst) {
  const auto door = open();
  const auto payment = chain_.payment().verified();
  const std::size_t first = submit(*door, payment, true);
  ASSERT_EQ(answer_to(*door, payment).kind, SubmitKind::accepted);
  const chain::ExecutedBlock& block = chain_.block({payment});

  EXPECT_EQ(answer_to(*door, payment).kind, SubmitKind::accepted)
      << "stored, but the proof of its finality may not be on disk";
  const std::size_t repeat = submit(*door, payment, true);
  EXPECT_EQ(answer_to(*door, payment).kind, SubmitKind::accepted);  // behind it, on one worker
  EXPECT_FALSE(is_answered(first));
  EXPECT_FALSE(is_answered(repeat));

  door->on_final(block);
  for (const std::size_t waiting : {first, repeat}) {
    EXPECT_EQ(answer(waiting).kind, SubmitKind::final_);
    EXPECT_EQ(answer(waiting).height, block.height);
  }
  EXPECT_EQ(answer_to(*door, payment).kind, SubmitKind::final_);
}

TEST_F(AdmissionTest, WhatCameOverAnotherBankIsToldOfNoEarlierEither) {
  const auto door = open();
  const auto payment = chain_.payment().verified();
  const chain::ExecutedBlock& block = chain_.block({payment});
  const std::size_t waiting = submit(*door, payment, true);
  EXPECT_EQ(answer_to(*door, payment).kind, SubmitKind::accepted);
  EXPECT_FALSE(is_answered(waiting));
  door->on_final(block);
  EXPECT_EQ(answer(waiting).kind, SubmitKind::final_);
  EXPECT_EQ(door->pending_count(), 0U);
}

TEST_F(AdmissionTest, BlocksStoredBeforeAStartAreToldOfWithTheFirstAfterIt) {
  const Height announced = chain_.store().head()->height;
  const auto payment = chain_.payment().verified();
  chain_.block({payment});
  const auto door = open(announced);
  const std::size_t waiting = submit(*door, payment, true);
  EXPECT_EQ(answer_to(*door, payment).kind, SubmitKind::accepted);
  EXPECT_FALSE(is_answered(waiting));
  const chain::ExecutedBlock& next = chain_.block({chain_.payment().verified()});
  door->on_final(next);
  EXPECT_EQ(answer(waiting).kind, SubmitKind::final_);
  EXPECT_EQ(answer(waiting).height, announced.next());
}

TEST_F(AdmissionTest, WhatABlockPassedOverIsBatchedAgainButNotInEachBlock) {
  const auto door = open();
  const auto passed_over = chain_.payment().verified();
  ASSERT_EQ(answer_to(*door, passed_over).kind, SubmitKind::accepted);
  ASSERT_EQ(times_batched(passed_over), 1U);
  // Blocks of others, a second of block time apart: the first starts the time.
  const auto limit_s = AdmissionLimits().resubmit_after_ms / 1'000;
  for (std::uint64_t second = 0; second <= 2 * limit_s; ++second) {
    door->on_final(chain_.block({chain_.payment().verified()}));
    EXPECT_EQ(times_batched(passed_over), 1 + second / limit_s) << "after " << second << " s";
  }
  door->on_final(chain_.block({passed_over}));
  const std::size_t until_final = times_batched(passed_over);
  for (std::uint64_t second = 0; second <= limit_s; ++second)
    door->on_final(chain_.block({chain_.payment().verified()}));
  EXPECT_EQ(times_batched(passed_over), until_final) << "what is final is batched no more";
}

TEST_F(AdmissionTest, WhatWasAcceptedIsBatchedAgainAfterARestart) {
  const auto payment = chain_.payment().verified();
  ASSERT_EQ(answer_to(*open(), payment).kind, SubmitKind::accepted);
  const auto door = open();
  door->resubmit();
  EXPECT_EQ(times_batched(payment), 2U);
  EXPECT_EQ(door->pending_count(), 1U);
}

}  // namespace
}  // namespace vostro::node
