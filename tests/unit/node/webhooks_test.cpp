// Goal: the book of webhooks survives what it must, deliveries are signed as receivers expect, and
// no address is called that may not be (catalogue row A11). Method: real files, the vectors of the
// specification, tables; delivery itself is tests/functional/webhooks_test.py.
#include "node/webhooks/webhooks.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "base/private_file.h"
#include "tests/unit/node/api_support.h"

namespace vostro::test {
namespace {

using namespace node;  // NOLINT: the whole file is about it

Webhook a_webhook(std::string id) {
  Webhook webhook;
  webhook.id = std::move(id);
  webhook.url = "https://bank.example/";
  webhook.secret.fill(7);
  webhook.made_at = UnixMillis(1'700'000'000'000);
  webhook.token = "0123456789ab";
  webhook.taken = {Height(3), 1};
  webhook.next = {Height(4), 0};
  return webhook;
}

std::unique_ptr<WebhookBook> open_book(const TempDir& directory) {
  auto book = WebhookBook::open(directory.path("webhooks"));
  EXPECT_TRUE(book) << book.error();
  return *std::move(book);
}

TEST(WebhookBook, KeepsWhatWasAddedAndSaved) {
  const TempDir directory;
  {
    const auto book = open_book(directory);
    EXPECT_TRUE(book->all().empty());
    ASSERT_TRUE(book->add(a_webhook("00000000000b")));
    ASSERT_TRUE(book->add(a_webhook("00000000000a")));
    book->note("00000000000a", {Height(9), 2}, {Height(10), 0});
    ASSERT_TRUE(book->save());
    book->note("00000000000b", {Height(9), 2}, {Height(10), 0});  // and the node is killed
  }
  {
    const auto book = open_book(directory);
    const auto webhooks = book->all();
    ASSERT_EQ(webhooks.size(), 2U);
    EXPECT_EQ(webhooks[0].id, "00000000000a");
    EXPECT_EQ(webhooks[0].taken, (chain::ReceiptPlace{Height(9), 2}));
    EXPECT_EQ(webhooks[0].next, (chain::ReceiptPlace{Height(10), 0}));
    EXPECT_EQ(webhooks[0].secret, a_webhook("").secret);
    EXPECT_EQ(webhooks[1].taken, (chain::ReceiptPlace{Height(3), 1}));
    ASSERT_TRUE(book->remove("00000000000a"));
    book->note("00000000000a", {}, {});
    EXPECT_FALSE(book->find("00000000000a"));
  }
  EXPECT_EQ(open_book(directory)->all().size(), 1U);
}

TEST(WebhookBook, EveryChangedByteOfTheFileIsNoticed) {
  const TempDir directory;
  ASSERT_TRUE(open_book(directory)->add(a_webhook("00000000000a")));
  const std::string path = directory.path("webhooks");
  const Bytes whole = *read_private_file(path, 100'000);
  for (std::size_t i = 0; i < whole.size(); ++i) {
    Bytes changed = whole;
    changed[i] ^= 1;
    ASSERT_TRUE(save_private_file(path, changed, IfExists::replace));
    const auto book = WebhookBook::open(path);
    ASSERT_FALSE(book) << "byte " << i;
    EXPECT_NE(book.error().find("damaged"), std::string::npos);
    ASSERT_TRUE(save_private_file(path, ByteView(whole).first(i), IfExists::replace));
    ASSERT_FALSE(WebhookBook::open(path)) << "cut to " << i;
  }
}

TEST(WebhookBook, AFileOpenToOthersIsRefused) {
  const TempDir directory;
  ASSERT_TRUE(open_book(directory)->add(a_webhook("00000000000a")));
  std::filesystem::permissions(directory.path("webhooks"), std::filesystem::perms(0644));
  EXPECT_FALSE(WebhookBook::open(directory.path("webhooks")));
}

// Source: the example of the Standard Webhooks specification.
TEST(WebhookSignature, IsThatOfTheSpecification) {
  const Bytes secret = *from_hex("31f290f6bf06298aab4f08d43c3f082cf648a362da2da4b0");
  EXPECT_EQ(sign_delivery(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", UnixSeconds(1'614'265'330),
                          R"({"test": 2432232314})"),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST(WebhookSignature, SecretsAreShownInBase64) {
  WebhookSecret secret{};
  for (std::size_t i = 0; i < secret.size(); ++i) secret[i] = static_cast<Byte>(i);
  EXPECT_EQ(to_text(secret), "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=");
}

TEST(Callback, CatalogueA11NoAddressThatIsNeitherPublicNorAllowed) {
  const std::vector<net::IpNetwork> allowed{*net::parse_network("10.1.0.0/16"),
                                            *net::parse_network("127.0.0.1")};
  struct Row {
    const char* url;
    std::vector<const char*> addresses;
    bool is_refused;
  };
  const Row rows[]{
      {"https://bank.example/", {"8.8.8.8"}, false},
      {"https://bank.example/", {"2606:4700::1111", "8.8.8.8"}, false},
      {"http://bank.example/", {"8.8.8.8"}, true},  // in clear over the Internet
      {"https://bank.example/", {"10.2.0.1"}, true},
      {"https://bank.example/", {"10.1.0.1"}, false},
      {"http://bank.example/", {"10.1.0.1"}, false},
      {"https://bank.example/", {"127.0.0.1"}, false},
      {"https://bank.example/", {"127.0.0.2"}, true},
      {"https://bank.example/", {"::1"}, true},
      {"https://bank.example/", {"169.254.169.254"}, true},
      {"https://bank.example/", {"::ffff:10.1.0.1"}, false},
      {"https://bank.example/", {"::ffff:10.2.0.1"}, true},
      // A name that stands for more than one thing is refused for any of them.
      {"https://bank.example/", {"8.8.8.8", "192.168.0.1"}, true},
      {"https://bank.example/", {"10.1.0.1", "127.0.0.2"}, true},
      {"http://bank.example/", {"10.1.0.1", "8.8.8.8"}, true},
  };
  for (const Row& row : rows) {
    std::vector<net::IpAddress> addresses;
    for (const char* text : row.addresses) addresses.push_back(*net::parse_ip(text));
    EXPECT_EQ(refusal_of(*net::parse_url(row.url), addresses, allowed).has_value(), row.is_refused)
        << row.url << " " << row.addresses.front();
  }
}

// What the API makes of it.

struct WebhookApi : testing::Test {
  FakeNode node;
  std::unique_ptr<Webhooks> webhooks = start();
  Door door{node};

  std::unique_ptr<Webhooks> start() {
    WebhookOptions options;
    options.file = node.directory.path("webhooks");
    options.allowed_networks = {*net::parse_network("127.0.0.0/8")};
    options.webhooks_max = 2;
    auto started =
        Webhooks::start(std::move(options), node.store(), bic("NORDDEFF"), node.status().height);
    EXPECT_TRUE(started) << started.error();
    return *std::move(started);
  }
  void SetUp() override { door.context.webhooks = webhooks.get(); }
  /// Nobody listens at that port, so that what is registered is tried again and again.
  api::Response add(const std::string& more = "") const {
    return door.post("/v1/webhooks", R"({"url":"http://127.0.0.1:1/x")" + more + "}");
  }
};

TEST_F(WebhookApi, TheSecretIsShownOnce) {
  const auto added = add();
  ASSERT_EQ(added.status, 201U) << added.body;
  const auto item = json_of(added);
  EXPECT_TRUE(item.at("secret").as_string().starts_with("whsec_"));
  EXPECT_EQ(item.at("token").as_string(), "token");
  const std::string path = "/v1/webhooks/" + std::string(item.at("id").as_string());
  const auto shown = door.get(path, api::Role::operate);
  EXPECT_EQ(shown.status, 200U);
  EXPECT_EQ(shown.body.find("whsec_"), std::string::npos);
  EXPECT_EQ(door.get("/v1/webhooks", api::Role::operate).body.find("whsec_"), std::string::npos);
}

TEST_F(WebhookApi, BeginsNowOrWhereItIsTold) {
  const auto height = std::to_string(node.status().height.value);
  const auto now = json_of(add());
  EXPECT_EQ(now.at("cursor").as_string(), height + ".1");
  EXPECT_EQ(now.at("blocks_behind").as_int64(), 0);
  const auto later = json_of(add(R"(,"after":"2.0")"));
  EXPECT_EQ(later.at("cursor").as_string(), "2.0");
  EXPECT_GT(later.at("blocks_behind").as_int64(), 0);
}

TEST_F(WebhookApi, RefusesWhatItCannotTake) {
  EXPECT_EQ(code_of(add(R"(,"after":"999999.0")")), "bad_value");
  EXPECT_EQ(code_of(add(R"(,"after":"2")")), "bad_value");
  EXPECT_EQ(code_of(add(R"(,"role":"operate")")), "unknown_field");
  EXPECT_EQ(code_of(door.post("/v1/webhooks", R"({"url":"http://10.0.0.1/"})")),
            "callback-refused");
  EXPECT_EQ(add().status, 201U);
  EXPECT_EQ(add().status, 201U);
  EXPECT_EQ(code_of(add()), "too-many-webhooks");
  EXPECT_EQ(code_of(door.get("/v1/webhooks/000000000000", api::Role::operate)), "unknown-webhook");
}

// Catalogue row A6: what outlives its token is not made with less than the role that sees all.
TEST_F(WebhookApi, CatalogueA6OnlyOperatorsManageWebhooks) {
  for (const auto& [method, target] : {std::pair("GET", "/v1/webhooks"),
                                       {"POST", "/v1/webhooks"},
                                       {"GET", "/v1/webhooks/0"},
                                       {"DELETE", "/v1/webhooks/0"}})
    EXPECT_EQ(door.role_of(method, target), api::Role::operate) << method << target;
}

TEST_F(WebhookApi, AreThereAgainAfterARestart) {
  const std::string id(json_of(add()).at("id").as_string());
  webhooks.reset();
  webhooks = start();
  const auto found = webhooks->find(id);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->webhook.url, "http://127.0.0.1:1/x");
  EXPECT_TRUE(*webhooks->remove(id));
  EXPECT_FALSE(*webhooks->remove(id));
}

}  // namespace
}  // namespace vostro::test
