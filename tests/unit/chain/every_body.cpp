#include "tests/unit/chain/every_body.h"

#include "tests/support/chain_builders.h"

namespace vostro::chain {
namespace {

using namespace test;  // NOLINT: builders

OwnedId payment_name() {
  return {bic("NORDDEFF"), uetr(1)};
}

void add_governance(std::vector<Sample>& samples, const Policy& policy) {
  const auto propose = [&](const std::string& name, Change change) {
    samples.push_back({"Propose, " + name, a_transaction(Propose{bic("NORDDEFF"), std::move(change),
                                                                 UnixSeconds(test_time.value + 600),
                                                                 UnixSeconds(test_time.value + 60)})
                                               .build()});
  };
  Participant newcomer;
  newcomer.bic = bic("WESTGB2L");
  newcomer.legal_name = "Westbank";
  newcomer.country = {'G', 'B'};
  newcomer.lei = *parse_lei("98450091KAD59970B621");
  newcomer.roles.bits = 5;
  newcomer.tls_key = key("tls west").public_key();
  newcomer.annex_key = hash_of("annex key").bytes;
  newcomer.policy = policy;
  propose("AddParticipant", AddParticipant{newcomer});
  propose("SetParticipant", SetParticipant{bic("WESTGB2L"), Standing::removed});
  propose("ReplacePolicy", ReplacePolicy{{bic("EURADEFF"), {}, currency("EUR")}, policy});
  propose("ReplacePolicy of an account", ReplacePolicy{{bic("NORDDEFF"), "main", {}}, {}});
  Policy in_new_currency = policy;
  in_new_currency.caps = {{currency("GBP"), MinorUnits(5'000)}};
  propose("AddCurrency", AddCurrency{{currency("GBP"), 2, bic("EURADEFF"), in_new_currency,
                                      Date(19'676), 86'400}});
  propose("SetCurrency", SetCurrency{currency("GBP"), Standing::suspended});
  CorridorRule rule;
  rule.debtor_country = {'D', 'E'};
  rule.creditor_country = {'F', 'R'};
  rule.currency = currency("EUR");
  rule.purposes = {purpose("SALA"), purpose("SUPP")};
  rule.per_payment = MinorUnits(10'000'00);
  rule.per_period = {MinorUnits(1'000'000'00), Period::month};
  propose("SetCorridorRule", SetCorridorRule{7, rule});
  CorridorRule closed;
  closed.creditor_country = {'G', 'B'};
  closed.per_payment = MinorUnits(0);
  propose("SetCorridorRule that closes", SetCorridorRule{8, closed});
  propose("SetCorridorRule that ends one", SetCorridorRule{7, {}});
  propose("SetParameter", SetParameter{ParameterName::money_max, 1'000'000'000'000});
  const auto proof = [](std::string_view name) {
    return key(name).sign(possession_message(network(), bic("WESTGB2L"), key(name).public_key()));
  };
  propose("AddValidator", AddValidator{bic("WESTGB2L"), key("validator west").public_key(),
                                       proof("validator west")});
  propose("RemoveValidator", RemoveValidator{bic("SUDBFRPP")});
  propose("RotateValidatorKey",
          RotateValidatorKey{bic("WESTGB2L"), key("validator west 2").public_key(),
                             proof("validator west 2")});
  propose("SetTlsKey", SetTlsKey{bic("SUDBFRPP"), key("tls sud 2").public_key()});
  propose("ActivateVersion", ActivateVersion{2});
  samples.push_back(
      {"Ready",
       a_transaction(
           Ready{bic("WESTGB2L"), key("validator west").public_key(), Height(1'000), {1, 2}})
           .signed_by({"validator west"})
           .build()});
  samples.push_back({"ReportEvidence",
                     a_transaction(ReportEvidence{bic("NORDDEFF"), Epoch(3), {1, 2, 3}}).build()});
  samples.push_back({"Vote", a_transaction(Vote{bic("SUDBFRPP"), payment_name(), true}).build()});
}

std::vector<Sample> make() {
  const AccountId north = account("NORDDEFF/main");
  const AccountId south = account("SUDBFRPP/main");
  const Original original = an_original(a_payment_receipt(1));
  const Hash document = hash_of("document");
  const Policy policy = a_policy()
                            .with_key("anna", maker)
                            .with_key("ben", checker)
                            .rule({.action = ActionClass::pay,
                                   .currency = currency("EUR"),
                                   .up_to = MinorUnits(5000),
                                   .first = maker,
                                   .checkers = 1,
                                   .delay_ms = 60'000})
                            .alone(ActionClass::manage)
                            .cap(eur(1'000'000))
                            .build();
  const Accepts accepts{AcceptsKind::listed, {bic("NORDDEFF"), bic("SUDBFRPP")}};
  const auto plain = [](std::string name, Body body) {
    return Sample{std::move(name), a_transaction(std::move(body)).build()};
  };
  std::vector<Sample> samples;
  samples.push_back({"Payment", a_payment().build()});
  samples.push_back({"Payment, every field", a_payment()
                                                 .charge(debtor_charge("NORDDEFF/fees", 100))
                                                 .charge(creditor_charge("SUDBFRPP/fees", 25))
                                                 .purpose("SALA")
                                                 .annex(hash_of("annex"))
                                                 .accept_by(UnixSeconds(test_time.value + 60))
                                                 .signed_by({"maker", "checker", "second"})
                                                 .build()});
  Credit charged = a_credit("SUDBFRPP/main", 900);
  charged.charges.push_back(creditor_charge("SUDBFRPP/fees", 5));
  charged.purpose = purpose("SUPP");
  samples.push_back({"PaymentBatch", a_batch()
                                         .item(uetr(11), charged)
                                         .item(uetr(12), "ESTAEE2X/main", 100)
                                         .item(uetr(13), "SUDBFRPP/other", 1)
                                         .build()});
  samples.push_back({"FxPayment", an_fx_payment()
                                      .charge(debtor_charge("FXPRUS33/fees", 7))
                                      .quote(a_quote().debtors({"NORDDEFF", "SUDBFRPP"}).build())
                                      .build()});
  samples.push_back(plain("Accept", Accept{south, payment_name()}));
  samples.push_back(plain("Reject", Reject{south, payment_name(), code("AC01")}));
  samples.push_back(
      plain("Block", Block{south, payment_name(), "Regulation (EU) 269/2014", document}));
  samples.push_back(
      plain("Unblock", Unblock{south, payment_name(), UnblockTo::release, "Licence 17", document}));
  samples.push_back(plain("Recall", Recall{north, payment_name(), code("DUPL"), {}}));
  samples.push_back(
      plain("Recall, settled", Recall{north, payment_name(), code("FRAD"), original}));
  samples.push_back(plain("RefuseRecall", RefuseRecall{south, payment_name(), code("CUST")}));
  samples.push_back(plain("ConfirmCredit", ConfirmCredit{original, test_time}));
  samples.push_back(
      plain("Return", Return{original, MinorUnits(1200), code("AC04"), hash_of("annex")}));
  samples.push_back(
      {"Issue", a_transaction(Issue{bic("EURADEFF"), north, eur(1'000'000), hash_of("entry")})
                    .id(derived_id(1))
                    .build()});
  samples.push_back(plain("Redeem", Redeem{north, eur(500'000), hash_of("payout")}));
  samples.push_back(plain("RedeemOutcome", RedeemOutcome{bic("EURADEFF"),
                                                         {bic("NORDDEFF"), uetr(5)},
                                                         RedeemResult::failed,
                                                         code("AC06"),
                                                         hash_of("message")}));
  samples.push_back(plain("AttestReserves",
                          AttestReserves{bic("EURADEFF"), currency("EUR"), MinorUnits(4'321'099),
                                         hash_of("statement"), test_time}));
  samples.push_back(
      plain("OpenBusinessDate", OpenBusinessDate{bic("EURADEFF"), currency("EUR"), Date(19'676)}));
  samples.push_back(plain("OpenAccount", OpenAccount{account("NORDDEFF/new"), policy, accepts}));
  samples.push_back(plain("UpdateAccount", UpdateAccount{north, {}, {AcceptsKind::all, {}}}));
  samples.push_back(plain("UpdatePolicy", UpdatePolicy{bic("EURADEFF"), currency("EUR"), policy}));
  samples.push_back(plain("CloseAccount", CloseAccount{account("NORDDEFF/old")}));
  samples.push_back(plain("Freeze", Freeze{north}));
  samples.push_back(plain("Unfreeze", Unfreeze{north}));
  samples.push_back(plain("Cancel", Cancel{OwnedId{bic("NORDDEFF"), uetr(6)}, {}}));
  samples.push_back(plain("Cancel, quote", Cancel{{}, a_quote().quote()}));
  add_governance(samples, policy);
  return samples;
}

}  // namespace

const std::vector<Sample>& every_body() {
  static const std::vector<Sample> samples = make();
  return samples;
}

}  // namespace vostro::chain
