/// The threads that do what can be done in any order: decoding, signature checks, answering peers
/// from the store.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

namespace vostro::node {

class WorkerPool {
 public:
  explicit WorkerPool(std::size_t threads);
  /// Finishes what was posted.
  ~WorkerPool();

  /// Any thread; never blocks. Whoever posts bounds how much may wait.
  void post(std::function<void()> work);
  /// What was posted is finished; nothing more is taken.
  void stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace vostro::node
