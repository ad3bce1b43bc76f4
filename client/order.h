/// Making and signing what goes to the ledger: transactions, quotes, and the ids they bear. Reads
/// random bytes; else pure. Any thread.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/keys.h"
#include "chain/transaction.h"

namespace vostro::client {

/// A fresh UUID of version 4 from the system's random bytes: a UETR, or the id of any other order.
[[nodiscard]] Uuid make_uetr();

/// H("fiat-entry", size of the account (1 byte), account, bank's reference): what an Issue stands
/// for, issued once. `fiat_account` has at most 255 bytes, as an IBAN has.
[[nodiscard]] Hash fiat_entry_hash(std::string_view fiat_account, std::string_view bank_reference);
/// The id of the `try_number`th attempt, from 1, to issue the entry: a UUIDv8, so that a retry is
/// the same transaction.
[[nodiscard]] Uuid issue_id(const Hash& entry, std::uint32_t try_number);

struct OrderDraft {
  Hash network_id;
  Uuid id;
  UnixSeconds valid_until;
  chain::Body body;
};

/// Signs with every key, in the order that the ledger wants, and checks the result as the node
/// will. Errors: those of check_form; the same key twice and more than 16 keys are
/// bad_signature_list.
[[nodiscard]] Result<chain::Transaction, chain::FormError> sign_order(
    OrderDraft draft, std::span<const SecretKey> keys);

[[nodiscard]] chain::SignedQuote sign_quote(const chain::Quote& quote, const SecretKey& key);
/// Well formed, of this network, and signed by the key it names. Whether that key may quote, the
/// ledger knows.
[[nodiscard]] bool is_sound(const chain::SignedQuote& quote, const Hash& network_id);

}  // namespace vostro::client
