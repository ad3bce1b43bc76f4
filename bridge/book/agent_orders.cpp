#include "bridge/book/agent_orders.h"

#include "base/check.h"
#include "bridge/book/columns.h"

namespace vostro::bridge {
namespace {

constexpr std::string_view kOrderColumns =
    "kind, currency, subject, attempt, order_id, state, value, at_s";
constexpr std::size_t kOrderCount = 8;

SqlValues values_of(const AgentOrder& order) {
  return {std::string(to_string(order.kind)),
          to_text(order.currency),
          order.subject,
          std::int64_t{order.attempt},
          to_text(order.order),
          std::string(to_string(order.state)),
          order.value,
          order.at};
}

AgentOrderKind order_kind_from(const std::string& word) {
  for (const auto kind : {AgentOrderKind::attestation, AgentOrderKind::business_date})
    if (word == to_string(kind)) return kind;
  throw BookDamaged("\"" + word + "\" is no kind of an order");
}

AgentOrderState order_state_from(const std::string& word) {
  for (const auto state : {AgentOrderState::sent, AgentOrderState::done, AgentOrderState::failed})
    if (word == to_string(state)) return state;
  throw BookDamaged("\"" + word + "\" is no state of an order");
}

std::vector<AgentOrder> select_orders(BookTransaction& book, const std::string& where,
                                      const SqlValues& values) {
  std::vector<AgentOrder> found;
  for (const SqlRow& row : book.sql().rows(
           kOrderCount, "SELECT " + std::string(kOrderColumns) + " FROM agent_orders " + where,
           values))
    found.push_back({order_kind_from(row.text(0)), currency_column(row, 1), row.text(2),
                     static_cast<std::uint32_t>(row.number(3)), uuid_column(row, 4),
                     order_state_from(row.text(5)), row.number(6), row.number(7)});
  return found;
}

}  // namespace

std::string_view to_string(AgentOrderKind kind) {
  switch (kind) {
    case AgentOrderKind::attestation:
      return "attestation";
    case AgentOrderKind::business_date:
      return "business_date";
  }
  VOSTRO_CHECK(false);
}

std::string_view to_string(AgentOrderState state) {
  switch (state) {
    case AgentOrderState::sent:
      return "sent";
    case AgentOrderState::done:
      return "done";
    case AgentOrderState::failed:
      return "failed";
  }
  VOSTRO_CHECK(false);
}

std::string key_of(const AgentOrder& order) {
  return std::string(to_string(order.kind)) + "/" + to_text(order.currency) + "/" + order.subject;
}

Hash facts_of(const AgentOrder& order) {
  return facts_hash("book-order", values_of(order));
}

void save(BookTransaction& book, const AgentOrder& order, std::string_view detail) {
  const SqlValues all = values_of(order);
  const SqlValues changed{all[3], all[4], all[5], all[6], all[7], all[0], all[1], all[2]};
  if (book.sql().run("UPDATE agent_orders SET attempt = :v0, order_id = :v1, state = :v2,"
                     " value = :v3, at_s = :v4 WHERE kind = :v5 AND currency = :v6 AND"
                     " subject = :v7",
                     changed) == 0)
    book.sql().run("INSERT INTO agent_orders (" + std::string(kOrderColumns) + ") VALUES (" +
                       holders(kOrderCount) + ")",
                   all);
  book.transition(order_flow, key_of(order), to_string(order.state), facts_of(order), detail);
}

std::optional<AgentOrder> find_agent_order(BookTransaction& book, AgentOrderKind kind,
                                           const Currency& currency, const std::string& subject) {
  return first_of(select_orders(book, "WHERE kind = :v0 AND currency = :v1 AND subject = :v2",
                                {std::string(to_string(kind)), to_text(currency), subject}));
}

std::optional<AgentOrder> find_agent_order(BookTransaction& book, const Uuid& order) {
  return first_of(select_orders(book, "WHERE order_id = :v0", {to_text(order)}));
}

std::optional<AgentOrder> newest_agent_order(BookTransaction& book, AgentOrderKind kind,
                                             const Currency& currency,
                                             std::optional<AgentOrderState> state) {
  SqlValues values{std::string(to_string(kind)), to_text(currency)};
  std::string where = "WHERE kind = :v0 AND currency = :v1";
  if (state) {
    where += " AND state = :v2";
    values.emplace_back(std::string(to_string(*state)));
  }
  return first_of(select_orders(book, where + " ORDER BY at_s DESC, subject LIMIT 1", values));
}

std::vector<AgentOrder> all_agent_orders(BookTransaction& book) {
  return select_orders(book, "ORDER BY kind, currency, subject", {});
}

}  // namespace vostro::bridge
