/// The files of an archive (docs/audit.md, "An archive"). Blocks lie in segments of consecutive
/// heights; a segment is two files whose names say its heights and whose bytes never change: what
/// headers commit to, which is little, and the batches, which is most. Each is one zstd frame. The
/// manifest names them all with size and hash, and is replaced as a whole when segments are added,
/// so that any store of files will do: a directory, a web server, a bucket. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "audit/archive/light.h"
#include "audit/finding.h"
#include "base/hash.h"

namespace vostro::audit {

inline constexpr std::string_view manifest_name = "manifest.json";
/// Of a file when unpacked: a block of the largest size that a network may have (64 MiB), with cut,
/// proof and ids, above one of the usual size of a segment.
inline constexpr std::size_t archive_content_max = 96 * 1024 * 1024;
/// Of a file, and of the manifest: what does not become smaller by packing.
inline constexpr std::size_t archive_file_max = archive_content_max + 1024 * 1024;

/// The file of one part of a segment, as the manifest names it.
struct ArchiveFile {
  std::string name;
  std::uint64_t bytes = 0;
  Hash hash;  ///< H("archive", its bytes)

  bool operator==(const ArchiveFile&) const = default;
};

struct Segment {
  Height first;
  Height last;
  ArchiveFile headers;  ///< LightBlock of each height
  ArchiveFile blocks;   ///< BlockBody of each height

  bool operator==(const Segment&) const = default;
};

struct Manifest {
  /// At some 330 bytes each they fit into `archive_file_max`.
  static constexpr std::size_t segments_max = 200'000;

  Hash founding_id;               ///< network id under which the ledger began
  std::vector<Segment> segments;  ///< without a gap, from height 1

  bool operator==(const Manifest&) const = default;
  [[nodiscard]] Height last() const { return segments.empty() ? Height(0) : segments.back().last; }
};

[[nodiscard]] std::string write_manifest(const Manifest& manifest);
/// Errors: a sentence. Names are those that `file_name` gives, so no path leads elsewhere.
[[nodiscard]] Result<Manifest, std::string> read_manifest(std::string_view text);

/// "000000000001-000000001000.headers": the order of names is that of heights.
[[nodiscard]] std::string file_name(Height first, Height last, std::string_view kind);
[[nodiscard]] Hash file_hash(ByteView bytes);

/// Errors: a sentence, where the blocks are more than `archive_content_max`.
[[nodiscard]] Result<Bytes, std::string> pack_headers(const std::vector<LightBlock>& blocks);
[[nodiscard]] Result<Bytes, std::string> pack_bodies(const std::vector<BlockBody>& blocks);
/// The blocks of a segment's file, `count` of them. Errors: a sentence.
[[nodiscard]] Result<std::vector<LightBlock>, std::string> unpack_headers(ByteView file,
                                                                          std::size_t count);
[[nodiscard]] Result<std::vector<BlockBody>, std::string> unpack_bodies(ByteView file,
                                                                        std::size_t count);

}  // namespace vostro::audit
