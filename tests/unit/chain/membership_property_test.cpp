// Goal: no sequence of decisions leaves a set of validators that could not go on, and each is in
// force exactly when consensus-spec section 9 says so (C11; the ledger's part of F28). Method:
// random proposals, Ready and waiting, against a model that is written down apart.
#include <random>

#include "tests/unit/chain/membership_harness.h"

namespace vostro::test {
namespace {

/// The rule once more, written without a look at the ledger's code: what is decided, what is said,
/// and what the sets must be.
class Model {
 public:
  struct Decision {
    OwnedId name;
    Change change;
    UnixSeconds not_before;
  };
  std::map<Bic, PublicKey> set;
  std::uint16_t version = 1;
  std::map<PublicKey, std::set<std::uint16_t>> said;
  std::vector<Decision> decisions;
  std::optional<std::pair<std::map<Bic, PublicKey>, std::uint16_t>> next;

  void begin_block() {
    if (next) {
      set = next->first;
      version = next->second;
      next.reset();
    }
  }
  void end_block(UnixMillis time) {
    auto members = set;
    auto number = version;
    std::vector<Decision> left;
    for (std::size_t i = 0; i < decisions.size(); ++i) {
      const Decision& one = decisions[i];
      const bool is_newest = std::none_of(
          decisions.begin() + static_cast<std::ptrdiff_t>(i) + 1, decisions.end(),
          [&](const Decision& later) { return about(later.change) == about(one.change); });
      if (!is_newest) continue;
      auto wanted = members;
      auto wanted_number = number;
      bool waits = one.not_before.value * 1000 >= time.value;
      const Bic who = about(one.change);
      if (const auto* v = std::get_if<ActivateVersion>(&one.change)) {
        if (!waits && v->version <= number) continue;
        wanted_number = v->version;
      } else if (std::holds_alternative<RemoveValidator>(one.change)) {
        if (!waits && !members.contains(who)) continue;
        wanted.erase(who);
      } else {
        const PublicKey key = key_in(one.change);
        waits = waits || !knows(key, number);
        const bool is_rotation = std::holds_alternative<RotateValidatorKey>(one.change);
        if (!waits && is_rotation != members.contains(who)) continue;
        wanted[who] = key;
      }
      waits = waits || wanted.size() < 4;
      std::size_t able = 0;
      for (const auto& [owner, key] : wanted) able += knows(key, wanted_number) ? 1 : 0;
      waits = waits || able < wanted.size() * 2 / 3 + 1;
      if (waits) {
        left.push_back(one);
      } else {
        members = wanted;
        number = wanted_number;
      }
    }
    decisions = left;
    if (members != set || number != version) next = {members, number};
    // Whoever neither votes nor is to vote is not remembered, and has to say it again.
    std::erase_if(said, [&](const auto& each) {
      const auto has_key = [&](const auto& member) { return member.second == each.first; };
      const bool votes = std::ranges::any_of(members, has_key);
      return !votes && std::ranges::none_of(decisions, [&](const Decision& one) {
        return (std::holds_alternative<AddValidator>(one.change) ||
                std::holds_alternative<RotateValidatorKey>(one.change)) &&
               key_in(one.change) == each.first;
      });
    });
  }

 private:
  static Bic about(const Change& change) {
    if (const auto* c = std::get_if<AddValidator>(&change)) return c->participant;
    if (const auto* c = std::get_if<RemoveValidator>(&change)) return c->participant;
    if (const auto* c = std::get_if<RotateValidatorKey>(&change)) return c->participant;
    return {};
  }
  static PublicKey key_in(const Change& change) {
    if (const auto* c = std::get_if<AddValidator>(&change)) return c->key;
    return std::get<RotateValidatorKey>(change).key;
  }
  bool knows(const PublicKey& key, std::uint16_t number) {
    for (const auto& [owner, now] : set)
      if (now == key && number == version) return true;
    return said.contains(key) && said.at(key).contains(number);
  }
};

TEST(Membership, RandomDecisionsNeverLeaveASetThatCouldNotGoOn) {
  const char* given = std::getenv("VOSTRO_SEED");
  const std::uint64_t seed = given != nullptr ? std::strtoull(given, nullptr, 10) : 20'261'129;
  std::mt19937_64 random(seed);
  std::map<ProposalStatus, int> ends;
  int epochs = 0;
  for (int round = 0; round < 40; ++round) {
    Banks n;
    Model model;
    for (std::size_t bank = 0; bank < kOwners; ++bank)
      model.set[bic(kBanks[bank].bic)] = validator_key(bank);
    std::map<std::size_t, int> newest;
    std::vector<OwnedId> names;
    std::size_t seen = n.ledger.blocks().size();
    const auto catch_up = [&] {
      for (; seen < n.ledger.blocks().size(); ++seen) {
        const ExecutedBlock& block = *n.ledger.blocks()[seen];
        model.begin_block();
        for (const auto& transaction : block.transactions)
          if (const auto* said = std::get_if<Ready>(&transaction->transaction().body);
              said != nullptr && n.of_transaction(block, *transaction) == Status::done)
            model.said[said->key] = {said->versions.begin(), said->versions.end()};
        for (const OwnedId& name : names) {
          const Proposal proposal = n.of(name);
          if (proposal.passed == block.height)
            model.decisions.push_back({name, proposal.change, proposal.not_before});
        }
        model.end_block(block.time);
        ASSERT_EQ(model.next.has_value(), block.next_epoch.has_value())
            << "seed " << seed << " round " << round << " height " << block.height.value;
        if (!model.next) continue;
        ++epochs;
        EXPECT_GE(model.next->first.size(), 4U);
        std::vector<Validator> expected;
        for (const auto& [owner, key] : model.next->first)
          expected.push_back({validator_id_of(owner), key});
        EXPECT_EQ(block.next_epoch->validators, expected) << "seed " << seed;
        EXPECT_EQ(block.next_epoch->version, model.next->second);
      }
    };
    for (int step = 0; step < 40; ++step) {
      const std::size_t bank = random() % std::size(kBanks);
      switch (random() % 6) {
        case 0:
        case 1: {
          Change change = add(bank, newest[bank]);
          const auto kind = random() % 5;
          if (kind <= 1) change = removal(bank);
          if (kind == 2) change = rotate(bank, ++newest[bank]);
          if (kind == 3)
            change = ActivateVersion{static_cast<std::uint16_t>(n.validators().version + 1)};
          const std::string word = n.propose(change, random() % 40);
          if (word == "change_breaks_rule") break;
          ASSERT_EQ(word, "done");
          names.push_back(n.proposal);
          n.pass_votes();
          break;
        }
        case 2:
        case 3: {
          std::vector<std::uint16_t> versions{1};
          for (std::uint16_t v = 2; v <= n.validators().version + random() % 2; ++v)
            versions.push_back(v);
          static_cast<void>(n.ready(bank, newest[bank], versions));
          break;
        }
        case 4:
          n.any_block();
          break;
        default: {
          // An idle network wakes when it says so, never before.
          const auto due = next_due(n.ledger.store());
          if (!due) break;
          const UnixMillis wake(std::max(due->value * 1000 + 1, n.ledger.time().value + 1));
          if (wake.value > n.ledger.time().value + 1) {
            EXPECT_FALSE(n.ledger.try_block({}, UnixMillis(wake.value - 1)).has_value());
          }
          EXPECT_NE(n.pass_to(wake), "");
        }
      }
      catch_up();
      if (HasFatalFailure()) return;
    }
    for (const OwnedId& name : names) ++ends[n.of(name).status];
  }
  EXPECT_GT(epochs, 20);
  for (const auto status :
       {ProposalStatus::passed, ProposalStatus::in_force, ProposalStatus::failed})
    EXPECT_GT(ends[status], 0) << "the run means something only if each end occurred: "
                               << to_string(status);
}

}  // namespace
}  // namespace vostro::test
