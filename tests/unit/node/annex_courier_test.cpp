// Goal: a bank's node keeps what other banks' nodes give it on request, and nothing else; gives
// each annex to whom the ledger names, also where it has pruned the order. Method: couriers of
// several banks over one ledger, joined by hand-carried frames.
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <filesystem>

#include "node/annexes/courier.h"
#include "node/annexes/ledger.h"
#include "tests/unit/node/annex_support.h"

namespace vostro::node {
namespace {

using namespace test;  // NOLINT: builders
using chain::OwnedId;
using chain::SealedAnnex;

// ---- what is wanted ----

WantedAnnex wanted_from(std::string_view from, std::uint64_t id) {
  return {named(from, id), hash_of("annex"), bic(from), UnixMillis(0)};
}

TEST(WantedAnnexesTest, AsksEachBankOnceAtATime) {
  WantedAnnexes wanted;
  EXPECT_FALSE(wanted.next_ms());
  for (std::uint64_t id = 1; id <= annex_names_max + 3; ++id)
    wanted.want(wanted_from("NORDDEFF", id), 0);
  wanted.want(wanted_from("SUDBFRPP", 1), 0);
  const auto requests = wanted.due(0);
  ASSERT_EQ(requests.size(), 2U);
  EXPECT_EQ(requests[0].names.size(), annex_names_max);
  EXPECT_TRUE(std::ranges::is_sorted(requests[0].names));
  EXPECT_EQ(requests[1].names.size(), 1U);
  EXPECT_TRUE(wanted.due(1).empty()) << "both are asked";
  wanted.drop(requests[1].names[0]);
  EXPECT_TRUE(wanted.on_answer(bic("SUDBFRPP"), {}, 1));
  EXPECT_FALSE(wanted.on_answer(bic("SUDBFRPP"), {}, 1)) << "nothing was asked";
  // An answer that leaves some out: they are due at once, with those that had not their turn.
  wanted.drop(requests[0].names[0]);
  EXPECT_TRUE(wanted.on_answer(bic("NORDDEFF"), {requests[0].names[1]}, 2));
  const auto next = wanted.due(2);
  ASSERT_EQ(next.size(), 1U);
  EXPECT_EQ(next[0].names.size(), annex_names_max);
}

TEST(WantedAnnexesTest, WhoeverAnswersWithNothingIsNotAskedWithEachRoundTrip) {
  WantedAnnexes wanted;
  wanted.want(wanted_from("NORDDEFF", 1), 0);
  wanted.want(wanted_from("NORDDEFF", 2), 0);
  std::uint64_t now = 0;
  std::size_t requests = 0;
  for (; now < 60'000; ++now) {  // each is answered within a millisecond
    if (wanted.due(now).empty()) continue;
    ++requests;
    wanted.on_answer(bic("NORDDEFF"), {named("SUDBFRPP", 9)}, now);
  }
  EXPECT_LT(requests, 12U);
  EXPECT_GT(requests, 5U);
}

TEST(WantedAnnexesTest, AsksAgainLaterAndLater) {
  WantedAnnexes wanted;
  const WantedAnnex one = wanted_from("NORDDEFF", 1);
  wanted.want(one, 0);
  std::uint64_t now = 0;
  std::uint64_t before = 0;
  for (int i = 0; i < 12; ++i) {
    ASSERT_EQ(wanted.due(now).size(), 1U) << i;
    wanted.on_answer(bic("NORDDEFF"), {one.name}, now);
    const std::uint64_t delay = *wanted.next_ms() - now;
    EXPECT_GE(delay, before);
    EXPECT_LE(delay, WantedAnnexes::delay_max_ms);
    before = delay;
    EXPECT_TRUE(wanted.due(now + delay - 1).empty());
    now += delay;
  }
  EXPECT_EQ(before, WantedAnnexes::delay_max_ms);
  // No answer counts as one.
  ASSERT_EQ(wanted.due(now).size(), 1U);
  EXPECT_TRUE(wanted.due(now + WantedAnnexes::answer_ms).empty());
  EXPECT_EQ(wanted.due(now + WantedAnnexes::answer_ms + WantedAnnexes::delay_max_ms).size(), 1U);
  wanted.on_unreachable(bic("NORDDEFF"), now);
  EXPECT_EQ(wanted.next_ms(), now + 1'000);
  EXPECT_EQ(wanted.drop_aged(UnixMillis(WantedAnnexes::age_max_ms)), 0U);
  EXPECT_EQ(wanted.drop_aged(UnixMillis(WantedAnnexes::age_max_ms + 1)), 1U);
  EXPECT_EQ(wanted.size(), 0U);
  EXPECT_FALSE(wanted.next_ms());
}

TEST(WantedAnnexesTest, ABankThatGivesNothingTakesNoOthersPlace) {
  WantedAnnexes wanted;
  std::uint64_t id = 0;
  for (std::size_t i = 0; i < WantedAnnexes::of_bank_max; ++i)
    ASSERT_TRUE(wanted.want(wanted_from("NORDDEFF", ++id), 0));
  EXPECT_FALSE(wanted.want(wanted_from("NORDDEFF", ++id), 0));
  for (std::size_t i = 0; i < WantedAnnexes::of_bank_max; ++i)
    ASSERT_TRUE(wanted.want(wanted_from("SUDBFRPP", ++id), 0));
  while (wanted.size() < WantedAnnexes::count_max)
    ASSERT_TRUE(wanted.want(wanted_from("FXPRUS33", ++id), 0));
  // All is full: one of the bank with the most gives way.
  const WantedAnnex more = wanted_from("FXPRUS33", ++id);
  EXPECT_FALSE(wanted.want(more, 0));
  EXPECT_NE(wanted.find(more.name), nullptr);
  EXPECT_EQ(wanted.size(), WantedAnnexes::count_max);
  EXPECT_TRUE(wanted.want(more, 0)) << "wanted already";
}

// ---- frames ----

TEST(AnnexFrames, SurviveTheirEncodingAndRefuseTheRest) {
  const AnnexRequest request{{named("NORDDEFF", 1), named("NORDDEFF", 2)}};
  const auto decoded = decode_annex_message(encode_annex_message(request));
  ASSERT_TRUE(decoded);
  EXPECT_EQ(std::get<AnnexRequest>(*decoded), request);
  const SealedAnnex annex = sealed_to(named("NORDDEFF", 1), "one");
  const AnnexAnswer answer{{{chain::encode_sealed_annex(annex)}}, {named("A1B2DEFF", 1)}, {}};
  const auto answered = decode_annex_message(encode_annex_message(answer));
  ASSERT_TRUE(answered);
  EXPECT_EQ(std::get<DecodedAnswer>(*answered).annexes, std::vector{annex});

  const auto is_refused = [](const AnnexMessage& message) {
    return !decode_annex_message(encode_annex_message(message));
  };
  EXPECT_TRUE(is_refused(AnnexRequest{}));
  EXPECT_TRUE(is_refused(AnnexRequest{{named("NORDDEFF", 2), named("NORDDEFF", 1)}}));
  EXPECT_TRUE(is_refused(AnnexRequest{{named("NORDDEFF", 1), named("NORDDEFF", 1)}}));
  EXPECT_TRUE(is_refused(AnnexAnswer{{{Bytes{1, 2, 3}}}, {}, {}}));
  EXPECT_FALSE(decode_annex_message(Bytes(annex_frame_size_max + 1)));
  EXPECT_FALSE(decode_annex_message({}));
  const Bytes whole = encode_annex_message(answer);
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(decode_annex_message(ByteView(whole).first(size))) << size;
  for (const Byte tag : {Byte{0}, Byte{3}}) {
    Bytes other = whole;
    other[0] = tag;
    EXPECT_FALSE(decode_annex_message(other));
  }
}

// ---- couriers ----

/// A network whose banks can be sealed to: SUDBFRPP and its counterparts each to a key of its own.
chain::InitialState network_with_keys() {
  chain::InitialState initial = small_network();
  Byte seed = 100;
  for (chain::Participant& each : initial.participants)
    each.annex_key =
        each.bic == bic("SUDBFRPP")
            ? reader().public_key()
            : client::AnnexKey(SecretKey::from_seed(Bytes(SecretKey::seed_size, seed++)))
                  .public_key();
  return initial;
}

/// Banks' couriers over one chain. What they send stands in a queue until `carry`.
struct CourierTest : testing::Test {
  struct Frame {
    std::string from;
    Bic to;
    Bytes body;
  };
  struct Bank {
    std::unique_ptr<AnnexStore> annexes;
    std::unique_ptr<AnnexCourier> courier;
  };
  FakeNode node{network_with_keys()};
  std::mutex mutex;
  std::condition_variable came;
  std::deque<Frame> frames;
  std::set<Bic> unreachable;
  std::vector<std::string> penalised;
  std::map<Bic, Bank> banks;

  ~CourierTest() override {
    for (auto& [bank, parts] : banks) parts.courier->stop();
  }

  Bank& open(std::string_view name) {
    const Bic bank = bic(name);
    const auto now = [] { return UnixMillis(1'800'000'000'000); };
    Bank& parts = banks[bank];
    parts.courier.reset();
    parts.annexes =
        std::move(*AnnexStore::open(node.directory.path("annex-" + std::string(name)), {}, now));
    const auto send = [this, bank](const Bic& to, Bytes body) {
      const std::lock_guard lock(mutex);
      if (unreachable.contains(to)) return false;
      frames.push_back({to_text(bank), to, std::move(body)});
      came.notify_all();
      return true;
    };
    auto courier = AnnexCourier::open(
        {.mark_file = node.directory.path("annex-" + std::string(name)) + "/mark",
         .bank = bank,
         .store = node.store(),
         .annexes = *parts.annexes,
         .steady_ms =
             [] {
               return static_cast<std::uint64_t>(
                   std::chrono::duration_cast<std::chrono::milliseconds>(
                       std::chrono::steady_clock::now().time_since_epoch())
                       .count());
             },
         .has_room = [] { return true; },
         .send_to_bank = send,
         .send_to_peer = [send](const std::string& peer,
                                Bytes body) { return send(bic(peer), std::move(body)); },
         .penalise =
             [this](const std::string& peer, std::string) {
               const std::lock_guard lock(mutex);
               penalised.push_back(peer);
             }});
    VOSTRO_CHECK(courier.has_value());
    parts.courier = std::move(*courier);
    parts.courier->on_block(node.store().head()->height, true);
    return parts;
  }
  void tell() {
    for (auto& [bank, parts] : banks) parts.courier->on_block(node.store().head()->height, true);
  }
  /// Carries frames until `until` holds; false where it does not within 20 s.
  bool carry(const std::function<bool()>& until) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!until()) {
      std::optional<Frame> next;
      {
        std::unique_lock lock(mutex);
        came.wait_for(lock, std::chrono::milliseconds(20), [this] { return !frames.empty(); });
        if (!frames.empty()) {
          next = std::move(frames.front());
          frames.pop_front();
        }
      }
      if (next) {
        if (const auto to = banks.find(next->to); to != banks.end())
          to->second.courier->on_frame(next->from, next->body);
      }
      if (std::chrono::steady_clock::now() > end) return false;
    }
    return true;
  }
  /// All have read the chain to its end.
  bool settle() {
    tell();
    return carry([this] {
      return std::ranges::all_of(banks, [this](const auto& each) {
        return each.second.courier->figures().read_to == node.store().head()->height;
      });
    });
  }
  AnnexState state(std::string_view bank, const OwnedId& name) {
    return banks.at(bic(bank)).annexes->state(name);
  }
  /// NORDDEFF pays SUDBFRPP with an annex, and gives it to its node.
  SealedAnnex pay(const std::string& text, bool is_given = true) {
    auto builder = node.payment();
    const OwnedId name{bic("NORDDEFF"), builder.verified()->id().id};
    SealedAnnex sealed = sealed_to(name, text);
    builder.annex(sealed.commitment);
    if (is_given) {
      EXPECT_EQ(banks.at(bic("NORDDEFF")).annexes->put_early(sealed), AnnexPut::stored);
    }
    node.block({builder.verified()});
    return sealed;
  }
};

TEST_F(CourierTest, BringsAnAnnexToTheBanksConcernedAndToNobodyElse) {
  open("NORDDEFF");
  open("SUDBFRPP");
  open("FXPRUS33");
  const SealedAnnex annex = pay("invoice");
  const OwnedId name = annex.belongs_to;
  ASSERT_TRUE(settle());
  ASSERT_TRUE(carry([&] { return state("SUDBFRPP", name) == AnnexState::kept; }));
  EXPECT_EQ(banks.at(bic("SUDBFRPP")).annexes->read(name), annex);
  EXPECT_EQ(state("NORDDEFF", name), AnnexState::kept);
  EXPECT_EQ(state("FXPRUS33", name), AnnexState::absent);
  EXPECT_EQ(banks.at(bic("FXPRUS33")).courier->figures().wanted, 0U);
  // Nor where it asks.
  banks.at(bic("NORDDEFF"))
      .courier->on_frame("FXPRUS33", encode_annex_message(AnnexRequest{{name}}));
  Frame answer;
  ASSERT_TRUE(carry([&] {
    const std::lock_guard lock(mutex);
    if (frames.empty()) return false;
    answer = frames.front();
    return true;
  }));
  const auto said = decode_annex_message(answer.body);
  ASSERT_TRUE(said);
  EXPECT_TRUE(std::get<DecodedAnswer>(*said).annexes.empty());
  EXPECT_EQ(std::get<DecodedAnswer>(*said).absent, std::vector{name});
}

TEST_F(CourierTest, CountsABlockWithoutAnnexesAsReadAtOnce) {
  AnnexCourier& courier = *open("NORDDEFF").courier;
  ASSERT_TRUE(settle());
  node.block({node.payment().verified()});
  courier.on_block(node.store().head()->height, false);
  EXPECT_EQ(courier.figures().read_to, node.store().head()->height);
}

TEST_F(CourierTest, PassesNoUnreadBlockOver) {
  open("NORDDEFF");
  ASSERT_TRUE(settle());
  // Of the block with the annex it is not told, as after a start.
  const SealedAnnex annex = pay("between");
  node.block({node.payment().verified()});
  banks.at(bic("NORDDEFF")).courier->on_block(node.store().head()->height, false);
  ASSERT_TRUE(carry([&] { return state("NORDDEFF", annex.belongs_to) == AnnexState::kept; }));
}

TEST_F(CourierTest, AsksUntilItIsThereAlsoAfterARestart) {
  open("NORDDEFF");
  unreachable.insert(bic("NORDDEFF"));
  open("SUDBFRPP");
  const SealedAnnex annex = pay("late", false);
  const OwnedId name = annex.belongs_to;
  ASSERT_TRUE(settle());
  EXPECT_EQ(banks.at(bic("SUDBFRPP")).courier->figures().wanted, 1U);
  open("SUDBFRPP");  // it comes back, and knows what it lacks from its mark
  ASSERT_TRUE(settle());
  EXPECT_EQ(banks.at(bic("SUDBFRPP")).courier->figures().wanted, 1U);
  {
    const std::lock_guard lock(mutex);
    unreachable.clear();
  }
  // Reachable, and without it; then the bank gives it, and it comes.
  ASSERT_TRUE(carry([&] { return banks.at(bic("NORDDEFF")).courier->figures().refused > 0; }));
  ASSERT_EQ(banks.at(bic("NORDDEFF")).annexes->put_kept(annex), AnnexPut::stored);
  ASSERT_TRUE(carry([&] { return state("SUDBFRPP", name) == AnnexState::kept; }));
  // Without its mark it reads the chain again, and finds all as it was.
  banks.at(bic("SUDBFRPP")).courier.reset();
  std::filesystem::remove(node.directory.path("annex-SUDBFRPP/mark"));
  open("SUDBFRPP");
  ASSERT_TRUE(settle());
  EXPECT_EQ(banks.at(bic("SUDBFRPP")).courier->figures().wanted, 0U);
}

TEST_F(CourierTest, TakesNothingThatItDidNotAskFor) {
  open("NORDDEFF");
  open("SUDBFRPP");
  unreachable.insert(bic("NORDDEFF"));
  const SealedAnnex annex = pay("invoice", false);
  const OwnedId name = annex.belongs_to;
  ASSERT_TRUE(settle());
  AnnexCourier& sud = *banks.at(bic("SUDBFRPP")).courier;
  // Another bank puts its own bytes under the commitment that stands on the ledger for all to see.
  SealedAnnex forged = sealed_to(name, "forged");
  forged.commitment = annex.commitment;
  const auto answer_of = [](const SealedAnnex& sealed) {
    return encode_annex_message(AnnexAnswer{{{chain::encode_sealed_annex(sealed)}}, {}, {}});
  };
  sud.on_frame("FXPRUS33", answer_of(forged));
  EXPECT_EQ(state("SUDBFRPP", name), AnnexState::absent);
  // The bank asked gives another than the ledger's, and one that nobody ordered.
  sud.on_frame("NORDDEFF", answer_of(sealed_to(name, "another")));
  EXPECT_EQ(state("SUDBFRPP", name), AnnexState::absent);
  const SealedAnnex unasked = sealed_to(named("NORDDEFF", 99), "unasked");
  sud.on_frame("NORDDEFF", answer_of(unasked));
  EXPECT_EQ(state("SUDBFRPP", unasked.belongs_to), AnnexState::absent);
  // Nor does another bank's word make it give up.
  sud.on_frame("FXPRUS33", encode_annex_message(AnnexAnswer{{}, {}, {name}}));
  EXPECT_EQ(sud.figures().wanted, 1U);
  EXPECT_TRUE(penalised.empty());
  for (const Bytes& garbage : {Bytes{}, Bytes{9, 9, 9}, Bytes(1000, 2)})
    sud.on_frame("FXPRUS33", garbage);
  EXPECT_EQ(penalised.size(), 3U);
  sud.on_frame("NORDDEFF", answer_of(annex));
  EXPECT_EQ(state("SUDBFRPP", name), AnnexState::kept);
}

TEST_F(CourierTest, ErasedIsErased) {
  open("NORDDEFF");
  open("SUDBFRPP");
  const SealedAnnex first = pay("one");
  ASSERT_TRUE(settle());
  ASSERT_TRUE(carry([&] { return state("SUDBFRPP", first.belongs_to) == AnnexState::kept; }));
  ASSERT_TRUE(*banks.at(bic("SUDBFRPP")).annexes->erase(first.belongs_to));
  banks.at(bic("SUDBFRPP")).courier.reset();
  std::filesystem::remove(node.directory.path("annex-SUDBFRPP/mark"));
  open("SUDBFRPP");
  ASSERT_TRUE(settle());
  EXPECT_EQ(state("SUDBFRPP", first.belongs_to), AnnexState::erased) << "it is not fetched again";
  EXPECT_EQ(banks.at(bic("SUDBFRPP")).courier->figures().wanted, 0U);
  // What the bank that sealed it has erased is asked for no more.
  unreachable.insert(bic("NORDDEFF"));
  const SealedAnnex second = pay("two");
  ASSERT_TRUE(settle());
  ASSERT_TRUE(*banks.at(bic("NORDDEFF")).annexes->erase(second.belongs_to));
  {
    const std::lock_guard lock(mutex);
    unreachable.clear();
  }
  ASSERT_TRUE(carry([&] { return banks.at(bic("SUDBFRPP")).courier->figures().wanted == 0; }));
  EXPECT_EQ(state("SUDBFRPP", second.belongs_to), AnnexState::absent);
}

TEST_F(CourierTest, GivesWhatItHasAlsoOfBlocksThatWerePruned) {
  open("NORDDEFF");
  unreachable.insert(bic("NORDDEFF"));
  open("SUDBFRPP");
  const SealedAnnex annex = pay("invoice");
  const OwnedId name = annex.belongs_to;
  for (int i = 0; i < 3; ++i) node.block({node.payment().verified()});
  ASSERT_TRUE(settle());
  node.prune(node.store().head()->height);
  ASSERT_FALSE(node.store().view().first_receipt(name)) << "it has settled: only its id is left";
  {
    const std::lock_guard lock(mutex);
    unreachable.clear();
  }
  ASSERT_TRUE(carry([&] { return state("SUDBFRPP", name) == AnnexState::kept; }));
  // To whom it is not sealed it is not given.
  const auto asks = [&](std::string_view bank) {
    return may_have_annex(node.store().view(), name, bic(bank), &annex);
  };
  EXPECT_TRUE(asks("NORDDEFF"));
  EXPECT_TRUE(asks("SUDBFRPP"));
  EXPECT_FALSE(asks("FXPRUS33"));
  EXPECT_FALSE(asks("OSTBATWW"));
}

TEST_F(CourierTest, CountsTheBlocksWhoseOrdersItCannotKnow) {
  const SealedAnnex annex = [&] {
    open("NORDDEFF");
    return pay("invoice");
  }();
  ASSERT_TRUE(settle());
  banks.clear();
  node.join();
  const Height head = node.store().head()->height;
  open("SUDBFRPP");
  ASSERT_TRUE(settle());
  EXPECT_EQ(banks.at(bic("SUDBFRPP")).courier->figures().skipped, head.value);
  open("SUDBFRPP");
  ASSERT_TRUE(settle());
  EXPECT_EQ(banks.at(bic("SUDBFRPP")).courier->figures().skipped, 0U) << "said once";
  node.block({node.payment().verified()});
  ASSERT_TRUE(settle());
  EXPECT_EQ(banks.at(bic("SUDBFRPP")).courier->figures().skipped, 0U);
  EXPECT_EQ(state("SUDBFRPP", annex.belongs_to), AnnexState::absent);
}

TEST_F(CourierTest, ReadsNoMoreForARequestThanForAnAnswer) {
  Bank& nord = open("NORDDEFF");
  std::vector<OwnedId> names;
  for (std::uint64_t id = 1; id <= 20; ++id) {
    names.push_back(named("NORDDEFF", id));
    client::Annex annex;
    annex.salt = client::fresh_salt();
    annex.message = Bytes(100'000, 1);
    const auto sealed = client::seal(annex, names.back(), {reader().public_key()});
    ASSERT_TRUE(sealed);
    ASSERT_EQ(nord.annexes->put_kept(*sealed), AnnexPut::stored);
  }
  std::ranges::sort(names);
  nord.courier->on_frame("FXPRUS33", encode_annex_message(AnnexRequest{names}));
  const std::lock_guard lock(mutex);
  ASSERT_EQ(frames.size(), 1U);
  const auto said = decode_annex_message(frames.front().body);
  ASSERT_TRUE(said);
  const auto& answer = std::get<DecodedAnswer>(*said);
  EXPECT_TRUE(answer.annexes.empty()) << "they are not for this bank";
  EXPECT_FALSE(answer.absent.empty());
  EXPECT_LT(answer.absent.size(), 7U) << "files of half a mebibyte were read, and no more";
}

TEST_F(CourierTest, OfARejectedOrderNothingIsAskedFor) {
  open("SUDBFRPP");
  auto builder = node.payment(100'000'000'00);  // far more than there is
  builder.annex(hash_of("annex"));
  node.block({builder.verified()});
  ASSERT_TRUE(settle());
  EXPECT_EQ(banks.at(bic("SUDBFRPP")).courier->figures().wanted, 0U);
}

// ---- what the ledger says ----

chain::ExecutedBlock block_of(std::vector<chain::VerifiedTransactionPtr> transactions) {
  chain::ExecutedBlock block;
  block.transactions = std::move(transactions);
  return block;
}

TEST(AnnexLedger, KnowsWhoseBusinessEachOrderIs) {
  FakeNode node(network_with_keys());
  const Hash hash = hash_of("annex");
  const auto payment = node.payment().annex(hash).verified();
  const auto plain = node.payment().verified();
  const auto redeem = a_transaction(chain::Redeem{account("SUDBFRPP/main"), eur(500), hash})
                          .id(node.next_id())
                          .signed_by({"sud"})
                          .verified();
  auto bulk = a_batch();
  bulk.id(node.next_id()).item(node.next_id(), "SUDBFRPP/main", 100);
  EXPECT_FALSE(has_annexes(block_of({plain, bulk.verified()})));
  chain::Credit credit = a_credit("SUDBFRPP/main", 100);
  credit.annex = hash;
  bulk.item(node.next_id(), credit);
  for (const auto& order : {payment, redeem, bulk.verified()})
    EXPECT_TRUE(has_annexes(block_of({plain, order})));
  node.block({payment, plain, redeem});
  const chain::StoreView view = node.store().view();
  EXPECT_EQ(annex_orders_of(payment->transaction(), view),
            (std::vector{AnnexOrder{payment->id(), hash, bic("SUDBFRPP")}}));
  EXPECT_TRUE(annex_orders_of(plain->transaction(), view).empty());
  EXPECT_EQ(annex_orders_of(redeem->transaction(), view),
            (std::vector{AnnexOrder{redeem->id(), hash, bic("AGNTDEFF")}}));
  EXPECT_EQ(annex_order_on_ledger(view, payment->id())->commitment, hash);
  EXPECT_FALSE(annex_order_on_ledger(view, plain->id()));
  EXPECT_FALSE(annex_order_on_ledger(view, named("NORDDEFF", 424'242)));
  AnnexCommitments commitments(view);
  EXPECT_EQ(commitments.of(payment->id(), payment->hash()), hash);
  EXPECT_FALSE(commitments.of(plain->id(), plain->hash()));

  // A Redeem's annex is for whom it is sealed to.
  const auto agent = chain::load<chain::Participant>(view, bic("AGNTDEFF"));
  const auto sealed_for = [&](const OwnedId& name) {
    client::Annex annex;
    annex.salt = client::fresh_salt();
    return *client::seal(annex, name, {reader().public_key(), *agent->annex_key});
  };
  struct Row {
    OwnedId name;
    const char* bank;
    bool may;
  };
  for (const Row& row :
       {Row{payment->id(), "NORDDEFF", true}, Row{payment->id(), "SUDBFRPP", true},
        Row{payment->id(), "FXPRUS33", false}, Row{payment->id(), "AGNTDEFF", false},
        Row{redeem->id(), "SUDBFRPP", true}, Row{redeem->id(), "AGNTDEFF", true},
        Row{redeem->id(), "NORDDEFF", false}, Row{named("NORDDEFF", 424'242), "NORDDEFF", false}}) {
    const SealedAnnex sealed = sealed_for(row.name);
    EXPECT_EQ(may_have_annex(view, row.name, bic(row.bank), &sealed), row.may)
        << to_text(row.name) << " " << row.bank;
  }
  EXPECT_FALSE(may_have_annex(view, redeem->id(), bic("AGNTDEFF"), nullptr));
}

TEST(AnnexLedger, NamesActiveSupervisors) {
  MemoryLedger ledger{small_network(), network(), start_time};
  EXPECT_TRUE(supervisors(ledger.store()).empty());
  chain::Participant watcher = a_participant("FXPRUS33", simple_policy({"desk"}), 2);
  watcher.roles.bits |= static_cast<std::uint8_t>(chain::ParticipantRole::supervisor);
  ledger.write<chain::Participant>(watcher.bic, watcher);
  EXPECT_EQ(supervisors(ledger.store()), std::set{watcher.bic});
  watcher.status = chain::Standing::suspended;
  ledger.write<chain::Participant>(watcher.bic, watcher);
  EXPECT_TRUE(supervisors(ledger.store()).empty());
}

}  // namespace
}  // namespace vostro::node
