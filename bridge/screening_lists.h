/// The lists of the configuration, read from their files: the screener that is made of them, and
/// another one when they change. A new file that cannot be read leaves the old lists in force. One
/// thread at a time.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bridge/config.h"
#include "bridge/screening/screen.h"

namespace vostro::bridge {

class ScreeningLists {
 public:
  /// Errors: a sentence with list, file, line.
  [[nodiscard]] static Result<ScreeningLists, std::string> open(ScreeningConfig config);

  [[nodiscard]] const screening::Screener& screener() const { return screener_; }

  enum class Reload : std::uint8_t {
    unchanged = 1,  ///< The files are those that were read, or tried, last.
    loaded,
    failed,  ///< The old lists stay; `error` says why.
  };
  /// Looks at the files; reads them where one is another, or `is_told` to.
  [[nodiscard]] Reload look(bool is_told);
  [[nodiscard]] const std::string& error() const { return error_; }

 private:
  ScreeningLists(ScreeningConfig config, screening::Screener screener,
                 std::vector<std::string> seen)
      : config_(std::move(config)), screener_(std::move(screener)), seen_(std::move(seen)) {}

  ScreeningConfig config_;
  screening::Screener screener_;
  std::vector<std::string> seen_;  ///< of each file: who, how large, when
  std::string error_;
};

}  // namespace vostro::bridge
