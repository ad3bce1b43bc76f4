// Goal: from peers of whom f lie, are silent or lack what is asked for, a joiner gets the ledger of
// a final block and nothing else, and gives up nothing for the word of peers who may all lie
// (catalogue rows C10, F23). Method: each kind of lie by a change of honest answers.
#include "tests/unit/node/joiner_support.h"

namespace vostro::node::join {
namespace {

/// Changes the content of parts of one kind.
template <class Change>
Liar about(PartKind kind, Change change) {
  return [kind, change](Byte type, const GetPart& request, Bytes honest) -> std::optional<Bytes> {
    if (type != part_frame || request.kind != kind) return honest;
    Part part = *decode_part(honest);
    if (part.status != PartStatus::here) return honest;
    change(part);
    return encode_frame(part);
  };
}

/// What it says of its own history is as bad as it can be without a lie that shows.
std::optional<Bytes> say_all_is_pruned(Byte type, const GetPart&, Bytes honest) {
  if (type != snapshot_frame) return honest;
  Snapshot snapshot = *decode_snapshot(honest);
  snapshot.history_begins = snapshot.newest->header.height.next();
  return encode_frame(snapshot);
}

/// True once, long ago: chains of one length are the same.
std::optional<Bytes> say_what_was(Byte type, const GetPart&, Bytes honest) {
  if (type != snapshot_frame) return honest;
  const test::TempDir directory;
  Chain chain(directory.path("chain"));
  chain.grow(5);
  return encode_frame(Server(*chain.store, small_limits(), [] { return 0; }).answer(GetSnapshot{}));
}

/// Of an epoch that is known, behind the end of one that is not.
std::optional<Bytes> show_what_nobody_signed(Byte type, const GetPart&, Bytes honest) {
  if (type != snapshot_frame) return honest;
  Snapshot snapshot = *decode_snapshot(honest);
  consensus::EpochStep nowhere;
  nowhere.closing = *snapshot.newest;
  nowhere.closing.header.epoch = Epoch(1'000);
  snapshot.steps.push_back(nowhere);
  snapshot.newest->header.height = Height(~std::uint64_t{0} / 2);
  return encode_frame(snapshot);
}

struct Lie {
  const char* name;
  Liar liar;
  bool is_seen;  ///< as a lie, not as weakness
};

std::vector<Lie> lies() {
  const auto subtree = [](auto change) {
    return about(PartKind::state, [change](Part& part) {
      auto content = *decode_subtree(part.content);
      change(content);
      part.content = encode_content(content);
    });
  };
  const auto ids = [](auto change) {
    return about(PartKind::ids, [change](Part& part) {
      auto content = *decode_ids(part.content);
      change(content);
      part.content = encode_content(content);
    });
  };
  const auto headers = [](auto change) {
    return about(PartKind::headers, [change](Part& part) {
      auto content = *decode_headers(part.content);
      change(content);
      part.content = encode_content(content);
    });
  };
  return {
      {"a record changed", subtree([](chain::Subtree& part) {
         if (part.entries.empty()) part.siblings.clear();
         for (auto& entry : part.entries) entry.value.push_back(1);
       }),
       true},
      {"a record too many", subtree([](chain::Subtree& part) {
         part.entries.push_back({Bytes{7}, Bytes{7}});
       }),
       true},
      {"all records missing", subtree([](chain::Subtree& part) {
         part.entries.clear();
         part.other.reset();
         part.siblings.clear();
       }),
       true},
      {"a part of another path",
       about(PartKind::state,
             [last = std::make_shared<Bytes>()](Part& part) { std::swap(*last, part.content); }),
       true},
      {"an id left out", ids([](Ids& of) { of.blocks.back().names.resize(27 * 4); }), true},
      {"an id added", ids([](Ids& of) {
         chain::append_name(of.blocks.front().names, {test::bic("SUDBFRPP"), test::uetr(1)});
       }),
       true},
      {"ids of other heights",
       ids([](Ids& of) { of.blocks.front().names = encode(std::uint64_t{1}); }), true},
      {"headers of another chain",
       headers([](Headers& of) { of.headers.back().header->time = UnixMillis(1); }), true},
      {"headers of other heights",
       headers([](Headers& of) { of.headers.erase(of.headers.begin()); }), true},
      {"no header at all", headers([](Headers& of) { of.headers.front().header.reset(); }), true},
      {"garbage",
       [](Byte, const GetPart&, Bytes) {
         return std::optional(Bytes{1, 2, 3});
       },
       true},
      {"garbage inside",
       about(PartKind::state,
             [](Part& part) {
               part.content = {1, 2, 3};
             }),
       true},
      {"silence", [](Byte, const GetPart&, Bytes) { return std::optional<Bytes>(); }, false},
      {"silence about parts",
       [](Byte type, const GetPart&, Bytes honest) {
         return type == part_frame ? std::nullopt : std::optional(std::move(honest));
       },
       false},
      {"nothing is here",
       [](Byte type, const GetPart& request, Bytes honest) {
         return std::optional(type == part_frame
                                  ? encode_frame(Part{request, PartStatus::not_here, {}})
                                  : std::move(honest));
       },
       false},
      {"always busy",
       [](Byte type, const GetPart& request, Bytes honest) {
         const bool is_state = type == part_frame && request.kind == PartKind::state;
         return std::optional(is_state ? encode_frame(Part{request, PartStatus::busy, {}})
                                       : std::move(honest));
       },
       false},
      {"everything is too large",
       [](Byte type, const GetPart& request, Bytes honest) {
         const bool is_state = type == part_frame && request.kind == PartKind::state;
         return std::optional(is_state ? encode_frame(Part{request, PartStatus::too_large, {}})
                                       : std::move(honest));
       },
       false},
      {"a proof that nobody signed",
       [](Byte type, const GetPart&, Bytes honest) -> std::optional<Bytes> {
         if (type != snapshot_frame) return honest;
         Snapshot snapshot = *decode_snapshot(honest);
         snapshot.newest->header.height = Height(~std::uint64_t{0} / 2);
         snapshot.newest->header.state_root = Hash{};
         return encode_frame(snapshot);
       },
       true},
      {"the same behind a step that leads nowhere", show_what_nobody_signed, true},
      {"a proof of long ago", say_what_was, false},
      {"no history at all",
       [](Byte type, const GetPart&, Bytes honest) -> std::optional<Bytes> {
         if (type != snapshot_frame) return honest;
         Snapshot snapshot = *decode_snapshot(honest);
         snapshot.history_begins = Height(std::uint64_t{1} << 63U);
         return encode_frame(snapshot);
       },
       true},
      {"history pruned to the newest block", say_all_is_pruned, false},
      {"one header at a time", headers([](Headers& of) { of.headers.resize(1); }), false},
      {"answers to other questions",
       [](Byte type, const GetPart&, Bytes honest) -> std::optional<Bytes> {
         if (type != part_frame) return honest;
         Part part = *decode_part(honest);
         part.of.height = part.of.height.next();
         return encode_frame(part);
       },
       false},
  };
}

class JoinerLiars : public testing::TestWithParam<std::size_t> {};

TEST_P(JoinerLiars, CatalogueC10F23TwoOfSevenGetNothingIn) {
  const test::TempDir directory;
  Chain chain(directory.path("chain"));
  chain.grow(30);
  const Lie lie = lies().at(GetParam());
  SCOPED_TRACE(lie.name);
  Joining joining(chain, directory.path("store"));
  // The liars are met first.
  for (const char* name : {"a", "b"}) joining.add_peer(name, lie.liar);
  for (const char* name : {"c", "d", "e", "f", "g"}) joining.add_peer(name);
  ASSERT_EQ(joining.run(), JoinPhase::whole) << joining.joiner().failure();
  for (const auto& [name, what] : joining.lies) EXPECT_TRUE(name == "a" || name == "b") << what;
  EXPECT_EQ(!joining.lies.empty(), lie.is_seen);
  joining.check();
}
INSTANTIATE_TEST_SUITE_P(EachLie, JoinerLiars, testing::Range<std::size_t>(0, 24));

TEST(JoinerLies, AreTriedEachOfThem) {
  EXPECT_EQ(lies().size(), 24U);
}

// Before anybody has shown a block that is final, and for longer than it waits for an answer.
TEST(JoinerLies, AreSeenWhereNobodyElseHasAnswered) {
  const test::TempDir directory;
  Chain chain(directory.path("chain"));
  chain.grow(30);
  Joining joining(chain, directory.path("store"));
  joining.add_peer("a", show_what_nobody_signed);
  while (joining.now_ms() < 10'000) ASSERT_TRUE(joining.step());
  EXPECT_EQ(joining.lies.size(), 1U);
  for (const char* name : {"c", "d", "e", "f", "g"}) joining.add_peer(name);
  ASSERT_EQ(joining.run(), JoinPhase::whole) << joining.joiner().failure();
  joining.check();
}

// A node that is near, or at the head, gives up nothing for the word of those of whom none need be
// honest: more peers than may be faulty validators, of whom but two validate.
TEST(Joiner, KeepsWhatIsHereWhateverThoseSayWhoMayAllLie) {
  const test::TempDir directory;
  Chain chain(directory.path("chain"));
  chain.grow(15);
  auto config = Joining::a_config();
  config.behind = 1'000;
  config.head = Height(3);
  Joining joining(chain, directory.path("store"), config);
  for (const char* name : {"a", "b", "ours", "theirs", "another"})
    joining.add_peer(name, say_all_is_pruned);
  while (joining.joiner().phase() == JoinPhase::choosing && joining.now_ms() < 30'000)
    ASSERT_TRUE(joining.step());
  EXPECT_NE(joining.joiner().phase(), JoinPhase::fetching) << joining.joiner().target().value;
  for (const char* name : {"c", "d", "e"}) joining.add_peer(name);
  EXPECT_EQ(joining.run(), JoinPhase::needless);
}

TEST(Joiner, IsNeedlessWhereTheTargetIsNotAboveWhatIsHere) {
  const test::TempDir directory;
  Chain chain(directory.path("chain"));
  chain.grow(15);
  auto config = Joining::a_config();
  config.behind = 0;  // all is far
  for (const std::uint64_t head : {15U, 20U}) {
    config.head = Height(head);
    Joining joining(chain, directory.path("store" + std::to_string(head)), config);
    for (const char* name : {"a", "b", "c", "d"}) joining.add_peer(name, say_all_is_pruned);
    EXPECT_EQ(joining.run(), JoinPhase::needless) << head;
  }
}

}  // namespace
}  // namespace vostro::node::join
