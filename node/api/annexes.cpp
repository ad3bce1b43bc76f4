#include <set>
#include <span>
#include <utility>
#include <vector>

#include "chain/records.h"
#include "node/annexes/ledger.h"
#include "node/annexes/store.h"
#include "node/api/answers.h"
#include "node/api/options.h"
#include "node/api/submission.h"

namespace vostro::node::api {

namespace {

constexpr std::size_t kParticipantsMax = 4'096;  // looked through for an id without agent

/// The name that path and query give: the id, and whose it is. Where `agent` is not given, the bank
/// itself first, then the one other bank of whose order this node holds an annex. Errors: the
/// refusal.
Result<chain::OwnedId, Response> name_of(const Context& context, const Request& request) {
  const auto id = uuid_of(request.captured.at(0));
  if (!id) return fail(refuse(problems::bad_path));
  QueryReader query(request);
  const auto agent = query.value("agent", bic_of);
  if (auto bad = query.finish()) return fail(*std::move(bad));
  if (agent) return chain::OwnedId{*agent, *id};
  const AnnexStore& annexes = context.service.annexes();
  std::vector<chain::OwnedId> found;
  for (const auto& [key, value] : context.service.store().view().scan(
           Bytes{chain::Participant::prefix}, {}, kParticipantsMax)) {
    const auto participant = chain::decode_record<chain::Participant>(value);
    if (!participant) return fail(refuse(problems::store_failed));
    const chain::OwnedId name{participant->bic, *id};
    if (annexes.state(name) != AnnexState::absent) found.push_back(name);
  }
  if (found.size() > 1) return fail(refuse(problems::ambiguous_uetr, {.field = "agent"}));
  return found.empty() ? chain::OwnedId{context.bank, *id} : found.front();
}

Response refuse_put(AnnexPut put) {
  switch (put) {
    case AnnexPut::erased:
      return refuse(problems::annex_erased);
    case AnnexPut::conflicts:
      return refuse(problems::annex_mismatch);
    case AnnexPut::full:
      return refuse(problems::too_many_annexes, {.retry_after_s = 60});
    case AnnexPut::failed:
      return refuse(problems::store_failed);
    case AnnexPut::repeated:
    case AnnexPut::stored:
      break;
  }
  return refuse(problems::internal);
}

boost::json::object shown(const chain::SealedAnnex& sealed, AnnexState state) {
  return {{"id", text(to_text(sealed.belongs_to.id))},
          {"agent", text(to_text(sealed.belongs_to.owner))},
          {"annex", hex(sealed.commitment.view())},
          {"on_ledger", state == AnnexState::kept}};
}

/// An annex that may be put, by what the ledger has under its name now.
struct Wanted {
  chain::SealedAnnex sealed;
  bool is_used = false;  ///< its order is on the ledger
};

Result<Wanted, Response> judge(const Context& context, const chain::StoreView& view,
                               chain::SealedAnnex sealed) {
  const chain::OwnedId& name = sealed.belongs_to;
  // Who orders seals, also for a role that sees all.
  if (name.owner != context.bank) return fail(refuse(problems::other_bank));
  const bool is_used = view.find_id(name).has_value();
  const auto order = is_used ? annex_order_on_ledger(view, name) : std::nullopt;
  if (is_used && !order && !view.transaction_of(name))
    if (auto elsewhere = refuse_history(view, name)) return fail(*std::move(elsewhere));
  if (is_used && (!order || order->commitment != sealed.commitment))
    return fail(refuse(problems::annex_mismatch));
  return Wanted{std::move(sealed), is_used};
}

/// What becomes of each, of different orders. The disk is waited for once for those whose order is
/// on the ledger, and once for the others.
std::vector<Response> put_all(const Context& context, std::span<const Wanted> wanted) {
  AnnexStore& annexes = context.service.annexes();
  std::vector<chain::SealedAnnex> early;
  std::vector<chain::SealedAnnex> kept;
  for (const Wanted& each : wanted) {
    // What was put before the order was final becomes its annex.
    if (each.is_used)
      static_cast<void>(annexes.on_ledger(each.sealed.belongs_to, each.sealed.commitment));
    (each.is_used ? kept : early).push_back(each.sealed);
  }
  const std::vector<AnnexPut> early_puts = annexes.put_early(early);
  const std::vector<AnnexPut> kept_puts = annexes.put_kept(kept);

  std::vector<Response> responses;
  std::vector<std::size_t> moved;
  auto next_early = early_puts.begin();
  auto next_kept = kept_puts.begin();
  const chain::StoreView now = context.service.store().view();
  for (const Wanted& each : wanted) {
    const chain::OwnedId& name = each.sealed.belongs_to;
    const AnnexPut put = each.is_used ? *next_kept++ : *next_early++;
    AnnexState state = each.is_used ? AnnexState::kept : AnnexState::early;
    if (put != AnnexPut::stored && put != AnnexPut::repeated) {
      responses.push_back(refuse_put(put));
      continue;
    }
    if (!each.is_used && now.find_id(name).has_value()) {
      // Its order has become final since, and may be read: nobody looks at that block again.
      const auto late = annex_order_on_ledger(now, name);
      state = annexes.on_ledger(name, late ? late->commitment : Hash{});
      // One that could not be moved is put once more.
      if (state != AnnexState::kept) {
        responses.push_back(refuse(state == AnnexState::absent ? problems::annex_mismatch
                                                               : problems::store_failed));
        continue;
      }
    }
    // Moved now, or by an earlier request that did not come to its sync: nobody else syncs it.
    if (state == AnnexState::kept) moved.push_back(responses.size());
    responses.push_back(
        json_response(shown(each.sealed, state), put == AnnexPut::stored ? 201 : 200));
  }
  if (!moved.empty() && !annexes.sync())
    for (const std::size_t each : moved) responses[each] = refuse(problems::store_failed);
  return responses;
}

}  // namespace

Response put_annex(const Context& context, const Request& request) {
  const auto id = uuid_of(request.captured.at(0));
  if (!id) return refuse(problems::bad_path);
  QueryReader query(request);
  const auto agent = query.value("agent", bic_of);
  if (auto bad = query.finish()) return *std::move(bad);
  if (request.content_type != "application/octet-stream") return refuse(problems::wrong_media_type);
  auto sealed = chain::decode_sealed_annex(as_bytes(request.body));
  if (!sealed) return refuse(problems::bad_annex, {.detail = to_string(sealed.error())});
  if (sealed->belongs_to != chain::OwnedId{agent.value_or(context.bank), *id})
    return refuse(problems::bad_annex,
                  {.detail = "It belongs to another order than the path and agent name."});
  if (context.service.status().disk_full) return refuse(problems::disk_full, {.retry_after_s = 1});
  const auto wanted = judge(context, context.service.store().view(), *std::move(sealed));
  if (!wanted) return wanted.error();
  return put_all(context, std::span(&*wanted, 1)).front();
}

Response post_annexes(const Context& context, const Request& request) {
  QueryReader query(request);
  if (auto bad = query.finish()) return *std::move(bad);
  if (request.content_type != "application/octet-stream") return refuse(problems::wrong_media_type);
  const auto parts = split_canonical(request.body, annexes_max);
  if (!parts) return parts.error();
  if (context.service.status().disk_full) return refuse(problems::disk_full, {.retry_after_s = 1});
  const chain::StoreView view = context.service.store().view();
  std::vector<Response> responses(parts->size());
  std::vector<Wanted> together;
  std::vector<std::size_t> places;  // of each, in the request
  std::set<chain::OwnedId> names;
  for (std::size_t i = 0; i < parts->size(); ++i) {
    auto sealed = chain::decode_sealed_annex((*parts)[i]);
    if (!sealed) {
      responses[i] = refuse(problems::bad_annex, {.detail = to_string(sealed.error())});
      continue;
    }
    if (!names.insert(sealed->belongs_to).second) {
      responses[i] = refuse(problems::bad_annex,
                            {.detail = "One before it in the request is of the same order."});
      continue;
    }
    auto wanted = judge(context, view, *std::move(sealed));
    if (!wanted) {
      responses[i] = std::move(wanted.error());
      continue;
    }
    together.push_back(*std::move(wanted));
    places.push_back(i);
  }
  auto put = put_all(context, together);
  for (std::size_t i = 0; i < put.size(); ++i) responses[places[i]] = std::move(put[i]);
  return items_response(responses);
}

Response get_annex(const Context& context, const Request& request) {
  const auto name = name_of(context, request);
  if (!name) return name.error();
  const AnnexStore& annexes = context.service.annexes();
  const AnnexState state = annexes.state(*name);
  if (state == AnnexState::absent) return refuse(problems::unknown_annex);
  if (state == AnnexState::erased) return refuse(problems::annex_erased);
  const auto sealed = annexes.read(*name);
  if (!sealed) return refuse(problems::store_failed);
  Response response;
  response.content_type = "application/octet-stream";
  response.body = std::string(as_text(chain::encode_sealed_annex(*sealed)));
  return response;
}

Response delete_annex(const Context& context, const Request& request) {
  const auto name = name_of(context, request);
  if (!name) return name.error();
  AnnexStore& annexes = context.service.annexes();
  if (annexes.state(*name) == AnnexState::erased) return refuse(problems::annex_erased);
  const auto erased = annexes.erase(*name);
  if (!erased) return refuse(problems::store_failed);
  if (!*erased) return refuse(problems::unknown_annex);
  return json_response(
      boost::json::object{{"id", text(to_text(name->id))}, {"agent", text(to_text(name->owner))}});
}

}  // namespace vostro::node::api
