#include <optional>

#include "base/check.h"
#include "chain/transaction.h"

namespace vostro::chain {
namespace {

/// Every signature is checked, whatever came of those before it: a loop with an early way out once
/// nearly let a payments ledger take one good signature for all. The error names the first that is
/// bad.
class SignatureCheck {
 public:
  void check(const PublicKey& key, ByteView message, const Signature& signature,
             const std::string& where) {
    const bool is_good = is_valid_signature(key, message, signature);
    if (!is_good && !first_bad_) first_bad_ = where;
    ++checked_;
  }
  [[nodiscard]] const std::optional<std::string>& first_bad() const { return first_bad_; }
  [[nodiscard]] std::size_t checked() const { return checked_; }

 private:
  std::optional<std::string> first_bad_;
  std::size_t checked_ = 0;
};

Result<void, FormError> check_signatures(const Transaction& transaction, const Hash& hash) {
  SignatureCheck signatures;
  const Bytes message = transaction_message(transaction.network_id, hash);
  for (std::size_t i = 0; i < transaction.signatures.size(); ++i) {
    const auto& [key, signature] = transaction.signatures[i];
    signatures.check(key, message, signature, "signatures[" + std::to_string(i) + "]");
  }
  std::size_t expected = transaction.signatures.size();
  if (const auto* fx = std::get_if<FxPayment>(&transaction.body)) {
    const auto& [quote, key, signature] = fx->quote;
    signatures.check(key, quote_message(quote), signature, "quote.signature");
    ++expected;
  }
  if (const auto* propose = std::get_if<Propose>(&transaction.body)) {
    const auto check_possession = [&](const auto& change) {
      const Bytes asked =
          possession_message(transaction.network_id, change.participant, change.key);
      signatures.check(change.key, asked, change.proof, "change.proof");
      ++expected;
    };
    if (const auto* add = std::get_if<AddValidator>(&propose->change)) check_possession(*add);
    if (const auto* rotate = std::get_if<RotateValidatorKey>(&propose->change))
      check_possession(*rotate);
  }
  VOSTRO_CHECK(signatures.checked() == expected && expected > 0);
  if (signatures.first_bad())
    return fail(FormError{FormReason::bad_signature, *signatures.first_bad()});
  return {};
}

}  // namespace

Result<VerifiedTransactionPtr, FormError> VerifiedTransaction::make(ByteView bytes,
                                                                    const Hash& network_id,
                                                                    bool with_signatures) {
  auto decoded = decode_form_unchecked(bytes);
  if (!decoded) return fail(decoded.error());
  if (const auto form = check_form(*decoded, network_id); !form) return fail(form.error());
  std::vector<Hash> item_hashes = item_hashes_of(*decoded);
  const Hash hash = transaction_hash(*decoded, item_hashes);
  if (with_signatures) {
    if (const auto signed_well = check_signatures(*decoded, hash); !signed_well)
      return fail(signed_well.error());
  }

  const std::shared_ptr<VerifiedTransaction> verified(new VerifiedTransaction());
  verified->owner_ = acting_participant(decoded->body);
  verified->items_ = item_count(*decoded);
  verified->hash_ = hash;
  verified->item_hashes_ = std::move(item_hashes);
  verified->bytes_.assign(bytes.begin(), bytes.end());
  verified->transaction_ = *std::move(decoded);
  return verified;
}

Result<VerifiedTransactionPtr, FormError> verify(ByteView bytes, const Hash& network_id) {
  ensure_crypto_ready();
  return VerifiedTransaction::make(bytes, network_id, true);
}

Result<VerifiedTransactionPtr, FormError> take_as_final(ByteView bytes, const Hash& network_id) {
  return VerifiedTransaction::make(bytes, network_id, false);
}

}  // namespace vostro::chain
