#include "net/http/embedded_file.h"

#include <algorithm>

namespace vostro::net::http {
namespace {

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

Response serve_file(const EmbeddedFile& file, const Request& request) {
  Response response;
  response.content_type = std::string(file.content_type);
  response.cache_control = "no-cache";
  response.headers = {{"ETag", std::string(file.etag)}};
  if (is_known(request.if_none_match, file.etag)) {
    response.status = 304;
  } else {
    response.body = std::string(file.content);
  }
  return response;
}

}  // namespace vostro::net::http
