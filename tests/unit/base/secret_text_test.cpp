// Where secrets come from, and that they do not show: prompt without echo, descriptor, private
// file.
#include "base/secret_text.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <concepts>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <ostream>
#include <thread>

namespace vostro {
namespace {

template <class T>
concept Printable = requires(std::ostream& out, const T& value) {
  out << value;
};
static_assert(!Printable<SecretText>);
static_assert(!std::copy_constructible<SecretText>);
static_assert(!std::equality_comparable<SecretText>);
static_assert(!std::convertible_to<SecretText, std::string_view>);

Result<SecretText, SecretError> read_piped(std::string_view text, std::string* rest = nullptr) {
  std::array<int, 2> ends{};
  EXPECT_EQ(::pipe(ends.data()), 0);
  EXPECT_EQ(::write(ends[1], text.data(), text.size()), static_cast<ssize_t>(text.size()));
  ::close(ends[1]);
  auto secret = read_secret_from_descriptor(ends[0]);
  if (rest != nullptr) {
    std::array<char, 100> buffer{};
    const ssize_t got = ::read(ends[0], buffer.data(), buffer.size());
    rest->assign(buffer.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
  }
  ::close(ends[0]);
  return secret;
}

TEST(SecretText, HoldsWhatIsPutIntoIt) {
  auto secret = SecretText::copy_of("abc");
  EXPECT_EQ(secret.reveal(), "abc");
  EXPECT_TRUE(secret.equals(SecretText::copy_of("abc")));
  EXPECT_FALSE(secret.equals(SecretText::copy_of("abd")));
  EXPECT_FALSE(secret.equals(SecretText::copy_of("ab")));
  secret.pop_back();
  EXPECT_EQ(secret.reveal(), "ab");
  const SecretText moved = std::move(secret);
  EXPECT_EQ(moved.reveal(), "ab");
}

TEST(SecretText, IsFullAtItsMost) {
  SecretText secret;
  for (std::size_t i = 0; i < SecretText::size_max; ++i) ASSERT_TRUE(secret.push_back('x'));
  EXPECT_FALSE(secret.push_back('x'));
  EXPECT_EQ(secret.size(), SecretText::size_max);
}

TEST(SecretText, WipeLeavesNothing) {
  std::string text = "secret";
  const char* const memory = text.data();
  wipe(text);
  EXPECT_TRUE(text.empty());
  EXPECT_EQ(std::string_view(memory, 6), std::string_view("\0\0\0\0\0\0", 6));
}

TEST(SecretFromDescriptor, IsTheFirstLineAndLeavesTheRest) {
  std::string rest;
  EXPECT_EQ(read_piped("one\ntwo\n", &rest)->reveal(), "one");
  EXPECT_EQ(rest, "two\n");
  EXPECT_EQ(read_piped("with space \r\n")->reveal(), "with space ");
  EXPECT_EQ(read_piped("no line end")->reveal(), "no line end");
  EXPECT_EQ(read_piped(std::string(1024, 'x') + "\n")->size(), 1024U);
}

TEST(SecretFromDescriptor, RefusesNothingAndTooMuch) {
  EXPECT_EQ(read_piped("").error(), SecretError::empty);
  EXPECT_EQ(read_piped("\n").error(), SecretError::empty);
  EXPECT_EQ(read_piped("\r\n").error(), SecretError::empty);
  EXPECT_EQ(read_piped(std::string(1025, 'x')).error(), SecretError::too_long);
  EXPECT_EQ(read_secret_from_descriptor(-1).error(), SecretError::unreadable);
}

TEST(SecretFromFile, TakesOnlyAPrivateFile) {
  std::string directory = testing::TempDir() + "vostro-secret-XXXXXX";
  ASSERT_NE(::mkdtemp(directory.data()), nullptr);
  const std::string path = directory + "/passphrase";
  EXPECT_EQ(read_secret_from_file(path).error(), SecretError::unreadable);
  std::ofstream(path) << "from a file\n";
  ASSERT_EQ(::chmod(path.c_str(), 0600), 0);
  EXPECT_EQ(read_secret_from_file(path)->reveal(), "from a file");
  ASSERT_EQ(::chmod(path.c_str(), 0644), 0);
  EXPECT_EQ(read_secret_from_file(path).error(), SecretError::unsafe_file);
  std::filesystem::remove_all(directory);
}

/// A pseudo terminal: what a person sees and types is at `person`.
struct Terminal {
  Terminal() : person(::posix_openpt(O_RDWR | O_NOCTTY)) {
    EXPECT_GE(person, 0);
    EXPECT_EQ(::grantpt(person), 0);
    EXPECT_EQ(::unlockpt(person), 0);
    program = ::open(::ptsname(person), O_RDWR | O_NOCTTY);
    EXPECT_GE(program, 0);
  }
  ~Terminal() {
    ::close(program);
    ::close(person);
  }
  /// Reads what is shown until it ends with `end`.
  [[nodiscard]] std::string shown_until(std::string_view end) const {
    std::string shown;
    char c = 0;
    while (!shown.ends_with(end) && ::read(person, &c, 1) == 1) shown.push_back(c);
    return shown;
  }
  /// The terminal is silent once the question is shown, so what is typed then must not come back.
  [[nodiscard]] Result<SecretText, SecretError> ask(std::string_view typed,
                                                    std::string& shown) const {
    std::thread person_at_work([&] {
      shown = shown_until("Passphrase: ");
      EXPECT_EQ(::write(person, typed.data(), typed.size()), static_cast<ssize_t>(typed.size()));
      shown += shown_until("\n");
    });
    auto secret = ask_secret_at(program, "Passphrase: ");
    person_at_work.join();
    return secret;
  }

  int person;
  int program = -1;
};

TEST(SecretFromPrompt, ReadsALineWithoutEchoAndSetsTheTerminalBack) {
  const Terminal terminal;
  std::string shown;
  const auto secret = terminal.ask("hunter2\n", shown);
  ASSERT_TRUE(secret.has_value());
  EXPECT_EQ(secret->reveal(), "hunter2");
  EXPECT_EQ(shown, "Passphrase: \r\n");
  termios after{};
  ASSERT_EQ(::tcgetattr(terminal.program, &after), 0);
  EXPECT_NE(after.c_lflag & static_cast<tcflag_t>(ECHO), 0U);
  EXPECT_NE(after.c_lflag & static_cast<tcflag_t>(ISIG), 0U);
}

struct Typed {
  const char* keys;
  const char* meant;
};

TEST(SecretFromPrompt, CorrectionsWork) {
  for (const Typed& row : {Typed{"ab\x7f"
                                 "c\n",
                                 "ac"},
                           Typed{"\b\bab\bc\r", "ac"}, Typed{"wrong\x15right\n", "right"}}) {
    const Terminal terminal;
    std::string shown;
    const auto secret = terminal.ask(row.keys, shown);
    ASSERT_TRUE(secret.has_value());
    EXPECT_EQ(secret->reveal(), row.meant);
  }
}

TEST(SecretFromPrompt, ControlCGivesUpWithoutASignal) {
  const Terminal terminal;
  std::string shown;
  EXPECT_EQ(terminal.ask("hun\x03", shown).error(), SecretError::cancelled);
  EXPECT_EQ(terminal.ask("\n", shown).error(), SecretError::empty);
}

TEST(SecretFromPrompt, NeedsATerminal) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  EXPECT_EQ(ask_secret_at(ends[0], "Passphrase: ").error(), SecretError::no_terminal);
  ::close(ends[0]);
  ::close(ends[1]);
}

// In a child, because there is no way back.
TEST(HardenProcess, TurnsCoreDumpsAndAttachingOff) {
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    rlimit core{};
    const bool is_hard = harden_process() && ::prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0 &&
                         ::getrlimit(RLIMIT_CORE, &core) == 0 && core.rlim_max == 0;
    ::_exit(is_hard ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace vostro
