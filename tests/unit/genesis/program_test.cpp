// Goal: the program leads four banks from nothing to one network id, keeps its exit codes, and
// gives no way to alter an entry on the way. Method: the built program in a directory of its own,
// with keys of the smallest cost.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <array>
#include <boost/json.hpp>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "genesis/definition.h"
#include "tests/unit/genesis/genesis_support.h"

namespace vostro::genesis {
namespace {

using test::contents_of;
using test::replaced;

struct Outcome {
  int exit = -1;
  std::string out;  ///< standard output and standard error
};

std::string quoted_for_shell(const std::string& word) {
  std::string out = "'";
  for (const char c : word) out += c == '\'' ? "'\\''" : std::string(1, c);
  return out + "'";
}

class Program : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "vostro-genesis-XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
    write("passphrase", "correct horse\n");
    ::chmod(path("passphrase").c_str(), 0600);
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  [[nodiscard]] std::string path(const std::string& name) const { return directory_ + "/" + name; }
  void write(const std::string& name, const std::string& content) const {
    std::ofstream(path(name), std::ios::binary | std::ios::trunc) << content;
  }
  Outcome run(const std::vector<std::string>& words,
              const std::string& redirect = "</dev/null") const {
    std::string command =
        "cd " + quoted_for_shell(directory_) + " && " + quoted_for_shell(VOSTRO_GENESIS_PROGRAM);
    for (const std::string& word : words) command += " " + quoted_for_shell(word);
    FILE* pipe = ::popen((command + " " + redirect + " 2>&1").c_str(), "r");
    if (pipe == nullptr) return {};
    Outcome outcome;
    std::array<char, 4096> buffer{};
    for (std::size_t got = 0; (got = std::fread(buffer.data(), 1, buffer.size(), pipe)) > 0;)
      outcome.out.append(buffer.data(), got);
    const int status = ::pclose(pipe);
    outcome.exit = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return outcome;
  }
  void expect(int exit, const Outcome& outcome, const std::string& says) const {
    EXPECT_EQ(outcome.exit, exit) << outcome.out;
    EXPECT_NE(outcome.out.find(says), std::string::npos) << "expected: " << says << "\n"
                                                         << outcome.out;
  }

  void make_draft(bool development) const {
    std::vector<std::string> words{"new",
                                   "--name",
                                   "Four banks",
                                   "--opens-at",
                                   "2026-01-05T06:00:00Z",
                                   "--currency",
                                   "EUR:NORDDEFF:2026-01-05",
                                   "--currency",
                                   "SGD:MERLSGSG:2026-01-05",
                                   "--out",
                                   "network.toml"};
    if (development) words.emplace_back("--development");
    expect(0, run(words), "Draft written");
  }
  void make_keys(const std::string& bic) const {
    expect(0,
           run({"keys", "--out", bic, "--bic", bic, "--role", "validator", "--key",
                "anna:anna:maker", "--key", "ben:ben:checker", "--cost", "development",
                "--passphrase-file", "passphrase"}),
           "ed25519:");
  }
  [[nodiscard]] std::vector<std::string> entry_words(const std::string& bic,
                                                     const std::string& roles) const {
    return {"entry",
            "--network",
            "network.toml",
            "--bic",
            bic,
            "--legal-name",
            "Bank " + bic,
            "--country",
            bic.substr(4, 2),
            "--keys",
            bic,
            "--roles",
            roles,
            "--account",
            "main:accepts=all",
            "--account",
            "nostro:accepts=NORDDEFF+ALBAGB2L",
            "--out",
            bic + ".entry.toml",
            "--passphrase-file",
            "passphrase"};
  }

 private:
  std::string directory_;
};

const std::vector<std::pair<std::string, std::string>> kBanks{
    {"NORDDEFF", "validator,settlement-agent,fx-provider"},
    {"MERLSGSG", "validator,settlement-agent"},
    {"ALBAGB2L", "validator,fx-provider"},
    {"SUDBFRPP", "validator"}};

TEST_F(Program, LeadsFourBanksThroughTheCeremony) {
  make_draft(false);
  std::vector<std::string> seal{"seal", "--network", "network.toml", "--out", "genesis.toml"};
  for (const auto& [bic, roles] : kBanks) {
    make_keys(bic);
    expect(0, run(entry_words(bic, roles)), "Complete.");
    seal.push_back(bic + ".entry.toml");
  }
  const Outcome sealed = run(seal);
  expect(0, sealed, "Network id: ");

  const auto definition = load(path("genesis.toml"));
  ASSERT_TRUE(definition.has_value()) << to_string(definition.error());
  const std::string id = to_hex(definition->network_id.view());
  expect(0, sealed, id);
  EXPECT_EQ(run({"id", "genesis.toml"}).out, id + "\n");
  expect(0, run({"check", "genesis.toml"}), "4 participants, 4 validators, 2 currencies");
  expect(0, run({"inspect", "genesis.toml"}), "Decided by 3 of 4 validators");
  const auto json = boost::json::parse(run({"inspect", "--json", "genesis.toml"}).out).as_object();
  EXPECT_EQ(json.at("network_id").as_string(), id);
  EXPECT_EQ(json.at("quorum").to_number<int>(), 3);
  EXPECT_EQ(json.at("anchor").as_string(), to_hex(make_anchor(*definition).digest.view()));
  EXPECT_EQ(json.at("participants").as_array().size(), 4u);
  EXPECT_EQ(json.at("participants").at(0).at("accounts").at(1).at("accepts").as_array().size(), 2u);

  // Any order of entries gives the same bytes; a file that stands there is never overwritten.
  expect(1, run(seal), "exists already");
  std::reverse(seal.end() - 4, seal.end());
  seal[4] = "again.toml";
  expect(0, run(seal), id);
  EXPECT_EQ(contents_of(path("again.toml")), contents_of(path("genesis.toml")));
  // Row G1: one byte more is another network.
  write("again.toml", contents_of(path("genesis.toml")) + "\n");
  const Outcome other = run({"id", "again.toml"});
  EXPECT_EQ(other.exit, 0);
  EXPECT_NE(other.out, id + "\n");
}

TEST_F(Program, ACoordinatorCannotAlterAnEntry) {
  make_draft(true);
  make_keys("NORDDEFF");
  make_keys("MERLSGSG");
  expect(0, run(entry_words("NORDDEFF", kBanks[0].second)), "Complete.");
  expect(0, run(entry_words("MERLSGSG", kBanks[1].second)), "Complete.");
  const std::string entry = contents_of(path("NORDDEFF.entry.toml"));
  const std::vector<std::string> seal{
      "seal",  "--network",   "network.toml", "NORDDEFF.entry.toml", "MERLSGSG.entry.toml",
      "--out", "genesis.toml"};
  write("NORDDEFF.entry.toml", replaced(entry, "up_to = \"100000.00\"", "up_to = \"900000.00\""));
  expect(1, run(seal), "was changed after signing");
  write("NORDDEFF.entry.toml", replaced(entry, "label = \"main\"", "label = \"mine\""));
  expect(1, run(seal), "was changed after signing");
  write("NORDDEFF.entry.toml", entry);
  const std::string draft = contents_of(path("network.toml"));
  write("network.toml", replaced(draft, "max_validity = \"7d\"", "max_validity = \"9d\""));
  expect(1, run(seal), "the draft was changed since");
  write("network.toml", "# Only a remark.\n" + draft);
  expect(0, run(seal), "Network id: ");
}

TEST_F(Program, PersonsWithKeysApartSignOneAfterTheOther) {
  make_draft(true);
  make_keys("NORDDEFF");
  // The checker's key lives elsewhere, so it is in the policy but cannot sign here.
  const auto all = contents_of(path("NORDDEFF/ben.key"));
  ASSERT_TRUE(std::filesystem::create_directory(path("ben")));
  std::filesystem::permissions(path("ben"), std::filesystem::perms::owner_all);
  expect(0, run(entry_words("NORDDEFF", kBanks[0].second)), "Complete.");
  const std::string complete = contents_of(path("NORDDEFF.entry.toml"));
  const auto policy_begin = complete.find("[participant.policy]");
  const auto policy_end = complete.find("[[participant.account]]");
  std::string policy = complete.substr(policy_begin, policy_end - policy_begin);
  for (std::size_t at = 0; (at = policy.find("participant.policy", at)) != std::string::npos;)
    policy.replace(at, 18, "policy");
  write("policy.toml", policy);
  std::filesystem::rename(path("NORDDEFF/ben.key"), path("ben/ben.key"));
  std::filesystem::remove(path("NORDDEFF.entry.toml"));

  auto words = entry_words("NORDDEFF", kBanks[0].second);
  words.insert(words.end(), {"--policy", "policy.toml"});
  expect(0, run(words), "NOT COMPLETE");
  expect(1,
         run({"seal", "--network", "network.toml", "NORDDEFF.entry.toml", "--out", "genesis.toml"}),
         "manage rule");
  expect(1,
         run({"sign", "--network", "network.toml", "--key", "NORDDEFF/tls.key", "--passphrase-file",
              "passphrase", "NORDDEFF.entry.toml"}),
         "not a key of the policy");
  expect(0,
         run({"sign", "--network", "network.toml", "--key", "ben/ben.key", "--passphrase-file",
              "passphrase", "NORDDEFF.entry.toml"}),
         "Complete.");
  EXPECT_EQ(contents_of(path("NORDDEFF.entry.toml")), complete);
  EXPECT_FALSE(all.empty());
}

TEST_F(Program, KeysAreMadeOnceAndGuarded) {
  make_keys("NORDDEFF");
  const std::string before = contents_of(path("NORDDEFF/validator.key"));
  expect(1,
         run({"keys", "--out", "NORDDEFF", "--bic", "NORDDEFF", "--role", "validator", "--cost",
              "development", "--passphrase-file", "passphrase"}),
         "exists already");
  EXPECT_EQ(contents_of(path("NORDDEFF/validator.key")), before);
  const auto mode = std::filesystem::status(path("NORDDEFF/validator.key")).permissions();
  EXPECT_EQ(static_cast<int>(mode) & 0777, 0600);
  // From a descriptor, too.
  expect(0,
         run({"keys", "--out", "other", "--bic", "SUDBFRPP", "--role", "observer", "--cost",
              "development", "--passphrase-fd", "0"},
             "<passphrase"),
         "tls  ed25519:");
  EXPECT_FALSE(std::filesystem::exists(path("other/validator.key")));
  // A passphrase that others could read is none.
  ::chmod(path("passphrase").c_str(), 0644);
  expect(1,
         run({"keys", "--out", "third", "--bic", "SUDBFRPP", "--role", "observer", "--cost",
              "development", "--passphrase-file", "passphrase"}),
         "passphrase");
}

TEST_F(Program, WrongPassphraseWritesNoEntry) {
  make_draft(true);
  make_keys("NORDDEFF");
  write("passphrase", "wrong\n");
  expect(1, run(entry_words("NORDDEFF", "validator")), "no key signed");
  EXPECT_FALSE(std::filesystem::exists(path("NORDDEFF.entry.toml")));
}

TEST_F(Program, ExitCodesTellUsageFromRefusal) {
  expect(0, run({"--help"}), "Exit codes");
  for (const char* command : {"new", "keys", "entry", "sign", "seal", "check", "id", "inspect"})
    expect(0, run({command, "--help"}), "Usage");
  expect(2, run({}), "subcommand");
  expect(2, run({"melt"}), "");
  expect(2, run({"check"}), "FILE");
  expect(2, run({"new", "--name", "X", "--out", "n.toml", "--currency", "EUR"}), "CODE:AGENT-BIC");
  expect(2, run({"new", "--name", "X", "--out", "n.toml", "--currency", "XAU:NORDDEFF:2026-01-05"}),
         "no minor unit");
  expect(1,
         run({"new", "--name", "X", "--out", "n.toml", "--currency", "XAU:NORDDEFF:2026-01-05:2"}),
         "no minor unit");
  expect(1,
         run({"new", "--name", "X", "--out", "n.toml", "--currency", "JPY:NORDDEFF:2026-01-05:2"}),
         "0 digits");
  EXPECT_FALSE(std::filesystem::exists(path("n.toml")));
  expect(2, run({"keys", "--out", "k", "--bic", "NORDDEFF", "--key", "x:y"}), "NAME:PERSON:ROLES");
  expect(2, run({"keys", "--out", "k", "--bic", "NORDDEFF", "--key", "x:a person:maker"}),
         "1 to 16");
  expect(1, run({"check", "missing.toml"}), "no such file");
  expect(1, run({"id", "missing.toml"}), "no such file");
  write("broken.toml", "format = 1\n[network]\nname = 7\n");
  expect(1, run({"inspect", "broken.toml"}),
         "broken.toml: line 3: network: \"name\" must be text in quotes");
}

}  // namespace
}  // namespace vostro::genesis
