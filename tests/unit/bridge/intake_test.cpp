// Goal: what cannot be read now is neither taken nor refused: it stays, and is read again. Method:
// real book, directories and reader; the process runs out of descriptors, as a busy one does.
// Source: threat model 2.7.
#include "bridge/intake.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include "bridge/book/links.h"
#include "bridge/channel/signature.h"
#include "tests/support/sanitizers.h"
#include "tests/unit/bridge/flow_case.h"

namespace vostro::bridge::test {
namespace {

class IntakeTest : public FlowTest {
 protected:
  void SetUp() override {
    FlowTest::SetUp();
    if (IsSkipped()) return;
    config_.bank_key = bank_key_.public_key();
    auto opened =
        Directories::open((home_.path() / "files").string(), std::chrono::milliseconds(0));
    ASSERT_TRUE(opened) << opened.error();
    directories_.emplace(*std::move(opened));
  }
  /// As the gateway does: it lies in `in`, and is given to the loop.
  ReceivedFile posted(const std::string& text) {
    const std::string signature = sign_file(bank_key_, as_bytes(text));
    EXPECT_TRUE(directories_->accept("a.xml", as_bytes(text), signature));
    return {"a.xml", Bytes(as_bytes(text).begin(), as_bytes(text).end()), signature};
  }
  void take(const ReadMessage& read, const std::vector<ReceivedFile>& files = {}) {
    const auto taken = take_files(*book_, *directories_, rules_, kNow, read, files);
    ASSERT_TRUE(taken) << to_string(taken.error());
  }
  std::optional<InboxFile> outcome(const std::string& text) {
    return look<std::optional<InboxFile>>(
        [&](BookTransaction& rows) { return find_file(rows, hash("file", as_bytes(text))); });
  }
  std::string alarm() {
    return look<std::string>([](BookTransaction& rows) {
      const auto open = alarms(rows);
      return open.empty() ? std::string() : open.front().text;
    });
  }

  SecretKey bank_key_ = SecretKey::generate();
  std::optional<Directories> directories_;
};

TEST_P(IntakeTest, AFileForWhichThereIsNoDescriptorWaits) {
  if (vostro::test::is_sanitized) GTEST_SKIP() << "a sanitizer's reader is not let read";
  auto parser = Parser::start(VOSTRO_BRIDGE_PROGRAM, {});
  ASSERT_TRUE(parser) << parser.error();
  const ReadMessage read = [&](auto&&... what) { return parser->read(what...); };
  const std::string text = "<not xml";
  const ReceivedFile file = posted(text);
  static_cast<void>(outcome(text));  // the book is open
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit none{1, before.rlim_max};  // poll takes no more descriptors than this
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  take(read, {file});
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_FALSE(outcome(text)) << "nothing is known of it";
  EXPECT_TRUE(directories_->is_in("a.xml"));
  EXPECT_EQ(alarm(),
            "the file a.xml cannot be read now, stays in `in` and is read again: a channel "
            "to its reader: Too many open files");
  take(read);  // from the directory
  const auto known = outcome(text);
  ASSERT_TRUE(known);
  EXPECT_EQ(known->outcome, "quarantined");
  EXPECT_EQ(known->detail, read_message(text, kAgent).error());
  EXPECT_FALSE(directories_->is_in("a.xml"));
}

TEST_P(IntakeTest, AFileThatIsReadLaterIsTakenAndItsAlarmIsOver) {
  bool is_read = false;
  const ReadMessage read = [&](auto&&...) -> Result<IncomingMessage, ReadFault> {
    if (!is_read) return fail(ReadFault{ReadFault::Kind::not_now, "a reason"});
    IncomingMessage message;
    message.sender = config_.bank;
    message.message_id = "MSG-1";
    message.type = "camt.054.001.08";
    message.content = FiatNotice{{credit("REF-1")}};
    return message;
  };
  const ReceivedFile file = posted("any");
  take(read, {file});
  EXPECT_EQ(alarm_kinds(), std::vector<std::string>{"file"});
  is_read = true;
  take(read);
  EXPECT_EQ(outcome("any")->outcome, "taken");
  EXPECT_EQ(funding("REF-1").amount, (Money{kEuro, MinorUnits(500)}));
  EXPECT_EQ(alarm_kinds(), std::vector<std::string>{});
}

VOSTRO_ON_BOTH_DATABASES(IntakeTest);

}  // namespace
}  // namespace vostro::bridge::test
