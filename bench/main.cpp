/// vostro-bench: measures a network of real node processes (docs/performance.md). Exit codes: 0,
/// all guards hold, whether a target was met or missed; 1, a guard is broken or the run could not
/// be finished; 2, the command line.
#include <algorithm>
#include <atomic>
#include <csignal>
#include <fstream>
#include <iostream>

#include "base/secret_text.h"
#include "bench/options.h"
#include "bench/page.h"
#include "bench/report.h"
#include "bench/scenario.h"

namespace {

using namespace vostro;
using namespace vostro::bench;

constexpr int kFailed = 1;

std::atomic<bool> interrupted{false};
static_assert(std::atomic<bool>::is_always_lock_free);

void on_interrupt(int) {
  interrupted = true;
}

Result<Report, std::string> run_all(const Options& options) {
  Report report;
  report.machine = describe_machine(".");
  Run run{options, interrupted, {}, {}, {}, {}};
  for (const Scenario& each : scenarios()) {
    if (std::find(options.only.begin(), options.only.end(), each.name) == options.only.end())
      continue;
    say("scenario " + std::string(each.name));
    auto section = each.run(run);
    if (!section) return fail(std::string(each.name) + ": " + section.error());
    section->name = each.name;
    report.sections.push_back(*std::move(section));
  }
  return report;
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
  std::signal(SIGINT, on_interrupt);
  std::signal(SIGTERM, on_interrupt);
  const auto report = run_all(*options);
  if (!report) {
    say(report.error());
    return kFailed;
  }
  print(*report, std::cout);
  if (!write_file(options->json_file, as_json(*report)) ||
      !write_file(options->html_file, as_page(*report)))
    return kFailed;
  return report->guards_hold() ? 0 : kFailed;
}
