/// A table of operations: what each needs, and who does it. Pure.
#pragma once

#include <functional>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "net/http/problem.h"
#include "net/http/request.h"
#include "net/http/target.h"

namespace vostro::net::http {

struct Upgrade;

/// Answers at once.
using Answering = std::function<Response(const Request&)>;
/// `answer` is called once, when the answer is there. What is returned makes the answer for a
/// client that is told before that; empty where `answer` has been called already.
using Waiting = std::function<MakeResponse(const Request&, Answer)>;
/// Looks at a request that wants to go on as a WebSocket, and gives who takes the connection over.
/// Errors: the refusal.
using Upgrading = std::function<Result<std::function<void(Upgrade)>, Response>(const Request&)>;

struct Route {
  std::string_view method;
  std::string_view pattern;
  std::optional<Role> role;  ///< what `may` is asked; none: no token needed
  std::variant<Answering, Waiting, Upgrading> handler;
  /// Of a body that may have `Limits::large_body_bytes`; empty: none may.
  std::string_view large_body = {};
  /// Answers are so large that only `Limits::large_bodies` are made at once, bodies among them.
  bool gives_much = false;
  /// Pages of this server's own may ask for it, with the Origin that browsers add.
  bool is_own_page = false;
};

template <class AnyRoute>
struct MatchOf {
  const AnyRoute* route = nullptr;
  std::vector<std::string> captured;
};
/// In a table of any rows with `method` and `pattern`. Errors: not_found; method_not_allowed with
/// the methods that there are.
template <class Rows>
[[nodiscard]] auto find_row(const Rows& rows, std::string_view method,
                            const std::vector<std::string>& segments)
    -> Result<MatchOf<typename Rows::value_type>, Response> {
  std::string allowed;
  for (const auto& row : rows) {
    auto captured = match(row.pattern, segments);
    if (!captured) continue;
    if (row.method == method) return MatchOf<typename Rows::value_type>{&row, *std::move(captured)};
    allowed += (allowed.empty() ? "" : ", ") + std::string(row.method);
  }
  if (allowed.empty()) return fail(refuse(problems::not_found));
  Response response = refuse(problems::method_not_allowed);
  response.headers.emplace_back("Allow", allowed);
  return fail(std::move(response));
}

}  // namespace vostro::net::http
