/// Where the flows of customers' payments meet screening: what its people have not decided goes no
/// further. Inside one transaction of the book.
#pragma once

#include <cstdint>

#include "bridge/book/payments.h"

namespace vostro::bridge {

struct Rules;

/// What screening says of a payment now.
enum class Passage : std::uint8_t {
  open,     ///< Nobody on a list, or two persons released it.
  waiting,  ///< A name is like one on a list: people decide, or have frozen it.
  refused,  ///< Two persons turned it down.
};

/// The port to screening. Null in `Rules` where no lists are configured: nothing is screened then.
class PaymentGate {
 public:
  virtual ~PaymentGate() = default;
  /// Screens it, or looks what was decided. Lists change: asked again before each order. The
  /// payment's `details` name the parties.
  /// Whoever waits for people raises the alarm for them.
  [[nodiscard]] virtual Passage look(BookTransaction& book, const CustomerPayment& payment) = 0;
  /// The ledger says that it settled: it can be frozen there no more, and who waited for that is
  /// asked anew.
  virtual void settled(BookTransaction& book, const CustomerPayment& payment) = 0;
  /// It is ordered, credited, or on its way back: lists that change concern it no more.
  virtual void over(BookTransaction& book, const CustomerPayment& payment) = 0;
};

/// False: the payment may go on. Else it waits in the state `screening`, or was refused or
/// declined, and its row is written.
[[nodiscard]] bool hold_for_screening(BookTransaction& book, const Rules& rules,
                                      CustomerPayment& payment);
/// It settled, and is with no customer yet.
void settle_screening(BookTransaction& book, const Rules& rules, const CustomerPayment& payment);
/// Nothing that screening finds from now on changes what becomes of the payment.
void end_screening(BookTransaction& book, const Rules& rules, const CustomerPayment& payment);

}  // namespace vostro::bridge
