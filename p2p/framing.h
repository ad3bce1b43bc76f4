/// Frames: one byte of type, then the body. The table of types comes from the owner; this house
/// knows only how long each may be, on which channel it travels and how often it may come. Pure; a
/// FrameReader belongs to one thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "p2p/limits.h"
#include "p2p/reason.h"

namespace vostro::p2p {

/// Two connections join each pair of peers, so that a vote never waits behind a part of a snapshot:
/// messages of one WebSocket cannot overlap, and TCP keeps its order.
enum class Channel : std::uint8_t { consensus, bulk };
inline constexpr std::array<Channel, 2> all_channels{Channel::consensus, Channel::bulk};
/// "consensus" or "bulk"; the path of the upgrade is a slash and this word.
[[nodiscard]] std::string_view to_string(Channel channel);
[[nodiscard]] constexpr std::size_t index_of(Channel channel) {
  return static_cast<std::size_t>(channel);
}

struct FrameRule {
  Byte type = 0;
  std::uint32_t body_bytes_max = 0;  ///< The type itself is not counted.
  Channel channel = Channel::consensus;
  std::uint8_t rate_class =
      0;  ///< Index into the table's rates; types that share a class share its bucket.
};

/// The table of frame types. Immutable.
class FrameLimits {
 public:
  /// No frame may be longer, whatever the table says (threat model 2.2: 4 MiB and its header).
  static constexpr std::uint32_t body_bytes_limit = 4 * 1024 * 1024 + 64 * 1024;

  /// Errors: a sentence that names the type at fault: listed twice, longer than the limit, of an
  /// unknown class; or a rate that is zero; or no type at all.
  [[nodiscard]] static Result<FrameLimits, std::string> make(const std::vector<FrameRule>& rules,
                                                             std::vector<Rate> rates);

  /// Null for a type that is not listed.
  [[nodiscard]] const FrameRule* rule_of(Byte type) const;
  [[nodiscard]] const std::vector<Rate>& rates() const { return rates_; }
  /// The largest body of any type of the channel; 0 where it has none.
  [[nodiscard]] std::uint32_t body_bytes_max(Channel channel) const;

 private:
  FrameLimits() = default;
  std::array<std::optional<FrameRule>, 256> rules_;
  std::vector<Rate> rates_;
};

struct Frame {
  Byte type = 0;
  Bytes body;
};

/// Puts frames together from the pieces in which they arrive. The type is looked at first, and no
/// byte is kept beyond what that type allows.
class FrameReader {
 public:
  /// `limits` outlives the reader.
  FrameReader(const FrameLimits& limits, Channel channel) : limits_(limits), channel_(channel) {}

  /// `announced` is how many bytes the sender says will follow this piece; `is_last` ends the
  /// frame. Returns the frame when it is complete. The reader is spent after an error. Errors:
  /// empty_frame, unknown_type, wrong_channel, frame_too_big, in that order.
  [[nodiscard]] Result<std::optional<Frame>, Reason> on_piece(ByteView piece,
                                                              std::uint64_t announced,
                                                              bool is_last);
  [[nodiscard]] bool is_inside_frame() const { return rule_ != nullptr; }

 private:
  const FrameLimits& limits_;
  Channel channel_;
  const FrameRule* rule_ = nullptr;  ///< Of the frame begun; null between frames.
  Bytes body_;
};

/// The most memory that `peer_count` peers and strangers can make this house hold, in bytes.
/// Computed at start, logged, and compared with the node's budget.
[[nodiscard]] std::uint64_t memory_bytes_max(const Limits& limits, const FrameLimits& frames,
                                             std::size_t peer_count);

/// Whether limits and table fit each other.
/// Errors: a sentence that names the limit: one frame of a channel does not fit its caps, a time is
/// zero, or the first back-off is above the last.
[[nodiscard]] Result<void, std::string> check_limits(const Limits& limits,
                                                     const FrameLimits& frames);

[[nodiscard]] const ChannelLimits& limits_of(const Limits& limits, Channel channel);

}  // namespace vostro::p2p
