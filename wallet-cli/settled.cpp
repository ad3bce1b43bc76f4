// Orders about payments that wait or have settled: blocking under a law, returning, confirming,
// answering a recall, and taking money off the ledger.
#include "wallet-cli/annex.h"
#include "wallet-cli/command.h"
#include "wallet-cli/input_file.h"
#include "wallet-cli/lookup.h"
#include "wallet-cli/send.h"
#include "wallet-cli/text.h"

namespace vostro::wallet {
namespace {

client::PaymentView named_payment(Wallet& wallet, const Arguments& arguments) {
  return find_payment(wallet, arguments.text("UETR"), arguments.find("--agent"));
}

/// Refuses early, with a sentence, what the ledger would reject with RCON or AG09.
void must_be(const client::PaymentView& payment, std::initializer_list<std::string_view> states,
             const std::string& what_for) {
  for (const std::string_view state : states)
    if (payment.status == state) return;
  std::string list;
  for (const std::string_view state : states)
    list += (list.empty() ? "" : " or ") + std::string(state);
  throw Stop{Exit::refused,
             "the payment " + vostro::to_text(payment.name.id) + " is " + payment.status + "; " +
                 what_for + " needs one that is " + list,
             "wrong_state", "RCON"};
}

Lines lines_of(const client::PaymentView& payment) {
  Lines lines{{"payment", vostro::to_text(payment.name.id)},
              {"debtor agent", vostro::to_text(payment.name.owner)}};
  if (payment.debtor) lines.emplace_back("payer", chain::to_text(*payment.debtor));
  if (payment.creditor) lines.emplace_back("payee", chain::to_text(*payment.creditor));
  if (payment.amount) lines.emplace_back("amount", to_text(*payment.amount));
  return lines;
}

json::object extra_of(const client::PaymentView& payment) {
  return {{"uetr", as_json(vostro::to_text(payment.name.id))},
          {"agent", as_json(vostro::to_text(payment.name.owner))}};
}

Exit send(Wallet& wallet, std::string title, Lines lines, chain::Body body, json::object extra) {
  return order(wallet,
               {std::move(title), std::move(lines), std::move(body), client::make_uetr(),
                default_valid_until(wallet), true},
               std::move(extra));
}

std::string legal_basis_from(const Arguments& arguments) {
  const std::string& text = arguments.text("--legal-basis");
  if (text.empty() || text.size() > chain::legal_basis_size_max)
    throw usage("--legal-basis has 1 to 35 bytes, this one " + std::to_string(text.size()) +
                ": name the act, as in \"EU 833/2014 art 5\"");
  return text;
}

Exit inbox_block(Wallet& wallet, const Arguments& arguments) {
  const std::string basis = legal_basis_from(arguments);
  const Hash document = document_hash(arguments.text("--document"));
  const auto payment = named_payment(wallet, arguments);
  must_be(payment, {"held"}, "blocking");
  Lines lines = lines_of(payment);
  lines.emplace_back("legal basis", basis);
  lines.emplace_back("document", to_hex(document.view()));
  return send(wallet, "Block a payment", std::move(lines),
              chain::Block{*payment.creditor, payment.name, basis, document}, extra_of(payment));
}

Exit inbox_unblock(Wallet& wallet, const Arguments& arguments) {
  const std::string& to = arguments.text("--to");
  if (to != "pay" && to != "release")
    throw usage("--to " + to + ": write pay (the payee gets the money) or release (the payer)");
  const std::string basis = legal_basis_from(arguments);
  const Hash document = document_hash(arguments.text("--document"));
  const auto payment = named_payment(wallet, arguments);
  must_be(payment, {"blocked"}, "unblocking");
  Lines lines = lines_of(payment);
  lines.emplace_back("money goes", to == "pay" ? "to the payee" : "back to the payer");
  lines.emplace_back("legal basis", basis);
  lines.emplace_back("document", to_hex(document.view()));
  const auto where = to == "pay" ? chain::UnblockTo::pay : chain::UnblockTo::release;
  return send(wallet, "Unblock a payment", std::move(lines),
              chain::Unblock{*payment.creditor, payment.name, where, basis, document},
              extra_of(payment));
}

Exit inbox_recalls(Wallet& wallet, const Arguments&) {
  client::PaymentFilter filter;
  filter.status = "recall_requested";
  filter.role = "creditor";
  filter.agent = wallet.participant();
  const auto payments = must(
      client::all_pages([&](const auto& cursor) { return wallet.api().payments(filter, cursor); }));
  json::array items;
  std::vector<std::vector<std::string>> rows{{"UETR", "FROM", "TO", "AMOUNT", "REASON"}};
  for (const auto& payment : payments) {
    items.push_back(payment_json(payment));
    rows.push_back(
        {vostro::to_text(payment.name.id), payment.debtor ? chain::to_text(*payment.debtor) : "-",
         payment.creditor ? chain::to_text(*payment.creditor) : "-",
         payment.amount ? to_text(*payment.amount) : "-", payment.reason_code.value_or("-")});
  }
  return finish_list(wallet, std::move(items),
                     rows.size() == 1 ? "no recall waits for an answer\n" : columns(rows));
}

Exit inbox_refuse_recall(Wallet& wallet, const Arguments& arguments) {
  const auto code = code_from(arguments.text("--reason"), "--reason");
  const auto payment = named_payment(wallet, arguments);
  must_be(payment, {"recall_requested"}, "refusing a recall");
  Lines lines = lines_of(payment);
  lines.emplace_back("reason", arguments.text("--reason"));
  return send(wallet, "Refuse a recall", std::move(lines),
              chain::RefuseRecall{*payment.creditor, payment.name, code}, extra_of(payment));
}

/// What is said to the banks concerned, sealed to them, where anything is; shown in `lines`.
std::optional<OrderAnnex> sealed_from(Wallet& wallet, const Arguments& arguments,
                                      const chain::OwnedId& order, const std::vector<Bic>& banks,
                                      Lines& lines) {
  const auto said = annex_from(arguments);
  if (!said) return std::nullopt;
  OrderAnnex annex = seal_annex(wallet, *said, order, banks);
  lines.insert(lines.end(), annex.lines.begin(), annex.lines.end());
  return annex;
}
std::optional<Hash> commitment_of(const std::optional<OrderAnnex>& annex) {
  return annex ? std::optional(annex->commitment) : std::nullopt;
}
std::optional<chain::SealedAnnex> sealed_of(std::optional<OrderAnnex> annex) {
  return annex ? std::optional(std::move(annex->sealed)) : std::nullopt;
}

Exit return_payment(Wallet& wallet, const Arguments& arguments) {
  const auto code = code_from(arguments.text("--reason"), "--reason");
  const auto payment = named_payment(wallet, arguments);
  must_be(payment, {"settled", "credited", "recall_requested"}, "returning");
  Money amount = *payment.amount;
  if (const auto given = arguments.find("--amount")) {
    const auto money = parse_money(*given);
    if (!money) throw usage("--amount " + money.error(), "bad_amount");
    if (money->currency != amount.currency || money->units > amount.units)
      throw usage("--amount " + *given + ": at most the payment's " + to_text(amount),
                  "bad_amount");
    amount = *money;
  }
  const auto original = must(wallet.api().original(payment.name));
  Lines lines = lines_of(payment);
  lines.emplace_back("returns", to_text(amount));
  lines.emplace_back("reason", arguments.text("--reason"));
  const Uuid id = client::make_uetr();
  const Bic& bank = payment.creditor->owner;
  auto annex = sealed_from(wallet, arguments, {bank, id}, {bank, payment.name.owner}, lines);
  const auto commitment = commitment_of(annex);
  json::object extra = extra_of(payment);
  extra["annex"] = hash_json(commitment);
  return order(wallet,
               {"Return a payment", std::move(lines),
                chain::Return{original, amount.units, code, commitment}, id,
                default_valid_until(wallet), true, sealed_of(std::move(annex))},
               std::move(extra));
}

Exit confirm_credit(Wallet& wallet, const Arguments& arguments) {
  const auto payment = named_payment(wallet, arguments);
  must_be(payment, {"settled", "credited"}, "confirming");
  UnixSeconds at = wallet.now();
  if (const auto given = arguments.find("--at")) {
    const auto time = parse_time(*given);
    if (!time) throw usage("--at " + *given + ": write a UTC time, as in 2026-11-23T15:04:05Z");
    at = *time;
  }
  const auto original = must(wallet.api().original(payment.name));
  Lines lines = lines_of(payment);
  lines.emplace_back("credited at", vostro::to_text(at));
  return send(wallet, "Confirm that the payee has been credited", std::move(lines),
              chain::ConfirmCredit{original, at}, extra_of(payment));
}

Exit redeem(Wallet& wallet, const Arguments& arguments) {
  const auto account = account_from(arguments.text("--from"), "--from");
  const auto money = parse_money(arguments.text("--amount"));
  if (!money) throw usage("--amount " + money.error(), "bad_amount");
  const auto currency = listed_currency(wallet, money->currency);
  (void)own_account(wallet, account);
  const Uuid id = client::make_uetr();
  Lines lines{{"from", chain::to_text(account)},
              {"amount", to_text(*money)},
              {"settlement agent", vostro::to_text(currency.agent)}};
  auto annex =
      sealed_from(wallet, arguments, {account.owner, id}, {account.owner, currency.agent}, lines);
  const auto commitment = commitment_of(annex);
  return order(wallet,
               {"Redeem", std::move(lines), chain::Redeem{account, *money, commitment}, id,
                default_valid_until(wallet), true, sealed_of(std::move(annex))},
               {{"account", as_json(account)},
                {"amount", as_json(*money)},
                {"annex", hash_json(commitment)}});
}

}  // namespace

std::vector<Command> settled_commands() {
  using Kind = Option::Kind;
  const Option uetr{"UETR", Kind::positional, false, "The payment"};
  const Option agent{"--agent", Kind::value, false,
                     "BIC of its debtor agent, where several payments bear the UETR"};
  const Option reason{"--reason", Kind::value, true, "ISO 20022 reason code, as in AC04"};
  const Option basis{"--legal-basis", Kind::value, true, "The act that orders it, 1 to 35 bytes"};
  const Option document{"--document", Kind::value, true,
                        "File of the order or decision; only its hash goes to the ledger"};
  std::vector<Option> redeem_options{{"--from", Kind::value, true, "Account that gives the money"},
                                     {"--amount", Kind::value, true, "\"1250.00 EUR\""}};
  std::vector<Option> return_options{
      uetr,
      agent,
      reason,
      {"--amount", Kind::value, false, "Less than all, where a charge is kept: \"12.50 EUR\""}};
  for (const Option& option : annex_options()) {
    redeem_options.push_back(option);
    return_options.push_back(option);
  }
  return {
      {"inbox block",
       "Block a held payment under a law: it neither settles nor goes back",
       {uetr, agent, basis, document},
       inbox_block},
      {"inbox unblock",
       "End the blocking of a payment",
       {uetr,
        agent,
        {"--to", Kind::value, true, "pay (to the payee) or release (back to the payer)"},
        basis,
        document},
       inbox_unblock},
      {"inbox recalls", "List settled payments that their payer asks back", {}, inbox_recalls},
      {"inbox refuse-recall",
       "Refuse to give a settled payment back",
       {uetr, agent, reason},
       inbox_refuse_recall},
      {"return", "Give a settled payment back to its payer", std::move(return_options),
       return_payment},
      {"confirm",
       "Confirm that the payee of a settled payment has the money",
       {uetr,
        agent,
        {"--at", Kind::value, false, "When (default: now), as in 2026-11-23T15:04:05Z"}},
       confirm_credit},
      {"redeem", "Take ledger money off the ledger: the settlement agent pays it out in fiat",
       std::move(redeem_options), redeem},
  };
}

}  // namespace vostro::wallet
