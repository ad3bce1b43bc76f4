/// What the API may ask of the node: the one door between HTTP and the ledger's machinery.
/// Implemented by node/node.h; everything here may be called from any thread and does not wait for
/// consensus.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/identifiers.h"
#include "base/strong.h"
#include "chain/execute.h"
#include "chain/quote.h"
#include "chain/records.h"
#include "chain/store/store.h"
#include "chain/transaction.h"

namespace vostro::node {

/// A picture of the node at one moment, for /v1/status, /readyz and metrics.
struct NodeStatus {
  Hash network_id;
  std::string network_name;
  bool development = false;
  Bic participant;
  bool validator = false;  ///< votes in the epoch
  Height height;
  Hash block_id;
  std::optional<UnixMillis> block_time;  ///< none at genesis
  Hash state_root;
  Epoch epoch;
  std::uint16_t protocol_version = 1;  ///< in force in the epoch
  /// In force or passed by governance, and not spoken by this program: it is outdated.
  std::optional<std::uint16_t> unknown_version;
  View view;
  View finalized_view;
  std::size_t validators = 0;
  std::size_t quorum = 0;
  std::size_t connected_validators = 0;  ///< this node among them where it is one
  bool syncing = false;
  bool ready = false;                 ///< takes transactions: in sync and connected to a quorum
  std::optional<std::string> halted;  ///< why, where it has
  bool disk_full = false;             ///< free space is below the reserve: it stands still
  std::size_t pending_transactions = 0;
  std::uint64_t uptime_s = 0;
  // For who looks after it.
  Height history_begins;                      ///< lowest block that is kept whole here
  UnixMillis now;                             ///< by this machine's clock
  std::optional<UnixMillis> halted_since;     ///< where it has halted
  std::optional<UnixMillis> disk_full_since;  ///< where free space is below the reserve
  std::uint64_t disk_free_bytes = 0;
  std::uint64_t disk_reserve_bytes = 0;
};

/// One validator as this node sees it. What others told is theirs to know: nothing here is proved.
struct ValidatorStatus {
  std::uint16_t index = 0;
  Bic participant{};
  chain::ValidatorId member{};
  PublicKey key{};
  bool is_this_node = false;
  bool connected = false;                        ///< true for this node
  std::optional<UnixMillis> last_seen{};         ///< none: not since this node started
  std::optional<std::uint64_t> round_trip_us{};  ///< to its host and back; none for this node
  // None while it has not told; of this node its own.
  std::optional<View> view{};
  std::optional<View> finalized_view{};
  std::optional<Height> finalized_height{};
  std::optional<std::int64_t> clock_offset_ms{};  ///< its clock less this one; none for this node
  std::optional<UnixMillis> since{};  ///< connected, or lost; none: never while this node runs
  /// Why it cannot be connected now: a word of p2p/reason.h, and since when that one.
  std::optional<std::pair<std::string, UnixMillis>> failure{};
};

/// What became of a submitted transaction so far, in order of precedence.
enum class SubmitKind : std::uint8_t {
  bad_form,        ///< refused: `form` says why
  halted,          ///< refused: the node takes nothing more
  disk_full,       ///< refused: free disk space is below the reserve
  not_ready,       ///< refused: not in sync, or no quorum in reach
  final_,          ///< final, now or long ago: `height` and `receipt_index` tell where. Of an id
                   ///< used before a snapshot (IdRecord::is_bare): whatever it was used by
  id_used,         ///< refused: the id was used with other content (AM05)
  outside_window,  ///< refused: `inclusion` says expired or too far ahead
  not_authorised,  ///< refused: `inclusion` says why
  busy,            ///< refused: try again after `retry_after_s`
  undecided,       ///< taken, but not durably: the node has halted, and it may be final or not
  accepted,        ///< durably noted: it will be final, or expire
};

struct SubmitOutcome {
  SubmitKind kind = SubmitKind::busy;
  chain::OwnedId id;      ///< where the form was good
  Hash transaction_hash;  ///< where the form was good
  std::optional<chain::FormError> form;
  chain::Inclusion inclusion = chain::Inclusion::included;
  Height height;                    ///< where final
  std::uint32_t receipt_index = 0;  ///< where final: index of its first receipt in the block
  std::uint32_t retry_after_s = 1;
};

struct Submission {
  Bytes transaction;        ///< canonical encoding
  bool wait_final = false;  ///< answer when final; the owner of the wait gives up by itself
};

enum class QuoteOutcome : std::uint8_t {
  taken,
  bad_form,        ///< malformed, another network, or the signature does not verify
  signer_unknown,  ///< the provider's policy has no such key with a quote rule
  expired,         ///< expires in the past, or beyond max_quote_life
  closed,          ///< withdrawn, or sold up to its limit
  too_many,        ///< this provider has too many live quotes
};

struct LiveQuote {
  chain::SignedQuote quote;
  MinorUnits remaining;  ///< what is left of its limit after final fills
};

class AnnexStore;
class ApprovalBook;
class EvidenceBook;

class Service {
 public:
  virtual ~Service() = default;

  [[nodiscard]] virtual NodeStatus status() const = 0;
  /// By index.
  [[nodiscard]] virtual std::vector<ValidatorStatus> validators() const = 0;
  /// Final blocks and the state after them. Thread-safe for readers.
  [[nodiscard]] virtual const chain::Store& store() const = 0;
  /// True while the id waits here for a block.
  [[nodiscard]] virtual std::optional<Hash> pending(const chain::OwnedId& id) const = 0;
  /// `done` is called exactly once, on any thread, never from inside this call; with wait_final
  /// possibly much later.
  virtual void submit(Submission submission, std::function<void(SubmitOutcome)> done) = 0;
  virtual QuoteOutcome publish_quote(const chain::SignedQuote& quote) = 0;
  /// Live quotes, best rate first: lowest mantissa x 10^-scale per pair.
  [[nodiscard]] virtual std::vector<LiveQuote> quotes() const = 0;
  /// Orders of this bank that want more signatures.
  [[nodiscard]] virtual ApprovalBook& approvals() = 0;
  /// Sealed annexes of this bank's payments.
  [[nodiscard]] virtual AnnexStore& annexes() = 0;
  /// What validators signed against the protocol, as far as this node has seen it.
  [[nodiscard]] virtual const EvidenceBook& evidence() const = 0;
  /// `listener` is called at once with the newest height that may be told, and after each block
  /// that is stored, on the store's thread: it must only note and return.
  virtual void on_block(std::function<void(Height)> listener) = 0;
  [[nodiscard]] virtual std::string metrics_text() const = 0;
};

}  // namespace vostro::node
