// Goal: each ailment is named with its word, whom it is about and since when, and a network that is
// well is said to be. Method: a healthy picture of four nodes, and one change to it in each row.
#include "client/diagnosis.h"

#include <gtest/gtest.h>

#include <functional>

#include "tests/support/chain_builders.h"

namespace vostro::client {
namespace {

constexpr UnixMillis kNow(1'800'000'100'000);
constexpr UnixMillis kLost(1'800'000'050'000);
const std::array<std::string, 4> kBanks{"HARBUS33", "MERLSGSG", "NORDDEFF", "SUDBFRPP"};

UnixMillis ago(std::uint64_t ms) {
  return UnixMillis(kNow.value - ms);
}

AskedNode a_node(std::size_t index) {
  AskedNode node;
  node.address = "http://" + kBanks[index];
  node.asked_at = kNow;
  NodeStatus status;
  status.network_id = test::network();
  status.participant = test::bic(kBanks[index]);
  status.version = "0.10.0";
  status.height = Height(100);
  status.validators = 4;
  status.quorum = 3;
  status.connected_validators = 4;
  status.is_ready = true;
  status.disk_free_bytes = 10'000;
  status.disk_reserve_bytes = 100;
  status.time = kNow;
  status.uptime_seconds = 1'000;
  node.status = status;
  for (std::size_t i = 0; i < 4; ++i) {
    ValidatorView one;
    one.index = i;
    one.participant = test::bic(kBanks[i]);
    one.is_this_node = i == index;
    one.is_connected = true;
    one.last_seen = ago(2'000);
    one.finalized_height = Height(100);
    if (i != index) {
      one.since = ago(900'000);
      one.round_trip_us = 20'000 + i;
      one.clock_offset_ms = 3;
    }
    node.validators.push_back(one);
  }
  node.common = CommonBlock{Height(100), {}, {}};
  return node;
}

std::vector<AskedNode> all_nodes() {
  return {a_node(0), a_node(1), a_node(2), a_node(3)};
}

void lose(ValidatorView& validator, UnixMillis since = kLost) {
  validator.is_connected = false;
  validator.since = since;
  validator.round_trip_us.reset();
  validator.clock_offset_ms.reset();
  validator.finalized_height.reset();
}

using Named = std::vector<std::string>;  // "code about", in the order of the findings
Named named(const std::vector<Finding>& findings) {
  Named out;
  for (const Finding& each : findings) out.push_back(each.code + " " + each.about);
  return out;
}

TEST(Diagnosis, NothingAilsAHealthyNetwork) {
  EXPECT_EQ(diagnose(all_nodes(), test::network()), std::vector<Finding>{});
  EXPECT_EQ(diagnose({a_node(1)}, std::nullopt), std::vector<Finding>{});
}

struct Case {
  std::string name;
  std::function<void(std::vector<AskedNode>&)> change;
  Named expected;
  std::optional<UnixMillis> since = std::nullopt;  ///< of the first
};

// The first node alone is asked unless the change adds others.
const std::vector<Case> kCases{
    {"missing",
     [](auto& all) { lose(all[0].validators[3]); },
     {"missing SUDBFRPP", "no_margin network"},
     kLost},
    {"missing since before the node started",
     [](auto& all) {
       lose(all[0].validators[3]);
       all[0].validators[3].since.reset();
     },
     {"missing SUDBFRPP", "no_margin network"},
     ago(1'000'000)},
    {"another key",
     [](auto& all) {
       lose(all[0].validators[3]);
       all[0].validators[3].failure = ConnectFailure{"unknown_key", kLost};
     },
     {"wrong_key SUDBFRPP", "no_margin network"},
     kLost},
    {"another network of a peer",
     [](auto& all) {
       lose(all[0].validators[3]);
       all[0].validators[3].failure = ConnectFailure{"other_network", kLost};
     },
     {"wrong_network SUDBFRPP", "no_margin network"}},
    {"another protocol",
     [](auto& all) {
       lose(all[0].validators[3]);
       all[0].validators[3].failure = ConnectFailure{"other_protocol", kLost};
     },
     {"outdated SUDBFRPP", "no_margin network"}},
    {"shut out",
     [](auto& all) {
       lose(all[0].validators[3]);
       all[0].validators[3].failure = ConnectFailure{"shut_out", kLost};
     },
     {"shut_out SUDBFRPP", "no_margin network"}},
    {"no quorum",
     [](auto& all) {
       lose(all[0].validators[3], ago(90'000));
       lose(all[0].validators[2]);
     },
     {"missing NORDDEFF", "missing SUDBFRPP", "no_quorum network"},
     kLost},
    {"cut off",
     [](auto& all) {
       for (const std::size_t i : {1U, 2U, 3U}) lose(all[0].validators[i], ago(40'000 + i));
     },
     {"cut_off HARBUS33", "no_quorum network"},
     ago(40'001)},
    {"cut off, while others go on",
     [](auto& all) {
       all = all_nodes();
       for (const std::size_t i : {1U, 2U, 3U}) {
         lose(all[0].validators[i]);
         lose(all[i].validators[0]);
       }
     },
     {"cut_off HARBUS33", "partitioned HARBUS33", "no_margin network"},
     kLost},
    {"one link",
     [](auto& all) {
       all = all_nodes();
       lose(all[0].validators[3]);
       lose(all[3].validators[0]);
     },
     {"no_link HARBUS33", "no_link SUDBFRPP"},
     kLost},
    {"silent",
     [](auto& all) { all[0].validators[2].last_seen = ago(12'001); },
     {"silent NORDDEFF", "no_margin network"},
     ago(12'001)},
    {"not silent yet", [](auto& all) { all[0].validators[2].last_seen = ago(12'000); }, {}},
    {"behind",
     [](auto& all) {
       all[0].validators[2].finalized_height = Height(90);
       all[0].lacks_since[test::bic("NORDDEFF")] = ago(15'001);
     },
     {"behind NORDDEFF"},
     ago(15'001)},
    {"a little behind",
     [](auto& all) { all[0].lacks_since[test::bic("NORDDEFF")] = ago(15'000); },
     {}},
    {"syncing",
     [](auto& all) {
       all[0].status->is_syncing = true;
       all[0].status->block_time = kLost;
     },
     {"behind HARBUS33"},
     kLost},
    {"slow to others",
     [](auto& all) { all[0].validators[2].round_trip_us = 150'001; },
     {"slow NORDDEFF"}},
    {"slow for anyone",
     [](auto& all) {
       for (auto& each : all[0].validators) each.round_trip_us = 300'000;
       all[0].validators[0].round_trip_us.reset();
       all[0].validators[3].round_trip_us = 1'000'000;
     },
     {"slow SUDBFRPP"}},
    {"far away, all",
     [](auto& all) {
       for (auto& each : all[0].validators)
         if (!each.is_this_node) each.round_trip_us = 300'000;
     },
     {}},
    {"another's clock",
     [](auto& all) { all[0].validators[2].clock_offset_ms = 4'000; },
     {"clock NORDDEFF"}},
    {"another's clock is behind",
     [](auto& all) { all[0].validators[2].clock_offset_ms = -251; },
     {"clock NORDDEFF"}},
    {"the own clock",
     [](auto& all) {
       for (const std::size_t i : {1U, 2U, 3U}) all[0].validators[i].clock_offset_ms = -4'000;
     },
     {"clock HARBUS33"}},
    {"halted",
     [](auto& all) {
       all = all_nodes();
       all[1].status->halted = "cannot sync x: Input/output error";
       all[1].status->halted_since = kLost;
       all[1].status->is_ready = false;
     },
     {"halted MERLSGSG", "no_margin network"},
     kLost},
    {"halted, for it executes otherwise",
     [](auto& all) {
       all[0].status->halted = "the final block at height 7 is invalid on this node";
     },
     {"disagreeing HARBUS33"}},
    {"a key in use twice",
     [](auto& all) { all[0].status->halted = "another process votes with this key: x"; },
     {"key_in_use_twice HARBUS33"}},
    {"disk full",
     [](auto& all) {
       all[0].status->is_disk_full = true;
       all[0].status->disk_full_since = kLost;
       all[0].status->disk_free_bytes = 99;
     },
     {"disk_full HARBUS33"},
     kLost},
    {"disk low", [](auto& all) { all[0].status->disk_free_bytes = 399; }, {"disk_low HARBUS33"}},
    {"an older version",
     [](auto& all) {
       all = all_nodes();
       all[2].status->version = "0.9.1";
     },
     {"outdated NORDDEFF"}},
    {"a version was passed that it does not speak",
     [](auto& all) {
       all = all_nodes();
       all[2].status->outdated = 2;
       all[2].status->version = "0.9.1";  // of which nothing is said beside
     },
     {"outdated NORDDEFF"}},
    {"it halted because that version is in force",
     [](auto& all) {
       all = all_nodes();
       all[2].status->outdated = 2;
       all[2].status->halted =
           "protocol version 2 is in force in epoch 1, and this program does not speak it";
       all[2].status->halted_since = kLost;
     },
     {"outdated NORDDEFF", "no_margin network"},
     kLost},
    {"another ledger",
     [](auto& all) {
       all = all_nodes();
       all[3].common->state_root.bytes[0] = 1;
       all[3].differs_from = {Height(41), kLost};
     },
     {"disagreeing SUDBFRPP"},
     kLost},
    {"two ledgers, and nobody knows which is right",
     [](auto& all) {
       all = {a_node(0), a_node(1)};
       all[1].common->block_id.bytes[0] = 1;
     },
     {"disagreeing HARBUS33", "disagreeing MERLSGSG"}},
    {"another network",
     [](auto& all) {
       all = all_nodes();
       all[1].status->network_id.bytes[0] ^= 1;
       for (const std::size_t i : {0U, 2U, 3U}) lose(all[i].validators[1]);
     },
     {"wrong_network MERLSGSG", "missing MERLSGSG", "no_margin network"}},
    {"stuck",
     [](auto& all) {
       all[0].status->pending_transactions = 3;
       all[0].status->block_time = kLost;
       all[0].height_later = Height(100);
     },
     {"stuck HARBUS33"},
     kLost},
    {"not stuck",
     [](auto& all) {
       all[0].status->pending_transactions = 3;
       all[0].height_later = Height(101);
     },
     {}},
};

class DiagnosisCases : public ::testing::TestWithParam<std::size_t> {};

TEST_P(DiagnosisCases, IsNamedAndNothingElse) {
  const Case& row = kCases[GetParam()];
  std::vector<AskedNode> all{a_node(0)};
  row.change(all);
  // Whoever is out of order says so itself; asked alone it sees the rest of the network go on.
  const auto findings = diagnose(all, test::network());
  Named without_margin = named(findings);
  Named expected = row.expected;
  if (all.size() == 1 && (all[0].status->halted || all[0].status->is_disk_full))
    expected.push_back("no_margin network");
  EXPECT_EQ(without_margin, expected) << row.name;
  if (row.since) {
    ASSERT_FALSE(findings.empty());
    EXPECT_EQ(findings[0].since, row.since) << row.name;
  }
  for (const Finding& each : findings) {
    EXPECT_TRUE(each.what.ends_with('.')) << each.what;
    EXPECT_TRUE(each.remedy.ends_with('.')) << each.remedy;
  }
}
INSTANTIATE_TEST_SUITE_P(All, DiagnosisCases, ::testing::Range<std::size_t>(0, kCases.size()),
                         [](const auto& row) {
                           std::string name;
                           for (const char c : kCases[row.param].name)
                             if (c != '\'' && c != ',') name += c == ' ' ? '_' : c;
                           return name;
                         });

TEST(Diagnosis, OfNodesThatDoNotAnswerItSaysWhatTheCallMet) {
  AskedNode refused;
  refused.address = "http://a";
  refused.failure = error_of(ApiError::Kind::cannot_connect, "Connection refused");
  AskedNode mute;
  mute.address = "http://b";
  mute.failure = error_of(ApiError::Kind::timed_out, "no answer within 3 s");
  AskedNode strict;
  strict.address = "http://c";
  strict.failure = error_of(ApiError::Kind::problem, "no");
  strict.failure->problem = Problem{
      401, "no-token", "A valid token is needed", "", std::nullopt, std::nullopt, std::nullopt};
  const auto findings = diagnose({refused, mute, strict, a_node(0)}, std::nullopt);
  EXPECT_EQ(named(findings),
            (Named{"unreachable http://a", "unreachable http://b", "not_admitted http://c"}));
  EXPECT_NE(findings[0].remedy.find("process runs"), std::string::npos);
  EXPECT_NE(findings[1].remedy.find("stopped"), std::string::npos);
}

TEST(Diagnosis, ComparesVersionsAsNumbers) {
  EXPECT_TRUE(is_older("0.9.9", "0.10.0"));
  EXPECT_TRUE(is_older("1.0", "1.0.1"));
  EXPECT_FALSE(is_older("1.0.0", "1.0"));
  EXPECT_FALSE(is_older("0.10.0", "0.9.9"));
}

}  // namespace
}  // namespace vostro::client
