#include "wallet-cli/output.h"

#include <boost/json/serialize.hpp>
#include <ostream>

#include "chain/json/values.h"
#include "client/read_answers.h"
#include "wallet-cli/text.h"

namespace vostro::wallet {
namespace {

constexpr std::string_view kGreen = "\033[32m";
constexpr std::string_view kYellow = "\033[33m";
constexpr std::string_view kRed = "\033[31m";
constexpr std::string_view kPlain = "\033[0m";

std::string_view colour_of(std::string_view status) {
  for (const std::string_view good : {"settled", "credited", "done", "open", "active"}) {
    if (status == good) return kGreen;
  }
  for (const std::string_view bad : {"rejected", "cancelled", "released", "expired", "refused",
                                     "closed", "frozen", "returned"}) {
    if (status == bad) return kRed;
  }
  return kYellow;
}

}  // namespace

json::string as_json(std::string_view text) {
  return json::string(text.data(), text.size());
}
json::value as_json(const Money& money) {
  return chain::to_value(money, client::iso_exponents());
}

Exit finish(Wallet& wallet, Exit exit, json::object object, const std::string& text) {
  Environment& environment = wallet.environment();
  if (!wallet.settings().is_json) {
    environment.out << text;
    return exit;
  }
  object["exit_code"] = static_cast<int>(exit);
  environment.out << json::serialize(object) << "\n";
  return exit;
}

Exit finish_list(Wallet& wallet, json::array items, const std::string& text) {
  return finish(wallet, Exit::ok, json::object{{"items", std::move(items)}}, text);
}

void remark(Wallet& wallet, const std::string& text) {
  wallet.environment().err << "vostro: " << text << "\n";
}

std::string painted(Wallet& wallet, const std::string& status) {
  Environment& environment = wallet.environment();
  const auto no_color = environment.variables("NO_COLOR");
  if (!environment.is_terminal || (no_color && !no_color->empty())) return status;
  return std::string(colour_of(status)) + status + std::string(kPlain);
}

json::value hash_json(const std::optional<Hash>& hash) {
  return hash ? json::value(as_json(to_hex(hash->view()))) : json::value(nullptr);
}

json::object payment_json(const client::PaymentView& payment) {
  json::array receipts;
  for (const auto& each : payment.receipts) {
    receipts.push_back(
        json::object{{"height", each.height.value},
                     {"block_time", as_json(each.block_time)},
                     {"receipt", chain::to_value(each.receipt, client::iso_exponents())}});
  }
  json::array timeline;
  for (const auto& each : payment.timeline) {
    timeline.push_back(json::object{{"event", as_json(each.event)},
                                    {"time", as_json(each.time)},
                                    {"height", as_json(each.height)},
                                    {"reason_code", as_json(each.reason_code)}});
  }
  return {{"uetr", as_json(to_text(payment.name.id))},
          {"agent", as_json(to_text(payment.name.owner))},
          {"status", as_json(payment.status)},
          {"iso_status", payment.iso_status.empty() ? json::value(nullptr)
                                                    : json::value(as_json(payment.iso_status))},
          {"reason", as_json(payment.reason)},
          {"reason_code", as_json(payment.reason_code)},
          {"debtor", as_json(payment.debtor)},
          {"creditor", as_json(payment.creditor)},
          {"amount", as_json(payment.amount)},
          {"ordered_at", as_json(payment.ordered_at)},
          {"final_at", as_json(payment.final_at)},
          {"height", as_json(payment.height)},
          {"accept_by", as_json(payment.accept_by)},
          {"receipts", std::move(receipts)},
          {"timeline", std::move(timeline)}};
}

std::string payment_text(Wallet& wallet, const client::PaymentView& payment) {
  std::vector<std::pair<std::string, std::string>> fields{
      {"payment", to_text(payment.name.id)}, {"debtor agent", vostro::to_text(payment.name.owner)}};
  std::string status = painted(wallet, payment.status);
  if (!payment.iso_status.empty()) status += " (" + payment.iso_status + ")";
  if (payment.reason_code)
    status += ", " + *payment.reason_code + (payment.reason ? " " + *payment.reason : "");
  fields.emplace_back("status", status);
  if (payment.debtor) fields.emplace_back("from", chain::to_text(*payment.debtor));
  if (payment.creditor) fields.emplace_back("to", chain::to_text(*payment.creditor));
  if (payment.amount) fields.emplace_back("amount", to_text(*payment.amount));
  if (payment.accept_by) fields.emplace_back("accept by", vostro::to_text(*payment.accept_by));
  if (payment.ordered_at) fields.emplace_back("ordered at", vostro::to_text(*payment.ordered_at));
  if (payment.final_at) fields.emplace_back("final at", vostro::to_text(*payment.final_at));
  if (payment.height) fields.emplace_back("height", std::to_string(payment.height->value));
  std::string out = labelled(fields);
  std::vector<std::vector<std::string>> steps;
  for (const auto& each : payment.timeline)
    steps.push_back({"  " + each.event, vostro::to_text(each.time),
                     each.height ? "height " + std::to_string(each.height->value) : "own node",
                     each.reason_code.value_or("")});
  if (!steps.empty()) out += "timeline\n" + columns(steps);
  std::vector<std::vector<std::string>> rows;
  for (const auto& placed : payment.receipts) {
    rows.push_back({"  " + std::string(chain::to_string(placed.receipt.status)),
                    "height " + std::to_string(placed.height.value),
                    vostro::to_text(placed.block_time), reason_text(placed.receipt)});
    for (const chain::Entry& entry : placed.receipt.entries) {
      if (entry.place.kind != chain::PlaceKind::account || !entry.place.account) continue;
      rows.push_back({"    " + chain::to_text(*entry.place.account),
                      std::string(chain::to_string(entry.kind)),
                      to_text(Money{entry.currency, entry.amount})});
    }
  }
  if (!rows.empty()) out += "receipts\n" + columns(rows);
  return out;
}

json::object account_json(const client::AccountView& account) {
  json::array balances;
  for (const auto& balance : account.balances) {
    json::object each = as_json(balance.amount).as_object();
    each["held"] = as_json(balance.held).as_object().at("amount");
    balances.push_back(std::move(each));
  }
  return {{"account", as_json(chain::to_text(account.account))},
          {"status", as_json(account.status)},
          {"accepts", chain::to_value(account.accepts)},
          {"policy", account.has_own_policy ? "own" : "owner"},
          {"balances", std::move(balances)}};
}

std::string accepts_text(const chain::Accepts& accepts) {
  switch (accepts.kind) {
    case chain::AcceptsKind::none:
      return "none";
    case chain::AcceptsKind::all:
      return "all";
    case chain::AcceptsKind::listed:
      break;
  }
  std::string out;
  for (const Bic& agent : accepts.agents) out += (out.empty() ? "" : ",") + vostro::to_text(agent);
  return out;
}

std::string reason_text(const chain::Receipt& receipt) {
  std::string out;
  if (receipt.given_code) out = std::string(receipt.given_code->data(), receipt.given_code->size());
  if (!receipt.reason) return out;
  if (!out.empty()) out += ", ";
  return out + std::string(chain::iso_code(*receipt.reason)) + " " +
         std::string(chain::to_string(*receipt.reason)) + ": " +
         std::string(chain::sentence(*receipt.reason));
}

}  // namespace vostro::wallet
