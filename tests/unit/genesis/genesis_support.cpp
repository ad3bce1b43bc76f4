#include "tests/unit/genesis/genesis_support.h"

#include <array>
#include <fstream>
#include <sstream>

#include "base/check.h"

namespace vostro::test {
namespace {

struct BankFacts {
  std::string_view bic;
  std::string_view name;
  std::string_view country;
  std::uint8_t roles;
};
constexpr std::array<BankFacts, bank_count> kBanks{{
    {"ALBAGB2L", "Alba Bank plc", "GB", 3},
    {"MERLSGSG", "Merlion Bank \"Asia\" Ltd", "SG", 3},
    {"NORDDEFF", "Nordbank M\xc3\xbcnchen AG", "DE", 2},
    {"SUDBFRPP", "Banque du Sud SA", "FR", 2},
}};

std::string of(std::string_view what, std::size_t index) {
  return std::string(what) + " of " + std::string(kBanks.at(index).bic);
}

template <class Value, class Error>
Value must(Result<Value, Error> result) {
  VOSTRO_CHECK(result.has_value());
  return *std::move(result);
}

}  // namespace

Bic bank(std::size_t index) {
  return must(parse_bic(kBanks.at(index).bic));
}

SecretKey key_named(std::string_view name) {
  return SecretKey::from_seed(hash("test/genesis-key", as_bytes(name)).view());
}
PublicKey public_key_named(std::string_view name) {
  return key_named(name).public_key();
}

genesis::Draft a_draft() {
  genesis::Draft draft;
  draft.name = "Test network";
  draft.opens_at = *parse_time("2026-01-05T06:00:00Z");
  const Date monday = *parse_date("2026-01-05");
  draft.currencies = {{*parse_currency("EUR"), 2, bank(0), monday, {}},
                      {*parse_currency("JPY"), 0, bank(0), monday, 86'400},
                      {*parse_currency("SGD"), 2, bank(1), monday, {}}};
  return draft;
}

genesis::SignedEntry an_entry(std::size_t index, const genesis::Draft& draft) {
  const BankFacts& facts = kBanks.at(index);
  genesis::SignedEntry made;
  genesis::Entry& entry = made.entry;
  entry.participant.bic = bank(index);
  entry.participant.legal_name = facts.name;
  entry.participant.country = {facts.country[0], facts.country[1]};
  if (index == 0) entry.participant.lei = must(parse_lei("335800BY3CB8W1JK9L13"));
  entry.participant.roles.bits = facts.roles;
  entry.participant.tls_key = public_key_named(of("tls", index));
  entry.validator_key = public_key_named(of("validator", index));
  entry.participant.policy =
      genesis::default_policy({{public_key_named(of("maker", index)), "anna", {1}},
                               {public_key_named(of("checker", index)), "ben", {3}}},
                              draft, 50'000);
  entry.accounts = {{"main", {}, {chain::AcceptsKind::all, {}}}, {"nostro", {}, {}}};
  if (index == 2) {
    entry.observers = {{"branch", public_key_named("branch of NORDDEFF")}};
    entry.accounts[1].accepts = {chain::AcceptsKind::listed, {bank(0), bank(3)}};
    entry.accounts[1].policy = entry.participant.policy;
    entry.accounts[1].policy->rules[0].delay_ms = 90'000;
    entry.accounts[1].policy->caps = {{*parse_currency("JPY"), MinorUnits(7'000'000)}};
  }
  return made;
}

void sign_fully(genesis::SignedEntry& entry, const genesis::Draft& draft) {
  const std::string bic = to_text(entry.entry.participant.bic);
  genesis::sign_entry(entry, draft_hash(draft), key_named("maker of " + bic));
  genesis::sign_entry(entry, draft_hash(draft), key_named("checker of " + bic));
}

std::vector<genesis::SignedEntry> signed_entries(const genesis::Draft& draft, std::size_t count) {
  std::vector<genesis::SignedEntry> entries;
  for (std::size_t i = 0; i < count; ++i) {
    entries.push_back(an_entry(i, draft));
    sign_fully(entries.back(), draft);
  }
  return entries;
}

std::string sealed_text() {
  const genesis::Draft draft = a_draft();
  return must(genesis::seal(draft, signed_entries(draft)));
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const auto at = text.find(from);
  VOSTRO_CHECK(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

std::string contents_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream out;
  out << file.rdbuf();
  return out.str();
}

}  // namespace vostro::test
