#include "node/annexes/wanted.h"

#include <algorithm>

#include "node/annexes/frames.h"

namespace vostro::node {

using chain::OwnedId;

bool WantedAnnexes::want(const WantedAnnex& annex, std::uint64_t now_ms) {
  if (wanted_.contains(annex.name)) return true;
  bool is_all = true;
  if (counts_[annex.from] >= of_bank_max) return false;
  if (wanted_.size() >= count_max) {
    is_all = false;
    if (!make_room(annex.from)) return false;
  }
  wanted_.try_emplace(annex.name, Waiting{annex, now_ms, 0});
  by_bank_[annex.from].emplace(now_ms, annex.name);
  ++counts_[annex.from];
  return is_all;
}

/// Gives up what the bank with the most has been asked for longest in vain. False where that is
/// `from` itself, or all of it is being asked for.
bool WantedAnnexes::make_room(const Bic& from) {
  const auto most =
      std::ranges::max_element(counts_, {}, [](const auto& entry) { return entry.second; });
  if (most->first == from) return false;
  const auto queue = by_bank_.find(most->first);
  if (queue == by_bank_.end() || queue->second.empty()) return false;
  drop(OwnedId(queue->second.rbegin()->second));
  return true;
}

const WantedAnnex* WantedAnnexes::find(const OwnedId& name) const {
  const auto at = wanted_.find(name);
  return at == wanted_.end() ? nullptr : &at->second.annex;
}

void WantedAnnexes::drop(const OwnedId& name) {
  const auto at = wanted_.find(name);
  if (at == wanted_.end()) return;
  const auto bank = by_bank_.find(at->second.annex.from);
  if (bank != by_bank_.end()) {
    bank->second.erase({at->second.due_ms, name});
    if (bank->second.empty()) by_bank_.erase(bank);
  }
  if (const auto count = counts_.find(at->second.annex.from); --count->second == 0)
    counts_.erase(count);
  wanted_.erase(at);
}

void WantedAnnexes::set_due(Waiting& waiting, std::uint64_t due_ms) {
  auto& queue = by_bank_[waiting.annex.from];
  queue.erase({waiting.due_ms, waiting.annex.name});
  waiting.due_ms = due_ms;
  queue.emplace(due_ms, waiting.annex.name);
}

/// Twice as long as the last time.
void WantedAnnexes::put_off(Waiting& waiting, std::uint64_t now_ms) {
  constexpr std::uint32_t kDoublings = 9;  // 200 ms become more than delay_max_ms
  const std::uint64_t delay =
      std::min(first_delay_ms << std::min(waiting.tries, kDoublings), delay_max_ms);
  ++waiting.tries;
  set_due(waiting, now_ms + delay);
}

std::vector<WantedAnnexes::Request> WantedAnnexes::due(std::uint64_t now_ms) {
  for (auto at = asked_.begin(); at != asked_.end();) {
    const auto next = std::next(at);
    if (at->second.until_ms <= now_ms) {
      const std::vector<OwnedId> names = std::move(at->second.names);
      asked_.erase(at);
      for (const OwnedId& name : names)
        if (const auto waiting = wanted_.find(name); waiting != wanted_.end())
          put_off(waiting->second, now_ms);
    }
    at = next;
  }
  std::vector<Request> requests;
  for (auto& [bank, queue] : by_bank_) {
    if (asked_.contains(bank)) continue;
    Request request{bank, {}};
    while (!queue.empty() && queue.begin()->first <= now_ms &&
           request.names.size() < annex_names_max) {
      request.names.push_back(queue.begin()->second);
      queue.erase(queue.begin());
    }
    if (request.names.empty()) continue;
    std::ranges::sort(request.names);
    asked_[bank] = {request.names, now_ms + answer_ms};
    requests.push_back(std::move(request));
  }
  std::erase_if(by_bank_, [](const auto& entry) { return entry.second.empty(); });
  return requests;
}

bool WantedAnnexes::on_answer(const Bic& from, const std::vector<OwnedId>& absent,
                              std::uint64_t now_ms) {
  const auto at = asked_.find(from);
  if (at == asked_.end()) return false;
  const std::vector<OwnedId> names = std::move(at->second.names);
  asked_.erase(at);
  const std::set<OwnedId> later(absent.begin(), absent.end());
  // Else whoever answers with nothing would be asked again with each round trip.
  const bool says_nothing = std::ranges::all_of(
      names, [&](const OwnedId& name) { return wanted_.contains(name) && !later.contains(name); });
  for (const OwnedId& name : names) {
    const auto waiting = wanted_.find(name);
    if (waiting == wanted_.end()) continue;
    if (says_nothing || later.contains(name)) {
      put_off(waiting->second, now_ms);
    } else {
      set_due(waiting->second, now_ms);
    }
  }
  return true;
}

void WantedAnnexes::on_unreachable(const Bic& to, std::uint64_t now_ms) {
  constexpr std::uint64_t kReconnect = 1'000;  // peers dial each other again within seconds
  const auto at = asked_.find(to);
  if (at == asked_.end()) return;
  const std::vector<OwnedId> names = std::move(at->second.names);
  asked_.erase(at);
  for (const OwnedId& name : names)
    if (const auto waiting = wanted_.find(name); waiting != wanted_.end())
      set_due(waiting->second, now_ms + kReconnect);
}

std::optional<std::uint64_t> WantedAnnexes::next_ms() const {
  std::optional<std::uint64_t> next;
  const auto earlier = [&next](std::uint64_t at) { next = next ? std::min(*next, at) : at; };
  for (const auto& [bank, asked] : asked_) earlier(asked.until_ms);
  for (const auto& [bank, queue] : by_bank_)
    if (!asked_.contains(bank) && !queue.empty()) earlier(queue.begin()->first);
  return next;
}

std::size_t WantedAnnexes::drop_aged(UnixMillis now) {
  std::vector<OwnedId> aged;
  for (const auto& [name, waiting] : wanted_)
    if (now.value > waiting.annex.since.value + age_max_ms) aged.push_back(name);
  for (const OwnedId& name : aged) drop(name);
  return aged.size();
}

std::vector<WantedAnnex> WantedAnnexes::all() const {
  std::vector<WantedAnnex> found;
  found.reserve(wanted_.size());
  for (const auto& [name, waiting] : wanted_) found.push_back(waiting.annex);
  return found;
}

}  // namespace vostro::node
