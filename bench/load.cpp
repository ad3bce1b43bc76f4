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
constexpr double kServedEnough = 0.95;  // of what could be
constexpr double kUnderWayMost = 0.2;   // of what is due: beyond it a load that stands kept up

/// The largest resident memory of now, in KiB.
std::int64_t note_memory(const std::vector<const Member*>& members, std::vector<NodeCost>& nodes) {
  std::int64_t most = 0;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const auto memory = memory_of(members[i]->pid);
    if (!memory) continue;  // the sweep of CPU time says that it is gone
    nodes[i].resident_most_kib = std::max(nodes[i].resident_most_kib, memory->resident_kib);
    nodes[i].peak_kib = std::max(nodes[i].peak_kib, memory->peak_kib);
    most = std::max(most, memory->resident_kib);
  }
  return most;
}

/// Adds what the nodes have on disk and wrote, `sign` times.
void note_disk(const std::vector<const Member*>& members, std::int64_t sign,
               std::vector<NodeCost>& nodes) {
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    nodes[i].disk_bytes += sign * disk_bytes_of(members[i]->data_directory);
    nodes[i].written_bytes += sign * written_bytes_of(members[i]->pid).value_or(0);
  }
}

/// What was seen at both ends of the window, and at each second between.
struct Watch {
  std::vector<Sweep> sweeps;
  CpuSweep cpu_begin;
  CpuSweep cpu_end;
  std::vector<double> resident_mib;
};

Result<void, std::string> sleep_until(const std::vector<const Member*>& members,
                                      Clock::time_point until, const std::atomic<bool>& stop,
                                      std::vector<NodeCost>& nodes) {
  while (Clock::now() < until) {
    if (stop) return fail(std::string("interrupted"));
    (void)note_memory(members, nodes);
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
    if (auto done = sleep_until(network.running(), start + seconds(at), stop, nodes); !done)
      return fail(done.error());
    out.resident_mib.push_back(static_cast<double>(note_memory(network.running(), nodes)) / 1024);
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

void sum_up(const Sweep& before, const Watch& watched, LoadResult& result) {
  const Sweep& first = watched.sweeps.front();
  const Sweep& last = watched.sweeps.back();
  // From the beginning of the first look to the end of the last: never more than the truth.
  result.window_s = seconds_between(first.begun, last.ended);
  const auto final_by = [&](const Sweep& sweep) { return final_on_all(before, sweep); };
  result.final_in_window = final_by(last) - final_by(first);
  const auto payments = static_cast<double>(result.plan.payments_of_order());
  result.served = payments * static_cast<double>(result.final_in_window) / result.window_s;
  for (std::size_t i = 1; i < watched.sweeps.size(); ++i) {
    const auto count = final_by(watched.sweeps[i]) - final_by(watched.sweeps[i - 1]);
    result.served_by_second.push_back(
        payments * static_cast<double>(count) /
        seconds_between(watched.sweeps[i - 1].ended, watched.sweeps[i].ended));
  }
  result.resident_mib = watched.resident_mib;
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

std::size_t LoadPlan::orders_of_bank(std::size_t banks) const {
  const double each = rate / static_cast<double>(banks);
  const double groups =
      std::ceil(each * (warm_up_s + window_s + kTail) / static_cast<double>(group));
  return static_cast<std::size_t>(groups) * group;
}

std::size_t LoadPlan::probes_of_node() const {
  return has_probes ? static_cast<std::size_t>(window_s / kProbeInterval) : 0;
}

void LoadPlan::last(double s) {
  warm_up_s = std::min(warm_up_s, s / 2);
  window_s = s - warm_up_s;
}

bool kept_up(const LoadResult& load) {
  const double due = load.plan.rate * load.plan.valid_share() * load.window_s;
  const auto groups = static_cast<double>(load.nodes.size() * load.plan.group);
  const double under_way = std::min(groups, kUnderWayMost * due);
  return static_cast<double>(load.final_in_window) + under_way >= kServedEnough * due;
}

bool has_all_probes(const LoadResult& load) {
  return load.probes > 0 && load.final_ms.count == load.probes;
}

double cpu_us_per_payment(const LoadResult& load) {
  double cpu_s = 0;
  for (const NodeCost& node : load.nodes) cpu_s += node.cpu.total_s();
  const double payments = static_cast<double>(load.final_in_window) *
                          static_cast<double>(load.plan.payments_of_order()) *
                          static_cast<double>(load.nodes.size());
  return payments > 0 ? cpu_s / payments * 1e6 : 0;
}

double lost_share(const LoadResult& load, unsigned cores) {
  return (load.others_s + load.stolen_s) / (load.window_s * cores);
}

Offer make_offer(const Network& network, const LoadPlan& plan,
                 const std::function<std::vector<Order>(const OrderWish&)>& make) {
  const auto members = network.running();
  Offer offer;
  for (const Member* member : members) {
    offer.orders.push_back(
        make({member->index, plan.orders_of_bank(members.size()), plan.forged_every, plan.seed}));
    offer.probes.push_back(make({member->index, plan.probes_of_node(), 0, plan.seed + 1}));
  }
  return offer;
}

Offer make_offer(const Network& network, const Book& book, const LoadPlan& plan) {
  return make_offer(network, plan, [&](const OrderWish& wish) {
    return plan.credits == 0 ? make_orders(network, book, wish)
                             : make_bulks(network, book, wish, plan.credits);
  });
}

Result<LoadResult, std::string> run_load(const Network& network, const LoadPlan& plan, Offer offer,
                                         const std::atomic<bool>& stop) {
  const auto members = network.running();
  const std::size_t banks = members.size();
  auto& probes = offer.probes;
  LoadResult result;
  result.plan = plan;
  double bytes = 0;
  std::size_t orders = 0;
  for (std::size_t bank = 0; bank < banks; ++bank) {
    Sent sent;
    sent.orders = std::move(offer.orders[bank]);
    sent.fates.assign(sent.orders.size(), Sent::Fate::unsent);
    for (const Order& each : sent.orders) bytes += static_cast<double>(each.encoded_bytes());
    orders += sent.orders.size();
    result.sent.push_back(std::move(sent));
    NodeCost node;
    node.name = members[bank]->name;
    result.nodes.push_back(std::move(node));
  }
  result.encoded_bytes = bytes / static_cast<double>(orders * plan.payments_of_order());
  if (auto quiet = settle(network, kSettlePatience); !quiet) return fail(quiet.error());
  auto taps = Taps::open(network);
  if (!taps) return fail(taps.error());
  const auto before = taps->sweep();
  if (!before) return fail(before.error());
  note_disk(members, -1, result.nodes);

  const Clock::time_point start = Clock::now() + seconds(kStartIn);
  const double total_s = plan.warm_up_s + plan.window_s + kTail;
  const double interval_s =
      static_cast<double>(plan.group) * static_cast<double>(banks) / plan.rate;
  std::vector<ProbeResult> probed(banks);
  Crew crew;
  for (std::size_t bank = 0; bank < banks; ++bank) {
    const double shift = interval_s * static_cast<double>(bank) / static_cast<double>(banks);
    crew.lanes.push_back(
        std::make_unique<Lane>(*members[bank], result.sent[bank], plan.group,
                               LaneTimes{start + seconds(shift), interval_s,
                                         start + seconds(total_s), plan.offers_again}));
    // Not through `lanes`: that moves while it grows, and the first threads are at work by then.
    Lane& lane = *crew.lanes.back();
    for (std::size_t i = 0; i < plan.connections; ++i)
      crew.threads.emplace_back([&crew, &lane] { lane.carry(crew.stop); });
    if (probes[bank].empty()) continue;
    crew.threads.emplace_back([&, bank] {
      const double first =
          plan.warm_up_s + kProbeInterval * static_cast<double>(bank) / static_cast<double>(banks);
      probed[bank] =
          run_probe(*members[bank], probes[bank],
                    {start + seconds(first), kProbeInterval, start + seconds(total_s)}, crew.stop);
    });
  }
  const auto watched = watch(network, *taps, plan, start, stop, result.nodes);
  if (!watched) return fail(watched.error());
  crew.wait();
  if (auto quiet = settle(network, kSettlePatience); !quiet) return fail(quiet.error());
  (void)note_memory(members, result.nodes);
  const auto after = taps->sweep();
  if (!after) return fail(after.error());
  note_disk(members, 1, result.nodes);
  for (std::size_t i = 0; i < banks; ++i)
    result.nodes[i].sent_bytes = after->nodes[i].bytes_sent - before->nodes[i].bytes_sent;

  result.final_in_all = final_on_all(*before, *after);
  sum_up(*before, *watched, result);
  std::vector<double> answers;
  std::vector<double> late;
  std::vector<double> finals;
  for (std::size_t bank = 0; bank < banks; ++bank) {
    const Lane::Count& count = crew.lanes[bank]->count();
    for (const auto& [code, times] : count.put_off_for) result.put_off_for[code] += times;
    answers.insert(answers.end(), count.answer_ms.begin(), count.answer_ms.end());
    late.insert(late.end(), count.late_ms.begin(), count.late_ms.end());
    finals.insert(finals.end(), probed[bank].final_ms.begin(), probed[bank].final_ms.end());
    result.probes += probes[bank].size();
    result.probes_put_off += probed[bank].put_off;
    result.probes_given_up += probed[bank].given_up;
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
