/// The threads that do what can be done in any order: decoding, signature checks, answering peers
/// from the store. They yield the processor to the threads that agree, execute and store: a block
/// that waits holds up more than a check that waits.
#pragma once

#include <array>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "node/runtime/pulse.h"

namespace vostro::node {

/// What a free thread takes first. Peers' batches come before this node's own clients: what is
/// ordered already gets done, and under too much load the door is where things wait (and clients
/// are told to come back), not the network.
enum class WorkFor : std::size_t { peers, clients };

class WorkerPool {
 public:
  /// `niceness` as in nice(2), of each thread: 0 for work that others wait for.
  WorkerPool(std::size_t threads, int niceness);
  /// Finishes what was posted.
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  /// Any thread; never blocks. Whoever posts bounds how much may wait.
  void post(WorkFor whom, std::function<void()> work);
  /// What was posted is finished; nothing more is taken.
  void stop();
  /// One of each thread.
  [[nodiscard]] const std::deque<Pulse>& pulses() const { return pulses_; }

 private:
  void run(int niceness, Pulse& pulse);

  std::mutex mutex_;
  std::condition_variable changed_;
  std::array<std::deque<std::function<void()>>, 2> queues_;  ///< by WorkFor, the first one first
  bool stopping_ = false;
  std::deque<Pulse> pulses_;
  std::vector<std::thread> threads_;
};

}  // namespace vostro::node
