#include "bridge/flow/agent_orders.h"

#include <algorithm>

#include "bridge/book/fiat_items.h"
#include "bridge/book/statements.h"

namespace vostro::bridge {
namespace {

constexpr std::int64_t kDaySeconds = 86'400;
constexpr std::int32_t kCalendarEndsWithin = 30;  // days

UnixSeconds seconds_of(const BookTransaction& book) {
  return UnixSeconds(book.now().value / 1000);
}

std::string name_of(const OrderMaker& maker, const Uuid& order) {
  return chain::to_text(chain::OwnedId{maker.agent(), order});
}

/// Of one that is being issued.
const Uuid& order_of(const Funding& funding) {
  if (!funding.order) throw BookDamaged("no order issues what is being issued of a funding");
  return *funding.order;
}

/// Whether more is to be issued than was attested; also where the ledger refused it for that.
bool is_short(BookTransaction& book, const OrderMaker& maker, const Currency& currency) {
  std::int64_t wanted = 0;
  for (const Funding& each : fundings_in(book, FundingState::issuing)) {
    if (each.amount.currency != currency) continue;
    if (!is_in_outbox(book, name_of(maker, order_of(each)))) return true;
    wanted += each.amount.units.value;
  }
  if (wanted == 0) return false;
  const auto attested =
      newest_agent_order(book, AgentOrderKind::attestation, currency, AgentOrderState::done);
  if (!attested) return false;
  for (const LedgerTotal& each : ledger_totals(book))
    if (each.currency == currency) wanted += each.issued.value - each.redeemed.value;
  return wanted > attested->value;
}

/// What the bank's account holds by its own word. What should have been on the last statement and
/// was not does not count.
MinorUnits held_at_bank(BookTransaction& book, const Pool& pool,
                        const std::optional<Statement>& last) {
  if (!last) return told_after(book, pool.account, Date(0));
  const Date whole(last->date.value - (pool.has_several_statements ? 1 : 0));
  return MinorUnits(last->closing.value + told_after(book, pool.account, whole).value);
}

/// The bank's message that is to be attested next.
std::optional<Hash> message_to_attest(BookTransaction& book, const OrderMaker& maker,
                                      const Pool& pool) {
  const auto is_known = [&](const Hash& message) {
    return find_agent_order(book, AgentOrderKind::attestation, pool.currency,
                            to_hex(message.view()))
        .has_value();
  };
  if (const auto last = last_statement(book, pool.account); last && !is_known(last->file))
    return last->file;
  if (!is_short(book, maker, pool.currency)) return std::nullopt;
  const auto word = bank_word(book, pool.account);
  return word && !is_known(word->file) ? std::optional(word->file) : std::nullopt;
}

/// What the ledger refused for want of reserves is tried again.
void issue_again(BookTransaction& book, const OrderMaker& maker, const Currency& currency) {
  book.clear("reserves/" + to_text(currency));
  for (Funding& each : fundings_in(book, FundingState::issuing)) {
    if (each.amount.currency != currency || is_in_outbox(book, name_of(maker, order_of(each))))
      continue;
    maker.issue(book, each);
    update(book, each, "reserves were attested");
  }
}

}  // namespace

void attest_reserves(BookTransaction& book, const BridgeConfig& config, const OrderMaker& maker) {
  for (const Pool& pool : config.pools) {
    const auto newest = newest_agent_order(book, AgentOrderKind::attestation, pool.currency);
    const auto now = static_cast<std::int64_t>(seconds_of(book).value);
    // One at a time, and each as of a later second.
    if (newest && (newest->state == AgentOrderState::sent || newest->at >= now)) continue;
    const auto message = message_to_attest(book, maker, pool);
    if (!message) continue;
    AgentOrder order;
    order.kind = AgentOrderKind::attestation;
    order.currency = pool.currency;
    order.subject = to_hex(message->view());
    // An account that is overdrawn holds nothing.
    order.value = std::max<std::int64_t>(
        held_at_bank(book, pool, last_statement(book, pool.account)).value, 0);
    order.at = now;
    maker.attest(book, order);
    save(book, order, "held by the bank's word");
  }
}

std::set<Currency> waiting_for_attestation(BookTransaction& book, const BridgeConfig& config,
                                           const OrderMaker& maker) {
  std::set<Currency> found;
  for (const Pool& pool : config.pools) {
    const auto newest = newest_agent_order(book, AgentOrderKind::attestation, pool.currency);
    if ((newest && newest->state == AgentOrderState::sent) || message_to_attest(book, maker, pool))
      found.insert(pool.currency);
  }
  return found;
}

void open_business_date(BookTransaction& book, const BridgeConfig& config, const OrderMaker& maker,
                        const Currency& currency, Date ledger_date) {
  const CurrencyCalendar* calendar = config.calendar(currency);
  if (calendar == nullptr) return;
  const auto day = calendar->calendar.business_day(seconds_of(book));
  if (!day || day->date <= ledger_date) return;
  if (find_agent_order(book, AgentOrderKind::business_date, currency, to_text(day->date))) return;
  AgentOrder order;
  order.kind = AgentOrderKind::business_date;
  order.currency = currency;
  order.subject = to_text(day->date);
  order.value = day->date.value;
  order.at = static_cast<std::int64_t>(seconds_of(book).value);
  maker.open_date(book, order);
  save(book, order, "the ledger has " + to_text(ledger_date));
}

void look_at_calendars(BookTransaction& book, const BridgeConfig& config) {
  const UnixSeconds now = seconds_of(book);
  const Date today(static_cast<std::int32_t>(now.value / kDaySeconds));
  for (const CurrencyCalendar& each : config.calendars) {
    const std::string code = to_text(each.currency);
    if (today.value + kCalendarEndsWithin > each.calendar.last.value)
      book.raise("calendar/" + code, "the holidays of " + code + " end on " +
                                         to_text(each.calendar.last) +
                                         ": write a new file, and start the bridge again");
    else
      book.clear("calendar/" + code);
    const Pool* pool = config.pool(each.currency);
    const auto over = each.calendar.day_over(now);
    if (!each.statement_within || !over || pool == nullptr) continue;
    const auto last = last_statement(book, pool->account);
    // A bridge that never had one has just begun.
    const bool is_late = last && last->date < over->date &&
                         now.value > over->cut_off.value +
                                         static_cast<std::uint64_t>(each.statement_within->count());
    const std::string key = "late_statement/" + pool->account;
    if (is_late)
      book.raise(key, "the statement of " + to_text(over->date) + " of " + pool->account +
                          " is not there: ask the bank");
    else
      book.clear(key);
  }
}

void on_agent_order(BookTransaction& book, const OrderMaker& maker, AgentOrder order,
                    const chain::Receipt& receipt, UnixMillis block_time) {
  const std::string name = chain::to_text(receipt.id);
  remove_from_outbox(book, name);
  book.clear("order/" + name);
  if (order.state == AgentOrderState::done) return;
  const std::string why =
      receipt.reason ? std::string(chain::to_string(*receipt.reason)) : std::string("final");
  // This machine's clock is ahead of the ledger's: by that one the balance is of now, too. Or
  // another hand attested as of this second or a later one: the next second is behind it, for the
  // ledger takes none to come.
  const bool is_early =
      receipt.reason == chain::Reason::date_not_after && order.kind == AgentOrderKind::attestation;
  if ((receipt.reason == chain::Reason::date_ahead || is_early) && receipt.id.id == order.order) {
    order.at = static_cast<std::int64_t>(block_time.value / 1000) + (is_early ? 1 : 0);
    maker.attest(book, order);
    order.state = AgentOrderState::sent;
    save(book, order, why);
    return;
  }
  // A date that is not after the ledger's was opened by another hand: it is what was wanted.
  const bool is_wanted =
      receipt.status == chain::Status::done || (order.kind == AgentOrderKind::business_date &&
                                                receipt.reason == chain::Reason::date_not_after);
  order.state = is_wanted ? AgentOrderState::done : AgentOrderState::failed;
  save(book, order, why);
  if (!is_wanted)
    book.raise("refused/" + key_of(order),
               "the ledger rejected the order " + name + ", " + key_of(order) + ": " + why);
  else if (order.kind == AgentOrderKind::attestation)
    issue_again(book, maker, order.currency);
}

void on_agent_order_failed(BookTransaction& book, const OrderMaker& maker, AgentOrder order,
                           bool is_expired, const std::string& why) {
  if (order.state != AgentOrderState::sent) return;
  const std::string name = name_of(maker, order.order);
  remove_from_outbox(book, name);
  book.clear("order/" + name);
  order.state = AgentOrderState::failed;
  if (is_expired) {
    // The next try.
    if (order.kind == AgentOrderKind::attestation)
      maker.attest(book, order);
    else
      maker.open_date(book, order);
    order.state = AgentOrderState::sent;
  }
  save(book, order, why);
  if (!is_expired)
    book.raise("refused/" + key_of(order),
               "the order " + name + ", " + key_of(order) + ", was refused: " + why);
}

}  // namespace vostro::bridge
