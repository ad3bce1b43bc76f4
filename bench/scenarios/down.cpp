/// Scenario down: the load that all validators serve, and their latency at four fifths of it; then
/// the last validator is killed right after it has taken some payments, and the others do the same.
/// It comes back, catches up, and what it had acknowledged becomes final.
#include <algorithm>

#include "bench/clock.h"
#include "bench/delivery.h"
#include "bench/load_section.h"
#include "bench/rate.h"

namespace vostro::bench {
namespace {

constexpr std::size_t kValidatorsMin = 4;  // fewer cannot miss one
constexpr double kFourFifths = 0.8;
constexpr double kRateKept = 0.9;
constexpr double kP99Times = 2;
constexpr std::size_t kBurst = 300;
constexpr std::size_t kBurstGroup = 100;
constexpr std::chrono::seconds kReturnPatience{300};

struct Pair {
  LoadResult most;    ///< more than can be served
  LoadResult steady;  ///< four fifths of what all validators served
};

Result<Pair, std::string> load_twice(Run& run, Site& site, LoadPlan plan, double all_serve,
                                     Section& section) {
  auto most = counted_load(run, site, plan, section);
  if (!most) return fail(most.error());
  ++plan.seed;
  plan.rate = kFourFifths * (all_serve > 0 ? all_serve : most->served);
  auto steady = counted_load(run, site, plan, section);
  if (!steady) return fail(steady.error());
  return Pair{*std::move(most), *std::move(steady)};
}

/// Payments that the node has taken a moment before it is killed.
Result<std::vector<Order>, std::string> take_and_die(Site& site, const Member& victim,
                                                     std::uint64_t seed) {
  auto orders = make_orders(site.network(), site.book(), {victim.index, kBurst, 0, seed});
  auto door = Door::of(victim);
  if (!door) return fail(door.error());
  std::vector<Order> taken;
  for (std::size_t from = 0; from < orders.size(); from += kBurstGroup) {
    std::string body;
    for (std::size_t i = from; i < from + kBurstGroup; ++i) body += orders[i].framed;
    const auto answer = door->post(body, kBurstGroup);
    if (!answer) return fail(answer.error());
    for (std::size_t i = 0; i < kBurstGroup; ++i) {
      if (answer->verdicts[i] == Verdict::accepted) taken.push_back(std::move(orders[from + i]));
    }
  }
  if (auto done = site.network().kill(victim.index); !done) return fail(done.error());
  for (const Order& each : taken) site.ledger().note(each);
  return taken;
}

Guard all_settled(Site& site, const std::vector<Order>& taken) {
  Guard guard{"kill -9 lost nothing acknowledged", false, {}};
  auto client = client_of(site.network().members().front());
  if (!client) {
    guard.detail = client.error();
    return guard;
  }
  for (const Order& each : taken) {
    const auto view = client->payment(each.uetr, site.book().accounts[each.debtor].owner);
    if (!view || view->status != "settled") {
      guard.detail = to_text(each.uetr) + ": " + (view ? view->status : to_string(view.error()));
      return guard;
    }
  }
  guard.holds = !taken.empty();
  guard.detail = std::to_string(taken.size()) + " taken before the kill, all settled";
  return guard;
}

}  // namespace

Result<Section, std::string> one_down(Run& run) {
  if (run.options.devnet.empty() && run.options.network.nodes < kValidatorsMin)
    return fail(std::string("one of fewer than four validators cannot be missed: --nodes 4"));
  auto opened = Site::open(run.options, run.stop);
  if (!opened) return fail(opened.error());
  Site& site = **opened;
  Section section;
  const auto rate = payments_rate(run, site, section);
  if (!rate) return fail(rate.error());
  LoadPlan plan = run.options.load;
  plan.rate = *rate;
  plan.seed += 3'000;
  const auto all = load_twice(run, site, plan, 0, section);
  if (!all) return fail(all.error());

  const Member& victim = site.network().members().back();
  say("killing " + victim.name);
  const auto taken = take_and_die(site, victim, plan.seed + 2);
  if (!taken) return fail(taken.error());
  plan.seed += 4;
  const auto down = load_twice(run, site, plan, all->most.served, section);
  if (!down) return fail(down.error());

  say("starting it again");
  const auto back = Clock::now();
  if (auto done = site.network().start_again(victim.index); !done) return fail(done.error());
  if (auto done = settle(site.network(), kReturnPatience); !done) return fail(done.error());
  const double return_s = seconds_between(back, Clock::now());
  section.guards.push_back(all_settled(site, *taken));
  if (auto done = site.close(section); !done) return fail(done.error());

  section.title = "one of " + std::to_string(site.limits().validators) + " validators killed; " +
                  offer_text(down->most);
  const double p99_all = all->steady.final_ms.p99;
  const double p99_down = down->steady.final_ms.p99;
  section.figures = {
      {"served_by_all_per_s", "served by all", all->most.served, Unit::per_second},
      {"served_without_per_s", "served without one", down->most.served, Unit::per_second},
      {"rate_kept", "of the rate of all", down->most.served / all->most.served, Unit::share,
       Target{kRateKept, true}},
      {"p99_of_all_ms", "p99 at four fifths, all", p99_all, Unit::ms},
      {"p99_without_ms", "p99 at four fifths of that, without one", p99_down, Unit::ms},
      {"p99_times", "p99 without one, by that of all", p99_all > 0 ? p99_down / p99_all : 0,
       Unit::times, Target{kP99Times, false}},
      {"return_s", "from its start until it had all", return_s, Unit::s},
  };
  describe_load(all->most, site.limits(), section, "_all");
  describe_load(all->steady, site.limits(), section, "_all_steady");
  describe_load(down->most, site.limits(), section, "_down");
  describe_load(down->steady, site.limits(), section, "_down_steady");
  return section;
}

}  // namespace vostro::bench
