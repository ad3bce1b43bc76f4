#include "bridge/flow/outgoing.h"

#include <algorithm>

#include "base/check.h"
#include "bridge/book/customers.h"
#include "bridge/book/mail.h"
#include "bridge/flow/payment_steps.h"
#include "bridge/flow/screening_gate.h"

namespace vostro::bridge {
namespace {

const Participant& participant_of(const Rules& rules) {
  VOSTRO_CHECK(rules.config.participant);
  return *rules.config.participant;
}

std::string annex_id(const CustomerPayment& payment) {
  return "annex/" + chain::to_text(payment.name);
}

/// Why the order is refused before anything is done: an ISO 20022 code; empty: it is not.
std::string fault_of(BookTransaction& book, const Rules& rules, const CustomerOrder& order) {
  if (!order.refusal.empty()) return order.refusal;
  if (order.debtor_agent != rules.config.agent) return "AGNT";    // incorrect agent
  if (order.creditor_agent == rules.config.agent) return "AG01";  // forbidden on this channel
  const auto customer = find_customer(book, order.account);
  if (!customer) return "AC02";  // debtor's account unknown
  if (customer->status == CustomerStatus::closed) return "AC04";
  if (customer->status == CustomerStatus::blocked) return "AC06";
  return {};
}

CustomerPayment payment_of(const Rules& rules, const CustomerOrder& order, const std::string& type,
                           const std::string& message_id, UnixMillis now) {
  CustomerPayment payment;
  payment.side = PaymentSide::outgoing;
  payment.name = {rules.config.agent, order.uetr};
  payment.amount = order.amount;
  payment.other = participant_of(rules).account_at(order.creditor_agent);
  payment.source_type = type;
  payment.source_id = message_id;
  payment.group_id = order.group_id;
  payment.instruction_id = order.instruction_id;
  payment.end_to_end_id = order.end_to_end_id;
  payment.execution = order.execution;
  payment.bearer = order.bearer;
  payment.purpose = order.purpose;
  payment.since = now;
  payment.customer = order.account;
  payment.details = order.details;
  return payment;
}

void take_order(BookTransaction& book, const Rules& rules, const CustomerOrder& order,
                const std::string& type, const std::string& message_id) {
  CustomerPayment payment = payment_of(rules, order, type, message_id, book.now());
  if (find_payment(book, PaymentSide::outgoing, payment.name)) {
    // One UETR is one payment, for ever: this order is refused, and that one goes on.
    payment.code = "AM05";
    report(book, rules, payment, "RJCT", book.now());
    book.raise("uetr/" + to_text(order.uetr), "the message " + message_id + " has the UETR " +
                                                  to_text(order.uetr) +
                                                  " of an earlier order: it is refused");
    return;
  }
  payment.code = fault_of(book, rules, order);
  if (!payment.code.empty()) {
    payment.state = PaymentState::refused;
    insert(book, payment, order.why.empty() ? "refused at once" : order.why);
    report(book, rules, payment, "RJCT", book.now());
    return;
  }
  payment.state = PaymentState::ready;
  insert(book, payment, "taken");
  static_cast<void>(hold_for_screening(book, rules, payment));
}

chain::Bearer bearer_of(const CustomerPayment& payment) {
  return chain::bearer_from(payment.bearer).value_or(chain::Bearer::shar);
}

chain::Body body_of(const Rules& rules, const CustomerPayment& payment, const Terms& terms) {
  chain::Credit credit;
  credit.creditor = payment.other;
  credit.amount = payment.amount.units;
  credit.annex = terms.commitment;
  if (payment.purpose.size() == 4) {
    credit.purpose.emplace();
    std::copy_n(payment.purpose.begin(), 4, credit.purpose->code.begin());
  }
  const chain::Acceptance acceptance{terms.accept_by};
  const chain::AccountId& debtor = participant_of(rules).account;
  if (!terms.offer)
    return chain::Payment{debtor,     payment.amount.currency, credit, bearer_of(payment),
                          acceptance, chain::IfShort::reject};
  return chain::FxPayment{debtor,
                          payment.amount.currency,
                          credit,
                          bearer_of(payment),
                          acceptance,
                          chain::IfShort::reject,
                          terms.offer->price,
                          terms.offer->quote.quote};
}

void clear_waiting(BookTransaction& book, const CustomerPayment& payment) {
  book.clear("waiting/" + key_of(payment));
}

/// What was taken from the customer is his again.
void refund(BookTransaction& book, CustomerPayment& payment, std::string_view why) {
  if (!payment.booked) return;
  credit(book, why, key_of(payment), payment.customer, BankAccount::outgoing, *payment.booked);
  payment.booked.reset();
}

void end_recall(BookTransaction& book, const Rules& rules, CustomerPayment& payment,
                const std::string& code, UnixMillis at) {
  if (payment.recall == RecallState::none || payment.recall == RecallState::over) return;
  payment.recall = RecallState::over;
  answer_recall(book, rules, payment, code, at);
}

/// What the receipt puts on the bank's account.
const chain::Entry* back_entry(const Rules& rules, const chain::Receipt& receipt) {
  const chain::AccountId& ours = participant_of(rules).account;
  const auto found = std::ranges::find_if(receipt.entries, [&](const chain::Entry& each) {
    return each.place.kind == chain::PlaceKind::account && each.place.account == ours &&
           each.amount.value > 0;
  });
  return found == receipt.entries.end() ? nullptr : &*found;
}

/// Money that had settled, or was exchanged, is back on the bank's account.
void on_returned(BookTransaction& book, const Rules& rules, CustomerPayment& payment,
                 const client::FinalReceipt& placed) {
  payment.state = PaymentState::returned;
  payment.code = code_of(placed.receipt);
  Money returned = payment.amount;
  Date booked = payment.settled.value_or(payment.execution);
  if (const chain::Entry* entry = back_entry(rules, placed.receipt); entry != nullptr) {
    returned = {entry->currency, entry->amount};
    booked = entry->business_date;
  }
  const auto customer = find_customer(book, payment.customer);
  const bool is_his_currency = customer && customer->currency == returned.currency;
  const bool is_open = customer && customer->status != CustomerStatus::closed;
  if (is_his_currency && is_open) {
    credit(book, "returned", key_of(payment), payment.customer, BankAccount::outgoing, returned);
    notify_credit(book, rules, payment, returned, booked, payment.code, placed.block_time);
  } else {
    // A return comes in the creditor's currency; and an account may be gone meanwhile.
    move(book, "returned", key_of(payment), BankAccount::own, BankAccount::outgoing, returned);
    book.raise("returned/" + key_of(payment),
               "a payment came back that cannot be credited to its customer, whose account is " +
                   std::string(is_open ? "in another currency" : "closed") +
                   ": it stands on the bank's own account, pay it out by hand");
  }
  if (!payment.source_type.starts_with("pain.")) {
    PaymentNote note;
    note.message_id = message_id_of("return", payment, payment.code);
    note.created = UnixSeconds(placed.block_time.value / 1000);
    note.from = payment.other.owner;
    note.to = rules.config.agent;
    note.uetr = payment.name.id;
    note.end_to_end_id = payment.end_to_end_id;
    note.amount = payment.amount;
    note.settled = payment.settled;
    note.code = payment.code;
    note.returned = returned;
    send_message(book, rules, "pacs.004.001.09", note.message_id,
                 write_return(channel_of(rules), note));
  }
  end_recall(book, rules, payment, "", placed.block_time);
}

}  // namespace

void take_orders(BookTransaction& book, const Rules& rules, const CustomerOrders& orders,
                 const std::string& type, const std::string& message_id) {
  std::vector<PaymentKey> keys;
  for (const CustomerOrder& order : orders.orders)
    keys.push_back({PaymentSide::outgoing, {rules.config.agent, order.uetr}});
  look_up_payments(book, keys);
  for (const CustomerOrder& order : orders.orders) take_order(book, rules, order, type, message_id);
}

void order_payment(BookTransaction& book, const Rules& rules, CustomerPayment payment,
                   const Terms& terms) {
  if (payment.state != PaymentState::ready) return;
  if (hold_for_screening(book, rules, payment)) {
    clear_waiting(book, payment);
    return;
  }
  const auto customer = find_customer(book, payment.customer);
  if (!customer || customer->status == CustomerStatus::closed) {
    refuse_payment(book, rules, std::move(payment), customer ? "AC04" : "AC02", book.now(),
                   "the customer's account was closed meanwhile");
    return;
  }
  if (customer->status == CustomerStatus::blocked) {
    refuse_payment(book, rules, std::move(payment), "AC06", book.now(),
                   "the customer's account was blocked meanwhile");
    return;
  }
  const Money price = terms.offer ? terms.offer->price : payment.amount;
  VOSTRO_CHECK(price.currency == customer->currency);
  if (customer->balance < price.units) {
    refuse_payment(book, rules, std::move(payment), "AM04", book.now(),
                   "the customer has not enough");
    return;
  }
  debit(book, "ordered", key_of(payment), payment.customer, BankAccount::outgoing, price);
  payment.booked = price;
  payment.order = payment.name.id;
  payment.state = PaymentState::ordered;
  insert(book, OutboxItem{annex_id(payment), OutboxItem::Kind::annex, to_hex(terms.sealed)});
  rules.maker.order(book, payment.name.id, body_of(rules, payment, terms));
  clear_waiting(book, payment);
  end_screening(book, rules, payment);
  update(book, payment, "debited and ordered");
}

void refuse_payment(BookTransaction& book, const Rules& rules, CustomerPayment payment,
                    const std::string& code, UnixMillis at, std::string_view why) {
  remove_from_outbox(book, annex_id(payment));
  end_order(book, rules, payment);
  clear_waiting(book, payment);
  end_screening(book, rules, payment);
  refund(book, payment, "refused");
  payment.state = PaymentState::refused;
  payment.code = code;
  end_recall(book, rules, payment, "", at);  // whoever asked for it back has it
  update(book, payment, why);
  report(book, rules, payment, "RJCT", at);
}

void wait_for_terms(BookTransaction& book, const Rules& rules, CustomerPayment payment,
                    const std::string& why) {
  if (payment.state != PaymentState::ready) return;
  const auto limit_ms =
      static_cast<std::uint64_t>(participant_of(rules).quote_within.count()) * 1000;
  // From the first time on that it could have been ordered: its day may be long after it came.
  const std::string alarm = "waiting/" + key_of(payment);
  book.raise(alarm, "a payment waits: " + why);
  const auto since = raised_since(book, alarm);
  if (since && book.now().value > since->value + limit_ms)
    refuse_payment(book, rules, std::move(payment), "AM23", book.now(), why);
}

void on_payment_not_taken(BookTransaction& book, const Rules& rules, CustomerPayment payment,
                          const std::string& code) {
  if (payment.state != PaymentState::ordered) return;
  refuse_payment(book, rules, std::move(payment), code, book.now(),
                 code == "TM01"   ? "the order was in no block in time"
                 : code == "AM05" ? "the UETR was used by another order of the bank"
                                  : "the bank's own approvers refused the order");
}

void on_outgoing(BookTransaction& book, const Rules& rules, CustomerPayment payment,
                 std::string_view word, const client::FinalReceipt& placed) {
  const UnixMillis at = placed.block_time;
  const chain::Receipt& receipt = placed.receipt;
  if (payment.order == payment.name.id) {
    remove_from_outbox(book, annex_id(payment));  // the ledger has the order: the annex is there
    end_order(book, rules, payment);
  }
  const chain::Entry* back = back_entry(rules, receipt);
  const bool is_exchanged =
      back != nullptr && payment.booked && back->currency != payment.booked->currency;
  if (word == "released" && is_exchanged) {
    // It was blocked, which exchanged it: what comes back is not what the customer paid.
    payment.booked.reset();
    on_returned(book, rules, payment, placed);
    update(book, payment, word);
    return;
  }
  if (word == "rejected" || word == "released" || word == "cancelled") {
    refund(book, payment, word);
    payment.state = PaymentState::refused;
    payment.code = code_of(receipt);
    if (word == "cancelled" && payment.code.empty()) payment.code = "CUST";
    end_recall(book, rules, payment, "", at);
    update(book, payment, word);
    report(book, rules, payment, "RJCT", at);
    return;
  }
  if (word == "held" || word == "delayed") {
    payment.state = PaymentState::held;
    update(book, payment, word);
    report(book, rules, payment, "PDNG", at);
  } else if (word == "final") {
    payment.state = PaymentState::settled;
    payment.booked.reset();  // it is the other bank's now
    if (!receipt.entries.empty()) payment.settled = receipt.entries.front().business_date;
    update(book, payment, word);
    report(book, rules, payment, "ACSC", at);
  } else if (word == "credited") {
    payment.state = PaymentState::confirmed;
    update(book, payment, word);
    report(book, rules, payment, "ACCC", at);
  } else if (word == "blocked") {
    payment.state = PaymentState::blocked;
    update(book, payment, word);
    report(book, rules, payment, "BLCK", at);
  } else if (word == "recalled") {
    payment.recall = RecallState::open;
    update(book, payment, word);
  } else if (word == "recall_refused") {
    end_recall(book, rules, payment, code_of(receipt), at);
    update(book, payment, word);
  } else if (word == "returned") {
    on_returned(book, rules, payment, placed);
    update(book, payment, word);
  }
}

void take_recalls(BookTransaction& book, const Rules& rules, const RecallRequest& request) {
  for (const RecallRequest::Item& item : request.items) {
    auto payment = find_payment(book, PaymentSide::outgoing, {rules.config.agent, item.uetr});
    if (!payment) {
      CustomerPayment unknown;
      unknown.name = {rules.config.agent, item.uetr};
      unknown.recall_id = item.cancellation_id;
      answer_recall(book, rules, unknown, "NOOR", book.now());  // no original transaction
      continue;
    }
    const bool is_asked =
        payment->recall != RecallState::none && payment->recall != RecallState::over;
    if (is_asked) {
      if (payment->recall_id != item.cancellation_id)
        book.raise("recall/" + key_of(*payment), "a second request to give back " +
                                                     to_text(item.uetr) +
                                                     " came while one is open: it is passed over");
      continue;
    }
    payment->recall_id = item.cancellation_id;
    payment->recall_code = item.code.empty() ? "CUST" : item.code;
    payment->rejections = 0;
    payment->recall = RecallState::asked;
    switch (payment->state) {
      case PaymentState::returned:
      case PaymentState::refused:
        end_recall(book, rules, *payment, "ARDT", book.now());  // it came back already
        update(book, *payment, "asked back when it was over");
        break;
      case PaymentState::screening:
        // People decide first: what they freeze is not given back.
        update(book, *payment, "asked back while screening holds it");
        break;
      case PaymentState::ready:
        end_recall(book, rules, *payment, "", book.now());
        refuse_payment(book, rules, *std::move(payment), "DS02", book.now(),
                       "taken back before it was ordered");
        break;
      default:
        update(book, *payment, "asked back");
    }
  }
}

void order_recall(BookTransaction& book, const Rules& rules, CustomerPayment payment,
                  std::optional<chain::Original> original) {
  if (payment.recall != RecallState::asked || payment.order) return;
  give_order(book, rules, payment, "recall",
             chain::Recall{participant_of(rules).account, payment.name,
                           given_code_of(payment.recall_code), std::move(original)});
  payment.recall = RecallState::ordered;
  update(book, payment, "the recall is ordered");
}

void on_cannot_recall(BookTransaction& book, const Rules& rules, CustomerPayment payment) {
  if (payment.recall != RecallState::asked) return;
  end_recall(book, rules, payment, "NARR", book.now());
  update(book, payment, "the node has not its receipt any more: it cannot be recalled");
}

void on_recall_failed(BookTransaction& book, const Rules& rules, CustomerPayment payment,
                      const std::string& code) {
  end_order(book, rules, payment);
  if (payment.recall == RecallState::ordered) {
    // It may have settled while the recall of a held payment was on its way: the next one shows
    // its receipt.
    payment.recall = RecallState::asked;
    if (++payment.rejections >= rejections_max || payment.state == PaymentState::returned)
      end_recall(book, rules, payment, code.empty() ? "NARR" : code, book.now());
  }
  update(book, payment, "the recall was not taken: " + code);
}

}  // namespace vostro::bridge
