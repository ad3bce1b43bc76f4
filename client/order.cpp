#include "client/order.h"

#include <algorithm>

#include "base/check.h"

namespace vostro::client {

Uuid make_uetr() {
  std::array<Byte, 16> random{};
  fill_random(random);
  return make_uuid_v4(random);
}

Hash fiat_entry_hash(std::string_view fiat_account, std::string_view bank_reference) {
  VOSTRO_CHECK(fiat_account.size() <= 255);
  const Byte size = static_cast<Byte>(fiat_account.size());
  return hash("fiat-entry", {ByteView(&size, 1), as_bytes(fiat_account), as_bytes(bank_reference)});
}

Uuid issue_id(const Hash& entry, std::uint32_t try_number) {
  Bytes number;
  append_little_endian(number, try_number, 4);
  return make_uuid_v8(hash("issue-id", {entry.view(), number}));
}

Result<chain::Transaction, chain::FormError> sign_order(OrderDraft draft,
                                                        std::span<const SecretKey> keys) {
  chain::Transaction transaction;
  transaction.network_id = draft.network_id;
  transaction.id = draft.id;
  transaction.valid_until = draft.valid_until;
  transaction.body = std::move(draft.body);
  const Bytes message =
      chain::transaction_message(transaction.network_id, chain::transaction_hash(transaction));
  for (const SecretKey& key : keys)
    transaction.signatures.push_back({key.public_key(), key.sign(message)});
  std::sort(transaction.signatures.begin(), transaction.signatures.end(),
            [](const auto& a, const auto& b) { return a.key < b.key; });
  if (auto form = chain::check_form(transaction, transaction.network_id); !form)
    return fail(form.error());
  // Size caps are looked at where bytes are read; here is the last place where a person still sees
  // the answer.
  if (auto read_back = chain::decode_transaction(chain::encode_transaction(transaction));
      !read_back)
    return fail(read_back.error());
  return transaction;
}

chain::SignedQuote sign_quote(const chain::Quote& quote, const SecretKey& key) {
  return {quote, key.public_key(), key.sign(chain::quote_message(quote))};
}

bool is_sound(const chain::SignedQuote& quote, const Hash& network_id) {
  return chain::is_well_formed(quote.quote) && quote.quote.network_id == network_id &&
         is_admissible(quote.key) &&
         is_valid_signature(quote.key, chain::quote_message(quote.quote), quote.signature);
}

}  // namespace vostro::client
