#include "bridge/parser/serve.h"

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
#include "bridge/parser/shut_in.h"

namespace vostro::bridge {
namespace {

// Exit codes beside 0 and out_of_memory, of both processes.
constexpr int kCannotShutIn = 2;
constexpr int kCannotGoOn = 4;

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
  if (!parser::shut_in_reader(processor_s, wall_s)) return kCannotShutIn;
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
  if (!parser::shut_in_forker(*memory)) return kCannotShutIn;
  while (true) {
    const int descriptor = receive_descriptor();
    if (descriptor < 0) return 0;
    const pid_t reader = ::fork();
    if (reader == 0) {
      ::close(parser::control_descriptor);
      ::_exit(read_one(descriptor, *processor_s, static_cast<unsigned>(*wall_s)));
    }
    ::close(descriptor);
    int status = parser::no_reader;
    if (reader > 0)
      while (::wait4(reader, &status, 0, nullptr) < 0 && errno == EINTR) {
      }
    if (::write(parser::control_descriptor, &status, sizeof status) != sizeof status) return 0;
  }
}

}  // namespace vostro::bridge
