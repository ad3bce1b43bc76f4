#include <string>
#include <vector>

#include "base/check.h"
#include "genesis/format.h"

namespace vostro::genesis {
namespace {

using chain::AcceptsKind;
using chain::Policy;

/// Lines "key = value", indented by the depth of their table.
class Writer {
 public:
  void line(std::string_view text) { out_ += std::string(text) + "\n"; }
  void gap() { out_ += "\n"; }
  void comment(std::string_view text) { line(text.empty() ? "#" : "# " + std::string(text)); }
  void array_item(std::string_view path) {
    gap();
    line("[[" + std::string(path) + "]]");
  }
  void table(std::string_view path) {
    gap();
    line("[" + std::string(path) + "]");
  }
  void raw(std::string_view key, const std::string& value) {
    line(std::string(key) + " = " + value);
  }
  void text(std::string_view key, const std::string& value) { raw(key, toml_text(value)); }
  void number(std::string_view key, std::int64_t value) { raw(key, std::to_string(value)); }
  void boolean(std::string_view key, bool value) { raw(key, value ? "true" : "false"); }
  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

template <class Items, class ToWord>
std::string list_of(const Items& items, ToWord to_word) {
  std::string out = "[";
  for (const auto& item : items) {
    if (out.size() > 1) out += ", ";
    out += toml_text(to_word(item));
  }
  return out + "]";
}

template <class Words, class Set>
std::string roles_text(const Words& words, const Set& roles) {
  std::vector<std::string> found;
  for (const auto& [role, word] : words) {
    if (roles.has(role)) found.emplace_back(word);
  }
  return list_of(found, [](const std::string& word) { return word; });
}

/// A policy of a draft or entry names currencies of the network only: `parse` sees to it.
std::string amount_text(MinorUnits units, const Currency& currency, const Draft& draft) {
  const auto exponent = exponent_in(draft, currency);
  VOSTRO_CHECK(exponent.has_value());
  return format_amount(units, *exponent);
}

void write_policy_tables(Writer& out, const std::string& path, const Policy& policy,
                         const Draft& draft) {
  out.table(path);
  for (const chain::PolicyKey& key : policy.keys) {
    out.array_item(path + ".key");
    out.text("person", key.person);
    out.raw("roles", roles_text(key_role_words, key.roles));
    out.text("key", to_text(key.key));
  }
  for (const chain::Rule& rule : policy.rules) {
    out.array_item(path + ".rule");
    out.text("action", std::string(to_string(rule.action)));
    if (rule.currency) out.text("currency", to_text(*rule.currency));
    if (rule.up_to && rule.currency)
      out.text("up_to", amount_text(*rule.up_to, *rule.currency, draft));
    out.raw("first", roles_text(key_role_words, rule.first));
    out.number("checkers", rule.checkers);
    if (rule.delay_ms > 0) out.text("delay", duration_text(rule.delay_ms));
  }
  for (const chain::Cap& cap : policy.caps) {
    out.array_item(path + ".cap");
    out.text("currency", to_text(cap.currency));
    out.text("per_day", amount_text(cap.per_day, cap.currency, draft));
  }
}

void write_accepts(Writer& out, const chain::Accepts& accepts) {
  switch (accepts.kind) {
    case AcceptsKind::none:
      out.text("accepts", "none");
      return;
    case AcceptsKind::all:
      out.text("accepts", "all");
      return;
    case AcceptsKind::listed:
      out.raw("accepts", list_of(accepts.agents, [](const Bic& bic) { return to_text(bic); }));
      return;
  }
}

void write_identity(Writer& out, const Entry& entry) {
  const chain::Participant& p = entry.participant;
  out.text("bic", to_text(p.bic));
  out.text("legal_name", p.legal_name);
  out.text("country", std::string(p.country.begin(), p.country.end()));
  if (p.lei) out.text("lei", to_text(*p.lei));
  out.raw("roles", roles_text(participant_role_words, p.roles));
  if (entry.validator_key) out.text("validator_key", to_text(*entry.validator_key));
  out.text("tls_key", to_text(p.tls_key));
  if (p.annex_key) out.text("annex_key", to_hex(*p.annex_key));
}

void write_network(Writer& out, const Draft& draft, bool with_comments) {
  const auto remark = [&](std::string_view text) {
    if (with_comments) out.comment(text);
  };
  out.table("network");
  out.text("name", draft.name);
  remark(
      "true allows fewer than four validators. Its money is play money: no bank's production node "
      "should join.");
  out.boolean("development", draft.development);
  remark("Block time of the beginning, UTC. No block is older; it may lie in the past.");
  out.text("opens_at", to_text(draft.opens_at));
  out.number("protocol_version", draft.protocol_version);
}

void write_parameters(Writer& out, const chain::Parameters& p, bool with_comments) {
  const auto remark = [&](std::string_view text) {
    if (with_comments) out.comment(text);
  };
  const auto seconds = [&](std::string_view key, std::uint64_t s) {
    out.text(key, duration_text(s * ms_in_second));
  };
  out.table("parameters");
  remark(
      "How far ahead of block time a transaction's valid_until, a payment's accept_by and a "
      "quote's expiry may be.");
  seconds("max_validity", p.max_validity_s);
  seconds("max_acceptance", p.max_acceptance_s);
  seconds("max_quote_life", p.max_quote_life_s);
  remark("Most that a balance may become, in minor units.");
  out.number("money_max", p.money_max.value);
  remark(
      "Most due orders and deadlines that one block works off; most bytes and items of a block.");
  out.number("max_due", p.max_due);
  out.number("max_block_bytes", p.max_block_bytes);
  out.number("max_block_items", p.max_block_items);
  remark("Heights back for which nodes prove state.");
  out.number("proof_window", p.proof_window);
  remark(
      "How often an idle network votes again for its newest block, and makes no new one; 0s: "
      "never.");
  out.text("heartbeat", duration_text(p.heartbeat_ms));
}

void write_currencies(Writer& out, const Draft& draft, bool with_comments) {
  if (with_comments) {
    out.gap();
    out.comment(
        "Currencies: ISO 4217 code and digits after the point, the BIC of the settlement agent "
        "that alone issues and");
    out.comment(
        "redeems it, and the first business date. Who signs for the agent stands in the agent's "
        "entry. Another one:");
    out.comment("");
    out.comment("[[currency]]");
    out.comment("code = \"EUR\"");
    out.comment("exponent = 2");
    out.comment("agent = \"NORDDEFF\"");
    out.comment("business_date = \"2026-01-05\"");
    out.comment(
        "attestation_max_age = \"1d\"   # may be left out: nothing is issued on an older word "
        "about the "
        "reserves");
  }
  for (const ListedCurrency& currency : draft.currencies) {
    out.array_item("currency");
    out.text("code", to_text(currency.code));
    out.number("exponent", currency.exponent);
    out.text("agent", to_text(currency.agent));
    out.text("business_date", to_text(currency.business_date));
    if (currency.attestation_max_age_s)
      out.text("attestation_max_age",
               duration_text(*currency.attestation_max_age_s * ms_in_second));
  }
}

}  // namespace

std::string draft_text(const Draft& draft, bool with_comments) {
  Writer out;
  out.number("format", file_format);
  write_network(out, draft, with_comments);
  write_parameters(out, draft.parameters, with_comments);
  write_currencies(out, draft, with_comments);
  return out.take();
}

std::string participant_text(const SignedEntry& signed_entry, const Draft& draft) {
  const Entry& entry = signed_entry.entry;
  Writer out;
  out.array_item("participant");
  write_identity(out, entry);
  write_policy_tables(out, "participant.policy", entry.participant.policy, draft);
  for (const ObserverEntry& observer : entry.observers) {
    out.array_item("participant.observer");
    out.text("name", observer.name);
    out.text("tls_key", to_text(observer.tls_key));
  }
  for (const AccountEntry& account : entry.accounts) {
    out.array_item("participant.account");
    out.text("label", account.label);
    write_accepts(out, account.accepts);
    if (account.policy)
      write_policy_tables(out, "participant.account.policy", *account.policy, draft);
  }
  for (const CurrencyPolicy& currency : entry.currencies) {
    out.array_item("participant.currency");
    out.text("currency", to_text(currency.currency));
    write_policy_tables(out, "participant.currency.policy", currency.policy, draft);
  }
  for (const EntrySignature& signature : signed_entry.signatures) {
    out.array_item("participant.signature");
    out.text("key", to_text(signature.key));
    out.text("signature", to_text(signature.signature));
  }
  return out.take();
}

std::string write_draft(const Draft& draft) {
  return "# Draft of a Vostro network. Agree on it with all banks, then leave it as it is: every "
         "entry is signed over its\n"
         "# contents (comments and order do not count). docs/genesis.md explains the ceremony.\n" +
         draft_text(draft, true);
}

std::string write_entry(const SignedEntry& entry, const Draft& draft) {
  return "# Entry of " + to_text(entry.entry.participant.bic) +
         " for a Vostro network. Signed: any change of a value makes it worthless.\n"
         "format = 1\n"
         "draft = " +
         toml_text(to_hex(draft_hash(draft).view())) + "\n" + participant_text(entry, draft);
}

std::string write_policy(const Policy& policy, const Draft& draft) {
  Writer out;
  write_policy_tables(out, "policy", policy, draft);
  return out.take().substr(1);
}

}  // namespace vostro::genesis
