#include <charconv>

#include "wallet-cli/command.h"
#include "wallet-cli/input_file.h"
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

Exit redemptions(Wallet& wallet, const Arguments&) {
  const auto found =
      must(client::all_pages([&](const auto& cursor) { return wallet.api().redemptions(cursor); }));
  json::array items;
  std::vector<std::vector<std::string>> rows{{"ID", "BANK", "ACCOUNT", "AMOUNT", "STATE"}};
  for (const client::RedemptionView& each : found) {
    items.push_back(json::object{{"owner", as_json(vostro::to_text(each.id.owner))},
                                 {"id", as_json(vostro::to_text(each.id.id))},
                                 {"account", as_json(each.account)},
                                 {"amount", as_json(each.amount)},
                                 {"state", as_json(each.state)}});
    rows.push_back({vostro::to_text(each.id.id), vostro::to_text(each.id.owner),
                    chain::to_text(each.account), to_text(each.amount), each.state});
  }
  return finish_list(wallet, std::move(items),
                     found.empty() ? "no redemption is open\n" : columns(rows));
}

/// The open redemption of this id; of several banks' the one of --owner.
client::RedemptionView open_redemption(Wallet& wallet, const Arguments& arguments) {
  const auto id = parse_uuid(arguments.text("ID"));
  if (!id)
    throw usage("\"" + arguments.text("ID") +
                "\" is no id of a redemption: " + std::string(to_string(id.error())));
  std::optional<Bic> owner;
  if (const auto given = arguments.find("--owner")) owner = bic_from(*given, "--owner");
  auto found =
      must(client::all_pages([&](const auto& cursor) { return wallet.api().redemptions(cursor); }));
  std::erase_if(found, [&](const client::RedemptionView& each) {
    return each.id.id != *id || (owner && each.id.owner != *owner);
  });
  if (found.empty())
    throw Stop{Exit::refused,
               "no redemption with the id " + arguments.text("ID") +
                   " is open (vostro redemptions lists them)",
               "unknown-redemption", "AG09"};
  if (found.size() > 1)
    throw usage("several banks' redemptions have the id " + arguments.text("ID") +
                ": say whose with --owner BIC");
  if (found.front().state == "delayed")
    throw Stop{Exit::refused, "the redemption is delayed by its bank's policy: not open yet",
               "wrong_state", "AG09"};
  return found.front();
}

Exit redeem_outcome(Wallet& wallet, const Arguments& arguments) {
  const bool is_paid = arguments.has("--paid");
  if (is_paid == arguments.has("--failed"))
    throw usage("how did it end? Give --paid, or --failed CODE");
  std::optional<chain::GivenCode> code;
  if (!is_paid) code = code_from(arguments.text("--failed"), "--failed");
  const Hash message = document_hash(arguments.text("--message"));
  const auto redemption = open_redemption(wallet, arguments);
  const auto currency = listed_currency(wallet, redemption.amount.currency);
  return order(
      wallet,
      {"Close a redemption",
       {{"agent", vostro::to_text(currency.agent)},
        {"redemption", vostro::to_text(redemption.id.id)},
        {"of", chain::to_text(redemption.account)},
        {"amount", to_text(redemption.amount)},
        {"outcome", is_paid ? "paid out: the money leaves the ledger"
                            : "failed, " + arguments.text("--failed") + ": the money goes back"},
        {"message", to_hex(message.view())}},
       chain::RedeemOutcome{currency.agent, redemption.id,
                            is_paid ? chain::RedeemResult::paid : chain::RedeemResult::failed, code,
                            message},
       client::make_uetr(),
       default_valid_until(wallet),
       true},
      {{"redemption", json::object{{"owner", as_json(vostro::to_text(redemption.id.owner))},
                                   {"id", as_json(vostro::to_text(redemption.id.id))}}},
       {"account", as_json(redemption.account)},
       {"amount", as_json(redemption.amount)}});
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
      {"redemptions",
       "List redemptions that their settlement agents have not closed",
       {},
       redemptions},
      {"redeem-outcome",
       "Settlement agent: say that a redemption was paid out in fiat, or failed",
       {{"ID", Kind::positional, false, "The redemption's id"},
        {"--owner", Kind::value, false, "BIC of its bank, where several have the id"},
        {"--paid", Kind::flag, false, "The money was paid out: it leaves the ledger"},
        {"--failed", Kind::value, false, "ISO 20022 reason code, as in AC01: the money goes back"},
        {"--message", Kind::value, true,
         "File of the agent's message that says so; only its hash goes to the ledger"}},
       redeem_outcome},
      {"business-date",
       "Settlement agent: open a currency's next business date",
       {{"CURRENCY", Kind::positional, false, "As in EUR"},
        {"DATE", Kind::positional, false, "As in 2026-11-23"}},
       business_date},
  };
}

}  // namespace vostro::wallet
