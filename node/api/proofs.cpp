#include "base/codec.h"
#include "chain/records.h"
#include "chain/tree.h"
#include "consensus/light.h"
#include "node/api/answers.h"
#include "node/api/epoch_steps.h"

namespace vostro::node::api {

namespace json = boost::json;

namespace {

/// As `epochs` of a proof. Empty where the store lacks one.
std::optional<json::array> epochs_before(const chain::StoreView& view, Epoch epoch) {
  const auto steps = epoch_steps_before(view, epoch);
  if (!steps) return std::nullopt;
  json::array out;
  for (const consensus::EpochStep& step : *steps) out.emplace_back(hex(encode(step)));
  return out;
}

/// The block's header, and the kept proof that makes it final, with the headers between the two:
/// all that somebody needs who knows the validators and has no chain. False where the store lacks
/// one.
bool add_finality(json::object& to, const chain::StoreView& view, Height height) {
  const auto header = view.header(height);
  if (!header) return false;
  const auto decoded = decode<consensus::Header>(*header);
  if (!decoded) return false;
  auto epochs = epochs_before(view, decoded->epoch);
  if (!epochs) return false;
  to["epochs"] = *std::move(epochs);
  to["header"] = hex(*header);
  to["headers"] = json::array{};
  to["finality"] = nullptr;
  to["finality_height"] = nullptr;
  const auto finality = view.proof_at_or_above(height);
  if (!finality) return true;  // the block is final, and its proof is being written
  json::array between;
  for (Height above = height.next(); above < finality->height; above = above.next()) {
    const auto each = view.header(above);
    if (!each) return false;
    between.emplace_back(hex(*each));
  }
  to["headers"] = std::move(between);
  to["finality"] = hex(finality->bytes);
  to["finality_height"] = finality->height.value;
  return true;
}

enum class Shown : std::uint8_t { settlement, outcome };
std::optional<Shown> shown_of(std::string_view word) {
  if (word == "settlement") return Shown::settlement;
  if (word == "outcome") return Shown::outcome;
  return std::nullopt;
}

}  // namespace

/// The receipt by which a payment settled, with its path to the receipts root of its block: what an
/// order about a settled payment (Recall, Return, ConfirmCredit) must show. Or the newest receipt,
/// whatever it says.
Response get_payment_proof(const Context& context, const Request& request) {
  const auto uetr = uuid_of(request.captured.at(0));
  if (!uetr) return refuse(problems::bad_path);
  QueryReader query(request);
  const auto agent = query.value("agent", bic_of);
  const auto asked = query.value("of", shown_of);
  if (auto bad = query.finish()) return *std::move(bad);

  const chain::StoreView view = context.service.store().view();
  const chain::OwnedId name{agent.value_or(context.bank), *uetr};
  const auto payment = view.payment(name);
  if (!payment && may_see(context, request, name.owner))
    if (auto elsewhere = refuse_history(view, name)) return *std::move(elsewhere);
  if (!payment) return refuse(problems::unknown_payment);
  bool is_party = sees_all(request);
  const bool any = asked == Shown::outcome;
  const chain::PlacedReceipt* settled = nullptr;
  for (const chain::PlacedReceipt& each : payment->receipts) {
    is_party = is_party || concerns(each.receipt, context.bank);
    const bool counts = any || each.receipt.status == chain::Status::settled;
    if (counts && each.receipt.payment) settled = &each;
  }
  if (!is_party) return refuse(problems::unknown_payment);
  if (settled == nullptr) return refuse(problems::not_settled);
  const auto original = view.original(settled->place);
  if (!original && !view.is_whole(settled->place.height))
    return refuse_history(view, settled->place.height);
  if (!original) return refuse(problems::store_failed);
  json::object out{{"uetr", text(to_text(*uetr))},
                   {"agent", text(to_text(payment->name.owner))},
                   {"original", hex(encode(*original))}};
  add_placed(out, *settled, exponents_of(view));
  if (!add_finality(out, view, settled->place.height)) return refuse(problems::store_failed);
  return json_response(out);
}

/// What the account had of a currency after a block: of the newest one with a proof of its own, so
/// that nothing stands between, unless a height is asked for.
Response get_balance_proof(const Context& context, const Request& request) {
  const auto account = captured_account(request);
  if (!account) return refuse(problems::bad_path);
  QueryReader query(request);
  const auto currency = query.value("currency", parse_currency);
  const auto asked = query.value("height", parse_number);
  if (auto bad = query.finish()) return *std::move(bad);
  if (!currency)
    return refuse(problems::bad_parameter,
                  {.detail = "Say of which currency.", .field = "currency"});

  const chain::StoreView view = context.service.store().view();
  if (!chain::load<chain::CurrencyRecord>(view, *currency))
    return refuse(problems::bad_parameter,
                  {.detail = "The network has no such currency.", .field = "currency"});
  if (!sees_account(context, request, view, *account)) return refuse(problems::unknown_account);
  const auto newest = view.newest_proof();
  if (!newest || newest->height.value == 0) return refuse(problems::unknown_block);
  const Height height(asked.value_or(newest->height.value));
  if (height > newest->height || height.value == 0) return refuse(problems::unknown_block);
  const auto state = view.state_at(height);
  if (!state) return refuse(problems::state_not_kept, {.field = "height"});
  const auto block = view.block(height);
  if (!block) return refuse(problems::store_failed);

  const Bytes key = chain::key_of<chain::Balance>({*account, *currency});
  Money balance{*currency, MinorUnits(0)};
  if (const auto bytes = state->get(key)) {
    const auto record = chain::decode_record<chain::Balance>(*bytes);
    if (!record) return refuse(problems::store_failed);
    balance.units = record->units;
  }
  json::object out{{"account", text(to_text(*account))},
                   {"balance", chain::to_value(balance, exponents_of(view))},
                   {"height", height.value},
                   {"block_time", text(to_text(block->time))},
                   {"path", hex(encode(chain::prove(*state, key)))}};
  if (!add_finality(out, view, height)) return refuse(problems::store_failed);
  return json_response(out);
}

}  // namespace vostro::node::api
