#include "bridge/flow/payment_steps.h"

#include <algorithm>

#include "base/check.h"
#include "base/text.h"

namespace vostro::bridge {
namespace {

UnixSeconds seconds_of(UnixMillis time) {
  return UnixSeconds(time.value / 1000);
}

}  // namespace

chain::GivenCode given_code_of(const std::string& code) {
  chain::GivenCode given{'N', 'A', 'R', 'R'};
  if (code.size() == given.size() &&
      std::ranges::all_of(code, [](char c) { return is_upper(c) || is_digit(c); }))
    std::ranges::copy(code, given.begin());
  return given;
}

std::string code_of(const chain::Receipt& receipt) {
  if (receipt.given_code) return {receipt.given_code->begin(), receipt.given_code->end()};
  return receipt.reason ? std::string(chain::iso_code(*receipt.reason)) : std::string();
}

void give_order(BookTransaction& book, const Rules& rules, CustomerPayment& payment,
                std::string_view tag, chain::Body body) {
  VOSTRO_CHECK(!payment.order);
  ++payment.attempt;
  payment.order = derived_id(tag, payment.name, payment.attempt);
  rules.maker.order(book, *payment.order, std::move(body));
}

void end_order(BookTransaction& book, const Rules& rules, CustomerPayment& payment) {
  if (!payment.order) return;
  const std::string id = chain::to_text(chain::OwnedId{rules.maker.agent(), *payment.order});
  remove_from_outbox(book, id);
  book.clear("order/" + id);
  payment.order.reset();
}

Channel channel_of(const Rules& rules) {
  return {rules.config.agent, rules.config.bank};
}

std::string message_id_of(std::string_view kind, const CustomerPayment& payment,
                          std::string_view what) {
  std::string all = key_of(payment);
  for (const std::string_view part :
       {kind, std::string_view(payment.source_id), std::string_view(payment.group_id), what})
    all += "\n" + std::string(part);
  return "V" + to_hex(hash("customer-message", as_bytes(all)).view()).substr(0, 32);
}

void send_message(BookTransaction& book, const Rules& rules, std::string_view type,
                  const std::string& message_id, const Result<std::string, std::string>& text) {
  if (!text) {
    book.raise("message/" + message_id, text.error());
    return;
  }
  send_once(book, JournalMessage{"out", std::string(type), to_text(rules.config.agent), message_id,
                                 hash("file", as_bytes(*text)), *text});
}

void report(BookTransaction& book, const Rules& rules, const CustomerPayment& payment,
            std::string_view status, UnixMillis at) {
  const bool is_rejection = status == "RJCT";
  StatusNote note;
  note.message_id = message_id_of("status", payment, status);
  note.created = seconds_of(at);
  note.original_type = payment.source_type;
  note.original_id = payment.source_id;
  note.group_id = payment.group_id;
  note.instruction_id = payment.instruction_id;
  note.end_to_end_id = payment.end_to_end_id;
  note.uetr = payment.name.id;
  note.status = status;
  if (is_rejection) note.code = payment.code.empty() ? "NARR" : payment.code;
  const bool is_pain = payment.source_type.starts_with("pain.");
  send_message(book, rules, is_pain ? "pain.002.001.10" : "pacs.002.001.10", note.message_id,
               write_status(channel_of(rules), note));
}

void answer_recall(BookTransaction& book, const Rules& rules, const CustomerPayment& payment,
                   const std::string& code, UnixMillis at) {
  PaymentNote note;
  note.message_id = message_id_of("recall answer", payment, payment.recall_id + code);
  note.created = seconds_of(at);
  note.from = rules.config.agent;
  note.to = rules.config.bank;
  note.uetr = payment.name.id;
  note.end_to_end_id = payment.end_to_end_id;
  note.cancellation_id = payment.recall_id;
  note.code = code;
  send_message(book, rules, "camt.029.001.09", note.message_id,
               write_recall_answer(channel_of(rules), note));
}

void notify_credit(BookTransaction& book, const Rules& rules, const CustomerPayment& payment,
                   const Money& amount, Date booked, const std::string& return_code,
                   UnixMillis at) {
  CreditNotice notice;
  notice.message_id = message_id_of("credit", payment, return_code);
  notice.created = seconds_of(at);
  notice.account = payment.customer;
  notice.amount = amount;
  notice.booked = booked;
  notice.reference = notice.message_id;
  notice.details = payment.details;
  notice.return_code = return_code;
  send_message(book, rules, "camt.054.001.08", notice.message_id,
               write_credit(channel_of(rules), notice));
}

}  // namespace vostro::bridge
