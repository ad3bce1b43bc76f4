#include <algorithm>
#include <map>

#include "chain/store/core.h"

namespace vostro::chain {
namespace {

// An account has few currencies; each is found by a jump over the rows of the one before.
std::vector<Currency> currencies_of(const StoreSnapshot& at, const AccountId& account) {
  std::vector<Currency> found;
  const Bytes prefix = keys::entries(account);
  RowIterator rows(*at.core, Family::entries, prefix, at.snapshot);
  rows.to_first();
  while (rows.is_valid()) {
    Currency currency;
    const ByteView code = rows.key().subspan(prefix.size(), currency.code.size());
    std::copy(code.begin(), code.end(), currency.code.begin());
    found.push_back(currency);
    rows.seek(keys::end_of(keys::entries(account, currency)));
  }
  return found;
}

// Up to `limit` places behind `after`.
void collect(const StoreSnapshot& at, const AccountId& account, const Currency& currency,
             std::optional<EntryPlace> after, std::size_t limit, Order order,
             std::vector<EntryPlace>& to) {
  RowIterator rows(*at.core, Family::entries, keys::entries(account, currency), at.snapshot);
  const bool forward = order == Order::oldest_first;
  if (!after) {
    forward ? rows.to_first() : rows.to_last();
  } else {
    const Bytes from = keys::entries(account, currency, after->place.height);
    forward ? rows.seek(from) : rows.seek_for_previous(from);
  }
  for (std::size_t count = 0; count < limit && rows.is_valid();
       forward ? rows.next() : rows.previous()) {
    std::vector<EntryPlace> places = entry_places(rows.value(), keys::trailing_height(rows.key()));
    if (!forward) std::reverse(places.begin(), places.end());
    for (const EntryPlace& place : places) {
      if (count == limit) break;
      if (after && (forward ? place <= *after : place >= *after)) continue;
      to.push_back(place);
      ++count;
    }
  }
}

}  // namespace

Page<AccountEntry, EntryPlace> StoreView::entries(const AccountId& account,
                                                  const std::optional<Currency>& currency,
                                                  std::optional<EntryPlace> after,
                                                  std::size_t limit, Order order) const {
  Page<AccountEntry, EntryPlace> page;
  if (limit == 0) return page;
  const std::vector<Currency> currencies =
      currency ? std::vector<Currency>{*currency} : currencies_of(*snapshot_, account);
  // Each currency gives as many as could be needed; one more than the page tells that there is
  // more.
  std::vector<EntryPlace> places;
  for (const Currency& each : currencies)
    collect(*snapshot_, account, each, after, limit + 1, order, places);
  std::sort(places.begin(), places.end());
  if (order == Order::newest_first) std::reverse(places.begin(), places.end());
  const bool has_more = places.size() > limit;
  if (has_more) places.resize(limit);

  for (const EntryPlace& at : places) {
    auto placed = receipt(at.place);
    if (!placed || at.index >= placed->receipt.entries.size()) {
      snapshot_->core->note_failure(
          {StoreFault::damaged, "entries of account " + to_text(account)});
      return {};
    }
    page.items.push_back({at.place, at.index, placed->time, placed->receipt.id,
                          placed->receipt.payment, placed->receipt.status,
                          placed->receipt.entries[at.index]});
  }
  if (has_more) page.next = places.back();
  return page;
}

}  // namespace vostro::chain
