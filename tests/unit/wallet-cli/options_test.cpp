// Goal: the command line and the configuration say what they mean, and docs/cli.md describes every
// command.
#include "wallet-cli/options.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/unit/wallet-cli/wallet_support.h"

namespace vostro::wallet {
namespace {

Stop stop_of_line(const std::vector<std::string>& args) {
  try {
    (void)parse_command_line(args);
  } catch (const Stop& stop) {
    return stop;
  }
  ADD_FAILURE() << "the command line was taken";
  return {};
}

TEST(CommandLine, GlobalOptionsStandAnywhere) {
  for (const std::vector<std::string>& args :
       {std::vector<std::string>{"--json", "--key", "a", "account", "balance", "NORDDEFF/main",
                                 "--key", "b"},
        std::vector<std::string>{"account", "balance", "--key", "a", "--json", "NORDDEFF/main",
                                 "--key", "b"}}) {
    const Invocation invocation = parse_command_line(args);
    ASSERT_NE(invocation.command, nullptr);
    EXPECT_EQ(invocation.command->words, "account balance");
    EXPECT_EQ(invocation.arguments.text("ACCOUNT"), "NORDDEFF/main");
    EXPECT_TRUE(invocation.settings.is_json);
    EXPECT_EQ(invocation.settings.keys, (std::vector<std::string>{"a", "b"}));
  }
}

TEST(CommandLine, RepeatableAndPlainOptions) {
  const auto invocation = parse_command_line({"pay", "--from", "A", "--to", "B", "--amount",
                                              "1 EUR", "--charge", "x", "--charge", "y", "--wait"});
  EXPECT_EQ(invocation.arguments.all("--charge"), (std::vector<std::string>{"x", "y"}));
  EXPECT_TRUE(invocation.arguments.has("--wait"));
  EXPECT_FALSE(invocation.arguments.has("--another"));
  EXPECT_FALSE(invocation.arguments.find("--purpose"));
}

TEST(CommandLine, WhatIsNotUnderstoodIsUsage) {
  for (const std::vector<std::string>& args :
       {std::vector<std::string>{}, std::vector<std::string>{"account"},
        std::vector<std::string>{"pay"},
        std::vector<std::string>{"pay", "--from", "A", "--to", "B"},
        std::vector<std::string>{"track"}, std::vector<std::string>{"network", "status", "--frob"},
        std::vector<std::string>{"network", "status", "extra"},
        std::vector<std::string>{"track", "x", "--agent", "A", "--agent", "B"},
        std::vector<std::string>{"network", "status", "--timeout", "0"},
        std::vector<std::string>{"key", "list", "--passphrase-fd", "3", "--passphrase-file", "f"}})
    EXPECT_EQ(stop_of_line(args).exit, Exit::usage);
}

TEST(CommandLine, AMistypedCommandIsGuessed) {
  EXPECT_NE(stop_of_line({"acount", "list"}).what.find("did you mean account list?"),
            std::string::npos);
  EXPECT_NE(stop_of_line({"trak"}).what.find("did you mean track?"), std::string::npos);
}

TEST(CommandLine, AMistypedOptionIsGuessed) {
  EXPECT_NE(stop_of_line({"pay", "--form", "A"}).what.find("--form of pay; did you mean --from?"),
            std::string::npos);
  EXPECT_NE(stop_of_line({"account", "list", "--prfile", "x"}).what.find("did you mean --profile?"),
            std::string::npos);
  EXPECT_NE(stop_of_line({"--jsn"}).what.find("did you mean --json?"), std::string::npos);
  EXPECT_EQ(stop_of_line({"pay"}).what.find("did you mean"), std::string::npos);
  // Options that stand before the command belong to it all the same.
  for (const std::vector<std::string>& first :
       {std::vector<std::string>{"--json"}, std::vector<std::string>{"--key", "a"},
        std::vector<std::string>{"--key=a"}}) {
    auto args = first;
    args.insert(args.end(), {"pay", "--from", "A"});
    EXPECT_NE(stop_of_line(args).what.find("--to is required"), std::string::npos);
    args[args.size() - 2] = "--form";
    EXPECT_NE(stop_of_line(args).what.find("--form of pay; did you mean --from?"),
              std::string::npos);
  }
}

TEST(CommandLine, HelpIsNoError) {
  EXPECT_NE(parse_command_line({"--help"}).help.find("Exit codes"), std::string::npos);
  const std::string help = parse_command_line({"--help"}).help;
  for (int code = 0; code <= static_cast<int>(Exit::awaiting); ++code) {
    const std::string number = std::to_string(code) + " ";
    const bool is_there = help.find(" " + number) != std::string::npos ||
                          help.find("\n" + number) != std::string::npos;
    EXPECT_TRUE(is_there) << code;
  }
  EXPECT_NE(parse_command_line({"pay", "--help"}).help.find("--pay-with"), std::string::npos);
}

TEST(CommandLine, NoOptionTakesAPassphrase) {
  for (const Command& command : commands()) {
    for (const Option& option : command.options)
      EXPECT_EQ(option.name.find("passphrase"), std::string::npos) << command.words;
  }
}

TEST(Documentation, DescribesEveryCommandOptionAndExitCode) {
  std::ifstream file(std::string(VOSTRO_DOCS) + "/cli.md");
  std::ostringstream content;
  content << file.rdbuf();
  const std::string text = content.str();
  ASSERT_FALSE(text.empty());
  for (const Command& command : commands()) {
    const std::string heading = "### vostro " + std::string(command.words) + "\n";
    const std::size_t begin = text.find(heading);
    ASSERT_NE(begin, std::string::npos) << heading;
    const std::string section = text.substr(
        begin, std::min(text.find("\n### ", begin + 1), text.find("\n## ", begin + 1)) - begin);
    EXPECT_NE(section.find("```"), std::string::npos) << "no example of " << command.words;
    EXPECT_NE(section.find("\nJSON: "), std::string::npos)
        << "no word on JSON of " << command.words;
    for (const Option& option : command.options)
      EXPECT_NE(section.find(option.name), std::string::npos)
          << command.words << " " << option.name;
  }
  for (int code = 0; code <= static_cast<int>(Exit::awaiting); ++code)
    EXPECT_NE(text.find("| " + std::to_string(code) + " |"), std::string::npos) << code;
}

class ProfileTest : public test::WalletTest {
 protected:
  void write_config(const std::string& content) {
    std::filesystem::create_directories(path("home/.config/vostro"));
    std::ofstream(path("home/.config/vostro/config.toml")) << content;
  }
};

TEST_F(ProfileTest, FillsWhatWasNotGiven) {
  write_config(
      "[profile.default]\napi = \"http://127.0.0.1:1\"\ntoken_file = \"~/token\"\nkeys = "
      "[\"maker\", \"checker\"]\n"
      "participant = \"NORDDEFF\"\n[profile.other]\napi = \"http://127.0.0.1:2\"\n");
  const Variables variables = [this](std::string_view name) -> std::optional<std::string> {
    return name == "HOME" ? std::optional(path("home")) : std::nullopt;
  };
  Settings given;
  given.keys = {"mine"};
  const Settings settings = complete(given, variables);
  EXPECT_EQ(settings.api, "http://127.0.0.1:1");
  EXPECT_EQ(settings.token_file, path("home/token"));
  EXPECT_EQ(settings.keys, std::vector<std::string>{"mine"});
  EXPECT_EQ(settings.participant, "NORDDEFF");
  EXPECT_EQ(settings.key_dir, path("home/.config/vostro/keys"));
  EXPECT_EQ(settings.state_dir, path("home/.local/state/vostro"));
  Settings other;
  other.profile = "other";
  EXPECT_EQ(complete(other, variables).api, "http://127.0.0.1:2");
}

TEST_F(ProfileTest, RefusesWhatItDoesNotKnow) {
  write_config("[profile.default]\napy = \"http://127.0.0.1:1\"\n");
  EXPECT_EQ(run_bare({"key", "list"}).exit, Exit::usage);
  write_config("api = \"http://127.0.0.1:1\"\n");
  EXPECT_EQ(run_bare({"key", "list"}).exit, Exit::usage);
  write_config("[profile.default]\n[profile.north]\n");
  const auto ran = run_bare({"key", "list", "--profile", "nort"});
  EXPECT_EQ(ran.exit, Exit::usage);
  EXPECT_NE(ran.err.find("did you mean north?"), std::string::npos) << ran.err;
  EXPECT_EQ(run_bare({"key", "list", "--config", path("nowhere.toml")}).exit, Exit::local);
}

}  // namespace
}  // namespace vostro::wallet
