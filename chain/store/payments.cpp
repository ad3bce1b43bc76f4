#include <functional>

#include "chain/store/core.h"

namespace vostro::chain {
namespace {

// How many payments one page looks at: a rare status in a long history must not hold a reader for
// seconds.
constexpr std::size_t looked_at_max = 5000;

// Calls `take` with the places of an agent's payments behind `after`, until it returns false.
using Take = std::function<bool(ReceiptPlace)>;

void each_waiting(const StoreSnapshot& at, const PaymentFilter& filter,
                  std::optional<ReceiptPlace> after, Order order, const Take& take) {
  RowIterator rows(*at.core, Family::receipts,
                   keys::waiting_payments(filter.agent, filter.side, *filter.status), at.snapshot);
  const bool forward = order == Order::oldest_first;
  if (!after) {
    forward ? rows.to_first() : rows.to_last();
  } else {
    const Bytes from = keys::waiting_payment(filter.agent, filter.side, *filter.status, *after);
    forward ? rows.seek(from) : rows.seek_for_previous(from);
  }
  for (; rows.is_valid(); forward ? rows.next() : rows.previous()) {
    const ReceiptPlace place = keys::trailing_place(rows.key());
    if (after && place == *after) continue;
    if (!take(place)) return;
  }
}

void each_payment(const StoreSnapshot& at, const PaymentFilter& filter,
                  std::optional<ReceiptPlace> after, Order order, const Take& take) {
  RowIterator rows(*at.core, Family::receipts, keys::agent_payments(filter.agent, filter.side),
                   at.snapshot);
  const bool forward = order == Order::oldest_first;
  if (!after) {
    forward ? rows.to_first() : rows.to_last();
  } else {
    const Bytes from = keys::agent_payments(filter.agent, filter.side, after->height);
    forward ? rows.seek(from) : rows.seek_for_previous(from);
  }
  for (; rows.is_valid(); forward ? rows.next() : rows.previous()) {
    const Height height = keys::trailing_height(rows.key());
    std::vector<std::uint32_t> indexes = receipt_indexes(rows.value());
    if (!forward) std::reverse(indexes.begin(), indexes.end());
    for (const std::uint32_t index : indexes) {
      const ReceiptPlace place{height, index};
      if (after && (forward ? place <= *after : place >= *after)) continue;
      if (!take(place)) return;
    }
  }
}

}  // namespace

std::optional<PaymentHistory> StoreView::payment(const OwnedId& name) const {
  auto first = first_receipt(name);
  // The id of a transaction that is no payment, or that answers one, names no payment.
  if (!first || !first->receipt.payment || payment_name(*first->receipt.payment) != name)
    return std::nullopt;
  PaymentHistory history{name, first->receipt.status, {}};
  Status settled_as = history.status;
  history.receipts.push_back(std::move(*first));
  RowIterator rows(*snapshot_->core, Family::receipts, keys::payment_events(name),
                   snapshot_->snapshot);
  for (rows.to_first(); rows.is_valid(); rows.next()) {
    auto event = receipt(keys::trailing_place(rows.key()));
    if (!event && !is_whole(keys::trailing_height(rows.key().first(rows.key().size() - 4))))
      return std::nullopt;  // pruned while this looked
    if (!event) {
      snapshot_->core->note_failure({StoreFault::damaged, "receipts of payment " + to_text(name)});
      return std::nullopt;
    }
    if (moves_status(event->receipt, false)) {
      const Status after = status_after(event->receipt, settled_as);
      if (after != Status::recall_requested) settled_as = after;
      // A recall stays open until it is answered, also when the credit is confirmed meanwhile.
      if (!hides_recall(history.status, after)) history.status = after;
    }
    history.receipts.push_back(std::move(*event));
  }
  return history;
}

Page<PaymentHistory, ReceiptPlace> StoreView::payments(const PaymentFilter& filter,
                                                       std::optional<ReceiptPlace> after,
                                                       std::size_t limit, Order order) const {
  Page<PaymentHistory, ReceiptPlace> page;
  std::optional<ReceiptPlace> last;
  std::size_t looked_at = 0;
  const auto take = [&](ReceiptPlace place) {
    if (page.items.size() == limit || looked_at == looked_at_max) {
      page.next = last;  // there is more behind the last one
      return false;
    }
    ++looked_at;
    last = place;
    const auto first = receipt(place);
    // It began in a block of which only the id is left.
    if (!first && !is_whole(place.height)) return true;
    if (!first || !first->receipt.payment) {
      snapshot_->core->note_failure({StoreFault::damaged, "a listed payment has no receipt"});
      return false;
    }
    const PaymentFacts& facts = *first->receipt.payment;
    if (filter.account &&
        (filter.side == Side::debtor ? facts.debtor : facts.creditor) != *filter.account)
      return true;
    auto history = payment(payment_name(facts));
    if (!history) return !is_whole(place.height);
    if (filter.status && history->status != *filter.status) return true;
    page.items.push_back(std::move(*history));
    return true;
  };
  if (limit == 0) return page;
  if (filter.status && is_waiting(*filter.status)) {
    each_waiting(*snapshot_, filter, after, order, take);
  } else {
    each_payment(*snapshot_, filter, after, order, take);
  }
  return page;
}

}  // namespace vostro::chain
