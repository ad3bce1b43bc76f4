/// The node's event stream over WebSocket: receipts and blocks, in order, resumable. One thread at
/// a time.
///
///   auto stream = EventStream::open(api, last);
///   while (auto event = stream->next(5s)) if (*event) last = handle(**event);
///
/// Whoever has handled an event resumes with its place after any error: nothing is missed, nothing
/// comes twice.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "client/api.h"

namespace vostro::client {

/// Where an event stands: places ascend, and are the same for whoever reads.
struct EventPlace {
  Height height;
  std::optional<std::uint32_t> index = {};  ///< in the block; none: behind all of it

  bool operator==(const EventPlace&) const = default;
};

/// A receipt that concerns the token's bank (every one for a token with the role `operate`).
struct ReceiptEvent {
  FinalReceipt receipt;
  /// What it made of its payment, in the words of docs/payment-life.md, oldest first; empty where
  /// it changed none.
  std::vector<std::string> steps;

  [[nodiscard]] EventPlace place() const { return {receipt.height, receipt.index}; }
};
/// The block's receipts have all been told.
struct BlockEvent {
  Height height;
  UnixMillis block_time;
  Hash block_id;
  Hash state_root;
  std::uint64_t receipts = 0;

  [[nodiscard]] EventPlace place() const { return {height}; }
};
using Event = std::variant<ReceiptEvent, BlockEvent>;

class EventStream {
 public:
  static constexpr std::size_t message_bytes_max = 256 * 1024;

  /// Events behind `after`, or from now. Uses the address, token and options of
  /// `api`. Errors: cannot_connect; problem where the node refuses (401, 403, 429).
  [[nodiscard]] static Result<EventStream, ApiError> open(const ApiClient& api,
                                                          std::optional<EventPlace> after);
  EventStream(EventStream&&) noexcept;
  EventStream& operator=(EventStream&&) noexcept;
  ~EventStream();

  /// The next event, or none where none came within `timeout`; then call again. After an error the
  /// stream is over.
  [[nodiscard]] Result<std::optional<Event>, ApiError> next(std::chrono::milliseconds timeout);

 private:
  class Link;
  explicit EventStream(std::unique_ptr<Link> link);
  std::unique_ptr<Link> link_;
};

}  // namespace vostro::client
