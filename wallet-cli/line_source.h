/// Lines that come while a command runs: from standard input or a pipe, or a file that says what is
/// so now; and the signals that end the command. One thread.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace vostro::wallet {

struct InputLine {
  std::size_t number = 0;  ///< from 1
  std::string text;        ///< without its end
};

struct InputBatch {
  enum class End : std::uint8_t { none, input, signal };

  std::vector<InputLine> lines;  ///< that have come; empty ones are left out
  bool is_whole = false;  ///< these lines are all that holds now: a file, which was read again
  End end = End::none;    ///< there will be no more: the input is over, or a signal came
};

class LineSource {
 public:
  static constexpr std::size_t line_bytes_max = 4'096;
  static constexpr std::size_t file_bytes_max = 1'048'576;

  virtual ~LineSource() = default;
  /// What has come, after at most `wait`. Throws Stop (local, usage) where it cannot be read.
  [[nodiscard]] virtual InputBatch next(std::chrono::milliseconds wait) = 0;
  /// Waits; true where a signal to end came meanwhile.
  [[nodiscard]] virtual bool pause(std::chrono::milliseconds wait) = 0;
};

/// "-": standard input; a pipe: its lines as they come, to its end; a regular file: its content,
/// and again whenever it is changed or replaced, until it is removed. From now on SIGINT, SIGTERM
/// and SIGHUP do not end the program but the input, until the source is gone. Throws Stop (local).
[[nodiscard]] std::unique_ptr<LineSource> open_line_source(const std::string& path);

}  // namespace vostro::wallet
