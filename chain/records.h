/// What the ledger remembers between blocks: one record a key. Keys are ordered bytes: a letter for
/// the kind, then the names, numbers big-endian. The prefix 'k' is kept for corridor rules, which
/// come with governance. Source: blueprint section 3, "State" and "Governance".
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/fields.h"
#include "base/keys.h"
#include "base/money.h"
#include "base/time.h"
#include "chain/account.h"
#include "chain/execute.h"
#include "chain/policy.h"
#include "chain/receipt.h"
#include "chain/tx/accounts.h"
#include "chain/tx/payment.h"

namespace vostro::chain {

/// Keys of records of which there is only one.
struct Only {
  auto operator<=>(const Only&) const = default;
};

// Who takes part.

/// What a participant is beside a bank with accounts, as bits.
enum class ParticipantRole : std::uint8_t { settlement_agent = 1, fx_provider = 2, supervisor = 4 };
struct ParticipantRoles {
  static constexpr std::uint8_t all = 7;
  std::uint8_t bits = 0;

  [[nodiscard]] constexpr bool has(ParticipantRole role) const {
    return (bits & static_cast<std::uint8_t>(role)) != 0;
  }
  auto operator<=>(const ParticipantRoles&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(bits);
  }
};

/// Of a participant or a currency.
enum class Standing : std::uint8_t { active = 1, suspended = 2 };
[[nodiscard]] constexpr bool is_listed(Standing s) {
  return s == Standing::active || s == Standing::suspended;
}

struct Participant {
  static constexpr Byte prefix = 'p';
  static constexpr std::size_t legal_name_size_max = 140;
  using Key = Bic;

  Bic bic;
  std::string legal_name;         ///< clean UTF-8, 1 to 140 bytes
  std::array<char, 2> country{};  ///< ISO 3166-1 alpha-2, upper case
  std::optional<Lei> lei;
  ParticipantRoles roles;
  PublicKey tls_key;                              ///< what its node's certificate is pinned to
  std::optional<std::array<Byte, 32>> annex_key;  ///< X25519, for sealed annexes
  Policy policy;
  Standing status = Standing::active;

  bool operator==(const Participant&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(bic, bounded<legal_name_size_max>(legal_name), country, lei, roles, tls_key, annex_key,
            policy, status);
  }
};

using ValidatorId = FixedBytes<struct ValidatorIdTag, 16>;  ///< the owner's BIC and five zero bytes
[[nodiscard]] ValidatorId validator_id_of(const Bic& owner);

struct Validator {
  ValidatorId id;
  PublicKey key;

  auto operator<=>(const Validator&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(id, key);
  }
};

struct Validators {
  static constexpr Byte prefix = 'v';
  static constexpr std::size_t count_max = 256;
  using Key = Only;

  std::vector<Validator> now;   ///< ascending by id
  std::vector<Validator> next;  ///< of the next epoch, where a change is pending; else empty

  bool operator==(const Validators&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(bounded<count_max>(now), bounded<count_max>(next));
  }
};

/// What governance can set. The size caps of single transactions belong to the protocol version
/// (chain/transaction.h).
struct Parameters {
  static constexpr Byte prefix = 'g';
  using Key = Only;

  std::uint64_t max_validity_s = 7 * 24 * 3600;
  std::uint64_t max_acceptance_s = 30 * 24 * 3600;
  std::uint64_t max_quote_life_s = 3600;
  /// Most that a balance or a hold may become; single amounts end at money_max_default.
  MinorUnits money_max = money_max_default;
  std::uint32_t max_due = 10'000;  ///< most due orders and deadlines one block works off
  std::uint32_t max_block_bytes = 8 * 1024 * 1024;
  std::uint32_t max_block_items = 100'000;  ///< transactions and bulk items
  std::uint32_t proof_window = 10'000;      ///< heights back for which nodes prove state
  /// An idle network votes again for its newest block this often, and makes no new one; 0: never.
  std::uint64_t heartbeat_ms = 0;

  bool operator==(const Parameters&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(max_validity_s, max_acceptance_s, max_quote_life_s, money_max, max_due, max_block_bytes,
            max_block_items, proof_window, heartbeat_ms);
  }
};

// Accounts and money.

enum class AccountStatus : std::uint8_t { open = 1, frozen = 2, closed = 3 };
[[nodiscard]] constexpr bool is_listed(AccountStatus s) {
  return s >= AccountStatus::open && s <= AccountStatus::closed;
}
[[nodiscard]] std::string_view to_string(AccountStatus status);

struct AccountRecord {
  static constexpr Byte prefix = 'a';
  using Key = AccountId;

  std::optional<Policy> policy;  ///< none: the owner's
  Accepts accepts;
  AccountStatus status = AccountStatus::open;

  bool operator==(const AccountRecord&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(policy, accepts, status);
  }
};

struct BalanceKey {
  AccountId account;
  Currency currency;
  auto operator<=>(const BalanceKey&) const = default;
};
/// No record stands for a balance of zero.
struct Balance {
  static constexpr Byte prefix = 'b';
  using Key = BalanceKey;

  MinorUnits units;

  bool operator==(const Balance&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(units);
  }
};

/// How many holds an account is party to: it cannot be closed before they end. No record stands for
/// none.
struct HoldCount {
  static constexpr Byte prefix = 'n';
  using Key = AccountId;

  std::uint32_t count = 0;

  bool operator==(const HoldCount&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(count);
  }
};

/// The settlement agent's word on its fiat account.
struct Attestation {
  MinorUnits balance;
  Hash statement;
  UnixSeconds as_of;

  bool operator==(const Attestation&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(balance, statement, as_of);
  }
};

struct CurrencyRecord {
  static constexpr Byte prefix = 'c';
  using Key = Currency;

  std::uint8_t exponent = 2;  ///< digits of the minor unit
  Bic agent;                  ///< the settlement agent
  Policy policy;
  Standing status = Standing::active;
  Date business_date;
  MinorUnits issued;            ///< ever
  MinorUnits redeemed;          ///< paid out, ever
  MinorUnits open_redemptions;  ///< locked for paying out
  std::optional<Attestation> attestation;
  std::optional<std::uint64_t> attestation_max_age_s;

  bool operator==(const CurrencyRecord&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(exponent, agent, policy, status, business_date, issued, redeemed, open_redemptions,
            attestation, attestation_max_age_s);
  }
};

struct EntryKey {
  Currency currency;
  Hash entry;
  auto operator<=>(const EntryKey&) const = default;
};
/// A fiat entry that was issued against.
struct IssuedEntry {
  static constexpr Byte prefix = 'i';
  using Key = EntryKey;

  MinorUnits units;

  bool operator==(const IssuedEntry&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(units);
  }
};

// Orders under way.

enum class HoldKind : std::uint8_t {
  payment = 1,
  redeem = 2,
  giving_back = 3,  ///< a Return whose rule has a delay
};
[[nodiscard]] constexpr bool is_listed(HoldKind k) {
  return k >= HoldKind::payment && k <= HoldKind::giving_back;
}
enum class HoldState : std::uint8_t {
  delayed = 1,
  held = 2,  ///< a payment that waits for acceptance, or an open redemption
  blocked = 3,
};
[[nodiscard]] constexpr bool is_listed(HoldState s) {
  return s >= HoldState::delayed && s <= HoldState::blocked;
}

/// Everything needed to settle or release what an order took, without the order.
struct Hold {
  static constexpr Byte prefix = 'h';
  using Key = OwnedId;

  HoldKind kind = HoldKind::payment;
  HoldState state = HoldState::held;
  Hash transaction_hash;
  Uuid uetr;
  AccountId debtor;    ///< whose money it is until it ends
  AccountId creditor;  ///< for a redemption the debtor again
  Money principal;     ///< what the debtor pays, without charges
  Money amount;        ///< what the creditor gets; differs from `principal` in an exchange
  std::vector<Charge> charges;
  std::optional<AccountId> provider;     ///< of an exchange
  std::optional<UnixSeconds> accept_by;  ///< while `held`, for a payment

  [[nodiscard]] PaymentFacts facts() const { return {uetr, debtor, creditor, amount}; }
  /// The provider has his money already, and the hold keeps what was bought.
  [[nodiscard]] bool is_exchanged() const { return provider && state == HoldState::blocked; }
  bool operator==(const Hold&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(kind, state, transaction_hash, uetr, debtor, creditor, principal, amount,
            bounded<charges_max>(charges), provider, accept_by);
  }
};
/// The money that is in the hold: at most two sums, of different currencies unless an exchange was
/// made.
[[nodiscard]] std::vector<Money> money_in(const Hold& hold);
/// What an order takes from the debtor: principal and his charges, in the principal's currency.
/// Stops at the largest number there is, which is more than any balance.
[[nodiscard]] Money taken_from_debtor(const Money& principal, const std::vector<Charge>& charges);
/// Accounts that money of the hold can go to, each once.
[[nodiscard]] std::vector<AccountId> parties_of(const Hold& hold);

/// Whose policy decides: an account's, a participant's own, or a currency's.
struct PolicyScope {
  Bic participant;
  std::string label;                 ///< not empty: the account participant/label
  std::optional<Currency> currency;  ///< set: the currency's, and `participant` is its agent

  auto operator<=>(const PolicyScope&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(participant, bounded<label_size_max>(label), currency);
  }
};

/// An order whose rule has a delay that is not over.
struct DelayedOrder {
  static constexpr Byte prefix = 'd';
  static constexpr std::size_t bytes_max = 16 * 1024;
  using Key = OwnedId;

  Bytes transaction;  ///< encoded, signatures included
  Hash hash;
  UnixSeconds due;    ///< carried out in the first block whose time is above it
  PolicyScope scope;  ///< the policy it was ordered under

  bool operator==(const DelayedOrder&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(bounded<bytes_max>(transaction), hash, due, scope);
  }
};

struct DueKey {
  UnixSeconds time;
  OwnedId name;
  auto operator<=>(const DueKey&) const = default;
};
enum class DueKind : std::uint8_t {
  delay_over = 1,
  acceptance_over = 2,
};
[[nodiscard]] constexpr bool is_listed(DueKind k) {
  return k == DueKind::delay_over || k == DueKind::acceptance_over;
}
/// Orders what falls due: by time, then name. Derived from holds and delayed orders.
struct DueMarker {
  static constexpr Byte prefix = 'u';
  using Key = DueKey;

  DueKind kind = DueKind::delay_over;

  bool operator==(const DueMarker&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(kind);
  }
};

/// A settled payment whose debtor's bank asks for it back, by payment.
struct OpenRecall {
  static constexpr Byte prefix = 'r';
  using Key = OwnedId;

  PaymentFacts payment;

  bool operator==(const OpenRecall&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(payment);
  }
};

/// A payment that was given back, for ever.
struct ReturnedPayment {
  static constexpr Byte prefix = 't';
  using Key = OwnedId;

  MinorUnits units;  ///< of the original's currency

  bool operator==(const ReturnedPayment&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(units);
  }
};

/// What was taken of a quote, by provider and quote id; forgotten once the quote has expired.
struct QuoteFill {
  static constexpr Byte prefix = 'q';
  using Key = OwnedId;

  MinorUnits sold;
  UnixSeconds expires_at;
  bool withdrawn = false;

  bool operator==(const QuoteFill&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(sold, expires_at, withdrawn);
  }
};
/// Orders fills by expiry. Apart from DueMarker, because forgetting has no receipt and wakes no
/// idle network.
struct FillExpiry {
  static constexpr Byte prefix = 'f';
  using Key = DueKey;

  bool operator==(const FillExpiry&) const = default;
  template <class Archive>
  void serialize(Archive&) {}
};

struct SpentKey {
  PolicyScope scope;
  Currency currency;
  auto operator<=>(const SpentKey&) const = default;
};
/// What was ordered under a cap on one business date; an older date means nothing on this one.
struct Spent {
  static constexpr Byte prefix = 'x';
  using Key = SpentKey;

  Date date;
  MinorUnits units;

  bool operator==(const Spent&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(date, units);
  }
};

/// Where a lane stands, by author.
struct Lane {
  static constexpr Byte prefix = 'l';
  using Key = std::uint16_t;

  LaneRecord record;

  bool operator==(const Lane&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(record);
  }
};

// Keys and values as bytes. Instantiated for every record above.

/// prefix || key, for example 'a' BIC label; 'b' BIC label 0 currency; 'u' time owner id.
[[nodiscard]] Bytes key_bytes(Byte prefix, const Only& key);
[[nodiscard]] Bytes key_bytes(Byte prefix, const Bic& key);
[[nodiscard]] Bytes key_bytes(Byte prefix, const AccountId& key);
[[nodiscard]] Bytes key_bytes(Byte prefix, const BalanceKey& key);
[[nodiscard]] Bytes key_bytes(Byte prefix, const Currency& key);
[[nodiscard]] Bytes key_bytes(Byte prefix, const EntryKey& key);
[[nodiscard]] Bytes key_bytes(Byte prefix, const OwnedId& key);
[[nodiscard]] Bytes key_bytes(Byte prefix, const DueKey& key);
[[nodiscard]] Bytes key_bytes(Byte prefix, const SpentKey& key);
[[nodiscard]] Bytes key_bytes(Byte prefix, std::uint16_t key);
template <class Record>
[[nodiscard]] Bytes key_of(const typename Record::Key& key) {
  return key_bytes(Record::prefix, key);
}
/// What all balances of an account begin with.
[[nodiscard]] Bytes balances_prefix(const AccountId& account);

template <class Record>
[[nodiscard]] Bytes encode_record(const Record& record);
/// Empty when the bytes are no such record: the stored state is damaged.
template <class Record>
[[nodiscard]] std::optional<Record> decode_record(ByteView bytes);

// What a key stands for, for whoever scans. Empty when the bytes are no key of that kind.
[[nodiscard]] std::optional<AccountId> account_of_key(ByteView key);   ///< 'a'
[[nodiscard]] std::optional<BalanceKey> balance_of_key(ByteView key);  ///< 'b'
[[nodiscard]] std::optional<Currency> currency_of_key(ByteView key);   ///< 'c'
[[nodiscard]] std::optional<OwnedId> owned_id_of_key(ByteView key);    ///< 'd', 'h', 'q', 'r', 't'
[[nodiscard]] std::optional<DueKey> due_of_key(ByteView key);          ///< 'u', 'f'

/// A record straight from a reader, for those who look without executing. Empty where absent or
/// damaged.
template <class Record>
[[nodiscard]] std::optional<Record> load(const StateReader& state,
                                         const typename Record::Key& key) {
  const auto bytes = state.get(key_of<Record>(key));
  if (!bytes) return std::nullopt;
  return decode_record<Record>(*bytes);
}

}  // namespace vostro::chain
