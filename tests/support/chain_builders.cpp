#include "tests/support/chain_builders.h"

#include <algorithm>
#include <cstdio>
#include <map>
#include <utility>

#include "base/checked.h"
#include "base/hash.h"

namespace vostro::test {
namespace {

constexpr std::string_view kDebtor = "NORDDEFF/main";
constexpr std::string_view kCreditor = "SUDBFRPP/main";

}  // namespace

Bic bic(std::string_view text) {
  const auto parsed = parse_bic(text);
  VOSTRO_CHECK(parsed.has_value());
  return *parsed;
}

chain::AccountId account(std::string_view text) {
  auto parsed = chain::parse_account(text);
  VOSTRO_CHECK(parsed.has_value());
  return *std::move(parsed);
}

Currency currency(std::string_view code) {
  const auto parsed = parse_currency(code);
  VOSTRO_CHECK(parsed.has_value());
  return *parsed;
}

Money money(std::string_view currency_code, std::int64_t minor_units) {
  return {currency(currency_code), MinorUnits(minor_units)};
}

Uuid uetr(std::uint64_t number) {
  const Hash digest = hash_of("uetr " + std::to_string(number));
  std::array<Byte, 16> random{};
  std::copy_n(digest.bytes.begin(), random.size(), random.begin());
  return make_uuid_v4(random);
}

Uuid derived_id(std::uint64_t number) {
  return make_uuid_v8(hash_of("derived " + std::to_string(number)));
}

Hash hash_of(std::string_view text) {
  return hash("test", as_bytes(text));
}

const Hash& network() {
  static const Hash id = hash_of("the tests' network");
  return id;
}

chain::GivenCode code(std::string_view four) {
  chain::GivenCode result{};
  VOSTRO_CHECK(four.size() == result.size());
  std::copy(four.begin(), four.end(), result.begin());
  return result;
}

chain::Purpose purpose(std::string_view four) {
  return {code(four)};
}

const SecretKey& key(std::string_view name) {
  static std::map<std::string, SecretKey, std::less<>> keys;
  auto place = keys.find(name);
  if (place == keys.end()) {
    const Hash seed = hash("test/key", as_bytes(name));
    place = keys.emplace(std::string(name), SecretKey::from_seed(seed.view())).first;
  }
  return place->second;
}

PolicyBuilder& PolicyBuilder::with_key(std::string_view name, chain::Roles roles,
                                       std::string_view person) {
  policy_.keys.push_back({.key = key(name).public_key(),
                          .person = std::string(person.empty() ? name : person),
                          .roles = roles});
  std::sort(policy_.keys.begin(), policy_.keys.end());
  return *this;
}

PolicyBuilder& PolicyBuilder::rule(chain::Rule rule) {
  policy_.rules.push_back(rule);
  return *this;
}

PolicyBuilder& PolicyBuilder::alone(chain::ActionClass action) {
  return rule({.action = action, .first = all_roles});
}

PolicyBuilder& PolicyBuilder::dual(chain::ActionClass action, std::uint8_t checkers,
                                   std::optional<std::int64_t> up_to) {
  chain::Rule dual_rule{.action = action, .first = maker, .checkers = checkers};
  if (up_to) dual_rule.up_to = MinorUnits(*up_to);
  return rule(dual_rule);
}

PolicyBuilder& PolicyBuilder::cap(const Money& per_day) {
  policy_.caps.push_back({per_day.currency, per_day.units});
  std::sort(policy_.caps.begin(), policy_.caps.end());
  return *this;
}

chain::Policy simple_policy(std::initializer_list<std::string_view> names) {
  using enum chain::ActionClass;
  PolicyBuilder policy;
  for (const std::string_view name : names) policy.with_key(name, all_roles);
  for (const chain::ActionClass action : {pay, answer, block, issue, quote, manage, govern})
    policy.alone(action);
  return policy.build();
}

chain::Policy four_eyes_policy(std::string_view prefix) {
  using enum chain::ActionClass;
  const std::string name(prefix);
  PolicyBuilder policy;
  policy.with_key(name + "-maker", maker).with_key(name + "-checker", checker);
  policy.dual(pay);
  for (const chain::ActionClass action : {answer, block, issue, quote, manage, govern})
    policy.alone(action);
  return policy.build();
}

QuoteBuilder::QuoteBuilder() {
  quote_.network_id = test::network();
  quote_.id = uetr(900);
  quote_.expires_at = UnixSeconds(test_time.value + 600);
  quote_.hold_max_s = 3600;
  provider("FXPRUS33/desk").sells("EUR").buys("USD").rate(10842, 4).limit(1'000'000'00);
}
QuoteBuilder& QuoteBuilder::id(const Uuid& value) {
  quote_.id = value;
  return *this;
}
QuoteBuilder& QuoteBuilder::network(const Hash& value) {
  quote_.network_id = value;
  return *this;
}
QuoteBuilder& QuoteBuilder::provider(std::string_view account_text) {
  quote_.provider = account(account_text);
  return *this;
}
QuoteBuilder& QuoteBuilder::sells(std::string_view currency_code) {
  quote_.sells = currency(currency_code);
  return *this;
}
QuoteBuilder& QuoteBuilder::buys(std::string_view currency_code) {
  quote_.buys = currency(currency_code);
  return *this;
}
QuoteBuilder& QuoteBuilder::rate(std::uint64_t mantissa, std::uint8_t scale) {
  quote_.rate = {mantissa, scale};
  return *this;
}
QuoteBuilder& QuoteBuilder::limit(std::int64_t minor_units) {
  quote_.limit = MinorUnits(minor_units);
  return *this;
}
QuoteBuilder& QuoteBuilder::expires_at(UnixSeconds value) {
  quote_.expires_at = value;
  return *this;
}
QuoteBuilder& QuoteBuilder::hold_max_s(std::uint32_t value) {
  quote_.hold_max_s = value;
  return *this;
}
QuoteBuilder& QuoteBuilder::debtors(std::initializer_list<std::string_view> bics) {
  quote_.debtors.clear();
  for (const std::string_view text : bics) quote_.debtors.push_back(bic(text));
  return *this;
}
QuoteBuilder& QuoteBuilder::signed_by(std::string_view key_name) {
  signer_ = key_name;
  return *this;
}
chain::SignedQuote QuoteBuilder::build() const {
  const SecretKey& signer = key(signer_);
  return {quote_, signer.public_key(), signer.sign(chain::quote_message(quote_))};
}

chain::Charge debtor_charge(std::string_view account_text, std::int64_t minor_units) {
  return {chain::Payer::debtor, account(account_text), MinorUnits(minor_units)};
}
chain::Charge creditor_charge(std::string_view account_text, std::int64_t minor_units) {
  return {chain::Payer::creditor, account(account_text), MinorUnits(minor_units)};
}

chain::Transaction signed_transaction(chain::Transaction draft,
                                      const std::vector<std::string>& names) {
  const Bytes message =
      chain::transaction_message(draft.network_id, chain::transaction_hash(draft));
  draft.signatures.clear();
  for (const std::string& name : names)
    draft.signatures.push_back({key(name).public_key(), key(name).sign(message)});
  std::sort(draft.signatures.begin(), draft.signatures.end(),
            [](const auto& a, const auto& b) { return a.key < b.key; });
  return draft;
}

chain::VerifiedTransactionPtr verified_or_abort(const Bytes& bytes, const Hash& network_id) {
  const auto verified = chain::verify(bytes, network_id);
  if (!verified) std::fprintf(stderr, "%s\n", to_string(verified.error()).c_str());
  VOSTRO_CHECK(verified.has_value());
  return *verified;
}

PaymentBuilder::PaymentBuilder() : Envelope(chain::Payment{}) {
  from(kDebtor).to(kCreditor).amount(eur(1250));
}
PaymentBuilder& PaymentBuilder::from(std::string_view account_text) {
  body<chain::Payment>().debtor = account(account_text);
  return *this;
}
PaymentBuilder& PaymentBuilder::to(std::string_view account_text) {
  body<chain::Payment>().credit.creditor = account(account_text);
  return *this;
}
PaymentBuilder& PaymentBuilder::amount(const Money& value) {
  body<chain::Payment>().currency = value.currency;
  body<chain::Payment>().credit.amount = value.units;
  return *this;
}
PaymentBuilder& PaymentBuilder::bearer(chain::Bearer value) {
  body<chain::Payment>().bearer = value;
  return *this;
}
PaymentBuilder& PaymentBuilder::charge(const chain::Charge& value) {
  body<chain::Payment>().credit.charges.push_back(value);
  return *this;
}
PaymentBuilder& PaymentBuilder::purpose(std::string_view four) {
  body<chain::Payment>().credit.purpose = test::purpose(four);
  return *this;
}
PaymentBuilder& PaymentBuilder::annex(const Hash& value) {
  body<chain::Payment>().credit.annex = value;
  return *this;
}
PaymentBuilder& PaymentBuilder::accept_by(UnixSeconds value) {
  body<chain::Payment>().acceptance.accept_by = value;
  return *this;
}

chain::Credit a_credit(std::string_view creditor, std::int64_t minor_units) {
  return {.creditor = account(creditor),
          .amount = MinorUnits(minor_units),
          .charges = {},
          .purpose = {},
          .annex = {}};
}

BatchBuilder::BatchBuilder() : Envelope(chain::PaymentBatch{}) {
  from(kDebtor).in("EUR");
}
BatchBuilder& BatchBuilder::from(std::string_view account_text) {
  body<chain::PaymentBatch>().debtor = account(account_text);
  return *this;
}
BatchBuilder& BatchBuilder::in(std::string_view currency_code) {
  body<chain::PaymentBatch>().currency = currency(currency_code);
  return *this;
}
BatchBuilder& BatchBuilder::bearer(chain::Bearer value) {
  body<chain::PaymentBatch>().bearer = value;
  return *this;
}
BatchBuilder& BatchBuilder::accept_by(UnixSeconds value) {
  body<chain::PaymentBatch>().acceptance.accept_by = value;
  return *this;
}
BatchBuilder& BatchBuilder::item(const Uuid& item_uetr, chain::Credit credit) {
  auto& batch = body<chain::PaymentBatch>();
  ++batch.count;
  // The test may want amounts whose sum overflows: then it sets the total itself.
  const auto sum = checked_add(batch.total.value, credit.amount.value);
  batch.total = MinorUnits(sum.value_or(batch.total.value));
  batch.items.push_back({item_uetr, std::move(credit)});
  return *this;
}
BatchBuilder& BatchBuilder::item(const Uuid& item_uetr, std::string_view creditor,
                                 std::int64_t minor_units) {
  return item(item_uetr, a_credit(creditor, minor_units));
}
BatchBuilder& BatchBuilder::count(std::uint32_t value) {
  body<chain::PaymentBatch>().count = value;
  return *this;
}
BatchBuilder& BatchBuilder::total(std::int64_t minor_units) {
  body<chain::PaymentBatch>().total = MinorUnits(minor_units);
  return *this;
}

FxPaymentBuilder::FxPaymentBuilder() : Envelope(chain::FxPayment{}) {
  // 12.50 EUR at 1.0842 are 13.5525 USD, rounded up.
  from(kDebtor).to(kCreditor).amount(eur(1250)).debtor_amount(usd(1356)).quote(a_quote().build());
}
FxPaymentBuilder& FxPaymentBuilder::from(std::string_view account_text) {
  body<chain::FxPayment>().debtor = account(account_text);
  return *this;
}
FxPaymentBuilder& FxPaymentBuilder::to(std::string_view account_text) {
  body<chain::FxPayment>().credit.creditor = account(account_text);
  return *this;
}
FxPaymentBuilder& FxPaymentBuilder::amount(const Money& value) {
  body<chain::FxPayment>().currency = value.currency;
  body<chain::FxPayment>().credit.amount = value.units;
  return *this;
}
FxPaymentBuilder& FxPaymentBuilder::debtor_amount(const Money& value) {
  body<chain::FxPayment>().debtor_amount = value;
  return *this;
}
FxPaymentBuilder& FxPaymentBuilder::bearer(chain::Bearer value) {
  body<chain::FxPayment>().bearer = value;
  return *this;
}
FxPaymentBuilder& FxPaymentBuilder::charge(const chain::Charge& value) {
  body<chain::FxPayment>().credit.charges.push_back(value);
  return *this;
}
FxPaymentBuilder& FxPaymentBuilder::accept_by(UnixSeconds value) {
  body<chain::FxPayment>().acceptance.accept_by = value;
  return *this;
}
FxPaymentBuilder& FxPaymentBuilder::quote(const chain::SignedQuote& value) {
  body<chain::FxPayment>().quote = value;
  return *this;
}

chain::Receipt a_payment_receipt(std::uint64_t number) {
  chain::Receipt receipt;
  receipt.id = {account(kDebtor).owner, uetr(number)};
  receipt.transaction_hash = hash_of("transaction " + std::to_string(number));
  receipt.payment =
      chain::PaymentFacts{uetr(number), account(kDebtor), account(kCreditor), eur(1250)};
  receipt.status = chain::Status::settled;
  for (const auto& [place, units] :
       {std::pair(kDebtor, std::int64_t{-1250}), std::pair(kCreditor, std::int64_t{1250})}) {
    chain::Entry entry;
    entry.place.account = account(place);
    entry.currency = currency("EUR");
    entry.amount = MinorUnits(units);
    entry.business_date = Date(19'675);
    receipt.entries.push_back(entry);
  }
  return receipt;
}

chain::Original an_original(const chain::Receipt& receipt) {
  const Hash leaf = chain::receipt_hash(receipt);
  return {Height(7), receipt, chain::merkle_path({&leaf, 1}, 0)};
}

}  // namespace vostro::test
