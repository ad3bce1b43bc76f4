#include "bench/load.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <thread>

#include "bench/delivery.h"
#include "bench/lane.h"
#include "bench/probe.h"

namespace vostro::bench {
namespace {

constexpr double kTail = 0.5;           // seconds that the load goes on after the window
constexpr double kStartIn = 0.2;        // seconds until the first group is due
constexpr double kProbeInterval = 0.5;  // seconds between two probes at one node
constexpr auto kLook = std::chrono::milliseconds(250);
constexpr std::chrono::seconds kSettlePatience{120};

/// Cut into groups, a whole number of them.
std::size_t orders_of_bank(const LoadPlan& plan, std::size_t banks) {
  const double each = plan.rate / static_cast<double>(banks);
  const double groups =
      std::ceil(each * (plan.warm_up_s + plan.window_s + kTail) / static_cast<double>(plan.group));
  return static_cast<std::size_t>(groups) * plan.group;
}

void note_memory(const Network& network, std::vector<NodeCost>& nodes) {
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const auto memory = memory_of(network.members()[i].pid);
    if (!memory) continue;  // the sweep of CPU time says that it is gone
    nodes[i].resident_most_kib = std::max(nodes[i].resident_most_kib, memory->resident_kib);
    nodes[i].peak_kib = std::max(nodes[i].peak_kib, memory->peak_kib);
  }
}

/// What was seen at both ends of the window, and at each second between.
struct Watch {
  std::vector<Sweep> sweeps;
  CpuSweep cpu_begin;
  CpuSweep cpu_end;
};

Result<void, std::string> sleep_until(const Network& network, Clock::time_point until,
                                      const std::atomic<bool>& stop, std::vector<NodeCost>& nodes) {
  while (Clock::now() < until) {
    if (stop) return fail(std::string("interrupted"));
    note_memory(network, nodes);
    std::this_thread::sleep_until(std::min<Clock::time_point>(until, Clock::now() + kLook));
  }
  return {};
}

Result<Watch, std::string> watch(const Network& network, Taps& taps, const LoadPlan& plan,
                                 Clock::time_point start, const std::atomic<bool>& stop,
                                 std::vector<NodeCost>& nodes) {
  Watch out;
  const int looks = std::max(1, static_cast<int>(std::lround(plan.window_s)));
  for (int look = 0; look <= looks; ++look) {
    const double at = plan.warm_up_s + plan.window_s * look / looks;
    if (auto done = sleep_until(network, start + seconds(at), stop, nodes); !done)
      return fail(done.error());
    auto sweep = taps.sweep();
    if (!sweep) return fail(sweep.error());
    out.sweeps.push_back(*std::move(sweep));
    if (look != 0 && look != looks) continue;
    auto cpu = cpu_sweep(network);
    if (!cpu) return fail(cpu.error());
    (look == 0 ? out.cpu_begin : out.cpu_end) = *std::move(cpu);
  }
  return out;
}

void sum_up(const Watch& watched, LoadResult& result) {
  const Sweep& first = watched.sweeps.front();
  const Sweep& last = watched.sweeps.back();
  // From the beginning of the first look to the end of the last: never more than the truth.
  result.window_s = seconds_between(first.begun, last.ended);
  result.final_in_window = last.final_on_all() - first.final_on_all();
  result.served = static_cast<double>(result.final_in_window) / result.window_s;
  std::vector<double> seconds_of;
  for (std::size_t i = 1; i < watched.sweeps.size(); ++i) {
    const auto count = watched.sweeps[i].final_on_all() - watched.sweeps[i - 1].final_on_all();
    seconds_of.push_back(static_cast<double>(count) /
                         seconds_between(watched.sweeps[i - 1].ended, watched.sweeps[i].ended));
  }
  result.served_by_second = spread_of(std::move(seconds_of));
  double accounted = 0;
  for (std::size_t i = 0; i < result.nodes.size(); ++i) {
    result.nodes[i].cpu = watched.cpu_end.nodes[i] - watched.cpu_begin.nodes[i];
    accounted += result.nodes[i].cpu.total_s();
  }
  result.generator = watched.cpu_end.generator - watched.cpu_begin.generator;
  accounted += result.generator.total_s();
  const MachineCpu& begin = watched.cpu_begin.machine;
  const MachineCpu& end = watched.cpu_end.machine;
  result.others_s = std::max(0.0, end.busy_s - begin.busy_s - accounted);
  result.stolen_s = end.stolen_s - begin.stolen_s;
}

void count_fates(LoadResult& result) {
  for (const Sent& sent : result.sent) {
    for (std::size_t i = 0; i < sent.orders.size(); ++i) {
      const Sent::Fate fate = sent.fates[i];
      if (fate == Sent::Fate::unsent) continue;
      ++result.offered;
      if (sent.orders[i].is_forged) ++result.forged;
      if (fate == Sent::Fate::accepted) ++result.accepted;
      if (fate == Sent::Fate::put_off) ++result.given_up;
      if (fate == Sent::Fate::refused_forged) ++result.forged_refused;
    }
  }
}

/// Ends the threads of a load before what they use goes, whichever way it is left.
struct Crew {
  ~Crew() {
    stop = true;
    for (const auto& lane : lanes) lane->wake();
    wait();
  }
  void wait() { threads.clear(); }  // joins

  std::atomic<bool> stop{false};
  std::vector<std::unique_ptr<Lane>> lanes;
  std::vector<std::jthread> threads;
};

}  // namespace

Result<LoadResult, std::string> run_load(const Network& network, const Book& book,
                                         const LoadPlan& plan, const std::atomic<bool>& stop) {
  const std::size_t banks = network.members().size();
  const std::size_t probes_of_bank =
      plan.has_probes ? static_cast<std::size_t>(plan.window_s / kProbeInterval) : 0;
  LoadResult result;
  result.plan = plan;
  for (std::size_t bank = 0; bank < banks; ++bank) {
    Sent sent;
    sent.orders = make_orders(network, book,
                              {bank, orders_of_bank(plan, banks), plan.forged_every, plan.seed});
    sent.fates.assign(sent.orders.size(), Sent::Fate::unsent);
    result.sent.push_back(std::move(sent));
    result.nodes.push_back({network.members()[bank].name, {}, 0, 0});
  }
  std::vector<std::vector<Order>> probes;
  for (std::size_t bank = 0; bank < banks; ++bank)
    probes.push_back(make_orders(network, book, {bank, probes_of_bank, 0, plan.seed + 1}));
  if (auto quiet = settle(network, kSettlePatience); !quiet) return fail(quiet.error());
  auto taps = Taps::open(network);
  if (!taps) return fail(taps.error());
  const auto before = taps->sweep();
  if (!before) return fail(before.error());

  const Clock::time_point start = Clock::now() + seconds(kStartIn);
  const double total_s = plan.warm_up_s + plan.window_s + kTail;
  const double interval_s =
      static_cast<double>(plan.group) * static_cast<double>(banks) / plan.rate;
  std::vector<ProbeResult> probed(banks);
  Crew crew;
  for (std::size_t bank = 0; bank < banks; ++bank) {
    const double shift = interval_s * static_cast<double>(bank) / static_cast<double>(banks);
    crew.lanes.push_back(std::make_unique<Lane>(
        network.members()[bank], result.sent[bank], plan.group,
        LaneTimes{start + seconds(shift), interval_s, start + seconds(total_s)}));
    // Not through `lanes`: that moves while it grows, and the first threads are at work by then.
    Lane& lane = *crew.lanes.back();
    for (std::size_t i = 0; i < plan.connections; ++i)
      crew.threads.emplace_back([&crew, &lane] { lane.carry(crew.stop); });
    if (probes_of_bank == 0) continue;
    crew.threads.emplace_back([&, bank] {
      const double first =
          plan.warm_up_s + kProbeInterval * static_cast<double>(bank) / static_cast<double>(banks);
      probed[bank] = run_probe(network.members()[bank], probes[bank],
                               {start + seconds(first), kProbeInterval}, crew.stop);
    });
  }
  const auto watched = watch(network, *taps, plan, start, stop, result.nodes);
  if (!watched) return fail(watched.error());
  crew.wait();
  if (auto quiet = settle(network, kSettlePatience); !quiet) return fail(quiet.error());
  note_memory(network, result.nodes);
  const auto after = taps->sweep();
  if (!after) return fail(after.error());

  result.final_in_all = after->final_on_all() - before->final_on_all();
  sum_up(*watched, result);
  std::vector<double> answers;
  std::vector<double> late;
  std::vector<double> finals;
  for (std::size_t bank = 0; bank < banks; ++bank) {
    const Lane::Count& count = crew.lanes[bank]->count();
    for (const auto& [code, times] : count.put_off_for) result.put_off_for[code] += times;
    answers.insert(answers.end(), count.answer_ms.begin(), count.answer_ms.end());
    late.insert(late.end(), count.late_ms.begin(), count.late_ms.end());
    finals.insert(finals.end(), probed[bank].final_ms.begin(), probed[bank].final_ms.end());
    if (!count.trouble.empty()) result.trouble = count.trouble;
    if (!probed[bank].trouble.empty()) result.trouble = probed[bank].trouble;
    Sent& sent = result.sent[bank];
    for (std::size_t i = 0; i < probed[bank].accepted.size(); ++i) {
      sent.orders.push_back(std::move(probes[bank][i]));
      sent.fates.push_back(probed[bank].accepted[i] == 1 ? Sent::Fate::accepted
                                                         : Sent::Fate::put_off);
    }
  }
  result.answer_ms = spread_of(std::move(answers));
  result.late_ms = spread_of(std::move(late));
  result.final_ms = spread_of(std::move(finals));
  count_fates(result);
  return result;
}

}  // namespace vostro::bench
