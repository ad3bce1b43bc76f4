// Goal: a result says which list and version, which entry, which alias, and why. Method: a small
// list of invented names.
#include "bridge/screening/screen.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "bridge/screening/readers.h"

namespace vostro::bridge::screening {
namespace {

List names() {
  List list;
  list.version.name = "test-list";
  list.version.published = parse_date("2026-11-01");
  list.version.files = hash("screening-file", {});
  list.entries = {
      {"1", "individual", "RED", {{"BORKIN, Pavel", false, false}, {"PASHA", true, true}}, {"RU"}},
      {"2",
       "entity",
       "BLUE",
       {{"ALTAMAX SHIPPING CO., LTD.", false, false}, {"Velmar Line", true, false}},
       {"CU", "PA"}},
      {"3", "individual", "RED", {{"Zaid AL-BADRANI", false, false}}, {}},
  };
  list.version.entries = 3;
  list.version.names = 5;
  return list;
}
List countries() {
  auto list = read_countries("country,measure,basis\nKP,embargo,EU 2017/1509\n", "countries");
  return *std::move(list);
}
Finding ask(const std::string& name, const std::string& country = "") {
  const Screener screener({names(), countries()}, {});
  return screener.screen({{"debtor", name, country}});
}

TEST(Screener, ExplainsItself) {
  const Finding found = ask("Mr Pavel Borkyn", "RU");
  ASSERT_EQ(found.hits.size(), 1U);
  const Hit& hit = found.hits.front();
  EXPECT_EQ(hit.list, "test-list");
  EXPECT_EQ(hit.version, to_string(names().version));
  EXPECT_EQ(hit.entry, "1");
  EXPECT_EQ(hit.listed, "BORKIN, Pavel");
  EXPECT_FALSE(hit.is_alias);
  EXPECT_TRUE(hit.is_country_alike);
  EXPECT_EQ(hit.threshold, 840);
  EXPECT_GE(hit.score, hit.threshold);
  ASSERT_EQ(hit.tokens.size(), 2U);
  EXPECT_EQ(hit.tokens[0].listed, "pavel");
  EXPECT_EQ(hit.tokens[1].asked, "borkyn");
  EXPECT_EQ(hit.tokens[1].listed, "borkin");
  EXPECT_EQ(hit.tokens[1].because, "sound");
  EXPECT_EQ(hit.unmatched, std::vector<std::string>{"mr"});
  const std::string said = explain(hit);
  for (const char* part : {"test-list", "2026-11-01", "entry 1", "borkyn = borkin (sound, 950",
                           "threshold 840", "without partner: mr", "RU, the party's among"})
    EXPECT_NE(said.find(part), std::string::npos) << part << " in " << said;
  EXPECT_EQ(found.lists.size(), 2U);
}

TEST(Screener, SaysWhichAliasWasMeant) {
  const Finding found = ask("VELMAR LINES");
  ASSERT_EQ(found.hits.size(), 1U);
  EXPECT_EQ(found.hits[0].listed, "Velmar Line");
  EXPECT_TRUE(found.hits[0].is_alias);
  EXPECT_NE(explain(found.hits[0]).find("alias \"Velmar Line\""), std::string::npos);
}

TEST(Screener, TakesWeakAliasesOnlyWhereTheyAreNearlyTheSame) {
  ASSERT_EQ(ask("Pasha").hits.size(), 1U);
  EXPECT_TRUE(ask("Pasha").hits[0].is_weak);
  EXPECT_EQ(ask("Pasha").hits[0].threshold, 930);
  EXPECT_TRUE(ask("Pasha Novak").is_clear());
  EXPECT_TRUE(ask("Pascha Ltd Group").is_clear());
}

TEST(Screener, HoldsCountriesAgainstTheirList) {
  const Finding found = ask("Anna Novak", "KP");
  ASSERT_EQ(found.hits.size(), 1U);
  EXPECT_EQ(found.hits[0].kind, Hit::Kind::country);
  EXPECT_NE(explain(found.hits[0]).find("embargo of KP by EU 2017/1509, list countries"),
            std::string::npos);
  EXPECT_TRUE(ask("Anna Novak", "DE").is_clear());
  EXPECT_TRUE(ask("Anna Novak").is_clear());
}

TEST(Screener, NeverHitsOnWhatNamesNobody) {
  for (const char* name : {"", "---", "Ltd", "Mr", "A. B.", "Shipping Co., Ltd.", "Pavel", "Zaid",
                           "Pavel Novak", "Badrani Bank of Commerce and Trade", "al"})
    EXPECT_TRUE(ask(name).is_clear()) << name;
}

TEST(Screener, TellsEveryPartyAndTheBestOfEachEntry) {
  const Screener screener({names()}, {});
  const Finding found = screener.screen({{"debtor", "Zaid Badrani", ""},
                                         {"creditor", "Altamax Shipping", ""},
                                         {"ultimate_creditor", "Nobody Atall", ""}});
  ASSERT_EQ(found.hits.size(), 2U);
  EXPECT_GE(found.hits[0].score, found.hits[1].score);
  std::vector<std::string> roles{found.hits[0].role, found.hits[1].role};
  std::ranges::sort(roles);
  EXPECT_EQ(roles, (std::vector<std::string>{"creditor", "debtor"}));
}

TEST(Screener, KeepsToTheThresholdThatItWasGiven) {
  const Screener strict({names()}, {.name = 1000, .weak_alias = 1000});
  EXPECT_TRUE(strict.screen({{"debtor", "Pavel Borkyn", ""}}).is_clear());
  EXPECT_FALSE(strict.screen({{"debtor", "Pavel Borkin", ""}}).is_clear());
}

TEST(Screener, HasAVersionOfAllItsLists) {
  const Screener one({names()}, {});
  const Screener both({names(), countries()}, {});
  EXPECT_EQ(one.version(), Screener({names()}, {}).version());
  EXPECT_NE(one.version(), both.version());
}

}  // namespace
}  // namespace vostro::bridge::screening
