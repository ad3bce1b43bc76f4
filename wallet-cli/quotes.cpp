#include <algorithm>
#include <limits>

#include "chain/json/values.h"
#include "client/read_answers.h"
#include "wallet-cli/command.h"
#include "wallet-cli/lookup.h"
#include "wallet-cli/quotes.h"
#include "wallet-cli/send.h"
#include "wallet-cli/text.h"

namespace vostro::wallet {

json::object quote_json(const chain::Quote& quote, const MinorUnits& remaining) {
  json::object out = chain::to_value(quote, client::iso_exponents()).as_object();
  out["remaining"] = as_json(Money{quote.sells, remaining});
  return out;
}

std::string rate_text(const chain::Quote& quote) {
  return chain::to_text(quote.rate) + " " + vostro::to_text(quote.buys) + " per " +
         vostro::to_text(quote.sells);
}

SecretKey quote_key(Wallet& wallet) {
  auto keys = wallet.keys();
  if (keys.size() != 1) throw usage("a quote has one signature: give one --key");
  return std::move(keys.front());
}

namespace {

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
  for (const std::string option : {"--sells", "--buys", "--rate", "--limit"})
    if (!arguments.has(option))
      throw usage(option + " is required, or --stream for a stream of prices");
  if (arguments.has("--life")) throw usage("--life is for --stream; a single quote has --expires");
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
  if (arguments.has("--stream")) return quote_stream(wallet, arguments);
  const chain::Quote quote = quote_from(wallet, arguments);
  client::ApiClient& api = wallet.api();
  (void)own_account(wallet, quote.provider);
  std::string debtors;
  for (const Bic& bic : quote.debtors)
    debtors += (debtors.empty() ? "" : ", ") + vostro::to_text(bic);
  confirm(wallet, "Firm quote",
          {{"provider", chain::to_text(quote.provider)},
           {"rate", rate_text(quote)},
           {"sells up to", to_text(Money{quote.sells, quote.limit})},
           {"ends", vostro::to_text(quote.expires_at)},
           {"holds up to", std::to_string(quote.hold_max_s) + " s"},
           {"for", debtors.empty() ? "every bank" : debtors}});
  const SecretKey key = quote_key(wallet);
  if (const auto published = api.publish(client::sign_quote(quote, key)); !published) {
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

Exit quote_withdraw(Wallet& wallet, const Arguments& arguments) {
  const auto id = parse_uuid(arguments.text("ID"));
  if (!id)
    throw usage("\"" + arguments.text("ID") +
                "\" is no id of a quote: " + std::string(to_string(id.error())));
  // The ledger wants the whole quote: it has none of them itself.
  const auto quotes = must(
      client::all_pages([&](const auto& cursor) { return wallet.api().quotes({}, {}, cursor); }));
  const auto found = std::find_if(quotes.begin(), quotes.end(), [&](const auto& view) {
    return view.quote.quote.id == *id && client::is_sound(view.quote, wallet.network().network_id);
  });
  if (found == quotes.end())
    throw Stop{Exit::refused,
               "no live quote has the id " + vostro::to_text(*id) +
                   ": it has ended, was withdrawn, is sold out, or this node does not know it "
                   "(vostro quote list)",
               "unknown-quote",
               {}};
  const chain::Quote& quote = found->quote.quote;
  return order(wallet,
               {"Withdraw a quote",
                {{"quote", vostro::to_text(quote.id)},
                 {"provider", chain::to_text(quote.provider)},
                 {"rate", rate_text(quote)},
                 {"left", to_text(Money{quote.sells, found->remaining})},
                 {"ends", vostro::to_text(quote.expires_at)}},
                chain::Cancel{{}, quote},
                client::make_uetr(),
                std::min(default_valid_until(wallet), quote.expires_at),
                true},
               {{"quote", quote_json(quote, found->remaining)}});
}

}  // namespace

std::vector<Command> quote_commands() {
  using Kind = Option::Kind;
  return {
      {"quote publish",
       "Sign a firm quote and give it to the network; or keep a stream of prices quoted",
       {{"--provider", Kind::value, true, "Account that takes the other leg: BIC/label"},
        {"--stream", Kind::value, false,
         "Quote the prices in this file, or of standard input with -, until they end"},
        {"--life", Kind::value, false, "With --stream, how long each quote lives (default 30s)"},
        {"--sells", Kind::value, false, "Currency that the provider sells"},
        {"--buys", Kind::value, false, "Currency that the debtor pays with"},
        {"--rate", Kind::value, false, "Units of what is bought for one of what is sold: 1.0842"},
        {"--limit", Kind::value, false, "Most that is sold: \"1000000.00 EUR\""},
        {"--expires", Kind::value, false, "UTC time, or +90s, +15m, +1h (default +5m)"},
        {"--hold-max", Kind::value, false, "Longest acceptance period: 15m, 1h (default none)"},
        {"--debtors", Kind::value, false,
         "Banks that may take it, BICs joined by commas (default: all)"}},
       quote_publish},
      {"quote withdraw",
       "Withdraw a live quote: nobody can take it any more",
       {{"ID", Kind::positional, false, "The quote's id"}},
       quote_withdraw},
      {"quote fills",
       "List what was taken of a provider's quotes, and what it bought and sold by currency",
       {{"--provider", Kind::value, true, "Account that takes the other leg: BIC/label"},
        {"--from-height", Kind::value, false, "Only from this block on"}},
       quote_fills},
      {"quote list",
       "List live quotes, best rate first",
       {{"--sells", Kind::value, false, "Only those that sell this currency"},
        {"--buys", Kind::value, false, "Only those that buy this currency"}},
       quote_list},
  };
}

}  // namespace vostro::wallet
