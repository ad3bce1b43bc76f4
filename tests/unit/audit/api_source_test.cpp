// A node's API is a source like any other: what it shows is checked as from nobody that one trusts.
// Method: a real chain of several epochs and two networks, the node's own answers cut into small
// pieces, a server that changes them, and the program as a user starts it.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <boost/json.hpp>

#include "base/codec.h"
#include "node/api/chain_parts.h"
#include "tests/support/chain_builders.h"
#include "tests/unit/audit/made_chain.h"
#include "tests/unit/audit/ran.h"
#include "tests/unit/client/http_server.h"

namespace vostro::audit {
namespace {

using namespace test;          // NOLINT: builders
using namespace test_support;  // NOLINT: the program
using chain::BlockPart;
using chain::ChainPart;

constexpr std::size_t kSmallPart = 900;  // bytes: a block takes several answers
constexpr std::uint64_t kClosing = sample_blocks + 3;

struct Asked {
  std::optional<Height> from;  ///< none: latest
  std::uint64_t batch = 0;
};

/// What the program is to be answered; none: as the node does.
using Answer = std::function<std::optional<HttpReply>(const Asked&, ChainPart&)>;

HttpReply bytes_reply(const std::string& body) {
  return {"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: " +
          std::to_string(body.size()) + "\r\n\r\n" + body};
}

class ApiSourceTest : public testing::Test {
 protected:
  void SetUp() override {
    make_sample_chain(chain_);
    make_epoch_change(chain_, 8'000);
    ASSERT_EQ(chain_.height(), Height(kClosing));
    chain_.block_of({payment_bytes(8'100, "NORDDEFF/main", "SUDBFRPP/main", 100)}, false);
    chain_.block_of({payment_bytes(8'101, "NORDDEFF/main", "SUDBFRPP/main", 100)});
    const std::string text = continued_text(chain_.end());
    write_text(genesis(), text);
    const auto definition = *genesis::parse(text);
    chain_.continue_by(definition);
    signing_.emplace(definition.network_id);
    chain_.block_of({payment_bytes(8'200, "NORDDEFF/main", "SUDBFRPP/main", 100)}, false);
    chain_.block_of({bulk_bytes(8'198, "NORDDEFF/main", {"SUDBFRPP/main"}, 3, 5)});
    write_text(directory_.under("token"), "vst_" + std::string(64, 'a') + "\n");
    std::filesystem::permissions(directory_.under("token"), std::filesystem::perms::owner_read);
  }

  std::string genesis() const { return directory_.under("genesis.toml"); }
  Ran run_with(const std::string& command, std::vector<std::string> more) const {
    std::vector<std::string> arguments{command, server_.url()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    for (const std::string& each : {std::string("--genesis"), genesis(),
                                    std::string("--token-file"), directory_.under("token")})
      arguments.push_back(each);
    return run_program(arguments);
  }
  Ran replayed(std::vector<std::string> more = {}) const {
    more.emplace_back("--json");
    return run_with("replay", std::move(more));
  }

  HttpReply reply(const HttpSeen& seen) {
    if (seen.fields.at("authorization") != "Bearer vst_" + std::string(64, 'a'))
      return problem_reply(401, "no-token", "A valid token is needed.");
    Asked asked;
    const std::string at = seen.target.substr(std::string("/v1/chain/").size());
    if (at != "latest") asked.from = Height(std::stoull(at));
    if (const auto batch = at.find("?batch="); batch != std::string::npos)
      asked.batch = std::stoull(at.substr(batch + 7));
    auto part = node::api::chain_part(chain_.store().view(), asked.from, asked.batch, kSmallPart);
    if (!part) return problem_reply(404, "unknown-block", "There is no such block.");
    if (answer_)
      if (auto other = answer_(asked, *part)) return *std::move(other);
    return bytes_reply(std::string(as_text(encode(*part))));
  }

  ScratchDirectory directory_;
  ChainMaker chain_{directory_.under("node")};
  std::optional<SigningFor> signing_;
  Answer answer_;
  HttpServer server_{[this](const HttpSeen& seen) { return reply(seen); }};
};

TEST_F(ApiSourceTest, ReplaysAsTheNodesDirectoryDoes) {
  const Ran there = replayed();
  ASSERT_EQ(there.exit, Exit::holds) << there.out << there.err;
  const Ran here =
      run_program({"replay", directory_.under("node"), "--genesis", genesis(), "--json"});
  ASSERT_EQ(here.exit, Exit::holds) << here.out << here.err;
  const auto api = boost::json::parse(there.out).as_object();
  const auto node = boost::json::parse(here.out).as_object();
  for (const char* field : {"checked_to", "block", "state_root", "counts", "time"})
    EXPECT_EQ(api.at(field), node.at(field)) << field;
  EXPECT_FALSE(api.at("tables_compared").as_bool());
  EXPECT_TRUE(std::ranges::any_of(server_.seen(), [](const HttpSeen& seen) {
    return seen.target.find("?batch=") != std::string::npos;
  })) << "no block came in pieces";
}

TEST_F(ApiSourceTest, AnArchiveOfItIsThatOfTheNodesDirectory) {
  ASSERT_EQ(run_with("archive", {directory_.under("from-api")}).exit, Exit::holds);
  const Ran here = run_program(
      {"archive", directory_.under("node"), directory_.under("from-node"), "--genesis", genesis()});
  ASSERT_EQ(here.exit, Exit::holds) << here.err;
  EXPECT_EQ(file_text(directory_.under("from-api") + "/manifest.json"),
            file_text(directory_.under("from-node") + "/manifest.json"));
}

// The proof that the newest block had when the source was opened is not kept by the node.
TEST_F(ApiSourceTest, ANodeThatGoesOnMeanwhileIsReadToWhereItWas) {
  const Height before = chain_.height();
  bool has_grown = false;
  answer_ = [&](const Asked& asked, ChainPart& part) -> std::optional<HttpReply> {
    if (!asked.from || has_grown) return std::nullopt;
    has_grown = true;
    part = *node::api::chain_part(chain_.store().view(), asked.from, asked.batch, kSmallPart);
    chain_.block_of({payment_bytes(8'300, "NORDDEFF/main", "SUDBFRPP/main", 100)});
    return std::nullopt;
  };
  const Ran ran = replayed();
  ASSERT_EQ(ran.exit, Exit::holds) << ran.out << ran.err;
  EXPECT_TRUE(has_grown);
  EXPECT_EQ(boost::json::parse(ran.out).at("checked_to").to_number<std::uint64_t>(), before.value);
}

TEST_F(ApiSourceTest, WhatALyingNodeChangesIsSeenAtItsBlock) {
  using Lie = std::function<void(BlockPart&)>;
  const auto flip = [](Bytes& bytes) { bytes[bytes.size() / 2] ^= 1; };
  const std::vector<std::pair<std::string, Lie>> lies = {
      {"header", [&](BlockPart& block) { flip(block.header); }},
      {"cut", [&](BlockPart& block) { flip(block.cut); }},
      {"batch", [&](BlockPart& block) { flip(block.batches.at(0).bytes); }},
      {"no header", [](BlockPart& block) { block.header.clear(); }},
      {"forged proof", [](BlockPart& block) { block.proof = Bytes(200, 1); }},
      {"fewer batches",
       [](BlockPart& block) {
         block.batches.pop_back();
         --block.batch_count;
       }},
      {"a batch twice",
       [](BlockPart& block) {
         block.batches.push_back(block.batches.front());
         ++block.batch_count;
       }},
      {"batches that are not promised", [](BlockPart& block) { block.batch_count = 0; }},
      {"from another batch", [](BlockPart& block) { block.first_batch += 1; }},
  };
  for (const std::uint64_t height : {std::uint64_t{1}, std::uint64_t{5}, kClosing}) {
    for (const auto& [name, lie] : lies) {
      answer_ = [&, &lie = lie](const Asked& asked, ChainPart& part) {
        for (std::size_t i = asked.batch > 0 ? 1 : 0; asked.from && i < part.blocks.size(); ++i)
          if (asked.from->value + i == height) lie(part.blocks[i]);
        return std::optional<HttpReply>();
      };
      const Ran ran = replayed();
      EXPECT_EQ(ran.exit, Exit::diverges) << name << ran.out << ran.err;
      const auto report = boost::json::parse(ran.out).as_object();
      ASSERT_TRUE(report.at("divergence").is_object()) << name;
      EXPECT_EQ(report.at("divergence").at("height").to_number<std::uint64_t>(), height) << ran.out;
      EXPECT_EQ(report.at("checked_to").to_number<std::uint64_t>(), height - 1) << name;
    }
  }
}

TEST_F(ApiSourceTest, MoreBatchesThanABlockHasAreNotWaitedFor) {
  std::atomic<int> asked_for = 0;
  answer_ = [&](const Asked& asked, ChainPart& part) {
    if (asked.from && !part.blocks.empty()) {
      ++asked_for;
      part.blocks.resize(1);
      part.blocks[0].first_batch = static_cast<std::uint32_t>(asked.batch);
      part.blocks[0].batch_count = 0xFFFF'FFFF;
    }
    return std::optional<HttpReply>();
  };
  const Ran ran = replayed();
  EXPECT_EQ(ran.exit, Exit::diverges) << ran.out << ran.err;
  EXPECT_EQ(asked_for, 1) << "nothing more is asked for, and kept";
}

// What only an archive takes over: ids and the next validators.
TEST_F(ApiSourceTest, NoArchiveIsMadeOfIdsOrValidatorsThatAreNotTheHeaders) {
  const std::vector<std::pair<std::string, std::function<void(BlockPart&)>>> lies = {
      {"an id less",
       [](BlockPart& block) { block.used.names.resize(block.used.names.size() - 27); }},
      {"half an id", [](BlockPart& block) { block.used.names.pop_back(); }},
      {"another root", [](BlockPart& block) { block.used.transactions_root.bytes[0] ^= 1; }},
      {"a validator less", [](BlockPart& block) { block.next.pop_back(); }},
  };
  for (const auto& [name, lie] : lies) {
    answer_ = [&, &lie = lie](const Asked& asked, ChainPart& part) {
      for (std::size_t i = asked.batch > 0 ? 1 : 0; asked.from && i < part.blocks.size(); ++i)
        if (asked.from->value + i == kClosing) lie(part.blocks[i]);
      return std::optional<HttpReply>();
    };
    const std::string to = directory_.under("archive of " + name);
    const Ran ran = run_with("archive", {to});
    EXPECT_EQ(ran.exit, Exit::diverges) << name << ran.err;
    EXPECT_NE(ran.err.find("block " + std::to_string(kClosing)), std::string::npos) << ran.err;
    EXPECT_FALSE(std::filesystem::exists(to + "/manifest.json")) << name;
  }
}

TEST_F(ApiSourceTest, AnAnswerThatIsNoneIsADivergence) {
  const std::vector<std::function<std::optional<HttpReply>(ChainPart&)>> answers = {
      [](ChainPart&) { return bytes_reply("not a stretch of the chain"); },
      [](ChainPart& part) {
        part.blocks.clear();
        return std::optional<HttpReply>();
      },
      [](ChainPart&) { return problem_reply(404, "unknown-block", "There is no such block."); },
  };
  for (const auto& answer : answers) {
    answer_ = [&](const Asked& asked, ChainPart& part) {
      return asked.from >= Height(4) ? answer(part) : std::nullopt;
    };
    const Ran ran = replayed();
    EXPECT_EQ(ran.exit, Exit::diverges) << ran.out << ran.err;
  }
  // A newest proof that is not there, or of other validators, is none.
  for (const Bytes& proof : {Bytes(), Bytes(300, 7)}) {
    answer_ = [&](const Asked& asked, ChainPart& part) {
      if (!asked.from) part.blocks.at(0).proof = proof;
      return std::optional<HttpReply>();
    };
    EXPECT_EQ(replayed().exit, Exit::diverges);
  }
}

TEST_F(ApiSourceTest, WaitsForANodeThatIsBusyAndGoesOnWhereABrokenOneLeftOff) {
  int refused = 0;
  answer_ = [&](const Asked& asked, ChainPart&) -> std::optional<HttpReply> {
    if (!asked.from || *asked.from < Height(3) || refused == 3) return std::nullopt;
    ++refused;
    if (refused == 1) return HttpReply{"", true};
    return problem_reply(refused == 2 ? 429 : 503, "too-many", "Too many at once.");
  };
  EXPECT_EQ(replayed().exit, Exit::holds);
  EXPECT_EQ(refused, 3);

  // Off after a block with a proof: what is kept is final.
  const std::string work = directory_.under("work");
  answer_ = [](const Asked& asked, ChainPart&) -> std::optional<HttpReply> {
    if (!asked.from || *asked.from < Height(kClosing + 1)) return std::nullopt;
    return problem_reply(410, "history-elsewhere", "It stands in a later block.");
  };
  const Ran broken = replayed({"--work", work});
  EXPECT_EQ(broken.exit, Exit::cannot_check) << broken.out;
  EXPECT_NE(broken.err.find("history-elsewhere"), std::string::npos) << broken.err;
  answer_ = {};
  const Ran ran = replayed({"--work", work});
  ASSERT_EQ(ran.exit, Exit::holds) << ran.out << ran.err;
  EXPECT_EQ(boost::json::parse(ran.out).at("resumed_from").to_number<std::uint64_t>(), kClosing);
}

// Between two proofs nothing is saved, but the ledger is written all the same, the tables are not.
TEST_F(ApiSourceTest, AQuestionThatBreaksOffIsAnsweredTheNextTime) {
  const std::string questions = directory_.under("work/questions");
  const auto asked = [&] {
    return run_with("find", {"--bank", "NORDDEFF", "--json", "--work", directory_.under("work")});
  };
  answer_ = [](const Asked& asked_for, ChainPart&) -> std::optional<HttpReply> {
    if (!asked_for.from || *asked_for.from < Height(8)) return std::nullopt;
    return problem_reply(410, "history-elsewhere", "It stands in a later block.");
  };
  const Ran broken = asked();
  EXPECT_EQ(broken.exit, Exit::cannot_check) << broken.out;
  EXPECT_NE(broken.err.find("history-elsewhere"), std::string::npos) << broken.err;
  answer_ = {};
  write_text(directory_.under("work/notes"), "the auditor's own");
  const Ran ran = asked();
  ASSERT_EQ(ran.exit, Exit::holds) << ran.err;
  EXPECT_NE(ran.err.find(questions + " is of a question that broke off"), std::string::npos)
      << ran.err;
  EXPECT_EQ(file_text(directory_.under("work/notes")), "the auditor's own");
  EXPECT_EQ(ran.out, run_program({"find", directory_.under("node"), "--bank", "NORDDEFF", "--json",
                                  "--genesis", genesis()})
                         .out);
  // From then on it is gone on with.
  const Ran again = asked();
  EXPECT_EQ(again.out, ran.out);
  EXPECT_EQ(again.err, "");
}

TEST_F(ApiSourceTest, SaysWhatIsMissingOnTheCommandLine) {
  const std::string token = directory_.under("token");
  const auto exit_of = [&](std::vector<std::string> sources, const std::string& file) {
    std::vector<std::string> arguments{"replay"};
    arguments.insert(arguments.end(), sources.begin(), sources.end());
    for (const std::string& each :
         {std::string("--genesis"), genesis(), std::string("--token-file"), file})
      arguments.push_back(each);
    return run_program(arguments).exit;
  };
  EXPECT_EQ(exit_of({server_.url(), server_.url()}, token), Exit::usage);
  EXPECT_EQ(exit_of({"http://node.example"}, token), Exit::usage) << "a token in the clear";
  EXPECT_EQ(exit_of({server_.url() + "/archive"}, token), Exit::usage);
  EXPECT_EQ(exit_of({server_.url()}, directory_.under("nothing")), Exit::cannot_check);
  write_text(directory_.under("other"), "vst_" + std::string(64, 'b') + "\n");
  std::filesystem::permissions(directory_.under("other"), std::filesystem::perms::owner_read);
  EXPECT_EQ(exit_of({server_.url()}, directory_.under("other")), Exit::cannot_check);
}

}  // namespace
}  // namespace vostro::audit
