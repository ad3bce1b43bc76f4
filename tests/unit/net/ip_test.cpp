// Goal: what is not public is known for it, in whatever form it is written (catalogue row A11), and
// addresses and networks are read strictly. Method: tables.
#include "net/ip.h"

#include <gtest/gtest.h>

#include "net/url.h"

namespace vostro::net {
namespace {

TEST(Ip, CatalogueA11OnlyPublicAddressesArePublic) {
  const std::pair<const char*, bool> rows[]{
      // IPv4: each closed network at both of its ends, and what lies beside it.
      {"0.0.0.0", false},
      {"0.255.255.255", false},
      {"1.0.0.0", true},
      {"9.255.255.255", true},
      {"10.0.0.0", false},
      {"10.255.255.255", false},
      {"11.0.0.0", true},
      {"100.63.255.255", true},
      {"100.64.0.0", false},
      {"100.100.100.200", false},  // metadata of a cloud
      {"100.127.255.255", false},
      {"100.128.0.0", true},
      {"126.255.255.255", true},
      {"127.0.0.1", false},
      {"127.255.255.255", false},
      {"128.0.0.0", true},
      {"169.253.255.255", true},
      {"169.254.0.0", false},
      {"169.254.169.254", false},  // metadata of most clouds
      {"169.254.255.255", false},
      {"169.255.0.0", true},
      {"172.15.255.255", true},
      {"172.16.0.0", false},
      {"172.31.255.255", false},
      {"172.32.0.0", true},
      {"192.0.0.0", false},
      {"192.0.0.192", false},  // metadata of a cloud
      {"192.0.1.0", true},
      {"192.0.2.1", false},
      {"192.88.99.1", false},
      {"192.167.255.255", true},
      {"192.168.0.0", false},
      {"192.168.255.255", false},
      {"192.169.0.0", true},
      {"198.17.255.255", true},
      {"198.18.0.0", false},
      {"198.19.255.255", false},
      {"198.20.0.0", true},
      {"198.51.100.7", false},
      {"203.0.113.7", false},
      {"223.255.255.255", true},
      {"224.0.0.1", false},
      {"239.255.255.255", false},
      {"240.0.0.1", false},
      {"255.255.255.255", false},
      // IPv6.
      {"::", false},
      {"::1", false},
      {"::7f00:1", false},        // the old form of an IPv4 address inside
      {"::127.0.0.1", false},     // the same
      {"64:ff9b::a00:1", false},  // translated 10.0.0.1
      {"64:ff9b::808:808", false},
      {"100::1", false},
      {"1fff:ffff::1", false},
      {"2000::1", true},
      {"2001::1", false},  // Teredo
      {"2001:1ff:ffff::1", false},
      {"2001:200::1", true},
      {"2001:db8::1", false},
      {"2001:db9::1", true},
      {"2002:7f00:1::1", false},  // 6to4 of 127.0.0.1
      {"2003::1", true},
      {"2606:4700::1111", true},
      {"3ffe:ffff::1", true},
      {"3fff::1", false},
      {"4000::1", false},
      {"fc00::1", false},
      {"fd00:ec2::254", false},  // metadata of a cloud
      {"fe80::1", false},
      {"febf::1", false},
      {"fec0::1", false},
      {"ff02::1", false},
      // IPv4 inside IPv6 is what it is outside.
      {"::ffff:127.0.0.1", false},
      {"::ffff:10.0.0.1", false},
      {"::ffff:a9fe:a9fe", false},
      {"::ffff:0.0.0.0", false},
      {"::ffff:8.8.8.8", true},
      {"::ffff:0:8.8.8.8", false},  // translated, RFC 6052's predecessor
  };
  for (const auto& [text, expected] : rows) {
    const auto address = parse_ip(text);
    ASSERT_TRUE(address) << text;
    EXPECT_EQ(is_public(*address), expected) << text;
  }
}

TEST(Ip, OneAddressHasOneForm) {
  EXPECT_EQ(parse_ip("::ffff:10.0.0.1"), parse_ip("10.0.0.1"));
  EXPECT_EQ(to_text(*parse_ip("::ffff:10.0.0.1")), "10.0.0.1");
  EXPECT_EQ(to_text(*parse_ip("2001:DB8::0:1")), "2001:db8::1");
  for (const char* wrong : {"", "10.0.0", "010.0.0.1", "0x7f.0.0.1", "2130706433", "1.2.3.4.5",
                            "::1%lo", "[::1]", "1.2.3.4 ", "localhost", "1:2:3:4:5:6:7:8:9"})
    EXPECT_FALSE(parse_ip(wrong)) << wrong;
  EXPECT_FALSE(parse_ip(std::string_view("10.0.0.1\0x", 10)));
}

TEST(Ip, ANetworkHasItsAddresses) {
  const std::tuple<const char*, const char*, bool> rows[]{
      {"10.0.0.0/8", "10.255.0.1", true},
      {"10.0.0.0/8", "11.0.0.0", false},
      {"127.0.0.1", "127.0.0.1", true},
      {"127.0.0.1", "127.0.0.2", false},
      {"127.0.0.1/32", "::ffff:127.0.0.1", true},
      {"192.168.7.128/25", "192.168.7.127", false},
      {"fd00::/8", "fdff::1", true},
      {"fd00::/8", "fc00::1", false},
      {"::ffff:10.0.0.0/104", "10.1.1.1", true},
      {"0.0.0.0/0", "8.8.8.8", true},
      {"0.0.0.0/0", "2606::1", false},
      {"::/0", "8.8.8.8", true},
  };
  for (const auto& [network, address, expected] : rows)
    EXPECT_EQ(parse_network(network)->has(*parse_ip(address)), expected)
        << network << " " << address;
  for (const char* wrong : {"", "10.0.0.0/33", "10.0.0.1/8", "10.0.0.0/", "10.0.0.0/-1",
                            "10.0.0.0/8x", "fd00::/129", "fd00::1/64", "/8", "a/8", "10.0.0.0/8/8"})
    EXPECT_FALSE(parse_network(wrong)) << wrong;
}

TEST(Url, IsReadAndWritten) {
  EXPECT_EQ(parse_url("https://bank.example/hooks/vostro?key=a%20b"),
            (Url{{true, "bank.example", 443}, "/hooks/vostro?key=a%20b"}));
  EXPECT_EQ(parse_url("http://[fd00::1]:8080?x"), (Url{{false, "fd00::1", 8080}, "/?x"}));
  EXPECT_EQ(parse_url("https://bank.example"), (Url{{true, "bank.example", 443}, "/"}));
  for (const char* right : {"https://bank.example:8443/a", "http://[::1]:80/?a=b:c@d"})
    EXPECT_EQ(to_text(*parse_url(right)), right);
}

TEST(Url, OtherTextIsRefused) {
  for (const char* wrong : {"",
                            "bank.example",
                            "ftp://a/",
                            "https://",
                            "https:///a",
                            "https://u@a/",
                            "https://u:p@a/",
                            "https://a/#b",
                            "https://a:0/",
                            "https://a:65536/",
                            "https://a: 80/",
                            "https://a/b c",
                            "https://a/\r\nHost: b",
                            "https://a/\xc3\xbc",
                            "https://a\\b/",
                            "https://[::1/",
                            "https://[::1%25lo]/",
                            "https://[::1]a/",
                            "HTTPS://a/",
                            "https://a/<b>"})
    EXPECT_FALSE(parse_url(wrong)) << wrong;
  EXPECT_FALSE(parse_url("https://a/" + std::string(Url::size_max, 'x')));
  EXPECT_FALSE(parse_url(std::string_view("https://a/\0b", 12)));
}

}  // namespace
}  // namespace vostro::net
