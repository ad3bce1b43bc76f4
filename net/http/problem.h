/// Errors as RFC 9457 problem details with stable codes (docs/api.md). Nothing here repeats what
/// the client sent.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "net/http/request.h"

namespace vostro::net::http {

/// A kind of problem: its code is part of the API and never changes its meaning.
struct ProblemKind {
  unsigned status;
  std::string_view code;
  std::string_view title;
};

namespace problems {
// The request itself.
inline constexpr ProblemKind bad_request{400, "bad-request", "The request is malformed."};
inline constexpr ProblemKind bad_header{400, "bad-header", "The request's header is malformed."};
inline constexpr ProblemKind bad_body{400, "bad-body", "The request's body is malformed."};
inline constexpr ProblemKind bad_path{400, "bad-path",
                                      "The path holds something that is no such name."};
inline constexpr ProblemKind bad_parameter{400, "bad-parameter",
                                           "A query parameter has no such value."};
inline constexpr ProblemKind unknown_parameter{400, "unknown-parameter",
                                               "A query parameter is not known here."};
inline constexpr ProblemKind repeated_parameter{400, "repeated-parameter",
                                                "A query parameter stands twice."};
inline constexpr ProblemKind no_token{401, "no-token", "A valid token is needed."};
inline constexpr ProblemKind not_permitted{403, "not-permitted",
                                           "The token's role does not permit this."};
inline constexpr ProblemKind foreign_origin{403, "foreign-origin",
                                            "This origin is not on the list."};
inline constexpr ProblemKind not_found{404, "not-found", "There is nothing at this path."};
inline constexpr ProblemKind method_not_allowed{405, "method-not-allowed",
                                                "The path does not take this method."};
inline constexpr ProblemKind timeout{408, "timeout", "The request did not arrive in time."};
inline constexpr ProblemKind body_too_large{413, "body-too-large",
                                            "The body is larger than is taken here."};
inline constexpr ProblemKind wrong_media_type{415, "wrong-media-type",
                                              "The body is of a type that is not taken here."};
inline constexpr ProblemKind expectation{417, "expectation-failed",
                                         "Only 100-continue may be expected."};
inline constexpr ProblemKind upgrade_required{426, "upgrade-required",
                                              "This path speaks WebSocket."};
inline constexpr ProblemKind rate_limit{429, "rate-limit", "Too many requests with this token."};
inline constexpr ProblemKind too_many{429, "too-many", "Too many at once."};
inline constexpr ProblemKind header_too_large{431, "header-too-large",
                                              "The header is larger than is taken here."};
inline constexpr ProblemKind internal{500, "internal", "The server failed to answer."};
inline constexpr ProblemKind outcome_unknown{
    503, "outcome-unknown", "What became of it is not known here yet: ask by its id."};
}  // namespace problems

struct ProblemDetail {
  std::string detail{};        ///< one sentence of ours
  std::string field{};         ///< where in the request; empty: absent
  std::string reason{};        ///< ISO code; empty: absent
  unsigned retry_after_s = 0;  ///< 0: no Retry-After
};

[[nodiscard]] Response refuse(const ProblemKind& kind, ProblemDetail detail = {});
/// A problem whose code is a word of the ledger's own lists.
[[nodiscard]] Response refuse(unsigned status, std::string_view code, std::string_view title,
                              ProblemDetail detail = {});

}  // namespace vostro::net::http
