/// What a node's API answers, as values: the objects of docs/api.md. Fields that a newer node adds
/// are passed over. Money, times and names have been checked when one of these exists. Plain data;
/// any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "chain/quote.h"
#include "chain/receipt.h"
#include "chain/records.h"
#include "chain/sealed_annex.h"
#include "chain/tx/accounts.h"

namespace vostro::client {

struct NodeStatus {
  Hash network_id;
  std::string network_name;
  bool is_development = false;
  Bic participant;
  std::string role;  ///< "validator", "observer"
  std::string version;
  std::uint64_t protocol_version = 0;     ///< in force
  std::optional<std::uint64_t> outdated;  ///< a version that was passed, which the node lacks
  Height height;
  Hash block_id;
  std::optional<UnixMillis> block_time;
  Hash state_root;
  std::uint64_t epoch = 0;
  std::uint64_t view = 0;
  std::uint64_t finalized_view = 0;
  std::uint64_t validators = 0;
  std::uint64_t quorum = 0;
  std::uint64_t connected_validators = 0;
  bool is_syncing = false;
  bool is_ready = false;              ///< takes transactions
  std::optional<std::string> halted;  ///< why
  // What older nodes do not tell is absent, or 0.
  std::optional<UnixMillis> halted_since;
  bool is_disk_full = false;
  std::optional<UnixMillis> disk_full_since;
  std::uint64_t disk_free_bytes = 0;
  std::uint64_t disk_reserve_bytes = 0;
  std::optional<UnixMillis> time;  ///< by its clock
  std::uint64_t pending_transactions = 0;
  std::uint64_t uptime_seconds = 0;
};

/// The final outcome of a transaction, with its place on the chain.
struct FinalReceipt {
  Height height;
  UnixMillis block_time;
  std::uint32_t index = 0;
  chain::Receipt receipt;

  bool operator==(const FinalReceipt&) const = default;
};

struct SubmitAnswer {
  chain::OwnedId id;
  Hash transaction_hash;
  std::optional<FinalReceipt> final;  ///< none: accepted, and pending
};

enum class TransactionState : std::uint8_t { pending, final, expired, unknown };

struct TransactionView {
  chain::OwnedId id;
  TransactionState state = TransactionState::unknown;
  std::optional<Hash> transaction_hash;
  std::optional<FinalReceipt> final;
  std::optional<Hash> annex;  ///< what the order commits to, where it is final
};

struct PlacedReceipt {
  Height height;
  UnixMillis block_time;
  chain::Receipt receipt;
};

/// A step of a payment's life: docs/payment-life.md has the words.
struct TimelineView {
  std::string event;
  UnixMillis time;               ///< of the block, or of the node's clock where there is no height
  std::optional<Height> height;  ///< none before the order is in a block
  std::optional<std::string> reason_code;
};

struct PaymentView {
  chain::OwnedId name;  ///< debtor agent and UETR
  std::string status;   ///< a word of the life table, or "pending", "awaiting_approval", "refused",
                        ///< "expired"
  std::string iso_status;
  std::optional<std::string> reason;
  std::optional<std::string> reason_code;
  // Unknown while the payment is pending at a node that has not seen its order.
  std::optional<chain::AccountId> debtor;
  std::optional<chain::AccountId> creditor;
  std::optional<Money> amount;
  std::optional<UnixMillis> ordered_at;
  std::optional<UnixMillis> final_at;
  std::optional<Height> height;
  std::optional<UnixSeconds> accept_by;
  /// Less his charges; while the payment is held or blocked. Older nodes do not tell it.
  std::optional<Money> creditor_gets;
  std::optional<Hash> annex;            ///< what the order commits to, where it is final
  std::vector<PlacedReceipt> receipts;  ///< only in the single view
  std::vector<TimelineView> timeline;   ///< only in the single view
};

struct BalanceView {
  Money amount;
  Money held;
};

struct AccountView {
  chain::AccountId account;
  std::string status;  ///< "open", "frozen", "closed"
  chain::Accepts accepts;
  bool has_own_policy = false;
  std::optional<chain::Policy> own_policy;  ///< only in the single view
  std::vector<BalanceView> balances;
};

struct EntryView {
  Height height;
  UnixMillis block_time;
  std::uint32_t index = 0;
  chain::OwnedId id;
  std::string kind;              ///< "principal", "charge"
  Money amount;                  ///< signed
  std::optional<Money> balance;  ///< after it
  Date business_date;
  std::optional<chain::AccountId> counterparty;
  std::optional<Uuid> uetr;
  std::string status;
};

/// What one payment took of a quote of an account.
struct FillView {
  Uuid quote;
  chain::OwnedId payment;  ///< debtor agent and UETR
  chain::AccountId debtor;
  chain::AccountId creditor;
  Money sold;
  Money bought;
  chain::Rate rate;
  std::string exchange;  ///< "open" (held), "done", "undone" (what was sold came back)
  std::string status;    ///< of the payment
  Height height;
  UnixMillis block_time;
  std::uint32_t index = 0;
};

struct BlockLine {
  chain::OwnedId id;
  std::string kind;
  std::string status;
  std::optional<std::string> reason_code;
};

struct BlockView {
  Height height;
  Hash block_id;
  UnixMillis time;
  std::string proposer;
  Hash state_root;
  Hash tx_root;
  Hash receipt_root;
  std::vector<BlockLine> transactions;
  std::vector<BlockLine> due;
};

struct ParticipantView {
  Bic bic;
  std::string legal_name;
  std::string country;
  std::optional<Lei> lei;
  std::vector<std::string> roles;
  std::string status;
  std::optional<chain::AnnexPublicKey> annex_key;  ///< none: nothing can be sealed to it
  chain::Policy policy;
  bool is_validator = false;
};

/// Why a validator cannot be connected: a word of the runbook, and since when that one.
struct ConnectFailure {
  std::string reason;
  UnixMillis since;

  bool operator==(const ConnectFailure&) const = default;
};

/// One validator, as the asked node sees it. What it told of itself is not proved.
struct ValidatorView {
  std::uint64_t index = 0;
  Bic participant;
  bool is_this_node = false;
  bool is_connected = false;            ///< true for the asked node
  std::optional<UnixMillis> last_seen;  ///< its newest frame
  std::optional<UnixMillis> since;      ///< connected, or lost
  std::optional<std::uint64_t> round_trip_us;
  std::optional<Height> finalized_height;
  std::optional<std::int64_t> clock_offset_ms;  ///< its clock less the asked node's
  std::optional<ConnectFailure> failure;        ///< none while it is connected
};

struct CurrencyView {
  Currency currency;
  std::uint8_t exponent = 2;
  Bic agent;
  chain::Policy policy;
  std::string status;
  Date business_date;
  Money issued;
  Money redeemed;
  Money open_redemptions;
  std::optional<chain::Attestation> attestation;
  std::optional<std::uint64_t> attestation_max_age_s;
};

/// Money that has left an account, and that its settlement agent has not paid out yet.
struct RedemptionView {
  chain::OwnedId id;
  chain::AccountId account;
  Money amount;
  std::string state;          ///< "open", "delayed"
  std::optional<Hash> annex;  ///< of the payout instructions
};

/// A change that a bank proposed, and how the votes stand.
struct ProposalView {
  chain::OwnedId name;
  chain::Change change;
  std::string status;
  UnixSeconds not_before;
  UnixSeconds closes_at;
  std::vector<chain::Ballot> ballots;
  std::uint32_t voters = 0;  ///< owners of validators
  std::uint32_t needed = 0;  ///< votes that pass it
  std::uint32_t yes = 0;     ///< of present voters
  std::uint32_t no = 0;
  Height proposed;
  std::optional<Height> passed;
  std::optional<Height> ended;
  std::optional<std::string> waits_for;  ///< of a passed one: a sentence
  std::optional<std::string> obstacle;   ///< what the change would break if it took effect now
};

/// The ledger's validators.
struct ValidatorSetView {
  struct Said {
    std::vector<std::uint16_t> versions;
    Height synced;
  };
  struct Member {
    Bic participant;
    PublicKey key;
    std::optional<Said> readiness;
  };
  struct Pending {
    chain::OwnedId proposal;
    chain::Change change;
    UnixSeconds not_before;
    std::string waits_for;  ///< a sentence
  };
  std::uint64_t epoch = 0;
  std::uint16_t version = 0;
  std::vector<Member> validators;
  std::vector<Pending> pending;
};

/// One act of a validator against the protocol, and where there is proof of it.
struct EvidenceView {
  struct Record {
    Height height;
    chain::OwnedId report;
    Hash evidence_hash;
  };
  chain::MisbehaviourKey act;   ///< its name is the id
  std::uint64_t validator = 0;  ///< index in its epoch
  PublicKey key;
  std::optional<std::uint64_t> kept_bytes;  ///< none: the asked node does not keep it
  std::optional<Record> record;             ///< none: nobody has reported it
};

/// What holds on the network now.
struct RulesView {
  struct Corridor {
    std::uint16_t number = 0;
    chain::CorridorRule rule;
    Height since;
  };
  std::vector<std::pair<std::string, std::string>> parameters;  ///< name, value in digits
  std::vector<Corridor> corridors;                              ///< ascending by number
};

struct QuoteView {
  chain::SignedQuote quote;
  MinorUnits remaining;  ///< of what is sold
};

/// An order that waits for signatures of its bank, or did.
struct ApprovalView {
  struct Signer {
    PublicKey key;
    std::optional<std::string> person;  ///< where the policy knows the key
  };
  struct Step {
    std::string kind;  ///< "entered", "approved", "refused", "released", "final", "void", "expired"
    UnixMillis at;
    std::optional<std::string> token;
    std::vector<Signer> signers;
    std::optional<std::string> reason;
  };
  chain::OwnedId id;
  std::string kind;   ///< "Payment"
  std::string state;  ///< "waiting", "released", "final", "refused", "expired", "void"
  Hash transaction_hash;
  UnixSeconds valid_until;
  std::optional<chain::AccountId> debtor;
  std::optional<chain::AccountId> creditor;
  std::optional<Money> amount;
  std::optional<std::uint64_t> credits;  ///< of a bulk
  std::uint64_t signatures_given = 0;
  std::optional<std::uint64_t> signatures_wanted;  ///< while it is not closed
  std::vector<Signer> signers;
  std::vector<Step> steps;
};

template <class T>
struct Page {
  std::vector<T> items;
  std::optional<std::string> next;  ///< the cursor of the page that follows
};

}  // namespace vostro::client
