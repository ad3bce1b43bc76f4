// Records and keys of the ledger's state as they stand in the store: damage is noticed, and what is
// read is written as the same bytes. The first byte chooses the kind. Catalogue row S1.
#include "chain/records.h"
#include "genesis/definition.h"
#include "tests/fuzz/target.h"
#include "tests/unit/genesis/genesis_support.h"

namespace vostro::fuzz {
namespace {

using namespace chain;  // NOLINT: the whole file is about it

template <class Record>
void read_record(ByteView bytes) {
  const auto record = decode_record<Record>(bytes);
  if (record) VOSTRO_CHECK(std::ranges::equal(encode_record(*record), bytes));
}

using Reader = void (*)(ByteView);
struct Kind {
  Byte prefix;
  Reader read;
};
template <class... Records>
std::vector<Kind> kinds_of() {
  return {{Records::prefix, &read_record<Records>}...};
}
const std::vector<Kind>& kinds() {
  static const auto made =
      kinds_of<Proposal, CorridorRecord, CorridorSpent, Participant, Validators, Parameters,
               AccountRecord, Balance, HoldCount, CurrencyRecord, IssuedEntry, Hold, DelayedOrder,
               DueMarker, OpenRecall, ReturnedPayment, QuoteFill, FillExpiry, Spent, EpochRecord,
               Lane, PendingChanges, Readiness, Misbehaviour>();
  return made;
}

/// A key that is understood is the key of what it was understood as.
void read_key(ByteView key) {
  const auto same = [key](const Bytes& made) { VOSTRO_CHECK(std::ranges::equal(made, key)); };
  if (key.empty()) return;
  if (const auto name = account_of_key(key)) same(key_of<AccountRecord>(*name));
  if (const auto name = balance_of_key(key)) same(key_of<Balance>(*name));
  if (const auto name = currency_of_key(key)) same(key_of<CurrencyRecord>(*name));
  if (const auto name = owned_id_of_key(key)) same(key_bytes(key.front(), *name));
  if (const auto name = participant_of_key(key)) same(key_of<Participant>(*name));
  if (const auto number = rule_of_key(key)) same(key_of<CorridorRecord>(*number));
  if (const auto author = author_of_key(key)) same(key_of<Lane>(*author));
  if (const auto name = misbehaviour_of_key(key)) {
    same(key_of<Misbehaviour>(*name));
    VOSTRO_CHECK(parse_misbehaviour(to_text(*name)) == *name);
  }
  if (const auto name = due_of_key(key)) same(key_bytes(key.front(), *name));
}

Bytes record_seed(std::size_t kind, ByteView bytes) {
  Bytes made{static_cast<Byte>(kind)};
  append(made, bytes);
  return made;
}

}  // namespace

std::vector<Bytes> seeds() {
  std::vector<Bytes> made;
  const auto key_kind = static_cast<Byte>(kinds().size());
  // The first state of a network has records of most kinds.
  const auto definition = genesis::parse(test::sealed_text());
  VOSTRO_CHECK(definition);
  for (const auto& [key, value] : genesis::make_anchor(*definition).state) {
    for (std::size_t i = 0; i < kinds().size(); ++i) {
      if (kinds()[i].prefix == key.front()) made.push_back(record_seed(i, *value));
    }
    made.push_back(record_seed(key_kind, key));
  }
  const AccountId account{test::bank(0), "main"};
  const OwnedId name{test::bank(1), Uuid{{4}}};
  Hold hold;
  hold.debtor = hold.creditor = account;
  hold.principal = hold.amount = {*parse_currency("EUR"), MinorUnits(5)};
  hold.charges.resize(2);
  hold.provider = account;
  const auto index_of = [](Byte prefix) {
    return static_cast<std::size_t>(std::ranges::find(kinds(), prefix, &Kind::prefix) -
                                    kinds().begin());
  };
  made.push_back(record_seed(index_of(Hold::prefix), encode_record(hold)));
  made.push_back(record_seed(
      index_of(DelayedOrder::prefix),
      encode_record(DelayedOrder{{1, 2}, {}, UnixSeconds(1), {test::bank(0), "main", {}}})));
  made.push_back(record_seed(index_of(OpenRecall::prefix),
                             encode_record(OpenRecall{{{}, account, account, hold.amount}})));
  made.push_back(record_seed(index_of(Misbehaviour::prefix),
                             encode_record(Misbehaviour{2, {}, {}, name, Height(7)})));
  made.push_back(record_seed(
      key_kind, key_of<Misbehaviour>({test::bank(1), EvidenceKind::double_batch, Epoch(3), 1, 9})));
  made.push_back(record_seed(index_of(QuoteFill::prefix), encode_record(QuoteFill{})));
  Proposal proposal;
  proposal.change = SetCorridorRule{1, CorridorRule{}};
  proposal.ballots = {{test::bank(0), true}};
  made.push_back(record_seed(index_of(Proposal::prefix), encode_record(proposal)));
  made.push_back(
      record_seed(index_of(CorridorRecord::prefix), encode_record(CorridorRecord{{}, Height(1)})));
  made.push_back(
      record_seed(index_of(PendingChanges::prefix), encode_record(PendingChanges{{name}})));
  made.push_back(record_seed(index_of(Readiness::prefix),
                             encode_record(Readiness{Height(3), {1, 2}, Height(4)})));
  made.push_back(record_seed(key_kind, key_of<Lane>(3)));
  made.push_back(record_seed(key_kind, key_of<CorridorRecord>(7)));
  made.push_back(record_seed(index_of(DueMarker::prefix), encode_record(DueMarker{})));
  made.push_back(record_seed(key_kind, key_of<Balance>({account, *parse_currency("EUR")})));
  made.push_back(record_seed(key_kind, key_of<DueMarker>({UnixSeconds(7), name})));
  made.push_back(record_seed(key_kind, key_of<Hold>(name)));
  return made;
}

}  // namespace vostro::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vostro;  // NOLINT: the whole file is about it
  if (size == 0) return 0;
  const auto& kinds = fuzz::kinds();
  const fuzz::MemoryBound bound(size);
  const ByteView input = ByteView(data, size).subspan(1);
  const std::size_t kind = data[0] % (kinds.size() + 1);
  if (kind < kinds.size()) {
    kinds[kind].read(input);
  } else {
    fuzz::read_key(input);
  }
  return 0;
}
