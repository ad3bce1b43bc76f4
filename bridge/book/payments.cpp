#include "bridge/book/payments.h"

#include "base/check.h"
#include "bridge/book/columns.h"

namespace vostro::bridge {
namespace {

constexpr std::string_view kPaymentColumns =
    "side, owner, uetr, currency, amount, other, source_type, source_id, group_id, instruction_id,"
    " end_to_end_id, execution, bearer, purpose, since_ms, state, customer, details,"
    " booked_currency, booked, settled, code, recall, recall_id, recall_code, attempt, rejections,"
    " order_id";
constexpr std::size_t kPaymentCount = 28;
constexpr std::size_t kEndToEndId = 10;
constexpr std::ptrdiff_t kFirstThatChanges = 15;  // `state`
constexpr std::ptrdiff_t kDetails = 17;

template <class State, std::size_t Count>
State state_from(const std::string& word, const State (&all)[Count]) {
  for (const State each : all)
    if (word == to_string(each)) return each;
  throw BookDamaged("\"" + word + "\" is no state of a customer's payment");
}

constexpr PaymentSide kSides[]{PaymentSide::outgoing, PaymentSide::incoming};
constexpr PaymentState kPaymentStates[]{
    PaymentState::screening, PaymentState::blocked,   PaymentState::returned,
    PaymentState::ready,     PaymentState::ordered,   PaymentState::held,
    PaymentState::settled,   PaymentState::confirmed, PaymentState::refused,
    PaymentState::arrived,   PaymentState::accepting, PaymentState::rejecting,
    PaymentState::blocking,  PaymentState::credited,  PaymentState::returning,
    PaymentState::released};
constexpr RecallState kRecalls[]{RecallState::none, RecallState::asked,    RecallState::ordered,
                                 RecallState::open, RecallState::refusing, RecallState::over};

Date date_column(const SqlRow& row, std::size_t column) {
  return Date(static_cast<std::int32_t>(row.number(column)));
}

CustomerPayment payment_from(const SqlRow& row) {
  CustomerPayment payment;
  payment.side = state_from(row.text(0), kSides);
  payment.name = {bic_column(row, 1), uuid_column(row, 2)};
  payment.amount = {currency_column(row, 3), MinorUnits(row.number(4))};
  payment.other = account_column(row, 5);
  payment.source_type = row.text(6);
  payment.source_id = row.text(7);
  payment.group_id = row.text(8);
  payment.instruction_id = row.text(9);
  payment.end_to_end_id = row.text(10);
  payment.execution = date_column(row, 11);
  payment.bearer = row.text(12);
  payment.purpose = row.text(13);
  payment.since = UnixMillis(static_cast<std::uint64_t>(row.number(14)));
  payment.state = state_from(row.text(15), kPaymentStates);
  payment.customer = row.text(16);
  payment.details = row.text(17);
  if (!row.text(18).empty())
    payment.booked = Money{currency_column(row, 18), MinorUnits(row.number(19))};
  if (row.number(20) >= 0) payment.settled = date_column(row, 20);
  payment.code = row.text(21);
  payment.recall = state_from(row.text(22), kRecalls);
  payment.recall_id = row.text(23);
  payment.recall_code = row.text(24);
  payment.attempt = static_cast<std::uint32_t>(row.number(25));
  payment.rejections = static_cast<std::uint32_t>(row.number(26));
  if (!row.text(27).empty()) payment.order = uuid_column(row, 27);
  return payment;
}

SqlValues values_of(const CustomerPayment& payment) {
  return {std::string(to_string(payment.side)),
          to_text(payment.name.owner),
          to_text(payment.name.id),
          to_text(payment.amount.currency),
          payment.amount.units.value,
          chain::to_text(payment.other),
          payment.source_type,
          payment.source_id,
          payment.group_id,
          payment.instruction_id,
          payment.end_to_end_id,
          std::int64_t{payment.execution.value},
          payment.bearer,
          payment.purpose,
          static_cast<std::int64_t>(payment.since.value),
          std::string(to_string(payment.state)),
          payment.customer,
          payment.details,
          payment.booked ? to_text(payment.booked->currency) : std::string(),
          payment.booked ? payment.booked->units.value : std::int64_t{0},
          payment.settled ? std::int64_t{payment.settled->value} : std::int64_t{-1},
          payment.code,
          std::string(to_string(payment.recall)),
          payment.recall_id,
          payment.recall_code,
          std::int64_t{payment.attempt},
          std::int64_t{payment.rejections},
          payment.order ? to_text(*payment.order) : std::string()};
}

std::vector<CustomerPayment> select_payments(BookTransaction& book, const std::string& where,
                                             const SqlValues& values) {
  std::vector<CustomerPayment> found;
  for (const SqlRow& row : book.sql().rows(
           kPaymentCount,
           "SELECT " + std::string(kPaymentColumns) + " FROM customer_payments " + where, values))
    found.push_back(payment_from(row));
  return found;
}

void note_step(BookTransaction& book, const CustomerPayment& payment, std::string_view detail) {
  book.transition(payment_flow, key_of(payment), to_string(payment.state), facts_of(payment),
                  detail);
}

}  // namespace

std::string_view to_string(PaymentSide side) {
  switch (side) {
    case PaymentSide::outgoing:
      return "outgoing";
    case PaymentSide::incoming:
      return "incoming";
  }
  VOSTRO_CHECK(false);
}

std::string_view to_string(PaymentState state) {
  switch (state) {
    case PaymentState::screening:
      return "screening";
    case PaymentState::blocked:
      return "blocked";
    case PaymentState::returned:
      return "returned";
    case PaymentState::ready:
      return "ready";
    case PaymentState::ordered:
      return "ordered";
    case PaymentState::held:
      return "held";
    case PaymentState::settled:
      return "settled";
    case PaymentState::confirmed:
      return "confirmed";
    case PaymentState::refused:
      return "refused";
    case PaymentState::arrived:
      return "arrived";
    case PaymentState::accepting:
      return "accepting";
    case PaymentState::rejecting:
      return "rejecting";
    case PaymentState::blocking:
      return "blocking";
    case PaymentState::credited:
      return "credited";
    case PaymentState::returning:
      return "returning";
    case PaymentState::released:
      return "released";
  }
  VOSTRO_CHECK(false);
}

bool is_over(PaymentState state) {
  return state == PaymentState::returned || state == PaymentState::confirmed ||
         state == PaymentState::refused || state == PaymentState::released;
}

std::string_view to_string(RecallState state) {
  switch (state) {
    case RecallState::none:
      return "none";
    case RecallState::asked:
      return "asked";
    case RecallState::ordered:
      return "ordered";
    case RecallState::open:
      return "open";
    case RecallState::refusing:
      return "refusing";
    case RecallState::over:
      return "over";
  }
  VOSTRO_CHECK(false);
}

std::string key_of(const CustomerPayment& payment) {
  return std::string(to_string(payment.side)) + "/" + chain::to_text(payment.name);
}

Hash facts_of(const CustomerPayment& payment) {
  return facts_hash("book-customer-payment", values_of(payment));
}

void insert(BookTransaction& book, const CustomerPayment& payment, std::string_view detail) {
  book.sql().run("INSERT INTO customer_payments (" + std::string(kPaymentColumns) + ") VALUES (" +
                     holders(kPaymentCount) + ")",
                 values_of(payment));
  note_step(book, payment, detail);
}

void update(BookTransaction& book, const CustomerPayment& payment, std::string_view detail) {
  SqlValues all = values_of(payment);
  SqlValues values(all.begin() + kFirstThatChanges, all.end());
  values.erase(values.begin() + (kDetails - kFirstThatChanges));
  // The end-to-end id of one that came in is known when its annex is opened.
  values.insert(values.end(), {all[kEndToEndId], all[0], all[1], all[2]});
  if (book.sql().run(
          "UPDATE customer_payments SET state = :v0, customer = :v1, booked_currency = :v2,"
          " booked = :v3, settled = :v4, code = :v5, recall = :v6, recall_id = :v7,"
          " recall_code = :v8, attempt = :v9, rejections = :v10, order_id = :v11,"
          " end_to_end_id = :v12 WHERE side = :v13 AND owner = :v14 AND uetr = :v15",
          values) != 1)
    throw BookDamaged("the payment " + key_of(payment) + " is gone");
  note_step(book, payment, detail);
}

void note_details(BookTransaction& book, const CustomerPayment& payment) {
  book.sql().run(
      "UPDATE customer_payments SET details = :v0 WHERE side = :v1 AND owner = :v2 AND uetr = :v3",
      {payment.details, std::string(to_string(payment.side)), to_text(payment.name.owner),
       to_text(payment.name.id)});
}

std::optional<CustomerPayment> find_payment(BookTransaction& book, PaymentSide side,
                                            const chain::OwnedId& name) {
  return first_of(
      select_payments(book, "WHERE side = :v0 AND owner = :v1 AND uetr = :v2",
                      {std::string(to_string(side)), to_text(name.owner), to_text(name.id)}));
}

std::optional<CustomerPayment> find_payment_by_order(BookTransaction& book, const Uuid& order) {
  return first_of(select_payments(book, "WHERE order_id = :v0", {to_text(order)}));
}

std::vector<CustomerPayment> find_payments_by_uetr(BookTransaction& book, PaymentSide side,
                                                   const Uuid& uetr) {
  return select_payments(book, "WHERE side = :v0 AND uetr = :v1 ORDER BY owner",
                         {std::string(to_string(side)), to_text(uetr)});
}

std::vector<CustomerPayment> payments_in(BookTransaction& book, PaymentState state) {
  return select_payments(book, "WHERE state = :v0 ORDER BY since_ms, owner, uetr",
                         {std::string(to_string(state))});
}

bool is_any_in(BookTransaction& book, PaymentState state) {
  return !book.sql()
              .rows(1, "SELECT side FROM customer_payments WHERE state = :v0 LIMIT 1",
                    {std::string(to_string(state))})
              .empty();
}

Money not_yet_credited(const CustomerPayment& payment) {
  const bool is_with_us = payment.side == PaymentSide::incoming && payment.settled &&
                          payment.state != PaymentState::credited && !is_over(payment.state);
  const Money arrived = payment.booked.value_or(payment.amount);
  return is_with_us ? arrived : Money{arrived.currency, MinorUnits(0)};
}

PaymentPlace place_of(const CustomerPayment& payment) {
  return {payment.since, payment.name, payment.side};
}

std::vector<CustomerPayment> payments_to_ask_about(BookTransaction& book,
                                                   const std::optional<PaymentPlace>& after,
                                                   const std::optional<Date>& day,
                                                   std::size_t count_max) {
  // What was rejected too often waits for a person, with an alarm. Most rows have no order: an
  // index on that column must not be taken, hence the text that is added to it.
  std::string where = "WHERE (order_id || '') = '' AND rejections < " +
                      std::to_string(rejections_max) +
                      " AND (state IN ('arrived', 'credited', 'returning')"
                      " OR (state = 'ready'" +
                      (day ? " AND execution <= " + std::to_string(day->value) : "") +
                      ") OR (recall = 'asked' AND state IN ('held', 'blocked', 'settled',"
                      " 'confirmed')))";
  SqlValues values;
  if (after) {
    where += " AND (since_ms, owner, uetr, side) > (:v0, :v1, :v2, :v3)";
    values = {static_cast<std::int64_t>(after->since.value), to_text(after->name.owner),
              to_text(after->name.id), std::string(to_string(after->side))};
  }
  return select_payments(
      book, where + " ORDER BY since_ms, owner, uetr, side LIMIT " + std::to_string(count_max),
      values);
}

std::map<Currency, OpenMoney> money_of_open_payments(BookTransaction& book) {
  std::map<Currency, OpenMoney> found;
  // As text: a sum of BIGINT is a NUMERIC in PostgreSQL.
  for (const SqlRow& row :
       book.sql().rows(2,
                       "SELECT booked_currency, CAST(SUM(booked) AS TEXT) FROM customer_payments"
                       " WHERE state = 'ordered' GROUP BY booked_currency"))
    found[currency_column(row, 0)].outgoing = MinorUnits(row.number(1));
  for (const SqlRow& row : book.sql().rows(
           2,
           "SELECT currency, CAST(SUM(CASE WHEN booked_currency = '' THEN amount ELSE booked END)"
           " AS TEXT) FROM customer_payments WHERE side = 'incoming' AND settled >= 0 AND state IN"
           " ('arrived', 'screening', 'accepting', 'rejecting', 'blocked', 'blocking', 'returning')"
           " GROUP BY currency"))
    found[currency_column(row, 0)].incoming = MinorUnits(row.number(1));
  return found;
}

std::vector<CustomerPayment> all_payments(BookTransaction& book, bool is_open_only) {
  return select_payments(
      book,
      std::string(is_open_only
                      ? "WHERE state NOT IN ('returned', 'confirmed', 'refused',"
                        " 'released') OR recall IN ('asked', 'ordered', 'open', 'refusing') "
                      : "") +
          "ORDER BY since_ms, side, owner, uetr",
      {});
}

}  // namespace vostro::bridge
