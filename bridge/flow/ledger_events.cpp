#include "bridge/flow/ledger_events.h"

#include <algorithm>

#include "bridge/book/breaks.h"
#include "bridge/flow/agent_orders.h"
#include "bridge/flow/payment_events.h"

namespace vostro::bridge {
namespace {

using chain::PlaceKind;

const chain::Entry* entry_at(const chain::Receipt& receipt, PlaceKind kind, bool is_plus) {
  const auto found = std::ranges::find_if(receipt.entries, [&](const chain::Entry& each) {
    return each.place.kind == kind && (each.amount.value > 0) == is_plus;
  });
  return found == receipt.entries.end() ? nullptr : &*found;
}

Money positive(const chain::Entry& entry) {
  return {entry.currency,
          MinorUnits(entry.amount.value < 0 ? -entry.amount.value : entry.amount.value)};
}

/// Issued or burnt in the agent's name by an order that the book does not have.
void note_stranger(BookTransaction& book, const std::string& id, std::string_view kind,
                   Height height, const Money& amount, const Bic& participant) {
  if (find_stranger(book, id)) return;
  const bool is_issue = kind == "issue";
  insert(book, Stranger{id, std::string(kind), height, amount});
  if (is_issue)
    book.move("strange issue", id, BookAccount::ledger, BookAccount::unmatched, amount);
  else
    book.move("strange outcome", id, BookAccount::unmatched, BookAccount::ledger, amount);
  const std::string text = "the ledger has " + std::string(kind) + " of " +
                           to_text(amount.currency) + " in the agent's name, order " + id +
                           ", that no entry of the book explains";
  book.raise("stranger/" + id, text);
  note_break(book,
             {is_issue ? BreakKind::unbacked_issue : BreakKind::unpaid_burn, amount.currency, id,
              participant, is_issue ? MinorUnits(-amount.units.value) : amount.units, text});
}

/// Whose account an Issue credits.
Bic receipt_owner(const chain::Receipt& receipt) {
  const chain::Entry* to_account = entry_at(receipt, PlaceKind::account, true);
  return to_account == nullptr ? receipt.id.owner : to_account->place.account->owner;
}

/// What a receipt issues or burns, whoever ordered it.
void count(BookTransaction& book, const BridgeConfig& config, const chain::Receipt& receipt) {
  if (receipt.status != chain::Status::done) return;
  const chain::Entry* from_supply = entry_at(receipt, PlaceKind::supply, false);
  const chain::Entry* to_account = entry_at(receipt, PlaceKind::account, true);
  if (from_supply != nullptr && to_account != nullptr && config.pool(from_supply->currency))
    add_to_ledger_total(book, {from_supply->currency, to_account->place.account->owner,
                               positive(*from_supply).units, MinorUnits(0)});
  const chain::Entry* to_supply = entry_at(receipt, PlaceKind::supply, true);
  const chain::Entry* from_hold = entry_at(receipt, PlaceKind::hold, false);
  if (to_supply != nullptr && from_hold != nullptr && from_hold->place.hold &&
      config.pool(to_supply->currency))
    add_to_ledger_total(book, {to_supply->currency, from_hold->place.hold->owner, MinorUnits(0),
                               positive(*to_supply).units});
}

void take_receipt(BookTransaction& book, const Rules& rules, const client::FinalReceipt& placed) {
  const chain::Receipt& receipt = placed.receipt;
  const bool is_done = receipt.status == chain::Status::done;
  count(book, rules.config, receipt);

  // Our own orders, by their ids.
  if (receipt.id.owner == rules.maker.agent()) {
    if (auto funding = find_funding_by_order(book, receipt.id.id)) {
      on_issue(book, *std::move(funding), receipt);
      return;
    }
    if (auto redemption = find_redemption_by_order(book, receipt.id.id)) {
      if (!is_done) {
        on_close_failed(book, rules.maker.agent(), *std::move(redemption),
                        receipt.reason ? std::string(chain::to_string(*receipt.reason))
                                       : std::string(chain::to_string(receipt.status)));
        return;
      }
      const bool is_paid = entry_at(receipt, PlaceKind::supply, true) != nullptr;
      on_closed(book, *std::move(redemption), is_paid, receipt.id);
      return;
    }
    if (auto order = find_agent_order(book, receipt.id.id)) {
      on_agent_order(book, rules.maker, *std::move(order), receipt, placed.block_time);
      return;
    }
    if (auto screening = find_screening_by_order(book, receipt.id.id)) {
      on_screening_order(book, *std::move(screening), receipt);
      return;
    }
  }
  if (receipt.payment) return;  // payments move nothing between fiat and ledger

  // A delayed Redeem that fell due, or was rejected or cancelled then.
  if (auto known = find_redemption(book, receipt.id);
      known && known->state == RedemptionState::delayed) {
    on_delay_over(book, rules.config, rules.write_payout, *std::move(known), is_done);
    return;
  }
  if (receipt.entries.empty() || rules.config.pool(receipt.entries.front().currency) == nullptr)
    return;

  const chain::Entry* from_account = entry_at(receipt, PlaceKind::account, false);
  const chain::Entry* to_hold = entry_at(receipt, PlaceKind::hold, true);
  const bool is_delayed = receipt.status == chain::Status::delayed;
  if (from_account != nullptr && to_hold != nullptr && to_hold->place.hold == receipt.id &&
      (is_done || is_delayed)) {
    on_redeem(book, rules.config, rules.write_payout, receipt.id, *from_account->place.account,
              positive(*to_hold), placed.block_time, to_hold->business_date, is_delayed);
    return;
  }
  if (const chain::Entry* from_hold = entry_at(receipt, PlaceKind::hold, false);
      from_hold != nullptr && from_hold->place.hold) {
    const bool is_paid = entry_at(receipt, PlaceKind::supply, true) != nullptr;
    auto known = find_redemption(book, *from_hold->place.hold);
    if (known && known->state == RedemptionState::delayed)
      on_delay_over(book, rules.config, rules.write_payout, *std::move(known), false);
    else if (known)
      on_closed(book, *std::move(known), is_paid, receipt.id);
    else if (is_paid)
      note_stranger(book, chain::to_text(receipt.id), "paid", placed.height, positive(*from_hold),
                    from_hold->place.hold->owner);
    return;
  }
  if (const chain::Entry* from_supply = entry_at(receipt, PlaceKind::supply, false);
      from_supply != nullptr && is_done)
    note_stranger(book, chain::to_text(receipt.id), "issue", placed.height, positive(*from_supply),
                  receipt_owner(receipt));
}

}  // namespace

void take_events(BookTransaction& book, const Rules& rules, std::span<const client::Event> events) {
  if (rules.config.participant) expect_payment_receipts(book, rules, events);
  for (const client::Event& event : events) {
    const auto* receipt = std::get_if<client::ReceiptEvent>(&event);
    if (receipt == nullptr) continue;
    if (rules.config.participant)
      take_payment_receipt(book, rules, receipt->receipt, receipt->steps);
    else
      take_receipt(book, rules, receipt->receipt);
  }
  if (!events.empty())
    set_cursor(book, rules.maker.network_id(),
               std::visit([](const auto& each) { return each.place(); }, events.back()));
}

}  // namespace vostro::bridge
