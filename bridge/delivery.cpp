#include "bridge/delivery.h"

#include <algorithm>
#include <iterator>
#include <set>

#include "base/failpoint.h"
#include "bridge/channel/signature.h"
#include "bridge/flow/agent_orders.h"
#include "bridge/flow/payment_events.h"
#include "client/delivery.h"

namespace vostro::bridge {
namespace {

constexpr std::size_t kItemsAtOnce = 256;
constexpr std::string_view kAnnex = "annex/";

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
  // Orders whose annex the node does not have yet: it stands before them.
  std::set<std::string> without_annex;
  for (const OutboxItem& item : items)
    if (item.kind == OutboxItem::Kind::annex) without_annex.insert(item.id.substr(kAnnex.size()));
  for (const OutboxItem& item : items) {
    if (without_annex.contains(item.id)) continue;
    if (not_before_.contains(item.id)) continue;
    if (item.issues && unattested.contains(*item.issues)) continue;
    if (item.kind == OutboxItem::Kind::annex) {
      const auto has_arrived = send_annex(item, now);
      if (!has_arrived) return fail(has_arrived.error());
      if (*has_arrived) without_annex.erase(item.id.substr(kAnnex.size()));
    } else if (auto done = item.kind == OutboxItem::Kind::file ? send_file(item, now)
                                                               : send_order(item, now);
               !done) {
      return done;
    }
    not_before_[item.id] = Clock::now() + rules_.config.retry;
  }
  return {};
}

Result<void, BookError> Delivery::send_file(const OutboxItem& item, UnixMillis now) {
  VOSTRO_FAILPOINT("bridge.send.begin");
  const auto sent =
      directories_.send(item.id, item.content, sign_file(sign_key_, as_bytes(item.content)));
  if (!sent) {
    log::error("a file cannot be sent", {{"error", sent.error()}});
    return book_.write(now, [&](BookTransaction& rows) {
      rows.raise("send/" + item.id, "the file cannot be sent: " + sent.error());
    });
  }
  VOSTRO_FAILPOINT("bridge.send.written");
  auto done = book_.write(now, [&](BookTransaction& rows) {
    remove_from_outbox(rows, item.id);
    rows.clear("send/" + item.id);
  });
  VOSTRO_FAILPOINT("bridge.send.noted");
  if (done) log::info("file sent", {{"file", item.id}});
  return done;
}

Result<bool, BookError> Delivery::send_annex(const OutboxItem& item, UnixMillis now) {
  const auto bytes = from_hex(item.content);
  const auto sealed = chain::decode_sealed_annex(bytes.value_or(Bytes()));
  if (!sealed)
    return fail(BookError{BookError::Kind::damaged, "the outbox has bytes that are no annex"});
  VOSTRO_FAILPOINT("bridge.annex.begin");
  const auto taken = api_.put_annex(*sealed);
  VOSTRO_FAILPOINT("bridge.annex.sent");
  if (!taken) {
    log::warning("the node has not taken an annex", {{"error", client::to_string(taken.error())}});
    if (!taken.error().problem) return false;
    if (auto done = annex_refused(*sealed, taken.error(), now); !done) return fail(done.error());
    return false;
  }
  auto done = book_.write(now, [&](BookTransaction& rows) {
    remove_from_outbox(rows, item.id);
    rows.clear("order/" + item.id);
  });
  VOSTRO_FAILPOINT("bridge.annex.noted");
  if (!done) return fail(done.error());
  return true;
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

Result<void, BookError> Delivery::send_order(const OutboxItem& item, UnixMillis now) {
  const auto bytes = from_hex(item.content);
  const auto transaction = chain::decode_form_unchecked(bytes.value_or(Bytes()));
  if (!transaction)
    return fail(BookError{BookError::Kind::damaged, "the outbox has bytes that are no order"});
  // On disk that it may have been sent, before its first byte is.
  if (!item.is_sent)
    if (auto noted = book_.write(now, [&](BookTransaction& rows) { mark_sent(rows, item.id); });
        !noted)
      return noted;
  VOSTRO_FAILPOINT("bridge.order.noted");
  const client::StoredOrder order = client::make_stored_order(*transaction, now);
  const client::Delivery outcome = client::deliver_kept(api_, order, item.is_sent, false);
  VOSTRO_FAILPOINT("bridge.order.sent");
  switch (outcome.outcome) {
    case client::Outcome::final:
      return {};  // its receipt comes with the chain's events, in order
    case client::Outcome::accepted:
      return {};
    case client::Outcome::awaiting_approval:
      return book_.write(now, [&](BookTransaction& rows) {
        rows.raise("order/" + item.id, "the order " + item.id +
                                           " waits for signatures of the bank's own approvers: "
                                           "vostro approve list");
      });
    case client::Outcome::expired:
      return order_failed(order.name, true, "expired", now);
    case client::Outcome::refused: {
      const std::string why = outcome.error ? client::to_string(*outcome.error) : "";
      // Another refusal may end: a key that the policy gets, or the first content of a used id,
      // whose receipt comes with the events (after the book was restored).
      if (outcome.error && outcome.error->is_problem(409, "approval-refused"))
        return order_failed(order.name, false, "approval_refused", now);
      if (rules_.config.participant) {
        const auto found = api_.transaction(order.name, transaction->valid_until);
        if (found && is_anothers(*transaction, *found))
          return order_failed(order.name, false, std::string(kIdUsed), now);
      }
      log::warning("the node refuses an order", {{"error", why}});
      return book_.write(now, [&](BookTransaction& rows) {
        rows.raise("order/" + item.id, "the node refuses the order " + item.id + ": " + why);
      });
    }
    case client::Outcome::not_sent:
    case client::Outcome::unknown:
      log::warning("an order has not reached the node",
                   {{"error", outcome.error ? client::to_string(*outcome.error) : ""}});
      return {};
  }
  return {};
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
