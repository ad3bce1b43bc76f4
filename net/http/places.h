/// Things of which only so many may be had at once, and the gate through which other threads reach
/// a server. Any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>

namespace vostro::net::http {

/// Things of which only so many may be had at once; what was taken is given back when the Place
/// goes. Any thread.
class Places {
 public:
  explicit Places(std::size_t count)
      : count_(static_cast<std::int64_t>(count)),
        taken_(std::make_shared<std::atomic<std::int64_t>>(0)) {}

  class Place {
   public:
    Place() = default;
    explicit Place(std::shared_ptr<std::atomic<std::int64_t>> taken) : taken_(std::move(taken)) {}
    Place(Place&&) = default;
    Place& operator=(Place&& other) noexcept {
      give_back();
      taken_ = std::move(other.taken_);
      return *this;
    }
    ~Place() { give_back(); }
    explicit operator bool() const { return taken_ != nullptr; }
    void give_back() {
      if (taken_) --*taken_;
      taken_.reset();
    }

   private:
    std::shared_ptr<std::atomic<std::int64_t>> taken_;
  };

  /// Empty where all are taken.
  [[nodiscard]] Place take() {
    if (++*taken_ <= count_) return Place(taken_);
    --*taken_;
    return {};
  }
  [[nodiscard]] std::int64_t taken() const { return taken_->load(); }

 private:
  std::int64_t count_;
  std::shared_ptr<std::atomic<std::int64_t>> taken_;
};

/// Through which other threads reach the connections, until the server stops.
class Gate {
 public:
  template <class Act>
  void if_open(Act&& act) {
    const std::lock_guard lock(mutex_);
    if (is_open_) act();
  }
  void close() {
    const std::lock_guard lock(mutex_);
    is_open_ = false;
  }

 private:
  std::mutex mutex_;
  bool is_open_ = true;
};

}  // namespace vostro::net::http
