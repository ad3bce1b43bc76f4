/// What is sent: payments and bulks between the banks' accounts, formed and signed before anything
/// is timed. Each order says what it does to the accounts, so that the balances at the end can be
/// computed without the ledger.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bench/network.h"
#include "chain/account.h"

namespace vostro::bench {

/// The accounts that take part, those of one bank beside each other.
struct Book {
  Currency currency;
  Currency foreign;  ///< what FX payments pay
  std::vector<chain::AccountId> accounts;
  /// Index in `accounts` of those that pay and take payments unasked; one more than there are
  /// banks. Behind the last one stand, of each bank in turn, "main" and "customers".
  std::vector<std::size_t> first_of_bank;

  [[nodiscard]] std::size_t banks() const { return first_of_bank.size() - 1; }
  /// Has the bank's own money, and gives and takes in currency exchanges.
  [[nodiscard]] std::uint32_t main_of(std::size_t bank) const {
    return static_cast<std::uint32_t>(first_of_bank.back() + 2 * bank);
  }
  /// Takes no payment unasked.
  [[nodiscard]] std::uint32_t customers_of(std::size_t bank) const { return main_of(bank) + 1; }
  [[nodiscard]] std::size_t bank_of(std::uint32_t account) const;
};

/// What an order changes at one account once it is final, in minor units; negative takes away.
struct Posting {
  std::uint32_t account = 0;  ///< index in Book::accounts
  std::int64_t amount = 0;
  std::int64_t held = 0;  ///< of what is held there
  bool is_foreign = false;
};

/// What its payment has come to once the order is final.
enum class End : std::uint8_t {
  settled,
  held,      ///< another order of the run may settle it
  accepted,  ///< settled, after it was held
  rejected,  ///< by the ledger: the order is valid, and final
};

struct Order {
  Uuid uetr;                   ///< of the payment; of a bulk that of one of its credits
  std::uint32_t debtor = 0;    ///< of it; index in Book::accounts
  std::uint32_t creditor = 0;  ///< of it, likewise; not of a bulk
  std::int64_t amount = 0;     ///< minor units of the payment with that UETR
  std::uint32_t payments = 1;  ///< credits that settle once it is final
  End end = End::settled;
  bool is_forged = false;  ///< its signature is not valid
  std::vector<Posting> postings;
  std::string framed;  ///< length in 4 bytes, canonical encoding: as it is posted

  [[nodiscard]] std::size_t encoded_bytes() const { return framed.size() - 4; }
};

struct OrderWish {
  std::size_t bank = 0;  ///< whose payments
  std::size_t count = 0;
  std::size_t forged_every = 0;  ///< every so manieth one is forged; 0: none
  std::uint64_t seed = 0;        ///< chooses accounts and amounts
};

/// Forms and signs payments, on two threads, from the bank's accounts to those of other banks; of
/// the only bank to others of its own. A forged one is a payment like the others, with one bit of
/// its signature turned: nothing but a verification tells.
[[nodiscard]] std::vector<Order> make_orders(const Network& network, const Book& book,
                                             const OrderWish& wish);
/// The same with bulks of `credits` credits, 1 to 10,000, each signed once. `wish.count` counts
/// bulks.
[[nodiscard]] std::vector<Order> make_bulks(const Network& network, const Book& book,
                                            const OrderWish& wish, std::size_t credits);
/// The same order with a bit of its signature turned: what a node knows as valid comes again with
/// another signature.
[[nodiscard]] Order forged_copy(const Order& order);

/// Opens `per_bank` accounts of each bank where they are not there yet, that take payments of all,
/// and funds them from the bank's main account. With 0 the banks' main accounts are the book.
/// Errors: a sentence.
[[nodiscard]] Result<Book, std::string> open_book(const Network& network, std::size_t per_bank);

/// Bytes of a body of the given orders.
[[nodiscard]] std::string join(const std::vector<Order>& orders,
                               const std::vector<std::uint32_t>& chosen);

}  // namespace vostro::bench
