#include "bridge/flow/screening_gate.h"

#include "bridge/flow/incoming.h"
#include "bridge/flow/outgoing.h"

namespace vostro::bridge {
namespace {

// ISO 20022: regulatory reason.
constexpr const char* kRegulatory = "RR04";

}  // namespace

bool hold_for_screening(BookTransaction& book, const Rules& rules, CustomerPayment& payment) {
  if (rules.gate == nullptr) return false;
  switch (rules.gate->look(book, payment)) {
    case Passage::open:
      return false;
    case Passage::waiting:
      if (payment.state == PaymentState::screening) return true;
      payment.state = PaymentState::screening;
      update(book, payment, "a name is like one on a list");
      return true;
    case Passage::refused:
      if (payment.side == PaymentSide::outgoing)
        refuse_payment(book, rules, payment, kRegulatory, book.now(), "refused by screening");
      else
        decline(book, rules, payment, kRegulatory, "refused by screening");
      return true;
  }
  return true;
}

void settle_screening(BookTransaction& book, const Rules& rules, const CustomerPayment& payment) {
  if (rules.gate != nullptr) rules.gate->settled(book, payment);
}

void end_screening(BookTransaction& book, const Rules& rules, const CustomerPayment& payment) {
  if (rules.gate != nullptr) rules.gate->over(book, payment);
}

}  // namespace vostro::bridge
