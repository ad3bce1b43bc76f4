/// The routing table: one row an operation, what it needs and who does it. Pure.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "net/http/routes.h"
#include "node/api/handlers.h"

namespace vostro::node::api {

using Handler = Response (*)(const Context&, const Request&);
using AsyncHandler = MakeResponse (*)(const Context&, const Request&, Answer);
/// Operations that the server does itself.
struct Metrics {};
struct Events {};

struct Route {
  std::string_view method;
  std::string_view pattern;
  std::optional<Role> role;  ///< what `may` is asked; none: no token needed
  std::variant<Handler, AsyncHandler, Metrics, Events> handler;
  bool takes_binary = false;  ///< may have a body of canonical bytes
  bool gives_much = false;    ///< answers so large that only so many are made at once
};
[[nodiscard]] std::span<const Route> routes();

using Match = net::http::MatchOf<Route>;
/// Errors: not_found; method_not_allowed with the methods that there are.
[[nodiscard]] Result<Match, Response> find_route(std::string_view method,
                                                 const std::vector<std::string>& segments);

}  // namespace vostro::node::api
