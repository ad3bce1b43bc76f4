// Goal: whoever resumes behind any event hears exactly what comes after it, in whatever pieces it
// is read, and each event of a payment says what became of it. Method: a store filled by real
// execution.
#include "node/api/events.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <limits>

#include "tests/unit/node/api_support.h"

namespace vostro::test {
namespace {

using node::api::EventFeed;
using node::api::FeedEvent;
using node::api::place_after;

std::vector<FeedEvent> read_all(const FakeNode& node, const EventFeed::Start& start,
                                std::size_t bytes_max) {
  EventFeed feed(node.store(), start);
  const Height until = node.status().height;
  std::vector<FeedEvent> all;
  while (feed.has_more(until)) {
    auto more = feed.next(until, bytes_max);
    EXPECT_TRUE(more);
    if (!more) break;
    all.insert(all.end(), more->begin(), more->end());
  }
  return all;
}

std::vector<std::string> texts(const std::vector<FeedEvent>& events) {
  std::vector<std::string> out;
  for (const FeedEvent& event : events) out.push_back(event.text);
  return out;
}

/// Single payments; then a bulk of three whose second item repeats a UETR, and an issue to another
/// bank.
void fill(FakeNode& node) {
  const auto first = node.payment().verified();
  node.block({first, node.payment().verified()});
  BatchBuilder bulk;
  bulk.id(node.next_id()).valid_until(UnixSeconds(test_time.value + 3'000));
  bulk.item(node.next_id(), "SUDBFRPP/main", 1).item(first->id().id, "SUDBFRPP/main", 1);
  bulk.item(node.next_id(), "SUDBFRPP/main", 1);
  node.block({bulk.verified(), node.issue("OSTBATWW/main", eur(100))});
}

TEST(EventFeed, ResumesBehindEachEventAndBlock) {
  FakeNode node;
  fill(node);
  for (const std::optional<Bic>& only : {std::optional<Bic>(), std::optional(bic("NORDDEFF"))}) {
    const auto all = read_all(node, {{}, only}, 1'000'000);
    ASSERT_GT(all.size(), 10U);
    for (std::size_t i = 0; i < all.size(); ++i) {
      const std::vector<FeedEvent> rest(all.begin() + static_cast<std::ptrdiff_t>(i) + 1,
                                        all.end());
      EXPECT_EQ(texts(read_all(node, {place_after(all[i].place), only}, 1)), texts(rest)) << i;
      if (i > 0) {
        EXPECT_LT(all[i - 1].place, all[i].place);
      }
      const auto event = boost::json::parse(all[i].text);
      EXPECT_EQ(event.at("cursor").as_string(), std::to_string(all[i].place.height.value) + "." +
                                                    std::to_string(all[i].place.index));
      if (event.at("type").as_string() == "block") {
        EXPECT_EQ(texts(read_all(node, {place_after(all[i].place.height), only}, 1)), texts(rest));
      }
    }
  }
}

TEST(EventFeed, LeavesBlocksOut) {
  FakeNode node;
  fill(node);
  const auto all = read_all(node, {}, 1'000'000);
  const auto without = read_all(node, {{}, std::nullopt, false}, 700);
  std::vector<std::string> expected;
  for (const FeedEvent& event : all)
    if (event.text.find("\"type\":\"block\"") == std::string::npos) expected.push_back(event.text);
  EXPECT_EQ(texts(without), expected);
}

TEST(EventFeed, PlacesBeyondEveryBlockAndIndexAreBehindAll) {
  constexpr auto index_max = std::numeric_limits<std::uint32_t>::max();
  constexpr Height height_max(std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(place_after(chain::ReceiptPlace{Height(4), index_max}),
            (chain::ReceiptPlace{Height(5), 0}));
  EXPECT_EQ(place_after(height_max), (chain::ReceiptPlace{height_max, 0}));
  FakeNode node;
  const Height head = node.status().height;
  EXPECT_EQ(texts(read_all(node, {{head, 99}, std::nullopt}, 1)), std::vector<std::string>());
  EXPECT_TRUE(read_all(node, {place_after(height_max), std::nullopt}, 1).empty());
}

/// "type: steps" of each event of the block with receipts.
std::vector<std::string> told(const FakeNode& node, Height block) {
  std::vector<std::string> out;
  for (const FeedEvent& each : read_all(node, {{block, 0}, std::nullopt, false}, 1'000'000)) {
    const auto event = boost::json::parse(each.text);
    std::string line(event.at("type").as_string());
    if (event.as_object().contains("steps"))
      for (const auto& step : event.at("steps").as_array())
        line += " " + std::string(step.as_string());
    out.push_back(line);
  }
  return out;
}

using Lines = std::vector<std::string>;

TEST(EventFeed, SaysWhatBecameOfAPayment) {
  FakeNode node;
  const auto held =
      node.payment().to("SUDBFRPP/ask").accept_by(UnixSeconds(test_time.value + 3'000)).verified();
  EXPECT_EQ(told(node, node.block({held}).height), (Lines{"held ordered held"}));
  const auto accept = [&] {
    return a_transaction(chain::Accept{account("SUDBFRPP/ask"), held->id()})
        .id(node.next_id())
        .signed_by({"sud"})
        .verified();
  };
  EXPECT_EQ(told(node, node.block({accept()}).height), (Lines{"final accepted final"}));
  // An answer too many changes nothing.
  EXPECT_EQ(told(node, node.block({accept()}).height), (Lines{"receipt"}));
  const auto poor = node.payment(1'000'000'000).verified();
  EXPECT_EQ(told(node, node.block({poor}).height), (Lines{"rejected ordered rejected"}));
  EXPECT_EQ(told(node, node.block({node.issue("SUDBFRPP/main", eur(1))}).height),
            (Lines{"receipt"}));
}

TEST(EventFeed, ASecondUseOfAUetrIsNoStep) {
  FakeNode node;
  fill(node);
  EXPECT_EQ(told(node, node.status().height),
            (Lines{"receipt", "final ordered final", "receipt", "final ordered final", "receipt"}));
}

TEST(EventFeed, APaymentsEventNamesItsParties) {
  FakeNode node;
  const auto payment = node.payment(12'50).verified();
  node.block({payment});
  const auto events = read_all(node, {{node.status().height, 0}, std::nullopt, false}, 1);
  ASSERT_EQ(events.size(), 1U);
  const auto event = boost::json::parse(events[0].text);
  EXPECT_EQ(event.at("uetr").as_string(), to_text(payment->id().id));
  EXPECT_EQ(event.at("agent").as_string(), "NORDDEFF");
  EXPECT_EQ(event.at("debtor").as_string(), "NORDDEFF/main");
  EXPECT_EQ(event.at("creditor").as_string(), "SUDBFRPP/main");
  EXPECT_EQ(boost::json::serialize(event.at("amount")),
            "{\"currency\":\"EUR\",\"amount\":\"12.50\"}");
  EXPECT_TRUE(event.at("reason").is_null());
  EXPECT_EQ(event.at("receipt").at("status").as_string(), "settled");
}

}  // namespace
}  // namespace vostro::test
