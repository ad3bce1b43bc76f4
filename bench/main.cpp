/// vostro-bench: measures a network of real node processes (docs/performance.md). Exit codes: 0,
/// all guards hold, whether a target was met or missed; 1, a guard is broken, or a scenario could
/// not be finished; 2, the command line, or a scenario that it names cannot be done with it.
#include <atomic>
#include <csignal>
#include <fstream>
#include <iostream>

#include "base/secret_text.h"
#include "bench/network.h"
#include "bench/options.h"
#include "bench/page.h"
#include "bench/report.h"
#include "bench/scenario.h"

namespace {

using namespace vostro;
using namespace vostro::bench;

constexpr int kFailed = 1;
constexpr int kUsage = 2;

std::atomic<bool> interrupted{false};
static_assert(std::atomic<bool>::is_always_lock_free);

void on_interrupt(int) {
  interrupted = true;
}

/// Of the networks that the run will make, or of the one that it takes. Errors: a sentence.
Result<std::size_t, std::string> validators_of(const Options& options) {
  if (options.devnet.empty()) return options.network.nodes;
  const auto network = Network::attach(options.devnet);
  if (!network) return fail(network.error());
  return network->members().size();
}

bool write_file(const std::string& path, const std::string& text) {
  if (path.empty()) return true;
  std::ofstream file(path);
  file << text << std::flush;
  if (!file) say(path + " cannot be written");
  return static_cast<bool>(file);
}

}  // namespace

int main(int argc, char** argv) {
  if (!harden_process()) {
    say("the kernel refuses to protect this process's memory");
    return kFailed;
  }
  ensure_crypto_ready();
  const auto options = parse_options(argc, argv, scenarios());
  if (!options) return options.error();
  const auto validators = validators_of(*options);
  if (!validators) {
    say(validators.error());
    return kFailed;
  }
  const auto steps = steps_of(scenarios(), *options, *validators);
  if (!steps) {
    say(steps.error());
    return kUsage;
  }
  std::signal(SIGINT, on_interrupt);
  std::signal(SIGTERM, on_interrupt);
  Report report;
  report.machine = describe_machine(".");
  Run run{*options, interrupted, {}, {}, {}, {}};
  report.sections = run_steps(run, *steps);
  print(report, std::cout);
  const bool is_written = write_file(options->json_file, as_json(report));
  if (!write_file(options->html_file, as_page(report)) || !is_written) return kFailed;
  return report.guards_hold() ? 0 : kFailed;
}
