#include "base/codec.h"
#include "chain/records.h"
#include "consensus/types.h"
#include "node/api/answers.h"

namespace vostro::node::api {

namespace json = boost::json;

namespace {

constexpr std::size_t kReceiptsAtOnce = 256;
constexpr std::size_t kReceiptsLookedAt = 4'096;  // of one request, whoever they concern

json::string bank_of(const chain::Validator& validator) {
  Bic bic;
  std::copy_n(validator.id.bytes.begin(), bic.text.size(), bic.text.begin());
  return text(to_text(bic));
}

/// Who voted in an epoch; empty before its first block.
std::vector<chain::Validator> validators_in(const chain::StoreView& view, Epoch epoch) {
  const auto record = chain::load<chain::EpochRecord>(view, epoch);
  return record ? record->validators : std::vector<chain::Validator>();
}

json::value proposer_of(const chain::StoreView& view, const consensus::Header& header) {
  const auto validators = validators_in(view, header.epoch);
  const std::size_t index = header.proposer.value;
  return index < validators.size() ? json::value(bank_of(validators[index])) : json::value(nullptr);
}

/// The proof that makes this block final: its own, or the next one kept above it.
json::value finality_of(const chain::StoreView& view, Height height) {
  const auto stored = view.proof_at_or_above(height);
  const auto proof = stored ? decode<consensus::FinalityProof>(stored->bytes) : fail(DecodeError{});
  if (!proof) return nullptr;
  const auto validators = validators_in(view, proof->header.epoch);
  json::array signers;
  for (std::size_t i = 0; i < validators.size(); ++i) {
    if (proof->finalization.has_signer(consensus::ValidatorIndex(static_cast<std::uint16_t>(i))))
      signers.push_back(bank_of(validators[i]));
  }
  return json::object{{"height", proof->header.height.value},
                      {"view", proof->finalization.view.value},
                      {"signers", std::move(signers)}};
}

json::object line_of(const chain::StoreView& view, const chain::Receipt& receipt) {
  json::object out{{"owner", text(to_text(receipt.id.owner))},
                   {"id", text(to_text(receipt.id.id))},
                   {"kind", nullptr},
                   {"status", text(to_string(receipt.status))},
                   {"reason_code", nullptr}};
  if (const auto placed = view.transaction_of(receipt.id)) {
    if (const auto transaction = chain::decode_form_unchecked(placed->bytes))
      out["kind"] = text(chain::kind_of(transaction->body));
  }
  if (receipt.reason) out["reason_code"] = text(iso_code(*receipt.reason));
  if (receipt.given_code)
    out["reason_code"] = text({receipt.given_code->data(), receipt.given_code->size()});
  return out;
}

/// Lines of the receipts from `index` on that the caller may see: transactions and what fell due; a
/// bulk's items are found by its payments.
std::optional<std::uint32_t> add_lines(json::object& to, const chain::StoreView& view,
                                       const chain::BlockSummary& block, std::uint32_t index,
                                       std::size_t limit, const Bic* only) {
  json::array transactions;
  json::array due;
  const std::uint32_t first = index;
  while (index < block.receipts && index - first < kReceiptsLookedAt) {
    const auto receipts = view.receipts(block.height, index, kReceiptsAtOnce);
    if (receipts.empty()) break;
    for (const chain::Receipt& receipt : receipts) {
      if (transactions.size() + due.size() == limit) break;
      ++index;
      if (receipt.kind == chain::ReceiptKind::item ||
          (only != nullptr && !concerns(receipt, *only)))
        continue;
      (receipt.kind == chain::ReceiptKind::due ? due : transactions)
          .push_back(line_of(view, receipt));
    }
    if (transactions.size() + due.size() == limit) break;
  }
  to["transactions"] = std::move(transactions);
  to["due"] = std::move(due);
  return index < block.receipts ? std::optional(index) : std::nullopt;
}

}  // namespace

Response get_block(const Context& context, const Request& request) {
  const chain::StoreView view = context.service.store().view();
  if (!view.head()) return refuse(problems::unknown_block);
  const bool is_latest = request.captured.at(0) == "latest";
  const auto number =
      is_latest ? std::optional(view.head()->height.value) : parse_number(request.captured.at(0));
  if (!number) return refuse(problems::bad_path);
  QueryReader query(request);
  const auto cursor = query.value("cursor", parse_number);
  if (cursor && *cursor > std::numeric_limits<std::uint32_t>::max()) query.refuse_value("cursor");
  const std::size_t limit = query.limit();
  if (auto bad = query.finish()) return *std::move(bad);

  const auto block = view.block(Height(*number));
  if (!block) return refuse(problems::unknown_block);
  if (!view.is_whole(block->height)) return refuse_history(view, block->height);
  json::object body{{"height", block->height.value},
                    {"block_id", hex(block->block.view())},
                    {"parent", nullptr},
                    {"time", text(to_text(block->time))},
                    {"proposer", nullptr},
                    {"view", nullptr},
                    {"epoch", nullptr},
                    {"state_root", hex(block->state_root.view())},
                    {"tx_root", hex(block->tx_root.view())},
                    {"receipt_root", hex(block->receipt_root.view())},
                    {"transaction_count", block->transactions},
                    {"receipt_count", block->receipts}};
  const auto header_bytes = view.header(block->height);
  if (header_bytes && !header_bytes->empty()) {
    const auto header = decode<consensus::Header>(*header_bytes);
    if (!header) return refuse(problems::store_failed);
    body["parent"] = hex(header->parent.view());
    body["proposer"] = proposer_of(view, *header);
    body["view"] = header->view.value;
    body["epoch"] = header->epoch.value;
  }
  const auto next = add_lines(body, view, *block, static_cast<std::uint32_t>(cursor.value_or(0)),
                              limit, sees_all(request) ? nullptr : &context.bank);
  body["next"] = next ? json::value(text(std::to_string(*next))) : json::value(nullptr);
  body["finality"] = finality_of(view, block->height);
  return json_response(body);
}

}  // namespace vostro::node::api
