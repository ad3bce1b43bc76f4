#include "tests/sim/prove.h"

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <string>

#include "base/check.h"
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
      PlantedFault{Planted::evidence_unchecked, "evidence-unchecked"},
      PlantedFault{Planted::retransmission_missing, "retransmission-missing"},
      PlantedFault{Planted::tip_never_repeated, "tip-never-repeated"},
      PlantedFault{Planted::always_busy, "always-busy"},
      PlantedFault{Planted::votes_never_forgotten, "votes-never-forgotten"},
      PlantedFault{Planted::votes_leave_unsynced, "votes-leave-unsynced"},
      PlantedFault{Planted::votes_forgotten, "votes-forgotten"},
      PlantedFault{Planted::batches_not_journaled, "batches-not-journaled"},
      PlantedFault{Planted::torn_group_accepted, "torn-group-accepted"},
      PlantedFault{Planted::incarnation_reused, "incarnation-reused"},
      PlantedFault{Planted::epoch_unrecorded, "epoch-unrecorded"},
      PlantedFault{Planted::votes_of_any_epoch, "votes-of-any-epoch"},
      PlantedFault{Planted::closed_epoch_extended, "closed-epoch-extended"},
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

/// The first violation of this scenario with a planted fault; empty where every check holds. In a
/// process of its own: some faults are seen by a check that aborts.
std::string violation_of(const Scenario& scenario, Planted fault) {
  std::array<int, 2> ends{};
  VOSTRO_CHECK(pipe(ends.data()) == 0);
  std::fflush(stdout);
  const pid_t child = fork();
  VOSTRO_CHECK(child >= 0);
  if (child == 0) {
    planted_fault = fault;
    const Outcome outcome = run(scenario);
    const std::string first = outcome.violations.empty() ? "" : outcome.violations.front();
    const bool is_told =
        write(ends[1], first.data(), first.size()) == static_cast<ssize_t>(first.size());
    _exit(is_told ? 0 : 1);
  }
  close(ends[1]);
  std::string told;
  std::array<char, 4096> part{};
  for (ssize_t size = 0; (size = read(ends[0], part.data(), part.size())) > 0;)
    told.append(part.data(), static_cast<std::size_t>(size));
  close(ends[0]);
  int status = 0;
  VOSTRO_CHECK(waitpid(child, &status, 0) == child);
  if (WIFSIGNALED(status)) return "a check of the node itself aborts it";
  return told;
}

bool is_seen(const PlantedFault& planted, std::uint64_t seeds_max) {
  const std::string name(planted.name);
  for (std::uint64_t seed = 1; seed <= seeds_max; ++seed) {
    const Scenario scenario = Scenario::of_seed(seed, 4);
    const std::string what = violation_of(scenario, planted.fault);
    if (what.empty()) continue;
    std::printf("%-28s seed %4llu: %s\n", name.c_str(), static_cast<unsigned long long>(seed),
                what.c_str());
    const std::string honest = violation_of(scenario, Planted::none);
    if (honest.empty()) return true;
    std::printf("%-28s seed %4llu fails without it too: %s\n", name.c_str(),
                static_cast<unsigned long long>(seed), honest.c_str());
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
