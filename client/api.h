/// One node's HTTP API, /v1 of docs/api.md, as typed calls. Synchronous, over one kept connection;
/// one thread at a time. Every call may be repeated without harm; only `submit`, `offer`,
/// `refuse_approval`, `publish`, `put_annex`, `put_annexes` and `erase_annex` change anything, and
/// all are idempotent.
#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/secret_text.h"
#include "chain/chain_part.h"
#include "client/answers.h"
#include "client/http.h"
#include "client/proof.h"

namespace vostro::client {

struct ApiOptions {
  std::chrono::milliseconds connect_timeout{5'000};
  std::chrono::milliseconds timeout{10'000};
  /// For `wait_final`: the node holds its answer for at most 30 s.
  std::chrono::milliseconds wait_timeout{40'000};
  std::string ca_file;  ///< whom to trust in TLS; empty: the system's authorities
};

struct PaymentFilter {
  std::optional<std::string> status;
  std::optional<Bic> agent;  ///< whose payments are listed; none: the token's bank
  std::optional<chain::AccountId> account;
  std::optional<std::string> role;  ///< "debtor", "creditor", "any"
  std::optional<Currency> currency;
};

class ApiClient {
 public:
  ApiClient(ApiAddress address, SecretText token, ApiOptions options);

  [[nodiscard]] Result<NodeStatus, ApiError> status();

  /// `transaction` is the canonical encoding. With `wait_final` the node answers when the
  /// transaction is final, or after 30 s that it is pending.
  [[nodiscard]] Result<SubmitAnswer, ApiError> submit(ByteView transaction, bool wait_final);
  /// At most `submit_count_max` in one request, not waited for: an answer to each, in their order.
  /// Where the request as a whole got none, each has its error.
  [[nodiscard]] std::vector<Result<SubmitAnswer, ApiError>> submit_all(
      std::span<const ByteView> transactions);
  static constexpr std::size_t submit_count_max = 1'000;
  /// 404 `unknown-transaction` comes back as TransactionState::unknown. With `valid_until`, as the
  /// transaction says it, one that the node never saw is `expired` once block time has passed it.
  [[nodiscard]] Result<TransactionView, ApiError> transaction(
      const chain::OwnedId& id, const std::optional<UnixSeconds>& valid_until);

  [[nodiscard]] Result<Page<PaymentView>, ApiError> payments(
      const PaymentFilter& filter, const std::optional<std::string>& cursor = {});
  [[nodiscard]] Result<PaymentView, ApiError> payment(const Uuid& uetr,
                                                      const std::optional<Bic>& agent);
  /// The settled payment's receipt with its path: what orders about it show. 409 `not-settled`.
  [[nodiscard]] Result<chain::Original, ApiError> original(const chain::OwnedId& payment);
  /// What shows to anyone that the payment settled (client/proof.h); not checked here.
  [[nodiscard]] Result<PaymentProof, ApiError> payment_proof(const chain::OwnedId& payment);
  /// The same of the newest that became of it: rejected, held, returned ...
  [[nodiscard]] Result<PaymentProof, ApiError> outcome_proof(const chain::OwnedId& payment);
  /// The same of what the account had at the newest proved height, or at this one; not checked
  /// here.
  [[nodiscard]] Result<BalanceProof, ApiError> balance_proof(
      const chain::AccountId& account, const Currency& currency,
      const std::optional<Height>& height = {});
  [[nodiscard]] Result<Page<AccountView>, ApiError> accounts(
      const std::optional<std::string>& cursor = {});
  [[nodiscard]] Result<AccountView, ApiError> account(const chain::AccountId& account);
  [[nodiscard]] Result<Page<EntryView>, ApiError> entries(
      const chain::AccountId& account, const std::optional<Currency>& currency,
      const std::optional<Height>& from_height, const std::optional<std::string>& cursor = {});
  /// What was taken of the account's quotes, oldest first.
  [[nodiscard]] Result<Page<FillView>, ApiError> fills(
      const chain::AccountId& account, const std::optional<Height>& from_height,
      const std::optional<std::string>& cursor = {});
  /// Without a height: the latest.
  [[nodiscard]] Result<BlockView, ApiError> block(const std::optional<Height>& height);
  [[nodiscard]] Result<Page<ParticipantView>, ApiError> participants(
      const std::optional<std::string>& cursor = {});
  /// Whole blocks from this one on, for the role audit, of the first of them the batches from
  /// `batch` on; without a height, the newest block with a finality proof. Not checked here.
  [[nodiscard]] Result<chain::ChainPart, ApiError> chain(const std::optional<Height>& from,
                                                         std::uint32_t batch);
  /// As the node sees them, by index.
  [[nodiscard]] Result<Page<ValidatorView>, ApiError> validators(
      const std::optional<std::string>& cursor = {});
  [[nodiscard]] Result<Page<CurrencyView>, ApiError> currencies(
      const std::optional<std::string>& cursor = {});
  [[nodiscard]] Result<RulesView, ApiError> rules();
  [[nodiscard]] Result<ValidatorSetView, ApiError> validator_set();
  [[nodiscard]] Result<Page<ProposalView>, ApiError> proposals(
      const std::optional<std::string>& cursor = {});
  [[nodiscard]] Result<Page<EvidenceView>, ApiError> evidence(
      const std::optional<Bic>& participant, const std::optional<std::string>& cursor = {});
  [[nodiscard]] Result<EvidenceView, ApiError> evidence_of(const chain::MisbehaviourKey& act);
  /// The whole file (consensus/evidence_file.h), not checked here.
  [[nodiscard]] Result<Bytes, ApiError> evidence_file(const chain::MisbehaviourKey& act);
  [[nodiscard]] Result<Page<QuoteView>, ApiError> quotes(
      const std::optional<Currency>& sells, const std::optional<Currency>& buys,
      const std::optional<std::string>& cursor = {});
  [[nodiscard]] Result<Page<RedemptionView>, ApiError> redemptions(
      const std::optional<std::string>& cursor = {});
  /// Enters an order that wants more signatures than it has, or adds those it has to one that
  /// waits.
  [[nodiscard]] Result<ApprovalView, ApiError> offer(ByteView transaction);
  [[nodiscard]] Result<Page<ApprovalView>, ApiError> approvals(
      const std::optional<std::string>& state, const std::optional<std::string>& cursor = {});
  [[nodiscard]] Result<ApprovalView, ApiError> approval(const Uuid& id);
  /// The canonical encoding, with the signatures so far.
  [[nodiscard]] Result<Bytes, ApiError> approval_transaction(const Uuid& id);
  /// `signature` is over chain::refusal_message.
  [[nodiscard]] Result<ApprovalView, ApiError> refuse_approval(const Uuid& id, const PublicKey& key,
                                                               const Signature& signature,
                                                               const std::string& reason);
  [[nodiscard]] Result<void, ApiError> publish(const chain::SignedQuote& quote);
  /// Gives the bank's own node a sealed annex: it keeps it on disk before it answers, and brings it
  /// to the nodes of the banks concerned. Before the order that commits to it. A repeat changes
  /// nothing.
  [[nodiscard]] Result<void, ApiError> put_annex(const chain::SealedAnnex& sealed);
  /// The same of many, each of another order, in few requests: an answer to each, in their order.
  /// Where a request as a whole got none, each of it has its error.
  [[nodiscard]] std::vector<Result<void, ApiError>> put_annexes(
      std::span<const chain::SealedAnnex> annexes);
  /// None while it has not arrived, after it was erased, and where there is no such payment.
  [[nodiscard]] Result<std::optional<chain::SealedAnnex>, ApiError> annex(
      const chain::OwnedId& belongs_to);
  /// Erases the copy on the bank's own node, for good: it is not asked for again. False where there
  /// was none.
  [[nodiscard]] Result<bool, ApiError> erase_annex(const chain::OwnedId& belongs_to);

  [[nodiscard]] const ApiAddress& address() const { return http_.address(); }
  [[nodiscard]] const SecretText& token() const { return token_; }
  [[nodiscard]] const ApiOptions& options() const { return options_; }
  [[nodiscard]] std::uint64_t connections_made() const { return http_.connections_made(); }

 private:
  [[nodiscard]] Result<PaymentProof, ApiError> proof_of(const chain::OwnedId& payment,
                                                        std::string_view of);
  [[nodiscard]] std::vector<Result<SubmitAnswer, ApiError>> submit_to(
      const std::string& target, std::span<const ByteView> transactions,
      std::chrono::milliseconds timeout);
  [[nodiscard]] Result<HttpResponse, ApiError> call(const HttpRequest& request,
                                                    std::chrono::milliseconds timeout);
  [[nodiscard]] Result<Bytes, ApiError> get_bytes(const std::string& target);
  /// Each with its length before it, in one request; `read` takes each answer.
  template <class Read>
  [[nodiscard]] auto post_all(const std::string& target, std::span<const ByteView> encodings,
                              std::chrono::milliseconds timeout, Read&& read);
  template <class Read>
  [[nodiscard]] auto get(const std::string& target, Read&& read);
  template <class Read>
  [[nodiscard]] auto get_page(std::string target, const std::optional<std::string>& cursor,
                              Read&& read);

  HttpConnection http_;
  SecretText token_;
  ApiOptions options_;
};

/// All items of a list: `fetch(cursor)` until there is no next page, at most `pages_max` pages.
template <class Fetch>
[[nodiscard]] auto all_pages(Fetch&& fetch, std::size_t pages_max = 1'000) {
  using PageResult = decltype(fetch(std::optional<std::string>{}));
  using Items = decltype(std::declval<PageResult&>()->items);
  std::optional<std::string> cursor;
  Items items;
  for (std::size_t page = 0; page < pages_max; ++page) {
    auto found = fetch(cursor);
    if (!found) return Result<Items, ApiError>(fail(found.error()));
    items.insert(items.end(), std::make_move_iterator(found->items.begin()),
                 std::make_move_iterator(found->items.end()));
    if (!found->next) return Result<Items, ApiError>(std::move(items));
    cursor = found->next;
  }
  return Result<Items, ApiError>(
      fail(ApiError{ApiError::Kind::bad_answer, "the list does not end"}));
}

/// The token in a private file (base/private_file.h), its first line.
[[nodiscard]] inline Result<SecretText, SecretError> load_token(const std::string& path) {
  return read_secret_from_file(path);
}

}  // namespace vostro::client
