#include <algorithm>

#include "node/api/console_files.h"
#include "node/api/handlers.h"
#include "node/api/problem.h"
#include "node/api/target.h"

namespace vostro::node::api {
namespace {

constexpr std::string_view kPage = "index.html";

/// Everything comes from this node and nothing from the page's own text: what got into a name or a
/// reason by way of the ledger can be shown, and never run, sent elsewhere or framed.
constexpr std::string_view kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// If-None-Match: `*`, or a list in which the tag stands; weak ones compare equal (RFC
/// 9110, 13.1.2).
bool is_known(std::string_view tags, std::string_view etag) {
  while (!tags.empty()) {
    const std::size_t end = std::min(tags.find(','), tags.size());
    std::string_view tag = tags.substr(0, end);
    tags.remove_prefix(std::min(end + 1, tags.size()));
    while (!tag.empty() && tag.front() == ' ') tag.remove_prefix(1);
    while (!tag.empty() && tag.back() == ' ') tag.remove_suffix(1);
    if (tag.starts_with("W/")) tag.remove_prefix(2);
    if (tag == "*" || tag == etag) return true;
  }
  return false;
}

}  // namespace

Response get_console(const Context&, const Request& request) {
  if (auto bad = QueryReader(request).finish()) return *std::move(bad);
  const std::string_view name = request.captured.empty() ? kPage : request.captured.front();
  const auto file = std::ranges::find(console_files(), name, &ConsoleFile::name);
  if (file == console_files().end()) return refuse(problems::not_found);
  Response response;
  response.content_type = std::string(file->content_type);
  // A browser asks each time whether its copy is still right, so that an upgraded node never runs
  // with half of an older page.
  response.cache_control = "no-cache";
  response.headers = {{"ETag", std::string(file->etag)},
                      {"Content-Security-Policy", std::string(kPolicy)},
                      {"Referrer-Policy", "no-referrer"},
                      {"Cross-Origin-Opener-Policy", "same-origin"},
                      {"Cross-Origin-Resource-Policy", "same-origin"}};
  if (is_known(request.if_none_match, file->etag)) {
    response.status = 304;
  } else {
    response.body = std::string(file->content);
  }
  return response;
}

}  // namespace vostro::node::api
