// The keystore file against damage, hostile headers and careless modes: catalogue rows K1, K2 and
// K3.
#include "base/keystore.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace vostro {
namespace {

using Kind = KeystoreError::Kind;

// Offsets of the format (base/keystore.h).
constexpr std::size_t kMemoryOffset = 12;
constexpr std::size_t kPassesOffset = 16;
constexpr std::size_t kSaltOffset = 20;
constexpr std::size_t kNonceOffset = 36;
constexpr std::size_t kKeyOffset = 60;

class KeystoreTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "vostro-keystore-XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  [[nodiscard]] std::string path(const std::string& name = "key") const {
    return directory_ + "/" + name;
  }
  [[nodiscard]] Result<void, KeystoreError> save(const SecretKey& key,
                                                 IfExists if_exists = IfExists::refuse) const {
    return save_key(path(), key, label_, passphrase_, cost_development, if_exists);
  }
  [[nodiscard]] Bytes content() const {
    std::ifstream file(path(), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }
  void overwrite(const Bytes& bytes) const {
    std::ofstream file(path(), std::ios::binary | std::ios::trunc);
    file.write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
    file.close();
    ASSERT_TRUE(file.good());
    ASSERT_EQ(::chmod(path().c_str(), 0600), 0);
  }
  [[nodiscard]] KeystoreError load_error() const {
    const auto loaded = load_key(path(), passphrase_);
    EXPECT_FALSE(loaded.has_value());
    return loaded ? KeystoreError{} : loaded.error();
  }
  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(directory_))
      names.push_back(entry.path().filename());
    return names;
  }

  std::string directory_;
  const SecretKey key_ = SecretKey::generate();
  const KeyLabel label_{.name = "checker 2", .purpose = "payments above 1 m"};
  const Passphrase passphrase_ = Passphrase::copy_of("correct horse");
};

KeystoreError unsafe(FileError file) {
  return {.kind = Kind::unsafe_or_missing, .file = file};
}
const KeystoreError kCannotOpen{.kind = Kind::cannot_open};

void put_u32(Bytes& bytes, std::size_t offset, std::uint32_t value) {
  for (std::size_t i = 0; i < 4; ++i) bytes[offset + i] = static_cast<Byte>(value >> (8 * i));
}

TEST_F(KeystoreTest, GivesBackTheKeyThatWasSaved) {
  ASSERT_TRUE(save(key_).has_value());
  const auto loaded = load_key(path(), passphrase_);
  ASSERT_TRUE(loaded.has_value());
  EXPECT_EQ(loaded->public_key(), key_.public_key());
  EXPECT_EQ(loaded->sign(Bytes{1}), key_.sign(Bytes{1}));
}

TEST_F(KeystoreTest, ShowsThePublicPartWithoutThePassphrase) {
  ASSERT_TRUE(save(key_).has_value());
  const auto info = inspect_key(path());
  ASSERT_TRUE(info.has_value());
  EXPECT_EQ(*info, (KeyInfo{label_, key_.public_key(), cost_development}));
}

TEST_F(KeystoreTest, TheFileIsAsTheHeaderDocuments) {
  ASSERT_TRUE(save(key_).has_value());
  const Bytes file = content();
  EXPECT_EQ(as_text(ByteView(file).first(8)), "VOSTROKS");
  EXPECT_EQ(to_hex(ByteView(file).subspan(8, 4)), "01000101");
  EXPECT_EQ(to_hex(ByteView(file).subspan(kMemoryOffset, 8)), "0020000001000000");
  EXPECT_EQ(file[kKeyOffset], 1);
  EXPECT_EQ(to_hex(ByteView(file).subspan(kKeyOffset + 1, 32)), to_hex(key_.public_key().bytes));
  EXPECT_EQ(file.size(), kKeyOffset + 33 + 1 + label_.name.size() + 1 + label_.purpose.size() + 48);
}

TEST_F(KeystoreTest, HasItsModeWhateverTheMaskAndLeavesNothingElse) {
  const mode_t before = ::umask(0);
  ASSERT_TRUE(save(key_).has_value());
  ::umask(before);
  struct stat facts {};
  ASSERT_EQ(::stat(path().c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 07777U, 0600U);
  EXPECT_EQ(names(), std::vector<std::string>{"key"});
}

TEST_F(KeystoreTest, SeedIsNotInTheFileAndSaltAndNonceAreFresh) {
  ASSERT_TRUE(save(key_).has_value());
  const Bytes first = content();
  ASSERT_TRUE(save(key_, IfExists::replace).has_value());
  const Bytes second = content();
  const auto seed = key_.seed();
  EXPECT_EQ(std::search(first.begin(), first.end(), seed.begin(), seed.end()), first.end());
  EXPECT_FALSE(std::equal(first.begin() + kSaltOffset, first.begin() + kNonceOffset,
                          second.begin() + kSaltOffset));
  EXPECT_FALSE(std::equal(first.begin() + kNonceOffset, first.begin() + kKeyOffset,
                          second.begin() + kNonceOffset));
}

TEST_F(KeystoreTest, K1CutAtEveryByteHasOneMessage) {
  ASSERT_TRUE(save(key_).has_value());
  const Bytes whole = content();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    overwrite({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)});
    ASSERT_EQ(load_error(), kCannotOpen) << "cut at " << size;
  }
  Bytes longer = whole;
  longer.push_back(0);
  overwrite(longer);
  EXPECT_EQ(load_error(), kCannotOpen);
  longer.resize(5000);
  overwrite(longer);
  EXPECT_EQ(load_error(), kCannotOpen);
}

TEST_F(KeystoreTest, K1EachByteFlippedHasTheSameMessage) {
  ASSERT_TRUE(save(key_).has_value());
  const Bytes whole = content();
  for (std::size_t i = 0; i < whole.size(); ++i) {
    Bytes bytes = whole;
    bytes[i] = static_cast<Byte>(bytes[i] ^ 0x01U);
    // The lowest bits of the higher bytes of the cost ask for more, not for too much.
    overwrite(bytes);
    ASSERT_EQ(load_error(), kCannotOpen) << "byte " << i;
  }
}

TEST_F(KeystoreTest, K1WrongPassphraseHasTheSameMessage) {
  ASSERT_TRUE(save(key_).has_value());
  for (const auto* wrong : {"correct horsf", "correct hors", "correct horse ", "x"}) {
    const auto loaded = load_key(path(), Passphrase::copy_of(wrong));
    ASSERT_FALSE(loaded.has_value()) << wrong;
    EXPECT_EQ(loaded.error(), kCannotOpen);
  }
  EXPECT_EQ(to_string(kCannotOpen), "wrong passphrase, or the key file is damaged");
}

struct HostileCost {
  const char* what;
  std::uint32_t memory_kib;
  std::uint32_t passes;
};

// Goal: the header's wishes are refused before they cost anything. Method: each is far above, or
// below, what could be derived in the time allowed for all of them together.
TEST_F(KeystoreTest, K2HostileCostsAreRefusedBeforeDeriving) {
  ASSERT_TRUE(save(key_).has_value());
  const Bytes whole = content();
  const HostileCost rows[] = {
      {"1 TiB", 1U << 30U, 1},
      {"all ones", 0xFFFFFFFF, 1},
      {"8 KiB", 8, 1},
      {"just below the least", cost_min.memory_kib - 1, 1},
      {"just above the most", cost_max.memory_kib + 1, 1},
      {"0 passes", cost_min.memory_kib, 0},
      {"2^32 - 1 passes", cost_min.memory_kib, 0xFFFFFFFF},
      {"one pass above the most", cost_max.memory_kib, cost_max.passes + 1},
  };
  const auto start = std::chrono::steady_clock::now();
  for (const HostileCost& row : rows) {
    Bytes bytes = whole;
    put_u32(bytes, kMemoryOffset, row.memory_kib);
    put_u32(bytes, kPassesOffset, row.passes);
    overwrite(bytes);
    EXPECT_EQ(load_error(), kCannotOpen) << row.what;
    EXPECT_FALSE(inspect_key(path()).has_value()) << row.what;
    const auto refused =
        save_key(path("new"), key_, label_, passphrase_, {row.memory_kib, row.passes});
    ASSERT_FALSE(refused.has_value()) << row.what;
    EXPECT_EQ(refused.error().kind, Kind::bad_request) << row.what;
  }
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(2));
}

TEST_F(KeystoreTest, K2APlantedLowerCostDoesNotOpen) {
  ASSERT_TRUE(save_key(path(), key_, label_, passphrase_, {cost_min.memory_kib, 2}).has_value());
  Bytes bytes = content();
  put_u32(bytes, kPassesOffset, 1);
  overwrite(bytes);
  EXPECT_EQ(load_error(), kCannotOpen);
}

TEST_F(KeystoreTest, K3FileModeThatOthersCanUse) {
  ASSERT_TRUE(save(key_).has_value());
  for (const mode_t mode : {0644U, 0640U, 0604U, 0660U, 0601U}) {
    ASSERT_EQ(::chmod(path().c_str(), mode), 0);
    EXPECT_EQ(load_error(), unsafe(FileError::too_open));
  }
  ASSERT_EQ(::chmod(path().c_str(), 0400), 0);
  EXPECT_TRUE(load_key(path(), passphrase_).has_value());
}

TEST_F(KeystoreTest, K3DirectoryModeThatOthersCanUse) {
  ASSERT_TRUE(save(key_).has_value());
  for (const mode_t mode : {0755U, 0750U, 0701U, 0777U}) {
    ASSERT_EQ(::chmod(directory_.c_str(), mode), 0);
    EXPECT_EQ(load_error(), unsafe(FileError::directory_too_open));
    const auto saved = save(key_, IfExists::replace);
    ASSERT_FALSE(saved.has_value());
    EXPECT_EQ(saved.error(), unsafe(FileError::directory_too_open));
  }
}

TEST_F(KeystoreTest, K3LinksAreNotFollowed) {
  ASSERT_TRUE(save(key_).has_value());
  ASSERT_EQ(::symlink(path().c_str(), path("link").c_str()), 0);
  const auto by_link = load_key(path("link"), passphrase_);
  ASSERT_FALSE(by_link.has_value());
  EXPECT_EQ(by_link.error(), unsafe(FileError::not_a_regular_file));
  const auto over_link =
      save_key(path("link"), key_, label_, passphrase_, cost_development, IfExists::replace);
  ASSERT_FALSE(over_link.has_value());
  EXPECT_EQ(over_link.error(), unsafe(FileError::not_a_regular_file));

  const std::string other = directory_ + "-link";
  ASSERT_EQ(::symlink(directory_.c_str(), other.c_str()), 0);
  const auto by_directory = load_key(other + "/key", passphrase_);
  std::filesystem::remove(other);
  ASSERT_FALSE(by_directory.has_value());
  EXPECT_EQ(by_directory.error(), unsafe(FileError::directory_not_ours));
}

TEST_F(KeystoreTest, K3ASecondNameAFifoADirectoryAndNothing) {
  ASSERT_EQ(::mkfifo(path("fifo").c_str(), 0600), 0);
  ASSERT_EQ(::mkdir(path("folder").c_str(), 0700), 0);
  for (const auto* name : {"fifo", "folder"}) {
    const auto loaded = load_key(path(name), passphrase_);
    ASSERT_FALSE(loaded.has_value());
    EXPECT_EQ(loaded.error(), unsafe(FileError::not_a_regular_file)) << name;
  }
  EXPECT_EQ(load_error(), unsafe(FileError::missing));
  ASSERT_TRUE(save(key_).has_value());
  ASSERT_EQ(::link(path().c_str(), path("second").c_str()), 0);
  EXPECT_EQ(load_error(), unsafe(FileError::not_a_regular_file));
  const auto nowhere = load_key(directory_ + "/none/key", passphrase_);
  ASSERT_FALSE(nowhere.has_value());
  EXPECT_EQ(nowhere.error(), unsafe(FileError::directory_missing));
}

TEST_F(KeystoreTest, K3AnotherOwner) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give a file to another user";
  ASSERT_TRUE(save(key_).has_value());
  ASSERT_EQ(::chown(path().c_str(), 65534, 65534), 0);
  EXPECT_EQ(load_error(), unsafe(FileError::not_ours));
  ASSERT_EQ(::chown(path().c_str(), 0, 0), 0);
  ASSERT_EQ(::chown(directory_.c_str(), 65534, 65534), 0);
  EXPECT_EQ(load_error(), unsafe(FileError::directory_not_ours));
}

// Method: a limit on file sizes makes the write fail in the middle, as a full disk does.
TEST_F(KeystoreTest, K3FullDiskDuringSaveLeavesTheOldFileWhole) {
  ASSERT_TRUE(save(key_).has_value());
  const Bytes before = content();
  rlimit usual{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &usual), 0);
  auto* const usual_handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit tight{100, usual.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &tight), 0);
  const auto saved = save(SecretKey::generate(), IfExists::replace);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &usual), 0);
  std::signal(SIGXFSZ, usual_handler);

  ASSERT_FALSE(saved.has_value());
  EXPECT_EQ(saved.error(), unsafe(FileError::input_output));
  EXPECT_EQ(content(), before);
  EXPECT_EQ(names(), std::vector<std::string>{"key"});
  EXPECT_TRUE(load_key(path(), passphrase_).has_value());
}

TEST_F(KeystoreTest, DoesNotReplaceAKeyUnlessAsked) {
  ASSERT_TRUE(save(key_).has_value());
  const Bytes before = content();
  const auto again = save(SecretKey::generate());
  ASSERT_FALSE(again.has_value());
  EXPECT_EQ(again.error(), unsafe(FileError::exists));
  EXPECT_EQ(content(), before);

  const auto other = SecretKey::generate();
  ASSERT_TRUE(save(other, IfExists::replace).has_value());
  EXPECT_EQ(load_key(path(), passphrase_)->public_key(), other.public_key());
}

TEST_F(KeystoreTest, RefusesLabelsAndPassphrasesThatAreNotSound) {
  const auto kind_of = [&](const KeyLabel& label, const Passphrase& passphrase) {
    const auto saved = save_key(path(), key_, label, passphrase, cost_development);
    EXPECT_FALSE(saved.has_value());
    return saved ? Kind::cannot_open : saved.error().kind;
  };
  EXPECT_EQ(kind_of({.name = std::string(65, 'x'), .purpose = ""}, passphrase_), Kind::bad_request);
  EXPECT_EQ(kind_of({.name = "x", .purpose = std::string(65, 'x')}, passphrase_),
            Kind::bad_request);
  EXPECT_EQ(kind_of({.name = "a\x1b[2J", .purpose = ""}, passphrase_), Kind::bad_request);
  EXPECT_EQ(kind_of(label_, Passphrase()), Kind::bad_request);
  EXPECT_EQ(names(), std::vector<std::string>{});
}

TEST_F(KeystoreTest, GivesTheMemoryBack) {
  const auto resident_kib = [] {
    std::ifstream facts("/proc/self/statm");
    std::size_t all = 0;
    std::size_t resident = 0;
    facts >> all >> resident;
    return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)) / 1024;
  };
  const std::size_t before = resident_kib();
  ASSERT_TRUE(save_key(path(), key_, label_, passphrase_, {64 * 1024, 1}).has_value());
  ASSERT_TRUE(load_key(path(), passphrase_).has_value());
  EXPECT_LT(resident_kib(), before + 8 * 1024);
}

TEST_F(KeystoreTest, DirectoryIsMadePrivateAndCheckedWhenItIsThere) {
  const std::string made = path("made");
  EXPECT_TRUE(ensure_private_directory(made).has_value());
  struct stat facts {};
  ASSERT_EQ(::stat(made.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777U, 0700U);
  EXPECT_TRUE(ensure_private_directory(made).has_value());
  ASSERT_EQ(::chmod(made.c_str(), 0755), 0);
  const auto open = ensure_private_directory(made);
  ASSERT_FALSE(open.has_value());
  EXPECT_EQ(open.error(), FileError::directory_too_open);
}

}  // namespace
}  // namespace vostro
