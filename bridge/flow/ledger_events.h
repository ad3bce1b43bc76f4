/// What final blocks do to the book: each receipt is taken once, in order, together with the
/// cursor behind it. Receipts that are none of the bank's business pass.
#pragma once

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

/// The step of one event: the caller's transaction sets the cursor too.
void take_event(BookTransaction& book, const Rules& rules, const client::Event& event);

}  // namespace vostro::bridge
