#include "bridge/channel/directories.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "bridge/channel/signature.h"
#include "tests/unit/bridge/databases.h"

namespace vostro::bridge {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

class Channel : public ::testing::Test {
 protected:
  Channel() : root_(home_.path() / "files"), channel_(*Directories::open(root_.string(), 1s)) {}

  void put(const std::string& name, const std::string& content, bool is_signed = true) {
    std::ofstream(root_ / "in" / name) << content;
    if (is_signed) std::ofstream(root_ / "in" / (name + ".sig")) << "signature of " << content;
  }
  /// Two looks, a settled time apart.
  Arrivals settled() {
    EXPECT_TRUE(channel_.look(now_));
    now_ += 1s;
    return *channel_.look(now_);
  }
  [[nodiscard]] Result<void, std::string> send(const std::string& name, std::string_view content,
                                               const std::string& signature) {
    const OutgoingFile file{name, content, signature};
    return channel_.send(std::span(&file, 1)).at(0);
  }
  [[nodiscard]] bool is_there(const std::string& path) const { return fs::exists(root_ / path); }

  test::TemporaryDirectory home_;
  fs::path root_;
  Directories channel_;
  Directories::Clock::time_point now_{};
};

TEST_F(Channel, GivesAWholeFileWithItsSignature) {
  put("b.xml", "two");
  put("a.xml", "one");
  const Arrivals found = settled();
  ASSERT_EQ(found.files.size(), 2u);
  EXPECT_EQ(found.files[0].name, "a.xml");
  EXPECT_EQ(as_text(found.files[0].content), "one");
  EXPECT_EQ(found.files[0].signature, "signature of one");
  EXPECT_EQ(found.unfinished, 0u);
}

TEST_F(Channel, B9_WaitsWhileAFileGrows) {
  put("a.xml", "o");
  EXPECT_EQ(channel_.look(now_)->unfinished, 1u);
  now_ += 900ms;
  put("a.xml", "one");  // it grew: its time begins again
  EXPECT_EQ(channel_.look(now_)->files.size(), 0u);
  now_ += 900ms;
  EXPECT_EQ(channel_.look(now_)->files.size(), 0u);
  now_ += 100ms;
  EXPECT_EQ(channel_.look(now_)->files.size(), 1u);
}

// A file whose signature is gone may be one whose way out was cut off: it is shown once.
TEST_F(Channel, ShowsAFileWithoutSignatureOnce) {
  put("a.xml", "one", false);
  const Arrivals found = settled();
  ASSERT_EQ(found.files.size(), 1u);
  EXPECT_EQ(found.files[0].signature, "");
  const Arrivals again = *channel_.look(now_);
  EXPECT_EQ(again.files.size(), 0u);
  EXPECT_EQ(again.unfinished, 1u);
  put("a.xml", "one");
  EXPECT_EQ(settled().files.size(), 1u);
}

TEST_F(Channel, B9_LeavesWhatIsNoFileOfOurs) {
  const fs::path in = root_ / "in";
  std::ofstream(home_.path() / "outside.xml") << "secret";
  fs::create_symlink(home_.path() / "outside.xml", in / "link.xml");
  fs::create_symlink("/dev/zero", in / "device.xml");
  ASSERT_EQ(::mkfifo((in / "pipe.xml").c_str(), 0600), 0);
  fs::create_directory(in / "directory.xml");
  std::ofstream(in / "first.xml") << "x";
  fs::create_hard_link(in / "first.xml", home_.path() / "second-name");
  put("line\nfeed.xml", "x");
  put("sp ace.xml", "x");
  put("large.xml", "");
  fs::resize_file(in / "large.xml", file_bytes_max + 1);
  for (const char* name : {"link", "device", "pipe", "directory", "first"})
    std::ofstream(in / (std::string(name) + ".xml.sig")) << "s";
  const Arrivals found = settled();
  EXPECT_EQ(found.files.size(), 0u);
  std::vector<std::string> odd;
  for (const OddThing& each : found.odd) odd.push_back(each.name + " " + each.why);
  EXPECT_EQ(odd, (std::vector<std::string>{
                     "device.xml is a link", "directory.xml is no regular file",
                     "first.xml has a second name", "large.xml is above 10 MiB",
                     "line_feed.xml has a name we do not take", "link.xml is a link",
                     "pipe.xml is no regular file", "sp_ace.xml has a name we do not take"}));
  EXPECT_TRUE(fs::is_symlink(in / "link.xml"));
}

TEST_F(Channel, B9_ASignatureIsNoLinkEither) {
  put("a.xml", "one", false);
  std::ofstream(home_.path() / "s") << "signature";
  fs::create_symlink(home_.path() / "s", root_ / "in" / "a.xml.sig");
  const Arrivals found = settled();
  ASSERT_EQ(found.files.size(), 1u);
  EXPECT_EQ(found.files[0].signature, "");
}

TEST_F(Channel, LeavesDraftsAlone) {
  for (const char* name : {".a.xml", "a.xml.part", "a.tmp"}) put(name, "x", false);
  const Arrivals found = settled();
  EXPECT_EQ(found.files.size() + found.odd.size() + found.unfinished, 0u);
}

TEST_F(Channel, PutsFilesAwayUnderTheirHash) {
  put("a.xml", "one");
  const Arrivals found = settled();
  ASSERT_TRUE(channel_.put_away("a.xml", found.files.at(0).content, true));
  const std::string kept =
      to_hex(hash("file", found.files[0].content).view()).substr(0, 16) + "-a.xml";
  EXPECT_TRUE(is_there("archive/" + kept));
  EXPECT_TRUE(is_there("archive/" + kept + ".sig"));
  EXPECT_TRUE(fs::is_empty(root_ / "in"));
  EXPECT_TRUE(channel_.put_away("a.xml", found.files[0].content, true));  // gone: no error
  put("a.xml", "two");
  const Arrivals bad = settled();
  ASSERT_TRUE(channel_.put_away("a.xml", bad.files.at(0).content, false));
  EXPECT_FALSE(fs::is_empty(root_ / "quarantine"));
}

TEST_F(Channel, TakesABoundedNumberAtOnce) {
  for (int i = 0; i < 40; ++i) put("f" + std::to_string(i) + ".xml", "x" + std::to_string(i));
  const Arrivals found = settled();
  EXPECT_EQ(found.files.size(), 16u);
  EXPECT_TRUE(found.is_more);
}

TEST_F(Channel, SendsManyFilesEachWithItsSignatureAndTellsOfEach) {
  ASSERT_TRUE(send("f7.xml", "another", "sig"));
  std::vector<std::string> texts;
  for (int i = 0; i < 150; ++i) texts.push_back("text " + std::to_string(i));
  std::vector<OutgoingFile> files;
  for (int i = 0; i < 150; ++i)
    files.push_back({"f" + std::to_string(i) + ".xml", texts[static_cast<std::size_t>(i)],
                     "sig " + std::to_string(i)});
  const auto sent = channel_.send(files);
  ASSERT_EQ(sent.size(), files.size());
  for (std::size_t i = 0; i < files.size(); ++i) {
    EXPECT_EQ(sent[i].has_value(), i != 7) << i;
    const std::string text = i == 7 ? "another" : texts[i];
    std::ifstream file(root_ / "out" / files[i].name);
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), text);
    std::ifstream signature(root_ / "out" / (files[i].name + ".sig"));
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(signature), {}),
              i == 7 ? "sig" : files[i].signature);
  }
  EXPECT_EQ(std::distance(fs::directory_iterator(root_ / "out"), {}), 300);  // no drafts
}

TEST_F(Channel, SendsWholeFilesOnce) {
  ASSERT_TRUE(send("a.xml", "one", "sig"));
  ASSERT_TRUE(send("a.xml", "one", "sig"));
  EXPECT_FALSE(send("a.xml", "two", "sig"));
  std::ifstream file(root_ / "out" / "a.xml");
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), "one");
  EXPECT_EQ(std::distance(fs::directory_iterator(root_ / "out"), {}), 2);
  // Nor through a link that somebody put there.
  fs::create_symlink(home_.path() / "elsewhere", root_ / "out" / "b.xml");
  EXPECT_FALSE(send("b.xml", "one", "sig"));
  EXPECT_FALSE(fs::exists(home_.path() / "elsewhere"));
}

TEST_F(Channel, NeedsADirectoryOfItsOwn) {
  fs::permissions(root_ / "in", fs::perms::group_read, fs::perm_options::add);
  EXPECT_FALSE(Directories::open(root_.string(), 1s));
}

TEST(ChannelSignature, IsOfTheseBytesByThisKey) {
  const SecretKey key = SecretKey::generate();
  const SecretKey other = SecretKey::generate();
  const std::string text = sign_file(key, as_bytes("content"));
  EXPECT_TRUE(is_signed_by(key.public_key(), as_bytes("content"), text));
  EXPECT_FALSE(is_signed_by(key.public_key(), as_bytes("Content"), text));
  EXPECT_FALSE(is_signed_by(key.public_key(), as_bytes("content "), text));
  EXPECT_FALSE(is_signed_by(other.public_key(), as_bytes("content"), text));
  for (const char* bad : {"", "\n", "ed25519:", "ed25519:00", "x"})
    EXPECT_FALSE(is_signed_by(key.public_key(), as_bytes("content"), bad)) << bad;
  // Not a signature over the bare bytes, which the key may have made for another purpose.
  EXPECT_FALSE(
      is_signed_by(key.public_key(), as_bytes("content"), to_text(key.sign(as_bytes("content")))));
}

}  // namespace
}  // namespace vostro::bridge
