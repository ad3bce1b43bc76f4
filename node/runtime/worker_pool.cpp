#include "node/runtime/worker_pool.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/log.h"

namespace vostro::node {

WorkerPool::WorkerPool(std::size_t threads, int niceness) : pulses_(threads) {
  for (Pulse& pulse : pulses_)
    threads_.emplace_back([this, niceness, &pulse] { run(niceness, pulse); });
}

WorkerPool::~WorkerPool() {
  stop();
}

void WorkerPool::post(WorkFor whom, std::function<void()> work) {
  const std::lock_guard lock(mutex_);
  if (stopping_) return;
  queues_[static_cast<std::size_t>(whom)].push_back(std::move(work));
  changed_.notify_one();
}

void WorkerPool::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
  }
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

void WorkerPool::run(int niceness, Pulse& pulse) {
  // In Linux a thread has a niceness of its own. To be nicer is always allowed.
  if (niceness > 0 && ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), niceness) != 0)
    log::warning("cannot lower a worker's priority", {{"reason", std::strerror(errno)}});
  std::unique_lock lock(mutex_);
  for (;;) {
    const auto next = [this] {
      return std::ranges::find_if(queues_, [](const auto& queue) { return !queue.empty(); });
    };
    pulse.rest();
    changed_.wait(lock, [&] { return next() != queues_.end() || stopping_; });
    const auto queue = next();
    if (queue == queues_.end()) return;
    {
      const std::function<void()> work = std::move(queue->front());
      queue->pop_front();
      lock.unlock();
      pulse.begin();
      work();
    }
    lock.lock();
  }
}

}  // namespace vostro::node
