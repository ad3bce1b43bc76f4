#include "bridge/flow/screening_passage.h"

#include "bridge/customer_messages.h"
#include "bridge/flow/screening.h"

namespace vostro::bridge {
namespace {

Direction direction_of(const CustomerPayment& payment) {
  return payment.side == PaymentSide::outgoing ? Direction::outgoing : Direction::incoming;
}

}  // namespace

Passage ScreeningPassage::look(BookTransaction& book, const CustomerPayment& payment) {
  const auto details = read_known_details(payment.details);
  // Whoever took the payment has read it.
  if (!details) throw BookDamaged("the book holds a payment whose message does not read");
  ScreeningSubject subject{direction_of(payment), payment.name, account_, payment.amount, {}};
  for (const NamedParty& each : details->parties) {
    subject.parties.push_back({each.role, each.name, each.country});
    // Where he lives may be elsewhere than where he gets his post.
    if (!each.residence.empty() && each.residence != each.country)
      subject.parties.push_back({each.role, "", each.residence});
  }
  switch (screen_payment(book, lists_.screener(), subject)) {
    case ScreeningState::clear:
    case ScreeningState::released:
    case ScreeningState::unblocked_pay:
      return Passage::open;
    case ScreeningState::rejected:
    case ScreeningState::unblocked_release:
      return Passage::refused;
    case ScreeningState::waiting:
    case ScreeningState::blocking:
    case ScreeningState::blocked:
    case ScreeningState::unblocking_pay:
    case ScreeningState::unblocking_release:
    case ScreeningState::closed:
      return Passage::waiting;
  }
  VOSTRO_CHECK(false);
}

void ScreeningPassage::settled(BookTransaction& book, const CustomerPayment& payment) {
  on_screened_settled(book, direction_of(payment), payment.name);
}

void ScreeningPassage::over(BookTransaction& book, const CustomerPayment& payment) {
  close_screening(book, direction_of(payment), payment.name);
}

}  // namespace vostro::bridge
