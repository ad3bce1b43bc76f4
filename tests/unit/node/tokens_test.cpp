// Tokens: shown once, kept as a hash, judged by the file as it is now.
#include "net/http/tokens.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <fstream>
#include <sstream>

#include "tests/support/sanitizers.h"
#include "tests/unit/node/api_support.h"

namespace vostro::net::http {
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
  /// A look far enough after the last one that a file that could not be read is read again.
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

TEST_F(Tokens, ChangesAreSeenAtOnce) {
  const std::string first = create({});
  EXPECT_TRUE(book.find(first, kNow, steady));
  const std::string second = create({Role::read, "second"});
  EXPECT_TRUE(book.find(second, kNow, steady));
  EXPECT_EQ(*revoke_token(file, "second"), 1U);
  EXPECT_FALSE(book.find(second, kNow, steady));
  EXPECT_TRUE(book.find(first, kNow, steady));
}

TEST_F(Tokens, AFileThatCannotBeReadIsNotReadMoreOftenThanOnceASecond) {
  const std::string token = create({});
  std::filesystem::permissions(file, std::filesystem::perms(0644));
  EXPECT_FALSE(book.find(token, kNow, steady));
  std::filesystem::permissions(file, std::filesystem::perms(0600));
  EXPECT_FALSE(book.find(token, kNow, steady + std::chrono::milliseconds(999)));
  EXPECT_TRUE(book.find(token, kNow, steady + std::chrono::milliseconds(1000)));
}

TEST_F(Tokens, ARotatedOneHasANewSecretAndTheOldOneIsNone) {
  const std::string old = create({Role::write, "core-banking", 30, 250});
  const std::string other = create({Role::read, "core-banking"});
  const Token before = list_tokens(file)->front();
  const UnixSeconds later(kNow.value + 60);
  const auto rotated = rotate_token(file, before.id(), 0, later);
  ASSERT_TRUE(rotated) << rotated.error();
  EXPECT_FALSE(find(old));
  EXPECT_TRUE(find(other)) << "the name alone is not meant";
  const auto caller = find(*rotated);
  ASSERT_TRUE(caller);
  EXPECT_EQ(caller->role, Role::write);
  EXPECT_EQ(caller->requests_per_second, 250U);
  ASSERT_EQ(list_tokens(file)->size(), 2U);
  const Token after = list_tokens(file)->front();
  EXPECT_EQ(std::pair(after.name, after.created), std::pair(before.name, later));
  EXPECT_EQ(after.expires, before.expires) << "a token does not live longer by being rotated";
}

TEST_F(Tokens, TheOldSecretMayGoOnForAWhile) {
  const std::string old = create({Role::write, "core-banking"});
  const std::string rotated = *rotate_token(file, list_tokens(file)->front().id(), 600, kNow);
  EXPECT_TRUE(find(old, UnixSeconds(kNow.value + 599)));
  EXPECT_TRUE(find(rotated, UnixSeconds(kNow.value + 599)));
  EXPECT_FALSE(find(old, UnixSeconds(kNow.value + 600)));
  EXPECT_TRUE(find(rotated, UnixSeconds(kNow.value + 600)));
  // What ends earlier by itself still does.
  const std::string brief = create({Role::read, "brief", 1});
  const std::string again =
      *rotate_token(file, list_tokens(file)->back().id(), 7 * 24 * 3600, kNow);
  EXPECT_FALSE(find(brief, UnixSeconds(kNow.value + 24 * 3600)));
  EXPECT_FALSE(find(again, UnixSeconds(kNow.value + 24 * 3600)));
}

TEST_F(Tokens, WhatCannotBeRotatedIsSaid) {
  create({Role::read, "short", 1});
  const std::string id = list_tokens(file)->front().id();
  EXPECT_FALSE(rotate_token(file, "short", 0, kNow)) << "a name may be that of several";
  EXPECT_FALSE(rotate_token(file, id, 7 * 24 * 3600 + 1, kNow));
  EXPECT_FALSE(rotate_token(file, id, 0, UnixSeconds(kNow.value + 24 * 3600)));
  EXPECT_EQ(list_tokens(file)->front().id(), id);
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

TEST_F(Tokens, AFileThatIsMendedLetsItsOwnersIn) {
  const std::string token = create({});
  std::filesystem::permissions(file, std::filesystem::perms(0644));
  EXPECT_FALSE(find(token));
  std::filesystem::permissions(file, std::filesystem::perms(0600));
  EXPECT_TRUE(find(token)) << "nothing but its mode has changed";
  std::filesystem::permissions(file, std::filesystem::perms(0644));
  EXPECT_FALSE(find(token)) << "also where it was read before";
}

TEST_F(Tokens, AFileThatCouldNotBeReadIsReadAgain) {
  if (vostro::test::is_sanitized)
    GTEST_SKIP() << "UndefinedBehaviorSanitizer needs descriptors itself";
  const std::string token = create({});
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit none{0, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  const bool is_found = find(token).has_value();
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_FALSE(is_found);
  EXPECT_TRUE(find(token)) << "nothing was wrong with the file";
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
}  // namespace vostro::net::http
