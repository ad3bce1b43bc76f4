#include <charconv>

#include "wallet-cli/command.h"
#include "wallet-cli/lookup.h"
#include "wallet-cli/send.h"
#include "wallet-cli/text.h"

namespace vostro::wallet {
namespace {

std::uint32_t try_from(const std::string& text) {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number == 0)
    throw usage("--try " + text + ": write 1 for the first try, 2 after a rejection, and so on");
  return number;
}

Exit issue(Wallet& wallet, const Arguments& arguments) {
  const auto account = account_from(arguments.text("--to"), "--to");
  const auto money = parse_money(arguments.text("--amount"));
  if (!money) throw usage("--amount " + money.error(), "bad_amount");
  const std::string& reference = arguments.text("--reference");
  const auto currency = listed_currency(wallet, money->currency);
  const std::string pool =
      arguments.find("--fiat-account").value_or(vostro::to_text(currency.agent));
  if (reference.empty() || reference.size() > 140 || pool.empty() || pool.size() > 140)
    throw usage("--reference and --fiat-account have 1 to 140 bytes");
  const std::uint32_t number = try_from(arguments.find("--try").value_or("1"));
  check_other_account(wallet, account);
  const Hash entry = client::fiat_entry_hash(pool, reference);
  return order(wallet,
               {"Issue",
                {{"agent", vostro::to_text(currency.agent)},
                 {"to", chain::to_text(account)},
                 {"amount", to_text(*money)},
                 {"fiat account", pool},
                 {"bank's reference", reference},
                 {"try", std::to_string(number)}},
                chain::Issue{currency.agent, account, *money, entry},
                client::issue_id(entry, number),
                default_valid_until(wallet),
                true},
               {{"account", as_json(account)},
                {"amount", as_json(*money)},
                {"entry", as_json(to_hex(entry.view()))}});
}

Exit business_date(Wallet& wallet, const Arguments& arguments) {
  const auto currency =
      listed_currency(wallet, currency_from(arguments.text("CURRENCY"), "CURRENCY"));
  const auto date = parse_date(arguments.text("DATE"));
  if (!date)
    throw usage("\"" + arguments.text("DATE") + "\" is no date: write it as in 2026-11-23");
  return order(wallet,
               {"Open a business date",
                {{"agent", vostro::to_text(currency.agent)},
                 {"currency", vostro::to_text(currency.currency)},
                 {"date now", vostro::to_text(currency.business_date)},
                 {"new date", vostro::to_text(*date)}},
                chain::OpenBusinessDate{currency.agent, currency.currency, *date},
                client::make_uetr(),
                default_valid_until(wallet),
                true},
               {{"currency", as_json(vostro::to_text(currency.currency))},
                {"date", as_json(vostro::to_text(*date))}});
}

}  // namespace

std::vector<Command> issue_commands() {
  using Kind = Option::Kind;
  return {
      {"issue",
       "Settlement agent: issue ledger money against fiat received",
       {{"--to", Kind::value, true, "Account that gets the money: BIC/label"},
        {"--amount", Kind::value, true, "\"1250.00 EUR\""},
        {"--reference", Kind::value, true,
         "The bank's reference of the fiat entry: issued once, for ever"},
        {"--fiat-account", Kind::value, false,
         "The fiat account that was credited (default: the agent's BIC)"},
        {"--try", Kind::value, false, "2 after the first try was rejected, and so on (default 1)"}},
       issue},
      {"business-date",
       "Settlement agent: open a currency's next business date",
       {{"CURRENCY", Kind::positional, false, "As in EUR"},
        {"DATE", Kind::positional, false, "As in 2026-11-23"}},
       business_date},
  };
}

}  // namespace vostro::wallet
