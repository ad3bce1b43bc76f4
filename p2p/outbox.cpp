#include "p2p/outbox.h"

#include <utility>

#include "base/check.h"

namespace vostro::p2p {

Outbox::Push Outbox::push(OutboundFrame frame) {
  VOSTRO_CHECK(frame.body != nullptr);
  const std::lock_guard lock(mutex_);
  if (is_closed_) return Push::closed;
  const std::size_t cost = frame.cost();
  if (cost > bytes_max_ - bytes_) {
    is_closed_ = true;
    frames_.clear();
    bytes_ = in_writing_;
    return Push::full;
  }
  bytes_ += cost;
  frames_.push_back(std::move(frame));
  return std::exchange(is_writing_, true) ? Push::queued : Push::queued_first;
}

std::optional<OutboundFrame> Outbox::next() {
  const std::lock_guard lock(mutex_);
  bytes_ -= std::exchange(in_writing_, 0);
  if (frames_.empty()) {
    is_writing_ = false;
    return std::nullopt;
  }
  OutboundFrame frame = std::move(frames_.front());
  frames_.pop_front();
  in_writing_ = frame.cost();
  return frame;
}

void Outbox::close() {
  const std::lock_guard lock(mutex_);
  is_closed_ = true;
  frames_.clear();
  bytes_ = in_writing_;
}

std::size_t Outbox::bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

}  // namespace vostro::p2p
