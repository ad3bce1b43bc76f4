#include "bench/report.h"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <boost/json/value_from.hpp>
#include <cmath>
#include <cstdio>
#include <ostream>

namespace vostro::bench {
namespace {

namespace json = boost::json;

constexpr double kLoneMedianMs = 15;
constexpr double kShareOfCeiling = 0.40;
constexpr std::int64_t kResidentKib = 300 * 1024;
/// Of the verification time before and after: beyond it the machine was not the same all the time.
constexpr double kDriftMax = 0.10;
/// Of the machine's CPU that went to neither nodes nor generator.
constexpr double kLostMax = 0.10;
/// Served of offered: from here on the offer may be the limit, and not the network.
constexpr double kKeptUp = 0.95;

std::string fixed(double value, int digits) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", digits, value);
  return text;
}
std::string left(std::string text, std::size_t width) {
  text.resize(std::max(text.size(), width), ' ');
  return text;
}
std::string right(const std::string& text, std::size_t width) {
  return std::string(width > text.size() ? width - text.size() : 0, ' ') + text;
}
std::string percent(double share) {
  return fixed(share * 100, 1) + " %";
}
std::string mib(std::int64_t kib) {
  return fixed(static_cast<double>(kib) / 1024, 1) + " MiB";
}

void print_spread(std::ostream& out, const std::string& name, const Spread& spread, int digits) {
  out << "  " << left(name, 34);
  for (const double value : {spread.least, spread.median, spread.p90, spread.p99, spread.most})
    out << right(fixed(value, digits), 10);
  out << right(std::to_string(spread.count), 9) << "\n";
}
void print_spread_head(std::ostream& out, const std::string& unit) {
  out << "  " << left("", 34);
  for (const char* name : {"least", "median", "p90", "p99", "most"}) out << right(name, 10);
  out << right("count", 9) << "   " << unit << "\n";
}

void print_target(std::ostream& out, const std::string& name, const std::string& value,
                  const std::string& target, bool is_met) {
  out << "  " << left(name, 34) << right(value, 14) << "   target " << left(target, 16)
      << (is_met ? "met" : "MISSED") << "\n";
}

void print_limits(const Report& report, std::ostream& out) {
  out << "Limits of this machine: " << report.machine.cores << " cores, "
      << report.machine.processor << ", " << report.machine.kernel << "\n";
  print_spread_head(out, "us");
  print_spread(out, "one verification, before", report.verification_us, 1);
  print_spread(out, "one verification, after", report.verification_after_us, 1);
  print_spread(out, "one verification, all cores busy", report.verification_busy_us, 1);
  print_spread(out, "append of 4 KiB and fdatasync", report.append_sync_us, 0);
  out << "  signature ceiling: " << report.machine.cores << " / (" << report.nodes << " x "
      << fixed(report.verification, 1) << " us) = " << fixed(report.ceiling, 0) << " payments/s\n";
  if (report.machine.is_in_memory)
    out << "  NOTE: the network lies in a memory file system, where fdatasync costs nothing.\n";
  const double drift = report.verification_after_us.median / report.verification_us.median - 1;
  if (std::abs(drift) > kDriftMax)
    out << "  NOTE: verification took " << percent(drift)
        << " longer after the run than before it: this machine is shared or throttled.\n";
}

void print_lone(const LoneResult& lone, std::ostream& out) {
  out << "\nLone payments, one after another, ?wait=final, from send to answer\n";
  print_spread_head(out, "ms");
  for (const LoneRepeat& each : lone.repeats) print_spread(out, "through " + each.node, each.ms, 2);
  print_spread(out, "all", lone.ms, 2);
  out << "  medians of the repeats: " << fixed(lone.least_median_ms, 2) << " to "
      << fixed(lone.most_median_ms, 2) << " ms\n";
  print_target(out, "median", fixed(lone.ms.median, 2) + " ms", "<= 15 ms",
               lone.ms.median <= kLoneMedianMs);
}

/// "2187 times put off (busy 12, not-ready 2175)": how often, and for what.
std::string put_off_text(const LoadResult& load) {
  std::uint64_t sum = 0;
  std::string codes;
  for (const auto& [code, times] : load.put_off_for) {
    sum += times;
    codes += (codes.empty() ? " (" : ", ") + code + " " + std::to_string(times);
  }
  return std::to_string(sum) + " times put off" + (codes.empty() ? "" : codes + ")");
}

void print_load(const Report& report, const LoadResult& load, std::ostream& out) {
  out << "\nSustained load: " << fixed(load.plan.rate, 0) << " payments/s offered in groups of "
      << load.plan.group << ", window of " << fixed(load.window_s, 1) << " s after "
      << fixed(load.plan.warm_up_s, 1) << " s\n";
  out << "  " << load.final_in_window << " final on all " << report.nodes
      << " nodes in the window: " << fixed(load.served, 0) << " payments/s; by second "
      << fixed(load.served_by_second.least, 0) << " to " << fixed(load.served_by_second.most, 0)
      << "\n";
  out << "  in all: " << load.offered << " offered, " << load.accepted << " accepted, "
      << put_off_text(load) << ", " << load.given_up << " of them to the end, "
      << load.forged_refused << " forged refused\n";
  if (load.served >= kKeptUp * load.plan.rate)
    out << "  NOTE: the network kept up with all that was offered; it may serve more.\n";
  print_spread_head(out, "ms");
  print_spread(out, "due to accepted (group)", load.answer_ms, 1);
  print_spread(out, "due to sent (group)", load.late_ms, 1);
  print_spread(out, "due to final (probes)", load.final_ms, 1);
  out << "  " << left("", 34) << right("CPU s", 10) << right("user", 10) << right("system", 10)
      << right("most RSS", 14) << right("peak (VmHWM)", 14) << "\n";
  for (const NodeCost& node : load.nodes)
    out << "  " << left("node " + node.name, 34) << right(fixed(node.cpu.total_s(), 2), 10)
        << right(fixed(node.cpu.user_s, 2), 10) << right(fixed(node.cpu.system_s, 2), 10)
        << right(mib(node.resident_most_kib), 14) << right(mib(node.peak_kib), 14) << "\n";
  out << "  " << left("load generator", 34) << right(fixed(load.generator.total_s(), 2), 10)
      << right(fixed(load.generator.user_s, 2), 10) << right(fixed(load.generator.system_s, 2), 10)
      << "\n";
  out << "  " << left("all else, interrupts too", 34) << right(fixed(load.others_s, 2), 10)
      << "   stolen by the host " << fixed(load.stolen_s, 2) << ", of "
      << fixed(load.window_s * report.machine.cores, 1) << "\n";
  const double each_us = cpu_us_per_payment(load);
  out << "  CPU of one node for one payment: " << fixed(each_us, 1)
      << " us = " << fixed(each_us / report.verification, 2) << " x one verification, "
      << fixed(each_us / report.verification_busy_us.median, 2) << " x one on busy cores\n";
  const double share = load.served / report.ceiling;
  print_target(out, "share of the signature ceiling", percent(share), ">= 40 %",
               share >= kShareOfCeiling);
  const double lost = (load.others_s + load.stolen_s) / (load.window_s * report.machine.cores);
  if (lost > kLostMax)
    out << "  NOTE: others took " << percent(lost)
        << " of the CPU in the window: what the network served is too low by about as much.\n";
  std::int64_t most = 0;
  for (const NodeCost& node : load.nodes) most = std::max(most, node.resident_most_kib);
  print_target(out, "resident memory, largest node", mib(most), "< 300 MiB", most < kResidentKib);
}

json::object spread_json(const Spread& spread) {
  return {{"count", spread.count}, {"least", spread.least}, {"median", spread.median},
          {"p90", spread.p90},     {"p99", spread.p99},     {"most", spread.most}};
}

json::object cpu_json(const CpuTime& cpu) {
  return {{"user_s", cpu.user_s}, {"system_s", cpu.system_s}};
}

json::object lone_json(const LoneResult& lone) {
  json::array repeats;
  for (const LoneRepeat& each : lone.repeats) {
    json::object repeat = spread_json(each.ms);
    repeat["node"] = each.node;
    repeats.push_back(std::move(repeat));
  }
  return {{"ms", spread_json(lone.ms)},
          {"least_median_ms", lone.least_median_ms},
          {"most_median_ms", lone.most_median_ms},
          {"repeats", std::move(repeats)},
          {"target_median_ms", kLoneMedianMs},
          {"is_met", lone.ms.median <= kLoneMedianMs}};
}

json::object load_json(const Report& report, const LoadResult& load) {
  json::array nodes;
  std::int64_t most = 0;
  for (const NodeCost& node : load.nodes) {
    most = std::max(most, node.resident_most_kib);
    json::object cost = cpu_json(node.cpu);
    cost["node"] = node.name;
    cost["resident_most_kib"] = node.resident_most_kib;
    cost["peak_kib"] = node.peak_kib;
    nodes.push_back(std::move(cost));
  }
  const double share = load.served / report.ceiling;
  return {{"offered_per_s", load.plan.rate},
          {"group", load.plan.group},
          {"connections_per_node", load.plan.connections},
          {"warm_up_s", load.plan.warm_up_s},
          {"window_s", load.window_s},
          {"final_in_window", load.final_in_window},
          {"served_per_s", load.served},
          {"served_by_second", spread_json(load.served_by_second)},
          {"share_of_ceiling", share},
          {"target_share", kShareOfCeiling},
          {"share_is_met", share >= kShareOfCeiling},
          {"offered", load.offered},
          {"accepted", load.accepted},
          {"put_off_for", json::value_from(load.put_off_for)},
          {"given_up", load.given_up},
          {"forged", load.forged},
          {"forged_refused", load.forged_refused},
          {"answer_ms", spread_json(load.answer_ms)},
          {"late_ms", spread_json(load.late_ms)},
          {"final_ms", spread_json(load.final_ms)},
          {"nodes", std::move(nodes)},
          {"generator", cpu_json(load.generator)},
          {"others_cpu_s", load.others_s},
          {"stolen_cpu_s", load.stolen_s},
          {"cpu_us_per_payment_and_node", cpu_us_per_payment(load)},
          {"verifications_per_payment_and_node", cpu_us_per_payment(load) / report.verification},
          {"busy_verifications_per_payment_and_node",
           cpu_us_per_payment(load) / report.verification_busy_us.median},
          {"resident_most_kib", most},
          {"target_resident_kib", kResidentKib},
          {"resident_is_met", most < kResidentKib}};
}

}  // namespace

bool Report::guards_hold() const {
  return std::all_of(guards.begin(), guards.end(), [](const Guard& each) { return each.holds; });
}

double cpu_us_per_payment(const LoadResult& load) {
  double cpu_s = 0;
  for (const NodeCost& node : load.nodes) cpu_s += node.cpu.total_s();
  const double payments =
      static_cast<double>(load.final_in_window) * static_cast<double>(load.nodes.size());
  return payments > 0 ? cpu_s / payments * 1e6 : 0;
}

void print(const Report& report, std::ostream& out) {
  out << "\n";
  print_limits(report, out);
  if (report.lone) print_lone(*report.lone, out);
  if (!report.trials.empty()) {
    out << "\nSearch for the rate: offered / served, payments/s\n ";
    for (const Trial& each : report.trials)
      out << "  " << fixed(each.offered, 0) << " / " << fixed(each.served, 0);
    out << "\n";
  }
  for (const LoadResult& each : report.loads) print_load(report, each, out);
  if (report.loads.size() > 1) {
    std::vector<double> shares;
    for (const LoadResult& each : report.loads) shares.push_back(each.served / report.ceiling);
    const Spread spread = spread_of(shares);
    out << "\n"
        << report.loads.size() << " loads: share of the ceiling " << percent(spread.least) << " to "
        << percent(spread.most) << ", median " << percent(spread.median) << "\n";
  }
  out << "\nGuards\n";
  for (const Guard& each : report.guards)
    out << "  " << left(each.name, 42) << (each.holds ? "holds   " : "BROKEN  ") << each.detail
        << "\n";
}

std::string as_json(const Report& report) {
  json::object out{{"machine",
                    {{"cores", report.machine.cores},
                     {"processor", report.machine.processor},
                     {"kernel", report.machine.kernel},
                     {"is_in_memory", report.machine.is_in_memory}}},
                   {"nodes", report.nodes},
                   {"accounts", report.accounts},
                   {"verification_us", spread_json(report.verification_us)},
                   {"verification_after_us", spread_json(report.verification_after_us)},
                   {"verification_busy_us", spread_json(report.verification_busy_us)},
                   {"append_sync_us", spread_json(report.append_sync_us)},
                   {"verification_used_us", report.verification},
                   {"ceiling_per_s", report.ceiling}};
  if (report.lone) out["lone"] = lone_json(*report.lone);
  json::array trials;
  for (const Trial& each : report.trials)
    trials.push_back({{"offered_per_s", each.offered}, {"served_per_s", each.served}});
  out["trials"] = std::move(trials);
  json::array loads;
  for (const LoadResult& each : report.loads) loads.push_back(load_json(report, each));
  out["loads"] = std::move(loads);
  json::array guards;
  for (const Guard& each : report.guards)
    guards.push_back({{"name", each.name}, {"holds", each.holds}, {"detail", each.detail}});
  out["guards"] = std::move(guards);
  out["guards_hold"] = report.guards_hold();
  return json::serialize(out) + "\n";
}

}  // namespace vostro::bench
