// Goal: every identifier of the field is accepted when the standard allows it and refused with the
// first reason that applies. Method: tables of our own for each reason, and the public data for
// breadth.
#include "base/identifiers.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <filesystem>
#include <map>
#include <set>

#include "base/mod97.h"
#include "base/random.h"
#include "tests/support/test_data.h"
#include "tests/unit/base/refusal.h"

namespace vostro {
namespace {

using enum IdentifierError;
using test::CsvTable;
using test::expect_refused;
using test::Refusal;

TEST(IdentifierError, HasADistinctSentenceForEachReason) {
  std::set<std::string_view> sentences;
  for (const auto reason :
       {wrong_length, wrong_character, unknown_country, wrong_structure, wrong_check_digits})
    sentences.insert(to_string(reason));
  EXPECT_EQ(sentences.size(), 5u);
}

// BIC

TEST(Bic, FillsEightCharactersAndShowsThemAsEightAgain) {
  const auto short_form = parse_bic("DEUTDEFF");
  const auto long_form = parse_bic("DEUTDEFFXXX");
  ASSERT_TRUE(short_form && long_form);
  EXPECT_EQ(*short_form, *long_form);
  EXPECT_EQ(std::string_view(short_form->text.data(), 11), "DEUTDEFFXXX");
  EXPECT_EQ(to_text(*long_form), "DEUTDEFF");
  EXPECT_EQ(short_form->country(), "DE");
}

TEST(Bic, KeepsABranch) {
  const auto bic = parse_bic("DEUTDEFF500");
  ASSERT_TRUE(bic);
  EXPECT_EQ(to_text(*bic), "DEUTDEFF500");
  EXPECT_NE(*bic, *parse_bic("DEUTDEFF"));
}

TEST(Bic, AllowsDigitsInThePrefixAndKosovo) {
  EXPECT_TRUE(parse_bic("1234DE21").has_value());
  EXPECT_TRUE(parse_bic("NCBVXKPR").has_value());
}

TEST(Bic, RefusesWithTheFirstReasonThatApplies) {
  constexpr std::array<Refusal, 17> table{{
      {"", wrong_length},
      {"DEUTDEF", wrong_length},
      {"DEUTDEFFX", wrong_length},
      {"DEUTDEFFXX", wrong_length},
      {"DEUTDEFFXXXX", wrong_length},
      {"deutdef", wrong_length},  // also wrong characters
      {"deutdeff", wrong_character},
      {"DEUTDEFf", wrong_character},
      {"DEUT DEF", wrong_character},
      {"DEUTD3FF", wrong_character},
      {"DEUT1EFF", wrong_character},
      {"DEUTDEFFXX-", wrong_character},
      {"DEUTZZ-F", wrong_character},  // also an unknown country
      {std::string_view("DEUTDE\0F", 8), wrong_character},
      {"DEUTDE\xC3\x84", wrong_character},
      {"DEUTZZFF", unknown_country},
      {"DEUTEUFFXXX", unknown_country},
  }};
  expect_refused(parse_bic, table);
}

TEST(Bic, IsValidOnlyAsTheParserWouldHaveMadeIt) {
  Bic bic = *parse_bic("DEUTDEFF500");
  EXPECT_TRUE(is_valid(bic));
  EXPECT_FALSE(is_valid(Bic{}));
  bic.text[10] = '\0';
  EXPECT_FALSE(is_valid(bic));
  bic = *parse_bic("DEUTDEFF500");
  bic.text[4] = 'Z', bic.text[5] = 'Z';
  EXPECT_FALSE(is_valid(bic));
  bic = *parse_bic("DEUTDEFF500");
  bic.text[0] = 'd';
  EXPECT_FALSE(is_valid(bic));
}

void expect_bic_round_trip(const std::string& text) {
  const auto bic = parse_bic(text);
  ASSERT_TRUE(bic.has_value()) << text << ": " << to_string(bic.error());
  EXPECT_TRUE(is_valid(*bic)) << text;
  const std::string shown = to_text(*bic);
  EXPECT_EQ(shown, text.ends_with("XXX") && text.size() == 11 ? text.substr(0, 8) : text);
  EXPECT_EQ(parse_bic(shown).value(), *bic);
}

TEST(Bic, AcceptsTheBanksOfTheNationalLists) {
  VOSTRO_TEST_DATA_OR_SKIP(folder, "bic");
  std::size_t count = 0;
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    if (file.path().extension() != ".json") continue;
    const auto banks = boost::json::parse(test::read_text(file.path()));
    for (const auto& bank : banks.as_array()) {
      expect_bic_round_trip(std::string(bank.at("bic").as_string()));
      ++count;
    }
  }
  EXPECT_GT(count, 100u);
}

TEST(Bic, AcceptsTheDirectoryRecords) {
  for (const auto name : {"bic/bic_sample_records.csv", "bic/bic_fake_records.csv"}) {
    VOSTRO_TEST_DATA_OR_SKIP(file, name);
    const CsvTable table = CsvTable::read(file);
    EXPECT_GT(table.size(), 0u);
    for (std::size_t row = 0; row < table.size(); ++row) {
      const std::string code = table.at(row, "BIC CODE");
      expect_bic_round_trip(code);
      expect_bic_round_trip(code + table.at(row, "BRANCH CODE"));
    }
  }
}

// LEI

constexpr std::string_view kLei = "98450091KAD59970B621";

TEST(Lei, RoundTrips) {
  const auto lei = parse_lei(kLei);
  ASSERT_TRUE(lei);
  EXPECT_EQ(to_text(*lei), kLei);
  EXPECT_TRUE(is_valid(*lei));
  EXPECT_FALSE(is_valid(Lei{}));
}

TEST(Lei, RefusesWithTheFirstReasonThatApplies) {
  constexpr std::array<Refusal, 9> table{{
      {"", wrong_length},
      {"98450091KAD59970B62", wrong_length},
      {"98450091KAD59970B6210", wrong_length},
      {"98450091kad59970b621", wrong_character},
      {"98450091KAD59970B6 1", wrong_character},
      {"98450091KAD59970B6A1", wrong_character},
      {"98450091KAD59970B62A", wrong_character},
      {"98450091KAD59970B622", wrong_check_digits},
      {"89450091KAD59970B621", wrong_check_digits},
  }};
  expect_refused(parse_lei, table);
}

// 00, 01 and 99 are congruent to 97, 98 and 02: the remainder is right, the digits are not those
// that are issued.
TEST(Lei, RefusesCheckDigitsThatAreNeverIssued) {
  const std::map<std::string_view, std::string_view> twin_of{
      {"97", "00"}, {"98", "01"}, {"02", "99"}};
  std::set<std::string_view> seen;
  for (int serial = 10'000; serial < 20'000 && seen.size() < twin_of.size(); ++serial) {
    const std::string head = "5299000J2N45D" + std::to_string(serial);
    const unsigned check = 98 - mod97("00", mod97(head));
    const std::string digits = (check < 10 ? "0" : "") + std::to_string(check);
    ASSERT_TRUE(parse_lei(head + digits).has_value()) << head << digits;
    const auto twin = twin_of.find(digits);
    if (twin == twin_of.end()) continue;
    seen.insert(twin->first);
    const auto refused = parse_lei(head + std::string(twin->second));
    ASSERT_FALSE(refused.has_value()) << head << twin->second;
    EXPECT_EQ(refused.error(), wrong_check_digits);
  }
  EXPECT_EQ(seen.size(), twin_of.size());
}

TEST(Lei, AcceptsTheSampleRecordsAndNoneOfTheirSingleDigitErrors) {
  VOSTRO_TEST_DATA_OR_SKIP(file, "lei/lei_sample_records.csv");
  const CsvTable table = CsvTable::read(file);
  EXPECT_GT(table.size(), 0u);
  for (std::size_t row = 0; row < table.size(); ++row) {
    const std::string& text = table.at(row, "LEI");
    ASSERT_TRUE(parse_lei(text).has_value()) << text;
    for (std::size_t i = 0; i < text.size(); ++i) {
      std::string wrong = text;
      wrong[i] = wrong[i] == '7' ? '3' : '7';
      EXPECT_FALSE(parse_lei(wrong).has_value()) << wrong;
    }
  }
}

// UUID

TEST(Uuid, RoundTripsInLowerCaseFromEitherCase) {
  const auto lower = parse_uuid("6ba7b810-9dad-41d1-80b4-00c04fd430c8");
  const auto upper = parse_uuid("6BA7B810-9DAD-41D1-80B4-00C04FD430C8");
  ASSERT_TRUE(lower && upper);
  EXPECT_EQ(*lower, *upper);
  EXPECT_EQ(to_text(*upper), "6ba7b810-9dad-41d1-80b4-00c04fd430c8");
  EXPECT_EQ(lower->bytes[0], 0x6B);
  EXPECT_EQ(lower->bytes[15], 0xC8);
}

// The examples of RFC 9562, appendices A and B.
TEST(Uuid, TellsTheVersion) {
  EXPECT_EQ(version_of(*parse_uuid("C232AB00-9414-11EC-B3C8-9F6BDECED846")), 1);
  EXPECT_EQ(version_of(*parse_uuid("919108f7-52d1-4320-9bac-f847db4148a8")), 4);
  EXPECT_EQ(version_of(*parse_uuid("017F22E2-79B0-7CC3-98C4-DC0C0C07398F")), 7);
  EXPECT_EQ(version_of(*parse_uuid("2489E9AD-2EE2-8E00-8EC9-32D5F69181C0")), 8);
  EXPECT_EQ(version_of(Uuid{}), 0);
}

TEST(Uuid, RefusesWithTheFirstReasonThatApplies) {
  constexpr std::array<Refusal, 12> table{{
      {"", wrong_length},
      {"919108f7-52d1-4320-9bac-f847db4148a", wrong_length},
      {"919108f7-52d1-4320-9bac-f847db4148a80", wrong_length},
      {"{19108f7-52d1-4320-9bac-f847db4148a8}", wrong_length},
      {"919108f752d143209bacf847db4148a8", wrong_length},
      {"919108f7-52d1-4320-9bac-f847db4148g8", wrong_character},
      {"919108f7052d1-4320-9bac-f847db4148a8", wrong_character},
      {"919108f75-2d1-4320-9bac-f847db4148a8", wrong_character},
      {"919108f7-52d1-4320-9bac-f847db4148 8", wrong_character},
      {"919108f7-52d1-4320-cbac-f847db4148a8", wrong_structure},
      {"919108f7-52d1-4320-7bac-f847db4148a8", wrong_structure},
      {"00000000-0000-0000-0000-000000000000", wrong_structure},
  }};
  expect_refused(parse_uuid, table);
  expect_refused(parse_uetr, table);
}

TEST(Uuid, AUetrIsOfVersionFour) {
  EXPECT_TRUE(parse_uetr("919108f7-52d1-4320-9bac-f847db4148a8").has_value());
  for (const auto other :
       {"C232AB00-9414-11EC-B3C8-9F6BDECED846", "017F22E2-79B0-7CC3-98C4-DC0C0C07398F",
        "2489E9AD-2EE2-8E00-8EC9-32D5F69181C0"}) {
    const auto uetr = parse_uetr(other);
    ASSERT_FALSE(uetr.has_value()) << other;
    EXPECT_EQ(uetr.error(), wrong_structure);
  }
}

TEST(Uuid, IsMadeOfRandomBytesOrAHash) {
  std::array<Byte, 16> ones;
  ones.fill(0xFF);
  EXPECT_EQ(to_text(make_uuid_v4(ones)), "ffffffff-ffff-4fff-bfff-ffffffffffff");
  EXPECT_EQ(to_text(make_uuid_v4({})), "00000000-0000-4000-8000-000000000000");
  Hash hash;
  for (std::size_t i = 0; i < hash.bytes.size(); ++i) hash.bytes[i] = static_cast<Byte>(i);
  EXPECT_EQ(to_text(make_uuid_v8(hash)), "00010203-0405-8607-8809-0a0b0c0d0e0f");
  EXPECT_EQ(version_of(make_uuid_v8(hash)), 8);
}

// Country and label

TEST(Country, IsThatOfTheListInBothDirections) {
  VOSTRO_TEST_DATA_OR_SKIP(file, "countries/country-codes.csv");
  const CsvTable table = CsvTable::read(file);
  std::set<std::string> listed{"XK"};
  for (std::size_t row = 0; row < table.size(); ++row)
    listed.insert(table.at(row, "ISO3166-1-Alpha-2"));
  EXPECT_EQ(listed.size(), 250u);
  std::set<std::string> accepted;
  for (char first = 'A'; first <= 'Z'; ++first) {
    for (char second = 'A'; second <= 'Z'; ++second) {
      const std::string code{first, second};
      if (is_country(code)) accepted.insert(code);
    }
  }
  EXPECT_EQ(accepted, listed);
}

TEST(Country, RefusesWhatIsNotTwoUpperCaseLetters) {
  for (const std::string_view text : {"", "D", "DEU", "de", "De", "D1", "E ", "AD AE", "\xFF\xFF"})
    EXPECT_FALSE(is_country(text)) << text;
}

TEST(Label, TakesLowerCaseLettersDigitsAndHyphens) {
  for (const auto text :
       {"main", "a", "-", "0", "nostro-eur-01", "abcdefghijklmnopqrstuvwxyz01234567"})
    EXPECT_EQ(parse_label(text).value(), text);
  constexpr std::array<Refusal, 7> table{{
      {"", wrong_length},
      {"abcdefghijklmnopqrstuvwxyz012345678", wrong_length},  // 35 characters
      {"Main", wrong_character},
      {"main account", wrong_character},
      {"main_account", wrong_character},
      {"bic/main", wrong_character},
      {std::string_view("a\0b", 3), wrong_character},
  }};
  expect_refused(parse_label, table);
}

// Catalogue row T17: BIC, IBAN, LEI with a wrong check are refused.

TEST(CatalogueT17, RefusesBicLeiAndIbanWithAWrongCheck) {
  EXPECT_EQ(parse_bic("DEUTQQFF").error(), unknown_country);
  EXPECT_EQ(parse_lei("98450091KAD59970B612").error(), wrong_check_digits);
  EXPECT_EQ(parse_iban("GB92NWBK60161331926819").error(), wrong_check_digits);
}

TEST(CatalogueT17, RefusesAnIdentifierThatIsTooLong) {
  EXPECT_EQ(parse_label(std::string(label_size_max + 1, 'a')).error(), wrong_length);
  EXPECT_EQ(parse_iban("DE" + std::string(100'000, '8')).error(), wrong_length);
}

// What parsers take, they must be able to give back; what they refuse, they refuse without a crash.
// Bytes are drawn at random, or are a valid text with a few bytes changed, added or dropped.
class RandomText {
 public:
  explicit RandomText(std::uint64_t seed) : random_(seed) {}

  std::string next() {
    constexpr std::array<std::string_view, 8> valid{"DEUTDEFF500",
                                                    "DEUTDEFF",
                                                    kLei,
                                                    "GB29NWBK60161331926819",
                                                    "NO9386011117947",
                                                    "919108f7-52d1-4320-9bac-f847db4148a8",
                                                    "nostro-eur-01",
                                                    "MT84MALT011000012345MTLCAST001S"};
    std::string text(valid[random_.uniform(valid.size())]);
    if (random_.happens(1, 4)) text.resize(random_.uniform(64));
    for (std::uint64_t changes = random_.uniform(4); changes > 0 && !text.empty(); --changes) {
      const std::size_t at = random_.uniform(text.size());
      const char byte = static_cast<char>(random_.uniform(256));
      if (random_.happens(1, 3)) {
        text.erase(at, 1);
      } else if (random_.happens(1, 2)) {
        text.insert(at, 1, byte);
      } else {
        text[at] = byte;
      }
    }
    return text;
  }

 private:
  Random random_;
};

TEST(Identifiers, GiveBackWhatTheyTakeAndRefuseTheRestOfRandomBytes) {
  constexpr std::uint64_t seed = 20261123;
  SCOPED_TRACE("seed " + std::to_string(seed));
  RandomText source(seed);
  std::size_t taken = 0;
  std::size_t refused = 0;
  for (int i = 0; i < 200'000; ++i) {
    const std::string text = source.next();
    bool any = false;
    if (const auto bic = parse_bic(text)) {
      any = true;
      EXPECT_TRUE(is_valid(*bic));
      EXPECT_EQ(parse_bic(to_text(*bic)).value(), *bic);
    }
    if (const auto lei = parse_lei(text)) {
      any = true;
      EXPECT_TRUE(is_valid(*lei));
      EXPECT_EQ(to_text(*lei), text);
    }
    if (const auto iban = parse_iban(text)) {
      any = true;
      EXPECT_EQ(*iban, text);
      EXPECT_EQ(mod97(iban->substr(0, 4), mod97(iban->substr(4))), 1u);
    }
    if (const auto uuid = parse_uuid(text)) {
      any = true;
      EXPECT_EQ(parse_uuid(to_text(*uuid)).value(), *uuid);
      EXPECT_EQ(parse_uetr(text).has_value(), version_of(*uuid) == 4);
    }
    if (const auto label = parse_label(text)) {
      any = true;
      EXPECT_EQ(*label, text);
    }
    ++(any ? taken : refused);
  }
  EXPECT_GT(taken, 1000u);
  EXPECT_GT(refused, 1000u);
}

}  // namespace
}  // namespace vostro
