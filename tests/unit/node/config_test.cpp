// The configuration file: what is documented is taken, and everything that cannot work is refused
// with the key's name.
#include "node/config.h"

#include <gtest/gtest.h>

#include <fstream>
#include <regex>
#include <sstream>

namespace vostro::node {
namespace {

constexpr std::string_view kMinimal = R"([node]
data_dir = "data"
genesis = "genesis.toml"
participant = "NORDDEFF"
role = "validator"
[keys]
validator = "v.key"
tls = "t.key"
)";

std::string error_of(const std::string& text) {
  const auto config = parse_config(text, "/etc/vostro", "node.toml");
  return config ? "taken" : config.error().sentence;
}

std::string example() {
  std::ifstream file(VOSTRO_EXAMPLE_CONFIG);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(Config, TakesTheSmallestFileAndFillsInTheRest) {
  const auto config = parse_config(kMinimal, "/etc/vostro", "node.toml");
  ASSERT_TRUE(config) << config.error().sentence;
  EXPECT_EQ(config->node.data_dir, "/etc/vostro/data");
  EXPECT_EQ(config->genesis_file, "/etc/vostro/genesis.toml");
  EXPECT_EQ(config->api.token_file, "/etc/vostro/data/tokens");
  EXPECT_EQ(config->api.host, "127.0.0.1");
  EXPECT_EQ(config->api.port, 8080);
  EXPECT_FALSE(config->node.listen);
  EXPECT_FALSE(config->has_timing);
  EXPECT_LE(config->memory_caps_bytes, config->memory_budget_bytes);
}

TEST(Config, TheExampleIsTakenAsItStands) {
  EXPECT_EQ(error_of(example()), "taken");
}

// Every commented key of the example exists: uncommented, the file is still taken but for the two
// that exclude others.
TEST(Config, EveryKeyOfTheExampleExists) {
  std::string text =
      std::regex_replace(example(), std::regex("(^|\n)# (\\[consensus\\]|[a-z_]+ = )"), "$1$2");
  text = std::regex_replace(text, std::regex("\nobserver_name = [^\n]*"), "");
  EXPECT_NE(text.find("\nbatch_kib = "), std::string::npos);
  EXPECT_NE(text.find("\ntls_certificate = "), std::string::npos);
  EXPECT_EQ(error_of(text), "taken");
}

struct Refused {
  std::string name;
  std::string appended;
  std::string named;  ///< must stand in the message
};
class CatalogueG2 : public testing::TestWithParam<Refused> {};

TEST_P(CatalogueG2, IsRefusedAndNamesTheKey) {
  const std::string error = error_of(std::string(kMinimal) + GetParam().appended);
  EXPECT_NE(error, "taken");
  EXPECT_NE(error.find(GetParam().named), std::string::npos) << error;
  EXPECT_EQ(error.find('\n'), std::string::npos) << "more than one sentence: " << error;
}

INSTANTIATE_TEST_SUITE_P(
    Rows, CatalogueG2,
    testing::Values(
        Refused{"UnknownKey", "[api]\nlissten = \"127.0.0.1:1\"\n", "lissten"},
        Refused{"UnknownTable", "[apis]\nlisten = \"127.0.0.1:1\"\n", "apis"},
        Refused{"UnknownKeyOfAPeer",
                "[[peers.peer]]\nparticipant = \"SUDBFRPP\"\naddress = \"a:1\"\nhost = \"a\"\n",
                "host"},
        Refused{"PortTooLarge", "[api]\nlisten = \"127.0.0.1:65536\"\n", "listen"},
        Refused{"PortNegative", "[api]\nlisten = \"127.0.0.1:-1\"\n", "listen"},
        Refused{"PortMissing", "[api]\nlisten = \"127.0.0.1\"\n", "listen"},
        Refused{"PortIsText", "[peers]\nlisten = \"0.0.0.0:http\"\n", "listen"},
        Refused{"PeerPortZero", "[[peers.peer]]\nparticipant = \"SUDBFRPP\"\naddress = \"a:0\"\n",
                "address"},
        Refused{"ListensOnAName", "[api]\nlisten = \"localhost:8080\"\n", "listen"},
        Refused{"PublicWithoutTls", "[api]\nlisten = \"0.0.0.0:8080\"\n", "TLS"},
        Refused{"PublicV6WithoutTls", "[api]\nlisten = \"[::]:8080\"\n", "TLS"},
        Refused{"CertificateWithoutKey", "[api]\ntls_certificate = \"c.pem\"\n", "tls_certificate"},
        Refused{"KeyWithoutCertificate", "[api]\ntls_key = \"k.pem\"\n", "tls_key"},
        Refused{"CapsAboveMemory", "[limits]\nmemory_budget_mib = 128\n", "memory_budget_mib"},
        Refused{"CacheAboveMemory", "[limits]\nstore_cache_mib = 4096\n", "memory_budget_mib"},
        Refused{"NumberAsText", "[api]\nconnections = \"256\"\n", "connections"},
        Refused{"NumberOutOfRange", "[api]\nconnections = 0\n", "connections"},
        Refused{"BadLevel", "[log]\nlevel = \"loud\"\n", "level"},
        Refused{"PeerTwice",
                "[[peers.peer]]\nparticipant = \"SUDBFRPP\"\naddress = "
                "\"a:1\"\n[[peers.peer]]\nparticipant = "
                "\"SUDBFRPP\"\naddress = \"b:1\"\n",
                "participant"},
        Refused{"BadBic", "[[peers.peer]]\nparticipant = \"SUDB\"\naddress = \"a:1\"\n",
                "participant"},
        Refused{"NotToml", "[api\n", "line"}),
    [](const auto& row) { return row.param.name; });

TEST(Config, MissingKeysAreNamed) {
  for (const std::string_view key : {"data_dir", "genesis", "participant", "role", "tls"}) {
    const std::string text = std::regex_replace(
        std::string(kMinimal), std::regex("(^|\n)" + std::string(key) + " = [^\n]*"), "");
    EXPECT_NE(error_of(text).find(key), std::string::npos) << error_of(text);
  }
}

TEST(Config, RolesAreToldApart) {
  std::string text(kMinimal);
  text.replace(text.find("\"validator\""), 11, "\"witness\"");
  EXPECT_NE(error_of(text).find("role"), std::string::npos);
  text.replace(text.find("\"witness\""), 9, "\"observer\"");
  EXPECT_NE(error_of(text).find("validator"), std::string::npos)
      << "an observer has no validator key";
}

TEST(Config, TimingIsForDevelopmentNetworksOnly) {
  auto config =
      parse_config(std::string(kMinimal) + "[consensus]\nlisten_ms = 100\n", ".", "node.toml");
  ASSERT_TRUE(config) << config.error().sentence;
  EXPECT_EQ(config->node.replica.engine.timeouts.listen_ms, 100U);
  genesis::Definition definition;
  definition.name = "real";
  chain::Participant participant;
  participant.bic = config->node.participant;
  definition.state.participants = {participant};
  const auto refused = fit_to_network(*config, definition);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().sentence.find("[consensus]"), std::string::npos);
  definition.development = true;
  EXPECT_TRUE(fit_to_network(*config, definition));
}

TEST(Config, ABankThatTheGenesisFileDoesNotNameSaysThatItJoinedLater) {
  const genesis::Definition definition;
  auto config = parse_config(kMinimal, ".", "node.toml");
  ASSERT_TRUE(config) << config.error().sentence;
  const auto refused = fit_to_network(*config, definition);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().sentence.find("joined_later"), std::string::npos);
  std::string text(kMinimal);
  text.replace(text.find("[keys]"), 6, "joined_later = true\n[keys]");
  config = parse_config(text, ".", "node.toml");
  ASSERT_TRUE(config) << config.error().sentence;
  EXPECT_TRUE(fit_to_network(*config, definition));
}

TEST(Config, KeysOfNowAndToCome) {
  const auto now = parse_config(kMinimal, "/etc/vostro", "node.toml");
  ASSERT_TRUE(now) << now.error().sentence;
  EXPECT_EQ(now->validator_keys, (std::vector<KeyFile>{{"/etc/vostro/v.key", ""}}));
  EXPECT_EQ(now->tls_keys, (std::vector<KeyFile>{{"/etc/vostro/t.key", ""}}));
  const auto both =
      parse_config(std::string(kMinimal) +
                       "next_validator = \"v2.key\"\nnext_validator_passphrase_file = \"p\"\n"
                       "next_tls = \"/t2.key\"\n",
                   "/etc/vostro", "node.toml");
  ASSERT_TRUE(both) << both.error().sentence;
  EXPECT_EQ(both->validator_keys, (std::vector<KeyFile>{{"/etc/vostro/v.key", ""},
                                                        {"/etc/vostro/v2.key", "/etc/vostro/p"}}));
  EXPECT_EQ(both->tls_keys, (std::vector<KeyFile>{{"/etc/vostro/t.key", ""}, {"/t2.key", ""}}));
}

TEST(Config, APeersTlsKeyMayBePinned) {
  const std::string key = "ed25519:" + std::string(64, 'a');
  const auto config = parse_config(
      std::string(kMinimal) + "[[peers.peer]]\nparticipant = \"SUDBFRPP\"\naddress = \"a:1\"\n" +
          "tls_key = \"" + key + "\"\n",
      ".", "node.toml");
  ASSERT_TRUE(config) << config.error().sentence;
  EXPECT_EQ(to_text(config->node.peers.at(0).tls_key.value()), key);
}

TEST(Config, ListenAddressesHavePorts) {
  EXPECT_EQ(parse_listen("[::1]:80")->host, "::1");
  EXPECT_EQ(parse_listen("127.0.0.1:0")->port, 0);
  for (const std::string_view bad :
       {"::1:80", "127.0.0.1:", ":80", "127.0.0.1:080", "127.0.0.1:8 ", "1.2.3:80"})
    EXPECT_FALSE(parse_listen(bad)) << bad;
}

}  // namespace
}  // namespace vostro::node
