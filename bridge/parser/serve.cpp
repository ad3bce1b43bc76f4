#include "bridge/parser/serve.h"

#include <seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <new>
#include <optional>

#include "bridge/parser/protocol.h"

namespace vostro::bridge {
namespace {

// Exit codes of the process that forks, beside 0: the channel ended.
constexpr int kCannotShutIn = 2;
constexpr int kCannotGoOn = 4;

bool limit(int what, std::uint64_t soft, std::uint64_t hard) {
  const rlimit both{soft, hard};
  return ::setrlimit(static_cast<__rlimit_resource>(what), &both) == 0;
}
bool limit(int what, std::uint64_t most) {
  return limit(what, most, most);
}

/// All other calls fail with EPERM. What is on no list: files, sockets, programs, and with
/// `with_fork` false processes.
bool allow_only_reading(bool with_fork) {
  scmp_filter_ctx filter = ::seccomp_init(SCMP_ACT_ERRNO(EPERM));
  if (filter == nullptr) return false;
  const auto allow = [&](std::initializer_list<int> calls) {
    for (const int call : calls)
      if (::seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 0) != 0) return false;
    return true;
  };
  bool is_done = allow({SCMP_SYS(read),         SCMP_SYS(write),          SCMP_SYS(close),
                        SCMP_SYS(brk),          SCMP_SYS(mmap),           SCMP_SYS(munmap),
                        SCMP_SYS(mremap),       SCMP_SYS(mprotect),       SCMP_SYS(madvise),
                        SCMP_SYS(futex),        SCMP_SYS(exit),           SCMP_SYS(exit_group),
                        SCMP_SYS(rt_sigreturn), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigaction),
                        SCMP_SYS(getpid),       SCMP_SYS(gettid),         SCMP_SYS(tgkill),
                        SCMP_SYS(getrandom),    SCMP_SYS(clock_gettime)});
  if (with_fork)
    is_done = is_done &&
              allow({SCMP_SYS(clone), SCMP_SYS(set_robust_list), SCMP_SYS(wait4), SCMP_SYS(recvmsg),
                     SCMP_SYS(prctl), SCMP_SYS(prlimit64), SCMP_SYS(setrlimit), SCMP_SYS(alarm),
                     SCMP_SYS(setitimer), SCMP_SYS(seccomp), SCMP_SYS(rseq), SCMP_SYS(fcntl)});
  is_done = is_done && ::seccomp_load(filter) == 0;
  ::seccomp_release(filter);
  return is_done;
}

std::optional<Bytes> read_to_end(int descriptor, std::size_t size_max) {
  Bytes bytes;
  std::array<Byte, 64 * 1024> some{};
  while (true) {
    const ssize_t got = ::read(descriptor, some.data(), some.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 || bytes.size() + static_cast<std::size_t>(got) > size_max) return std::nullopt;
    if (got == 0) return bytes;
    bytes.insert(bytes.end(), some.begin(), some.begin() + got);
  }
}

bool write_all(int descriptor, ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(descriptor, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(put));
  }
  return true;
}

Bytes answer_to(ByteView bytes) {
  const auto request = decode<parser::Request>(bytes);
  Bytes answer;
  const auto message =
      request ? read_message(request->text, request->receiver, request->customers_sender)
              : Result<IncomingMessage, std::string>(fail(std::string("no request")));
  answer.push_back(message ? parser::is_message : parser::is_refusal);
  append(answer, message ? ByteView(encode(*message)) : as_bytes(message.error()));
  return answer;
}

/// One message; the exit code.
int read_one(int descriptor, std::uint64_t processor_s, unsigned wall_s) {
  // At the hard limit there is a SIGKILL, which does not say why.
  if (!limit(RLIMIT_CPU, processor_s, processor_s + 1) || !allow_only_reading(false))
    return kCannotShutIn;
  ::alarm(wall_s);
  try {
    const auto request = read_to_end(descriptor, file_bytes_max + 1024);
    if (!request) return kCannotGoOn;
    return write_all(descriptor, answer_to(*request)) ? 0 : kCannotGoOn;
  } catch (const std::bad_alloc&) {
    return parser::out_of_memory;
  }
}

/// -1: the channel has ended.
int receive_descriptor() {
  char byte = 0;
  iovec part{&byte, 1};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> space{};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = space.data();
  message.msg_controllen = space.size();
  ssize_t got = 0;
  do got = ::recvmsg(parser::control_descriptor, &message, 0);
  while (got < 0 && errno == EINTR);
  const cmsghdr* header = CMSG_FIRSTHDR(&message);
  if (got != 1 || header == nullptr || header->cmsg_type != SCM_RIGHTS) return -1;
  int descriptor = -1;
  std::memcpy(&descriptor, CMSG_DATA(header), sizeof(int));
  return descriptor;
}

std::optional<std::uint64_t> number_of(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (fault != std::errc() || end != text.data() + text.size() || number == 0) return std::nullopt;
  return number;
}

}  // namespace

int serve_parser(int count, char** arguments) {
  if (count != 3) return kCannotShutIn;
  const auto memory = number_of(arguments[0]);
  const auto processor_s = number_of(arguments[1]);
  const auto wall_s = number_of(arguments[2]);
  if (!memory || !processor_s || !wall_s) return kCannotShutIn;
  prepare_reading();
  // Whatever is open beside the channel is taken from under it: it may not even log.
  if (::chdir("/") != 0 || ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
      !limit(RLIMIT_AS, *memory) || !limit(RLIMIT_FSIZE, 0) || !limit(RLIMIT_CORE, 0) ||
      !limit(RLIMIT_NOFILE, 8) || !allow_only_reading(true))
    return kCannotShutIn;
  while (true) {
    const int descriptor = receive_descriptor();
    if (descriptor < 0) return 0;
    const pid_t reader = ::fork();
    if (reader == 0) {
      ::close(parser::control_descriptor);
      ::_exit(read_one(descriptor, *processor_s, static_cast<unsigned>(*wall_s)));
    }
    ::close(descriptor);
    int status = -1;
    if (reader > 0)
      while (::wait4(reader, &status, 0, nullptr) < 0 && errno == EINTR) {
      }
    if (::write(parser::control_descriptor, &status, sizeof status) != sizeof status) return 0;
  }
}

}  // namespace vostro::bridge
