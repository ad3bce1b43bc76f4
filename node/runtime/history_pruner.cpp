#include "node/runtime/history_pruner.h"

#include <sys/resource.h>

#include "base/log.h"
#include "chain/store/room.h"

namespace vostro::node {
namespace {

constexpr int kNiceness = 19;  // disk and processor are for those who agree, execute and store

}  // namespace

HistoryPruner::HistoryPruner(chain::Store& store, std::function<void(std::string)> on_failure)
    : store_(store), on_failure_(std::move(on_failure)), thread_([this] { run(); }) {}

HistoryPruner::~HistoryPruner() {
  stop();
}

bool HistoryPruner::prune_below(Height height) {
  {
    const std::lock_guard lock(mutex_);
    if (below_ || stopping_) return false;
    below_ = height;
  }
  changed_.notify_all();
  return true;
}

bool HistoryPruner::is_at_it() const {
  const std::lock_guard lock(mutex_);
  return below_.has_value();
}

void HistoryPruner::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void HistoryPruner::run() {
  // Linux: of this thread alone. One that stays as it was is no fault.
  (void)::setpriority(PRIO_PROCESS, 0, kNiceness);
  while (true) {
    Height below;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return stopping_ || below_; });
      if (stopping_) return;
      below = *below_;
    }
    const auto done = store_.prune(below, &stopping_);
    if (!done) on_failure_("history cannot be pruned: " + to_string(done.error()));
    const std::uint64_t room = store_.reserve_bytes() + chain::pruning_room_bytes;
    if (const std::uint64_t free = store_.free_bytes(); done && free < room)
      log::warning("history is pruned, and its space is given back once there is more room",
                   {{"bytes", free}, {"limit", room}});
    const std::lock_guard lock(mutex_);
    below_.reset();
  }
}

}  // namespace vostro::node
