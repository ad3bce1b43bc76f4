#include "p2p/inbox.h"

#include <utility>

#include "base/check.h"

namespace vostro::p2p {

Inbox::Inbox(std::size_t bytes_before_pause, std::function<void()> on_room)
    : bytes_before_pause_(bytes_before_pause), on_room_(std::move(on_room)) {}

void Inbox::add(std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  bytes_ += bytes;
}

void Inbox::release(std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  VOSTRO_CHECK(bytes <= bytes_);
  bytes_ -= bytes;
  if (!is_paused_ || bytes_ > bytes_before_pause_) return;
  is_paused_ = false;
  // Called under the lock, so that `detach` can promise that no call comes after it; `on_room` only
  // posts.
  if (on_room_) on_room_();
}

bool Inbox::has_room_or_waits() {
  const std::lock_guard lock(mutex_);
  is_paused_ = bytes_ > bytes_before_pause_;
  return !is_paused_;
}

void Inbox::detach() {
  const std::lock_guard lock(mutex_);
  on_room_ = nullptr;
}

std::size_t Inbox::bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

InboundLease::InboundLease(std::shared_ptr<Inbox> inbox, std::size_t bytes)
    : inbox_(std::move(inbox)), bytes_(bytes) {
  inbox_->add(bytes_);
}

InboundLease::InboundLease(InboundLease&& other) noexcept
    : inbox_(std::move(other.inbox_)), bytes_(std::exchange(other.bytes_, 0)) {}

InboundLease& InboundLease::operator=(InboundLease&& other) noexcept {
  if (this != &other) {
    give_back();
    inbox_ = std::move(other.inbox_);
    bytes_ = std::exchange(other.bytes_, 0);
  }
  return *this;
}

InboundLease::~InboundLease() {
  give_back();
}

void InboundLease::give_back() {
  if (inbox_ == nullptr) return;
  inbox_->release(bytes_);
  inbox_.reset();
}

}  // namespace vostro::p2p
