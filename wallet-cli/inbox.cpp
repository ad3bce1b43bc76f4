#include "wallet-cli/command.h"
#include "wallet-cli/lookup.h"
#include "wallet-cli/send.h"
#include "wallet-cli/text.h"

namespace vostro::wallet {
namespace {

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
  std::vector<std::vector<std::string>> rows{{"UETR", "FROM", "TO", "AMOUNT", "ACCEPT BY"}};
  for (const auto& payment : payments) {
    // A token with the role operate sees every bank's.
    if (participant && payment.creditor && payment.creditor->owner != *participant) continue;
    items.push_back(payment_json(payment));
    rows.push_back({vostro::to_text(payment.name.id),
                    payment.debtor ? chain::to_text(*payment.debtor) : "-",
                    payment.creditor ? chain::to_text(*payment.creditor) : "-",
                    payment.amount ? to_text(*payment.amount) : "-",
                    payment.accept_by ? vostro::to_text(*payment.accept_by) : "-"});
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

Exit inbox_accept(Wallet& wallet, const Arguments& arguments) {
  const auto payment = held_payment(wallet, arguments);
  return order(
      wallet,
      {"Accept a payment", lines_of(payment), chain::Accept{*payment.creditor, payment.name},
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
      {"inbox accept", "Accept a held payment: it settles", {uetr, agent}, inbox_accept},
      {"inbox reject",
       "Reject a held payment: the money goes back",
       {uetr, agent, {"--reason", Kind::value, true, "ISO 20022 reason code, as in AC04"}},
       inbox_reject},
  };
}

}  // namespace vostro::wallet
