/// The files that the bridge carries and serves. Plain data; any thread.
#pragma once

#include <span>

#include "net/http/embedded_file.h"

namespace vostro::bridge::api {

using net::http::EmbeddedFile;

/// One: "openapi.json".
[[nodiscard]] std::span<const EmbeddedFile> description_files();

}  // namespace vostro::bridge::api
