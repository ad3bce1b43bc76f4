/// A customer's payment at the debtor's bank: its order comes from the core system (pain.001,
/// pacs.008), the customer is debited when the ledger's order is signed, and gets the money back
/// where it did not stay.
///
///   order --checks fail--------------------------------------------------> refused
///     \--> ready --day, price and keys are there: debit--> ordered --receipt--> held --> settled
///            |                                                |                  |          |
///            \--no price in time, short of money--> refused <-/--rejected <------/ released |
///                                                             expired     cancelled         |
///                                                                       confirmed <---------+
///                                                                       returned  <---------/
///   recall: none --camt.056--> asked --> ordered --held: cancelled--> over
///                                           \--settled--> open --returned, refused--> over
///
/// Each function is a step inside one transaction of the book. Source: docs/bridge.md, "Customers'
/// payments".
#pragma once

#include <optional>
#include <string>

#include "bridge/book/payments.h"
#include "bridge/flow/customer.h"
#include "bridge/flow/ledger_events.h"
#include "chain/receipt.h"
#include "client/fx.h"

namespace vostro::bridge {

/// Takes every order of a message: each becomes a payment, or is refused with its code.
void take_orders(BookTransaction& book, const Rules& rules, const CustomerOrders& orders,
                 const std::string& type, const std::string& message_id);

/// What the node says about a payment that is ready, and what was made of it outside the book.
struct Terms {
  std::optional<client::FxOffer> offer;  ///< where the customer pays in another currency
  UnixSeconds accept_by;
  Hash commitment;  ///< of the annex
  Bytes sealed;     ///< the annex as it goes to the node
};
/// Debits the customer, and puts annex and order into the outbox.
void order_payment(BookTransaction& book, const Rules& rules, CustomerPayment payment,
                   const Terms& terms);
/// The money stays with the customer, or comes back to him. `code`: ISO 20022.
void refuse_payment(BookTransaction& book, const Rules& rules, CustomerPayment payment,
                    const std::string& code, UnixMillis at, std::string_view why);
/// It cannot be ordered yet: raises an alarm, and refuses it where `code` is given.
void wait_for_terms(BookTransaction& book, const Rules& rules, CustomerPayment payment,
                    const std::string& why);

/// `word`: the last step that the receipt made of the payment (docs/payment-life.md).
void on_outgoing(BookTransaction& book, const Rules& rules, CustomerPayment payment,
                 std::string_view word, const client::FinalReceipt& placed);
/// The order to pay was in no block in time (TM01), the bank's approvers refused it (DS02), or its
/// UETR is another order's on the ledger (AM05).
void on_payment_not_taken(BookTransaction& book, const Rules& rules, CustomerPayment payment,
                          const std::string& code);

/// camt.056 of our core system.
void take_recalls(BookTransaction& book, const Rules& rules, const RecallRequest& request);
/// `original`: where it has settled.
void order_recall(BookTransaction& book, const Rules& rules, CustomerPayment payment,
                  std::optional<chain::Original> original);
/// The node has not what a Recall of it shows: who asked is told so.
void on_cannot_recall(BookTransaction& book, const Rules& rules, CustomerPayment payment);
/// The ledger rejected our Recall, or nobody took it.
void on_recall_failed(BookTransaction& book, const Rules& rules, CustomerPayment payment,
                      const std::string& code);

}  // namespace vostro::bridge
