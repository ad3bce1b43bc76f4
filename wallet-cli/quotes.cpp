#include <algorithm>
#include <limits>

#include "chain/json/values.h"
#include "client/read_answers.h"
#include "wallet-cli/command.h"
#include "wallet-cli/lookup.h"
#include "wallet-cli/send.h"
#include "wallet-cli/text.h"

namespace vostro::wallet {
namespace {

json::object quote_json(const chain::Quote& quote, const MinorUnits& remaining) {
  json::object out = chain::to_value(quote, client::iso_exponents()).as_object();
  out["remaining"] = as_json(Money{quote.sells, remaining});
  return out;
}

Exit quote_list(Wallet& wallet, const Arguments& arguments) {
  std::optional<Currency> sells;
  std::optional<Currency> buys;
  if (const auto given = arguments.find("--sells")) sells = currency_from(*given, "--sells");
  if (const auto given = arguments.find("--buys")) buys = currency_from(*given, "--buys");
  const auto quotes = must(client::all_pages(
      [&](const auto& cursor) { return wallet.api().quotes(sells, buys, cursor); }));
  json::array items;
  std::vector<std::vector<std::string>> rows{
      {"SELLS", "FOR", "RATE", "LEFT", "ENDS", "PROVIDER", "ID"}};
  for (const auto& view : quotes) {
    const chain::Quote& quote = view.quote.quote;
    items.push_back(quote_json(quote, view.remaining));
    rows.push_back({vostro::to_text(quote.sells), vostro::to_text(quote.buys),
                    chain::to_text(quote.rate), to_text(Money{quote.sells, view.remaining}),
                    vostro::to_text(quote.expires_at), chain::to_text(quote.provider),
                    vostro::to_text(quote.id)});
  }
  return finish_list(wallet, std::move(items), columns(rows));
}

chain::Quote quote_from(Wallet& wallet, const Arguments& arguments) {
  chain::Quote quote;
  quote.network_id = wallet.network().network_id;
  quote.id = client::make_uetr();
  quote.provider = account_from(arguments.text("--provider"), "--provider");
  quote.sells = currency_from(arguments.text("--sells"), "--sells");
  quote.buys = currency_from(arguments.text("--buys"), "--buys");
  if (quote.sells == quote.buys) throw usage("--sells and --buys are the same currency");
  const auto rate = chain::parse_rate(arguments.text("--rate"));
  if (!rate || !chain::is_valid(*rate))
    throw usage("--rate " + arguments.text("--rate") + ": write units of " +
                vostro::to_text(quote.buys) + " for one " + vostro::to_text(quote.sells) +
                ", above 0, with at most 12 digits after the point, as in 1.0842");
  quote.rate = *rate;
  const auto limit = parse_money(arguments.text("--limit"));
  if (!limit) throw usage("--limit " + limit.error(), "bad_amount");
  if (limit->currency != quote.sells)
    throw usage("--limit " + arguments.text("--limit") + ": the limit is in what is sold, " +
                vostro::to_text(quote.sells));
  quote.limit = limit->units;
  const std::uint64_t life_max_s = wallet.network().state.parameters.max_quote_life_s;
  const auto expires = parse_when(arguments.find("--expires").value_or("+5m"), wallet.now());
  if (!expires) throw usage("--expires " + expires.error());
  if (expires->value - wallet.now().value > life_max_s)
    throw usage("--expires: this network takes quotes of at most " + std::to_string(life_max_s) +
                " s");
  quote.expires_at = *expires;
  if (const auto given = arguments.find("--hold-max")) {
    const auto seconds = parse_duration_s(*given);
    if (!seconds || *seconds > std::numeric_limits<std::uint32_t>::max())
      throw usage("--hold-max " + *given + ": write a duration, as in 90s, 15m, 1h, 7d");
    quote.hold_max_s = static_cast<std::uint32_t>(*seconds);
  }
  if (const auto given = arguments.find("--debtors")) {
    for (const std::string& bic : split_list(*given, ','))
      quote.debtors.push_back(bic_from(bic, "--debtors"));
    std::sort(quote.debtors.begin(), quote.debtors.end());
  }
  if (!chain::is_well_formed(quote))
    throw usage("the quote is not one that the ledger takes: at most 16 debtors, each once");
  return quote;
}

Exit quote_publish(Wallet& wallet, const Arguments& arguments) {
  const chain::Quote quote = quote_from(wallet, arguments);
  client::ApiClient& api = wallet.api();
  (void)own_account(wallet, quote.provider);
  std::string debtors;
  for (const Bic& bic : quote.debtors)
    debtors += (debtors.empty() ? "" : ", ") + vostro::to_text(bic);
  confirm(wallet, "Firm quote",
          {{"provider", chain::to_text(quote.provider)},
           {"rate", chain::to_text(quote.rate) + " " + vostro::to_text(quote.buys) + " per " +
                        vostro::to_text(quote.sells)},
           {"sells up to", to_text(Money{quote.sells, quote.limit})},
           {"ends", vostro::to_text(quote.expires_at)},
           {"holds up to", std::to_string(quote.hold_max_s) + " s"},
           {"for", debtors.empty() ? "every bank" : debtors}});
  const auto keys = wallet.keys();
  if (keys.size() != 1) throw usage("a quote has one signature: give one --key");
  if (const auto published = api.publish(client::sign_quote(quote, keys.front())); !published) {
    using ErrorKind = client::ApiError::Kind;
    const client::ApiError& error = published.error();
    const bool may_be_live = error.kind == ErrorKind::timed_out ||
                             error.kind == ErrorKind::broken_off ||
                             error.kind == ErrorKind::bad_answer || error.is_repeat;
    if (!may_be_live) throw stop_of(error);
    throw Stop{Exit::unknown,
               "unknown: " + client::to_string(error) + ". The quote " + vostro::to_text(quote.id) +
                   " may be live until " + vostro::to_text(quote.expires_at) +
                   ": look with vostro quote list before you publish another",
               "unknown",
               {}};
  }
  return finish(wallet, Exit::ok, quote_json(quote, quote.limit),
                labelled({{"quote", vostro::to_text(quote.id)},
                          {"status", "published"},
                          {"ends", vostro::to_text(quote.expires_at)}}));
}

}  // namespace

std::vector<Command> quote_commands() {
  using Kind = Option::Kind;
  return {
      {"quote publish",
       "Sign a firm quote and give it to the network",
       {{"--provider", Kind::value, true, "Account that takes the other leg: BIC/label"},
        {"--sells", Kind::value, true, "Currency that the provider sells"},
        {"--buys", Kind::value, true, "Currency that the debtor pays with"},
        {"--rate", Kind::value, true, "Units of what is bought for one of what is sold: 1.0842"},
        {"--limit", Kind::value, true, "Most that is sold: \"1000000.00 EUR\""},
        {"--expires", Kind::value, false, "UTC time, or +90s, +15m, +1h (default +5m)"},
        {"--hold-max", Kind::value, false, "Longest acceptance period: 15m, 1h (default none)"},
        {"--debtors", Kind::value, false,
         "Banks that may take it, BICs joined by commas (default: all)"}},
       quote_publish},
      {"quote list",
       "List live quotes, best rate first",
       {{"--sells", Kind::value, false, "Only those that sell this currency"},
        {"--buys", Kind::value, false, "Only those that buy this currency"}},
       quote_list},
  };
}

}  // namespace vostro::wallet
