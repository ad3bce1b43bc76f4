/// Says which threads do not come back from a piece of work: a deadlock, a disk that takes a call
/// and does not return, a loop without end. It frees nothing, for it cannot, and a disk may come
/// back. It counts its own looks and reads no clock, so a process that was frozen has not stalled.
/// Owns a thread once started. Source: catalogue row F38.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "node/runtime/pulse.h"

namespace vostro::node {

class Watchdog {
 public:
  static constexpr std::chrono::seconds look_every{5};
  /// A piece of work that was there at so many looks, one after the other: more than 30 s and at
  /// most 35, of the 60 within which a stall is to be told.
  static constexpr std::size_t looks_max = 7;

  struct Watched {
    std::string name;    ///< "the journal", as people read it
    const Pulse* pulse;  ///< outlives the watchdog
  };
  struct Callbacks {
    std::function<void(const std::string& name)> on_stall;  ///< once for each stall
    std::function<void(const std::string& name)> on_over;   ///< the thread came back
  };

  Watchdog(const std::vector<Watched>& threads, Callbacks callbacks);
  ~Watchdog();

  void start();
  void stop();
  /// One look, as the thread does it every `look_every`. Not beside that thread.
  void look();
  /// Threads that have stalled, as of the last look. Any thread.
  [[nodiscard]] std::size_t stalled() const { return stalled_.load(std::memory_order_relaxed); }

 private:
  struct Seen {
    Watched thread;
    std::optional<std::uint64_t> piece;
    std::size_t looks = 0;  ///< at which `piece` was there
  };
  void run();

  std::vector<Seen> seen_;
  Callbacks callbacks_;
  std::atomic<std::size_t> stalled_{0};
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace vostro::node
