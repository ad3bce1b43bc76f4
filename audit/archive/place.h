/// Where the files of an archive lie: a directory, or a web server (which may be a bucket's). What
/// is read is bounded and otherwise believed in nothing. One thread at a time.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace vostro::audit {

class Place {
 public:
  virtual ~Place() = default;
  [[nodiscard]] virtual const std::string& name() const = 0;
  /// A whole file of at most `size_max` bytes. Errors: a sentence that names the file.
  [[nodiscard]] virtual Result<Bytes, std::string> read(std::string_view file,
                                                        std::size_t size_max) = 0;
};

/// "http://...", "https://..." or a path. `ca_file`: whom to trust in TLS; empty for the system's
/// authorities. Errors: a sentence. Nothing is read yet.
[[nodiscard]] Result<std::unique_ptr<Place>, std::string> open_place(const std::string& where,
                                                                     const std::string& ca_file);

}  // namespace vostro::audit
