#include "bridge/flow/agent_orders.h"

#include "bridge/book/statements.h"

namespace vostro::bridge {
namespace {

constexpr std::int64_t kDaySeconds = 86'400;
constexpr std::int32_t kCalendarEndsWithin = 30;  // days

UnixSeconds seconds_of(const BookTransaction& book) {
  return UnixSeconds(book.now().value / 1000);
}

}  // namespace

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

void on_agent_order(BookTransaction& book, const Bic& agent, AgentOrder order,
                    const chain::Receipt& receipt) {
  const std::string name = chain::to_text(chain::OwnedId{agent, order.order});
  remove_from_outbox(book, name);
  book.clear("order/" + name);
  if (order.state == AgentOrderState::done) return;
  // A date that is not after the ledger's was opened by another hand: it is what was wanted.
  const bool is_wanted =
      receipt.status == chain::Status::done || (order.kind == AgentOrderKind::business_date &&
                                                receipt.reason == chain::Reason::date_not_after);
  order.state = is_wanted ? AgentOrderState::done : AgentOrderState::failed;
  const std::string why =
      receipt.reason ? std::string(chain::to_string(*receipt.reason)) : std::string("final");
  save(book, order, why);
  if (!is_wanted)
    book.raise("refused/" + key_of(order),
               "the ledger rejected the order " + name + ", " + key_of(order) + ": " + why);
}

void on_agent_order_failed(BookTransaction& book, const OrderMaker& maker, AgentOrder order,
                           bool is_expired, const std::string& why) {
  if (order.state != AgentOrderState::sent) return;
  const std::string name = chain::to_text(chain::OwnedId{maker.agent(), order.order});
  remove_from_outbox(book, name);
  book.clear("order/" + name);
  order.state = AgentOrderState::failed;
  if (is_expired && order.kind == AgentOrderKind::business_date) {
    maker.open_date(book, order);  // the next try
    order.state = AgentOrderState::sent;
  }
  save(book, order, why);
  if (!is_expired)
    book.raise("refused/" + key_of(order),
               "the order " + name + ", " + key_of(order) + ", was refused: " + why);
}

}  // namespace vostro::bridge
