/// Back-pressure towards a peer: what was received and not yet taken by the owner is counted, and
/// above the cap nothing more is read from that connection until there is room again. Any thread.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>

namespace vostro::p2p {

/// The account of one connection. Held by the connection and by every lease.
class Inbox {
 public:
  /// Reading may go on while what waits is at most `bytes_before_pause`. `on_room` is called, from
  /// any thread, when reading was paused and may go on.
  Inbox(std::size_t bytes_before_pause, std::function<void()> on_room);

  void add(std::size_t bytes);
  void release(std::size_t bytes);
  /// True when the next frame may be read; otherwise `on_room` will be called once.
  [[nodiscard]] bool has_room_or_waits();
  /// The connection has ended: `on_room` is called no more, and never again after this returns.
  void detach();
  [[nodiscard]] std::size_t bytes() const;

 private:
  const std::size_t bytes_before_pause_;
  mutable std::mutex mutex_;
  std::function<void()> on_room_;
  std::size_t bytes_ = 0;
  bool is_paused_ = false;
};

/// One frame's share of an Inbox, given back when the lease ends. Move-only.
class InboundLease {
 public:
  InboundLease() = default;
  InboundLease(std::shared_ptr<Inbox> inbox, std::size_t bytes);
  InboundLease(InboundLease&& other) noexcept;
  InboundLease& operator=(InboundLease&& other) noexcept;
  InboundLease(const InboundLease&) = delete;
  InboundLease& operator=(const InboundLease&) = delete;
  ~InboundLease();

 private:
  void give_back();
  std::shared_ptr<Inbox> inbox_;
  std::size_t bytes_ = 0;
};

}  // namespace vostro::p2p
