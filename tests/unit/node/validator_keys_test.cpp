// Goal: each key votes with its own journal, made once with the key; a key of an epoch to come
// begins there, and a lost journal never looks like a new one. Method: real files.
#include "node/runtime/validator_keys.h"

#include <gtest/gtest.h>

#include <filesystem>

namespace vostro::node {
namespace {

SecretKey key_of(Byte number) {
  return SecretKey::from_seed(std::array<Byte, 32>{number});
}

consensus::EpochContext context(std::uint64_t epoch, const std::vector<Byte>& keys) {
  std::vector<consensus::Validator> validators;
  for (const Byte key : keys) {
    consensus::Validator one;
    one.member.bytes[0] = static_cast<Byte>(validators.size() + 1);
    one.key = key_of(key).public_key();
    validators.push_back(one);
  }
  Hash network;
  network.bytes[0] = 7;
  return {network,
          1,
          Epoch(epoch),
          {},
          Height(epoch * 10),
          UnixMillis(1'000 + epoch),
          consensus::ValidatorSet::make(validators).value()};
}

class ValidatorKeysTest : public testing::Test {
 protected:
  ValidatorKeysTest() {
    std::string pattern = testing::TempDir() + "validator-keys-XXXXXX";
    home_ = ::mkdtemp(pattern.data());
    std::filesystem::create_directory(home_ + "/keys");
    std::filesystem::permissions(home_ + "/keys", std::filesystem::perms::owner_all);
  }
  ~ValidatorKeysTest() override { std::filesystem::remove_all(home_); }

  [[nodiscard]] std::string data() const { return home_ + "/data"; }
  [[nodiscard]] std::string file(Byte key) const {
    return home_ + "/keys/" + std::to_string(key) + ".key";
  }
  Result<void, std::string> create(Byte key) {
    return ValidatorKeys::create_journal(data(), genesis_, file(key), key_of(key).public_key());
  }
  std::unique_ptr<ValidatorKeys> open(const std::vector<Byte>& keys) {
    auto opened = std::make_unique<ValidatorKeys>(data(), genesis_);
    for (const Byte key : keys) {
      const auto added = opened->add({file(key), key_of(key)});
      EXPECT_TRUE(added) << added.error();
    }
    return opened;
  }
  static consensus::EpochRecord record_of_epoch(std::uint64_t epoch,
                                                const std::vector<Byte>& keys) {
    return record_of(context(epoch, keys));
  }

  std::string home_;
  consensus::EpochContext genesis_ = context(0, {1, 2, 3, 4});
};

TEST_F(ValidatorKeysTest, EachKeyHasAJournalOfItsOwn) {
  ASSERT_TRUE(create(1));
  ASSERT_TRUE(create(5));
  const auto keys = open({1, 5});
  ASSERT_EQ(keys->keys().size(), 2U);
  JournalFile* first = keys->journal_of(key_of(1).public_key());
  JournalFile* second = keys->journal_of(key_of(5).public_key());
  ASSERT_NE(first, nullptr);
  ASSERT_NE(second, nullptr);
  EXPECT_NE(first, second);
  EXPECT_EQ(keys->journal_of(key_of(9).public_key()), nullptr);
  EXPECT_FALSE(keys->voter_of(key_of(9).public_key()));
  EXPECT_EQ(keys->file_of(key_of(5).public_key()), file(5));
}

TEST_F(ValidatorKeysTest, AKeyOfALaterEpochBeginsItsJournalThere) {
  ASSERT_TRUE(create(5));
  const PublicKey key = key_of(5).public_key();
  {
    const auto keys = open({5});
    EXPECT_EQ(keys->voter_of(key)->recovered.epoch, Epoch(0));
    const std::vector<consensus::Record> records{record_of_epoch(3, {5, 2, 3, 4}),
                                                 consensus::OwnNullify{View(1), {}}};
    ASSERT_TRUE(keys->journal_of(key)->append(records));
  }
  const auto keys = open({5});
  const auto voter = keys->voter_of(key);
  ASSERT_TRUE(voter);
  EXPECT_EQ(voter->recovered.epoch, Epoch(3));
  EXPECT_EQ(voter->recovered.nullified, (std::set<View>{View(1)}));
  // What it was in an epoch that has passed is of no use to the next.
  keys->forget_before(Epoch(3));
  EXPECT_EQ(keys->voter_of(key)->recovered.nullified.size(), 1U);
  keys->forget_before(Epoch(4));
  EXPECT_TRUE(keys->voter_of(key)->recovered.nullified.empty());
  EXPECT_EQ(keys->voter_of(key)->recovered.epoch, Epoch(3));
}

TEST_F(ValidatorKeysTest, ALostJournalIsNoNewOne) {
  ASSERT_TRUE(create(1));
  ASSERT_TRUE(create(5));
  std::filesystem::remove_all(data() + "/journal");
  ValidatorKeys keys(data(), genesis_);
  const auto added = keys.add({file(1), key_of(1)});
  ASSERT_FALSE(added);
  EXPECT_NE(added.error().find("must not vote again"), std::string::npos) << added.error();
  EXPECT_TRUE(keys.keys().empty());
  const auto again = create(1);
  ASSERT_FALSE(again);
  EXPECT_NE(again.error().find("must be rotated"), std::string::npos) << again.error();
  EXPECT_TRUE(std::filesystem::is_empty(data() + "/journal")) << "nothing was made in its place";
}

TEST_F(ValidatorKeysTest, AnotherKeysJournalIsNotTaken) {
  ASSERT_TRUE(create(1));
  ASSERT_TRUE(create(5));
  // The directories changed places.
  std::vector<std::filesystem::path> found;
  for (const auto& entry : std::filesystem::directory_iterator(data() + "/journal"))
    found.push_back(entry.path());
  ASSERT_EQ(found.size(), 2U);
  std::filesystem::rename(found[0], home_ + "/aside");
  std::filesystem::rename(found[1], found[0]);
  std::filesystem::rename(home_ + "/aside", found[1]);
  ValidatorKeys keys(data(), genesis_);
  const auto added = keys.add({file(1), key_of(1)});
  ASSERT_FALSE(added);
  EXPECT_NE(added.error().find("another key"), std::string::npos) << added.error();
}

}  // namespace
}  // namespace vostro::node
