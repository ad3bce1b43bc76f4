// What was taken of a desk's quotes: each fill, the position by currency, and what is live.
#include <charconv>
#include <map>

#include "base/checked.h"
#include "wallet-cli/lookup.h"
#include "wallet-cli/quotes.h"
#include "wallet-cli/text.h"

namespace vostro::wallet {
namespace {

struct DeskPosition {
  std::int64_t bought = 0;
  std::int64_t sold = 0;
  std::int64_t open_bought = 0;  ///< of exchanges that are held
  std::int64_t open_sold = 0;
};

void add(std::int64_t& sum, const Money& money) {
  const auto more = checked_add(sum, money.units.value);
  if (!more)
    throw Stop{Exit::refused,
               "the sum in " + vostro::to_text(money.currency) +
                   " is too large to show: narrow it with --from-height",
               "sum_too_large",
               {}};
  sum = *more;
}

std::map<Currency, DeskPosition> desk_positions(const std::vector<client::FillView>& fills) {
  std::map<Currency, DeskPosition> positions;
  for (const client::FillView& fill : fills) {
    DeskPosition& bought = positions[fill.bought.currency];
    DeskPosition& sold = positions[fill.sold.currency];
    if (fill.exchange == "done") {
      add(bought.bought, fill.bought);
      add(sold.sold, fill.sold);
    } else if (fill.exchange == "open") {
      add(bought.open_bought, fill.bought);
      add(sold.open_sold, fill.sold);
    }
  }
  return positions;
}

json::object fill_json(const client::FillView& fill) {
  return {{"quote", as_json(vostro::to_text(fill.quote))},
          {"uetr", as_json(vostro::to_text(fill.payment.id))},
          {"agent", as_json(vostro::to_text(fill.payment.owner))},
          {"debtor", as_json(fill.debtor)},
          {"creditor", as_json(fill.creditor)},
          {"sold", as_json(fill.sold)},
          {"bought", as_json(fill.bought)},
          {"rate", as_json(chain::to_text(fill.rate))},
          {"exchange", as_json(fill.exchange)},
          {"status", as_json(fill.status)},
          {"height", fill.height.value},
          {"block_time", as_json(fill.block_time)}};
}

std::optional<Height> height_from(const Arguments& arguments) {
  const auto given = arguments.find("--from-height");
  if (!given) return std::nullopt;
  std::uint64_t height = 0;
  const char* end = given->data() + given->size();
  const auto [stopped, error] = std::from_chars(given->data(), end, height);
  if (error != std::errc{} || stopped != end || height == 0)
    throw usage("--from-height " + *given + ": write the height of a block, as in 1042");
  return Height(height);
}

}  // namespace

Exit quote_fills(Wallet& wallet, const Arguments& arguments) {
  const auto provider = account_from(arguments.text("--provider"), "--provider");
  const auto from = height_from(arguments);
  const auto account = own_account(wallet, provider);
  const auto fills = must(client::all_pages(
      [&](const auto& cursor) { return wallet.api().fills(provider, from, cursor); }));
  const auto quotes = must(
      client::all_pages([&](const auto& cursor) { return wallet.api().quotes({}, {}, cursor); }));

  json::array items;
  std::vector<std::vector<std::string>> rows{
      {"TIME", "SOLD", "FOR", "RATE", "TO", "EXCHANGE", "PAYMENT", "QUOTE"}};
  for (const client::FillView& fill : fills) {
    items.push_back(fill_json(fill));
    rows.push_back({vostro::to_text(fill.block_time), to_text(fill.sold), to_text(fill.bought),
                    chain::to_text(fill.rate), chain::to_text(fill.debtor), fill.exchange,
                    vostro::to_text(fill.payment.id), vostro::to_text(fill.quote)});
  }
  std::string text = fills.empty() ? "nothing was taken\n" : columns(rows);

  json::array positions;
  rows = {{"CURRENCY", "BOUGHT", "SOLD", "NET", "HELD TO BUY", "HELD TO SELL", "ON ACCOUNT"}};
  for (const auto& [currency, of] : desk_positions(fills)) {
    const auto money = [&, which = currency](std::int64_t units) {
      return Money{which, MinorUnits(units)};
    };
    Money balance = money(0);
    for (const auto& each : account.balances)
      if (each.amount.currency == currency) balance = each.amount;
    positions.push_back(json::object{{"currency", as_json(vostro::to_text(currency))},
                                     {"bought", as_json(money(of.bought))},
                                     {"sold", as_json(money(of.sold))},
                                     {"net", as_json(money(of.bought - of.sold))},
                                     {"open_bought", as_json(money(of.open_bought))},
                                     {"open_sold", as_json(money(of.open_sold))},
                                     {"balance", as_json(balance)}});
    rows.push_back({vostro::to_text(currency), to_text(money(of.bought)), to_text(money(of.sold)),
                    to_text(money(of.bought - of.sold)), to_text(money(of.open_bought)),
                    to_text(money(of.open_sold)), to_text(balance)});
  }
  if (!fills.empty()) text += "\n" + columns(rows);

  json::array live;
  rows = {{"LIVE QUOTE", "RATE", "LIMIT", "LEFT", "ENDS"}};
  for (const client::QuoteView& view : quotes) {
    const chain::Quote& quote = view.quote.quote;
    if (quote.provider != provider) continue;
    live.push_back(quote_json(quote, view.remaining));
    rows.push_back(
        {vostro::to_text(quote.id), rate_text(quote), to_text(Money{quote.sells, quote.limit}),
         to_text(Money{quote.sells, view.remaining}), vostro::to_text(quote.expires_at)});
  }
  text += live.empty() ? "\nno quote of this account is live\n" : "\n" + columns(rows);
  return finish(wallet, Exit::ok,
                json::object{{"items", std::move(items)},
                             {"positions", std::move(positions)},
                             {"quotes", std::move(live)}},
                text);
}

}  // namespace vostro::wallet
