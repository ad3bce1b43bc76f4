/// A customer's payment at the creditor's bank: it is taken when the account that its annex names
/// can be credited, else it goes back; the customer is credited when the money is the bank's.
///
///   arrived --annex opened, account open--> accepting --final--> credited --ConfirmCredit-->
///   confirmed
///      |  \--unknown, closed, ...--> rejecting --> released                 |
///      |                                              (accept_by passed)    | camt.056 out,
///      camt.029
///      \--settled unasked, cannot be credited--> returning --> returned <---/ or pacs.004 in
///
/// Names that are like those on a list stop it in `screening`; a Block in `blocked`. Each function
/// is a step inside one transaction of the book. Source: docs/bridge.md, "Customers' payments".
#pragma once

#include <optional>
#include <string>

#include "bridge/book/payments.h"
#include "bridge/flow/customer.h"
#include "bridge/flow/ledger_events.h"
#include "chain/receipt.h"

namespace vostro::bridge {

/// A payment to the bank's account that the book does not know: held, or settled unasked.
/// `is_settled`: the money is the bank's already.
void on_arrival(BookTransaction& book, const Rules& rules, const chain::OwnedId& name,
                const chain::PaymentFacts& facts, bool is_settled,
                const client::FinalReceipt& placed);

/// What the receipt that settles a payment of `amount` leaves of it on our account: less the
/// creditor's charges, which the order may take from there for any account of the other bank's.
[[nodiscard]] Money arrived_of(const chain::Receipt& receipt, const chain::AccountId& ours,
                               const Money& amount);

/// What was found in the annex of a payment that arrived.
struct Opened {
  std::string details;        ///< the pacs.008 in it; empty where there is none that counts
  std::string fault;          ///< why: a sentence for people
  std::string code = "FF01";  ///< ISO 20022, of the fault
};
void on_opened(BookTransaction& book, const Rules& rules, CustomerPayment payment,
               const Opened& opened);
/// The annex has not come yet: an alarm, once it is late.
void wait_for_annex(BookTransaction& book, const Rules& rules, const CustomerPayment& payment);
/// Takes it, or gives it back with a code: what the account allows. Also when people released it.
void go_on(BookTransaction& book, const Rules& rules, CustomerPayment payment);
/// It is not taken: `code`.
void decline(BookTransaction& book, const Rules& rules, CustomerPayment payment,
             const std::string& code, std::string_view why);

/// `word`: the last step that the receipt made of the payment (docs/payment-life.md).
void on_incoming(BookTransaction& book, const Rules& rules, CustomerPayment payment,
                 std::string_view word, const client::FinalReceipt& placed);
/// The ledger rejected our order about it, or nobody took it. `code`: why.
void on_answer_failed(BookTransaction& book, const Rules& rules, CustomerPayment payment,
                      const std::string& code);

// The next order about a payment that settled, which shows its receipt.
void confirm_credit(BookTransaction& book, const Rules& rules, CustomerPayment payment,
                    const chain::Original& original);
void order_return(BookTransaction& book, const Rules& rules, CustomerPayment payment,
                  const chain::Original& original);

/// camt.029 of our core system: keeps the money, or gives it back; where no customer has it yet, in
/// place of crediting him.
void take_recall_answers(BookTransaction& book, const Rules& rules, const RecallAnswer& answer);
/// pacs.004 of our core system: gives a credited payment back, whole or in part.
void take_returns(BookTransaction& book, const Rules& rules, const ReturnOrders& returns);

}  // namespace vostro::bridge
