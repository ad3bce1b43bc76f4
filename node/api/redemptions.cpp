#include "chain/records.h"
#include "node/annexes/ledger.h"
#include "node/api/answers.h"

namespace vostro::node::api {

namespace json = boost::json;

namespace {

constexpr std::size_t kHoldsAtOnce = 500;
constexpr std::size_t kHoldsMax = 5'000;  // looked through for one page

std::optional<chain::OwnedId> name_of_cursor(std::string_view cursor) {
  const std::size_t dot = cursor.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  const auto owner = bic_of(cursor.substr(0, dot));
  const auto id = uuid_of(cursor.substr(dot + 1));
  if (!owner || !id) return std::nullopt;
  return chain::OwnedId{*owner, *id};
}

}  // namespace

Response get_redemptions(const Context& context, const Request& request) {
  QueryReader query(request);
  const auto cursor = query.value("cursor", name_of_cursor);
  const std::size_t limit = query.limit();
  if (auto bad = query.finish()) return *std::move(bad);

  const chain::StoreView view = context.service.store().view();
  const chain::ExponentOf exponents = exponents_of(view);
  const auto agent_of = [&](const Currency& currency) {
    const auto record = chain::load<chain::CurrencyRecord>(view, currency);
    return record ? std::optional(record->agent) : std::nullopt;
  };
  json::array items;
  std::optional<chain::OwnedId> last = cursor;
  bool goes_on = true;
  for (std::size_t seen = 0; goes_on && seen < kHoldsMax && items.size() < limit;) {
    const Bytes from = last ? after_key(chain::key_of<chain::Hold>(*last)) : Bytes{};
    const auto rows = view.scan(Bytes{chain::Hold::prefix}, from, kHoldsAtOnce);
    goes_on = rows.size() == kHoldsAtOnce;
    for (const auto& [key, value] : rows) {
      if (items.size() == limit) {
        goes_on = true;
        break;
      }
      ++seen;
      const auto name = chain::owned_id_of_key(key);
      const auto hold = chain::decode_record<chain::Hold>(value);
      if (!name || !hold) return refuse(problems::store_failed);
      last = *name;
      if (hold->kind != chain::HoldKind::redeem) continue;
      if (!may_see(context, request, hold->debtor.owner) &&
          agent_of(hold->amount.currency) != context.bank)
        continue;
      const auto order = annex_order_on_ledger(view, *name);
      // Whoever pays out on "no annex" pays to the wrong account.
      if (!order && !view.transaction_of(*name))
        if (auto elsewhere = refuse_history(view, *name)) return *std::move(elsewhere);
      items.push_back(json::object{
          {"owner", text(to_text(name->owner))},
          {"id", text(to_text(name->id))},
          {"account", text(to_text(hold->debtor))},
          {"amount", chain::to_value(hold->amount, exponents)},
          {"state", hold->state == chain::HoldState::delayed ? "delayed" : "open"},
          {"annex", order ? json::value(hex(order->commitment.view())) : json::value(nullptr)}});
    }
  }
  std::optional<std::string> next;
  if (goes_on && last) next = to_text(last->owner) + "." + to_text(last->id);
  return page_response(std::move(items), next);
}

}  // namespace vostro::node::api
