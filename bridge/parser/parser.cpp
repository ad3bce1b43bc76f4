#include "bridge/parser/parser.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "base/log.h"
#include "bridge/parser/protocol.h"
#include "bridge/parser/serve.h"

namespace vostro::bridge {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::seconds kMargin{5};  // what a reader may take to be ended by its own limits
constexpr std::size_t kSentenceMax = 512;

std::string system_error(const std::string& what) {
  return what + ": " + std::strerror(errno);
}

/// Waits until the descriptor is ready for it; false: not before `deadline`.
bool is_ready(int descriptor, short what, Clock::time_point deadline) {
  while (true) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
    if (left <= 0) return false;
    pollfd one{descriptor, what, 0};
    const int ready = ::poll(&one, 1, static_cast<int>(left));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return false;
  }
}

bool send_all(int descriptor, ByteView bytes, Clock::time_point deadline) {
  while (!bytes.empty()) {
    if (!is_ready(descriptor, POLLOUT, deadline)) return false;
    const ssize_t put = ::send(descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (put < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (put <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(put));
  }
  return true;
}

/// To the end of the stream, or until it is more than `size_max`; none: not in time.
std::optional<Bytes> receive_all(int descriptor, std::size_t size_max, Clock::time_point deadline) {
  Bytes bytes;
  std::array<Byte, 64 * 1024> some{};
  while (bytes.size() <= size_max) {
    if (!is_ready(descriptor, POLLIN, deadline)) return std::nullopt;
    const ssize_t got = ::recv(descriptor, some.data(), some.size(), MSG_DONTWAIT);
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (got < 0) return std::nullopt;
    if (got == 0) break;
    bytes.insert(bytes.end(), some.begin(), some.begin() + got);
  }
  return bytes;
}

/// Only calls that are safe between fork and exec, in a process with threads.
[[noreturn]] void become(const char* program, char* const* words, int control, int null_device) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  for (int standard = 0; standard < parser::control_descriptor; ++standard)
    if (::dup2(null_device, standard) < 0) ::_exit(127);
  const bool is_placed = control == parser::control_descriptor
                             ? ::fcntl(control, F_SETFD, 0) == 0
                             : ::dup2(control, parser::control_descriptor) >= 0;
  // Nothing of ours goes along: neither the book's connection nor a key's file.
  if (is_placed && ::close_range(parser::control_descriptor + 1, ~0U, 0) == 0) {
    char* const nothing[] = {nullptr};
    ::execve(program, words, nothing);
  }
  ::_exit(127);
}

}  // namespace

Result<Parser, std::string> Parser::start(std::string program, ParserLimits limits) {
  Parser parser(std::move(program), limits);
  if (auto done = parser.spawn(); !done) return fail(done.error());
  return parser;
}

Parser::Parser(Parser&& other) noexcept
    : program_(std::move(other.program_)),
      limits_(other.limits_),
      process_(std::exchange(other.process_, -1)),
      control_(std::move(other.control_)),
      crashes_(std::move(other.crashes_)) {}

Parser::~Parser() {
  end();
}

void Parser::end() {
  control_ = OpenFile(-1);
  if (process_ < 0) return;
  ::kill(process_, SIGKILL);
  while (::waitpid(process_, nullptr, 0) < 0 && errno == EINTR) {
  }
  process_ = -1;
}

Result<void, std::string> Parser::spawn() {
  end();
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0)
    return fail(system_error("the parser's channel"));
  control_ = OpenFile(ends[0]);
  const OpenFile theirs(ends[1]);
  const OpenFile null(::open("/dev/null", O_RDWR | O_CLOEXEC));
  if (!null.is_open()) return fail(system_error("/dev/null"));
  std::string name = "vostro-bridge";
  std::string word(parser_word);
  std::array<std::string, 3> numbers{std::to_string(limits_.memory_bytes),
                                     std::to_string(limits_.processor.count()),
                                     std::to_string(limits_.wall.count())};
  std::array<char*, 6> words{name.data(),       word.data(),       numbers[0].data(),
                             numbers[1].data(), numbers[2].data(), nullptr};
  const pid_t made = ::fork();
  if (made < 0) return fail(system_error("the parser's process"));
  if (made == 0) become(program_.c_str(), words.data(), theirs.get(), null.get());
  process_ = made;
  return {};
}

Parser::Fault Parser::too_long() const {
  return {{ReadFault::Kind::refused,
           "reading it takes more than " + std::to_string(limits_.processor.count()) +
               " s of processor time, or " + std::to_string(limits_.wall.count()) + " s"}};
}

Parser::Fault Parser::why_it_ended(int status) const {
  if (status == parser::no_reader)
    return {{ReadFault::Kind::not_now, "the system has no process for its reader"}};
  if (WIFEXITED(status) && WEXITSTATUS(status) == parser::out_of_memory)
    return {{ReadFault::Kind::refused,
             "reading it takes more than " + std::to_string(limits_.memory_bytes >> 20) + " MiB"}};
  if (WIFEXITED(status))
    return {{ReadFault::Kind::not_now,
             "its reader gave up, with the code " + std::to_string(WEXITSTATUS(status))},
            true};
  const int signal = WTERMSIG(status);
  if (signal == SIGXCPU || signal == SIGALRM) return too_long();
  // The system's own killer uses the signals that a message can bring about, too.
  return {{ReadFault::Kind::not_now, "its reader was ended by signal " + std::to_string(signal)},
          true};
}

std::optional<Result<IncomingMessage, Parser::Fault>> Parser::try_read(ByteView request) {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
    return fail(Fault{{ReadFault::Kind::not_now, system_error("a channel to its reader")}});
  OpenFile ours(ends[0]);
  {
    const OpenFile theirs(ends[1]);
    if (!parser::send_descriptor(control_.get(), theirs.get())) return std::nullopt;
  }
  const auto deadline = Clock::now() + limits_.wall + kMargin;
  std::optional<Bytes> answer;
  // A reader that does not take all of it has ended; its status says why.
  if (send_all(ours.get(), request, deadline) && ::shutdown(ours.get(), SHUT_WR) == 0)
    answer = receive_all(ours.get(), limits_.answer_bytes, deadline);
  ours = OpenFile(-1);  // whoever still writes into it ends
  if (!is_ready(control_.get(), POLLIN, deadline)) {
    end();  // and its reader with it
    return fail(too_long());
  }
  int status = 0;
  if (::recv(control_.get(), &status, sizeof status, 0) != sizeof status) return std::nullopt;
  if (answer && answer->size() > limits_.answer_bytes)
    return fail(
        Fault{{ReadFault::Kind::refused, "what is in it takes more than " +
                                             std::to_string(limits_.answer_bytes) + " bytes"}});
  if (status != 0) return fail(why_it_ended(status));
  auto message = parser::decode_answer(answer ? *answer : Bytes());
  if (!message) return fail(Fault{{ReadFault::Kind::refused, message.error()}});
  return *std::move(message);
}

Result<IncomingMessage, Parser::Fault> Parser::read_or_start_again(ByteView request) {
  for (int attempt = 0; attempt < 2; ++attempt) {
    if (process_ >= 0)
      if (auto read = try_read(request)) return *std::move(read);
    log::warning("the parser has ended, and is started again");
    if (const auto done = spawn(); !done)
      return fail(Fault{{ReadFault::Kind::not_now, done.error()}});
  }
  if (auto read = try_read(request)) return *std::move(read);
  return fail(Fault{{ReadFault::Kind::not_now, "the process that reads messages ended each time"}});
}

Result<IncomingMessage, ReadFault> Parser::read(std::string_view text, const Bic& receiver,
                                                const std::optional<Bic>& customers_sender) {
  const Hash hash = vostro::hash("file", as_bytes(text));
  const auto before = crashes_.find(hash);
  if (before != crashes_.end() && Clock::now() < before->second.again_at)
    return fail(ReadFault{ReadFault::Kind::not_now, before->second.what});
  auto read =
      read_or_start_again(encode(parser::Request{receiver, customers_sender, std::string(text)}));
  if (read || !read.error().is_crash) {
    if (before != crashes_.end() && (read || read.error().fault.kind == ReadFault::Kind::refused))
      crashes_.erase(before);
    if (read) return *std::move(read);
    return fail(std::move(read.error().fault));
  }
  ReadFault& fault = read.error().fault;
  Crashes& crashes = crashes_[hash];
  if (++crashes.count == crashes_max) {
    crashes_.erase(hash);
    return fail(
        ReadFault{ReadFault::Kind::refused,
                  fault.what + ", and so were " + std::to_string(crashes_max - 1) + " before it"});
  }
  crashes.again_at = Clock::now() + limits_.crash_pause;
  crashes.what = fault.what;
  return fail(std::move(fault));
}

namespace parser {

bool send_descriptor(int control, int descriptor) {
  char byte = 0;
  iovec part{&byte, 1};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> space{};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = space.data();
  message.msg_controllen = space.size();
  cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(int));
  std::memcpy(CMSG_DATA(header), &descriptor, sizeof(int));
  return ::sendmsg(control, &message, MSG_NOSIGNAL) == 1;
}

Result<IncomingMessage, std::string> decode_answer(ByteView answer) {
  if (answer.empty()) return fail(std::string("its reader gave no answer"));
  const ByteView rest = answer.subspan(1);
  if (answer.front() == is_message) {
    auto message = decode<IncomingMessage>(rest);
    if (!message) return fail(std::string("its reader's answer is malformed"));
    return *std::move(message);
  }
  std::string sentence(as_text(rest.subspan(0, std::min(rest.size(), kSentenceMax))));
  for (char& c : sentence)
    if (c < ' ' || c > '~') c = '?';
  return fail(sentence.empty() ? std::string("it cannot be read") : std::move(sentence));
}

}  // namespace parser
}  // namespace vostro::bridge
