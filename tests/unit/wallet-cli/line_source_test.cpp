// Goal: lines come as they are written, whole; an end, a removed file and a signal end the input.
// Method: real pipes, files and signals.
#include "wallet-cli/line_source.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "wallet-cli/exit.h"

namespace vostro::wallet {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using End = InputBatch::End;

struct LineInput : testing::Test {
  std::string root;

  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "vostro-lines-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    root = pattern;
  }
  void TearDown() override { fs::remove_all(root); }
  [[nodiscard]] std::string path(const std::string& name) const { return root + "/" + name; }
  void replace(const std::string& content) const {
    std::ofstream(path("new")) << content;
    fs::rename(path("new"), path("prices"));
  }
  static std::string text_of(const InputBatch& batch) {
    std::string out;
    for (const InputLine& line : batch.lines)
      out += std::to_string(line.number) + ":" + line.text + ";";
    return out;
  }
};

/// The writing end of a pipe with a source at its other end.
struct Pipe {
  explicit Pipe(const std::string& path) {
    EXPECT_EQ(::mkfifo(path.c_str(), 0600), 0);
    // Opened for both, so that neither end waits for the other.
    writer = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
    source = open_line_source(path);
  }
  ~Pipe() { ::close(writer); }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  void write(std::string_view text) const {
    EXPECT_EQ(::write(writer, text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  int writer = -1;
  std::unique_ptr<LineSource> source;
};

TEST_F(LineInput, OfAPipeComeWhole) {
  const Pipe pipe(path("pipe"));
  EXPECT_TRUE(pipe.source->next(milliseconds(0)).lines.empty());
  pipe.write("one\r\n\ntwo\nthr");
  EXPECT_EQ(text_of(pipe.source->next(milliseconds(1'000))), "1:one;3:two;");
  pipe.write("ee\n");
  EXPECT_EQ(text_of(pipe.source->next(milliseconds(1'000))), "4:three;");
}

TEST_F(LineInput, AnEndOfTheInputGivesTheLastLine) {
  auto pipe = std::make_unique<Pipe>(path("pipe"));
  pipe->write("one\nlast");
  std::unique_ptr<LineSource> source = std::move(pipe->source);
  pipe.reset();
  EXPECT_EQ(text_of(source->next(milliseconds(1'000))), "1:one;");
  const InputBatch batch = source->next(milliseconds(1'000));
  EXPECT_EQ(text_of(batch), "2:last;");
  EXPECT_EQ(batch.end, End::input);
}

TEST_F(LineInput, TooLongALineIsRefused) {
  const Pipe pipe(path("pipe"));
  pipe.write(std::string(LineSource::line_bytes_max + 1, 'x'));
  try {
    (void)pipe.source->next(milliseconds(1'000));
    FAIL() << "it was taken";
  } catch (const Stop& stop) {
    EXPECT_EQ(stop.code, "line_too_long");
  }
}

TEST_F(LineInput, OfAFileAreWhatItHoldsNow) {
  replace("a\nb\n");
  const auto source = open_line_source(path("prices"));
  const InputBatch first = source->next(milliseconds(0));
  EXPECT_TRUE(first.is_whole);
  EXPECT_EQ(text_of(first), "1:a;2:b;");
  EXPECT_FALSE(source->next(milliseconds(0)).is_whole) << "nothing changed";
  replace("c");
  EXPECT_EQ(text_of(source->next(milliseconds(0))), "1:c;");
  fs::remove(path("prices"));
  EXPECT_EQ(source->next(milliseconds(0)).end, End::input);
}

TEST_F(LineInput, ASignalEndsTheInputAndNotTheProgram) {
  replace("a\n");
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    const auto source = open_line_source(path("prices"));
    EXPECT_EQ(source->next(milliseconds(0)).end, End::none);
    EXPECT_FALSE(source->pause(milliseconds(0)));
    ASSERT_EQ(::raise(signal), 0);
    EXPECT_EQ(source->next(milliseconds(1'000)).end, End::signal);
    ASSERT_EQ(::raise(signal), 0);
    EXPECT_TRUE(source->pause(milliseconds(1'000)));
  }
  struct sigaction now {};
  ASSERT_EQ(::sigaction(SIGTERM, nullptr, &now), 0);
  EXPECT_EQ(now.sa_handler, SIG_DFL) << "afterwards they do what they did";
}

TEST_F(LineInput, WhatIsNoInputIsRefused) {
  for (const std::string& wrong : {path("nothing"), root})
    EXPECT_THROW((void)open_line_source(wrong), Stop) << wrong;
}

}  // namespace
}  // namespace vostro::wallet
