#include "net/http/head.h"

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "net/http/options.h"

namespace vostro::net::http {
namespace {

constexpr bool is_token_character(char c) {
  if (is_digit(c) || is_upper(c) || is_lower(c)) return true;
  return std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

constexpr char lower(char c) {
  return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_same_word(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// What the fields say about where the request ends, and for whom it is.
struct Framing {
  bool is_http10 = false;
  std::size_t fields = 0;
  std::size_t hosts = 0;
  std::size_t lengths = 0;
  std::size_t encodings = 0;
};

HeadFault check_request_line(std::string_view line, Framing& framing) {
  const std::size_t method_end = line.find(' ');
  if (method_end == std::string_view::npos || method_end == 0) return HeadFault::bad_request_line;
  if (!std::ranges::all_of(line.substr(0, method_end), is_token_character))
    return HeadFault::bad_request_line;
  const std::string_view rest = line.substr(method_end + 1);
  const std::size_t target_end = rest.find(' ');
  if (target_end == std::string_view::npos || target_end == 0) return HeadFault::bad_request_line;
  const std::string_view target = rest.substr(0, target_end);
  const auto is_plain = [](char c) { return c > ' ' && c <= '~'; };
  if (target.front() != '/' || !std::ranges::all_of(target, is_plain))
    return HeadFault::bad_request_line;
  const std::string_view version = rest.substr(target_end + 1);
  framing.is_http10 = version == "HTTP/1.0";
  return framing.is_http10 || version == "HTTP/1.1" ? HeadFault::none : HeadFault::bad_request_line;
}

HeadFault check_field(std::string_view line, Framing& framing) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0) return HeadFault::bad_field;
  const std::string_view name = line.substr(0, colon);
  // A line that begins with a space continues the one before it (folding); a space before the colon
  // is read either way.
  if (!std::ranges::all_of(name, is_token_character)) return HeadFault::bad_field;
  if (++framing.fields > header_fields_max) return HeadFault::too_many_fields;
  const std::string_view value = trimmed(line.substr(colon + 1));
  if (is_same_word(name, "host")) {
    if (++framing.hosts > 1 || value.empty()) return HeadFault::bad_host;
  } else if (is_same_word(name, "content-length")) {
    const bool is_number =
        !value.empty() && value.size() <= 18 && std::ranges::all_of(value, is_digit);
    if (++framing.lengths > 1 || !is_number) return HeadFault::bad_length;
  } else if (is_same_word(name, "transfer-encoding")) {
    if (++framing.encodings > 1 || !is_same_word(value, "chunked")) return HeadFault::bad_encoding;
  }
  return HeadFault::none;
}

HeadFault check_whole(const Framing& framing) {
  if (framing.hosts != 1) return HeadFault::bad_host;
  if (framing.encodings > 0 && (framing.lengths > 0 || framing.is_http10))
    return HeadFault::bad_encoding;
  return HeadFault::none;
}

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\t') || byte == 0x7f;
}

}  // namespace

std::string_view to_string(HeadFault fault) {
  switch (fault) {
    case HeadFault::none:
      return "nothing is wrong";
    case HeadFault::bad_line_end:
      return "lines end with carriage return and line feed";
    case HeadFault::bad_character:
      return "a control character stands in the header";
    case HeadFault::bad_request_line:
      return "the first line is not METHOD /TARGET HTTP/1.1";
    case HeadFault::bad_field:
      return "a field is not written NAME: VALUE on one line";
    case HeadFault::too_many_fields:
      return "there are more than 64 fields";
    case HeadFault::bad_host:
      return "there must be exactly one Host";
    case HeadFault::bad_length:
      return "Content-Length must stand once and be a plain number";
    case HeadFault::bad_encoding:
      return "Transfer-Encoding may only be chunked, in HTTP/1.1 and without Content-Length";
    case HeadFault::too_large:
      return "the header is too large";
  }
  return "unknown";
}

HeadScan scan_head(std::string_view bytes, std::size_t size_max) {
  Framing framing;
  bool is_first = true;
  std::size_t at = 0;
  while (at < bytes.size()) {
    const std::size_t end = bytes.find('\n', at);
    const std::string_view so_far =
        bytes.substr(at, end == std::string_view::npos ? end : end - at);
    const bool is_whole = end != std::string_view::npos;
    if (is_whole && !so_far.ends_with('\r')) return {HeadFault::bad_line_end, 0};
    const std::string_view line =
        so_far.ends_with('\r') ? so_far.substr(0, so_far.size() - 1) : so_far;
    if (line.find('\r') != std::string_view::npos) return {HeadFault::bad_line_end, 0};
    if (std::ranges::any_of(line, is_control)) return {HeadFault::bad_character, 0};
    if (!is_whole) break;
    at = end + 1;
    if (at > size_max) return {HeadFault::too_large, 0};
    if (line.empty() && !is_first) {
      const HeadFault fault = check_whole(framing);
      return {fault, fault == HeadFault::none ? at : 0};
    }
    const HeadFault fault =
        is_first ? check_request_line(line, framing) : check_field(line, framing);
    if (fault != HeadFault::none) return {fault, 0};
    is_first = false;
  }
  return {bytes.size() > size_max ? HeadFault::too_large : HeadFault::none, 0};
}

}  // namespace vostro::net::http
