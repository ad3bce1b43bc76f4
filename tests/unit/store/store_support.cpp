#include "tests/unit/store/store_support.h"

#include <gtest/gtest.h>
#include <stdlib.h>  // NOLINT: mkdtemp is POSIX

#include "chain/tree.h"
#include "tests/support/chain_builders.h"

namespace vostro::chain {
namespace {

using namespace test;  // NOLINT: builders

Bytes bytes_of(std::string_view text) {
  return {as_bytes(text).begin(), as_bytes(text).end()};
}
Bytes numbered(std::string_view text, std::uint64_t number) {
  Bytes out = bytes_of(text);
  append_big_endian(out, number);
  return out;
}

Receipt receipt_of(const VerifiedTransaction& transaction) {
  const auto& payment = std::get<Payment>(transaction.transaction().body);
  Receipt receipt;
  receipt.id = transaction.id();
  receipt.transaction_hash = transaction.hash();
  receipt.payment =
      PaymentFacts{transaction.transaction().id, payment.debtor, payment.credit.creditor,
                   Money{payment.currency, payment.credit.amount}};
  receipt.status = Status::settled;
  const auto entry = [&](const AccountId& account, std::int64_t units) {
    return Entry{{PlaceKind::account, account, {}},
                 payment.currency,
                 MinorUnits(units),
                 EntryKind::principal,
                 Date(19'000)};
  };
  receipt.entries = {entry(payment.debtor, -payment.credit.amount.value),
                     entry(payment.credit.creditor, payment.credit.amount.value)};
  return receipt;
}

}  // namespace

TemporaryDirectory::TemporaryDirectory() {
  std::string pattern = (std::filesystem::temp_directory_path() / "vostro-store-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) ADD_FAILURE() << "no temporary directory";
  path_ = pattern;
}
TemporaryDirectory::~TemporaryDirectory() {
  std::error_code error;
  std::filesystem::remove_all(path_, error);
}

Uuid uetr_of(Height height, std::uint32_t index) {
  return uetr(height.value * 100'000 + index);
}
Hash block_id_of(Height height) {
  return hash("test/block", numbered("", height.value));
}

std::map<Bytes, Bytes> state_after(Height height) {
  std::map<Bytes, Bytes> state;
  state[bytes_of("steady")] = bytes_of("from genesis");
  state[bytes_of("balance/a")] = numbered("a", height.value);
  state[bytes_of("balance/b")] = numbered("b", height.value / 3);
  for (std::uint64_t i = 0; i <= height.value; ++i) {
    // Every height leaves a key; those of odd heights are erased by the block after.
    if (i % 2 == 0 || i == height.value) state[numbered("at/", i)] = numbered("made", i);
  }
  return state;
}

MadeBlock make_block(const NodeReader& tree, Height height, std::uint32_t payments) {
  MadeBlock block;
  block.id = block_id_of(height);
  block.header = numbered("header", height.value);
  block.cut = numbered("cut", height.value);
  block.proof = numbered("proof", height.value);
  block.executed.height = height;
  block.executed.time = UnixMillis(1'700'000'000'000 + height.value * 1000);

  const auto after = state_after(height);
  const auto before = height.value == 0 ? std::map<Bytes, Bytes>() : state_after(height.previous());
  for (const auto& [key, value] : after) {
    const auto old = before.find(key);
    if (old == before.end() || old->second != value) block.executed.state[key] = value;
  }
  for (const auto& [key, value] : before) {
    if (!after.contains(key)) block.executed.state[key] = std::nullopt;
  }
  TreeUpdate update = update_tree(tree, block.executed.state);
  block.executed.nodes = std::move(update.nodes);
  block.executed.state_root = update.root;
  if (height.value == 0) return block;

  // A due receipt first, as in every third block that has one.
  if (height.value % 3 == 0) {
    Receipt due;
    due.id = {bic("NORDDEFF"), uetr(height.value)};
    due.kind = ReceiptKind::due;
    block.executed.receipts.push_back(due);
  }
  block.batch_bytes.push_back(numbered("first batch ", height.value));
  block.batch_bytes.push_back(numbered("second batch ", height.value));
  append(block.batch_bytes[1],
         a_payment().id(uetr_of(height, 99'999)).bytes());  // dropped from the block
  for (std::uint32_t i = 0; i < payments; ++i) {
    const auto transaction = a_payment().id(uetr_of(height, i)).amount(eur(100 + i)).verified();
    append(block.batch_bytes[i < payments / 2 ? 0 : 1], bytes_of("len!"));
    append(block.batch_bytes[i < payments / 2 ? 0 : 1], transaction->bytes());
    const auto receipt = static_cast<std::uint32_t>(block.executed.receipts.size());
    block.executed.ids.push_back(
        {transaction->id(), IdRecord{height, receipt, transaction->hash()}});
    block.executed.receipts.push_back(receipt_of(*transaction));
    block.executed.transactions.push_back(transaction);
  }
  for (std::uint16_t i = 0; i < 2; ++i) {
    block.batches.push_back({hash("test/batch", block.batch_bytes[i]),
                             BatchName{Epoch(0), i, 1, height.value}, block.batch_bytes[i]});
  }
  block.executed.tx_root = hash("test/txs", numbered("", height.value));
  seal(block);
  return block;
}

void seal(MadeBlock& block) {
  std::vector<Hash> hashes;
  for (const Receipt& receipt : block.executed.receipts) hashes.push_back(receipt_hash(receipt));
  block.executed.receipt_root = merkle_root(hashes);
}

void add_receipt(MadeBlock& block, Receipt receipt) {
  if (receipt.kind == ReceiptKind::due) {
    // Due ones come first, and move all others.
    block.executed.receipts.insert(block.executed.receipts.begin(), receipt);
    for (auto& [id, record] : block.executed.ids) ++record.receipt;
  } else {
    const auto index = static_cast<std::uint32_t>(block.executed.receipts.size());
    const auto transaction =
        a_payment().id(receipt.id.id).verified();  // stands for the answer's own
    block.executed.ids.push_back(
        {receipt.id, IdRecord{block.executed.height, index, transaction->hash()}});
    block.executed.transactions.push_back(transaction);
    block.executed.receipts.push_back(std::move(receipt));
  }
  seal(block);
}

void commit_up_to(Store& store, Height last, std::uint32_t payments) {
  for (Height height = store.head() ? store.head()->height.next() : Height(0); height <= last;
       height = height.next()) {
    const MadeBlock block = make_block(store, height, payments);
    const auto committed = store.commit(block.stored());
    ASSERT_TRUE(committed.has_value()) << to_string(committed.error());
  }
}

StoreOptions small_options() {
  StoreOptions options;
  options.cache_bytes = 4 * 1024 * 1024;
  options.write_buffer_bytes = 4 * 1024 * 1024;
  options.proof_window = 8;
  options.reserve_bytes = 0;
  return options;
}

std::unique_ptr<Store> open_or_fail(const std::string& path, const StoreOptions& options) {
  auto store = Store::open(path, network(), options);
  if (store) return std::move(*store);
  ADD_FAILURE() << to_string(store.error());
  return nullptr;
}

}  // namespace vostro::chain
