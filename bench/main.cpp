/// vostro-bench: measures a network of real node processes (docs/performance.md). Exit codes: 0,
/// all guards hold, whether a target was met or missed; 1, a guard is broken or the run could not
/// be finished; 2, the command line.
#include <algorithm>
#include <atomic>
#include <csignal>
#include <fstream>
#include <iostream>

#include "base/secret_text.h"
#include "bench/delivery.h"
#include "bench/options.h"
#include "bench/report.h"

namespace {

using namespace vostro;
using namespace vostro::bench;

constexpr int kFailed = 1;
constexpr int kRounds = 15;
constexpr int kPerRound = 1'000;
constexpr int kAppends = 300;

// The search for a rate.
constexpr double kFirstShare = 0.25;    // of the ceiling, offered first
constexpr double kStep = 1.3;           // from one trial to the next
constexpr double kServedEnough = 0.95;  // of what was offered was served: more can be
constexpr double kOverOffer = 1.1;      // of the best that was served, for the load that counts
constexpr double kTrialWarmUp = 2;      // seconds
constexpr double kTrialWindow = 4;      // seconds
constexpr int kTrialsMax = 10;

std::atomic<bool> interrupted{false};
static_assert(std::atomic<bool>::is_always_lock_free);

void on_interrupt(int) {
  interrupted = true;
}

void say(const std::string& text) {
  std::cerr << "vostro-bench: " << text << std::endl;
}

/// Climbs until the network serves less than it is offered, twice at one rate. The best that was
/// served.
Result<double, std::string> find_rate(const Network& network, const Book& book,
                                      const Options& options, Report& report, Ledgerbook& ledger) {
  double best = 0;
  bool missed = false;
  LoadPlan plan = options.load;
  plan.rate = report.ceiling * kFirstShare;
  plan.warm_up_s = kTrialWarmUp;
  plan.window_s = kTrialWindow;
  plan.has_probes = false;
  for (int trial = 0; trial < kTrialsMax; ++trial) {
    ++plan.seed;
    auto result = run_load(network, book, plan, interrupted);
    if (!result) return fail(result.error());
    ledger.note(*result);
    report.trials.push_back({plan.rate, result->served});
    say("offered " + std::to_string(static_cast<int>(plan.rate)) + "/s, served " +
        std::to_string(static_cast<int>(result->served)) + "/s");
    best = std::max(best, result->served);
    const bool kept_up = result->served >= kServedEnough * plan.rate;
    // One short window may just miss a block: only the second miss of a rate ends the climb.
    if (!kept_up && missed) break;
    missed = !kept_up;
    if (kept_up) plan.rate *= kStep;
  }
  return best;
}

Result<void, std::string> measure_load(const Network& network, const Book& book,
                                       const Options& options, Report& report, Ledgerbook& ledger) {
  LoadPlan plan = options.load;
  if (options.rate) {
    plan.rate = *options.rate;
  } else {
    const auto best = find_rate(network, book, options, report, ledger);
    if (!best) return fail(best.error());
    plan.rate = *best * kOverOffer;
  }
  plan.seed += 1'000;
  for (std::size_t repeat = 0; repeat < options.load_repeats; ++repeat) {
    plan.seed += 2;
    say("load of " + std::to_string(static_cast<int>(plan.rate)) + "/s");
    auto result = run_load(network, book, plan, interrupted);
    if (!result) return fail(result.error());
    ledger.note(*result);
    for (Guard& each : guards_of(*result)) report.guards.push_back(std::move(each));
    result->sent.clear();
    report.loads.push_back(*std::move(result));
  }
  return {};
}

void compare_with(Report& report, double verification) {
  report.verification = verification;
  report.ceiling = signature_ceiling(report.machine.cores, report.nodes, verification);
}

Result<void, std::string> measure(const Network& network, const Options& options, Report& report) {
  const auto appended = append_sync_us(network.directory(), kAppends);
  if (!appended) return fail(appended.error());
  report.append_sync_us = *appended;
  report.machine = describe_machine(network.directory());
  report.nodes = network.members().size();
  compare_with(report, report.verification_us.median);
  say("opening accounts");
  const auto book = open_book(network, options.accounts_of_bank);
  if (!book) return fail(book.error());
  report.accounts = book->accounts.size();
  const auto before = read_balances(network);
  if (!before) return fail(before.error());
  Ledgerbook ledger(*book);
  if (options.has_lone) {
    say("lone payments");
    auto lone = run_lone(network, *book, options.lone, interrupted);
    if (!lone) return fail(lone.error());
    for (const Order& each : lone->settled) ledger.note(each);
    lone->settled.clear();
    report.lone = *std::move(lone);
  }
  if (options.has_load) {
    if (auto done = measure_load(network, *book, options, report, ledger); !done)
      return fail(done.error());
  }
  say("looking at the ledger");
  report.guards.push_back(same_everywhere(network));
  const auto after = read_balances(network);
  if (!after) return fail(after.error());
  for (Guard& each : ledger.compare(*before, *after)) report.guards.push_back(std::move(each));
  report.guards.push_back(ledger.receipts(network));
  report.guards.push_back(ledger.forged_copies(network));
  return {};
}

Result<Report, std::string> run(const Options& options) {
  Report report;
  say("measuring one verification");
  report.verification_us = verification_us(kRounds, kPerRound);
  report.verification_busy_us =
      verification_busy_us(static_cast<int>(describe_machine(".").cores), kRounds, kPerRound);
  auto network =
      options.devnet.empty() ? Network::start(options.network) : Network::attach(options.devnet);
  if (!network) return fail(network.error());
  if (interrupted) return fail(std::string("interrupted"));
  if (auto done = measure(*network, options, report); !done) return fail(done.error());
  network->stop();
  report.verification_after_us = verification_us(kRounds, kPerRound);
  compare_with(report,
               std::min(report.verification_us.median, report.verification_after_us.median));
  for (const LoadResult& each : report.loads)
    report.guards.push_back(believable(each, report.ceiling));
  return report;
}

}  // namespace

int main(int argc, char** argv) {
  if (!harden_process()) {
    say("the kernel refuses to protect this process's memory");
    return kFailed;
  }
  ensure_crypto_ready();
  const auto options = parse_options(argc, argv);
  if (!options) return options.error();
  std::signal(SIGINT, on_interrupt);
  std::signal(SIGTERM, on_interrupt);
  const auto report = run(*options);
  if (!report) {
    say(report.error());
    return kFailed;
  }
  print(*report, std::cout);
  if (!options->json_file.empty()) {
    std::ofstream file(options->json_file);
    file << as_json(*report) << std::flush;
    if (!file) {
      say(options->json_file + " cannot be written");
      return kFailed;
    }
  }
  return report->guards_hold() ? 0 : kFailed;
}
