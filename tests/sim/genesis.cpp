// The network that every run begins with, and the faults that a seed chooses.
#include <algorithm>

#include "chain/tree.h"
#include "tests/sim/world.h"
#include "tests/support/chain_builders.h"

namespace vostro::sim {
namespace {

std::string name_of(std::size_t bank) {
  std::string name = "BNK";
  name += static_cast<char>('A' + bank / 26);
  name += "DEF";
  name += static_cast<char>('A' + bank % 26);
  return name;
}

chain::InitialState initial_state(std::size_t validators, std::size_t banks) {
  chain::InitialState state;
  for (std::size_t i = 0; i < banks; ++i) {
    chain::Participant bank;
    bank.bic = bic_of(i);
    bank.legal_name = "Bank " + std::to_string(i);
    std::ranges::copy(bank.bic.country(), bank.country.begin());
    bank.roles.bits = chain::ParticipantRoles::all;
    bank.tls_key = test::key("tls " + std::to_string(i)).public_key();
    bank.policy = test::simple_policy({"maker"});
    state.participants.push_back(bank);
    if (i < validators)
      state.validators.push_back({chain::validator_id_of(bank.bic), KeySigner(i, 0).key()});
    chain::Accepts all;
    all.kind = chain::AcceptsKind::all;
    state.accounts.push_back({test::account(account_name(i)), std::nullopt, all});
    state.accounts.push_back({test::account(account_name(i, "ask")), std::nullopt, {}});
  }
  chain::InitialCurrency euro;
  euro.currency = test::currency("EUR");
  euro.exponent = 2;
  euro.agent = bic_of(0);
  euro.policy = test::simple_policy({"maker"});
  euro.business_date = *parse_date("2023-11-14");
  state.currencies.push_back(euro);
  return state;
}

}  // namespace

Bic bic_of(std::size_t bank) {
  return test::bic(name_of(bank));
}

/// The other way round.
std::size_t bank_of(const consensus::MemberId& member) {
  return static_cast<std::size_t>(member.bytes[3] - 'A') * 26 +
         static_cast<std::size_t>(member.bytes[7] - 'A');
}

std::string account_name(std::size_t bank, std::string_view account) {
  return name_of(bank) + "/" + std::string(account);
}

chain::VerifiedTransactionPtr an_issue(std::size_t bank) {
  chain::Issue issue;
  issue.agent = bic_of(0);
  issue.account = test::account(account_name(bank));
  issue.money = test::eur(1'000'000);
  issue.entry = test::hash_of("entry " + std::to_string(bank));
  return test::a_transaction(issue).id(test::uetr(10'000 + bank)).signed_by({"maker"}).verified();
}

/// Banks are numbered in the order of their BICs, which is that of their validator ids, so bank i
/// is validator i of epoch 0.
Genesis make_genesis(std::size_t validators, std::size_t banks) {
  Genesis genesis;
  std::vector<consensus::Validator> set;
  for (std::size_t i = 0; i < validators; ++i) {
    consensus::MemberId member;
    member.bytes = chain::validator_id_of(bic_of(i)).bytes;
    set.push_back({member, KeySigner(i, 0).key()});
  }
  const auto changes = chain::make_initial_state(initial_state(validators, banks));
  VOSTRO_CHECK(changes.has_value());
  genesis.store.write(*changes);
  const chain::TreeUpdate tree = chain::update_tree(genesis.store, *changes);
  genesis.store.write_nodes(tree.nodes);
  auto made = consensus::ValidatorSet::make(std::move(set));
  VOSTRO_CHECK(made.has_value());
  genesis.anchor.bytes = hash("anchor", tree.root.view()).bytes;
  genesis.committee = std::make_shared<const consensus::Committee>(consensus::EpochContext{
      test::network(), 1, Epoch(0), genesis.anchor, Height(0), genesis_time, std::move(*made)});
  return genesis;
}

}  // namespace vostro::sim
