#include <algorithm>

#include "chain/json/strict.h"
#include "node/api/answers.h"
#include "node/api/submission.h"
#include "node/runtime/approval_book.h"

namespace vostro::node::api {

namespace json = boost::json;

namespace {

/// Where an order stands, in one word.
std::string_view state_of(const Approval& approval) {
  const bool waits =
      approval.last() == ApprovalStepKind::entered || approval.last() == ApprovalStepKind::approved;
  return waits ? "waiting" : to_string(approval.last());
}

json::value rule_value(const chain::Rule& rule, const chain::ExponentOf& exponents) {
  chain::Policy one;
  one.rules.push_back(rule);
  return chain::to_value(one, exponents).at("rules").as_array().front();
}

json::object signer_value(const ApprovalSigner& signer) {
  json::object out{{"key", text(to_text(signer.key))}, {"person", nullptr}};
  if (!signer.person.empty()) out["person"] = text(signer.person);
  return out;
}

json::object step_value(const ApprovalStep& step) {
  json::array signers;
  for (const ApprovalSigner& signer : step.signers) signers.push_back(signer_value(signer));
  json::object out{{"kind", text(to_string(step.kind))},
                   {"at", text(to_text(step.at))},
                   {"token", nullptr},
                   {"signers", std::move(signers)},
                   {"reason", nullptr}};
  if (!step.token.empty()) out["token"] = text(step.token);
  if (!step.reason.empty()) out["reason"] = text(step.reason);
  return out;
}

json::object item_of(const Context& context, const Approval& approval) {
  const chain::StoreView view = context.service.store().view();
  const chain::ExponentOf exponents = exponents_of(view);
  const ApprovalOutline& outline = approval.outline;
  json::object out{{"id", text(to_text(approval.name.id))},
                   {"owner", text(to_text(approval.name.owner))},
                   {"kind", text(outline.kind)},
                   {"state", text(state_of(approval))},
                   {"transaction_hash", hex(approval.hash.view())},
                   {"valid_until", text(to_text(outline.valid_until))},
                   {"debtor", nullptr},
                   {"creditor", nullptr},
                   {"amount", nullptr},
                   {"credits", nullptr},
                   {"rule", nullptr},
                   {"signatures_wanted", nullptr}};
  if (outline.debtor) out["debtor"] = text(chain::to_text(*outline.debtor));
  if (outline.creditor) out["creditor"] = text(chain::to_text(*outline.creditor));
  if (outline.amount) out["amount"] = chain::to_value(*outline.amount, exponents);
  if (outline.credits) out["credits"] = *outline.credits;
  // By the policy as it stands now, as the ledger will judge it.
  if (approval.transaction) {
    const auto need = chain::signing_need(view, *approval.transaction);
    out["signatures_wanted"] = 1;
    if (need && need->rule) {
      out["rule"] = rule_value(*need->rule, exponents);
      out["signatures_wanted"] = 1 + need->rule->checkers;
    }
  }
  json::array signers, steps;
  for (const ApprovalStep& step : approval.steps) {
    steps.push_back(step_value(step));
    if (step.kind != ApprovalStepKind::entered && step.kind != ApprovalStepKind::approved) continue;
    for (const ApprovalSigner& signer : step.signers) signers.push_back(signer_value(signer));
  }
  out["signatures_given"] = signers.size();
  out["signers"] = std::move(signers);
  out["steps"] = std::move(steps);
  return out;
}

std::optional<Approval> approval_of(const Context& context, const Request& request) {
  const auto id = uuid_of(request.captured.at(0));
  if (!id) return std::nullopt;
  context.service.approvals().close_passed();
  return context.service.approvals().find({context.bank, *id});
}

std::optional<std::string> parse_state(std::string_view word) {
  for (const std::string_view known :
       {"waiting", "released", "final", "refused", "expired", "void"})
    if (word == known) return std::string(word);
  return std::nullopt;
}

Response refuse_offer(const OfferOutcome& outcome) {
  switch (outcome.kind) {
    case OfferKind::bad_form:
      return outcome.form ? refuse_form(*outcome.form) : refuse(problems::bad_body);
    case OfferKind::other_bank:
      return refuse(problems::other_bank,
                    {.detail = "An order waits for approval on its own bank's node."});
    case OfferKind::id_used:
      return refuse_inclusion(chain::Inclusion::id_used);
    case OfferKind::refused:
      return refuse(problems::approval_refused);
    case OfferKind::expired:
    case OfferKind::not_authorised:
      return refuse_inclusion(outcome.inclusion);
    case OfferKind::own_request:
      return refuse(problems::own_request, {.field = "signatures"});
    case OfferKind::full:
      return refuse(problems::busy,
                    {.detail = "Too many orders wait for approval.", .retry_after_s = 60});
    case OfferKind::failed:
      return refuse(problems::store_failed);
    case OfferKind::on_ledger:
    case OfferKind::waiting:
    case OfferKind::complete:
      break;
  }
  return refuse(problems::internal);
}

}  // namespace

Response get_approvals(const Context& context, const Request& request) {
  QueryReader query(request);
  const auto state = query.value("state", parse_state);
  const auto cursor = query.value("cursor", uuid_of);
  const std::size_t limit = query.limit();
  if (auto bad = query.finish()) return *std::move(bad);
  json::array items;
  std::optional<std::string> next;
  context.service.approvals().close_passed();
  for (const Approval& approval : context.service.approvals().all()) {
    const Uuid id = approval.name.id;
    if (cursor && id <= *cursor) continue;
    if (state && state_of(approval) != *state) continue;
    if (items.size() == limit) {
      next = std::string(items.back().at("id").as_string());
      break;
    }
    items.push_back(item_of(context, approval));
  }
  return page_response(std::move(items), next);
}

Response get_approval(const Context& context, const Request& request) {
  if (auto bad = QueryReader(request).finish()) return *std::move(bad);
  const auto approval = approval_of(context, request);
  if (!approval) return refuse(problems::unknown_approval);
  return json_response(item_of(context, *approval));
}

Response get_approval_transaction(const Context& context, const Request& request) {
  if (auto bad = QueryReader(request).finish()) return *std::move(bad);
  const auto approval = approval_of(context, request);
  if (!approval) return refuse(problems::unknown_approval);
  if (approval->is_closed())
    return refuse(problems::approval_closed,
                  {.detail = "It is " + std::string(state_of(*approval)) +
                             ": its bytes are kept only while it can come to the ledger."});
  Response response;
  response.content_type = "application/octet-stream";
  response.body = std::string(as_text(approval->transaction->bytes()));
  return response;
}

MakeResponse post_approval(const Context& context, const Request& request, Answer answer) {
  const auto refused = [&](Response response) -> MakeResponse {
    answer([response = std::move(response)] { return response; });
    return {};
  };
  if (auto bad = QueryReader(request).finish()) return refused(*std::move(bad));
  const auto transactions = read_transactions(context, request);
  if (!transactions) return refused(transactions.error());
  if (transactions->size() != 1)
    return refused(refuse(problems::bad_body, {.detail = "One order at a time."}));
  if (context.service.status().disk_full)
    return refused(refuse(problems::disk_full, {.retry_after_s = 1}));
  ApprovalBook& book = context.service.approvals();
  OfferOutcome outcome = book.offer(transactions->front(), request.caller.token_id);
  if (outcome.kind == OfferKind::waiting || outcome.kind == OfferKind::on_ledger)
    return refused(json_response(item_of(context, *outcome.approval), 202));
  if (outcome.kind != OfferKind::complete) return refused(refuse_offer(outcome));

  // It waits for nobody any more: to the ledger's door.
  const chain::OwnedId name = outcome.approval->name;
  const auto shown = [context](const std::optional<Approval>& approval) {
    return approval ? json_response(item_of(context, *approval), 202)
                    : refuse(problems::unknown_approval);
  };
  context.service.submit(
      {outcome.approval->transaction->bytes(), false},
      [context, name, shown, answer](const SubmitOutcome& submitted) {
        if (submitted.kind != SubmitKind::accepted && submitted.kind != SubmitKind::final_)
          return answer([context, submitted] { return response_to(context, submitted); });
        ApprovalBook& approvals = context.service.approvals();
        approvals.note_released(name);
        // As it is now: by the time of the answer it may be final already.
        answer([shown, released = approvals.find(name)] { return shown(released); });
      });
  return [context, name, shown] { return shown(context.service.approvals().find(name)); };
}

Response post_refusal(const Context& context, const Request& request) {
  if (auto bad = QueryReader(request).finish()) return *std::move(bad);
  if (request.content_type != "application/json") return refuse(problems::wrong_media_type);
  const auto id = uuid_of(request.captured.at(0));
  if (!id) return refuse(problems::bad_path);
  const auto value = chain::parse_strict(request.body);
  if (!value) return refuse_json(value.error(), "refusal");
  const chain::StoreView view = context.service.store().view();
  const chain::ExponentOf exponents = exponents_of(view);
  chain::JsonProblem problem;
  const chain::JsonIn in(*value, problem, exponents);
  in.has_fields({"key", "signature", "reason"});
  const PublicKey key = in.field("key").public_key();
  const Signature signature = in.field("signature").signature();
  const std::string reason = in.field("reason").text(ApprovalStep::reason_max);
  if (!problem.error() && reason.empty()) problem.note(chain::JsonFault::bad_value, "reason");
  if (problem.error()) return refuse_json(*problem.error(), "refusal");
  ApprovalBook& book = context.service.approvals();
  switch (book.refuse({context.bank, *id}, key, signature, reason, request.caller.token_id)) {
    case RefuseKind::unknown:
      return refuse(problems::unknown_approval);
    case RefuseKind::closed:
      return refuse(problems::approval_closed);
    case RefuseKind::bad_signature:
      return refuse(400, "bad_signature", "The signature does not verify.", {.field = "signature"});
    case RefuseKind::not_in_policy:
      return refuse(problems::not_authorised,
                    {.detail = "The key is not in the policy.", .field = "key", .reason = "DS0H"});
    case RefuseKind::failed:
      return refuse(problems::store_failed);
    case RefuseKind::refused:
      break;
  }
  const auto approval = book.find({context.bank, *id});
  return approval ? json_response(item_of(context, *approval)) : refuse(problems::unknown_approval);
}

}  // namespace vostro::node::api
