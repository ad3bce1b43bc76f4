/// Many private files of one directory, saved together: each as save_private_file does it, and the
/// disk is waited for once rather than for each. Any thread.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/private_file.h"

namespace vostro {

struct PrivateFile {
  std::string name;  ///< within the directory; all differ
  ByteView content;
};

/// Replaces those that are there. What became of each, in their order: those without an error are
/// on disk under their names; of the others what was there before is there still, or, where it was
/// the directory that could not be synced (then all have this error), perhaps the new content.
[[nodiscard]] std::vector<Result<void, FileError>> save_private_files(
    const std::string& directory, std::span<const PrivateFile> files);

}  // namespace vostro
