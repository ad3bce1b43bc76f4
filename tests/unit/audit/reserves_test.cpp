// The auditor's own rule of reserves agrees with the ledger's over all that moves it, and names a
// block that issued what it should not have, or took an attestation that it should not have.
#include "audit/reserves.h"

#include <gtest/gtest.h>

#include "tests/unit/chain/ledger_harness.h"

namespace vostro::audit {
namespace {

using namespace test;   // NOLINT: builders
using namespace chain;  // NOLINT: bodies

/// Reserves over blocks, with the rows between them.
class Followed {
 public:
  std::string post(const ExecutedBlock& block) {
    const auto checked = reserves_.post(block);
    if (!checked) return std::get<Divergence>(checked.error()).field;
    for (auto& [key, value] : reserves_.take_rows()) {
      if (value)
        rows_[key] = *value;
      else
        rows_.erase(key);
    }
    return {};
  }
  /// All blocks but the newest; each must hold.
  void post_before_last(const Network& n) {
    const auto& blocks = n.ledger.blocks();
    for (std::size_t i = 0; i + 1 < blocks.size(); ++i)
      ASSERT_EQ(post(*blocks[i]), "") << "block " << i + 1;
  }
  [[nodiscard]] std::size_t rows() const { return rows_.size(); }

 private:
  std::map<Bytes, Bytes> rows_;
  Reserves reserves_{[this](ByteView key) -> std::optional<Bytes> {
    const auto found = rows_.find(Bytes(key.begin(), key.end()));
    return found != rows_.end() ? std::optional(found->second) : std::nullopt;
  }};
};

const auto kEuro = currency("EUR");

MinorUnits supply(const Network& n) {
  const auto euro = n.ledger.load<CurrencyRecord>(kEuro);
  return MinorUnits(euro->issued.value - euro->redeemed.value - euro->open_redemptions.value);
}
UnixSeconds second(std::uint64_t s) {
  return UnixSeconds(test_time.value + s);
}

TEST(AuditReserves, AgreeWithTheLedgerOverAllThatMovesThem) {
  Network n;
  EXPECT_EQ(n.attest({kEuro, supply(n).next()}, second(1)), "done");
  EXPECT_EQ(n.issue("NORDDEFF/main", eur(500)), "done");
  EXPECT_EQ(n.issue("NORDDEFF/main", eur(1)), "reserves_short");
  for (const RedeemResult result : {RedeemResult::failed, RedeemResult::paid}) {
    const Uuid id = n.next_id();
    EXPECT_EQ(n.outcome(a_transaction(Redeem{account("NORDDEFF/main"), eur(500), {}}).id(id)),
              "done");
    EXPECT_EQ(n.issue("NORDDEFF/main", eur(1)), "done") << "what is locked needs no cover";
    RedeemOutcome outcome{bic("AGNTDEFF"), {bic("NORDDEFF"), id}, result, {}, {}};
    if (result == RedeemResult::failed) outcome.code = code("AC04");
    EXPECT_EQ(n.send(outcome, {"agent"}), "done");
  }
  // A redemption with a delay counts when that is over; one that is cancelled never does.
  for (const bool is_cancelled : {false, true}) {
    const Uuid id = n.next_id();
    EXPECT_EQ(n.outcome(a_transaction(Redeem{account("NORDDEFF/slow"), eur(300), {}})
                            .id(id)
                            .signed_by({"slow"})),
              "delayed");
    if (is_cancelled)
      EXPECT_EQ(n.send(Cancel{OwnedId{bic("NORDDEFF"), id}, {}}, {"slow"}), "cancelled");
    else
      EXPECT_EQ(n.pass_to(UnixMillis(n.ledger.time().value + 120'000)), "done");
  }
  EXPECT_EQ(n.attest({kEuro, supply(n)}, second(20)), "done");
  EXPECT_EQ(n.attest({kEuro, supply(n)}, second(20)), "date_not_after");
  EXPECT_EQ(n.issue("NORDDEFF/main", eur(1)), "done");
  EXPECT_EQ(n.hold_payment().owner, bic("NORDDEFF")) << "a hold that is no redemption";
  Followed auditor;
  for (const auto& block : n.ledger.blocks()) ASSERT_EQ(auditor.post(*block), "");
  EXPECT_EQ(auditor.rows(), 3U) << "two currencies, and the redemption that is open";
}

TEST(AuditReserves, SeeWhatWasIssuedWithOneCentMissing) {
  Network n;
  EXPECT_EQ(n.attest({kEuro, supply(n)}, second(1)), "done");
  EXPECT_EQ(n.issue("NORDDEFF/main", eur(500)), "done");
  Followed auditor;
  auditor.post_before_last(n);
  ASSERT_EQ(auditor.post(*n.ledger.blocks().back()), "");

  // The same, on a ledger to which one cent less was attested: only the auditor is told so.
  Followed told;
  for (const auto& block : n.ledger.blocks()) {
    ExecutedBlock shown = *block;
    for (VerifiedTransactionPtr& each : shown.transactions) {
      const auto* said = std::get_if<AttestReserves>(&each->transaction().body);
      if (said == nullptr) continue;
      AttestReserves less = *said;
      --less.balance.value;
      each = a_transaction(less).id(each->id().id).signed_by({"agent"}).verified();
      auto euro = *decode_record<CurrencyRecord>(*shown.state.at(key_of<CurrencyRecord>(kEuro)));
      euro.attestation->balance = less.balance;
      shown.state[key_of<CurrencyRecord>(kEuro)] = encode_record(euro);
    }
    auto& state = shown.state;
    if (block == n.ledger.blocks().back()) {
      auto euro = *decode_record<CurrencyRecord>(*state.at(key_of<CurrencyRecord>(kEuro)));
      --euro.attestation->balance.value;
      state[key_of<CurrencyRecord>(kEuro)] = encode_record(euro);
      EXPECT_EQ(told.post(shown), "money issued in EUR");
    } else {
      ASSERT_EQ(told.post(shown), "");
    }
  }
}

TEST(AuditReserves, SeeWhatWasIssuedOnAnOldWordOrOnNone) {
  for (const bool is_attested : {true, false}) {
    Network n;
    if (is_attested) {
      EXPECT_EQ(n.attest({kEuro, supply(n)}, second(1)), "done");
    }
    EXPECT_EQ(n.issue("NORDDEFF/main", eur(500)), "done");
    Followed auditor;
    auditor.post_before_last(n);
    ExecutedBlock shown = *n.ledger.blocks().back();
    auto euro = *decode_record<CurrencyRecord>(*shown.state.at(key_of<CurrencyRecord>(kEuro)));
    const auto told_with = [&](std::uint64_t age_s) {
      euro.attestation_max_age_s = age_s;
      shown.state[key_of<CurrencyRecord>(kEuro)] = encode_record(euro);
      return auditor.post(shown);
    };
    // A second that has begun counts whole; as old as may be is not too old.
    const std::uint64_t age_s = (shown.time.value - second(1).value * 1000 + 999) / 1000;
    EXPECT_EQ(told_with(2), "money issued in EUR");
    EXPECT_EQ(told_with(age_s - 1), "money issued in EUR");
    EXPECT_EQ(told_with(age_s), is_attested ? "" : "money issued in EUR");
  }
}

TEST(AuditReserves, SeeAnAttestationThatTheLedgerShouldHaveRefused) {
  Network n;
  EXPECT_EQ(n.attest({kEuro, supply(n)}, second(5)), "done");
  EXPECT_EQ(n.attest({kEuro, supply(n)}, second(6)), "done");
  for (const std::uint64_t as_of : {5U, 4U, 90'000U}) {
    Followed auditor;
    auditor.post_before_last(n);
    ExecutedBlock shown = *n.ledger.blocks().back();
    AttestReserves said = std::get<AttestReserves>(shown.transactions.at(0)->transaction().body);
    said.as_of = second(as_of);
    shown.transactions[0] =
        a_transaction(said).id(shown.transactions[0]->id().id).signed_by({"agent"}).verified();
    // The record goes with it: only the rules say that it cannot be.
    auto euro = *decode_record<CurrencyRecord>(*shown.state.at(key_of<CurrencyRecord>(kEuro)));
    euro.attestation->as_of = said.as_of;
    shown.state[key_of<CurrencyRecord>(kEuro)] = encode_record(euro);
    EXPECT_EQ(auditor.post(shown), "attested reserves of EUR") << as_of;
  }
}

TEST(AuditReserves, SeeARecordThatSaysSomethingElse) {
  Network n;
  EXPECT_EQ(n.attest({kEuro, supply(n)}, second(5)), "done");
  const auto found_after = [&](const std::function<void(CurrencyRecord&)>& change) {
    Followed auditor;
    auditor.post_before_last(n);
    ExecutedBlock shown = *n.ledger.blocks().back();
    auto euro = *decode_record<CurrencyRecord>(*shown.state.at(key_of<CurrencyRecord>(kEuro)));
    change(euro);
    shown.state[key_of<CurrencyRecord>(kEuro)] = encode_record(euro);
    return auditor.post(shown);
  };
  EXPECT_EQ(found_after([](CurrencyRecord&) {}), "");
  EXPECT_EQ(found_after([](CurrencyRecord& c) { ++c.attestation->balance.value; }),
            "attested reserves of EUR");
  EXPECT_EQ(found_after([](CurrencyRecord& c) { c.attestation.reset(); }),
            "attested reserves of EUR");
  EXPECT_EQ(found_after([](CurrencyRecord& c) { c.open_redemptions = MinorUnits(1); }),
            "open redemptions of EUR");
}

}  // namespace
}  // namespace vostro::audit
