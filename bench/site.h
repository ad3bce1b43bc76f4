/// Where a scenario takes place: a network of its own, accounts with money, books kept beside the
/// ledger, and the limits of the machine before and after. One thread.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "bench/guards.h"
#include "bench/limits.h"
#include "bench/network.h"
#include "bench/options.h"
#include "bench/section.h"

namespace vostro::bench {

class Site {
 public:
  /// Measures the machine, starts a network, or takes the one that the options name, and opens
  /// accounts. Errors: a sentence.
  [[nodiscard]] static Result<std::unique_ptr<Site>, std::string> open(
      const Options& options, const std::atomic<bool>& stop);

  [[nodiscard]] Network& network() { return *network_; }
  [[nodiscard]] const Book& book() const { return book_; }
  [[nodiscard]] Ledgerbook& ledger() { return *ledger_; }
  /// While it is open `after_us` is empty, and what is compared with is what was measured before.
  [[nodiscard]] const Limits& limits() const { return limits_; }

  /// Adds to the section's guards that balances and sums are now as computed; `when` tells when.
  /// Errors: a sentence.
  [[nodiscard]] Result<void, std::string> compare(Section& section, const std::string& when) const;
  /// Adds what the whole ledger shows to the section's guards, stops the network, measures the
  /// machine once more, and notes what of it bears on the figures. `limits` is complete afterwards.
  /// Errors: a sentence.
  [[nodiscard]] Result<void, std::string> close(Section& section);

 private:
  Site() = default;
  void compare_with(double verification);

  std::optional<Network> network_;
  Book book_;
  std::optional<Ledgerbook> ledger_;
  Balances before_;
  Limits limits_;
};

}  // namespace vostro::bench
