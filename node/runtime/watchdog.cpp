#include "node/runtime/watchdog.h"

#include <utility>

namespace vostro::node {

Watchdog::Watchdog(const std::vector<Watched>& threads, Callbacks callbacks)
    : callbacks_(std::move(callbacks)) {
  for (const Watched& thread : threads) seen_.push_back({thread, std::nullopt, 0});
}

Watchdog::~Watchdog() {
  stop();
}

void Watchdog::start() {
  thread_ = std::thread([this] { run(); });
}

void Watchdog::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    changed_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
}

void Watchdog::look() {
  for (Seen& seen : seen_) {
    const auto piece = seen.thread.pulse->piece();
    if (piece && piece == seen.piece) {
      if (++seen.looks != looks_max) continue;
      ++stalled_;
      callbacks_.on_stall(seen.thread.name);
      continue;
    }
    const bool had_stalled = seen.looks >= looks_max;
    seen.piece = piece;
    seen.looks = piece ? 1 : 0;
    if (!had_stalled) continue;
    --stalled_;
    callbacks_.on_over(seen.thread.name);
  }
}

void Watchdog::run() {
  std::unique_lock lock(mutex_);
  while (!changed_.wait_for(lock, look_every, [this] { return stopping_; })) {
    lock.unlock();
    look();
    lock.lock();
  }
}

}  // namespace vostro::node
