/// One engine and the keys of all validators, so that a test can play the others, step by step.
#pragma once

#include <gtest/gtest.h>

#include "tests/support/consensus_net.h"

namespace vostro::consensus::engine_test {

using net::Keys;
using net::make_block;

inline constexpr std::uint64_t kWall = 1'700'000'100'000;

template <class Wanted>
std::vector<Wanted> only(const std::vector<Action>& actions) {
  std::vector<Wanted> found;
  for (const Action& action : actions) {
    if (const auto* wanted = std::get_if<Wanted>(&action)) found.push_back(*wanted);
  }
  return found;
}

/// Votes that leave, the leader's within its PROPOSE included.
inline std::vector<Vote> votes_in(const std::vector<Action>& actions, ValidatorIndex signer) {
  std::vector<Vote> votes;
  for (const Broadcast& sent : only<Broadcast>(actions)) {
    if (const auto* vote = std::get_if<VoteMessage>(&sent.message.body))
      votes.push_back(vote->vote);
    if (const auto* propose = std::get_if<Propose>(&sent.message.body))
      votes.push_back(propose->vote);
  }
  std::erase_if(votes, [signer](const Vote& vote) { return vote.signer != signer; });
  return votes;
}

inline std::vector<VoteType> vote_types(const std::vector<Action>& actions, ValidatorIndex signer) {
  std::vector<VoteType> types;
  for (const Vote& vote : votes_in(actions, signer)) types.push_back(vote.type);
  return types;
}

inline std::vector<Record> records_in(const std::vector<Action>& actions) {
  std::vector<Record> records;
  for (const Persist& persist : only<Persist>(actions))
    records.insert(records.end(), persist.records.begin(), persist.records.end());
  return records;
}

class EngineTest : public testing::Test {
 protected:
  explicit EngineTest() : keys(4), committee(keys.committee()) { config.timeouts.listen_ms = 0; }

  /// Validator i is the one under test; others speak through `receive`.
  void start(ValidatorIndex index, RecoveredState recovered = {}) {
    self = index;
    engine = std::make_unique<Engine>(config, committee, Identity{index, &keys.at(index)},
                                      std::move(recovered));
    journal_ = {};
    last = on(Started{});
  }
  [[nodiscard]] ValidatorIndex leader(std::uint64_t view) const {
    return committee.leader(View(view));
  }
  /// A validator that leads none of the views named.
  [[nodiscard]] ValidatorIndex not_leading(std::initializer_list<std::uint64_t> views) const {
    for (std::uint16_t i = 0; i < 4; ++i) {
      if (std::none_of(views.begin(), views.end(),
                       [&](std::uint64_t view) { return leader(view) == ValidatorIndex(i); }))
        return ValidatorIndex(i);
    }
    ADD_FAILURE();
    return {};
  }
  std::vector<Action> on(const Event& event) {
    auto actions = engine->on({now_ms, UnixMillis(kWall + now_ms)}, event);
    for (const Record& record : records_in(actions)) apply(journal_, record);
    return actions;
  }
  std::vector<Action> receive(ValidatorIndex from, MessageBody body) {
    auto verified = verify(committee, {committee.epoch(), std::move(body)}, cache);
    EXPECT_TRUE(verified) << to_string(verified.error());
    return on(MessageReceived{PeerId(from.value), std::move(*verified)});
  }
  [[nodiscard]] Vote vote(VoteType type, std::uint64_t view, ProposalId id, ValidatorIndex signer) {
    return sign_vote(committee, keys.at(signer), signer, type, View(view), id);
  }
  [[nodiscard]] Certificate certificate(VoteType type, std::uint64_t view, ProposalId id = {}) {
    std::vector<Vote> votes;
    for (std::uint16_t i = 0; i < 3; ++i) votes.push_back(vote(type, view, id, ValidatorIndex(i)));
    std::vector<const Vote*> pointers;
    for (const Vote& one : votes) pointers.push_back(&one);
    return make_certificate(4, pointers);
  }
  std::vector<Action> receive_votes(VoteType type, std::uint64_t view, ProposalId id,
                                    std::size_t count = 3) {
    std::vector<Action> all;
    for (std::uint16_t i = 0; i < 4 && count > 0; ++i) {
      const ValidatorIndex signer(i);
      if (signer == self) continue;
      auto actions = receive(signer, VoteMessage{vote(type, view, id, signer)});
      std::move(actions.begin(), actions.end(), std::back_inserter(all));
      --count;
    }
    return all;
  }
  [[nodiscard]] BlockBody block(std::uint64_t view, std::uint64_t height, BlockId parent,
                                std::uint64_t time) const {
    return make_block(committee, View(view), parent, Height(height), UnixMillis(time), height - 1,
                      height);
  }
  [[nodiscard]] BlockBody first_block(std::uint64_t view = 1) const {
    return block(view, 1, committee.context().anchor, kWall);
  }
  [[nodiscard]] Propose propose(std::uint64_t view, const BlockBody& body,
                                std::optional<HeldCertificate> parent = {}) {
    Propose made;
    made.header = body.header;
    made.cut = body.cut;
    const View parent_view = parent ? parent->certificate.view : View(0);
    Justification justification;
    if (parent) {
      justification.parent = parent->certificate;
      made.parent_proposal = parent->proposal;
    }
    for (std::uint64_t skipped = parent_view.value + 1; skipped < view; ++skipped)
      justification.nullifications.push_back(certificate(VoteType::nullify, skipped));
    made.proposal = {View(view), parent_view, body.header.id(), justification.digest()};
    made.vote = vote(VoteType::notarize, view, made.proposal.id(committee.ctx()), leader(view));
    made.justification = std::move(justification);
    return made;
  }
  [[nodiscard]] HeldCertificate notarization(const Propose& made) {
    return {certificate(VoteType::notarize, made.proposal.view.value, made.vote.proposal),
            made.proposal};
  }
  std::vector<Action> fire(TimerKind kind) { return on(TimerFired{kind, engine->view()}); }
  std::vector<Action> includable_on(BlockId block) {
    return on(WorkChanged{{{block, true, std::nullopt}}});
  }

  Keys keys;
  Committee committee;
  net::PlainCache cache;
  Config config;
  ValidatorIndex self;
  std::unique_ptr<Engine> engine;
  std::vector<Action> last;
  RecoveredState journal_;
  std::uint64_t now_ms = 0;
};

}  // namespace vostro::consensus::engine_test
