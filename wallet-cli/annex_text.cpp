#include "wallet-cli/annex_text.h"

#include "chain/json/strict.h"
#include "client/read_answers.h"

namespace vostro::wallet {
namespace {

using chain::JsonIn;
using client::AnnexParty;

/// Longer texts are told by check_annex, with the field's own limit.
constexpr std::size_t kTextMax = 16 * 1024;

std::string text_or_none(const JsonIn& in) {
  return in.is_null() ? std::string() : in.text(kTextMax);
}

std::vector<client::AnnexLine> read_lines(const JsonIn& in) {
  std::vector<client::AnnexLine> lines;
  if (in.is_null()) return lines;
  for (const JsonIn& each : in.elements(1'000)) lines.emplace_back(each.text(kTextMax));
  return lines;
}

AnnexParty read_party(const JsonIn& in) {
  in.has_fields({}, {"name", "address", "country", "account", "identification"});
  return {text_or_none(in.field("name")), read_lines(in.field("address")),
          text_or_none(in.field("country")), text_or_none(in.field("account")),
          text_or_none(in.field("identification"))};
}

json::array lines_json(const std::vector<client::AnnexLine>& lines) {
  json::array out;
  for (const client::AnnexLine& line : lines) out.push_back(as_json(line.text));
  return out;
}

json::value party_json(const AnnexParty& party) {
  return json::object{{"name", as_json(party.name)},
                      {"address", lines_json(party.address)},
                      {"country", as_json(party.country)},
                      {"account", as_json(party.account)},
                      {"identification", as_json(party.identification)}};
}

void add_party(const std::string& who, const AnnexParty& party, Lines& to) {
  const auto add = [&](const char* what, const std::string& value) {
    if (!value.empty()) to.emplace_back(who + what, value);
  };
  add("'s name", party.name);
  for (const client::AnnexLine& line : party.address) add("'s address", line.text);
  add("'s country", party.country);
  add("'s account", party.account);
  add("'s identification", party.identification);
}

}  // namespace

Result<client::Annex, std::string> annex_from_json(std::string_view text) {
  const auto value = chain::parse_strict(text);
  if (!value) return fail(chain::to_string(value.error()));
  chain::JsonProblem problem;
  const JsonIn in(*value, problem, client::iso_exponents());
  in.has_fields({}, {"debtor", "creditor", "ultimate_debtor", "ultimate_creditor", "end_to_end_id",
                     "remittance", "references", "elements"});
  client::Annex annex;
  annex.debtor = in.field("debtor").optional(read_party).value_or(AnnexParty{});
  annex.creditor = in.field("creditor").optional(read_party).value_or(AnnexParty{});
  annex.ultimate_debtor = in.field("ultimate_debtor").optional(read_party);
  annex.ultimate_creditor = in.field("ultimate_creditor").optional(read_party);
  annex.end_to_end_id = text_or_none(in.field("end_to_end_id"));
  annex.remittance = read_lines(in.field("remittance"));
  if (!in.field("references").is_null()) {
    for (const JsonIn& each : in.field("references").elements(1'000)) {
      each.has_fields({"type", "reference"});
      annex.references.push_back(
          {each.field("type").text(kTextMax), each.field("reference").text(kTextMax)});
    }
  }
  if (!in.field("elements").is_null()) {
    for (const JsonIn& each : in.field("elements").elements(1'000)) {
      each.has_fields({"path", "text"});
      annex.elements.push_back(
          {each.field("path").text(kTextMax), each.field("text").text(kTextMax)});
    }
  }
  if (problem.error()) return fail(chain::to_string(*problem.error()));
  return annex;
}

json::object annex_json(const client::Annex& annex) {
  json::array references, elements;
  for (const client::AnnexReference& each : annex.references)
    references.push_back(
        json::object{{"type", as_json(each.type)}, {"reference", as_json(each.reference)}});
  for (const client::AnnexElement& each : annex.elements)
    elements.push_back(json::object{{"path", as_json(each.path)}, {"text", as_json(each.text)}});
  const auto party_or_null = [](const std::optional<AnnexParty>& party) {
    return party ? party_json(*party) : json::value(nullptr);
  };
  return {{"debtor", party_json(annex.debtor)},
          {"creditor", party_json(annex.creditor)},
          {"ultimate_debtor", party_or_null(annex.ultimate_debtor)},
          {"ultimate_creditor", party_or_null(annex.ultimate_creditor)},
          {"end_to_end_id", as_json(annex.end_to_end_id)},
          {"remittance", lines_json(annex.remittance)},
          {"references", std::move(references)},
          {"elements", std::move(elements)},
          {"message_bytes", annex.message.size()}};
}

Lines annex_lines(const client::Annex& annex) {
  Lines lines;
  add_party("payer", annex.debtor, lines);
  add_party("payee", annex.creditor, lines);
  if (annex.ultimate_debtor) add_party("ultimate payer", *annex.ultimate_debtor, lines);
  if (annex.ultimate_creditor) add_party("ultimate payee", *annex.ultimate_creditor, lines);
  if (!annex.end_to_end_id.empty()) lines.emplace_back("end-to-end id", annex.end_to_end_id);
  for (const client::AnnexLine& line : annex.remittance)
    lines.emplace_back("remittance", line.text);
  for (const client::AnnexReference& each : annex.references)
    lines.emplace_back("reference", each.type + " " + each.reference);
  for (const client::AnnexElement& each : annex.elements) lines.emplace_back(each.path, each.text);
  if (!annex.message.empty())
    lines.emplace_back("message", std::to_string(annex.message.size()) + " bytes");
  return lines;
}

std::string annex_summary(const client::Annex& annex) {
  std::string out = annex.debtor.name;
  const auto add = [&out](const std::string& text) {
    if (!text.empty()) out += (out.empty() ? "" : ": ") + text;
  };
  if (!annex.remittance.empty()) {
    add(annex.remittance.front().text);
  } else if (!annex.references.empty()) {
    add(annex.references.front().reference);
  } else {
    add(annex.end_to_end_id);
  }
  return out.empty() ? "-" : out;
}

}  // namespace vostro::wallet
