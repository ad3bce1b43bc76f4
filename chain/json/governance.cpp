#include <charconv>

#include "chain/json/alternatives.h"
#include "chain/json/values.h"
#include "chain/json/words.h"

namespace vostro::chain {

namespace json = boost::json;

namespace {

/// A currency that the network does not have yet, with the digits that it is to have.
ExponentOf with_currency(const ExponentOf& exponents, const Currency& currency,
                         std::uint8_t exponent) {
  return [&exponents, currency, exponent](const Currency& asked) {
    const bool is_new = asked == currency && exponent <= exponent_max;
    return is_new ? std::optional(exponent) : exponents(asked);
  };
}

// Corridor rules.

json::value limit_value(MinorUnits limit, const std::optional<Currency>& currency,
                        const ExponentOf& exponents) {
  if (currency) return to_value(Money{*currency, limit}, exponents);
  return json::object{{"minor_units", json_text(std::to_string(limit.value))}};
}

MinorUnits read_limit(const JsonIn& in, const std::optional<Currency>& currency) {
  return currency ? in.units_of(*currency) : read_minor_units(in);
}

Country read_country(const JsonIn& in) {
  return in.parsed<Country>([](std::string_view text) -> std::optional<Country> {
    if (text.size() != 2) return std::nullopt;
    return Country{text[0], text[1]};
  });
}

Standing read_standing(const JsonIn& in) {
  return in.parsed<Standing>(
      [](std::string_view word) { return words::by_to_string(word, Standing::removed); });
}

// Changes, each there and back.

json::object fields_of(const AddParticipant& change, const ExponentOf& exponents) {
  json::object participant = to_value(change.participant, exponents).as_object();
  participant.erase("status");  // it begins active
  return {{"participant", std::move(participant)}};
}
AddParticipant read(const JsonIn& in, const AddParticipant*) {
  in.has_fields({"type", "participant"});
  const JsonIn from = in.field("participant");
  from.has_fields({"bic", "legal_name", "country", "roles", "tls_key", "policy"},
                  {"lei", "annex_key"});
  Participant participant;
  participant.bic = from.field("bic").bic();
  participant.legal_name = from.field("legal_name").text(Participant::legal_name_size_max);
  participant.country = read_country(from.field("country"));
  participant.lei = from.field("lei").optional([](const JsonIn& each) {
    return each.parsed<Lei>([](std::string_view text) -> std::optional<Lei> {
      const auto lei = parse_lei(text);
      if (!lei) return std::nullopt;
      return *lei;
    });
  });
  for (const JsonIn& each : from.field("roles").elements(words::participant_roles.size())) {
    const auto role = each.parsed<ParticipantRole>(
        [](std::string_view word) { return words::from_word(words::participant_roles, word); });
    participant.roles.bits =
        static_cast<std::uint8_t>(participant.roles.bits | static_cast<std::uint8_t>(role));
  }
  participant.tls_key = from.field("tls_key").public_key();
  participant.annex_key =
      from.field("annex_key").optional([](const JsonIn& each) { return each.hash().bytes; });
  participant.policy = read_policy(from.field("policy"));
  return {std::move(participant)};
}

json::object fields_of(const SetParticipant& change, const ExponentOf&) {
  return {{"participant", json_text(to_text(change.participant))},
          {"standing", json_text(to_string(change.standing))}};
}
SetParticipant read(const JsonIn& in, const SetParticipant*) {
  in.has_fields({"type", "participant", "standing"});
  return {in.field("participant").bic(), read_standing(in.field("standing"))};
}

json::object fields_of(const ReplacePolicy& change, const ExponentOf& exponents) {
  const PolicyScope& scope = change.scope;
  return {
      {"participant", json_text(to_text(scope.participant))},
      {"label", scope.label.empty() ? json::value(nullptr) : json::value(json_text(scope.label))},
      {"currency",
       or_null(scope.currency, [](const Currency& c) { return json_text(to_text(c)); })},
      {"policy",
       or_null(change.policy, [&](const Policy& policy) { return to_value(policy, exponents); })}};
}
ReplacePolicy read(const JsonIn& in, const ReplacePolicy*) {
  in.has_fields({"type", "participant"}, {"label", "currency", "policy"});
  ReplacePolicy change;
  change.scope.participant = in.field("participant").bic();
  if (!in.field("label").is_null()) {
    change.scope.label = in.field("label").text(label_size_max);
    if (change.scope.label.empty()) in.field("label").note(JsonFault::bad_value);
  }
  change.scope.currency =
      in.field("currency").optional([](const JsonIn& each) { return each.currency(); });
  change.policy = in.field("policy").optional(read_policy);
  return change;
}

json::object fields_of(const AddCurrency& change, const ExponentOf& exponents) {
  const NewCurrency& currency = change.currency;
  return {{"currency", json_text(to_text(currency.currency))},
          {"exponent", currency.exponent},
          {"agent", json_text(to_text(currency.agent))},
          {"policy", to_value(currency.policy,
                              with_currency(exponents, currency.currency, currency.exponent))},
          {"business_date", json_text(to_text(currency.business_date))},
          {"attestation_max_age_s", or_null(currency.attestation_max_age_s,
                                            [](std::uint64_t age) { return json::value(age); })}};
}
AddCurrency read(const JsonIn& in, const AddCurrency*) {
  in.has_fields({"type", "currency", "exponent", "agent", "policy", "business_date"},
                {"attestation_max_age_s"});
  NewCurrency currency;
  currency.currency = in.field("currency").currency();
  currency.exponent = in.field("exponent").integer<std::uint8_t>();
  if (currency.exponent > exponent_max) in.field("exponent").note(JsonFault::bad_value);
  currency.agent = in.field("agent").bic();
  const ExponentOf exponents = with_currency(in.exponents(), currency.currency, currency.exponent);
  currency.policy = read_policy(in.field("policy").with_exponents(exponents));
  currency.business_date = in.field("business_date").date();
  currency.attestation_max_age_s =
      in.field("attestation_max_age_s").optional([](const JsonIn& each) {
        return each.integer<std::uint64_t>();
      });
  return {std::move(currency)};
}

json::object fields_of(const SetCurrency& change, const ExponentOf&) {
  return {{"currency", json_text(to_text(change.currency))},
          {"standing", json_text(to_string(change.standing))}};
}
SetCurrency read(const JsonIn& in, const SetCurrency*) {
  in.has_fields({"type", "currency", "standing"});
  return {in.field("currency").currency(), read_standing(in.field("standing"))};
}

json::object fields_of(const SetCorridorRule& change, const ExponentOf& exponents) {
  return {{"number", change.number}, {"rule", or_null(change.rule, [&](const CorridorRule& rule) {
                                        return to_value(rule, exponents);
                                      })}};
}
SetCorridorRule read(const JsonIn& in, const SetCorridorRule*) {
  in.has_fields({"type", "number"}, {"rule"});
  return {in.field("number").integer<std::uint16_t>(),
          in.field("rule").optional(read_corridor_rule)};
}

json::object fields_of(const SetParameter& change, const ExponentOf&) {
  return {{"parameter", json_text(to_string(change.parameter))},
          {"value", json_text(std::to_string(change.value))}};
}
SetParameter read(const JsonIn& in, const SetParameter*) {
  in.has_fields({"type", "parameter", "value"});
  const auto parameter = in.field("parameter").parsed<ParameterName>([](std::string_view word) {
    return words::by_to_string(word, parameter_name_last);
  });
  const auto value = in.field("value").parsed<std::uint64_t>(
      [](std::string_view t) -> std::optional<std::uint64_t> {
        std::uint64_t number = 0;
        const auto [end, error] = std::from_chars(t.data(), t.data() + t.size(), number);
        if (error != std::errc() || end != t.data() + t.size()) return std::nullopt;
        return number;
      });
  return {parameter, value};
}

template <class KeyChange>
json::object key_change_fields(const KeyChange& change) {
  return {{"participant", json_text(to_text(change.participant))},
          {"key", json_text(to_text(change.key))}};
}
template <class ProvenKeyChange>
json::object proven_fields(const ProvenKeyChange& change) {
  json::object out = key_change_fields(change);
  out["proof"] = json_text(to_text(change.proof));
  return out;
}
template <class ProvenKeyChange>
ProvenKeyChange read_proven(const JsonIn& in) {
  in.has_fields({"type", "participant", "key", "proof"});
  return {in.field("participant").bic(), in.field("key").public_key(),
          in.field("proof").signature()};
}

json::object fields_of(const AddValidator& change, const ExponentOf&) {
  return proven_fields(change);
}
AddValidator read(const JsonIn& in, const AddValidator*) {
  return read_proven<AddValidator>(in);
}

json::object fields_of(const RemoveValidator& change, const ExponentOf&) {
  return {{"participant", json_text(to_text(change.participant))}};
}
RemoveValidator read(const JsonIn& in, const RemoveValidator*) {
  in.has_fields({"type", "participant"});
  return {in.field("participant").bic()};
}

json::object fields_of(const RotateValidatorKey& change, const ExponentOf&) {
  return proven_fields(change);
}
RotateValidatorKey read(const JsonIn& in, const RotateValidatorKey*) {
  return read_proven<RotateValidatorKey>(in);
}

json::object fields_of(const SetTlsKey& change, const ExponentOf&) {
  return key_change_fields(change);
}
SetTlsKey read(const JsonIn& in, const SetTlsKey*) {
  in.has_fields({"type", "participant", "key"});
  return {in.field("participant").bic(), in.field("key").public_key()};
}

json::object fields_of(const ActivateVersion& change, const ExponentOf&) {
  return {{"version", change.version}};
}
ActivateVersion read(const JsonIn& in, const ActivateVersion*) {
  in.has_fields({"type", "version"});
  return {in.field("version").integer<std::uint16_t>()};
}

}  // namespace

CorridorRule read_corridor_rule(const JsonIn& in) {
  in.has_fields({}, {"debtor_country", "creditor_country", "currency", "purposes", "per_payment",
                     "per_period"});
  CorridorRule rule;
  rule.debtor_country = in.field("debtor_country").optional(read_country);
  rule.creditor_country = in.field("creditor_country").optional(read_country);
  rule.currency = in.field("currency").optional([](const JsonIn& each) { return each.currency(); });
  if (!in.field("purposes").is_null()) {
    for (const JsonIn& each : in.field("purposes").elements(CorridorRule::purposes_max))
      rule.purposes.push_back({each.four()});
  }
  rule.per_payment = in.field("per_payment").optional([&](const JsonIn& each) {
    return read_limit(each, rule.currency);
  });
  rule.per_period = in.field("per_period").optional([&](const JsonIn& each) {
    each.has_fields({"amount", "period"});
    return PeriodLimit{read_limit(each.field("amount"), rule.currency),
                       each.field("period").parsed<Period>([](std::string_view word) {
                         return words::from_word(words::periods, word);
                       })};
  });
  return rule;
}

json::value to_value(const CorridorRule& rule, const ExponentOf& exponents) {
  const auto country = [](const Country& c) { return json_text(c); };
  const auto period = [&](const PeriodLimit& limit) -> json::value {
    return json::object{{"amount", limit_value(limit.amount, rule.currency, exponents)},
                        {"period", json_text(words::word_of(words::periods, limit.period))}};
  };
  json::array purposes;
  for (const Purpose& purpose : rule.purposes) purposes.push_back(json_text(purpose.code));
  return json::object{
      {"debtor_country", or_null(rule.debtor_country, country)},
      {"creditor_country", or_null(rule.creditor_country, country)},
      {"currency", or_null(rule.currency, [](const Currency& c) { return json_text(to_text(c)); })},
      {"purposes", std::move(purposes)},
      {"per_payment",
       or_null(rule.per_payment,
               [&](MinorUnits limit) { return limit_value(limit, rule.currency, exponents); })},
      {"per_period", or_null(rule.per_period, period)}};
}

json::value to_value(const Change& change, const ExponentOf& exponents) {
  json::object out{{"type", json_text(kind_of(change))}};
  const json::object fields =
      std::visit([&](const auto& one) { return fields_of(one, exponents); }, change);
  for (const auto& field : fields) out.insert(field);
  return out;
}

Change read_change(const JsonIn& in) {
  return read_by_type<Change>(in,
                              [](const JsonIn& from, const auto* tag) { return read(from, tag); });
}

json::value to_value(const OwnedId& name, const Proposal& proposal, const ExponentOf& exponents) {
  json::array votes;
  for (const Ballot& ballot : proposal.ballots)
    votes.push_back(json::object{{"voter", json_text(to_text(ballot.voter))}, {"yes", ballot.yes}});
  const auto height = [](Height h) { return json::value(h.value); };
  return json::object{{"id", to_value(name)},
                      {"change", to_value(proposal.change, exponents)},
                      {"not_before", json_text(to_text(proposal.not_before))},
                      {"closes_at", json_text(to_text(proposal.closes_at))},
                      {"transaction_hash", json_text(to_hex(proposal.transaction_hash.view()))},
                      {"status", json_text(to_string(proposal.status))},
                      {"votes", std::move(votes)},
                      {"proposed_height", proposal.proposed.value},
                      {"passed_height", or_null(proposal.passed, height)},
                      {"ended_height", or_null(proposal.ended, height)}};
}

}  // namespace vostro::chain
