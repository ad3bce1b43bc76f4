#include "wallet-cli/send.h"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <ostream>

#include "base/check.h"
#include "chain/json/values.h"
#include "client/read_answers.h"
#include "wallet-cli/annex.h"
#include "wallet-cli/text.h"

namespace vostro::wallet {
namespace {

constexpr std::size_t kElementsShown = 5;  // of a list; the others are counted
constexpr std::uint64_t kDay = std::uint64_t{24} * 3600;

std::string_view word_of(client::Outcome outcome) {
  switch (outcome) {
    case client::Outcome::final:
      return "final";
    case client::Outcome::accepted:
      return "accepted";
    case client::Outcome::expired:
      return "expired";
    case client::Outcome::awaiting_approval:
      return "awaiting_approval";
    case client::Outcome::refused:
      return "refused";
    case client::Outcome::not_sent:
      return "not_sent";
    case client::Outcome::unknown:
      return "unknown";
  }
  VOSTRO_CHECK(false);
}

std::string error_text(const client::Delivery& delivery) {
  return delivery.error ? client::to_string(*delivery.error)
                        : std::string("the node gave no reason");
}

/// An answer's receipt tells of the payment too, and has an id of its own.
bool is_payment(const chain::OwnedId& name, const client::Delivery& delivery) {
  return delivery.final && delivery.final->receipt.payment &&
         delivery.final->receipt.payment->uetr == name.id;
}

std::string how_to_learn(const chain::OwnedId& name) {
  return "Do not enter it again. Look: vostro track " + vostro::to_text(name.id) + " --agent " +
         vostro::to_text(name.owner) + ", or send the same order again: vostro submit --pending";
}

std::string message_of(const chain::OwnedId& name, const client::Delivery& delivery) {
  switch (delivery.outcome) {
    case client::Outcome::final:
      return reason_text(delivery.final->receipt);
    case client::Outcome::accepted:
      return "the node has taken it; it is not final yet. " + how_to_learn(name);
    case client::Outcome::expired:
      return "it was in no block before its valid_until, and can never be";
    case client::Outcome::awaiting_approval:
      return "it has " + std::to_string(delivery.approval->signatures_given) + " of " +
             std::to_string(delivery.approval->signatures_wanted.value_or(0)) +
             " signatures, and waits on this bank's node. Another person: vostro approve sign " +
             vostro::to_text(name.id);
    case client::Outcome::refused:
      return error_text(delivery);
    case client::Outcome::not_sent:
      return "nothing was sent: " + error_text(delivery);
    case client::Outcome::unknown:
      return "unknown: " + error_text(delivery) + ". " + how_to_learn(name);
  }
  VOSTRO_CHECK(false);
}

}  // namespace

void append_fields(const std::string& name, const json::value& value, Lines& to) {
  if (value.is_object()) {
    for (const auto& member : value.get_object())
      append_fields((name.empty() ? "" : name + ".") + std::string(member.key()), member.value(),
                    to);
  } else if (value.is_array()) {
    const json::array& list = value.get_array();
    if (list.size() > kElementsShown)
      to.emplace_back(name, std::to_string(list.size()) + " of them");
    for (std::size_t i = 0; i < list.size() && i < kElementsShown; ++i)
      append_fields(name + "[" + std::to_string(i) + "]", list[i], to);
  } else if (value.is_string()) {
    to.emplace_back(name, std::string(value.get_string()));
  } else if (!value.is_null()) {
    to.emplace_back(name, json::serialize(value));
  }
}

UnixSeconds default_valid_until(Wallet& wallet) {
  const std::uint64_t most = wallet.network().state.parameters.max_validity_s;
  // A node whose clock is a little behind ours must not find it too far ahead.
  const std::uint64_t within = most > 120 ? most - 60 : most / 2;
  return UnixSeconds(wallet.now().value + std::min(kDay, within));
}

void confirm(Wallet& wallet, const std::string& title, const Lines& lines) {
  const genesis::Definition& network = wallet.network();
  Lines shown{{"network", network.name + (network.development ? " (development)" : "") + ", id " +
                              to_hex(network.network_id.view()).substr(0, 16)}};
  shown.insert(shown.end(), lines.begin(), lines.end());
  Environment& environment = wallet.environment();
  std::ostream& out = wallet.settings().is_json ? environment.err : environment.out;
  out << title << "\n" << labelled(shown);
  out.flush();
  if (wallet.settings().is_yes) {
    out << "\n";
    return;
  }
  const auto answer = environment.ask_line("Sign and send? [y/N] ");
  if (!answer)
    throw usage("there is no terminal to ask at; look at the above and add --yes", "not_confirmed");
  if (*answer != "y" && *answer != "Y" && *answer != "yes")
    throw Stop{Exit::declined, "not signed; nothing was sent", "declined", {}};
}

Sent sign_and_send(Wallet& wallet, Order order) {
  client::ApiClient& api = wallet.api();  // first: K4 comes before anything is signed
  confirm(wallet, order.title, order.lines);
  client::PaymentJournal& journal = wallet.journal();
  const auto keys = wallet.keys();
  const auto transaction = client::sign_order(
      {wallet.network().network_id, order.id, order.valid_until, std::move(order.body)}, keys);
  if (!transaction)
    throw usage(
        "the order is not one that the ledger takes: " + chain::to_string(transaction.error()),
        std::string(chain::to_string(transaction.error().reason)));
  // On the node's disk before the order is on ours: nobody else has it.
  if (order.annex) put_annex(wallet, *order.annex);
  client::StoredOrder stored = client::make_stored_order(*transaction, wallet.now_ms());
  auto delivery = client::deliver_new(journal, api, stored, order.wait);
  if (!delivery) throw stop_of(delivery.error());
  return {std::move(stored), *std::move(delivery)};
}

Exit exit_of(const client::Delivery& delivery, bool waited) {
  switch (delivery.outcome) {
    case client::Outcome::final:
      return delivery.final->receipt.status == chain::Status::rejected ? Exit::refused : Exit::ok;
    case client::Outcome::accepted:
      return waited ? Exit::unknown : Exit::ok;
    case client::Outcome::awaiting_approval:
      return Exit::awaiting;
    case client::Outcome::expired:
      return Exit::refused;
    case client::Outcome::refused:
    case client::Outcome::not_sent:
      return delivery.error ? stop_of(*delivery.error).exit : Exit::refused;
    case client::Outcome::unknown:
      return Exit::unknown;
  }
  VOSTRO_CHECK(false);
}

json::object delivery_json(const chain::OwnedId& name, const client::Delivery& delivery) {
  json::object out{{"owner", as_json(vostro::to_text(name.owner))},
                   {"id", as_json(vostro::to_text(name.id))},
                   {"outcome", as_json(word_of(delivery.outcome))},
                   {"status", nullptr},
                   {"iso_status", nullptr},
                   {"reason", nullptr},
                   {"reason_code", nullptr},
                   {"height", nullptr},
                   {"block_time", nullptr},
                   {"receipt", nullptr},
                   {"message", as_json(message_of(name, delivery))}};
  if (delivery.final) {
    const chain::Receipt& receipt = delivery.final->receipt;
    const auto iso = chain::iso_status(receipt.status);
    out["status"] = as_json(chain::to_string(receipt.status));
    if (!iso.empty()) out["iso_status"] = as_json(iso);
    if (receipt.reason) {
      out["reason"] = as_json(chain::to_string(*receipt.reason));
      out["reason_code"] = as_json(chain::iso_code(*receipt.reason));
    }
    out["height"] = delivery.final->height.value;
    out["block_time"] = as_json(delivery.final->block_time);
    out["receipt"] = chain::to_value(receipt, client::iso_exponents());
  } else if (delivery.error && delivery.error->problem) {
    const client::Problem& problem = *delivery.error->problem;
    if (!problem.code.empty()) out["reason"] = as_json(problem.code);
    if (problem.reason) out["reason_code"] = as_json(*problem.reason);
  }
  return out;
}

std::string delivery_text(Wallet& wallet, const chain::OwnedId& name,
                          const client::Delivery& delivery) {
  const std::string message = message_of(name, delivery);
  std::string status(word_of(delivery.outcome));
  Lines lines;
  if (delivery.final) status = chain::to_string(delivery.final->receipt.status);
  std::string shown = painted(wallet, status);
  if (delivery.final) {
    const auto iso = chain::iso_status(delivery.final->receipt.status);
    if (!iso.empty()) shown += " (" + std::string(iso) + ")";
  }
  lines.emplace_back(is_payment(name, delivery) ? "uetr" : "id", vostro::to_text(name.id));
  lines.emplace_back("status", shown);
  if (!message.empty()) lines.emplace_back(delivery.final ? "reason" : "", message);
  if (delivery.final) {
    lines.emplace_back("height", std::to_string(delivery.final->height.value));
    lines.emplace_back("block time", vostro::to_text(delivery.final->block_time));
  }
  return labelled(lines);
}

Exit finish_delivery(Wallet& wallet, const chain::OwnedId& name, const client::Delivery& delivery,
                     bool waited, json::object extra) {
  if (delivery.journal)
    remark(wallet, "the outcome is as shown, but it could not be noted: " +
                       client::to_string(*delivery.journal));
  json::object object = delivery_json(name, delivery);
  for (auto& member : extra) object[member.key()] = std::move(member.value());
  return finish(wallet, exit_of(delivery, waited), std::move(object),
                delivery_text(wallet, name, delivery));
}

Exit order(Wallet& wallet, Order what, json::object extra) {
  const bool wait = what.wait;
  const Sent sent = sign_and_send(wallet, std::move(what));
  return finish_delivery(wallet, sent.order.name, sent.delivery, wait, std::move(extra));
}

}  // namespace vostro::wallet
