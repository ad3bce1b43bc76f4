// Goal: whatever breaks a rule of form is refused with the first reason that applies and the field
// at fault (T6, T7, T11, T13, T14, T17). Method: a table with rows for every reason; pairs of
// faults for the precedence.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <limits>
#include <map>
#include <set>

#include "tests/support/chain_builders.h"
#include "tests/unit/chain/form_rows.h"

namespace vostro::chain {
namespace {

using enum FormReason;
using test::a_batch;
using test::a_payment;
using test::account;
using test::an_fx_payment;
using test::eur;
using test::usd;

constexpr std::int64_t kMax = money_max_default.value;
constexpr std::int64_t kInt64Max = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kInt64Min = std::numeric_limits<std::int64_t>::min();

Transaction with_envelope(const std::function<void(Transaction&)>& change) {
  Transaction transaction = a_payment().signed_by({"maker", "checker"}).build();
  change(transaction);
  return transaction;
}
Transaction with_payment(const std::function<void(Payment&)>& change) {
  return with<Payment>("Payment, every field", change);
}
Transaction with_batch(const std::function<void(PaymentBatch&)>& change) {
  return with<PaymentBatch>("PaymentBatch", change);
}
Transaction with_fx(const std::function<void(FxPayment&)>& change) {
  return with<FxPayment>("FxPayment", change);
}
Transaction paying(std::int64_t units) {
  return a_payment().amount(eur(units)).build();
}
Transaction charged(Bearer bearer, std::initializer_list<Charge> charges) {
  auto payment = a_payment().bearer(bearer);
  for (const Charge& charge : charges) payment.charge(charge);
  return payment.build();
}

void add_envelope_rows(std::vector<FormRow>& rows) {
  const auto add = [&](std::string what, FormReason reason, std::string where,
                       const std::function<void(Transaction&)>& change) {
    rows.push_back({std::move(what), reason, std::move(where), with_envelope(change)});
  };
  add("version 0", wrong_version, "version", [](auto& t) { t.version = 0; });
  add("version 2", wrong_version, "version", [](auto& t) { t.version = 2; });
  add("T7: other network", wrong_network, "network_id",
      [](auto& t) { t.network_id = test::hash_of("other"); });
  add("no id", bad_id, "id", [](auto& t) { t.id = {}; });
  add("derived id for a payment", bad_id, "id", [](auto& t) { t.id = test::derived_id(1); });
  add("id of version 4 and another variant", bad_id, "id", [](auto& t) { t.id.bytes[8] = 0; });
  add("no signature", bad_signature_list, "signatures", [](auto& t) { t.signatures.clear(); });
  add("17 signatures", bad_signature_list, "signatures", [](auto& t) {
    for (Byte i = 0; t.signatures.size() < 17; ++i) {
      t.signatures.push_back(t.signatures.back());
      t.signatures.back().key.bytes[0] = 0xFF;
      t.signatures.back().key.bytes[1] = i;
    }
  });
  add("T6: same signer twice", bad_signature_list, "signatures[1]",
      [](auto& t) { t.signatures[1] = t.signatures[0]; });
  add("signatures out of order", bad_signature_list, "signatures[1]",
      [](auto& t) { std::swap(t.signatures[0], t.signatures[1]); });
  add("valid for ever", bad_time, "valid_until",
      [](auto& t) { t.valid_until = UnixSeconds(std::numeric_limits<std::uint64_t>::max()); });
  add("valid beyond the year 9999", bad_time, "valid_until",
      [](auto& t) { t.valid_until = unix_seconds_max.next(); });
}

void add_identifier_rows(std::vector<FormRow>& rows) {
  const auto add = [&](std::string what, std::string where, Transaction transaction) {
    rows.push_back({std::move(what), bad_identifier, std::move(where), std::move(transaction)});
  };
  add("T17: NUL in a BIC", "debtor", with_payment([](auto& p) { p.debtor.owner.text[8] = '\0'; }));
  add("T17: unknown country in a BIC", "debtor", with_payment([](auto& p) {
        p.debtor.owner.text[4] = 'Q';
        p.debtor.owner.text[5] = 'Q';
      }));
  add("T17: label too long", "creditor",
      with_payment([](auto& p) { p.credit.creditor.label = std::string(35, 'a'); }));
  add("T17: bidirectional control in a label", "creditor",
      with_payment([](auto& p) { p.credit.creditor.label = "a\xE2\x80\xAE"; }));
  add("T17: invalid UTF-8 in a label", "creditor",
      with_payment([](auto& p) { p.credit.creditor.label = "a\xFF"; }));
  add("empty label", "charges[0].account",
      with_payment([](auto& p) { p.credit.charges[0].account.label = ""; }));
  add("lower-case currency", "currency", with_payment([](auto& p) {
        p.currency.code = {'e', 'u', 'r'};
      }));
  add("purpose with digit", "purpose",
      with_payment([](auto& p) { p.credit.purpose = test::purpose("SAL1"); }));
  add("purpose in lower case", "purpose",
      with_payment([](auto& p) { p.credit.purpose = test::purpose("sala"); }));
  add("item's purpose", "items[0].purpose",
      with_batch([](auto& b) { b.items[0].credit.purpose = Purpose{}; }));
  add("item's creditor", "items[2].creditor",
      with_batch([](auto& b) { b.items[2].credit.creditor.owner = {}; }));
  add("batch currency", "currency", with_batch([](auto& b) { b.currency = {}; }));
  add("batch debtor", "debtor", with_batch([](auto& b) { b.debtor = {}; }));
  add("FX debtor", "debtor", with_fx([](auto& f) { f.debtor.label = "A"; }));
  add("FX currency paid", "debtor_amount.currency",
      with_fx([](auto& f) { f.debtor_amount.currency = {}; }));
  add("accepting account", "creditor", with<Accept>("Accept", [](auto& b) { b.creditor = {}; }));
  add("accepted payment's agent", "payment.agent",
      with<Accept>("Accept", [](auto& b) { b.payment.owner = {}; }));
  add("rejecting account", "creditor", with<Reject>("Reject", [](auto& b) { b.creditor = {}; }));
  add("reject code with space", "code",
      with<Reject>("Reject", [](auto& b) { b.code = test::code("AC 1"); }));
  add("reject without code", "code", with<Reject>("Reject", [](auto& b) { b.code = {}; }));
  add("blocking account", "creditor", with<Block>("Block", [](auto& b) { b.creditor = {}; }));
  add("unblocking account", "creditor", with<Unblock>("Unblock", [](auto& b) { b.creditor = {}; }));
  add("recalling account", "debtor", with<Recall>("Recall", [](auto& b) { b.debtor = {}; }));
  add("recall code", "code", with<Recall>("Recall", [](auto& b) { b.code = test::code("dupl"); }));
  add("refusing account", "creditor",
      with<RefuseRecall>("RefuseRecall", [](auto& b) { b.creditor = {}; }));
  add("refusal's code", "code",
      with<RefuseRecall>("RefuseRecall", [](auto& b) { b.code = test::code("CUS-"); }));
  add("return's code", "code", with<Return>("Return", [](auto& b) { b.code = {}; }));
  add("issuing agent", "agent", with<Issue>("Issue", [](auto& b) { b.agent = {}; }));
  add("issue's account", "account", with<Issue>("Issue", [](auto& b) { b.account = {}; }));
  add("issue's currency", "money.currency",
      with<Issue>("Issue", [](auto& b) { b.money.currency = {}; }));
  add("redeem's account", "account", with<Redeem>("Redeem", [](auto& b) { b.account = {}; }));
  add("redeem's currency", "money.currency",
      with<Redeem>("Redeem", [](auto& b) { b.money.currency = {}; }));
  add("outcome's agent", "agent",
      with<RedeemOutcome>("RedeemOutcome", [](auto& b) { b.agent = {}; }));
  add("outcome's owner", "redeem.agent",
      with<RedeemOutcome>("RedeemOutcome", [](auto& b) { b.redeem.owner = {}; }));
  add("outcome's code", "code",
      with<RedeemOutcome>("RedeemOutcome", [](auto& b) { b.code = GivenCode{}; }));
  add("attesting agent", "agent",
      with<AttestReserves>("AttestReserves", [](auto& b) { b.agent = {}; }));
  add("attested currency", "currency",
      with<AttestReserves>("AttestReserves", [](auto& b) { b.currency = {}; }));
  add("date's agent", "agent",
      with<OpenBusinessDate>("OpenBusinessDate", [](auto& b) { b.agent = {}; }));
  add("date's currency", "currency",
      with<OpenBusinessDate>("OpenBusinessDate", [](auto& b) { b.currency = {}; }));
  add("opened account", "account",
      with<OpenAccount>("OpenAccount", [](auto& b) { b.account.label = "a b"; }));
  add("updated account", "account",
      with<UpdateAccount>("UpdateAccount", [](auto& b) { b.account.label = "A"; }));
  add("policy's participant", "participant",
      with<UpdatePolicy>("UpdatePolicy", [](auto& b) { b.participant = {}; }));
  add("policy's currency", "currency",
      with<UpdatePolicy>("UpdatePolicy", [](auto& b) { b.currency = Currency{}; }));
  add("closed account", "account",
      with<CloseAccount>("CloseAccount", [](auto& b) { b.account = {}; }));
  add("frozen account", "account", with<Freeze>("Freeze", [](auto& b) { b.account = {}; }));
  add("thawed account", "account", with<Unfreeze>("Unfreeze", [](auto& b) { b.account = {}; }));
  add("cancelled order's owner", "delayed.agent",
      with<Cancel>("Cancel", [](auto& b) { b.delayed->owner = {}; }));
}

void add_amount_rows(std::vector<FormRow>& rows) {
  const auto add = [&](std::string what, FormReason reason, std::string where,
                       Transaction transaction) {
    rows.push_back({std::move(what), reason, std::move(where), std::move(transaction)});
  };
  add("T11: amount 0", amount_not_positive, "amount", paying(0));
  add("T11: amount -1", amount_not_positive, "amount", paying(-1));
  add("T11: least int64", amount_not_positive, "amount", paying(kInt64Min));
  add("T11: 10^17 + 1", amount_too_large, "amount", paying(kMax + 1));
  add("T11: most int64", amount_too_large, "amount", paying(kInt64Max));
  add("charge of 0", amount_not_positive, "charges[1].amount",
      with_payment([](auto& p) { p.credit.charges[1].amount = MinorUnits(0); }));
  add("charge above the maximum", amount_too_large, "charges[0].amount",
      with_payment([](auto& p) { p.credit.charges[0].amount = MinorUnits(kMax + 1); }));
  add("item of 0", amount_not_positive, "items[1].amount", with_batch([](auto& b) {
        b.items[1].credit.amount = MinorUnits(0);
        b.total = MinorUnits(901);
      }));
  add("item above the maximum", amount_too_large, "items[1].amount",
      with_batch([](auto& b) { b.items[1].credit.amount = MinorUnits(kMax + 1); }));
  add("total of 0", amount_not_positive, "total", a_batch().build());
  add("total above the maximum", amount_too_large, "total",
      a_batch()
          .item(test::uetr(11), "SUDBFRPP/main", kMax)
          .item(test::uetr(12), "SUDBFRPP/main", 1)
          .build());
  add("FX amount of 0", amount_not_positive, "amount",
      with_fx([](auto& f) { f.credit.amount = MinorUnits(0); }));
  add("FX debtor's amount of 0", amount_not_positive, "debtor_amount.amount",
      with_fx([](auto& f) { f.debtor_amount.units = MinorUnits(0); }));
  add("FX debtor's amount above the maximum", amount_too_large, "debtor_amount.amount",
      with_fx([](auto& f) { f.debtor_amount.units = MinorUnits(kInt64Max); }));
  add("issue of 0", amount_not_positive, "money.amount",
      with<Issue>("Issue", [](auto& b) { b.money.units = MinorUnits(0); }));
  add("issue above the maximum", amount_too_large, "money.amount",
      with<Issue>("Issue", [](auto& b) { b.money.units = MinorUnits(kMax + 1); }));
  add("redeem of -1", amount_not_positive, "money.amount",
      with<Redeem>("Redeem", [](auto& b) { b.money.units = MinorUnits(-1); }));
  add("return of 0", amount_not_positive, "amount",
      with<Return>("Return", [](auto& b) { b.amount = MinorUnits(0); }));

  add("T13: debtor is creditor", debtor_is_creditor, "creditor",
      a_payment().to("NORDDEFF/main").build());
  add("T13: in a bulk", debtor_is_creditor, "items[1].creditor",
      with_batch([](auto& b) { b.items[1].credit.creditor = b.debtor; }));
  add("T13: in an exchange", debtor_is_creditor, "creditor",
      with_fx([](auto& f) { f.credit.creditor = f.debtor; }));

  add("T14: no item", bad_totals, "items", with_batch([](auto& b) {
        b.items.clear();
        b.count = 0;
      }));
  add("T14: 10 001 items", bad_totals, "items", with_batch([](auto& b) {
        BatchItem item = b.items[1];
        b.items.clear();
        for (std::uint64_t i = 0; i < PaymentBatch::items_max + 1; ++i) {
          item.uetr = test::uetr(1000 + i);
          b.items.push_back(item);
        }
        b.count = static_cast<std::uint32_t>(b.items.size());
        b.total = MinorUnits(item.credit.amount.value * b.count);
      }));
  add("T14: count too high", bad_totals, "count", with_batch([](auto& b) { ++b.count; }));
  add("T14: count too low", bad_totals, "count", with_batch([](auto& b) { --b.count; }));
  add("T14: total too high", bad_totals, "total",
      with_batch([](auto& b) { b.total = b.total.next(); }));
  add("T14: total too low", bad_totals, "total",
      with_batch([](auto& b) { b.total = b.total.previous(); }));
  // 2^64 / 10^17 is 184.4: so many items wrap an unchecked sum round to a total that looks right.
  auto overflowing = a_batch();
  for (std::uint64_t i = 0; i < 184; ++i)
    overflowing.item(test::uetr(1000 + i), "SUDBFRPP/main", kMax);
  overflowing.item(test::uetr(999), "SUDBFRPP/main", 46'744'073'709'551'616 + 1000);
  add("T14: sum overflows", bad_totals, "total", overflowing.total(1000).build());
  add("T14: UETR twice", repeated_uetr, "items[2].uetr",
      with_batch([](auto& b) { b.items[2].uetr = b.items[0].uetr; }));
  add("T9: UETR is the transaction's id", repeated_uetr, "items[1].uetr",
      with_batch([](auto& b) { b.items[1].uetr = test::uetr(1); }));
  add("item's UETR of version 8", bad_id, "items[1].uetr",
      with_batch([](auto& b) { b.items[1].uetr = test::derived_id(1); }));
}

void add_charge_rows(std::vector<FormRow>& rows) {
  const auto add = [&](std::string what, std::string where, Transaction transaction) {
    rows.push_back({std::move(what), bad_charges, std::move(where), std::move(transaction)});
  };
  const Charge by_debtor = test::debtor_charge("NORDDEFF/fees", 1);
  const Charge by_creditor = test::creditor_charge("SUDBFRPP/fees", 1);
  add("DEBT with the creditor paying", "charges[1].payer",
      charged(Bearer::debt, {by_debtor, by_creditor}));
  add("CRED with the debtor paying", "charges[0].payer", charged(Bearer::cred, {by_debtor}));
  add("to a stranger", "charges[0].account",
      charged(Bearer::shar, {test::debtor_charge("ESTAEE2X/fees", 1)}));
  add("to an FX provider, without FX", "charges[0].account",
      charged(Bearer::shar, {test::debtor_charge("FXPRUS33/fees", 1)}));
  add("all of the amount", "charges",
      charged(Bearer::cred, {test::creditor_charge("SUDBFRPP/fees", 1250)}));
  add("all of the amount, in two", "charges",
      charged(Bearer::cred, {test::creditor_charge("SUDBFRPP/fees", 625),
                             test::creditor_charge("NORDDEFF/fees", 625)}));
  add("5 charges", "charges",
      with_payment([](auto& p) { p.credit.charges.resize(5, p.credit.charges[0]); }));
  add("in a bulk", "items[0].charges[0].payer",
      with_batch([](auto& b) { b.bearer = Bearer::debt; }));
  add("in an exchange", "charges[0].account",
      with_fx([](auto& f) { f.credit.charges[0].account = account("ESTAEE2X/fees"); }));
}

void add_other_rows(std::vector<FormRow>& rows) {
  const auto add = [&](std::string what, FormReason reason, std::string where,
                       Transaction transaction) {
    rows.push_back({std::move(what), reason, std::move(where), std::move(transaction)});
  };
  add("T15: rate 0", bad_quote, "quote", with_fx([](auto& f) { f.quote.quote.rate = {}; }));
  add("T15: quote of another network", bad_quote, "quote.network_id",
      with_fx([](auto& f) { f.quote.quote.network_id = test::hash_of("other"); }));
  add("T15: quote sells another currency", bad_quote, "quote.sells",
      with_fx([](auto& f) { f.quote.quote.sells = test::currency("GBP"); }));
  add("T15: quote buys another currency", bad_quote, "quote.buys",
      with_fx([](auto& f) { f.quote.quote.buys = test::currency("GBP"); }));
  add("one currency only", bad_quote, "quote", with_fx([](auto& f) {
        f.debtor_amount.currency = f.currency;
        f.quote.quote.buys = f.currency;
      }));
  add("provider is debtor", bad_quote, "quote.provider", with_fx([](auto& f) {
        f.credit.charges.clear();
        f.quote.quote.provider = f.debtor;
      }));
  add("provider is creditor", bad_quote, "quote.provider", with_fx([](auto& f) {
        f.credit.charges.clear();
        f.quote.quote.provider = f.credit.creditor;
      }));
  add("withdrawn quote is malformed", bad_quote, "quote",
      with<Cancel>("Cancel, quote", [](auto& b) { b.quote->limit = MinorUnits(0); }));
  add("withdrawn quote of another network", bad_quote, "quote.network_id",
      with<Cancel>("Cancel, quote", [](auto& b) { b.quote->network_id = {}; }));

  add("account's policy", bad_policy, "policy (a policy has 1 to 32 keys)",
      with<OpenAccount>("OpenAccount", [](auto& b) { b.policy->keys.clear(); }));
  add("participant's policy", bad_policy,
      "policy (no rule of class manage for any currency: nobody could change the policy)",
      with<UpdatePolicy>("UpdatePolicy", [](auto& b) { b.policy.rules.pop_back(); }));
  add("listed, but nobody", bad_accepts, "accepts",
      with<OpenAccount>("OpenAccount", [](auto& b) { b.accepts.agents.clear(); }));
  add("65 agents", bad_accepts, "accepts", with<OpenAccount>("OpenAccount", [](auto& b) {
        b.accepts.agents.clear();
        for (int i = 0; i < 65; ++i)
          b.accepts.agents.push_back(test::bic("NORDDEFFA" + std::to_string(10 + i)));
      }));
  add("agents out of order", bad_accepts, "accepts", with<OpenAccount>("OpenAccount", [](auto& b) {
        std::swap(b.accepts.agents[0], b.accepts.agents[1]);
      }));
  add("agent twice", bad_accepts, "accepts",
      with<OpenAccount>("OpenAccount", [](auto& b) { b.accepts.agents[1] = b.accepts.agents[0]; }));
  add("agent is no BIC", bad_accepts, "accepts",
      with<OpenAccount>("OpenAccount", [](auto& b) { b.accepts.agents[0] = {}; }));
  add("agents, but all accepted", bad_accepts, "accepts",
      with<UpdateAccount>("UpdateAccount",
                          [](auto& b) { b.accepts.agents = {test::bic("NORDDEFF")}; }));

  add("T17: no legal basis", bad_text, "legal_basis",
      with<Block>("Block", [](auto& b) { b.legal_basis = ""; }));
  add("T17: legal basis of 36", bad_text, "legal_basis",
      with<Block>("Block", [](auto& b) { b.legal_basis = std::string(36, 'x'); }));
  add("T17: NUL", bad_text, "legal_basis",
      with<Unblock>("Unblock", [](auto& b) { b.legal_basis = std::string("a\0b", 3); }));
  add("T17: invalid UTF-8", bad_text, "legal_basis",
      with<Unblock>("Unblock", [](auto& b) { b.legal_basis = "a\xC3"; }));
  add("T17: bidirectional control", bad_text, "legal_basis",
      with<Block>("Block", [](auto& b) { b.legal_basis = "a\xE2\x80\xAE"; }));

  add("original of no payment", bad_original, "original.receipt",
      with<Return>("Return", [](auto& b) { b.original.receipt.payment.reset(); }));
  add("credited original of no payment", bad_original, "original.receipt",
      with<ConfirmCredit>("ConfirmCredit", [](auto& b) { b.original.receipt.payment.reset(); }));
  add("recalled original of no payment", bad_original, "original.receipt",
      with<Recall>("Recall, settled", [](auto& b) { b.original->receipt.payment.reset(); }));
  add("original's creditor", bad_original, "original.receipt.payment",
      with<Return>("Return", [](auto& b) { b.original.receipt.payment->creditor.owner = {}; }));
  add("original's amount", bad_original, "original.receipt.payment",
      with<Return>("Return", [](auto& b) { b.original.receipt.payment->amount.units = {}; }));
  add("original's path", bad_original, "original.path",
      with<Return>("Return", [](auto& b) { b.original.path.siblings.resize(33); }));
  add("original's entries", bad_original, "original.receipt.entries",
      with<Return>("Return", [](auto& b) {
        b.original.receipt.entries.resize(65, b.original.receipt.entries[0]);
      }));

  add("paid with a code", bad_combination, "code",
      with<RedeemOutcome>("RedeemOutcome", [](auto& b) { b.result = RedeemResult::paid; }));
  add("failed without a code", bad_combination, "code",
      with<RedeemOutcome>("RedeemOutcome", [](auto& b) { b.code.reset(); }));
  add("cancels nothing", bad_combination, "delayed",
      with<Cancel>("Cancel", [](auto& b) { b.delayed.reset(); }));
  add("cancels two", bad_combination, "delayed",
      with<Cancel>("Cancel", [](auto& b) { b.quote = test::a_quote().quote(); }));

  add("payment's UETR", bad_id, "payment.uetr",
      with<Accept>("Accept", [](auto& b) { b.payment.id = {}; }));
  add("redeem's id", bad_id, "redeem.id",
      with<RedeemOutcome>("RedeemOutcome", [](auto& b) { b.redeem.id = {}; }));
  add("delayed order's id", bad_id, "delayed.id",
      with<Cancel>("Cancel", [](auto& b) { b.delayed->id = {}; }));

  add("accept_by beyond the year 9999", bad_time, "accept_by",
      with_payment([](auto& p) { p.acceptance.accept_by = unix_seconds_max.next(); }));
  add("bulk's accept_by", bad_time, "accept_by",
      with_batch([](auto& b) { b.acceptance.accept_by = unix_seconds_max.next(); }));
  add("exchange's accept_by", bad_time, "accept_by",
      with_fx([](auto& f) { f.acceptance.accept_by = unix_seconds_max.next(); }));
  add("credited beyond the year 9999", bad_time, "credited_at",
      with<ConfirmCredit>("ConfirmCredit",
                          [](auto& b) { b.credited_at = unix_seconds_max.next(); }));
  add("reserves of less than nothing", amount_not_positive, "balance",
      with<AttestReserves>("AttestReserves", [](auto& b) { b.balance = MinorUnits(-1); }));
  add("reserves above money_max", amount_too_large, "balance",
      with<AttestReserves>("AttestReserves", [](auto& b) { b.balance = MinorUnits(kMax + 1); }));
  add("attested beyond the year 9999", bad_time, "as_of",
      with<AttestReserves>("AttestReserves", [](auto& b) { b.as_of = unix_seconds_max.next(); }));
  add("date before 1970", bad_time, "date",
      with<OpenBusinessDate>("OpenBusinessDate", [](auto& b) { b.date = Date(-1); }));
  add("date beyond the year 9999", bad_time, "date",
      with<OpenBusinessDate>("OpenBusinessDate", [](auto& b) { b.date = Date(2'932'897); }));
}

const std::vector<FormRow>& rows() {
  static const std::vector<FormRow> all = [] {
    std::vector<FormRow> table;
    add_envelope_rows(table);
    add_identifier_rows(table);
    add_amount_rows(table);
    add_charge_rows(table);
    add_other_rows(table);
    return table;
  }();
  return all;
}

TEST(Form, EverySampleIsWellFormed) {
  for (const auto& [name, transaction] : every_body()) {
    const auto form = check_form(transaction, test::network());
    EXPECT_TRUE(form.has_value()) << name << ": " << to_string(form.error());
  }
}

TEST(Form, FaultsAreNamedWithTheirField) {
  for (const auto& [what, reason, where, transaction] : rows()) {
    const auto form = check_form(transaction, test::network());
    ASSERT_FALSE(form.has_value()) << what;
    EXPECT_EQ(to_string(form.error().reason), to_string(reason)) << what;
    EXPECT_EQ(form.error().where, where) << what;
  }
}

TEST(Form, EveryReasonHasARow) {
  // Of bytes: verify_test.cpp. Of proposals: governance_form_test.cpp.
  std::set<FormReason> seen{too_large, undecodable, bad_signature, bad_change};
  for (const FormRow& row : rows()) seen.insert(row.reason);
  for (auto reason = too_large; reason <= bad_signature;
       reason = static_cast<FormReason>(static_cast<std::uint8_t>(reason) + 1))
    EXPECT_TRUE(seen.contains(reason)) << to_string(reason);
}

TEST(Form, EveryReasonHasAWordAndASentence) {
  std::set<std::string_view> words;
  for (auto reason = too_large; reason <= bad_signature;
       reason = static_cast<FormReason>(static_cast<std::uint8_t>(reason) + 1)) {
    EXPECT_TRUE(words.insert(to_string(reason)).second);
    EXPECT_TRUE(sentence(reason).ends_with('.')) << to_string(reason);
  }
  EXPECT_FALSE(words.contains("unknown"));
  EXPECT_EQ(to_string(FormError{amount_not_positive, "amount"}),
            "amount_not_positive at amount: An amount is 0 or below.");
}

// Any fault of the envelope together with any fault of a body: the reason that comes first in
// FormReason is named.
TEST(Form, TheFirstOfTwoReasonsIsNamed) {
  const std::map<FormReason, std::function<void(Transaction&)>> envelope{
      {wrong_version, [](Transaction& t) { t.version = 7; }},
      {wrong_network, [](Transaction& t) { t.network_id = test::hash_of("other"); }},
      {bad_id, [](Transaction& t) { t.id = {}; }},
      {bad_signature_list, [](Transaction& t) { t.signatures.clear(); }},
      {bad_time, [](Transaction& t) { t.valid_until = unix_seconds_max.next(); }},
  };
  for (const FormRow& row : rows()) {
    for (const auto& [reason, change] : envelope) {
      Transaction transaction = row.transaction;
      change(transaction);
      const auto form = check_form(transaction, test::network());
      ASSERT_FALSE(form.has_value());
      const FormReason expected = std::min(reason, row.reason);
      EXPECT_EQ(to_string(form.error().reason), to_string(expected)) << row.what;
    }
  }
}

TEST(Form, TheFirstOfTwoReasonsOfABodyIsNamed) {
  const auto reason_of = [](const Transaction& transaction) {
    return check_form(transaction, test::network()).error().reason;
  };
  EXPECT_EQ(reason_of(a_payment().to("NORDDEFF/main").amount(eur(0)).build()), amount_not_positive);
  EXPECT_EQ(reason_of(a_payment().to("NORDDEFF/main").amount(eur(kMax + 1)).build()),
            amount_too_large);
  EXPECT_EQ(reason_of(with_payment([](auto& p) {
              p.credit.creditor = p.debtor;
              p.bearer = Bearer::debt;
            })),
            debtor_is_creditor);
  EXPECT_EQ(reason_of(with_batch([](auto& b) {
              b.bearer = Bearer::debt;
              ++b.count;
              b.items[1].uetr = b.items[0].uetr;
            })),
            bad_charges);
  EXPECT_EQ(reason_of(with_batch([](auto& b) {
              ++b.count;
              b.items[1].uetr = b.items[0].uetr;
            })),
            bad_totals);
  EXPECT_EQ(reason_of(with_fx([](auto& f) {
              f.quote.quote.rate = {};
              f.credit.charges[0].account.owner = test::bic("ESTAEE2X");
            })),
            bad_charges);
  EXPECT_EQ(reason_of(with<OpenAccount>("OpenAccount",
                                        [](auto& b) {
                                          b.accepts.agents.clear();
                                          b.policy->keys.clear();
                                        })),
            bad_policy);
  EXPECT_EQ(reason_of(with<Cancel>("Cancel",
                                   [](auto& b) {
                                     b.quote = test::a_quote().quote();
                                     b.quote->limit = {};
                                   })),
            bad_quote);
}

TEST(Form, LimitsAreInclusive) {
  const auto passes = [](const Transaction& transaction) {
    const auto form = check_form(transaction, test::network());
    EXPECT_TRUE(form.has_value()) << to_string(form.error());
  };
  passes(paying(1));
  passes(paying(kMax));
  passes(charged(Bearer::cred, {test::creditor_charge("SUDBFRPP/fees", 1249)}));
  passes(charged(Bearer::debt, {test::debtor_charge("SUDBFRPP/fees", 5000)}));
  passes(with_payment([](auto& p) {
    p.credit.charges.assign(charges_max, test::debtor_charge("NORDDEFF/fees", kMax));
  }));
  passes(with<Block>("Block", [](auto& b) { b.legal_basis = std::string(35, 'x'); }));
  passes(with<Issue>("Issue", [](auto& b) { b.money.units = MinorUnits(kMax); }));
  for (const std::int64_t balance : {std::int64_t{0}, kMax})
    passes(
        with<AttestReserves>("AttestReserves", [&](auto& b) { b.balance = MinorUnits(balance); }));
  passes(with_envelope([](auto& t) { t.valid_until = unix_seconds_max; }));
  passes(with<OpenBusinessDate>("OpenBusinessDate", [](auto& b) { b.date = Date(2'932'896); }));
  passes(with<Cancel>("Cancel", [](auto& b) { b.delayed->id = test::derived_id(1); }));
  passes(test::a_transaction(Issue{test::bic("EURADEFF"), account("NORDDEFF/main"), eur(1), {}})
             .id(test::uetr(3))
             .build());
  auto batch = a_batch();
  for (std::uint64_t i = 0; i < PaymentBatch::items_max; ++i)
    batch.item(test::uetr(1000 + i), "SUDBFRPP/main", 1);
  passes(batch.build());
}

}  // namespace
}  // namespace vostro::chain
