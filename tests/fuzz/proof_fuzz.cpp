// Proofs of state and of receipts, as anyone may hand them to us, alone and with the block that
// they are of: what they show is true, whatever their bytes. The model is the list of what is
// there. Catalogue row C10, and light clients.
#include <map>
#include <optional>

#include "base/codec.h"
#include "chain/merkle.h"
#include "chain/records.h"
#include "chain/tree.h"
#include "client/receipt_file.h"
#include "tests/fuzz/target.h"
#include "tests/support/chain_builders.h"
#include "tests/support/consensus_net.h"

namespace vostro::fuzz {
namespace {

constexpr std::uint8_t kKeys = 40;  // as many are in the state; twice as many are asked for
constexpr std::size_t kLeaves = 11;

class MemoryTree final : public chain::NodeReader {
 public:
  std::optional<Bytes> node(ByteView position) const override {
    const auto found = nodes_.find(Bytes(position.begin(), position.end()));
    return found == nodes_.end() ? std::nullopt : std::optional(found->second);
  }
  Hash apply(const chain::Changes& changes) {
    chain::TreeUpdate update = chain::update_tree(*this, changes);
    for (auto& [position, content] : update.nodes) {
      VOSTRO_CHECK(content);
      nodes_[position] = *content;
    }
    return update.root;
  }

 private:
  std::map<Bytes, Bytes> nodes_;
};

Bytes key_of(std::uint8_t number) {
  return {'a', number};
}
std::optional<Bytes> value_of(std::uint8_t number) {
  if (number >= kKeys) return std::nullopt;
  return Bytes{'v', number, number};
}

struct State {
  State() {
    chain::Changes changes;
    for (std::uint8_t i = 0; i < kKeys; ++i) changes[key_of(i)] = value_of(i);
    root = tree.apply(changes);
    for (std::uint8_t i = 0; i < kLeaves; ++i) leaves.push_back(hash("leaf", Bytes{i}));
    leaves_root = chain::merkle_root(leaves);
  }
  MemoryTree tree;
  Hash root;
  std::vector<Hash> leaves;
  Hash leaves_root;
};
const State& state() {
  static const State made;
  return made;
}

/// The claim is chosen too: the true value, that of another key, or absence.
void check_state_proof(Script script) {
  const auto key = static_cast<std::uint8_t>(script.choice(2 * kKeys));
  const std::optional<Bytes> claim = value_of(script.byte());
  const auto proof = decode<chain::StateProof>(script.rest());
  if (!proof) return;
  if (chain::verify_proof(*proof, state().root, key_of(key), claim))
    VOSTRO_CHECK(claim == value_of(key));
}

void check_path(Script script) {
  const std::size_t number = script.choice(2 * kLeaves);
  const Hash leaf =
      number < kLeaves ? state().leaves[number] : hash("leaf", Bytes{static_cast<Byte>(number)});
  const auto path = decode<chain::MerklePath>(script.rest());
  if (!path) return;
  if (chain::root_of(leaf, *path) == state().leaves_root) VOSTRO_CHECK(number < kLeaves);
}

/// A block in which one payment settled, and what an account has after it; a second block above it,
/// which is proved final.
struct Ledger {
  /// The first epoch ends with a block of its own; the block to be shown is of the second.
  static client::FinalHeader block_of(const consensus::Committee& first,
                                      const consensus::net::Keys& first_keys,
                                      const consensus::net::Keys& keys, const Hash& state_root,
                                      const Hash& receipt_root) {
    client::FinalHeader block;
    consensus::Header closing;
    closing.network_id = first.context().network_id;
    closing.height = Height(6);
    closing.view = View(5);
    closing.set_hash = first.set_hash();
    closing.flags = consensus::Header::flag_epoch_close;
    closing.next_set_hash = keys.committee().set_hash();
    block.epochs = {{consensus::net::prove_final(first, first_keys, closing),
                     keys.committee().context().validators.all()}};
    consensus::net::PlainCache cache;
    const auto committee = consensus::committee_after(first, block.epochs[0], 1, cache);
    VOSTRO_CHECK(committee.has_value());
    return block_in(*committee, keys, state_root, receipt_root, std::move(block));
  }
  static client::FinalHeader block_in(const consensus::Committee& committee,
                                      const consensus::net::Keys& keys, const Hash& state_root,
                                      const Hash& receipt_root, client::FinalHeader block) {
    block.header.network_id = committee.context().network_id;
    block.header.epoch = committee.epoch();
    block.header.height = Height(7);
    block.header.state_root = state_root;
    block.header.receipt_root = receipt_root;
    block.header.set_hash = committee.set_hash();
    consensus::Header next = block.header;
    next.height = Height(8);
    next.view = View(9);
    next.parent = block.header.id();
    next.receipt_root = hash("receipt", Bytes{});
    block.finality = consensus::net::prove_final(committee, keys, next);
    return block;
  }

  Ledger() : committee(keys.committee()) {
    chain::Changes changes;
    changes[chain::key_of<chain::Balance>(
        {test::account("NORDDEFF/main"), test::currency("EUR")})] =
        chain::encode_record(chain::Balance{MinorUnits(1250)});
    changes[chain::key_of<chain::Balance>(
        {test::account("SUDBFRPP/main"), test::currency("EUR")})] =
        chain::encode_record(chain::Balance{MinorUnits(7)});
    const Hash root = tree.apply(changes);

    chain::Receipt receipt;
    receipt.id = {test::bic("NORDDEFF"), test::uetr(1)};
    receipt.status = chain::Status::settled;
    receipt.payment = chain::PaymentFacts{test::uetr(1), test::account("NORDDEFF/main"),
                                          test::account("SUDBFRPP/main"), test::eur(12'50)};
    const std::vector<Hash> receipts{hash("receipt", Bytes{1}), chain::receipt_hash(receipt)};
    const client::FinalHeader block =
        block_of(committee, keys, next_keys, root, chain::merkle_root(receipts));
    payment = {{Height(7), receipt, chain::merkle_path(receipts, 1)}, block};
    for (const auto& [of, code, units] : {std::tuple{"NORDDEFF/main", "EUR", 1250},
                                          {"SUDBFRPP/main", "EUR", 7},
                                          {"NORDDEFF/main", "USD", 0}}) {
      const chain::AccountId account = test::account(of);
      const Currency currency = test::currency(code);
      const Bytes key = chain::key_of<chain::Balance>({account, currency});
      balances.push_back({account, currency, MinorUnits(units), chain::prove(tree, key), block});
    }
  }

  consensus::net::Keys keys{4};
  consensus::net::Keys next_keys{7};
  consensus::Committee committee;
  MemoryTree tree;
  client::PaymentProof payment;
  std::vector<client::BalanceProof> balances;
};
const Ledger& ledger() {
  static const Ledger made;
  return made;
}

void check_payment(ByteView bytes) {
  const auto proof = decode<client::PaymentProof>(bytes);
  if (!proof) return;
  VOSTRO_CHECK(std::ranges::equal(encode(*proof), bytes));
  if (client::check_payment_proof(ledger().committee, *proof))
    VOSTRO_CHECK(proof->original == ledger().payment.original);
}

/// A file is one of the two, and nothing else is read as one.
void check_file(ByteView bytes) {
  const auto file = client::read_receipt_file(bytes);
  if (!file) return;
  VOSTRO_CHECK(std::ranges::equal(client::write_receipt_file(*file), bytes));
  if (const auto* shown = std::get_if<client::PaymentProof>(&file->proof)) {
    if (client::check_outcome_proof(ledger().committee, *shown))
      VOSTRO_CHECK(shown->original == ledger().payment.original);
  }
}

void check_balance(ByteView bytes) {
  const auto proof = decode<client::BalanceProof>(bytes);
  if (!proof) return;
  VOSTRO_CHECK(std::ranges::equal(encode(*proof), bytes));
  if (!client::check_balance_proof(ledger().committee, *proof)) return;
  std::int64_t units = 0;
  for (const client::BalanceProof& each : ledger().balances)
    if (each.account == proof->account && each.currency == proof->currency)
      units = each.balance.value;
  VOSTRO_CHECK(proof->balance.value == units);
}

}  // namespace

std::vector<Bytes> seeds() {
  std::vector<Bytes> made;
  Bytes payment{2};
  append(payment, encode(ledger().payment));
  VOSTRO_CHECK(client::check_payment_proof(ledger().committee, ledger().payment));
  made.push_back(std::move(payment));
  Bytes file{4};
  append(file, client::write_receipt_file({ledger().payment}));
  made.push_back(std::move(file));
  for (const client::BalanceProof& each : ledger().balances) {
    VOSTRO_CHECK(client::check_balance_proof(ledger().committee, each));
    Bytes balance{3};
    append(balance, encode(each));
    made.push_back(std::move(balance));
  }
  for (const std::uint8_t key : Bytes{0, 1, 17, 39, 40, 63, 79}) {
    Bytes seed{0, key, key};
    const chain::StateProof proof = chain::prove(state().tree, key_of(key));
    VOSTRO_CHECK(chain::verify_proof(proof, state().root, key_of(key), value_of(key)));
    append(seed, encode(proof));
    made.push_back(seed);
  }
  for (const std::uint8_t leaf : Bytes{0, 5, 10}) {
    Bytes seed{1, leaf};
    append(seed, encode(chain::merkle_path(state().leaves, leaf)));
    made.push_back(seed);
  }
  return made;
}

}  // namespace vostro::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vostro::fuzz;  // NOLINT: the whole file is about it
  if (size == 0) return 0;
  static_cast<void>(state());  // not counted below
  static_cast<void>(ledger());
  const vostro::ByteView rest = vostro::ByteView(data, size).subspan(1);
  const MemoryBound bound(size);
  switch (data[0] % 5) {
    case 0:
      check_state_proof(Script(rest));
      break;
    case 1:
      check_path(Script(rest));
      break;
    case 2:
      check_payment(rest);
      break;
    case 3:
      check_balance(rest);
      break;
    default:
      check_file(rest);
      break;
  }
  return 0;
}
