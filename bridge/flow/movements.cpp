#include "bridge/flow/movements.h"

#include "base/check.h"
#include "bridge/flow/funding.h"

namespace vostro::bridge {
namespace {

Date today(const BookTransaction& book) {
  return Date(static_cast<std::int32_t>(book.now().value / 86'400'000));
}

MinorUnits signed_amount(const FiatEntry& entry) {
  return entry.is_credit ? entry.amount.units : MinorUnits(-entry.amount.units.value);
}

std::string amount_text(MinorUnits units, const Currency& currency) {
  return format_amount(units, iso4217_exponent(currency).value_or(2)) + " " + to_text(currency);
}

/// Where the bank tells of an entry: in a notice, or on a statement.
struct Told {
  const FiatEntry& entry;
  std::string statement;     ///< empty: a notice
  std::optional<Hash> file;  ///< of a notice
};

/// Money that moved, of which the book has not heard before.
void save_new(BookTransaction& book, const FiatItem& item, const Told& told) {
  save(book, item);
  if (told.file) save(book, BankWord{item.account, *told.file});
}

FiatItem new_item(BookTransaction& book, const FiatEntry& entry, std::string key) {
  FiatItem item;
  item.account = entry.account;
  item.key = std::move(key);
  item.currency = entry.amount.currency;
  item.reference = entry.reference;
  item.due = entry.booked.value_or(today(book));
  return item;
}

void compare_amounts(BookTransaction& book, const FiatItem& item) {
  if (state_of(item) != "both") return;
  if (item.posted == item.stated) {
    close_break(book, BreakKind::amount_differs, item.currency, key_of(item));
    return;
  }
  note_break(book, {BreakKind::amount_differs, item.currency, key_of(item),
                    participant_of(book, item), MinorUnits(item.stated.value - item.posted.value),
                    "the statement has " + amount_text(item.stated, item.currency) + " for " +
                        key_of(item) + ", and the bank told " +
                        amount_text(item.posted, item.currency) + " before"});
}

/// A statement has the item.
void state(BookTransaction& book, FiatItem item, const Told& told) {
  const MinorUnits amount = signed_amount(told.entry);
  if (item.statement == told.statement && item.stated == amount) return;
  if (!item.statement.empty() && item.statement != told.statement) {
    // Its closing balance counts it again, and so does this.
    FiatItem again = new_item(book, told.entry, item.key + "@" + told.statement.substr(0, 16));
    again.stated = amount;
    again.statement = told.statement;
    save(book, again);
    note_break(book,
               {BreakKind::stated_again, item.currency, key_of(again), participant_of(book, item),
                amount, "the entry " + key_of(item) + " stands on two statements"});
    return;
  }
  item.stated = amount;
  item.statement = told.statement;
  if (item.reference.empty()) item.reference = told.entry.reference;
  save(book, item);
  close_break(book, BreakKind::not_on_statement, item.currency, key_of(item));
  compare_amounts(book, item);
}

void take_credit(BookTransaction& book, const BridgeConfig& config, const OrderMaker& maker,
                 const Told& told) {
  const FiatEntry& entry = told.entry;
  auto item = find_item(book, entry.account, credit_key(entry.reference));
  if (!item) {
    fund(book, config, maker, entry);
    item = new_item(book, entry, credit_key(entry.reference));
    item->posted = signed_amount(entry);
    item->stated = told.statement.empty() ? MinorUnits(0) : item->posted;
    item->statement = told.statement;
    save_new(book, *item, told);
    return;
  }
  if (!told.statement.empty())
    state(book, *std::move(item), told);
  else if (item->posted != signed_amount(entry))
    // One reference is one entry, for ever: the ledger would take it once, too.
    book.raise("entry/" + key_of(*item), "the bank gave the reference " + entry.reference +
                                             " to two entries with different amounts");
}

std::optional<Redemption> payout_of_entry(BookTransaction& book, const FiatEntry& entry) {
  for (const std::string& id : entry.instruction)
    if (auto redemption = find_redemption_by_message(book, id)) return redemption;
  return std::nullopt;
}

void note_refused(BookTransaction& book, const FiatItem& item, const Redemption& redemption,
                  const Money& amount) {
  book.raise("contradiction/" + key_of(redemption), "the bank debited the payout " +
                                                        redemption.message_id +
                                                        ", and says that it does not pay it");
  note_break(book, {BreakKind::debited_though_refused, item.currency, key_of(item),
                    redemption.account.owner, MinorUnits(-amount.units.value),
                    "the bank debited the payout " + redemption.message_id +
                        ", and says that it does not pay it"});
}

/// The debit of a payout of ours: posted with the bank's answer, not with its entry.
void take_payout_debit(BookTransaction& book, const Redemption& redemption, FiatItem item,
                       const Told& told) {
  const Money& amount = told.entry.amount;
  item.reference = told.entry.reference;
  save(book, item);
  if (redemption.state == RedemptionState::refused || redemption.state == RedemptionState::unlocked)
    note_refused(book, item, redemption, amount);
  if (!told.statement.empty())
    state(book, std::move(item), told);
  else if (redemption.amount != amount)
    book.raise("debit/" + told.entry.reference, "the bank debited another amount for the payout " +
                                                    redemption.message_id + " than was ordered");
}

void take_debit(BookTransaction& book, const Told& told) {
  const FiatEntry& entry = told.entry;
  if (auto known = find_debit(book, entry.account, entry.reference)) {
    if (!told.statement.empty()) state(book, *std::move(known), told);
    return;
  }
  const auto redemption = payout_of_entry(book, entry);
  BreakKind kind = BreakKind::unexplained_debit;
  if (redemption) {
    auto item = find_item(book, entry.account, payout_key(redemption->message_id));
    if (!item) item = new_item(book, entry, payout_key(redemption->message_id));
    if (item->reference.empty() || item->reference == entry.reference) {
      take_payout_debit(book, *redemption, *std::move(item), told);
      return;
    }
    kind = BreakKind::debited_again;
  }
  // It takes money that nobody ordered.
  book.move("debit", entry.reference, BookAccount::nostro, BookAccount::unmatched, entry.amount);
  FiatItem item = new_item(book, entry, debit_key(entry.reference));
  item.posted = signed_amount(entry);
  item.stated = told.statement.empty() ? MinorUnits(0) : item.posted;
  item.statement = told.statement;
  save_new(book, item, told);
  const std::string text = "the bank debited " + amount_text(entry.amount.units, item.currency) +
                           " that no payout of the bridge explains: entry " + entry.reference;
  book.raise("debit/" + entry.reference, text);
  note_break(book, {kind, item.currency, key_of(item),
                    redemption ? std::optional(redemption->account.owner) : std::nullopt,
                    item.posted, text});
}

void take(BookTransaction& book, const BridgeConfig& config, const OrderMaker& maker,
          const Told& told) {
  if (!told.entry.is_booked) return;  // announced: it comes again when it is booked
  if (told.entry.is_credit)
    take_credit(book, config, maker, told);
  else
    take_debit(book, told);
}

}  // namespace

std::string fault_of(const BridgeConfig& config, const FiatEntry& entry) {
  if (!entry.is_booked) return {};
  if (config.pool(entry.amount.currency) == nullptr)
    return "it has an entry in " + to_text(entry.amount.currency) + ", which has no [[pool]]";
  if (entry.reference.empty()) return "an entry has no reference of the bank";
  if (entry.amount.units.value <= 0) return "an entry has the amount 0";
  return {};
}

std::string fault_of(const BridgeConfig& config, const FiatNotice& notice) {
  for (const FiatEntry& entry : notice.entries) {
    if (!entry.is_booked) continue;
    if (config.pool_of_account(entry.account) == nullptr)
      return "it is about an account that no [[pool]] has";
    if (std::string fault = fault_of(config, entry); !fault.empty()) return fault;
  }
  return {};
}

void take_notice(BookTransaction& book, const BridgeConfig& config, const OrderMaker& maker,
                 const FiatNotice& notice, const Hash& file) {
  for (const FiatEntry& entry : notice.entries) take(book, config, maker, {entry, {}, file});
}

void take_stated(BookTransaction& book, const BridgeConfig& config, const OrderMaker& maker,
                 const FiatEntry& entry, const std::string& statement) {
  take(book, config, maker, {entry, statement, std::nullopt});
}

void on_decided(BookTransaction& book, const std::string& account, const Redemption& redemption,
                bool is_paid) {
  auto item = find_item(book, account, payout_key(redemption.message_id));
  if (!is_paid) {
    if (item && !item->reference.empty()) note_refused(book, *item, redemption, redemption.amount);
    return;
  }
  if (!item) {
    item.emplace();
    item->account = account;
    item->key = payout_key(redemption.message_id);
    item->currency = redemption.amount.currency;
    // What is paid late in the day is booked on the next.
    item->due = Date(today(book).value + 1);
  }
  item->posted = MinorUnits(-redemption.amount.units.value);
  save(book, *item);
  VOSTRO_CHECK(redemption.answer);
  save(book, BankWord{account, *redemption.answer});
  compare_amounts(book, *item);
}

std::optional<Bic> participant_of(BookTransaction& book, const FiatItem& item) {
  if (item.key.starts_with("C/")) {
    const auto funding =
        find_funding(book, client::fiat_entry_hash(item.account, item.key.substr(2)));
    return funding && funding->account ? std::optional(funding->account->owner) : std::nullopt;
  }
  if (!item.key.starts_with("P/")) return std::nullopt;
  const auto redemption = find_redemption_by_message(book, item.key.substr(2));
  return redemption ? std::optional(redemption->account.owner) : std::nullopt;
}

}  // namespace vostro::bridge
