/// What an event stream sends: the receipts of one block after the other, read from the store piece
/// by piece, so that a stream that begins a year ago takes no more memory than one that begins now.
/// One thread.
#pragma once

#include <string>
#include <vector>

#include "base/identifiers.h"
#include "base/result.h"
#include "node/service.h"

namespace vostro::node::api {

class EventFeed {
 public:
  struct Start {
    Height after;             ///< the last block that the reader has seen
    std::optional<Bic> only;  ///< whose receipts; none: every one
  };
  /// `store` outlives this.
  EventFeed(const chain::Store& store, Start start);

  /// The next messages, in order, up to the block `until`; stops when there are `bytes_max` of them
  /// or more, or when much was looked at, which may give none. Errors: a block could not be read.
  [[nodiscard]] Result<std::vector<std::string>, std::string> next(Height until,
                                                                   std::size_t bytes_max);
  /// There is more up to the block `until`.
  [[nodiscard]] bool has_more(Height until) const { return height_ <= until; }

 private:
  const chain::Store& store_;
  std::optional<Bic> only_;
  Height height_;            ///< the block under way
  std::uint32_t index_ = 0;  ///< its next receipt
};

}  // namespace vostro::node::api
