// Goal: the tab key offers what may stand there, from the table of commands and this machine's
// files, and nothing else. tests/functional/manners_test.py does the same in real shells.
#include "wallet-cli/completion.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "tests/unit/wallet-cli/wallet_support.h"
#include "wallet-cli/options.h"

namespace vostro::wallet {
namespace {

using Words = std::vector<std::string>;

Words offered(const Words& words) {
  return completions(words, [](Names kind) -> Words {
    switch (kind) {
      case Names::keys:
        return {"maker", "checker"};
      case Names::profiles:
        return {"night", "default"};
      case Names::accounts:
        return {"NORDDEFF/main", "SUDBFRPP/main"};
      case Names::banks:
        return {"NORDDEFF", "SUDBFRPP"};
      case Names::currencies:
        return {"EUR", "USD"};
    }
    return {};
  });
}

TEST(Completion, OffersWhatMayStandThere) {
  const struct {
    Words words;
    Words expected;
  } rows[] = {
      {{"tra"}, {"track"}},
      {{"network", ""},
       {"currencies", "doctor", "participants", "proposals", "propose", "rules", "status",
        "validators", "vote"}},
      {{"--json", "network", "st"}, {"status"}},
      {{"--profile", "", "x"}, {}},
      {{"--profile", "d"}, {"default"}},
      {{"pay", "--from", "N"}, {"NORDDEFF/main"}},
      {{"pay", "--charge-bearer", ""}, {"CRED", "DEBT", "SHAR"}},
      {{"pay", "--from", "x", "--fr"}, {}},
      {{"pay", "--key", "maker", "--key", "c"}, {"checker"}},
      {{"pay", "--amount", ""}, {}},
      {{"pay", "--pay-with", "U"}, {"USD"}},
      {{"track", "x", "--agent", "S"}, {"SUDBFRPP"}},
      {{"account", "show", "S"}, {"SUDBFRPP/main"}},
      {{"account", "show", "SUDBFRPP/main", ""}, {}},
      {{"account", "statement", "x", "--from", ""}, {}},
      {{"inbox", "unblock", "x", "--to", ""}, {"pay", "release"}},
      {{"key", "new", ""}, {}},
      {{"key", "show", ""}, {"checker", "maker"}},
      {{"pay-file", ""}, {std::string(completes_files)}},
      {{"approve", "show", "x", "--out", "a"}, {std::string(completes_files)}},
      {{"attest", "--statement", ""}, {std::string(completes_files)}},
      {{"reserves", "E"}, {"EUR"}},
      {{"completion", "z"}, {"zsh"}},
      {{"pay", "--api", "http", ":", "//127.0.0.1", ":", "1", "--charge-bearer", "S"}, {"SHAR"}},
      {{"nonsense", "x", ""}, {}},
      {{}, offered({""})},
  };
  for (const auto& row : rows) EXPECT_EQ(offered(row.words), row.expected) << row.words.back();
}

TEST(Completion, KnowsEveryCommandAndOption) {
  for (const Command& command : commands()) {
    Words words;
    std::string rest(command.words);
    for (std::size_t space; (space = rest.find(' ')) != std::string::npos;) {
      words.push_back(rest.substr(0, space));
      rest = rest.substr(space + 1);
    }
    Words typed = words;
    typed.emplace_back("");
    const Words next = offered(typed);
    EXPECT_NE(std::find(next.begin(), next.end(), rest), next.end()) << command.words;
    words.push_back(rest);
    words.emplace_back("-");
    const Words options = offered(words);
    for (const Option& option : command.options) {
      if (!option.name.starts_with("--")) continue;
      EXPECT_NE(std::find(options.begin(), options.end(), option.name), options.end())
          << command.words << " " << option.name;
    }
    for (const OptionOutline& each : common_options())
      EXPECT_NE(std::find(options.begin(), options.end(), each.name), options.end()) << each.name;
  }
}

class CompletionTest : public test::WalletTest {};

TEST_F(CompletionTest, ReadsThisMachinesFilesAndAsksNoNode) {
  std::filesystem::create_directories(path("home/.config/vostro"));
  std::ofstream(path("home/.config/vostro/config.toml"))
      << "[profile.default]\napi = \"" << node_->url() << "\"\ntoken_file = \"" << path("token")
      << "\"\ngenesis = \"" << path("genesis.toml") << "\"\nkey_dir = \"" << path("keys")
      << "\"\n[profile.night]\n";
  const auto lines = [this](Words words) {
    words.insert(words.begin(), "__complete");
    const auto ran = run_bare(words);
    EXPECT_EQ(ran.exit, Exit::ok);
    EXPECT_EQ(ran.err, "");
    return ran.out;
  };
  EXPECT_EQ(lines({"pay", "--key", ""}), "checker\nmaker\n");
  EXPECT_EQ(lines({"--profile", ""}), "default\nnight\n");
  EXPECT_EQ(lines({"pay", "--from", "NORDDEFF/m"}), "NORDDEFF/main\n");
  EXPECT_EQ(lines({"network", "status", "--participant", "SUD"}), "SUDBFRPP\n");
  EXPECT_EQ(lines({"pay", "--pay-with", "E"}), "EUR\n");
  EXPECT_EQ(lines({"--profile", "night", "pay", "--from", ""}), "") << "it has no genesis file";
  EXPECT_EQ(lines({"--key-dir", path("nowhere"), "pay", "--key", ""}), "");
  std::ofstream(path("home/.config/vostro/config.toml")) << "not toml";
  EXPECT_EQ(lines({"pay", "--key", ""}), "");
  EXPECT_EQ(lines({"--profile", ""}), "");
  EXPECT_TRUE(node_->seen().empty());
}

TEST_F(CompletionTest, ScriptsAreForTwoShells) {
  EXPECT_NE(run_bare({"completion", "bash"}).out.find("complete -F _vostro vostro"),
            std::string::npos);
  EXPECT_EQ(run_bare({"completion", "zsh", "--json"}).json().at("shell"), "zsh");
  const auto other = run_bare({"completion", "fish"});
  EXPECT_EQ(other.exit, Exit::usage);
  EXPECT_NE(other.err.find("none for \"fish\""), std::string::npos) << other.err;
}

TEST_F(CompletionTest, TheManualHasEveryCommandAndOption) {
  std::filesystem::create_directory(path("man1"));
  const auto ran = run_bare({"man", path("man1"), "--json"});
  EXPECT_EQ(ran.exit, Exit::ok) << ran.out;
  std::string all;
  for (const auto& entry : std::filesystem::directory_iterator(path("man1"))) {
    std::ifstream file(entry.path());
    all.append(std::istreambuf_iterator<char>(file), {});
  }
  for (const Command& command : commands()) {
    for (const Option& option : command.options) {
      std::string name;  // the last one of an option that has two
      for (const char c : option.name) name += c == '-' ? std::string("\\-") : std::string(1, c);
      EXPECT_NE(all.find(name + "\\fR"), std::string::npos) << command.words << " " << option.name;
    }
  }
  EXPECT_EQ(run_bare({"man", path("nowhere")}).exit, Exit::local);
}

}  // namespace
}  // namespace vostro::wallet
