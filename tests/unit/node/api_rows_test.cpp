// Rows A1 to A9 of the bad input catalogue at the server, where other files show them at its parts;
// and who may do what to whose objects, for every route of the table.
#include <set>

#include "chain/json/json.h"
#include "node/api/problem.h"
#include "node/api/routes.h"
#include "tests/unit/node/server_support.h"

namespace vostro::node::api {
namespace {

using namespace test;  // NOLINT: builders

using ApiRows = ServerTest;

// Each is 400 and the end of the connection: a request that follows is never answered.
TEST_F(ApiRows, CatalogueA1A2EveryRowIsRefusedAndCloses) {
  start();
  const std::string after = head("GET /v1/status", reader);
  const std::string line = "POST /v1/transactions HTTP/1.1\r\n";
  const std::string host = "Host: a\r\nAuthorization: Bearer " + writer + "\r\n";
  const std::vector<std::string> rows = {
      line + host + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n",
      line + host + "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n",
      line + host + "Transfer-Encoding: gzip\r\n\r\n",
      line + host + "Transfer-Encoding: xchunked\r\n\r\n",
      line + host + "Transfer-Encoding: chunked, identity\r\n\r\n",
      line + host + "Content-Length: 4, 4\r\n\r\n",
      line + host + "Content-Length: 4\r\nContent-Length: 4\r\n\r\n",
      line + host + "Content-Length: +4\r\n\r\n",
      line + host + "Content-Length: 0x4\r\n\r\n",
      line + host + "Content-Length: -1\r\n\r\n",
      line + host + "Content-Length: 18446744073709551616\r\n\r\n",
      "GET /v1/status HTTP/1.1\n" + host + "\n",
      line + host + "X: y\r\n z\r\n\r\n",
      line + host + std::string("X: a\0b\r\n\r\n", 10),
      line + "Authorization: Bearer " + writer + "\r\n\r\n",
      line + host + "Host: b\r\n\r\n",
      "POST /v1/transactions HTTP/1.0\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n",
  };
  for (const std::string& row : rows) {
    Client client(server->port());
    client.send(row + "0\r\n\r\n" + after);
    const Answered answered = client.receive();
    EXPECT_EQ(answered.status, 400U) << row;
    EXPECT_NE(answered.body.find("bad-header"), std::string::npos) << row;
    EXPECT_EQ(client.receive().status, 0U) << row;
  }
}

// Absent, wrong, expired, revoked: one answer for all four, so that none is told from another.
TEST_F(ApiRows, CatalogueA5NoTokenIsLikeAWrongOneAnExpiredOneAndARevokedOne) {
  const std::string file = node.directory.path("tokens");
  const UnixSeconds long_ago(1'700'000'000);  // the server's clock is later by years
  const std::string expired = *create_token(file, {.name = "expired", .days = 1}, long_ago);
  const std::string revoked = *create_token(file, {.name = "revoked"}, long_ago);
  ASSERT_EQ(*net::http::revoke_token(file, "revoked"), 1U);
  start();
  ASSERT_EQ(ask(head("GET /v1/status", reader)).status, 200U);
  const Answered absent = ask(head("GET /v1/status", ""));
  EXPECT_EQ(absent.status, 401U);
  for (const std::string& token : {"vst_" + std::string(64, '0'), expired, revoked}) {
    const Answered answered = ask(head("GET /v1/status", token));
    EXPECT_EQ(answered.status, 401U);
    EXPECT_EQ(answered.body, absent.body);
  }
}

/// A frame of a client: `first` has FIN and the opcode; masked with zeros, so that it stays
/// readable.
std::string frame(unsigned first, std::size_t size, bool is_masked = true) {
  std::string out(1, static_cast<char>(first));
  out += static_cast<char>((is_masked ? 0x80U : 0U) | static_cast<unsigned>(size));
  if (is_masked) out += std::string(4, '\0');
  return out + std::string(size, 'x');
}

/// What the server closes the WebSocket with after these bytes; 0 where it just closes.
unsigned close_code_after(Client& client, const std::string& upgrade, const std::string& bytes) {
  client.send(upgrade);
  if (client.receive().status != 101U) return 1;
  client.send(bytes);
  std::string got;
  char piece[256];
  error_code ec;
  while (true) {
    const std::size_t size = client.socket().read_some(asio::buffer(piece), ec);
    if (ec) break;
    got.append(piece, size);
  }
  const std::size_t at = got.find('\x88');
  if (at == std::string::npos || got.size() < at + 4) return 0;
  return static_cast<unsigned char>(got[at + 2]) * 256U + static_cast<unsigned char>(got[at + 3]);
}

TEST_F(ApiRows, CatalogueA9UnmaskedAndUnknownFramesEndTheStream) {
  start();
  const std::string upgrade =
      head("GET /v1/events", reader,
           "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
           "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n");
  const std::vector<std::pair<std::string, std::string>> rows = {
      {"unmasked", frame(0x81, 5, false)}, {"opcode 3", frame(0x83, 5)},
      {"opcode 11", frame(0x8b, 5)},       {"reserved bit", frame(0xc1, 5)},
      {"ping in pieces", frame(0x09, 5)},  {"continuation of nothing", frame(0x80, 5)},
  };
  for (const auto& [what, bytes] : rows) {
    Client client(server->port());
    EXPECT_EQ(close_code_after(client, upgrade, bytes), 1002U) << what;
  }
  EXPECT_EQ(ask(head("GET /v1/status", reader)).status, 200U);
}

// Bytes behind the upgrade request could be of another: they are refused before the stream begins.
TEST_F(ApiRows, CatalogueA9AnUpgradeComesAlone) {
  start();
  Client client(server->port());
  client.send(head("GET /v1/events", reader,
                   "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                   "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n") +
              head("GET /v1/status", reader));
  EXPECT_NE(client.receive().body.find("bad-request"), std::string::npos);
  EXPECT_TRUE(client.is_closed());
}

TEST(Problems, EachProblemHasItsStatus) {
  const std::vector<std::pair<ProblemKind, unsigned>> rows = {{problems::internal, 500},
                                                              {problems::store_failed, 503},
                                                              {problems::outcome_unknown, 503},
                                                              {problems::too_many_quotes, 429},
                                                              {problems::too_many_annexes, 429}};
  for (const auto& [kind, status] : rows) {
    const Response response = refuse(kind);
    EXPECT_EQ(response.status, status);
    EXPECT_EQ(code_of(response), kind.code);
  }
}

// ---- roles and objects ----

/// Another bank's object behind a route. `hidden` is what a token of role read or write gets: the
/// code of a problem, or "-": 200 without `secret` in it, which an operator's answer has.
struct ObjectRow {
  std::string route;
  std::string target;
  std::string hidden;
  std::string secret = "";
};

struct Objects : testing::Test {
  FakeNode node;
  Door nord{node};
  std::string uetr;

  void SetUp() override {
    auto payment = node.payment();
    payment.from("SUDBFRPP/main").to("FXPRUS33/desk").signed_by({"sud"});
    const auto verified = payment.verified();
    const auto redeem = a_transaction(chain::Redeem{account("SUDBFRPP/main"), eur(500), {}})
                            .id(node.next_id())
                            .signed_by({"sud"})
                            .verified();
    node.block({verified, redeem});
    node.prove_head();
    uetr = to_text(verified->id().id);
    const auto exponents = [](const Currency& c) { return iso4217_exponent(c); };
    const auto quote = a_quote().debtors({"SUDBFRPP"}).build();
    ASSERT_EQ(nord.post("/v1/quotes", chain::to_json(quote, exponents)).status, 201U);
  }
  std::vector<ObjectRow> rows() const {
    const std::string height = std::to_string(node.store().head()->height.value);
    const std::string open = "everybody's";
    return {
        {"GET /v1/status", "", open},
        {"GET /v1/participants", "", open},
        {"GET /v1/currencies", "", open},
        {"GET /v1/validators", "", open},
        {"GET /v1/validators/set", "", open},
        {"GET /v1/evidence", "", open},
        {"GET /v1/evidence/{id}", "", open},
        {"GET /v1/proposals", "", open},
        {"GET /v1/rules", "", open},
        {"GET /v1/transactions/{owner}/{id}", "/v1/transactions/SUDBFRPP/" + uetr,
         "unknown-transaction"},
        {"GET /v1/payments", "/v1/payments?agent=SUDBFRPP", "other-bank"},
        {"GET /v1/payments/{uetr}", "/v1/payments/" + uetr + "?agent=SUDBFRPP", "unknown-payment"},
        {"GET /v1/proofs/payment/{uetr}", "/v1/proofs/payment/" + uetr + "?agent=SUDBFRPP",
         "unknown-payment"},
        {"GET /v1/proofs/account/{bic}/{label}", "/v1/proofs/account/SUDBFRPP/main?currency=EUR",
         "unknown-account"},
        {"GET /v1/accounts", "/v1/accounts", "-", "SUDBFRPP/"},
        {"GET /v1/accounts/{bic}/{label}", "/v1/accounts/SUDBFRPP/main", "unknown-account"},
        {"GET /v1/accounts/{bic}/{label}/entries", "/v1/accounts/SUDBFRPP/main/entries",
         "unknown-account"},
        {"GET /v1/accounts/{bic}/{label}/fills", "/v1/accounts/SUDBFRPP/main/fills",
         "unknown-account"},
        {"GET /v1/redemptions", "/v1/redemptions", "-", "SUDBFRPP"},
        {"GET /v1/blocks/{height}", "/v1/blocks/" + height, "-", uetr},
        {"GET /v1/quotes", "/v1/quotes", "-", "SUDBFRPP"},
    };
  }
};

// Orders are authorised by their signatures, whoever posts them; approvals are kept of the node's
// own bank alone, sealed annexes of the payments that concern it (AnnexesTest), and so are
// webhooks, for the role operate; a stream's events are EventsTest.ShowsABankItsOwnReceiptsOnly;
// whole blocks are for the roles audit and operate alone (CatalogueA6 below);
// files of evidence with orders in them are EvidenceApi.OrdersOfOtherBanksAreForOperatorsOnly.
const std::set<std::string> kElsewhere = {"POST /v1/transactions",
                                          "POST /v1/quotes",
                                          "GET /v1/approvals",
                                          "POST /v1/approvals",
                                          "GET /v1/approvals/{id}",
                                          "GET /v1/approvals/{id}/transaction",
                                          "POST /v1/approvals/{id}/refusal",
                                          "GET /v1/evidence/{id}/file",
                                          "GET /v1/chain/{height}",
                                          "GET /v1/events",
                                          "POST /v1/annexes",
                                          "GET /v1/annexes/{uetr}",
                                          "PUT /v1/annexes/{uetr}",
                                          "DELETE /v1/annexes/{uetr}",
                                          "GET /v1/webhooks",
                                          "POST /v1/webhooks",
                                          "GET /v1/webhooks/{id}",
                                          "DELETE /v1/webhooks/{id}"};

TEST_F(Objects, CatalogueA5OfAnotherBankAreNotThereForAnyRouteButToAnOperator) {
  std::set<std::string> covered = kElsewhere;
  for (const ObjectRow& row : rows()) {
    covered.insert(row.route);
    if (row.target.empty()) continue;
    for (const Role role : {Role::read, Role::write}) {
      const Response response = nord.get(row.target, role);
      EXPECT_EQ(code_of(response), row.hidden == "-" ? "200" : row.hidden) << row.target;
      const bool is_told =
          !row.secret.empty() && response.body.find(row.secret) != std::string::npos;
      EXPECT_FALSE(is_told) << row.target;
    }
    const Response shown = nord.get(row.target, Role::operate);
    EXPECT_EQ(code_of(shown), "200") << row.target << shown.body;
    EXPECT_NE(shown.body.find(row.secret), std::string::npos) << row.target;
  }
  std::set<std::string> secured;
  for (const Route& route : routes())
    if (route.role) secured.insert(std::string(route.method) + " " + std::string(route.pattern));
  EXPECT_EQ(covered, secured) << "a route whose objects nobody thought of";
}

// Every route with every role, and without a token: who is refused, and who is let through to the
// operation, whatever that says of the request.
TEST_F(ApiRows, CatalogueA6EveryRouteAsksForItsRole) {
  start();
  for (const Route& route : routes()) {
    if (route.method == "HEAD") continue;  // of the console's files alone, and without a body
    std::string target(route.pattern);
    for (std::size_t at = target.find('{'); at != std::string::npos; at = target.find('{'))
      target.replace(at, target.find('}') - at + 1, "x");
    const std::string line = std::string(route.method) + " " + target;
    const auto told = [&](const std::string& token) {
      return ask(head(line, token, route.method[0] == 'P' ? "Content-Length: 0\r\n" : ""));
    };
    EXPECT_EQ(told("").status == 401U, route.role.has_value()) << line;
    for (const auto& [role, token] : {std::pair{Role::audit, auditor},
                                      {Role::read, reader},
                                      {Role::write, writer},
                                      {Role::operate, operate}}) {
      const Answered answered = told(token);
      const bool is_refused = answered.status == 403U;
      EXPECT_NE(answered.status, 401U) << line;
      // An auditor's token is for whole blocks, and those are for nobody else but an operator.
      const bool is_chain = line == "GET /v1/chain/x";
      const bool is_least = role == Role::audit || role == Role::operate;
      const Role needed = route.role.value_or(Role::read);
      const bool is_let = is_chain ? is_least : role != Role::audit && role >= needed;
      EXPECT_EQ(is_refused, route.role && !is_let) << line << " " << to_string(role);
      if (is_refused) {
        EXPECT_NE(answered.body.find("not-permitted"), std::string::npos) << line;
      }
    }
  }
}

// Each token has a rate of its own: one that is used up takes nothing from the others.
TEST_F(ApiRows, ATokensRateIsItsOwn) {
  const std::string slow =
      *create_token(node.directory.path("tokens"), {.role = Role::read, .requests_per_second = 1},
                    UnixSeconds(1'700'000'000));
  start();
  while (ask(head("GET /v1/status", slow)).status != 429U) {
  }
  EXPECT_EQ(ask(head("GET /v1/status", reader)).status, 200U);
  EXPECT_EQ(ask(head("GET /healthz", slow)).status, 200U) << "what needs no token has no rate";
}

TEST_F(ApiRows, AHandlerThatThrowsIsAnInternalProblem) {
  node.throws = true;
  start();
  const Answered answered = ask(head("GET /v1/validators", reader));
  EXPECT_EQ(answered.status, 500U);
  EXPECT_NE(answered.body.find("\"internal\""), std::string::npos);
  EXPECT_EQ(answered.body.find("out of memory"), std::string::npos) << "no internals";
  EXPECT_EQ(ask(head("GET /v1/status", reader)).status, 200U);
}

}  // namespace
}  // namespace vostro::node::api
