#include "bridge/book/payments.h"

#include <algorithm>
#include <iterator>
#include <utility>

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
// Places among them.
constexpr std::size_t kKeys[]{0, 1, 2};
constexpr std::size_t kEndToEndId = 10;  // of one that came in: known when its annex is opened
constexpr std::size_t kFirstThatChanges = 15;
constexpr std::size_t kDetails = 17;

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

std::vector<std::string> names_of_columns() {
  std::vector<std::string> names;
  std::string_view rest = kPaymentColumns;
  for (std::size_t comma = rest.find(','); comma != rest.npos; comma = rest.find(',')) {
    names.emplace_back(rest.substr(0, comma));
    rest.remove_prefix(comma + 2);
  }
  names.emplace_back(rest);
  VOSTRO_CHECK(names.size() == kPaymentCount);
  return names;
}

std::vector<CustomerPayment> stored_payments(BookTransaction& book, const std::string& where,
                                             const SqlValues& values) {
  std::vector<CustomerPayment> found;
  for (const SqlRow& row : book.sql().rows(
           kPaymentCount,
           "SELECT " + std::string(kPaymentColumns) + " FROM customer_payments " + where, values))
    found.push_back(payment_from(row));
  return found;
}

PaymentKey key_in_book(const CustomerPayment& payment) {
  return {payment.side, payment.name};
}

SqlValues values_of(const PaymentKey& key) {
  return {std::string(to_string(key.side)), to_text(key.name.owner), to_text(key.name.id)};
}

/// Rows as the transaction sees them.
class KnownPayments : public WaitingRows {
 public:
  std::optional<CustomerPayment> find(BookTransaction& book, const PaymentKey& key) {
    const auto known = known_.find(key);
    if (known != known_.end()) return known->second.payment;
    return known_
        .emplace(key,
                 Known{first_of(stored_payments(
                     book, "WHERE side = :v0 AND owner = :v1 AND uetr = :v2", values_of(key)))})
        .first->second.payment;
  }

  void look_up(BookTransaction& book, std::vector<PaymentKey> keys) {
    std::erase_if(keys, [&](const PaymentKey& key) { return known_.contains(key); });
    in_groups(keys.size(), [&](std::size_t first, std::size_t count) {
      SqlValues values;
      for (std::size_t i = first; i < first + count; ++i) {
        known_.try_emplace(keys[i]);
        std::ranges::move(values_of(keys[i]), std::back_inserter(values));
      }
      for (CustomerPayment& each : stored_payments(
               book, "WHERE (side, owner, uetr) IN (VALUES " + row_holders(count, 3) + ")", values))
        known_[key_in_book(each)].payment = std::move(each);
    });
  }

  void add(const CustomerPayment& payment) {
    Known& known = known_[key_in_book(payment)];
    if (known.payment) throw BookDamaged("twice there would be the payment " + key_of(payment));
    known = {payment, Change::added};
  }
  void change(const CustomerPayment& payment) { note(payment, Change::fields); }
  void change_details(const CustomerPayment& payment) { note(payment, Change::details); }

  void write(BookTransaction& book) override {
    std::vector<SqlValues> added;
    std::vector<const CustomerPayment*> fields;
    std::vector<const CustomerPayment*> details;
    for (auto& [key, each] : known_) {
      const Change change = std::exchange(each.change, Change::none);
      if (change == Change::added) added.push_back(values_of(*each.payment));
      if (change == Change::fields) fields.push_back(&*each.payment);
      if (change == Change::details) details.push_back(&*each.payment);
    }
    book.insert_rows("customer_payments", std::string(kPaymentColumns), std::move(added));
    update_rows(book, fields, false);
    update_rows(book, details, true);
  }

 private:
  /// What is to be written of it; each includes those before it.
  enum class Change : std::uint8_t { none, fields, details, added };
  struct Known {
    std::optional<CustomerPayment> payment;  ///< none: there is no such payment
    Change change = Change::none;
  };

  void note(const CustomerPayment& payment, Change change) {
    Known& known = known_[key_in_book(payment)];
    known.payment = payment;
    known.change = std::max(known.change, change);
  }

  static void update_rows(BookTransaction& book,
                          const std::vector<const CustomerPayment*>& payments, bool has_details) {
    static const std::vector<std::string> names = names_of_columns();
    std::vector<std::size_t> columns{kEndToEndId};
    for (std::size_t i = kFirstThatChanges; i < kPaymentCount; ++i)
      if (i != kDetails || has_details) columns.push_back(i);
    std::string set;
    for (std::size_t i = 0; i < columns.size(); ++i)
      set += (i == 0 ? " SET " : ", ") + names[columns[i]] + " = new.column" +
             std::to_string(std::size(kKeys) + i + 1);
    columns.insert(columns.begin(), std::begin(kKeys), std::end(kKeys));
    in_groups(payments.size(), [&](std::size_t first, std::size_t count) {
      SqlValues values;
      for (std::size_t i = first; i < first + count; ++i) {
        const SqlValues all = values_of(*payments[i]);
        for (const std::size_t column : columns) values.push_back(all[column]);
      }
      const std::int64_t changed = book.sql().run(
          "UPDATE customer_payments" + set + " FROM (VALUES " + typed_rows(values, columns.size()) +
              ") AS new WHERE side = new.column1 AND owner = new.column2 AND uetr = new.column3",
          values);
      if (changed != static_cast<std::int64_t>(count)) throw_gone(book, payments, first, count);
    });
  }

  [[noreturn]] static void throw_gone(BookTransaction& book,
                                      const std::vector<const CustomerPayment*>& payments,
                                      std::size_t first, std::size_t count) {
    std::string gone;
    for (std::size_t i = first; i < first + count; ++i)
      if (stored_payments(book, "WHERE side = :v0 AND owner = :v1 AND uetr = :v2",
                          values_of(key_in_book(*payments[i])))
              .empty())
        gone += " " + key_of(*payments[i]);
    throw BookDamaged("gone is the payment" + gone);
  }

  std::map<PaymentKey, Known> known_;
};

std::vector<CustomerPayment> select_payments(BookTransaction& book, const std::string& where,
                                             const SqlValues& values) {
  book.waiting<KnownPayments>().write(book);
  return stored_payments(book, where, values);
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
  book.waiting<KnownPayments>().add(payment);
  note_step(book, payment, detail);
}

void update(BookTransaction& book, const CustomerPayment& payment, std::string_view detail) {
  book.waiting<KnownPayments>().change(payment);
  note_step(book, payment, detail);
}

void note_details(BookTransaction& book, const CustomerPayment& payment) {
  book.waiting<KnownPayments>().change_details(payment);
}

std::optional<CustomerPayment> find_payment(BookTransaction& book, PaymentSide side,
                                            const chain::OwnedId& name) {
  return book.waiting<KnownPayments>().find(book, {side, name});
}

void look_up_payments(BookTransaction& book, const std::vector<PaymentKey>& which) {
  book.waiting<KnownPayments>().look_up(book, which);
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
  book.waiting<KnownPayments>().write(book);
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
  book.waiting<KnownPayments>().write(book);
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
