/// What moves on our accounts at the bank, each movement taken once, whoever tells of it first: a
/// camt.054, a statement, or the answer to a payout. A credit goes on to flow/funding.h; a debit is
/// explained by a payout, or is a break.
///
/// Each function is a step inside one transaction of the book. Source: threat model 2.7, rows B6,
/// B8, F37.
#pragma once

#include <string>

#include "bridge/book/breaks.h"
#include "bridge/book/fiat_items.h"
#include "bridge/config.h"
#include "bridge/flow/fiat.h"
#include "bridge/flow/orders.h"

namespace vostro::bridge {

/// Why a message is refused as a whole; empty: it is taken. Looked at before anything is done.
[[nodiscard]] std::string fault_of(const BridgeConfig& config, const FiatNotice& notice);
/// The same of one entry of an account that is ours.
[[nodiscard]] std::string fault_of(const BridgeConfig& config, const FiatEntry& entry);

/// Takes every booked entry of a camt.054. `file`: hash of its bytes.
void take_notice(BookTransaction& book, const BridgeConfig& config, const OrderMaker& maker,
                 const FiatNotice& notice, const Hash& file);
/// Takes a booked entry of a statement. `statement`: its digest in hexadecimal.
void take_stated(BookTransaction& book, const BridgeConfig& config, const OrderMaker& maker,
                 const FiatEntry& entry, const std::string& statement);

/// The bank decided about a payout from `account`, in the message of `redemption.answer`: what it
/// paid must be on a statement.
void on_decided(BookTransaction& book, const std::string& account, const Redemption& redemption,
                bool is_paid);

/// The participant whom a redemption or funding with that item concerns, for a break.
[[nodiscard]] std::optional<Bic> participant_of(BookTransaction& book, const FiatItem& item);

}  // namespace vostro::bridge
