/// What event streams and webhooks tell: the receipts of one block after the other, read from the
/// store piece by piece, so that a reader that begins a year ago takes no more memory than one that
/// begins now. One thread.
///
/// Each event has a place: height, and index of its receipt; that of a block's own event is the
/// count of its receipts. Places ascend, and are the same whoever reads and however often.
#pragma once

#include <string>
#include <vector>

#include "base/identifiers.h"
#include "base/result.h"
#include "node/service.h"

namespace vostro::node::api {

struct FeedEvent {
  chain::ReceiptPlace place;
  std::string text;  ///< JSON: docs/api.md, "Events"
};

/// The first place behind an event's, and behind a whole block.
[[nodiscard]] chain::ReceiptPlace place_after(const chain::ReceiptPlace& told);
[[nodiscard]] chain::ReceiptPlace place_after(Height block);

class EventFeed {
 public:
  struct Start {
    chain::ReceiptPlace next;  ///< the first place that is told
    std::optional<Bic> only;   ///< whose receipts; none: every one
    bool with_blocks = true;   ///< tell of each block when its receipts are told
  };
  /// `store` outlives this.
  EventFeed(const chain::Store& store, Start start);

  /// The next events, in order, up to the block `until`; stops when their texts have `bytes_max` or
  /// more, or when much was looked at, which may give none. Errors: a block could not be read; the
  /// next call begins at the same place again.
  [[nodiscard]] Result<std::vector<FeedEvent>, std::string> next(Height until,
                                                                 std::size_t bytes_max);
  /// There is more up to the block `until`.
  [[nodiscard]] bool has_more(Height until) const { return next_.height <= until; }
  /// Everything before it was looked at.
  [[nodiscard]] const chain::ReceiptPlace& position() const { return next_; }

 private:
  class Reading;
  const chain::Store& store_;
  std::optional<Bic> only_;
  bool with_blocks_;
  chain::ReceiptPlace next_;
};

}  // namespace vostro::node::api
