/// Files that the build puts into a program (cmake/EmbedFiles.cmake): an installed one needs none
/// beside it, and can serve no others. Plain data; any thread.
#pragma once

#include <string_view>

#include "net/http/request.h"

namespace vostro::net::http {

struct EmbeddedFile {
  std::string_view name;  ///< in its folder, "app.js"
  std::string_view content_type;
  std::string_view etag;  ///< with its quotation marks; changes with the content
  std::string_view content;
};

/// The file with its ETag, or 304 for whoever has it. A client asks each time whether its copy is
/// still right, so that after an upgrade of the program nobody works with an older one.
[[nodiscard]] Response serve_file(const EmbeddedFile& file, const Request& request);

}  // namespace vostro::net::http
