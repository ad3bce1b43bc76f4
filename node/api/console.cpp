#include <algorithm>

#include "node/api/embedded_files.h"
#include "node/api/handlers.h"
#include "node/api/problem.h"

namespace vostro::node::api {
namespace {

constexpr std::string_view kPage = "index.html";

/// Everything comes from this node and nothing from the page's own text: what got into a name or a
/// reason by way of the ledger can be shown, and never run, sent elsewhere or framed.
constexpr std::string_view kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

}  // namespace

Response get_console(const Context&, const Request& request) {
  if (auto bad = QueryReader(request).finish()) return *std::move(bad);
  const std::string_view name = request.captured.empty() ? kPage : request.captured.front();
  const auto file = std::ranges::find(console_files(), name, &EmbeddedFile::name);
  if (file == console_files().end()) return refuse(problems::not_found);
  Response response = net::http::serve_file(*file, request);
  response.headers.insert(response.headers.end(),
                          {{"Content-Security-Policy", std::string(kPolicy)},
                           {"Referrer-Policy", "no-referrer"},
                           {"Cross-Origin-Opener-Policy", "same-origin"},
                           {"Cross-Origin-Resource-Policy", "same-origin"}});
  return response;
}

}  // namespace vostro::node::api
