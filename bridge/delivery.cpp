#include "bridge/delivery.h"

#include <algorithm>
#include <iterator>

#include "base/failpoint.h"
#include "bridge/channel/signature.h"
#include "bridge/flow/agent_orders.h"
#include "bridge/flow/payment_events.h"

namespace vostro::bridge {
namespace {

constexpr std::size_t kItemsAtOnce = 256;
constexpr std::size_t kOrdersOfARequest = 128;  // some 40 KiB
constexpr std::string_view kAnnex = "annex/";

std::string order_of_annex(const OutboxItem& annex) {
  return annex.id.substr(kAnnex.size());
}

}  // namespace

Result<void, BookError> Delivery::round(UnixMillis now) {
  std::vector<OutboxItem> items;
  std::size_t orders = 0;
  std::set<Currency> unattested;
  if (auto done = book_.read(
          now,
          [&](BookTransaction& rows) {
            items = outbox(rows, kItemsAtOnce, {OutboxPart::Of::files, 0});
            auto next = outbox(rows, kItemsAtOnce, {OutboxPart::Of::orders, orders_after_});
            orders = next.size();
            std::ranges::move(next, std::back_inserter(items));
            unattested = waiting_for_attestation(rows, rules_.config, rules_.maker);
          });
      !done)
    return done;
  // What waits for approvers, or for its annex, does not hold back what comes behind it.
  orders_after_ = orders < kItemsAtOnce ? 0 : items.back().place;
  std::erase_if(not_before_, [](const auto& each) { return Clock::now() >= each.second; });
  Items files;
  Items annexes;
  Items ordered;
  // Orders whose annex the node does not have yet: it stands before them.
  std::set<std::string> without_annex;
  for (OutboxItem& item : items) {
    if (item.kind == OutboxItem::Kind::annex) without_annex.insert(order_of_annex(item));
    if (not_before_.contains(item.id)) continue;
    if (item.issues && unattested.contains(*item.issues)) continue;
    Items& those = item.kind == OutboxItem::Kind::file    ? files
                   : item.kind == OutboxItem::Kind::annex ? annexes
                                                          : ordered;
    those.push_back(std::move(item));
  }
  if (auto done = send_files(files, now); !done) return done;
  is_node_answering_ = true;
  logged_.clear();
  const auto arrived = send_annexes(annexes, now);
  if (!arrived) return fail(arrived.error());
  for (const std::string& id : *arrived) without_annex.erase(id);
  std::erase_if(ordered, [&](const auto& each) { return without_annex.contains(each.id); });
  return send_orders(ordered, now);
}

void Delivery::note_try(const std::string& id) {
  not_before_[id] = Clock::now() + rules_.config.retry;
}

Result<void, BookError> Delivery::send_files(const Items& files, UnixMillis now) {
  if (files.empty()) return {};
  VOSTRO_FAILPOINT("bridge.send.begin");
  std::vector<OutgoingFile> outgoing;
  for (const OutboxItem& item : files)
    outgoing.push_back({item.id, item.content, sign_file(sign_key_, as_bytes(item.content))});
  const auto sent = directories_.send(outgoing);
  VOSTRO_FAILPOINT("bridge.send.written");
  auto done = book_.write(now, [&](BookTransaction& rows) {
    std::vector<std::string> gone;
    for (std::size_t i = 0; i < files.size(); ++i) {
      const std::string alarm = "send/" + files[i].id;
      if (sent[i]) {
        gone.push_back(files[i].id);
        rows.clear(alarm);
      } else {
        rows.raise(alarm, "the file cannot be sent: " + sent[i].error());
      }
    }
    remove_from_outbox(rows, gone);
  });
  VOSTRO_FAILPOINT("bridge.send.noted");
  if (!done) return done;
  for (std::size_t i = 0; i < files.size(); ++i) {
    note_try(files[i].id);
    if (sent[i])
      log::info("file sent", {{"file", files[i].id}});
    else
      log::error("a file cannot be sent", {{"error", sent[i].error()}});
  }
  return {};
}

namespace {

/// Refused with all that was in it, and nothing is said of any of them.
bool is_of_the_request(const client::ApiError& error) {
  return error.is_problem(429, "rate-limit") || error.is_problem(503, "disk-full");
}

}  // namespace

Result<std::set<std::string>, BookError> Delivery::send_annexes(const Items& annexes,
                                                                UnixMillis now) {
  std::set<std::string> arrived;
  if (annexes.empty()) return arrived;
  std::vector<chain::SealedAnnex> sealed;
  for (const OutboxItem& item : annexes) {
    const auto bytes = from_hex(item.content);
    auto decoded = chain::decode_sealed_annex(bytes.value_or(Bytes()));
    if (!decoded)
      return fail(BookError{BookError::Kind::damaged, "the outbox has bytes that are no annex"});
    sealed.push_back(*std::move(decoded));
    note_try(item.id);
  }
  VOSTRO_FAILPOINT("bridge.annex.begin");
  const auto taken = api_.put_annexes(sealed);
  VOSTRO_FAILPOINT("bridge.annex.sent");
  for (std::size_t i = 0; i < annexes.size(); ++i) {
    if (taken[i]) {
      arrived.insert(order_of_annex(annexes[i]));
      continue;
    }
    log::warning("the node has not taken an annex",
                 {{"error", client::to_string(taken[i].error())}});
    is_node_answering_ = taken[i].error().problem.has_value();
    if (!is_node_answering_ || is_of_the_request(taken[i].error())) break;
    if (auto done = annex_refused(sealed[i], taken[i].error(), now); !done)
      return fail(done.error());
  }
  if (arrived.empty()) return arrived;
  auto done = book_.write(now, [&](BookTransaction& rows) {
    std::vector<std::string> gone;
    for (const OutboxItem& item : annexes) {
      if (!arrived.contains(order_of_annex(item))) continue;
      gone.push_back(item.id);
      rows.clear("order/" + item.id);
    }
    remove_from_outbox(rows, gone);
  });
  VOSTRO_FAILPOINT("bridge.annex.noted");
  if (!done) return fail(done.error());
  return arrived;
}

/// Whether the ledger has another order under that id. One of our account for customers is taken
/// for theirs, when its receipt comes with the events.
bool Delivery::is_anothers(const chain::Transaction& order,
                           const client::TransactionView& found) const {
  if (!found.final || found.final->receipt.transaction_hash == chain::transaction_hash(order))
    return false;
  const auto& payment = found.final->receipt.payment;
  return !payment || payment->debtor != rules_.config.participant->account;
}

/// The order waits for its annex, and is not sent: what became of its id is asked for all the same.
Result<void, BookError> Delivery::annex_refused(const chain::SealedAnnex& sealed,
                                                const client::ApiError& error, UnixMillis now) {
  const std::string id = chain::to_text(sealed.belongs_to);
  std::optional<OutboxItem> item;
  if (auto read = book_.read(now, [&](BookTransaction& rows) { item = find_in_outbox(rows, id); });
      !read)
    return read;
  const auto order =
      chain::decode_form_unchecked(from_hex(item ? item->content : "").value_or(Bytes()));
  if (order) {
    const auto found = api_.transaction(sealed.belongs_to, order->valid_until);
    if (found && found->state == client::TransactionState::expired)
      return order_failed(sealed.belongs_to, true, "expired", now);
    if (found && is_anothers(*order, *found))
      return order_failed(sealed.belongs_to, false, std::string(kIdUsed), now);
  }
  return book_.write(now, [&](BookTransaction& rows) {
    rows.raise("order/" + std::string(kAnnex) + id,
               "the node refuses the annex of a payment: " + client::to_string(error));
  });
}

Result<void, BookError> Delivery::send_orders(const Items& items, UnixMillis now) {
  if (items.empty() || !is_node_answering_) return {};
  std::vector<Order> known;  // may have been sent
  std::vector<Order> fresh;
  for (const OutboxItem& item : items) {
    const auto bytes = from_hex(item.content);
    auto transaction = chain::decode_form_unchecked(bytes.value_or(Bytes()));
    if (!transaction)
      return fail(BookError{BookError::Kind::damaged, "the outbox has bytes that are no order"});
    auto stored = client::make_stored_order(*transaction, now);
    (item.is_sent ? known : fresh).push_back({item.id, *std::move(transaction), std::move(stored)});
  }
  for (const Order& order : known) {
    note_try(order.id);
    const auto delivery = client::deliver_kept(api_, order.stored, true, false);
    if (auto done = on_outcome(order, delivery, now); !done) return done;
    if (!is_node_answering_) return {};
  }
  // On disk that they may have been sent, before the first byte of one is.
  std::vector<std::string> ids;
  for (const Order& order : fresh) ids.push_back(order.id);
  if (!ids.empty())
    if (auto noted = book_.write(now, [&](BookTransaction& rows) { mark_sent(rows, ids); }); !noted)
      return noted;
  VOSTRO_FAILPOINT("bridge.order.noted");
  for (std::size_t sent = 0; sent < fresh.size() && is_node_answering_;) {
    std::vector<client::StoredOrder> some;
    for (std::size_t i = sent; i < fresh.size() && some.size() < kOrdersOfARequest; ++i)
      some.push_back(fresh[i].stored);
    const auto deliveries = client::deliver_kept(api_, some);
    ids.clear();
    for (const client::Delivery& delivery : deliveries) {
      const Order& order = fresh[sent++];
      note_try(order.id);
      // It was the first time, and the node has kept nothing.
      if (delivery.outcome == client::Outcome::not_sent) ids.push_back(order.id);
      if (auto done = on_outcome(order, delivery, now); !done) return done;
    }
    if (ids.empty()) continue;
    if (auto noted = book_.write(now, [&](BookTransaction& rows) { mark_unsent(rows, ids); });
        !noted)
      return noted;
  }
  return {};
}

Result<void, BookError> Delivery::on_outcome(const Order& order, const client::Delivery& delivery,
                                             UnixMillis now) {
  VOSTRO_FAILPOINT("bridge.order.sent");
  switch (delivery.outcome) {
    case client::Outcome::final:
      return {};  // its receipt comes with the chain's events, in order
    case client::Outcome::accepted:
      return {};
    case client::Outcome::awaiting_approval:
      return book_.write(now, [&](BookTransaction& rows) {
        rows.raise("order/" + order.id, "the order " + order.id +
                                            " waits for signatures of the bank's own approvers: "
                                            "vostro approve list");
      });
    case client::Outcome::expired:
      return order_failed(order.stored.name, true, "expired", now);
    case client::Outcome::refused: {
      const std::string why = delivery.error ? client::to_string(*delivery.error) : "";
      // Another refusal may end: a key that the policy gets, or the first content of a used id,
      // whose receipt comes with the events (after the book was restored).
      if (delivery.error && delivery.error->is_problem(409, "approval-refused"))
        return order_failed(order.stored.name, false, "approval_refused", now);
      if (rules_.config.participant) {
        const auto found = api_.transaction(order.stored.name, order.transaction.valid_until);
        if (found && is_anothers(order.transaction, *found))
          return order_failed(order.stored.name, false, std::string(kIdUsed), now);
      }
      log::warning("the node refuses an order", {{"error", why}});
      return book_.write(now, [&](BookTransaction& rows) {
        rows.raise("order/" + order.id, "the node refuses the order " + order.id + ": " + why);
      });
    }
    case client::Outcome::not_sent:
    case client::Outcome::unknown:
      if (!delivery.error || !delivery.error->problem) is_node_answering_ = false;
      log_not_reached(delivery.error ? client::to_string(*delivery.error) : "");
      return {};
  }
  return {};
}

/// Of a whole request mostly, and then alike for each order in it.
void Delivery::log_not_reached(const std::string& error) {
  if (logged_.insert(error).second)
    log::warning("an order has not reached the node", {{"error", error}});
}

Result<void, BookError> Delivery::order_failed(const chain::OwnedId& id, bool is_expired,
                                               const std::string& why, UnixMillis now) {
  return book_.write(now, [&](BookTransaction& rows) {
    if (on_payment_order_failed(rows, rules_, id, is_expired, why)) {
      // A customer's payment: its flow did what follows.
    } else if (auto funding = find_funding_by_order(rows, id.id)) {
      if (is_expired)
        on_issue_expired(rows, rules_.maker, *std::move(funding));
      else
        on_issue_refused(rows, *std::move(funding), why);
    } else if (auto redemption = find_redemption_by_order(rows, id.id)) {
      on_close_failed(rows, rules_.maker.agent(), *std::move(redemption), why);
    } else if (auto order = find_agent_order(rows, id.id)) {
      remove_from_outbox(rows, chain::to_text(id));
      on_agent_order_failed(rows, rules_.maker, *std::move(order), is_expired, why);
      return;
    } else if (auto screening = find_screening_by_order(rows, id.id)) {
      if (is_expired)
        on_screening_order_expired(rows, rules_.maker, *std::move(screening));
      else
        on_screening_order_refused(rows, *std::move(screening), why);
    }
    remove_from_outbox(rows, chain::to_text(id));
  });
}

}  // namespace vostro::bridge
