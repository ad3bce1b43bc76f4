// The auditor's account book agrees with the ledger, and names the balance, hold or sum where a
// block's state says something else than the entries of its receipts.
#include "audit/book.h"

#include <gtest/gtest.h>

#include <functional>
#include <map>

#include "tests/unit/chain/ledger_harness.h"

namespace vostro::audit {
namespace {

using namespace test;   // NOLINT: builders
using namespace chain;  // NOLINT: bodies

using BookRows = std::map<Bytes, Bytes>;

void put_rows(BookRows& rows, const Changes& changes) {
  for (const auto& [key, value] : changes) {
    if (value)
      rows[key] = *value;
    else
      rows.erase(key);
  }
}

std::vector<std::pair<Bytes, Bytes>> book_rows_from(const BookRows& rows, ByteView from) {
  return {rows.lower_bound(Bytes(from.begin(), from.end())), rows.end()};
}

/// A book over blocks, with its rows and the state between them.
struct KeptBook {
  BookRows rows;
  BookRows state;
  Book book{[this](ByteView key) -> std::optional<Bytes> {
    const auto found = rows.find(Bytes(key.begin(), key.end()));
    return found != rows.end() ? std::optional(found->second) : std::nullopt;
  }};

  std::string post(const ExecutedBlock& block) {
    const auto posted = book.post(block.height, block.receipts, block.state);
    if (!posted) return std::get<Divergence>(posted.error()).field;
    put_rows(rows, book.take_rows());
    put_rows(state, block.state);
    return {};
  }
  [[nodiscard]] std::string whole() const {
    const auto same = Book::compare_whole(
        Height(9), [this](ByteView from) { return book_rows_from(rows, from); },
        [this](ByteView from) { return book_rows_from(state, from); });
    return same ? std::string() : std::get<Divergence>(same.error()).field;
  }
};

Bytes euro_balance_key(const std::string& name) {
  return key_of<Balance>({account(name), currency("EUR")});
}
Bytes euro_balance(std::int64_t units) {
  return encode_record(Balance{MinorUnits(units)});
}

TEST(AuditBook, NamesWhatTheStateHasOtherwise) {
  Network n;
  EXPECT_EQ(n.issue("NORDDEFF/main", eur(500)), "done");
  const auto& blocks = n.ledger.blocks();
  const Bytes euro = key_of<CurrencyRecord>(currency("EUR"));
  const auto told = [&](const std::function<void(ExecutedBlock&)>& change) {
    KeptBook auditor;
    for (std::size_t i = 0; i + 1 < blocks.size(); ++i) EXPECT_EQ(auditor.post(*blocks[i]), "");
    ExecutedBlock shown = *blocks.back();
    change(shown);
    return auditor.post(shown);
  };
  EXPECT_EQ(told([](ExecutedBlock&) {}), "");
  EXPECT_EQ(told([](ExecutedBlock& block) {
              block.state[euro_balance_key("NORDDEFF/main")] = euro_balance(1);
            }),
            "balance of NORDDEFF/main in EUR");
  // Without an entry, for an account that had money and for one that had none.
  EXPECT_EQ(told([](ExecutedBlock& block) {
              block.state[euro_balance_key("SUDBFRPP/main")] = euro_balance(999'999);
            }),
            "balance of SUDBFRPP/main in EUR");
  EXPECT_EQ(told([](ExecutedBlock& block) {
              block.state[euro_balance_key("NORDDEFF/nothing")] = euro_balance(1);
            }),
            "balance of NORDDEFF/nothing in EUR");
  EXPECT_EQ(
      told([](ExecutedBlock& block) { block.state.erase(euro_balance_key("NORDDEFF/main")); }),
      "balance of NORDDEFF/main in EUR");
  EXPECT_EQ(told([&](ExecutedBlock& block) {
              auto record = *decode_record<CurrencyRecord>(*block.state.at(euro));
              record.issued.value += 1;
              block.state[euro] = encode_record(record);
            }),
            "money in EUR: issued less redeemed");
  EXPECT_EQ(told([&](ExecutedBlock& block) { block.state.erase(euro); }),
            "money in EUR: issued less redeemed");
  // Credited, and issued by nobody.
  EXPECT_EQ(told([](ExecutedBlock& block) {
              std::erase_if(block.receipts.back().entries, [](const Entry& entry) {
                return entry.place.kind == PlaceKind::supply;
              });
            }),
            "money in EUR: accounts and holds");
}

TEST(AuditBook, ComparesTheWholeStateWithItself) {
  Network n;
  EXPECT_EQ(
      n.outcome(a_transaction(Redeem{account("NORDDEFF/main"), eur(100), {}}).id(n.next_id())),
      "done");
  KeptBook auditor;
  for (const auto& block : n.ledger.blocks()) ASSERT_EQ(auditor.post(*block), "");
  EXPECT_EQ(auditor.whole(), "");
  const BookRows good = auditor.state;
  const auto hold = good.lower_bound(Bytes{Hold::prefix});
  ASSERT_TRUE(hold != good.end() && hold->first.front() == Hold::prefix);
  auditor.state.erase(hold->first);
  EXPECT_EQ(auditor.whole(), "hold " + to_hex(hold->first));
  auditor.state = good;
  auditor.state[euro_balance_key("SUDBFRPP/main")] = euro_balance(1);
  EXPECT_EQ(auditor.whole(), "balance of SUDBFRPP/main in EUR");
  auditor.state.erase(euro_balance_key("SUDBFRPP/main"));
  EXPECT_EQ(auditor.whole(), "balance of SUDBFRPP/main in EUR");
}

}  // namespace
}  // namespace vostro::audit
