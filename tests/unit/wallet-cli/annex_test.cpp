// Goal: what people write of an annex comes out as they wrote it, and a fault is named with its
// field; of a file of credits exactly those are sealed whose banks can open them.
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "tests/support/chain_builders.h"
#include "wallet-cli/annex_text.h"
#include "wallet-cli/bulk_annex.h"

namespace vostro::wallet {
namespace {

using namespace test;  // NOLINT: builders

constexpr std::string_view kWhole = R"({
  "debtor": {"name": "Muster GmbH", "address": ["Beispielweg 1", "10115 Berlin"], "country": "DE",
             "account": "DE89370400440532013000", "identification": "529900T8BM49AURSDO55"},
  "creditor": {"name": "Exemple SA"}, "ultimate_debtor": null, "ultimate_creditor": {"name": "X"},
  "end_to_end_id": "E2E-4711", "remittance": ["invoice 4711", "less 2 % discount"],
  "references": [{"type": "SCOR", "reference": "RF18539007547034"}],
  "elements": [{"path": "CdtTrfTxInf/Tax", "text": "none"}]})";

TEST(AnnexText, IsReadAsItIsWritten) {
  const auto annex = annex_from_json(kWhole);
  ASSERT_TRUE(annex) << annex.error();
  EXPECT_EQ(annex->debtor.address.at(1).text, "10115 Berlin");
  EXPECT_FALSE(annex->ultimate_debtor);
  json::object written = annex_json(*annex);
  EXPECT_EQ(written.at("message_bytes").to_number<int>(), 0);
  written.erase("message_bytes");
  EXPECT_EQ(*annex_from_json(json::serialize(written)), *annex);
  EXPECT_EQ(*annex_from_json("{}"), client::Annex{});
  EXPECT_EQ(annex_summary(*annex), "Muster GmbH: invoice 4711");
  EXPECT_EQ(annex_summary(client::Annex{}), "-");
  EXPECT_EQ(annex_lines(*annex).size(), 6U + 1 + 1 + 1 + 2 + 1 + 1);
}

TEST(AnnexText, NamesTheFieldThatIsWrong) {
  struct Row {
    const char* text;
    const char* field;
  };
  for (const Row& row :
       {Row{"{", ""}, Row{R"({"name": "x"})", "document"},
        Row{R"({"debtor": {"nom": "x"}})", "debtor"}, Row{R"({"remittance": "x"})", "remittance"},
        Row{R"({"remittance": [1]})", "remittance[0]"},
        Row{R"({"references": [{"type": "SCOR"}]})", "references[0].reference"}}) {
    const auto annex = annex_from_json(row.text);
    ASSERT_FALSE(annex) << row.text;
    EXPECT_NE(annex.error().find(row.field), std::string::npos) << annex.error();
  }
}

TEST(BulkAnnexes, SealWhatTheBanksCanOpen) {
  const auto bank = [](std::string_view name, bool has_key) {
    client::ParticipantView view;
    view.bic = bic(name);
    view.status = "active";
    if (has_key)
      view.annex_key =
          client::AnnexKey(SecretKey::from_seed(Bytes(SecretKey::seed_size, 1))).public_key();
    return view;
  };
  const auto credit = [](std::string_view to, std::string reference) {
    BulkCredit one;
    one.debtor = account("NORDDEFF/main");
    one.creditor = account(to);
    one.amount = eur(100);
    one.pay_with = one.amount.currency;
    one.reference = std::move(reference);
    return one;
  };
  std::vector<BulkCredit> credits{credit("SUDBFRPP/main", "one"), credit("SUDBFRPP/main", ""),
                                  credit("FXPRUS33/desk", "three"), credit("SUDBFRPP/main", "one")};
  auto sealing = prepare_annexes(
      credits, {bank("NORDDEFF", true), bank("SUDBFRPP", true), bank("FXPRUS33", false)});
  EXPECT_EQ(sealing.unsealed, 1U);
  EXPECT_EQ(sealing.salts.size(), 2U);
  EXPECT_TRUE(credits[0].annex.has_value());
  EXPECT_FALSE(credits[1].annex.has_value());
  EXPECT_FALSE(credits[2].annex.has_value());
  EXPECT_NE(credits[0].annex, credits[3].annex) << "a salt each";
  // The orders commit to it, and each credit's UETR is found again.
  std::uint64_t number = 0;
  const auto orders =
      plan_orders(credits, std::vector<std::optional<client::FxOffer>>(credits.size()),
                  UnixSeconds(1), [&number] { return uetr(++number); });
  const auto uetrs = uetrs_of(orders, credits.size());
  ASSERT_EQ(orders.size(), 1U);
  const auto& items = std::get<chain::PaymentBatch>(orders[0].body).items;
  for (std::size_t i = 0; i < items.size(); ++i) {
    EXPECT_EQ(items[i].credit.annex, credits[orders[0].credits[i]].annex);
    EXPECT_EQ(items[i].uetr, uetrs[orders[0].credits[i]]);
  }
}

}  // namespace
}  // namespace vostro::wallet
