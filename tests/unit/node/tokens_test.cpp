// Tokens: shown once, kept as a hash, judged by the file as it is now.
#include "node/api/tokens.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "tests/unit/node/api_support.h"

namespace vostro::node::api {
namespace {

constexpr UnixSeconds kNow{1'800'000'000};

struct Tokens : testing::Test {
  test::TempDir directory;
  std::string file = directory.path("tokens");
  TokenBook book{file};
  TokenBook::SteadyTime steady{};

  std::string create(TokenWish wish) {
    const auto token = create_token(file, wish, kNow);
    EXPECT_TRUE(token) << token.error();
    return token ? *token : "";
  }
  /// A look far enough after the last one that the file is looked at again.
  std::optional<Caller> find(std::string_view token, UnixSeconds now = kNow) {
    steady += std::chrono::seconds(2);
    return book.find(token, now, steady);
  }
};

TEST_F(Tokens, IsFoundWithItsRoleAndRate) {
  const std::string token = create({Role::write, "core-banking", {}, 250});
  EXPECT_TRUE(token.starts_with(token_prefix));
  EXPECT_EQ(token.size(), token_prefix.size() + 64);
  const auto caller = find(token);
  ASSERT_TRUE(caller);
  EXPECT_EQ(caller->role, Role::write);
  EXPECT_EQ(caller->requests_per_second, 250U);
}

TEST_F(Tokens, TheFileHoldsNoToken) {
  const std::string token = create({});
  std::ifstream in(file);
  std::stringstream text;
  text << in.rdbuf();
  EXPECT_EQ(text.str().find(token.substr(token_prefix.size())), std::string::npos);
  EXPECT_EQ(std::filesystem::status(file).permissions(), std::filesystem::perms(0600));
}

// Catalogue row A5: absent, wrong, expired and revoked tokens are no tokens.
TEST_F(Tokens, CatalogueA5OthersAreNotFound) {
  const std::string token = create({Role::read, "short", 1, 100});
  std::string wrong = token;
  wrong.back() = wrong.back() == '0' ? '1' : '0';
  EXPECT_TRUE(find(token));
  EXPECT_FALSE(find(""));
  EXPECT_FALSE(find(wrong));
  EXPECT_FALSE(find(token + "0"));
  EXPECT_TRUE(find(token, UnixSeconds(kNow.value + 24 * 3600 - 1)));
  EXPECT_FALSE(find(token, UnixSeconds(kNow.value + 24 * 3600)));
  EXPECT_EQ(*revoke_token(file, "short"), 1U);
  EXPECT_FALSE(find(token));
}

TEST_F(Tokens, ChangesAreSeenWithinASecondAndTheFileIsNotReadMoreOften) {
  const std::string first = create({});
  EXPECT_TRUE(find(first));
  const std::string second = create({});
  EXPECT_FALSE(book.find(second, kNow, steady + std::chrono::milliseconds(999)));
  EXPECT_TRUE(book.find(second, kNow, steady + std::chrono::milliseconds(1000)));
}

TEST_F(Tokens, ADamagedFileLetsNobodyIn) {
  const std::string token = create({});
  EXPECT_TRUE(find(token));
  std::ofstream(file, std::ios::app) << "x\n";
  EXPECT_FALSE(find(token));
  EXPECT_FALSE(create_token(file, {}, kNow)) << "it is not overwritten either";
}

TEST_F(Tokens, AFileOpenToOthersLetsNobodyIn) {
  const std::string token = create({});
  std::filesystem::permissions(file, std::filesystem::perms(0644));
  EXPECT_FALSE(find(token));
}

TEST_F(Tokens, WishesAreChecked) {
  EXPECT_FALSE(create_token(file, {.name = "No Name"}, kNow));
  EXPECT_FALSE(create_token(file, {.days = 0}, kNow));
  EXPECT_FALSE(create_token(file, {.requests_per_second = 0}, kNow));
  EXPECT_FALSE(revoke_token(file, "nobody"));
  EXPECT_TRUE(list_tokens(file)->empty());
}

TEST(TokenFile, ReadsWhatItWrites) {
  const std::vector<Token> tokens{
      {test::hash_of("a"), Role::operate, kNow, UnixSeconds(kNow.value + 60), 7, "ops"},
      {test::hash_of("b"), Role::read, kNow, std::nullopt, 1, "reader"}};
  EXPECT_EQ(*parse_tokens(tokens_text(tokens)), tokens);
  std::string text = tokens_text(tokens);
  EXPECT_FALSE(parse_tokens(text + "\n"));
  EXPECT_FALSE(parse_tokens(text.replace(text.find("operate"), 7, "admin")));
  EXPECT_FALSE(parse_tokens("vostro-tokens 2\n"));
}

}  // namespace
}  // namespace vostro::node::api
