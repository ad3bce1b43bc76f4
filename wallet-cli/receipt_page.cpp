#include "wallet-cli/receipt_page.h"

#include <algorithm>

#include "base/markup.h"
#include "wallet-cli/text.h"

namespace vostro::wallet {
namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

void add_payment(ReceiptFacts& to, const client::PaymentProof& proof) {
  const chain::Receipt& receipt = proof.original.receipt;
  const chain::PaymentFacts& payment = *receipt.payment;
  to.fields.emplace_back("uetr", vostro::to_text(payment.uetr));
  to.fields.emplace_back("agent", vostro::to_text(payment.debtor.owner));
  to.fields.emplace_back("debtor", chain::to_text(payment.debtor));
  to.fields.emplace_back("creditor", chain::to_text(payment.creditor));
  to.fields.emplace_back("amount", to_text(payment.amount));
  to.fields.emplace_back("status", std::string(chain::to_string(receipt.status)));
  to.fields.emplace_back("iso_status", std::string(chain::iso_status(receipt.status)));
  if (receipt.reason) {
    to.fields.emplace_back("reason_code", std::string(chain::iso_code(*receipt.reason)));
    to.fields.emplace_back("reason", std::string(chain::sentence(*receipt.reason)));
  }
  if (receipt.given_code)
    to.fields.emplace_back("given_code",
                           std::string(receipt.given_code->data(), receipt.given_code->size()));
  to.fields.emplace_back("transaction_hash", to_hex(receipt.transaction_hash.view()));
  to.remark =
      "It shows what the ledger said in that block. A payment that was delayed, held or blocked "
      "then has gone on since, and one\nthat settled may have been returned: a later receipt says "
      "so.";
}

void add_balance(ReceiptFacts& to, const client::BalanceProof& proof) {
  to.fields.emplace_back("account", chain::to_text(proof.account));
  to.fields.emplace_back("balance", to_text(Money{proof.currency, proof.balance}));
  to.remark = "It shows the balance after that block. What was held of it is not part of it.";
}

std::string escaped(std::string_view text) {
  std::string out;
  append_markup(text, MarkupPlace::text, out);
  return out;
}

constexpr std::string_view kHead = R"(<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Vostro receipt</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 3rem auto; padding: 0 1rem; color: #1a1f26; }
h1 { font-size: 1.4rem; border-bottom: 2px solid #1f5fa8; padding-bottom: .4rem; }
table { border-collapse: collapse; width: 100%; }
th { text-align: left; vertical-align: top; font-weight: 600; padding: .3rem 1rem .3rem 0; white-space: nowrap; }
td { padding: .3rem 0; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
tr + tr { border-top: 1px solid #e3e7ec; }
p { color: #4a5563; }
</style></head><body>
<h1>Vostro receipt</h1>
<table>
)";

}  // namespace

ReceiptFacts facts_of(const genesis::Definition& definition, const client::ReceiptFile& file,
                      const client::ShownBlock& shown) {
  ReceiptFacts facts;
  facts.block = shown;
  facts.fields.emplace_back("network_name", definition.name);
  facts.fields.emplace_back("network_id", to_hex(shown.network_id.view()));
  if (const auto* payment = std::get_if<client::PaymentProof>(&file.proof)) {
    facts.fields.emplace_back("kind", "payment");
    add_payment(facts, *payment);
  } else {
    facts.fields.emplace_back("kind", "balance");
    add_balance(facts, std::get<client::BalanceProof>(file.proof));
  }
  facts.fields.emplace_back("block_time", vostro::to_text(shown.time));
  facts.fields.emplace_back("height", std::to_string(shown.height.value));
  facts.fields.emplace_back("block_id", to_hex(shown.block.view()));
  facts.fields.emplace_back("epoch", std::to_string(shown.epoch.value));
  facts.fields.emplace_back("final_at_height", std::to_string(shown.final_at.value));
  return facts;
}

Fields readable(const ReceiptFacts& facts) {
  Fields fields = facts.fields;
  for (auto& [name, value] : fields) std::ranges::replace(name, '_', ' ');
  std::string signers;
  for (const Bic& each : facts.block.signers)
    signers += (signers.empty() ? "" : ", ") + vostro::to_text(each);
  fields.emplace_back("signed final by", std::to_string(facts.block.signers.size()) + " of " +
                                             std::to_string(facts.block.validators) +
                                             " validators: " + signers);
  return fields;
}

std::string receipt_page(const ReceiptFacts& facts) {
  std::string out(kHead);
  for (const auto& [name, value] : readable(facts))
    out += "<tr><th>" + escaped(name) + "</th><td>" + escaped(value) + "</td></tr>\n";
  out += "</table>\n<p>" + escaped(facts.remark) +
         "</p>\n<p>This page is for reading. What proves it is the receipt's file, checked with "
         "<code>vostro verify</code> and the network's genesis file.</p>\n</body></html>\n";
  return out;
}

}  // namespace vostro::wallet
