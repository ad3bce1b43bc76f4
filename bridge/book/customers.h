/// Customers' fiat accounts at a participant bank: whom the bridge debits and credits. What a
/// customer has is a debt of the bank, so that the account's postings sum to less than zero; the
/// row repeats it as a balance, and the audit holds the two together.
///
/// The bank's other accounts, one of each currency: what it has on the ledger, what is on its way
/// out and in, and the rest of its own books. Functions over one transaction of the book.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bridge/book/book.h"

namespace vostro::bridge {

inline constexpr std::string_view customer_flow = "customer";

enum class CustomerStatus : std::uint8_t {
  open = 1,
  blocked,  ///< Nothing goes out or in.
  closed,   ///< The same, for good.
};
[[nodiscard]] std::string_view to_string(CustomerStatus status);
[[nodiscard]] std::optional<CustomerStatus> customer_status_from(std::string_view word);

struct Customer {
  std::string account;  ///< an IBAN, or the bank's own number: at most 34 characters
  std::string name;
  Currency currency;
  CustomerStatus status = CustomerStatus::open;
  MinorUnits balance;  ///< what the customer has; `insert` and `update` leave it alone

  bool operator==(const Customer&) const = default;
};
[[nodiscard]] Hash facts_of(const Customer& customer);

/// With a balance of 0.
void insert(BookTransaction& book, const Customer& customer, std::string_view detail);
/// Name and status.
void update(BookTransaction& book, const Customer& customer, std::string_view detail);
[[nodiscard]] std::optional<Customer> find_customer(BookTransaction& book,
                                                    const std::string& account);
[[nodiscard]] std::vector<Customer> all_customers(BookTransaction& book);

/// The bank's own side of its customers' money.
enum class BankAccount : std::uint8_t {
  position,  ///< On the bank's account of the ledger.
  outgoing,  ///< Taken from customers, and not yet gone for good.
  incoming,  ///< Arrived, and not yet with a customer.
  own,       ///< The rest of the bank: what customers brought, and what treasury moves.
};
inline constexpr BankAccount bank_accounts[]{BankAccount::position, BankAccount::outgoing,
                                             BankAccount::incoming, BankAccount::own};
[[nodiscard]] std::string_view to_string(BankAccount account);
[[nodiscard]] std::string code_of(BankAccount account, const Currency& currency);
/// "customer/DE89370400440532013000"
[[nodiscard]] std::string code_of_customer(const std::string& account);

/// From one account to another: `amount` is above zero, `to` grows towards plus.
void move(BookTransaction& book, std::string_view kind, const std::string& reference,
          BankAccount from, BankAccount to, const Money& amount);
/// What the customer has shrinks: a debit. The account exists, in this currency.
void debit(BookTransaction& book, std::string_view kind, const std::string& reference,
           const std::string& customer, BankAccount against, const Money& amount);
void credit(BookTransaction& book, std::string_view kind, const std::string& reference,
            const std::string& customer, BankAccount against, const Money& amount);

/// Accounts whose balance is not what their postings sum to.
[[nodiscard]] std::vector<std::string> customers_out_of_step(BookTransaction& book);

}  // namespace vostro::bridge
