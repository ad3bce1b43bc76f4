#include "bench/load_section.h"

#include <algorithm>
#include <map>

namespace vostro::bench {
namespace {

/// Of the machine's CPU that went to neither nodes nor generator.
constexpr double kLostMax = 0.10;
constexpr double kWireMax = 1.5;
constexpr double kDiskMax = 2.5;
constexpr double kLeaderMax = 1.3;

std::string rounded(double value) {
  return digits_of(value, Unit::count);
}

Table processes_table(const LoadResult& load, const std::string& suffix, const std::string& of) {
  Table table{"processes" + suffix,
              "CPU in the window" + of,
              {{"cpu_s", "CPU", Unit::s},
               {"user_s", "user", Unit::s, true},
               {"system_s", "system", Unit::s, true},
               {"resident_mib", "RSS", Unit::mib},
               {"peak_mib", "VmHWM", Unit::mib}},
              {},
              true};
  const auto mib = [](std::int64_t kib) { return static_cast<double>(kib) / 1024; };
  for (const NodeCost& node : load.nodes)
    table.rows.push_back({"node " + node.name,
                          {node.cpu.total_s(), node.cpu.user_s, node.cpu.system_s,
                           mib(node.resident_most_kib), mib(node.peak_kib)}});
  table.rows.push_back(
      {"load generator",
       {load.generator.total_s(), load.generator.user_s, load.generator.system_s}});
  table.rows.push_back({"all else, interrupts too", {load.others_s}});
  table.rows.push_back({"kept back by the host", {load.stolen_s}});
  for (TableRow& row : table.rows) row.values.resize(table.columns.size());
  return table;
}

}  // namespace

std::string offer_text(const LoadResult& load, const std::string& what) {
  const std::string orders = load.plan.credits == 0
                                 ? " " + what + "/s"
                                 : " bulks/s of " + std::to_string(load.plan.credits) + " credits";
  return rounded(load.plan.rate) + orders + " offered in groups of " +
         std::to_string(load.plan.group) + " to " + std::to_string(load.nodes.size()) +
         " nodes, window of " + text_of(load.window_s, Unit::s) + " after " +
         text_of(load.plan.warm_up_s, Unit::s);
}

void describe_load(const LoadResult& load, const Limits& limits, Section& section,
                   const std::string& suffix) {
  std::string of = suffix;
  std::replace(of.begin(), of.end(), '_', ' ');
  section.series.push_back({"served" + suffix, "final on all nodes, by second" + of,
                            Unit::per_second, 1, load.served_by_second});
  section.series.push_back({"resident" + suffix, "memory of the largest node, by second" + of,
                            Unit::mib, 1, load.resident_mib});
  section.tables.push_back(spread_table("ms" + suffix, "latency" + of, Unit::ms,
                                        {{"due to accepted (group)", load.answer_ms},
                                         {"due to sent (group)", load.late_ms},
                                         {"due to final (probes)", load.final_ms}}));
  section.tables.push_back(processes_table(load, suffix, of));
  Table fates{"orders" + suffix, "orders" + of, {{"count", "count", Unit::count}}, {}};
  const auto row = [&](const std::string& name, std::uint64_t count) {
    fates.rows.push_back({name, {static_cast<double>(count)}});
  };
  row("offered", load.offered);
  row("accepted", load.accepted);
  row("final on all nodes in the window", load.final_in_window);
  for (const auto& [code, times] : load.put_off_for) row("put off: " + code, times);
  row("put off to the end", load.given_up);
  row("forged, refused", load.forged_refused);
  row("probes, each among these", load.probes);
  row("probes put off", load.probes_put_off);
  row("probes put off to the end", load.probes_given_up);
  section.tables.push_back(std::move(fates));
  if (load.probes > 0 && !has_all_probes(load))
    section.notes.push_back("latency" + of + ": of " + std::to_string(load.probes) +
                            " probes only " + std::to_string(load.final_ms.count) +
                            " became final, " + std::to_string(load.probes_given_up) +
                            " were put off to the end: times are of the others, and no target of "
                            "theirs counts as met");
  if (const double lost = lost_share(load, limits.cores); lost > kLostMax)
    section.notes.push_back("others took " + text_of(lost, Unit::share) +
                            " of the CPU in the window: what the network served is too low by "
                            "about as much");
}

Figure p99_of(std::string key, std::string name, const LoadResult& load) {
  Figure figure{std::move(key), std::move(name), load.final_ms.p99, Unit::ms};
  figure.is_whole = has_all_probes(load);
  return figure;
}

void describe_costs(const LoadResult& load, const Limits& limits, Section& section) {
  if (kept_up(load))
    section.notes.emplace_back("the network kept up with all that was offered: it may serve more");
  const double each_us = cpu_us_per_payment(load);
  section.figures.push_back(
      {"cpu_us_per_payment_and_node", "CPU of one node for one payment", each_us, Unit::us});
  section.figures.push_back({"busy_verifications_per_payment_and_node",
                             "  by one verification on busy cores", each_us / limits.busy_us.median,
                             Unit::times});
  const double payments =
      static_cast<double>(load.final_in_all) * static_cast<double>(load.plan.payments_of_order());
  const auto nodes = static_cast<double>(load.nodes.size());
  if (payments <= 0) return;
  double sent = 0;
  double disk = 0;
  double written = 0;
  double most_sent = 0;
  for (const NodeCost& node : load.nodes) {
    sent += static_cast<double>(node.sent_bytes);
    most_sent = std::max(most_sent, static_cast<double>(node.sent_bytes));
    disk += static_cast<double>(node.disk_bytes);
    written += static_cast<double>(node.written_bytes);
  }
  const double whole = payments * nodes;
  Table bytes{"bytes",
              "bytes for one payment",
              {{"sent", "sent", Unit::bytes, true},
               {"disk", "disk", Unit::bytes, true},
               {"written", "written", Unit::bytes, true}},
              {}};
  for (const NodeCost& node : load.nodes)
    bytes.rows.push_back({"node " + node.name,
                          {static_cast<double>(node.sent_bytes) / payments,
                           static_cast<double>(node.disk_bytes) / payments,
                           static_cast<double>(node.written_bytes) / payments}});
  section.tables.push_back(std::move(bytes));
  section.figures.push_back(
      {"encoded_bytes", "encoded size of one payment", load.encoded_bytes, Unit::bytes});
  if (load.nodes.size() > 1) {
    section.figures.push_back({"wire_per_encoded", "sent by a node for one payment, by its size",
                               sent / whole / load.encoded_bytes, Unit::times,
                               Target{kWireMax, false}});
    section.figures.push_back({"most_sent_by_mean", "most that a node sent, by the others' mean",
                               most_sent / ((sent - most_sent) / (nodes - 1)), Unit::times,
                               Target{kLeaderMax, false}});
  }
  section.figures.push_back({"disk_per_encoded", "on a node's disk for one payment, by its size",
                             disk / whole / load.encoded_bytes, Unit::times,
                             Target{kDiskMax, false}});
  section.figures.push_back({"written_per_encoded",
                             "written by a node for one payment, by its size",
                             written / whole / load.encoded_bytes, Unit::times});
}

}  // namespace vostro::bench
