#include "node/api/embedded_files.h"
#include "node/api/handlers.h"

namespace vostro::node::api {

Response get_description(const Context&, const Request& request) {
  if (auto bad = QueryReader(request).finish()) return *std::move(bad);
  return net::http::serve_file(description_files().front(), request);
}

}  // namespace vostro::node::api
