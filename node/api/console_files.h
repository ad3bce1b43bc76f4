/// The files of the console (console/), which the build puts into the program: an installed node
/// needs none beside it, and can serve no others. Plain data; any thread.
#pragma once

#include <span>
#include <string_view>

namespace vostro::node::api {

struct ConsoleFile {
  std::string_view name;  ///< in its folder, "app.js"
  std::string_view content_type;
  std::string_view etag;  ///< with its quotation marks; changes with the content
  std::string_view content;
};

/// All of them; the page itself is "index.html".
[[nodiscard]] std::span<const ConsoleFile> console_files();

}  // namespace vostro::node::api
