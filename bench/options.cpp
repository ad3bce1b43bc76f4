#include "bench/options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <filesystem>
#include <iostream>

#include "bench/scenario.h"

namespace vostro::bench {
namespace {

constexpr int kUsage = 2;

/// vostro-node lies beside this program.
std::string own_directory() {
  std::error_code error;
  return std::filesystem::read_symlink("/proc/self/exe", error).parent_path().string();
}

std::optional<double> rate_of(const std::string& text) {
  double rate = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), rate);
  const bool is_whole = error == std::errc{} && end == text.data() + text.size();
  return is_whole && rate >= 1 && rate <= 1e6 ? std::optional(rate) : std::nullopt;
}

}  // namespace

Result<Options, int> parse_options(int argc, const char* const* argv,
                                   std::span<const Scenario> scenarios) {
  CLI::App app{
      "Measures networks of Vostro nodes, against the limits of the machine. Each scenario starts "
      "a "
      "network of its own and stops it again.",
      "vostro-bench"};
  std::vector<std::string> names;
  std::string list = "Scenarios, in the order in which they run:\n";
  for (const Scenario& each : scenarios) {
    names.emplace_back(each.name);
    std::string name(each.name);
    name.resize(std::max<std::size_t>(name.size(), 12), ' ');
    list += "  " + name + std::string(each.does) + "\n";
  }
  app.footer(list);
  Options options;
  options.network.programs = own_directory();
  std::string rate = "auto";
  std::string bulk_rate = "auto";
  app.add_option("--nodes", options.network.nodes, "validators of the network it makes")
      ->check(CLI::Range(1, 16));
  app.add_option("--bin", options.network.programs, "directory of vostro-node; this program's own");
  app.add_option("--dir", options.network.directory,
                 "where networks are made, each in a directory of its own; without it where "
                 "temporary files are");
  app.add_flag("--keep", options.network.keep, "do not remove the networks' directories");
  app.add_option("--devnet", options.devnet,
                 "use the network that runs in this directory (scripts/devnet up --rate 1000000)");
  app.add_option("--accounts", options.accounts_of_bank,
                 "accounts of each bank that pay and are paid; 0: its main account alone")
      ->check(CLI::Range(0, 100'000));
  app.add_option("--only", options.only,
                 "scenarios to run, with commas between; without it all that the network allows")
      ->delimiter(',')
      ->check(CLI::IsMember(names));
  app.add_option("--lone-payments", options.lone.payments, "lone payments in each repeat")
      ->check(CLI::Range(1, 1'000'000));
  app.add_option("--lone-repeats", options.lone.repeats, "repeats, each through the next node")
      ->check(CLI::Range(1, 1'000));
  app.add_option("--rate", rate,
                 "payments offered per second to all nodes together, or auto: climb until more is "
                 "offered than served, then offer a tenth more than was served best");
  app.add_option("--credits", options.credits, "credits of one bulk")->check(CLI::Range(1, 10'000));
  app.add_option("--bulk-rate", bulk_rate,
                 "credits of bulks offered per second, or auto, likewise");
  app.add_option("--delay-ms", options.delay_ms,
                 "between validators, one way, of the scenario delay")
      ->check(CLI::Range(1.0, 1'000.0));
  app.add_option("--seconds", options.load.window_s, "length of the window that counts")
      ->check(CLI::Range(1.0, 86'400.0));
  app.add_option("--warm-up", options.load.warm_up_s, "seconds of load before it")
      ->check(CLI::Range(0.0, 3'600.0));
  app.add_option("--load-repeats", options.load_repeats, "loads, one after another")
      ->check(CLI::Range(1, 1'000));
  app.add_option("--group", options.load.group, "payments in one post")
      ->check(CLI::Range(1, 1'000));
  app.add_option("--connections", options.load.connections, "connections to each node")
      ->check(CLI::Range(1, 12));
  app.add_option("--forged-every", options.load.forged_every, "every so manieth is forged; 0: none")
      ->check(CLI::Range(0, 1'000'000));
  app.add_option("--seed", options.load.seed, "chooses accounts and amounts");
  app.add_option("--json", options.json_file, "write the figures to this file too");
  app.add_option("--html", options.html_file,
                 "write a page with charts to this file, that needs nothing else");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int shown = app.exit(error);
    return fail(shown == 0 ? 0 : kUsage);
  }
  const auto take_rate = [](const char* name, const std::string& text, std::optional<double>& to) {
    if (text == "auto") return true;
    to = rate_of(text);
    if (!to) std::cerr << name << " is auto, or 1 to 1000000\n";
    return to.has_value();
  };
  if (!take_rate("--rate", rate, options.rate) ||
      !take_rate("--bulk-rate", bulk_rate, options.bulk_rate))
    return fail(static_cast<int>(kUsage));
  if (options.load.forged_every == 1) {
    std::cerr << "--forged-every 1: then no payment is valid; 2 at least, or 0 for none\n";
    return fail(static_cast<int>(kUsage));
  }
  if (options.network.nodes == 1 && options.accounts_of_bank < 2) {
    std::cerr << "--nodes 1: payments need two accounts at least; see --accounts\n";
    return fail(static_cast<int>(kUsage));
  }
  options.lone.seed = options.load.seed;
  return options;
}

}  // namespace vostro::bench
