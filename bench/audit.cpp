/// vostro-bench-audit: how fast vostro-audit replays, against the machine's signature ceiling
/// measured in the same run. It makes two chains that four validators really sign, one of single
/// payments and one of bulks, and replays each as the program does, several times. The chains are
/// made by processes of their own, so that memory and CPU here are those of replays alone.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include "audit/freed_memory.h"
#include "audit/node_source.h"
#include "audit/replay.h"
#include "base/check.h"
#include "bench/limits.h"
#include "tests/support/chain_builders.h"
#include "tests/unit/audit/made_chain.h"

namespace vostro::bench {
namespace {

constexpr int kRounds = 20;
constexpr int kPerRound = 200;

/// What this process has used until now.
struct Usage {
  double cpu_s = 0;  ///< user and kernel
  std::uint64_t page_faults = 0;
  double peak_mib = 0;  ///< most memory that it ever had
};

Usage usage_now() {
  rusage usage{};
  VOSTRO_CHECK(::getrusage(RUSAGE_SELF, &usage) == 0);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return {seconds(usage.ru_utime) + seconds(usage.ru_stime),
          static_cast<std::uint64_t>(usage.ru_minflt + usage.ru_majflt),
          static_cast<double>(usage.ru_maxrss) / 1024.0};
}

/// Begins `work` in a process of its own. This one must have no other thread yet.
template <class Work>
pid_t begin_apart(const Work& work) {
  const pid_t child = ::fork();
  VOSTRO_CHECK(child >= 0);
  if (child > 0) return child;
  work();
  ::_exit(0);
}

void wait_for(pid_t child) {
  int status = 0;
  VOSTRO_CHECK(::waitpid(child, &status, 0) == child);
  VOSTRO_CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

std::vector<std::string> main_accounts() {
  return {"ALBAGB2L/main", "MERLSGSG/main", "NORDDEFF/main", "SUDBFRPP/main"};
}

void make_singles(const std::string& directory, std::uint64_t payments, std::uint64_t per_block) {
  test::ChainMaker chain(directory);
  const auto accounts = main_accounts();
  std::vector<Bytes> issues;
  for (std::size_t i = 0; i < accounts.size(); ++i)
    issues.push_back(test::issue_bytes(i + 1, accounts[i], test::eur(9'000'000'000)));
  chain.block_of(issues);
  // The replay is what checks the signatures.
  test::Forgery unchecked;
  unchecked.takes_bad_signatures = true;
  for (std::uint64_t done = 0; done < payments;) {
    std::vector<std::vector<Bytes>> batches(4);
    for (std::uint64_t i = 0; i < per_block && done < payments; ++i, ++done)
      batches[i % 4].push_back(test::payment_bytes(1'000 + done, accounts[done % 4],
                                                   accounts[(done + 1 + done / 4 % 3) % 4], 125));
    std::erase_if(batches, [](const auto& batch) { return batch.empty(); });
    chain.block(batches, true, unchecked);
  }
}

void make_bulks(const std::string& directory, std::uint64_t bulks, std::uint32_t items) {
  test::ChainMaker chain(directory);
  const auto accounts = main_accounts();
  std::vector<Bytes> issues;
  for (std::size_t i = 0; i < accounts.size(); ++i)
    issues.push_back(test::issue_bytes(i + 1, accounts[i], test::eur(9'000'000'000)));
  chain.block_of(issues);
  for (std::uint64_t i = 0; i < bulks; ++i) {
    std::vector<std::string> others = accounts;
    others.erase(others.begin() + static_cast<std::ptrdiff_t>(i % 4));
    chain.block_of({test::bulk_bytes(1'000 + i * 100'000, accounts[i % 4], others, items, 125)});
  }
}

struct Measured {
  audit::Report report;
  double wall_s = 0;
  double cpu_s = 0;
  std::uint64_t page_faults = 0;

  /// Of what the cores could have given it.
  [[nodiscard]] double busy(unsigned cores) const { return cpu_s / (wall_s * cores); }
};

Measured replay_once(const std::string& data, bool trust_finality, unsigned threads) {
  auto source = audit::open_node_source(data, test::network_definition());
  VOSTRO_CHECK(source.has_value());
  const test::ScratchDirectory work;
  audit::ReplayOptions options;
  options.work = work.path();
  options.threads = threads;
  options.trust_finality = trust_finality;
  options.save_every_ms = 0;
  const Usage before = usage_now();
  const auto report = audit::replay(test::network_definition(), **source, options, {});
  VOSTRO_CHECK(report.has_value() && !report->divergence);
  const Usage after = usage_now();
  return {*report, static_cast<double>(report->elapsed_ms) / 1000.0, after.cpu_s - before.cpu_s,
          after.page_faults - before.page_faults};
}

struct Options {
  std::string directory = "/var/tmp";
  std::uint64_t payments = 200'000;
  std::uint64_t per_block = 2'000;
  std::uint64_t bulks = 40;
  std::uint32_t items = 10'000;
  unsigned repeats = 3;
  std::string json;
  bool keep = false;
};

/// A full replay, with one verification by itself just before and after it.
struct Full {
  Measured replay;
  double verification_us = 0;
  double rate = 0;          ///< signatures per second
  double ceiling = 0;       ///< the same, of verifications alone
  double cpu_share = 0;     ///< of its CPU time, what its verifications alone need
  double other_cpu_us = 0;  ///< the rest, by signature
};

Full full_replay(const std::string& data, unsigned cores) {
  Full full;
  const Spread before = verification_us(kRounds, kPerRound);
  full.replay = replay_once(data, false, cores);
  const Spread after = verification_us(kRounds, kPerRound);
  full.verification_us = std::min(before.median, after.median);
  const auto signatures = static_cast<double>(full.replay.report.run.signatures);
  full.rate = signatures / full.replay.wall_s;
  full.ceiling = signature_ceiling(cores, 1, full.verification_us);
  const double each_us = full.replay.cpu_s * 1e6 / signatures;
  full.cpu_share = full.verification_us / each_us;
  full.other_cpu_us = each_us - full.verification_us;
  return full;
}

int run(const Options& options) {
  const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
  std::string base = options.directory + "/vostro-bench-audit-XXXXXX";
  VOSTRO_CHECK(::mkdtemp(base.data()) != nullptr);
  std::printf("making chains in %s\n", base.c_str());
  std::fflush(stdout);
  const pid_t singles =
      begin_apart([&] { make_singles(base + "/singles", options.payments, options.per_block); });
  const pid_t bulks =
      begin_apart([&] { make_bulks(base + "/bulks", options.bulks, options.items); });
  wait_for(singles);
  wait_for(bulks);
  std::ofstream(base + "/genesis.toml") << test::network_text();

  double cpu_share = 0;
  double share = 0;
  double trusting_cpu_us = 0;
  double trusting_rate = 0;
  for (unsigned i = 0; i < options.repeats; ++i) {
    const Full full = full_replay(base + "/singles", cores);
    std::printf(
        "full replay        %llu signatures, %.0f per second: %.1f %% of the ceiling of %.0f, with "
        "%.0f %% of %u cores\n"
        "  of its CPU time  %.1f %% is what the signatures alone need, %.1f us each; all else took "
        "%.1f us a signature; %llu page faults\n",
        static_cast<unsigned long long>(full.replay.report.run.signatures), full.rate,
        100 * full.rate / full.ceiling, full.ceiling, 100 * full.replay.busy(cores), cores,
        100 * full.cpu_share, full.verification_us, full.other_cpu_us,
        static_cast<unsigned long long>(full.replay.page_faults));
    const Measured trusting = replay_once(base + "/bulks", true, cores);
    const auto payments = static_cast<double>(trusting.report.run.payments);
    const double cpu_us = trusting.cpu_s * 1e6 / payments;
    std::printf(
        "--trust-finality   %.0f payments, %.0f per second, with %.0f %% of the cores\n"
        "  of CPU time      %.2f us a payment: %.0f per second of %u cores; %llu page faults\n",
        payments, payments / trusting.wall_s, 100 * trusting.busy(cores), cpu_us,
        cores * 1e6 / cpu_us, cores, static_cast<unsigned long long>(trusting.page_faults));
    std::fflush(stdout);
    share = std::max(share, full.rate / full.ceiling);
    cpu_share = std::max(cpu_share, full.cpu_share);
    trusting_rate = std::max(trusting_rate, payments / trusting.wall_s);
    trusting_cpu_us = i == 0 ? cpu_us : std::min(trusting_cpu_us, cpu_us);
  }
  const double peak_mib = usage_now().peak_mib;
  std::printf("peak memory        %.0f MiB\n", peak_mib);
  if (!options.keep) std::filesystem::remove_all(base);
  if (!options.json.empty()) {
    std::ofstream(options.json) << "{\"cores\":" << cores << ",\"best_of\":" << options.repeats
                                << ",\"share_of_ceiling\":" << share
                                << ",\"share_of_cpu\":" << cpu_share
                                << ",\"trusting_payments_per_second\":" << trusting_rate
                                << ",\"trusting_cpu_us\":" << trusting_cpu_us
                                << ",\"peak_mib\":" << peak_mib << "}\n";
  }
  return 0;
}

}  // namespace
}  // namespace vostro::bench

int main(int argc, char** argv) {
  vostro::audit::keep_freed_memory();
  vostro::bench::Options options;
  CLI::App app{"How fast vostro-audit replays on this machine", "vostro-bench-audit"};
  app.add_option("--directory", options.directory, "Where the chains and the work lie for the run");
  app.add_option("--payments", options.payments, "Single payments, one signature each")
      ->check(CLI::Range(1, 2'000'000));
  app.add_option("--per-block", options.per_block, "Of them in one block")
      ->check(CLI::Range(1, 10'000));
  app.add_option("--bulks", options.bulks, "Bulks, one a block")->check(CLI::Range(1, 10'000));
  app.add_option("--items", options.items, "Payments in one bulk")->check(CLI::Range(1, 10'000));
  app.add_option("--repeats", options.repeats, "Replays of each chain")->check(CLI::Range(1, 100));
  app.add_option("--json", options.json, "Also write the best figures to this file");
  app.add_flag("--keep", options.keep,
               "Leave the chains there, singles/ and bulks/ beside genesis.toml, for vostro-audit");
  CLI11_PARSE(app, argc, argv);
  return vostro::bench::run(options);
}
