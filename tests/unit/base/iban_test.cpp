// Goal: an IBAN is taken when the registry's country, length and structure and the check digits
// hold, and refused with the first reason that applies. Method: a table of our own for each reason,
// and the registry's and a library's data.
#include <gtest/gtest.h>

#include <set>

#include "base/iban_table.h"
#include "base/identifiers.h"
#include "base/text.h"
#include "tests/support/test_data.h"
#include "tests/unit/base/refusal.h"

namespace vostro {
namespace {

using enum IdentifierError;
using test::CsvTable;
using test::expect_refused;
using test::Refusal;

std::string without_spaces(std::string text) {
  std::erase(text, ' ');
  return text;
}

TEST(Iban, RefusesWithTheFirstReasonThatApplies) {
  constexpr std::array<Refusal, 19> table{{
      {"", wrong_length},
      {"DE89", wrong_length},
      {"DE8937040044053201300012345678901234", wrong_length},  // 36 characters
      {"DE89 3704 0044 0532 0130 00", wrong_character},
      {"de89370400440532013000", wrong_character},
      {"GB29nwbk60161331926819", wrong_character},
      {"D189370400440532013000", wrong_character},
      {"DEAA370400440532013000", wrong_character},
      {"DE89-70400440532013000", wrong_character},
      {"ZZ89-70400440532013000", wrong_character},  // also an unknown country
      {"ZZ89370400440532013000", unknown_country},
      {"US89370400440532013000", unknown_country},  // a country without IBAN
      {"DE8937040044053201300", wrong_structure},
      {"DE893704004405320130001", wrong_structure},
      {"DE8937040044053201300A", wrong_structure},
      {"GB29NW1K60161331926819", wrong_structure},
      {"DE88370400440532013000", wrong_check_digits},
      {"DE89370400440532013001", wrong_check_digits},
      {"GB01BARC20714583608387", wrong_check_digits},  // congruent to 98, never issued
  }};
  expect_refused(parse_iban, table);
}

/// "4!n6!c" or "4n6c" as one letter a character, so that the parts do not matter.
std::string expanded(std::string_view structure) {
  std::string classes;
  std::size_t count = 0;
  for (const char c : structure) {
    if (c >= '0' && c <= '9') {
      count = count * 10 + static_cast<std::size_t>(c - '0');
    } else if (c != '!') {
      classes.append(count, c);
      count = 0;
    }
  }
  return classes;
}

TEST(Iban, TableIsThatOfTheRegistryInBothDirections) {
  VOSTRO_TEST_DATA_OR_SKIP(file, "iban/registry_r102_by_country.csv");
  const CsvTable registry = CsvTable::read(file);
  EXPECT_EQ(registry.size(), 89u);
  EXPECT_EQ(iban_rules().size(), registry.size());
  for (std::size_t row = 0; row < registry.size(); ++row) {
    const std::string& country = registry.at(row, "country");
    const IbanRule* rule = iban_rule_of(country);
    ASSERT_NE(rule, nullptr) << country;
    EXPECT_EQ(std::to_string(rule->length), registry.at(row, "iban_length")) << country;
    EXPECT_EQ(expanded(rule->bban), expanded(registry.at(row, "bban_structure"))) << country;
    EXPECT_EQ("nn" + expanded(rule->bban), expanded(registry.at(row, "iban_structure").substr(2)))
        << country;
    EXPECT_TRUE(is_country(country)) << country;
  }
}

TEST(Iban, AcceptsTheRegistrysExamples) {
  VOSTRO_TEST_DATA_OR_SKIP(file, "iban/registry_r102_by_country.csv");
  const CsvTable registry = CsvTable::read(file);
  EXPECT_GT(registry.size(), 0u);
  for (std::size_t row = 0; row < registry.size(); ++row) {
    const std::string& example = registry.at(row, "example_iban");
    const auto iban = parse_iban(example);
    ASSERT_TRUE(iban.has_value()) << example << ": " << to_string(iban.error());
    EXPECT_EQ(*iban, example);
  }
}

TEST(Iban, FindsEachChangedCharacterAndEachSwappedPairOfTheRegistrysExamples) {
  VOSTRO_TEST_DATA_OR_SKIP(file, "iban/registry_r102_by_country.csv");
  const CsvTable registry = CsvTable::read(file);
  EXPECT_GT(registry.size(), 0u);
  for (std::size_t row = 0; row < registry.size(); ++row) {
    const std::string example = registry.at(row, "example_iban");
    for (std::size_t i = 0; i < example.size(); ++i) {
      std::string wrong = example;
      wrong[i] = wrong[i] == '9' ? '0' : '9';
      EXPECT_FALSE(parse_iban(wrong).has_value()) << wrong;
      wrong = example;
      // Letters weigh two digits, so that 1B and B1 are one number (111) to the check; like kinds
      // never are.
      if (i == 0 || wrong[i] == wrong[i - 1] || is_digit(wrong[i]) != is_digit(wrong[i - 1]))
        continue;
      std::swap(wrong[i], wrong[i - 1]);
      EXPECT_FALSE(parse_iban(wrong).has_value()) << wrong;
    }
  }
}

// Rows of countries outside the registry are called valid by the library they come from; here they
// have no IBAN.
TEST(Iban, AcceptsTheValidOnesOfTheRegistrysCountriesAndNoOthers) {
  VOSTRO_TEST_DATA_OR_SKIP(registry_file, "iban/registry_r102_by_country.csv");
  VOSTRO_TEST_DATA_OR_SKIP(file, "iban/valid.csv");
  const CsvTable registry = CsvTable::read(registry_file);
  std::set<std::string> countries;
  for (std::size_t row = 0; row < registry.size(); ++row)
    countries.insert(registry.at(row, "country"));
  const CsvTable table = CsvTable::read(file);
  std::size_t accepted = 0;
  for (std::size_t row = 0; row < table.size(); ++row) {
    const std::string& text = table.at(row, "iban");
    const auto iban = parse_iban(text);
    if (countries.contains(text.substr(0, 2))) {
      EXPECT_TRUE(iban.has_value()) << text << ": " << to_string(iban.error());
      ++accepted;
    } else {
      ASSERT_FALSE(iban.has_value()) << text;
      EXPECT_EQ(iban.error(), unknown_country) << text;
    }
  }
  EXPECT_EQ(table.size(), 104u);
  EXPECT_EQ(accepted, 81u);
}

// Catalogue row T17: an IBAN with a wrong check is refused.

TEST(CatalogueT17, RefusesEveryInvalidIbanOfTheData) {
  VOSTRO_TEST_DATA_OR_SKIP(file, "iban/invalid.csv");
  const CsvTable table = CsvTable::read(file);
  EXPECT_EQ(table.size(), 101u);
  for (std::size_t row = 0; row < table.size(); ++row) {
    const std::string& text = table.at(row, "iban");
    const std::string& fault = table.at(row, "fault");
    EXPECT_FALSE(parse_iban(text).has_value()) << text << ": " << fault;
    // Some are written in groups; without spaces they are refused for the fault that is named.
    const auto compact = parse_iban(without_spaces(text));
    ASSERT_FALSE(compact.has_value()) << text << ": " << fault;
    const IdentifierError reason = compact.error();
    if (fault.starts_with("unknown country") || fault.starts_with("Wrong country")) {
      EXPECT_EQ(reason, unknown_country) << text;
    } else if (fault.starts_with("check digit") || fault.starts_with("Wrong checksum")) {
      EXPECT_EQ(reason, wrong_check_digits) << text;
    } else if (fault.find("short") != std::string::npos ||
               fault.find("long") != std::string::npos) {
      EXPECT_EQ(reason, wrong_structure) << text;
    } else if (fault.starts_with("letter where")) {
      EXPECT_EQ(reason, wrong_structure) << text;
    }
  }
}

}  // namespace
}  // namespace vostro
