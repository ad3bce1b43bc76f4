/// Looks at the raw bytes of a request's header before any parser does. Parsers differ in what they
/// make of two lengths, a folded field or a bare line feed, and such differences let one request
/// hide in another (RFC 9112 section 11.2); what is not written in the one plain way is refused
/// here. Pure; any thread. Source: threat model 2.5; catalogue rows A1 to A3.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace vostro::net::http {

/// What is wrong with a header.
enum class HeadFault : std::uint8_t {
  none,
  bad_line_end,      ///< A line feed without carriage return, or the reverse.
  bad_character,     ///< NUL or another control character.
  bad_request_line,  ///< Not METHOD SP TARGET SP HTTP/1.0 or HTTP/1.1.
  bad_field,         ///< No token before the colon, or a folded field.
  too_many_fields,
  bad_host,      ///< None, two, or an empty one.
  bad_length,    ///< Content-Length that is not one plain number, or stands twice.
  bad_encoding,  ///< Transfer-Encoding other than exactly chunked, with a length, or in HTTP/1.0.
  too_large,     ///< Answered with 431; all others with 400.
};
[[nodiscard]] std::string_view to_string(HeadFault fault);

struct HeadScan {
  HeadFault fault = HeadFault::none;
  std::size_t size = 0;  ///< of the header with its empty line, where it is complete; else 0

  [[nodiscard]] bool is_complete() const { return size > 0; }
};

/// Looks at what has arrived so far: a fault is named as soon as it can be seen.
[[nodiscard]] HeadScan scan_head(std::string_view bytes, std::size_t size_max);

}  // namespace vostro::net::http
