// Evidence as a node keeps it and shows it. Goal: each act is kept once, over restarts and within
// its cap (C12); what is shown names the act, and the file convicts the validator before whoever
// has its network's first validators and nothing else. Method: genuine evidence against the one
// validator of a small ledger, over a real block store, without sockets.
#include <gtest/gtest.h>

#include "consensus/evidence_file.h"
#include "tests/support/evidence_builders.h"
#include "tests/unit/node/api_support.h"

namespace vostro::node::api {
namespace {

using namespace test;  // NOLINT: builders
namespace json = boost::json;

struct EvidenceApi : testing::Test {
  FakeNode node;
  Door door{node};

  [[nodiscard]] EvidenceMaker maker() const {
    const auto record = chain::load<chain::EpochRecord>(node.store().view(), Epoch(0));
    EXPECT_TRUE(record.has_value());
    return {committee_on_record(*record, Epoch(0), network()),
            [](std::uint16_t) -> const SecretKey& { return key("validator"); }};
  }
  [[nodiscard]] consensus::Evidence evidence(EvidenceKind kind, std::uint64_t view = 7) const {
    return maker().of(kind, 0, view);
  }
  json::array items(std::string_view query = "") const {
    return json_of(door.get("/v1/evidence" + std::string(query))).at("items").as_array();
  }
  void report(const consensus::Evidence& about) {
    node.block({a_transaction(chain::ReportEvidence{bic("SUDBFRPP"), Epoch(0),
                                                    consensus::encode_evidence(about)})
                    .id(node.next_id())
                    .signed_by({"sud"})
                    .verified()});
  }
};

TEST_F(EvidenceApi, ShowsWhatIsKeptAndWhatIsOnRecord) {
  EXPECT_TRUE(items().empty());
  node.keep(evidence(EvidenceKind::double_notarize));
  node.keep(evidence(EvidenceKind::double_batch));
  const json::array kept = items();
  ASSERT_EQ(kept.size(), 2U);
  const json::object& votes = kept.at(0).as_object();
  EXPECT_EQ(votes.at("id").as_string(), "NORDDEFF-E1-0-7");
  EXPECT_EQ(votes.at("participant").as_string(), "NORDDEFF");
  EXPECT_EQ(votes.at("act").as_string(), "double_notarize");
  EXPECT_EQ(votes.at("view").as_int64(), 7);
  EXPECT_TRUE(votes.at("number").is_null());
  EXPECT_TRUE(votes.at("record").is_null());
  EXPECT_GT(votes.at("kept_bytes").as_int64(), 0);
  EXPECT_EQ(votes.at("key").as_string(), to_text(key("validator").public_key()));
  const json::object& batches = kept.at(1).as_object();
  EXPECT_EQ(batches.at("id").as_string(), "NORDDEFF-E4-0-1-7");
  EXPECT_TRUE(batches.at("view").is_null());
  EXPECT_EQ(batches.at("incarnation").as_int64(), 1);
  EXPECT_EQ(batches.at("number").as_int64(), 7);

  const auto about = evidence(EvidenceKind::finalize_nullify);
  report(about);
  const json::array all = items();
  ASSERT_EQ(all.size(), 3U);
  const json::object& recorded = all.at(1).as_object();
  EXPECT_EQ(recorded.at("id").as_string(), "NORDDEFF-E3-0-7");
  EXPECT_TRUE(recorded.at("kept_bytes").is_null()) << "reported by another bank, unseen here";
  EXPECT_EQ(recorded.at("record").at("height").as_int64(), 7);
  EXPECT_EQ(recorded.at("record").at("report").at("owner").as_string(), "SUDBFRPP");
  EXPECT_EQ(recorded.at("record").at("evidence_hash").as_string(),
            to_hex(hash("evidence", consensus::encode_evidence(about)).view()));
  EXPECT_EQ(json_of(door.get("/v1/evidence/NORDDEFF-E3-0-7")), json::value(recorded));
}

TEST_F(EvidenceApi, PagesAndFiltersByBank) {
  for (const EvidenceKind kind : evidence_kinds) node.keep(evidence(kind));
  report(evidence(EvidenceKind::double_notarize, 9));
  std::vector<std::string> seen;
  std::string cursor;
  for (int page = 0; page < 10; ++page) {
    const auto answer =
        json_of(door.get("/v1/evidence?limit=2" + (cursor.empty() ? "" : "&cursor=" + cursor)));
    for (const auto& each : answer.at("items").as_array())
      seen.emplace_back(each.at("id").as_string());
    if (answer.at("next").is_null()) break;
    cursor = std::string(answer.at("next").as_string());
  }
  EXPECT_EQ(seen,
            (std::vector<std::string>{"NORDDEFF-E1-0-7", "NORDDEFF-E1-0-9", "NORDDEFF-E2-0-7",
                                      "NORDDEFF-E3-0-7", "NORDDEFF-E4-0-1-7", "NORDDEFF-E5-0-7"}));
  EXPECT_EQ(items("?participant=NORDDEFF").size(), 6U);
  EXPECT_TRUE(items("?participant=SUDBFRPP").empty());
  EXPECT_EQ(door.get("/v1/evidence?cursor=x").status, 400U);
  EXPECT_EQ(door.get("/v1/evidence?participant=x").status, 400U);
}

TEST_F(EvidenceApi, UnknownActsAreNotFound) {
  node.keep(evidence(EvidenceKind::double_notarize));
  for (const std::string name : {"NORDDEFF-E1-0-8", "NORDDEFF-E2-0-7", "SUDBFRPP-E1-0-7"}) {
    EXPECT_EQ(code_of(door.get("/v1/evidence/" + name)), "unknown-evidence") << name;
    EXPECT_EQ(code_of(door.get("/v1/evidence/" + name + "/file")), "unknown-evidence") << name;
  }
  EXPECT_EQ(code_of(door.get("/v1/evidence/x")), "bad-path");
  EXPECT_EQ(code_of(door.get("/v1/evidence/NORDDEFF-E1-0/file")), "bad-path");
}

TEST_F(EvidenceApi, OrdersOfOtherBanksAreForOperatorsOnly) {
  node.keep(evidence(EvidenceKind::double_batch));
  node.keep(evidence(EvidenceKind::double_notarize));
  const std::string batches = "/v1/evidence/NORDDEFF-E4-0-1-7/file";
  EXPECT_EQ(code_of(door.get(batches)), "other-bank");
  EXPECT_EQ(code_of(door.get(batches, Role::write)), "other-bank");
  EXPECT_EQ(door.get(batches, Role::operate).status, 200U);
  EXPECT_EQ(door.get("/v1/evidence/NORDDEFF-E1-0-7/file").status, 200U) << "votes hold no orders";
}

TEST_F(EvidenceApi, TheFileOutlivesTheBlockOfItsReport) {
  const auto kept = evidence(EvidenceKind::double_notarize);
  node.keep(kept);
  report(kept);
  report(evidence(EvidenceKind::finalize_nullify));  // seen by another bank alone
  for (int i = 0; i < 3; ++i) node.block({node.payment().verified()});
  EXPECT_EQ(door.get("/v1/evidence/NORDDEFF-E3-0-7/file").status, 200U);
  node.prune(node.store().head()->height);
  const Response response = door.get("/v1/evidence/NORDDEFF-E1-0-7/file");
  ASSERT_EQ(response.status, 200U) << "this node keeps it";
  EXPECT_TRUE(consensus::read_evidence_file(as_bytes(response.body)).has_value());
  EXPECT_EQ(code_of(door.get("/v1/evidence/NORDDEFF-E3-0-7/file")), "history-elsewhere");
}

TEST_F(EvidenceApi, TheFileConvictsBeforeWhoeverHasTheFirstValidators) {
  for (const EvidenceKind kind : evidence_kinds) {
    node.keep(evidence(kind));
    const std::string name = "NORDDEFF-" + std::string(code_of(kind)) +
                             (kind == EvidenceKind::double_batch ? "-0-1-7" : "-0-7");
    const Response response = door.get("/v1/evidence/" + name + "/file", Role::operate);
    ASSERT_EQ(response.status, 200U) << name;
    EXPECT_EQ(response.content_type, "application/octet-stream");
    const auto file = consensus::read_evidence_file(as_bytes(response.body));
    ASSERT_TRUE(file.has_value()) << file.error();
    const auto committee = consensus::check_evidence_file(maker().committee(), *file);
    ASSERT_TRUE(committee.has_value()) << to_string(committee.error());
    EXPECT_EQ(consensus::offence_of(file->evidence).kind, kind);

    // No byte of it can be changed.
    for (std::size_t i = 0; i < response.body.size(); ++i) {
      std::string changed = response.body;
      changed[i] = static_cast<char>(changed[i] ^ 1);
      const auto forged = consensus::read_evidence_file(as_bytes(changed));
      EXPECT_FALSE(forged && consensus::check_evidence_file(maker().committee(), *forged))
          << name << " byte " << i;
    }
  }
}

TEST(EvidenceBook, KeepsEachActOnceOverRestarts) {
  TempDir directory;
  const std::string path = directory.path("evidence");
  const FakeNode node;
  const auto record = chain::load<chain::EpochRecord>(node.store().view(), Epoch(0));
  const EvidenceMaker maker(committee_on_record(*record, Epoch(0), network()),
                            [](std::uint16_t) -> const SecretKey& { return key("validator"); });
  const auto message = [&](EvidenceKind kind, std::uint64_t view, std::uint64_t epoch = 0) {
    return consensus::Message{Epoch(epoch), consensus::EvidenceMessage{maker.of(kind, 0, view)}};
  };
  const auto first = message(EvidenceKind::double_batch, 3);
  {
    auto book = EvidenceBook::open(path);
    ASSERT_TRUE(book.has_value()) << book.error();
    EXPECT_TRUE((*book)->keep(first).value());
    EXPECT_FALSE((*book)->keep(first).value());
    EXPECT_TRUE((*book)->keep(message(EvidenceKind::double_batch, 3, 1)).value())
        << "another epoch";
  }
  auto book = EvidenceBook::open(path);
  ASSERT_TRUE(book.has_value()) << book.error();
  EXPECT_EQ((*book)->size(), 2U);
  EXPECT_FALSE((*book)->keep(first).value());
  const auto& evidence = std::get<consensus::EvidenceMessage>(first.body).evidence;
  const auto read = (*book)->evidence(Epoch(0), consensus::offence_of(evidence));
  ASSERT_TRUE(read.has_value() && read->has_value());
  EXPECT_EQ(**read, consensus::encode_evidence(evidence));
  EXPECT_FALSE((*book)->evidence(Epoch(2), consensus::offence_of(evidence))->has_value());

  for (std::uint64_t view = 1; view <= EvidenceBook::per_kind_max + 4; ++view)
    EXPECT_TRUE((*book)->keep(message(EvidenceKind::double_notarize, view)).has_value());
  EXPECT_EQ((*book)->size(), 2 + EvidenceBook::per_kind_max) << "16 of a validator, kind and epoch";
}

TEST(EvidenceBook, RefusesAFileThatHoldsSomethingElse) {
  TempDir directory;
  const std::string path = directory.path("evidence");
  {
    auto file = AppendFile::open(path, [](ByteView) {});
    ASSERT_TRUE(file.has_value());
    ASSERT_TRUE(file->append(as_bytes("no evidence")).has_value());
    ASSERT_TRUE(file->sync().has_value());
  }
  const auto book = EvidenceBook::open(path);
  ASSERT_FALSE(book.has_value());
  EXPECT_NE(book.error().find("no evidence"), std::string::npos);
}

}  // namespace
}  // namespace vostro::node::api
