/// What the agent says to the ledger by itself: what fiat it holds, and which business date it is.
/// Each function is a step inside one transaction of the book. Source: blueprint 3, "Reserves" and
/// "Time"; docs/decisions/0039.
#pragma once

#include "bridge/book/agent_orders.h"
#include "bridge/config.h"
#include "bridge/flow/orders.h"
#include "chain/receipt.h"

namespace vostro::bridge {

/// Opens the business date of each currency with a calendar, where the ledger's is an earlier one.
/// `ledger_date`: what it has.
void open_business_date(BookTransaction& book, const BridgeConfig& config, const OrderMaker& maker,
                        const Currency& currency, Date ledger_date);

/// Alarms where a statement is late, and where a calendar ends within 30 days.
void look_at_calendars(BookTransaction& book, const BridgeConfig& config);

/// The ledger's word on such an order.
void on_agent_order(BookTransaction& book, const Bic& agent, AgentOrder order,
                    const chain::Receipt& receipt);
/// It was in no block in time, or was refused for good: `why`.
void on_agent_order_failed(BookTransaction& book, const OrderMaker& maker, AgentOrder order,
                           bool is_expired, const std::string& why);

}  // namespace vostro::bridge
