#include "client/api_error.h"

#include "base/check.h"

namespace vostro::client {
namespace {

std::string text_of(const Problem& problem) {
  std::string out = problem.detail.empty() ? problem.title : problem.detail;
  if (out.empty()) out = "the node answered with status " + std::to_string(problem.status);
  if (problem.field) out += " (field " + *problem.field + ")";
  if (!problem.code.empty())
    out += " [" + problem.code + (problem.reason ? ", " + *problem.reason : "") + "]";
  if (problem.retry_after_s)
    out += "; try again in " + std::to_string(*problem.retry_after_s) + " s";
  return out;
}

}  // namespace

std::string to_string(const ApiError& error) {
  switch (error.kind) {
    case ApiError::Kind::cannot_connect:
      return "cannot connect: " + error.detail;
    case ApiError::Kind::timed_out:
      return "no answer in time: " + error.detail;
    case ApiError::Kind::broken_off:
      return "the connection was lost before the answer: " + error.detail;
    case ApiError::Kind::bad_answer:
      return "the answer is not that of a Vostro node: " + error.detail;
    case ApiError::Kind::problem:
      VOSTRO_CHECK(error.problem.has_value());
      return text_of(*error.problem);
  }
  VOSTRO_CHECK(false);
}

}  // namespace vostro::client
