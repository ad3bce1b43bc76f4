// Goal: accounts and names read and write as "BIC/label" and "BIC:uuid", and nothing else passes
// for one. Method: tables.
#include "chain/account.h"

#include <gtest/gtest.h>

#include "chain/tx/accounts.h"
#include "tests/support/chain_builders.h"

namespace vostro::chain {
namespace {

TEST(Account, ReadsAndWritesTheShortBic) {
  const auto account = parse_account("NORDDEFF/main");
  ASSERT_TRUE(account.has_value());
  EXPECT_EQ(account->owner, test::bic("NORDDEFFXXX"));
  EXPECT_EQ(account->label, "main");
  EXPECT_EQ(to_text(*account), "NORDDEFF/main");
  EXPECT_EQ(to_text(test::account("NORDDEFF123/a-1")), "NORDDEFF123/a-1");
}

TEST(Account, RefusesWhatIsNoAccount) {
  struct Row {
    std::string_view text;
    IdentifierError error;
  };
  const std::string long_label(35, 'a');
  const std::string too_long = "NORDDEFF/" + long_label;
  const Row table[] = {
      {"", IdentifierError::wrong_structure},
      {"NORDDEFF", IdentifierError::wrong_structure},
      {"NORDDEFF/", IdentifierError::wrong_length},
      {"NORDDEF/main", IdentifierError::wrong_length},
      {"NORDQQFF/main", IdentifierError::unknown_country},
      {"norddeff/main", IdentifierError::wrong_character},
      {"NORDDEFF/Main", IdentifierError::wrong_character},
      {"NORDDEFF/a/b", IdentifierError::wrong_character},
      {too_long, IdentifierError::wrong_length},
  };
  for (const auto& [text, error] : table) {
    const auto account = parse_account(text);
    ASSERT_FALSE(account.has_value()) << text;
    EXPECT_EQ(account.error(), error) << text;
  }
}

TEST(Account, IsValidOnlyAsParsingWouldMakeIt) {
  EXPECT_TRUE(is_valid(test::account("NORDDEFF/main")));
  EXPECT_FALSE(is_valid(AccountId{}));
  EXPECT_FALSE(is_valid(AccountId{test::bic("NORDDEFF"), ""}));
  EXPECT_FALSE(is_valid(AccountId{test::bic("NORDDEFF"), "caf\xC3\xA9"}));
  EXPECT_FALSE(is_valid(AccountId{Bic{{'N', 'O', 'R', 'D', 'D', 'E', 'F', 'F', 0, 0, 0}}, "main"}));
}

TEST(OwnedId, WritesOwnerAndId) {
  const OwnedId name{test::bic("NORDDEFF"),
                     parse_uuid("6f9619ff-8b86-4d01-b42d-00cf4fc964ff").value()};
  EXPECT_EQ(to_text(name), "NORDDEFF:6f9619ff-8b86-4d01-b42d-00cf4fc964ff");
}

TEST(Accepts, TakesPaymentsUnaskedFromTheOwnerAndWhomItNames) {
  const Bic owner = test::bic("SUDBFRPP");
  const Bic north = test::bic("NORDDEFF");
  const Bic east = test::bic("ESTAEE2X");
  const Accepts none{AcceptsKind::none, {}};
  const Accepts all{AcceptsKind::all, {}};
  const Accepts listed{AcceptsKind::listed, {north}};
  for (const Accepts& accepts : {none, all, listed})
    EXPECT_TRUE(takes_unasked(accepts, owner, owner));
  EXPECT_FALSE(takes_unasked(none, owner, north));
  EXPECT_TRUE(takes_unasked(all, owner, east));
  EXPECT_TRUE(takes_unasked(listed, owner, north));
  EXPECT_FALSE(takes_unasked(listed, owner, east));
}

}  // namespace
}  // namespace vostro::chain
