#include <set>
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

/// Of one whose order is on the ledger.
AnnexPut put_kept(AnnexStore& annexes, const chain::SealedAnnex& sealed) {
  // What was put before the order was final becomes its annex.
  static_cast<void>(annexes.on_ledger(sealed.belongs_to, sealed.commitment));
  return annexes.put_kept(sealed);
}

Response answer_to_put(const Context& context, const Wanted& wanted, AnnexPut put) {
  if (put != AnnexPut::stored && put != AnnexPut::repeated) return refuse_put(put);
  AnnexStore& annexes = context.service.annexes();
  const chain::OwnedId& name = wanted.sealed.belongs_to;
  // Its order may have become final since, and be read: nobody looks at that block again.
  if (const chain::StoreView now = context.service.store().view();
      !wanted.is_used && now.find_id(name).has_value()) {
    const auto late = annex_order_on_ledger(now, name);
    const AnnexState state = annexes.on_ledger(name, late ? late->commitment : Hash{});
    if (state == AnnexState::absent) return refuse(problems::annex_mismatch);
    // And nobody syncs what was moved for it. One that could not be moved is put once more.
    if (state == AnnexState::early || !annexes.sync()) return refuse(problems::store_failed);
  }
  return json_response(shown(wanted.sealed, annexes.state(name)),
                       put == AnnexPut::stored ? 201 : 200);
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
  AnnexStore& annexes = context.service.annexes();
  return answer_to_put(
      context, *wanted,
      wanted->is_used ? put_kept(annexes, wanted->sealed) : annexes.put_early(wanted->sealed));
}

Response post_annexes(const Context& context, const Request& request) {
  QueryReader query(request);
  if (auto bad = query.finish()) return *std::move(bad);
  if (request.content_type != "application/octet-stream") return refuse(problems::wrong_media_type);
  const auto parts = split_canonical(request.body, annexes_max);
  if (!parts) return parts.error();
  if (context.service.status().disk_full) return refuse(problems::disk_full, {.retry_after_s = 1});
  const chain::StoreView view = context.service.store().view();
  AnnexStore& annexes = context.service.annexes();
  std::vector<Response> responses(parts->size());
  std::vector<std::pair<std::size_t, Wanted>> early;  // and which of the request it is
  std::vector<chain::SealedAnnex> together;
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
    } else if (wanted->is_used) {
      responses[i] = answer_to_put(context, *wanted, put_kept(annexes, wanted->sealed));
    } else {
      together.push_back(wanted->sealed);
      early.emplace_back(i, *std::move(wanted));
    }
  }
  const auto puts = annexes.put_early(together);
  for (std::size_t i = 0; i < early.size(); ++i)
    responses[early[i].first] = answer_to_put(context, early[i].second, puts[i]);
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
