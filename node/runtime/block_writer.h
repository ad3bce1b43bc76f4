/// The store's one writer: commits final blocks in order, each durable before it is told to
/// anybody. Owns a thread.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "chain/store/store.h"
#include "node/replica/effects.h"

namespace vostro::node {

class BlockWriter {
 public:
  struct Callbacks {
    std::function<void(const StoreBlock&)> on_stored;  ///< on the writer's thread, in height order
    std::function<void(std::string)> on_failure;       ///< the disk failed: stop. Once.
  };
  BlockWriter(chain::Store& store, Callbacks callbacks);
  ~BlockWriter();

  void add(StoreBlock block);
  /// Finishes what waits, ends the thread.
  void stop();

 private:
  void run();
  [[nodiscard]] Result<void, chain::StoreError> commit(const StoreBlock& block);

  chain::Store& store_;
  Callbacks callbacks_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<StoreBlock> queue_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace vostro::node
