#include <algorithm>
#include <set>

#include "chain/records.h"
#include "node/annexes/ledger.h"
#include "node/api/answers.h"
#include "node/api/timeline.h"
#include "node/runtime/approval_book.h"

namespace vostro::node::api {

namespace json = boost::json;

namespace {

using chain::PaymentHistory;
using chain::ReceiptPlace;
using chain::Status;

constexpr std::size_t kParticipantsMax = 4'096;  // looked through for a UETR without agent

/// Money is still under way; every other status is an end of the order, or comes after one.
bool is_waiting(Status status) {
  return status == Status::delayed || status == Status::held || status == Status::blocked;
}

json::object step_object(std::string_view event, UnixMillis time) {
  return {{"event", text(event)},
          {"time", text(to_text(time))},
          {"height", nullptr},
          {"index", nullptr},
          {"reason_code", nullptr}};
}

/// What happened on the bank's own node before the order was in a block: who signed it and when is
/// in the approval.
json::array steps_before(const std::optional<Approval>& approval) {
  json::array steps;
  if (!approval) return steps;
  for (const ApprovalStep& step : approval->steps) {
    const bool is_told = step.kind == ApprovalStepKind::entered ||
                         step.kind == ApprovalStepKind::approved ||
                         step.kind == ApprovalStepKind::refused;
    if (is_told) steps.push_back(step_object(to_string(step.kind), step.at));
  }
  return steps;
}

/// A payment that is in no block.
json::object absent_payment(const chain::OwnedId& name, std::string_view status,
                            json::array timeline) {
  return {{"uetr", text(to_text(name.id))}, {"agent", text(to_text(name.owner))},
          {"status", text(status)},         {"iso_status", nullptr},
          {"receipts", json::array{}},      {"timeline", std::move(timeline)}};
}

/// Of what is held for him, less the charges that he pays when it settles.
Money creditor_gets(const chain::Hold& hold) {
  Money left = hold.amount;
  for (const chain::Charge& charge : hold.charges)
    if (charge.payer == chain::Payer::creditor) left.units.value -= charge.amount.value;
  return left;
}

json::object payment_object(const PaymentHistory& payment, const chain::StateReader& state,
                            AnnexCommitments& annexes, const chain::ExponentOf& exponents,
                            bool with_receipts, json::array timeline = {}) {
  const chain::PlacedReceipt& first = payment.receipts.front();
  const chain::PlacedReceipt& last = payment.receipts.back();
  json::object out{{"uetr", text(to_text(payment.name.id))},
                   {"agent", text(to_text(payment.name.owner))}};
  if (const auto& facts = first.receipt.payment) {
    out["debtor"] = text(to_text(facts->debtor));
    out["creditor"] = text(to_text(facts->creditor));
    out["amount"] = chain::to_value(facts->amount, exponents);
  }
  out["status"] = text(to_string(payment.status));
  const std::string_view iso = iso_status(payment.status);
  out["iso_status"] = iso.empty() ? json::value(nullptr) : json::value(text(iso));
  out["reason"] = nullptr;
  out["reason_code"] = nullptr;
  if (last.receipt.reason) {
    out["reason"] = text(to_string(*last.receipt.reason));
    out["reason_code"] = text(iso_code(*last.receipt.reason));
  }
  if (const auto& given = last.receipt.given_code)
    out["reason_code"] = text({given->data(), given->size()});
  out["ordered_at"] = text(to_text(first.time));
  const auto ended = std::ranges::find_if(payment.receipts, [](const chain::PlacedReceipt& each) {
    return !is_waiting(each.receipt.status);
  });
  out["final_at"] = ended == payment.receipts.end() ? json::value(nullptr)
                                                    : json::value(text(to_text(ended->time)));
  out["height"] = last.place.height.value;
  const auto annex = annexes.of(payment.name, first.receipt.transaction_hash);
  out["annex"] = annex ? json::value(hex(annex->view())) : json::value(nullptr);
  out["accept_by"] = nullptr;
  out["creditor_gets"] = nullptr;
  if (payment.status == Status::held || payment.status == Status::blocked) {
    const auto hold = chain::load<chain::Hold>(state, payment.name);
    if (hold && hold->accept_by && payment.status == Status::held)
      out["accept_by"] = text(to_text(*hold->accept_by));
    if (hold) out["creditor_gets"] = chain::to_value(creditor_gets(*hold), exponents);
  }
  if (with_receipts) {
    json::array receipts;
    for (const chain::PlacedReceipt& placed : payment.receipts) {
      json::object one;
      add_placed(one, placed, exponents);
      receipts.push_back(std::move(one));
    }
    out["receipts"] = std::move(receipts);
    for (const TimelineEvent& event : timeline_of(payment)) {
      json::object step = step_object(to_string(event.step), event.time);
      step["height"] = event.place.height.value;
      step["index"] = event.place.index;
      if (event.code) step["reason_code"] = text({event.code->data(), event.code->size()});
      timeline.push_back(std::move(step));
    }
    out["timeline"] = std::move(timeline);
  }
  return out;
}

std::optional<Status> status_of_word(std::string_view word) {
  for (auto status = Status::rejected; status < Status::done;
       status = static_cast<Status>(static_cast<int>(status) + 1))
    if (to_string(status) == word) return status;
  return std::nullopt;
}

enum class Sides : std::uint8_t { debtor, creditor, any };
std::optional<Sides> sides_of_word(std::string_view word) {
  if (word == "debtor") return Sides::debtor;
  if (word == "creditor") return Sides::creditor;
  return word == "any" ? std::optional(Sides::any) : std::nullopt;
}

struct Listing {
  std::vector<PaymentHistory> items;
  std::optional<ReceiptPlace> next;
};

/// One page of a bank's payments as debtor agent and creditor agent, newest first, each payment
/// once. A side may stop at its look-up bound: what lies beyond that place is not known yet, so the
/// page ends there too.
Listing list_both(const chain::StoreView& view, const chain::PaymentFilter& filter, Sides sides,
                  std::optional<ReceiptPlace> after, std::size_t limit) {
  std::vector<PaymentHistory> found;
  std::optional<ReceiptPlace> boundary;
  for (const auto& [side, wanted] : {std::pair(chain::Side::debtor, sides != Sides::creditor),
                                     std::pair(chain::Side::creditor, sides != Sides::debtor)}) {
    if (!wanted) continue;
    chain::PaymentFilter one = filter;
    one.side = side;
    auto page = view.payments(one, after, limit, chain::Order::newest_first);
    if (page.next) boundary = boundary ? std::max(*boundary, *page.next) : *page.next;
    std::move(page.items.begin(), page.items.end(), std::back_inserter(found));
  }
  const auto place = [](const PaymentHistory& payment) { return payment.receipts.front().place; };
  std::ranges::sort(found, std::greater{}, place);
  const auto repeated =
      std::unique(found.begin(), found.end(),
                  [&](const auto& one, const auto& other) { return place(one) == place(other); });
  found.erase(repeated, found.end());
  if (boundary)
    std::erase_if(found, [&](const PaymentHistory& payment) { return place(payment) < *boundary; });
  Listing listing{std::move(found), boundary};
  if (listing.items.size() > limit) {
    listing.items.resize(limit);
    listing.next = place(listing.items.back());
  }
  return listing;
}

bool is_party(const PaymentHistory& payment, const Bic& bank) {
  return std::ranges::any_of(payment.receipts, [&](const chain::PlacedReceipt& each) {
    return concerns(each.receipt, bank);
  });
}

}  // namespace

Response get_payments(const Context& context, const Request& request) {
  QueryReader query(request);
  const auto status = query.value("status", status_of_word);
  const auto agent = query.value("agent", bic_of);
  const auto account = query.value("account", account_of);
  const auto sides = query.value("role", sides_of_word);
  const auto currency = query.value("currency", parse_currency);
  const auto cursor = query.value("cursor", place_of_cursor);
  const std::size_t limit = query.limit();
  const Bic bank = agent ? *agent : account ? account->owner : context.bank;
  if (account && account->owner != bank) query.refuse_value("account");
  if (auto bad = query.finish()) return *std::move(bad);
  if (!may_see(context, request, bank)) return refuse(problems::other_bank);

  const chain::StoreView view = context.service.store().view();
  const chain::ExponentOf exponents = exponents_of(view);
  const chain::PaymentFilter filter{bank, chain::Side::debtor, status, account};
  const Listing listing = list_both(view, filter, sides.value_or(Sides::any), cursor, limit);
  AnnexCommitments annexes(view);
  json::array items;
  for (const PaymentHistory& payment : listing.items) {
    const auto& facts = payment.receipts.front().receipt.payment;
    if (currency && !(facts && facts->amount.currency == *currency)) continue;
    items.push_back(payment_object(payment, view, annexes, exponents, false));
  }
  std::optional<std::string> next;
  if (listing.next) next = cursor_of(*listing.next);
  return page_response(std::move(items), next);
}

Response get_payment(const Context& context, const Request& request) {
  const auto uetr = uuid_of(request.captured.at(0));
  if (!uetr) return refuse(problems::bad_path);
  QueryReader query(request);
  const auto agent = query.value("agent", bic_of);
  const auto valid_until = query.value("valid_until", parse_time);
  if (auto bad = query.finish()) return *std::move(bad);

  const auto banks = [&](const chain::StoreView& view) {
    std::vector<Bic> names;
    if (agent) return std::vector<Bic>{*agent};
    for (const auto& [key, value] :
         view.scan(Bytes{chain::Participant::prefix}, {}, kParticipantsMax)) {
      if (const auto participant = chain::decode_record<chain::Participant>(value))
        names.push_back(participant->bic);
    }
    return names;
  };
  // Pending first: what stops being pending meanwhile is then found as final.
  std::vector<chain::OwnedId> pending;
  {
    const chain::StoreView before = context.service.store().view();
    for (const Bic& bank : banks(before))
      if (may_see(context, request, bank) && context.service.pending({bank, *uetr}))
        pending.push_back({bank, *uetr});
  }
  const chain::StoreView view = context.service.store().view();
  std::vector<PaymentHistory> found;
  for (const Bic& bank : banks(view)) {
    auto payment = view.payment({bank, *uetr});
    if (!payment || payment->receipts.empty()) continue;
    std::erase(pending, payment->name);
    if (sees_all(request) || is_party(*payment, context.bank)) found.push_back(*std::move(payment));
  }
  if (found.size() + pending.size() > 1)
    return refuse(problems::ambiguous_uetr, {.field = "agent"});
  // Approvals are this bank's own.
  ApprovalBook& approvals = context.service.approvals();
  if (!found.empty()) {
    const PaymentHistory& payment = found.front();
    std::optional<Approval> approval;
    if (payment.name.owner == context.bank)
      approval = approvals.find(payment.receipts.front().receipt.transaction_hash);
    AnnexCommitments annexes(view);
    return json_response(
        payment_object(payment, view, annexes, exponents_of(view), true, steps_before(approval)));
  }
  const chain::OwnedId name{pending.empty() ? agent.value_or(context.bank) : pending.front().owner,
                            *uetr};
  std::optional<Approval> approval;
  if (name.owner == context.bank) {
    approvals.close_passed();
    approval = approvals.find(name);
  }
  const auto absent = [&](std::string_view status) {
    return json_response(absent_payment(name, status, steps_before(approval)));
  };
  if (!pending.empty()) return absent("pending");
  const bool is_used = view.find_id(name).has_value();
  if (approval && !is_used) {
    const ApprovalStepKind last = approval->last();
    if (last == ApprovalStepKind::refused || last == ApprovalStepKind::expired)
      return absent(to_string(last));
    if (!approval->is_closed()) return absent("awaiting_approval");
  }
  // Whose money waits is no stranger, though the receipt that says so is not here.
  const auto hold = chain::load<chain::Hold>(view, name);
  const bool is_party_of_hold =
      hold && (hold->debtor.owner == context.bank || hold->creditor.owner == context.bank);
  if (may_see(context, request, name.owner) || is_party_of_hold)
    if (auto elsewhere = refuse_history(view, name)) return *std::move(elsewhere);
  if (valid_until && !is_used && may_see(context, request, name.owner) && view.head() &&
      has_passed(*valid_until, view.head()->time))
    return absent("expired");
  return refuse(problems::unknown_payment);
}

}  // namespace vostro::node::api
