// The banks change who votes: one proposes, all that own validators vote, and whoever is to vote
// with another key says that it is ready. Each of these goes through a door like a payment, again
// and again until it is final.
#include <algorithm>

#include "chain/records.h"
#include "tests/sim/world.h"

namespace vostro::sim {
namespace {

constexpr std::uint64_t kLookEveryMs = 250;

UnixSeconds second_of(std::uint64_t at_ms) {
  return UnixSeconds(test::test_time.value + at_ms / 1'000);
}

template <class KeyChange>
chain::Change proven(std::size_t bank, std::size_t number) {
  const SecretKey& secret = test::key(KeySigner::name_of(bank, number));
  return KeyChange{
      bic_of(bank), secret.public_key(),
      secret.sign(chain::possession_message(test::network(), bic_of(bank), secret.public_key()))};
}

chain::Change body_of(const Change& change, std::size_t number) {
  switch (change.kind) {
    case Change::Kind::add:
      return proven<chain::AddValidator>(change.bank, number);
    case Change::Kind::remove:
      return chain::RemoveValidator{bic_of(change.bank)};
    case Change::Kind::rotate:
      return proven<chain::RotateValidatorKey>(change.bank, number);
  }
  VOSTRO_CHECK(false);
}

}  // namespace

chain::VerifiedTransactionPtr World::signed_order(chain::Body body, const std::string& signer) {
  const Uuid id = test::uetr(20'000 + orders_++);
  auto made = test::a_transaction(std::move(body)).id(id).signed_by({signer}).verified();
  by_bytes_.emplace(made->bytes(), made);
  return made;
}

void World::make_motions() {
  std::map<std::size_t, std::size_t> number;
  for (const Change& change : scenario_.changes) {
    if (change.kind == Change::Kind::rotate) ++number[change.bank];
    // Who comes does not propose itself.
    const std::size_t proposer = change.bank == 0 ? 1 : 0;
    Motion motion{change, number[change.bank], nullptr, {}, nullptr, false};
    motion.propose = signed_order(chain::Propose{bic_of(proposer), body_of(change, motion.key),
                                                 second_of(change.due_at_ms), second_of(3'500'000)},
                                  "maker");
    motions_.push_back(std::move(motion));
  }
  if (!motions_.empty()) after(kLookEveryMs, [this] { drive_changes(); });
}

const test::MemoryStore& World::newest_store() const {
  const auto newest = std::ranges::max_element(nodes_, [](const Node& a, const Node& b) {
    return std::pair(!a.is_liar, a.height) < std::pair(!b.is_liar, b.height);
  });
  return newest->store;
}

bool World::has_changed() const {
  return std::ranges::all_of(motions_, &Motion::is_in_force);
}

void World::drive_changes() {
  std::set<std::size_t> busy;
  for (Motion& motion : motions_) {
    if (motion.is_in_force) continue;
    // A change would take the place of one of the same bank that is not in force yet.
    if (!busy.insert(motion.change.bank).second) break;
    drive(motion);
    // One after the other: what may be proposed depends on what has been decided.
    const auto proposal = chain::load<chain::Proposal>(newest_store(), motion.propose->id());
    if (!proposal || proposal->status == chain::ProposalStatus::open) break;
  }
  if (!has_changed() && is_ok()) after(kLookEveryMs, [this] { drive_changes(); });
}

void World::drive(Motion& motion) {
  if (now_ms_ < motion.change.at_ms) return;
  const test::MemoryStore& store = newest_store();
  const auto proposal = chain::load<chain::Proposal>(store, motion.propose->id());
  if (!proposal) return hand_in(motion.propose);
  using enum chain::ProposalStatus;
  switch (proposal->status) {
    case open:
      return vote_for(motion);
    case passed:
      return say_ready(motion, *proposal->passed);
    case in_force:
      motion.is_in_force = true;
      return note("the change of bank " + std::to_string(motion.change.bank) + " is in force");
    default:
      return oracle_.fault("the change of bank " + std::to_string(motion.change.bank) +
                           " came to nothing");
  }
}

void World::vote_for(Motion& motion) {
  const auto validators = chain::load<chain::Validators>(newest_store(), {});
  for (const chain::Validator& validator :
       validators->next.empty() ? validators->now : validators->next) {
    consensus::MemberId member;
    member.bytes = validator.id.bytes;
    const std::size_t bank = bank_of(member);
    chain::VerifiedTransactionPtr& vote = motion.votes[bank];
    if (!vote) vote = signed_order(chain::Vote{bic_of(bank), motion.propose->id(), true}, "maker");
    hand_in(vote);
  }
}

/// The node of the new key, once it has seen the decision.
void World::say_ready(Motion& motion, Height passed) {
  if (motion.change.kind == Change::Kind::remove) return;
  const Node& node = nodes_[motion.change.bank];
  if (!node.is_up || node.height < passed) return;
  const std::string key = KeySigner::name_of(motion.change.bank, motion.key);
  if (!motion.ready)
    motion.ready = signed_order(
        chain::Ready{bic_of(motion.change.bank), test::key(key).public_key(), node.height, {1}},
        key);
  hand_in(motion.ready);
}

/// At any door that is open. Nobody owes its bank that it gets in.
void World::hand_in(const chain::VerifiedTransactionPtr& order) {
  const std::size_t at = random_.uniform(nodes_.size());
  Node& node = nodes_[at];
  if (!votes(at) || node.store.find_id(order->id())) return;
  if (node.admitted.emplace(order->id(), order).second)
    step(at, node::TransactionsSubmitted{{order}});
}

}  // namespace vostro::sim
