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

constexpr std::int64_t kAmountMax = 20;            // minor units of one payment
constexpr std::int64_t kFundsOfAccount = 100'000;  // minor units: thousands of payments
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

chain::Payment payment_of(const Book& book, const Order& order) {
  chain::Payment payment;
  payment.debtor = book.accounts[order.debtor];
  payment.currency = book.currency;
  payment.credit.creditor = book.accounts[order.creditor];
  payment.credit.amount = MinorUnits(order.amount);
  return payment;
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

}  // namespace

std::vector<Order> make_orders(const Network& network, const Book& book, const OrderWish& wish) {
  Random random(wish.seed ^ (wish.bank + 1) << 32U);
  const std::size_t from = book.first_of_bank[wish.bank];
  const std::size_t to = book.first_of_bank[wish.bank + 1];
  std::vector<Order> orders(wish.count);
  for (std::size_t i = 0; i < orders.size(); ++i) {
    Order& order = orders[i];
    order.uetr = client::make_uetr();
    order.debtor = static_cast<std::uint32_t>(from + random.uniform(to - from));
    // Any account but those of the debtor's bank, which are passed over.
    const auto other = random.uniform(book.accounts.size() - (to - from));
    order.creditor = static_cast<std::uint32_t>(other < from ? other : other + (to - from));
    order.amount = static_cast<std::int64_t>(random.uniform(kAmountMax)) + 1;
    order.is_forged = wish.forged_every != 0 && i % wish.forged_every == wish.forged_every - 1;
  }
  std::vector<std::jthread> signers;
  for (std::size_t part = 0; part < kSigners; ++part) {
    signers.emplace_back([&, part] {
      const auto keys = copies_of(network.members()[wish.bank].maker);
      for (std::size_t i = part; i < orders.size(); i += kSigners) {
        orders[i].framed =
            framed(signed_order(network, orders[i].uetr, payment_of(book, orders[i]), keys));
        if (orders[i].is_forged) forge(orders[i].framed);
      }
    });
  }
  signers.clear();  // joins
  return orders;
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
