/// Answers of the API out of JSON values. Include in .cpp files only: it brings Boost.JSON.
#pragma once

#include "chain/json/strict.h"
#include "client/answers.h"
#include "client/proof.h"

namespace vostro::client {

/// Digits of a currency by ISO 4217, which every network's currencies follow
/// (chain/genesis_state.h).
[[nodiscard]] const chain::ExponentOf& iso_exponents();
/// "2026-11-23T15:16:39.123Z", and without milliseconds too.
[[nodiscard]] std::optional<UnixMillis> parse_block_time(std::string_view text);

// Readers note faults in the problem that `in` carries. Fields that are not known are passed over.
[[nodiscard]] NodeStatus read_status(const chain::JsonIn& in);
[[nodiscard]] SubmitAnswer read_submit_answer(const chain::JsonIn& in);
[[nodiscard]] TransactionView read_transaction_view(const chain::JsonIn& in);
[[nodiscard]] PaymentView read_payment(const chain::JsonIn& in);
[[nodiscard]] AccountView read_account(const chain::JsonIn& in);
[[nodiscard]] EntryView read_entry(const chain::JsonIn& in);
[[nodiscard]] BlockView read_block(const chain::JsonIn& in);
[[nodiscard]] ParticipantView read_participant(const chain::JsonIn& in);
[[nodiscard]] ValidatorView read_validator(const chain::JsonIn& in);
[[nodiscard]] CurrencyView read_currency(const chain::JsonIn& in);
[[nodiscard]] FillView read_fill(const chain::JsonIn& in);
[[nodiscard]] RedemptionView read_redemption(const chain::JsonIn& in);
[[nodiscard]] ValidatorSetView read_validator_set(const chain::JsonIn& in);
[[nodiscard]] ProposalView read_proposal(const chain::JsonIn& in);
[[nodiscard]] EvidenceView read_evidence(const chain::JsonIn& in);
[[nodiscard]] RulesView read_rules(const chain::JsonIn& in);
[[nodiscard]] QuoteView read_quote(const chain::JsonIn& in);
[[nodiscard]] ApprovalView read_approval(const chain::JsonIn& in);
[[nodiscard]] PaymentProof read_payment_proof(const chain::JsonIn& in);
[[nodiscard]] BalanceProof read_balance_proof(const chain::JsonIn& in);

}  // namespace vostro::client
