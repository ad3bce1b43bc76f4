#include "client/api.h"

#include <boost/json/serialize.hpp>

#include "base/check.h"
#include "base/codec.h"
#include "chain/json/json.h"
#include "client/read_answers.h"

namespace vostro::client {
namespace {

using chain::JsonIn;

ApiError bad_answer(std::string detail) {
  return {ApiError::Kind::bad_answer, std::move(detail)};
}

/// Problem details, or what can be said of an error answer without them.
Problem problem_of(unsigned status, const boost::json::value* value,
                   std::optional<std::uint32_t> retry_after_s) {
  Problem out;
  out.status = status;
  out.retry_after_s = retry_after_s;
  if (value == nullptr || !value->is_object()) return out;
  const auto text = [value](std::string_view name) -> std::optional<std::string> {
    const auto* found = value->get_object().if_contains({name.data(), name.size()});
    if (found == nullptr || !found->is_string()) return std::nullopt;
    return std::string(found->get_string().data(), found->get_string().size());
  };
  out.code = text("code").value_or("");
  out.title = text("title").value_or("");
  out.detail = text("detail").value_or("");
  out.field = text("field");
  out.reason = text("reason");
  return out;
}

ApiError problem_error(Problem problem) {
  return {ApiError::Kind::problem, {}, std::move(problem)};
}

ApiError error_answer(const HttpResponse& response) {
  const auto value = chain::parse_strict(response.body);
  return problem_error(
      problem_of(response.status, value ? &*value : nullptr, response.retry_after_s));
}

template <class Read>
auto read_value(const boost::json::value& value, Read&& read)
    -> Result<decltype(read(std::declval<const JsonIn&>())), ApiError> {
  chain::JsonProblem problem;
  auto object = read(JsonIn(value, problem, iso_exponents()));
  if (problem.error()) return fail(bad_answer(chain::to_string(*problem.error())));
  return object;
}

template <class Read>
auto read_body(const HttpResponse& response, Read&& read)
    -> Result<decltype(read(std::declval<const JsonIn&>())), ApiError> {
  const auto value = chain::parse_strict(response.body);
  if (!value) return fail(bad_answer(chain::to_string(value.error())));
  return read_value(*value, read);
}

/// One of several answers in one.
template <class Read>
auto read_item(const boost::json::value& item, const HttpResponse& response, Read&& read)
    -> Result<decltype(read(std::declval<const JsonIn&>())), ApiError> {
  const auto code =
      read_value(item, [](const JsonIn& in) { return in.field("status_code").integer(599); });
  if (!code) return fail(code.error());
  if (*code < 400) return read_value(item, read);
  ApiError error =
      problem_error(problem_of(static_cast<unsigned>(*code), &item, response.retry_after_s));
  error.is_repeat = response.is_repeat;
  return fail(std::move(error));
}

std::string payment_query(const PaymentFilter& filter) {
  std::string out = "/v1/payments?limit=100";
  const auto add = [&out](std::string_view name, const std::string& value) {
    out += "&" + std::string(name) + "=" + url_encode(value);
  };
  if (filter.status) add("status", *filter.status);
  if (filter.agent) add("agent", to_text(*filter.agent));
  if (filter.account) add("account", to_text(*filter.account));
  if (filter.role) add("role", *filter.role);
  if (filter.currency) add("currency", to_text(*filter.currency));
  return out;
}

}  // namespace

ApiClient::ApiClient(ApiAddress address, SecretText token, ApiOptions options)
    : http_(std::move(address), options.connect_timeout, options.ca_file),
      token_(std::move(token)),
      options_(std::move(options)) {}

Result<HttpResponse, ApiError> ApiClient::call(const HttpRequest& request,
                                               std::chrono::milliseconds timeout) {
  auto response = http_.exchange(request, token_, timeout);
  if (!response) return fail(response.error());
  if (response->status >= 400) {
    ApiError error = error_answer(*response);
    error.is_repeat = response->is_repeat;
    return fail(std::move(error));
  }
  if (response->status < 200 || response->status >= 300)
    return fail(bad_answer("HTTP status " + std::to_string(response->status)));
  return response;
}

Result<Bytes, ApiError> ApiClient::get_bytes(const std::string& target) {
  const auto response = call({"GET", target, {}, {}}, options_.timeout);
  if (!response) return fail(response.error());
  const ByteView body = as_bytes(response->body);
  return Bytes(body.begin(), body.end());
}

template <class Read>
auto ApiClient::get(const std::string& target, Read&& read) {
  using Answer = Result<decltype(read(std::declval<const JsonIn&>())), ApiError>;
  const auto response = call({"GET", target, {}, {}}, options_.timeout);
  if (!response) return Answer(fail(response.error()));
  return Answer(read_body(*response, read));
}

template <class Read>
auto ApiClient::get_page(std::string target, const std::optional<std::string>& cursor,
                         Read&& read) {
  using Item = decltype(read(std::declval<const JsonIn&>()));
  if (cursor) target += "&cursor=" + url_encode(*cursor);
  return get(target, [&read](const JsonIn& in) {
    Page<Item> page;
    for (const JsonIn& each : in.field("items").elements(1'000)) page.items.push_back(read(each));
    page.next = in.field("next").optional([](const JsonIn& each) { return each.text(); });
    return page;
  });
}

Result<NodeStatus, ApiError> ApiClient::status() {
  return get("/v1/status", read_status);
}

template <class Read>
auto ApiClient::post_all(const std::string& target, std::span<const ByteView> encodings,
                         std::chrono::milliseconds timeout, Read&& read) {
  using Answer = Result<decltype(read(std::declval<const JsonIn&>())), ApiError>;
  const auto all_failed = [&](const ApiError& error) {
    return std::vector<Answer>(encodings.size(), fail(error));
  };
  Bytes framed;
  for (const ByteView each : encodings) {
    append_little_endian(framed, each.size(), 4);
    append(framed, each);
  }
  const auto response =
      call({"POST", target, "application/octet-stream", std::string(as_text(framed))}, timeout);
  if (!response) return all_failed(response.error());
  const auto value = chain::parse_strict(response->body);
  if (!value) return all_failed(bad_answer(chain::to_string(value.error())));
  const auto* items = value->is_object() ? value->get_object().if_contains("items") : nullptr;
  if (items == nullptr && encodings.size() == 1)
    return std::vector<Answer>{read_value(*value, read)};
  if (items == nullptr || !items->is_array() || items->get_array().size() != encodings.size())
    return all_failed(bad_answer("not one answer to each"));
  std::vector<Answer> answers;
  for (const boost::json::value& item : items->get_array())
    answers.push_back(read_item(item, *response, read));
  return answers;
}

std::vector<Result<SubmitAnswer, ApiError>> ApiClient::submit_to(
    const std::string& target, std::span<const ByteView> transactions,
    std::chrono::milliseconds timeout) {
  return post_all(target, transactions, timeout, read_submit_answer);
}

Result<SubmitAnswer, ApiError> ApiClient::submit(ByteView transaction, bool wait_final) {
  return submit_to(wait_final ? "/v1/transactions?wait=final" : "/v1/transactions",
                   std::span(&transaction, 1),
                   wait_final ? options_.wait_timeout : options_.timeout)
      .front();
}

std::vector<Result<SubmitAnswer, ApiError>> ApiClient::submit_all(
    std::span<const ByteView> transactions) {
  VOSTRO_CHECK(!transactions.empty() && transactions.size() <= submit_count_max);
  return submit_to("/v1/transactions", transactions, options_.timeout);
}

Result<TransactionView, ApiError> ApiClient::transaction(
    const chain::OwnedId& id, const std::optional<UnixSeconds>& valid_until) {
  std::string target = "/v1/transactions/" + to_text(id.owner) + "/" + to_text(id.id);
  if (valid_until) target += "?valid_until=" + url_encode(to_text(*valid_until));
  auto found = get(target, read_transaction_view);
  if (!found && found.error().is_problem(404, "unknown-transaction"))
    return TransactionView{id, TransactionState::unknown, {}, {}, {}};
  return found;
}

Result<Page<PaymentView>, ApiError> ApiClient::payments(const PaymentFilter& filter,
                                                        const std::optional<std::string>& cursor) {
  return get_page(payment_query(filter), cursor, read_payment);
}

Result<PaymentView, ApiError> ApiClient::payment(const Uuid& uetr,
                                                 const std::optional<Bic>& agent) {
  return get("/v1/payments/" + to_text(uetr) + (agent ? "?agent=" + to_text(*agent) : ""),
             read_payment);
}

Result<chain::Original, ApiError> ApiClient::original(const chain::OwnedId& payment) {
  const auto text =
      get("/v1/proofs/payment/" + to_text(payment.id) + "?agent=" + to_text(payment.owner),
          [](const JsonIn& in) { return in.field("original").text(); });
  if (!text) return fail(text.error());
  const auto bytes = from_hex(*text);
  if (!bytes) return fail(bad_answer("the original is not in hexadecimal digits"));
  auto original = decode<chain::Original>(*bytes);
  if (!original || !original->receipt.payment || original->receipt.payment->uetr != payment.id ||
      original->receipt.payment->debtor.owner != payment.owner)
    return fail(bad_answer("the original is not that of the payment"));
  return *std::move(original);
}

Result<PaymentProof, ApiError> ApiClient::proof_of(const chain::OwnedId& payment,
                                                   std::string_view of) {
  auto proof = get("/v1/proofs/payment/" + to_text(payment.id) +
                       "?agent=" + to_text(payment.owner) + "&of=" + std::string(of),
                   read_payment_proof);
  if (proof && (!proof->original.receipt.payment ||
                chain::OwnedId{proof->original.receipt.payment->debtor.owner,
                               proof->original.receipt.payment->uetr} != payment))
    return fail(bad_answer("the proof is not that of the payment"));
  return proof;
}

Result<PaymentProof, ApiError> ApiClient::payment_proof(const chain::OwnedId& payment) {
  return proof_of(payment, "settlement");
}

Result<PaymentProof, ApiError> ApiClient::outcome_proof(const chain::OwnedId& payment) {
  return proof_of(payment, "outcome");
}

Result<BalanceProof, ApiError> ApiClient::balance_proof(const chain::AccountId& account,
                                                        const Currency& currency,
                                                        const std::optional<Height>& height) {
  std::string target =
      "/v1/proofs/account/" + chain::to_text(account) + "?currency=" + to_text(currency);
  if (height) target += "&height=" + std::to_string(height->value);
  auto proof = get(target, read_balance_proof);
  if (proof && (proof->account != account || proof->currency != currency ||
                (height && proof->block.header.height != *height)))
    return fail(bad_answer("the proof is of something else"));
  return proof;
}

Result<Page<AccountView>, ApiError> ApiClient::accounts(const std::optional<std::string>& cursor) {
  return get_page("/v1/accounts?limit=100", cursor, read_account);
}

Result<AccountView, ApiError> ApiClient::account(const chain::AccountId& account) {
  return get("/v1/accounts/" + to_text(account), read_account);
}

Result<Page<EntryView>, ApiError> ApiClient::entries(const chain::AccountId& account,
                                                     const std::optional<Currency>& currency,
                                                     const std::optional<Height>& from_height,
                                                     const std::optional<std::string>& cursor) {
  std::string target = "/v1/accounts/" + to_text(account) + "/entries?limit=100";
  if (currency) target += "&currency=" + to_text(*currency);
  if (from_height && !cursor) target += "&from_height=" + std::to_string(from_height->value);
  return get_page(std::move(target), cursor, read_entry);
}

Result<Page<FillView>, ApiError> ApiClient::fills(const chain::AccountId& account,
                                                  const std::optional<Height>& from_height,
                                                  const std::optional<std::string>& cursor) {
  std::string target = "/v1/accounts/" + to_text(account) + "/fills?limit=100";
  if (from_height && !cursor) target += "&from_height=" + std::to_string(from_height->value);
  return get_page(std::move(target), cursor, read_fill);
}

Result<BlockView, ApiError> ApiClient::block(const std::optional<Height>& height) {
  return get("/v1/blocks/" + (height ? std::to_string(height->value) : "latest"), read_block);
}

Result<Page<ParticipantView>, ApiError> ApiClient::participants(
    const std::optional<std::string>& cursor) {
  return get_page("/v1/participants?limit=100", cursor, read_participant);
}

Result<Page<ValidatorView>, ApiError> ApiClient::validators(
    const std::optional<std::string>& cursor) {
  return get_page("/v1/validators?limit=100", cursor, read_validator);
}

Result<Page<CurrencyView>, ApiError> ApiClient::currencies(
    const std::optional<std::string>& cursor) {
  return get_page("/v1/currencies?limit=100", cursor, read_currency);
}

Result<RulesView, ApiError> ApiClient::rules() {
  return get("/v1/rules", read_rules);
}

Result<ValidatorSetView, ApiError> ApiClient::validator_set() {
  return get("/v1/validators/set", read_validator_set);
}

Result<Page<ProposalView>, ApiError> ApiClient::proposals(
    const std::optional<std::string>& cursor) {
  return get_page("/v1/proposals?limit=100", cursor, read_proposal);
}

Result<Page<EvidenceView>, ApiError> ApiClient::evidence(const std::optional<Bic>& participant,
                                                         const std::optional<std::string>& cursor) {
  std::string target = "/v1/evidence?limit=100";
  if (participant) target += "&participant=" + to_text(*participant);
  return get_page(std::move(target), cursor, read_evidence);
}

Result<EvidenceView, ApiError> ApiClient::evidence_of(const chain::MisbehaviourKey& act) {
  return get("/v1/evidence/" + to_text(act), read_evidence);
}

Result<chain::ChainPart, ApiError> ApiClient::chain(const std::optional<Height>& from,
                                                    std::uint32_t batch) {
  std::string target = "/v1/chain/" + (from ? std::to_string(from->value) : "latest");
  if (batch > 0) target += "?batch=" + std::to_string(batch);
  const auto bytes = get_bytes(target);
  if (!bytes) return fail(bytes.error());
  auto part = decode<chain::ChainPart>(*bytes);
  if (!part) return fail(bad_answer(to_string(part.error())));
  return *std::move(part);
}

Result<Bytes, ApiError> ApiClient::evidence_file(const chain::MisbehaviourKey& act) {
  return get_bytes("/v1/evidence/" + to_text(act) + "/file");
}

Result<Page<QuoteView>, ApiError> ApiClient::quotes(const std::optional<Currency>& sells,
                                                    const std::optional<Currency>& buys,
                                                    const std::optional<std::string>& cursor) {
  std::string target = "/v1/quotes?limit=100";
  if (sells) target += "&sells=" + to_text(*sells);
  if (buys) target += "&buys=" + to_text(*buys);
  return get_page(std::move(target), cursor, read_quote);
}

Result<ApprovalView, ApiError> ApiClient::offer(ByteView transaction) {
  Bytes framed;
  append_little_endian(framed, transaction.size(), 4);
  append(framed, transaction);
  const auto response =
      call({"POST", "/v1/approvals", "application/octet-stream", std::string(as_text(framed))},
           options_.timeout);
  if (!response) return fail(response.error());
  return read_body(*response, read_approval);
}

Result<Page<ApprovalView>, ApiError> ApiClient::approvals(
    const std::optional<std::string>& state, const std::optional<std::string>& cursor) {
  return get_page("/v1/approvals?limit=100" + (state ? "&state=" + url_encode(*state) : ""), cursor,
                  read_approval);
}

Result<ApprovalView, ApiError> ApiClient::approval(const Uuid& id) {
  return get("/v1/approvals/" + to_text(id), read_approval);
}

Result<Bytes, ApiError> ApiClient::approval_transaction(const Uuid& id) {
  return get_bytes("/v1/approvals/" + to_text(id) + "/transaction");
}

Result<ApprovalView, ApiError> ApiClient::refuse_approval(const Uuid& id, const PublicKey& key,
                                                          const Signature& signature,
                                                          const std::string& reason) {
  boost::json::object body;
  body["key"] = to_text(key);
  body["signature"] = to_text(signature);
  body["reason"] = reason;
  const auto response = call({"POST", "/v1/approvals/" + to_text(id) + "/refusal",
                              "application/json", boost::json::serialize(body)},
                             options_.timeout);
  if (!response) return fail(response.error());
  return read_body(*response, read_approval);
}

Result<Page<RedemptionView>, ApiError> ApiClient::redemptions(
    const std::optional<std::string>& cursor) {
  return get_page("/v1/redemptions?limit=100", cursor, read_redemption);
}

Result<void, ApiError> ApiClient::publish(const chain::SignedQuote& quote) {
  const auto response =
      call({"POST", "/v1/quotes", "application/json", chain::to_json(quote, iso_exponents())},
           options_.timeout);
  if (!response) return fail(response.error());
  return {};
}

namespace {

// The node takes 256 of them, and 4 MiB.
constexpr std::size_t kAnnexesOfARequest = 256;
constexpr std::size_t kAnnexBytesOfARequest = std::size_t{3} * 1024 * 1024;
static_assert(chain::SealedAnnex::size_max <= kAnnexBytesOfARequest, "each goes into a request");

std::string annex_target(const chain::OwnedId& belongs_to) {
  return "/v1/annexes/" + to_text(belongs_to.id) + "?agent=" + to_text(belongs_to.owner);
}

}  // namespace

Result<void, ApiError> ApiClient::put_annex(const chain::SealedAnnex& sealed) {
  const Bytes body = chain::encode_sealed_annex(sealed);
  const auto response = call({"PUT", annex_target(sealed.belongs_to), "application/octet-stream",
                              std::string(as_text(body))},
                             options_.timeout);
  if (!response) return fail(response.error());
  return {};
}

std::vector<Result<void, ApiError>> ApiClient::put_annexes(
    std::span<const chain::SealedAnnex> annexes) {
  std::vector<Result<void, ApiError>> answers;
  while (answers.size() < annexes.size()) {
    std::vector<Bytes> some;
    std::size_t bytes = 0;
    for (const chain::SealedAnnex& each : annexes.subspan(answers.size())) {
      Bytes encoded = chain::encode_sealed_annex(each);
      if (some.size() == kAnnexesOfARequest || bytes + encoded.size() > kAnnexBytesOfARequest)
        break;
      bytes += encoded.size();
      some.push_back(std::move(encoded));
    }
    const std::vector<ByteView> views(some.begin(), some.end());
    const auto ids = post_all("/v1/annexes", views, options_.timeout,
                              [](const JsonIn& in) { return in.field("id").text(); });
    for (std::size_t i = 0; i < ids.size(); ++i) {
      if (ids[i] && *ids[i] != to_text(annexes[answers.size()].belongs_to.id))
        answers.emplace_back(fail(bad_answer("the node answers about another annex")));
      else if (ids[i])
        answers.emplace_back();
      else
        answers.emplace_back(fail(ids[i].error()));
    }
    // Nobody answers: each further request would cost its time.
    if (!ids.front() && !ids.front().error().problem)
      answers.resize(annexes.size(), fail(ids.front().error()));
  }
  return answers;
}

Result<std::optional<chain::SealedAnnex>, ApiError> ApiClient::annex(
    const chain::OwnedId& belongs_to) {
  const auto response = call({"GET", annex_target(belongs_to), {}, {}}, options_.timeout);
  if (!response && (response.error().is_problem(404, "unknown-annex") ||
                    response.error().is_problem(410, "annex-erased")))
    return std::nullopt;
  if (!response) return fail(response.error());
  auto sealed = chain::decode_sealed_annex(as_bytes(response->body));
  if (!sealed) return fail(bad_answer(chain::to_string(sealed.error())));
  if (sealed->belongs_to != belongs_to)
    return fail(bad_answer("the annex is not that of the payment"));
  return std::move(*sealed);
}

Result<bool, ApiError> ApiClient::erase_annex(const chain::OwnedId& belongs_to) {
  const auto response = call({"DELETE", annex_target(belongs_to), {}, {}}, options_.timeout);
  if (response) return true;
  if (response.error().is_problem(404, "unknown-annex") ||
      response.error().is_problem(410, "annex-erased"))
    return false;
  return fail(response.error());
}

}  // namespace vostro::client
