// The head of an HTTP request, from its first byte to the row of the routing table. What scan_head
// passes is the same to Beast, which reads it next: same end, same length, same encoding. That is
// what keeps one request from hiding in another. Catalogue rows A1, A2, A3, A7.
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>

#include "net/http/head.h"
#include "net/http/target.h"
#include "node/api/routes.h"
#include "tests/fuzz/target.h"

namespace vostro::fuzz {
namespace {

namespace api = node::api;
namespace http = boost::beast::http;

constexpr std::size_t kHeadMax = 8 * 1024;

/// What is refused when a part of it has arrived is refused when more has (for another reason,
/// where a line had not ended), and a head that is complete stays as it is.
void check_piecewise(std::string_view bytes, const net::http::HeadScan& whole) {
  const std::size_t step = 1 + bytes.size() / 64;
  for (std::size_t size = 0; size < bytes.size(); size += step) {
    const net::http::HeadScan part = net::http::scan_head(bytes.substr(0, size), kHeadMax);
    VOSTRO_CHECK(part.fault == net::http::HeadFault::none ||
                 whole.fault != net::http::HeadFault::none);
    if (part.is_complete()) VOSTRO_CHECK(part.size == whole.size && part.size <= size);
  }
}

std::size_t lines_of(std::string_view head) {
  std::size_t lines = 0;
  for (std::size_t at = 0; (at = head.find("\r\n", at)) != head.npos; at += 2) ++lines;
  return lines;
}

std::string text_of(boost::beast::string_view text) {
  return {text.data(), text.size()};
}

void check_target(const std::string& method, std::string_view text) {
  const auto target = net::http::read_target(text);
  if (!target) {
    VOSTRO_CHECK(target.error().status == 400);
    return;
  }
  VOSTRO_CHECK(!target->segments.empty());
  for (const std::string& segment : target->segments)
    VOSTRO_CHECK(segment.find_first_not_of('.') != segment.npos &&
                 segment.find('/') == segment.npos);
  for (const auto& [name, value] : target->query) {
    const auto is_printable = [](char c) { return c >= ' ' && c <= '~'; };
    VOSTRO_CHECK(std::ranges::all_of(value, is_printable));
    VOSTRO_CHECK(
        std::ranges::count(target->query, name, [](const auto& each) { return each.first; }) == 1);
  }
  const auto match = api::find_route(method, target->segments);
  if (!match) VOSTRO_CHECK(match.error().status == 404 || match.error().status == 405);
  if (match) VOSTRO_CHECK(match->route->method == method);
}

void check_head(std::string_view bytes) {
  const net::http::HeadScan scan = net::http::scan_head(bytes, kHeadMax);
  check_piecewise(bytes, scan);
  if (scan.fault != net::http::HeadFault::none) return;
  if (!scan.is_complete()) {
    VOSTRO_CHECK(bytes.size() <= kHeadMax);
    return;
  }
  const std::string head(bytes.substr(0, scan.size));
  VOSTRO_CHECK(head.size() <= kHeadMax && head.ends_with("\r\n\r\n"));
  http::request_parser<http::empty_body> parser;
  parser.header_limit(kHeadMax + 1);
  parser.body_limit(boost::none);
  boost::system::error_code error;
  const std::size_t taken = parser.put(boost::asio::buffer(head), error);
  if (error && error != http::error::need_more) return;  // refused once more: no harm
  VOSTRO_CHECK(parser.is_header_done() && taken == head.size());
  const auto& request = parser.get();
  VOSTRO_CHECK(std::size_t(std::distance(request.begin(), request.end())) + 2 == lines_of(head));
  VOSTRO_CHECK(request.count(http::field::host) == 1);
  VOSTRO_CHECK(request.count(http::field::content_length) +
                   request.count(http::field::transfer_encoding) <=
               1);
  VOSTRO_CHECK(parser.chunked() == (request.count(http::field::transfer_encoding) == 1));
  if (request.count(http::field::content_length) == 1) {
    const auto written = net::http::parse_number(text_of(request[http::field::content_length]));
    VOSTRO_CHECK(written && parser.content_length() && *parser.content_length() == *written);
  }
  check_target(text_of(request.method_string()), text_of(request.target()));
}

}  // namespace

std::vector<Bytes> seeds() {
  std::vector<Bytes> made;
  for (const std::string_view text :
       {"GET /v1/status HTTP/1.1\r\nHost: a\r\n\r\n",
        "POST /v1/transactions?wait=final HTTP/1.1\r\nHost: localhost:8080\r\nAuthorization: "
        "Bearer vst_00\r\nContent-Type: application/json\r\nContent-Length: 4\r\n\r\n{}{}",
        "POST /v1/quotes HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n"
        "\r\n",
        "GET /v1/payments/NORDDEFF/6f9619ff-8b86-4d01-b42d-00cf4fc964ff HTTP/1.0\r\nHost: [::1]\r\n"
        "Connection: close\r\nX-A:\t b \r\n\r\n",
        "GET /v1/accounts/NORDDEFF/main/entries?limit=5&currency=EUR&cursor=7.1 HTTP/1.1\r\n"
        "Host: a\r\n\r\nGET / HTTP/1.1\r\nHost: b\r\n\r\n",
        "GET /v1/events?from=%31%32 HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: "
        "Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: "
        "13\r\nOrigin: null\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4, 4\r\n folded\r\n\r\n"})
    made.push_back(bytes_of(text));
  return made;
}

}  // namespace vostro::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = vostro::as_text({data, size});
  vostro::fuzz::check_head(text);
  // A target by itself too: most heads are refused before it is reached.
  vostro::fuzz::check_target("GET", text);
  return 0;
}
