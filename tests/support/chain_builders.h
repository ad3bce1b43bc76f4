/// Builders for ledger objects, for tests only: everything has a sensible default, a test says only
/// what it is about.
///
///   const Bytes bytes =
///   a_payment().from("NORDDEFF/main").to("SUDBFRPP/main").amount(eur(1250)).signed_by({"maker"}).bytes();
///
/// Names are given as text; text that is no such name is a bug of the test and aborts. Keys come
/// from fixed seeds, so that every run makes the same bytes.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "base/keys.h"
#include "chain/transaction.h"

namespace vostro::test {

// Words.
[[nodiscard]] Bic bic(std::string_view text);                   ///< "NORDDEFF"
[[nodiscard]] chain::AccountId account(std::string_view text);  ///< "NORDDEFF/main"
[[nodiscard]] Currency currency(std::string_view code);
[[nodiscard]] Money money(std::string_view currency_code, std::int64_t minor_units);
[[nodiscard]] inline Money eur(std::int64_t cents) {
  return money("EUR", cents);
}
[[nodiscard]] inline Money usd(std::int64_t cents) {
  return money("USD", cents);
}
[[nodiscard]] inline Money jpy(std::int64_t yen) {
  return money("JPY", yen);
}
[[nodiscard]] inline Money kwd(std::int64_t fils) {
  return money("KWD", fils);
}
[[nodiscard]] Uuid uetr(std::uint64_t number);        ///< a UUIDv4 of its own for each number
[[nodiscard]] Uuid derived_id(std::uint64_t number);  ///< a UUIDv8
[[nodiscard]] Hash hash_of(std::string_view text);    ///< any hash, the same for the same text
[[nodiscard]] const Hash& network();                  ///< the network that builders sign for
[[nodiscard]] chain::GivenCode code(std::string_view four);
[[nodiscard]] chain::Purpose purpose(std::string_view four);
/// The key of this name, from a fixed seed. Lives until the program ends; one thread.
[[nodiscard]] const SecretKey& key(std::string_view name);
/// "20231114T221320Z" as a number: 1 700 000 000. Builders' transactions are valid for an hour
/// after it.
inline constexpr UnixSeconds test_time{1'700'000'000};

// Policies.
inline constexpr chain::Roles maker{static_cast<std::uint8_t>(chain::Role::maker)};
inline constexpr chain::Roles checker{static_cast<std::uint8_t>(chain::Role::checker)};
inline constexpr chain::Roles service{static_cast<std::uint8_t>(chain::Role::service)};
[[nodiscard]] constexpr chain::Roles operator|(chain::Roles a, chain::Roles b) {
  return {static_cast<std::uint8_t>(a.bits | b.bits)};
}
inline constexpr chain::Roles all_roles{7};

class PolicyBuilder {
 public:
  /// A key by name; the person has the key's name unless said otherwise. Kept in order.
  PolicyBuilder& with_key(std::string_view name, chain::Roles roles, std::string_view person = {});
  PolicyBuilder& rule(chain::Rule rule);
  /// One signature by any role, for anything of the class.
  PolicyBuilder& alone(chain::ActionClass action);
  /// Maker first, then `checkers` checkers, for amounts up to `up_to` minor units of any currency.
  PolicyBuilder& dual(chain::ActionClass action, std::uint8_t checkers = 1,
                      std::optional<std::int64_t> up_to = {});
  PolicyBuilder& cap(const Money& per_day);
  [[nodiscard]] chain::Policy build() const { return policy_; }
  operator chain::Policy() const { return policy_; }  // NOLINT: reads as the policy it makes

 private:
  chain::Policy policy_;
};
[[nodiscard]] inline PolicyBuilder a_policy() {
  return {};
}
/// Each key alone may do everything: one key of all roles per name.
[[nodiscard]] chain::Policy simple_policy(std::initializer_list<std::string_view> names);
/// "<prefix>-maker" enters and "<prefix>-checker" approves payments; either alone may do all else.
[[nodiscard]] chain::Policy four_eyes_policy(std::string_view prefix);

// Quotes.
/// A EUR/USD quote of FXPRUS33/desk: sells EUR, buys USD at 1.0842, signed by the key "desk".
class QuoteBuilder {
 public:
  QuoteBuilder();
  QuoteBuilder& id(const Uuid& value);
  QuoteBuilder& network(const Hash& value);
  QuoteBuilder& provider(std::string_view account_text);
  QuoteBuilder& sells(std::string_view currency_code);
  QuoteBuilder& buys(std::string_view currency_code);
  QuoteBuilder& rate(std::uint64_t mantissa, std::uint8_t scale);
  QuoteBuilder& limit(std::int64_t minor_units);
  QuoteBuilder& expires_at(UnixSeconds value);
  QuoteBuilder& hold_max_s(std::uint32_t value);
  QuoteBuilder& debtors(std::initializer_list<std::string_view> bics);
  QuoteBuilder& signed_by(std::string_view key_name);
  [[nodiscard]] const chain::Quote& quote() const { return quote_; }
  [[nodiscard]] chain::SignedQuote build() const;

 private:
  chain::Quote quote_;
  std::string signer_ = "desk";
};
[[nodiscard]] inline QuoteBuilder a_quote() {
  return {};
}

[[nodiscard]] chain::Charge debtor_charge(std::string_view account_text, std::int64_t minor_units);
[[nodiscard]] chain::Charge creditor_charge(std::string_view account_text,
                                            std::int64_t minor_units);

// Transactions.
/// What every transaction has around its body. `build` signs with the named keys, in the order the
/// ledger wants.
template <class Derived>
class Envelope {
 public:
  explicit Envelope(chain::Body body) {
    draft_.body = std::move(body);
    reset();
  }

  Derived& id(const Uuid& value) {
    draft_.id = value;
    return self();
  }
  Derived& network(const Hash& value) {
    draft_.network_id = value;
    return self();
  }
  Derived& version(std::uint16_t value) {
    draft_.version = value;
    return self();
  }
  Derived& valid_until(UnixSeconds value) {
    draft_.valid_until = value;
    return self();
  }
  Derived& signed_by(std::initializer_list<std::string_view> names) {
    signers_.assign(names.begin(), names.end());
    return self();
  }

  [[nodiscard]] chain::Transaction build() const { return sign(draft_, signers_); }
  [[nodiscard]] Bytes bytes() const { return chain::encode_transaction(build()); }
  /// Through the real verification; aborts with the reason where it fails.
  [[nodiscard]] chain::VerifiedTransactionPtr verified() const {
    return verify_or_abort(bytes(), draft_.network_id);
  }

 protected:
  template <class T>
  [[nodiscard]] T& body() {
    return std::get<T>(draft_.body);
  }

 private:
  Derived& self() { return static_cast<Derived&>(*this); }
  void reset();
  static chain::Transaction sign(chain::Transaction draft, const std::vector<std::string>& names);
  static chain::VerifiedTransactionPtr verify_or_abort(const Bytes& bytes, const Hash& network_id);

  chain::Transaction draft_;
  std::vector<std::string> signers_{"maker"};
};
/// Signatures of the named keys, ascending by key, each once.
[[nodiscard]] chain::Transaction signed_transaction(chain::Transaction draft,
                                                    const std::vector<std::string>& names);

/// Any body as it is.
class TransactionBuilder : public Envelope<TransactionBuilder> {
 public:
  using Envelope::Envelope;
};
[[nodiscard]] inline TransactionBuilder a_transaction(chain::Body body) {
  return TransactionBuilder(std::move(body));
}

/// EUR 12.50 from NORDDEFF/main to SUDBFRPP/main, SHAR, immediate.
class PaymentBuilder : public Envelope<PaymentBuilder> {
 public:
  PaymentBuilder();
  PaymentBuilder& from(std::string_view account_text);
  PaymentBuilder& to(std::string_view account_text);
  PaymentBuilder& amount(const Money& value);
  PaymentBuilder& bearer(chain::Bearer value);
  PaymentBuilder& charge(const chain::Charge& value);
  PaymentBuilder& purpose(std::string_view four);
  PaymentBuilder& annex(const Hash& value);
  PaymentBuilder& accept_by(UnixSeconds value);
};
[[nodiscard]] inline PaymentBuilder a_payment() {
  return {};
}

[[nodiscard]] chain::Credit a_credit(std::string_view creditor, std::int64_t minor_units);

/// A bulk in EUR from NORDDEFF/main; count and total follow the items unless said otherwise.
class BatchBuilder : public Envelope<BatchBuilder> {
 public:
  BatchBuilder();
  BatchBuilder& from(std::string_view account_text);
  BatchBuilder& in(std::string_view currency_code);
  BatchBuilder& bearer(chain::Bearer value);
  BatchBuilder& accept_by(UnixSeconds value);
  BatchBuilder& item(const Uuid& item_uetr, chain::Credit credit);
  BatchBuilder& item(const Uuid& item_uetr, std::string_view creditor, std::int64_t minor_units);
  BatchBuilder& count(std::uint32_t value);
  BatchBuilder& total(std::int64_t minor_units);
};
[[nodiscard]] inline BatchBuilder a_batch() {
  return {};
}

/// EUR 12.50 to SUDBFRPP/main, paid in USD from NORDDEFF/main, at a_quote().
class FxPaymentBuilder : public Envelope<FxPaymentBuilder> {
 public:
  FxPaymentBuilder();
  FxPaymentBuilder& from(std::string_view account_text);
  FxPaymentBuilder& to(std::string_view account_text);
  FxPaymentBuilder& amount(const Money& value);         ///< what the creditor gets
  FxPaymentBuilder& debtor_amount(const Money& value);  ///< what the debtor pays
  FxPaymentBuilder& bearer(chain::Bearer value);
  FxPaymentBuilder& charge(const chain::Charge& value);
  FxPaymentBuilder& accept_by(UnixSeconds value);
  FxPaymentBuilder& quote(const chain::SignedQuote& value);
};
[[nodiscard]] inline FxPaymentBuilder an_fx_payment() {
  return {};
}

/// A receipt of the payment `a_payment().id(uetr(number))`, settled.
[[nodiscard]] chain::Receipt a_payment_receipt(std::uint64_t number);
/// The only receipt of the block at height 7.
[[nodiscard]] chain::Original an_original(const chain::Receipt& receipt);

template <class Derived>
void Envelope<Derived>::reset() {
  draft_.network_id = test::network();
  draft_.id = uetr(1);
  draft_.valid_until = UnixSeconds(test_time.value + 3600);
}
template <class Derived>
chain::Transaction Envelope<Derived>::sign(chain::Transaction draft,
                                           const std::vector<std::string>& names) {
  return signed_transaction(std::move(draft), names);
}
[[nodiscard]] chain::VerifiedTransactionPtr verified_or_abort(const Bytes& bytes,
                                                              const Hash& network_id);
template <class Derived>
chain::VerifiedTransactionPtr Envelope<Derived>::verify_or_abort(const Bytes& bytes,
                                                                 const Hash& network_id) {
  return verified_or_abort(bytes, network_id);
}

}  // namespace vostro::test
