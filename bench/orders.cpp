#include "bench/orders.h"

#include <algorithm>
#include <chrono>
#include <set>
#include <thread>

#include "base/check.h"
#include "bench/delivery.h"
#include "client/order.h"

namespace vostro::bench {
namespace {

constexpr std::int64_t kAmountMax = 20;  // minor units of one payment
constexpr std::int64_t kCreditMax = 2;   // minor units of one credit of a bulk
/// Minor units: thousands of payments, tens of the largest bulks.
constexpr std::int64_t kFundsOfAccount = 1'000'000;
constexpr std::chrono::hours kValidity{24};
constexpr std::size_t kSigners = 2;

UnixSeconds valid_until() {
  const auto until = std::chrono::system_clock::now().time_since_epoch() + kValidity;
  return UnixSeconds(
      static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(until).count()));
}

std::string framed(const chain::Transaction& transaction) {
  const Bytes bytes = chain::encode_transaction(transaction);
  Bytes out;
  append_little_endian(out, bytes.size(), 4);
  append(out, bytes);
  return std::string(as_text(out));
}

chain::Transaction signed_order(const Network& network, const Uuid& id, chain::Body body,
                                std::span<const SecretKey> keys) {
  auto made = client::sign_order({network.id(), id, valid_until(), std::move(body)}, keys);
  VOSTRO_CHECK(made.has_value());  // we chose every field ourselves
  return *std::move(made);
}

/// The last byte of an encoding is the last one of its last signature's 64: S, the scalar, is the
/// second half. A bit of the first half, R, leaves the form of the signature as it is.
void forge(std::string& bytes) {
  VOSTRO_CHECK(bytes.size() > 64);
  char& byte = bytes[bytes.size() - 60];
  byte = static_cast<char>(byte ^ 1);
}

std::string label_of(std::size_t number) {
  return "bench-" + std::to_string(number);
}

/// A signing key may be used by one thread at a time; each signer has its own copy.
std::vector<SecretKey> copies_of(const SecretKey& key) {
  std::vector<SecretKey> out;
  out.push_back(SecretKey::from_seed(key.seed()));
  return out;
}

/// Draws the two accounts of payments.
class Draw {
 public:
  Draw(const Book& book, std::size_t bank, std::uint64_t seed)
      : random_(seed),
        from_(book.first_of_bank[bank]),
        to_(book.first_of_bank[bank + 1]),
        all_(book.accounts.size()) {}

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

/// `make(draw, order)` fills in all but signature and forgery, and returns the body. Each order has
/// a generator of its own, so that it does not matter which thread makes it.
template <class Make>
std::vector<Order> signed_orders(const Network& network, const Book& book, const OrderWish& wish,
                                 const Make& make) {
  std::vector<Order> orders(wish.count);
  std::vector<std::jthread> signers;
  for (std::size_t part = 0; part < kSigners; ++part) {
    signers.emplace_back([&, part] {
      const auto keys = copies_of(network.members()[wish.bank].maker);
      for (std::size_t i = part; i < orders.size(); i += kSigners) {
        Order& order = orders[i];
        Draw draw(book, wish.bank, (wish.seed << 40U) ^ ((wish.bank + 1) << 32U) ^ i);
        const Uuid id = client::make_uetr();
        order.uetr = id;
        order.debtor = draw.debtor();
        order.framed = framed(signed_order(network, id, make(draw, order), keys));
        order.is_forged = wish.forged_every != 0 && i % wish.forged_every == wish.forged_every - 1;
        if (order.is_forged) forge(order.framed);
      }
    });
  }
  signers.clear();  // joins
  return orders;
}

}  // namespace

std::vector<Order> make_orders(const Network& network, const Book& book, const OrderWish& wish) {
  return signed_orders(network, book, wish, [&](Draw& draw, Order& order) -> chain::Body {
    const std::uint32_t creditor = draw.creditor(order.debtor);
    order.amount = draw.amount(kAmountMax);
    order.postings = {{order.debtor, -order.amount}, {creditor, order.amount}};
    chain::Payment payment;
    payment.debtor = book.accounts[order.debtor];
    payment.currency = book.currency;
    payment.credit.creditor = book.accounts[creditor];
    payment.credit.amount = MinorUnits(order.amount);
    return payment;
  });
}

std::vector<Order> make_bulks(const Network& network, const Book& book, const OrderWish& wish,
                              std::size_t credits) {
  return signed_orders(network, book, wish, [&](Draw& draw, Order& order) -> chain::Body {
    chain::PaymentBatch batch;
    batch.debtor = book.accounts[order.debtor];
    batch.currency = book.currency;
    std::int64_t total = 0;
    for (std::size_t i = 0; i < credits; ++i) {
      const std::uint32_t creditor = draw.creditor(order.debtor);
      order.amount = draw.amount(kCreditMax);
      order.uetr = client::make_uetr();  // the last one stands for all
      total += order.amount;
      order.postings.push_back({creditor, order.amount});
      batch.items.push_back(
          {order.uetr, {book.accounts[creditor], MinorUnits(order.amount), {}, {}, {}}});
    }
    order.postings.push_back({order.debtor, -total});
    batch.count = static_cast<std::uint32_t>(credits);
    batch.total = MinorUnits(total);
    return batch;
  });
}

Order forged_copy(const Order& order) {
  Order copy = order;
  forge(copy.framed);
  copy.is_forged = true;
  return copy;
}

std::string join(const std::vector<Order>& orders, const std::vector<std::uint32_t>& chosen) {
  std::string body;
  for (const std::uint32_t index : chosen) body += orders[index].framed;
  return body;
}

Result<Book, std::string> open_book(const Network& network, std::size_t per_bank) {
  Book book;
  const auto currency = parse_currency("EUR");
  VOSTRO_CHECK(currency.has_value());
  book.currency = *currency;
  std::vector<std::vector<std::string>> posted(network.members().size());
  for (std::size_t bank = 0; bank < network.members().size(); ++bank) {
    const Member& member = network.members()[bank];
    book.first_of_bank.push_back(book.accounts.size());
    if (per_bank == 0) {
      book.accounts.push_back({member.bic, "main"});
      continue;
    }
    auto client = client_of(member);
    if (!client) return fail(client.error());
    const auto there = client::all_pages(
        [&](const std::optional<std::string>& cursor) { return client->accounts(cursor); });
    if (!there) return fail("accounts of " + member.name + ": " + to_string(there.error()));
    std::set<chain::AccountId> known;
    for (const auto& each : *there) known.insert(each.account);
    std::vector<SecretKey> both = copies_of(member.maker);
    both.push_back(SecretKey::from_seed(member.checker.seed()));
    for (std::size_t i = 0; i < per_bank; ++i) {
      const chain::AccountId account{member.bic, label_of(i)};
      book.accounts.push_back(account);
      if (known.contains(account)) continue;
      chain::OpenAccount open;
      open.account = account;
      open.accepts.kind = chain::AcceptsKind::all;
      posted[bank].push_back(framed(signed_order(network, client::make_uetr(), open, both)));
    }
  }
  book.first_of_bank.push_back(book.accounts.size());
  if (auto done = deliver_all(network, posted); !done) return fail(done.error());
  if (per_bank == 0) return book;

  // Funds come after the accounts are there. What an earlier run left in them does no harm.
  for (std::size_t bank = 0; bank < network.members().size(); ++bank) {
    const Member& member = network.members()[bank];
    const auto keys = copies_of(member.maker);
    posted[bank].clear();
    for (std::size_t i = book.first_of_bank[bank]; i < book.first_of_bank[bank + 1]; ++i) {
      chain::Payment payment;
      payment.debtor = {member.bic, "main"};
      payment.currency = book.currency;
      payment.credit.creditor = book.accounts[i];
      payment.credit.amount = MinorUnits(kFundsOfAccount);
      posted[bank].push_back(framed(signed_order(network, client::make_uetr(), payment, keys)));
    }
  }
  if (auto done = deliver_all(network, posted); !done) return fail(done.error());
  return book;
}

}  // namespace vostro::bench
