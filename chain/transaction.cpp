#include "chain/transaction.h"

#include <algorithm>

#include "base/codec.h"

namespace vostro::chain {
namespace {

constexpr std::size_t kDomainSize = 16;
// Version, network id, id and valid_until come before the tag of the body.
constexpr std::size_t kTagOffset = 2 + Hash::size + Uuid::size + 8;

/// What is signed of a PaymentBatch: the items' root stands in the items' place, so that a signer's
/// device needs to see no more than count and total, and an item can be proved alone. Encoded under
/// the tag of the bulk itself.
struct SignedBatch {
  const PaymentBatch& batch;
  Hash items_root;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(batch.debtor, batch.currency, batch.bearer, batch.acceptance, batch.if_short,
            batch.count, batch.total, items_root);
  }
};

/// What is signed of a transaction: all but the signatures.
struct Content {
  const Transaction& transaction;
  const std::vector<Hash>& item_hashes;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(transaction.version, transaction.network_id, transaction.id, transaction.valid_until);
    if (const auto* batch = std::get_if<PaymentBatch>(&transaction.body)) {
      archive(PaymentBatch::tag, SignedBatch{*batch, merkle_root(item_hashes)});
    } else {
      archive(tagged(transaction.body));
    }
  }
};

std::size_t bytes_max_of(Byte body_tag) {
  if (body_tag == PaymentBatch::tag) return Transaction::batch_bytes_max;
  if (body_tag == ReportEvidence::tag) return Transaction::report_bytes_max;
  return Transaction::bytes_max;
}

template <class... Functions>
struct Overloaded : Functions... {
  using Functions::operator()...;
};
template <class... Functions>
Overloaded(Functions...) -> Overloaded<Functions...>;

}  // namespace

std::string_view to_string(Bearer bearer) {
  switch (bearer) {
    case Bearer::debt:
      return "DEBT";
    case Bearer::shar:
      return "SHAR";
    case Bearer::cred:
      return "CRED";
  }
  return "unknown";
}

std::optional<Bearer> bearer_from(std::string_view code) {
  for (const Bearer bearer : {Bearer::debt, Bearer::shar, Bearer::cred}) {
    if (to_string(bearer) == code) return bearer;
  }
  return std::nullopt;
}

Hash item_hash(const BatchItem& item) {
  return hash("item", encode(item));
}

Bytes encode_transaction(const Transaction& transaction) {
  return encode(transaction);
}

Result<Transaction, FormError> decode_form_unchecked(ByteView bytes) {
  // The tag stands at a fixed place, so nothing needs to be decoded to know which body may be
  // large.
  const std::size_t size_max =
      bytes.size() > kTagOffset ? bytes_max_of(bytes[kTagOffset]) : Transaction::bytes_max;
  if (bytes.size() > size_max)
    return fail(FormError{FormReason::too_large, std::to_string(bytes.size()) + " bytes, at most " +
                                                     std::to_string(size_max)});
  auto decoded = decode<Transaction>(bytes);
  if (!decoded) {
    const DecodeError& error = decoded.error();
    return fail(FormError{FormReason::undecodable, "byte " + std::to_string(error.offset) + " (" +
                                                       std::string(to_string(error.reason)) + ")"});
  }
  return *std::move(decoded);
}

Result<Transaction, FormError> decode_transaction(ByteView bytes) {
  auto decoded = decode_form_unchecked(bytes);
  if (!decoded) return decoded;
  if (auto form = check_form(*decoded, decoded->network_id); !form) return fail(form.error());
  return decoded;
}

std::vector<Hash> item_hashes_of(const Transaction& transaction) {
  std::vector<Hash> hashes;
  const auto* batch = std::get_if<PaymentBatch>(&transaction.body);
  if (batch == nullptr) return hashes;
  hashes.reserve(batch->items.size());
  for (const BatchItem& item : batch->items) hashes.push_back(item_hash(item));
  return hashes;
}

Hash transaction_hash(const Transaction& transaction) {
  return transaction_hash(transaction, item_hashes_of(transaction));
}

Hash transaction_hash(const Transaction& transaction, const std::vector<Hash>& item_hashes) {
  return hash("tx", encode(Content{transaction, item_hashes}));
}

Bytes transaction_message(const Hash& network_id, const Hash& transaction_hash) {
  Bytes message;
  message.reserve(kDomainSize + 2 * Hash::size);
  append(message, as_bytes("VOSTRO-TX-1"));
  message.resize(kDomainSize);
  append(message, network_id.view());
  append(message, transaction_hash.view());
  return message;
}

Bic acting_participant(const Body& body) {
  const auto creditor_of = [](const Original& original) {
    return original.receipt.payment ? original.receipt.payment->creditor.owner : Bic{};
  };
  return std::visit(Overloaded{
                        [](const Payment& b) { return b.debtor.owner; },
                        [](const PaymentBatch& b) { return b.debtor.owner; },
                        [](const FxPayment& b) { return b.debtor.owner; },
                        [](const Accept& b) { return b.creditor.owner; },
                        [](const Reject& b) { return b.creditor.owner; },
                        [](const Block& b) { return b.creditor.owner; },
                        [](const Unblock& b) { return b.creditor.owner; },
                        [](const Recall& b) { return b.debtor.owner; },
                        [](const RefuseRecall& b) { return b.creditor.owner; },
                        [&](const ConfirmCredit& b) { return creditor_of(b.original); },
                        [&](const Return& b) { return creditor_of(b.original); },
                        [](const Issue& b) { return b.agent; },
                        [](const Redeem& b) { return b.account.owner; },
                        [](const RedeemOutcome& b) { return b.agent; },
                        [](const AttestReserves& b) { return b.agent; },
                        [](const OpenBusinessDate& b) { return b.agent; },
                        [](const OpenAccount& b) { return b.account.owner; },
                        [](const UpdateAccount& b) { return b.account.owner; },
                        [](const UpdatePolicy& b) { return b.participant; },
                        [](const CloseAccount& b) { return b.account.owner; },
                        [](const Freeze& b) { return b.account.owner; },
                        [](const Unfreeze& b) { return b.account.owner; },
                        [](const Cancel& b) {
                          if (b.delayed) return b.delayed->owner;
                          return b.quote ? b.quote->provider.owner : Bic{};
                        },
                        [](const Propose& b) { return b.participant; },
                        [](const Vote& b) { return b.participant; },
                        [](const Ready& b) { return b.participant; },
                        [](const ReportEvidence& b) { return b.participant; },
                    },
                    body);
}

Bytes possession_message(const Hash& network_id, const Bic& owner, const PublicKey& key) {
  Bytes message;
  message.reserve(kDomainSize + Hash::size + ValidatorId::size + key.bytes.size());
  append(message, as_bytes("VOSTRO-POP-1"));
  message.resize(kDomainSize);
  append(message, network_id.view());
  append(message, validator_id_of(owner).view());
  append(message, key.bytes);
  return message;
}

Bytes refusal_message(const Hash& network_id, const Hash& transaction_hash,
                      std::string_view reason) {
  Bytes message;
  message.reserve(kDomainSize + 2 * Hash::size + reason.size());
  append(message, as_bytes("VOSTRO-REFUSE-1"));
  message.resize(kDomainSize);
  append(message, network_id.view());
  append(message, transaction_hash.view());
  append(message, as_bytes(reason));
  return message;
}

bool merge_signatures(Transaction& to, const Transaction& from) {
  std::vector<TransactionSignature> merged = to.signatures;
  for (const TransactionSignature& signature : from.signatures) {
    const auto at = std::ranges::lower_bound(merged, signature.key, {}, &TransactionSignature::key);
    if (at == merged.end() || at->key != signature.key) merged.insert(at, signature);
  }
  if (merged.size() > Transaction::signatures_max) return false;
  to.signatures = std::move(merged);
  return true;
}

std::string_view kind_of(const Body& body) {
  return std::visit(Overloaded{
                        [](const Payment&) { return "Payment"; },
                        [](const PaymentBatch&) { return "PaymentBatch"; },
                        [](const FxPayment&) { return "FxPayment"; },
                        [](const Accept&) { return "Accept"; },
                        [](const Reject&) { return "Reject"; },
                        [](const Block&) { return "Block"; },
                        [](const Unblock&) { return "Unblock"; },
                        [](const Recall&) { return "Recall"; },
                        [](const RefuseRecall&) { return "RefuseRecall"; },
                        [](const ConfirmCredit&) { return "ConfirmCredit"; },
                        [](const Return&) { return "Return"; },
                        [](const Issue&) { return "Issue"; },
                        [](const Redeem&) { return "Redeem"; },
                        [](const RedeemOutcome&) { return "RedeemOutcome"; },
                        [](const AttestReserves&) { return "AttestReserves"; },
                        [](const OpenBusinessDate&) { return "OpenBusinessDate"; },
                        [](const OpenAccount&) { return "OpenAccount"; },
                        [](const UpdateAccount&) { return "UpdateAccount"; },
                        [](const UpdatePolicy&) { return "UpdatePolicy"; },
                        [](const CloseAccount&) { return "CloseAccount"; },
                        [](const Freeze&) { return "Freeze"; },
                        [](const Unfreeze&) { return "Unfreeze"; },
                        [](const Cancel&) { return "Cancel"; },
                        [](const Propose&) { return "Propose"; },
                        [](const Vote&) { return "Vote"; },
                        [](const Ready&) { return "Ready"; },
                        [](const ReportEvidence&) { return "ReportEvidence"; },
                    },
                    body);
}

std::string_view kind_of(const Change& change) {
  return std::visit(Overloaded{
                        [](const AddParticipant&) { return "AddParticipant"; },
                        [](const SetParticipant&) { return "SetParticipant"; },
                        [](const ReplacePolicy&) { return "ReplacePolicy"; },
                        [](const AddCurrency&) { return "AddCurrency"; },
                        [](const SetCurrency&) { return "SetCurrency"; },
                        [](const SetCorridorRule&) { return "SetCorridorRule"; },
                        [](const SetParameter&) { return "SetParameter"; },
                        [](const AddValidator&) { return "AddValidator"; },
                        [](const RemoveValidator&) { return "RemoveValidator"; },
                        [](const RotateValidatorKey&) { return "RotateValidatorKey"; },
                        [](const SetTlsKey&) { return "SetTlsKey"; },
                        [](const ActivateVersion&) { return "ActivateVersion"; },
                    },
                    change);
}

std::size_t item_count(const Transaction& transaction) {
  const auto* batch = std::get_if<PaymentBatch>(&transaction.body);
  return batch == nullptr ? 1 : 1 + batch->items.size();
}

}  // namespace vostro::chain
