// Goal: final blocks are delivered once, in height order, whatever peers send or keep back; nothing
// is believed but by hash; two final chains stop the node. Method: a chain made here, peers that
// answer, lie or stay silent, time moved by hand.
#include "consensus/delivery.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>

namespace vostro::consensus {
namespace {

PeerId peer(unsigned number) {
  return PeerId(number);
}
constexpr unsigned observer_number = 1'000;

/// Blocks 1..n on the anchor; block h is at [h]. [0] is a stand-in with the anchor's id as its
/// parent field.
struct Chain {
  BlockPoint anchor{Height(0), BlockId{hash("anchor", {}).bytes}};
  std::vector<BlockBody> blocks{BlockBody{}};

  explicit Chain(std::size_t length, std::string_view branch = "a", std::size_t common = 0,
                 const Chain* trunk = nullptr) {
    BlockId parent = anchor.id;
    for (std::size_t height = 1; height <= length; ++height) {
      BlockBody body;
      if (trunk != nullptr && height <= common) {
        body = trunk->blocks[height];
      } else {
        body.cut.lanes.push_back(
            {ValidatorIndex(1), 1, height, height, BatchId{hash("batch", as_bytes(branch)).bytes}});
        body.header.height = Height(height);
        body.header.view = View(height);
        body.header.parent = parent;
        body.header.cut_root = body.cut.root();
      }
      parent = body.header.id();
      blocks.push_back(body);
    }
  }
  [[nodiscard]] FinalityProof proof(std::size_t height) const {
    FinalityProof made;
    made.header = blocks.at(height).header;
    made.proposal.view = made.header.view;
    made.proposal.block = made.header.id();
    return made;
  }
  [[nodiscard]] BlockId id(std::size_t height) const { return blocks.at(height).header.id(); }
  /// What an honest peer answers to GET_BLOCK.
  [[nodiscard]] std::vector<BlockBody> answer(const AskBlocks& ask) const {
    std::vector<BlockBody> found;
    for (std::size_t height = blocks.size() - 1; height > 0; --height) {
      if (found.empty() && id(height) != ask.block) continue;
      if (found.size() == ask.count) break;
      found.push_back(blocks[height]);
    }
    return found;
  }
};

template <class Action>
std::vector<Action> actions_of(const DeliveryActions& actions) {
  std::vector<Action> found;
  for (const DeliveryAction& action : actions)
    if (const auto* of_kind = std::get_if<Action>(&action)) found.push_back(*of_kind);
  return found;
}

/// The validators.
std::set<PeerId> first_peers(unsigned count) {
  std::set<PeerId> first;
  for (unsigned i = 0; i < count; ++i) first.insert(peer(i));
  return first;
}

/// Drives a Delivery until nothing is awaited: peers answer by `reply`, delivered blocks are
/// executed at once.
struct Driver {
  using Reply = std::function<std::optional<std::vector<BlockBody>>(const AskBlocks&)>;

  Delivery delivery;
  Reply reply;
  std::uint64_t now_ms = 1'000;
  std::vector<BlockBody> delivered;
  std::vector<FinalityProof> proofs;
  std::vector<HaltDelivery> halts;
  std::vector<PeerFailed> failures;
  std::map<PeerId, std::size_t> asked;
  std::size_t bodies_max = 0;
  bool executes = true;

  Driver(const BlockPoint& tip, Reply how, DeliveryConfig config = {}, unsigned peers = 4)
      : delivery(config, tip, first_peers(peers)), reply(std::move(how)) {
    for (unsigned i = 0; i < peers; ++i) run(delivery.on_peer_up(peer(i), now_ms));
  }

  void run(const DeliveryActions& first) {
    std::deque<DeliveryAction> queue(first.begin(), first.end());
    const auto add = [&](const DeliveryActions& more) {
      queue.insert(queue.end(), more.begin(), more.end());
    };
    for (std::size_t steps = 0; !queue.empty(); ++steps) {
      ASSERT_LT(steps, 20'000u);
      const DeliveryAction action = queue.front();
      queue.pop_front();
      bodies_max = std::max(bodies_max, delivery.bodies_held());
      if (const auto* deliver = std::get_if<Deliver>(&action)) {
        delivered.push_back(deliver->block);
        if (deliver->proof) proofs.push_back(*deliver->proof);
        if (executes) add(delivery.on_executed(deliver->block.header.height, now_ms));
      } else if (const auto* ask = std::get_if<AskBlocks>(&action)) {
        ++asked[ask->from];
        if (const auto blocks = reply(*ask)) add(delivery.on_blocks(ask->from, *blocks, now_ms));
      } else if (const auto* halt = std::get_if<HaltDelivery>(&action)) {
        halts.push_back(*halt);
      } else if (const auto* failed = std::get_if<PeerFailed>(&action)) {
        failures.push_back(*failed);
      }
    }
  }
  void settle() {
    for (int rounds = 0; rounds < 10'000; ++rounds) {
      const auto next = delivery.next_wakeup();
      if (!next) return;
      ASSERT_GT(*next, now_ms) << "a wake-up that changes nothing";
      now_ms = *next;
      run(delivery.tick(now_ms));
    }
    FAIL() << "never settles";
  }
  void expect_delivered(const Chain& chain, std::size_t from, std::size_t to) {
    ASSERT_EQ(delivered.size(), to - from + 1);
    for (std::size_t height = from; height <= to; ++height)
      ASSERT_EQ(delivered[height - from], chain.blocks[height]);
  }
};

Driver::Reply honest(const Chain& chain) {
  return [&chain](const AskBlocks& ask) { return std::optional(chain.answer(ask)); };
}
Driver::Reply silent() {
  return [](const AskBlocks&) { return std::nullopt; };
}

TEST(Delivery, ANodeThatKeepsUpDeliversFromItsProposalsAndAsksNobody) {
  const Chain chain(3);
  Driver driver(chain.anchor, silent());
  for (std::size_t height = 1; height <= 3; ++height) {
    driver.delivery.on_body(chain.blocks[height]);
    driver.run(driver.delivery.on_final(chain.proof(height), driver.now_ms));
  }
  driver.expect_delivered(chain, 1, 3);
  EXPECT_EQ(driver.proofs,
            (std::vector<FinalityProof>{chain.proof(1), chain.proof(2), chain.proof(3)}));
  EXPECT_TRUE(driver.asked.empty());
  EXPECT_EQ(driver.delivery.next_wakeup(), std::nullopt);
  EXPECT_FALSE(driver.delivery.is_behind());
}

TEST(Delivery, AProofFinalizesAllAncestorsAndTheGapIsFetched) {
  const Chain chain(10);
  Driver driver(chain.anchor, honest(chain));
  driver.delivery.on_body(chain.blocks[2]);
  driver.delivery.on_body(chain.blocks[10]);
  driver.run(driver.delivery.on_final(chain.proof(10), driver.now_ms));
  driver.expect_delivered(chain, 1, 10);
  EXPECT_EQ(driver.proofs, (std::vector<FinalityProof>{chain.proof(10)}));
}

TEST(Delivery, ALongGapIsFetchedFromManyPeersInBoundedMemory) {
  const Chain chain(1'000);
  DeliveryConfig config;
  config.bodies_max = 128;
  Driver driver(chain.anchor, honest(chain), config);
  driver.run(driver.delivery.on_final(chain.proof(1'000), driver.now_ms));
  driver.settle();
  driver.expect_delivered(chain, 1, 1'000);
  EXPECT_EQ(driver.asked.size(), 4u);
  EXPECT_LE(driver.bodies_max, config.bodies_max + config.push_blocks_max);
  EXPECT_TRUE(driver.failures.empty());
  // Each part on the way down, and on the way up what was not kept, when there is room for all of
  // it.
  std::size_t asked = 0;
  for (const auto& [peer, times] : driver.asked) asked += times;
  EXPECT_LE(asked, 2 * (1'000 / blocks_max + 1));
}

TEST(Delivery, NewProofsDuringALongWalkAreTakenUpAfterIt) {
  const Chain chain(300);
  std::vector<AskBlocks> pending;
  Driver driver(chain.anchor, [&](const AskBlocks& ask) -> std::optional<std::vector<BlockBody>> {
    pending.push_back(ask);
    return std::nullopt;
  });
  driver.run(driver.delivery.on_final(chain.proof(200), driver.now_ms));
  driver.run(driver.delivery.on_final(chain.proof(290), driver.now_ms));
  driver.run(driver.delivery.on_final(chain.proof(300), driver.now_ms));
  for (int guard = 0; !pending.empty() && guard < 1'000; ++guard) {
    const AskBlocks ask = pending.back();
    pending.pop_back();
    driver.run(driver.delivery.on_blocks(ask.from, chain.answer(ask), driver.now_ms));
  }
  driver.expect_delivered(chain, 1, 300);
}

TEST(Delivery, IsBehindByBlocksKnownToBeFinalAndNotByClaims) {
  const Chain chain(70);
  Driver driver(chain.anchor, honest(chain));
  driver.executes = false;
  driver.run(driver.delivery.on_status(PeerId(1), Height(1'000'000), driver.now_ms));
  driver.run(driver.delivery.on_final(chain.proof(64), driver.now_ms));
  EXPECT_FALSE(driver.delivery.is_behind());
  driver.run(driver.delivery.on_final(chain.proof(65), driver.now_ms));
  EXPECT_TRUE(driver.delivery.is_behind());
  driver.run(driver.delivery.on_executed(Height(1), driver.now_ms));
  EXPECT_FALSE(driver.delivery.is_behind());
}

TEST(Delivery, DeliversOnlyAFewBlocksAheadOfExecution) {
  const Chain chain(30);
  Driver driver(chain.anchor, honest(chain));
  driver.executes = false;
  driver.run(driver.delivery.on_final(chain.proof(30), driver.now_ms));
  EXPECT_EQ(driver.delivered.size(), 8u);
  driver.run(driver.delivery.on_executed(Height(1), driver.now_ms));
  EXPECT_EQ(driver.delivered.size(), 9u);
}

TEST(Delivery, TheSameProofTwiceOrAnOlderOneHasNoEffect) {
  const Chain chain(5);
  Driver driver(chain.anchor, honest(chain));
  driver.run(driver.delivery.on_final(chain.proof(5), driver.now_ms));
  for (const std::size_t height : {5u, 5u, 3u, 1u})
    EXPECT_TRUE(driver.delivery.on_final(chain.proof(height), driver.now_ms).empty());
  driver.expect_delivered(chain, 1, 5);
  // A REPEAT finalizes the block once more, in a later view.
  FinalityProof repeat = chain.proof(5);
  repeat.proposal.view = View(9);
  EXPECT_TRUE(driver.delivery.on_final(repeat, driver.now_ms).empty());
}

TEST(Delivery, ProofsOutOfOrderDeliverInHeightOrder) {
  const Chain chain(5);
  Driver driver(chain.anchor, silent());
  driver.run(driver.delivery.on_final(chain.proof(4), driver.now_ms));
  for (const std::size_t height : {3u, 1u, 4u, 2u, 5u})
    driver.delivery.on_body(chain.blocks[height]);
  driver.run(driver.delivery.on_final(chain.proof(2), driver.now_ms));
  driver.run(driver.delivery.on_final(chain.proof(5), driver.now_ms));
  driver.expect_delivered(chain, 1, 5);
}

// ---- Peers that lie or stay silent ----

TEST(Delivery, SilentPeersAreTimedOutAndAnotherIsAsked) {
  const Chain chain(200);
  Driver driver(chain.anchor, [&](const AskBlocks& ask) -> std::optional<std::vector<BlockBody>> {
    if (ask.from != peer(3)) return std::nullopt;
    return chain.answer(ask);
  });
  driver.run(driver.delivery.on_final(chain.proof(200), driver.now_ms));
  driver.settle();
  driver.expect_delivered(chain, 1, 200);
  EXPECT_FALSE(driver.failures.empty());
  for (const PeerFailed& failed : driver.failures) {
    EXPECT_EQ(failed.fault, DeliveryFault::silent);
    EXPECT_NE(failed.peer, peer(3));
  }
}

struct Lie {
  const char* name;
  DeliveryFault fault;
  std::function<void(std::vector<BlockBody>&)> twist;
};

class LyingPeers : public ::testing::TestWithParam<Lie> {};

TEST_P(LyingPeers, AreFoundOutAndTheOthersAsked) {
  const Chain chain(150);
  Driver driver(chain.anchor, [&](const AskBlocks& ask) {
    std::vector<BlockBody> blocks = chain.answer(ask);
    if (ask.from != peer(2)) GetParam().twist(blocks);
    return std::optional(blocks);
  });
  driver.run(driver.delivery.on_final(chain.proof(150), driver.now_ms));
  driver.settle();
  driver.expect_delivered(chain, 1, 150);
  EXPECT_TRUE(driver.halts.empty());
  ASSERT_FALSE(driver.failures.empty());
  for (const PeerFailed& failed : driver.failures) {
    EXPECT_EQ(failed.fault, GetParam().fault);
    EXPECT_NE(failed.peer, peer(2));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Table, LyingPeers,
    ::testing::Values(Lie{"nothing", DeliveryFault::has_nothing,
                          [](std::vector<BlockBody>& b) { b.clear(); }},
                      // What does not begin with the block asked for is no answer at all.
                      Lie{"another_first_block", DeliveryFault::silent,
                          [](std::vector<BlockBody>& b) { b.front().header.tx_count = 77; }},
                      Lie{"another_ancestor", DeliveryFault::wrong_block,
                          [](std::vector<BlockBody>& b) {
                            if (b.size() > 1)
                              b.back().header.tx_count = 77;
                            else
                              b.back().cut.lanes.clear();
                          }},
                      Lie{"another_cut", DeliveryFault::wrong_block,
                          [](std::vector<BlockBody>& b) { b.front().cut.lanes.clear(); }},
                      Lie{"too_many", DeliveryFault::wrong_block,
                          [](std::vector<BlockBody>& b) { b.resize(blocks_max + 1, b.front()); }},
                      Lie{"upside_down", DeliveryFault::wrong_block,
                          [](std::vector<BlockBody>& b) {
                            std::reverse(b.begin() + 1, b.end());
                            if (b.size() < 3) b.front().cut.lanes.clear();
                          }}),
    [](const auto& row) { return row.param.name; });

TEST(Delivery, WhenNobodyHasTheBlocksItAsksAgainLaterAndDoesNotSpin) {
  const Chain chain(5);
  Driver driver(chain.anchor,
                [](const AskBlocks&) { return std::optional(std::vector<BlockBody>{}); });
  driver.run(driver.delivery.on_final(chain.proof(5), driver.now_ms));
  std::size_t asked = 0;
  for (const auto& [id, count] : driver.asked) asked += count;
  EXPECT_EQ(asked, 4u);
  EXPECT_EQ(driver.delivery.next_wakeup(), driver.now_ms + DeliveryConfig{}.rest_ms);
  driver.reply = honest(chain);
  driver.settle();
  driver.expect_delivered(chain, 1, 5);
}

TEST(Delivery, APeerThatLeavesIsReplacedAtOnce) {
  const Chain chain(5);
  Driver driver(chain.anchor, silent(), {}, 2);
  driver.run(driver.delivery.on_final(chain.proof(5), driver.now_ms));
  ASSERT_EQ(driver.asked.size(), 1u);
  const PeerId first = driver.asked.begin()->first;
  driver.reply = honest(chain);
  driver.run(driver.delivery.on_peer_down(first, driver.now_ms));
  driver.expect_delivered(chain, 1, 5);
}

TEST(Delivery, P9WhatWasNotAskedForIsNeverBelieved) {
  const Chain chain(5);
  const Chain other(5, "other");
  Driver driver(chain.anchor, silent());
  for (unsigned from = 0; from < 4; ++from)
    driver.run(
        driver.delivery.on_blocks(peer(from), {other.blocks[2], other.blocks[1]}, driver.now_ms));
  EXPECT_TRUE(driver.delivered.empty());
  EXPECT_TRUE(driver.asked.empty());
  for (std::size_t i = 0; i < 1'000; ++i)
    driver.run(driver.delivery.on_blocks(peer(0), {other.blocks[1 + i % 5]}, driver.now_ms));
  EXPECT_LE(driver.delivery.bodies_held(), 4 * DeliveryConfig{}.pushed_per_peer_max);
  driver.reply = honest(chain);
  driver.run(driver.delivery.on_final(chain.proof(5), driver.now_ms));
  driver.expect_delivered(chain, 1, 5);
}

// ---- Halt ----

TEST(Delivery, AFinalBlockThatDoesNotDescendFromOursHalts) {
  const Chain chain(5);
  const Chain other(9, "other", 3, &chain);
  Driver driver(chain.anchor, honest(chain));
  driver.run(driver.delivery.on_final(chain.proof(5), driver.now_ms));
  driver.reply = honest(other);
  driver.run(driver.delivery.on_final(other.proof(9), driver.now_ms));
  EXPECT_EQ(
      driver.halts,
      (std::vector<HaltDelivery>{{DeliveryHalt::not_a_descendant, {Height(5), other.id(5)}}}));
  driver.expect_delivered(chain, 1, 5);
  EXPECT_TRUE(driver.delivery.is_halted());
  EXPECT_EQ(driver.delivery.next_wakeup(), std::nullopt);
  EXPECT_TRUE(driver.delivery.on_final(chain.proof(5), driver.now_ms).empty());
}

TEST(Delivery, TwoFinalBlocksOfOneHeightHalt) {
  const Chain chain(5);
  const Chain other(5, "other", 3, &chain);
  Driver driver(chain.anchor, honest(chain));
  driver.run(driver.delivery.on_final(chain.proof(5), driver.now_ms));
  driver.run(driver.delivery.on_final(other.proof(5), driver.now_ms));
  EXPECT_EQ(
      driver.halts,
      (std::vector<HaltDelivery>{{DeliveryHalt::two_final_blocks, {Height(5), other.id(5)}}}));
}

TEST(Delivery, AWrongAnchorHalts) {
  const Chain chain(3);
  Driver driver({Height(0), BlockId{hash("anchor", as_bytes("of another network")).bytes}},
                honest(chain));
  driver.run(driver.delivery.on_final(chain.proof(3), driver.now_ms));
  ASSERT_EQ(driver.halts.size(), 1u);
  EXPECT_EQ(driver.halts[0].reason, DeliveryHalt::not_a_descendant);
  EXPECT_TRUE(driver.delivered.empty());
}

TEST(Delivery, AHeightThatIsNotOneAboveItsParentsHalts) {
  Chain chain(5);
  chain.blocks[3].header.height = Height(7);
  chain.blocks[4].header.parent = chain.id(3);
  chain.blocks[5].header.parent = chain.id(4);
  Driver driver(chain.anchor, honest(chain));
  driver.run(driver.delivery.on_final(chain.proof(5), driver.now_ms));
  ASSERT_EQ(driver.halts.size(), 1u);
  EXPECT_EQ(driver.halts[0].reason, DeliveryHalt::broken_heights);
}

// ---- STATUS, GET_FINALITY ----

TEST(Delivery, AStatusThatIsAheadIsFollowedByAskingForItsProof) {
  const Chain chain(5);
  Driver driver(chain.anchor, honest(chain));
  const DeliveryActions actions = driver.delivery.on_status(peer(2), Height(5), driver.now_ms);
  EXPECT_EQ(actions, (DeliveryActions{AskFinality{peer(2)}}));
  EXPECT_TRUE(
      driver.delivery.on_status(peer(3), Height(5), driver.now_ms).empty());  // one at a time
  driver.run(driver.delivery.on_final(chain.proof(5), driver.now_ms));
  driver.run(driver.delivery.on_finality_answer(peer(2), Height(5), driver.now_ms));
  driver.expect_delivered(chain, 1, 5);
  EXPECT_TRUE(driver.failures.empty());
  EXPECT_EQ(driver.delivery.next_wakeup(), std::nullopt);
}

TEST(Delivery, P10BoastsAndSilenceAboutFinalityEndWithTheNextPeer) {
  const Chain chain(5);
  Driver driver(chain.anchor, honest(chain));
  EXPECT_EQ(driver.delivery.on_status(peer(0), Height(~0ULL), driver.now_ms),
            (DeliveryActions{AskFinality{peer(0)}}));
  (void)driver.delivery.on_status(peer(1), Height(1'000), driver.now_ms);
  (void)driver.delivery.on_status(peer(2), Height(5), driver.now_ms);
  // The first has no valid proof, the second never answers.
  EXPECT_EQ(
      driver.delivery.on_finality_answer(peer(0), std::nullopt, driver.now_ms),
      (DeliveryActions{PeerFailed{peer(0), DeliveryFault::has_nothing}, AskFinality{peer(1)}}));
  EXPECT_EQ(driver.delivery.next_wakeup(), driver.now_ms + 1'000);
  EXPECT_EQ(driver.delivery.tick(driver.now_ms + 1'000),
            (DeliveryActions{PeerFailed{peer(1), DeliveryFault::silent}, AskFinality{peer(2)}}));
  driver.run(driver.delivery.on_final(chain.proof(5), driver.now_ms));
  driver.run(driver.delivery.on_finality_answer(peer(2), Height(5), driver.now_ms));
  driver.expect_delivered(chain, 1, 5);
  EXPECT_FALSE(driver.delivery.is_behind());
  EXPECT_EQ(driver.delivery.next_wakeup(), std::nullopt);
}

// ---- Observers ----

TEST(Delivery, WhatBecomesFinalIsPushedToObserversAndTheyAreNeverAsked) {
  const Chain chain(3);
  Driver driver(chain.anchor, silent(), {}, 0);
  (void)driver.delivery.on_peer_up(peer(observer_number), driver.now_ms);
  EXPECT_TRUE(driver.delivery.on_status(peer(observer_number), Height(99), driver.now_ms).empty());
  for (std::size_t height = 1; height <= 2; ++height) driver.delivery.on_body(chain.blocks[height]);
  const DeliveryActions actions = driver.delivery.on_final(chain.proof(2), driver.now_ms);
  const auto pushes = actions_of<PushToObservers>(actions);
  ASSERT_EQ(pushes.size(), 1u);
  EXPECT_EQ(pushes[0].observers, (std::vector<PeerId>{peer(observer_number)}));
  EXPECT_EQ(pushes[0].blocks, (std::vector<BlockBody>{chain.blocks[2], chain.blocks[1]}));
  EXPECT_EQ(pushes[0].proof, chain.proof(2));
  EXPECT_TRUE(
      actions_of<AskBlocks>(driver.delivery.on_final(chain.proof(3), driver.now_ms)).empty());
}

TEST(Delivery, AnObserverFollowsByWhatIsPushed) {
  const Chain chain(4);
  Driver driver(chain.anchor, silent());
  for (std::size_t height = 1; height <= 4; ++height) {
    driver.run(driver.delivery.on_blocks(peer(1), {chain.blocks[height]}, driver.now_ms));
    driver.run(driver.delivery.on_final(chain.proof(height), driver.now_ms));
  }
  driver.expect_delivered(chain, 1, 4);
  EXPECT_TRUE(driver.asked.empty());
}

/// A proof that the block at the top closes its epoch.
FinalityProof closing(const Chain& chain, std::size_t height) {
  FinalityProof proof = chain.proof(height);
  proof.header.flags = Header::flag_epoch_close;
  return proof;
}

TEST(Delivery, WhatClosesTheEpochIsAllThereIsOfIt) {
  const Chain chain(3);
  Delivery delivery({}, chain.anchor, first_peers(2));
  static_cast<void>(delivery.on_peer_up(peer(0), 0));
  // A peer that votes no more in this node's epoch is asked all the same: it is past it.
  static_cast<void>(delivery.on_peer_up(peer(7), 0));
  EXPECT_TRUE(actions_of<AskFinality>(delivery.on_status(peer(7), Height(90), 1)).empty())
      << "an observer of this epoch";
  EXPECT_EQ(actions_of<AskFinality>(delivery.on_status_of_later_epoch(peer(7), Height(90), 2)),
            (std::vector{AskFinality{peer(7)}}));
  EXPECT_EQ(delivery.peers_ahead(), (std::vector{peer(7)}));
  static_cast<void>(delivery.on_final(closing(chain, 3), 3));
  EXPECT_TRUE(delivery.epoch_has_ended());
  // It has 90 blocks, and could show three of this epoch: that is no fault.
  const DeliveryActions answered = delivery.on_finality_answer(peer(7), Height(3), 4);
  EXPECT_TRUE(actions_of<PeerFailed>(answered).empty());
  EXPECT_TRUE(actions_of<AskFinality>(answered).empty());

  for (std::size_t height = 1; height <= 3; ++height) delivery.on_body(chain.blocks[height]);
  EXPECT_EQ(actions_of<Deliver>(delivery.tick(5)).size(), 3u);
  for (std::uint64_t height = 1; height <= 3; ++height)
    static_cast<void>(delivery.on_executed(Height(height), 6));
  // In the next epoch the same peer is asked again, which is one of its validators now.
  const DeliveryActions begun = delivery.begin_epoch({peer(7), peer(8)}, 7);
  EXPECT_FALSE(delivery.epoch_has_ended());
  EXPECT_EQ(actions_of<AskFinality>(begun), (std::vector{AskFinality{peer(7)}}));
  EXPECT_TRUE(actions_of<AskFinality>(delivery.on_status(peer(7), Height(3), 8)).empty());
  EXPECT_TRUE(delivery.peers_ahead().empty()) << "by its STATUS it is in this epoch";
}

}  // namespace
}  // namespace vostro::consensus
