#include "p2p/framing.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace vostro::p2p {

std::string_view to_string(Channel channel) {
  switch (channel) {
    case Channel::consensus:
      return "consensus";
    case Channel::bulk:
      return "bulk";
  }
  VOSTRO_CHECK(false);
}

Result<FrameLimits, std::string> FrameLimits::make(const std::vector<FrameRule>& rules,
                                                   std::vector<Rate> rates) {
  if (rules.empty()) return fail(std::string("the table of frame types is empty"));
  for (const Rate& rate : rates) {
    if (!rate.is_valid()) {
      return fail(std::string(
          "a rate of frames must be between 1 and 1000000 a second, as must its burst"));
    }
  }
  FrameLimits limits;
  for (const FrameRule& rule : rules) {
    const std::string name = "frame type " + std::to_string(rule.type);
    auto& place = limits.rules_[rule.type];
    if (place) return fail(name + " is listed twice");
    if (rule.body_bytes_max > body_bytes_limit) {
      return fail(name + " may be " + std::to_string(rule.body_bytes_max) +
                  " bytes long, above the limit of " + std::to_string(body_bytes_limit));
    }
    if (rule.rate_class >= rates.size()) return fail(name + " names an unknown rate class");
    place = rule;
  }
  limits.rates_ = std::move(rates);
  return limits;
}

const FrameRule* FrameLimits::rule_of(Byte type) const {
  const auto& rule = rules_[type];
  return rule ? &*rule : nullptr;
}

std::uint32_t FrameLimits::body_bytes_max(Channel channel) const {
  std::uint32_t most = 0;
  for (const auto& rule : rules_) {
    if (rule && rule->channel == channel) most = std::max(most, rule->body_bytes_max);
  }
  return most;
}

Result<std::optional<Frame>, Reason> FrameReader::on_piece(ByteView piece, std::uint64_t announced,
                                                           bool is_last) {
  if (rule_ == nullptr) {
    if (piece.empty()) {
      if (is_last) return fail(Reason::empty_frame);
      return std::optional<Frame>();
    }
    const FrameRule* rule = limits_.rule_of(piece.front());
    if (rule == nullptr) return fail(Reason::unknown_type);
    if (rule->channel != channel_) return fail(Reason::wrong_channel);
    rule_ = rule;
    piece = piece.subspan(1);
  }
  VOSTRO_CHECK(body_.size() <= rule_->body_bytes_max);
  const std::size_t room = rule_->body_bytes_max - body_.size();
  if (piece.size() > room || announced > room - piece.size()) return fail(Reason::frame_too_big);

  const std::size_t needed = body_.size() + piece.size() + static_cast<std::size_t>(announced);
  if (needed > body_.capacity()) {
    // Doubles, so that many small pieces stay cheap, but never reserves beyond the cap of the type.
    const std::size_t cap = rule_->body_bytes_max;
    body_.reserve(std::min(cap, std::max(needed, body_.capacity() * 2)));
  }
  append(body_, piece);
  if (!is_last) return std::optional<Frame>();
  Frame frame{.type = rule_->type, .body = std::exchange(body_, Bytes())};
  rule_ = nullptr;
  return std::optional<Frame>(std::move(frame));
}

const ChannelLimits& limits_of(const Limits& limits, Channel channel) {
  return channel == Channel::consensus ? limits.consensus : limits.bulk;
}

std::uint64_t memory_bytes_max(const Limits& limits, const FrameLimits& frames,
                               std::size_t peer_count) {
  // Buffers of TLS (two records each way), of WebSocket and of ours for one connection.
  constexpr std::uint64_t kConnectionBytes = 192 * 1024;
  std::uint64_t peer_bytes = 0;
  for (const Channel channel : all_channels) {
    const ChannelLimits& caps = limits_of(limits, channel);
    peer_bytes += caps.inbound_bytes_max + caps.outbound_bytes_max +
                  frames.body_bytes_max(channel) + kConnectionBytes;
  }
  return peer_bytes * peer_count +
         (kConnectionBytes + limits.establish_bytes_max) * limits.half_open_max;
}

Result<void, std::string> check_limits(const Limits& limits, const FrameLimits& frames) {
  for (const Channel channel : all_channels) {
    const std::size_t largest = frames.body_bytes_max(channel) + frame_overhead_bytes;
    const ChannelLimits& caps = limits_of(limits, channel);
    const std::string name(to_string(channel));
    if (largest > caps.inbound_bytes_max) {
      return fail("the inbound cap of channel " + name + " is below its largest frame, " +
                  std::to_string(largest) + " bytes");
    }
    if (largest > caps.outbound_bytes_max) {
      return fail("the outbound cap of channel " + name + " is below its largest frame, " +
                  std::to_string(largest) + " bytes");
    }
  }
  const milliseconds shortest =
      std::min({limits.establish_time, limits.idle_time, limits.frame_time, limits.close_time,
                limits.reconnect_first, limits.shut_out_first, limits.displaced_alarm_time});
  if (shortest.count() < 1) return fail(std::string("every time limit must be above zero"));
  if (limits.reconnect_first > limits.reconnect_max) {
    return fail(std::string("reconnect_first is above reconnect_max"));
  }
  if (limits.shut_out_first > limits.shut_out_max) {
    return fail(std::string("shut_out_first is above shut_out_max"));
  }
  if (!limits.control_frames.is_valid())
    return fail(std::string("control_frames is no valid rate"));
  if (limits.displaced_alarm_count < 1) {
    return fail(std::string("displaced_alarm_count must be at least 1"));
  }
  return {};
}

}  // namespace vostro::p2p
