#include "bench/kinds.h"

#include "base/check.h"
#include "bench/draft.h"

namespace vostro::bench {
namespace {

constexpr std::int64_t kAmountMost = 20;  // minor units of one payment
constexpr std::chrono::hours kAcceptWithin{24};
constexpr std::chrono::minutes kQuoteLife{50};  // the ledger allows an hour
static_assert(kQuotedLoadMost <= 0.8 * std::chrono::seconds(kQuoteLife).count());
constexpr std::int64_t kQuoteLimit = 100'000'000;  // minor units: a tenth of what a bank has
constexpr chain::Rate kRate{92, 2};                // of the debtor's for one of the creditor's
constexpr std::uint8_t kExponent = 2;              // of both currencies

}  // namespace

std::vector<Order> make_held(const Network& network, const Book& book, const OrderWish& wish) {
  return signed_orders(
      network, book, wish, [&](Draw& draw, Order& order, std::size_t) -> chain::Body {
        order.creditor = book.customers_of(book.bank_of(draw.creditor(order.debtor)));
        order.amount = draw.amount(kAmountMost);
        order.payments = 0;
        order.end = End::held;
        order.postings = {{order.debtor, -order.amount, order.amount}};
        chain::Payment payment;
        payment.debtor = book.accounts[order.debtor];
        payment.currency = book.currency;
        payment.credit.creditor = book.accounts[order.creditor];
        payment.credit.amount = MinorUnits(order.amount);
        payment.acceptance.accept_by = time_in(kAcceptWithin);
        return payment;
      });
}

std::vector<Order> make_accepts(const Network& network, const Book& book, const OrderWish& wish,
                                std::vector<Order> held) {
  VOSTRO_CHECK(held.size() >= wish.count);
  return signed_orders(network, book, wish, [&](Draw&, Order& order, std::size_t i) -> chain::Body {
    const Order& payment = held[i];
    order.uetr = payment.uetr;
    order.debtor = payment.debtor;
    order.creditor = payment.creditor;
    order.amount = payment.amount;
    order.end = End::accepted;
    order.postings = {{order.debtor, 0, -order.amount}, {order.creditor, order.amount}};
    return chain::Accept{book.accounts[order.creditor],
                         {book.accounts[order.debtor].owner, order.uetr}};
  });
}

std::vector<chain::SignedQuote> make_quotes(const Network& network, const Book& book) {
  std::vector<chain::SignedQuote> out;
  for (const Member& member : network.members()) {
    chain::Quote quote;
    quote.network_id = network.id();
    quote.id = client::make_uetr();
    quote.provider = book.accounts[book.main_of(member.index)];
    quote.sells = book.foreign;
    quote.buys = book.currency;
    quote.rate = kRate;
    quote.limit = MinorUnits(kQuoteLimit);
    quote.expires_at = time_in(kQuoteLife);
    out.push_back(client::sign_quote(quote, member.maker));
  }
  return out;
}

std::vector<Order> make_fx(const Network& network, const Book& book, const OrderWish& wish,
                           const std::vector<chain::SignedQuote>& quotes) {
  return signed_orders(
      network, book, wish, [&](Draw& draw, Order& order, std::size_t) -> chain::Body {
        order.creditor = draw.creditor(order.debtor);
        order.amount = draw.amount(kAmountMost);
        const std::size_t provider = book.bank_of(order.creditor);
        const auto price = chain::price_of(MinorUnits(order.amount), kRate, kExponent, kExponent);
        VOSTRO_CHECK(price.has_value());  // small numbers of our own
        order.postings = {{order.debtor, -price->value},
                          {book.main_of(provider), price->value},
                          {book.main_of(provider), -order.amount, 0, true},
                          {order.creditor, order.amount, 0, true}};
        chain::FxPayment payment;
        payment.debtor = book.accounts[order.debtor];
        payment.currency = book.foreign;
        payment.credit.creditor = book.accounts[order.creditor];
        payment.credit.amount = MinorUnits(order.amount);
        payment.debtor_amount = {book.currency, *price};
        payment.quote = quotes[provider];
        return payment;
      });
}

std::vector<Order> make_short(const Network& network, const Book& book, const OrderWish& wish) {
  return signed_orders(network, book, wish,
                       [&](Draw& draw, Order& order, std::size_t) -> chain::Body {
                         order.creditor = draw.creditor(order.debtor);
                         order.debtor = book.customers_of(wish.bank);
                         order.amount = draw.amount(kAmountMost);
                         order.payments = 0;
                         order.end = End::rejected;
                         chain::Payment payment;
                         payment.debtor = book.accounts[order.debtor];
                         payment.currency = book.foreign;
                         payment.credit.creditor = book.accounts[order.creditor];
                         payment.credit.amount = MinorUnits(order.amount);
                         return payment;
                       });
}

std::vector<std::vector<Order>> by_creditor(const Book& book, std::vector<Order> orders) {
  std::vector<std::vector<Order>> out(book.banks());
  for (Order& each : orders) out[book.bank_of(each.creditor)].push_back(std::move(each));
  return out;
}

}  // namespace vostro::bench
