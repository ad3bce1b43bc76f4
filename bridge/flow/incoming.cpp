#include "bridge/flow/incoming.h"

#include "base/check.h"
#include "bridge/book/customers.h"
#include "bridge/flow/payment_steps.h"
#include "bridge/flow/screening_gate.h"

namespace vostro::bridge {
namespace {

// ISO 20022: following a cancellation request.
constexpr const char* kAgreed = "FOCR";

const chain::AccountId& our_account(const Rules& rules) {
  VOSTRO_CHECK(rules.config.participant);
  return rules.config.participant->account;
}

bool is_ours(const chain::Entry& entry, const chain::AccountId& ours) {
  return entry.place.kind == chain::PlaceKind::account && entry.place.account == ours;
}

/// It settled: when, and how much of it arrived.
void note_settled(const Rules& rules, CustomerPayment& payment, const chain::Receipt& receipt) {
  payment.booked = arrived_of(receipt, our_account(rules), payment.amount);
  for (const chain::Entry& entry : receipt.entries)
    if (is_ours(entry, our_account(rules)) && entry.currency == payment.amount.currency)
      payment.settled = entry.business_date;
}

/// Why the customer cannot be credited: an ISO 20022 code; empty: he can.
std::string obstacle(BookTransaction& book, const CustomerPayment& payment) {
  // Wrong amount: charges were taken of it, and he would get what the bank has not got.
  if (payment.settled && payment.booked && *payment.booked != payment.amount) return "AM09";
  const auto customer = find_customer(book, payment.customer);
  if (!customer) return "AC01";  // no such account
  if (customer->status == CustomerStatus::closed) return "AC04";
  if (customer->status == CustomerStatus::blocked) return "AC06";
  if (customer->currency != payment.amount.currency) return "AM03";  // not in this currency
  return {};
}

void start_return(BookTransaction& book, const Rules& rules, CustomerPayment& payment,
                  const std::string& code, std::string_view why) {
  end_screening(book, rules, payment);
  payment.state = PaymentState::returning;
  payment.code = code;
  payment.rejections = 0;
  update(book, payment, why);
}

void credit_customer(BookTransaction& book, const Rules& rules, CustomerPayment& payment,
                     UnixMillis at) {
  VOSTRO_CHECK(payment.settled);
  credit(book, "credited", key_of(payment), payment.customer, BankAccount::incoming,
         payment.amount);
  end_screening(book, rules, payment);
  payment.state = PaymentState::credited;
  payment.code.clear();
  payment.rejections = 0;
  update(book, payment, "credited");
  const std::string id = message_id_of("inward", payment, "");
  send_message(book, rules, "pacs.008.001.08", id,
               write_inward(channel_of(rules), id, UnixSeconds(at.value / 1000), *payment.settled,
                            payment.details));
  notify_credit(book, rules, payment, payment.amount, *payment.settled, "", at);
}

bool has_customer(const CustomerPayment& payment) {
  return payment.state == PaymentState::credited || payment.state == PaymentState::confirmed;
}

/// Our core has agreed to a recall before any customer had the money.
bool is_agreed(const CustomerPayment& payment) {
  return payment.recall == RecallState::open && payment.code == kAgreed &&
         payment.state != PaymentState::returning && !has_customer(payment);
}

/// Gives back what the customer has, where he has it. False: he has not enough, or his account is
/// not open; nothing was done.
bool take_back(BookTransaction& book, const Rules& rules, CustomerPayment& payment,
               const Money& amount, const std::string& code) {
  const auto customer = find_customer(book, payment.customer);
  if (!customer || customer->status != CustomerStatus::open || customer->balance < amount.units) {
    book.raise("recall/" + key_of(payment),
               "the payment cannot be given back: the customer's account is closed or blocked, or "
               "has too little; refuse it, or give it the money");
    return false;
  }
  end_order(book, rules, payment);  // to confirm it, or to refuse the recall
  debit(book, "given back", key_of(payment), payment.customer, BankAccount::incoming, amount);
  payment.booked = amount;
  if (payment.recall == RecallState::refusing) payment.recall = RecallState::open;
  book.clear("recall/" + key_of(payment));
  start_return(book, rules, payment, code, "given back by its customer");
  return true;
}

/// The one payment that is meant, among those of several banks that chose the same UETR.
std::optional<CustomerPayment> meant(BookTransaction& book, const Uuid& uetr,
                                     const std::string& what) {
  auto found = find_payments_by_uetr(book, PaymentSide::incoming, uetr);
  if (found.size() == 1) return std::move(found.front());
  book.raise("answer/" + to_text(uetr),
             what + " names the payment " + to_text(uetr) + ", " +
                 (found.empty() ? "which never came in" : "which several banks have sent") +
                 ": nothing is done");
  return std::nullopt;
}

void on_final(BookTransaction& book, const Rules& rules, CustomerPayment& payment,
              const client::FinalReceipt& placed) {
  note_settled(rules, payment, placed.receipt);
  settle_screening(book, rules, payment);
  const bool is_judged =
      payment.state == PaymentState::accepting || payment.state == PaymentState::blocked;
  if (payment.state == PaymentState::rejecting) {
    // Somebody took it by hand, before our rejection.
    start_return(book, rules, payment, payment.code, "taken by another order of the bank");
  } else if (payment.state == PaymentState::blocked && payment.details.empty()) {
    // It was frozen before its annex was opened: now that is asked for.
    payment.state = PaymentState::arrived;
    update(book, payment, "unblocked, and for whom it is not known yet");
  } else if (!is_judged) {
    update(book, payment, "settled by another order of the bank");
  } else {
    // The Accept may be an hour old: lists, persons and the account are asked once more.
    go_on(book, rules, payment);
  }
}

void on_recalled(BookTransaction& book, const Rules& rules, CustomerPayment& payment,
                 const client::FinalReceipt& placed) {
  payment.recall = RecallState::open;
  payment.recall_code = code_of(placed.receipt);
  payment.recall_id = message_id_of("recall", payment, to_text(placed.receipt.id.id));
  update(book, payment, "recalled");
  if (payment.state == PaymentState::returning) return;  // it is on its way back already
  PaymentNote note;
  note.message_id = payment.recall_id;
  note.created = UnixSeconds(placed.block_time.value / 1000);
  note.from = payment.name.owner;
  note.to = rules.config.agent;
  note.uetr = payment.name.id;
  note.end_to_end_id = payment.end_to_end_id;
  note.cancellation_id = payment.recall_id;
  note.amount = payment.amount;
  note.settled = payment.settled;
  note.code = payment.recall_code;
  send_message(book, rules, "camt.056.001.08", note.message_id,
               write_recall(channel_of(rules), note));
}

void refuse_recall(BookTransaction& book, const Rules& rules, CustomerPayment& payment,
                   std::string_view why) {
  payment.recall = RecallState::refusing;
  give_order(
      book, rules, payment, "refuse-recall",
      chain::RefuseRecall{our_account(rules), payment.name, given_code_of(payment.recall_code)});
  update(book, payment, why);
}

}  // namespace

Money arrived_of(const chain::Receipt& receipt, const chain::AccountId& ours, const Money& amount) {
  Money arrived = amount;
  for (const chain::Entry& entry : receipt.entries)
    if (entry.kind == chain::EntryKind::charge && is_ours(entry, ours) &&
        entry.currency == amount.currency && entry.amount.value < 0)
      arrived.units.value += entry.amount.value;
  return arrived;
}

void on_arrival(BookTransaction& book, const Rules& rules, const chain::OwnedId& name,
                const chain::PaymentFacts& facts, bool is_settled,
                const client::FinalReceipt& placed) {
  VOSTRO_CHECK(facts.creditor == our_account(rules));
  CustomerPayment payment;
  payment.side = PaymentSide::incoming;
  payment.name = name;
  payment.amount = facts.amount;
  payment.other = facts.debtor;
  payment.since = placed.block_time;
  payment.state = PaymentState::arrived;
  if (is_settled) note_settled(rules, payment, placed.receipt);
  insert(book, payment, is_settled ? "settled unasked" : "held for us");
}

void on_opened(BookTransaction& book, const Rules& rules, CustomerPayment payment,
               const Opened& opened) {
  if (payment.state != PaymentState::arrived) return;
  book.clear("annex/" + key_of(payment));
  if (!opened.fault.empty()) {
    decline(book, rules, std::move(payment), opened.code, opened.fault);
    return;
  }
  const auto details = read_known_details(opened.details);
  VOSTRO_CHECK(details);  // whoever opened it has read it
  payment.details = opened.details;
  note_details(book, payment);
  payment.customer = details->creditor().account;
  payment.end_to_end_id = details->end_to_end_id;
  go_on(book, rules, std::move(payment));
}

void wait_for_annex(BookTransaction& book, const Rules& rules, const CustomerPayment& payment) {
  const auto limit_ms =
      static_cast<std::uint64_t>(rules.config.participant->annex_within.count()) * 1000;
  if (book.now().value > payment.since.value + limit_ms)
    book.raise(
        "annex/" + key_of(payment),
        "the annex of a payment of " + to_text(payment.name.owner) +
            " has not come: without it nobody knows for whom it is; where it is not accepted "
            "by its deadline the ledger gives it back");
}

void go_on(BookTransaction& book, const Rules& rules, CustomerPayment payment) {
  if (hold_for_screening(book, rules, payment)) return;
  if (is_agreed(payment)) {
    start_return(book, rules, payment, kAgreed, "given back as agreed");
    return;
  }
  if (const std::string code = obstacle(book, payment); !code.empty()) {
    decline(book, rules, std::move(payment), code, "the account cannot be credited");
    return;
  }
  if (payment.settled) {
    credit_customer(book, rules, payment, book.now());
    return;
  }
  give_order(book, rules, payment, "accept", chain::Accept{our_account(rules), payment.name});
  payment.state = PaymentState::accepting;
  update(book, payment, "taken");
}

void decline(BookTransaction& book, const Rules& rules, CustomerPayment payment,
             const std::string& code, std::string_view why) {
  if (payment.settled) {
    start_return(book, rules, payment, code, why);
    return;
  }
  payment.code = code;
  give_order(book, rules, payment, "reject",
             chain::Reject{our_account(rules), payment.name, given_code_of(code)});
  payment.state = PaymentState::rejecting;
  update(book, payment, why);
}

void on_incoming(BookTransaction& book, const Rules& rules, CustomerPayment payment,
                 std::string_view word, const client::FinalReceipt& placed) {
  if (payment.order && placed.receipt.id == chain::OwnedId{rules.maker.agent(), *payment.order})
    end_order(book, rules, payment);
  book.clear("close/" + key_of(payment));  // the ledger has moved on
  if (word == "final") {
    on_final(book, rules, payment, placed);
  } else if (word == "released" || word == "cancelled" || word == "rejected") {
    end_order(book, rules, payment);
    book.clear("annex/" + key_of(payment));
    end_screening(book, rules, payment);
    payment.state = PaymentState::released;
    payment.code = code_of(placed.receipt);
    update(book, payment, word);
  } else if (word == "blocked") {
    payment.state = PaymentState::blocked;
    update(book, payment, word);
  } else if (word == "credited") {
    // One that is on its way back meanwhile stays so.
    if (payment.state == PaymentState::credited) payment.state = PaymentState::confirmed;
    update(book, payment, word);
  } else if (word == "recalled") {
    on_recalled(book, rules, payment, placed);
  } else if (word == "recall_refused") {
    payment.recall = RecallState::over;
    update(book, payment, word);
  } else if (word == "returned") {
    end_order(book, rules, payment);
    if (has_customer(payment)) {
      // By hand, while its customer still has the money.
      book.raise("returned/" + key_of(payment),
                 "a payment was given back by another order than the bridge's, and its customer "
                 "still has the money: take it from his account by hand");
    }
    payment.state = PaymentState::returned;
    if (payment.recall != RecallState::none) payment.recall = RecallState::over;
    payment.code = code_of(placed.receipt);
    update(book, payment, word);
  }
}

void on_answer_failed(BookTransaction& book, const Rules& rules, CustomerPayment payment,
                      const std::string& code) {
  end_order(book, rules, payment);
  ++payment.rejections;
  if (payment.recall == RecallState::refusing) {
    if (payment.rejections < rejections_max && code != "approval_refused") {
      refuse_recall(book, rules, payment, "the refusal of the recall was not taken: " + code);
      return;
    }
    payment.recall = RecallState::open;
    payment.rejections = 0;
    book.raise("recall/" + key_of(payment),
               "the refusal of a recall was not taken: " + code +
                   "; the other bank still waits: answer it again (camt.029)");
  }
  update(book, payment, "the ledger did not take the order: " + code);
  const bool is_left = payment.rejections >= rejections_max ||
                       payment.state == PaymentState::accepting ||
                       payment.state == PaymentState::rejecting;
  // What waits for its deadline is told by the ledger; the others are tried again.
  if (is_left && !is_over(payment.state))
    book.raise("close/" + key_of(payment),
               "the ledger did not take the bank's answer about a payment: " + code);
}

void confirm_credit(BookTransaction& book, const Rules& rules, CustomerPayment payment,
                    const chain::Original& original) {
  if (payment.state != PaymentState::credited || payment.order) return;
  give_order(book, rules, payment, "confirm-credit",
             chain::ConfirmCredit{original, UnixSeconds(book.now().value / 1000)});
  update(book, payment, "its credit is being confirmed");
}

void order_return(BookTransaction& book, const Rules& rules, CustomerPayment payment,
                  const chain::Original& original) {
  if (payment.state != PaymentState::returning || payment.order) return;
  const Money amount = payment.booked.value_or(payment.amount);
  give_order(book, rules, payment, "return",
             chain::Return{original, amount.units, given_code_of(payment.code), {}});
  update(book, payment, "the return is ordered");
}

void take_recall_answers(BookTransaction& book, const Rules& rules, const RecallAnswer& answer) {
  for (const RecallAnswer::Item& item : answer.items) {
    auto payment = meant(book, item.uetr, "a camt.029");
    if (!payment) continue;
    if (payment->recall != RecallState::open) {
      book.raise("answer/" + to_text(item.uetr), "a camt.029 answers a recall of " +
                                                     to_text(item.uetr) +
                                                     " that is not open: nothing is done");
      continue;
    }
    if (!item.is_refused) {
      if (has_customer(*payment)) {
        static_cast<void>(take_back(book, rules, *payment, payment->amount, kAgreed));
      } else if (payment->state != PaymentState::returning) {
        payment->code = kAgreed;
        update(book, *payment, "agreed to be given back, and no customer has it yet");
      }
      continue;
    }
    if (is_agreed(*payment)) payment->code.clear();
    end_order(book, rules, *payment);
    payment->recall_code = item.code;
    payment->rejections = 0;
    book.clear("recall/" + key_of(*payment));
    refuse_recall(book, rules, *payment, "the recall is refused");
  }
}

void take_returns(BookTransaction& book, const Rules& rules, const ReturnOrders& returns) {
  for (const ReturnOrders::Item& item : returns.items) {
    auto payment = meant(book, item.uetr, "a pacs.004");
    if (!payment) continue;
    const bool is_credited = has_customer(*payment);
    const bool is_within = item.amount.currency == payment->amount.currency &&
                           item.amount.units <= payment->amount.units;
    if (!is_credited || !is_within) {
      book.raise("answer/" + to_text(item.uetr),
                 "a pacs.004 gives " + to_text(item.uetr) + " back, " +
                     (is_credited ? "with more than was paid, or in another currency"
                                  : "which no customer has") +
                     ": nothing is done");
      continue;
    }
    static_cast<void>(
        take_back(book, rules, *payment, item.amount, item.code.empty() ? "MS02" : item.code));
  }
}

}  // namespace vostro::bridge
