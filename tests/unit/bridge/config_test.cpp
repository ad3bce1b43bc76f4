#include "bridge/config.h"

#include <gtest/gtest.h>

#include <fstream>
#include <regex>
#include <sstream>

namespace vostro::bridge {
namespace {

std::string example_text(const char* path = VOSTRO_BRIDGE_EXAMPLE) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string answer_to(const std::string& text) {
  const auto config = parse_config(text, "/etc/vostro", "bridge.toml");
  return config ? "taken" : config.error().sentence;
}

TEST(BridgeConfiguration, TheExampleIsTakenAsItStands) {
  const auto config = parse_config(example_text(), "/etc/vostro", "bridge.toml");
  ASSERT_TRUE(config) << config.error().sentence;
  EXPECT_EQ(config->database.where, "/etc/vostro/book.db");
  EXPECT_EQ(config->key_file, "/etc/vostro/keys/bridge.key");
  EXPECT_EQ(config->lease.count(), 30);
  EXPECT_EQ(config->pools.at(0).bank, config->bank);
  EXPECT_NE(config->standing(*parse_bic("MERLSGSG"), *parse_currency("EUR")), nullptr);
  EXPECT_EQ(config->standing(*parse_bic("MERLSGSG"), *parse_currency("USD")), nullptr);
  EXPECT_EQ(config->persons.size(), 2u);
}

// Every commented key of the example exists, and shows its default.
TEST(BridgeConfiguration, EveryKeyOfTheExampleExists) {
  std::string text =
      std::regex_replace(example_text(), std::regex("\n# (database = \"postgresql[^\n]*)"), "");
  text = std::regex_replace(text, std::regex("\n# ([a-z_]+ = )"), "\n$1");
  EXPECT_NE(text.find("\nlease_s = "), std::string::npos);
  EXPECT_NE(text.find("\npassword_file = "), std::string::npos);
  const auto all = parse_config(text, "/etc/vostro", "bridge.toml");
  ASSERT_TRUE(all) << all.error().sentence;
  const auto plain = *parse_config(example_text(), "/etc/vostro", "bridge.toml");
  EXPECT_EQ(all->lease, plain.lease);
  EXPECT_EQ(all->poll, plain.poll);
  EXPECT_EQ(all->retry, plain.retry);
  EXPECT_EQ(all->reconcile_every, plain.reconcile_every);
  EXPECT_EQ(all->settle, plain.settle);
  EXPECT_EQ(all->order_valid, plain.order_valid);
  EXPECT_EQ(all->answer_within, plain.answer_within);
  EXPECT_EQ(all->entry_age_days_max, plain.entry_age_days_max);
  EXPECT_EQ(all->on_break, plain.on_break);
}

TEST(BridgeConfiguration, TheParticipantsExampleIsTakenWithEachOfItsKeys) {
  const std::string plain = example_text(VOSTRO_PARTICIPANT_EXAMPLE);
  const std::string all = std::regex_replace(plain, std::regex("\n# ([a-z_]+ = )"), "\n$1");
  EXPECT_NE(all.find("\naccept_within_s = "), std::string::npos);
  for (const std::string& text : {plain, all}) {
    const auto config = parse_config(text, "/etc/vostro", "bridge.toml");
    ASSERT_TRUE(config) << config.error().sentence;
    ASSERT_TRUE(config->participant);
    const Participant& made = *config->participant;
    EXPECT_EQ(made.annex_key_file, "/etc/vostro/keys/annex.key");
    EXPECT_EQ(made.accept_within, Participant{}.accept_within);
    EXPECT_EQ(made.quote_within, Participant{}.quote_within);
    EXPECT_EQ(made.annex_within, Participant{}.annex_within);
    EXPECT_EQ(chain::to_text(made.account_at(*parse_bic("SUDBFRPP"))), "SUDBFRPP/retail");
    EXPECT_EQ(chain::to_text(made.account_at(*parse_bic("MERLSGSG"))), "MERLSGSG/customers");
  }
}

TEST(BridgeConfiguration, RefusesAParticipantThatCannotWork) {
  const auto with = [](const std::string& from, const std::string& to) {
    std::string text = example_text(VOSTRO_PARTICIPANT_EXAMPLE);
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return answer_to(text.replace(at, from.size(), to));
  };
  EXPECT_NE(with("\"NORDDEFF/customers\"", "\"SUDBFRPP/customers\"").find("account"),
            std::string::npos);
  EXPECT_NE(with("\"SUDBFRPP/retail\"", "\"MERLSGSG/retail\"").find("account"), std::string::npos);
  EXPECT_NE(with("[participant]", "[other]").find("participant"), std::string::npos);
  EXPECT_NE(with("[[route]]", "[[pool]]\ncurrency = \"EUR\"\naccount = \"X-1\"\n[[route]]")
                .find("each its own configuration"),
            std::string::npos);
}

TEST(BridgeConfiguration, RefusesWhatCannotWork) {
  struct Change {
    std::string from;
    std::string to;
    std::string named;  ///< must stand in the sentence
  };
  const Change changes[]{
      {"[book]", "[book]\nspeed = 1", "speed"},
      {"\"sqlite:book.db\"", "\"book.db\"", "database"},
      {"\"sqlite:book.db\"", "\"postgresql:host=a password=b\"", "database"},
      {"\"http://127.0.0.1:8080\"", "\"http://node.example:8080\"", "api"},
      {"[[pool]]\ncurrency = \"EUR\"", "[[pool]]\ncurrency = \"XQX\"", "currency"},
      {"DE89370400440532013000", "DE88370400440532013000", "account"},
      {"[[standing]]\nparticipant = \"MERLSGSG\"\ncurrency = \"EUR\"",
       "[[standing]]\nparticipant = \"MERLSGSG\"\ncurrency = \"USD\"", "currency"},
      {"participant = \"NORDDEFF\"", "participant = \"NORD\"", "participant"},
      {"fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
       "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "key"},
      {"name = \"carl\"", "name = \"Carl Meier\"", "name"},
      {"# reconcile_s = 60", "reconcile_s = 61", "reconcile_s"},
  };
  for (const Change& change : changes) {
    std::string text = example_text();
    const std::size_t at = text.find(change.from);
    ASSERT_NE(at, std::string::npos) << change.from;
    text.replace(at, change.from.size(), change.to);
    const std::string sentence = answer_to(text);
    EXPECT_NE(sentence, "taken") << change.to;
    EXPECT_NE(sentence.find(change.named), std::string::npos) << sentence;
  }
}

}  // namespace
}  // namespace vostro::bridge
