// Goal: what docs/screening.md says is caught is caught, and what it says is let pass is. Method:
// seeded names, and the labelled pairs of the test data. Rates are asserted, times never are.
#include <gtest/gtest.h>

#include "tests/support/screening_names.h"

namespace vostro::bridge::screening {
namespace {

using test::LabelledName;
using test::Rate;

std::map<std::string, double> percents(const Screener& screener,
                                       const std::vector<LabelledName>& names) {
  std::map<std::string, double> found;
  for (const Rate& each : test::rates(screener, names)) found[each.kind] = each.percent();
  return found;
}

/// `expected`: kind and the least, or the most, per cent of it that may hit.
void expect_rates(const std::map<std::string, double>& found,
                  const std::map<std::string, double>& expected, bool is_least) {
  for (const auto& [kind, bound] : expected) {
    ASSERT_TRUE(found.contains(kind)) << kind;
    if (is_least) {
      EXPECT_GE(found.at(kind), bound) << kind;
    } else {
      EXPECT_LE(found.at(kind), bound) << kind;
    }
  }
  EXPECT_EQ(found.size(), expected.size());
}

TEST(ScreeningRates, InventedNamesRewrittenAreFound) {
  const List list = test::invented_list(2026, 15'000);
  const Screener screener({list}, {});
  expect_rates(percents(screener, test::rewritten(list, 1, 3'600)),
               {{"all", 96},
                {"same", 100},
                {"typing_error", 99},
                {"two_typing_errors", 78},
                {"order", 99.5},
                {"initial", 96},
                {"middle_name_left_out", 99},
                {"company_form", 99.5},
                {"other_spelling", 98},
                {"cyrillic", 99},
                {"joined_or_parted", 99},
                {"title_and_particle", 99},
                {"look_alike_letters", 99.5}},
               true);
}

TEST(ScreeningRates, LookAlikesOfInventedNamesPass) {
  const List list = test::invented_list(2026, 15'000);
  const Screener screener({list}, {});
  expect_rates(percents(screener, test::innocent(list, 2, 3'000)),
               {{"all", 16},
                {"anybody", 20},
                {"other_family_name", 20},
                {"other_given_name", 18},
                {"other_company_same_branch", 26},
                {"branch_words_only", 1}},
               false);
}

TEST(ScreeningRates, RealNamesRewrittenAreFoundAndInventedOnesPass) {
  const auto lists = test::published_lists();
  if (lists.empty()) GTEST_SKIP() << "test data not found, set VOSTRO_TEST_DATA";
  const Screener screener(lists, {});
  expect_rates(percents(screener, test::rewritten(lists.front(), 3, 3'500)),
               {{"all", 91},
                {"same", 99.5},
                {"typing_error", 93},
                {"two_typing_errors", 65},
                {"order", 99},
                {"initial", 91},
                {"middle_name_left_out", 93},
                {"company_form", 99}},
               true);
  expect_rates(percents(screener, test::innocent(test::invented_list(7, 4'000), 4, 3'000)),
               {{"all", 2},
                {"anybody", 2},
                {"other_family_name", 3},
                {"other_given_name", 3},
                {"other_company_same_branch", 2},
                {"branch_words_only", 2}},
               false);
}

TEST(ScreeningRates, LabelledPairsAcrossScriptsAreFound) {
  const auto pairs = test::labelled_pairs();
  if (pairs.names.empty()) GTEST_SKIP() << "test data not found, set VOSTRO_TEST_DATA";
  ASSERT_EQ(pairs.names.size(), 22U);
  auto lists = test::published_lists();
  lists.push_back(pairs.list);
  const Screener screener(std::move(lists), {});
  // Kanji and Korean names in Chinese letters are read as Mandarin, and the Greek one's Latin form
  // is another name: docs/screening.md.
  expect_rates(percents(screener, pairs.names),
               {{"all", 81},
                {"arabic", 100},
                {"cyrillic", 100},
                {"chinese", 75},
                {"korean", 100},
                {"japanese", 0},
                {"greek", 50},
                {"hebrew", 100},
                {"thai", 100}},
               true);
  // No pair's name hits another's.
  const Screener alone({pairs.list}, {});
  for (const LabelledName& each : pairs.names)
    for (const Hit& hit : alone.screen({{"debtor", each.asked, ""}}).hits)
      EXPECT_EQ(pairs.list.entries[std::stoul(hit.entry)].names[0].text,
                pairs.list.entries[std::stoul(each.entry)].names[0].text)
          << each.asked;
}

}  // namespace
}  // namespace vostro::bridge::screening
