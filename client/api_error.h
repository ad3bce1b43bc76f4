/// Why a call to a node's API gave no answer of the kind that was asked for. The distinction that
/// matters for money: whether the request may have arrived. Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace vostro::client {

/// RFC 9457 problem details as docs/api.md writes them.
struct Problem {
  unsigned status = 0;  ///< of HTTP, 400 to 599
  std::string code;     ///< "id-used"; empty where the answer had no problem details
  std::string title;
  std::string detail;
  std::optional<std::string> field;   ///< the field at fault
  std::optional<std::string> reason;  ///< ISO 20022 code: "AM05"
  std::optional<std::uint32_t> retry_after_s;

  bool operator==(const Problem&) const = default;
};

struct ApiError {
  /// In the order of a call's life.
  enum class Kind : std::uint8_t {
    cannot_connect,  ///< No connection: nothing of the request has left this machine.
    timed_out,       ///< No answer in time: what was asked may have been done.
    broken_off,  ///< The connection was lost before the answer was whole: what was asked may have
                 ///< been done.
    bad_answer,  ///< Not HTTP, not JSON, or not the fields of docs/api.md: what was asked may have
                 ///< been done.
    problem,     ///< The node says no; `problem` tells why.
  };
  Kind kind = Kind::cannot_connect;
  std::string detail;  ///< one clause for a person
  std::optional<Problem> problem = {};
  /// The request went out twice, because a kept connection was found closed: the first may have
  /// arrived all the same.
  bool is_repeat = false;

  [[nodiscard]] bool is_problem(unsigned status) const {
    return problem && problem->status == status;
  }
  [[nodiscard]] bool is_problem(unsigned status, const std::string& code) const {
    return is_problem(status) && problem->code == code;
  }
  bool operator==(const ApiError&) const = default;
};
[[nodiscard]] inline ApiError error_of(ApiError::Kind kind, std::string detail) {
  return {kind, std::move(detail)};
}
/// One sentence.
[[nodiscard]] std::string to_string(const ApiError& error);

}  // namespace vostro::client
