/// A ledger of banks that own validators, for tests of who votes.
#pragma once

#include "chain/membership.h"
#include "tests/unit/chain/ledger_harness.h"

namespace vostro::test {

using namespace chain;  // NOLINT: builders

struct Bank {
  std::string_view bic;
  std::string_view signer;
};
/// The first four own validators at the beginning.
inline constexpr Bank kBanks[] = {{"FXPRUS33", "desk"}, {"NORDDEFF", "maker"}, {"OSTBATWW", "ost"},
                                  {"SUDBFRPP", "sud"},  {"AGNTDEFF", "agent"}, {"WESTGB2L", "west"},
                                  {"HOCHDEFF", "hoch"}, {"TIEFDEFF", "tief"}};
inline constexpr std::size_t kOwners = 4;

inline std::string validator_name(std::size_t bank, int number = 0) {
  return "validator " + std::string(kBanks[bank].bic) + " " + std::to_string(number);
}
inline const PublicKey& validator_key(std::size_t bank, int number = 0) {
  return key(validator_name(bank, number)).public_key();
}
inline InitialState owners_network(std::size_t owners = kOwners, bool development = false) {
  InitialState initial = small_network();
  for (std::size_t bank = 5; bank < std::size(kBanks); ++bank)
    initial.participants.push_back(
        a_participant(kBanks[bank].bic, simple_policy({kBanks[bank].signer})));
  initial.validators.clear();
  for (std::size_t bank = 0; bank < owners; ++bank)
    initial.validators.push_back({validator_id_of(bic(kBanks[bank].bic)), validator_key(bank)});
  initial.development = development;
  return initial;
}

template <class KeyChange>
KeyChange proven(std::size_t bank, int number) {
  const Bic owner = bic(kBanks[bank].bic);
  const SecretKey& secret = key(validator_name(bank, number));
  return {owner, secret.public_key(),
          secret.sign(possession_message(network(), owner, secret.public_key()))};
}
inline Change add(std::size_t bank, int number = 0) {
  return proven<AddValidator>(bank, number);
}
inline Change rotate(std::size_t bank, int number) {
  return proven<RotateValidatorKey>(bank, number);
}
inline Change removal(std::size_t bank) {
  return RemoveValidator{bic(kBanks[bank].bic)};
}

class Banks : public Network {
 public:
  explicit Banks(std::size_t owners = kOwners, bool development = false)
      : Network(owners_network(owners, development)) {}

  std::string propose(Change change, std::uint64_t not_before_s = 0) {
    const Uuid id = next_id();
    proposal = {bic("NORDDEFF"), id};
    return outcome(a_transaction(Propose{bic("NORDDEFF"), std::move(change),
                                         in_seconds(not_before_s), in_seconds(6'000)})
                       .id(id)
                       .signed_by({"maker"})
                       .valid_until(soon()));
  }
  std::string vote(std::size_t bank, bool yes = true) {
    return send(Vote{bic(kBanks[bank].bic), proposal, yes}, {kBanks[bank].signer});
  }
  /// Proposed and passed by as many owners as it takes; its name.
  OwnedId pass(Change change, std::uint64_t not_before_s = 0) {
    const std::string word = propose(std::move(change), not_before_s);
    EXPECT_EQ(word, "done");
    if (word == "done") pass_votes();
    return proposal;
  }
  void pass_votes() {
    for (std::size_t bank = 0; bank < std::size(kBanks); ++bank) {
      if (status() != ProposalStatus::open) return;
      const Validators set = validators();
      const bool votes =
          std::ranges::find(set.next.empty() ? set.now : set.next,
                            validator_id_of(bic(kBanks[bank].bic)),
                            &Validator::id) != (set.next.empty() ? set.now : set.next).end();
      if (votes && is_active(bank)) {
        EXPECT_EQ(vote(bank), "done");
      }
    }
  }
  [[nodiscard]] static Status of_transaction(const ExecutedBlock& block,
                                             const VerifiedTransaction& transaction) {
    return std::ranges::find(block.receipts, transaction.hash(), &Receipt::transaction_hash)
        ->status;
  }
  [[nodiscard]] bool is_active(std::size_t bank) const {
    return ledger.load<Participant>(bic(kBanks[bank].bic))->status == Standing::active;
  }
  std::string ready(std::size_t bank, int number = 0, std::vector<std::uint16_t> versions = {1},
                    std::optional<Height> synced = {}) {
    return outcome(a_transaction(Ready{bic(kBanks[bank].bic), validator_key(bank, number),
                                       synced.value_or(ledger.height()), std::move(versions)})
                       .id(next_id())
                       .signed_by({validator_name(bank, number)})
                       .valid_until(soon()));
  }
  /// A block with a payment in it.
  void any_block() { EXPECT_EQ(outcome(payment()), "settled"); }
  [[nodiscard]] bool closes() const { return ledger.blocks().back()->next_epoch.has_value(); }
  [[nodiscard]] Validators validators() const { return *ledger.load<Validators>({}); }
  [[nodiscard]] Proposal of(const OwnedId& name) const { return *ledger.load<Proposal>(name); }
  [[nodiscard]] ProposalStatus status() const { return of(proposal).status; }
  /// "AGNTDEFF:ready ..." in order of acceptance.
  [[nodiscard]] std::string waiting() const {
    std::string words;
    for (const PendingChange& change : pending_changes(ledger.store(), ledger.time()))
      words += (words.empty() ? "" : " ") + std::string(to_string(change.waits_for));
    return words;
  }

  OwnedId proposal;
};

}  // namespace vostro::test
