#include "node/runtime/approval_book.h"

#include <algorithm>

#include "base/check.h"
#include "base/codec.h"
#include "base/failpoint.h"

namespace vostro::node {

using chain::VerifiedTransactionPtr;

/// A step as the file has it. The transaction stands where signatures came, with all it had then.
struct ApprovalBook::Record {
  chain::OwnedId name;
  ApprovalStep step;
  Bytes transaction;
  std::optional<Signature> refusal;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(name, step, bounded<chain::Transaction::batch_bytes_max>(transaction), refusal);
  }
};

namespace {

bool closes(ApprovalStepKind kind) {
  switch (kind) {
    case ApprovalStepKind::entered:
    case ApprovalStepKind::approved:
    case ApprovalStepKind::released:
      return false;
    case ApprovalStepKind::refused:
    case ApprovalStepKind::on_ledger:
    case ApprovalStepKind::displaced:
    case ApprovalStepKind::expired:
      return true;
  }
  VOSTRO_CHECK(false);
}

bool brings_signatures(ApprovalStepKind kind) {
  return kind == ApprovalStepKind::entered || kind == ApprovalStepKind::approved;
}

ApprovalOutline outline_of(const chain::Transaction& transaction) {
  ApprovalOutline out;
  out.kind = chain::kind_of(transaction.body);
  out.valid_until = transaction.valid_until;
  if (const auto* payment = std::get_if<chain::Payment>(&transaction.body)) {
    out.debtor = payment->debtor;
    out.creditor = payment->credit.creditor;
    out.amount = Money{payment->currency, payment->credit.amount};
  } else if (const auto* exchange = std::get_if<chain::FxPayment>(&transaction.body)) {
    out.debtor = exchange->debtor;
    out.creditor = exchange->credit.creditor;
    out.amount = exchange->debtor_amount;
  } else if (const auto* batch = std::get_if<chain::PaymentBatch>(&transaction.body)) {
    out.debtor = batch->debtor;
    out.amount = Money{batch->currency, batch->total};
    out.credits = batch->items.size();
  }
  return out;
}

/// What an order takes: its encoding, the same texts decoded, the items' fixed parts and hashes.
std::size_t memory_of(const chain::VerifiedTransaction& transaction) {
  using Item = decltype(chain::PaymentBatch::items)::value_type;
  return sizeof(chain::VerifiedTransaction) + 2 * transaction.bytes().size() +
         transaction.items() * sizeof(Item) + transaction.item_hashes().size() * sizeof(Hash);
}

}  // namespace

std::string_view to_string(ApprovalStepKind kind) {
  switch (kind) {
    case ApprovalStepKind::entered:
      return "entered";
    case ApprovalStepKind::approved:
      return "approved";
    case ApprovalStepKind::refused:
      return "refused";
    case ApprovalStepKind::released:
      return "released";
    case ApprovalStepKind::on_ledger:
      return "final";
    case ApprovalStepKind::displaced:
      return "void";
    case ApprovalStepKind::expired:
      return "expired";
  }
  VOSTRO_CHECK(false);
}

Result<std::unique_ptr<ApprovalBook>, std::string> ApprovalBook::open(const std::string& path,
                                                                      Setting setting) {
  std::unique_ptr<ApprovalBook> book(new ApprovalBook(std::move(setting)));
  auto file = AppendFile::open(path, [&book](ByteView record) { book->replay(record); });
  if (!file) return fail(file.error());
  if (!book->failure_.empty())
    return fail(path + ": " + book->failure_ +
                "; move the file away to start with an empty book, and have the orders entered "
                "again");
  book->file_ = std::move(*file);
  book->close_passed();
  for (const auto& [name, approval] : book->approvals_) {
    if (!approval.is_closed() && approval.last() != ApprovalStepKind::released &&
        book->judge(approval.transaction).kind == OfferKind::complete)
      book->complete_.insert(name);
  }
  return book;
}

/// A closed order stays closed; only what is known is closed, refused or released.
bool ApprovalBook::can_follow(const Record& record, const Approval* known) const {
  if (brings_signatures(record.step.kind))
    return known == nullptr || (!known->is_closed() && !record.transaction.empty());
  if (known == nullptr || known->is_closed() || !record.transaction.empty()) return false;
  if (record.step.kind != ApprovalStepKind::refused) return true;
  const Bytes message =
      chain::refusal_message(setting_.network_id, known->hash, record.step.reason);
  return record.refusal && record.step.signers.size() == 1 &&
         is_valid_signature(record.step.signers[0].key, message, *record.refusal);
}

void ApprovalBook::replay(ByteView bytes) {
  if (!failure_.empty()) return;
  auto record = decode<Record>(bytes);
  if (!record) {
    failure_ = "a step is no such thing: " + to_string(record.error());
    return;
  }
  const auto known = approvals_.find(record->name);
  const Approval* before = known == approvals_.end() ? nullptr : &known->second;
  VerifiedTransactionPtr transaction;
  bool is_sound = can_follow(*record, before);
  if (is_sound && brings_signatures(record->step.kind)) {
    const auto verified = chain::verify(record->transaction, setting_.network_id);
    is_sound = verified && (*verified)->id() == record->name &&
               (before == nullptr || (*verified)->hash() == before->hash);
    if (verified) transaction = *verified;
  }
  if (!is_sound) {
    failure_ = "a step of the order " + to_text(record->name) + " is not what was signed";
    return;
  }
  apply(*std::move(record), std::move(transaction));
}

/// All of them, or none for certain: a failure ends the writing.
Result<void, std::string> ApprovalBook::write(const std::vector<Record>& records) {
  if (!failure_.empty()) return fail(failure_);
  Result<void, std::string> done;
  for (const Record& record : records) {
    if (done) done = file_->append(encode(record));
  }
  VOSTRO_FAILPOINT("approval-before-sync");
  if (done) done = file_->sync();
  VOSTRO_FAILPOINT("approval-synced");
  if (done) return {};
  failure_ = done.error();
  setting_.on_failure(failure_);
  return done;
}

void ApprovalBook::apply(Record record, VerifiedTransactionPtr transaction) {
  Approval& approval = approvals_[record.name];
  const bool is_new = approval.steps.empty();
  if (transaction || closes(record.step.kind)) {
    if (approval.transaction) bytes_ -= memory_of(*approval.transaction);
    if (transaction) bytes_ += memory_of(*transaction);
    approval.transaction = std::move(transaction);
  }
  if (is_new) {
    VOSTRO_CHECK(approval.transaction != nullptr);
    approval.name = record.name;
    approval.hash = approval.transaction->hash();
    approval.outline = outline_of(approval.transaction->transaction());
    ++open_;
  }
  const ApprovalStepKind kind = record.step.kind;
  approval.steps.push_back(std::move(record.step));
  if (closes(kind)) {
    VOSTRO_CHECK(open_ > 0);
    --open_;
    complete_.erase(record.name);
    forget_oldest();
  }
}

/// The file keeps what is forgotten here. A refusal is remembered for as long as the order could
/// still be brought again.
void ApprovalBook::forget_oldest() {
  if (approvals_.size() - open_ <= closed_max + closed_max / 10) return;
  std::vector<std::pair<UnixMillis, chain::OwnedId>> closed;
  for (const auto& [name, approval] : approvals_) {
    const bool is_in_force = approval.last() == ApprovalStepKind::refused &&
                             !has_passed(approval.outline.valid_until, setting_.now());
    if (approval.is_closed() && !is_in_force) closed.emplace_back(approval.steps.back().at, name);
  }
  std::ranges::sort(closed);
  for (std::size_t i = 0; i + closed_max < closed.size(); ++i) approvals_.erase(closed[i].second);
}

void ApprovalBook::close_passed() {
  const std::lock_guard lock(mutex_);
  close_passed_locked();
}

void ApprovalBook::close_passed_locked() {
  const UnixMillis now = setting_.now();
  std::vector<Record> records;
  for (const auto& [name, approval] : approvals_) {
    if (approval.is_closed()) continue;
    const auto used = setting_.state.find_id(name);
    // What was let go can still be in a block whose time is before valid_until; nothing else can.
    const bool is_let_go =
        approval.last() == ApprovalStepKind::released || complete_.contains(name);
    ApprovalStepKind kind = ApprovalStepKind::expired;
    if (used) {
      // Of an id used before a snapshot the content is not known: this order has the first claim.
      kind = used->is_bare() || used->hash == approval.hash ? ApprovalStepKind::on_ledger
                                                            : ApprovalStepKind::displaced;
    } else if (!has_passed(approval.outline.valid_until, is_let_go ? setting_.block_time() : now)) {
      continue;
    }
    records.push_back({name, {kind, now, {}, {}, {}}, {}, {}});
  }
  if (records.empty() || !write(records)) return;
  for (Record& record : records) apply(std::move(record), nullptr);
}

/// Two keys of one person are one person's signature.
bool ApprovalBook::repeats_a_person(const chain::VerifiedTransaction& merged) const {
  const auto need = chain::signing_need(setting_.state, merged);
  if (!need) return false;
  std::set<std::string> persons;
  for (const auto& signature : merged.transaction().signatures) {
    const auto key = std::ranges::find(need->policy.keys, signature.key, &chain::PolicyKey::key);
    if (key != need->policy.keys.end() && !persons.insert(key->person).second) return true;
  }
  return false;
}

/// Of `merged`, those that `before` does not have.
std::vector<ApprovalSigner> ApprovalBook::new_signers(const chain::VerifiedTransaction& merged,
                                                      const Approval* before) const {
  const auto need = chain::signing_need(setting_.state, merged);
  std::vector<ApprovalSigner> signers;
  for (const auto& signature : merged.transaction().signatures) {
    if (before != nullptr) {
      const auto& had = before->transaction->transaction().signatures;
      if (std::ranges::find(had, signature.key, &chain::TransactionSignature::key) != had.end())
        continue;
    }
    signers.push_back({signature.key, {}});
    if (!need) continue;
    const auto key = std::ranges::find(need->policy.keys, signature.key, &chain::PolicyKey::key);
    if (key != need->policy.keys.end()) signers.back().person = key->person;
  }
  return signers;
}

/// Whether it can go to the ledger, waits, or neither.
OfferOutcome ApprovalBook::judge(const VerifiedTransactionPtr& merged) const {
  OfferOutcome outcome;
  outcome.inclusion = chain::check_inclusion(setting_.state, *merged, setting_.now());
  switch (outcome.inclusion) {
    case chain::Inclusion::included:
      outcome.kind = OfferKind::complete;
      break;
    case chain::Inclusion::signatures_short:
      outcome.kind = OfferKind::waiting;
      break;
    case chain::Inclusion::expired:
    case chain::Inclusion::too_far_ahead:
      outcome.kind = OfferKind::expired;
      break;
    case chain::Inclusion::id_used:
      outcome.kind = OfferKind::id_used;
      break;
    case chain::Inclusion::actor_unknown:
    case chain::Inclusion::signer_not_in_policy:
      outcome.kind = OfferKind::not_authorised;
      break;
  }
  const bool goes_on = outcome.kind == OfferKind::complete || outcome.kind == OfferKind::waiting;
  if (goes_on && repeats_a_person(*merged)) outcome.kind = OfferKind::own_request;
  return outcome;
}

OfferOutcome ApprovalBook::offer(ByteView bytes, const std::string& token) {
  const auto brought = chain::verify(bytes, setting_.network_id);
  if (!brought) return {OfferKind::bad_form, brought.error()};
  const chain::OwnedId name = (*brought)->id();
  if (name.owner != setting_.bank) return {OfferKind::other_bank};

  const std::lock_guard lock(mutex_);
  close_passed_locked();
  const auto at = approvals_.find(name);
  const Approval* known = at == approvals_.end() ? nullptr : &at->second;
  VerifiedTransactionPtr merged = *brought;
  if (known != nullptr) {
    if (known->hash != merged->hash()) return {OfferKind::id_used};
    switch (known->last()) {
      case ApprovalStepKind::refused:
        return {OfferKind::refused};
      case ApprovalStepKind::on_ledger:
        return {OfferKind::on_ledger, {}, chain::Inclusion::id_used, *known};
      case ApprovalStepKind::displaced:
        return {OfferKind::id_used};
      case ApprovalStepKind::expired:
        return {OfferKind::expired, {}, chain::Inclusion::expired};
      case ApprovalStepKind::entered:
      case ApprovalStepKind::approved:
      case ApprovalStepKind::released:
        break;
    }
    chain::Transaction both = known->transaction->transaction();
    if (!chain::merge_signatures(both, merged->transaction()))
      return {OfferKind::bad_form,
              chain::FormError{chain::FormReason::bad_signature_list, "signatures"}};
    auto verified = chain::verify(chain::encode_transaction(both), setting_.network_id);
    if (!verified) return {OfferKind::bad_form, verified.error()};
    merged = *verified;
  }
  OfferOutcome outcome = judge(merged);
  if (outcome.kind != OfferKind::complete && outcome.kind != OfferKind::waiting) return outcome;

  ApprovalStep step{
      ApprovalStepKind::entered, setting_.now(), token, new_signers(*merged, known), {}};
  if (known != nullptr) step.kind = ApprovalStepKind::approved;
  // What was released has its signatures; more of them change nothing.
  const bool is_released = known != nullptr && known->last() == ApprovalStepKind::released;
  if (!step.signers.empty() && !is_released) {
    const std::size_t held = known == nullptr ? 0 : memory_of(*known->transaction);
    if ((known == nullptr && (open_ >= waiting_max || approvals_.size() >= remembered_max)) ||
        bytes_ - held + memory_of(*merged) > bytes_max)
      return {OfferKind::full};
    Record record{name, std::move(step), merged->bytes(), {}};
    if (!write({record})) return {OfferKind::failed};
    record.transaction.clear();
    apply(std::move(record), std::move(merged));
  }
  if (outcome.kind == OfferKind::complete && !is_released) complete_.insert(name);
  outcome.approval = approvals_.at(name);
  return outcome;
}

RefuseKind ApprovalBook::refuse(const chain::OwnedId& name, const PublicKey& key,
                                const Signature& signature, const std::string& reason,
                                const std::string& token) {
  const std::lock_guard lock(mutex_);
  close_passed_locked();
  const auto at = approvals_.find(name);
  if (at == approvals_.end()) return RefuseKind::unknown;
  const Approval& known = at->second;
  const Bytes message = chain::refusal_message(setting_.network_id, known.hash, reason);
  if (!is_valid_signature(key, message, signature)) return RefuseKind::bad_signature;
  if (known.is_closed()) return RefuseKind::closed;
  const auto need = chain::signing_need(setting_.state, *known.transaction);
  if (!need) return RefuseKind::not_in_policy;
  const auto who = std::ranges::find(need->policy.keys, key, &chain::PolicyKey::key);
  if (who == need->policy.keys.end()) return RefuseKind::not_in_policy;
  // What may be on its way to the ledger can no longer be taken back here.
  if (known.last() == ApprovalStepKind::released || complete_.contains(name) ||
      judge(known.transaction).kind == OfferKind::complete)
    return RefuseKind::closed;
  Record record{name,
                {ApprovalStepKind::refused, setting_.now(), token, {{key, who->person}}, reason},
                {},
                signature};
  if (!write({record})) return RefuseKind::failed;
  apply(std::move(record), nullptr);
  return RefuseKind::refused;
}

void ApprovalBook::note_released(const chain::OwnedId& name) {
  const std::lock_guard lock(mutex_);
  complete_.erase(name);
  const auto known = approvals_.find(name);
  if (known == approvals_.end() || known->second.is_closed() ||
      known->second.last() == ApprovalStepKind::released)
    return;
  Record record{name, {ApprovalStepKind::released, setting_.now(), {}, {}, {}}, {}, {}};
  // A failure is kept, and told with the next order; this one is the ledger's by now.
  if (!write({record})) return;
  apply(std::move(record), nullptr);
}

std::optional<Approval> ApprovalBook::find(const chain::OwnedId& name) const {
  const std::lock_guard lock(mutex_);
  const auto known = approvals_.find(name);
  return known == approvals_.end() ? std::nullopt : std::optional(known->second);
}

std::optional<Approval> ApprovalBook::find(const Hash& transaction) const {
  const std::lock_guard lock(mutex_);
  const auto known =
      std::ranges::find(approvals_, transaction, [](const auto& each) { return each.second.hash; });
  return known == approvals_.end() ? std::nullopt : std::optional(known->second);
}

std::vector<Approval> ApprovalBook::all() const {
  const std::lock_guard lock(mutex_);
  std::vector<Approval> list;
  for (const auto& [name, approval] : approvals_) list.push_back(approval);
  return list;
}

std::vector<VerifiedTransactionPtr> ApprovalBook::complete() const {
  const std::lock_guard lock(mutex_);
  std::vector<VerifiedTransactionPtr> list;
  for (const chain::OwnedId& name : complete_) {
    const auto known = approvals_.find(name);
    if (known != approvals_.end() && !known->second.is_closed())
      list.push_back(known->second.transaction);
  }
  return list;
}

std::string ApprovalBook::failure() const {
  const std::lock_guard lock(mutex_);
  return failure_;
}

}  // namespace vostro::node
