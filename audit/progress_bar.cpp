#include "audit/progress_bar.h"

#include <algorithm>

#include "audit/report.h"

namespace vostro::audit {
namespace {

constexpr std::uint64_t kEveryMs = 200;
constexpr std::size_t kWidth = 24;

}  // namespace

void ProgressBar::show(Height now, Height last, std::uint64_t elapsed_ms, const Counts& run) {
  if (!is_terminal_) return;
  if (first_.value == 0) first_ = now;
  const bool is_due = elapsed_ms >= shown_ms_ + kEveryMs || now == last;
  if (!is_due) return;
  shown_ms_ = elapsed_ms;
  is_shown_ = true;
  const std::uint64_t done = now.value - first_.value + 1;
  const std::uint64_t all = std::max<std::uint64_t>(1, last.value - first_.value + 1);
  const std::size_t filled = static_cast<std::size_t>(done * kWidth / all);
  std::string line = "\r[" + std::string(filled, '#') + std::string(kWidth - filled, '.') +
                     "] block " + grouped(now.value) + " of " + grouped(last.value);
  if (elapsed_ms > 0) line += ", " + grouped(run.payments * 1000 / elapsed_ms) + " payments/s";
  line += ", " + duration(elapsed_ms * (all - done) / done) + " left";
  out_ << line << "\x1b[K" << std::flush;
}

void ProgressBar::finish() {
  if (is_shown_) out_ << "\r\x1b[K" << std::flush;
  is_shown_ = false;
}

}  // namespace vostro::audit
