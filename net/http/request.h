/// A request and its answer without any socket: what handlers see. Plain data.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace vostro::net::http {

/// What a token may do (docs/api.md). From `read` on each role includes those before it; `audit` is
/// for a stranger, and includes none.
enum class Role : std::uint8_t { audit = 0, read = 1, write = 2, operate = 3 };
/// Whether a token of the role `has` may do what asks for `needed`. What `audit` may, `operate` may
/// too, and nobody else.
[[nodiscard]] constexpr bool may(Role has, Role needed) {
  if (has == Role::operate || has == needed) return true;
  return has != Role::audit && needed != Role::audit && has > needed;
}

/// Who asks: the token, by its public id, never the token itself.
struct Caller {
  std::string token_id;
  Role role = Role::read;
  std::uint32_t requests_per_second = 100;
};

struct Request {
  std::string method;
  std::vector<std::string> captured;                       ///< for each {} of the route's pattern
  std::vector<std::pair<std::string, std::string>> query;  ///< decoded, in the order given
  std::string content_type;                                ///< without parameters, lower case
  std::string if_none_match;                               ///< as it was sent; empty: absent
  /// Fields of the header that begin with "vostro-", names in lower case.
  std::vector<std::pair<std::string, std::string>> own_fields;
  std::string body;
  Caller caller;
};

struct Response {
  unsigned status = 200;
  std::string content_type = "application/json";
  std::string cache_control = "no-store";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;  ///< beside those that every answer has
};

/// Makes an answer when asked. Called on one of the server's own threads.
using MakeResponse = std::function<Response()>;
/// Takes the answer of a request that is not answered at once. Any thread; never blocks; the first
/// call counts.
using Answer = std::function<void(MakeResponse)>;

}  // namespace vostro::net::http
