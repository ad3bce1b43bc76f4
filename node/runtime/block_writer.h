/// The store's one writer: commits final blocks in order, each durable before it is told to
/// anybody. Blocks without a proof of their own, which is how they come to a node that catches up,
/// are written and synced together, as many as wait up to a bound. It also looks at the free space,
/// before each block and twice a second without one; while there is less than the store's reserve
/// nothing is written, and the blocks wait. Owns a thread.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "chain/store/store.h"
#include "node/replica/effects.h"
#include "node/runtime/pulse.h"

namespace vostro::node {

class BlockWriter {
 public:
  struct Callbacks {
    std::function<void(const StoreBlock&)> on_stored;  ///< on the writer's thread, in height order
    std::function<void(std::string)> on_failure;       ///< the disk failed: stop. Once.
    /// Free space fell below the store's reserve, or is back with an eighth above it. In turn,
    /// beginning with false.
    std::function<void(bool has_room)> on_room;
  };
  BlockWriter(chain::Store& store, Callbacks callbacks);
  ~BlockWriter();

  void add(StoreBlock block);
  /// Finishes what waits, where there is room for it; ends the thread.
  void stop();
  [[nodiscard]] const Pulse& pulse() const { return pulse_; }

 private:
  void run();
  [[nodiscard]] std::vector<StoreBlock> take_run();
  void note_room(bool has_room);
  [[nodiscard]] Result<void, chain::StoreError> commit(const std::vector<StoreBlock>& run);

  chain::Store& store_;
  Callbacks callbacks_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<StoreBlock> queue_;
  bool stopping_ = false;
  bool has_room_ = true;  ///< the thread's own
  Pulse pulse_;
  std::thread thread_;
};

}  // namespace vostro::node
