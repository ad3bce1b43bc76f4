/// How orders are made: who takes part in one is drawn, and it is signed, on two threads. For
/// bench/orders.cpp and bench/kinds.cpp.
#pragma once

#include <chrono>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "base/random.h"
#include "bench/orders.h"
#include "chain/transaction.h"
#include "client/order.h"

namespace vostro::bench {

/// So long from now.
[[nodiscard]] UnixSeconds time_in(std::chrono::seconds from_now);
/// A signing key may be used by one thread at a time; each signer has its own copy.
[[nodiscard]] std::vector<SecretKey> copies_of(const SecretKey& key);
/// Length and canonical encoding of the signed order.
[[nodiscard]] std::string signed_and_framed(const Network& network, const Uuid& id,
                                            chain::Body body, std::span<const SecretKey> keys);
/// Turns a bit of the last signature of an encoding.
void forge(std::string& bytes);

/// Draws the two accounts of payments.
class Draw {
 public:
  Draw(const Book& book, std::size_t bank, std::uint64_t seed)
      : random_(seed),
        from_(book.first_of_bank[bank]),
        to_(book.first_of_bank[bank + 1]),
        all_(book.first_of_bank.back()) {}

  std::uint32_t debtor() {
    return static_cast<std::uint32_t>(from_ + random_.uniform(to_ - from_));
  }
  /// Any account but those of the debtor's bank, which are passed over; where there is no other
  /// bank, any but the debtor's.
  std::uint32_t creditor(std::uint32_t debtor) {
    const bool is_only = to_ - from_ == all_;
    const std::size_t from = is_only ? debtor : from_;
    const std::size_t to = is_only ? debtor + 1 : to_;
    const auto other = random_.uniform(all_ - (to - from));
    return static_cast<std::uint32_t>(other < from ? other : other + (to - from));
  }
  std::int64_t amount(std::int64_t most) {
    return static_cast<std::int64_t>(random_.uniform(static_cast<std::uint64_t>(most))) + 1;
  }

 private:
  Random random_;
  std::size_t from_;
  std::size_t to_;
  std::size_t all_;
};

/// `make(draw, order, i)` fills in all but signature and forgery of the order at place i, and
/// returns the body; the order's id is its `uetr` as it is before. Each order has a generator of
/// its own, so that it does not matter which thread makes it.
template <class Make>
std::vector<Order> signed_orders(const Network& network, const Book& book, const OrderWish& wish,
                                 const Make& make) {
  constexpr std::size_t signers_count = 2;
  std::vector<Order> orders(wish.count);
  std::vector<std::jthread> signers;
  for (std::size_t part = 0; part < signers_count; ++part) {
    signers.emplace_back([&, part] {
      const auto keys = copies_of(network.members()[wish.bank].maker);
      for (std::size_t i = part; i < orders.size(); i += signers_count) {
        Order& order = orders[i];
        Draw draw(book, wish.bank, (wish.seed << 40U) ^ ((wish.bank + 1) << 32U) ^ i);
        const Uuid id = client::make_uetr();
        order.uetr = id;
        order.debtor = draw.debtor();
        order.framed = signed_and_framed(network, id, make(draw, order, i), keys);
        order.is_forged = wish.forged_every != 0 && i % wish.forged_every == wish.forged_every - 1;
        if (order.is_forged) forge(order.framed);
      }
    });
  }
  signers.clear();  // joins
  return orders;
}

}  // namespace vostro::bench
