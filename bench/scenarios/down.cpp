/// Scenario down: the most that all validators serve; then the last one is killed right after it
/// has taken some payments, and the others serve what they can, and four fifths of it. It comes
/// back, catches up, and what it had acknowledged becomes final. Then all do the same once more:
/// the better of their two loads is what they serve, since the first finds a network that is cold.
#include <algorithm>

#include "bench/clock.h"
#include "bench/delivery.h"
#include "bench/load_section.h"
#include "bench/rate.h"

namespace vostro::bench {
namespace {

constexpr double kRateKept = 0.9;
constexpr double kP99Times = 2;
constexpr std::size_t kBurst = 300;
constexpr std::size_t kBurstGroup = 100;
constexpr std::chrono::seconds kReturnPatience{300};

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
  Section section;
  auto stage = open_stage(run, 3'000, section);
  if (!stage) return fail(stage.error());
  Site& site = *stage->site;
  LoadPlan& plan = stage->plan;
  const double rate = plan.rate;
  const auto load_at = [&](double orders_per_s) {
    plan.seed += 2;  // the probes have the one between
    plan.rate = orders_per_s;
    return counted_load(run, site, plan, section);
  };
  const auto cold = load_at(rate);
  if (!cold) return fail(cold.error());

  const Member& victim = site.network().members().back();
  say("killing " + victim.name);
  const auto taken = take_and_die(site, victim, plan.seed + 1'000);
  if (!taken) return fail(taken.error());
  // On one machine the others have what the killed one used: they must be offered more, too.
  const auto validators = static_cast<double>(site.network().members().size());
  const auto down = load_at(rate * validators / (validators - 1));
  if (!down) return fail(down.error());
  const double steady = rate_of(plan, kFourFifths * std::min(cold->served, down->served));
  const auto down_steady = load_at(steady);
  if (!down_steady) return fail(down_steady.error());

  say("starting it again");
  const auto back = Clock::now();
  if (auto done = site.network().start_again(victim.index); !done) return fail(done.error());
  if (auto done = settle(site.network(), kReturnPatience); !done) return fail(done.error());
  const double return_s = seconds_between(back, Clock::now());
  section.guards.push_back(all_settled(site, *taken));
  const auto warm = load_at(rate);
  if (!warm) return fail(warm.error());
  const auto all_steady = load_at(steady);
  if (!all_steady) return fail(all_steady.error());
  if (auto done = site.close(section); !done) return fail(done.error());

  section.title = "one of " + std::to_string(site.limits().validators) + " validators killed; " +
                  offer_text(*down);
  const LoadResult& all = cold->served > warm->served ? *cold : *warm;
  const double kept = all.served > 0 ? down->served / all.served : 0;
  const double p99_all = all_steady->final_ms.p99;
  const double p99_down = down_steady->final_ms.p99;
  section.figures = {
      {"served_by_all_per_s", "served by all, the better of before and after", all.served,
       Unit::per_second},
      {"served_without_per_s", "served without one", down->served, Unit::per_second},
      {"rate_kept", "of the rate of all", kept, Unit::share, Target{kRateKept, true}},
      {"rate_kept_by_ceiling", "  the same by the ceilings of so many validators",
       kept * (validators - 1) / validators, Unit::share},
      {"steady_per_s", "offered with room to spare, to all and without one", steady,
       Unit::per_second},
      p99_of("p99_of_all_ms", "p99 there, all", *all_steady),
      p99_of("p99_without_ms", "p99 there, without one", *down_steady),
      {"p99_times", "p99 without one, by that of all", p99_all > 0 ? p99_down / p99_all : 0,
       Unit::times, Target{kP99Times, false},
       has_all_probes(*all_steady) && has_all_probes(*down_steady)},
      {"return_s", "from its start until it had all", return_s, Unit::s},
  };
  describe_load(all, site.limits(), section, "_all");
  describe_load(*all_steady, site.limits(), section, "_all_steady");
  describe_load(*down, site.limits(), section, "_down");
  describe_load(*down_steady, site.limits(), section, "_down_steady");
  return section;
}

}  // namespace vostro::bench
