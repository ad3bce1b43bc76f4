#include "chain/records.h"

#include <algorithm>
#include <charconv>
#include <limits>

#include "base/check.h"
#include "base/checked.h"
#include "base/codec.h"

namespace vostro::chain {
namespace {

constexpr std::size_t kBicSize = 11;
constexpr std::size_t kUuidSize = Uuid::size;
constexpr std::size_t kCurrencySize = 3;

void append_part(Bytes& to, const Bic& bic) {
  append(to, as_bytes({bic.text.data(), kBicSize}));
}
void append_part(Bytes& to, const Currency& currency) {
  append(to, as_bytes({currency.code.data(), kCurrencySize}));
}
void append_part(Bytes& to, const OwnedId& name) {
  append_part(to, name.owner);
  append(to, name.id.view());
}

Bytes begin(Byte prefix) {
  Bytes key;
  key.reserve(64);  // the longest key has 60 bytes
  key.push_back(prefix);
  return key;
}

/// Takes names off the front of a key.
class KeyParser {
 public:
  KeyParser(ByteView key, Byte prefix) : left_(key) {
    if (left_.empty() || left_[0] != prefix) {
      ok_ = false;
    } else {
      left_ = left_.subspan(1);
    }
  }
  explicit KeyParser(ByteView key) : left_(key) {
    ok_ = !key.empty();
    if (ok_) left_ = left_.subspan(1);
  }

  ByteView take(std::size_t size) {
    if (left_.size() < size) ok_ = false;
    if (!ok_) return {};
    const ByteView taken = left_.first(size);
    left_ = left_.subspan(size);
    return taken;
  }
  Bic bic() {
    Bic bic;
    const ByteView bytes = take(kBicSize);
    std::copy(bytes.begin(), bytes.end(), bic.text.begin());
    return bic;
  }
  Currency currency() {
    Currency currency;
    const ByteView bytes = take(kCurrencySize);
    std::copy(bytes.begin(), bytes.end(), currency.code.begin());
    return currency;
  }
  std::uint64_t number() {
    std::uint64_t number = 0;
    for (const Byte byte : take(8)) number = number << 8 | byte;
    return number;
  }
  OwnedId name() {
    OwnedId name{bic(), {}};
    const ByteView bytes = take(kUuidSize);
    std::copy(bytes.begin(), bytes.end(), name.id.bytes.begin());
    return name;
  }
  std::size_t left() const { return left_.size(); }
  bool is_done() const { return ok_ && left_.empty(); }
  bool ok() const { return ok_; }

 private:
  ByteView left_;
  bool ok_ = true;
};

void add(std::vector<Money>& sums, const Money& money) {
  if (money.units.value == 0) return;
  const auto same = std::find_if(sums.begin(), sums.end(),
                                 [&](const Money& sum) { return sum.currency == money.currency; });
  if (same == sums.end()) {
    sums.push_back(money);
    return;
  }
  // Both were balances of one currency before, whose supply fits.
  const auto sum = checked_add(same->units.value, money.units.value);
  VOSTRO_CHECK(sum.has_value());
  same->units = MinorUnits(*sum);
}

}  // namespace

CurrencyRecord record_of(const NewCurrency& currency) {
  CurrencyRecord record;
  record.exponent = currency.exponent;
  record.agent = currency.agent;
  record.policy = currency.policy;
  record.business_date = currency.business_date;
  record.attestation_max_age_s = currency.attestation_max_age_s;
  return record;
}

std::string_view to_string(AccountStatus status) {
  switch (status) {
    case AccountStatus::open:
      return "open";
    case AccountStatus::frozen:
      return "frozen";
    case AccountStatus::closed:
      return "closed";
  }
  return "unknown";
}

std::string_view to_string(ProposalStatus status) {
  switch (status) {
    case ProposalStatus::open:
      return "open";
    case ProposalStatus::passed:
      return "passed";
    case ProposalStatus::in_force:
      return "in_force";
    case ProposalStatus::refused:
      return "refused";
    case ProposalStatus::lapsed:
      return "lapsed";
    case ProposalStatus::failed:
      return "failed";
  }
  return "unknown";
}

std::vector<Money> money_in(const Hold& hold) {
  std::vector<Money> sums;
  if (!hold.is_exchanged()) add(sums, hold.principal);
  for (const Charge& charge : hold.charges)
    if (charge.payer == Payer::debtor) add(sums, {hold.principal.currency, charge.amount});
  if (hold.provider) add(sums, hold.amount);
  return sums;
}

Money taken_from_debtor(const Money& principal, const std::vector<Charge>& charges) {
  std::int64_t sum = principal.units.value;
  for (const Charge& charge : charges)
    if (charge.payer == Payer::debtor)
      sum =
          checked_add(sum, charge.amount.value).value_or(std::numeric_limits<std::int64_t>::max());
  return {principal.currency, MinorUnits(sum)};
}

std::vector<AccountId> parties_of(const Hold& hold) {
  std::vector<AccountId> parties{hold.debtor, hold.creditor};
  if (hold.provider) parties.push_back(*hold.provider);
  for (const Charge& charge : hold.charges) parties.push_back(charge.account);
  std::sort(parties.begin(), parties.end());
  parties.erase(std::unique(parties.begin(), parties.end()), parties.end());
  return parties;
}

std::string to_text(const MisbehaviourKey& key) {
  std::string text = to_text(key.owner) + "-" + std::string(code_of(key.kind)) + "-" +
                     std::to_string(key.epoch.value) + "-" + std::to_string(key.place);
  if (key.kind == EvidenceKind::double_batch) text += "-" + std::to_string(key.number);
  return text;
}

std::optional<MisbehaviourKey> parse_misbehaviour(std::string_view text) {
  const std::string_view whole = text;
  const auto part = [&text]() -> std::string_view {
    const std::size_t end = std::min(text.find('-'), text.size());
    const std::string_view found = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return found;
  };
  const auto number = [&part]() -> std::uint64_t {
    const std::string_view digits = part();
    std::uint64_t value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return value;
  };
  const auto owner = parse_bic(part());
  if (!owner) return std::nullopt;
  MisbehaviourKey key{*owner, {}, {}, 0, 0};
  const std::string_view code = part();
  for (auto kind = EvidenceKind::double_notarize; is_listed(kind);
       kind = static_cast<EvidenceKind>(static_cast<std::uint8_t>(kind) + 1))
    if (code_of(kind) == code) key.kind = kind;
  key.epoch = Epoch(number());
  key.place = number();
  if (key.kind == EvidenceKind::double_batch) key.number = number();
  // Whatever is not as it is written: other digits, other kinds, too many parts.
  if (!is_listed(key.kind) || to_text(key) != whole) return std::nullopt;
  return key;
}

std::optional<MisbehaviourKey> misbehaviour_of(const EpochRecord& record, Epoch epoch,
                                               const Offence& offence) {
  if (offence.validator >= record.validators.size()) return std::nullopt;
  const auto owner = owner_of(record.validators[offence.validator].id);
  VOSTRO_CHECK(owner.has_value());
  return MisbehaviourKey{*owner, offence.kind, epoch, offence.place, offence.number};
}

EpochSigners signers_of(const EpochRecord& record, Epoch epoch, const Hash& network_id) {
  EpochSigners signers{network_id, record.version, epoch, record.anchor, {}};
  signers.validators.reserve(record.validators.size());
  for (const Validator& validator : record.validators)
    signers.validators.push_back({validator.id.bytes, validator.key});
  return signers;
}

Bytes key_bytes(Byte prefix, const Only&) {
  return {prefix};
}
Bytes key_bytes(Byte prefix, const Bic& key) {
  Bytes bytes = begin(prefix);
  append_part(bytes, key);
  return bytes;
}
Bytes key_bytes(Byte prefix, const AccountId& key) {
  Bytes bytes = begin(prefix);
  append_part(bytes, key.owner);
  append(bytes, as_bytes(key.label));
  return bytes;
}
Bytes balances_prefix(const AccountId& account) {
  Bytes bytes = key_bytes(Balance::prefix, account);
  bytes.push_back(
      0);  // a label holds no zero, so one account's balances never begin like another's
  return bytes;
}
Bytes key_bytes(Byte, const BalanceKey& key) {
  Bytes bytes = balances_prefix(key.account);
  append_part(bytes, key.currency);
  return bytes;
}
Bytes key_bytes(Byte prefix, const Currency& key) {
  Bytes bytes = begin(prefix);
  append_part(bytes, key);
  return bytes;
}
Bytes key_bytes(Byte prefix, const EntryKey& key) {
  Bytes bytes = begin(prefix);
  append_part(bytes, key.currency);
  append(bytes, key.entry.view());
  return bytes;
}
Bytes key_bytes(Byte prefix, const OwnedId& key) {
  Bytes bytes = begin(prefix);
  append_part(bytes, key);
  return bytes;
}
Bytes key_bytes(Byte prefix, const DueKey& key) {
  Bytes bytes = begin(prefix);
  append_big_endian(bytes, key.time.value);
  append_part(bytes, key.name);
  return bytes;
}
Bytes key_bytes(Byte prefix, const SpentKey& key) {
  Bytes bytes = begin(prefix);
  append_part(bytes, key.scope.participant);
  append(bytes, as_bytes(key.scope.label));
  bytes.push_back(0);
  append_part(bytes, key.currency);
  if (key.scope.currency) append_part(bytes, *key.scope.currency);
  return bytes;
}
Bytes key_bytes(Byte prefix, std::uint16_t key) {
  return {prefix, static_cast<Byte>(key >> 8), static_cast<Byte>(key & 0xFF)};
}

Bytes key_bytes(Byte prefix, Epoch key) {
  Bytes bytes = begin(prefix);
  append_big_endian(bytes, key.value);
  return bytes;
}

Bytes key_bytes(Byte prefix, const PublicKey& key) {
  Bytes bytes = begin(prefix);
  bytes.push_back(static_cast<Byte>(key.scheme));
  append(bytes, key.bytes);
  return bytes;
}

Bytes key_bytes(Byte prefix, const CorridorSpentKey& key) {
  Bytes bytes = key_bytes(prefix, key.rule);
  append_part(bytes, key.debtor_agent);
  return bytes;
}

Bytes key_bytes(Byte prefix, const MisbehaviourKey& key) {
  Bytes bytes = begin(prefix);
  append_part(bytes, key.owner);
  bytes.push_back(static_cast<Byte>(key.kind));
  append_big_endian(bytes, key.epoch.value);
  append_big_endian(bytes, key.place);
  append_big_endian(bytes, key.number);
  return bytes;
}

std::optional<AccountId> account_of_key(ByteView key) {
  KeyParser parser(key, AccountRecord::prefix);
  AccountId account{parser.bic(), {}};
  account.label = as_text(parser.take(parser.left()));
  if (!parser.is_done() || !is_valid(account)) return std::nullopt;
  return account;
}
std::optional<Bic> participant_of_key(ByteView key) {
  KeyParser parser(key, Participant::prefix);
  const Bic bic = parser.bic();
  if (!parser.is_done() || !is_valid(bic)) return std::nullopt;
  return bic;
}
std::optional<BalanceKey> balance_of_key(ByteView key) {
  KeyParser parser(key, Balance::prefix);
  BalanceKey balance{{parser.bic(), {}}, {}};
  if (!parser.ok() || parser.left() < kCurrencySize + 1) return std::nullopt;
  balance.account.label = as_text(parser.take(parser.left() - kCurrencySize - 1));
  const ByteView end = parser.take(1);
  balance.currency = parser.currency();
  if (!parser.is_done() || end[0] != 0 || !is_valid(balance.account)) return std::nullopt;
  return balance;
}
std::optional<Currency> currency_of_key(ByteView key) {
  KeyParser parser(key, CurrencyRecord::prefix);
  const Currency currency = parser.currency();
  if (!parser.is_done()) return std::nullopt;
  return currency;
}
std::optional<OwnedId> owned_id_of_key(ByteView key) {
  KeyParser parser(key);
  const OwnedId name = parser.name();
  if (!parser.is_done()) return std::nullopt;
  return name;
}
std::optional<DueKey> due_of_key(ByteView key) {
  KeyParser parser(key);
  const std::uint64_t time = parser.number();
  const DueKey due{UnixSeconds(time), parser.name()};
  if (!parser.is_done()) return std::nullopt;
  return due;
}

std::optional<MisbehaviourKey> misbehaviour_of_key(ByteView key) {
  KeyParser parser(key, Misbehaviour::prefix);
  MisbehaviourKey found;
  found.owner = parser.bic();
  const ByteView kind = parser.take(1);
  if (!parser.ok()) return std::nullopt;
  found.kind = static_cast<EvidenceKind>(kind[0]);
  found.epoch = Epoch(parser.number());
  found.place = parser.number();
  found.number = parser.number();
  if (!parser.is_done() || !is_valid(found.owner) || !is_listed(found.kind)) return std::nullopt;
  return found;
}

namespace {
std::optional<std::uint16_t> number_of_key(ByteView key, Byte prefix) {
  KeyParser parser(key, prefix);
  std::uint16_t number = 0;
  for (const Byte byte : parser.take(2)) number = static_cast<std::uint16_t>(number << 8 | byte);
  if (!parser.is_done()) return std::nullopt;
  return number;
}
}  // namespace
std::optional<std::uint16_t> rule_of_key(ByteView key) {
  return number_of_key(key, CorridorRecord::prefix);
}
std::optional<std::uint16_t> author_of_key(ByteView key) {
  return number_of_key(key, Lane::prefix);
}

template <class Record>
Bytes encode_record(const Record& record) {
  const Bytes encoded = encode(record);
  // Without the encoder's room: blocks that are not final yet keep one for each row they change.
  return Bytes(encoded.begin(), encoded.end());
}
template <class Record>
std::optional<Record> decode_record(ByteView bytes) {
  auto record = decode<Record>(bytes);
  if (!record) return std::nullopt;
  return *std::move(record);
}

#define VOSTRO_RECORD(Record)                         \
  template Bytes encode_record(const Record& record); \
  template std::optional<Record> decode_record(ByteView bytes);
VOSTRO_RECORD(Participant)
VOSTRO_RECORD(Validators)
VOSTRO_RECORD(Parameters)
VOSTRO_RECORD(AccountRecord)
VOSTRO_RECORD(Balance)
VOSTRO_RECORD(HoldCount)
VOSTRO_RECORD(CurrencyRecord)
VOSTRO_RECORD(IssuedEntry)
VOSTRO_RECORD(Hold)
VOSTRO_RECORD(DelayedOrder)
VOSTRO_RECORD(DueMarker)
VOSTRO_RECORD(OpenRecall)
VOSTRO_RECORD(ReturnedPayment)
VOSTRO_RECORD(QuoteFill)
VOSTRO_RECORD(FillExpiry)
VOSTRO_RECORD(Spent)
VOSTRO_RECORD(Proposal)
VOSTRO_RECORD(CorridorRecord)
VOSTRO_RECORD(CorridorSpent)
VOSTRO_RECORD(EpochRecord)
VOSTRO_RECORD(PendingChanges)
VOSTRO_RECORD(Readiness)
VOSTRO_RECORD(Misbehaviour)
VOSTRO_RECORD(Lane)
#undef VOSTRO_RECORD

}  // namespace vostro::chain
