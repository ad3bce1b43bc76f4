#include <utility>

#include "chain/json/alternatives.h"
#include "chain/json/values.h"
#include "chain/json/words.h"

namespace vostro::chain {
namespace {

std::optional<Hash> read_annex(const JsonIn& in) {
  return in.field("annex").optional([](const JsonIn& each) { return each.hash(); });
}

Purpose read_purpose(const JsonIn& in) {
  return {in.four()};
}

// The currency of the creditor's leg is that of the amount; the debtor's leg has another one only
// in an exchange.
struct CreditIn {
  Credit credit;
  Currency currency;
};
CreditIn read_credit(const JsonIn& in, const std::optional<Currency>& debtor_leg) {
  CreditIn out;
  out.credit.creditor = in.field("creditor").account();
  const Money amount = in.field("amount").money();
  out.currency = amount.currency;
  out.credit.amount = amount.units;
  if (!in.field("charges").is_null()) {
    for (const JsonIn& each : in.field("charges").elements(charges_max)) {
      each.has_fields({"payer", "account", "amount"});
      Charge charge;
      charge.payer = each.field("payer").parsed<Payer>(
          [](std::string_view word) { return words::from_word(words::payers, word); });
      charge.account = each.field("account").account();
      const bool by_debtor = charge.payer == Payer::debtor;
      charge.amount =
          each.field("amount").units_of(by_debtor && debtor_leg ? *debtor_leg : out.currency);
      out.credit.charges.push_back(std::move(charge));
    }
  }
  out.credit.purpose = in.field("purpose").optional(read_purpose);
  out.credit.annex = read_annex(in);
  return out;
}

struct TermsIn {
  Bearer bearer = Bearer::shar;
  Acceptance acceptance;
  IfShort if_short = IfShort::reject;
};
TermsIn read_terms(const JsonIn& in) {
  TermsIn terms;
  terms.bearer = in.field("bearer").parsed<Bearer>(bearer_from);
  const JsonIn acceptance = in.field("acceptance");
  if (acceptance.is_object()) {
    acceptance.has_fields({"accept_by"});
    terms.acceptance.accept_by = acceptance.field("accept_by").time();
  } else if (acceptance.text() != "immediate") {
    acceptance.note(JsonFault::bad_value);
  }
  terms.if_short = in.field("if_short").parsed<IfShort>([](std::string_view word) {
    return words::from_word(words::if_short, word);
  });
  return terms;
}

Payment read(const JsonIn& in, const Payment*) {
  in.has_fields({"type", "debtor", "creditor", "amount", "bearer", "acceptance", "if_short"},
                {"charges", "purpose", "annex"});
  auto [credit, currency] = read_credit(in, std::nullopt);
  const TermsIn terms = read_terms(in);
  return {in.field("debtor").account(),
          currency,
          std::move(credit),
          terms.bearer,
          terms.acceptance,
          terms.if_short};
}

PaymentBatch read(const JsonIn& in, const PaymentBatch*) {
  in.has_fields({"type", "debtor", "currency", "bearer", "acceptance", "if_short", "count", "total",
                 "items"});
  PaymentBatch body;
  body.debtor = in.field("debtor").account();
  body.currency = in.field("currency").currency();
  const TermsIn terms = read_terms(in);
  body.bearer = terms.bearer;
  body.acceptance = terms.acceptance;
  body.if_short = terms.if_short;
  body.count = in.field("count").integer<std::uint32_t>();
  body.total = in.field("total").units_of(body.currency);
  for (const JsonIn& each : in.field("items").elements(PaymentBatch::items_max)) {
    each.has_fields({"uetr", "creditor", "amount"}, {"charges", "purpose", "annex"});
    auto [credit, currency] = read_credit(each, std::nullopt);
    if (currency != body.currency)
      each.field("amount").field("currency").note(JsonFault::bad_value);
    body.items.push_back({each.field("uetr").uuid(), std::move(credit)});
  }
  return body;
}

FxPayment read(const JsonIn& in, const FxPayment*) {
  in.has_fields({"type", "debtor", "creditor", "amount", "bearer", "acceptance", "if_short",
                 "debtor_amount", "quote"},
                {"charges", "purpose", "annex"});
  const Money debtor_amount = in.field("debtor_amount").money();
  auto [credit, currency] = read_credit(in, debtor_amount.currency);
  const TermsIn terms = read_terms(in);
  return {in.field("debtor").account(),
          currency,
          std::move(credit),
          terms.bearer,
          terms.acceptance,
          terms.if_short,
          debtor_amount,
          read_signed_quote(in.field("quote"))};
}

Accept read(const JsonIn& in, const Accept*) {
  in.has_fields({"type", "creditor", "payment"});
  return {in.field("creditor").account(), in.field("payment").payment_name()};
}

Reject read(const JsonIn& in, const Reject*) {
  in.has_fields({"type", "creditor", "payment", "code"});
  return {in.field("creditor").account(), in.field("payment").payment_name(),
          in.field("code").four()};
}

Block read(const JsonIn& in, const Block*) {
  in.has_fields({"type", "creditor", "payment", "legal_basis", "document"});
  return {in.field("creditor").account(), in.field("payment").payment_name(),
          in.field("legal_basis").text(legal_basis_size_max), in.field("document").hash()};
}

Unblock read(const JsonIn& in, const Unblock*) {
  in.has_fields({"type", "creditor", "payment", "to", "legal_basis", "document"});
  const auto to = in.field("to").parsed<UnblockTo>(
      [](std::string_view word) { return words::from_word(words::unblock_to, word); });
  return {in.field("creditor").account(), in.field("payment").payment_name(), to,
          in.field("legal_basis").text(legal_basis_size_max), in.field("document").hash()};
}

Recall read(const JsonIn& in, const Recall*) {
  in.has_fields({"type", "debtor", "payment", "code"}, {"original"});
  return {in.field("debtor").account(), in.field("payment").payment_name(), in.field("code").four(),
          in.field("original").optional(read_original)};
}

RefuseRecall read(const JsonIn& in, const RefuseRecall*) {
  in.has_fields({"type", "creditor", "payment", "code"});
  return {in.field("creditor").account(), in.field("payment").payment_name(),
          in.field("code").four()};
}

ConfirmCredit read(const JsonIn& in, const ConfirmCredit*) {
  in.has_fields({"type", "original", "credited_at"});
  return {read_original(in.field("original")), in.field("credited_at").time()};
}

Return read(const JsonIn& in, const Return*) {
  in.has_fields({"type", "original", "amount", "code"}, {"annex"});
  Return body;
  body.original = read_original(in.field("original"));
  const Money amount = in.field("amount").money();
  body.amount = amount.units;
  const auto& payment = body.original.receipt.payment;
  if (!payment || payment->amount.currency != amount.currency) {
    in.field("amount").field("currency").note(JsonFault::bad_value);
  }
  body.code = in.field("code").four();
  body.annex = read_annex(in);
  return body;
}

Issue read(const JsonIn& in, const Issue*) {
  in.has_fields({"type", "agent", "account", "amount", "entry"});
  return {in.field("agent").bic(), in.field("account").account(), in.field("amount").money(),
          in.field("entry").hash()};
}

Redeem read(const JsonIn& in, const Redeem*) {
  in.has_fields({"type", "account", "amount"}, {"annex"});
  return {in.field("account").account(), in.field("amount").money(), read_annex(in)};
}

RedeemOutcome read(const JsonIn& in, const RedeemOutcome*) {
  in.has_fields({"type", "agent", "redeem", "result", "message"}, {"code"});
  const auto result = in.field("result").parsed<RedeemResult>(
      [](std::string_view word) { return words::from_word(words::redeem_results, word); });
  return {in.field("agent").bic(), in.field("redeem").owned_id(), result,
          in.field("code").optional([](const JsonIn& each) { return each.four(); }),
          in.field("message").hash()};
}

AttestReserves read(const JsonIn& in, const AttestReserves*) {
  in.has_fields({"type", "agent", "balance", "statement", "as_of"});
  const Money balance = in.field("balance").money();
  return {in.field("agent").bic(), balance.currency, balance.units, in.field("statement").hash(),
          in.field("as_of").time()};
}

OpenBusinessDate read(const JsonIn& in, const OpenBusinessDate*) {
  in.has_fields({"type", "agent", "currency", "date"});
  return {in.field("agent").bic(), in.field("currency").currency(), in.field("date").date()};
}

template <class AccountBody>
AccountBody read_account_terms(const JsonIn& in) {
  in.has_fields({"type", "account", "accepts"}, {"policy"});
  return {in.field("account").account(), in.field("policy").optional(read_policy),
          read_accepts(in.field("accepts"))};
}
OpenAccount read(const JsonIn& in, const OpenAccount*) {
  return read_account_terms<OpenAccount>(in);
}
UpdateAccount read(const JsonIn& in, const UpdateAccount*) {
  return read_account_terms<UpdateAccount>(in);
}

UpdatePolicy read(const JsonIn& in, const UpdatePolicy*) {
  in.has_fields({"type", "participant", "policy"}, {"currency"});
  return {in.field("participant").bic(),
          in.field("currency").optional([](const JsonIn& each) { return each.currency(); }),
          read_policy(in.field("policy"))};
}

template <class AccountBody>
AccountBody read_account_only(const JsonIn& in) {
  in.has_fields({"type", "account"});
  return {in.field("account").account()};
}
CloseAccount read(const JsonIn& in, const CloseAccount*) {
  return read_account_only<CloseAccount>(in);
}
Freeze read(const JsonIn& in, const Freeze*) {
  return read_account_only<Freeze>(in);
}
Unfreeze read(const JsonIn& in, const Unfreeze*) {
  return read_account_only<Unfreeze>(in);
}

Cancel read(const JsonIn& in, const Cancel*) {
  in.has_fields({"type"}, {"delayed", "quote"});
  return {in.field("delayed").optional([](const JsonIn& each) { return each.owned_id(); }),
          in.field("quote").optional(read_quote)};
}

Propose read(const JsonIn& in, const Propose*) {
  in.has_fields({"type", "participant", "change", "not_before", "closes_at"});
  return {in.field("participant").bic(), read_change(in.field("change")),
          in.field("not_before").time(), in.field("closes_at").time()};
}

Vote read(const JsonIn& in, const Vote*) {
  in.has_fields({"type", "participant", "proposal", "yes"});
  return {in.field("participant").bic(), in.field("proposal").owned_id(),
          in.field("yes").boolean()};
}

Ready read(const JsonIn& in, const Ready*) {
  in.has_fields({"type", "participant", "key", "synced_height", "versions"});
  Ready body{in.field("participant").bic(),
             in.field("key").public_key(),
             Height(in.field("synced_height").integer<std::uint64_t>()),
             {}};
  for (const JsonIn& each : in.field("versions").elements(Ready::versions_max))
    body.versions.push_back(each.integer<std::uint16_t>());
  return body;
}

ReportEvidence read(const JsonIn& in, const ReportEvidence*) {
  in.has_fields({"type", "participant", "epoch", "evidence"});
  return {in.field("participant").bic(), Epoch(in.field("epoch").integer<std::uint64_t>()),
          in.field("evidence").parsed<Bytes>([](std::string_view text) {
            auto bytes = from_hex(text);
            if (bytes && bytes->size() > ReportEvidence::evidence_bytes_max) bytes.reset();
            return bytes;
          })};
}

}  // namespace

Body read_body(const JsonIn& in) {
  return read_by_type<Body>(in,
                            [](const JsonIn& from, const auto* tag) { return read(from, tag); });
}

Transaction read_transaction(const JsonIn& in) {
  in.has_fields({"version", "network_id", "id", "valid_until", "body", "signatures"});
  Transaction transaction;
  transaction.version = in.field("version").integer<std::uint16_t>();
  transaction.network_id = in.field("network_id").hash();
  transaction.id = in.field("id").uuid();
  transaction.valid_until = in.field("valid_until").time();
  transaction.body = read_body(in.field("body"));
  for (const JsonIn& each : in.field("signatures").elements(Transaction::signatures_max)) {
    each.has_fields({"key", "signature"});
    transaction.signatures.push_back(
        {each.field("key").public_key(), each.field("signature").signature()});
  }
  return transaction;
}

}  // namespace vostro::chain
