#include "client/proof.h"

#include <set>

#include "base/check.h"
#include "chain/records.h"
#include "consensus/no_cache.h"
#include "consensus/verify.h"

namespace vostro::client {

std::string_view to_string(ProofError error) {
  switch (error) {
    case ProofError::other_network:
      return "the block is of another network";
    case ProofError::broken_epochs:
      return "the ends of the epochs do not lead to the validators that signed";
    case ProofError::broken_chain:
      return "the headers do not lead from the block to the one that is shown to be final";
    case ProofError::not_final:
      return "the block is not signed as final by a quorum of the validators";
    case ProofError::wrong_block:
      return "the receipt is of another block";
    case ProofError::not_a_settlement:
      return "the receipt is not that of a payment, or not of one that settled";
    case ProofError::not_in_block:
      return "the receipt is not in the block";
    case ProofError::not_in_state:
      return "the balance is not that of the block's state";
  }
  return "unknown";
}

std::optional<consensus::Committee> committee_of(const genesis::Definition& definition,
                                                 const Hash& network_id) {
  std::vector<consensus::Validator> validators;
  const auto committee = [&](Epoch epoch, const Hash& root, Height height) {
    auto set = consensus::ValidatorSet::make(std::move(validators));
    VOSTRO_CHECK(set.has_value());  // the definition was checked
    const Hash anchor = genesis::anchor_of(network_id, root);
    return consensus::Committee({network_id,
                                 definition.protocol_version,
                                 epoch,
                                 consensus::BlockId{anchor.bytes},
                                 height,
                                 {},
                                 *std::move(set)});
  };
  if (network_id == definition.founding_id) {
    for (const chain::Validator& each : definition.state.validators)
      validators.push_back({consensus::MemberId{each.id.bytes}, each.key});
    return committee(Epoch(0), genesis::make_anchor(definition).state_root, Height(0));
  }
  const auto& all = definition.continuations;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Hash& id = i + 1 < all.size() ? all[i + 1].before : definition.network_id;
    if (id != network_id) continue;
    for (const genesis::Successor& each : all[i].validators)
      validators.push_back({consensus::MemberId{chain::validator_id_of(each.participant).bytes},
                            each.validator_key});
    return committee(all[i].epoch, all[i].state_root, all[i].height.next());
  }
  return std::nullopt;
}

namespace {

/// The committee of the block's epoch. Versions are those that the next header to be checked
/// names.
Result<consensus::Committee, ProofError> committee_of_block(const consensus::Committee& first,
                                                            const FinalHeader& block) {
  consensus::NoCache cache;
  std::optional<consensus::Committee> committee(first);
  for (std::size_t i = 0; i < block.epochs.size(); ++i) {
    const consensus::Header& next =
        i + 1 < block.epochs.size() ? block.epochs[i + 1].closing.header : block.finality.header;
    auto after = consensus::committee_after(*committee, block.epochs[i], next.version, cache);
    if (!after) return fail(ProofError::broken_epochs);
    committee.emplace(*std::move(after));
  }
  return *std::move(committee);
}

}  // namespace

Result<void, ProofError> check_final(const consensus::Committee& first, const FinalHeader& block) {
  if (block.header.network_id != first.context().network_id) return fail(ProofError::other_network);
  const auto found = committee_of_block(first, block);
  if (!found) return fail(found.error());
  const consensus::Committee& committee = *found;
  const auto is_of_network = [&](const consensus::Header& header) {
    return header.network_id == committee.context().network_id &&
           header.epoch == committee.epoch() && header.set_hash == committee.set_hash();
  };
  if (!is_of_network(block.header) || !is_of_network(block.finality.header))
    return fail(ProofError::other_network);

  consensus::BlockId id = block.header.id();
  Height height = block.header.height;
  const auto is_next = [&](const consensus::Header& header) {
    return header.parent == id && header.height == height.next();
  };
  for (const consensus::Header& each : block.after) {
    if (!is_next(each)) return fail(ProofError::broken_chain);
    id = each.id();
    height = each.height;
  }
  const bool is_own_proof = block.after.empty() && block.finality.header == block.header;
  if (!is_own_proof && !is_next(block.finality.header)) return fail(ProofError::broken_chain);

  consensus::NoCache cache;
  if (!consensus::verify_finality(committee, block.finality, cache))
    return fail(ProofError::not_final);
  return {};
}

namespace {

Result<void, ProofError> check_receipt(const consensus::Committee& committee,
                                       const PaymentProof& proof, bool must_have_settled) {
  if (auto final = check_final(committee, proof.block); !final) return final;
  const chain::Original& original = proof.original;
  if (original.height != proof.block.header.height) return fail(ProofError::wrong_block);
  const bool has_settled = original.receipt.status == chain::Status::settled;
  if (!original.receipt.payment || (must_have_settled && !has_settled))
    return fail(ProofError::not_a_settlement);
  const auto root = chain::root_of(chain::receipt_hash(original.receipt), original.path);
  if (root != proof.block.header.receipt_root) return fail(ProofError::not_in_block);
  return {};
}

}  // namespace

Result<void, ProofError> check_outcome_proof(const consensus::Committee& committee,
                                             const PaymentProof& proof) {
  return check_receipt(committee, proof, false);
}

Result<void, ProofError> check_payment_proof(const consensus::Committee& committee,
                                             const PaymentProof& proof) {
  return check_receipt(committee, proof, true);
}

Result<void, ProofError> check_balance_proof(const consensus::Committee& committee,
                                             const BalanceProof& proof) {
  if (auto final = check_final(committee, proof.block); !final) return final;
  std::optional<Bytes> value;
  if (proof.balance.value != 0) value = chain::encode_record(chain::Balance{proof.balance});
  const Bytes key = chain::key_of<chain::Balance>({proof.account, proof.currency});
  if (!chain::verify_proof(proof.path, proof.block.header.state_root, key, value))
    return fail(ProofError::not_in_state);
  return {};
}

}  // namespace vostro::client
