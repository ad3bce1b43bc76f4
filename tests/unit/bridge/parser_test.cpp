// Goal: who reads XML from outside can do nothing else, and what happens to it stays with the one
// message. Method: the real program, started as the bridge starts it; limits are real, and small.
// Source: threat model 2.7.
#include "bridge/parser/parser.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>
#include <thread>

#include "bridge/parser/protocol.h"
#include "bridge/parser/serve.h"
#include "bridge/parser/shut_in.h"
#include "tests/support/sanitizers.h"

namespace vostro::bridge {
namespace {

const Bic kOwnBank = *parse_bic("NORDDEFF");

/// A pain.001 with so many orders of some 500 bytes.
std::string pain001(int count) {
  std::string text =
      R"(<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"><CstmrCdtTrfInitn><GrpHdr><MsgId>M</MsgId><CreDtTm>2026-01-05T09:00:00Z</CreDtTm><NbOfTxs>)" +
      std::to_string(count) +
      R"(</NbOfTxs><InitgPty><Nm>Muster</Nm></InitgPty></GrpHdr><PmtInf><PmtInfId>P-1</PmtInfId><PmtMtd>TRF</PmtMtd><ReqdExctnDt><Dt>2026-01-05</Dt></ReqdExctnDt><Dbtr><Nm>Muster</Nm><PstlAdr><TwnNm>Kiel</TwnNm><Ctry>DE</Ctry></PstlAdr></Dbtr><DbtrAcct><Id><IBAN>DE89370400440532013000</IBAN></Id></DbtrAcct><DbtrAgt><FinInstnId><BICFI>NORDDEFF</BICFI></FinInstnId></DbtrAgt>)";
  for (int i = 0; i < count; ++i)
    text +=
        "<CdtTrfTxInf><PmtId><EndToEndId>E-" + std::to_string(i) +
        R"(</EndToEndId></PmtId><Amt><InstdAmt Ccy="EUR">2.00</InstdAmt></Amt><CdtrAgt><FinInstnId><BICFI>SUDBFRPP</BICFI></FinInstnId></CdtrAgt><Cdtr><Nm>Dupont</Nm><PstlAdr><TwnNm>Paris</TwnNm><Ctry>FR</Ctry></PstlAdr></Cdtr><CdtrAcct><Id><IBAN>FR1420041010050500013M02606</IBAN></Id></CdtrAcct></CdtTrfTxInf>)";
  return text + "</PmtInf></CstmrCdtTrfInitn></Document>";
}

Parser start(ParserLimits limits = {}) {
  auto parser = Parser::start(VOSTRO_BRIDGE_PROGRAM, limits);
  EXPECT_TRUE(parser) << parser.error();
  return *std::move(parser);
}

Result<IncomingMessage, ReadFault> read(Parser& parser, const std::string& text) {
  return parser.read(text, kOwnBank, kOwnBank);
}

std::string status_of(pid_t process, const std::string& name) {
  std::ifstream file("/proc/" + std::to_string(process) + "/status");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with(name + ":"))
      return line.substr(line.find_first_not_of(" \t", name.size() + 1));
  return {};
}

/// The process that reads now; -1: none.
pid_t reader_of(pid_t process) {
  const std::string id = std::to_string(process);
  std::ifstream file("/proc/" + id + "/task/" + id + "/children");
  pid_t reader = -1;
  file >> reader;
  return reader;
}

/// Whoever the number is of then: a number may be another's soon.
OpenFile handle_of(pid_t process) {
  return OpenFile(static_cast<int>(::syscall(SYS_pidfd_open, process, 0)));
}
/// By a second filter: what the process that forks may, its reader may not.
void wait_until_shut_in(pid_t reader) {
  while (status_of(reader, "Seccomp_filters") == "1") std::this_thread::yield();
  EXPECT_EQ(status_of(reader, "Seccomp_filters"), "2");
}
bool has_ended(const OpenFile& handle) {
  pollfd one{handle.get(), POLLIN, 0};
  return handle.is_open() && ::poll(&one, 1, 20'000) == 1;
}

/// The process that `Parser` starts, with a test in the place of Parser: what that never does.
class BareParser {
 public:
  explicit BareParser(std::string wall_s) {
    std::array<int, 2> ends{};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()), 0);
    control_ = OpenFile(ends[0]);
    const OpenFile theirs(ends[1]);
    std::array<std::string, 5> words{"vostro-bridge", std::string(parser_word), "2147483648", "30",
                                     std::move(wall_s)};
    std::array<char*, 6> pointers{};
    std::ranges::transform(words, pointers.begin(), [](std::string& word) { return word.data(); });
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, theirs.get(), parser::control_descriptor);
    EXPECT_EQ(::posix_spawn(&process_, VOSTRO_BRIDGE_PROGRAM, &actions, nullptr, pointers.data(),
                            environ),
              0);
    ::posix_spawn_file_actions_destroy(&actions);
    const timeval most{20, 0};
    ::setsockopt(control_.get(), SOL_SOCKET, SO_RCVTIMEO, &most, sizeof most);
  }
  ~BareParser() {
    if (process_ <= 0) return;  // it was not started: -1 would be everybody
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
  }
  BareParser(const BareParser&) = delete;
  BareParser& operator=(const BareParser&) = delete;

  /// Our end of a request, of which nothing is sent: its reader waits for it.
  [[nodiscard]] OpenFile ask() const {
    std::array<int, 2> ends{};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
    const OpenFile theirs(ends[1]);
    EXPECT_TRUE(parser::send_descriptor(control_.get(), theirs.get()));
    return OpenFile(ends[0]);
  }
  ssize_t receive(int& status) const { return ::recv(control_.get(), &status, sizeof status, 0); }
  [[nodiscard]] pid_t process() const { return process_; }

 private:
  pid_t process_ = -1;
  OpenFile control_{-1};
};

struct TheParser : testing::Test {
  void SetUp() override {
    if (vostro::test::is_sanitized)
      GTEST_SKIP()
          << "a sanitizer maps more memory than a reader may have, and calls what it may not";
  }
};

TEST_F(TheParser, SaysWhatReadingHereSays) {
  Parser parser = start();
  const std::string text = pain001(3);
  const auto apart = read(parser, text);
  ASSERT_TRUE(apart) << apart.error().what;
  EXPECT_EQ(encode(*apart), encode(*read_message(text, kOwnBank, kOwnBank)));
  for (const std::string& bad : {std::string("<not xml"), std::string(), std::string("<a/>"),
                                 text.substr(0, 500), "<!DOCTYPE a>" + text}) {
    const auto refused = read(parser, bad);
    const auto here = read_message(bad, kOwnBank, kOwnBank);
    ASSERT_FALSE(refused || here);
    EXPECT_EQ(refused.error().what, here.error());
    EXPECT_EQ(refused.error().kind, ReadFault::Kind::refused);
  }
}

TEST_F(TheParser, HasNoKeysNoNetworkNoFilesAndNoWayBack) {
  Parser parser = start();
  ASSERT_TRUE(read(parser, pain001(1)));
  const std::string proc = "/proc/" + std::to_string(parser.process());
  std::map<std::string, std::string> open;
  for (const auto& each : std::filesystem::directory_iterator(proc + "/fd"))
    open[each.path().filename()] = std::filesystem::read_symlink(each.path());
  ASSERT_EQ(open.size(), 4U) << "the channel, and nothing on 0 to 2";
  for (const char* standard : {"0", "1", "2"}) EXPECT_EQ(open[standard], "/dev/null");
  EXPECT_TRUE(open["3"].starts_with("socket:")) << open["3"];
  EXPECT_EQ(status_of(parser.process(), "NoNewPrivs"), "1");
  EXPECT_EQ(status_of(parser.process(), "Seccomp"), "2");
  std::stringstream environment;
  environment << std::ifstream(proc + "/environ").rdbuf();
  EXPECT_EQ(environment.str(), "") << "nor what stands in the environment";
}

TEST_F(TheParser, EndsAtItsLimitOfMemory) {
  Parser parser = start({.memory_bytes = std::size_t{200} * 1024 * 1024});
  const auto refused = read(parser, pain001(15'000));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().what, "reading it takes more than 200 MiB");
  EXPECT_EQ(refused.error().kind, ReadFault::Kind::refused);
  EXPECT_TRUE(read(parser, pain001(1))) << "the next one is read";
}

TEST_F(TheParser, EndsAtItsLimitOfTime) {
  Parser parser = start({.processor = std::chrono::seconds(1)});
  const pid_t before = parser.process();
  const auto refused = read(parser, pain001(15'000));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().what, "reading it takes more than 1 s of processor time, or 20 s");
  EXPECT_EQ(refused.error().kind, ReadFault::Kind::refused);
  EXPECT_TRUE(read(parser, pain001(1))) << "the next one is read";
  EXPECT_EQ(parser.process(), before);
}

TEST_F(TheParser, EndsByTheClockAReaderThatWaits) {
  const BareParser parser("1");
  const OpenFile request = parser.ask();
  int status = 0;
  ASSERT_EQ(parser.receive(status), static_cast<ssize_t>(sizeof status));
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(WTERMSIG(status), SIGALRM);
}

TEST_F(TheParser, IsNotHeldUpByAReaderThatNoAlarmWakes) {
  Parser parser = start({.wall = std::chrono::seconds(1)});
  OpenFile reader(-1);
  std::thread stopper([&, process = parser.process()] {
    pid_t id = -1;
    while (id < 0) id = reader_of(process);
    reader = handle_of(id);
    wait_until_shut_in(id);
    ::kill(id, SIGSTOP);
  });
  const auto refused = read(parser, pain001(15'000));
  stopper.join();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().what, "reading it takes more than 10 s of processor time, or 1 s");
  EXPECT_EQ(refused.error().kind, ReadFault::Kind::refused);
  EXPECT_TRUE(has_ended(reader)) << "nobody is left behind";
  EXPECT_LT(parser.process(), 0) << "the next one gets another";
}

TEST_F(TheParser, TakesNoAnswerAboveItsLimit) {
  Parser parser = start({.answer_bytes = 1'000});
  const pid_t before = parser.process();
  const auto refused = read(parser, pain001(3'000));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().what, "what is in it takes more than 1000 bytes");
  EXPECT_EQ(refused.error().kind, ReadFault::Kind::refused);
  EXPECT_EQ(parser.process(), before) << "its reader does not wait for us to take the rest";
}

/// Reads, and ends the reader meanwhile, as the system does when memory is short.
Result<IncomingMessage, ReadFault> read_and_kill(Parser& parser, const std::string& text) {
  std::thread killer([process = parser.process()] {
    pid_t reader = -1;
    while (reader < 0) reader = reader_of(process);
    ::kill(reader, SIGKILL);
  });
  auto read_result = read(parser, text);
  killer.join();
  return read_result;
}

TEST_F(TheParser, ThatIsKilledLosesNoMessage) {
  Parser parser = start({.crash_pause = std::chrono::seconds(0)});
  const std::string text = pain001(15'000);
  const pid_t before = parser.process();
  const auto crashed = read_and_kill(parser, text);
  ASSERT_FALSE(crashed);
  EXPECT_EQ(crashed.error().what, "its reader was ended by signal 9");
  EXPECT_EQ(crashed.error().kind, ReadFault::Kind::not_now);
  EXPECT_EQ(parser.process(), before);
  EXPECT_TRUE(read(parser, text)) << "the same one";
  // The process itself, while nothing is read: nobody notices.
  ::kill(before, SIGKILL);
  EXPECT_TRUE(read(parser, pain001(1)));
  EXPECT_NE(parser.process(), before);
}

TEST_F(TheParser, RefusesAMessageThatEndsItsReaderEachTime) {
  Parser parser = start({.crash_pause = std::chrono::seconds(0)});
  const std::string text = pain001(15'000);
  for (unsigned crash = 1; crash <= crashes_max; ++crash) {
    const auto crashed = read_and_kill(parser, text);
    ASSERT_FALSE(crashed);
    EXPECT_EQ(crashed.error().kind,
              crash < crashes_max ? ReadFault::Kind::not_now : ReadFault::Kind::refused);
  }
  EXPECT_TRUE(read(parser, pain001(1))) << "the others are read";
}

TEST_F(TheParser, WaitsBeforeItReadsAgainWhatEndedItsReader) {
  Parser parser = start({.crash_pause = std::chrono::hours(1)});
  const std::string text = pain001(15'000);
  ASSERT_FALSE(read_and_kill(parser, text));
  const auto again = read(parser, text);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().what, "its reader was ended by signal 9");
  EXPECT_EQ(again.error().kind, ReadFault::Kind::not_now);
  EXPECT_TRUE(read(parser, pain001(1))) << "the others do not wait";
}

TEST_F(TheParser, EndsWithItsReader) {
  const BareParser parser("60");
  const OpenFile request = parser.ask();
  pid_t id = -1;
  while (id < 0) id = reader_of(parser.process());
  wait_until_shut_in(id);
  const OpenFile reader = handle_of(id);
  ::kill(parser.process(), SIGKILL);
  EXPECT_TRUE(has_ended(reader));
}

/// In a child that is shut in as `shut_in` does: the names of the calls that went through.
std::string what_goes_through(const std::function<bool()>& shut_in) {
  std::array<int, 2> ends{};
  EXPECT_EQ(::pipe(ends.data()), 0);
  const OpenFile ours(ends[0]);
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child == 0) {
    const int to = ends[1];
    const auto tell = [to](long result, std::string_view name) {
      if (result >= 0 && ::write(to, name.data(), name.size()) < 0) ::_exit(1);
    };
    if (!shut_in()) tell(0, "not shut in ");
    void* const page = ::mmap(nullptr, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    tell(::syscall(SYS_openat, AT_FDCWD, "/dev/null", O_RDONLY), "openat ");
    tell(::syscall(SYS_socket, AF_INET, SOCK_STREAM, 0), "socket ");
    tell(::syscall(SYS_execve, "/bin/true", nullptr, nullptr), "execve ");
    tell(::syscall(SYS_kill, parent, 0), "kill ");
    tell(::syscall(SYS_ptrace, PTRACE_TRACEME, 0, 0, 0), "ptrace ");
    tell(::syscall(SYS_mprotect, page, 4096, PROT_READ | PROT_EXEC), "mprotect ");
    tell(
        ::mmap(nullptr, 4096, PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? -1 : 0,
        "mmap ");
    tell(::syscall(SYS_tgkill, parent, parent, 0), "tgkill ");
    tell(::prctl(PR_SET_NAME, "other"), "prctl ");
    tell(::syscall(SYS_setitimer, ITIMER_REAL, nullptr, nullptr), "setitimer ");
    const long forked = ::syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
    if (forked == 0) ::_exit(0);
    tell(forked, "clone ");
    tell(::syscall(SYS_tgkill, ::getpid(), ::gettid(), 0), "tgkill-self ");
    ::_exit(0);
  }
  ::close(ends[1]);  // theirs alone, so that the pipe ends with them
  std::string went;
  char letter = 0;
  while (::read(ours.get(), &letter, 1) == 1) went += letter;
  EXPECT_EQ(::waitpid(child, nullptr, 0), child);
  return went;
}

TEST_F(TheParser, CallsNothingBeyondReading) {
  const auto shut_in_forker = [] { return parser::shut_in_forker(RLIM_INFINITY); };
  EXPECT_EQ(what_goes_through(shut_in_forker), "tgkill prctl setitimer clone tgkill-self ");
  const auto shut_in_reader = [&] { return shut_in_forker() && parser::shut_in_reader(20, 20); };
  EXPECT_EQ(what_goes_through(shut_in_reader), "tgkill-self ");
}

TEST_F(TheParser, IsNotBelievedWhateverItAnswers) {
  for (const auto& answer : {Bytes{}, Bytes{1}, Bytes{1, 0, 0}, Bytes{9}, Bytes(100, Byte{1})})
    EXPECT_FALSE(parser::decode_answer(answer));
  Bytes sentence{0};
  append(sentence, as_bytes("line 1\n\x1b[2J" + std::string(2'000, 'x')));
  const auto said = parser::decode_answer(sentence);
  ASSERT_FALSE(said);
  EXPECT_EQ(said.error().size(), 512U);
  EXPECT_TRUE(said.error().starts_with("line 1??[2J"));
}

TEST_F(TheParser, ThatCannotBeStartedSaysSo) {
  auto parser = Parser::start("/nowhere/vostro-bridge", {});
  ASSERT_TRUE(parser) << "it is known when it is used";
  const auto refused = read(*parser, pain001(1));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().what, "the process that reads messages ended each time");
  EXPECT_EQ(refused.error().kind, ReadFault::Kind::not_now);
}

}  // namespace
}  // namespace vostro::bridge
