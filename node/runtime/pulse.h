/// Whether a thread comes back from its work: it says where it begins a piece of it and where it
/// waits for the next, and whoever looks sees the same piece again or another. Written by that
/// thread alone, read by any; nobody waits.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>

namespace vostro::node {

class Pulse {
 public:
  void begin() { set(is_resting(at()) ? at() + 1 : at() + 2); }
  void rest() { set(is_resting(at()) ? at() : at() + 1); }
  /// The piece of work that the thread is at, under a number of its own; none while it waits.
  [[nodiscard]] std::optional<std::uint64_t> piece() const {
    const std::uint64_t now = at();
    return is_resting(now) ? std::nullopt : std::optional(now);
  }

 private:
  static bool is_resting(std::uint64_t at) { return at % 2 == 0; }
  [[nodiscard]] std::uint64_t at() const { return at_.load(std::memory_order_relaxed); }
  void set(std::uint64_t at) { at_.store(at, std::memory_order_relaxed); }

  std::atomic<std::uint64_t> at_{0};
};

}  // namespace vostro::node
