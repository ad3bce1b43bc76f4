/// What the agent says to the ledger by itself: what fiat it holds, and which business date it is.
/// Each function is a step inside one transaction of the book. Source: blueprint 3, "Reserves" and
/// "Time"; docs/decisions/0039.
#pragma once

#include <set>

#include "bridge/book/agent_orders.h"
#include "bridge/config.h"
#include "bridge/flow/orders.h"
#include "chain/receipt.h"

namespace vostro::bridge {

/// Attests what the bank holds: at each statement that was taken, and before more is issued than
/// the last attestation covers. Balance: the last statement's end and what was told since; the hash
/// is that of the bank's message that told it last.
void attest_reserves(BookTransaction& book, const BridgeConfig& config, const OrderMaker& maker);

/// Those whose attestation is on its way, or comes next: nothing of them is issued until the ledger
/// has it.
[[nodiscard]] std::set<Currency> waiting_for_attestation(BookTransaction& book,
                                                         const BridgeConfig& config,
                                                         const OrderMaker& maker);

/// Opens the business date of each currency with a calendar, where the ledger's is an earlier one.
/// `ledger_date`: what it has.
void open_business_date(BookTransaction& book, const BridgeConfig& config, const OrderMaker& maker,
                        const Currency& currency, Date ledger_date);

/// Alarms where a statement is late, and where a calendar ends within 30 days.
void look_at_calendars(BookTransaction& book, const BridgeConfig& config);

/// The ledger's word on such an order, and the time of the block that has it.
void on_agent_order(BookTransaction& book, const OrderMaker& maker, AgentOrder order,
                    const chain::Receipt& receipt, UnixMillis block_time);
/// It was in no block in time, or was refused for good: `why`.
void on_agent_order_failed(BookTransaction& book, const OrderMaker& maker, AgentOrder order,
                           bool is_expired, const std::string& why);

}  // namespace vostro::bridge
