#include "wallet-cli/annex.h"

#include <algorithm>

#include "wallet-cli/annex_text.h"
#include "wallet-cli/input_file.h"
#include "wallet-cli/lookup.h"
#include "wallet-cli/text.h"

namespace vostro::wallet {
namespace {

using State = FoundAnnex::State;

client::Annex read_annex_file(const std::string& path) {
  auto annex = annex_from_json(read_input(path, annex_file_bytes_max));
  if (!annex) throw usage("--annex " + path + ": " + annex.error(), "bad_annex");
  return *std::move(annex);
}

/// The order that UETR (or the id of a return or redemption) and --agent name, and the hash that
/// the ledger holds for it.
struct NamedAnnex {
  chain::OwnedId name;
  std::optional<Hash> on_ledger;
};
NamedAnnex named_annex(Wallet& wallet, const Arguments& arguments) {
  const std::string& text = arguments.text("UETR");
  const auto id = parse_uuid(text);
  if (!id) throw usage("\"" + text + "\" is no UETR: " + std::string(to_string(id.error())));
  std::optional<Bic> agent;
  if (const auto given = arguments.find("--agent")) agent = bic_from(*given, "--agent");
  const auto payment = wallet.api().payment(*id, agent);
  if (payment) return {payment->name, payment->annex};
  if (payment.error().is_problem(409, "ambiguous-uetr"))
    throw usage("payments of several banks bear the UETR " + text + ": say whose with --agent BIC",
                "ambiguous-uetr");
  if (!payment.error().is_problem(404, "unknown-payment")) throw stop_of(payment.error());
  // No payment: a return, or a redemption, which the settlement agent knows while it is open.
  const auto owner = agent ? agent : wallet.participant();
  if (!owner) throw usage("whose order is it? Give --agent BIC");
  const chain::OwnedId name{*owner, *id};
  const auto order = must(wallet.api().transaction(name, std::nullopt));
  if (order.annex) return {name, order.annex};
  for (const client::RedemptionView& each : must(
           client::all_pages([&](const auto& cursor) { return wallet.api().redemptions(cursor); })))
    if (each.id.id == *id && (!agent || each.id.owner == *agent)) return {each.id, each.annex};
  return {name, std::nullopt};
}

Exit annex_show(Wallet& wallet, const Arguments& arguments) {
  const NamedAnnex named = named_annex(wallet, arguments);
  const FoundAnnex found = find_annex(wallet, named.name, named.on_ledger);
  switch (found.state) {
    case State::none:
      throw Stop{
          Exit::refused, "no final order with an annex has this id here", "unknown-annex", {}};
    case State::missing:
      throw Stop{Exit::refused,
                 "the annex is not here: it has not arrived, and the node keeps asking for it, or "
                 "it was erased",
                 "annex_missing",
                 {}};
    case State::sealed:
      throw Stop{Exit::not_authorised,
                 "the annex is here, and no annex key to open it with: give --annex-key, or set "
                 "\"annex_key\" in a profile",
                 "annex_key",
                 {}};
    case State::unreadable:
      throw Stop{Exit::refused, found.why, "annex_unreadable", {}};
    case State::opened:
      break;
  }
  json::object out{{"id", as_json(vostro::to_text(named.name.id))},
                   {"agent", as_json(vostro::to_text(named.name.owner))},
                   {"annex", found_json(found, named.on_ledger)}};
  return finish(wallet, Exit::ok, std::move(out), labelled(annex_lines(*found.content)));
}

Exit annex_erase(Wallet& wallet, const Arguments& arguments) {
  const NamedAnnex named = named_annex(wallet, arguments);
  if (!wallet.settings().is_yes) {
    const auto answer = wallet.environment().ask_line("Erase this bank's copy of the annex of " +
                                                      vostro::to_text(named.name.id) +
                                                      "? It cannot be fetched again. [y/N] ");
    if (!answer) throw usage("there is no terminal to ask at; add --yes", "not_confirmed");
    if (*answer != "y" && *answer != "Y" && *answer != "yes")
      throw Stop{Exit::declined, "nothing was erased", "declined", {}};
  }
  if (!must(wallet.api().erase_annex(named.name)))
    throw Stop{Exit::refused, "no annex of this order is here", "unknown-annex", {}};
  return finish(wallet, Exit::ok,
                {{"id", as_json(vostro::to_text(named.name.id))},
                 {"agent", as_json(vostro::to_text(named.name.owner))},
                 {"erased", true}},
                "erased on this bank's node; what other banks hold they erase themselves\n");
}

}  // namespace

std::vector<Option> annex_options() {
  using Kind = Option::Kind;
  return {{"--remittance", Kind::values, false,
           "What it is paid for, sealed to the banks concerned; a line, may be repeated"},
          {"--debtor-name", Kind::value, false, "Name of the payer's customer, sealed likewise"},
          {"--creditor-name", Kind::value, false, "Name of the payee's customer, sealed likewise"},
          {"--annex", Kind::value, false, "JSON file with all that is sealed (docs/annex.md)"}};
}

std::optional<client::Annex> annex_from(const Arguments& arguments) {
  const auto file = arguments.find("--annex");
  const auto debtor = arguments.find("--debtor-name");
  const auto creditor = arguments.find("--creditor-name");
  const auto remittance = arguments.all("--remittance");
  if (!file && !debtor && !creditor && remittance.empty()) return std::nullopt;
  client::Annex annex = file ? read_annex_file(*file) : client::Annex{};
  if (debtor) annex.debtor.name = *debtor;
  if (creditor) annex.creditor.name = *creditor;
  for (const std::string& line : remittance) annex.remittance.emplace_back(line);
  annex.salt = client::fresh_salt();
  if (const auto sound = client::check_annex(annex); !sound)
    throw usage(client::to_string(sound.error()), "bad_annex");
  return annex;
}

OrderAnnex seal_annex(Wallet& wallet, const client::Annex& annex, const chain::OwnedId& belongs_to,
                      const std::vector<Bic>& banks) {
  const auto participants = must(
      client::all_pages([&](const auto& cursor) { return wallet.api().participants(cursor); }));
  const auto readers = client::annex_readers(participants, banks);
  if (!readers)
    throw usage(vostro::to_text(readers.error()) +
                    " has no annex key in the network's registry, so nothing can be sealed to it; "
                    "pay without names and remittance, or have it registered (docs/annex.md)",
                "no_annex_key");
  auto sealed = client::seal(annex, belongs_to, *readers);
  if (!sealed) throw usage(client::to_string(sealed.error()), "bad_annex");
  Lines lines = annex_lines(annex);
  std::string to;
  for (const Bic& bank : banks) to += (to.empty() ? "" : ", ") + vostro::to_text(bank);
  lines.emplace_back("sealed to", to);
  const Hash commitment = sealed->commitment;
  return {commitment, *std::move(sealed), std::move(lines)};
}

void put_annex(Wallet& wallet, const chain::SealedAnnex& sealed) {
  const auto put = wallet.api().put_annex(sealed);
  if (put || put.error().is_problem(409, "annex-mismatch") ||
      put.error().is_problem(410, "annex-erased"))
    return;
  throw stop_of(put.error());
}

std::string_view to_string(State state) {
  switch (state) {
    case State::none:
      return "none";
    case State::missing:
      return "missing";
    case State::sealed:
      return "sealed";
    case State::unreadable:
      return "unreadable";
    case State::opened:
      return "opened";
  }
  return "unknown";
}

FoundAnnex find_annex(Wallet& wallet, const chain::OwnedId& name,
                      const std::optional<Hash>& on_ledger) {
  if (!on_ledger) return {};
  const auto sealed = must(wallet.api().annex(name));
  if (!sealed) return {State::missing, {}, {}};
  const client::AnnexKey* key = wallet.annex_key();
  if (key == nullptr) return {State::sealed, {}, {}};
  auto annex = client::open(*sealed, *key, *on_ledger);
  if (!annex) return {State::unreadable, {}, client::to_string(annex.error())};
  return {State::opened, *std::move(annex), {}};
}

json::object found_json(const FoundAnnex& found, const std::optional<Hash>& on_ledger) {
  return {
      {"state", as_json(to_string(found.state))},
      {"hash", hash_json(on_ledger)},
      {"content", found.content ? json::value(annex_json(*found.content)) : json::value(nullptr)}};
}

std::string found_summary(const FoundAnnex& found) {
  if (found.state == State::none) return "-";
  if (found.state == State::opened) return annex_summary(*found.content);
  return "(" + std::string(to_string(found.state)) + ")";
}

std::vector<Command> annex_commands() {
  using Kind = Option::Kind;
  const Option uetr{"UETR", Kind::positional, false,
                    "The payment; of a return or a redemption the id of its order"};
  const Option agent{"--agent", Kind::value, false, "BIC of the bank that ordered it"};
  return {
      {"annex show",
       "Show what was sealed to this bank: names, addresses, remittance",
       {uetr, agent},
       annex_show},
      {"annex erase",
       "Erase the copy on this bank's node, for good; receipts and replay stay valid",
       {uetr, agent},
       annex_erase},
  };
}

}  // namespace vostro::wallet
