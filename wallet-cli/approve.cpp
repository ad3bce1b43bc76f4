// Four eyes: what this bank's node holds until more of the bank's persons have signed. What is
// signed is always what was decoded and shown here, never what the node says about it.
#include <algorithm>
#include <ostream>

#include "base/private_file.h"
#include "chain/json/json.h"
#include "chain/json/values.h"
#include "client/read_answers.h"
#include "wallet-cli/command.h"
#include "wallet-cli/input_file.h"
#include "wallet-cli/lookup.h"
#include "wallet-cli/send.h"
#include "wallet-cli/text.h"

namespace vostro::wallet {
namespace {

const std::vector<std::string> kStates{"waiting", "released", "final", "refused",
                                       "expired", "void",     "all"};

json::array signers_json(const std::vector<client::ApprovalView::Signer>& signers) {
  json::array out;
  for (const auto& signer : signers) {
    json::object one{{"key", as_json(vostro::to_text(signer.key))}, {"person", nullptr}};
    if (signer.person) one["person"] = as_json(*signer.person);
    out.push_back(std::move(one));
  }
  return out;
}

json::object approval_json(const client::ApprovalView& approval) {
  json::array steps;
  for (const auto& step : approval.steps) {
    json::object one{{"kind", as_json(step.kind)},
                     {"at", as_json(step.at)},
                     {"token", nullptr},
                     {"signers", signers_json(step.signers)},
                     {"reason", nullptr}};
    if (step.token) one["token"] = as_json(*step.token);
    if (step.reason) one["reason"] = as_json(*step.reason);
    steps.push_back(std::move(one));
  }
  json::object out{{"owner", as_json(vostro::to_text(approval.id.owner))},
                   {"id", as_json(vostro::to_text(approval.id.id))},
                   {"kind", as_json(approval.kind)},
                   {"state", as_json(approval.state)},
                   {"transaction_hash", as_json(to_hex(approval.transaction_hash.view()))},
                   {"valid_until", as_json(approval.valid_until)},
                   {"debtor", as_json(approval.debtor)},
                   {"creditor", as_json(approval.creditor)},
                   {"amount", as_json(approval.amount)},
                   {"credits", nullptr},
                   {"signatures_given", approval.signatures_given},
                   {"signatures_wanted", nullptr},
                   {"signers", signers_json(approval.signers)},
                   {"steps", std::move(steps)}};
  if (approval.credits) out["credits"] = *approval.credits;
  if (approval.signatures_wanted) out["signatures_wanted"] = *approval.signatures_wanted;
  return out;
}

std::string persons_text(const std::vector<client::ApprovalView::Signer>& signers) {
  std::string out;
  for (const auto& signer : signers)
    out += (out.empty() ? "" : ", ") + signer.person.value_or(vostro::to_text(signer.key));
  return out;
}

std::string given_text(const client::ApprovalView& approval) {
  const std::string given = std::to_string(approval.signatures_given);
  return approval.signatures_wanted ? given + " of " + std::to_string(*approval.signatures_wanted)
                                    : given;
}

/// What is signed, from its own bytes.
Lines lines_of(const chain::Transaction& transaction) {
  Lines lines{{"order", std::string(chain::kind_of(transaction.body))},
              {"id", vostro::to_text(transaction.id)},
              {"valid until", vostro::to_text(transaction.valid_until)}};
  append_fields("", chain::to_value(transaction.body, client::iso_exponents()), lines);
  lines.emplace_back("hash", to_hex(chain::transaction_hash(transaction).view()));
  lines.emplace_back("signatures", std::to_string(transaction.signatures.size()));
  return lines;
}

/// Of the network that the wallet signs for (catalogue row K4).
chain::Transaction of_this_network(Wallet& wallet, chain::Transaction transaction,
                                   const std::string& whence) {
  const Hash& ours = wallet.network().network_id;
  if (transaction.network_id == ours) return transaction;
  throw Stop{Exit::wrong_network,
             whence + " is an order of another network: " +
                 to_hex(transaction.network_id.view()).substr(0, 16) +
                 "..., and the genesis file's is " + to_hex(ours.view()).substr(0, 16) + "...",
             "wrong_network",
             {}};
}

/// Bytes from a node or a file.
chain::Transaction decoded(Wallet& wallet, ByteView bytes, const std::string& whence) {
  auto transaction = chain::decode_transaction(bytes);
  if (!transaction)
    throw usage(whence + " is no order: " + chain::to_string(transaction.error()), "bad_order");
  return of_this_network(wallet, *std::move(transaction), whence);
}

chain::Transaction asked_for(chain::Transaction transaction, const Uuid& id) {
  if (transaction.id != id)
    throw Stop{Exit::refused, "the node shows another order than was asked for", "bad_order", {}};
  return transaction;
}

/// Files whose names end so hold an order as JSON, as the API takes it; others its canonical bytes.
bool is_json_file(const std::string& path) {
  return path.ends_with(".json");
}

chain::Transaction read_order(Wallet& wallet, const std::string& path) {
  if (is_json_file(path)) {
    auto transaction = chain::transaction_from_json(
        read_input(path, chain::Transaction::batch_bytes_max), client::iso_exponents());
    if (!transaction)
      throw usage(path + " is no order: " + transaction.error().where + ": " +
                      chain::to_string(transaction.error()),
                  "bad_order");
    return of_this_network(wallet, *std::move(transaction), path);
  }
  const auto bytes = read_private_file(path, chain::Transaction::batch_bytes_max);
  if (!bytes)
    throw Stop{Exit::local, path + ": " + std::string(to_string(bytes.error())), "file", {}};
  return decoded(wallet, *bytes, path);
}

void write_order(const std::string& path, const chain::Transaction& transaction) {
  Bytes bytes = chain::encode_transaction(transaction);
  if (is_json_file(path)) {
    const std::string text = chain::to_json(transaction, client::iso_exponents()) + "\n";
    bytes.assign(text.begin(), text.end());
  }
  const auto saved = save_private_file(path, bytes, IfExists::refuse);
  if (!saved)
    throw Stop{Exit::local, path + ": " + std::string(to_string(saved.error())), "file", {}};
}

void add_signatures(Wallet& wallet, chain::Transaction& transaction) {
  chain::Transaction own = transaction;
  own.signatures.clear();
  const Bytes message =
      chain::transaction_message(transaction.network_id, chain::transaction_hash(transaction));
  for (const SecretKey& key : wallet.keys()) {
    own.signatures = {{key.public_key(), key.sign(message)}};
    if (!chain::merge_signatures(transaction, own))
      throw usage("the order has 16 signatures already", "bad_signature_list");
  }
}

Uuid order_id(const Arguments& arguments) {
  const auto id = parse_uuid(arguments.text("ID"));
  if (!id)
    throw usage("\"" + arguments.text("ID") +
                "\" is no id of an order: " + std::string(to_string(id.error())));
  return *id;
}

Exit report(Wallet& wallet, const client::ApprovalView& approval) {
  Lines lines{{"id", vostro::to_text(approval.id.id)},
              {"state", painted(wallet, approval.state)},
              {"signatures", given_text(approval)},
              {"signed by", persons_text(approval.signers)},
              {"valid until", vostro::to_text(approval.valid_until)}};
  for (const auto& step : approval.steps) {
    std::string what = vostro::to_text(step.at) + " " + step.kind;
    if (!step.signers.empty()) what += " by " + persons_text(step.signers);
    if (step.reason) what += ": " + *step.reason;
    lines.emplace_back("", what);
  }
  return finish(wallet, Exit::ok, approval_json(approval), labelled(lines));
}

Exit approve_list(Wallet& wallet, const Arguments& arguments) {
  std::optional<std::string> state = arguments.find("--state").value_or("waiting");
  if (std::find(kStates.begin(), kStates.end(), *state) == kStates.end())
    throw usage("--state " + *state +
                ": known are waiting, released, final, refused, expired, void and all" +
                suggestion(*state, kStates));
  if (*state == "all") state.reset();
  const auto approvals = must(
      client::all_pages([&](const auto& cursor) { return wallet.api().approvals(state, cursor); }));
  json::array items;
  std::vector<std::vector<std::string>> rows{
      {"ID", "ORDER", "FROM", "TO", "AMOUNT", "SIGNED", "BY", "VALID UNTIL", "STATE"}};
  for (const auto& approval : approvals) {
    items.push_back(approval_json(approval));
    std::string to = approval.creditor ? chain::to_text(*approval.creditor) : "-";
    if (approval.credits) to = std::to_string(*approval.credits) + " credits";
    rows.push_back({vostro::to_text(approval.id.id), approval.kind,
                    approval.debtor ? chain::to_text(*approval.debtor) : "-", to,
                    approval.amount ? to_text(*approval.amount) : "-", given_text(approval),
                    persons_text(approval.signers), vostro::to_text(approval.valid_until),
                    approval.state});
  }
  return finish_list(wallet, std::move(items),
                     rows.size() == 1 ? "no order waits for approval\n" : columns(rows));
}

Exit approve_show(Wallet& wallet, const Arguments& arguments) {
  const Uuid id = order_id(arguments);
  const auto approval = must(wallet.api().approval(id));
  const auto path = arguments.find("--out");
  // What is closed has an outline only, and cannot be signed any more.
  const bool is_open = approval.state == "waiting" || approval.state == "released";
  Lines lines{{"order", approval.kind}};
  if (is_open || path) {
    const Bytes bytes = must(wallet.api().approval_transaction(id));
    const auto transaction = asked_for(decoded(wallet, bytes, "what the node holds"), id);
    lines = lines_of(transaction);
    if (path) write_order(*path, transaction);
  } else {
    if (approval.debtor) lines.emplace_back("debtor", chain::to_text(*approval.debtor));
    if (approval.creditor) lines.emplace_back("creditor", chain::to_text(*approval.creditor));
    if (approval.amount) lines.emplace_back("amount", to_text(*approval.amount));
    if (approval.credits) lines.emplace_back("credits", std::to_string(*approval.credits));
    lines.emplace_back("hash", to_hex(approval.transaction_hash.view()));
  }
  if (!wallet.settings().is_json) wallet.environment().out << labelled(lines) << "\n";
  return report(wallet, approval);
}

Exit approve_sign(Wallet& wallet, const Arguments& arguments) {
  const Uuid id = order_id(arguments);
  chain::Transaction transaction = asked_for(
      decoded(wallet, must(wallet.api().approval_transaction(id)), "what the node holds"), id);
  confirm(wallet, "Approve an order", lines_of(transaction));
  add_signatures(wallet, transaction);
  return report(wallet, must(wallet.api().offer(chain::encode_transaction(transaction))));
}

Exit approve_reject(Wallet& wallet, const Arguments& arguments) {
  const Uuid id = order_id(arguments);
  const std::string& reason = arguments.text("--reason");
  if (reason.empty() || reason.size() > 140)
    throw usage("--reason has 1 to 140 bytes, this one " + std::to_string(reason.size()));
  const chain::Transaction transaction = asked_for(
      decoded(wallet, must(wallet.api().approval_transaction(id)), "what the node holds"), id);
  Lines lines = lines_of(transaction);
  lines.emplace_back("reason", reason);
  confirm(wallet, "Reject an order", lines);
  const auto keys = wallet.keys();
  const Bytes message =
      chain::refusal_message(transaction.network_id, chain::transaction_hash(transaction), reason);
  return report(wallet, must(wallet.api().refuse_approval(id, keys.front().public_key(),
                                                          keys.front().sign(message), reason)));
}

/// For a key on a machine without a network: no node is asked.
Exit sign_file(Wallet& wallet, const Arguments& arguments) {
  chain::Transaction transaction = read_order(wallet, arguments.text("FILE"));
  confirm(wallet, "Sign an order in a file", lines_of(transaction));
  add_signatures(wallet, transaction);
  // As the node will: an order that it refuses is better not carried there.
  if (const auto checked = chain::check_form(transaction, wallet.network().network_id); !checked)
    throw usage(arguments.text("FILE") + ": " + chain::to_string(checked.error()),
                std::string(chain::to_string(checked.error().reason)));
  write_order(arguments.text("--out"), transaction);
  return finish(
      wallet, Exit::ok,
      json::object{{"id", as_json(vostro::to_text(transaction.id))},
                   {"signatures_given", transaction.signatures.size()},
                   {"file", as_json(arguments.text("--out"))}},
      "signed; bring " + arguments.text("--out") + " to a machine with a node: vostro submit\n");
}

}  // namespace

Exit submit_file(Wallet& wallet, const std::string& path) {
  const chain::Transaction transaction = read_order(wallet, path);
  if (std::holds_alternative<chain::Ready>(transaction.body)) {
    // Complete with its one signature, and under no policy: nothing that could wait for approval.
    const auto stored = client::make_stored_order(transaction, wallet.now_ms());
    auto delivery = client::deliver_new(wallet.journal(), wallet.api(), stored, true);
    if (!delivery) throw stop_of(delivery.error());
    return finish_delivery(wallet, stored.name, *delivery, true);
  }
  return report(wallet, must(wallet.api().offer(chain::encode_transaction(transaction))));
}

std::vector<Command> approve_commands() {
  using Kind = Option::Kind;
  const Option id{"ID", Kind::positional, false, "The order's id; for a payment its UETR"};
  return {
      {"approve list",
       "List orders of this bank that wait for signatures",
       {{"--state", Kind::value, false,
         "waiting (default), released, final, refused, expired, void or all"}},
       approve_list},
      {"approve show",
       "Show an order that waits, and who has signed it",
       {id, {"--out", Kind::value, false, "Write it to this file, to be signed elsewhere"}},
       approve_show},
      {"approve sign", "Sign an order that another person has entered", {id}, approve_sign},
      {"approve reject",
       "Refuse an order that waits, for good",
       {id, {"--reason", Kind::value, true, "Why, in 1 to 140 bytes"}},
       approve_reject},
      {"sign",
       "Sign an order in a file; no node is needed",
       {{"FILE", Kind::positional, false,
         "From \"approve show --out\"; an order as JSON where it ends in .json"},
        {"--out", Kind::value, true, "Where the signed order goes"}},
       sign_file},
  };
}

}  // namespace vostro::wallet
