// Goal: a network that lost its quorum goes on only as a quorum of its owners signed, from exactly
// the block they named, and its ledger takes over everything but the validators. Method: real
// files and signatures over a state in memory; a table of everything that may be wrong.
#include "genesis/continuation.h"

#include <gtest/gtest.h>

#include <functional>

#include "chain/records.h"
#include "tests/support/memory_ledger.h"
#include "tests/unit/genesis/genesis_support.h"

namespace vostro::genesis {
namespace {

using Kind = GenesisError::Kind;
using test::bank;
using test::key_named;
using test::public_key_named;

Hash some_hash(std::string_view name) {
  return hash("test", as_bytes(name));
}

Successor successor(std::size_t index) {
  const std::string name = to_text(bank(index));
  return {bank(index), public_key_named("new validator of " + name),
          public_key_named("new node of " + name)};
}

/// All four banks go on after block 41.
Continuation a_continuation(const std::string& before) {
  Continuation made;
  made.before = network_id(before);
  made.height = Height(41);
  made.block = some_hash("block");
  made.state_root = some_hash("root");
  made.epoch = Epoch(1);
  for (std::size_t i = 0; i < test::bank_count; ++i) made.validators.push_back(successor(i));
  return made;
}

void agree(Continuation& continuation, std::size_t index, std::string_view role) {
  sign_continuation(continuation, bank(index),
                    key_named(std::string(role) + " of " + to_text(bank(index))));
}
void agree_fully(Continuation& continuation, std::size_t banks) {
  for (std::size_t i = 0; i < banks; ++i)
    for (const std::string_view role : {"maker", "checker"}) agree(continuation, i, role);
}

class ContinuationTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto definition = parse(before);
    ASSERT_TRUE(definition.has_value());
    founded = make_anchor(*definition);
    state.write(founded.state);
    state.write_nodes(founded.nodes);
  }
  std::string mandate(const Continuation& continuation) const {
    const auto checked = check_mandate(state, continuation);
    return checked ? "" : checked.error();
  }

  std::string before = test::sealed_text();
  Anchor founded;
  test::MemoryStore state;
};

TEST_F(ContinuationTest, TheFileIsThatOfANewNetworkWithTheOldLedger) {
  Continuation continuation = a_continuation(before);
  agree_fully(continuation, 3);
  const std::string text = before + write_continuation(continuation);
  const auto definition = parse(text);
  ASSERT_TRUE(definition.has_value()) << to_string(definition.error());
  EXPECT_EQ(definition->network_id, network_id(text));
  EXPECT_EQ(definition->founding_id, network_id(before));
  EXPECT_NE(definition->network_id, definition->founding_id);
  ASSERT_EQ(definition->continuations.size(), 1U);
  EXPECT_EQ(definition->continuations[0], continuation);
  EXPECT_EQ(make_anchor(*definition).digest, founded.digest);
  EXPECT_EQ(file_before(text), before);
  EXPECT_EQ(file_before(before), "");

  Continuation second = a_continuation(text);
  second.height = Height(99);
  const std::string again = text + write_continuation(second);
  const auto later = parse(again);
  ASSERT_TRUE(later.has_value()) << to_string(later.error());
  EXPECT_EQ(later->founding_id, network_id(before));
  EXPECT_EQ(later->continuations.size(), 2U);
  EXPECT_EQ(file_before(again), text);
}

TEST_F(ContinuationTest, NoCharacterOfAnAgreedFileCanBeChanged) {
  Continuation continuation = a_continuation(before);
  agree_fully(continuation, 3);
  const std::string text = before + write_continuation(continuation);
  // Each line of the table, by its last letter or digit, and each thousandth byte before it.
  for (std::size_t at = 0; at < text.size(); at += at < before.size() ? 997 : 7) {
    std::string changed = text;
    changed[at] = changed[at] == '0' ? '1' : '0';
    EXPECT_FALSE(parse(changed).has_value()) << "byte " << at << " of " << text.size();
  }
}

TEST_F(ContinuationTest, WhatIsOutOfOrderIsRefused) {
  struct Case {
    std::string what;
    std::function<void(Continuation&)> change;
    Kind kind;
  };
  const std::vector<Case> cases{
      {"another file before", [](auto& c) { c.before = some_hash("other"); }, Kind::bad_value},
      {"three validators", [](auto& c) { c.validators.pop_back(); }, Kind::few_validators},
      {"not ascending", [](auto& c) { std::swap(c.validators[0], c.validators[1]); },
       Kind::repeated},
      {"a bank twice", [](auto& c) { c.validators[1].participant = c.validators[0].participant; },
       Kind::repeated},
      {"a validator key twice",
       [](auto& c) { c.validators[1].validator_key = c.validators[0].validator_key; },
       Kind::repeated},
      {"one key for two purposes",
       [](auto& c) { c.validators[1].tls_key = c.validators[0].validator_key; }, Kind::repeated},
      {"a signature of something else",
       [](auto& c) {
         agree(c, 0, "maker");
         c.height = Height(42);
       },
       Kind::bad_signature},
      {"signatures not ascending",
       [](auto& c) {
         agree_fully(c, 2);
         std::swap(c.signatures.front(), c.signatures.back());
       },
       Kind::repeated},
  };
  for (const Case& one : cases) {
    Continuation continuation = a_continuation(before);
    one.change(continuation);
    const auto read = parse(before + write_continuation(continuation));
    ASSERT_FALSE(read.has_value()) << one.what;
    EXPECT_EQ(read.error().kind, one.kind) << one.what << ": " << to_string(read.error());
  }
  const std::string text = before + write_continuation(a_continuation(before));
  EXPECT_EQ(parse(test::replaced(text, "height = 41", "height = 0")).error().kind, Kind::bad_value);
  EXPECT_EQ(parse(test::replaced(text, "height = 41", "height = 41\nwhen = 1")).error().kind,
            Kind::unknown_key);
  EXPECT_EQ(parse(text + write_continuation(a_continuation(text))).error().kind, Kind::bad_value)
      << "a second one at the same height";
}

TEST_F(ContinuationTest, OwnersOfAQuorumDecideByTheirGovernRules) {
  Continuation continuation = a_continuation(before);
  EXPECT_NE(mandate(continuation), "") << "nobody has agreed";
  agree_fully(continuation, 2);
  EXPECT_NE(mandate(continuation), "") << "two of four";
  agree(continuation, 2, "maker");
  EXPECT_NE(mandate(continuation), "") << "the third bank's rule asks for a checker too";
  agree(continuation, 2, "checker");
  EXPECT_EQ(mandate(continuation), "");

  Continuation strange = continuation;
  sign_continuation(strange, bank(2), key_named("nobody"));
  EXPECT_NE(mandate(strange), "") << "a key that is in no policy";
  strange = continuation;
  sign_continuation(strange, Bic{}, key_named("nobody"));
  EXPECT_NE(mandate(strange), "") << "a bank that owns no validator";
}

TEST_F(ContinuationTest, TheLedgerMustBeAbleToTakeTheValidators) {
  const auto with = [&](const std::function<void(Continuation&)>& change) {
    Continuation continuation = a_continuation(before);
    change(continuation);
    agree_fully(continuation, 3);
    return mandate(continuation);
  };
  EXPECT_EQ(with([](auto&) {}), "");
  EXPECT_EQ(with([](auto& c) {
              c.validators[0].tls_key = public_key_named("tls of " + to_text(bank(0)));
            }),
            "")
      << "a node may keep its TLS key";
  const auto validators = chain::load<chain::Validators>(state, chain::Only{});
  ASSERT_TRUE(validators.has_value());
  EXPECT_NE(with([&](auto& c) { c.validators[3].validator_key = validators->now[0].key; }), "")
      << "a key that has voted";
  const auto other = chain::load<chain::Participant>(state, bank(0));
  ASSERT_TRUE(other.has_value());
  EXPECT_NE(with([&](auto& c) { c.validators[3].tls_key = other->tls_key; }), "")
      << "another bank's TLS key";
  EXPECT_NE(with([](auto& c) { c.validators[3].participant.text[0] = 'Z'; }), "")
      << "a bank that the ledger does not know";
  EXPECT_NE(with([](auto& c) { c.epoch = Epoch(2); }), "") << "not the next epoch";
  chain::Participant suspended = *other;
  suspended.status = chain::Standing::suspended;
  state.write({{chain::key_of<chain::Participant>(bank(0)), chain::encode_record(suspended)}});
  EXPECT_NE(with([](auto&) {}), "") << "a suspended bank";
}

TEST_F(ContinuationTest, TheBlockNamesTheNextValidatorsAndTakesTheirNodes) {
  chain::Lane lane;
  lane.record.seq = 7;
  state.write({{chain::key_of<chain::Lane>(2), chain::encode_record(lane)}});
  Continuation continuation = a_continuation(before);
  agree_fully(continuation, 3);
  const chain::ExecutedBlock block =
      continuation_block(state, state, continuation, UnixMillis(1234));
  EXPECT_EQ(block.height, Height(42));
  EXPECT_EQ(block.time, UnixMillis(1234));
  state.apply(block);
  const auto validators = chain::load<chain::Validators>(state, chain::Only{});
  ASSERT_TRUE(validators.has_value());
  ASSERT_EQ(validators->next.size(), test::bank_count);
  EXPECT_EQ(validators->next_version, validators->version);
  ASSERT_TRUE(block.next_epoch.has_value());
  EXPECT_EQ(block.next_epoch->validators, validators->next);
  for (std::size_t i = 0; i < test::bank_count; ++i) {
    EXPECT_EQ(validators->next[i].key, successor(i).validator_key);
    EXPECT_EQ(chain::load<chain::Participant>(state, bank(i))->tls_key, successor(i).tls_key);
  }
  EXPECT_FALSE(chain::load<chain::Lane>(state, 2).has_value());
  EXPECT_EQ(chain::update_tree(state, {}).root, block.state_root);
}

}  // namespace
}  // namespace vostro::genesis
