#include "bridge/book/customers.h"

#include "base/check.h"
#include "bridge/book/columns.h"

namespace vostro::bridge {
namespace {

constexpr std::string_view kCustomerColumns = "account, name, currency, status, balance";
constexpr std::size_t kCustomerCount = 5;

Customer customer_from(const SqlRow& row) {
  const auto status = customer_status_from(row.text(3));
  if (!status) throw BookDamaged("\"" + row.text(3) + "\" is no status of a customer's account");
  return {row.text(0), row.text(1), currency_column(row, 2), *status, MinorUnits(row.number(4))};
}

std::vector<Customer> select_customers(BookTransaction& book, const std::string& where,
                                       const SqlValues& values) {
  std::vector<Customer> found;
  for (const SqlRow& row : book.sql().rows(
           kCustomerCount, "SELECT " + std::string(kCustomerColumns) + " FROM customers " + where,
           values))
    found.push_back(customer_from(row));
  return found;
}

Money negative(const Money& money) {
  return {money.currency, MinorUnits(-money.units.value)};
}

/// `amount` as the customer sees it: plus is more.
void book_customer(BookTransaction& book, std::string_view kind, const std::string& reference,
                   const std::string& customer, BankAccount against, const Money& amount) {
  VOSTRO_CHECK(amount.units.value != 0);
  const std::string other = code_of(against, amount.currency);
  book.ensure_account(other, amount.currency);
  book.post(kind, reference, {{other, amount}, {code_of_customer(customer), negative(amount)}});
  if (book.sql().run("UPDATE customers SET balance = balance + :v0 WHERE account = :v1 AND"
                     " currency = :v2",
                     {amount.units.value, customer, to_text(amount.currency)}) != 1)
    throw BookDamaged("there is no account of a customer with the number " + customer + " in " +
                      to_text(amount.currency));
}

}  // namespace

std::string_view to_string(CustomerStatus status) {
  switch (status) {
    case CustomerStatus::open:
      return "open";
    case CustomerStatus::blocked:
      return "blocked";
    case CustomerStatus::closed:
      return "closed";
  }
  VOSTRO_CHECK(false);
}

std::optional<CustomerStatus> customer_status_from(std::string_view word) {
  for (const auto status : {CustomerStatus::open, CustomerStatus::blocked, CustomerStatus::closed})
    if (word == to_string(status)) return status;
  return std::nullopt;
}

std::string_view to_string(BankAccount account) {
  switch (account) {
    case BankAccount::position:
      return "position";
    case BankAccount::outgoing:
      return "outgoing";
    case BankAccount::incoming:
      return "incoming";
    case BankAccount::own:
      return "own";
  }
  VOSTRO_CHECK(false);
}

std::string code_of(BankAccount account, const Currency& currency) {
  return std::string(to_string(account)) + "/" + to_text(currency);
}

std::string code_of_customer(const std::string& account) {
  return "customer/" + account;
}

Hash facts_of(const Customer& customer) {
  return facts_hash("book-customer", {customer.account, customer.name, to_text(customer.currency),
                                      std::string(to_string(customer.status))});
}

void insert(BookTransaction& book, const Customer& customer, std::string_view detail) {
  book.sql().run("INSERT INTO customers (" + std::string(kCustomerColumns) + ") VALUES (" +
                     holders(kCustomerCount) + ")",
                 {customer.account, customer.name, to_text(customer.currency),
                  std::string(to_string(customer.status)), std::int64_t{0}});
  book.ensure_account(code_of_customer(customer.account), customer.currency);
  book.transition(customer_flow, customer.account, to_string(customer.status), facts_of(customer),
                  detail);
}

void update(BookTransaction& book, const Customer& customer, std::string_view detail) {
  if (book.sql().run("UPDATE customers SET name = :v0, status = :v1 WHERE account = :v2",
                     {customer.name, std::string(to_string(customer.status)), customer.account}) !=
      1)
    throw BookDamaged("the customer's account " + customer.account + " is gone");
  book.transition(customer_flow, customer.account, to_string(customer.status), facts_of(customer),
                  detail);
}

std::optional<Customer> find_customer(BookTransaction& book, const std::string& account) {
  return first_of(select_customers(book, "WHERE account = :v0", {account}));
}

std::vector<Customer> all_customers(BookTransaction& book) {
  return select_customers(book, "ORDER BY account", {});
}

void move(BookTransaction& book, std::string_view kind, const std::string& reference,
          BankAccount from, BankAccount to, const Money& amount) {
  VOSTRO_CHECK(amount.units.value > 0);
  for (const BankAccount account : {from, to})
    book.ensure_account(code_of(account, amount.currency), amount.currency);
  book.post(
      kind, reference,
      {{code_of(to, amount.currency), amount}, {code_of(from, amount.currency), negative(amount)}});
}

void debit(BookTransaction& book, std::string_view kind, const std::string& reference,
           const std::string& customer, BankAccount against, const Money& amount) {
  book_customer(book, kind, reference, customer, against, negative(amount));
}

void credit(BookTransaction& book, std::string_view kind, const std::string& reference,
            const std::string& customer, BankAccount against, const Money& amount) {
  book_customer(book, kind, reference, customer, against, amount);
}

std::vector<std::string> customers_out_of_step(BookTransaction& book) {
  book.flush();
  std::vector<std::string> found;
  for (const SqlRow& row :
       book.sql().rows(1,
                       "SELECT c.account FROM customers c LEFT JOIN postings p ON"
                       " p.account = 'customer/' || c.account GROUP BY c.account, c.balance"
                       " HAVING c.balance + COALESCE(SUM(p.amount), 0) <> 0 ORDER BY c.account"))
    found.push_back(row.text(0));
  return found;
}

}  // namespace vostro::bridge
