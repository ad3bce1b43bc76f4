/// A small network for tests of the ledger: three banks, an FX provider and a settlement agent,
/// with money on their accounts. `outcome` puts one transaction into a block of its own and says in
/// a word what became of it.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "tests/support/chain_builders.h"
#include "tests/support/memory_ledger.h"

namespace vostro::test {

[[nodiscard]] inline chain::Participant a_participant(std::string_view name, chain::Policy policy,
                                                      std::uint8_t roles = 0) {
  chain::Participant participant;
  participant.bic = bic(name);
  participant.legal_name = std::string(name) + " Bank";
  participant.country = {name[4], name[5]};
  participant.roles.bits = roles;
  participant.tls_key = key(std::string("tls ") + std::string(name)).public_key();
  participant.policy = std::move(policy);
  return participant;
}

[[nodiscard]] inline chain::InitialCurrency a_currency(std::string_view code) {
  return {currency(code),  iso4217_exponent(currency(code)).value(),
          bic("AGNTDEFF"), simple_policy({"agent"}),
          Date(19'675),    std::nullopt};
}

inline constexpr chain::Accepts accepts_all() {
  return {chain::AcceptsKind::all, {}};
}
inline constexpr chain::Accepts accepts_none() {
  return {chain::AcceptsKind::none, {}};
}

/// Any key alone for everything; payments from 100 EUR, returns and redemptions too, wait ten
/// seconds.
[[nodiscard]] inline chain::Policy delayed_policy(std::string_view name) {
  using enum chain::ActionClass;
  chain::Policy policy = simple_policy({name});
  for (chain::Rule& rule : policy.rules)
    if (rule.action == pay) rule.delay_ms = 10'000;
  return policy;
}

[[nodiscard]] inline chain::InitialState small_network() {
  chain::InitialState initial;
  initial.participants = {a_participant("NORDDEFF", simple_policy({"maker", "second"})),
                          a_participant("SUDBFRPP", simple_policy({"sud"})),
                          a_participant("OSTBATWW", simple_policy({"ost"})),
                          a_participant("FXPRUS33", simple_policy({"desk"}), 2),
                          a_participant("AGNTDEFF", simple_policy({"agent"}), 1)};
  const auto add = [&](std::string_view name, chain::Accepts accepts,
                       std::optional<chain::Policy> policy = {}) {
    initial.accounts.push_back({account(name), std::move(policy), std::move(accepts)});
  };
  add("NORDDEFF/main", accepts_all());
  add("NORDDEFF/other", accepts_none());
  add("NORDDEFF/dual", accepts_all(),
      a_policy()
          .with_key("dual-maker", maker)
          .with_key("dual-checker", checker)
          .with_key("dual-both", maker | checker, "dual-maker")
          .dual(chain::ActionClass::pay, 1, 1'000'00)
          .alone(chain::ActionClass::answer)
          .alone(chain::ActionClass::manage));
  add("NORDDEFF/slow", accepts_all(), delayed_policy("slow"));
  chain::Policy capped = simple_policy({"capped"});
  capped.caps = {{currency("EUR"), MinorUnits(100'00)}};
  add("NORDDEFF/capped", accepts_all(), capped);
  add("SUDBFRPP/main", accepts_all());
  add("SUDBFRPP/ask", accepts_none());
  add("SUDBFRPP/fees", accepts_none());
  chain::Accepts listed{chain::AcceptsKind::listed, {bic("NORDDEFF")}};
  add("OSTBATWW/main", listed);
  add("FXPRUS33/desk", accepts_all());
  add("AGNTDEFF/pool", accepts_all());
  for (const std::string_view code : {"EUR", "JPY", "KWD", "USD"})
    initial.currencies.push_back(a_currency(code));
  initial.validators = {{chain::validator_id_of(bic("NORDDEFF")), key("validator").public_key()}};
  return initial;
}

inline constexpr UnixMillis start_time{test_time.value * 1000};

class Network {
 public:
  explicit Network(const chain::InitialState& initial = small_network())
      : ledger(initial, network(), start_time) {
    for (const std::string_view name :
         {"NORDDEFF/main", "NORDDEFF/dual", "NORDDEFF/slow", "NORDDEFF/capped", "SUDBFRPP/main",
          "OSTBATWW/main", "FXPRUS33/desk"}) {
      for (const std::string_view code : {"EUR", "USD"})
        EXPECT_EQ(issue(name, money(code, 10'000'00)), "done");
    }
  }

  MemoryLedger ledger;
  std::vector<chain::Receipt> receipts;  ///< of the last block

  [[nodiscard]] Uuid next_id() { return uetr(++last_id_); }

  /// "settled", "held" and so on; the reason's word where rejected; "dropped: " and why where it is
  /// in no block.
  std::string outcome(const chain::VerifiedTransactionPtr& transaction) {
    const UnixMillis time(ledger.time().value + 1000);
    const auto inclusion = chain::check_inclusion(ledger.store(), *transaction, time);
    const auto tried = ledger.try_block({transaction}, time);
    const bool is_in = tried && !tried->transactions.empty();
    EXPECT_EQ(is_in, inclusion == chain::Inclusion::included) << "door and block differ";
    if (!is_in) {
      receipts.clear();
      return "dropped: " + std::string(to_string(inclusion));
    }
    receipts = ledger.block({transaction}).receipts;
    for (const chain::Receipt& receipt : receipts)
      if (receipt.kind == chain::ReceiptKind::transaction) return word_of(receipt);
    return "no receipt";
  }
  template <class Derived>
  std::string outcome(Envelope<Derived>& builder) {
    return outcome(builder.verified());
  }
  template <class Derived>
  std::string outcome(Envelope<Derived>&& builder) {
    return outcome(builder.verified());
  }
  /// Any body with a new id, signed by the keys named.
  std::string send(chain::Body body, std::initializer_list<std::string_view> signers) {
    return outcome(
        a_transaction(std::move(body)).id(next_id()).signed_by(signers).valid_until(soon()));
  }
  /// An empty block at this time; words of what fell due, joined by spaces.
  std::string pass_to(UnixMillis time) {
    receipts = ledger.block({}, time).receipts;
    std::string words;
    for (const chain::Receipt& receipt : receipts)
      words += (words.empty() ? "" : " ") + word_of(receipt);
    return words;
  }
  [[nodiscard]] static std::string word_of(const chain::Receipt& receipt) {
    return std::string(receipt.status == chain::Status::rejected ? to_string(*receipt.reason)
                                                                 : to_string(receipt.status));
  }

  std::string issue(std::string_view to, const Money& amount) {
    const Uuid id = next_id();
    return outcome(
        a_transaction(chain::Issue{bic("AGNTDEFF"), account(to), amount, hash_of(to_text(id))})
            .id(id)
            .signed_by({"agent"}));
  }
  std::string attest(const Money& balance, UnixSeconds as_of) {
    return send(chain::AttestReserves{bic("AGNTDEFF"), balance.currency, balance.units,
                                      hash_of("statement"), as_of},
                {"agent"});
  }
  [[nodiscard]] UnixSeconds soon() const { return UnixSeconds(ledger.time().value / 1000 + 3600); }
  [[nodiscard]] UnixSeconds in_seconds(std::uint64_t s) const {
    return UnixSeconds(ledger.time().value / 1000 + s);
  }
  [[nodiscard]] PaymentBuilder payment(std::string_view from = "NORDDEFF/main",
                                       std::string_view to = "SUDBFRPP/main",
                                       const Money& amount = eur(100)) {
    PaymentBuilder builder;
    return builder.from(from).to(to).amount(amount).id(next_id()).valid_until(soon());
  }
  [[nodiscard]] std::int64_t balance(std::string_view name, std::string_view code = "EUR") const {
    return ledger.balance(account(name), currency(code));
  }
  /// A held payment of NORDDEFF/main to SUDBFRPP/ask, 100 cents, deadline in 60 s.
  chain::OwnedId hold_payment() {
    auto order = payment("NORDDEFF/main", "SUDBFRPP/ask").accept_by(in_seconds(60));
    const auto transaction = order.verified();
    EXPECT_EQ(outcome(transaction), "held");
    return transaction->id();
  }
  chain::OwnedId settle_payment(std::string_view from = "NORDDEFF/main",
                                std::string_view to = "SUDBFRPP/main") {
    const auto transaction = payment(from, to).verified();
    EXPECT_EQ(outcome(transaction), "settled");
    return transaction->id();
  }
  [[nodiscard]] chain::Original original(const chain::OwnedId& name) const {
    return *ledger.first_receipt(name);
  }

 private:
  std::uint64_t last_id_ = 10'000;
};

inline FxPaymentBuilder fx(Network& n) {
  return FxPaymentBuilder().id(n.next_id()).valid_until(n.soon());
}

}  // namespace vostro::test
