#include <algorithm>
#include <limits>

#include "base/check.h"
#include "chain/records.h"
#include "chain/transaction.h"
#include "node/api/answers.h"

namespace vostro::node::api {

namespace json = boost::json;

namespace {

using chain::AccountId;
using chain::EntryPlace;

constexpr std::size_t kEntriesAtOnce = 100;
constexpr std::size_t kEntriesMax = 5'000;  // looked through for one page

/// What of an exchange is still to come, at its provider.
enum class Exchange : std::uint8_t { open, done, undone };

std::string_view word_of(Exchange exchange) {
  switch (exchange) {
    case Exchange::open:
      return "open";
    case Exchange::done:
      return "done";
    case Exchange::undone:
      return "undone";
  }
  VOSTRO_CHECK(false);
}

/// A fill begins with what its provider gives. Other payments that take from an account name it as
/// debtor or creditor, which a provider never is (chain/form.cpp).
bool may_be_fill(const chain::AccountEntry& entry, const AccountId& account) {
  return entry.entry.kind == chain::EntryKind::principal && entry.entry.amount.value < 0 &&
         entry.payment && entry.payment->debtor != account && entry.payment->creditor != account;
}

std::optional<chain::FxPayment> exchange_at(const chain::StoreView& view,
                                            const chain::AccountEntry& entry,
                                            const AccountId& provider) {
  const auto placed = view.transaction_of(entry.id);
  if (!placed) return std::nullopt;
  const auto transaction = chain::decode_form_unchecked(placed->bytes);
  if (!transaction) return std::nullopt;
  const auto* body = std::get_if<chain::FxPayment>(&transaction->body);
  if (body == nullptr || body->quote.quote.provider != provider) return std::nullopt;
  return *body;
}

/// The provider gets what was bought (done), or back what he gave (undone).
Exchange state_of(const chain::PaymentHistory& payment, const chain::Quote& quote) {
  for (const chain::PlacedReceipt& placed : payment.receipts) {
    for (const chain::Entry& entry : placed.receipt.entries) {
      const bool is_his = entry.place.account == quote.provider && entry.amount.value > 0 &&
                          entry.kind == chain::EntryKind::principal;
      if (is_his && entry.currency == quote.buys) return Exchange::done;
      if (is_his && entry.currency == quote.sells) return Exchange::undone;
    }
  }
  return Exchange::open;
}

json::object fill_object(const chain::AccountEntry& entry, const chain::FxPayment& body,
                         const chain::PaymentHistory& payment, const chain::ExponentOf& exponents) {
  const chain::Quote& quote = body.quote.quote;
  return {{"quote", text(to_text(quote.id))},
          {"uetr", text(to_text(payment.name.id))},
          {"agent", text(to_text(payment.name.owner))},
          {"debtor", text(to_text(body.debtor))},
          {"creditor", text(to_text(body.credit.creditor))},
          {"sold", chain::to_value(Money{body.currency, body.credit.amount}, exponents)},
          {"bought", chain::to_value(body.debtor_amount, exponents)},
          {"rate", text(to_text(quote.rate))},
          {"exchange", text(word_of(state_of(payment, quote)))},
          {"status", text(to_string(payment.status))},
          {"height", entry.place.height.value},
          {"block_time", text(to_text(entry.time))},
          {"index", entry.place.index}};
}

std::optional<EntryPlace> entry_of_cursor(std::string_view from) {
  const std::size_t dot = from.rfind('.');
  if (dot == std::string_view::npos) return std::nullopt;
  const auto place = place_of_cursor(from.substr(0, dot));
  const auto index = parse_number(from.substr(dot + 1));
  if (!place || !index || *index > std::numeric_limits<std::uint8_t>::max()) return std::nullopt;
  return EntryPlace{*place, static_cast<std::uint8_t>(*index)};
}

}  // namespace

Response get_fills(const Context& context, const Request& request) {
  const auto account = captured_account(request);
  if (!account) return refuse(problems::bad_path);
  QueryReader query(request);
  const auto from_height = query.value("from_height", parse_number);
  const auto cursor = query.value("cursor", entry_of_cursor);
  const std::size_t limit = query.limit();
  if (cursor && from_height) query.refuse_value("from_height");
  if (auto bad = query.finish()) return *std::move(bad);

  const chain::StoreView view = context.service.store().view();
  if (!sees_account(context, request, view, *account)) return refuse(problems::unknown_account);
  const chain::ExponentOf exponents = exponents_of(view);
  std::optional<EntryPlace> after = cursor;
  if (from_height.value_or(0) > 1)
    after = EntryPlace{{Height(*from_height - 1), std::numeric_limits<std::uint32_t>::max()},
                       std::numeric_limits<std::uint8_t>::max()};
  json::array items;
  bool goes_on = true;
  for (std::size_t seen = 0; goes_on && seen < kEntriesMax && items.size() < limit;) {
    const auto page =
        view.entries(*account, std::nullopt, after, kEntriesAtOnce, chain::Order::oldest_first);
    goes_on = page.next.has_value();
    for (const chain::AccountEntry& entry : page.items) {
      if (items.size() == limit) {
        goes_on = true;
        break;
      }
      ++seen;
      after = EntryPlace{entry.place, entry.index};
      if (!may_be_fill(entry, *account)) continue;
      const auto body = exchange_at(view, entry, *account);
      const auto payment = body ? view.payment(entry.id) : std::nullopt;
      if (payment) items.push_back(fill_object(entry, *body, *payment, exponents));
    }
  }
  std::optional<std::string> next;
  if (goes_on && after) next = cursor_of(after->place) + "." + std::to_string(after->index);
  return page_response(std::move(items), next);
}

}  // namespace vostro::node::api
