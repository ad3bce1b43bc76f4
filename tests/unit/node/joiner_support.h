/// A chain with signed proofs in a real store, and a joiner among peers who serve it: the
/// production server on each, liars that change its answers, virtual time.
#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/codec.h"
#include "chain/merkle.h"
#include "chain/records.h"
#include "node/join/joiner.h"
#include "node/join/server.h"
#include "tests/support/chain_builders.h"
#include "tests/support/consensus_net.h"
#include "tests/unit/node/api_support.h"

namespace vostro::node::join {

using consensus::FinalityProof;
using consensus::Header;

inline chain::StoreOptions options() {
  chain::StoreOptions made;
  made.cache_bytes = 4 * 1024 * 1024;
  made.write_buffer_bytes = 4 * 1024 * 1024;
  made.reserve_bytes = 0;
  made.proof_window = 100;
  return made;
}

inline consensus::BlockId block_id(const Hash& hash) {
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
    for (std::uint64_t i = 0; i < 40; ++i) {
      Bytes key{'z'};  // of no record
      append(key, encode(height * 10 + i));
      made[key] = Bytes(30, static_cast<Byte>(height));
    }
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

inline ServerLimits small_limits() {
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

}  // namespace vostro::node::join
