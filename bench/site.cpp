#include "bench/site.h"

#include <algorithm>
#include <cmath>

namespace vostro::bench {
namespace {

constexpr int kSiteRounds = 11;
constexpr int kSitePerRound = 500;
/// Of the verification time before and after: beyond it the machine was not the same all the time.
constexpr double kDriftMax = 0.10;

}  // namespace

void Site::compare_with(double verification) {
  limits_.verification = verification;
  limits_.ceiling = signature_ceiling(limits_.cores, limits_.validators, verification);
}

Result<std::unique_ptr<Site>, std::string> Site::open(const Options& options,
                                                      const std::atomic<bool>& stop) {
  std::unique_ptr<Site> site(new Site);
  site->limits_.cores = describe_machine(".").cores;
  site->limits_.before_us = verification_us(kSiteRounds, kSitePerRound);
  site->limits_.busy_us =
      verification_busy_us(static_cast<int>(site->limits_.cores), kSiteRounds, kSitePerRound);
  auto network =
      options.devnet.empty() ? Network::start(options.network) : Network::attach(options.devnet);
  if (!network) return fail(network.error());
  site->network_.emplace(*std::move(network));
  if (stop) return fail(std::string("interrupted"));
  site->limits_.validators = site->network_->members().size();
  site->compare_with(site->limits_.before_us.median);
  auto book = open_book(*site->network_, options.accounts_of_bank);
  if (!book) return fail(book.error());
  site->book_ = *std::move(book);
  site->ledger_.emplace(site->book_);
  auto balances = read_balances(*site->network_);
  if (!balances) return fail(balances.error());
  site->before_ = *std::move(balances);
  return site;
}

Result<void, std::string> Site::compare(Section& section, const std::string& when) const {
  const auto after = read_balances(*network_);
  if (!after) return fail(after.error());
  for (Guard& each : ledger_->compare(before_, *after)) {
    each.name += when;
    section.guards.push_back(std::move(each));
  }
  return {};
}

Result<void, std::string> Site::close(Section& section) {
  section.guards.push_back(same_everywhere(*network_));
  if (auto done = compare(section, {}); !done) return fail(done.error());
  section.guards.push_back(ledger_->receipts(*network_));
  section.guards.push_back(ledger_->forged_copies(*network_));
  network_->stop();
  limits_.after_us = verification_us(kSiteRounds, kSitePerRound);
  compare_with(std::min(limits_.before_us.median, limits_.after_us.median));
  section.tables.push_back(spread_table("limits", "one verification", Unit::us,
                                        {{"before", limits_.before_us},
                                         {"after", limits_.after_us},
                                         {"before, all cores busy", limits_.busy_us}}));
  const double drift = limits_.after_us.median / limits_.before_us.median - 1;
  if (std::abs(drift) > kDriftMax)
    section.notes.push_back("one verification took " + text_of(drift, Unit::share) +
                            " longer after the run than before it: this machine is shared or "
                            "throttled");
  return {};
}

}  // namespace vostro::bench
