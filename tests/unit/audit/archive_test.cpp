// An archive holds what it was made of, through epochs and a continuation; whatever is changed in
// its files is seen and named, also where whoever changed it wrote a manifest to fit; a node's
// store that is made from it is a store; and what an archive says of an id is what headers commit
// to.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <boost/json.hpp>
#include <fstream>
#include <sstream>

#include "audit/archive/archives.h"
#include "audit/archive/write.h"
#include "audit/node_source.h"
#include "audit/program.h"
#include "base/money.h"
#include "chain/records.h"
#include "client/receipt_file.h"
#include "tests/support/chain_builders.h"
#include "tests/unit/audit/made_chain.h"
#include "tests/unit/audit/ran.h"

namespace vostro::audit {
namespace {

using namespace test;          // NOLINT: builders
using namespace test_support;  // NOLINT: the program

/// A chain of three epochs and two networks, and archives of it; tests only read it.
class ArchivedChain {
 public:
  static const ArchivedChain& get() {
    static const ArchivedChain made;
    return made;
  }
  [[nodiscard]] std::string under(const std::string& name) const { return directory_.under(name); }
  [[nodiscard]] std::string genesis() const { return under("genesis.toml"); }

  genesis::Definition definition;
  Height last;

 private:
  ArchivedChain() {
    ChainMaker chain(under("node"));
    make_sample_chain(chain);
    make_epoch_change(chain, 8'000);
    chain.block_of({payment_bytes(8'100, "NORDDEFF/main", "SUDBFRPP/main", 100)}, false);
    chain.block_of({payment_bytes(8'101, "NORDDEFF/main", "SUDBFRPP/main", 100)});
    const std::string text = continued_text(chain.end());
    write_text(genesis(), text);
    definition = *genesis::parse(text);
    chain.continue_by(definition);
    const SigningFor second(definition.network_id);
    chain.block_of({payment_bytes(8'200, "NORDDEFF/main", "SUDBFRPP/main", 100)}, false);
    // A bulk with an item whose UETR is used: that id is not new.
    chain.block_of({bulk_bytes(8'200 - 2, "NORDDEFF/main", {"SUDBFRPP/main"}, 3, 5)});
    last = chain.height();
    chain.close();
    ArchiveOptions options;
    options.segment_blocks = 5;
    auto source = open_node_source(under("node"), definition);
    auto made = write_archive(definition, **source, under("archive"), options, {});
    EXPECT_TRUE(made.has_value()) << to_string(made.error());
  }
  ScratchDirectory directory_;
};

TEST(AuditArchive, ReplaysAsItsSourceDoes) {
  const ArchivedChain& made = ArchivedChain::get();
  const Ran node =
      run_program({"replay", made.under("node"), "--genesis", made.genesis(), "--json"});
  const Ran archive =
      run_program({"replay", made.under("archive"), "--genesis", made.genesis(), "--json"});
  ASSERT_EQ(node.exit, Exit::holds) << node.out << node.err;
  ASSERT_EQ(archive.exit, Exit::holds) << archive.out << archive.err;
  const auto one = boost::json::parse(node.out).as_object();
  const auto two = boost::json::parse(archive.out).as_object();
  for (const char* key : {"checked_to", "block", "state_root", "counts"})
    EXPECT_EQ(one.at(key), two.at(key)) << key;
  EXPECT_EQ(two.at("checked_to").to_number<std::uint64_t>(), made.last.value);
  EXPECT_FALSE(two.at("tables_compared").as_bool());
}

TEST(AuditArchive, GrowsByWhatIsNewAndChangesNoFile) {
  const ArchivedChain& made = ArchivedChain::get();
  const ScratchDirectory directory;
  // From the copy of an earlier day: the archive of the first blocks, as its manifest.
  ChainMaker chain(directory.under("node"));
  make_sample_chain(chain);
  const auto archive_of = [&] {
    auto source = open_node_source(directory.under("node"), network_definition());
    return *write_archive(network_definition(), **source, directory.under("two"), {}, {});
  };
  const auto first = archive_of();
  EXPECT_EQ(first.last, Height(sample_blocks));
  EXPECT_EQ(first.segments, 1U);
  const std::string before = file_text(directory.under("two/000000000001-000000000012.blocks"));
  EXPECT_EQ(archive_of().segments, 0U);
  chain.block_of({payment_bytes(9'000, "NORDDEFF/main", "SUDBFRPP/main", 1)});
  const auto second = archive_of();
  EXPECT_EQ(second.before, Height(sample_blocks));
  EXPECT_EQ(second.last, Height(sample_blocks + 1));
  EXPECT_EQ(file_text(directory.under("two/000000000001-000000000012.blocks")), before);
  // Copied, archive from archive, it is the same chain.
  const Ran copied = run_program({"archive", made.under("archive"), directory.under("three"),
                                  "--genesis", made.genesis(), "--json"});
  EXPECT_EQ(copied.exit, Exit::holds) << copied.err;
  EXPECT_EQ(boost::json::parse(copied.out).at("last").to_number<std::uint64_t>(), made.last.value);
}

TEST(AuditArchive, IsMadeOfWhatIsFinalAlone) {
  const ScratchDirectory directory;
  ChainMaker chain(directory.under("node"));
  chain.block_of({issue_bytes(1, "NORDDEFF/main", eur(100))});
  chain.block_of({payment_bytes(2, "NORDDEFF/main", "SUDBFRPP/main", 1)}, false);
  auto source = open_node_source(directory.under("node"), network_definition());
  const auto made =
      write_archive(network_definition(), **source, directory.under("archive"), {}, {});
  ASSERT_TRUE(made.has_value());
  EXPECT_EQ(made->last, Height(1));
}

/// A copy of the archive that may be spoilt.
class Copy {
 public:
  Copy() { std::filesystem::copy(ArchivedChain::get().under("archive"), path()); }
  [[nodiscard]] std::string path() const { return directory_.under("archive"); }
  [[nodiscard]] std::string under(const std::string& name) const { return path() + "/" + name; }
  [[nodiscard]] Manifest manifest() const {
    return *read_manifest(file_text(under("manifest.json")));
  }
  /// As whoever has the directory can: with a manifest that fits.
  void replace(const std::string& name, const Bytes& content) {
    write_text(under(name), std::string(content.begin(), content.end()));
    Manifest changed = manifest();
    for (Segment& segment : changed.segments)
      for (ArchiveFile* file : {&segment.headers, &segment.blocks})
        if (file->name == name) {
          file->bytes = content.size();
          file->hash = file_hash(content);
        }
    write_text(under("manifest.json"), write_manifest(changed));
  }
  [[nodiscard]] Ran replayed() const {
    return run_program({"replay", path(), "--genesis", ArchivedChain::get().genesis(), "--json"});
  }

 private:
  ScratchDirectory directory_;
};

TEST(AuditArchive, AFlippedBitOfAnyFileIsSeen) {
  const Manifest manifest = Copy().manifest();
  ASSERT_GE(manifest.segments.size(), 3U);
  for (const Segment& segment : manifest.segments)
    for (const ArchiveFile* file : {&segment.headers, &segment.blocks}) {
      Copy copy;
      std::string content = file_text(copy.under(file->name));
      content[content.size() / 2] = static_cast<char>(content[content.size() / 2] ^ 4);
      write_text(copy.under(file->name), content);
      const Ran ran = copy.replayed();
      EXPECT_EQ(ran.exit, Exit::diverges) << file->name << ran.out << ran.err;
      EXPECT_NE(ran.out.find(file->name), std::string::npos) << ran.out;
      std::filesystem::remove(copy.under(file->name));
      EXPECT_EQ(copy.replayed().exit, Exit::diverges) << file->name;
    }
}

TEST(AuditArchive, WhatIsChangedWithAManifestToFitIsSeenAtItsBlock) {
  const Segment segment = Copy().manifest().segments.at(1);  // blocks 6 to 10
  const std::size_t count = segment.last.value - segment.first.value + 1;
  struct Change {
    std::string what;
    std::function<void(std::vector<LightBlock>&, std::vector<BlockBody>&)> make;
    std::uint64_t height;
    std::string field;
  };
  const std::vector<Change> changes{
      {"an id taken out", [](auto& h, auto&) { h[1].ids.pop_back(); }, 7, "tx_root"},
      {"an id put in", [](auto& h, auto&) { h[1].ids.push_back(h[0].ids[0]); }, 7, "tx_root"},
      {"hash of transactions", [](auto& h, auto&) { h[2].transactions.bytes[0] ^= 1; }, 8,
       "tx_root"},
      {"a header's byte", [](auto& h, auto&) { h[0].header[40] ^= 1; }, 6, ""},
      {"a header of before in its place", [](auto& h, auto&) { h[2] = h[1]; }, 8, "header"},
      {"a proof that is none",
       [](auto& h, auto&) {
         h[0].proof = {1, 2, 3};
       },
       6, "finality proof"},
      {"a batch taken out", [](auto&, auto& b) { b[3].batches.pop_back(); }, 9, "batch"},
      {"a batch's signature", [](auto&, auto& b) { b[3].batches[0].bytes.back() ^= 1; }, 9,
       "batch 0"},
      {"batches of another block", [](auto&, auto& b) { b[3].batches = b[2].batches; }, 9, "batch"},
      {"two batches in each other's place",
       [](auto&, auto& b) { std::swap(b[1].batches[0], b[1].batches[1]); }, 7, "batch"},
      {"a cut of another block", [](auto&, auto& b) { b[3].cut = b[2].cut; }, 9, "cut"},
  };
  for (const Change& change : changes) {
    Copy copy;
    const auto bytes = [&](const std::string& name) {
      const std::string text = file_text(copy.under(name));
      return Bytes(text.begin(), text.end());
    };
    auto headers = *unpack_headers(bytes(segment.headers.name), count);
    auto bodies = *unpack_bodies(bytes(segment.blocks.name), count);
    change.make(headers, bodies);
    copy.replace(segment.headers.name, *pack_headers(headers));
    copy.replace(segment.blocks.name, *pack_bodies(bodies));
    const Ran alone = copy.replayed();
    ASSERT_EQ(alone.exit, Exit::diverges) << change.what << alone.out << alone.err;
    const auto found = boost::json::parse(alone.out).at("divergence");
    EXPECT_EQ(found.at("height").to_number<std::uint64_t>(), change.height) << change.what;
    EXPECT_NE(std::string(found.at("field").as_string()).find(change.field), std::string::npos)
        << change.what << ": " << alone.out;
    // With a good one beside it, first or second, it is named and left out.
    for (const bool first : {true, false}) {
      std::vector<std::string> arguments{
          "replay",
          first ? copy.path() : ArchivedChain::get().under("archive"),
          first ? ArchivedChain::get().under("archive") : copy.path(),
          "--genesis",
          ArchivedChain::get().genesis(),
          "--json"};
      const Ran both = run_program(arguments);
      EXPECT_EQ(both.exit, Exit::holds) << change.what << both.out << both.err;
      const bool is_seen = both.err.find(copy.path() + " is left out: block " +
                                         std::to_string(change.height)) != std::string::npos;
      // The second one's batches are not asked for while the first one's are good.
      const bool is_body = change.field.starts_with("batch") || change.field == "cut";
      EXPECT_EQ(is_seen, first || !is_body) << change.what << both.err;
    }
  }
}

TEST(AuditArchive, WhereAllOfSeveralAreDamagedNoFileIsSaidToBeWhole) {
  Copy one;
  Copy two;
  std::filesystem::remove(one.under(one.manifest().segments.at(1).blocks.name));
  std::filesystem::remove(two.under(two.manifest().segments.at(2).blocks.name));
  // The missing files are above what is replayed.
  const Ran ran = run_program({"replay", one.path(), two.path(), "--genesis",
                               ArchivedChain::get().genesis(), "--to", "3", "--json"});
  EXPECT_EQ(ran.exit, Exit::diverges) << ran.out << ran.err;
  EXPECT_FALSE(boost::json::parse(ran.out).at("files_checked").as_bool());
}

TEST(AuditArchive, AContinuationHasNoIds) {
  Copy copy;
  const Height height(ArchivedChain::get().definition.continuations.front().height.value + 1);
  const Manifest manifest = copy.manifest();
  const auto segment = std::ranges::lower_bound(manifest.segments, height, {}, &Segment::last);
  ASSERT_NE(segment, manifest.segments.end());
  const std::string text = file_text(copy.under(segment->headers.name));
  auto headers = *unpack_headers(as_bytes(text), segment->last.value - segment->first.value + 1);
  LightBlock& light = headers.at(height.value - segment->first.value);
  ASSERT_TRUE(light.header.empty());
  light.ids.push_back({bic("NORDDEFF"), uetr(77'777)});
  copy.replace(segment->headers.name, *pack_headers(headers));
  const Ran ran = run_program({"absent", to_text(uetr(77'777)), copy.path(), "--genesis",
                               ArchivedChain::get().genesis(), "--json"});
  EXPECT_EQ(ran.exit, Exit::diverges) << ran.out << ran.err;
}

TEST(AuditArchive, APipeIsNoFileOfAnArchive) {
  Copy copy;
  std::filesystem::remove(copy.under("manifest.json"));
  ASSERT_EQ(::mkfifo(copy.under("manifest.json").c_str(), 0600), 0);
  const Ran ran = copy.replayed();
  EXPECT_EQ(ran.exit, Exit::cannot_check);
  EXPECT_NE(ran.err.find("is not a regular file"), std::string::npos) << ran.err;
}

TEST(AuditArchive, ASegmentThatNobodyCouldReadIsNotWritten) {
  BlockBody body;
  body.batches.assign(archive_content_max / ArchivedBatch::bytes_max + 1,
                      {Bytes(ArchivedBatch::bytes_max, 7)});
  EXPECT_FALSE(pack_bodies({body}).has_value());
  body.batches.resize(64 * 1024 * 1024 / ArchivedBatch::bytes_max);  // what a block may have
  const auto packed = pack_bodies({body});
  ASSERT_TRUE(packed.has_value()) << packed.error();
  EXPECT_LE(packed->size(), archive_file_max);
  EXPECT_EQ(unpack_bodies(*packed, 1)->front(), body);
  // A manifest of as many segments as there may be is one that can be read.
  Segment segment;
  segment.first = segment.last = Height(999'999'999'999);
  segment.headers = {file_name(segment.first, segment.last, "headers"), archive_file_max, {}};
  segment.blocks = {file_name(segment.first, segment.last, "blocks"), archive_file_max, {}};
  Manifest manifest;
  const std::size_t none = write_manifest(manifest).size();
  manifest.segments.assign(10, segment);
  const std::size_t each = (write_manifest(manifest).size() - none) / 10 + 1;
  EXPECT_LE(none + each * Manifest::segments_max, archive_file_max);
}

TEST(AuditArchive, AnArchiveWithoutTheLastProofIsNone) {
  Copy copy;
  Manifest shorter = copy.manifest();
  shorter.segments.resize(1);  // of its five blocks the last has no proof of its own
  write_text(copy.under("manifest.json"), write_manifest(shorter));
  const Ran ran = copy.replayed();
  EXPECT_EQ(ran.exit, Exit::diverges);
  EXPECT_NE(ran.out.find("finality proof"), std::string::npos) << ran.out;
}

// What is above the last proof nobody has agreed on: no answer rests on it, though a shorter or
// another archive would do.
TEST(AuditArchive, WithoutItsLastProofItAnswersNothingAndIsLeftOut) {
  Copy copy;
  const Segment segment = copy.manifest().segments.back();
  const std::string text = file_text(copy.under(segment.headers.name));
  auto headers = *unpack_headers(as_bytes(text), segment.last.value - segment.first.value + 1);
  ASSERT_FALSE(headers.back().proof.empty());
  headers.back().proof.clear();
  copy.replace(segment.headers.name, *pack_headers(headers));
  const std::string genesis = ArchivedChain::get().genesis();
  const std::string why = "finality proof";
  // A UETR that only blocks above the last proof could have used.
  const Ran absent =
      run_program({"absent", to_text(uetr(77'777)), copy.path(), "--genesis", genesis, "--json"});
  EXPECT_EQ(absent.exit, Exit::diverges) << absent.out << absent.err;
  EXPECT_NE(absent.err.find(why), std::string::npos) << absent.err;
  EXPECT_EQ(absent.out, "");
  const ScratchDirectory directory;
  for (const std::vector<std::string>& arguments : std::vector<std::vector<std::string>>{
           {"replay", copy.path(), "--genesis", genesis},
           {"archive", copy.path(), directory.under("copied"), "--genesis", genesis},
           {"archive", ArchivedChain::get().under("node"), copy.path(), "--genesis", genesis}}) {
    const Ran ran = run_program(arguments);
    EXPECT_EQ(ran.exit, Exit::diverges) << arguments[0] << ran.out << ran.err;
    EXPECT_NE((ran.out + ran.err).find(why), std::string::npos) << ran.out << ran.err;
  }
  // Beside one of the same length that has it, in either order.
  for (const bool first : {true, false}) {
    const std::string good = ArchivedChain::get().under("archive");
    const Ran both = run_program({"replay", first ? copy.path() : good, first ? good : copy.path(),
                                  "--genesis", genesis, "--json"});
    EXPECT_EQ(both.exit, Exit::holds) << both.out << both.err;
    EXPECT_NE(both.err.find(copy.path() + " is left out"), std::string::npos) << both.err;
    EXPECT_EQ(boost::json::parse(both.out).at("checked_to").to_number<std::uint64_t>(),
              ArchivedChain::get().last.value);
  }
}

TEST(AuditArchive, AManifestThatIsNoneIsRefused) {
  const std::string good = file_text(ArchivedChain::get().under("archive/manifest.json"));
  ASSERT_TRUE(read_manifest(good).has_value());
  for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{
           {"\"format\":1", "\"format\":2"},
           {"\"first\":1,", "\"first\":2,"},
           {"\"first\":6,", "\"first\":7,"},
           {"000000000001-000000000005.headers", "../../etc/passwd"},
           {"\"hash\":\"", "\"hash\":\"zz"},
           {"\"bytes\":", "\"bytes\":-"},
           {"[", "{"}}) {
    std::string changed = good;
    const auto at = changed.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    changed.replace(at, from.size(), to);
    EXPECT_FALSE(read_manifest(changed).has_value()) << from;
  }
}

TEST(AuditRestore, MakesTheStoreThatItsNodeHad) {
  const ArchivedChain& made = ArchivedChain::get();
  const ScratchDirectory directory;
  const Ran restored = run_program(
      {"restore", made.under("archive"), directory.under("data"), "--genesis", made.genesis()});
  ASSERT_EQ(restored.exit, Exit::holds) << restored.out << restored.err;
  const Ran replay =
      run_program({"replay", directory.under("data"), "--genesis", made.genesis(), "--json"});
  ASSERT_EQ(replay.exit, Exit::holds) << replay.out << replay.err;
  EXPECT_TRUE(boost::json::parse(replay.out).at("tables_compared").as_bool());
  EXPECT_EQ(boost::json::parse(replay.out).at("checked_to").to_number<std::uint64_t>(),
            made.last.value);
  // What a node answers from is the same too.
  const auto options = chain::StoreOptions{};
  auto one = chain::Store::open(made.under("node/store"), made.definition.network_id, options);
  auto two = chain::Store::open(directory.under("data/store"), made.definition.network_id, options);
  ASSERT_TRUE(one.has_value() && two.has_value());
  EXPECT_EQ((*one)->head(), (*two)->head());
  EXPECT_EQ((*one)->mark()->height, (*two)->mark()->height);
  const auto entries = [](const chain::Store& store) {
    std::size_t count = 0;
    const auto view = store.view();
    const auto page = view.entries(account("NORDDEFF/main"), std::nullopt, std::nullopt, 10'000,
                                   chain::Order::oldest_first);
    for (const auto& each : page.items) count += each.entry.amount.value != 0 ? 1 : 0;
    return count;
  };
  EXPECT_GT(entries(**one), 10U);
  EXPECT_EQ(entries(**one), entries(**two));
  const Ran again = run_program(
      {"restore", made.under("archive"), directory.under("data"), "--genesis", made.genesis()});
  EXPECT_EQ(again.exit, Exit::cannot_check);
  EXPECT_NE(again.err.find("there is a store already"), std::string::npos) << again.err;
}

TEST(AuditRestore, LeavesNothingWhereTheArchiveDiverges) {
  Copy copy;
  const Segment segment = copy.manifest().segments.at(1);
  const std::string text = file_text(copy.under(segment.blocks.name));
  auto bodies = *unpack_bodies(as_bytes(text), 5);
  bodies[2].batches[0].bytes.back() ^= 1;
  copy.replace(segment.blocks.name, *pack_bodies(bodies));
  const ScratchDirectory directory;
  const Ran ran = run_program({"restore", copy.path(), directory.under("data"), "--genesis",
                               ArchivedChain::get().genesis()});
  EXPECT_EQ(ran.exit, Exit::diverges);
  EXPECT_TRUE(std::filesystem::is_empty(directory.under("data")));
}

TEST(AuditAsOf, ShowsABalanceOfEachBlockWithAProofThatNeedsNoChain) {
  const ArchivedChain& made = ArchivedChain::get();
  auto store = chain::Store::open(made.under("node/store"), made.definition.network_id, {});
  ASSERT_TRUE(store.has_value());
  const ScratchDirectory directory;
  // In the first epoch, in the second, and in the network that went on.
  for (const std::uint64_t height : {std::uint64_t{4}, made.last.value - 4, made.last.value}) {
    const std::string proof = directory.under(std::to_string(height));
    const Ran ran =
        run_program({"as-of", "2026-01-05T00:00:00Z", made.under("archive"), "--genesis",
                     made.genesis(), "--to", std::to_string(height), "--account", "NORDDEFF/main",
                     "--currency", "EUR", "--proof", proof});
    ASSERT_EQ(ran.exit, Exit::holds) << ran.err;
    const auto then = (*store)->view().state_at(Height(height));
    ASSERT_TRUE(then.has_value());
    const auto key = chain::key_of<chain::Balance>({account("NORDDEFF/main"), currency("EUR")});
    const auto balance = chain::decode_record<chain::Balance>(*then->get(key));
    const auto shown = boost::json::parse(ran.out).as_object();
    EXPECT_EQ(shown.at("value").at("amount").as_string(), format_amount(balance->units, 2));
    const std::string bytes = file_text(proof);
    auto file = client::read_receipt_file(as_bytes(bytes));
    ASSERT_TRUE(file.has_value()) << file.error();
    const auto checked = client::check_receipt_file(made.definition, *file);
    ASSERT_TRUE(checked.has_value()) << height << ": " << to_string(checked.error());
    EXPECT_EQ(checked->height, Height(height));
    std::get<client::BalanceProof>(file->proof).balance.value += 1;
    EXPECT_FALSE(client::check_receipt_file(made.definition, *file).has_value());
  }
}

TEST(AuditAsOf, FindsTheBlockOfATime) {
  const ArchivedChain& made = ArchivedChain::get();
  const auto height_of = [&](const std::string& time) {
    const Ran ran = run_program(
        {"as-of", time, made.under("archive"), "--genesis", made.genesis(), "--bank", "NORDDEFF"});
    EXPECT_EQ(ran.exit, Exit::holds) << ran.err;
    const auto shown = boost::json::parse(ran.out).as_object();
    EXPECT_EQ(shown.at("value").at("bic").as_string(), "NORDDEFF");
    return shown.at("height").to_number<std::uint64_t>();
  };
  // The network opens at 06:00:00, and there is a block a second.
  EXPECT_EQ(height_of("2026-01-05T06:00:00Z"), 0U);
  EXPECT_EQ(height_of("2026-01-05T06:00:03Z"), 3U);
  EXPECT_EQ(height_of("2026-01-05T06:00:03.000Z"), 3U);
  EXPECT_EQ(height_of("2026-01-05T06:00:02.999Z"), 2U);
  EXPECT_EQ(height_of("2026-01-05T06:00:03.999Z"), 3U);
  EXPECT_EQ(height_of("2026-02-01T00:00:00Z"), made.last.value);
  for (const char* wrong : {"2026-01-05T06:00:03.9Z", "2026-01-05T06:00:03.99xZ", "2026-01-05"})
    EXPECT_EQ(run_program({"as-of", wrong, made.under("archive"), "--genesis", made.genesis(),
                           "--parameters"})
                  .exit,
              Exit::usage)
        << wrong;
  const Ran before = run_program({"as-of", "2026-01-05T05:59:59.999Z", made.under("archive"),
                                  "--genesis", made.genesis(), "--parameters"});
  EXPECT_EQ(before.exit, Exit::usage);
  EXPECT_NE(before.err.find("begins at 2026-01-05T06:00:00"), std::string::npos) << before.err;
  EXPECT_EQ(run_program({"as-of", "yesterday", made.under("archive"), "--genesis", made.genesis(),
                         "--parameters"})
                .exit,
            Exit::usage);
}

TEST(AuditAsOf, ALaterBlockOfAnotherTimeMakesNoOlderBalanceTheOneOfNow) {
  const ScratchDirectory directory;
  const auto shown = [&](const std::string& name, const Forgery& forgery) {
    ChainMaker chain(directory.under(name));
    for (std::uint64_t i = 1; i <= 3; ++i)
      chain.block_of({issue_bytes(i, "NORDDEFF/main", eur(100))});
    chain.block({{issue_bytes(4, "NORDDEFF/main", eur(100))}}, true, forgery);
    chain.close();
    write_text(directory.under("genesis.toml"), network_text());
    return run_program({"as-of", "2026-01-05T06:00:03Z", directory.under(name), "--genesis",
                        directory.under("genesis.toml"), "--account", "NORDDEFF/main", "--currency",
                        "EUR"});
  };
  const Ran sound = shown("sound", {});
  ASSERT_EQ(sound.exit, Exit::holds) << sound.err;
  EXPECT_EQ(boost::json::parse(sound.out).at("height").to_number<std::uint64_t>(), 3U);
  // Whoever gave the copy has block 4 say an hour later, and two of four sign it. Asked for the
  // time between, block 3 would be the answer though block 4 was there.
  Forgery forgery;
  forgery.header = [](consensus::Header& header) { header.time.value += 3'600'000; };
  forgery.signers = 2;
  const Ran forged = shown("forged", forgery);
  EXPECT_EQ(forged.exit, Exit::diverges) << forged.out;
  EXPECT_NE(forged.err.find("block 4"), std::string::npos) << forged.err;
}

TEST(AuditAbsent, SaysWhoUsedAnIdAndThatNobodyDid) {
  const ArchivedChain& made = ArchivedChain::get();
  const auto asked = [&](std::uint64_t number, std::vector<std::string> more = {}) {
    std::vector<std::string> arguments{"absent",    to_text(uetr(number)), made.under("archive"),
                                       "--genesis", made.genesis(),        "--json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Ran ran = run_program(arguments);
    EXPECT_EQ(ran.exit, Exit::holds) << ran.err;
    return boost::json::parse(ran.out).as_object();
  };
  const auto used = asked(8'200);
  EXPECT_FALSE(used.at("absent").as_bool());
  ASSERT_EQ(used.at("uses").as_array().size(), 1U) << "the item's second use of it is no use";
  EXPECT_EQ(used.at("uses").at(0).at("owner").as_string(), "NORDDEFF");
  EXPECT_EQ(used.at("uses").at(0).at("height").to_number<std::uint64_t>(), made.last.value - 1);
  EXPECT_FALSE(asked(8'201).at("absent").as_bool()) << "an item's";
  EXPECT_TRUE(asked(77'777).at("absent").as_bool());
  EXPECT_TRUE(asked(8'200, {"--agent", "SUDBFRPP"}).at("absent").as_bool());
  EXPECT_EQ(asked(77'777).at("last").to_number<std::uint64_t>(), made.last.value);
}

}  // namespace
}  // namespace vostro::audit
