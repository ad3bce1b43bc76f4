#include "client/delivery.h"

#include "base/check.h"

namespace vostro::client {
namespace {

/// What a refusal of this very request says about the request itself.
enum class Refusal : std::uint8_t {
  never,     ///< The order is not taken, now or later.
  nothing,   ///< Nothing was kept; the same order may be given again.
  unproven,  ///< Says nothing about what was done.
};

Refusal refusal_of(const Problem& problem) {
  switch (problem.status) {
    case 400:
    case 409:
    case 413:
    case 422:
      return Refusal::never;
    case 401:
    case 403:
    case 404:  // not a node's API at this address
    case 429:
      return Refusal::nothing;
    case 503:
      // Others, `outcome-unknown` among them, say nothing about what was taken.
      return problem.code == "halted" || problem.code == "not-ready" || problem.code == "disk-full"
                 ? Refusal::nothing
                 : Refusal::unproven;
    default:
      return Refusal::unproven;
  }
}

Delivery from_error(const ApiError& error) {
  switch (error.kind) {
    case ApiError::Kind::cannot_connect:
      return {Outcome::not_sent, {}, {}, error};
    case ApiError::Kind::timed_out:
    case ApiError::Kind::broken_off:
    case ApiError::Kind::bad_answer:
      return {Outcome::unknown, {}, {}, error};
    case ApiError::Kind::problem:
      switch (refusal_of(*error.problem)) {
        case Refusal::never:
          return {Outcome::refused, {}, {}, error};
        case Refusal::nothing:
          return {Outcome::not_sent, {}, {}, error};
        case Refusal::unproven:
          return {Outcome::unknown, {}, {}, error};
      }
  }
  VOSTRO_CHECK(false);
}

Delivery about_another() {
  return {Outcome::unknown,
          {},
          {},
          ApiError{ApiError::Kind::bad_answer, "the answer is about another transaction"}};
}

/// Signed by fewer persons than the policy asks: it waits on the bank's node for the others.
Delivery offer(ApiClient& api, const StoredOrder& order) {
  const auto waiting = api.offer(order.transaction);
  if (!waiting) return from_error(waiting.error());
  if (waiting->id != order.name) return about_another();
  const bool is_waiting = waiting->state == "waiting";
  return {is_waiting ? Outcome::awaiting_approval : Outcome::accepted, {}, *waiting};
}

Delivery answered(ApiClient& api, const StoredOrder& order,
                  const Result<SubmitAnswer, ApiError>& answer) {
  if (!answer) {
    const ApiError& error = answer.error();
    if (error.is_problem(409, "not-authorised") && error.problem->reason == "DS19")
      return offer(api, order);
    return from_error(error);
  }
  if (answer->id != order.name) return about_another();
  if (answer->final) return {Outcome::final, answer->final};
  return {Outcome::accepted};
}

Delivery send(ApiClient& api, const StoredOrder& order, bool wait_final) {
  return answered(api, order, api.submit(order.transaction, wait_final));
}

/// The first send may have been taken even though this one was refused: only the ledger's word
/// counts.
Delivery look_up(ApiClient& api, const StoredOrder& order, Delivery refused) {
  const auto transaction = chain::decode_transaction(order.transaction);
  if (!transaction) {  // stored by a newer program: this one cannot judge it
    refused.outcome = Outcome::unknown;
    return refused;
  }
  const auto found = api.transaction(order.name, transaction->valid_until);
  if (!found) return {Outcome::unknown, {}, {}, found.error()};
  // Where another transaction has the id, it is used up, and these bytes can never settle.
  const bool is_ours = !found->final || found->final->receipt.transaction_hash ==
                                            chain::transaction_hash(*transaction);
  switch (found->state) {
    case TransactionState::final:
      if (is_ours) return {Outcome::final, found->final};
      refused.outcome = Outcome::refused;
      return refused;
    case TransactionState::pending:
      return {Outcome::accepted};
    case TransactionState::expired:
      return {Outcome::expired};
    case TransactionState::unknown:
      break;
  }
  refused.outcome = Outcome::unknown;
  return refused;
}

/// A refusal of an order that may have been sent before.
Delivery doubted(ApiClient& api, const StoredOrder& order, Delivery delivery) {
  // The bank's own node keeps the signed refusal, and has not let the order go.
  const bool is_refused_here =
      delivery.error && delivery.error->is_problem(409, "approval-refused");
  if (delivery.outcome == Outcome::refused && !is_refused_here)
    return look_up(api, order, std::move(delivery));
  // That this send did not arrive says nothing about the one before.
  if (delivery.outcome == Outcome::not_sent) delivery.outcome = Outcome::unknown;
  return delivery;
}

/// Writes down what was learnt.
Delivery noted(PaymentJournal& journal, const StoredOrder& order, Delivery delivery) {
  Result<void, JournalError> done;
  switch (delivery.outcome) {
    case Outcome::final:
    case Outcome::expired:
    case Outcome::refused:
    case Outcome::not_sent:
    case Outcome::awaiting_approval:  // the node keeps it, durably
      done = journal.remove(order.name);
      break;
    case Outcome::accepted:
      if (order.state != OrderState::accepted) done = journal.mark_accepted(order);
      break;
    case Outcome::unknown:
      break;
  }
  if (!done) delivery.journal = done.error();
  return delivery;
}

}  // namespace

Result<Delivery, JournalError> deliver_new(PaymentJournal& journal, ApiClient& api,
                                           const StoredOrder& order, bool wait_final) {
  const auto before = journal.find(order.name);
  if (!before) return fail(before.error());
  if (auto stored = journal.store(order); !stored) return fail(stored.error());
  if (*before) return deliver_again(journal, api, **before, wait_final);
  Delivery delivery = send(api, order, wait_final);
  if (delivery.error && delivery.error->is_repeat)
    delivery = doubted(api, order, std::move(delivery));
  return noted(journal, order, std::move(delivery));
}

Delivery deliver_again(PaymentJournal& journal, ApiClient& api, const StoredOrder& order,
                       bool wait_final) {
  return noted(journal, order, doubted(api, order, send(api, order, wait_final)));
}

Delivery deliver_kept(ApiClient& api, const StoredOrder& order, bool may_have_been_sent,
                      bool wait_final) {
  if (may_have_been_sent) {
    const Delivery found = look_up(api, order, {Outcome::unknown});
    const bool is_open = found.outcome == Outcome::unknown || found.outcome == Outcome::accepted;
    // A node that does not answer a question is not given an order.
    if (!is_open || found.error || (found.outcome == Outcome::accepted && !wait_final))
      return found;
  }
  Delivery delivery = send(api, order, wait_final);
  if (may_have_been_sent || (delivery.error && delivery.error->is_repeat))
    delivery = doubted(api, order, std::move(delivery));
  return delivery;
}

std::vector<Delivery> deliver_kept(ApiClient& api, std::span<const StoredOrder> orders) {
  std::vector<ByteView> transactions;
  for (const StoredOrder& order : orders) transactions.emplace_back(order.transaction);
  const auto answers = api.submit_all(transactions);
  std::vector<Delivery> deliveries;
  for (std::size_t i = 0; i < orders.size(); ++i) {
    Delivery delivery = answered(api, orders[i], answers[i]);
    if (delivery.error && delivery.error->is_repeat)
      delivery = doubted(api, orders[i], std::move(delivery));
    deliveries.push_back(std::move(delivery));
  }
  return deliveries;
}

}  // namespace vostro::client
