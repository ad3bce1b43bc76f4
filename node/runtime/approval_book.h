/// Orders of this node's own bank that want more signatures than they have: they wait here, on this
/// node alone, until enough distinct persons have signed, one of them has refused, or their time
/// has passed. The book decides nothing that the ledger does not decide again: an order is let go
/// when its signatures meet the policy (chain::check_inclusion), and every validator checks the
/// same.
///
/// Each step is a record of an append-only file, on disk before it is answered; at the start the
/// book is read back from it, and every signature in it is verified again. The bytes of an order
/// are held while it can still come to the ledger; of what is closed only the outline and the steps
/// are, and of the latest `closed_max` alone. Any thread.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "chain/execute.h"
#include "chain/storage.h"
#include "node/runtime/append_file.h"

namespace vostro::node {

enum class ApprovalStepKind : std::uint8_t {
  entered = 1,    ///< by its first signature, or first few
  approved = 2,   ///< one more signature
  refused = 3,    ///< by one person, with a reason: closed
  released = 4,   ///< handed to the ledger's door
  on_ledger = 5,  ///< seen in a final block: closed
  displaced = 6,  ///< another order with its id is on the ledger: closed
  expired = 7,    ///< its valid_until passed first: closed
};
[[nodiscard]] constexpr bool is_listed(ApprovalStepKind k) {
  return k >= ApprovalStepKind::entered && k <= ApprovalStepKind::expired;
}
[[nodiscard]] std::string_view to_string(ApprovalStepKind kind);

struct ApprovalSigner {
  PublicKey key;
  std::string person;  ///< by the policy when it signed; empty where that did not know the key

  template <class Archive>
  void serialize(Archive& archive) {
    archive(key, bounded<16>(person));
  }
};

struct ApprovalStep {
  static constexpr std::size_t token_max = 64;
  static constexpr std::size_t reason_max = 140;

  ApprovalStepKind kind = ApprovalStepKind::entered;
  UnixMillis at;      ///< this node's clock
  std::string token;  ///< public id of the API token it came with; empty: the node itself
  std::vector<ApprovalSigner>
      signers;         ///< whose signatures came with this step; of `refused` the refuser
  std::string reason;  ///< of `refused`

  template <class Archive>
  void serialize(Archive& archive) {
    archive(kind, at, bounded<token_max>(token),
            bounded<chain::Transaction::signatures_max>(signers), bounded<reason_max>(reason));
  }
};

/// What stays known of an order when its bytes are gone.
struct ApprovalOutline {
  std::string_view kind;  ///< chain::kind_of
  UnixSeconds valid_until;
  std::optional<chain::AccountId> debtor = {};
  std::optional<chain::AccountId> creditor = {};
  std::optional<Money> amount = {};  ///< what leaves the debtor's account, without charges
  std::optional<std::size_t> credits = {};
};

struct Approval {
  chain::OwnedId name;
  Hash hash;
  chain::VerifiedTransactionPtr transaction;  ///< with the signatures so far; null where closed
  ApprovalOutline outline;
  std::vector<ApprovalStep> steps;  ///< oldest first; not empty

  [[nodiscard]] ApprovalStepKind last() const { return steps.back().kind; }
  [[nodiscard]] bool is_closed() const { return transaction == nullptr; }
};

/// What became of an order that was brought, in order of precedence.
enum class OfferKind : std::uint8_t {
  bad_form,        ///< `form` says why
  other_bank,      ///< another bank's order: it waits on that bank's node, or nowhere
  id_used,         ///< the id stands for another order, here or on the ledger
  refused,         ///< one of the bank's persons has refused it
  on_ledger,       ///< this very order is in a final block
  expired,         ///< outside its window
  not_authorised,  ///< a signer is not in the policy, or who acts is unknown: `inclusion` says
                   ///< which
  own_request,     ///< a person who has signed it already signs again, with another key
  full,            ///< too much waits
  failed,          ///< the book cannot be written
  waiting,         ///< noted; it wants more signatures
  complete,        ///< noted; it can go to the ledger now
};
struct OfferOutcome {
  OfferKind kind = OfferKind::failed;
  std::optional<chain::FormError> form = {};
  chain::Inclusion inclusion = chain::Inclusion::included;
  std::optional<Approval> approval = {};  ///< where waiting, complete or on_ledger
};

enum class RefuseKind : std::uint8_t {
  unknown,  ///< no such order waits
  closed,   ///< it was refused before, its time has passed, or it is complete
  bad_signature,
  not_in_policy,
  failed,
  refused,
};

class ApprovalBook {
 public:
  static constexpr std::size_t waiting_max = 1'000;
  /// Of orders that are not closed, decoded and encoded: five or six bulks of 10,000 credits.
  static constexpr std::size_t bytes_max = 32 * 1024 * 1024;
  static constexpr std::size_t closed_max = 1'000;  ///< remembered of those that are closed
  /// Above this nothing new is entered: refusals are kept until their orders' time has passed.
  static constexpr std::size_t remembered_max = waiting_max + 2 * closed_max;
  /// What each takes at most besides: up to 18 steps, 16 signers in all, a reason, an outline.
  static constexpr std::size_t closed_bytes_max = 4 * 1024;

  struct Setting {
    Hash network_id;
    Bic bank;                         ///< whose orders wait here
    const chain::StateReader& state;  ///< the newest final block; outlives the book
    std::function<UnixMillis()> now;
    std::function<UnixMillis()> block_time;  ///< of the newest final block
    /// The file cannot be written: stop. Once.
    std::function<void(const std::string&)> on_failure = [](const std::string&) {};
  };
  /// Errors: a sentence for the operator.
  [[nodiscard]] static Result<std::unique_ptr<ApprovalBook>, std::string> open(
      const std::string& path, Setting setting);

  /// Enters an order, or adds signatures to one that waits. `token` is the public id of the API
  /// token it came with.
  [[nodiscard]] OfferOutcome offer(ByteView transaction, const std::string& token);
  [[nodiscard]] RefuseKind refuse(const chain::OwnedId& name, const PublicKey& key,
                                  const Signature& signature, const std::string& reason,
                                  const std::string& token);
  /// The ledger's door has taken it.
  void note_released(const chain::OwnedId& name);
  /// Closes what is on the ledger, or can never be any more. To be called after each block, and
  /// before the book is shown.
  void close_passed();

  [[nodiscard]] std::optional<Approval> find(const chain::OwnedId& name) const;
  /// By what was signed: also the bulk that a credit came with.
  [[nodiscard]] std::optional<Approval> find(const Hash& transaction) const;
  /// By id.
  [[nodiscard]] std::vector<Approval> all() const;
  /// Complete, and not yet taken by the door: to be handed on when the node starts and at each
  /// block.
  [[nodiscard]] std::vector<chain::VerifiedTransactionPtr> complete() const;
  /// Why the book is written no more; empty while it is.
  [[nodiscard]] std::string failure() const;

 private:
  struct Record;
  explicit ApprovalBook(Setting setting) : setting_(std::move(setting)) {}
  void replay(ByteView bytes);
  [[nodiscard]] bool can_follow(const Record& record, const Approval* known) const;
  [[nodiscard]] Result<void, std::string> write(const std::vector<Record>& records);
  void apply(Record record, chain::VerifiedTransactionPtr transaction);
  void close_passed_locked();
  void forget_oldest();
  [[nodiscard]] OfferOutcome judge(const chain::VerifiedTransactionPtr& merged) const;
  [[nodiscard]] std::vector<ApprovalSigner> new_signers(const chain::VerifiedTransaction& merged,
                                                        const Approval* before) const;
  [[nodiscard]] bool repeats_a_person(const chain::VerifiedTransaction& merged) const;

  Setting setting_;
  mutable std::mutex mutex_;
  std::map<chain::OwnedId, Approval> approvals_;
  std::set<chain::OwnedId> complete_;  ///< met the policy when last looked at, and not released
  std::size_t open_ = 0;               ///< of approvals_, not closed
  std::size_t bytes_ = 0;              ///< theirs
  std::optional<AppendFile> file_;
  std::string failure_;
};

}  // namespace vostro::node
