// Raw headers, catalogue rows A1 to A3: one table, each row a header and what is said of it.
#include "net/http/head.h"

#include <gtest/gtest.h>

namespace vostro::net::http {
namespace {

constexpr std::size_t kMax = 8 * 1024;
const std::string kStart = "POST /v1/transactions HTTP/1.1\r\nHost: a\r\n";

struct Row {
  std::string what;
  std::string head;
  HeadFault fault;
};

std::vector<Row> rows() {
  using enum HeadFault;
  const auto with = [](const std::string& fields) { return kStart + fields + "\r\n\r\n"; };
  std::string many = kStart;
  for (int i = 0; i < 64; ++i) many += "X: y\r\n";
  return {
      {"plain", with("Content-Length: 4"), none},
      {"chunked", with("Transfer-Encoding: chunked"), none},
      {"tabs and empty values", with("X:\t\r\nY:"), none},
      {"64 fields", many.substr(0, many.size() - 6) + "\r\n", none},
      {"A1 CL then TE", with("Content-Length: 4\r\nTransfer-Encoding: chunked"), bad_encoding},
      {"A1 TE then CL", with("Transfer-Encoding: chunked\r\nContent-Length: 4"), bad_encoding},
      {"A1 gzip", with("Transfer-Encoding: gzip"), bad_encoding},
      {"A1 xchunked", with("Transfer-Encoding: xchunked"), bad_encoding},
      {"A1 list", with("Transfer-Encoding: chunked, identity"), bad_encoding},
      {"A1 TE twice", with("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"),
       bad_encoding},
      {"A1 CL list", with("Content-Length: 4, 4"), bad_length},
      {"A1 two CL", with("Content-Length: 4\r\nContent-Length: 4"), bad_length},
      {"A1 plus", with("Content-Length: +4"), bad_length},
      {"A1 hex", with("Content-Length: 0x4"), bad_length},
      {"A1 negative", with("Content-Length: -1"), bad_length},
      {"A1 2^64", with("Content-Length: 18446744073709551616"), bad_length},
      {"A1 empty", with("Content-Length:"), bad_length},
      {"A2 bare LF", "GET / HTTP/1.1\nHost: a\n\n", bad_line_end},
      {"A2 bare LF in fields", kStart + "X: y\n\r\n", bad_line_end},
      {"A2 bare CR", kStart + "X: y\rZ: y\r\n\r\n", bad_line_end},
      {"A2 folded", with("X: y\r\n z"), bad_field},
      {"A2 folded with tab", with("X: y\r\n\tz"), bad_field},
      {"A2 space before colon", with("Content-Length : 4"), bad_field},
      {"A2 no name", with(": 4"), bad_field},
      {"A2 no colon", with("nothing"), bad_field},
      {"A2 NUL", with(std::string("X: a\0b", 6)), bad_character},
      {"A2 DEL", with("X: \x7f"), bad_character},
      {"A2 no Host", "GET / HTTP/1.1\r\nX: y\r\n\r\n", bad_host},
      {"A2 two Host", with("host: b"), bad_host},
      {"A2 empty Host", "GET / HTTP/1.1\r\nHost: \r\n\r\n", bad_host},
      {"A2 TE in 1.0", "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
       bad_encoding},
      {"other version", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", bad_request_line},
      {"absolute target", "GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n", bad_request_line},
      {"two spaces", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n", bad_request_line},
      {"empty line first", "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", bad_request_line},
      {"A3 65 fields", many + "\r\n", too_many_fields},
      {"A3 9 KiB", with("X: " + std::string(9 * 1024, 'x')), too_large},
      {"A3 9 KiB without an end", kStart + "X: " + std::string(9 * 1024, 'x'), too_large},
  };
}

TEST(Head, CatalogueA1A2A3EachRowIsSeenForWhatItIs) {
  for (const Row& row : rows()) {
    const HeadScan scan = scan_head(row.head, kMax);
    EXPECT_EQ(scan.fault, row.fault) << row.what;
    EXPECT_EQ(scan.is_complete(), row.fault == HeadFault::none) << row.what;
  }
}

// Bytes arrive in any pieces: no prefix of a good header is refused or complete, and what is bad
// stays bad.
TEST(Head, PrefixesOfGoodHeadersAreIncomplete) {
  for (const Row& row : rows()) {
    for (std::size_t size = 0; size < row.head.size() && row.head.size() < 1'000; ++size) {
      const HeadScan scan = scan_head(std::string_view(row.head).substr(0, size), kMax);
      EXPECT_FALSE(scan.is_complete()) << row.what << " at " << size;
      if (row.fault == HeadFault::none) {
        EXPECT_EQ(scan.fault, HeadFault::none) << row.what << " at " << size;
      }
    }
  }
}

TEST(Head, WhatFollowsIsNotPartOfIt) {
  const std::string head = kStart + "\r\n";
  EXPECT_EQ(scan_head(head + "body\n", kMax).size, head.size());
}

}  // namespace
}  // namespace vostro::net::http
