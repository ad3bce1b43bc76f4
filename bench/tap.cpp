#include "bench/tap.h"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/check.h"

namespace vostro::bench {
namespace {

constexpr std::chrono::milliseconds kTapConnectTime{5'000};
constexpr std::chrono::milliseconds kTapAnswerTime{20'000};

/// The sum of a metric over its labels: lines "name{...} value".
std::uint64_t sum_in(std::string_view text, std::string_view name) {
  double sum = 0;
  for (std::size_t at = text.find(name); at != std::string_view::npos;
       at = text.find(name, at + name.size())) {
    const std::string_view line = text.substr(at, text.find('\n', at) - at);
    if (line.size() <= name.size() || line[name.size()] != '{') continue;
    const std::size_t value = line.rfind(' ') + 1;
    double number = 0;
    const auto [end, error] =
        std::from_chars(line.data() + value, line.data() + line.size(), number);
    if (error == std::errc{}) sum += number;
  }
  return static_cast<std::uint64_t>(sum);
}

/// The value of a metric without labels in Prometheus text: a line "name value".
std::optional<std::uint64_t> metric_in(std::string_view text, std::string_view name) {
  for (std::size_t at = text.find(name); at != std::string_view::npos;
       at = text.find(name, at + 1)) {
    const bool begins_line = at == 0 || text[at - 1] == '\n';
    const std::size_t value = at + name.size() + 1;
    if (!begins_line || value >= text.size() || text[value - 1] != ' ') continue;
    double number = 0;
    const auto [end, error] =
        std::from_chars(text.data() + value, text.data() + text.size(), number);
    if (error != std::errc{} || number < 0) return std::nullopt;
    return static_cast<std::uint64_t>(number);
  }
  return std::nullopt;
}

}  // namespace

std::uint64_t final_on_all(const Sweep& base, const Sweep& now) {
  VOSTRO_CHECK(base.nodes.size() == now.nodes.size());
  std::optional<std::uint64_t> least;
  for (std::size_t i = 0; i < now.nodes.size(); ++i) {
    VOSTRO_CHECK(now.nodes[i].final_transactions >= base.nodes[i].final_transactions);
    const auto more = now.nodes[i].final_transactions - base.nodes[i].final_transactions;
    least = std::min(least.value_or(more), more);
  }
  return least.value_or(0);
}

std::uint64_t Sweep::pending() const {
  std::uint64_t sum = 0;
  for (const Reading& each : nodes) sum += each.pending_transactions;
  return sum;
}

Result<CpuSweep, std::string> cpu_sweep(const Network& network) {
  CpuSweep out;
  for (const Member* member : network.running()) {
    const auto cpu = cpu_of(member->pid);
    if (!cpu) return fail("node " + member->name + " is gone");
    out.nodes.push_back(*cpu);
  }
  const auto own = cpu_of(::getpid());
  const auto machine = machine_cpu();
  if (!own || !machine) return fail(std::string("/proc cannot be read"));
  out.generator = *own;
  out.machine = *machine;
  return out;
}

Result<Taps, std::string> Taps::open(const Network& network) {
  Taps taps;
  for (const Member* member : network.running())
    taps.taps_.push_back(
        {member->name, client::HttpConnection(member->api, kTapConnectTime, {}), 0});
  return taps;
}

Result<Sweep, std::string> Taps::sweep() {
  Sweep sweep;
  sweep.begun = Clock::now();
  for (Tap& tap : taps_) {
    const auto answer =
        tap.connection.exchange({"GET", "/metrics", {}, {}}, SecretText(), kTapAnswerTime);
    if (!answer) return fail("node " + tap.name + ": " + to_string(answer.error()));
    const auto done = metric_in(answer->body, "vostro_transactions_final_total");
    const auto waiting = metric_in(answer->body, "vostro_transactions_pending");
    if (!done || !waiting) return fail("node " + tap.name + " does not count its transactions");
    if (*done < tap.final_before)
      return fail("node " + tap.name + " was started again while its counts were read");
    tap.final_before = *done;
    sweep.nodes.push_back({*done, *waiting, sum_in(answer->body, "vostro_peer_bytes_sent_total")});
  }
  sweep.ended = Clock::now();
  return sweep;
}

}  // namespace vostro::bench
