#include "bridge/book/customers.h"

#include <map>
#include <set>
#include <utility>

#include "base/check.h"
#include "base/checked.h"
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

std::vector<Customer> select_stored(BookTransaction& book, const std::string& where,
                                    const SqlValues& values) {
  std::vector<Customer> found;
  for (const SqlRow& row : book.sql().rows(
           kCustomerCount, "SELECT " + std::string(kCustomerColumns) + " FROM customers " + where,
           values))
    found.push_back(customer_from(row));
  return found;
}

/// Accounts as the transaction sees them.
class KnownCustomers : public WaitingRows {
 public:
  /// Null: there is none.
  Customer* find(BookTransaction& book, const std::string& account) {
    const auto known = known_.find(account);
    if (known != known_.end()) return known->second ? &*known->second : nullptr;
    auto& found =
        known_.emplace(account, first_of(select_stored(book, "WHERE account = :v0", {account})))
            .first->second;
    return found ? &*found : nullptr;
  }

  /// What it has changes by so much.
  void move(Customer& customer, MinorUnits more) {
    const auto balance = checked_add(customer.balance.value, more.value);
    if (!balance)
      throw BookDamaged("the account of the customer " + customer.account +
                        " would hold more than can be counted");
    customer.balance.value = *balance;
    moved_.insert(customer.account);
  }

  /// It is read again where it is asked for.
  void forget(BookTransaction& book, const std::string& account) {
    write(book);
    known_.erase(account);
  }

  void write(BookTransaction& book) override {
    const auto moved = std::exchange(moved_, {});
    const std::vector<std::string> accounts(moved.begin(), moved.end());
    in_groups(accounts.size(), [&](std::size_t first, std::size_t count) {
      SqlValues values;
      for (std::size_t i = first; i < first + count; ++i) {
        values.emplace_back(accounts[i]);
        values.emplace_back(known_.at(accounts[i])->balance.value);
      }
      if (book.sql().run("UPDATE customers SET balance = new.column2 FROM (VALUES " +
                             typed_rows(values, 2) + ") AS new WHERE account = new.column1",
                         values) != static_cast<std::int64_t>(count))
        throw BookDamaged("a customer's account that moves is gone");
    });
  }

 private:
  std::map<std::string, std::optional<Customer>> known_;  ///< by account
  std::set<std::string> moved_;
};

std::vector<Customer> select_customers(BookTransaction& book, const std::string& where,
                                       const SqlValues& values) {
  book.waiting<KnownCustomers>().write(book);
  return select_stored(book, where, values);
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
  auto& known = book.waiting<KnownCustomers>();
  Customer* const holder = known.find(book, customer);
  if (holder == nullptr || holder->currency != amount.currency)
    throw BookDamaged("there is no account of a customer with the number " + customer + " in " +
                      to_text(amount.currency));
  known.move(*holder, amount.units);
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
  book.waiting<KnownCustomers>().forget(book, customer.account);
  book.sql().run("INSERT INTO customers (" + std::string(kCustomerColumns) + ") VALUES (" +
                     holders(kCustomerCount) + ")",
                 {customer.account, customer.name, to_text(customer.currency),
                  std::string(to_string(customer.status)), std::int64_t{0}});
  book.ensure_account(code_of_customer(customer.account), customer.currency);
  book.transition(customer_flow, customer.account, to_string(customer.status), facts_of(customer),
                  detail);
}

void update(BookTransaction& book, const Customer& customer, std::string_view detail) {
  book.waiting<KnownCustomers>().forget(book, customer.account);
  if (book.sql().run("UPDATE customers SET name = :v0, status = :v1 WHERE account = :v2",
                     {customer.name, std::string(to_string(customer.status)), customer.account}) !=
      1)
    throw BookDamaged("the customer's account " + customer.account + " is gone");
  book.transition(customer_flow, customer.account, to_string(customer.status), facts_of(customer),
                  detail);
}

std::optional<Customer> find_customer(BookTransaction& book, const std::string& account) {
  const Customer* const found = book.waiting<KnownCustomers>().find(book, account);
  return found == nullptr ? std::nullopt : std::optional(*found);
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
