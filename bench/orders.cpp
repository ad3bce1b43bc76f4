#include "bench/orders.h"

#include <algorithm>
#include <set>

#include "base/check.h"
#include "bench/delivery.h"
#include "bench/draft.h"

namespace vostro::bench {
namespace {

constexpr std::int64_t kAmountMax = 20;  // minor units of one payment
constexpr std::int64_t kCreditMax = 2;   // minor units of one credit of a bulk
/// Minor units: thousands of payments, tens of the largest bulks.
constexpr std::int64_t kFundsOfAccount = 1'000'000;
std::string label_of(std::size_t number) {
  return "bench-" + std::to_string(number);
}

}  // namespace

std::size_t Book::bank_of(std::uint32_t account) const {
  if (account >= first_of_bank.back()) return (account - first_of_bank.back()) / 2;
  const auto next = std::upper_bound(first_of_bank.begin(), first_of_bank.end(), account);
  return static_cast<std::size_t>(next - first_of_bank.begin()) - 1;
}

std::vector<Order> make_orders(const Network& network, const Book& book, const OrderWish& wish) {
  return signed_orders(network, book, wish,
                       [&](Draw& draw, Order& order, std::size_t) -> chain::Body {
                         const std::uint32_t creditor = draw.creditor(order.debtor);
                         order.amount = draw.amount(kAmountMax);
                         order.creditor = creditor;
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
  return signed_orders(
      network, book, wish, [&](Draw& draw, Order& order, std::size_t) -> chain::Body {
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
        order.payments = static_cast<std::uint32_t>(credits);
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
  const auto foreign = parse_currency("USD");
  VOSTRO_CHECK(currency.has_value() && foreign.has_value());
  book.currency = *currency;
  book.foreign = *foreign;
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
      posted[bank].push_back(signed_and_framed(network, client::make_uetr(), open, both));
    }
  }
  book.first_of_bank.push_back(book.accounts.size());
  for (const Member& member : network.members()) {
    book.accounts.push_back({member.bic, "main"});
    book.accounts.push_back({member.bic, "customers"});
  }
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
      posted[bank].push_back(signed_and_framed(network, client::make_uetr(), payment, keys));
    }
  }
  if (auto done = deliver_all(network, posted); !done) return fail(done.error());
  return book;
}

}  // namespace vostro::bench
