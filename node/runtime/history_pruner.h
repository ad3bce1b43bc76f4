/// Takes old blocks out of the store while the node runs, on a thread of its own: it reads all that
/// is stored and writes most of it anew, which may take minutes, and nothing that a vote or an
/// answer waits for may wait for it. So it has no pulse, and is not stalled while it is at it.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "chain/store/store.h"

namespace vostro::node {

class HistoryPruner {
 public:
  /// `on_failure` gets a sentence, on the thread: the store is not to be written any more.
  HistoryPruner(chain::Store& store, std::function<void(std::string)> on_failure);
  ~HistoryPruner();

  /// Blocks below `height` lose what Store::prune takes from them. False where it is at it already:
  /// ask again. Any thread; waits for nothing.
  bool prune_below(Height height);
  [[nodiscard]] bool is_at_it() const;
  /// Ends what it is at where it stands; the next pruning goes on with it.
  void stop();

 private:
  void run();

  chain::Store& store_;
  std::function<void(std::string)> on_failure_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<Height> below_;  ///< while it is at it
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace vostro::node
