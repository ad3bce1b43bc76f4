#include "bridge/flow/payment_events.h"

#include <map>

#include "base/check.h"
#include "bridge/book/customers.h"
#include "bridge/book/mail.h"
#include "bridge/flow/incoming.h"
#include "bridge/flow/outgoing.h"
#include "bridge/flow/payment_steps.h"
#include "bridge/flow/screening.h"
#include "bridge/flow/screening_gate.h"

namespace vostro::bridge {
namespace {

/// `more`: how much more there is on the ledger, below zero where it is less.
void post_ledger(BookTransaction& book, BankAccount against, const std::string& reference,
                 const Money& more) {
  const std::int64_t units = more.units.value;
  if (units > 0) move(book, "ledger", reference, against, BankAccount::position, more);
  if (units < 0)
    move(book, "ledger", reference, BankAccount::position, against,
         {more.currency, MinorUnits(-units)});
}

/// What the receipt changed on the bank's account: in step with the ledger, whoever ordered it.
/// `of_incoming`: how much more of it waits for a customer; the rest is against `against`.
void post_position(BookTransaction& book, const chain::AccountId& account,
                   const client::FinalReceipt& placed, BankAccount against,
                   const std::string& reference, const std::optional<Money>& of_incoming = {}) {
  std::map<Currency, std::int64_t> sums;
  for (const chain::Entry& entry : placed.receipt.entries)
    if (entry.place.kind == chain::PlaceKind::account && entry.place.account == account)
      sums[entry.currency] += entry.amount.value;
  if (of_incoming) {
    post_ledger(book, BankAccount::incoming, reference, *of_incoming);
    sums[of_incoming->currency] -= of_incoming->units.value;
  }
  for (const auto& [currency, sum] : sums)
    post_ledger(book, against, reference, {currency, MinorUnits(sum)});
}

/// What a receipt of a payment to us adds to what waits for a customer. The rest of it is the
/// bank's own: fees that it takes, its part in an exchange, a Return that was locked before.
std::optional<Money> more_to_credit(const Rules& rules, const chain::Receipt& receipt,
                                    const std::optional<CustomerPayment>& payment,
                                    std::string_view word) {
  if (word == "final")
    return arrived_of(receipt, rules.config.participant->account, receipt.payment->amount);
  if (word != "returned" || !payment) return std::nullopt;
  const Money gone = not_yet_credited(*payment);
  return Money{gone.currency, MinorUnits(-gone.units.value)};
}

void on_order_rejected(BookTransaction& book, const Rules& rules, CustomerPayment payment,
                       const std::string& code) {
  if (payment.side == PaymentSide::outgoing)
    on_recall_failed(book, rules, std::move(payment), code);
  else
    on_answer_failed(book, rules, std::move(payment), code);
}

/// What screening holds now, and was to be accepted, waits: where nobody was given the Accept yet.
/// One that was sent may be final at any time; then screening is asked again.
void take_accepts_back(BookTransaction& book, const Rules& rules) {
  if (rules.gate == nullptr) return;
  for (const ScreeningState state : {ScreeningState::waiting, ScreeningState::rejected,
                                     ScreeningState::blocking, ScreeningState::blocked})
    for (const Screening& screening : screenings_in(book, state)) {
      if (screening.subject.direction != Direction::incoming) continue;
      auto payment = find_payment(book, PaymentSide::incoming, screening.subject.payment);
      if (!payment || payment->state != PaymentState::accepting || !payment->order ||
          was_sent(book, chain::to_text(chain::OwnedId{rules.maker.agent(), *payment->order})))
        continue;
      end_order(book, rules, *payment);
      if (!hold_for_screening(book, rules, *payment)) go_on(book, rules, *std::move(payment));
    }
}

/// Which payment of ours a receipt is about; none: of another account, or none.
std::optional<PaymentKey> payment_of(const chain::AccountId& ours, const chain::Receipt& receipt) {
  if (!receipt.payment) return std::nullopt;
  const chain::OwnedId name{receipt.payment->debtor.owner, receipt.payment->uetr};
  if (receipt.payment->creditor == ours) return PaymentKey{PaymentSide::incoming, name};
  if (receipt.payment->debtor == ours) return PaymentKey{PaymentSide::outgoing, name};
  return std::nullopt;
}

}  // namespace

void expect_payment_receipts(BookTransaction& book, const Rules& rules,
                             std::span<const client::Event> events) {
  std::vector<PaymentKey> keys;
  for (const client::Event& event : events)
    if (const auto* receipt = std::get_if<client::ReceiptEvent>(&event))
      if (const auto key = payment_of(rules.config.participant->account, receipt->receipt.receipt))
        keys.push_back(*key);
  look_up_payments(book, keys);
}

void take_payment_receipt(BookTransaction& book, const Rules& rules,
                          const client::FinalReceipt& placed,
                          const std::vector<std::string>& steps) {
  VOSTRO_CHECK(rules.config.participant);
  const chain::AccountId& ours = rules.config.participant->account;
  const chain::Receipt& receipt = placed.receipt;

  // A Block or Unblock that people decided; what it did to the payment follows below.
  if (receipt.id.owner == rules.maker.agent())
    if (auto screening = find_screening_by_order(book, receipt.id.id))
      on_screening_order(book, *std::move(screening), receipt);

  // An order of ours about a payment that changed nothing.
  if (steps.empty() && receipt.id.owner == rules.maker.agent() &&
      receipt.status == chain::Status::rejected)
    if (auto payment = find_payment_by_order(book, receipt.id.id)) {
      VOSTRO_CHECK(receipt.entries.empty());
      on_order_rejected(book, rules, *std::move(payment), code_of(receipt));
      return;
    }
  if (!receipt.payment || steps.empty()) {
    post_position(book, ours, placed, BankAccount::own, chain::to_text(receipt.id));
    return;
  }

  const chain::PaymentFacts& facts = *receipt.payment;
  const chain::OwnedId name{facts.debtor.owner, facts.uetr};
  const std::string& word = steps.back();
  const auto key = payment_of(ours, receipt);
  auto payment = key ? find_payment(book, key->side, key->name) : std::nullopt;
  if (facts.creditor == ours) {
    const bool is_new = !payment && (word == "held" || word == "final");
    post_position(book, ours, placed, BankAccount::own, chain::to_text(name),
                  more_to_credit(rules, receipt, payment, word));
    if (payment)
      on_incoming(book, rules, *std::move(payment), word, placed);
    else if (is_new)
      on_arrival(book, rules, name, facts, word == "final", placed);
    return;
  }
  post_position(book, ours, placed, payment ? BankAccount::outgoing : BankAccount::own,
                chain::to_text(name));
  if (!payment) return;  // treasury's, from this account
  if (payment->order && receipt.id == chain::OwnedId{rules.maker.agent(), *payment->order} &&
      receipt.id != name)
    end_order(book, rules, *payment);
  on_outgoing(book, rules, *std::move(payment), word, placed);
}

bool on_payment_order_failed(BookTransaction& book, const Rules& rules, const chain::OwnedId& id,
                             bool is_expired, const std::string& why) {
  auto payment = find_payment_by_order(book, id.id);
  if (!payment) return false;
  if (payment->side == PaymentSide::outgoing && payment->name.id == id.id)
    on_payment_not_taken(book, rules, *std::move(payment),
                         is_expired       ? "TM01"
                         : why == kIdUsed ? std::string(kIdUsed)
                                          : "DS02");
  else
    on_order_rejected(book, rules, *std::move(payment), is_expired ? "TM01" : why);
  return true;
}

void move_payments_on(BookTransaction& book, const Rules& rules, bool is_trying_again) {
  take_accepts_back(book, rules);
  for (CustomerPayment& payment : payments_in(book, PaymentState::screening))
    if (!hold_for_screening(book, rules, payment)) {
      if (payment.side == PaymentSide::incoming) {
        go_on(book, rules, std::move(payment));
      } else if (payment.recall == RecallState::asked) {
        refuse_payment(book, rules, std::move(payment), "DS02", book.now(),
                       "taken back before it was ordered");
      } else {
        payment.state = PaymentState::ready;
        update(book, payment, "released by screening");
      }
    }
  if (!is_trying_again) return;
  for (const PaymentState state : {PaymentState::credited, PaymentState::returning})
    for (CustomerPayment& payment : payments_in(book, state))
      if (payment.rejections > 0 && !payment.order) {
        payment.rejections = 0;
        update(book, payment, "tried again");
      }
}

}  // namespace vostro::bridge
