#include "node/runtime/consensus_loop.h"

#include <algorithm>
#include <chrono>
#include <iterator>

namespace vostro::node {

std::uint64_t steady_ms() {
  using namespace std::chrono;
  return static_cast<std::uint64_t>(
      duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count());
}

UnixMillis wall_clock() {
  using namespace std::chrono;
  return UnixMillis(static_cast<std::uint64_t>(
      duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count()));
}

ConsensusLoop::ConsensusLoop(std::unique_ptr<Replica> replica, Sinks sinks)
    : replica_(std::move(replica)),
      sinks_(std::move(sinks)),
      status_(replica_->status()),
      turned_ms_(steady_ms()),
      view_(status_.view.value) {}

ConsensusLoop::~ConsensusLoop() {
  stop();
}

void ConsensusLoop::start() {
  post(ReplicaStarted{});
  thread_ = std::thread([this] { run(); });
}

void ConsensusLoop::post(ReplicaEvent event, p2p::InboundLease lease) {
  const std::lock_guard lock(mutex_);
  if (stopping_) return;
  // A post of a hundred orders comes one by one: one step takes what has gathered by its turn.
  auto* more = std::get_if<TransactionsSubmitted>(&event);
  auto* last = queue_.empty() ? nullptr : std::get_if<TransactionsSubmitted>(&queue_.back().event);
  if (more != nullptr && last != nullptr) {
    std::ranges::move(more->transactions, std::back_inserter(last->transactions));
    return;
  }
  queue_.push_back({std::move(event), std::move(lease)});
  changed_.notify_one();
}

void ConsensusLoop::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    changed_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
}

void ConsensusLoop::pause(bool paused) {
  const std::lock_guard lock(mutex_);
  paused_ = paused;
  changed_.notify_one();
}

void ConsensusLoop::forget_messages() {
  const std::lock_guard lock(mutex_);
  std::erase_if(queue_, [](const Item& item) {
    return std::holds_alternative<PeerMessage>(item.event) ||
           std::holds_alternative<OtherEpochMessage>(item.event);
  });
}

ReplicaStatus ConsensusLoop::status() const {
  const std::lock_guard lock(mutex_);
  return status_;
}

std::uint64_t ConsensusLoop::idle_ms() const {
  const std::lock_guard lock(mutex_);
  return steady_ms() - turned_ms_;
}

void ConsensusLoop::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    pulse_.rest();
    if (paused_) {
      changed_.wait(lock);
      continue;
    }
    const auto woken = [this] { return !queue_.empty() || paused_ || stopping_; };
    if (const auto at = next_timer_ms()) {
      const std::uint64_t now = steady_ms();
      if (*at > now) changed_.wait_for(lock, std::chrono::milliseconds(*at - now), woken);
    } else {
      changed_.wait(lock, woken);
    }
    std::vector<Item> items = std::move(queue_);
    queue_.clear();
    lock.unlock();
    pulse_.begin();
    for (Item& item : items) {
      pulse_.begin();
      fire_timers();
      step(item.event);
      item = {};  // the peer may send more
    }
    fire_timers();
    lock.lock();
    status_ = replica_->status();
    view_.store(status_.view.value, std::memory_order_relaxed);
    turned_ms_ = steady_ms();
  }
}

void ConsensusLoop::step(const ReplicaEvent& event) {
  if (halted_) return;
  Effects effects = replica_->on({steady_ms(), wall_clock()}, event);
  // A read that failed looks like a record that is not there: nothing that came of it may leave.
  if (auto failure = sinks_.store_failure()) return sinks_.halted(std::move(*failure));
  for (Effect& effect : effects) {
    std::visit([this](auto& e) { perform(e); }, effect);
    if (halted_) return;
  }
}

void ConsensusLoop::fire_timers() {
  const std::uint64_t now = steady_ms();
  std::vector<TimerId> due;
  for (const auto& [id, timer] : timers_) {
    if (timer.at_ms <= now) due.push_back(id);
  }
  // Each once a turn: what a timer sets anew for a time that has passed waits for the next one.
  for (const TimerId& id : due) {
    const auto timer = timers_.find(id);
    if (timer == timers_.end() || timer->second.at_ms > now) continue;
    const TimerExpired expired{id, timer->second.view};
    timers_.erase(timer);
    step(expired);
  }
}

std::optional<std::uint64_t> ConsensusLoop::next_timer_ms() const {
  std::optional<std::uint64_t> next;
  for (const auto& [id, timer] : timers_) next = std::min(next.value_or(timer.at_ms), timer.at_ms);
  return next;
}

}  // namespace vostro::node
