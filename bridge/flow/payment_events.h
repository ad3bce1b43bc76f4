/// What a receipt does to customers' payments, and to what the bank has on the ledger: each entry
/// on its account is posted, whoever ordered it.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bridge/flow/ledger_events.h"

namespace vostro::bridge {

/// Before the steps of these receipts: their payments are looked up together.
void expect_payment_receipts(BookTransaction& book, const Rules& rules,
                             std::span<const client::Event> events);

/// The step of one receipt at a participant. `steps`: what it made of its payment.
void take_payment_receipt(BookTransaction& book, const Rules& rules,
                          const client::FinalReceipt& placed,
                          const std::vector<std::string>& steps);

/// ISO 20022, duplication: of an order whose id is another one's on the ledger.
inline constexpr std::string_view kIdUsed = "AM05";

/// An order of ours was in no block in time (`is_expired`), or was refused for good. False: it is
/// none about a customer's payment.
[[nodiscard]] bool on_payment_order_failed(BookTransaction& book, const Rules& rules,
                                           const chain::OwnedId& id, bool is_expired,
                                           const std::string& why);

/// What needs no answer of the node: decisions of people, and tries again.
void move_payments_on(BookTransaction& book, const Rules& rules, bool is_trying_again);

}  // namespace vostro::bridge
