#include "base/check.h"
#include "chain/json/values.h"
#include "chain/json/words.h"

namespace vostro::chain {

namespace json = boost::json;

namespace {

json::string hex(ByteView bytes) {
  return json_text(std::string_view(to_hex(bytes)));
}

template <class List, class Write>
json::array array_of(const List& list, Write&& write) {
  json::array out;
  out.reserve(list.size());
  for (const auto& each : list) out.push_back(write(each));
  return out;
}

json::array roles_value(Roles roles) {
  json::array out;
  for (const auto& [role, word] : words::roles) {
    if (roles.has(role)) out.push_back(json_text(word));
  }
  return out;
}

json::value place_value(const Place& place) {
  json::object out{{"kind", json_text(words::word_of(words::places, place.kind))}};
  if (place.account) out["account"] = json_text(to_text(*place.account));
  if (place.hold) out["hold"] = to_value(*place.hold);
  return out;
}

json::value facts_value(const PaymentFacts& facts, const ExponentOf& exponents) {
  return json::object{{"uetr", json_text(to_text(facts.uetr))},
                      {"debtor", json_text(to_text(facts.debtor))},
                      {"creditor", json_text(to_text(facts.creditor))},
                      {"amount", to_value(facts.amount, exponents)}};
}

json::value path_value(const MerklePath& path) {
  return json::object{
      {"index", path.index},
      {"count", path.count},
      {"siblings", array_of(path.siblings, [](const Hash& each) { return hex(each.view()); })}};
}

json::value quote_fields(const Quote& quote, const ExponentOf& exponents) {
  return json::object{
      {"network_id", hex(quote.network_id.view())},
      {"id", json_text(to_text(quote.id))},
      {"provider", json_text(to_text(quote.provider))},
      {"sells", json_text(to_text(quote.sells))},
      {"buys", json_text(to_text(quote.buys))},
      {"rate", json_text(words::exact_text(quote.rate))},
      {"limit", to_value(Money{quote.sells, quote.limit}, exponents)},
      {"expires_at", json_text(to_text(quote.expires_at))},
      {"hold_max_s", quote.hold_max_s},
      {"debtors", array_of(quote.debtors, [](const Bic& bic) { return json_text(to_text(bic)); })}};
}

std::string_view word_of(HoldKind kind) {
  switch (kind) {
    case HoldKind::payment:
      return "payment";
    case HoldKind::redeem:
      return "redeem";
    case HoldKind::giving_back:
      return "giving_back";
  }
  VOSTRO_CHECK(false);
}
std::string_view word_of(HoldState state) {
  switch (state) {
    case HoldState::delayed:
      return "delayed";
    case HoldState::held:
      return "held";
    case HoldState::blocked:
      return "blocked";
  }
  VOSTRO_CHECK(false);
}

}  // namespace

json::value to_value(const Money& money, const ExponentOf& exponents) {
  auto exponent = exponents(money.currency);
  if (!exponent) exponent = iso4217_exponent(money.currency);
  json::object out{{"currency", json_text(to_text(money.currency))}};
  if (exponent) {
    out["amount"] = json_text(format_amount(money.units, *exponent));
  } else {
    out["minor_units"] = json_text(std::to_string(money.units.value));
  }
  return out;
}

json::value to_value(const OwnedId& id) {
  return json::object{{"owner", json_text(to_text(id.owner))}, {"id", json_text(to_text(id.id))}};
}
json::value payment_value(const OwnedId& name) {
  return json::object{{"agent", json_text(to_text(name.owner))},
                      {"uetr", json_text(to_text(name.id))}};
}

json::value to_value(const Accepts& accepts) {
  switch (accepts.kind) {
    case AcceptsKind::none:
      return "none";
    case AcceptsKind::all:
      return "all";
    case AcceptsKind::listed:
      return array_of(accepts.agents, [](const Bic& bic) { return json_text(to_text(bic)); });
  }
  VOSTRO_CHECK(false);
}

json::value to_value(const Policy& policy, const ExponentOf& exponents) {
  const auto key_value = [](const PolicyKey& key) -> json::value {
    return json::object{{"key", json_text(to_text(key.key))},
                        {"person", json_text(key.person)},
                        {"roles", roles_value(key.roles)}};
  };
  const auto rule_value = [&exponents](const Rule& rule) -> json::value {
    json::value up_to = nullptr;
    if (rule.up_to && rule.currency)
      up_to = to_value(Money{*rule.currency, *rule.up_to}, exponents);
    // Without a currency the bound is in minor units of whichever it is.
    if (rule.up_to && !rule.currency)
      up_to = json::object{{"minor_units", json_text(std::to_string(rule.up_to->value))}};
    return json::object{
        {"action", json_text(to_string(rule.action))},
        {"currency",
         or_null(rule.currency, [](const Currency& c) { return json_text(to_text(c)); })},
        {"up_to", std::move(up_to)},
        {"first", roles_value(rule.first)},
        {"checkers", rule.checkers},
        {"delay_ms", rule.delay_ms}};
  };
  const auto cap_value = [&exponents](const Cap& cap) -> json::value {
    return json::object{{"per_day", to_value(Money{cap.currency, cap.per_day}, exponents)}};
  };
  return json::object{{"keys", array_of(policy.keys, key_value)},
                      {"rules", array_of(policy.rules, rule_value)},
                      {"caps", array_of(policy.caps, cap_value)}};
}

json::value to_value(const Quote& quote, const ExponentOf& exponents) {
  return quote_fields(quote, exponents);
}

json::value to_value(const SignedQuote& quote, const ExponentOf& exponents) {
  return json::object{{"quote", quote_fields(quote.quote, exponents)},
                      {"key", json_text(to_text(quote.key))},
                      {"signature", json_text(to_text(quote.signature))}};
}

json::value to_value(const Entry& entry, const ExponentOf& exponents) {
  return json::object{{"place", place_value(entry.place)},
                      {"amount", to_value(Money{entry.currency, entry.amount}, exponents)},
                      {"kind", json_text(to_string(entry.kind))},
                      {"business_date", json_text(to_text(entry.business_date))}};
}

json::value to_value(const Receipt& receipt, const ExponentOf& exponents) {
  const std::string_view iso = iso_status(receipt.status);
  return json::object{
      {"id", to_value(receipt.id)},
      {"transaction_hash", hex(receipt.transaction_hash.view())},
      {"kind", json_text(to_string(receipt.kind))},
      {"payment",
       or_null(receipt.payment,
               [&](const PaymentFacts& facts) { return facts_value(facts, exponents); })},
      {"status", json_text(to_string(receipt.status))},
      {"iso_status", iso.empty() ? json::value(nullptr) : json::value(json_text(iso))},
      {"reason",
       or_null(receipt.reason, [](Reason reason) { return json_text(to_string(reason)); })},
      {"iso_code",
       or_null(receipt.reason, [](Reason reason) { return json_text(iso_code(reason)); })},
      {"given_code",
       or_null(receipt.given_code, [](const GivenCode& code) { return json_text(code); })},
      {"entries",
       array_of(receipt.entries, [&](const Entry& entry) { return to_value(entry, exponents); })}};
}

json::value to_value(const Original& original, const ExponentOf& exponents) {
  return json::object{{"height", original.height.value},
                      {"receipt", to_value(original.receipt, exponents)},
                      {"path", path_value(original.path)}};
}

json::value to_value(const PlacedReceipt& receipt, const ExponentOf& exponents) {
  json::value out = to_value(receipt.receipt, exponents);
  out.get_object()["height"] = receipt.place.height.value;
  out.get_object()["index"] = receipt.place.index;
  out.get_object()["time"] = json_text(to_text(receipt.time));
  return out;
}

json::value to_value(const AccountEntry& entry, const ExponentOf& exponents) {
  return json::object{{"height", entry.place.height.value},
                      {"receipt", entry.place.index},
                      {"index", entry.index},
                      {"time", json_text(to_text(entry.time))},
                      {"id", to_value(entry.id)},
                      {"payment", or_null(entry.payment,
                                          [&](const PaymentFacts& facts) {
                                            return facts_value(facts, exponents);
                                          })},
                      {"status", json_text(to_string(entry.status))},
                      {"entry", to_value(entry.entry, exponents)}};
}

json::value to_value(const PaymentHistory& payment, const ExponentOf& exponents) {
  json::object out{{"agent", json_text(to_text(payment.name.owner))},
                   {"uetr", json_text(to_text(payment.name.id))},
                   {"status", json_text(to_string(payment.status))},
                   {"iso_status", json_text(iso_status(payment.status))}};
  if (!payment.receipts.empty() && payment.receipts.front().receipt.payment) {
    const PaymentFacts& facts = *payment.receipts.front().receipt.payment;
    out["debtor"] = json_text(to_text(facts.debtor));
    out["creditor"] = json_text(to_text(facts.creditor));
    out["amount"] = to_value(facts.amount, exponents);
  }
  out["receipts"] = array_of(
      payment.receipts, [&](const PlacedReceipt& receipt) { return to_value(receipt, exponents); });
  return out;
}

json::value to_value(const BlockSummary& block) {
  return json::object{{"height", block.height.value},
                      {"id", hex(block.block.view())},
                      {"time", json_text(to_text(block.time))},
                      {"transactions", block.transactions},
                      {"receipts", block.receipts},
                      {"batches", block.batches},
                      {"tx_root", hex(block.tx_root.view())},
                      {"receipt_root", hex(block.receipt_root.view())},
                      {"state_root", hex(block.state_root.view())}};
}

json::value to_value(const Participant& participant, const ExponentOf& exponents) {
  json::array roles;
  for (const auto& [role, word] : words::participant_roles)
    if (participant.roles.has(role)) roles.push_back(json_text(word));
  return json::object{
      {"bic", json_text(to_text(participant.bic))},
      {"legal_name", json_text(participant.legal_name)},
      {"country", json_text(participant.country)},
      {"lei", or_null(participant.lei, [](const Lei& lei) { return json_text(to_text(lei)); })},
      {"roles", std::move(roles)},
      {"tls_key", json_text(to_text(participant.tls_key))},
      {"annex_key", or_null(participant.annex_key, [](const auto& key) { return hex(key); })},
      {"policy", to_value(participant.policy, exponents)},
      {"status", json_text(to_string(participant.status))}};
}

json::value to_value(const AccountId& account, const AccountRecord& record,
                     const ExponentOf& exponents) {
  return json::object{
      {"account", json_text(to_text(account))},
      {"policy",
       or_null(record.policy, [&](const Policy& policy) { return to_value(policy, exponents); })},
      {"accepts", to_value(record.accepts)},
      {"status", json_text(to_string(record.status))}};
}

json::value to_value(const Currency& currency, const CurrencyRecord& record,
                     const ExponentOf& exponents) {
  const auto money = [&](MinorUnits units) { return to_value(Money{currency, units}, exponents); };
  const auto attestation = [&](const Attestation& said) -> json::value {
    return json::object{{"balance", money(said.balance)},
                        {"statement", hex(said.statement.view())},
                        {"as_of", json_text(to_text(said.as_of))}};
  };
  return json::object{
      {"currency", json_text(to_text(currency))},
      {"exponent", record.exponent},
      {"agent", json_text(to_text(record.agent))},
      {"policy", to_value(record.policy, exponents)},
      {"status", json_text(to_string(record.status))},
      {"business_date", json_text(to_text(record.business_date))},
      {"issued", money(record.issued)},
      {"redeemed", money(record.redeemed)},
      {"open_redemptions", money(record.open_redemptions)},
      {"attestation", or_null(record.attestation, attestation)},
      {"attestation_max_age_s",
       or_null(record.attestation_max_age_s, [](std::uint64_t age) { return json::value(age); })}};
}

json::value to_value(const OwnedId& name, const Hold& hold, const ExponentOf& exponents) {
  return json::object{
      {"name", to_value(name)},
      {"kind", json_text(word_of(hold.kind))},
      {"state", json_text(word_of(hold.state))},
      {"transaction_hash", hex(hold.transaction_hash.view())},
      {"payment", facts_value(hold.facts(), exponents)},
      {"principal", to_value(hold.principal, exponents)},
      {"provider", or_null(hold.provider,
                           [](const AccountId& account) { return json_text(to_text(account)); })},
      {"accept_by",
       or_null(hold.accept_by, [](UnixSeconds time) { return json_text(to_text(time)); })}};
}

}  // namespace vostro::chain
