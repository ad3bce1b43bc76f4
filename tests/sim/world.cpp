#include "tests/sim/world.h"

#include "base/codec.h"
#include "chain/tree.h"
#include "tests/support/chain_builders.h"

namespace vostro::sim {
namespace {

constexpr std::array<std::string_view, 7> kBanks{"NORDDEFF", "SUDBFRPP", "ORTNSGSG", "WESTUS33",
                                                 "PACIJPJT", "ALPSCHZZ", "LONDGB2L"};
constexpr UnixMillis kGenesisTime{1'699'999'999'000};

std::string main_account(std::size_t bank) {
  return std::string(kBanks.at(bank)) + "/main";
}

chain::InitialState initial_state(std::size_t validators,
                                  const std::vector<std::unique_ptr<KeySigner>>& signers) {
  chain::InitialState state;
  for (std::size_t i = 0; i < validators; ++i) {
    chain::Participant bank;
    bank.bic = test::bic(kBanks.at(i));
    bank.legal_name = "Bank " + std::to_string(i);
    std::ranges::copy(bank.bic.country(), bank.country.begin());
    bank.roles.bits = chain::ParticipantRoles::all;
    bank.tls_key = test::key("tls " + std::to_string(i)).public_key();
    bank.policy = test::simple_policy({"maker"});
    state.participants.push_back(bank);
    state.validators.push_back({chain::validator_id_of(bank.bic), signers[i]->key()});
    chain::Accepts all;
    all.kind = chain::AcceptsKind::all;
    state.accounts.push_back({test::account(main_account(i)), std::nullopt, all});
  }
  chain::InitialCurrency euro;
  euro.currency = test::currency("EUR");
  euro.exponent = 2;
  euro.agent = test::bic(kBanks[0]);
  euro.policy = test::simple_policy({"maker"});
  euro.business_date = *parse_date("2023-11-14");
  state.currencies.push_back(euro);
  return state;
}

chain::VerifiedTransactionPtr an_issue(std::size_t bank) {
  chain::Issue issue;
  issue.agent = test::bic(kBanks[0]);
  issue.account = test::account(main_account(bank));
  issue.money = test::eur(1'000'000);
  issue.entry = test::hash_of("entry " + std::to_string(bank));
  return test::a_transaction(issue).id(test::uetr(10'000 + bank)).signed_by({"maker"}).verified();
}

}  // namespace

Scenario Scenario::of_seed(std::uint64_t seed) {
  Random random(seed * 2'654'435'761ULL + 1);
  Scenario scenario;
  scenario.seed = seed;
  scenario.loss_permille = random.happens(1, 3) ? 0 : random.uniform(120);
  scenario.duplicate_permille = random.happens(1, 3) ? 0 : random.uniform(80);
  scenario.delay_max_ms = 2 + random.uniform(150);
  scenario.partitions = random.happens(2, 3);
  scenario.crashes = random.happens(2, 3);
  scenario.clock_skew = random.happens(1, 2);
  scenario.equivocator = random.happens(1, 3);
  scenario.all_crash = random.happens(1, 3);
  scenario.trouble_ms = 2'000 + random.uniform(8'000);
  scenario.payments = 8 + random.uniform(24);
  return scenario;
}

Outcome run(const Scenario& scenario, bool keep_history) {
  return World(scenario, keep_history).run();
}

World::World(const Scenario& scenario, bool keep_history)
    : scenario_(scenario),
      keep_history_(keep_history),
      random_(scenario.seed),
      nodes_(scenario.validators) {
  // Validators stand in the order of their ids, so the banks' names are sorted before keys are
  // dealt out.
  std::vector<std::pair<Bic, std::size_t>> order;
  for (std::size_t i = 0; i < scenario.validators; ++i)
    order.emplace_back(test::bic(kBanks.at(i)), i);
  std::ranges::sort(order);
  for (std::size_t i = 0; i < scenario.validators; ++i)
    signers_.push_back(std::make_unique<KeySigner>(i));
  const auto initial = initial_state(scenario.validators, signers_);
  const auto changes = chain::make_initial_state(initial);
  VOSTRO_CHECK(changes.has_value());
  genesis_.write(*changes);
  const chain::TreeUpdate tree = chain::update_tree(genesis_, *changes);
  genesis_.write_nodes(tree.nodes);
  std::vector<consensus::Validator> validators;
  std::vector<std::unique_ptr<KeySigner>> by_index;
  for (const auto& [bic, number] : order) {
    consensus::MemberId member;
    member.bytes = chain::validator_id_of(bic).bytes;
    validators.push_back({member, signers_[number]->key()});
    by_index.push_back(std::make_unique<KeySigner>(number));
  }
  signers_ = std::move(by_index);
  auto set = consensus::ValidatorSet::make(std::move(validators));
  VOSTRO_CHECK(set.has_value());
  consensus::BlockId anchor;
  anchor.bytes = hash("anchor", tree.root.view()).bytes;
  committee_ = std::make_shared<const consensus::Committee>(consensus::EpochContext{
      test::network(), 1, Epoch(0), anchor, Height(0), kGenesisTime, std::move(*set)});
  for (Node& node : nodes_) {
    node.store = genesis_;
    node.head = anchor;
    node.head_time = kGenesisTime;
    if (scenario.clock_skew)
      node.clock_offset_ms = static_cast<std::int64_t>(random_.uniform(400)) - 200;
  }
  nodes_[0].clock_offset_ms += scenario.first_clock_ms;
  for (std::size_t bank = 0; bank < scenario.validators; ++bank)
    transactions_.push_back(an_issue(bank));
  for (std::size_t i = 0; i < scenario.payments; ++i) {
    const std::size_t from = random_.uniform(scenario.validators);
    const std::size_t to =
        (from + 1 + random_.uniform(scenario.validators - 1)) % scenario.validators;
    transactions_.push_back(
        test::a_payment()
            .id(test::uetr(i + 1))
            .from(main_account(from))
            .to(main_account(to))
            .amount(test::eur(static_cast<std::int64_t>(1 + random_.uniform(400'000))))
            .verified());
  }
}

void World::after(std::uint64_t delay_ms, Work work) {
  events_.push({now_ms_ + delay_ms, ++order_, std::move(work)});
}

void World::run_until(std::uint64_t at_ms) {
  while (!events_.empty() && events_.top().at_ms <= at_ms) {
    Work work = events_.top().work;
    now_ms_ = events_.top().at_ms;
    events_.pop();
    work();
    if (!oracle_.violations().empty()) return;
  }
  now_ms_ = at_ms;
}

void World::mix(std::string_view what, std::uint64_t a, std::uint64_t b) {
  Bytes bytes;
  append(bytes, outcome_.action_hash.view());
  append(bytes, as_bytes(what));
  append_big_endian(bytes, now_ms_);
  append_big_endian(bytes, a);
  append_big_endian(bytes, b);
  outcome_.action_hash = hash("sim", bytes);
}

void World::note(std::string what) {
  if (keep_history_)
    outcome_.history.push_back(std::to_string(now_ms_) + " ms: " + std::move(what));
}

void World::schedule_payments() {
  for (const chain::VerifiedTransactionPtr& transaction : transactions_) {
    const std::uint64_t at = 500 + random_.uniform(scenario_.trouble_ms);
    const std::size_t first = random_.uniform(nodes_.size());
    after(at, [this, transaction, first] { submit(first, transaction); });
    // A client that is not sure tries again elsewhere: the ledger must take it once.
    if (random_.happens(1, 3)) {
      const std::size_t second = random_.uniform(nodes_.size());
      after(at + random_.uniform(2'000),
            [this, transaction, second] { submit(second, transaction); });
    }
  }
}

void World::schedule_trouble() {
  for (std::uint64_t at = 400; at < scenario_.trouble_ms; at += 300 + random_.uniform(1'200))
    after(at, [this] { make_trouble(); });
}

void World::make_trouble() {
  if (healed_) return;
  if (scenario_.partitions) {
    cuts_.clear();
    const std::uint64_t kind = random_.uniform(4);
    const std::size_t one = random_.uniform(nodes_.size());
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      if (kind == 1 && i != one) cuts_.insert({i, one});  // deaf
      if (kind == 2 && i != one) cuts_.insert({one, i});  // mute
      for (std::size_t j = 0; kind == 3 && j < nodes_.size(); ++j) {
        if ((i % 2) != (j % 2)) cuts_.insert({i, j});  // split in halves
      }
    }
    if (kind != 0)
      note("links are cut, kind " + std::to_string(kind) + ", node " + std::to_string(one));
  }
  if (!scenario_.crashes) return;
  if (scenario_.all_crash && random_.happens(1, 3)) {
    note("power fails everywhere");
    for (std::size_t i = 0; i < nodes_.size(); ++i) crash(i);
  } else if (random_.happens(1, 2)) {
    crash(random_.uniform(nodes_.size()));
  }
}

void World::heal() {
  note("trouble ends");
  healed_ = true;
  cuts_.clear();
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    if (!nodes_[i].is_up) start(i);
  }
}

void World::await_everything_final(Outcome& outcome) {
  const std::uint64_t began = now_ms_;
  const auto is_done = [this] {
    const bool all =
        std::ranges::all_of(accepted_, [this](const auto& id) { return oracle_.is_final(id); });
    return all && std::ranges::all_of(
                      nodes_, [this](const Node& node) { return node.height == oracle_.height(); });
  };
  while (!is_done() && oracle_.violations().empty()) {
    if (now_ms_ > began + scenario_.heal_bound_ms) {
      oracle_.fault("not everything accepted is final on every node " +
                    std::to_string(scenario_.heal_bound_ms) + " ms after the faults were healed");
      return;
    }
    run_until(now_ms_ + 20);
  }
  outcome.heal_ms = now_ms_ - began;
}

void World::check_silence() {
  run_until(now_ms_ + 30'000);
  const std::uint64_t before = busy_messages_;
  run_until(now_ms_ + 20'000);
  if (busy_messages_ != before) {
    oracle_.fault("an idle network is not silent: " + std::to_string(busy_messages_ - before) +
                  " messages other than STATUS and HAVE in 20 s");
  }
}

void World::check_end() {
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    oracle_.on_end(i, nodes_[i].height);
    if (nodes_[i].is_up) outcome_.flush_ms[i] = nodes_[i].replica->engine().pacing().flush_ms();
    if (const auto sound = chain::check_whole_state(nodes_[i].store); !sound)
      oracle_.fault("node " + std::to_string(i) + ": money is not conserved: " + sound.error());
    for (const chain::OwnedId& id : accepted_) {
      if (!nodes_[i].store.find_id(id))
        oracle_.fault("node " + std::to_string(i) + " lacks an accepted payment");
    }
  }
}

Outcome World::run() {
  for (std::size_t i = 0; i < nodes_.size(); ++i) start(i);
  schedule_payments();
  schedule_trouble();
  run_until(500 + scenario_.trouble_ms);
  if (oracle_.violations().empty()) heal();
  if (oracle_.violations().empty()) await_everything_final(outcome_);
  if (oracle_.violations().empty()) check_silence();
  if (oracle_.violations().empty()) check_end();
  outcome_.violations = oracle_.violations();
  outcome_.height = oracle_.height();
  outcome_.settled = oracle_.settled();
  return std::move(outcome_);
}

}  // namespace vostro::sim
