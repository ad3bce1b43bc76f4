#include "wallet-cli/command.h"
#include "wallet-cli/input_file.h"
#include "wallet-cli/lookup.h"
#include "wallet-cli/output.h"
#include "wallet-cli/send.h"
#include "wallet-cli/text.h"

namespace vostro::wallet {
namespace {

constexpr std::size_t kStatementBytesMax = 64 * 1024 * 1024;

Exit attest(Wallet& wallet, const Arguments& arguments) {
  const auto balance = parse_money(arguments.text("--balance"));
  if (!balance) throw usage("--balance " + balance.error(), "bad_amount");
  // As the bridge hashes the bank's files.
  const Hash statement =
      hash("file", as_bytes(read_input(arguments.text("--statement"), kStatementBytesMax)));
  UnixSeconds as_of = wallet.now();
  if (const auto given = arguments.find("--as-of")) {
    const auto when = parse_when(*given, wallet.now());
    if (!when) throw usage("--as-of " + when.error());
    as_of = *when;
  }
  const auto currency = listed_currency(wallet, balance->currency);
  return order(
      wallet,
      {"Attest reserves",
       {{"agent", vostro::to_text(currency.agent)},
        {"balance", to_text(*balance)},
        {"statement", to_hex(statement.view())},
        {"as of", vostro::to_text(as_of)}},
       chain::AttestReserves{currency.agent, balance->currency, balance->units, statement, as_of},
       client::make_uetr(),
       default_valid_until(wallet),
       true},
      {{"balance", as_json(*balance)},
       {"statement", as_json(to_hex(statement.view()))},
       {"as_of", as_json(as_of)}});
}

/// What an Issue of the currency would meet now.
struct Cover {
  std::string issuing;  ///< "open", "short", "old"
  std::int64_t circulating = 0;
};

Cover cover_of(const client::CurrencyView& each, UnixSeconds now) {
  Cover cover;
  cover.circulating =
      each.issued.units.value - each.redeemed.units.value - each.open_redemptions.units.value;
  const auto& said = each.attestation;
  const bool is_old =
      each.attestation_max_age_s &&
      (!said || (now > said->as_of && now.value - said->as_of.value > *each.attestation_max_age_s));
  const bool is_short = said && said->balance.value < cover.circulating;
  cover.issuing = is_old ? "old" : is_short ? "short" : "open";
  return cover;
}

std::string sentence(const client::CurrencyView& each, const Cover& cover) {
  const auto money = [&](std::int64_t units) {
    return to_text(Money{each.currency, MinorUnits(units)});
  };
  if (cover.issuing == "old")
    return each.attestation ? "too old: nothing is issued" : "none yet: nothing is issued";
  if (!each.attestation) return "the ledger asks for none";
  const std::int64_t over = each.attestation->balance.value - cover.circulating;
  return over < 0 ? "SHORT by " + money(-over) + ": nothing is issued" : "covered";
}

Exit reserves(Wallet& wallet, const Arguments& arguments) {
  auto listed =
      must(client::all_pages([&](const auto& cursor) { return wallet.api().currencies(cursor); }));
  if (const auto only = arguments.find("CURRENCY")) {
    const auto wanted = listed_currency(wallet, currency_from(*only, "CURRENCY")).currency;
    std::erase_if(listed, [&](const auto& each) { return each.currency != wanted; });
  }
  json::array items;
  std::vector<std::vector<std::string>> rows{
      {"CURRENCY", "AGENT", "CIRCULATES", "LOCKED", "ATTESTED", "AS OF", "RESERVES"}};
  for (const client::CurrencyView& each : listed) {
    const Cover cover = cover_of(each, wallet.now());
    const Money circulating{each.currency, MinorUnits(cover.circulating)};
    json::object item{
        {"currency", as_json(vostro::to_text(each.currency))},
        {"agent", as_json(vostro::to_text(each.agent))},
        {"circulating", as_json(circulating)},
        {"open_redemptions", as_json(each.open_redemptions)},
        {"balance", nullptr},
        {"statement", nullptr},
        {"as_of", nullptr},
        {"max_age_s", each.attestation_max_age_s ? json::value(*each.attestation_max_age_s)
                                                 : json::value(nullptr)},
        {"issuing", as_json(cover.issuing)}};
    std::string attested = "-", as_of = "-";
    if (const auto& said = each.attestation) {
      const Money balance{each.currency, said->balance};
      item["balance"] = as_json(balance);
      item["statement"] = as_json(to_hex(said->statement.view()));
      item["as_of"] = as_json(said->as_of);
      attested = to_text(balance);
      as_of = vostro::to_text(said->as_of);
    }
    items.push_back(std::move(item));
    rows.push_back({vostro::to_text(each.currency), vostro::to_text(each.agent),
                    to_text(circulating), to_text(each.open_redemptions), attested, as_of,
                    sentence(each, cover)});
  }
  return finish_list(wallet, std::move(items), columns(rows));
}

}  // namespace

std::vector<Command> reserves_commands() {
  using Kind = Option::Kind;
  return {
      {"attest",
       "Settlement agent: say what the currency's fiat account holds",
       {{"--balance", Kind::value, true, "\"1250000.00 EUR\""},
        {"--statement", Kind::value, true,
         "File of the bank's message that says so; only its hash goes to the ledger"},
        {"--as-of", Kind::value, false,
         "When that was the balance, as in 2026-11-23T17:00:00Z (default: now)"}},
       attest},
      {"reserves",
       "Show what was attested of each currency against what circulates",
       {{"CURRENCY", Kind::optional_positional, false, "As in EUR; all where left out"}},
       reserves},
  };
}

}  // namespace vostro::wallet
