#include "wallet-cli/annex.h"
#include "wallet-cli/annex_text.h"
#include "wallet-cli/command.h"
#include "wallet-cli/lookup.h"
#include "wallet-cli/send.h"
#include "wallet-cli/text.h"

namespace vostro::wallet {
namespace {

json::object item_json(const client::PaymentView& payment, const FoundAnnex& annex) {
  json::object out = payment_json(payment);
  out["annex"] = found_json(annex, payment.annex);
  return out;
}

Exit inbox_list(Wallet& wallet, const Arguments& arguments) {
  client::PaymentFilter filter;
  filter.status = "held";
  filter.role = "creditor";
  filter.agent = wallet.participant();
  if (const auto given = arguments.find("--account"))
    filter.account = account_from(*given, "--account");
  const auto payments = must(
      client::all_pages([&](const auto& cursor) { return wallet.api().payments(filter, cursor); }));
  const auto participant = wallet.participant();
  json::array items;
  std::vector<std::vector<std::string>> rows{
      {"UETR", "FROM", "TO", "AMOUNT", "ACCEPT BY", "ANNEX"}};
  for (const auto& payment : payments) {
    // A token with the role operate sees every bank's.
    if (participant && payment.creditor && payment.creditor->owner != *participant) continue;
    const FoundAnnex annex = find_annex(wallet, payment.name, payment.annex);
    items.push_back(item_json(payment, annex));
    rows.push_back(
        {vostro::to_text(payment.name.id), payment.debtor ? chain::to_text(*payment.debtor) : "-",
         payment.creditor ? chain::to_text(*payment.creditor) : "-",
         payment.amount ? to_text(*payment.amount) : "-",
         payment.accept_by ? vostro::to_text(*payment.accept_by) : "-", found_summary(annex)});
  }
  return finish_list(wallet, std::move(items),
                     rows.size() == 1 ? "nothing waits for an answer\n" : columns(rows));
}

client::PaymentView held_payment(Wallet& wallet, const Arguments& arguments) {
  auto payment = find_payment(wallet, arguments.text("UETR"), arguments.find("--agent"));
  if (payment.status != "held" || !payment.creditor)
    throw Stop{Exit::refused,
               "the payment " + arguments.text("UETR") + " is " + payment.status + ", not held",
               "not_held", "RCON"};
  return payment;
}

Lines lines_of(const client::PaymentView& payment) {
  Lines lines{{"payment", vostro::to_text(payment.name.id)},
              {"debtor agent", vostro::to_text(payment.name.owner)}};
  if (payment.debtor) lines.emplace_back("payer", chain::to_text(*payment.debtor));
  if (payment.creditor) lines.emplace_back("payee", chain::to_text(*payment.creditor));
  if (payment.amount) lines.emplace_back("amount", to_text(*payment.amount));
  if (payment.accept_by) lines.emplace_back("accept by", vostro::to_text(*payment.accept_by));
  return lines;
}

json::object extra_of(const client::PaymentView& payment) {
  return {{"uetr", as_json(vostro::to_text(payment.name.id))},
          {"agent", as_json(vostro::to_text(payment.name.owner))}};
}

Exit inbox_show(Wallet& wallet, const Arguments& arguments) {
  const auto payment = find_payment(wallet, arguments.text("UETR"), arguments.find("--agent"));
  const FoundAnnex annex = find_annex(wallet, payment.name, payment.annex);
  std::string text = payment_text(wallet, payment);
  if (annex.content) text += "\n" + labelled(annex_lines(*annex.content));
  if (!annex.content && annex.state != FoundAnnex::State::none)
    text += "\nannex: " + std::string(to_string(annex.state)) +
            (annex.why.empty() ? "" : ": " + annex.why) + "\n";
  return finish(wallet, Exit::ok, item_json(payment, annex), text);
}

/// What a bank accepts it has read: who pays, whom, and what for.
Lines opened_lines(Wallet& wallet, const client::PaymentView& payment) {
  if (!payment.annex) return {};
  const FoundAnnex annex = find_annex(wallet, payment.name, payment.annex);
  const std::string what = "the payment " + vostro::to_text(payment.name.id);
  switch (annex.state) {
    case FoundAnnex::State::none:
    case FoundAnnex::State::opened:
      break;
    case FoundAnnex::State::missing:
      throw Stop{Exit::refused,
                 what + " has an annex that is not here yet; the node keeps asking " +
                     vostro::to_text(payment.name.owner) +
                     " for it. Accept once it can be opened, or reject",
                 "annex_missing",
                 {}};
    case FoundAnnex::State::sealed:
      throw Stop{Exit::not_authorised,
                 what +
                     " has an annex, and what is accepted is read first: give --annex-key, or "
                     "set \"annex_key\" in a profile",
                 "annex_key",
                 {}};
    case FoundAnnex::State::unreadable:
      throw Stop{Exit::refused, what + ": " + annex.why + ". Reject it", "annex_unreadable", {}};
  }
  return annex.content ? annex_lines(*annex.content) : Lines{};
}

Exit inbox_accept(Wallet& wallet, const Arguments& arguments) {
  const auto payment = held_payment(wallet, arguments);
  Lines lines = lines_of(payment);
  for (auto& line : opened_lines(wallet, payment)) lines.push_back(std::move(line));
  return order(
      wallet,
      {"Accept a payment", std::move(lines), chain::Accept{*payment.creditor, payment.name},
       client::make_uetr(), default_valid_until(wallet), true},
      extra_of(payment));
}

Exit inbox_reject(Wallet& wallet, const Arguments& arguments) {
  const auto code = code_from(arguments.text("--reason"), "--reason");
  const auto payment = held_payment(wallet, arguments);
  Lines lines = lines_of(payment);
  lines.emplace_back("reason", arguments.text("--reason"));
  return order(
      wallet,
      {"Reject a payment", std::move(lines), chain::Reject{*payment.creditor, payment.name, code},
       client::make_uetr(), default_valid_until(wallet), true},
      extra_of(payment));
}

}  // namespace

std::vector<Command> inbox_commands() {
  using Kind = Option::Kind;
  const Option uetr{"UETR", Kind::positional, false, "The payment"};
  const Option agent{"--agent", Kind::value, false,
                     "BIC of its debtor agent, where several payments bear the UETR"};
  return {
      {"inbox list",
       "List payments that wait for this bank's answer",
       {{"--account", Kind::value, false, "To this account only"}},
       inbox_list},
      {"inbox show", "Show a payment, and what its annex says", {uetr, agent}, inbox_show},
      {"inbox accept", "Accept a held payment: it settles", {uetr, agent}, inbox_accept},
      {"inbox reject",
       "Reject a held payment: the money goes back",
       {uetr, agent, {"--reason", Kind::value, true, "ISO 20022 reason code, as in AC04"}},
       inbox_reject},
  };
}

}  // namespace vostro::wallet
