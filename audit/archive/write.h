/// Makes an archive of a source, or adds to one what is new.
#pragma once

#include <functional>
#include <string>

#include "audit/archive/format.h"
#include "audit/source.h"
#include "genesis/definition.h"

namespace vostro::audit {

struct ArchiveOptions {
  /// Unpacked: a segment ends when it has so many. Of `Manifest::segments_max` times as much an
  /// archive can be: 2.4 TB.
  std::size_t segment_bytes = 12 * 1024 * 1024;
  std::size_t segment_blocks = 1'000;
};

struct Archived {
  Height before;             ///< the last block that was there; 0: none
  Height last;               ///< the last one now: the newest with a finality proof in the source
  std::size_t segments = 0;  ///< added
  std::uint64_t bytes = 0;   ///< added, as stored
};

/// Headers, finality, ids and batches of what is added are checked, and the headers of what is
/// there are followed again. `directory` is made with mode 0700 where it is missing. Files that are
/// there are not changed; the manifest is replaced in one step each time the last block of a
/// segment has a finality proof, so whoever copies the directory meanwhile has a whole archive.
[[nodiscard]] Checked<Archived> write_archive(
    const genesis::Definition& definition, const Source& source, const std::string& directory,
    const ArchiveOptions& options, const std::function<void(Height now, Height last)>& on_progress);

}  // namespace vostro::audit
