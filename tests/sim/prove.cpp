#include "tests/sim/prove.h"

#include <array>
#include <cstdio>
#include <string>

#include "tests/sim/scenario.h"

namespace vostro::sim {

std::span<const PlantedFault> planted_faults() {
  static constexpr std::array kFaults{
      PlantedFault{Planted::quorum_short_by_one, "quorum-short-by-one"},
      PlantedFault{Planted::second_notarize, "second-notarize"},
      PlantedFault{Planted::nullify_after_finalize, "nullify-after-finalize"},
      PlantedFault{Planted::finalize_after_nullify, "finalize-after-nullify"},
      PlantedFault{Planted::skipped_view_unchecked, "skipped-view-unchecked"},
      PlantedFault{Planted::parent_unchecked, "parent-unchecked"},
      PlantedFault{Planted::vote_signature_unchecked, "vote-signature-unchecked"},
      PlantedFault{Planted::certificate_half_checked, "certificate-half-checked"},
      PlantedFault{Planted::evidence_ignored, "evidence-ignored"},
      PlantedFault{Planted::retransmission_missing, "retransmission-missing"},
      PlantedFault{Planted::tip_never_repeated, "tip-never-repeated"},
      PlantedFault{Planted::always_busy, "always-busy"},
      PlantedFault{Planted::votes_never_forgotten, "votes-never-forgotten"},
      PlantedFault{Planted::votes_leave_unsynced, "votes-leave-unsynced"},
      PlantedFault{Planted::votes_forgotten, "votes-forgotten"},
      PlantedFault{Planted::batches_not_journaled, "batches-not-journaled"},
      PlantedFault{Planted::torn_group_accepted, "torn-group-accepted"},
      PlantedFault{Planted::incarnation_reused, "incarnation-reused"},
      PlantedFault{Planted::vote_before_batches, "vote-before-batches"},
      PlantedFault{Planted::wrong_state_root_accepted, "wrong-state-root-accepted"},
      PlantedFault{Planted::lane_gap_accepted, "lane-gap-accepted"},
      PlantedFault{Planted::id_used_twice, "id-used-twice"},
      PlantedFault{Planted::overdraft_allowed, "overdraft-allowed"},
      PlantedFault{Planted::credit_rounded, "credit-rounded"},
      PlantedFault{Planted::due_applied_twice, "due-applied-twice"},
  };
  return kFaults;
}

#ifdef VOSTRO_PLANTED_FAULTS

namespace {

bool is_seen(const PlantedFault& planted, std::uint64_t seeds_max) {
  const std::string name(planted.name);
  for (std::uint64_t seed = 1; seed <= seeds_max; ++seed) {
    const Scenario scenario = Scenario::of_seed(seed);
    planted_fault = planted.fault;
    const Outcome outcome = run(scenario);
    planted_fault = Planted::none;
    if (outcome.violations.empty()) continue;
    const std::string& what = outcome.violations.front();
    std::printf("%-28s seed %4llu: %s\n", name.c_str(), static_cast<unsigned long long>(seed),
                what.c_str());
    const Outcome honest = run(scenario);
    if (honest.violations.empty()) return true;
    std::printf("%-28s seed %4llu fails without it too: %s\n", name.c_str(),
                static_cast<unsigned long long>(seed), honest.violations.front().c_str());
    return false;
  }
  std::printf("%-28s NOT SEEN in %llu seeds\n", name.c_str(),
              static_cast<unsigned long long>(seeds_max));
  return false;
}

}  // namespace

bool prove(std::uint64_t seeds_max, std::string_view only) {
  std::size_t seen = 0;
  std::size_t tried = 0;
  for (const PlantedFault& planted : planted_faults()) {
    if (!only.empty() && planted.name != only) continue;
    ++tried;
    seen += is_seen(planted, seeds_max) ? 1 : 0;
    std::fflush(stdout);
  }
  std::printf("%zu of %zu planted faults are seen\n", seen, tried);
  return tried > 0 && seen == tried;
}

#else

bool prove(std::uint64_t, std::string_view) {
  std::fprintf(stderr,
               "vostro-sim: this build has no faults to plant. Configure one that has:\n"
               "  cmake --preset planted && ninja -C build/planted vostro-sim\n");
  return false;
}

#endif

}  // namespace vostro::sim
