// Goal: the encoding and hash of every body stay what they are: whoever changes one forks the
// network, which is a decision and never a fix. Method: pinned bytes in
// tests/vectors/transactions.txt. With VOSTRO_WRITE_VECTORS set, the file is written anew.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "tests/support/chain_builders.h"
#include "tests/support/test_data.h"
#include "tests/unit/chain/every_body.h"

namespace vostro::chain {
namespace {

const std::filesystem::path& vectors_path() {
  static const std::filesystem::path path =
      std::filesystem::path(VOSTRO_TEST_VECTORS) / "transactions.txt";
  return path;
}

struct Vector {
  std::string bytes;
  std::string hash;
  std::string actor;

  bool operator==(const Vector&) const = default;
};

std::map<std::string, Vector> computed() {
  std::map<std::string, Vector> vectors;
  for (const auto& [name, transaction] : every_body()) {
    vectors[name] = {to_hex(encode_transaction(transaction)),
                     to_hex(transaction_hash(transaction).view()),
                     to_text(acting_participant(transaction.body))};
  }
  return vectors;
}

void write_vectors() {
  std::ofstream file(vectors_path());
  file << "# Transactions of every body: canonical bytes, transaction hash, and whose policy it is "
          "under.\n"
          "# Network id: "
       << to_hex(test::network().view())
       << "\n# Format: docs/encoding.md. Changing a line is a change of the protocol.\n";
  const auto vectors = computed();
  for (const auto& [name, transaction] : every_body()) {
    const Vector& vector = vectors.at(name);
    file << "\n[" << name << "]\nbytes " << vector.bytes << "\nhash " << vector.hash << "\nactor "
         << vector.actor << "\n";
  }
  ASSERT_TRUE(file.good());
}

std::map<std::string, Vector> pinned() {
  std::map<std::string, Vector> vectors;
  std::istringstream lines(test::read_text(vectors_path()));
  std::string name;
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line.starts_with('#')) continue;
    if (line.starts_with('[')) {
      name = line.substr(1, line.size() - 2);
      continue;
    }
    const auto space = line.find(' ');
    const std::string field = line.substr(0, space);
    const std::string value = line.substr(space + 1);
    if (field == "bytes") vectors[name].bytes = value;
    if (field == "hash") vectors[name].hash = value;
    if (field == "actor") vectors[name].actor = value;
  }
  return vectors;
}

TEST(Vectors, EncodingAndHashOfEveryBodyArePinned) {
  if (std::getenv("VOSTRO_WRITE_VECTORS") != nullptr) write_vectors();
  const auto expected = pinned();
  const auto actual = computed();
  EXPECT_EQ(actual.size(), expected.size());
  for (const auto& [name, vector] : expected) {
    ASSERT_TRUE(actual.contains(name)) << name;
    EXPECT_EQ(actual.at(name).bytes, vector.bytes) << name;
    EXPECT_EQ(actual.at(name).hash, vector.hash) << name;
    EXPECT_EQ(actual.at(name).actor, vector.actor) << name;
  }
}

TEST(Vectors, PinnedBytesVerify) {
  for (const auto& [name, vector] : pinned()) {
    const auto bytes = from_hex(vector.bytes);
    ASSERT_TRUE(bytes.has_value()) << name;
    const auto verified = verify(*bytes, test::network());
    ASSERT_TRUE(verified.has_value()) << name << ": " << to_string(verified.error());
    EXPECT_EQ(to_hex((*verified)->hash().view()), vector.hash) << name;
    EXPECT_EQ(to_text((*verified)->id().owner), vector.actor) << name;
    EXPECT_EQ((*verified)->id().id, (*verified)->transaction().id);
    EXPECT_EQ((*verified)->bytes(), *bytes) << name;
    EXPECT_EQ(encode_transaction((*verified)->transaction()), *bytes) << name;
  }
}

TEST(Vectors, EveryKindOfBodyIsThere) {
  std::set<std::size_t> alternatives;
  for (const auto& [name, transaction] : every_body()) {
    alternatives.insert(transaction.body.index());
    EXPECT_TRUE(name.starts_with(kind_of(transaction.body))) << name;
  }
  EXPECT_EQ(alternatives.size(), std::variant_size_v<Body>);
}

}  // namespace
}  // namespace vostro::chain
