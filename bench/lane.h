/// One bank's share of a load on its way to one node: groups that become due one after another,
/// those that were put off among them, and the connections that carry them. Its functions may be
/// called by many threads.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <queue>
#include <string>
#include <vector>

#include "bench/delivery.h"
#include "bench/load.h"
#include "bench/tap.h"

namespace vostro::bench {

struct LaneTimes {
  Clock::time_point start;   ///< the first group is due
  double interval_s = 0;     ///< from one group to the next
  Clock::time_point end;     ///< what was not sent by now is not, and what is put off is given up
  bool offers_again = true;  ///< else what is put off is given up at once
};

class Lane {
 public:
  Lane(const Member& member, Sent& sent, std::size_t group, LaneTimes times);

  /// Carries groups over one connection until none is left. For a thread of its own.
  void carry(const std::atomic<bool>& stop);
  /// Lets waiting threads look at `stop` again.
  void wake();

  struct Count {
    std::map<std::string, std::uint64_t> put_off_for;
    std::vector<double> answer_ms;
    std::vector<double> late_ms;
    std::string trouble;
  };
  /// After every `carry` has returned.
  [[nodiscard]] const Count& count() const { return count_; }

 private:
  struct Group {
    Clock::time_point due;
    std::vector<std::uint32_t> orders;
    bool is_first = true;  ///< never offered before
  };
  struct LaterFirst {
    bool operator()(const Group& a, const Group& b) const { return a.due > b.due; }
  };

  [[nodiscard]] std::optional<Group> next(const std::atomic<bool>& stop);
  void note(const Group& group, Clock::time_point sent_at,
            const Result<GroupAnswer, std::string>& answer);
  [[nodiscard]] Clock::time_point due_of(std::size_t group) const;

  const Member& member_;
  Sent& sent_;
  std::size_t group_size_;
  LaneTimes times_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t next_group_ = 0;
  std::size_t under_way_ = 0;
  std::priority_queue<Group, std::vector<Group>, LaterFirst> again_;
  Count count_;
};

}  // namespace vostro::bench
