/// What final blocks do to the book: each receipt is taken once, in order, together with the
/// cursor behind it. Receipts that are none of the bank's business pass.
#pragma once

#include <span>

#include "bridge/flow/funding.h"
#include "bridge/flow/redemption.h"
#include "bridge/flow/screening.h"
#include "bridge/flow/screening_gate.h"
#include "client/events.h"

namespace vostro::bridge {

struct Rules {
  const BridgeConfig& config;
  const OrderMaker& maker;
  PayoutWriter write_payout;
  PaymentGate* gate = nullptr;  ///< of a participant that screens
};

/// The steps of events that follow each other: the transaction sets the cursor behind the last,
/// too.
void take_events(BookTransaction& book, const Rules& rules, std::span<const client::Event> events);

}  // namespace vostro::bridge
