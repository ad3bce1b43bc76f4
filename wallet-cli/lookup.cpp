#include "wallet-cli/lookup.h"

#include <algorithm>

#include <ostream>
#include "base/text.h"

#include "wallet-cli/text.h"

namespace vostro::wallet {
namespace {

/// Accounts that suggestions are taken from: what the node shows, and what the genesis file lists.
std::vector<std::string> known_accounts(Wallet& wallet) {
  std::vector<std::string> names;
  const auto accounts =
      client::all_pages([&](const auto& cursor) { return wallet.api().accounts(cursor); });
  if (accounts) {
    for (const auto& each : *accounts) names.push_back(chain::to_text(each.account));
  }
  if (wallet.settings().genesis) {
    for (const auto& each : wallet.network().state.accounts)
      names.push_back(chain::to_text(each.id));
  }
  return names;
}

Stop no_account(Wallet& wallet, const chain::AccountId& account) {
  const std::string name = chain::to_text(account);
  return usage("there is no account " + name + suggestion(name, known_accounts(wallet)),
               "unknown_account");
}

}  // namespace

client::AccountView own_account(Wallet& wallet, const chain::AccountId& account) {
  auto found = wallet.api().account(account);
  if (found) return *std::move(found);
  if (found.error().is_problem(404)) throw no_account(wallet, account);
  if (found.error().is_problem(403)) {
    // The same sentence whether it exists or not would hide a mistyped name.
    const std::string name = chain::to_text(account);
    throw Stop{
        Exit::not_authorised,
        "this token may not read the account " + name + suggestion(name, known_accounts(wallet)),
        "forbidden",
        {}};
  }
  throw stop_of(found.error());
}

void check_other_account(Wallet& wallet, const chain::AccountId& account) {
  const auto participants = must(
      client::all_pages([&](const auto& cursor) { return wallet.api().participants(cursor); }));
  std::vector<std::string> names;
  bool is_known = false;
  for (const auto& each : participants) {
    names.push_back(vostro::to_text(each.bic));
    is_known = is_known || each.bic == account.owner;
  }
  const std::string owner = vostro::to_text(account.owner);
  if (!is_known)
    throw usage("no bank " + owner + " takes part in this network" + suggestion(owner, names),
                "unknown_participant");
  const auto found = wallet.api().account(account);
  if (found) {
    if (found->status == "closed")
      throw usage("the account " + chain::to_text(account) + " is closed", "account_closed");
    return;
  }
  const client::ApiError& error = found.error();
  if (error.is_problem(403)) return;
  if (!error.is_problem(404)) throw stop_of(error);
  // To a token of one bank, an account of another one looks as if it were not there.
  const auto& first = wallet.network().state.accounts;
  const bool is_first =
      std::any_of(first.begin(), first.end(), [&](const auto& each) { return each.id == account; });
  const auto visible = wallet.api().accounts();
  const bool sees_owner =
      visible && std::any_of(visible->items.begin(), visible->items.end(),
                             [&](const auto& each) { return each.account.owner == account.owner; });
  if (sees_owner) throw no_account(wallet, account);
  if (!is_first) {
    const std::string name = chain::to_text(account);
    wallet.environment().err << "vostro: the node does not show whether " << name << " exists"
                             << suggestion(name, known_accounts(wallet))
                             << "; where it does not, the ledger rejects the order (AC03)\n";
  }
}

client::CurrencyView listed_currency(Wallet& wallet, const Currency& currency) {
  const auto currencies =
      must(client::all_pages([&](const auto& cursor) { return wallet.api().currencies(cursor); }));
  std::vector<std::string> names;
  for (const auto& each : currencies) {
    if (each.currency == currency) return each;
    names.push_back(vostro::to_text(each.currency));
  }
  std::string list;
  for (const std::string& each : names) list += (list.empty() ? "" : ", ") + each;
  throw usage("this network has no " + vostro::to_text(currency) + "; it has " + list +
                  suggestion(vostro::to_text(currency), names),
              "unknown_currency");
}

client::PaymentView find_payment(Wallet& wallet, const std::string& uetr,
                                 const std::optional<std::string>& agent) {
  const std::optional<Bic> whose =
      agent ? std::optional(bic_from(*agent, "--agent")) : std::nullopt;
  auto found = wallet.api().payment(uetr_from(uetr), whose);
  if (found) return *std::move(found);
  if (found.error().is_problem(409, "ambiguous-uetr"))
    throw usage("payments of several banks bear the UETR " + uetr + ": say whose with --agent BIC",
                "ambiguous-uetr");
  throw stop_of(found.error());
}

Uuid uetr_from(const std::string& text) {
  const auto uetr = parse_uetr(text);
  if (!uetr)
    throw usage("\"" + text +
                "\" is no UETR: a UUID of version 4, as in 6f9619ff-8b86-4d01-b42d-00cf4fc964ff (" +
                std::string(to_string(uetr.error())) + ")");
  return *uetr;
}

Bic bic_from(const std::string& text, const std::string& option) {
  const auto bic = parse_bic(text);
  if (!bic) throw usage(option + " " + text + " is no BIC: " + std::string(to_string(bic.error())));
  return *bic;
}

Currency currency_from(const std::string& text, const std::string& option) {
  const auto currency = parse_currency(text);
  if (!currency)
    throw usage(option + " " + text + " is no currency: write three capital letters, as in EUR");
  return *currency;
}

chain::AccountId account_from(const std::string& text, const std::string& option) {
  auto account = parse_account_name(text);
  if (!account) throw usage(option + " " + account.error());
  return *std::move(account);
}

std::array<char, 4> code_from(const std::string& text, const std::string& option) {
  std::array<char, 4> code{};
  const bool is_good = text.size() == 4 && std::all_of(text.begin(), text.end(), [](char c) {
                         return is_upper(c) || is_digit(c);
                       });
  if (!is_good)
    throw usage(option + " " + text +
                " is no ISO 20022 code: four capital letters or digits, as in AC04");
  std::copy(text.begin(), text.end(), code.begin());
  return code;
}

}  // namespace vostro::wallet
