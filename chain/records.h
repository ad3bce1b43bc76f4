/// What the ledger remembers between blocks: one record a key. Keys are ordered bytes: a letter for
/// the kind, then the names, numbers big-endian. Source: blueprint section 3, "State".
#pragma once

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
#include "chain/registry.h"
#include "chain/tx/accounts.h"
#include "chain/tx/governance.h"
#include "chain/tx/payment.h"

namespace vostro::chain {

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

[[nodiscard]] CurrencyRecord record_of(const NewCurrency& currency);

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
  voting_over = 3,          ///< of an open proposal
  change_takes_effect = 4,  ///< of a passed proposal
};
[[nodiscard]] constexpr bool is_listed(DueKind k) {
  return k >= DueKind::delay_over && k <= DueKind::change_takes_effect;
}
/// Orders what falls due: by time, then name. Derived from holds, delayed orders and proposals.
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

// Governance.

enum class ProposalStatus : std::uint8_t {
  open = 1,
  passed = 2,    ///< Q of the validators' owners said yes; waits for its date
  in_force = 3,  ///< took effect
  refused = 4,   ///< so many said no that it cannot pass any more
  lapsed = 5,    ///< voting ended without a majority
  failed = 6,    ///< passed, but broke a rule when its date had come
};
[[nodiscard]] constexpr bool is_listed(ProposalStatus s) {
  return s >= ProposalStatus::open && s <= ProposalStatus::failed;
}
[[nodiscard]] std::string_view to_string(ProposalStatus status);

struct Ballot {
  Bic voter;
  bool yes = false;

  auto operator<=>(const Ballot&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(voter, yes);
  }
};

/// For ever: what was proposed, who voted how, and the heights of each step. By proposer and the id
/// of the Propose.
struct Proposal {
  static constexpr Byte prefix = 'o';
  static constexpr std::size_t ballots_max = 256;
  using Key = OwnedId;

  Change change;
  UnixSeconds not_before;
  UnixSeconds closes_at;
  Hash transaction_hash;
  ProposalStatus status = ProposalStatus::open;
  std::vector<Ballot> ballots;   ///< in the order in which they came; one a voter
  Height proposed;               ///< the block of the Propose
  std::optional<Height> passed;  ///< of the deciding vote, or of the change of voters that decided
  std::optional<Height> ended;   ///< the first block in which its status is its last

  bool operator==(const Proposal&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(tagged(change), not_before, closes_at, transaction_hash, status,
            bounded<ballots_max>(ballots), proposed, passed, ended);
  }
};

/// A corridor rule in force, by number.
struct CorridorRecord {
  static constexpr Byte prefix = 'k';
  using Key = std::uint16_t;

  CorridorRule rule;
  Height since;  ///< the block in which it took effect: what was counted before means nothing

  bool operator==(const CorridorRecord&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(rule, since);
  }
};

struct CorridorSpentKey {
  std::uint16_t rule = 0;
  Bic debtor_agent;
  auto operator<=>(const CorridorSpentKey&) const = default;
};
/// What a debtor agent ordered under a rule in one period; of another rule or period it means
/// nothing.
struct CorridorSpent {
  static constexpr Byte prefix = 'y';
  using Key = CorridorSpentKey;

  Height rule_since;
  Date period_start;
  MinorUnits units;

  bool operator==(const CorridorSpent&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(rule_since, period_start, units);
  }
};

/// What binds the signatures of an epoch: for evidence, proofs and whoever joins. Written by the
/// first block of the epoch, for ever.
struct EpochRecord {
  static constexpr Byte prefix = 'e';
  using Key = Epoch;

  Hash anchor;  ///< digest of the block that the epoch's first one extends
  Height anchor_height;
  UnixMillis anchor_time;
  std::uint16_t version = 1;
  std::vector<Validator> validators;  ///< ascending by id

  bool operator==(const EpochRecord&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(anchor, anchor_height, anchor_time, version,
            bounded<Validators::count_max>(validators));
  }
};

/// Passed changes of the validators or of the version that are not in force yet, in order of
/// acceptance. No record stands for none.
struct PendingChanges {
  static constexpr Byte prefix = 'w';
  static constexpr std::size_t count_max = 256;
  using Key = Only;

  std::vector<OwnedId> proposals;

  bool operator==(const PendingChanges&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(bounded<count_max>(proposals));
  }
};

/// What a validator, or one to come, last said of itself: a Ready. By its key; kept while the key
/// votes or is to vote.
struct Readiness {
  static constexpr Byte prefix = 's';
  using Key = PublicKey;

  Height synced;                        ///< the newest block it had executed
  std::vector<std::uint16_t> versions;  ///< of the protocol, strictly ascending
  Height since;                         ///< the block of the Ready

  bool operator==(const Readiness&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(synced, bounded<Ready::versions_max>(versions), since);
  }
};

/// One act of one validator against the protocol. The owner comes first: a bank's acts stand
/// together.
struct MisbehaviourKey {
  Bic owner;  ///< of the validator
  EvidenceKind kind = EvidenceKind::double_notarize;
  Epoch epoch;
  std::uint64_t place = 0;   ///< the view; of E4 the incarnation of the lane
  std::uint64_t number = 0;  ///< of E4 the batch's number, else 0
  auto operator<=>(const MisbehaviourKey&) const = default;
};
/// What a ReportEvidence has proved, for ever. What follows from it is the banks' decision.
struct Misbehaviour {
  static constexpr Byte prefix = 'm';
  using Key = MisbehaviourKey;

  std::uint16_t validator = 0;  ///< index in its epoch
  PublicKey key;                ///< that signed
  Hash evidence;                ///< H("evidence", its bytes)
  OwnedId report;               ///< the ReportEvidence: who reported it, and where the bytes are
  Height height;                ///< of its block

  bool operator==(const Misbehaviour&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(validator, key, evidence, report, height);
  }
};
/// The name of an act, the same whoever holds evidence of it: owner, kind, epoch, view, as in
/// "SUDBFRPP-E1-0-17"; of E4 owner, kind, epoch, incarnation, number: "SUDBFRPP-E4-0-3-17".
[[nodiscard]] std::string to_text(const MisbehaviourKey& key);
/// Exactly what to_text writes; empty for other text.
[[nodiscard]] std::optional<MisbehaviourKey> parse_misbehaviour(std::string_view text);
/// Empty where the epoch has no such validator.
[[nodiscard]] std::optional<MisbehaviourKey> misbehaviour_of(const EpochRecord& record, Epoch epoch,
                                                             const Offence& offence);
/// Who could sign in an epoch on record.
[[nodiscard]] EpochSigners signers_of(const EpochRecord& record, Epoch epoch,
                                      const Hash& network_id);

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
[[nodiscard]] Bytes key_bytes(Byte prefix, Epoch key);
[[nodiscard]] Bytes key_bytes(Byte prefix, const PublicKey& key);
[[nodiscard]] Bytes key_bytes(Byte prefix, const CorridorSpentKey& key);
[[nodiscard]] Bytes key_bytes(Byte prefix, const MisbehaviourKey& key);
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
[[nodiscard]] std::optional<Bic> participant_of_key(ByteView key);     ///< 'p'
[[nodiscard]] std::optional<BalanceKey> balance_of_key(ByteView key);  ///< 'b'
[[nodiscard]] std::optional<Currency> currency_of_key(ByteView key);   ///< 'c'
[[nodiscard]] std::optional<OwnedId> owned_id_of_key(
    ByteView key);                                             ///< 'd', 'h', 'o', 'q', 'r', 't'
[[nodiscard]] std::optional<DueKey> due_of_key(ByteView key);  ///< 'u', 'f'
[[nodiscard]] std::optional<MisbehaviourKey> misbehaviour_of_key(ByteView key);  ///< 'm'
[[nodiscard]] std::optional<std::uint16_t> rule_of_key(ByteView key);            ///< 'k'
[[nodiscard]] std::optional<std::uint16_t> author_of_key(ByteView key);          ///< 'l'

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
