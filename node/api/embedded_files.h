/// Files that the build puts into the program (cmake/EmbedFiles.cmake): an installed node needs
/// none beside it, and can serve no others. Plain data; any thread.
#pragma once

#include <span>
#include <string_view>

#include "node/api/request.h"

namespace vostro::node::api {

struct EmbeddedFile {
  std::string_view name;  ///< in its folder, "app.js"
  std::string_view content_type;
  std::string_view etag;  ///< with its quotation marks; changes with the content
  std::string_view content;
};

/// All of console/; the page itself is "index.html".
[[nodiscard]] std::span<const EmbeddedFile> console_files();
/// One: "openapi.json".
[[nodiscard]] std::span<const EmbeddedFile> description_files();

/// The file with its ETag, or 304 for whoever has it. A client asks each time whether its copy is
/// still right, so that after an upgrade of the node nobody works with an older one.
[[nodiscard]] Response serve_file(const EmbeddedFile& file, const Request& request);

}  // namespace vostro::node::api
