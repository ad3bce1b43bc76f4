// Evidence: what validators signed against the protocol, as files that anyone can check, and on
// the ledger.
#include "client/evidence.h"
#include "base/private_file.h"
#include "wallet-cli/command.h"
#include "wallet-cli/input_file.h"
#include "wallet-cli/lookup.h"
#include "wallet-cli/send.h"
#include "wallet-cli/text.h"

namespace vostro::wallet {
namespace {

chain::MisbehaviourKey act_from(const std::string& id) {
  const auto act = chain::parse_misbehaviour(id);
  if (!act)
    throw usage("\"" + id +
                "\" is no name of evidence: they are listed by \"vostro evidence list\", as in "
                "NORDDEFF-E1-0-17");
  return *act;
}

/// "view 17", "batch 3 of incarnation 2".
std::string place_text(const chain::MisbehaviourKey& act) {
  if (act.kind == EvidenceKind::double_batch)
    return "batch " + std::to_string(act.number) + " of incarnation " + std::to_string(act.place);
  return "view " + std::to_string(act.place);
}

json::object act_json(const chain::MisbehaviourKey& act) {
  const bool is_batch = act.kind == EvidenceKind::double_batch;
  return {{"id", as_json(chain::to_text(act))},
          {"participant", as_json(vostro::to_text(act.owner))},
          {"kind", as_json(code_of(act.kind))},
          {"act", as_json(to_string(act.kind))},
          {"epoch", act.epoch.value},
          {"view", is_batch ? json::value(nullptr) : json::value(act.place)},
          {"incarnation", is_batch ? json::value(act.place) : json::value(nullptr)},
          {"number", is_batch ? json::value(act.number) : json::value(nullptr)}};
}

Lines act_lines(const chain::MisbehaviourKey& act, std::uint64_t validator, const PublicKey& key) {
  return {{"evidence", chain::to_text(act)},
          {"bank", vostro::to_text(act.owner)},
          {"its validator", std::to_string(validator) + ", key " + vostro::to_text(key)},
          {"has", std::string(sentence(act.kind))},
          {"where", "epoch " + std::to_string(act.epoch.value) + ", " + place_text(act)}};
}

json::object view_json(const client::EvidenceView& view) {
  json::object out = act_json(view.act);
  out["validator"] = view.validator;
  out["key"] = as_json(vostro::to_text(view.key));
  out["kept_bytes"] = view.kept_bytes ? json::value(*view.kept_bytes) : json::value(nullptr);
  out["record"] = nullptr;
  if (view.record)
    out["record"] =
        json::object{{"height", as_json(view.record->height)},
                     {"reporter", as_json(vostro::to_text(view.record->report.owner))},
                     {"report", as_json(vostro::to_text(view.record->report.id))},
                     {"evidence_hash", as_json(to_hex(view.record->evidence_hash.view()))}};
  return out;
}

Exit list(Wallet& wallet, const Arguments& arguments) {
  std::optional<Bic> bank;
  if (const auto of = arguments.find("--of")) bank = bic_from(*of, "--of");
  json::array items;
  std::vector<std::vector<std::string>> rows{
      {"EVIDENCE", "BANK", "ITS VALIDATOR", "WHERE", "KEPT HERE", "ON RECORD"}};
  for (const auto& each : must(client::all_pages(
           [&](const auto& cursor) { return wallet.api().evidence(bank, cursor); }))) {
    items.push_back(view_json(each));
    rows.push_back({chain::to_text(each.act), vostro::to_text(each.act.owner),
                    std::string(sentence(each.act.kind)),
                    "epoch " + std::to_string(each.act.epoch.value) + ", " + place_text(each.act),
                    each.kept_bytes ? "yes" : "no",
                    each.record ? "height " + std::to_string(each.record->height.value) + ", by " +
                                      vostro::to_text(each.record->report.owner)
                                : "no"});
  }
  const std::string text = items.empty()
                               ? "no evidence: no validator is known to have broken the protocol\n"
                               : columns(rows);
  return finish_list(wallet, std::move(items), text);
}

Exit show(Wallet& wallet, const Arguments& arguments) {
  const auto found = must(wallet.api().evidence_of(act_from(arguments.text("ID"))));
  Lines lines = act_lines(found.act, found.validator, found.key);
  lines.emplace_back("kept here",
                     found.kept_bytes ? std::to_string(*found.kept_bytes) + " bytes" : "no");
  if (found.record) {
    lines.emplace_back("on record at height", std::to_string(found.record->height.value));
    lines.emplace_back("reported by", vostro::to_text(found.record->report.owner) + ", id " +
                                          vostro::to_text(found.record->report.id));
    lines.emplace_back("evidence hash", to_hex(found.record->evidence_hash.view()));
  } else {
    lines.emplace_back("on record", "no: \"vostro evidence report " + chain::to_text(found.act) +
                                        "\" puts it there");
  }
  return finish(wallet, Exit::ok, view_json(found), labelled(lines));
}

/// By the bytes alone. Stop (refused) where they convict nobody.
client::ProvedAct checked(Wallet& wallet, ByteView bytes, const std::string& name) {
  auto proved = client::check_evidence(wallet.network(), bytes);
  if (!proved)
    throw Stop{Exit::refused, name + " convicts nobody: " + proved.error(), "not_proved", {}};
  return *std::move(proved);
}

json::object proved_json(const client::ProvedAct& proved) {
  json::object out = act_json(proved.act);
  out["network_id"] = as_json(to_hex(proved.network_id.view()));
  out["validator"] = proved.validator;
  out["validators"] = proved.validators;
  out["key"] = as_json(vostro::to_text(proved.key));
  return out;
}

Exit finish_proved(Wallet& wallet, const client::ProvedAct& proved, const std::string& title,
                   const std::string& path) {
  json::object out = proved_json(proved);
  out["file"] = as_json(path);
  out["genuine"] = true;
  return finish(wallet, Exit::ok, std::move(out),
                title + "\n" + labelled(act_lines(proved.act, proved.validator, proved.key)));
}

Exit save(Wallet& wallet, const Arguments& arguments) {
  const auto act = act_from(arguments.text("ID"));
  const std::string& path = arguments.text("--out");
  const Bytes bytes = must(wallet.api().evidence_file(act));
  const auto proved = checked(wallet, bytes, "what the node gave");
  if (proved.act != act)
    throw Stop{Exit::refused, "the node gave evidence of another act", "not_proved", {}};
  const auto saved = save_private_file(path, bytes, IfExists::refuse);
  if (!saved)
    throw Stop{Exit::local, path + ": " + std::string(to_string(saved.error())), "file", {}};
  return finish_proved(wallet, proved, "Evidence written to " + path, path);
}

client::ProvedAct proved_in_file(Wallet& wallet, const std::string& path) {
  const std::string bytes = read_input(path, client::evidence_file_bytes_max);
  return checked(wallet, as_bytes(bytes), path);
}

Exit check(Wallet& wallet, const Arguments& arguments) {
  const std::string& path = arguments.text("FILE");
  return finish_proved(wallet, proved_in_file(wallet, path), path + " is genuine", path);
}

Exit report(Wallet& wallet, const Arguments& arguments) {
  const auto file = arguments.find("--file");
  const auto id = arguments.find("ID");
  if (file.has_value() == id.has_value())
    throw usage("report what? ID, evidence that the node has; or --file FILE");
  const auto bank = wallet.participant();
  if (!bank)
    throw usage("in whose name? Set \"participant\" in a profile, or give --participant BIC");
  const auto proved =
      file ? proved_in_file(wallet, *file)
           : checked(wallet, must(wallet.api().evidence_file(act_from(*id))), "what the node gave");
  if (proved.evidence.size() > chain::ReportEvidence::evidence_bytes_max)
    throw Stop{Exit::refused,
               chain::to_text(proved.act) + " has " + std::to_string(proved.evidence.size()) +
                   " bytes, and the ledger takes " +
                   std::to_string(chain::ReportEvidence::evidence_bytes_max) +
                   ": give the file to the other banks instead (vostro evidence save)",
               "too_large",
               {}};
  Lines lines = act_lines(proved.act, proved.validator, proved.key);
  lines.emplace_back("reported by", vostro::to_text(*bank));
  return order(wallet,
               {"Report evidence against a validator", std::move(lines),
                chain::ReportEvidence{*bank, proved.act.epoch, proved.evidence},
                client::make_uetr(), default_valid_until(wallet), true},
               {{"evidence", as_json(chain::to_text(proved.act))}});
}

}  // namespace

std::vector<Command> evidence_commands() {
  using Kind = Option::Kind;
  const Option id{"ID", Kind::positional, true, "As listed, for example NORDDEFF-E1-0-17"};
  return {
      {"evidence list",
       "List what validators are proved to have done against the protocol",
       {{"--of", Kind::value, false, "BIC of the one bank whose validator is meant"}},
       list},
      {"evidence show", "Show one act, and whether it is on record", {id}, show},
      {"evidence save",
       "Write a file that convicts the validator before anyone with the genesis file",
       {id, {"--out", Kind::value, true, "File to write"}},
       save},
      {"evidence check",
       "Check such a file against the genesis file; no node is asked",
       {{"FILE", Kind::positional, true, "From \"vostro evidence save\""}},
       check},
      {"evidence report",
       "Put evidence on record on the ledger, in this bank's name",
       {{"ID", Kind::optional_positional, false, "Evidence that the node has"},
        {"--file", Kind::value, false, "A file instead, from \"vostro evidence save\""}},
       report},
  };
}

}  // namespace vostro::wallet
