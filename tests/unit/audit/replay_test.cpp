// A chain that is what it claims holds; the report says what was looked at; work goes on where it
// was.
#include "audit/replay.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <fstream>
#include <sstream>

#include "audit/commands/commands.h"
#include "audit/node_source.h"
#include "audit/program.h"
#include "tests/support/chain_builders.h"
#include "tests/unit/audit/made_chain.h"
#include "tests/unit/audit/ran.h"

namespace vostro::audit {
namespace {

using namespace test;          // NOLINT: builders
using namespace test_support;  // NOLINT: the program

std::map<std::string, std::string> contents_of(const std::filesystem::path& directory) {
  std::map<std::string, std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    files[entry.path().string()] = text.str();
  }
  return files;
}

/// A data directory with the sample chain, made once; tests only read it.
const ScratchDirectory& sample() {
  static const ScratchDirectory directory;
  static const bool made = [] {
    ChainMaker chain(directory.under("node"));
    make_sample_chain(chain);
    return true;
  }();
  static_cast<void>(made);
  return directory;
}

Report replay_of(const std::string& data, const ReplayOptions& options,
                 const genesis::Definition& definition = network_definition()) {
  auto source = open_node_source(data, definition);
  if (!source) {
    ADD_FAILURE() << to_string(source.error());
    return {};
  }
  auto report = replay(definition, **source, options, {});
  if (!report) {
    ADD_FAILURE() << report.error().what;
    return {};
  }
  return *report;
}

ReplayOptions options_in(const std::string& work) {
  ReplayOptions options;
  options.work = work;
  options.threads = 2;
  return options;
}

std::string genesis_file(const ScratchDirectory& directory) {
  const std::string path = directory.under("genesis.toml");
  std::ofstream(path) << network_text();
  return path;
}

TEST(AuditReplay, GoesOnFromAnUnprovedBlockOnlyWhereTheSourceHasIt) {
  const ScratchDirectory directory;
  const ScratchDirectory work;
  for (const std::uint64_t which : {1, 2}) {
    ChainMaker chain(directory.under(std::to_string(which)));
    chain.block_of({issue_bytes(1, "NORDDEFF/main", eur(100))});
    chain.block_of({issue_bytes(10 + which, "NORDDEFF/main", eur(100))}, false);
    chain.block_of({issue_bytes(3, "NORDDEFF/main", eur(100))});
  }
  ReplayOptions options = options_in(work.path());
  options.to = Height(2);
  EXPECT_FALSE(replay_of(directory.under("1"), options).divergence);
  options.to.reset();
  auto other = open_node_source(directory.under("2"), network_definition());
  const auto refused = replay(network_definition(), **other, options, {});
  ASSERT_FALSE(refused.has_value());
  EXPECT_NE(refused.error().what.find("block 2"), std::string::npos) << refused.error().what;
  const Report on = replay_of(directory.under("1"), options);
  EXPECT_FALSE(on.divergence);
  EXPECT_EQ(on.resumed_from, Height(2));
}

TEST(AuditReplay, JudgesReportedEvidenceAsTheNodesDo) {
  const ScratchDirectory directory;
  const ScratchDirectory work;
  {
    ChainMaker made(directory.under("node"));
    make_sample_chain(made);
    const Bytes genuine = evidence_bytes(made, EvidenceKind::finalize_nullify, 2, 900);
    Bytes forged = evidence_bytes(made, EvidenceKind::double_batch, 1, 901);
    forged.back() ^= 1;
    made.block_of({report_bytes(7'001, "NORDDEFF", genuine),
                   report_bytes(7'002, "SUDBFRPP", genuine),
                   report_bytes(7'003, "NORDDEFF", forged)});
    EXPECT_EQ(made.store().view().scan(Bytes{chain::Misbehaviour::prefix}, {}, 9).size(), 1U);
  }
  const Report report = replay_of(directory.under("node"), options_in(work.path()));
  EXPECT_EQ(report.divergence, std::nullopt) << to_string(*report.divergence);
  EXPECT_EQ(report.checked_to, Height(sample_blocks + 1));
}

TEST(AuditReplay, HoldsForAGoodChainAndCountsWhatItLookedAt) {
  const ScratchDirectory work;
  const Report report = replay_of(sample().under("node"), options_in(work.path()));
  EXPECT_EQ(report.divergence, std::nullopt) << to_string(*report.divergence);
  EXPECT_EQ(report.checked_to, Height(sample_blocks));
  EXPECT_TRUE(report.tables_compared);
  EXPECT_TRUE(report.files_checked);
  EXPECT_TRUE(report.trusted.empty());
  EXPECT_EQ(report.counts.proofs,
            1U);  // the newest is what a node keeps of the first thousand blocks
  EXPECT_EQ(report.counts.epochs, 1U);
  // Issues, the redemption and the bulk have two signatures, all else one.
  EXPECT_EQ(report.counts.signatures, report.counts.transactions + 5 + 1 + 1);
  EXPECT_GT(report.counts.payments, 40U);
  EXPECT_EQ(report.counts, report.run);
}

// Whatever builds this program, the chain that it makes from fixed keys has these roots: row F40,
// with the compilers and options of every preset. All of them: scripts/replay-builds.
TEST(AuditReplay, EveryBuildComesToTheseRoots) {
  const ScratchDirectory work;
  const Report report = replay_of(sample().under("node"), options_in(work.path()));
  EXPECT_EQ(hex(report.block), "44b7d135e357572b23b917b40ff5a9b2aa62d2bad9ad53137268b85fb96ca81b");
  EXPECT_EQ(hex(report.state_root),
            "64b10494ba476ea1582160c2df30388506d4a46f98a6068a821575b1d738298e");
}

TEST(AuditReplay, ChangesNothingInWhatItReads) {
  const auto before = contents_of(sample().path());
  const ScratchDirectory work;
  EXPECT_EQ(replay_of(sample().under("node"), options_in(work.path())).divergence, std::nullopt);
  EXPECT_EQ(contents_of(sample().path()), before);
}

TEST(AuditReplay, ReadsAStoreThatIsOpenElsewhere) {
  const ScratchDirectory directory;
  ChainMaker chain(directory.under("node"));
  make_sample_chain(chain);
  const ScratchDirectory work;
  EXPECT_EQ(replay_of(directory.under("node"), options_in(work.path())).checked_to,
            Height(sample_blocks));
  // The writer goes on, and a later replay with the same work goes on too.
  chain.block_of({payment_bytes(9'000, "NORDDEFF/main", "SUDBFRPP/main", 1'250)});
  const Report later = replay_of(directory.under("node"), options_in(work.path()));
  EXPECT_EQ(later.divergence, std::nullopt);
  EXPECT_EQ(later.resumed_from, Height(sample_blocks));
  EXPECT_EQ(later.checked_to, Height(sample_blocks + 1));
  EXPECT_EQ(later.run.transactions, 1U);
  EXPECT_GT(later.counts.transactions, 20U);
}

TEST(AuditReplay, InStepsComesToTheSameAsAtOnce) {
  const ScratchDirectory at_once;
  const ScratchDirectory in_steps;
  const Report whole = replay_of(sample().under("node"), options_in(at_once.path()));
  ReplayOptions options = options_in(in_steps.path());
  for (std::uint64_t to : {1, 4, 5, 11}) {
    options.to = Height(to);
    const Report part = replay_of(sample().under("node"), options);
    EXPECT_EQ(part.divergence, std::nullopt) << to_string(*part.divergence);
    EXPECT_EQ(part.checked_to, Height(to));
    EXPECT_FALSE(part.tables_compared);
  }
  options.to.reset();
  const Report last = replay_of(sample().under("node"), options);
  EXPECT_EQ(last.divergence, std::nullopt);
  EXPECT_TRUE(last.tables_compared);
  EXPECT_EQ(last.state_root, whole.state_root);
  EXPECT_EQ(last.block, whole.block);
  Counts counts = last.counts;
  counts.proofs = whole.counts.proofs;  // each step looks for the proof above it
  EXPECT_EQ(counts, whole.counts);
}

// A block that no proof covers is final by the headers that lead from it to a proof: where they do
// not, it is nobody's block, though everything in it holds.
TEST(AuditReplay, AsksForTheProofAboveTheBlockAtWhichItEnds) {
  const ScratchDirectory directory;
  const auto replayed = [&](const std::string& name, const Forgery& above) {
    ChainMaker chain(directory.under(name));
    chain.block_of({issue_bytes(1, "NORDDEFF/main", eur(100))});
    chain.block_of({payment_bytes(2, "NORDDEFF/main", "SUDBFRPP/main", 5)}, false);
    chain.block({{payment_bytes(3, "NORDDEFF/main", "SUDBFRPP/main", 5)}}, true, above);
    chain.close();
    const ScratchDirectory work;
    ReplayOptions options = options_in(work.path());
    options.to = Height(2);
    return replay_of(directory.under(name), options);
  };
  const Report sound = replayed("sound", {});
  EXPECT_EQ(sound.divergence, std::nullopt) << to_string(*sound.divergence);
  EXPECT_EQ(sound.run.proofs, 1U);
  Forgery too_few;
  too_few.signers = 2;
  Forgery of_another;
  of_another.header = [](consensus::Header& header) { header.parent.bytes[0] ^= 1; };
  for (const auto& [field, forgery] : std::vector<std::pair<std::string, Forgery>>{
           {"finality proof", too_few}, {"header.parent", of_another}}) {
    const Report forged = replayed(field, forgery);
    ASSERT_TRUE(forged.divergence.has_value()) << field;
    EXPECT_EQ(forged.divergence->height, Height(3)) << to_string(*forged.divergence);
    EXPECT_EQ(forged.divergence->field, field) << to_string(*forged.divergence);
  }
}

TEST(AuditReplay, SaysWhichSignaturesWereLeftToTheQuorum) {
  const ScratchDirectory work;
  ReplayOptions options = options_in(work.path());
  options.trust_finality = true;
  options.to = Height(5);
  Report report = replay_of(sample().under("node"), options);
  EXPECT_EQ(report.divergence, std::nullopt);
  EXPECT_EQ(report.trusted, (std::vector<Blocks>{{Height(1), Height(5)}}));
  EXPECT_EQ(report.counts.signatures, 0U);
  // Later work in the same directory does not hide it.
  report = replay_of(sample().under("node"), options_in(work.path()));
  EXPECT_EQ(report.trusted, (std::vector<Blocks>{{Height(1), Height(5)}}));
  EXPECT_GT(report.counts.signatures, 0U);

  const ScratchDirectory from;
  ReplayOptions later = options_in(from.path());
  later.signatures_from = Height(9);
  EXPECT_EQ(replay_of(sample().under("node"), later).trusted,
            (std::vector<Blocks>{{Height(1), Height(8)}}));
}

/// The sample chain's replay with the work of another one beside it.
Report replay_beside(const std::string& checked, ReplayOptions options) {
  options.checked_in = checked;
  return replay_of(sample().under("node"), options);
}

TEST(AuditReplay, LooksAtNoSignatureThatAnotherReplayOfThisChainHasLookedAt) {
  const ScratchDirectory checked;
  ReplayOptions first = options_in(checked.path());
  first.to = Height(9);
  ASSERT_EQ(replay_of(sample().under("node"), first).divergence, std::nullopt);
  const ScratchDirectory work;
  const Report report = replay_beside(checked.path(), options_in(work.path()));
  EXPECT_EQ(report.divergence, std::nullopt);
  EXPECT_TRUE(report.trusted.empty());
  const ScratchDirectory fresh;
  ReplayOptions rest = options_in(fresh.path());
  rest.signatures_from = Height(10);
  EXPECT_EQ(report.run.signatures, replay_of(sample().under("node"), rest).run.signatures);
  // It stands for nothing where its last block was not met.
  const ScratchDirectory shorter;
  ReplayOptions to_eight = options_in(shorter.path());
  to_eight.to = Height(8);
  EXPECT_TRUE(replay_beside(checked.path(), to_eight).trusted.empty());
  const ScratchDirectory directory;
  {
    ChainMaker other(directory.under("node"));
    while (other.height() < Height(10))
      other.block_of({issue_bytes(other.height().value + 1, "NORDDEFF/main", eur(100))});
  }
  ReplayOptions elsewhere = options_in(directory.path());
  elsewhere.checked_in = checked.path();
  EXPECT_EQ(replay_of(directory.under("node"), elsewhere).trusted,
            (std::vector<Blocks>{{Height(1), Height(9)}}));
}

// What the other one left to the quorum is left to it only by who says so, too.
TEST(AuditReplay, TrustsTheQuorumNoMoreThanItWasToldTo) {
  const ScratchDirectory checked;
  ReplayOptions first = options_in(checked.path());
  first.signatures_from = Height(3);
  first.to = Height(9);
  ASSERT_EQ(replay_of(sample().under("node"), first).divergence, std::nullopt);
  const ScratchDirectory fresh;
  const Report full = replay_of(sample().under("node"), options_in(fresh.path()));
  const ScratchDirectory untold;
  const Report all = replay_beside(checked.path(), options_in(untold.path()));
  EXPECT_EQ(all.divergence, std::nullopt);
  EXPECT_TRUE(all.trusted.empty());
  EXPECT_EQ(all.run.signatures, full.run.signatures);
  const ScratchDirectory told;
  ReplayOptions trusting = options_in(told.path());
  trusting.trust_finality = true;
  const Report rest = replay_beside(checked.path(), trusting);
  EXPECT_EQ(rest.trusted,
            (std::vector<Blocks>{{Height(1), Height(2)}, {Height(10), Height(sample_blocks)}}));
  EXPECT_EQ(rest.run.signatures, 0U);
}

// Whichever of the two came to the block first, and where nothing is left to execute.
TEST(AuditReplay, TakesOverWhatWasCheckedAfterItHadTrusted) {
  const ScratchDirectory checked;
  const ScratchDirectory work;
  ReplayOptions trusting = options_in(work.path());
  trusting.trust_finality = true;
  ASSERT_EQ(replay_beside(checked.path(), trusting).trusted,
            (std::vector<Blocks>{{Height(1), Height(sample_blocks)}}));
  ASSERT_TRUE(replay_of(sample().under("node"), options_in(checked.path())).trusted.empty());
  const Report report = replay_beside(checked.path(), options_in(work.path()));
  EXPECT_EQ(report.divergence, std::nullopt);
  EXPECT_EQ(report.run.transactions, 0U);
  EXPECT_TRUE(report.trusted.empty());
}

TEST(AuditReplay, WhatEitherOfTwoHasCheckedIsChecked) {
  const ScratchDirectory checked;
  ReplayOptions first = options_in(checked.path());
  first.trust_finality = true;
  first.to = Height(9);
  ASSERT_EQ(replay_of(sample().under("node"), first).divergence, std::nullopt);
  const ScratchDirectory work;
  ReplayOptions options = options_in(work.path());
  options.to = Height(5);
  ASSERT_TRUE(replay_of(sample().under("node"), options).trusted.empty());
  options.trust_finality = true;
  options.to.reset();
  EXPECT_EQ(replay_beside(checked.path(), options).trusted,
            (std::vector<Blocks>{{Height(6), Height(sample_blocks)}}));
}

/// A chain with a change of the validators' keys and, after it, a continuation; both networks pay.
/// `first` is what was there before the continuation, closed.
struct LongLived {
  ScratchDirectory directory;
  std::string text;
  genesis::Definition definition;
  Height end;  ///< of the first network

  explicit LongLived(std::size_t banks = 3) {
    ChainMaker chain(directory.under("node"));
    make_sample_chain(chain);
    make_epoch_change(chain, 8'000);
    chain.block_of({payment_bytes(8'100, "NORDDEFF/main", "SUDBFRPP/main", 100)}, false);
    chain.block_of({payment_bytes(8'101, "NORDDEFF/main", "SUDBFRPP/main", 100)});
    end = chain.height();
    text = continued_text(chain.end(), banks);
    definition = *genesis::parse(text);
    chain.close();
    std::filesystem::copy(directory.under("node"), directory.under("before"),
                          std::filesystem::copy_options::recursive);
    chain.open_again();
    chain.continue_by(definition);
    const SigningFor second(definition.network_id);
    chain.block_of({payment_bytes(8'200, "NORDDEFF/main", "SUDBFRPP/main", 100)}, false);
    chain.block_of({payment_bytes(8'201, "SUDBFRPP/main", "NORDDEFF/main", 100)});
  }
  [[nodiscard]] Report replayed(const std::string& name, const ReplayOptions& options) const {
    return replay_of(directory.under(name), options, definition);
  }
};

TEST(AuditReplay, FollowsTheValidatorsThroughEpochsAndAContinuation) {
  const LongLived chain;
  const ScratchDirectory work;
  const Report report = chain.replayed("node", options_in(work.path()));
  EXPECT_EQ(report.divergence, std::nullopt) << to_string(*report.divergence);
  EXPECT_EQ(report.checked_to.value, chain.end.value + 3);
  EXPECT_TRUE(report.tables_compared);
  EXPECT_EQ(report.counts.epochs, 3U);
  // The closing block's, the last one of the first network, the newest.
  EXPECT_EQ(report.counts.proofs, 3U);
}

TEST(AuditReplay, StopsAndGoesOnAtEachBlockAroundAContinuation) {
  const LongLived chain;
  const ScratchDirectory work;
  ReplayOptions options = options_in(work.path());
  for (std::uint64_t to = chain.end.value - 4; to <= chain.end.value + 3; ++to) {
    options.to = Height(to);
    const Report part = chain.replayed("node", options);
    EXPECT_EQ(part.divergence, std::nullopt) << to << ": " << to_string(*part.divergence);
    EXPECT_EQ(part.checked_to, Height(to));
  }
}

TEST(AuditReplay, ReadsACopyFromBeforeTheContinuationAndGoesOnWithALaterOne) {
  const LongLived chain;
  const ScratchDirectory work;
  // With the file of before, and then with the one that contains it.
  const Report first = replay_of(chain.directory.under("before"), options_in(work.path()));
  EXPECT_EQ(first.divergence, std::nullopt) << to_string(*first.divergence);
  EXPECT_EQ(first.checked_to, chain.end);
  EXPECT_EQ(chain.replayed("before", options_in(work.path())).checked_to, chain.end);
  const Report second = chain.replayed("node", options_in(work.path()));
  EXPECT_EQ(second.divergence, std::nullopt) << to_string(*second.divergence);
  EXPECT_EQ(second.resumed_from, chain.end);
  EXPECT_EQ(second.checked_to.value, chain.end.value + 3);
}

TEST(AuditReplay, TakesOverWhatWasCheckedUpToWhatStandsForAContinuation) {
  const LongLived chain;
  const ScratchDirectory checked;
  ReplayOptions first = options_in(checked.path());
  first.to = chain.end.next();
  ASSERT_EQ(chain.replayed("node", first).divergence, std::nullopt);
  const ScratchDirectory work;
  ReplayOptions options = options_in(work.path());
  options.checked_in = checked.path();
  const Report report = chain.replayed("node", options);
  EXPECT_EQ(report.divergence, std::nullopt) << to_string(*report.divergence);
  EXPECT_TRUE(report.trusted.empty());
}

TEST(AuditReplay, AContinuationThatTooFewBanksSignedIsNoMandate) {
  const LongLived chain(2);
  const ScratchDirectory work;
  const Report report = chain.replayed("node", options_in(work.path()));
  ASSERT_TRUE(report.divergence.has_value());
  EXPECT_EQ(report.divergence->height, chain.end.next());
  EXPECT_EQ(report.divergence->field, "continuation in the genesis file");
  EXPECT_NE(report.divergence->found.find("it takes 3"), std::string::npos);
}

TEST(AuditProgram, PrintsAReportForPeopleAndForPrograms) {
  const std::string genesis = genesis_file(sample());
  const Ran text = run_program({"replay", sample().under("node"), "--genesis", genesis});
  EXPECT_EQ(text.exit, Exit::holds) << text.err;
  EXPECT_NE(text.out.find("holds: blocks 1 to 12"), std::string::npos) << text.out;
  EXPECT_EQ(text.err, "");  // no bar without a terminal

  const Ran json = run_program({"replay", sample().under("node"), "--genesis", genesis, "--json",
                                "--trust-finality", "--no-files"});
  EXPECT_EQ(json.exit, Exit::holds) << json.err;
  const auto object = boost::json::parse(json.out).as_object();
  EXPECT_TRUE(object.at("holds").as_bool());
  EXPECT_TRUE(object.at("divergence").is_null());
  EXPECT_FALSE(object.at("files_checked").as_bool());
  EXPECT_EQ(object.at("signatures_trusted").as_array().size(), 1U);
}

// Nobody goes on from what ends with the program.
TEST(AuditProgram, SavesOnTheWayOnlyWhatIsKept) {
  const auto source = open_node_source(sample().under("node"), network_definition());
  ASSERT_TRUE(source.has_value());
  const auto every_ms = [&](const WorkDirectory& work) {
    return replay_options({}, work, **source).save_every_ms;
  };
  const ScratchDirectory kept;
  const WorkDirectory given(kept.path());
  EXPECT_GT(every_ms(given), 0U);
  EXPECT_GT(every_ms(WorkDirectory(given, "questions")), 0U);
  EXPECT_TRUE(std::filesystem::exists(kept.under("questions")));
  const WorkDirectory own("");
  EXPECT_EQ(every_ms(own), 0U);
  EXPECT_EQ(every_ms(WorkDirectory(own, "questions")), 0U);
}

TEST(AuditProgram, HasAnExitCodeForEachOutcome) {
  const std::string genesis = genesis_file(sample());
  EXPECT_EQ(run_program({"replay"}).exit, Exit::usage);
  EXPECT_EQ(
      run_program({"replay", sample().under("node"), "--genesis", genesis, "--to", "99"}).exit,
      Exit::usage);
  const Ran missing = run_program({"replay", sample().under("elsewhere"), "--genesis", genesis});
  EXPECT_EQ(missing.exit, Exit::cannot_check);
  EXPECT_NE(missing.err.find("elsewhere: neither a node's data directory"), std::string::npos);
  // No block is left of which signatures would be checked.
  for (const std::vector<std::string>& from :
       std::vector<std::vector<std::string>>{{"--from", "6", "--to", "5"}, {"--from", "99"}}) {
    std::vector<std::string> arguments{"replay", sample().under("node"), "--genesis", genesis};
    arguments.insert(arguments.end(), from.begin(), from.end());
    const Ran ran = run_program(arguments);
    EXPECT_EQ(ran.exit, Exit::usage);
    EXPECT_NE(ran.err.find("no signature would be checked"), std::string::npos) << ran.err;
  }
  EXPECT_EQ(run_program({"replay", sample().under("node"), "--genesis", "/nowhere"}).exit,
            Exit::cannot_check);
  // Another network's genesis file is not a wrong chain: it is the wrong question.
  const ScratchDirectory other;
  std::ofstream(other.under("genesis.toml")) << network_text() << "\n";
  EXPECT_EQ(
      run_program({"replay", sample().under("node"), "--genesis", other.under("genesis.toml")})
          .exit,
      Exit::cannot_check);
}

}  // namespace
}  // namespace vostro::audit
