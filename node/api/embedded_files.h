/// The files that the node carries and serves. Plain data; any thread.
#pragma once

#include <span>

#include "net/http/embedded_file.h"

namespace vostro::node::api {

using net::http::EmbeddedFile;

/// All of console/; the page itself is "index.html".
[[nodiscard]] std::span<const EmbeddedFile> console_files();
/// One: "openapi.json".
[[nodiscard]] std::span<const EmbeddedFile> description_files();

}  // namespace vostro::node::api
