// What validators signed against the protocol: as this node keeps it, and as the ledger has it on
// record.
#include <map>

#include "base/codec.h"
#include "chain/records.h"
#include "consensus/evidence_file.h"
#include "node/api/answers.h"
#include "node/api/epoch_steps.h"
#include "node/runtime/evidence_book.h"

namespace vostro::node::api {

namespace json = boost::json;

namespace {

using chain::Misbehaviour;
using chain::MisbehaviourKey;

/// One act, and where there is proof of it.
struct Act {
  std::uint16_t validator = 0;
  PublicKey key;
  std::optional<EvidenceBook::Item> kept;
  std::optional<Misbehaviour> recorded;
};
using Acts = std::map<MisbehaviourKey, Act>;

/// Acts that this node keeps; those of epochs that its store does not know yet are left out.
Acts kept_acts(const chain::StoreView& view, const EvidenceBook& book) {
  Acts acts;
  std::optional<chain::EpochRecord> record;
  std::optional<Epoch> epoch;
  for (const EvidenceBook::Item& item : book.items()) {
    if (epoch != item.epoch) {
      epoch = item.epoch;
      record = record_of_epoch(view, item.epoch);
    }
    const auto name =
        record ? chain::misbehaviour_of(*record, item.epoch, item.offence) : std::nullopt;
    if (!name) continue;
    acts.emplace(*name, Act{item.offence.validator, record->validators[item.offence.validator].key,
                            item, std::nullopt});
  }
  return acts;
}

void add_recorded(Acts& acts, const MisbehaviourKey& name, const Misbehaviour& record) {
  Act& act = acts[name];
  act.validator = record.validator;
  act.key = record.key;
  act.recorded = record;
}

json::object act_value(const MisbehaviourKey& name, const Act& act) {
  const bool is_batch = name.kind == EvidenceKind::double_batch;
  json::object out{{"id", text(to_text(name))},
                   {"participant", text(to_text(name.owner))},
                   {"kind", text(code_of(name.kind))},
                   {"act", text(to_string(name.kind))},
                   {"epoch", name.epoch.value},
                   {"validator", act.validator},
                   {"key", text(to_text(act.key))},
                   {"view", is_batch ? json::value(nullptr) : json::value(name.place)},
                   {"incarnation", is_batch ? json::value(name.place) : json::value(nullptr)},
                   {"number", is_batch ? json::value(name.number) : json::value(nullptr)},
                   {"kept_bytes", nullptr},
                   {"record", nullptr}};
  if (act.kept) out["kept_bytes"] = act.kept->bytes;
  if (act.recorded)
    out["record"] = json::object{{"height", act.recorded->height.value},
                                 {"report", chain::to_value(act.recorded->report)},
                                 {"evidence_hash", hex(act.recorded->evidence.view())}};
  return out;
}

/// The act that a path names, with all that is known of it; refused where there is no proof here.
Result<std::pair<MisbehaviourKey, Act>, Response> captured_act(const Context& context,
                                                               const Request& request,
                                                               const chain::StoreView& view) {
  const auto name = chain::parse_misbehaviour(request.captured.at(0));
  if (!name) return fail(refuse(problems::bad_path));
  Acts acts = kept_acts(view, context.service.evidence());
  if (const auto record = chain::load<Misbehaviour>(view, *name))
    add_recorded(acts, *name, *record);
  const auto at = acts.find(*name);
  if (at == acts.end()) return fail(refuse(problems::unknown_evidence));
  return std::pair<MisbehaviourKey, Act>(*at);
}

/// What is on record where it is here, else what is kept. Errors: the refusal.
Result<Bytes, Response> bytes_of(const Context& context, const chain::StoreView& view,
                                 const MisbehaviourKey& name, const Act& act) {
  if (act.recorded) {
    if (const auto placed = view.transaction_of(act.recorded->report)) {
      const auto report = chain::decode_form_unchecked(placed->bytes);
      const auto* body = report ? std::get_if<chain::ReportEvidence>(&report->body) : nullptr;
      if (body == nullptr) return fail(refuse(problems::store_failed));
      return body->evidence;
    }
  }
  if (act.kept) {
    auto kept = context.service.evidence().evidence(name.epoch, act.kept->offence);
    if (kept && *kept) return **std::move(kept);
    return fail(refuse(problems::store_failed));
  }
  auto elsewhere = refuse_history(view, act.recorded->report);
  return fail(elsewhere ? *std::move(elsewhere) : refuse(problems::store_failed));
}

/// Of which network an epoch is: one that goes on from another keeps its blocks
/// (genesis/continuation.h).
Hash network_of(const Context& context, const chain::StoreView& view,
                const chain::EpochRecord& record, const std::vector<consensus::EpochStep>& steps) {
  if (!steps.empty()) return steps.front().closing.header.network_id;
  if (const auto first = view.header(record.anchor_height.next()); first && !first->empty())
    if (const auto header = decode<consensus::Header>(*first)) return header->network_id;
  return context.service.status().network_id;
}

}  // namespace

/// Ascending by bank, kind, epoch, place; the cursor is the name of the last act shown.
Response get_evidence(const Context& context, const Request& request) {
  QueryReader query(request);
  const auto participant = query.value("participant", bic_of);
  const auto cursor = query.value("cursor", chain::parse_misbehaviour);
  const std::size_t limit = query.limit();
  if (auto bad = query.finish()) return *std::move(bad);

  const chain::StoreView view = context.service.store().view();
  Acts acts = kept_acts(view, context.service.evidence());
  Bytes prefix{Misbehaviour::prefix};
  if (participant) prefix = chain::key_bytes(Misbehaviour::prefix, *participant);
  const Bytes from = cursor ? after_key(chain::key_of<Misbehaviour>(*cursor)) : prefix;
  for (const auto& [key, value] : view.scan(prefix, std::max(prefix, from), limit + 1)) {
    const auto name = chain::misbehaviour_of_key(key);
    const auto record = chain::decode_record<Misbehaviour>(value);
    if (!name || !record) return refuse(problems::store_failed);
    add_recorded(acts, *name, *record);
  }
  json::array items;
  std::optional<std::string> next;
  std::string last;
  for (const auto& [name, act] : acts) {
    if ((participant && name.owner != *participant) || (cursor && name <= *cursor)) continue;
    if (items.size() == limit) {
      next = last;
      break;
    }
    items.push_back(act_value(name, act));
    last = to_text(name);
  }
  return page_response(std::move(items), next);
}

Response get_one_evidence(const Context& context, const Request& request) {
  if (auto bad = QueryReader(request).finish()) return *std::move(bad);
  const chain::StoreView view = context.service.store().view();
  const auto found = captured_act(context, request, view);
  if (!found) return found.error();
  return json_response(act_value(found->first, found->second));
}

/// For whoever has the genesis file and nothing else (consensus/evidence_file.h).
Response get_evidence_file(const Context& context, const Request& request) {
  if (auto bad = QueryReader(request).finish()) return *std::move(bad);
  const chain::StoreView view = context.service.store().view();
  const auto found = captured_act(context, request, view);
  if (!found) return found.error();
  const auto& [name, act] = *found;
  // Two batches hold the orders of other banks' clients.
  if (name.kind == EvidenceKind::double_batch && !sees_all(request))
    return refuse(problems::other_bank);
  const auto record = record_of_epoch(view, name.epoch);
  auto steps = epoch_steps_before(view, name.epoch);
  const auto bytes = bytes_of(context, view, name, act);
  if (!bytes) return bytes.error();
  if (!record || !steps) return refuse(problems::store_failed);
  auto evidence = consensus::decode_evidence(*bytes);
  if (!evidence) return refuse(problems::store_failed);
  const Hash network = network_of(context, view, *record, *steps);
  Response response;
  response.content_type = "application/octet-stream";
  response.body = std::string(as_text(consensus::write_evidence_file(
      {network, *std::move(steps), record->version, *std::move(evidence)})));
  return response;
}

}  // namespace vostro::node::api
