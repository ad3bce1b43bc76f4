#include "wallet-cli/command.h"
#include "wallet-cli/lookup.h"
#include "wallet-cli/send.h"
#include "wallet-cli/text.h"

namespace vostro::wallet {
namespace {

Exit cancel(Wallet& wallet, const Arguments& arguments) {
  const auto id = parse_uuid(arguments.text("ID"));
  if (!id)
    throw usage("\"" + arguments.text("ID") +
                "\" is no id of an order: " + std::string(to_string(id.error())));
  std::optional<Bic> owner = wallet.participant();
  if (const auto given = arguments.find("--owner")) owner = bic_from(*given, "--owner");
  if (!owner) throw usage("whose order? Give --owner BIC, or set \"participant\" in a profile");
  return order(wallet, {"Cancel a delayed order",
                        {{"owner", vostro::to_text(*owner)}, {"order", vostro::to_text(*id)}},
                        chain::Cancel{chain::OwnedId{*owner, *id}, {}},
                        client::make_uetr(),
                        default_valid_until(wallet),
                        true});
}

Exit recall(Wallet& wallet, const Arguments& arguments) {
  const auto code = code_from(arguments.text("--reason"), "--reason");
  const auto payment = find_payment(wallet, arguments.text("UETR"), arguments.find("--agent"));
  const bool is_held = payment.status == "delayed" || payment.status == "held";
  const bool is_settled = payment.status == "settled" || payment.status == "credited";
  if ((!is_held && !is_settled) || !payment.debtor)
    throw Stop{
        Exit::refused,
        "the payment " + arguments.text("UETR") + " is " + payment.status +
            "; what is delayed or held can be taken back, and what has settled be asked back",
        "not_recallable", "RCON"};
  std::optional<chain::Original> original;
  if (is_settled) original = must(wallet.api().original(payment.name));
  Lines lines{{"payment", vostro::to_text(payment.name.id)},
              {"payer", chain::to_text(*payment.debtor)}};
  if (payment.creditor) lines.emplace_back("payee", chain::to_text(*payment.creditor));
  if (payment.amount) lines.emplace_back("amount", to_text(*payment.amount));
  lines.emplace_back("reason", arguments.text("--reason"));
  lines.emplace_back("effect", is_held ? "the money comes back at once"
                                       : "the payee's bank is asked to return it, and may refuse");
  return order(wallet,
               {"Recall a payment", std::move(lines),
                chain::Recall{*payment.debtor, payment.name, code, original}, client::make_uetr(),
                default_valid_until(wallet), true},
               {{"uetr", as_json(vostro::to_text(payment.name.id))},
                {"agent", as_json(vostro::to_text(payment.name.owner))}});
}

}  // namespace

std::vector<Command> order_commands() {
  using Kind = Option::Kind;
  return {
      {"cancel",
       "Stop a delayed order before it is carried out",
       {{"ID", Kind::positional, false, "The order's id; for a payment its UETR"},
        {"--owner", Kind::value, false,
         "BIC of the bank whose order it is (default: the profile's participant)"}},
       cancel},
      {"recall",
       "Take back a payment that is delayed or held; ask back one that has settled",
       {{"UETR", Kind::positional, false, "The payment"},
        {"--agent", Kind::value, false,
         "BIC of its debtor agent, where several payments bear the UETR"},
        {"--reason", Kind::value, true, "ISO 20022 reason code, as in CUST"}},
       recall},
  };
}

}  // namespace vostro::wallet
