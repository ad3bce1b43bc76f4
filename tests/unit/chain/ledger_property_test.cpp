// Goal: whatever banks send, no unit appears or vanishes, and layers over unfinalized blocks
// compute what the store does. Method: random orders and answers over few accounts and ids, so that
// they meet each other; every block's invariants and the whole state's are checked, and each block
// is executed on a pile of layers and on the flat store, with equal roots.
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <random>

#include "tests/unit/chain/ledger_harness.h"

namespace vostro::test {
namespace {

using namespace chain;

/// Takes names from short lists, so that orders collide. Modulo on purpose: the standard
/// distributions differ between libraries, and a seed must mean the same run everywhere.
class RandomBanks {
 public:
  RandomBanks(Network& network, std::uint64_t seed) : n_(network), random_(seed) {}

  VerifiedTransactionPtr next() {
    switch (pick(17)) {
      case 0:
      case 1:
      case 2:
      case 3:
        return order();
      case 4:
        return exchange();
      case 5:
        return bulk();
      case 6:
        return sign(Accept{ask_, any_payment()}, "sud");
      case 7:
        return sign(Reject{ask_, any_payment(), code("AC04")}, "sud");
      case 8:
        return sign(Block{ask_, any_payment(), "law", {}}, "sud");
      case 9:
        return sign(
            Unblock{
                ask_, any_payment(), pick(2) == 0 ? UnblockTo::pay : UnblockTo::release, "law", {}},
            "sud");
      case 10:
        return recall();
      case 11:
        return giving_back();
      case 12:
        return sign(Cancel{any_payment(), {}}, pick(2) == 0 ? "slow" : "maker");
      case 13:
        return redeem();
      case 14:
        return sign(
            RedeemOutcome{bic("AGNTDEFF"), any_of(redemptions_), RedeemResult::paid, {}, {}},
            "agent");
      case 15:
        return sign(AttestReserves{bic("AGNTDEFF"), currency(pick(2) == 0 ? "EUR" : "USD"),
                                   MinorUnits(static_cast<std::int64_t>(pick(200'000'000))),
                                   hash_of("statement"), n_.in_seconds(pick(3))},
                    "agent");
      default:
        return sign(Issue{bic("AGNTDEFF"), account(any_account()), amount(),
                          hash_of(std::to_string(pick(200)))},
                    "agent");
    }
  }

 private:
  std::uint64_t pick(std::uint64_t below) { return random_() % below; }
  const OwnedId& any_of(const std::vector<OwnedId>& names) {
    static const OwnedId none{bic("NORDDEFF"), uetr(1)};
    return names.empty() ? none
                         : names[names.size() - 1 - pick(std::min<std::size_t>(names.size(), 12))];
  }
  const OwnedId& any_payment() { return any_of(payments_); }
  std::string_view any_account() {
    static constexpr std::string_view accounts[] = {"NORDDEFF/main", "NORDDEFF/slow",
                                                    "SUDBFRPP/main", "SUDBFRPP/ask"};
    return accounts[pick(4)];
  }
  static std::string_view signer_of(std::string_view name) {
    return name == "NORDDEFF/slow" ? "slow" : name.substr(0, 4) == "NORD" ? "maker" : "sud";
  }
  Money amount() {
    return money(pick(2) == 0 ? "EUR" : "USD", static_cast<std::int64_t>(1 + pick(4'000'00)));
  }

  VerifiedTransactionPtr sign(Body body, std::string_view signer) {
    return a_transaction(std::move(body))
        .id(n_.next_id())
        .signed_by({signer})
        .valid_until(n_.soon())
        .verified();
  }
  VerifiedTransactionPtr order() {
    const std::string_view from = any_account();
    std::string_view to = any_account();
    if (to == from) to = "SUDBFRPP/fees";
    auto payment = n_.payment(from, to, amount()).signed_by({signer_of(from)});
    if (pick(4) != 0) payment.accept_by(n_.in_seconds(1 + pick(40)));
    const bool has_sud = from.substr(0, 4) == "SUDB" || to.substr(0, 4) == "SUDB";
    if (has_sud && pick(3) == 0)
      payment.charge(debtor_charge("SUDBFRPP/fees", static_cast<std::int64_t>(1 + pick(99))));
    return remember(payment.verified());
  }
  VerifiedTransactionPtr exchange() {
    FxPaymentBuilder payment;
    payment.id(n_.next_id()).valid_until(n_.soon());
    const auto euros = static_cast<std::int64_t>(1 + pick(1'000'00));
    const auto price = price_of(MinorUnits(euros), {10842, 4}, 2, 2);
    payment.amount(eur(euros)).debtor_amount(usd(price->value));
    payment.quote(
        a_quote().id(uetr(800 + pick(4))).limit(2'000'00).expires_at(n_.in_seconds(30)).build());
    if (pick(2) == 0) payment.to("SUDBFRPP/ask").accept_by(n_.in_seconds(1 + pick(40)));
    return remember(payment.verified());
  }
  VerifiedTransactionPtr bulk() {
    BatchBuilder batch;
    batch.id(n_.next_id()).valid_until(n_.soon());
    for (std::uint64_t i = 0; i < 3; ++i) {
      const Uuid item = n_.next_id();
      batch.item(item, pick(2) == 0 ? "SUDBFRPP/ask" : "SUDBFRPP/main",
                 static_cast<std::int64_t>(1 + pick(1'000'00)));
      payments_.push_back({bic("NORDDEFF"), item});
    }
    if (pick(2) == 0) batch.accept_by(n_.in_seconds(1 + pick(40)));
    return batch.verified();
  }
  VerifiedTransactionPtr recall() {
    const OwnedId name = any_payment();
    const auto original = n_.ledger.first_receipt(name);
    const bool is_slow =
        original && original->receipt.payment && original->receipt.payment->debtor.label == "slow";
    std::optional<Original> shown;
    if (original && original->receipt.payment) shown = original;
    return sign(
        Recall{account(is_slow ? "NORDDEFF/slow" : "NORDDEFF/main"), name, code("DUPL"), shown},
        is_slow ? "slow" : "maker");
  }
  VerifiedTransactionPtr giving_back() {
    const auto original = n_.ledger.first_receipt(any_payment());
    if (!original || !original->receipt.payment) return order();
    const PaymentFacts& facts = *original->receipt.payment;
    return sign(
        Return{*original,
               MinorUnits(1 + static_cast<std::int64_t>(pick(2)) * (facts.amount.units.value - 1)),
               code("FOCR"),
               {}},
        signer_of(to_text(facts.creditor)));
  }
  VerifiedTransactionPtr redeem() {
    const std::string_view from = any_account();
    auto transaction = sign(Redeem{account(from), amount(), {}}, signer_of(from));
    redemptions_.push_back(transaction->id());
    return transaction;
  }
  VerifiedTransactionPtr remember(VerifiedTransactionPtr transaction) {
    payments_.push_back(transaction->id());
    return transaction;
  }

  Network& n_;
  std::mt19937_64 random_;
  AccountId ask_ = account("SUDBFRPP/ask");
  std::vector<OwnedId> payments_;
  std::vector<OwnedId> redemptions_;
};

std::uint64_t seed_of_run() {
  const char* given = std::getenv("VOSTRO_SEED");
  return given != nullptr ? std::strtoull(given, nullptr, 10) : 20'261'123;
}

TEST(LedgerProperty, RandomOrdersKeepEveryInvariantAndLayersEqualTheStore) {
  constexpr int kBlocks = 250;
  constexpr std::size_t kOrders = 16;
  constexpr std::size_t kLayers = 4;
  const std::uint64_t seed = seed_of_run();
  std::printf("seed %llu (VOSTRO_SEED)\n", static_cast<unsigned long long>(seed));
  Network n;
  RandomBanks banks(n, seed);
  std::mt19937_64 random(seed + 1);
  std::map<std::string, int> outcomes;

  // The layers stand on a store of their own, which lags behind by up to kLayers blocks.
  MemoryStore base = n.ledger.store();
  std::vector<std::unique_ptr<Branch>> layers;
  for (int round = 0; round < kBlocks; ++round) {
    std::vector<VerifiedTransactionPtr> candidates;
    for (std::size_t i = 0; i < kOrders; ++i) candidates.push_back(banks.next());
    candidates.push_back(candidates[random() % kOrders]);
    candidates.push_back(n.payment().verified());  // some work is left in any case
    const UnixMillis before = n.ledger.time();
    const UnixMillis time(before.value + 1 + random() % 3'000);
    const ExecutedBlock& block = n.ledger.block(candidates, time);
    for (const Receipt& receipt : block.receipts) ++outcomes[Network::word_of(receipt)];

    const StateReader& state =
        layers.empty() ? static_cast<const StateReader&>(base) : *layers.back();
    const NodeReader& tree = layers.empty() ? static_cast<const NodeReader&>(base) : *layers.back();
    auto layered = execute_block(state, tree, consensus::Judge(),
                                 {network(),
                                  block.height,
                                  time,
                                  n.ledger.digest_of(Height(block.height.value - 1)),
                                  before,
                                  candidates,
                                  {}});
    ASSERT_TRUE(layered.has_value()) << layered.error().what << ", seed " << seed;
    ASSERT_EQ(layered->tx_root, block.tx_root) << "seed " << seed << " block " << round;
    ASSERT_EQ(layered->receipt_root, block.receipt_root) << "seed " << seed << " block " << round;
    ASSERT_EQ(layered->state_root, block.state_root) << "seed " << seed << " block " << round;
    ASSERT_EQ(layered->state, block.state) << "seed " << seed << " block " << round;
    ASSERT_EQ(layered->receipts, block.receipts) << "seed " << seed << " block " << round;
    layers.push_back(std::make_unique<Branch>(
        std::make_shared<const ExecutedBlock>(*std::move(layered)), state, tree));
    ASSERT_EQ(layers.back()->scan(Bytes{'h'}, {}, 1'000),
              n.ledger.store().scan(Bytes{'h'}, {}, 1'000));
    ASSERT_EQ(layers.back()->scan(Bytes{'u'}, {}, 3), n.ledger.store().scan(Bytes{'u'}, {}, 3));
    if (layers.size() > kLayers) {
      base.apply(layers.front()->block());
      layers.erase(layers.begin());
      layers.front()->rebase(base, base);
    }
  }
  // The run means something only if all the steps of a payment's life occurred in it.
  for (const char* word :
       {"settled", "held", "delayed", "released", "blocked", "cancelled", "returned", "done",
        "funds_short", "wrong_state", "not_found", "acceptance_needed", "recall_requested"})
    EXPECT_GT(outcomes[word], 0) << word << ", seed " << seed;
}

// Executing is a function of state and block: the same twice.
TEST(LedgerProperty, TheSameBlockTwiceIsTheSame) {
  Network n;
  RandomBanks banks(n, 7);
  std::vector<VerifiedTransactionPtr> candidates;
  for (int i = 0; i < 50; ++i) candidates.push_back(banks.next());
  const UnixMillis time(n.ledger.time().value + 5);
  const auto one = n.ledger.try_block(candidates, time);
  const auto two = n.ledger.try_block(candidates, time);
  ASSERT_TRUE(one.has_value() && two.has_value());
  EXPECT_EQ(one->state, two->state);
  EXPECT_EQ(one->nodes, two->nodes);
  EXPECT_EQ(one->state_root, two->state_root);
}

// The checkers themselves: each notices what it is there for.

TEST(Invariants, EachNoticesItsBreach) {
  Network n;
  const AccountId main = account("NORDDEFF/main");
  const Currency euro = currency("EUR");
  const OwnedId name{bic("NORDDEFF"), uetr(1)};
  Hold hold;
  hold.kind = HoldKind::redeem;
  hold.debtor = hold.creditor = main;
  hold.principal = hold.amount = eur(5);
  {
    State state(n.ledger.store());
    state.set_balance(main, euro, MinorUnits(1));
    EXPECT_FALSE(check_money_equation(state).has_value());
    EXPECT_FALSE(check_entries_explain_balances(state, {}).has_value());
    EXPECT_TRUE(check_nothing_negative(state).has_value());
  }
  {
    State state(n.ledger.store());
    state.set_balance(main, euro, MinorUnits(-1));
    EXPECT_FALSE(check_nothing_negative(state).has_value());
  }
  {
    State state(n.ledger.store());
    state.put_hold(name, hold);
    state.set_balance(main, euro, MinorUnits(10'000'00 - 5));
    EXPECT_TRUE(check_money_equation(state).has_value());
    EXPECT_FALSE(check_holds_end_once(state, {}).has_value());
    EXPECT_FALSE(check_open_redemptions(state).has_value());
    EXPECT_FALSE(check_block(state, {}).has_value());
  }
  Receipt receipt = a_payment_receipt(1);
  EXPECT_TRUE(check_entries_balance({receipt}).has_value());
  receipt.entries[0].amount = MinorUnits(1);
  EXPECT_FALSE(check_entries_balance({receipt}).has_value());

  n.ledger.write(BalanceKey{main, euro}, Balance{MinorUnits(1)});
  EXPECT_FALSE(check_whole_state(n.ledger.store()).has_value());
}

TEST(State, RollBackLeavesNoTraceAndNoChange) {
  Network n;
  State state(n.ledger.store());
  const AccountId main = account("NORDDEFF/main");
  state.set_balance(main, currency("EUR"), MinorUnits(1));
  state.set_balance(main, currency("EUR"), MinorUnits(2));
  state.erase<AccountRecord>(main);
  state.roll_back();
  EXPECT_EQ(state.balance(main, currency("EUR")), MinorUnits(10'000'00));
  EXPECT_NE(state.find<AccountRecord>(main), nullptr);
  EXPECT_TRUE(state.changes().empty());
  state.set_balance(main, currency("EUR"), MinorUnits(0));
  state.commit();
  state.roll_back();
  const Changes changes = state.changes();
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(changes.begin()->second, std::nullopt) << "no record stands for zero";
}

// Genesis.

TEST(InitialState, EachMistakeIsNamed) {
  struct Case {
    std::function<void(InitialState&)> spoil;
    InitialStateReason reason;
    std::string where;
  };
  using enum InitialStateReason;
  const std::vector<Case> cases{
      {[](InitialState& s) { s.parameters.max_due = 0; }, bad_parameter, "max_due"},
      {[](InitialState& s) { s.parameters.money_max = MinorUnits(money_max_default.value + 1); },
       bad_parameter, "money_max"},
      {[](InitialState& s) { s.participants[0].legal_name.clear(); }, bad_participant,
       "participant NORDDEFF"},
      {[](InitialState& s) {
         s.participants[0].country = {'Z', 'Z'};
       },
       bad_participant, "participant NORDDEFF"},
      {[](InitialState& s) { s.participants[0].policy.keys.clear(); }, bad_policy,
       "participant NORDDEFF: " + std::string(to_string(PolicyError::key_count))},
      {[](InitialState& s) { s.participants.push_back(s.participants[0]); }, repeated,
       "participant NORDDEFF"},
      {[](InitialState& s) { s.accounts.push_back(s.accounts[0]); }, repeated,
       "account NORDDEFF/main"},
      {[](InitialState& s) { s.accounts[0].id.label = "Main"; }, bad_account,
       "account NORDDEFF/Main"},
      {[](InitialState& s) { s.accounts[0].id.owner = bic("WESTDEFF"); }, unknown_owner,
       "account WESTDEFF/main"},
      {[](InitialState& s) { s.currencies[0].agent = bic("WESTDEFF"); }, unknown_owner,
       "currency EUR"},
      {[](InitialState& s) { s.currencies[0].exponent = 3; }, bad_currency, "currency EUR"},
      {[](InitialState& s) { s.currencies[0].agent = bic("NORDDEFF"); }, agent_lacks_role,
       "currency EUR"},
      {[](InitialState& s) { s.currencies.push_back(s.currencies[0]); }, repeated, "currency EUR"},
      {[](InitialState& s) { s.validators.clear(); }, bad_validator, "0 validators"},
      {[](InitialState& s) { s.validators.push_back(s.validators[0]); }, repeated,
       "validator " + to_hex(validator_id_of(bic("NORDDEFF")).view())},
      {[](InitialState& s) { s.validators[0].id.bytes[15] = 1; }, unknown_owner,
       "validator 4e4f5244444546465858580000000001"},
      {[](InitialState& s) { s.validators[0].key.bytes = {}; }, bad_validator,
       "validator " + to_hex(validator_id_of(bic("NORDDEFF")).view())},
  };
  for (const Case& row : cases) {
    InitialState initial = small_network();
    row.spoil(initial);
    const auto made = make_initial_state(initial);
    ASSERT_FALSE(made.has_value()) << row.where;
    EXPECT_EQ(made.error(), (InitialStateError{row.reason, row.where})) << made.error().where;
  }
}

TEST(Records, KeysSayWhatTheyStandFor) {
  const BalanceKey balance{account("NORDDEFF/a-1"), currency("EUR")};
  EXPECT_EQ(key_of<Balance>(balance), [] {
    Bytes bytes;
    append(bytes, as_bytes("bNORDDEFFXXXa-1"));
    bytes.push_back(0);
    append(bytes, as_bytes("EUR"));
    return bytes;
  }());
  EXPECT_EQ(balance_of_key(key_of<Balance>(balance)), balance);
  EXPECT_EQ(account_of_key(key_of<AccountRecord>(balance.account)), balance.account);
  EXPECT_EQ(account_of_key(key_of<Balance>(balance)), std::nullopt);
  const DueKey due{UnixSeconds(258), {bic("NORDDEFF"), uetr(1)}};
  EXPECT_EQ(due_of_key(key_of<DueMarker>(due)), due);
  EXPECT_LT(key_of<DueMarker>(due),
            key_of<DueMarker>({UnixSeconds(259), {bic("AGNTDEFF"), uetr(1)}}));
  EXPECT_EQ(owned_id_of_key(key_of<Hold>(due.name)), due.name);
  EXPECT_EQ(currency_of_key(key_of<CurrencyRecord>(currency("EUR"))), currency("EUR"));
  EXPECT_EQ(balance_of_key(Bytes{'b', 1, 2}), std::nullopt);
}

}  // namespace
}  // namespace vostro::test
