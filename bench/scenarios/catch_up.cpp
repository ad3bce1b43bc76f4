/// Scenario catch-up: the last validator is killed, and started again with nothing missed; then it
/// is killed once more, the others serve a load, and it comes back to a network that rests.
#include "bench/clock.h"
#include "bench/delivery.h"
#include "bench/load_section.h"
#include "bench/rate.h"

namespace vostro::bench {
namespace {

constexpr std::chrono::seconds kPatience{600};

Result<std::uint64_t, std::string> height_of(const Member& member) {
  auto client = client_of(member);
  if (!client) return fail(client.error());
  const auto status = client->status();
  if (!status) return fail(member.name + ": " + to_string(status.error()));
  return status->height.value;
}

struct Return {
  double serves_s = 0;   ///< from its start until it takes transactions
  double has_all_s = 0;  ///< until it has the others' newest block
};

Result<Return, std::string> bring_back(Site& site, std::size_t index) {
  say("starting " + site.network().members()[index].name + " again");
  Return out;
  const auto start = Clock::now();
  if (auto done = site.network().start_again(index); !done) return fail(done.error());
  out.serves_s = seconds_between(start, Clock::now());
  if (auto done = settle(site.network(), kPatience); !done) return fail(done.error());
  out.has_all_s = seconds_between(start, Clock::now());
  return out;
}

}  // namespace

Result<Section, std::string> catch_up(Run& run) {
  Section section;
  const auto stage = open_stage(run, 7'000, section);
  if (!stage) return fail(stage.error());
  const auto& [opened, plan] = *stage;
  Site& site = *opened;
  const std::size_t index = site.network().members().size() - 1;
  if (auto done = site.network().kill(index); !done) return fail(done.error());
  const auto idle = bring_back(site, index);
  if (!idle) return fail(idle.error());

  const auto left_at = height_of(site.network().members()[index]);
  if (!left_at) return fail(left_at.error());
  if (auto done = site.network().kill(index); !done) return fail(done.error());
  const auto load = counted_load(run, site, plan, section);
  if (!load) return fail(load.error());
  const auto came_to = height_of(site.network().members().front());
  if (!came_to) return fail(came_to.error());
  const auto back = bring_back(site, index);
  if (!back) return fail(back.error());
  if (auto done = site.close(section); !done) return fail(done.error());

  const auto blocks = static_cast<double>(*came_to - *left_at);
  const auto payments = static_cast<double>(load->final_in_all);
  section.title =
      "one of " + std::to_string(index + 1) + " validators was away; " + offer_text(*load);
  section.figures = {
      {"idle_s", "from its start until it serves, with nothing missed", idle->serves_s, Unit::s},
      {"serves_s", "from its start until it serves again", back->serves_s, Unit::s},
      {"has_all_s", "from its start until it had all", back->has_all_s, Unit::s},
      {"blocks_missed", "blocks missed", blocks, Unit::count},
      {"payments_missed", "payments missed", payments, Unit::count},
      {"blocks_per_s", "blocks a second, its start counted", blocks / back->has_all_s,
       Unit::per_second},
      {"payments_per_s", "payments a second, its start counted", payments / back->has_all_s,
       Unit::per_second},
      {"times_served", "  by what the others served meanwhile",
       load->served > 0 ? payments / back->has_all_s / load->served : 0, Unit::times}};
  describe_load(*load, site.limits(), section, "_meanwhile");
  return section;
}

}  // namespace vostro::bench
