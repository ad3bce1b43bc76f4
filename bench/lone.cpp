#include "bench/lone.h"

#include <algorithm>

#include "bench/delivery.h"
#include "bench/probe.h"

namespace vostro::bench {
namespace {

constexpr std::chrono::seconds kQuietPatience{30};

}  // namespace

Result<LoneResult, std::string> run_lone(const Network& network, const Book& book,
                                         const LonePlan& plan, const std::atomic<bool>& stop) {
  LoneResult result;
  std::vector<double> all;
  for (std::size_t repeat = 0; repeat < plan.repeats; ++repeat) {
    const std::size_t bank = repeat % network.members().size();
    const Member& member = network.members()[bank];
    const auto orders =
        make_orders(network, book, {bank, plan.warm_up + plan.payments, 0, plan.seed + repeat});
    if (auto quiet = settle(network, kQuietPatience); !quiet) return fail(quiet.error());
    auto waiter = Waiter::of(member);
    if (!waiter) return fail(waiter.error());
    std::vector<double> times;
    for (std::size_t i = 0; i < orders.size(); ++i) {
      if (stop) return fail(std::string("interrupted"));
      const auto sent = Clock::now();
      if (waiter->pay(orders[i]) != Waiter::Outcome::settled)
        return fail("a lone payment through " + member.name + ": " +
                    (waiter->trouble().empty() ? "busy" : waiter->trouble()));
      if (i < plan.warm_up) continue;
      times.push_back(seconds_between(sent, Clock::now()) * 1e3);
      result.timed.push_back({orders[i].uetr, bank, times.back()});
    }
    all.insert(all.end(), times.begin(), times.end());
    result.repeats.push_back({member.name, spread_of(std::move(times))});
    result.settled.insert(result.settled.end(), orders.begin(), orders.end());
  }
  result.ms = spread_of(std::move(all));
  const auto by_median = [](const LoneRepeat& a, const LoneRepeat& b) {
    return a.ms.median < b.ms.median;
  };
  const auto [least, most] =
      std::minmax_element(result.repeats.begin(), result.repeats.end(), by_median);
  if (!result.repeats.empty()) {
    result.least_median_ms = least->ms.median;
    result.most_median_ms = most->ms.median;
  }
  return result;
}

}  // namespace vostro::bench
