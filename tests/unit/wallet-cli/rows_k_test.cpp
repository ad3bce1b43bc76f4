// Goal: catalogue rows K1 to K4 as a person meets them: one message for whatever is wrong with a
// key file, and no slip of one character, and no file of another network, moves money. Method: the
// whole program against a node that answers from tables. base/keystore_test.cpp has K1 to K3 byte
// by byte, pay_test.cpp and pay_file_test.cpp more of K4.
#include <filesystem>
#include <fstream>

#include "chain/json/json.h"
#include "client/read_answers.h"
#include "tests/unit/wallet-cli/wallet_support.h"

namespace vostro::test {
namespace {

using wallet::Exit;

class RowsK : public WalletTest {
 protected:
  [[nodiscard]] std::string key_file() const { return path("keys/maker.key"); }
  [[nodiscard]] std::string content() const {
    std::ifstream file(key_file(), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void overwrite(const std::string& bytes) const {
    std::ofstream(key_file(), std::ios::binary | std::ios::trunc) << bytes;
  }
  /// Nothing was signed: nothing is stored, nothing has reached the node.
  void expect_nothing_moved() {
    EXPECT_TRUE(node_->posted_transactions().empty());
    EXPECT_EQ(stored_orders(), 0U);
  }
};

TEST_F(RowsK, K1OneMessageForADamagedKeyAndAWrongPassphrase) {
  const std::string whole = content();
  std::vector<std::string> damaged{"", whole.substr(0, 60), whole.substr(0, whole.size() - 1),
                                   whole + "x"};
  for (const std::size_t at : {0UL, 9UL, 13UL, 25UL, 61UL, whole.size() - 1}) {
    damaged.push_back(whole);
    damaged.back()[at] = static_cast<char>(damaged.back()[at] ^ 1);
  }
  const std::string expected =
      "vostro: " + key_file() + ": wrong passphrase, or the key file is damaged\n";
  for (const std::string& bytes : damaged) {
    overwrite(bytes);
    const Ran ran = run(pay_args({"--yes"}));
    EXPECT_EQ(ran.exit, Exit::not_authorised);
    EXPECT_EQ(ran.err, expected);
  }
  overwrite(whole);
  write_private("passphrase", "correct horsf\n");
  const Ran ran = run(pay_args({"--yes"}));
  EXPECT_EQ(ran.exit, Exit::not_authorised);
  EXPECT_EQ(ran.err, expected);
  expect_nothing_moved();
}

TEST_F(RowsK, K2AHeaderThatAsksForATebibyteIsRefused) {
  std::string bytes = content();
  for (const char asked : {'\x00', '\x40'}) {  // 0 KiB and 1 TiB
    for (std::size_t i = 12; i < 16; ++i) bytes[i] = i == 15 ? asked : '\0';
    overwrite(bytes);
    EXPECT_EQ(run(pay_args({"--yes"})).exit, Exit::not_authorised);
    const Ran shown = run({"key", "show", "maker"});
    EXPECT_EQ(shown.exit, Exit::not_authorised) << shown.out;
  }
  expect_nothing_moved();
}

TEST_F(RowsK, K3AKeyThatOthersCanReadOrALinkIsRefused) {
  namespace fs = std::filesystem;
  fs::permissions(key_file(), static_cast<fs::perms>(0644));
  const Ran open = run(pay_args({"--yes"}));
  EXPECT_EQ(open.exit, Exit::not_authorised);
  EXPECT_NE(open.err.find("chmod 600"), std::string::npos) << open.err;
  fs::permissions(key_file(), static_cast<fs::perms>(0600));
  fs::rename(key_file(), path("keys/other"));
  fs::create_symlink(path("keys/other"), key_file());
  EXPECT_EQ(run(pay_args({"--yes"})).exit, Exit::not_authorised);
  // A key that is there is never written over.
  const Ran made = run({"key", "new", "maker", "--cost", "development"});
  EXPECT_EQ(made.exit, Exit::local);
  EXPECT_NE(made.err.find("left as it is"), std::string::npos) << made.err;
  expect_nothing_moved();
}

TEST_F(RowsK, K4OneWrongCharacterOfTheAccountIsRefused) {
  const std::string right = "NORDDEFF/main";
  for (std::size_t i = 0; i < right.size(); ++i) {
    for (const char wrong : {'X', 'x', '0', '/'}) {
      if (right[i] == wrong) continue;
      std::string name = right;
      name[i] = wrong;
      for (const std::string& each : {name, right.substr(0, i) + right.substr(i + 1)}) {
        auto args = pay_args({"--yes"});
        args[2] = each;
        const Ran ran = run(args);
        EXPECT_EQ(ran.exit, Exit::usage) << each << ": " << ran.err;
        EXPECT_NE(ran.err.find(each), std::string::npos) << ran.err;
        // What could be an account's name is answered with the one that was meant.
        const bool is_name = ran.err.find("is no account name") == std::string::npos;
        EXPECT_TRUE(!is_name || ran.err.find("did you mean NORDDEFF/main?") != std::string::npos)
            << ran.err;
      }
    }
  }
  expect_nothing_moved();
}

TEST_F(RowsK, K4OneWrongCharacterOfTheKeyIsRefused) {
  const std::string right = "checker";
  for (std::size_t i = 0; i < right.size(); ++i) {
    std::string name = right;
    name[i] = 'x';
    for (const std::string& each :
         {name, path("keys/") + name + ".key", right.substr(0, i) + right.substr(i + 1)}) {
      auto args = pay_args({"--yes"});
      args[8] = each;
      const Ran ran = run(args);
      EXPECT_EQ(ran.exit, Exit::not_authorised) << each;
      EXPECT_NE(ran.err.find("; did you mean "), std::string::npos) << ran.err;
      EXPECT_NE(ran.err.find("checker"), std::string::npos) << ran.err;
    }
  }
  expect_nothing_moved();
}

TEST_F(RowsK, K4AWrongCurrencyIsAnsweredWithTheNearest) {
  auto args = pay_args({"--yes"});
  args[6] = "12.50 EUX";
  EXPECT_EQ(run(args).exit, Exit::usage);
  args[6] = "12.50 SBD";  // in ISO 4217, and not of this network
  const Ran ran = run(args);
  EXPECT_EQ(ran.exit, Exit::usage);
  EXPECT_NE(ran.err.find("this network has no SBD; it has "), std::string::npos) << ran.err;
  EXPECT_NE(ran.err.find("did you mean SGD?"), std::string::npos) << ran.err;
  expect_nothing_moved();
}

TEST_F(RowsK, K4AnOrderOfAnotherNetworkIsNeitherSignedNorBrought) {
  const Hash elsewhere = hash_of("elsewhere");
  const auto order = a_payment().network(elsewhere).signed_by({"maker"}).build();
  std::filesystem::create_directory(path("stick"));
  std::filesystem::permissions(path("stick"), std::filesystem::perms::owner_all);
  write_private("stick/order.bin", std::string(as_text(chain::encode_transaction(order))));
  write_private("stick/order.json", chain::to_json(order, client::iso_exponents()));
  for (const std::string form : {"bin", "json"}) {
    const std::string out = path("stick/signed." + form);
    const Ran ran =
        run({"sign", path("stick/order." + form), "--out", out, "--key", "checker", "--yes"});
    EXPECT_EQ(ran.exit, Exit::wrong_network) << ran.err;
    EXPECT_NE(ran.err.find(to_hex(elsewhere.view()).substr(0, 16)), std::string::npos) << ran.err;
    EXPECT_FALSE(std::filesystem::exists(out));
    EXPECT_EQ(run({"submit", path("stick/order." + form)}).exit, Exit::wrong_network);
  }
  expect_nothing_moved();
}

TEST_F(RowsK, AnOrderAsJsonIsSignedAsJson) {
  std::filesystem::create_directory(path("stick"));
  std::filesystem::permissions(path("stick"), std::filesystem::perms::owner_all);
  auto order = a_payment().network(network_id_).signed_by({"maker"}).build();
  order.signatures.clear();
  std::ofstream(path("stick/order.json")) << chain::to_json(order, client::iso_exponents());
  const std::string out = path("stick/signed.json");
  const Ran ran = run({"sign", path("stick/order.json"), "--out", out, "--key", "maker", "--key",
                       "checker", "--yes", "--json"});
  EXPECT_EQ(ran.exit, Exit::ok) << ran.out;
  std::ifstream file(out);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const auto read = chain::transaction_from_json(text, client::iso_exponents());
  ASSERT_TRUE(read) << text;
  EXPECT_EQ(chain::transaction_hash(*read), chain::transaction_hash(order));
  EXPECT_TRUE(chain::verify(chain::encode_transaction(*read), network_id_));
  // What the ledger would not take is said here, with its place.
  std::ofstream(path("stick/bad.json")) << R"({"version": 1})";
  const Ran bad = run({"sign", path("stick/bad.json"), "--out", path("stick/never.json"), "--key",
                       "maker", "--yes"});
  EXPECT_EQ(bad.exit, Exit::usage);
  EXPECT_NE(bad.err.find("network_id"), std::string::npos) << bad.err;
}

TEST_F(RowsK, AMissingGenesisFileIsALocalFault) {
  const Ran ran = run_bare({"pay", "--from", "NORDDEFF/main", "--to", "SUDBFRPP/main", "--amount",
                            "1 EUR", "--genesis", path("nowhere.toml"), "--api", node_->url(),
                            "--token-file", path("token")});
  EXPECT_EQ(ran.exit, Exit::local) << ran.err;
  EXPECT_NE(ran.err.find("nowhere.toml"), std::string::npos);
}

}  // namespace
}  // namespace vostro::test
