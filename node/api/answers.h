/// What handlers share: JSON answers, pages, and who may see what. Include in .cpp files only: it
/// brings Boost.JSON.
#pragma once

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <string>
#include <string_view>

#include "base/text.h"
#include "chain/json/values.h"
#include "chain/membership.h"
#include "node/api/handlers.h"
#include "node/api/problem.h"

namespace vostro::node::api {

[[nodiscard]] inline boost::json::string text(std::string_view from) {
  return boost::json::string(from.data(), from.size());
}
[[nodiscard]] inline boost::json::string hex(ByteView bytes) {
  return text(to_hex(bytes));
}

[[nodiscard]] inline Response json_response(const boost::json::value& body, unsigned status = 200) {
  Response response;
  response.status = status;
  response.body = boost::json::serialize(body);
  return response;
}

/// A body that is no JSON, or not that of a `what` ("quote").
[[nodiscard]] Response refuse_json(const chain::JsonError& error, std::string_view what);

/// {"items": [...], "next": cursor or null}
[[nodiscard]] inline Response page_response(boost::json::array items,
                                            const std::optional<std::string>& next) {
  boost::json::object body{{"items", std::move(items)}, {"next", nullptr}};
  if (next) body["next"] = text(*next);
  return json_response(body);
}

/// As of when a change waits for its date: now, and not the newest block, which on an idle network
/// may be long ago.
[[nodiscard]] UnixMillis time_of(const Context& context, const chain::StoreView& view);
/// {"what": "quorum", "ready": 2, "needed": 3}; the numbers are null but for a quorum.
[[nodiscard]] boost::json::value waits_for_value(const chain::PendingChange& pending);

/// Digits of the currencies of this state; each is looked up once.
[[nodiscard]] chain::ExponentOf exponents_of(const chain::StateReader& state);

[[nodiscard]] inline bool sees_all(const Request& request) {
  return request.caller.role == Role::operate;
}
/// True where the bank is a party: by its id, its accounts in the payment, or an entry.
[[nodiscard]] bool concerns(const chain::Receipt& receipt, const Bic& bank);
[[nodiscard]] inline bool may_see(const Context& context, const Request& request,
                                  const Bic& owner) {
  return sees_all(request) || owner == context.bank;
}

/// True where there is such an account, and the caller may see it.
[[nodiscard]] bool sees_account(const Context& context, const Request& request,
                                const chain::StateReader& state, const chain::AccountId& account);

/// What was asked for stands in a block of which this node has the header and the ids alone.
[[nodiscard]] Response refuse_history(const chain::StoreView& view, Height height);
/// The same where the id was used in such a block; else none.
[[nodiscard]] std::optional<Response> refuse_history(const chain::StoreView& view,
                                                     const chain::OwnedId& id);

/// A path's or parameter's text as a name, or none.
[[nodiscard]] inline std::optional<Bic> bic_of(std::string_view from) {
  const auto bic = parse_bic(from);
  return bic ? std::optional(*bic) : std::nullopt;
}
[[nodiscard]] inline std::optional<Uuid> uuid_of(std::string_view from) {
  const auto uuid = parse_uuid(from);
  return uuid ? std::optional(*uuid) : std::nullopt;
}
[[nodiscard]] inline std::optional<chain::AccountId> account_of(std::string_view from) {
  const auto account = chain::parse_account(from);
  return account ? std::optional(*account) : std::nullopt;
}
/// That of a path with {bic}/{label}.
[[nodiscard]] inline std::optional<chain::AccountId> captured_account(const Request& request) {
  return account_of(request.captured.at(0) + "/" + request.captured.at(1));
}

/// "HEIGHT.INDEX", where a listing goes on.
[[nodiscard]] std::string cursor_of(const chain::ReceiptPlace& place);
[[nodiscard]] std::optional<chain::ReceiptPlace> place_of_cursor(std::string_view cursor);

/// Height, block time and index beside the receipt itself, as transactions and payments show it.
void add_placed(boost::json::object& to, const chain::PlacedReceipt& placed,
                const chain::ExponentOf& exponents);

/// The key after `key`: where a scan goes on behind it.
[[nodiscard]] inline Bytes after_key(Bytes key) {
  key.push_back(0);
  return key;
}

}  // namespace vostro::node::api
