/// Money out: ledger money that a participant locked is paid out by the bank, and burnt; or it is
/// not, and unlocked. The bank's word decides, and nothing else: a time limit only raises an alarm.
///
///   Redeem final -> paying --ACSC--> paid ----RedeemOutcome(paid) final---> burnt
///                     |  \--RJCT--> refused --RedeemOutcome(failed) final-> unlocked
///                     \--limit: alarm, still paying
///
/// Each function is a step inside one transaction of the book. Source: issue 5, point 6; threat
/// model 2.7, row B10.
#pragma once

#include <functional>
#include <string>

#include "bridge/config.h"
#include "bridge/flow/fiat.h"
#include "bridge/flow/orders.h"
#include "chain/receipt.h"

namespace vostro::bridge {

/// The payout that follows from a redemption and the configuration. Pure.
[[nodiscard]] Payout payout_of(const BridgeConfig& config, const Standing& standing,
                               const Redemption& redemption);
/// "VR" and 30 hexadecimal digits: 32 of the 35 characters that ISO 20022 has.
[[nodiscard]] std::string payout_message_id(const chain::OwnedId& redeem);

/// Writes the message of a payout: bridge/messages.h; another one in tests. Errors: a sentence.
using PayoutWriter = std::function<Result<std::string, std::string>(const Payout&)>;

/// A Redeem of a pool's currency is final. `business_date`: of its entries.
void on_redeem(BookTransaction& book, const BridgeConfig& config, const PayoutWriter& write,
               const chain::OwnedId& id, const chain::AccountId& account, const Money& amount,
               UnixMillis block_time, Date business_date, bool is_delayed);
/// A delayed Redeem fell due, or was cancelled.
void on_delay_over(BookTransaction& book, const BridgeConfig& config, const PayoutWriter& write,
                   Redemption redemption, bool is_open);

/// Pays what waited for a standing instruction that is there now.
void pay_waiting(BookTransaction& book, const BridgeConfig& config, const PayoutWriter& write);

/// The bank's word. `message`: hash of its bytes.
void take_status(BookTransaction& book, const BridgeConfig& config, const OrderMaker& maker,
                 const PayoutStatus& status, const Hash& message);

/// A redemption was closed on the ledger, by our order or by somebody else's.
void on_closed(BookTransaction& book, Redemption redemption, bool is_paid,
               const chain::OwnedId& order);
/// Our order to close was rejected, expired or refused: `why`. The next one follows by
/// `close_again`.
void on_close_failed(BookTransaction& book, const Bic& agent, Redemption redemption,
                     const std::string& why);
/// Makes the next order for each redemption that the bank decided and no order closes.
void close_again(BookTransaction& book, const OrderMaker& maker);

/// Alarms for answers that are late.
void look_at_deadlines(BookTransaction& book);

}  // namespace vostro::bridge
