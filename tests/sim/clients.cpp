// Clients: they submit a payment at their bank's door, ask for its outcome, and try again elsewhere
// when they are not sure. The ledger must take each payment once.
#include "tests/sim/world.h"
#include "tests/support/chain_builders.h"

namespace vostro::sim {

void World::make_transactions() {
  const std::size_t banks = scenario_.banks();
  for (std::size_t bank = 0; bank < banks; ++bank) transactions_.push_back(an_issue(bank));
  for (std::size_t i = 0; i < scenario_.payments; ++i) {
    const std::size_t from = random_.uniform(banks);
    const std::size_t to = banks == 1 ? 0 : (from + 1 + random_.uniform(banks - 1)) % banks;
    const auto amount = static_cast<std::int64_t>(1 + random_.uniform(400'000));
    // Some go to an account whose bank looks at each payment, and here never answers: the money
    // comes back when the time for that is over.
    const bool is_asked = banks == 1 || random_.happens(1, 5);
    const bool waits = is_asked && to != from;  // a bank takes from itself unasked
    const std::string debtor = account_name(from);
    const std::string creditor = account_name(to, is_asked ? "ask" : "main");
    auto payment = test::a_payment();
    payment.id(test::uetr(i + 1)).from(debtor).to(creditor).amount(test::eur(amount));
    if (waits) payment.accept_by(UnixSeconds(test::test_time.value + 3 + random_.uniform(15)));
    transactions_.push_back(payment.verified());
    oracle_.books().expect(transactions_.back()->id(),
                           {test::account(debtor), test::account(creditor), amount, waits});
  }
  for (std::size_t i = 0; i < transactions_.size(); ++i) {
    by_bytes_.emplace(transactions_[i]->bytes(), transactions_[i]);
    number_of_.emplace(transactions_[i]->id(), i);
  }
}

void World::schedule_payments(std::size_t first, std::size_t end, std::uint64_t span_ms) {
  for (std::size_t i = first; i < end; ++i) {
    const std::uint64_t delay = 500 + random_.uniform(span_ms);
    const std::size_t at = random_.uniform(scenario_.banks());
    after(delay, [this, i, at] {
      outcome_.payments.emplace(i, std::pair(now_ms_, std::nullopt));
      submit_by_client(i, at, 3);
      read_by_client(i, 80);
    });
  }
}

void World::submit_by_client(std::size_t transaction, std::size_t at, int tries) {
  if (tries == 0 || oracle_.is_final(transactions_[transaction]->id())) return;
  submit(at, transactions_[transaction]);
  // No word of it: once more, at another door.
  const std::uint64_t patience = votes(at) ? 700 + random_.uniform(3'000) : 100;
  const std::size_t next = random_.uniform(scenario_.banks());
  after(patience,
        [this, transaction, next, tries] { submit_by_client(transaction, next, tries - 1); });
}

/// Asks any node from time to time, and once more after the answer: what one tells as final, all
/// tell, for ever.
void World::read_by_client(std::size_t transaction, int tries) {
  if (tries == 0) return;
  const std::size_t at = random_.uniform(scenario_.banks());
  const Node& node = nodes_[at];
  int left = tries - 1;
  if (node.is_up && is_judged(at)) {
    const auto record = node.store.find_id(transactions_[transaction]->id());
    if (record && record->height <= std::min(node.height, node.proof_synced)) {
      oracle_.on_read(at, transactions_[transaction]->id(), *record);
      left = std::min(left, 1);
    }
  }
  after(100 + random_.uniform(300),
        [this, transaction, left] { read_by_client(transaction, left); });
}

/// The door: what is accepted is on disk, and will be final.
void World::submit(std::size_t at, const chain::VerifiedTransactionPtr& transaction) {
  Node& node = nodes_[at];
  if (!votes(at) || node.store.find_id(transaction->id())) return;
  if (is_judged(at)) accepted_[transaction->id()].insert(at);
  if (!node.admitted.emplace(transaction->id(), transaction).second) return;
  step(at, node::TransactionsSubmitted{{transaction}});
}

}  // namespace vostro::sim
