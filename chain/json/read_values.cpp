#include <charconv>

#include "chain/json/values.h"
#include "chain/json/words.h"

namespace vostro::chain {
namespace {

Roles read_roles(const JsonIn& in) {
  Roles roles;
  for (const JsonIn& each : in.elements(words::roles.size())) {
    const auto role = each.parsed<Role>(
        [](std::string_view word) { return words::from_word(words::roles, word); });
    const auto bit = static_cast<std::uint8_t>(role);
    if ((roles.bits & bit) != 0) each.note(JsonFault::bad_value);
    roles.bits = static_cast<std::uint8_t>(roles.bits | bit);
  }
  return roles;
}

Rule read_rule(const JsonIn& in) {
  in.has_fields({"action", "first", "checkers", "delay_ms"}, {"currency", "up_to"});
  Rule rule;
  rule.action = in.field("action").parsed<ActionClass>(action_class_from);
  rule.currency = in.field("currency").optional([](const JsonIn& each) { return each.currency(); });
  rule.up_to = in.field("up_to").optional([&rule](const JsonIn& each) {
    return rule.currency ? each.units_of(*rule.currency) : read_minor_units(each);
  });
  rule.first = read_roles(in.field("first"));
  rule.checkers = in.field("checkers").integer<std::uint8_t>();
  rule.delay_ms = in.field("delay_ms").integer<std::uint64_t>();
  return rule;
}

PolicyKey read_policy_key(const JsonIn& in) {
  in.has_fields({"key", "person", "roles"});
  return {in.field("key").public_key(), in.field("person").text(16), read_roles(in.field("roles"))};
}

Cap read_cap(const JsonIn& in) {
  in.has_fields({"per_day"});
  const Money per_day = in.field("per_day").money();
  return {per_day.currency, per_day.units};
}

PaymentFacts read_facts(const JsonIn& in) {
  in.has_fields({"uetr", "debtor", "creditor", "amount"});
  return {in.field("uetr").uuid(), in.field("debtor").account(), in.field("creditor").account(),
          in.field("amount").money()};
}

Place read_place(const JsonIn& in) {
  in.has_fields({"kind"}, {"account", "hold"});
  Place place;
  place.kind = in.field("kind").parsed<PlaceKind>(
      [](std::string_view word) { return words::from_word(words::places, word); });
  place.account = in.field("account").optional([](const JsonIn& each) { return each.account(); });
  place.hold = in.field("hold").optional([](const JsonIn& each) { return each.owned_id(); });
  return place;
}

Entry read_entry(const JsonIn& in) {
  in.has_fields({"place", "amount", "kind", "business_date"});
  const Money amount = in.field("amount").signed_money();
  const auto kind = in.field("kind").parsed<EntryKind>(
      [](std::string_view word) { return words::by_to_string(word, EntryKind::charge); });
  return {read_place(in.field("place")), amount.currency, amount.units, kind,
          in.field("business_date").date()};
}

MerklePath read_path(const JsonIn& in) {
  in.has_fields({"index", "count", "siblings"});
  MerklePath path;
  path.index = in.field("index").integer<std::uint32_t>();
  path.count = in.field("count").integer<std::uint32_t>();
  for (const JsonIn& each : in.field("siblings").elements(32)) path.siblings.push_back(each.hash());
  return path;
}

// Fields that follow from others may be left out; where they are there they must agree.
void check_derived(const JsonIn& in, std::string_view expected) {
  if (in.is_null() ? !expected.empty() && !in.is_absent() : in.text() != expected)
    in.note(JsonFault::bad_value);
}

}  // namespace

MinorUnits read_minor_units(const JsonIn& in) {
  in.has_fields({"minor_units"});
  return in.field("minor_units")
      .parsed<MinorUnits>([](std::string_view digits) -> std::optional<MinorUnits> {
        const auto units = parse_amount(digits, 0, Digits::exact);
        if (!units) return std::nullopt;
        return *units;
      });
}

Accepts read_accepts(const JsonIn& in) {
  Accepts accepts;
  if (in.is_array()) {
    accepts.kind = AcceptsKind::listed;
    for (const JsonIn& each : in.elements(Accepts::agents_max))
      accepts.agents.push_back(each.bic());
    return accepts;
  }
  accepts.kind = in.parsed<AcceptsKind>([](std::string_view word) -> std::optional<AcceptsKind> {
    if (word == "none") return AcceptsKind::none;
    if (word == "all") return AcceptsKind::all;
    return std::nullopt;
  });
  return accepts;
}

Policy read_policy(const JsonIn& in) {
  in.has_fields({"keys", "rules"}, {"caps"});
  Policy policy;
  for (const JsonIn& each : in.field("keys").elements(Policy::keys_max))
    policy.keys.push_back(read_policy_key(each));
  for (const JsonIn& each : in.field("rules").elements(Policy::rules_max))
    policy.rules.push_back(read_rule(each));
  if (in.field("caps").is_null()) return policy;
  for (const JsonIn& each : in.field("caps").elements(Policy::caps_max))
    policy.caps.push_back(read_cap(each));
  return policy;
}

Quote read_quote(const JsonIn& in) {
  in.has_fields({"network_id", "id", "provider", "sells", "buys", "rate", "limit", "expires_at",
                 "hold_max_s"},
                {"debtors"});
  Quote quote;
  quote.network_id = in.field("network_id").hash();
  quote.id = in.field("id").uuid();
  quote.provider = in.field("provider").account();
  quote.sells = in.field("sells").currency();
  quote.buys = in.field("buys").currency();
  quote.rate = in.field("rate").parsed<Rate>(words::exact_rate);
  quote.limit = in.field("limit").units_of(quote.sells);
  quote.expires_at = in.field("expires_at").time();
  quote.hold_max_s = in.field("hold_max_s").integer<std::uint32_t>();
  if (in.field("debtors").is_null()) return quote;
  for (const JsonIn& each : in.field("debtors").elements(Quote::debtors_max))
    quote.debtors.push_back(each.bic());
  return quote;
}

SignedQuote read_signed_quote(const JsonIn& in) {
  in.has_fields({"quote", "key", "signature"});
  return {read_quote(in.field("quote")), in.field("key").public_key(),
          in.field("signature").signature()};
}

Receipt read_receipt(const JsonIn& in) {
  in.has_fields({"id", "transaction_hash", "kind", "status", "entries"},
                {"payment", "reason", "given_code", "iso_status", "iso_code"});
  Receipt receipt;
  receipt.id = in.field("id").owned_id();
  receipt.transaction_hash = in.field("transaction_hash").hash();
  receipt.kind = in.field("kind").parsed<ReceiptKind>(
      [](std::string_view word) { return words::by_to_string(word, ReceiptKind::due); });
  receipt.payment = in.field("payment").optional(read_facts);
  receipt.status = in.field("status").parsed<Status>(
      [](std::string_view word) { return words::by_to_string(word, Status::done); });
  receipt.reason = in.field("reason").optional(
      [](const JsonIn& each) { return each.parsed<Reason>(reason_from); });
  receipt.given_code =
      in.field("given_code").optional([](const JsonIn& each) { return each.four(); });
  for (const JsonIn& each : in.field("entries").elements(Receipt::entries_max)) {
    receipt.entries.push_back(read_entry(each));
  }
  if (!in.has_problem()) {
    check_derived(in.field("iso_status"), iso_status(receipt.status));
    check_derived(in.field("iso_code"),
                  receipt.reason ? iso_code(*receipt.reason) : std::string_view());
  }
  return receipt;
}

Original read_original(const JsonIn& in) {
  in.has_fields({"height", "receipt", "path"});
  return {Height(in.field("height").integer<std::uint64_t>()), read_receipt(in.field("receipt")),
          read_path(in.field("path"))};
}

}  // namespace vostro::chain
