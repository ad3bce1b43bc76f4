#include "tests/sim/scenario.h"

#include <iterator>
#include <set>

#include "base/check.h"
#include "base/random.h"

namespace vostro::sim {

std::string_view to_string(Lie lie) {
  switch (lie) {
    case Lie::equivocating_leader:
      return "equivocating leader";
    case Lie::double_voter:
      return "double voter";
    case Lie::nullify_and_finalize:
      return "nullify and finalize";
    case Lie::batch_withholder:
      return "withholder of batches";
    case Lie::finalize_withholder:
      return "withholder of finalize votes";
    case Lie::silent_leader:
      return "silent leader";
    case Lie::late_leader:
      return "late leader";
    case Lie::stale_leader:
      return "stale leader";
    case Lie::deviating_leader:
      return "deviating leader";
    case Lie::forger:
      return "forger";
    case Lie::wrong_roots:
      return "wrong roots";
    case Lie::replayer:
      return "replayer";
    case Lie::garbage:
      return "garbage";
    case Lie::branching_lane:
      return "lane with branches";
    case Lie::gap_in_lane:
      return "lane with a gap";
    case Lie::twin:
      return "twin";
    case Lie::amnesiac:
      return "amnesiac";
  }
  VOSTRO_CHECK(false);
}

namespace {

/// Mostly four, as the smallest network that bears a fault; now and then any other size.
std::size_t validators_of(Random& random) {
  if (!random.happens(1, 5)) return 4;
  constexpr std::array<std::size_t, 7> kSmall{1, 2, 3, 5, 6, 7, 7};
  if (!random.happens(1, 12)) return kSmall[random.uniform(kSmall.size())];
  constexpr std::array<std::size_t, 3> kLarge{10, 16, 31};
  return kLarge[random.uniform(kLarge.size())];
}

/// Any that the ledger would take: never below four, and so never more liars than a set bears where
/// there is one. Now and then from four to seven and back.
void choose_changes(Scenario& scenario, Random& random) {
  using Kind = Change::Kind;
  while (scenario.liars.size() > 1) scenario.liars.erase(std::prev(scenario.liars.end()));
  scenario.heals_quorum_only = false;
  const bool there_and_back = scenario.validators == 4 && random.happens(1, 8);
  scenario.reserves = there_and_back ? 3 : 1 + random.uniform(2);
  std::set<std::size_t> set;
  for (std::size_t bank = 0; bank < scenario.validators; ++bank) set.insert(bank);
  const std::size_t count = there_and_back ? 6 : 1 + random.uniform(4);
  std::uint64_t at_ms = 300 + random.uniform(1'500);
  for (std::size_t i = 0; i < count; ++i) {
    std::vector<std::size_t> outside;
    for (std::size_t bank = 0; bank < scenario.banks(); ++bank) {
      if (!set.contains(bank)) outside.push_back(bank);
    }
    std::vector<Kind> kinds{Kind::rotate};
    if (!outside.empty()) kinds.push_back(Kind::add);
    if (set.size() > 4) kinds.push_back(Kind::remove);
    Kind kind = kinds[random.uniform(kinds.size())];
    if (there_and_back) kind = i < 3 ? Kind::add : Kind::remove;
    std::size_t bank =
        *std::next(set.begin(), static_cast<std::ptrdiff_t>(random.uniform(set.size())));
    // A liar may have stopped, and says of no new key that it is ready.
    if (kind == Kind::rotate && scenario.liars.contains(bank)) continue;
    if (kind == Kind::add) {
      bank = outside[random.uniform(outside.size())];
      set.insert(bank);
    }
    if (kind == Kind::remove) set.erase(bank);
    const std::uint64_t wait_ms = random.happens(1, 2) ? 0 : random.uniform(6'000);
    scenario.changes.push_back({kind, bank, at_ms, at_ms + wait_ms});
    at_ms += random.uniform(2'000);
  }
}

}  // namespace

Scenario Scenario::of_seed(std::uint64_t seed, std::size_t validators) {
  Random random(seed * 2'654'435'761ULL + 1);
  Scenario scenario;
  scenario.seed = seed;
  const std::size_t by_seed = validators_of(random);
  scenario.validators = validators == 0 ? by_seed : validators;
  Links& links = scenario.links;
  links.loss_permille = random.happens(1, 3) ? 0 : random.uniform(120);
  links.duplicate_permille = random.happens(1, 3) ? 0 : random.uniform(80);
  links.delay_max_ms = 2 + random.uniform(150);
  scenario.partitions = random.happens(2, 3);
  scenario.crashes = random.happens(2, 3);
  scenario.outputs_per_crash = random.happens(1, 3) ? 400 : 6'000;
  scenario.clock_skew = random.happens(1, 2);
  scenario.clock_jumps = random.happens(1, 6);
  scenario.bad_disks = random.happens(1, 4);
  scenario.all_crash = random.happens(1, 3);
  scenario.quiet_phase = random.happens(1, 8);
  scenario.heals_quorum_only = random.happens(1, 3);
  scenario.trouble_ms = 2'000 + random.uniform(8'000);
  scenario.payments = 8 + random.uniform(24);
  const std::size_t faulty_max = (scenario.validators - 1) / 3;
  if (faulty_max > 0 && random.happens(2, 3)) {
    const std::size_t liars = 1 + random.uniform(faulty_max);
    for (std::size_t i = 0; i < liars; ++i)
      scenario.liars[random.uniform(scenario.validators)] = static_cast<Lie>(random.uniform(lies));
  }
  if (scenario.validators > 7) {
    scenario.trouble_ms = std::min<std::uint64_t>(scenario.trouble_ms, 3'000);
    scenario.quiet_phase = false;
  }
  if (scenario.validators >= 4 && scenario.validators <= 7 && random.happens(2, 5))
    choose_changes(scenario, random);
  return scenario;
}

std::size_t Scenario::keys_of(std::size_t bank) const {
  std::size_t keys = 1;
  for (const Change& change : changes)
    keys += change.kind == Change::Kind::rotate && change.bank == bank ? 1 : 0;
  return keys;
}

std::string Scenario::describe() const {
  std::string text = std::to_string(validators) + " validators, delay to " +
                     std::to_string(links.delay_max_ms) + " ms, loss " +
                     std::to_string(links.loss_permille) + " and doubles " +
                     std::to_string(links.duplicate_permille) + " of 1000";
  const auto add = [&text](bool has, std::string_view what) {
    if (has) text += ", " + std::string(what);
  };
  add(partitions, "partitions");
  add(crashes, "crashes");
  add(crashes && all_crash, "power cuts");
  add(clock_skew, "clock skew");
  add(clock_jumps, "clock jumps");
  add(bad_disks, "bad disks");
  add(quiet_phase, "a quiet phase");
  add(heals_quorum_only, "only a quorum heals");
  for (const Change& change : changes) {
    constexpr std::array kWords{" comes", " goes", " gets another key"};
    text += ", bank " + std::to_string(change.bank) + kWords[static_cast<std::size_t>(change.kind)];
  }
  for (const auto& [validator, lie] : liars)
    text += ", validator " + std::to_string(validator) + " is a " + std::string(to_string(lie));
  return text;
}

}  // namespace vostro::sim
