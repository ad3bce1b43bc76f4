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
  draw(now, last, elapsed_ms,
       elapsed_ms > 0 ? ", " + grouped(run.payments * 1000 / elapsed_ms) + " payments/s" : "");
}

void ProgressBar::show_blocks(Height now, Height last) {
  if (!is_terminal_) return;
  const auto time = std::chrono::steady_clock::now();
  if (!begun_) begun_ = time;
  const auto elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(time - *begun_);
  draw(now, last, static_cast<std::uint64_t>(elapsed.count()), "");
}

void ProgressBar::draw(Height now, Height last, std::uint64_t elapsed_ms, const std::string& rate) {
  if (first_.value == 0) first_ = now;
  const bool is_due = elapsed_ms >= shown_ms_ + kEveryMs || now == last;
  if (!is_due) return;
  shown_ms_ = elapsed_ms;
  is_shown_ = true;
  const std::uint64_t done = now.value - first_.value + 1;
  const std::uint64_t all = std::max<std::uint64_t>(1, last.value - first_.value + 1);
  const std::size_t filled = static_cast<std::size_t>(done * kWidth / all);
  out_ << "\r[" << std::string(filled, '#') << std::string(kWidth - filled, '.') << "] block "
       << grouped(now.value) << " of " << grouped(last.value) << rate << ", "
       << duration(elapsed_ms * (all - done) / done) << " left\x1b[K" << std::flush;
}

void ProgressBar::finish() {
  if (is_shown_) out_ << "\r\x1b[K" << std::flush;
  is_shown_ = false;
}

}  // namespace vostro::audit
