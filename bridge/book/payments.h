/// Customers' payments, out and in, and how each comes to its end. One row each, by side and the
/// payment's name on the ledger; every change adds a step to the book. Functions over one
/// transaction of the book, which reads each row once, and writes those that change together.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "bridge/book/book.h"
#include "chain/account.h"

namespace vostro::bridge {

inline constexpr std::string_view payment_flow = "payment";

/// Of orders for one step; then it waits for a while, with an alarm.
inline constexpr std::uint32_t rejections_max = 3;

enum class PaymentSide : std::uint8_t { outgoing = 1, incoming };
[[nodiscard]] std::string_view to_string(PaymentSide side);

enum class PaymentState : std::uint8_t {
  // Both sides.
  screening = 1,  ///< A name is like one on a list: two persons decide.
  blocked,        ///< Frozen under a law, by the creditor's bank.
  returned,       ///< Over: it settled, and came back.
  // At the debtor's bank.
  ready,      ///< Checked; its day, a price or a key of the other bank is waited for.
  ordered,    ///< The customer is debited; the order is signed, and on its way.
  held,       ///< Waits for the creditor's bank.
  settled,    ///< The money is the creditor's bank's.
  confirmed,  ///< The creditor has it: over, at both banks.
  refused,    ///< Over: not paid, and the customer has his money.
  // At the creditor's bank.
  arrived,    ///< Held or settled; its annex is not opened yet.
  accepting,  ///< An Accept is on its way.
  rejecting,  ///< A Reject is on its way.
  blocking,   ///< A Block is on its way.
  credited,   ///< The customer is credited; the ledger does not know yet.
  returning,  ///< It settled and cannot be credited, or is given back: a Return is on its way.
  released,   ///< Over: it went back without having settled.
};
[[nodiscard]] std::string_view to_string(PaymentState state);
[[nodiscard]] bool is_over(PaymentState state);

/// What became of a request to give the money back.
enum class RecallState : std::uint8_t {
  none = 1,
  asked,     ///< Outgoing: our core asks; the Recall is not made yet.
  ordered,   ///< Outgoing: the Recall is on its way.
  open,      ///< It settled, and the creditor's bank has to answer.
  refusing,  ///< Incoming: our core refuses; the RefuseRecall is not final yet.
  over,      ///< Answered.
};
[[nodiscard]] std::string_view to_string(RecallState state);

struct CustomerPayment {
  PaymentSide side = PaymentSide::outgoing;
  chain::OwnedId name;
  Money amount;            ///< what the creditor gets
  chain::AccountId other;  ///< the other bank's account on the ledger
  // Of the message that ordered it; empty where it came in.
  std::string source_type;  ///< "pain.001.001.09"
  std::string source_id;    ///< its MsgId
  std::string group_id;     ///< PmtInfId
  std::string instruction_id;
  std::string end_to_end_id;
  Date execution;       ///< not before this business date
  std::string bearer;   ///< "SHAR"
  std::string purpose;  ///< four letters, or empty
  UnixMillis since;     ///< received, or the block's time
  // What changes.
  PaymentState state = PaymentState::ready;
  std::string customer;  ///< the account with us; empty until it is known
  std::string details;   ///< pacs.008.001.08 of this payment alone; empty until it is known
  /// Outgoing: taken from the customer. Incoming: what arrived when it settled, then what is given
  /// back.
  std::optional<Money> booked;
  std::optional<Date> settled;  ///< business date on which it settled
  std::string code;             ///< why it was refused, rejected or returned; empty
  RecallState recall = RecallState::none;
  std::string recall_id;         ///< CxlId of the request
  std::string recall_code;       ///< its reason; incoming: that of our refusal
  std::uint32_t attempt = 0;     ///< orders signed so far, the payment itself left out
  std::uint32_t rejections = 0;  ///< of orders for the present step
  std::optional<Uuid> order;     ///< id of the order that is on its way

  bool operator==(const CustomerPayment&) const = default;
};
/// "outgoing/NORDDEFF:6f9619ff-8b86-4d01-b42d-00cf4fc964ff"
[[nodiscard]] std::string key_of(const CustomerPayment& payment);
[[nodiscard]] Hash facts_of(const CustomerPayment& payment);

void insert(BookTransaction& book, const CustomerPayment& payment, std::string_view detail);
/// All that changes, but `details`: some kilobytes, which become known once.
void update(BookTransaction& book, const CustomerPayment& payment, std::string_view detail);
/// Before the `update` of the step that learnt them.
void note_details(BookTransaction& book, const CustomerPayment& payment);

[[nodiscard]] std::optional<CustomerPayment> find_payment(BookTransaction& book, PaymentSide side,
                                                          const chain::OwnedId& name);
/// Looks up many at once, which `find_payment` is asked for next.
struct PaymentKey {
  PaymentSide side = PaymentSide::outgoing;
  chain::OwnedId name;

  auto operator<=>(const PaymentKey&) const = default;
};
void look_up_payments(BookTransaction& book, const std::vector<PaymentKey>& which);
[[nodiscard]] std::optional<CustomerPayment> find_payment_by_order(BookTransaction& book,
                                                                   const Uuid& order);
/// Incoming ones may share a UETR: other banks choose theirs.
[[nodiscard]] std::vector<CustomerPayment> find_payments_by_uetr(BookTransaction& book,
                                                                 PaymentSide side,
                                                                 const Uuid& uetr);
[[nodiscard]] std::vector<CustomerPayment> payments_in(BookTransaction& book, PaymentState state);
[[nodiscard]] bool is_any_in(BookTransaction& book, PaymentState state);

/// Of an incoming payment: what is on the bank's account of the ledger for it, and with no customer
/// yet. Nothing where it has not settled, or is over.
[[nodiscard]] Money not_yet_credited(const CustomerPayment& payment);

/// Where a look over the payments stood.
struct PaymentPlace {
  UnixMillis since;
  chain::OwnedId name;
  PaymentSide side = PaymentSide::outgoing;
};
[[nodiscard]] PaymentPlace place_of(const CustomerPayment& payment);
/// Those whose next step needs an answer of the node, oldest first, at most `count_max`, from
/// behind `after` on. `day`: the latest business date of a currency; what is to be ordered later is
/// left out.
[[nodiscard]] std::vector<CustomerPayment> payments_to_ask_about(
    BookTransaction& book, const std::optional<PaymentPlace>& after, const std::optional<Date>& day,
    std::size_t count_max);

/// What the open payments of one currency explain of the bank's own accounts, below zero where they
/// owe.
struct OpenMoney {
  MinorUnits outgoing;  ///< debited and ordered, and the ledger does not have the order yet
  MinorUnits incoming;  ///< settled, and with no customer yet
};
[[nodiscard]] std::map<Currency, OpenMoney> money_of_open_payments(BookTransaction& book);
/// Oldest first; `is_open_only`: those that are not over.
[[nodiscard]] std::vector<CustomerPayment> all_payments(BookTransaction& book, bool is_open_only);

}  // namespace vostro::bridge
