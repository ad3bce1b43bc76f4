#include <atomic>
#include <mutex>

#include "node/annexes/ledger.h"
#include "node/api/answers.h"
#include "node/api/options.h"
#include "node/api/submission.h"

namespace vostro::node::api {

namespace json = boost::json;

namespace {

constexpr std::size_t kLengthSize = 4;  // bytes before each canonical encoding

/// {"id", "owner", "transaction_hash", "status", "link"}, without its closing brace. All of it is
/// hexadecimal digits and upper-case letters, so nothing needs escaping; a thousand of these are
/// written for one request.
std::string names_of(const chain::OwnedId& id, const Hash& hash, std::string_view status) {
  const std::string uuid = to_text(id.id);
  const std::string owner = to_text(id.owner);
  std::string out = R"({"id":")";
  out.append(uuid).append(R"(","owner":")").append(owner).append(R"(","transaction_hash":")");
  out.append(to_hex(hash.view())).append(R"(","status":")").append(status);
  out.append(R"(","link":"/v1/transactions/)").append(owner).append("/").append(uuid).append("\"");
  return out;
}

Response pending_response(const chain::OwnedId& id, const Hash& hash) {
  Response response;
  response.status = 202;
  response.body = names_of(id, hash, "pending") + "}";
  return response;
}

Response final_response(const Context& context, const SubmitOutcome& outcome) {
  const chain::StoreView view = context.service.store().view();
  const auto placed = view.receipt({outcome.height, outcome.receipt_index});
  if (!placed && !view.is_whole(outcome.height)) return refuse_history(view, outcome.height);
  if (!placed) return refuse(problems::store_failed);
  json::object rest;
  add_placed(rest, *placed, exponents_of(view));
  Response response;
  response.body = names_of(outcome.id, outcome.transaction_hash, "final") + ",";
  response.body += json::serialize(rest).substr(1);
  return response;
}

}  // namespace

Response refuse_form(const chain::FormError& error) {
  return refuse(400, to_string(error.reason), chain::sentence(error.reason),
                {.field = error.where});
}

Response refuse_inclusion(chain::Inclusion inclusion) {
  using enum chain::Inclusion;
  switch (inclusion) {
    case expired:
      return refuse(problems::outside_window, {"valid_until has passed.", "valid_until", "TM01"});
    case too_far_ahead:
      return refuse(
          problems::outside_window,
          {"valid_until is further ahead than the network allows.", "valid_until", "TM01"});
    case id_used:
      return refuse(problems::id_used, {.field = "id", .reason = "AM05"});
    case actor_unknown:
      return refuse(problems::not_authorised,
                    {.detail = "The acting account or participant is unknown.", .reason = "AC02"});
    case signer_not_in_policy:
      return refuse(problems::not_authorised,
                    {"A signer is not in the policy.", "signatures", "DS0H"});
    case signatures_short:
      return refuse(problems::not_authorised,
                    {"The signatures are short of what the rule asks.", "signatures", "DS19"});
    case included:
      break;
  }
  return refuse(problems::internal);
}

Response response_to(const Context& context, const SubmitOutcome& outcome) {
  switch (outcome.kind) {
    case SubmitKind::bad_form:
      return outcome.form ? refuse_form(*outcome.form) : refuse(problems::bad_body);
    case SubmitKind::halted:
      return refuse(problems::halted);
    case SubmitKind::disk_full:
      return refuse(problems::disk_full, {.retry_after_s = outcome.retry_after_s});
    case SubmitKind::not_ready:
      return refuse(problems::not_ready, {.retry_after_s = outcome.retry_after_s});
    case SubmitKind::final_:
      return final_response(context, outcome);
    case SubmitKind::id_used:
      return refuse_inclusion(chain::Inclusion::id_used);
    case SubmitKind::outside_window:
    case SubmitKind::not_authorised:
      return refuse_inclusion(outcome.inclusion);
    case SubmitKind::busy:
      return refuse(problems::busy, {.retry_after_s = outcome.retry_after_s});
    case SubmitKind::undecided:
      return refuse(problems::outcome_unknown, {.retry_after_s = outcome.retry_after_s});
    case SubmitKind::accepted:
      return pending_response(outcome.id, outcome.transaction_hash);
  }
  return refuse(problems::internal);
}

namespace {

/// One request's transactions under way. The node answers each on a thread of its own; the last one
/// makes the answer.
class Posting : public std::enable_shared_from_this<Posting> {
 public:
  Posting(const Context& context, Answer answer, std::vector<Bytes> transactions, bool is_many)
      : context_(context),
        answer_(std::move(answer)),
        transactions_(std::move(transactions)),
        is_many_(is_many),
        outcomes_(transactions_.size()),
        left_(transactions_.size()) {}

  void submit(bool wait_final) {
    for (std::size_t i = 0; i < transactions_.size(); ++i) {
      Submission submission{wait_final ? transactions_[i] : std::move(transactions_[i]),
                            wait_final};
      context_.service.submit(std::move(submission),
                              [self = shared_from_this(), i](SubmitOutcome outcome) {
                                self->note(i, std::move(outcome));
                              });
    }
  }

  /// For what is known by now.
  [[nodiscard]] Response response() {
    std::vector<std::optional<SubmitOutcome>> known;
    {
      const std::lock_guard lock(mutex_);
      known = outcomes_;
    }
    if (!is_many_) return response_of(0, known.front());
    std::vector<Response> items;
    for (std::size_t i = 0; i < known.size(); ++i) items.push_back(response_of(i, known[i]));
    return items_response(items);
  }

 private:
  void note(std::size_t index, SubmitOutcome outcome) {
    {
      const std::lock_guard lock(mutex_);
      outcomes_[index] = std::move(outcome);
      if (--left_ > 0) return;
    }
    // The answer is made on the API's thread: this one may be the store's.
    answer_([self = shared_from_this()] { return self->response(); });
  }

  Response response_of(std::size_t index, const std::optional<SubmitOutcome>& outcome) {
    if (outcome) return response_to(context_, *outcome);
    return waited_response(transactions_[index]);
  }

  /// The wait is over and the transaction is not final: pending only where the node has it.
  Response waited_response(const Bytes& bytes) {
    if (bytes.empty())
      return refuse(problems::outcome_unknown,
                    {.retry_after_s = 1});  // handed over, not waited for
    const auto transaction = chain::decode_form_unchecked(bytes);
    if (!transaction) return refuse_form(transaction.error());
    const chain::OwnedId id{chain::acting_participant(transaction->body), transaction->id};
    const Hash hash = chain::transaction_hash(*transaction);
    if (context_.service.pending(id) == hash) return pending_response(id, hash);
    const auto used = context_.service.store().find_id(id);
    if (used && (used->hash == hash || used->is_bare())) {
      SubmitOutcome outcome;
      outcome.id = id;
      outcome.transaction_hash = hash;
      outcome.height = used->height;
      outcome.receipt_index = used->receipt;
      return final_response(context_, outcome);
    }
    return refuse(problems::outcome_unknown, {.retry_after_s = 1});
  }

  Context context_;
  Answer answer_;
  std::vector<Bytes> transactions_;
  bool is_many_;
  std::mutex mutex_;
  std::vector<std::optional<SubmitOutcome>> outcomes_;
  std::size_t left_;
};

std::optional<bool> parse_wait(std::string_view word) {
  return word == "final" ? std::optional(true) : std::nullopt;
}

}  // namespace

Result<std::vector<Bytes>, Response> split_canonical(std::string_view body, std::size_t count_max) {
  std::vector<Bytes> parts;
  ByteView left = as_bytes(body);
  while (!left.empty()) {
    if (left.size() < kLengthSize)
      return fail(refuse(problems::bad_body, {.detail = "A length is cut off."}));
    std::size_t size = 0;
    for (std::size_t i = kLengthSize; i > 0; --i) size = size << 8U | left[i - 1];
    left = left.subspan(kLengthSize);
    if (size == 0 || size > left.size())
      return fail(
          refuse(problems::bad_body, {.detail = "A length is 0 or beyond the end of the body."}));
    if (parts.size() == count_max)
      return fail(
          refuse(problems::bad_body,
                 {.detail = "There are more than " + std::to_string(count_max) + " in the body."}));
    parts.emplace_back(left.begin(), left.begin() + static_cast<std::ptrdiff_t>(size));
    left = left.subspan(size);
  }
  if (parts.empty()) return fail(refuse(problems::bad_body, {.detail = "The body is empty."}));
  return parts;
}

Response items_response(std::span<const Response> items) {
  Response all;
  all.body = R"({"items":[)";
  for (const Response& one : items) {
    if (&one != &items.front()) all.body += ",";
    all.body.append(R"({"status_code":)").append(std::to_string(one.status)).append(",");
    all.body.append(one.body, 1);
  }
  all.body += "]}";
  return all;
}

Result<std::vector<Bytes>, Response> read_transactions(const Context& context,
                                                       const Request& request) {
  if (request.content_type == "application/octet-stream")
    return split_canonical(request.body, transactions_max);
  if (request.content_type != "application/json")
    return fail(refuse(problems::wrong_media_type,
                       {.detail = "Send application/json or application/octet-stream."}));
  const chain::StoreView view = context.service.store().view();
  const auto transaction = chain::transaction_from_json(request.body, exponents_of(view));
  if (!transaction) return fail(refuse_json(transaction.error(), "transaction"));
  // Form before encoding: the encoder takes for granted what the form promises.
  const Hash network_id = context.service.status().network_id;
  if (const auto form = chain::check_form(*transaction, network_id); !form)
    return fail(refuse_form(form.error()));
  std::vector<Bytes> one;
  one.push_back(chain::encode_transaction(*transaction));
  return one;
}

bool waits_for_final(const Request& request) {
  QueryReader query(request);
  return query.value("wait", parse_wait).has_value();
}

MakeResponse post_transactions(const Context& context, const Request& request, Answer answer) {
  const auto refused = [&](Response response) -> MakeResponse {
    answer([response = std::move(response)] { return response; });
    return {};
  };
  QueryReader query(request);
  const bool wait_final = query.value("wait", parse_wait).has_value();
  if (auto bad = query.finish()) return refused(*std::move(bad));
  auto transactions = read_transactions(context, request);
  if (!transactions) return refused(std::move(transactions.error()));
  const bool is_many = transactions->size() > 1;
  const auto posting =
      std::make_shared<Posting>(context, std::move(answer), *std::move(transactions), is_many);
  posting->submit(wait_final);
  return [posting] { return posting->response(); };
}

Response get_transaction(const Context& context, const Request& request) {
  const auto owner = bic_of(request.captured.at(0));
  const auto id = uuid_of(request.captured.at(1));
  if (!owner || !id) return refuse(problems::bad_path);
  QueryReader query(request);
  const auto valid_until = query.value("valid_until", parse_time);
  if (auto bad = query.finish()) return *std::move(bad);

  const chain::OwnedId name{*owner, *id};
  // In this order: what stops being pending meanwhile is then found as final.
  const auto pending = context.service.pending(name);
  const chain::StoreView view = context.service.store().view();
  const auto placed = view.first_receipt(name);
  const bool is_seen =
      may_see(context, request, *owner) || (placed && concerns(placed->receipt, context.bank));
  if (!is_seen) return refuse(problems::unknown_transaction);
  json::object body{{"id", text(to_text(*id))}, {"owner", text(to_text(*owner))}};
  if (placed) {
    body["status"] = "final";
    body["transaction_hash"] = hex(placed->receipt.transaction_hash.view());
    AnnexCommitments annexes(view);
    const auto annex = annexes.of(name, placed->receipt.transaction_hash);
    body["annex"] = annex ? json::value(hex(annex->view())) : json::value(nullptr);
    add_placed(body, *placed, exponents_of(view));
  } else if (auto elsewhere = refuse_history(view, name)) {
    return *std::move(elsewhere);
  } else if (pending) {
    body["status"] = "pending";
    body["transaction_hash"] = hex(pending->view());
  } else if (valid_until && view.head() && has_passed(*valid_until, view.head()->time)) {
    // Every block after the head has a later time, so none can include it.
    body["status"] = "expired";
    body["transaction_hash"] = nullptr;
  } else {
    return refuse(problems::unknown_transaction);
  }
  return json_response(body);
}

}  // namespace vostro::node::api
