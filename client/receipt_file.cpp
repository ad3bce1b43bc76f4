#include "client/receipt_file.h"

#include <algorithm>

#include "base/codec.h"
#include "chain/registry.h"

namespace vostro::client {
namespace {

constexpr std::string_view kMagic = "VOSTRO-RECEIPT-1";

Result<void, ProofError> check(const consensus::Committee& first, const PaymentProof& proof) {
  return check_outcome_proof(first, proof);
}
Result<void, ProofError> check(const consensus::Committee& first, const BalanceProof& proof) {
  return check_balance_proof(first, proof);
}

/// Who signed, of the validators that the proof's last step names or that began the network.
void add_signers(ShownBlock& to, const consensus::Committee& first, const FinalHeader& block) {
  const std::vector<consensus::Validator>& validators =
      block.epochs.empty() ? first.context().validators.all() : block.epochs.back().next;
  to.validators = validators.size();
  for (std::size_t i = 0; i < validators.size(); ++i) {
    const consensus::ValidatorIndex index(static_cast<std::uint16_t>(i));
    if (!block.finality.finalization.has_signer(index)) continue;
    if (const auto owner = chain::owner_of(chain::ValidatorId{validators[i].member.bytes}))
      to.signers.push_back(*owner);
  }
}

}  // namespace

Bytes write_receipt_file(const ReceiptFile& file) {
  Bytes bytes(kMagic.begin(), kMagic.end());
  append(bytes, encode(file));
  return bytes;
}

Result<ReceiptFile, std::string> read_receipt_file(ByteView bytes) {
  if (bytes.size() > receipt_file_bytes_max)
    return fail("it has more than " + std::to_string(receipt_file_bytes_max) + " bytes");
  if (bytes.size() < kMagic.size() || as_text(bytes.first(kMagic.size())) != kMagic)
    return fail(std::string("it does not begin as a receipt does"));
  auto file = decode<ReceiptFile>(bytes.subspan(kMagic.size()));
  if (!file) return fail("it is damaged or cut: " + to_string(file.error()));
  return *std::move(file);
}

Result<ShownBlock, ProofError> check_receipt_file(const genesis::Definition& definition,
                                                  const ReceiptFile& file) {
  const FinalHeader& block =
      std::visit([](const auto& proof) -> const FinalHeader& { return proof.block; }, file.proof);
  const auto first = committee_of(definition, block.header.network_id);
  if (!first) return fail(ProofError::other_network);
  const auto checked =
      std::visit([&](const auto& proof) { return check(*first, proof); }, file.proof);
  if (!checked) return fail(checked.error());
  ShownBlock shown;
  shown.network_id = block.header.network_id;
  shown.height = block.header.height;
  shown.time = block.header.time;
  shown.block.bytes = block.header.id().bytes;
  shown.epoch = block.header.epoch;
  shown.final_at = block.finality.header.height;
  add_signers(shown, *first, block);
  return shown;
}

}  // namespace vostro::client
