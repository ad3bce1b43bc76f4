/// Why a connection was refused or ended: one list for both, so that the log, the metrics and the
/// manual use the same words. Pure; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace vostro::p2p {

enum class Reason : std::uint8_t {
  // Before the peer is known.
  half_open_limit,    ///< Too many connections that have not authenticated yet.
  address_limit,      ///< Too many of those from one address.
  handshake_timeout,  ///< Not established in time, at any step of it.
  unreachable,        ///< The host has no address, or nobody listens there.
  tls_failed,         ///< Not TLS 1.3, no certificate, or a certificate without its key.
  unknown_key,        ///< The key of the certificate is not pinned in the registry.
  // The peer is known, the connection not yet established.
  not_an_upgrade,   ///< TLS, but no WebSocket upgrade of HTTP follows.
  unknown_channel,  ///< The path of the upgrade names no channel.
  other_network,    ///< The peer runs another network: its genesis hash differs.
  other_protocol,   ///< The peer speaks another version of the protocol.
  shut_out,         ///< The peer is shut out for what it did before.
  declined,         ///< The peer declined the upgrade for a reason of its own.
  // Breaches of the rules by an established peer: it is shut out for a while.
  empty_frame,       ///< A frame without a type.
  unknown_type,      ///< A frame whose type is not in the table.
  wrong_channel,     ///< A frame whose type belongs to the other channel.
  frame_too_big,     ///< A frame longer than its type allows.
  not_binary,        ///< A text message.
  broken_websocket,  ///< Bytes that are not WebSocket frames.
  control_flood,     ///< More pings and pongs than anybody needs.
  penalised,         ///< The owner found fault with what a frame said.
  // Ends that are nobody's breach.
  idle,             ///< Nothing heard for too long, not even a heartbeat.
  slow_frame,       ///< A frame was started and not finished in time.
  outbound_full,    ///< The peer reads too slowly; what waits for it reached its cap.
  displaced,        ///< A newer connection of the same identity and channel took its place.
  removed,          ///< The key is no longer pinned in the registry.
  closed_by_peer,   ///< The peer said goodbye.
  connection_lost,  ///< The connection broke.
  stopped,          ///< This node stops.
};
inline constexpr std::size_t reason_count = static_cast<std::size_t>(Reason::stopped) + 1;

/// One word with underscores: the label of the metric.
[[nodiscard]] std::string_view to_string(Reason reason);
/// One clause, for the log.
[[nodiscard]] std::string_view describe(Reason reason);
/// The reason that `to_string` gives this word; empty for any other text. What a peer says is shown
/// only through this.
[[nodiscard]] std::optional<Reason> reason_from(std::string_view word);
/// True for what an honest peer never does: the sender is shut out (threat model 2.2, scoring).
[[nodiscard]] bool is_breach(Reason reason);

}  // namespace vostro::p2p
