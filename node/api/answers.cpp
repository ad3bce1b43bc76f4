#include "node/api/answers.h"

#include <algorithm>
#include <map>

namespace vostro::node::api {

chain::ExponentOf exponents_of(const chain::StateReader& state) {
  // The map lives as long as the function that it serves: one request.
  return [&state, known = std::make_shared<std::map<Currency, std::optional<std::uint8_t>>>()](
             const Currency& currency) -> std::optional<std::uint8_t> {
    if (const auto at = known->find(currency); at != known->end()) return at->second;
    const auto record = chain::load<chain::CurrencyRecord>(state, currency);
    const std::optional<std::uint8_t> exponent =
        record ? std::optional(record->exponent) : std::nullopt;
    // A client chooses the names it asks for; only listed ones are remembered.
    if (exponent) known->emplace(currency, exponent);
    return exponent;
  };
}

Response refuse_json(const chain::JsonError& error, std::string_view what) {
  return refuse(400, to_string(error.fault), "The JSON is not that of a " + std::string(what) + ".",
                {.detail = to_string(error), .field = error.where});
}

bool sees_account(const Context& context, const Request& request, const chain::StateReader& state,
                  const chain::AccountId& account) {
  return may_see(context, request, account.owner) &&
         chain::load<chain::AccountRecord>(state, account).has_value();
}

bool concerns(const chain::Receipt& receipt, const Bic& bank) {
  if (receipt.id.owner == bank) return true;
  if (receipt.payment &&
      (receipt.payment->debtor.owner == bank || receipt.payment->creditor.owner == bank))
    return true;
  return std::ranges::any_of(receipt.entries, [&](const chain::Entry& entry) {
    return entry.place.account && entry.place.account->owner == bank;
  });
}

Response refuse_history(const chain::StoreView& view, Height height) {
  return refuse(
      problems::history_elsewhere,
      {.detail = "It stands in block " + std::to_string(height.value) +
                 "; here history begins with block " + std::to_string(view.history_begins().value) +
                 ". A node that keeps all blocks has it."});
}

std::optional<Response> refuse_history(const chain::StoreView& view, const chain::OwnedId& id) {
  const auto used = view.find_id(id);
  if (!used || view.is_whole(used->height)) return std::nullopt;
  return refuse_history(view, used->height);
}

std::string cursor_of(const chain::ReceiptPlace& place) {
  return std::to_string(place.height.value) + "." + std::to_string(place.index);
}

std::optional<chain::ReceiptPlace> place_of_cursor(std::string_view cursor) {
  const std::size_t dot = cursor.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  const auto height = parse_number(cursor.substr(0, dot));
  const auto index = parse_number(cursor.substr(dot + 1));
  if (!height || !index || *index > std::numeric_limits<std::uint32_t>::max()) return std::nullopt;
  return chain::ReceiptPlace{Height(*height), static_cast<std::uint32_t>(*index)};
}

void add_placed(boost::json::object& to, const chain::PlacedReceipt& placed,
                const chain::ExponentOf& exponents) {
  to["height"] = placed.place.height.value;
  to["block_time"] = text(to_text(placed.time));
  to["index"] = placed.place.index;
  to["receipt"] = chain::to_value(placed.receipt, exponents);
}

}  // namespace vostro::node::api
