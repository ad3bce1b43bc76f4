#include <algorithm>
#include <map>

#include "base/checked.h"
#include "chain/records.h"
#include "node/api/answers.h"
#include "node/api/options.h"

namespace vostro::node::api {

namespace json = boost::json;

namespace {

using chain::AccountId;

constexpr std::size_t kBalancesMax = 256;  // currencies of one account
constexpr std::size_t kHoldsAtOnce = 1'000;
constexpr std::size_t kCursorCurrenciesMax = 32;

using Sums = std::map<Currency, std::int64_t>;

void add(Sums& sums, const Money& money) {
  // What is held was on an account before, so that sums of it fit; a damaged record must not abort
  // a reader.
  sums[money.currency] =
      checked_add(sums[money.currency], money.units.value).value_or(money.units.value);
}

/// What left each account for a hold, or was bought with it. Holds are kept by their order, so all
/// are looked through, and only while an account among these is party to one.
std::map<AccountId, Sums> held_of(const chain::StoreView& view,
                                  const std::vector<AccountId>& accounts) {
  std::map<AccountId, Sums> held;
  std::uint64_t left = 0;
  for (const AccountId& account : accounts) {
    if (const auto count = chain::load<chain::HoldCount>(view, account);
        count && count->count > 0) {
      held[account];
      left += count->count;
    }
  }
  Bytes from;
  while (left > 0) {
    const auto rows = view.scan(Bytes{chain::Hold::prefix}, from, kHoldsAtOnce);
    for (const auto& [key, value] : rows) {
      const auto hold = chain::decode_record<chain::Hold>(value);
      if (!hold) continue;
      for (const AccountId& party : chain::parties_of(*hold))
        if (held.contains(party) && left > 0) --left;
      if (const auto at = held.find(hold->debtor); at != held.end()) {
        // Of a blocked exchange the provider has been paid, and what was bought is held instead.
        Money principal = hold->principal;
        if (hold->is_exchanged()) principal.units = MinorUnits(0);
        add(at->second, chain::taken_from_debtor(principal, hold->charges));
        if (hold->is_exchanged()) add(at->second, hold->amount);
      }
      if (!hold->provider || hold->is_exchanged()) continue;
      if (const auto at = held.find(*hold->provider); at != held.end())
        add(at->second, hold->amount);
    }
    if (rows.size() < kHoldsAtOnce) break;
    from = after_key(rows.back().first);
  }
  return held;
}

json::object account_object(const chain::StoreView& view, const AccountId& account,
                            const chain::AccountRecord& record, const Sums& held,
                            const chain::ExponentOf& exponents) {
  std::map<Currency, std::pair<std::int64_t, std::int64_t>> sums;
  for (const auto& [key, value] : view.scan(chain::balances_prefix(account), {}, kBalancesMax)) {
    const auto name = chain::balance_of_key(key);
    const auto balance = chain::decode_record<chain::Balance>(value);
    if (name && balance) sums[name->currency].first = balance->units.value;
  }
  for (const auto& [currency, units] : held) sums[currency].second = units;
  json::array balances;
  for (const auto& [currency, pair] : sums) {
    const std::uint8_t exponent = exponents(currency).value_or(0);
    balances.push_back(
        json::object{{"currency", text(to_text(currency))},
                     {"amount", text(format_amount(MinorUnits(pair.first), exponent))},
                     {"held", text(format_amount(MinorUnits(pair.second), exponent))}});
  }
  return json::object{{"account", text(to_text(account))},
                      {"status", text(to_string(record.status))},
                      {"accepts", chain::to_value(record.accepts)},
                      {"policy", record.policy ? "own" : "owner"},
                      {"balances", std::move(balances)}};
}

/// Where a statement goes on: after which entry, and the balances after it, so that no page has to
/// add up the ones before.
struct StatementCursor {
  chain::EntryPlace after;
  Sums balances;
  bool has_balances = true;
};

std::string text_of(const StatementCursor& cursor) {
  std::string out = cursor_of(cursor.after.place) + "." + std::to_string(cursor.after.index);
  if (!cursor.has_balances) return out + "~";
  for (const auto& [currency, units] : cursor.balances)
    out += "~" + to_text(currency) + std::to_string(units);
  return out;
}

std::optional<StatementCursor> statement_cursor(std::string_view from) {
  StatementCursor cursor;
  const std::size_t names = std::min(from.find('~'), from.size());
  const std::string_view place = from.substr(0, names);
  const std::size_t dot = place.rfind('.');
  if (dot == std::string_view::npos) return std::nullopt;
  const auto receipt = place_of_cursor(place.substr(0, dot));
  const auto index = parse_number(place.substr(dot + 1));
  if (!receipt || !index || *index > 255) return std::nullopt;
  cursor.after = {*receipt, static_cast<std::uint8_t>(*index)};
  std::string_view rest = from.substr(names);
  if (rest == "~") {
    cursor.has_balances = false;
    return cursor;
  }
  while (!rest.empty()) {
    rest.remove_prefix(1);
    const std::string_view one = rest.substr(0, rest.find('~'));
    rest.remove_prefix(one.size());
    const auto currency = parse_currency(one.substr(0, 3));
    const bool is_negative = one.size() > 3 && one[3] == '-';
    const auto units =
        one.size() > 3 ? parse_number(one.substr(is_negative ? 4 : 3)) : std::nullopt;
    if (!currency || !units || *units > static_cast<std::uint64_t>(money_max_default.value))
      return std::nullopt;
    if (cursor.balances.size() == kCursorCurrenciesMax) return std::nullopt;
    const auto value = static_cast<std::int64_t>(*units);
    cursor.balances[*currency] = is_negative ? -value : value;
  }
  return cursor;
}

/// A statement that begins at a height needs the balances before it: those of the state there,
/// while it is kept.
StatementCursor start_of_statement(const chain::StoreView& view, const AccountId& account,
                                   Height from) {
  StatementCursor start;
  if (from.value <= 1) return start;
  start.after = {{from.previous(), std::numeric_limits<std::uint32_t>::max()},
                 std::numeric_limits<std::uint8_t>::max()};
  const auto state = view.state_at(from.previous());
  start.has_balances = state.has_value();
  if (!state) return start;
  for (const auto& [key, value] :
       view.scan(Bytes{chain::CurrencyRecord::prefix}, {}, kBalancesMax)) {
    const auto currency = chain::currency_of_key(key);
    if (!currency) continue;
    const auto bytes = state->get(chain::key_of<chain::Balance>({account, *currency}));
    const auto balance = bytes ? chain::decode_record<chain::Balance>(*bytes) : std::nullopt;
    if (balance) start.balances[*currency] = balance->units.value;
  }
  return start;
}

json::value counterparty_of(const chain::AccountEntry& entry, const AccountId& account) {
  if (!entry.payment) return nullptr;
  const AccountId& other =
      entry.payment->debtor == account ? entry.payment->creditor : entry.payment->debtor;
  return text(to_text(other));
}

json::object entry_object(const chain::AccountEntry& entry, const AccountId& account,
                          std::optional<std::int64_t> balance, const chain::ExponentOf& exponents) {
  const Currency& currency = entry.entry.currency;
  json::object out{{"height", entry.place.height.value},
                   {"block_time", text(to_text(entry.time))},
                   {"index", entry.place.index},
                   {"id", text(to_text(entry.id.id))},
                   {"owner", text(to_text(entry.id.owner))},
                   {"kind", text(to_string(entry.entry.kind))},
                   {"amount", chain::to_value(Money{currency, entry.entry.amount}, exponents)},
                   {"balance", nullptr},
                   {"business_date", text(to_text(entry.entry.business_date))},
                   {"counterparty", counterparty_of(entry, account)},
                   {"uetr", nullptr},
                   {"status", text(to_string(entry.status))}};
  if (balance) out["balance"] = chain::to_value(Money{currency, MinorUnits(*balance)}, exponents);
  if (entry.payment) out["uetr"] = text(to_text(entry.payment->uetr));
  return out;
}

}  // namespace

Response get_accounts(const Context& context, const Request& request) {
  QueryReader query(request);
  const auto cursor = query.value("cursor", account_of);
  const std::size_t limit = query.limit();
  if (auto bad = query.finish()) return *std::move(bad);

  const chain::StoreView view = context.service.store().view();
  Bytes prefix{chain::AccountRecord::prefix};
  if (!sees_all(request))
    append(prefix, as_bytes({context.bank.text.data(), context.bank.text.size()}));
  const Bytes from = cursor ? after_key(chain::key_of<chain::AccountRecord>(*cursor)) : Bytes{};
  std::vector<std::pair<AccountId, chain::AccountRecord>> found;
  const auto rows = view.scan(prefix, from, limit + 1);
  for (const auto& [key, value] : rows) {
    if (found.size() == limit) break;
    const auto account = chain::account_of_key(key);
    const auto record = chain::decode_record<chain::AccountRecord>(value);
    if (account && record) found.emplace_back(*account, *record);
  }
  std::vector<AccountId> names;
  for (const auto& each : found) names.push_back(each.first);
  const auto held = held_of(view, names);
  const chain::ExponentOf exponents = exponents_of(view);
  json::array items;
  for (const auto& [account, record] : found) {
    const auto at = held.find(account);
    items.push_back(
        account_object(view, account, record, at == held.end() ? Sums{} : at->second, exponents));
  }
  std::optional<std::string> next;
  if (rows.size() > limit && !found.empty()) next = to_text(found.back().first);
  return page_response(std::move(items), next);
}

Response get_account(const Context& context, const Request& request) {
  const auto account = captured_account(request);
  if (!account) return refuse(problems::bad_path);
  if (auto bad = QueryReader(request).finish()) return *std::move(bad);
  const chain::StoreView view = context.service.store().view();
  const auto record = chain::load<chain::AccountRecord>(view, *account);
  if (!record || !may_see(context, request, account->owner))
    return refuse(problems::unknown_account);
  auto held = held_of(view, {*account});
  const chain::ExponentOf exponents = exponents_of(view);
  json::object out = account_object(view, *account, *record, held[*account], exponents);
  out["own_policy"] =
      record->policy ? chain::to_value(*record->policy, exponents) : json::value(nullptr);
  return json_response(out);
}

Response get_entries(const Context& context, const Request& request) {
  const auto account = captured_account(request);
  if (!account) return refuse(problems::bad_path);
  QueryReader query(request);
  const auto currency = query.value("currency", parse_currency);
  const auto from_height = query.value("from_height", parse_number);
  const auto cursor = query.value("cursor", statement_cursor);
  const std::size_t limit = query.limit();
  if (cursor && from_height) query.refuse_value("from_height");
  if (auto bad = query.finish()) return *std::move(bad);

  const chain::StoreView view = context.service.store().view();
  if (!sees_account(context, request, view, *account)) return refuse(problems::unknown_account);
  StatementCursor at =
      cursor ? *cursor : start_of_statement(view, *account, Height(from_height.value_or(0)));
  if (currency)
    std::erase_if(at.balances, [&](const auto& each) { return each.first != *currency; });
  std::optional<chain::EntryPlace> after;
  if (cursor || from_height.value_or(0) > 1) after = at.after;
  const auto page = view.entries(*account, currency, after, limit, chain::Order::oldest_first);
  const chain::ExponentOf exponents = exponents_of(view);
  json::array items;
  for (const chain::AccountEntry& entry : page.items) {
    std::int64_t& balance = at.balances[entry.entry.currency];
    balance = checked_add(balance, entry.entry.amount.value).value_or(0);
    items.push_back(entry_object(
        entry, *account, at.has_balances ? std::optional(balance) : std::nullopt, exponents));
  }
  std::optional<std::string> next;
  if (page.next) {
    at.after = *page.next;
    next = text_of(at);
  }
  return page_response(std::move(items), next);
}

}  // namespace vostro::node::api
