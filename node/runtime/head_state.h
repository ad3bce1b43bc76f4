/// The state at the newest block that clients were told of, for the door: what one transaction
/// made it read (parameters, participants, accounts) is remembered for those after it, until the
/// next block. Any thread.
#pragma once

#include <map>
#include <memory>
#include <mutex>

#include "chain/store/store.h"

namespace vostro::node {

class HeadState {
 public:
  explicit HeadState(const chain::Store& store);

  /// A reader of one block's state, good for as long as it is held.
  [[nodiscard]] std::shared_ptr<const chain::StateReader> reader() const;
  /// A newer block is stored.
  void renew();

  /// Of the rows remembered of one block.
  static constexpr std::size_t bytes_max = 8 * 1024 * 1024;

 private:
  class Remembering;

  const chain::Store& store_;
  mutable std::mutex mutex_;
  std::shared_ptr<const Remembering> reader_;
};

}  // namespace vostro::node
