/// What is sent: payments and bulks between the banks' accounts, formed and signed before anything
/// is timed. Each order says what it does to the accounts, so that the balances at the end can be
/// computed without the ledger.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/random.h"
#include "bench/network.h"
#include "chain/account.h"

namespace vostro::bench {

/// The accounts that take part, those of one bank beside each other.
struct Book {
  Currency currency;
  std::vector<chain::AccountId> accounts;
  std::vector<std::size_t> first_of_bank;  ///< index in `accounts`; one more than there are banks
};

/// What an order changes at one account once it has settled.
struct Posting {
  std::uint32_t account = 0;  ///< index in Book::accounts
  std::int64_t amount = 0;    ///< minor units; negative takes away
};

struct Order {
  Uuid uetr;                 ///< of the payment; of a bulk that of one of its credits
  std::uint32_t debtor = 0;  ///< index in Book::accounts
  std::int64_t amount = 0;   ///< minor units of the payment with that UETR
  bool is_forged = false;    ///< its signature is not valid
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
