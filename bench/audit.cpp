/// vostro-bench-audit: how fast vostro-audit replays, against the machine's signature ceiling
/// measured in the same run. It makes two chains that four validators really sign, one of single
/// payments and one of bulks, and replays each as the program does.
#include <sys/resource.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <optional>
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

double cpu_seconds() {
  rusage usage{};
  VOSTRO_CHECK(::getrusage(RUSAGE_SELF, &usage) == 0);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

/// Most memory that this process ever had, in MiB.
double peak_mib() {
  rusage usage{};
  VOSTRO_CHECK(::getrusage(RUSAGE_SELF, &usage) == 0);
  return static_cast<double>(usage.ru_maxrss) / 1024.0;
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
  for (std::uint64_t done = 0; done < payments;) {
    std::vector<std::vector<Bytes>> batches(4);
    for (std::uint64_t i = 0; i < per_block && done < payments; ++i, ++done)
      batches[i % 4].push_back(test::payment_bytes(1'000 + done, accounts[done % 4],
                                                   accounts[(done + 1 + done / 4 % 3) % 4], 125));
    std::erase_if(batches, [](const auto& batch) { return batch.empty(); });
    chain.block(batches);
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
  const double cpu = cpu_seconds();
  const auto report = audit::replay(test::network_definition(), **source, options, {});
  VOSTRO_CHECK(report.has_value() && !report->divergence);
  return {*report, static_cast<double>(report->elapsed_ms) / 1000.0, cpu_seconds() - cpu};
}

struct Options {
  std::string directory = "/var/tmp";
  std::uint64_t payments = 40'000;
  std::uint64_t per_block = 2'000;
  std::uint64_t bulks = 40;
  std::uint32_t items = 10'000;
  std::string json;
  bool keep = false;
};

int run(const Options& options) {
  const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
  std::string base = options.directory + "/vostro-bench-audit-XXXXXX";
  VOSTRO_CHECK(::mkdtemp(base.data()) != nullptr);
  std::cout << "making chains in " << base << std::endl;
  make_singles(base + "/singles", options.payments, options.per_block);
  make_bulks(base + "/bulks", options.bulks, options.items);

  const Spread before = verification_us(kRounds, kPerRound);
  std::ofstream(base + "/genesis.toml") << test::network_text();
  const Measured full = replay_once(base + "/singles", false, cores);
  const Spread after = verification_us(kRounds, kPerRound);
  const Measured trusting = replay_once(base + "/bulks", true, cores);
  if (!options.keep) std::filesystem::remove_all(base);

  const double verification = std::min(before.median, after.median);
  const double ceiling = signature_ceiling(cores, 1, verification);
  const double signatures = static_cast<double>(full.report.run.signatures);
  const double full_rate = signatures / full.wall_s;
  const double payments = static_cast<double>(trusting.report.run.payments);
  const double cpu_share = signatures * verification / 1e6 / full.cpu_s;
  const auto busy = [cores](const Measured& m) { return m.cpu_s / (m.wall_s * cores); };
  std::printf(
      "cores                    %u\n"
      "one verification         %.1f us before, %.1f us after\n"
      "signature ceiling        %.0f per second\n"
      "full replay              %.0f signatures in %.2f s: %.0f per second, %.1f %% of the "
      "ceiling\n"
      "  of its CPU time        %.1f %% is what the signatures alone need; it had %.0f %% of the "
      "cores\n"
      "--trust-finality         %.0f payments in %.2f s: %.0f per second; CPU %.2f us a payment, "
      "%.0f %% of the cores\n"
      "peak memory              %.0f MiB, making the chains included\n",
      cores, before.median, after.median, ceiling, signatures, full.wall_s, full_rate,
      100 * full_rate / ceiling, 100 * cpu_share, 100 * busy(full), payments, trusting.wall_s,
      payments / trusting.wall_s, trusting.cpu_s * 1e6 / payments, 100 * busy(trusting),
      peak_mib());
  if (!options.json.empty()) {
    std::ofstream(options.json) << "{\"cores\":" << cores << ",\"verification_us\":" << verification
                                << ",\"signature_ceiling\":" << ceiling
                                << ",\"signatures_per_second\":" << full_rate
                                << ",\"share_of_ceiling\":" << full_rate / ceiling
                                << ",\"share_of_cpu\":" << cpu_share
                                << ",\"trusting_payments_per_second\":"
                                << payments / trusting.wall_s << ",\"peak_mib\":" << peak_mib()
                                << "}\n";
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
  app.add_option("--payments", options.payments, "Single payments, one signature each");
  app.add_option("--per-block", options.per_block, "Of them in one block");
  app.add_option("--bulks", options.bulks, "Bulks, one a block")->check(CLI::Range(1, 10'000));
  app.add_option("--items", options.items, "Payments in one bulk")->check(CLI::Range(1, 10'000));
  app.add_option("--json", options.json, "Also write the figures to this file");
  app.add_flag("--keep", options.keep,
               "Leave the chains there, singles/ and bulks/ beside genesis.toml, for vostro-audit");
  CLI11_PARSE(app, argc, argv);
  return vostro::bench::run(options);
}
