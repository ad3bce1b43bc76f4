// The console's files over a real socket: what is there and what is not, and what its headers let a
// browser do. Whole answers are compared as text: a body where none may be is then seen, too.
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <regex>

#include "node/api/embedded_files.h"
#include "tests/unit/node/server_support.h"

namespace vostro::node::api {
namespace {

using namespace test;  // NOLINT: builders
namespace asio = boost::asio;

struct RawAnswer {
  unsigned status = 0;  ///< 0: no answer
  std::map<std::string, std::string> headers;
  std::string body;  ///< all that came behind the header, whatever its length was said to be
};

struct ConsoleTest : testing::Test {
  FakeNode node;
  std::unique_ptr<Server> server;
  std::string reader;

  void SetUp() override {
    const Options options = options_for(node);
    reader = *create_token(options.token_file, {.role = Role::read}, UnixSeconds(1'700'000'000));
    auto started = Server::start(options, node);
    ASSERT_TRUE(started) << started.error();
    server = std::move(*started);
  }

  /// `fields`: whole lines.
  RawAnswer ask(std::string_view line, std::string_view fields = "") const {
    asio::io_context io;
    asio::ip::tcp::socket socket(io);
    socket.connect({asio::ip::address_v4::loopback(), server->port()});
    const std::string request = std::string(line) + " HTTP/1.1\r\nHost: a\r\n" +
                                std::string(fields) + "Connection: close\r\n\r\n";
    asio::write(socket, asio::buffer(request));
    std::string text;
    boost::system::error_code ended;
    asio::read(socket, asio::dynamic_buffer(text), ended);
    return taken_apart(text);
  }

  static RawAnswer taken_apart(const std::string& text) {
    RawAnswer answered;
    const std::size_t end = text.find("\r\n\r\n");
    if (!text.starts_with("HTTP/1.1 ") || end == std::string::npos) return answered;
    answered.status = static_cast<unsigned>(std::stoul(text.substr(9, 3)));
    answered.body = text.substr(end + 4);
    std::size_t at = text.find("\r\n") + 2;
    while (at < end) {
      const std::size_t stop = text.find("\r\n", at);
      const std::size_t colon = text.find(": ", at);
      answered.headers[text.substr(at, colon - at)] = text.substr(colon + 2, stop - colon - 2);
      at = stop + 2;
    }
    return answered;
  }

  static const EmbeddedFile& file(std::string_view name) {
    const auto found = std::ranges::find(console_files(), name, &EmbeddedFile::name);
    VOSTRO_CHECK(found != console_files().end());
    return *found;
  }
};

TEST_F(ConsoleTest, ServesEachOfItsFilesWithoutAToken) {
  for (const EmbeddedFile& each : console_files()) {
    const RawAnswer answered = ask("GET /console/" + std::string(each.name));
    EXPECT_EQ(answered.status, 200U) << each.name;
    EXPECT_EQ(answered.body, each.content) << each.name;
    EXPECT_EQ(answered.headers.at("Content-Type"), each.content_type) << each.name;
    EXPECT_EQ(answered.headers.at("Content-Length"), std::to_string(each.content.size()));
    EXPECT_EQ(answered.headers.at("ETag"), each.etag) << each.name;
  }
  for (const std::string_view address : {"/console", "/console/", "/console/index.html"})
    EXPECT_EQ(ask("GET " + std::string(address)).body, file("index.html").content) << address;
  EXPECT_EQ(file("index.html").content_type, "text/html; charset=utf-8");
  EXPECT_EQ(file("app.js").content_type, "text/javascript; charset=utf-8");
  EXPECT_EQ(file("console.css").content_type, "text/css; charset=utf-8");
}

TEST_F(ConsoleTest, LetsABrowserTakeNothingFromElsewhere) {
  for (const std::string_view address : {"/console", "/console/app.js"}) {
    const RawAnswer answered = ask("GET " + std::string(address));
    EXPECT_EQ(answered.headers.at("Content-Security-Policy"),
              "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
              "img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
    EXPECT_EQ(answered.headers.at("X-Content-Type-Options"), "nosniff");
    EXPECT_EQ(answered.headers.at("Referrer-Policy"), "no-referrer");
    EXPECT_EQ(answered.headers.at("Cache-Control"), "no-cache");
    EXPECT_EQ(answered.headers.count("Access-Control-Allow-Origin"), 0U);
  }
}

// What the policy would refuse is not in the files either: nothing from elsewhere, no code or style
// in the page's own text, no markup made of data.
TEST_F(ConsoleTest, HoldsNothingThatItsPolicyForbids) {
  const std::regex inline_code("<script(?![^>]*src=)|<style|\\sstyle=|\\son[a-z]+=\"|javascript:");
  const std::regex markup(
      "innerHTML|outerHTML|insertAdjacentHTML|document\\.write|eval\\(|"
      "new Function|DOMParser");
  const std::regex elsewhere("https?://(?!www\\.w3\\.org/2000/svg)|src=\"//|url\\(|@import");
  const std::regex used("(?:src|href)=\"/console/([a-z.]+)\"|from \"\\./([a-z.]+)\"");
  std::set<std::string> reached{"index.html"};
  for (const EmbeddedFile& each : console_files()) {
    const std::string content(each.content);
    EXPECT_FALSE(std::regex_search(content, inline_code)) << each.name;
    EXPECT_FALSE(std::regex_search(content, markup)) << each.name;
    EXPECT_FALSE(std::regex_search(content, elsewhere)) << each.name;
    for (std::sregex_iterator at(content.begin(), content.end(), used), end; at != end; ++at)
      reached.insert((*at)[1].matched ? (*at)[1].str() : (*at)[2].str());
  }
  std::set<std::string> there;
  for (const EmbeddedFile& each : console_files()) there.emplace(each.name);
  EXPECT_EQ(reached, there) << "each file is used, and each that is used is there";
}

TEST_F(ConsoleTest, AnswersNotModifiedToWhoHasIt) {
  const std::string tag(file("app.js").etag);
  for (const std::string& known : {tag, "W/" + tag, "\"other\", " + tag, std::string("*")}) {
    const RawAnswer answered = ask("GET /console/app.js", "If-None-Match: " + known + "\r\n");
    EXPECT_EQ(answered.status, 304U) << known;
    EXPECT_EQ(answered.body, "") << known;
    EXPECT_EQ(answered.headers.count("Content-Length"), 0U);
    EXPECT_EQ(answered.headers.at("ETag"), tag);
    EXPECT_EQ(answered.headers.count("Content-Security-Policy"), 1U);
  }
  for (const std::string& other : {std::string("\"other\""), tag.substr(1), std::string(",")})
    EXPECT_EQ(ask("GET /console/app.js", "If-None-Match: " + other + "\r\n").status, 200U) << other;
  EXPECT_EQ(ask("GET /console/api.js", "If-None-Match: " + tag + "\r\n").status, 200U)
      << "a tag is one file's";
}

TEST_F(ConsoleTest, HeadTellsTheLengthAndSendsNothing) {
  const RawAnswer head = ask("HEAD /console");
  EXPECT_EQ(head.status, 200U);
  EXPECT_EQ(head.body, "");
  EXPECT_EQ(head.headers, ask("GET /console").headers);
  EXPECT_EQ(ask("HEAD /console/app.js", "If-None-Match: *\r\n").status, 304U);
  EXPECT_EQ(ask("HEAD /console/none.js").status, 404U);
  // A refusal of HEAD has no body either, anywhere.
  for (const std::string_view address : {"/console/none.js", "/v1/status", "/healthz"})
    EXPECT_EQ(ask("HEAD " + std::string(address)).body, "") << address;
}

TEST_F(ConsoleTest, HasNoOtherPathsAndMethods) {
  EXPECT_EQ(ask("GET /console/none.js").status, 404U);
  EXPECT_EQ(ask("GET /console/APP.JS").status, 404U);
  EXPECT_EQ(ask("GET /console?x=1").status, 400U);
  const RawAnswer post = ask("POST /console", "Content-Length: 0\r\n");
  EXPECT_EQ(post.status, 405U);
  EXPECT_EQ(post.headers.at("Allow"), "GET, HEAD");
  EXPECT_EQ(ask("DELETE /console/app.js").status, 405U);
}

TEST_F(ConsoleTest, LeadsToNoFileOfTheMachine) {
  const std::string token = "Authorization: Bearer " + reader + "\r\n";
  for (const std::string_view path :
       {"/console/../tokens", "/console/..%2ftokens", "/console/%2e%2e/tokens", "/console/..",
        "/console/a/../../etc/passwd", "/console//etc/passwd", "/console//", "/console/app.js/",
        "/console/..\\tokens", "/console/app.js%00"}) {
    const std::string line = "GET " + std::string(path);
    EXPECT_EQ(ask(line).status, 401U) << path << ": what is no file of it is nothing of the public";
    EXPECT_EQ(ask(line, token).status, 400U) << path;
  }
  EXPECT_EQ(ask("GET /console/a/b", token).status, 404U);
  EXPECT_EQ(ask("GET /console/...", token).status, 400U);
  EXPECT_EQ(ask("GET /console/tokens", token).status, 404U);
}

// Catalogue row A8: these files are for this node's own page, and the API is for no page that says
// where it comes from.
TEST_F(ConsoleTest, CatalogueA8AnswersNoPageOfElsewhere) {
  for (const std::string_view origin :
       {"https://other.example", "null", "http://b", "http://a:81", "http://a/", "a", ""}) {
    const RawAnswer answered =
        ask("GET /console/app.js", "Origin: " + std::string(origin) + "\r\n");
    EXPECT_EQ(answered.status, 403U) << origin;
    EXPECT_EQ(answered.headers.count("Access-Control-Allow-Origin"), 0U) << origin;
  }
  const std::string own = "Origin: http://a\r\n";
  EXPECT_EQ(ask("GET /console/app.js", own).status, 200U) << "as browsers load its scripts";
  EXPECT_EQ(ask("GET /console/app.js", own + own).status, 403U);
  const std::string token = "Authorization: Bearer " + reader + "\r\n";
  EXPECT_EQ(ask("GET /v1/status", own + token).status, 403U);
  EXPECT_EQ(ask("GET /healthz", own).status, 403U);
}

}  // namespace
}  // namespace vostro::node::api
