// Goal: statuses say what the table of a payment's life says, and a receipt's hash covers every
// field. Method: tables; one change at a time.
#include "chain/receipt.h"

#include <gtest/gtest.h>

#include <functional>
#include <set>

#include "tests/support/chain_builders.h"

namespace vostro::chain {
namespace {

TEST(Status, HasWordAndIsoStatus) {
  struct Row {
    Status status;
    std::string_view word;
    std::string_view iso;
  };
  const Row table[] = {
      {Status::rejected, "rejected", "RJCT"},
      {Status::delayed, "delayed", "PDNG"},
      {Status::held, "held", "PDNG"},
      {Status::settled, "settled", "ACSC"},
      {Status::cancelled, "cancelled", "CANC"},
      {Status::released, "released", "RJCT"},
      {Status::blocked, "blocked", "BLCK"},
      {Status::credited, "credited", "ACCC"},
      {Status::recall_requested, "recall_requested", ""},
      {Status::returned, "returned", ""},
      {Status::done, "done", ""},
  };
  for (const auto& [status, word, iso] : table) {
    EXPECT_EQ(to_string(status), word);
    EXPECT_EQ(iso_status(status), iso) << word;
    EXPECT_TRUE(is_listed(status));
  }
  EXPECT_EQ(std::size(table), static_cast<std::size_t>(Status::done));
}

TEST(Receipt, WordsOfKinds) {
  EXPECT_EQ(to_string(ReceiptKind::transaction), "transaction");
  EXPECT_EQ(to_string(ReceiptKind::item), "item");
  EXPECT_EQ(to_string(ReceiptKind::due), "due");
  EXPECT_EQ(to_string(EntryKind::principal), "principal");
  EXPECT_EQ(to_string(EntryKind::charge), "charge");
}

TEST(Receipt, HashCoversEveryField) {
  const std::function<void(Receipt&)> changes[] = {
      [](Receipt&) {},
      [](Receipt& r) { r.id.owner = test::bic("SUDBFRPP"); },
      [](Receipt& r) { r.id.id = test::uetr(2); },
      [](Receipt& r) { r.transaction_hash = test::hash_of("other"); },
      [](Receipt& r) { r.kind = ReceiptKind::due; },
      [](Receipt& r) { r.payment.reset(); },
      [](Receipt& r) { r.payment->amount.units = MinorUnits(1); },
      [](Receipt& r) { r.payment->creditor.label = "other"; },
      [](Receipt& r) { r.status = Status::held; },
      [](Receipt& r) { r.reason = Reason::funds_short; },
      [](Receipt& r) { r.given_code = test::code("FOCR"); },
      [](Receipt& r) { r.entries.pop_back(); },
      [](Receipt& r) { r.entries[0].amount = MinorUnits(-1251); },
      [](Receipt& r) { r.entries[0].kind = EntryKind::charge; },
      [](Receipt& r) { r.entries[0].business_date = Date(1); },
      [](Receipt& r) { r.entries[0].place.kind = PlaceKind::hold; },
  };
  std::set<Hash> hashes;
  for (const auto& change : changes) {
    Receipt receipt = test::a_payment_receipt(1);
    change(receipt);
    hashes.insert(receipt_hash(receipt));
  }
  EXPECT_EQ(hashes.size(), std::size(changes));
}

}  // namespace
}  // namespace vostro::chain
