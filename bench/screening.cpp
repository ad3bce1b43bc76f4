/// vostro-bench-screening: how many names a second one core screens against 20 000 listed ones, and
/// how many of the right and of the wrong ones it stops. The limit of the same run is what a core
/// does without an index: one comparison with each listed name.
#include <time.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <functional>
#include <memory>

#include "base/check.h"
#include "bridge/screening/normal.h"
#include "bridge/screening/similar.h"
#include "tests/support/screening_names.h"

namespace vostro::bench {
namespace {

using bridge::screening::List;
using bridge::screening::Screener;
using test::LabelledName;

constexpr std::size_t kScansMin = 20;

/// CPU time of this thread: where others work too, it is not longer for their sake.
double cpu_seconds() {
  timespec now{};
  VOSTRO_CHECK(::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now) == 0);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

double seconds_of(const std::function<void()>& work) {
  const double begin = cpu_seconds();
  work();
  return cpu_seconds() - begin;
}

std::string plain(std::string_view name) {
  std::string text;
  for (const auto& token : bridge::screening::tokens_of(name)) text += token.text + " ";
  return text;
}

/// Names a second where each listed one is compared with the whole of what is asked.
double without_index(const std::vector<List>& lists, const std::vector<LabelledName>& asked) {
  std::vector<std::string> listed;
  for (const List& list : lists)
    for (const auto& entry : list.entries)
      for (const auto& name : entry.names) listed.push_back(plain(name.text));
  const std::size_t count = std::min(kScansMin, asked.size());
  std::size_t alike = 0;
  const double seconds = seconds_of([&] {
    for (std::size_t i = 0; i < count; ++i) {
      const std::string text = plain(asked[i].asked);
      for (const std::string& name : listed)
        alike += bridge::screening::edit_distance(text, name, 4) <= 4 ? 1 : 0;
    }
  });
  VOSTRO_CHECK(alike <= count * listed.size());
  return static_cast<double>(count) / seconds;
}

void print(const char* title, const std::vector<test::Rate>& rates) {
  std::printf("%s\n", title);
  for (const test::Rate& each : rates)
    std::printf("  %-28s %6zu of %6zu  %5.1f %%\n", each.kind.c_str(), each.hits, each.asked,
                each.percent());
}

int run(std::size_t count) {
  std::vector<List> published = test::published_lists();
  if (published.empty())
    std::printf("VOSTRO_TEST_DATA has no sanctions lists: invented names only\n");
  std::vector<List> lists = test::filled_up(published);
  const List invented = lists.back();
  const auto rewritten = test::rewritten(invented, 1, count);
  const auto innocent = test::innocent(invented, 2, count);
  const double limit = without_index(lists, rewritten);

  std::unique_ptr<Screener> screener;
  const double building = seconds_of(
      [&] { screener = std::make_unique<Screener>(lists, bridge::screening::Thresholds{}); });
  std::printf("%zu listed names of %zu lists, index made in %.1f s of one core\n",
              screener->names(), lists.size(), building);

  std::vector<double> each;
  std::size_t hits = 0;
  double total = 0;
  for (std::size_t i = 0; i < count; ++i) {
    // As payments come: nine of ten names are nobody's.
    const std::string& asked = (i % 10 == 0 ? rewritten : innocent)[i].asked;
    each.push_back(seconds_of([&] {
      hits += screener->screen({{"debtor", asked, ""}}).hits.size();
    }));
    total += each.back();
  }
  std::ranges::sort(each);
  const double rate = static_cast<double>(count) / total;
  std::printf("%.0f names/s on one core; p50 %.2f ms, p99 %.2f ms, longest %.2f ms\n", rate,
              each[count / 2] * 1e3, each[count * 99 / 100] * 1e3, each.back() * 1e3);
  std::printf("without an index %.0f names/s: %.0f times as many\n", limit, rate / limit);

  print("recall, invented names rewritten", test::rates(*screener, rewritten));
  if (!published.empty())
    print("recall, names of the OFAC slice rewritten",
          test::rates(*screener, test::rewritten(published.front(), 3, count)));
  print("false hits, names that are nobody's", test::rates(*screener, innocent));
  if (!published.empty()) {
    const Screener real(published, {});
    print("false hits, the same against the published lists alone", test::rates(real, innocent));
  }
  const auto pairs = test::labelled_pairs();
  if (!pairs.names.empty()) {
    std::vector<List> with_pairs = published;
    with_pairs.push_back(pairs.list);
    print("recall, labelled pairs of scripts",
          test::rates(Screener(std::move(with_pairs), {}), pairs.names));
    std::vector<LabelledName> others;
    for (const LabelledName& pair : pairs.names) others.push_back({pair.kind, pair.asked, ""});
    print("false hits, the pairs' names against invented ones alone",
          test::rates(Screener({invented}, {}), others));
  }
  return 0;
}

}  // namespace
}  // namespace vostro::bench

int main(int argc, char** argv) {
  CLI::App app{"How fast and how well names are screened.", "vostro-bench-screening"};
  std::size_t count = 6'000;
  app.add_option("--names", count, "names of each set (6000)")->check(CLI::Range(100, 1'000'000));
  CLI11_PARSE(app, argc, argv);
  return vostro::bench::run(count);
}
