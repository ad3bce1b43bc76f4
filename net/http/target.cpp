#include "net/http/target.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "net/http/options.h"

namespace vostro::net::http {
namespace {

constexpr std::size_t kSegmentSizeMax = 64;
constexpr std::size_t kSegmentsMax = 8;
constexpr std::size_t kParametersMax = 16;
constexpr std::size_t kValueSizeMax = 1024;

bool is_segment(std::string_view text) {
  const auto is_plain = [](char c) {
    return is_digit(c) || is_upper(c) || is_lower(c) || c == '-' || c == '_' || c == '.';
  };
  if (text.empty() || text.size() > kSegmentSizeMax || !std::ranges::all_of(text, is_plain))
    return false;
  return text.find_first_not_of('.') != std::string_view::npos;
}

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out.push_back(text[i]);
      continue;
    }
    const auto byte = from_hex(text.substr(i + 1, 2));
    if (!byte || byte->size() != 1) return std::nullopt;
    out.push_back(static_cast<char>((*byte)[0]));
    i += 2;
  }
  // Our parameters are names, numbers and times: printable ASCII, written plainly or not.
  const auto is_printable = [](char c) { return c >= ' ' && c <= '~'; };
  if (!std::ranges::all_of(out, is_printable)) return std::nullopt;
  return out;
}

std::vector<std::string_view> split(std::string_view text, char at) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t end = text.find(at);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

}  // namespace

Result<Target, Response> read_target(std::string_view target) {
  Target read;
  const std::size_t question = target.find('?');
  std::string_view path = target.substr(0, question);
  // The one address that people write, and they may end it as addresses of folders end.
  if (path == "/console/") path.remove_suffix(1);
  if (path.empty() || path.front() != '/') return fail(refuse(problems::bad_path));
  for (const std::string_view segment : split(path.substr(1), '/')) {
    if (!is_segment(segment) || read.segments.size() == kSegmentsMax)
      return fail(refuse(problems::bad_path));
    read.segments.emplace_back(segment);
  }
  if (question == std::string_view::npos) return read;
  for (const std::string_view parameter : split(target.substr(question + 1), '&')) {
    const std::size_t equals = parameter.find('=');
    const std::string_view name = parameter.substr(0, equals);
    const bool is_sound =
        equals != std::string_view::npos && is_segment(name) && read.query.size() < kParametersMax;
    const auto value = is_sound ? percent_decoded(parameter.substr(equals + 1)) : std::nullopt;
    if (!value || value->size() > kValueSizeMax) return fail(refuse(problems::bad_parameter));
    if (std::ranges::any_of(read.query, [&](const auto& each) { return each.first == name; }))
      return fail(refuse(problems::repeated_parameter, {.field = std::string(name)}));
    read.query.emplace_back(std::string(name), *value);
  }
  return read;
}

std::optional<std::vector<std::string>> match(std::string_view pattern,
                                              const std::vector<std::string>& segments) {
  const auto parts = split(pattern.substr(1), '/');
  if (parts.size() != segments.size()) return std::nullopt;
  std::vector<std::string> captured;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (parts[i].starts_with('{')) {
      captured.push_back(segments[i]);
    } else if (parts[i] != segments[i]) {
      return std::nullopt;
    }
  }
  return captured;
}

std::optional<std::string_view> QueryReader::text(std::string_view name) {
  known_.emplace_back(name);
  for (const auto& [key, value] : request_.query) {
    if (key == name) return value;
  }
  return std::nullopt;
}

std::size_t QueryReader::limit() {
  const auto count = value("limit", parse_number);
  if (count && (*count < 1 || *count > page_items_max)) refuse_value("limit");
  return count ? static_cast<std::size_t>(std::clamp<std::uint64_t>(*count, 1, page_items_max))
               : page_items_default;
}

void QueryReader::refuse_value(std::string_view name) {
  if (!problem_) problem_ = refuse(problems::bad_parameter, {.field = std::string(name)});
}

std::optional<Response> QueryReader::finish() const {
  if (problem_) return problem_;
  for (const auto& [key, value] : request_.query) {
    if (std::ranges::find(known_, key) == known_.end()) return refuse(problems::unknown_parameter);
  }
  return std::nullopt;
}

std::optional<std::uint64_t> parse_number(std::string_view text) {
  if (text.empty() || text.size() > 19 || (text.size() > 1 && text.front() == '0'))
    return std::nullopt;
  if (!std::ranges::all_of(text, is_digit)) return std::nullopt;
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace vostro::net::http
