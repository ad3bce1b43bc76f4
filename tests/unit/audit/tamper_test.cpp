// Row F40: whatever of a node's store is flipped, dropped, cut, lengthened or put in another's
// place, and whatever f colluding validators forge, a replay says so, at the right block. Rows are
// changed under RocksDB's own checksums, as whoever holds the disk can. VOSTRO_TEST_TAMPERINGS is
// how many changes of rows are tried, spread evenly over all there are.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <map>
#include <variant>

#include "audit/node_source.h"
#include "audit/replay.h"
#include "base/random.h"
#include "tests/support/chain_builders.h"
#include "tests/unit/audit/made_chain.h"
#include "tests/unit/audit/tamper.h"

namespace vostro::audit {
namespace {

using namespace test;  // NOLINT: builders

constexpr std::size_t kTriedUsually = 160;
constexpr std::size_t kAllAtLeast = 1'000;

std::size_t tried_at_most() {
  const char* text = std::getenv("VOSTRO_TEST_TAMPERINGS");
  return text == nullptr ? kTriedUsually : std::strtoull(text, nullptr, 10);
}

/// What a replay of the data directory says: the divergence, or why there is none.
std::variant<Report, Divergence, CannotCheck> verdict_on(const std::string& data,
                                                         bool trust_finality = false,
                                                         Height signatures_from = Height(1)) {
  auto source = open_node_source(data, network_definition());
  if (!source) {
    if (const auto* divergence = std::get_if<Divergence>(&source.error())) return *divergence;
    return std::get<CannotCheck>(source.error());
  }
  const ScratchDirectory work;
  ReplayOptions options;
  options.work = work.path();
  options.trust_finality = trust_finality;
  options.signatures_from = signatures_from;
  options.check_files = false;
  options.save_every_ms = 0;
  auto report = replay(network_definition(), **source, options, {});
  if (!report) return report.error();
  if (report->divergence) return *report->divergence;
  return *report;
}

/// One change of the rows of a store, and where a replay must see it.
struct Tampering {
  std::string what;
  std::vector<StoredRow> put;
  std::vector<StoredRow> erased;
  Height height;
  std::string field;  ///< part of the field's name; empty where several may come first
};

std::uint64_t height_in(const Bytes& key) {
  std::uint64_t height = 0;
  for (std::size_t i = 1; i < 9; ++i) height = height << 8 | key.at(i);
  return height;
}

class Tamperings {
 public:
  explicit Tamperings(RowEditor& editor) : editor_(editor), draw_(40) {
    // Family, first byte of the key, changes of each kind, part of the field.
    of_blocks('h', 9, "");
    of_blocks('c', 9, "");
    of_blocks('t', 14, "");
    of_blocks('b', 9, "the node's");
    of_certificates();
    of_receipts();
    of_tables("ids", 0, 3, "table of ids");
    of_tables("state", 'v', 3, "table of state, row");
    of_tables("tree", 'v', 2, "table of state tree");
  }
  [[nodiscard]] const std::vector<Tampering>& all() const { return all_; }

 private:
  std::string name(const StoredRow& row, const std::string& what) {
    return row.family + " row " + to_hex(row.key) + ": " + what;
  }

  void change(const StoredRow& row, std::size_t flips, Height height, const std::string& field) {
    const auto with_value = [&](const std::string& what, Bytes value) {
      all_.push_back(
          {name(row, what), {{row.family, row.key, std::move(value)}}, {}, height, field});
    };
    for (std::size_t i = 0; i < flips && !row.value.empty(); ++i) {
      Bytes value = row.value;
      const auto bit = draw_.uniform(value.size() * 8);
      value[bit / 8] = static_cast<Byte>(value[bit / 8] ^ (1U << (bit % 8)));
      with_value("bit " + std::to_string(bit) + " flipped", std::move(value));
    }
    with_value("last byte cut off", Bytes(row.value.begin(), row.value.end() - 1));
    with_value("cut to half",
               Bytes(row.value.begin(),
                     row.value.begin() + static_cast<std::ptrdiff_t>(row.value.size() / 2)));
    Bytes longer = row.value;
    longer.push_back(0);
    with_value("a byte more", std::move(longer));
    all_.push_back({name(row, "dropped"), {}, {row}, height, field});
  }

  /// Values of neighbours in each other's place: seen at the lower one.
  void swap(const StoredRow& a, const StoredRow& b, Height height, const std::string& field) {
    if (a.value == b.value) return;
    all_.push_back({name(a, "in the place of the next, and the other way round"),
                    {{a.family, a.key, b.value}, {b.family, b.key, a.value}},
                    {},
                    height,
                    field});
  }

  void of_blocks(char kind, std::size_t flips, const std::string& field) {
    std::optional<StoredRow> before;
    for (const StoredRow& row : editor_.rows("blocks")) {
      if (row.key.front() != static_cast<Byte>(kind)) continue;
      const Height height(height_in(row.key));
      if (height.value == 0 && row.value.empty()) continue;  // the genesis state has no header
      change(row, flips, height, field);
      if (before) swap(*before, row, Height(height_in(before->key)), field);
      before = row;
    }
  }
  void of_certificates() {
    for (const StoredRow& row : editor_.rows("certificates")) {
      if (row.key.front() != 'p') continue;
      // The first byte says whether it is kept for ever: the node's own affair.
      StoredRow rest = row;
      rest.value.erase(rest.value.begin());
      const std::size_t first = all_.size();
      change(rest, 60, Height(height_in(row.key)), "finality proof");
      for (std::size_t i = first; i < all_.size(); ++i)
        for (StoredRow& put : all_[i].put) put.value.insert(put.value.begin(), row.value.front());
      // Without the only proof nothing is final.
      all_.back().height = Height(1);
    }
  }
  void of_receipts() {
    std::optional<StoredRow> before;
    for (const StoredRow& row : editor_.rows("receipts")) {
      if (row.key.front() != 'r') continue;
      const Height height(height_in(row.key));
      change(row, 9, height, "receipt");
      if (before) swap(*before, row, Height(height_in(before->key)), "receipt");
      before = row;
    }
  }
  void of_tables(const std::string& family, char kind, std::size_t flips,
                 const std::string& field) {
    for (const StoredRow& row : editor_.rows(family)) {
      if (kind != 0 && row.key.front() != static_cast<Byte>(kind)) continue;
      change(row, flips, Height(sample_blocks), field);
    }
  }

  RowEditor& editor_;
  Random draw_;
  std::vector<Tampering> all_;
};

TEST(AuditTamper, EveryChangedRowIsSeenAtItsBlock) {
  const ScratchDirectory directory;
  {
    ChainMaker chain(directory.under("node"));
    make_sample_chain(chain);
  }
  RowEditor editor(directory.under("node"));
  ASSERT_TRUE(std::holds_alternative<Report>(verdict_on(directory.under("node"))));
  std::map<std::string, std::map<Bytes, Bytes>> original;
  for (const char* family : {"blocks", "certificates", "receipts", "ids", "state", "tree"})
    for (const StoredRow& row : editor.rows(family)) original[family][row.key] = row.value;

  const Tamperings tamperings(editor);
  const std::size_t all = tamperings.all().size();
  EXPECT_GE(all, kAllAtLeast);
  const std::size_t tried = std::min(all, tried_at_most());
  for (std::size_t i = 0; i < tried; ++i) {
    const Tampering& tampering = tamperings.all()[i * all / tried];
    for (const StoredRow& row : tampering.put) editor.put(row);
    for (const StoredRow& row : tampering.erased) editor.erase(row);
    const auto verdict = verdict_on(directory.under("node"));
    const auto* divergence = std::get_if<Divergence>(&verdict);
    if (divergence == nullptr) {
      const auto* cannot = std::get_if<CannotCheck>(&verdict);
      ADD_FAILURE() << tampering.what << ": " << (cannot != nullptr ? cannot->what : "holds");
    } else {
      EXPECT_EQ(divergence->height, tampering.height)
          << tampering.what << ": " << to_string(*divergence);
      EXPECT_NE(divergence->field.find(tampering.field), std::string::npos)
          << tampering.what << ": " << to_string(*divergence);
    }
    for (const auto* rows : {&tampering.put, &tampering.erased})
      for (const StoredRow& row : *rows)
        editor.put({row.family, row.key, original[row.family][row.key]});
  }
  std::cout << "[          ] " << tried << " of " << all << " tamperings tried\n";
  EXPECT_TRUE(std::holds_alternative<Report>(verdict_on(directory.under("node"))));
}

/// What f of the validators, or even all of them, write and sign; the chain goes on over it with
/// honest proofs where they can be had.
struct Forged {
  std::string what;
  Forgery forgery;
  Height height;
  std::string field;
  std::optional<std::uint32_t> transaction = {};
};

Divergence seen(const Forged& forged, const std::vector<Bytes>& transactions,
                bool proof_at_once = true) {
  const ScratchDirectory directory;
  {
    ChainMaker chain(directory.under("node"));
    chain.block_of({issue_bytes(100, "NORDDEFF/main", eur(1'000'000))});
    chain.block({transactions}, proof_at_once, forged.forgery);
    if (!proof_at_once) {
      Forgery by_f;
      by_f.signers = forged.forgery.signers;
      by_f.proof = forged.forgery.proof;
      chain.block({{payment_bytes(900, "NORDDEFF/main", "SUDBFRPP/main", 100)}}, true, by_f);
    }
  }
  const auto verdict = verdict_on(directory.under("node"));
  if (const auto* divergence = std::get_if<Divergence>(&verdict)) return *divergence;
  return {Height(0), std::nullopt, "nothing", "", ""};
}

std::vector<Bytes> a_few_payments() {
  return {payment_bytes(1, "NORDDEFF/main", "SUDBFRPP/main", 1'250),
          payment_bytes(2, "NORDDEFF/main", "ALBAGB2L/main", 990)};
}

TEST(AuditTamper, ColludersBelowAQuorumMakeNoFinality) {
  std::vector<Forged> all;
  // f = 1 of 4 signs alone; or with one that it talked into it; or fills up with its own signature.
  all.push_back({"one signature", {}, Height(2), "finality proof"});
  all.back().forgery.signers = 1;
  all.push_back({"two signatures", {}, Height(2), "finality proof"});
  all.back().forgery.signers = 2;
  const auto filled = [](consensus::FinalityProof& proof) {
    proof.finalization.bitmap[0] = 7;
    while (proof.finalization.signatures.size() < 3)
      proof.finalization.signatures.push_back(proof.finalization.signatures.front());
  };
  all.push_back({"its own signature three times", {}, Height(2), "finality proof"});
  all.back().forgery.signers = 1;
  all.back().forgery.proof = filled;
  all.push_back({"signers that are no validators", {}, Height(2), "finality proof"});
  all.back().forgery.proof = [](consensus::FinalityProof& proof) {
    proof.finalization.bitmap[0] = 0x70;
  };
  all.push_back({"votes of another kind", {}, Height(2), "finality proof"});
  all.back().forgery.proof = [](consensus::FinalityProof& proof) {
    proof.finalization.type = consensus::VoteType::notarize;
  };
  all.push_back({"more signers than a quorum", {}, Height(2), "finality proof"});
  all.back().forgery.signers = 4;
  // Genuine, but of another block of the same height and view.
  const ScratchDirectory directory;
  ChainMaker other(directory.under("other"));
  other.block_of({issue_bytes(100, "NORDDEFF/main", eur(1'000'000))});
  other.block_of({payment_bytes(3, "NORDDEFF/main", "MERLSGSG/main", 10)});
  const auto genuine = decode<consensus::FinalityProof>(other.store().view().newest_proof()->bytes);
  ASSERT_TRUE(genuine.has_value());
  all.push_back({"a proof of another block", {}, Height(2), "finality proof"});
  all.back().forgery.proof = [&](consensus::FinalityProof& proof) { proof = *genuine; };
  for (const Forged& forged : all) {
    const Divergence at_once = seen(forged, a_few_payments());
    EXPECT_EQ(at_once.height, forged.height) << forged.what << ": " << to_string(at_once);
    EXPECT_EQ(at_once.field, forged.field) << forged.what << ": " << to_string(at_once);
    // The same at the next block, over one without a proof of its own.
    const Divergence later = seen(forged, a_few_payments(), false);
    EXPECT_EQ(later.height, Height(3)) << forged.what << ": " << to_string(later);
    EXPECT_EQ(later.field, forged.field) << forged.what << ": " << to_string(later);
  }
}

TEST(AuditTamper, NotEvenAllValidatorsTogetherCanBreakARule) {
  std::vector<Forged> all;
  const auto header = [&](const std::string& field,
                          std::function<void(consensus::Header&)> change) {
    all.push_back({field, {}, Height(2), "header." + field});
    all.back().forgery.header = std::move(change);
  };
  header("version", [](auto& h) { h.version = 2; });
  header("network_id", [](auto& h) { h.network_id = hash_of("another"); });
  header("epoch", [](auto& h) { h.epoch = Epoch(1); });
  header("height", [](auto& h) { h.height = Height(3); });
  header("parent", [](auto& h) { h.parent.bytes[5] ^= 1; });
  header("view", [](auto& h) { h.view = View(1); });
  header("proposer", [](auto& h) {
    h.proposer.value = static_cast<std::uint16_t>((h.proposer.value + 1) % 4);
  });
  header("time", [](auto& h) { h.time = UnixMillis(h.time.value - 1000); });
  header("cut_root", [](auto& h) { h.cut_root.bytes[0] ^= 1; });
  header("tx_count", [](auto& h) { ++h.tx_count; });
  header("tx_root", [](auto& h) { h.tx_root.bytes[0] ^= 1; });
  header("receipt_root", [](auto& h) { h.receipt_root.bytes[0] ^= 1; });
  header("state_root", [](auto& h) { h.state_root.bytes[0] ^= 1; });
  header("set_hash", [](auto& h) { h.set_hash.bytes[0] ^= 1; });
  header("next_set_hash", [](auto& h) { h.next_set_hash.bytes[0] ^= 1; });
  header("flags", [](auto& h) { h.flags = 1; });
  header("flags", [](auto& h) { h.flags = 2; });
  for (const Forged& forged : all) {
    const Divergence found = seen(forged, a_few_payments());
    EXPECT_EQ(found.height, forged.height) << forged.what << ": " << to_string(found);
    EXPECT_EQ(found.field, forged.field) << forged.what << ": " << to_string(found);
  }
}

TEST(AuditTamper, MoneyFromNowhereIsSeen) {
  Forged forged{"money from nowhere", {}, Height(2), "header.state_root"};
  forged.forgery.executed = [](chain::ExecutedBlock& block) {
    const Bytes key = chain::key_of<chain::Balance>({account("SUDBFRPP/main"), currency("EUR")});
    block.state.at(key) = chain::encode_record(chain::Balance{MinorUnits(999'999'999)});
    block.state_root.bytes[0] ^= 1;
  };
  const Divergence found = seen(forged, a_few_payments());
  EXPECT_EQ(found.height, Height(2));
  EXPECT_EQ(found.field, forged.field) << to_string(found);
}

TEST(AuditTamper, ABadSignatureOfATransactionIsNamedUnlessFinalityIsTrusted) {
  std::vector<Bytes> transactions = a_few_payments();
  transactions.push_back(payment_bytes(3, "NORDDEFF/main", "MERLSGSG/main", 10));
  transactions[1].back() ^= 1;  // the last byte is one of its signature
  const ScratchDirectory directory;
  {
    ChainMaker chain(directory.under("node"));
    chain.block_of({issue_bytes(100, "NORDDEFF/main", eur(1'000'000))});
    Forgery forgery;
    forgery.takes_bad_signatures = true;
    chain.block({transactions}, true, forgery);
  }
  const auto verdict = verdict_on(directory.under("node"));
  ASSERT_TRUE(std::holds_alternative<Divergence>(verdict));
  const Divergence& found = std::get<Divergence>(verdict);
  EXPECT_EQ(found.height, Height(2));
  EXPECT_EQ(found.transaction, 1U);
  EXPECT_EQ(found.field, "batch 0, signatures[0]") << to_string(found);
  // Who leaves the signatures to the quorum does not see it, and the report says what was not
  // looked at.
  const auto trusting = verdict_on(directory.under("node"), true);
  ASSERT_TRUE(std::holds_alternative<Report>(trusting));
  EXPECT_EQ(std::get<Report>(trusting).trusted, (std::vector<Blocks>{{Height(1), Height(2)}}));
  // The first block whose signatures are asked for is looked at.
  EXPECT_TRUE(
      std::holds_alternative<Divergence>(verdict_on(directory.under("node"), false, Height(2))));
}

TEST(AuditTamper, ABatchThatItsAuthorDidNotSignIsNamed) {
  Forged forged{"signed by another", {}, Height(2), "batch 0 signature"};
  forged.forgery.batches = [](std::vector<consensus::SignedBatch>& batches) {
    batches[0].signature[10] ^= 1;
  };
  EXPECT_EQ(seen(forged, a_few_payments()).field, forged.field);
  forged.field = "count of batches";
  forged.forgery.batches = [](std::vector<consensus::SignedBatch>& batches) {
    batches.push_back(batches.front());
  };
  EXPECT_EQ(seen(forged, a_few_payments()).field, forged.field);
}

TEST(AuditTamper, BlocksAboveTheLastProofAreNotTakenForFinal) {
  const ScratchDirectory directory;
  {
    ChainMaker chain(directory.under("node"));
    chain.block_of({issue_bytes(100, "NORDDEFF/main", eur(1'000'000))});
    chain.block_of(a_few_payments(), false);
  }
  const auto verdict = verdict_on(directory.under("node"));
  ASSERT_TRUE(std::holds_alternative<Divergence>(verdict));
  EXPECT_EQ(std::get<Divergence>(verdict).height, Height(2));
  EXPECT_EQ(std::get<Divergence>(verdict).field, "finality proof");
}

}  // namespace
}  // namespace vostro::audit
