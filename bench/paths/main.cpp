/// vostro-bench-paths: runs each hot path of a validator a fixed number of times, for callgrind to
/// count its instructions. Without valgrind it shows nothing but that the paths work. `paths.py`
/// beside it starts it, and compares. Keys, names and order are fixed, so every run does the same.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>

#include <valgrind/callgrind.h>

#include "base/codec.h"
#include "bench/paths/voting.h"
#include "chain/tree.h"
#include "node/runtime/admission.h"
#include "node/runtime/head_state.h"
#include "tests/unit/chain/ledger_harness.h"

namespace vostro::bench {
namespace {

constexpr std::uint32_t kPayments = 500;  // of one block
constexpr std::uint32_t kItems = 1'000;   // of one bulk
constexpr std::uint32_t kAccounts = 100;  // of each of two banks
constexpr std::uint64_t kViews = 50;

/// A directory that goes with this.
class Scratch {
 public:
  Scratch() {
    std::string pattern = (std::filesystem::temp_directory_path() / "vostro-paths-XXXXXX").string();
    VOSTRO_CHECK(::mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  ~Scratch() {
    std::error_code ignored;  // the system clears its temporary files too
    std::filesystem::remove_all(path_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  [[nodiscard]] std::string under(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

/// What `work` costs is dumped under its name, to be divided by `units`.
void count(const std::string& name, std::uint64_t units, const std::function<void()>& work) {
  CALLGRIND_ZERO_STATS;
  work();
  CALLGRIND_DUMP_STATS_AT(name.c_str());
  std::printf("%s %llu\n", name.c_str(), static_cast<unsigned long long>(units));
}

std::string account_name(std::uint32_t number) {
  return (number % 2 == 0 ? "NORDDEFF/a" : "SUDBFRPP/a") + std::to_string(number / 2);
}

chain::InitialState many_accounts() {
  chain::InitialState initial = test::small_network();
  for (std::uint32_t i = 0; i < 2 * kAccounts; ++i)
    initial.accounts.push_back({test::account(account_name(i)), {}, test::accepts_all()});
  return initial;
}

/// The genesis state with money on every account.
void begin_ledger(chain::Store& store) {
  chain::ExecutedBlock genesis;
  genesis.time = test::start_time;
  genesis.state = *chain::make_initial_state(many_accounts());
  for (std::uint32_t i = 0; i < 2 * kAccounts; ++i)
    genesis.state.emplace(
        chain::key_of<chain::Balance>({test::account(account_name(i)), test::currency("EUR")}),
        chain::encode_record(chain::Balance{MinorUnits(1'000'000'00)}));
  const auto tree = chain::update_tree(store, genesis.state);
  genesis.nodes = tree.nodes;
  genesis.state_root = tree.root;
  VOSTRO_CHECK(store.commit({test::hash_of("anchor"), {}, {}, {}, false, {}, genesis}).has_value());
}

std::vector<Bytes> payments_of(std::uint64_t first_number) {
  std::vector<Bytes> made;
  for (std::uint32_t i = 0; i < kPayments; ++i) {
    const std::uint32_t from = i % (2 * kAccounts);
    const std::uint32_t to = (i * 7 + 1 + i / 200 * 2) % (2 * kAccounts);
    made.push_back(test::a_payment()
                       .id(test::uetr(first_number + i))
                       .from(account_name(from))
                       .to(account_name(to == from ? to ^ 1U : to))
                       .amount(test::eur(125 + i))
                       .signed_by({from % 2 == 0 ? "maker" : "sud"})
                       .bytes());
  }
  return made;
}

consensus::SignedBatch batch_of(const std::vector<Bytes>& payments) {
  consensus::SignedBatch batch;
  batch.batch.incarnation = 1;
  batch.batch.seq = 1;
  for (const Bytes& payment : payments) batch.batch.transactions.push_back({payment});
  return batch;
}

/// The next block of these.
chain::ExecutedBlock execute(const chain::Store& store,
                             std::vector<chain::VerifiedTransactionPtr> transactions) {
  const Height height = store.head()->height.next();
  const UnixMillis time(test::start_time.value + height.value);
  return *chain::execute_block(store, store, consensus::Judge(),
                               {test::network(),
                                height,
                                time,
                                store.head()->block,
                                store.head()->time,
                                std::move(transactions),
                                {}});
}

void commit(chain::Store& store, const chain::ExecutedBlock& executed, const Bytes& encoded) {
  const Hash id = test::hash_of(std::to_string(executed.height.value));
  const chain::StoredBatch batch{id, {Epoch(0), 0, 1, executed.height.value}, encoded};
  VOSTRO_CHECK(store.commit({id, {}, {}, {}, false, std::span(&batch, 1), executed}).has_value());
}

Bytes bulk_of(std::uint64_t first_number) {
  auto bulk = test::a_batch();
  bulk.id(test::uetr(first_number)).from(account_name(0));
  for (std::uint32_t i = 1; i <= kItems; ++i)
    bulk.item(test::uetr(first_number + i), account_name(1 + i % (2 * kAccounts - 1)), 5);
  return bulk.bytes();
}

/// One bulk is a block of its own.
void count_bulk(chain::Store& store) {
  for (const bool counted : {false, true}) {
    const auto path = [&](const std::string& name, const auto& work) {
      counted ? count(name, kItems, work) : work();
    };
    const Height height = store.head()->height.next();
    const Bytes bytes = bulk_of(height.value * 10'000);
    chain::VerifiedTransactionPtr verified;
    path("bulk-verify", [&] { verified = *chain::verify(bytes, test::network()); });
    std::optional<chain::ExecutedBlock> executed;
    path("bulk-execute", [&] { executed = execute(store, {verified}); });
    VOSTRO_CHECK(executed->receipts.size() == kItems + 1);
    const Bytes encoded = encode(batch_of({bytes}));
    path("bulk-store", [&] { commit(store, *executed, encoded); });
  }
}

void count_ledger(const Scratch& scratch) {
  auto opened = chain::Store::open(scratch.under("store"), test::network(), {.reserve_bytes = 1});
  VOSTRO_CHECK(opened.has_value());
  const std::unique_ptr<chain::Store> store = std::move(*opened);
  begin_ledger(*store);
  node::WorkerPool workers(1, 0);
  node::Admission::Callbacks callbacks;
  callbacks.batch = [](const auto&) {};
  callbacks.is_ready = [] { return true; };
  callbacks.now = [] { return test::start_time; };
  callbacks.on_failure = [](const std::string&) { std::abort(); };
  auto door = node::Admission::open(scratch.under("admission"), test::network(), {}, *store,
                                    Height(0), workers, callbacks);
  VOSTRO_CHECK(door.has_value());

  // The first block warms tables and memory; the second one is counted.
  for (const bool counted : {false, true}) {
    const auto path = [&](const std::string& name, std::uint64_t units, const auto& work) {
      counted ? count(name, units, work) : work();
    };
    const Height height = store->head()->height.next();
    const std::vector<Bytes> payments = payments_of(height.value * 10'000);
    path("decode", kPayments, [&] {
      for (const Bytes& payment : payments)
        VOSTRO_CHECK(chain::decode_form_unchecked(payment).has_value());
    });
    std::vector<chain::VerifiedTransactionPtr> verified;
    path("verify", kPayments, [&] {
      for (const Bytes& payment : payments) verified.push_back(*(*door)->verify_once(payment));
    });
    path("verify-known", kPayments, [&] {
      for (std::size_t i = 0; i < payments.size(); ++i)
        VOSTRO_CHECK(*(*door)->verify_once(payments[i]) == verified[i]);
    });
    const node::HeadState head(*store);
    path("admit", kPayments, [&] {
      for (const auto& payment : verified)
        VOSTRO_CHECK(chain::check_inclusion(*head.reader(), *payment, test::start_time) ==
                     chain::Inclusion::included);
    });
    std::optional<chain::ExecutedBlock> executed;
    path("execute", kPayments, [&] { executed = execute(*store, verified); });
    VOSTRO_CHECK(executed->transactions.size() == kPayments);
    path("update-tree", executed->state.size(), [&] {
      VOSTRO_CHECK(chain::update_tree(*store, executed->state).root == executed->state_root);
    });
    const consensus::SignedBatch batch = batch_of(payments);
    Bytes encoded;
    path("encode-block", kPayments, [&] { encoded = encode(batch); });
    path("decode-block", kPayments,
         [&] { VOSTRO_CHECK(decode<consensus::SignedBatch>(encoded) == batch); });
    path("store-block", kPayments, [&] { commit(*store, *executed, encoded); });
  }
  count_bulk(*store);
}

void count_voting() {
  Voting voting;
  voting.run_to(Height(5));
  count("voting", kViews * Voting::validators,
        [&] { voting.run_to(Height(voting.height().value + kViews)); });
}

}  // namespace
}  // namespace vostro::bench

int main() {
  const vostro::bench::Scratch scratch;
  vostro::bench::count_ledger(scratch);
  vostro::bench::count_voting();
  return 0;
}
