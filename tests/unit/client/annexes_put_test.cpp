// Goal: many annexes go in as few requests as the node takes, and each is told what became of
// itself, also where requests after the first fail. Method: a server that reads what is framed.
#include <gtest/gtest.h>

#include "tests/unit/client/api_support.h"

namespace vostro::client {
namespace {

using test::HttpReply;
using test::HttpSeen;
using test::HttpServer;
using Kind = ApiError::Kind;

std::vector<chain::SealedAnnex> annexes(std::size_t count, std::size_t content_size) {
  std::vector<chain::SealedAnnex> made(count);
  for (std::size_t i = 0; i < count; ++i) {
    made[i].belongs_to.owner = *parse_bic("NORDDEFF");
    made[i].belongs_to.id.bytes = {
        static_cast<Byte>(i), static_cast<Byte>(i >> 8U), 0, 0, 0, 0, 0x40, 0, 0x80};
    made[i].slots.resize(1);
    made[i].content.assign(content_size, 7);
  }
  return made;
}

/// What a request holds, each as the node decodes it.
std::vector<chain::SealedAnnex> held(const HttpSeen& request) {
  std::vector<chain::SealedAnnex> all;
  ByteView rest = as_bytes(request.body);
  while (!rest.empty()) {
    std::size_t size = 0;
    for (std::size_t i = 0; i < 4; ++i) size |= std::size_t{rest[i]} << (8 * i);
    auto one = chain::decode_sealed_annex(rest.subspan(4, size));
    EXPECT_TRUE(one) << (one ? "" : chain::to_string(one.error()));
    if (!one) break;
    all.push_back(*std::move(one));
    rest = rest.subspan(4 + size);
  }
  return all;
}

/// 200 to each.
HttpReply taken(const std::vector<chain::SealedAnnex>& of_request) {
  std::string items;
  for (const chain::SealedAnnex& each : of_request) {
    items += items.empty() ? "" : ",";
    items += R"({"status_code":200,"id":")" + to_text(each.belongs_to.id) + "\"}";
  }
  if (of_request.size() == 1)
    return test::json_reply(200, R"({"id":")" + to_text(of_request[0].belongs_to.id) + "\"}");
  return test::json_reply(200, "{\"items\":[" + items + "]}");
}

TEST(AnnexesPut, NoneIsNoRequest) {
  HttpServer server([](const HttpSeen&) { return HttpReply{}; });
  EXPECT_TRUE(test::client_of(server.url()).put_annexes({}).empty());
  EXPECT_TRUE(server.seen().empty());
}

TEST(AnnexesPut, GoAsManyAtATimeAsTheNodeTakes) {
  std::vector<chain::SealedAnnex> arrived;
  std::vector<std::size_t> of_requests;
  HttpServer server([&](const HttpSeen& request) {
    EXPECT_EQ(request.target, "/v1/annexes");
    EXPECT_LE(request.body.size(), std::size_t{4} * 1024 * 1024);
    const auto some = held(request);
    of_requests.push_back(some.size());
    arrived.insert(arrived.end(), some.begin(), some.end());
    return taken(some);
  });
  auto api = test::client_of(server.url());
  const auto small = annexes(513, 100);
  for (const auto& each : api.put_annexes(small)) EXPECT_TRUE(each) << to_string(each.error());
  EXPECT_EQ(of_requests, (std::vector<std::size_t>{256, 256, 1}));
  EXPECT_EQ(arrived, small);

  arrived.clear();
  of_requests.clear();
  const auto large = annexes(13, chain::SealedAnnex::content_size_max);
  const auto answers = api.put_annexes(large);
  ASSERT_EQ(answers.size(), 13u);
  for (const auto& each : answers) EXPECT_TRUE(each) << to_string(each.error());
  EXPECT_EQ(of_requests, (std::vector<std::size_t>{11, 2}));
  EXPECT_EQ(arrived, large);
}

TEST(AnnexesPut, WhatWasTakenStaysTakenWhereTheNodeFallsSilent) {
  int requests = 0;
  HttpServer server([&](const HttpSeen& request) {
    if (++requests == 1) return taken(held(request));
    HttpReply cut = taken(held(request));
    cut.bytes.resize(cut.bytes.size() / 2);
    cut.closes = true;
    return cut;
  });
  auto api = test::client_of(server.url());
  const auto answers = api.put_annexes(annexes(700, 100));
  ASSERT_EQ(answers.size(), 700u);
  for (std::size_t i = 0; i < 700; ++i) {
    ASSERT_EQ(bool(answers[i]), i < 256) << i;
    if (!answers[i]) {
      EXPECT_FALSE(answers[i].error().problem) << i;
    }
  }
  EXPECT_EQ(requests, 2);  // the rest would wait as long for nothing
}

TEST(AnnexesPut, OneThatIsRefusedIsRefusedAlone) {
  HttpServer server([&](const HttpSeen& request) {
    const auto some = held(request);
    EXPECT_EQ(some.size(), 3u);
    return test::json_reply(
        200, R"({"items":[{"status_code":200,"id":")" + to_text(some[0].belongs_to.id) +
                 R"("},{"status_code":409,"code":"annex-differs","detail":"d"},)"
                 R"({"status_code":200,"id":")" +
                 to_text(some[0].belongs_to.id) + "\"}]}");
  });
  const auto answers = test::client_of(server.url()).put_annexes(annexes(3, 100));
  ASSERT_EQ(answers.size(), 3u);
  EXPECT_TRUE(answers[0]);
  ASSERT_FALSE(answers[1]);
  EXPECT_TRUE(answers[1].error().is_problem(409, "annex-differs"));
  ASSERT_FALSE(answers[2]);  // it names the first once more
  EXPECT_EQ(answers[2].error().kind, Kind::bad_answer);
}

TEST(AnnexesPut, ARequestThatIsRefusedDoesNotEndTheRest) {
  int requests = 0;
  HttpServer server([&](const HttpSeen& request) {
    if (++requests == 1) return test::problem_reply(429, "rate-limit", "later");
    return taken(held(request));
  });
  const auto answers = test::client_of(server.url()).put_annexes(annexes(300, 100));
  ASSERT_EQ(answers.size(), 300u);
  for (std::size_t i = 0; i < 300; ++i) {
    ASSERT_EQ(bool(answers[i]), i >= 256) << i;
    if (!answers[i]) {
      EXPECT_TRUE(answers[i].error().is_problem(429, "rate-limit"));
    }
  }
}

}  // namespace
}  // namespace vostro::client
