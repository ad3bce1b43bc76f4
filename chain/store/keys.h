/// The keys of every column family, in one place. Numbers are big-endian, so that the order of keys
/// is the order of heights; a first byte tells kinds of rows of one family apart. What a row holds
/// is said in rows.h.
#pragma once

#include "base/bytes.h"
#include "chain/account.h"
#include "chain/receipt.h"
#include "chain/store/view.h"

namespace vostro::chain::keys {

/// Receipts in one row, and locations of transactions in one row: fewer, larger rows cost less than
/// one for each.
inline constexpr std::uint32_t receipts_per_row = 32;
inline constexpr std::uint32_t locations_per_row = 256;

// blocks
[[nodiscard]] Bytes summary(Height height);
[[nodiscard]] Bytes header(Height height);
[[nodiscard]] Bytes cut(Height height);
[[nodiscard]] Bytes height_of(const Hash& block_id);
[[nodiscard]] Bytes batch(Height height, std::uint32_t index);
[[nodiscard]] Bytes used_ids(Height height);
// certificates
[[nodiscard]] Bytes proof(Height height);
// transactions
[[nodiscard]] Bytes locations(Height height, std::uint32_t row);
[[nodiscard]] Bytes inline_transaction(Height height, std::uint32_t index);
[[nodiscard]] Bytes batch_by_id(const Hash& batch_id);
[[nodiscard]] Bytes batch_by_name(const BatchName& name);
[[nodiscard]] Bytes kept_order(const OwnedId& id);
// receipts
[[nodiscard]] Bytes receipts(Height height, std::uint32_t row);
[[nodiscard]] Bytes payment_events(const OwnedId& name);  ///< prefix
[[nodiscard]] Bytes payment_event(const OwnedId& name, ReceiptPlace place);
[[nodiscard]] Bytes agent_payments(const Bic& agent, Side side);  ///< prefix
[[nodiscard]] Bytes agent_payments(const Bic& agent, Side side, Height height);
[[nodiscard]] Bytes waiting_payments(const Bic& agent, Side side, Status status);  ///< prefix
[[nodiscard]] Bytes waiting_payment(const Bic& agent, Side side, Status status, ReceiptPlace place);
[[nodiscard]] Bytes waiting_status(const OwnedId& name);
// ids
[[nodiscard]] Bytes id(const OwnedId& id);
// state, tree
[[nodiscard]] Bytes current(ByteView key);
[[nodiscard]] Bytes past(ByteView key);  ///< prefix
[[nodiscard]] Bytes past(ByteView key, Height replaced_at);
[[nodiscard]] Bytes replaced(Height height);
// entries
[[nodiscard]] Bytes entries(const AccountId& account);                            ///< prefix
[[nodiscard]] Bytes entries(const AccountId& account, const Currency& currency);  ///< prefix
[[nodiscard]] Bytes entries(const AccountId& account, const Currency& currency, Height height);
// meta
inline constexpr std::string_view format = "format";
inline constexpr std::string_view network = "network";
inline constexpr std::string_view head = "head";
inline constexpr std::string_view history = "history";  ///< the lowest block that is here whole
/// What a snapshot that is being fetched has come to; gone when it is a store.
inline constexpr std::string_view staged = "staged/";

/// The last 8 bytes of a key that ends with a height; the last 12 of one that ends with a place.
[[nodiscard]] Height trailing_height(ByteView key);
[[nodiscard]] ReceiptPlace trailing_place(ByteView key);
[[nodiscard]] std::uint64_t read_big_endian(ByteView bytes);
void append_big_endian_32(Bytes& to, std::uint32_t value);
void append_place(Bytes& to, ReceiptPlace place);
/// The first key that does not begin with `prefix`; empty where there is none.
[[nodiscard]] Bytes end_of(ByteView prefix);

}  // namespace vostro::chain::keys
