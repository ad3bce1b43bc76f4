// Goal: from peers of whom f lie, are silent or lack what is asked for, a joiner gets the ledger of
// a final block and nothing else (catalogue rows P9, P10, C10, F23), over ends of epochs and a
// continuation, and goes on after a restart. Method: a chain with signed proofs in real stores, the
// production server on each, liars that change its answers, virtual time.
#include "node/join/joiner.h"

#include <gtest/gtest.h>

#include <deque>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>

#include "base/codec.h"
#include "chain/merkle.h"
#include "chain/records.h"
#include "node/join/server.h"
#include "tests/support/chain_builders.h"
#include "tests/support/consensus_net.h"
#include "tests/unit/node/api_support.h"

namespace vostro::node::join {
namespace {

using consensus::FinalityProof;
using consensus::Header;

chain::StoreOptions options() {
  chain::StoreOptions made;
  made.cache_bytes = 4 * 1024 * 1024;
  made.write_buffer_bytes = 4 * 1024 * 1024;
  made.reserve_bytes = 0;
  made.proof_window = 100;
  return made;
}

consensus::BlockId block_id(const Hash& hash) {
  consensus::BlockId id;
  id.bytes = hash.bytes;
  return id;
}

/// Blocks with ids and state that mean nothing, whose headers commit to them, final by seven keys.
class Chain {
 public:
  explicit Chain(const std::string& path, std::string_view network = "network",
                 std::uint64_t first_id = 0)
      : keys_(7),
        committee_(keys_.committee(network)),
        network_(committee_.context().network_id),
        first_id_(first_id) {
    auto opened = chain::Store::open(path, network_, options());
    VOSTRO_CHECK(opened.has_value());
    store = std::move(*opened);
    chain::ExecutedBlock genesis;
    genesis.state = changes(0);
    const auto update = chain::update_tree(*store, genesis.state);
    genesis.nodes = update.nodes;
    genesis.state_root = update.root;
    anchor_root_ = update.root;
    const auto& context = committee_.context();
    Hash anchor;
    anchor.bytes = context.anchor.bytes;
    genesis.time = context.anchor_time;
    VOSTRO_CHECK(store->commit({anchor, {}, {}, {}, false, {}, genesis}).has_value());
    ground_ = Ground{context, anchor, context.anchor_time, anchor_root_, {}};
    parent_ = context.anchor;
  }

  /// As many blocks, of which the last closes its epoch where asked for.
  void grow(std::uint64_t blocks, bool closes = false) {
    for (std::uint64_t i = 1; i <= blocks; ++i) add(closes && i == blocks);
  }

  /// The network goes on under another id, with the same validators.
  void continue_network() {
    const Hash before = head_root_;
    const Height last = height_;
    Hash last_id;
    last_id.bytes = parent_.bytes;
    network_ = hash("genesis", as_bytes("it goes on"));
    const Hash digest = hash("anchor", {network_.view(), before.view()});
    chain::ExecutedBlock block;
    height_ = height_.next();
    block.height = height_;
    block.time = time_;
    block.tx_root = chain::tx_root_of({}, {});
    block.receipt_root = chain::merkle_root({});
    block.state = {{Bytes{'z'}, Bytes{9}}};
    seal_state(block);
    VOSTRO_CHECK(store->commit({digest, {}, {}, {}, false, {}, block, network_}).has_value());
    consensus::EpochContext context = committee_.context();
    context.network_id = network_;
    context.epoch = context.epoch.next();
    context.anchor = block_id(digest);
    context.anchor_height = height_;
    committee_ = consensus::Committee(context);
    parent_ = context.anchor;
    ground_->first = context;
    ground_->continuations.push_back({height_, digest, last_id});
    VOSTRO_CHECK(last.next() == height_);
    begun_ = false;
  }

  [[nodiscard]] const Ground& ground() const { return *ground_; }
  [[nodiscard]] const Hash& network() const { return network_; }
  [[nodiscard]] Height height() const { return height_; }
  [[nodiscard]] Uuid id(Height height, std::uint32_t index) const {
    return test::uetr(first_id_ + height.value * 1'000 + index);
  }
  static constexpr std::uint32_t ids_per_block = 5;

  std::unique_ptr<chain::Store> store;

 private:
  [[nodiscard]] static chain::Changes changes(std::uint64_t height) {
    chain::Changes made;
    for (std::uint64_t i = 0; i < 40; ++i)
      made[encode(height * 10 + i)] = Bytes(30, static_cast<Byte>(height));
    return made;
  }

  void seal_state(chain::ExecutedBlock& block) {
    const auto update = chain::update_tree(*store, block.state);
    block.nodes = update.nodes;
    block.state_root = head_root_ = update.root;
  }

  void add(bool closes) {
    height_ = height_.next();
    time_ = UnixMillis(1'700'000'000'000 + height_.value * 1'000);
    chain::ExecutedBlock block;
    block.height = height_;
    block.time = time_;
    block.state = changes(height_.value);
    if (!begun_) {
      begun_ = true;
      chain::EpochRecord record;
      record.anchor.bytes = parent_.bytes;
      record.anchor_height = height_.previous();
      for (const auto& each : committee_.context().validators.all()) {
        chain::Validator validator;
        validator.id.bytes = each.member.bytes;
        validator.key = each.key;
        record.validators.push_back(validator);
      }
      block.state[chain::key_of<chain::EpochRecord>(committee_.epoch())] =
          chain::encode_record(record);
    }
    for (std::uint32_t i = 0; i < ids_per_block; ++i) {
      const auto transaction = test::a_payment().id(id(height_, i)).verified();
      chain::Receipt receipt;
      receipt.id = transaction->id();
      receipt.transaction_hash = transaction->hash();
      block.ids.push_back({transaction->id(), {height_, i, transaction->hash()}});
      block.transactions.push_back(transaction);
      block.receipts.push_back(receipt);
    }
    block.tx_root = chain::tx_root_of(block.ids, block.transactions);
    seal_state(block);
    Header header;
    header.network_id = network_;
    header.epoch = committee_.epoch();
    header.height = height_;
    header.view = View(height_.value);
    header.parent = parent_;
    header.time = time_;
    header.tx_count = ids_per_block;
    header.tx_root = block.tx_root;
    header.state_root = block.state_root;
    header.set_hash = committee_.set_hash();
    if (closes) {
      header.flags = Header::flag_epoch_close;
      header.next_set_hash = committee_.set_hash();
    }
    const FinalityProof proof = consensus::net::prove_final(committee_, keys_, header);
    Hash id;
    id.bytes = header.id().bytes;
    VOSTRO_CHECK(
        store
            ->commit(
                {id, encode(header), encode(consensus::Cut()), encode(proof), closes, {}, block})
            .has_value());
    parent_ = header.id();
    if (!closes) return;
    consensus::EpochContext context = committee_.context();
    context.epoch = context.epoch.next();
    context.anchor = parent_;
    context.anchor_height = height_;
    committee_ = consensus::Committee(context);
    begun_ = false;
  }

  consensus::net::Keys keys_;
  consensus::Committee committee_;
  Hash network_;
  std::uint64_t first_id_;
  Hash anchor_root_;
  Hash head_root_;
  std::optional<Ground> ground_;
  Height height_;
  UnixMillis time_{1'700'000'000'000};
  consensus::BlockId parent_;
  bool begun_ = false;
};

/// What a peer makes of an honest answer: none is silence.
using Liar = std::function<std::optional<Bytes>(Byte type, const GetPart& request, Bytes honest)>;

struct Neighbour {
  std::unique_ptr<Server> server;
  Liar liar;
};

ServerLimits small_limits() {
  ServerLimits limits;
  limits.scan_rest_ms = 0;
  limits.state_bytes = 700;  // so that the state has many parts, of more depths than one
  limits.ids_bytes = 1'000;
  limits.window_bytes = 40'000;
  return limits;
}

class Joining {
 public:
  Joining(const Chain& chain, std::string store_path, JoinerConfig config = a_config(),
          ServerLimits limits = small_limits())
      : chain_(chain), path_(std::move(store_path)), config_(std::move(config)), limits_(limits) {
    restart();
  }
  static JoinerConfig a_config() {
    JoinerConfig config;
    // The validators are "a" to "g".
    config.peer_of = [](const consensus::MemberId& validator) {
      return std::string(1, static_cast<char>('a' + validator.bytes[15]));
    };
    config.behind = 10;
    config.keep_target = 50;
    config.headers = 16;
    config.id_blocks = 8;
    return config;
  }

  void add_peer(const std::string& name, Liar liar = {}) {
    neighbours_[name] = {
        std::make_unique<Server>(*chain_.store, limits_, [this] { return now_ms_; }),
        std::move(liar)};
    carry_out(joiner_->on_peer_up(name, now_ms_));
  }
  void restart() {
    joiner_.reset();
    staging_.reset();
    frames_.clear();
    auto opened = chain::Staging::open(chain::staging_path(path_), options(), chain_.network());
    VOSTRO_CHECK(opened.has_value());
    staging_ = std::move(*opened);
    joiner_ = std::make_unique<Joiner>(config_, chain_.ground(), chain_.network(), *staging_);
    for (const auto& [name, neighbour] : neighbours_) carry_out(joiner_->on_peer_up(name, now_ms_));
  }
  /// Each answer comes so much later.
  void set_delay_ms(std::uint64_t delay_ms) { delay_ms_ = delay_ms; }
  /// One frame, or a tenth of a second where there is none. False when it is over.
  bool step() {
    const bool is_over =
        joiner_->phase() != JoinPhase::choosing && joiner_->phase() != JoinPhase::fetching;
    if (is_over || now_ms_ > 600'000) return false;
    if (frames_.empty() || frames_.front().at_ms > now_ms_) {
      now_ms_ += 100;
      carry_out(joiner_->tick(now_ms_));
      return true;
    }
    now_ms_ += 1;
    const Sent sent = std::move(frames_.front());
    frames_.pop_front();
    deliver(sent);
    return true;
  }
  JoinPhase run() {
    while (step()) {
    }
    return joiner_->phase();
  }
  /// In force from the next restart on.
  [[nodiscard]] JoinerConfig& config() { return config_; }
  [[nodiscard]] const Joiner& joiner() const { return *joiner_; }
  [[nodiscard]] const Server& server(const std::string& name) {
    return *neighbours_.at(name).server;
  }
  [[nodiscard]] std::uint64_t now_ms() const { return now_ms_; }
  [[nodiscard]] std::uint64_t asked() const { return asked_; }

  /// The store that came of it is that of the chain at its target.
  void check() {
    ASSERT_EQ(joiner_->phase(), JoinPhase::whole) << joiner_->failure();
    const Height target = joiner_->target();
    joiner_.reset();
    staging_.reset();
    const auto settled = chain::settle_joined(path_);
    ASSERT_TRUE(settled.has_value() && *settled);
    auto opened = chain::Store::open(path_, chain_.network(), options());
    ASSERT_TRUE(opened.has_value()) << to_string(opened.error());
    const chain::Store& store = **opened;
    ASSERT_EQ(store.head()->height, target);
    const auto honest = chain_.store->view();
    const auto there = honest.state_at(target);
    ASSERT_TRUE(there.has_value());
    std::map<Bytes, Bytes> expected;
    ASSERT_TRUE(there->each([&](ByteView key, ByteView value) {
      expected[{key.begin(), key.end()}] = {value.begin(), value.end()};
      return true;
    }));
    const auto rows = store.scan({}, {}, 1'000'000);
    EXPECT_EQ((std::map<Bytes, Bytes>(rows.begin(), rows.end())), expected);
    EXPECT_EQ(chain::root_of(store), store.head()->state_root);
    for (Height height(1); height <= target; height = height.next()) {
      EXPECT_EQ(store.view().header(height), honest.header(height)) << height.value;
      EXPECT_EQ(store.view().used_ids(height), honest.used_ids(height)) << height.value;
      EXPECT_FALSE(store.view().is_whole(height));
      if (honest.header(height)->empty()) continue;
      for (std::uint32_t i = 0; i < Chain::ids_per_block; ++i) {
        const auto used = store.find_id({test::bic("NORDDEFF"), chain_.id(height, i)});
        ASSERT_TRUE(used.has_value());
        EXPECT_EQ(used->height, height);
        EXPECT_TRUE(used->is_bare());
      }
    }
    EXPECT_FALSE(store.find_id({test::bic("NORDDEFF"), chain_.id(target.next(), 0)}).has_value());
    EXPECT_FALSE(store.failure().has_value());
  }
  std::map<std::string, std::string> lies;  ///< of whom what was said

 private:
  void carry_out(JoinActions actions) {
    for (JoinAction& action : actions) {
      if (auto* blame = std::get_if<Blame>(&action)) {
        if (blame->lied) lies[blame->peer] = blame->what;
        continue;
      }
      Ask& ask = std::get<Ask>(action);
      ++asked_;
      auto& neighbour = neighbours_.at(ask.peer);
      GetPart request;
      Bytes honest;
      Byte type = snapshot_frame;
      if (ask.type == get_snapshot_frame) {
        honest = encode_frame(neighbour.server->answer(*decode_get_snapshot(ask.frame)));
      } else {
        type = part_frame;
        request = *decode_get_part(ask.frame);
        honest = encode_frame(neighbour.server->answer("joiner", request));
      }
      auto answer = neighbour.liar ? neighbour.liar(type, request, std::move(honest))
                                   : std::optional(std::move(honest));
      if (answer) frames_.push_back({now_ms_ + delay_ms_, ask.peer, type, *std::move(answer)});
    }
  }
  struct Sent {
    std::uint64_t at_ms = 0;
    std::string name;
    Byte type = 0;
    Bytes frame;
  };
  void deliver(const Sent& sent) {
    if (sent.type == snapshot_frame) {
      const auto snapshot = decode_snapshot(sent.frame);
      carry_out(snapshot ? joiner_->on_snapshot(sent.name, *snapshot, now_ms_)
                         : joiner_->on_garbage(sent.name, now_ms_));
    } else {
      const auto part = decode_part(sent.frame);
      carry_out(part ? joiner_->on_part(sent.name, *part, now_ms_)
                     : joiner_->on_garbage(sent.name, now_ms_));
    }
  }

  const Chain& chain_;
  std::string path_;
  JoinerConfig config_;
  ServerLimits limits_;
  std::uint64_t now_ms_ = 1'000;
  std::uint64_t asked_ = 0;
  std::map<std::string, Neighbour> neighbours_;
  std::unique_ptr<chain::Staging> staging_;
  std::unique_ptr<Joiner> joiner_;
  std::deque<Sent> frames_;
  std::uint64_t delay_ms_ = 0;
};

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

TEST(Joiner, JoinsByTheLedgerOfAFinalBlock) {
  const test::TempDir directory;
  Chain chain(directory.path("chain"));
  chain.grow(60);
  Joining joining(chain, directory.path("store"));
  for (const char* name : {"a", "b", "c", "d", "e", "f", "g"}) joining.add_peer(name);
  EXPECT_EQ(joining.run(), JoinPhase::whole) << joining.joiner().failure();
  EXPECT_TRUE(joining.lies.empty());
  joining.check();
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
INSTANTIATE_TEST_SUITE_P(EachLie, JoinerLiars, testing::Range<std::size_t>(0, 23));

TEST(JoinerLies, AreTriedEachOfThem) {
  EXPECT_EQ(lies().size(), 23U);
}

TEST(Joiner, GoesOverEndsOfEpochsAndAContinuation) {
  const test::TempDir directory;
  Chain chain(directory.path("chain"));
  chain.grow(9, true);
  chain.grow(7, true);
  chain.grow(12);
  {
    Joining joining(chain, directory.path("store-epochs"));
    for (const char* name : {"a", "b", "c"}) joining.add_peer(name);
    ASSERT_EQ(joining.run(), JoinPhase::whole) << joining.joiner().failure();
    joining.check();
  }
  chain.continue_network();
  chain.grow(5, true);
  chain.grow(11);
  auto config = Joining::a_config();
  config.has_ledger = false;
  config.behind = 0;
  Joining joining(chain, directory.path("store-continued"), config);
  for (const char* name : {"a", "b", "c"}) joining.add_peer(name);
  ASSERT_EQ(joining.run(), JoinPhase::whole) << joining.joiner().failure();
  EXPECT_EQ(joining.joiner().target(), chain.height());
  joining.check();
}

TEST(Joiner, GoesOnAfterARestartAtAnyStep) {
  const test::TempDir directory;
  Chain chain(directory.path("chain"));
  chain.grow(40);
  std::uint64_t alone = 0;
  {
    Joining joining(chain, directory.path("store-alone"));
    for (const char* name : {"a", "b", "c"}) joining.add_peer(name);
    ASSERT_EQ(joining.run(), JoinPhase::whole);
    alone = joining.asked();
  }
  Joining joining(chain, directory.path("store"));
  for (const char* name : {"a", "b", "c"}) joining.add_peer(name);
  std::uint64_t steps = 0;
  std::uint64_t restarts = 0;
  while (joining.step()) {
    if (++steps % 40 != 0) continue;
    joining.restart();
    ++restarts;
  }
  EXPECT_GT(restarts, 2U);
  // What was put down is not asked for again: a restart costs what was under way, and the question
  // of what there is.
  EXPECT_LT(joining.asked(), alone + restarts * 24);
  joining.check();
}

TEST(Joiner, ANewerBlockIsFetchedWhereTheOldOneIsKeptNoMore) {
  const test::TempDir directory;
  Chain chain(directory.path("chain"));
  chain.grow(40);
  Joining joining(chain, directory.path("store"));
  for (const char* name : {"a", "b", "c"}) joining.add_peer(name);
  for (int i = 0; i < 12; ++i) ASSERT_TRUE(joining.step());
  const Height before = joining.joiner().target();
  EXPECT_EQ(before, Height(40));
  chain.grow(110);  // the window of proofs is 100
  ASSERT_EQ(joining.run(), JoinPhase::whole) << joining.joiner().failure();
  EXPECT_GT(joining.joiner().target(), before);
  joining.check();
}

TEST(Joiner, IsNeedlessWhereTheNextBlocksAreThereAndFew) {
  const test::TempDir directory;
  Chain chain(directory.path("chain"));
  chain.grow(15);
  auto config = Joining::a_config();
  config.behind = 1'000;
  {
    Joining joining(chain, directory.path("store-near"), config);
    for (const char* name : {"a", "b", "c"}) joining.add_peer(name);
    EXPECT_EQ(joining.run(), JoinPhase::needless);
  }
  ASSERT_TRUE(chain.store->prune(Height(12)).has_value());
  Joining joining(chain, directory.path("store-pruned"), config);
  for (const char* name : {"a", "b", "c"}) joining.add_peer(name);
  EXPECT_EQ(joining.run(), JoinPhase::whole) << "nobody has block 1 any more";
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

TEST(Joiner, DoesNotGoBackToATargetThatHasBeenPassedByBlocks) {
  const test::TempDir directory;
  Chain chain(directory.path("chain"));
  chain.grow(40);
  Joining joining(chain, directory.path("store"));
  for (const char* name : {"a", "b", "c"}) joining.add_peer(name);
  for (int i = 0; i < 12; ++i) ASSERT_TRUE(joining.step());
  ASSERT_EQ(joining.joiner().target(), Height(40));
  chain.grow(5);
  joining.config().head = Height(45);
  joining.config().head_block = chain.store->head()->block;
  chain.grow(25);
  joining.restart();
  ASSERT_EQ(joining.run(), JoinPhase::whole) << joining.joiner().failure();
  EXPECT_EQ(joining.joiner().target(), Height(70));
  joining.check();
}

// Once it fetches, the replica rests: it must not do so for ever.
TEST(Joiner, GivesUpWhereNothingComesAndGoesOnFromWhatItHas) {
  const test::TempDir directory;
  Chain chain(directory.path("chain"));
  chain.grow(40);
  bool are_silent = false;
  const Liar moody = [&](Byte, const GetPart&, Bytes honest) {
    return are_silent ? std::nullopt : std::optional(std::move(honest));
  };
  Joining joining(chain, directory.path("store"));
  for (const char* name : {"a", "b", "c"}) joining.add_peer(name, moody);
  for (int i = 0; i < 200; ++i) ASSERT_TRUE(joining.step());
  ASSERT_EQ(joining.joiner().phase(), JoinPhase::fetching);
  are_silent = true;
  const std::uint64_t began_ms = joining.now_ms();
  EXPECT_EQ(joining.run(), JoinPhase::stuck);
  EXPECT_NEAR(static_cast<double>(joining.now_ms() - began_ms), 300'000, 1'000);
  are_silent = false;
  const std::uint64_t asked = joining.asked();
  joining.restart();
  ASSERT_EQ(joining.run(), JoinPhase::whole) << joining.joiner().failure();
  EXPECT_LT(joining.asked() - asked, asked) << "what it had was asked for again";
  joining.check();
}

TEST(Joiner, GivesUpWhereTooFewSayWhatThereIs) {
  const test::TempDir directory;
  Chain chain(directory.path("chain"));
  chain.grow(40);
  Joining joining(chain, directory.path("store"));
  for (const char* name : {"a", "b", "ours", "theirs"}) joining.add_peer(name);
  EXPECT_EQ(joining.run(), JoinPhase::stuck);
  EXPECT_LT(joining.now_ms(), 70'000U);
}

// F7: what was put down cannot be read again. That is nobody's lie, and no reason to end the
// process.
TEST(Joiner, BlamesNobodyForItsOwnDisk) {
  const test::TempDir directory;
  Chain chain(directory.path("chain"));
  chain.grow(40);
  for (const int steps : {14, 40, 120, 250}) {
    SCOPED_TRACE(steps);
    const std::string path = directory.path("store" + std::to_string(steps));
    Joining joining(chain, path);
    for (const char* name : {"a", "b", "c"}) joining.add_peer(name);
    for (int i = 0; i < steps; ++i) ASSERT_TRUE(joining.step());
    // What lay in its log is in tables now, and read from them.
    joining.restart();
    while (joining.joiner().phase() == JoinPhase::choosing) ASSERT_TRUE(joining.step());
    ASSERT_EQ(joining.joiner().phase(), JoinPhase::fetching);
    std::size_t spoiled = 0;
    for (const auto& file : std::filesystem::recursive_directory_iterator(path + ".joining")) {
      if (file.path().extension() != ".sst") continue;
      std::fstream table(file.path(), std::ios::in | std::ios::out | std::ios::binary);
      table.write("spoiled spoiled spoiled", 23);
      ++spoiled;
    }
    ASSERT_GT(spoiled, 0U);
    joining.run();
    EXPECT_TRUE(joining.lies.empty());
    EXPECT_NE(joining.joiner().phase(), JoinPhase::stuck);
  }
}

// T8: a data directory that was another network's: of its ids none counts here, and each id of this
// network does.
TEST(Joiner, BeginsAnewOnWhatIsLeftOfAnotherNetwork) {
  const test::TempDir directory;
  Chain other(directory.path("other"), "another network", 1'000'000);
  other.grow(40);
  {
    Joining joining(other, directory.path("store"));
    for (const char* name : {"a", "b", "c"}) joining.add_peer(name);
    // All ids are here, and not yet the whole state.
    while (joining.joiner().missing().id_blocks > 0 || joining.joiner().target() == Height(0))
      ASSERT_TRUE(joining.step());
    ASSERT_EQ(joining.joiner().phase(), JoinPhase::fetching);
  }
  Chain chain(directory.path("chain"));
  chain.grow(42);
  Joining joining(chain, directory.path("store"));
  for (const char* name : {"a", "b", "c"}) joining.add_peer(name);
  ASSERT_EQ(joining.run(), JoinPhase::whole) << joining.joiner().failure();
  EXPECT_TRUE(joining.lies.empty());
  joining.check();
}

TEST(Joiner, SeesThatItsOwnFinalBlockIsNotTheOthers) {
  const test::TempDir directory;
  Chain chain(directory.path("chain"));
  chain.grow(40);
  auto config = Joining::a_config();
  config.head = Height(7);
  config.head_block = hash("another", {});
  Joining joining(chain, directory.path("store"), config);
  for (const char* name : {"a", "b", "c"}) joining.add_peer(name);
  EXPECT_EQ(joining.run(), JoinPhase::forked);
  EXPECT_TRUE(joining.lies.empty());
}

TEST(Joiner, RefusesAChainOfAnotherBeginning) {
  const test::TempDir directory;
  Chain chain(directory.path("chain"));
  chain.grow(20);
  Ground other = chain.ground();
  other.anchor = hash("another", {});
  auto staging = chain::Staging::open(chain::staging_path(directory.path("store")), options(),
                                      chain.network());
  ASSERT_TRUE(staging.has_value());
  Joiner joiner(Joining::a_config(), other, chain.network(), **staging);
  Server server(*chain.store, small_limits(), [] { return 0; });
  std::deque<JoinAction> actions;
  const auto add = [&](JoinActions more) {
    for (auto& each : more) actions.push_back(std::move(each));
  };
  for (const char* name : {"a", "b", "c"}) add(joiner.on_peer_up(name, 1));
  std::uint64_t now_ms = 1;
  while (joiner.phase() != JoinPhase::failed && now_ms < 10'000) {
    add(joiner.tick(++now_ms));
    if (actions.empty()) continue;
    const auto ask = std::get<Ask>(actions.front());
    actions.pop_front();
    if (ask.type == get_snapshot_frame)
      add(joiner.on_snapshot(ask.peer, server.answer(*decode_get_snapshot(ask.frame)), now_ms));
    else
      add(joiner.on_part(ask.peer, server.answer("me", *decode_get_part(ask.frame)), now_ms));
  }
  EXPECT_EQ(joiner.phase(), JoinPhase::failed);
}

// The window of each holds an eighth of the state, and a part a few records of it.
TEST(Joiner, AsksForALargeStateInTheOrderInWhichPeersReadIt) {
  const test::TempDir directory;
  Chain chain(directory.path("chain"));
  chain.grow(60);
  ServerLimits limits = small_limits();
  limits.scan_rest_ms = 200;
  limits.window_bytes = 4'000;
  Joining joining(chain, directory.path("store"), Joining::a_config(), limits);
  for (const char* name : {"a", "b", "c"}) joining.add_peer(name);
  ASSERT_EQ(joining.run(), JoinPhase::whole) << joining.joiner().failure();
  std::uint64_t bytes = 0;
  ASSERT_TRUE(chain.store->view().state_at(chain.height())->each([&](ByteView key, ByteView value) {
    bytes += key.size() + value.size() + 8;
    return true;
  }));
  const std::uint64_t windows = bytes / limits.window_bytes + 1;
  ASSERT_GT(windows, 4U);
  for (const char* name : {"a", "b", "c"}) EXPECT_LE(joining.server(name).scans(), windows * 2);
  EXPECT_TRUE(joining.lies.empty());
  joining.check();
}

// Each answer takes longer than the joiner waits at first.
TEST(Joiner, WaitsLongerForThoseWhoAnswerLate) {
  const test::TempDir directory;
  Chain chain(directory.path("chain"));
  chain.grow(12);
  auto config = Joining::a_config();
  config.answer_ms = 500;
  Joining joining(chain, directory.path("store"), config);
  joining.set_delay_ms(3'000);
  for (const char* name : {"a", "b", "c"}) joining.add_peer(name);
  EXPECT_EQ(joining.run(), JoinPhase::whole) << joining.joiner().failure();
  EXPECT_TRUE(joining.lies.empty());
  joining.check();
}

TEST(JoinServer, AnswersTheSameQuestionOnceASecond) {
  const test::TempDir directory;
  Chain chain(directory.path("chain"));
  std::uint64_t now_ms = 1'000;
  Server server(*chain.store, small_limits(), [&] { return now_ms; });
  const Bytes question = encode_frame(GetSnapshot{});
  EXPECT_TRUE(server.admit("a", question));
  server.done("a");
  now_ms = 1'999;
  EXPECT_FALSE(server.admit("a", question));
  EXPECT_TRUE(server.admit("b", question));
  now_ms = 2'000;
  EXPECT_TRUE(server.admit("a", question));
}

TEST(JoinServer, HasFourQuestionsOfAPeerUnderWayAndNoMoreAlsoOfOneThatComesBack) {
  const test::TempDir directory;
  Chain chain(directory.path("chain"));
  Server server(*chain.store, small_limits(), [] { return 1'000; });
  const auto question = [](std::uint64_t height) {
    return encode_frame(GetPart{PartKind::ids, Height(height), 1, {}});
  };
  for (std::uint64_t i = 1; i <= 4; ++i) EXPECT_TRUE(server.admit("a", question(i)));
  EXPECT_FALSE(server.admit("a", question(5)));
  EXPECT_TRUE(server.admit("b", question(5)));
  server.forget("a");
  EXPECT_FALSE(server.admit("a", question(6)));
  server.done("a");
  EXPECT_TRUE(server.admit("a", question(6)));
  EXPECT_FALSE(server.admit("a", question(7)));
}

// P8: heights asked for in turns never fit what was read for the one before.
TEST(JoinServer, ReadsTheWholeStateForAPeerHalfOfTheTimeAtMost) {
  const test::TempDir directory;
  Chain chain(directory.path("chain"));
  chain.grow(20);
  std::uint64_t now_ms = 1'000;
  ServerLimits limits = small_limits();
  limits.scan_rest_ms = 200;
  std::uint64_t scan_ms = 0;
  // Looked at where a reading begins and ends.
  Server server(*chain.store, limits, [&] { return now_ms += scan_ms; });
  const auto ask = [&](const std::string& peer, std::uint64_t height) {
    return server.answer(peer, {PartKind::state, Height(height), 0, {{0, 0}}}).status;
  };
  for (std::uint64_t i = 0; i < 100; ++i) {
    const PartStatus said = ask("liar", 10 + i % 2);
    EXPECT_EQ(said, i == 0 ? PartStatus::here : PartStatus::busy) << i;
  }
  EXPECT_EQ(server.scans(), 1U);
  // What is at hand is given to anybody, and another peer has a reading of its own.
  EXPECT_EQ(ask("other", 10), PartStatus::here);
  EXPECT_EQ(server.scans(), 1U);
  EXPECT_EQ(ask("other", 12), PartStatus::here);
  EXPECT_EQ(server.scans(), 2U);
  now_ms += 200;
  scan_ms = 5'000;  // the reading takes so long
  EXPECT_EQ(ask("liar", 11), PartStatus::here);
  scan_ms = 0;
  now_ms += 4'999;
  EXPECT_EQ(ask("liar", 10), PartStatus::busy);
  now_ms += 1;
  EXPECT_EQ(ask("liar", 10), PartStatus::here);
  EXPECT_EQ(server.scans(), 4U);
}

TEST(JoinServer, ReadsNothingMoreOnceItIsStopped) {
  const test::TempDir directory;
  Chain chain(directory.path("chain"));
  chain.grow(5);
  Server server(*chain.store, small_limits(), [] { return 1'000; });
  server.stop();
  EXPECT_EQ(server.answer("a", {PartKind::state, Height(4), 0, {}}).status, PartStatus::not_here);
}

TEST(JoinMessages, OfTheLargestSizeFitTheirFrames) {
  Part part;
  part.of.path.nibbles.assign(chain::TreePath::depth_max, 15);
  part.content.assign(part_bytes_max, 1);
  EXPECT_LE(encode_frame(part).size(), frame_bytes_max(part_frame));
  Snapshot snapshot;
  consensus::EpochStep step;
  step.closing.finalization.bitmap.assign(16, 0xFF);
  step.closing.finalization.signatures.resize(consensus::validators_max);
  step.next.resize(consensus::validators_max);
  snapshot.steps.assign(steps_max, step);
  snapshot.newest = step.closing;
  EXPECT_LE(encode_frame(snapshot).size(), frame_bytes_max(snapshot_frame));
  GetPart request;
  request.path = part.of.path;
  EXPECT_LE(encode_frame(request).size(), frame_bytes_max(get_part_frame));
}

}  // namespace
}  // namespace vostro::node::join
