/// What the flows of customers' payments share: orders about a payment, messages to the core
/// system, and whom screening lets pass. Each function is part of a step inside one transaction of
/// the book.
#pragma once

#include <string>
#include <string_view>

#include "bridge/book/payments.h"
#include "bridge/customer_messages.h"
#include "bridge/flow/ledger_events.h"
#include "chain/tx/answer.h"

namespace vostro::bridge {

/// Four letters or digits as they are; anything else is NARR, "in words".
[[nodiscard]] chain::GivenCode given_code_of(const std::string& code);
/// The receipt's code: the one that a bank gave, or the ledger's own; empty where there is none.
[[nodiscard]] std::string code_of(const chain::Receipt& receipt);

/// Signs `body` under an id that follows from the payment, `tag` and the number of the try, and
/// notes it as the order that is on its way. The caller updates the row.
void give_order(BookTransaction& book, const Rules& rules, CustomerPayment& payment,
                std::string_view tag, chain::Body body);
/// The order that was on its way is over: out of outbox and alarms.
void end_order(BookTransaction& book, const Rules& rules, CustomerPayment& payment);

[[nodiscard]] Channel channel_of(const Rules& rules);
/// "V" and 32 hexadecimal digits that follow from the payment and what is said.
[[nodiscard]] std::string message_id_of(std::string_view kind, const CustomerPayment& payment,
                                        std::string_view what);
/// Into journal and outbox; where it could not be written, the alarm `message`.
void send_message(BookTransaction& book, const Rules& rules, std::string_view type,
                  const std::string& message_id, const Result<std::string, std::string>& text);

/// To the core system that ordered it: pain.002 or pacs.002. Once for each status.
void report(BookTransaction& book, const Rules& rules, const CustomerPayment& payment,
            std::string_view status, UnixMillis at);
/// camt.029: agreed to where `code` is empty. To the core system that asked.
void answer_recall(BookTransaction& book, const Rules& rules, const CustomerPayment& payment,
                   const std::string& code, UnixMillis at);
/// camt.054: the customer's account was credited.
void notify_credit(BookTransaction& book, const Rules& rules, const CustomerPayment& payment,
                   const Money& amount, Date booked, const std::string& return_code, UnixMillis at);

}  // namespace vostro::bridge
