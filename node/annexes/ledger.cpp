#include "node/annexes/ledger.h"

#include <algorithm>

#include "chain/records.h"

namespace vostro::node {

using chain::OwnedId;

namespace {

constexpr std::size_t kParticipantsMax = 4'096;

Bic agent_of(const chain::StateReader& state, const Currency& currency) {
  const auto record = chain::load<chain::CurrencyRecord>(state, currency);
  return record ? record->agent : Bic{};
}

/// Null for a body that cannot commit to an annex, and for a bulk, whose items do.
const std::optional<Hash>* commitment_of(const chain::Body& body) {
  if (const auto* payment = std::get_if<chain::Payment>(&body)) return &payment->credit.annex;
  if (const auto* exchange = std::get_if<chain::FxPayment>(&body)) return &exchange->credit.annex;
  if (const auto* back = std::get_if<chain::Return>(&body)) return &back->annex;
  if (const auto* redeem = std::get_if<chain::Redeem>(&body)) return &redeem->annex;
  return nullptr;
}

/// To whom the annex of such a body is sealed.
Bic counterpart_of(const chain::Body& body, const chain::StateReader& state) {
  if (const auto* payment = std::get_if<chain::Payment>(&body))
    return payment->credit.creditor.owner;
  if (const auto* exchange = std::get_if<chain::FxPayment>(&body))
    return exchange->credit.creditor.owner;
  if (const auto* back = std::get_if<chain::Return>(&body)) {
    const auto& facts = back->original.receipt.payment;
    return facts ? facts->debtor.owner : Bic{};
  }
  if (const auto* redeem = std::get_if<chain::Redeem>(&body))
    return agent_of(state, redeem->money.currency);
  return {};
}

}  // namespace

std::vector<AnnexOrder> annex_orders_of(const chain::Transaction& transaction,
                                        const chain::StateReader& state) {
  std::vector<AnnexOrder> found;
  const Bic owner = chain::acting_participant(transaction.body);
  if (const auto* bulk = std::get_if<chain::PaymentBatch>(&transaction.body)) {
    for (const chain::BatchItem& item : bulk->items)
      if (item.credit.annex)
        found.push_back({{owner, item.uetr}, *item.credit.annex, item.credit.creditor.owner});
  } else if (const auto* commitment = commitment_of(transaction.body); commitment && *commitment) {
    found.push_back(
        {{owner, transaction.id}, **commitment, counterpart_of(transaction.body, state)});
  }
  return found;
}

bool has_annexes(const chain::ExecutedBlock& block) {
  return std::ranges::any_of(block.transactions, [](const auto& verified) {
    const chain::Body& body = verified->transaction().body;
    if (const auto* bulk = std::get_if<chain::PaymentBatch>(&body))
      return std::ranges::any_of(
          bulk->items, [](const chain::BatchItem& item) { return item.credit.annex.has_value(); });
    const std::optional<Hash>* commitment = commitment_of(body);
    return commitment != nullptr && commitment->has_value();
  });
}

std::optional<AnnexOrder> annex_order_on_ledger(const chain::StoreView& view, const OwnedId& name) {
  const auto placed = view.transaction_of(name);
  if (!placed) return std::nullopt;
  const auto transaction = chain::decode_form_unchecked(placed->bytes);
  if (!transaction) return std::nullopt;
  const auto orders = annex_orders_of(*transaction, view);
  const auto found = std::ranges::find(orders, name, &AnnexOrder::name);
  return found == orders.end() ? std::nullopt : std::optional(*found);
}

std::optional<Hash> AnnexCommitments::of(const OwnedId& name, const Hash& transaction) {
  const auto [at, is_new] = known_.try_emplace(transaction);
  if (is_new) {
    if (const auto placed = view_.transaction_of(name)) {
      if (const auto decoded = chain::decode_form_unchecked(placed->bytes))
        for (const AnnexOrder& order : annex_orders_of(*decoded, view_))
          at->second.emplace(order.name, order.commitment);
    }
  }
  const auto found = at->second.find(name);
  return found == at->second.end() ? std::nullopt : std::optional(found->second);
}

bool took_effect(const chain::StoreView& view, const OwnedId& name) {
  const auto first = view.first_receipt(name);
  return first && first->receipt.status != chain::Status::rejected;
}

std::set<Bic> supervisors(const chain::StateReader& state) {
  std::set<Bic> found;
  for (const auto& [key, value] :
       state.scan(Bytes{chain::Participant::prefix}, {}, kParticipantsMax)) {
    const auto participant = chain::decode_record<chain::Participant>(value);
    if (participant && participant->status == chain::Standing::active &&
        participant->roles.has(chain::ParticipantRole::supervisor))
      found.insert(participant->bic);
  }
  return found;
}

bool may_have_annex(const chain::StoreView& view, const OwnedId& name, const Bic& bank,
                    const chain::SealedAnnex* kept) {
  const auto first = view.first_receipt(name);
  if (first && first->receipt.status == chain::Status::rejected) return false;
  if (!first) {
    const auto used = view.find_id(name);
    if (!used || view.is_whole(used->height)) return false;
  }
  if (bank == name.owner) return true;
  const auto participant = chain::load<chain::Participant>(view, bank);
  if (!participant || participant->status == chain::Standing::removed) return false;
  if (participant->status == chain::Standing::active &&
      participant->roles.has(chain::ParticipantRole::supervisor))
    return true;
  if (first && first->receipt.payment) {
    const chain::PaymentFacts& facts = *first->receipt.payment;
    return bank == facts.debtor.owner || bank == facts.creditor.owner;
  }
  return kept != nullptr && participant->annex_key &&
         std::ranges::binary_search(kept->slots, *participant->annex_key, {},
                                    &chain::SealedAnnex::Slot::reader);
}

}  // namespace vostro::node
