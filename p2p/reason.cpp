#include "p2p/reason.h"

#include "base/check.h"

namespace vostro::p2p {

std::string_view to_string(Reason reason) {
  switch (reason) {
    case Reason::half_open_limit:
      return "half_open_limit";
    case Reason::address_limit:
      return "address_limit";
    case Reason::handshake_timeout:
      return "handshake_timeout";
    case Reason::unreachable:
      return "unreachable";
    case Reason::tls_failed:
      return "tls_failed";
    case Reason::unknown_key:
      return "unknown_key";
    case Reason::not_an_upgrade:
      return "not_an_upgrade";
    case Reason::unknown_channel:
      return "unknown_channel";
    case Reason::other_network:
      return "other_network";
    case Reason::other_protocol:
      return "other_protocol";
    case Reason::shut_out:
      return "shut_out";
    case Reason::declined:
      return "declined";
    case Reason::empty_frame:
      return "empty_frame";
    case Reason::unknown_type:
      return "unknown_type";
    case Reason::wrong_channel:
      return "wrong_channel";
    case Reason::frame_too_big:
      return "frame_too_big";
    case Reason::not_binary:
      return "not_binary";
    case Reason::broken_websocket:
      return "broken_websocket";
    case Reason::control_flood:
      return "control_flood";
    case Reason::penalised:
      return "penalised";
    case Reason::idle:
      return "idle";
    case Reason::slow_frame:
      return "slow_frame";
    case Reason::outbound_full:
      return "outbound_full";
    case Reason::displaced:
      return "displaced";
    case Reason::removed:
      return "removed";
    case Reason::closed_by_peer:
      return "closed_by_peer";
    case Reason::connection_lost:
      return "connection_lost";
    case Reason::stopped:
      return "stopped";
  }
  VOSTRO_CHECK(false);
}

std::string_view describe(Reason reason) {
  switch (reason) {
    case Reason::half_open_limit:
      return "too many connections wait for their handshake";
    case Reason::address_limit:
      return "too many connections of this address wait for their handshake";
    case Reason::handshake_timeout:
      return "the handshake took too long";
    case Reason::unreachable:
      return "the address cannot be reached";
    case Reason::tls_failed:
      return "the TLS 1.3 handshake with certificates of both sides failed";
    case Reason::unknown_key:
      return "the key of the certificate is not in the registry";
    case Reason::not_an_upgrade:
      return "no WebSocket upgrade was asked for";
    case Reason::unknown_channel:
      return "the path of the upgrade names no channel";
    case Reason::other_network:
      return "the peer runs another network";
    case Reason::other_protocol:
      return "the peer speaks another version of the protocol";
    case Reason::shut_out:
      return "the peer is shut out for what it did before";
    case Reason::declined:
      return "the peer declined";
    case Reason::empty_frame:
      return "a frame without a type arrived";
    case Reason::unknown_type:
      return "a frame of unknown type arrived";
    case Reason::wrong_channel:
      return "a frame arrived on the wrong channel";
    case Reason::frame_too_big:
      return "a frame longer than its type allows arrived";
    case Reason::not_binary:
      return "a text message arrived";
    case Reason::broken_websocket:
      return "bytes arrived that are not WebSocket frames";
    case Reason::control_flood:
      return "too many pings and pongs arrived";
    case Reason::penalised:
      return "a frame broke the rules of the protocol";
    case Reason::idle:
      return "nothing was heard for too long";
    case Reason::slow_frame:
      return "a frame was started and not finished in time";
    case Reason::outbound_full:
      return "the peer reads too slowly";
    case Reason::displaced:
      return "a newer connection of the same identity took its place";
    case Reason::removed:
      return "the key is no longer in the registry";
    case Reason::closed_by_peer:
      return "the peer closed the connection";
    case Reason::connection_lost:
      return "the connection broke";
    case Reason::stopped:
      return "this node stops";
  }
  VOSTRO_CHECK(false);
}

std::optional<Reason> reason_from(std::string_view word) {
  for (std::size_t i = 0; i < reason_count; ++i) {
    const auto reason = static_cast<Reason>(i);
    if (to_string(reason) == word) return reason;
  }
  return std::nullopt;
}

bool is_breach(Reason reason) {
  return reason >= Reason::empty_frame && reason <= Reason::penalised;
}

}  // namespace vostro::p2p
