// Goal: the description of the API is of this API. Method: its paths, roles and bodies against the
// routing table, which is what the server goes by. Its schemas are held against real answers by
// tests/functional/openapi_test.py.
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <set>

#include "net/http/tokens.h"
#include "node/api/embedded_files.h"
#include "node/api/routes.h"
#include "tests/unit/node/api_support.h"

namespace vostro::node::api {
namespace {

namespace json = boost::json;
using namespace test;  // NOLINT: builders

std::string plain(const json::string& from) {
  return std::string(from.data(), from.size());
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  return out;
}

struct OpenApi : testing::Test {
  const json::value description = [] {
    const std::string_view text = description_files().front().content;
    return json::parse({text.data(), text.size()});
  }();
  /// What the description says of the route; null where it says nothing.
  const json::value* operation(const Route& route) const {
    const json::object& paths = description.at("paths").as_object();
    const auto* path = paths.if_contains({route.pattern.data(), route.pattern.size()});
    return path == nullptr ? nullptr : path->as_object().if_contains(lower(route.method));
  }
};

TEST_F(OpenApi, DescribesEachRouteAndNoOther) {
  std::set<std::string> described, served;
  for (const auto& path : description.at("paths").as_object())
    for (const auto& method : path.value().as_object())
      described.insert(std::string(method.key()) + " " + std::string(path.key()));
  for (const Route& route : routes())
    served.insert(lower(route.method) + " " + std::string(route.pattern));
  EXPECT_EQ(described, served);
}

TEST_F(OpenApi, SaysWhoMay) {
  for (const Route& route : routes()) {
    const auto* said = operation(route);
    ASSERT_NE(said, nullptr) << route.method << " " << route.pattern;
    const auto* role = said->as_object().if_contains("x-role");
    const auto* security = said->as_object().if_contains("security");
    if (route.role) {
      ASSERT_NE(role, nullptr) << route.pattern;
      EXPECT_EQ(plain(role->as_string()), to_string(*route.role)) << route.pattern;
      EXPECT_EQ(security, nullptr) << route.pattern << ": a token, as everywhere";
    } else {
      EXPECT_EQ(role, nullptr) << route.pattern;
      ASSERT_NE(security, nullptr) << route.pattern;
      EXPECT_TRUE(security->as_array().empty()) << route.pattern;
    }
  }
}

TEST_F(OpenApi, SaysWhatBodiesAreTaken) {
  for (const Route& route : routes()) {
    const auto* said = operation(route);
    ASSERT_NE(said, nullptr) << route.pattern;
    const auto* body = said->as_object().if_contains("requestBody");
    const bool takes_body = route.method == "POST" || route.method == "PUT";
    EXPECT_EQ(body != nullptr, takes_body) << route.pattern;
    if (body == nullptr) continue;
    const json::object& kinds = body->at("content").as_object();
    const bool takes_json = route.method == "POST" && route.pattern != "/v1/annexes";
    EXPECT_EQ(kinds.contains("application/json"), takes_json) << route.pattern;
    EXPECT_EQ(kinds.contains("application/octet-stream"), route.takes_binary) << route.pattern;
  }
}

TEST_F(OpenApi, DescribesThePathsParameters) {
  for (const Route& route : routes()) {
    std::set<std::string> wanted, named;
    for (std::size_t at = route.pattern.find('{'); at != std::string_view::npos;
         at = route.pattern.find('{', at + 1))
      wanted.emplace(route.pattern.substr(at + 1, route.pattern.find('}', at) - at - 1));
    const auto* parameters = operation(route)->as_object().if_contains("parameters");
    for (const json::value& each : parameters == nullptr ? json::array() : parameters->as_array()) {
      const json::value* one = &each;
      if (const auto* reference = each.as_object().if_contains("$ref")) {
        boost::system::error_code ec;
        one = description.find_pointer(plain(reference->as_string()).substr(1), ec);
        ASSERT_NE(one, nullptr) << plain(reference->as_string());
      }
      if (one->at("in").as_string() == "path") named.insert(plain(one->at("name").as_string()));
    }
    EXPECT_EQ(named, wanted) << route.pattern;
  }
}

TEST_F(OpenApi, IsServedToAnyoneAndOnlyOnce) {
  FakeNode node;
  const Door door(node);
  EXPECT_FALSE(door.role_of("GET", "/openapi.json"));
  const Response first = door.get("/openapi.json");
  EXPECT_EQ(first.status, 200U);
  EXPECT_EQ(first.content_type, "application/json");
  EXPECT_EQ(first.body, description_files().front().content);
  Request again;
  again.if_none_match = first.headers.front().second;
  const Response known = get_description(door.context, again);
  EXPECT_EQ(known.status, 304U);
  EXPECT_TRUE(known.body.empty());
  EXPECT_EQ(code_of(door.get("/openapi.json?x=1")), "unknown-parameter");
}

}  // namespace
}  // namespace vostro::node::api
