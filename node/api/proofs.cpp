#include "base/codec.h"
#include "node/api/answers.h"

namespace vostro::node::api {

namespace json = boost::json;

/// The receipt by which a payment settled, with its path to the receipts root of its block: what an
/// order about a settled payment (Recall, Return, ConfirmCredit) must show.
Response get_payment_proof(const Context& context, const Request& request) {
  const auto uetr = uuid_of(request.captured.at(0));
  if (!uetr) return refuse(problems::bad_path);
  QueryReader query(request);
  const auto agent = query.value("agent", bic_of);
  if (auto bad = query.finish()) return *std::move(bad);

  const chain::StoreView view = context.service.store().view();
  const auto payment = view.payment({agent.value_or(context.bank), *uetr});
  if (!payment) return refuse(problems::unknown_payment);
  bool is_party = sees_all(request);
  const chain::PlacedReceipt* settled = nullptr;
  for (const chain::PlacedReceipt& each : payment->receipts) {
    is_party = is_party || concerns(each.receipt, context.bank);
    if (each.receipt.status == chain::Status::settled && each.receipt.payment) settled = &each;
  }
  if (!is_party) return refuse(problems::unknown_payment);
  if (settled == nullptr) return refuse(problems::not_settled);
  const auto original = view.original(settled->place);
  const auto header = view.header(settled->place.height);
  const auto finality = view.proof_at_or_above(settled->place.height);
  if (!original || !header) return refuse(problems::store_failed);
  json::object out{{"uetr", text(to_text(*uetr))},
                   {"agent", text(to_text(payment->name.owner))},
                   {"original", hex(encode(*original))},
                   {"header", hex(*header)},
                   {"finality", nullptr},
                   {"finality_height", nullptr}};
  add_placed(out, *settled, exponents_of(view));
  if (finality) {
    out["finality"] = hex(finality->bytes);
    out["finality_height"] = finality->height.value;
  }
  return json_response(out);
}

}  // namespace vostro::node::api
