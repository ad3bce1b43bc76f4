/// What a node that joins and those who help it say to each other, beside the protocol: frames 19
/// to
/// 22. Plain data, nothing checked; what proves each answer is said in joiner.h. Source:
/// consensus-spec section 14; docs/encoding.md.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/decode_error.h"
#include "base/result.h"
#include "chain/history.h"
#include "chain/subtree.h"
#include "consensus/light.h"

namespace vostro::node::join {

/// Frame types.
inline constexpr Byte get_snapshot_frame = 19;
inline constexpr Byte snapshot_frame = 20;
inline constexpr Byte get_part_frame = 21;
inline constexpr Byte part_frame = 22;
[[nodiscard]] constexpr bool is_join_frame(Byte type) {
  return type >= get_snapshot_frame && type <= part_frame;
}

/// Most that one PART carries: what a frame may be, less what stands around it.
inline constexpr std::size_t part_bytes_max = 4 * 1024 * 1024;
/// Most ends of epochs in one SNAPSHOT.
inline constexpr std::size_t steps_max = 64;
/// Most headers in one PART.
inline constexpr std::uint32_t headers_max = 4'096;
/// Most blocks whose ids one PART carries.
inline constexpr std::uint32_t id_blocks_max = 4'096;

/// GET_SNAPSHOT: the ends of epochs from this one on, and the newest proof.
struct GetSnapshot {
  Epoch from;

  bool operator==(const GetSnapshot&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(from);
  }
};

/// SNAPSHOT: who votes, as far as there is room, and what is final. The newest proof is of the
/// epoch that the last step leads to, or of a later one.
struct Snapshot {
  std::vector<consensus::EpochStep> steps;
  std::optional<consensus::FinalityProof> newest;
  Height history_begins;  ///< the lowest block that the sender has whole, or the next after newest

  bool operator==(const Snapshot&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(bounded<steps_max>(steps), newest, history_begins);
  }
};

enum class PartKind : std::uint8_t {
  headers = 1,  ///< of `count` blocks down from `height`, which comes first
  ids = 2,      ///< of up to `count` blocks up from `height`
  state = 3,    ///< after block `height`, at `path`
};
[[nodiscard]] constexpr bool is_listed(PartKind kind) {
  return kind >= PartKind::headers && kind <= PartKind::state;
}

/// GET_PART
struct GetPart {
  PartKind kind = PartKind::headers;
  Height height;
  std::uint32_t count = 0;  ///< 0 for state
  chain::TreePath path;     ///< none but for state

  auto operator<=>(const GetPart&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(kind, height, count, path);
  }
};

enum class PartStatus : std::uint8_t {
  here = 1,
  not_here = 2,   ///< not kept here, or not yet
  too_large = 3,  ///< of state: ask for the sixteen parts of it
  busy = 4,       ///< of state: to find it would take a reading of all of it, and not now for you
};
[[nodiscard]] constexpr bool is_listed(PartStatus status) {
  return status >= PartStatus::here && status <= PartStatus::busy;
}

/// PART: what was asked for, and the encoding of Headers, Ids or chain::Subtree.
struct Part {
  GetPart of;
  PartStatus status = PartStatus::not_here;
  Bytes content;  ///< empty unless here

  bool operator==(const Part&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(of, status, bounded<part_bytes_max>(content));
  }
};

/// A header, or none where a continuation stands for the block.
struct OptionalHeader {
  std::optional<consensus::Header> header;

  bool operator==(const OptionalHeader&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(header);
  }
};

/// Downwards, as many as the sender has and will send.
struct Headers {
  std::vector<OptionalHeader> headers;

  bool operator==(const Headers&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(bounded<headers_max>(headers));
  }
};

/// Upwards, as many as fit.
struct Ids {
  std::vector<chain::UsedIds> blocks;

  bool operator==(const Ids&) const = default;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(bounded<id_blocks_max>(blocks));
  }
};

/// Largest frame of this type, in bytes; 0 where it is none of these.
[[nodiscard]] std::size_t frame_bytes_max(Byte type);

[[nodiscard]] Bytes encode_frame(const GetSnapshot& message);
[[nodiscard]] Bytes encode_frame(const Snapshot& message);
[[nodiscard]] Bytes encode_frame(const GetPart& message);
[[nodiscard]] Bytes encode_frame(const Part& message);
[[nodiscard]] Bytes encode_content(const Headers& headers);
[[nodiscard]] Bytes encode_content(const Ids& ids);
[[nodiscard]] Bytes encode_content(const chain::Subtree& part);

[[nodiscard]] Result<GetSnapshot, DecodeError> decode_get_snapshot(ByteView frame);
[[nodiscard]] Result<Snapshot, DecodeError> decode_snapshot(ByteView frame);
[[nodiscard]] Result<GetPart, DecodeError> decode_get_part(ByteView frame);
[[nodiscard]] Result<Part, DecodeError> decode_part(ByteView frame);
[[nodiscard]] Result<Headers, DecodeError> decode_headers(ByteView content);
[[nodiscard]] Result<Ids, DecodeError> decode_ids(ByteView content);
[[nodiscard]] Result<chain::Subtree, DecodeError> decode_subtree(ByteView content);

}  // namespace vostro::node::join
