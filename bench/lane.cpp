#include "bench/lane.h"

#include <algorithm>

namespace vostro::bench {
namespace {

constexpr std::chrono::seconds kAfterError{1};

}  // namespace

Lane::Lane(const Member& member, Sent& sent, std::size_t group, LaneTimes times)
    : member_(member), sent_(sent), group_size_(group), times_(times) {}

Clock::time_point Lane::due_of(std::size_t group) const {
  return times_.start + seconds(times_.interval_s * static_cast<double>(group));
}

std::optional<Lane::Group> Lane::next(const std::atomic<bool>& stop) {
  std::unique_lock lock(mutex_);
  for (;;) {
    const bool has_new =
        next_group_ * group_size_ < sent_.orders.size() && Clock::now() < times_.end;
    const bool has_again = !again_.empty();
    if (stop || (!has_new && !has_again && under_way_ == 0)) return std::nullopt;
    if (!has_new && !has_again) {
      changed_.wait(lock);
      continue;
    }
    const bool takes_again = has_again && (!has_new || again_.top().due < due_of(next_group_));
    const Clock::time_point due = takes_again ? again_.top().due : due_of(next_group_);
    if (Clock::now() < due) {
      changed_.wait_until(lock, due);
      continue;
    }
    ++under_way_;
    if (takes_again) {
      Group group = again_.top();
      again_.pop();
      return group;
    }
    Group group{due, {}, true};
    const std::size_t from = next_group_++ * group_size_;
    const std::size_t to = std::min(from + group_size_, sent_.orders.size());
    for (std::size_t i = from; i < to; ++i) group.orders.push_back(static_cast<std::uint32_t>(i));
    return group;
  }
}

void Lane::carry(const std::atomic<bool>& stop) {
  auto door = Door::of(member_);
  if (!door) {
    const std::lock_guard lock(mutex_);
    count_.trouble = door.error();
    return;
  }
  while (auto group = next(stop)) {
    const std::string body = join(sent_.orders, group->orders);
    const auto sent_at = Clock::now();
    note(*group, sent_at, door->post(body, group->orders.size()));
  }
  wake();
}

void Lane::wake() {
  const std::lock_guard lock(mutex_);
  changed_.notify_all();
}

void Lane::note(const Group& group, Clock::time_point sent_at,
                const Result<GroupAnswer, std::string>& answer) {
  using Fate = Sent::Fate;
  const auto now = Clock::now();
  const std::lock_guard lock(mutex_);
  --under_way_;
  if (group.is_first) {
    count_.late_ms.push_back(seconds_between(group.due, sent_at) * 1e3);
    if (answer) count_.answer_ms.push_back(seconds_between(group.due, now) * 1e3);
  }
  Group later{now + (answer ? answer->retry_after : kAfterError), {}, false};
  for (std::size_t i = 0; i < group.orders.size(); ++i) {
    const std::uint32_t index = group.orders[i];
    Fate& fate = sent_.fates[index];
    if (!answer) {
      // It may have arrived. Offering it again is harmless: the second answer is that of the first.
      fate = Fate::unknown;
      later.orders.push_back(index);
      continue;
    }
    switch (answer->verdicts[i]) {
      case Verdict::accepted:
        fate = Fate::accepted;
        break;
      case Verdict::bad_signature:
        fate = Fate::refused_forged;
        break;
      case Verdict::refused:
        fate = Fate::refused;
        break;
      case Verdict::later:
        fate = Fate::put_off;
        later.orders.push_back(index);
        break;
    }
  }
  if (answer) {
    for (const auto& [code, count] : answer->put_off_for) count_.put_off_for[code] += count;
  }
  if (!answer) count_.trouble = answer.error();
  if (answer && !answer->first_refusal.empty()) count_.trouble = answer->first_refusal;
  const bool comes_again = times_.offers_again && later.due < times_.end;
  if (!later.orders.empty() && comes_again) again_.push(std::move(later));
  changed_.notify_all();
}

}  // namespace vostro::bench
