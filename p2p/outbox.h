/// The frames that wait for one connection to be written. Bounded in bytes. Any thread may push;
/// one thread takes.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>

#include "base/bytes.h"
#include "p2p/limits.h"

namespace vostro::p2p {

/// The body is shared between the peers to whom it goes, never copied.
struct OutboundFrame {
  Byte type = 0;
  std::shared_ptr<const Bytes> body;

  [[nodiscard]] std::size_t cost() const { return body->size() + frame_overhead_bytes; }
};

class Outbox {
 public:
  enum class Push {
    queued,        ///< The writer is at work and will come to it.
    queued_first,  ///< The writer rests: wake it.
    full,          ///< The cap would be passed; nothing is queued, now or later.
    closed,        ///< The connection has ended.
  };

  explicit Outbox(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  [[nodiscard]] Push push(OutboundFrame frame);
  /// The next frame to write, which stays counted until `next` is called again; empty when there is
  /// none, and the writer rests until it is woken.
  [[nodiscard]] std::optional<OutboundFrame> next();
  /// Forgets what waits; every later push returns `closed`.
  void close();
  [[nodiscard]] std::size_t bytes() const;

 private:
  const std::size_t bytes_max_;
  mutable std::mutex mutex_;
  std::deque<OutboundFrame> frames_;
  std::size_t bytes_ = 0;       ///< Cost of all frames queued and of the one being written.
  std::size_t in_writing_ = 0;  ///< Cost of the one being written.
  bool is_writing_ = false;
  bool is_closed_ = false;
};

}  // namespace vostro::p2p
