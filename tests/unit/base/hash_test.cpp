// The tagged hash against vectors made with another implementation (Python's hashlib.blake2b).
#include "base/hash.h"

#include <gtest/gtest.h>

namespace vostro {
namespace {

struct HashRow {
  std::string_view tag;
  std::string_view content;
  std::string_view expected;
};

constexpr HashRow kRows[] = {
    {"block", "", "972673459081188313eab905c3399f7eafdcf414a82438a081464e8546f8ea71"},
    {"block", "abc", "d003ef38f2a84536c321633df05e7246439d03d2aff0d65a231a4260b9424ce6"},
    {"tx", "abc", "afcfd2bbeceaa446d2718122ef90661a9efc93533a4e3744f105c1678d3422e4"},
    {"", "x", "e0999524757d35b5d3d3017273cae60492625e9f7f2b245f055cd173dd1c6290"},
};

TEST(Hash, GivesThePinnedValues) {
  for (const HashRow& row : kRows)
    EXPECT_EQ(to_hex(hash(row.tag, as_bytes(row.content)).view()), row.expected) << row.tag;
}

TEST(Hash, PartsAreHashedAsIfJoined) {
  const Hash whole = hash("block", as_bytes("abcdef"));
  EXPECT_EQ(hash("block", {as_bytes("ab"), as_bytes(""), as_bytes("cdef")}), whole);
  Hasher hasher("block");
  hasher.update(as_bytes("abcde"));
  hasher.update(as_bytes("f"));
  EXPECT_EQ(hasher.finish(), whole);
}

TEST(Hash, TagAndContentDoNotRunIntoEachOther) {
  EXPECT_NE(hash("ab", as_bytes("c")), hash("a", as_bytes("bc")));
  EXPECT_NE(hash("a", as_bytes("")), hash("a", ByteView(std::array<Byte, 1>{0})));
}

TEST(Hash, KeyedHashGivesThePinnedValue) {
  const std::array<Byte, 32> key{0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15,
                                 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31};
  EXPECT_EQ(to_hex(keyed_hash(key, as_bytes("annex")).view()),
            "b1a2f5d65291a1f480cbe8e5aa255092df6a675b75b60583b8591f0328af097f");
}

}  // namespace
}  // namespace vostro
