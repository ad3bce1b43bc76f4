/// Paths and query parameters: read strictly, so that what is not understood is refused and never
/// ignored. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "net/http/problem.h"
#include "net/http/request.h"

namespace vostro::net::http {

struct Target {
  std::vector<std::string> segments;  ///< of the path, without slashes
  std::vector<std::pair<std::string, std::string>> query;
};

/// Segments are 1 to 64 characters of [A-Za-z0-9._-], none of them of dots only; values of
/// parameters may be percent-encoded. Errors: a problem to answer with (bad_path, bad_parameter,
/// repeated_parameter).
[[nodiscard]] Result<Target, Response> read_target(std::string_view target);

/// Does the path fit the pattern, "/v1/blocks/{height}"? Then what stands for each {}.
[[nodiscard]] std::optional<std::vector<std::string>> match(
    std::string_view pattern, const std::vector<std::string>& segments);

/// Reads parameters by name, and remembers which were asked for: `finish` refuses the others. Once
/// something is wrong, readers only return defaults; whoever reads asks once, at the end.
class QueryReader {
 public:
  explicit QueryReader(const Request& request) : request_(request) {}

  [[nodiscard]] std::optional<std::string_view> text(std::string_view name);
  /// Text that `parse` (text -> optional or Result) takes.
  template <class Parse>
  [[nodiscard]] auto value(std::string_view name, Parse&& parse) {
    using Value = std::decay_t<decltype(*parse(std::string_view()))>;
    const auto written = text(name);
    if (!written) return std::optional<Value>();
    if (const auto parsed = parse(*written)) return std::optional<Value>(*parsed);
    refuse_value(name);
    return std::optional<Value>();
  }
  /// "limit": 1 to 100, 50 where absent.
  [[nodiscard]] std::size_t limit();
  void refuse_value(std::string_view name);
  /// What was wrong, or unknown.
  [[nodiscard]] std::optional<Response> finish() const;

 private:
  const Request& request_;
  std::vector<std::string> known_;
  std::optional<Response> problem_;
};

/// Decimal digits only, without leading zeros.
[[nodiscard]] std::optional<std::uint64_t> parse_number(std::string_view text);

}  // namespace vostro::net::http
