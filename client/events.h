/// The node's event stream over WebSocket: receipts and blocks, in order, resumable. One thread at
/// a time.
///
///   auto stream = EventStream::open(api, height);
///   while (auto event = stream->next(5s)) if (*event) handle(**event);
///
/// Whoever has handled a BlockEvent resumes with its height after any error: nothing is missed,
/// nothing comes twice.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <variant>

#include "client/api.h"

namespace vostro::client {

/// A receipt that concerns the token's bank (every one for a token with the role `operate`).
struct ReceiptEvent {
  FinalReceipt receipt;
};
/// The block's receipts have all been told.
struct BlockEvent {
  Height height;
  UnixMillis block_time;
  Hash block_id;
  Hash state_root;
  std::uint64_t receipts = 0;
};
using Event = std::variant<ReceiptEvent, BlockEvent>;

class EventStream {
 public:
  static constexpr std::size_t message_bytes_max = 256 * 1024;

  /// Events from the block after `from_height`, or from now. Uses the address, token and options of
  /// `api`. Errors: cannot_connect; problem where the node refuses (401, 403, 429).
  [[nodiscard]] static Result<EventStream, ApiError> open(const ApiClient& api,
                                                          std::optional<Height> from_height);
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
