/// A line at the terminal that says how far a replay is, how fast, and how long it will take.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <ostream>
#include <string>

#include "audit/replay.h"

namespace vostro::audit {

/// Without a terminal it prints nothing at all. One thread.
class ProgressBar {
 public:
  ProgressBar(std::ostream& out, bool is_terminal) : out_(out), is_terminal_(is_terminal) {}

  void show(Height now, Height last, std::uint64_t elapsed_ms, const Counts& run);
  /// Of something that only passes blocks on; time counts from the first call.
  void show_blocks(Height now, Height last);
  /// Wipes the line.
  void finish();

 private:
  std::ostream& out_;
  bool is_terminal_;
  void draw(Height now, Height last, std::uint64_t elapsed_ms, const std::string& rate);

  Height first_{0};
  std::optional<std::chrono::steady_clock::time_point> begun_;
  std::uint64_t shown_ms_ = 0;
  bool is_shown_ = false;
};

}  // namespace vostro::audit
