#include "net/http/problem.h"

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

namespace vostro::net::http {

Response refuse(const ProblemKind& kind, ProblemDetail detail) {
  return refuse(kind.status, kind.code, kind.title, std::move(detail));
}

Response refuse(unsigned status, std::string_view code, std::string_view title,
                ProblemDetail detail) {
  namespace json = boost::json;
  const auto text = [](std::string_view from) { return json::string(from.data(), from.size()); };
  json::object body{
      {"type", text("https://vostro.example/problems/" + std::string(code))},
      {"title", text(title)},
      {"status", status},
      {"code", text(code)},
      {"detail", text(detail.detail.empty() ? title : std::string_view(detail.detail))}};
  if (!detail.field.empty()) body["field"] = text(detail.field);
  if (!detail.reason.empty()) body["reason"] = text(detail.reason);
  Response response;
  response.status = status;
  response.content_type = "application/problem+json";
  response.body = json::serialize(body);
  const unsigned retry_after_s =
      status == 429 && detail.retry_after_s == 0 ? 1 : detail.retry_after_s;
  if (retry_after_s > 0)
    response.headers.emplace_back("Retry-After", std::to_string(retry_after_s));
  if (status == 401) response.headers.emplace_back("WWW-Authenticate", "Bearer");
  return response;
}

}  // namespace vostro::net::http
