// Goal: a proposal that wants something of wrong form is in no block, and the field at fault is
// named. Method: a table, one row a rule.
#include <gtest/gtest.h>

#include <vector>

#include "tests/support/chain_builders.h"
#include "tests/unit/chain/form_rows.h"

namespace vostro::chain {
namespace {

using enum FormReason;

std::vector<FormRow> governance_rows() {
  std::vector<FormRow> table;
  const auto add = [&](std::string what, FormReason reason, std::string where, Transaction bad) {
    table.push_back({std::move(what), reason, std::move(where), std::move(bad)});
  };
  const auto propose = [](const std::string& name, const std::function<void(Propose&)>& change) {
    return with<Propose>("Propose, " + name, change);
  };
  add("proposer", bad_identifier, "participant",
      propose("SetParameter", [](auto& b) { b.participant = {}; }));
  add("not before the year 10000", bad_time, "not_before",
      propose("SetParameter", [](auto& b) { b.not_before = unix_seconds_max.next(); }));
  add("open beyond the year 9999", bad_time, "closes_at",
      propose("SetParameter", [](auto& b) { b.closes_at = unix_seconds_max.next(); }));
  add("newcomer without a name", bad_change, "change.participant",
      propose("AddParticipant",
              [](auto& b) { std::get<AddParticipant>(b.change).participant.legal_name.clear(); }));
  add("newcomer with a small-order TLS key (C11)", bad_change, "change.participant",
      propose("AddParticipant",
              [](auto& b) { std::get<AddParticipant>(b.change).participant.tls_key.bytes = {}; }));
  add("newcomer who is suspended", bad_change, "change.participant",
      propose("AddParticipant", [](auto& b) {
        std::get<AddParticipant>(b.change).participant.status = Standing::suspended;
      }));
  add("newcomer's policy", bad_policy, "change.participant.policy (a policy has 1 to 32 keys)",
      propose("AddParticipant",
              [](auto& b) { std::get<AddParticipant>(b.change).participant.policy.keys.clear(); }));
  add("whose standing", bad_identifier, "change.participant",
      propose("SetParticipant",
              [](auto& b) { std::get<SetParticipant>(b.change).participant = {}; }));
  add("whose policy", bad_identifier, "change.participant", propose("ReplacePolicy", [](auto& b) {
        std::get<ReplacePolicy>(b.change).scope.participant = {};
      }));
  add("which account's policy", bad_identifier, "change.label",
      propose("ReplacePolicy of an account",
              [](auto& b) { std::get<ReplacePolicy>(b.change).scope.label = "A"; }));
  add("which currency's policy", bad_identifier, "change.currency",
      propose("ReplacePolicy",
              [](auto& b) { std::get<ReplacePolicy>(b.change).scope.currency = Currency{}; }));
  add("policy of an account and a currency", bad_combination, "change.currency",
      propose("ReplacePolicy",
              [](auto& b) { std::get<ReplacePolicy>(b.change).scope.label = "main"; }));
  add("no policy for a currency", bad_combination, "change.policy",
      propose("ReplacePolicy", [](auto& b) { std::get<ReplacePolicy>(b.change).policy.reset(); }));
  add("replaced policy", bad_policy, "change.policy (a policy has 1 to 32 keys)",
      propose("ReplacePolicy",
              [](auto& b) { std::get<ReplacePolicy>(b.change).policy->keys.clear(); }));
  add("digits other than ISO 4217's", bad_change, "change.currency",
      propose("AddCurrency",
              [](auto& b) { std::get<AddCurrency>(b.change).currency.exponent = 3; }));
  add("new currency's agent", bad_identifier, "change.agent",
      propose("AddCurrency", [](auto& b) { std::get<AddCurrency>(b.change).currency.agent = {}; }));
  add("new currency's policy", bad_policy, "change.policy (a policy has 1 to 32 keys)",
      propose("AddCurrency",
              [](auto& b) { std::get<AddCurrency>(b.change).currency.policy.keys.clear(); }));
  add("new currency's date", bad_time, "change.business_date", propose("AddCurrency", [](auto& b) {
        std::get<AddCurrency>(b.change).currency.business_date = Date(-1);
      }));
  add("currency to suspend", bad_identifier, "change.currency",
      propose("SetCurrency", [](auto& b) { std::get<SetCurrency>(b.change).currency = {}; }));
  add("currency removed", bad_change, "change.standing", propose("SetCurrency", [](auto& b) {
        std::get<SetCurrency>(b.change).standing = Standing::removed;
      }));
  const auto rule = [&](const std::string& what, const std::function<void(CorridorRule&)>& change) {
    add(what, bad_change, "change.rule", propose("SetCorridorRule", [&](auto& b) {
          change(*std::get<SetCorridorRule>(b.change).rule);
        }));
  };
  rule("rule about no country", [](auto& r) { r.debtor_country = {'Z', 'Z'}; });
  rule("rule about no creditor's country", [](auto& r) { r.creditor_country = {'f', 'r'}; });
  rule("rule about no currency", [](auto& r) { r.currency = Currency{}; });
  rule("rule's purposes out of order", [](auto& r) { std::swap(r.purposes[0], r.purposes[1]); });
  rule("rule's purpose", [](auto& r) { r.purposes[0].code[0] = 'a'; });
  rule("17 purposes", [](auto& r) {
    r.purposes.clear();
    for (char c = 'A'; c <= 'Q'; ++c) r.purposes.push_back({{'A', 'A', 'A', c}});
  });
  rule("rule without a limit", [](auto& r) {
    r.per_payment.reset();
    r.per_period.reset();
  });
  rule("rule with a limit below 0", [](auto& r) { r.per_payment = MinorUnits(-1); });
  rule("rule with a period's limit below 0",
       [](auto& r) { r.per_period->amount = MinorUnits(-1); });
  rule("limit of any currency", [](auto& r) {
    r.currency.reset();
    r.per_period.reset();
  });
  rule("period's limit of any currency", [](auto& r) {
    r.currency.reset();
    r.per_payment = MinorUnits(0);
  });
  add("parameter of 0", bad_change, "change.value",
      propose("SetParameter", [](auto& b) { std::get<SetParameter>(b.change).value = 0; }));
  add("money_max above the largest", bad_change, "change.value",
      propose("SetParameter", [](auto& b) {
        std::get<SetParameter>(b.change).value =
            static_cast<std::uint64_t>(money_max_default.value) + 1;
      }));
  add("max_due above 32 bits", bad_change, "change.value", propose("SetParameter", [](auto& b) {
        std::get<SetParameter>(b.change) = {ParameterName::max_due, 1ULL << 32};
      }));
  // T2: zero, small order (y = 1), mixed order and non-canonical encodings of keys.
  const auto with_first_byte = [](Byte first) {
    PublicKey key;
    key.bytes[0] = first;
    return key;
  };
  PublicKey not_canonical;
  not_canonical.bytes.fill(0xff);
  const PublicKey bad_keys[] = {with_first_byte(0), with_first_byte(1), not_canonical};
  for (const PublicKey& key : bad_keys) {
    add("key of a new validator (C11, T2)", bad_change, "change.key",
        propose("AddValidator", [&](auto& b) { std::get<AddValidator>(b.change).key = key; }));
    add("rotated key (C11, T2)", bad_change, "change.key",
        propose("RotateValidatorKey",
                [&](auto& b) { std::get<RotateValidatorKey>(b.change).key = key; }));
    add("TLS key (C11, T2)", bad_change, "change.key",
        propose("SetTlsKey", [&](auto& b) { std::get<SetTlsKey>(b.change).key = key; }));
  }
  add("whose new validator", bad_identifier, "change.participant",
      propose("AddValidator", [](auto& b) { std::get<AddValidator>(b.change).participant = {}; }));
  add("whose validator goes", bad_identifier, "change.participant",
      propose("RemoveValidator",
              [](auto& b) { std::get<RemoveValidator>(b.change).participant = {}; }));
  add("whose key is rotated", bad_identifier, "change.participant",
      propose("RotateValidatorKey",
              [](auto& b) { std::get<RotateValidatorKey>(b.change).participant = {}; }));
  add("whose TLS key", bad_identifier, "change.participant",
      propose("SetTlsKey", [](auto& b) { std::get<SetTlsKey>(b.change).participant = {}; }));
  add("version 0", bad_change, "change.version",
      propose("ActivateVersion", [](auto& b) { std::get<ActivateVersion>(b.change).version = 0; }));
  add("ready in nobody's name", bad_identifier, "participant",
      with<Ready>("Ready", [](auto& b) { b.participant = {}; }));
  add("ready with another's signature", bad_signature_list, "signatures",
      with<Ready>("Ready", [](auto& b) { b.key = test::key("maker").public_key(); }));
  add("ready without a version", bad_combination, "versions",
      with<Ready>("Ready", [](auto& b) { b.versions.clear(); }));
  add("ready with versions that descend", bad_combination, "versions",
      with<Ready>("Ready", [](auto& b) {
        b.versions = {2, 1};
      }));
  add("ready with version 0", bad_combination, "versions", with<Ready>("Ready", [](auto& b) {
        b.versions = {0, 1};
      }));
  add("evidence in nobody's name", bad_identifier, "participant",
      with<ReportEvidence>("ReportEvidence", [](auto& b) { b.participant = {}; }));
  add("evidence without a byte", bad_combination, "evidence",
      with<ReportEvidence>("ReportEvidence", [](auto& b) { b.evidence.clear(); }));
  add("voter", bad_identifier, "participant",
      with<Vote>("Vote", [](auto& b) { b.participant = {}; }));
  add("vote's proposer", bad_identifier, "proposal.owner",
      with<Vote>("Vote", [](auto& b) { b.proposal.owner = {}; }));
  add("vote's proposal", bad_id, "proposal.id",
      with<Vote>("Vote", [](auto& b) { b.proposal.id = {}; }));
  return table;
}

TEST(GovernanceForm, EachRuleIsNamedWithItsField) {
  for (const FormRow& row : governance_rows()) {
    const auto form = check_form(row.transaction, test::network());
    ASSERT_FALSE(form.has_value()) << row.what;
    EXPECT_EQ(form.error(), (FormError{row.reason, row.where})) << row.what;
  }
}

}  // namespace
}  // namespace vostro::chain
