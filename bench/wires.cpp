#include "bench/wires.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <deque>
#include <list>
#include <optional>
#include <thread>
#include <utility>

#include "base/private_file.h"
#include "bench/clock.h"

namespace vostro::bench {
namespace {

constexpr std::size_t kReadBytes = 64 * 1024;
/// Under way in one direction: beyond it nothing is read, as on a wire whose far end does not take
/// it. 64 MiB are a second of more than any node sends here.
constexpr std::size_t kUnderWayBytes = 64 * 1024 * 1024;
constexpr int kBacklog = 64;

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

void send_at_once(int socket) {
  const int on = 1;
  // Without it bytes come later than they should, which the figures would show.
  (void)::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

bool would_block() {
  return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

}  // namespace

class Wires::Loop {
 public:
  Loop(std::vector<std::uint16_t> targets, Clock::duration delay)
      : targets_(std::move(targets)), delay_(delay) {}
  ~Loop() {
    // The thread ends when this end of the pipe is closed.
    if (thread_.joinable()) {
      running_.reset();
      thread_.join();
    }
  }

  Result<void, std::string> open() {
    for (std::size_t i = 0; i < targets_.size(); ++i) {
      listeners_.emplace_back(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
      const int socket = listeners_.back().get();
      sockaddr_in address = loopback(0);
      socklen_t size = sizeof address;
      const bool is_open = socket >= 0 &&
                           ::bind(socket, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                           ::listen(socket, kBacklog) == 0 &&
                           ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) == 0;
      if (!is_open) return fail(std::string("no port of loopback can be listened on"));
      ports_.push_back(ntohs(address.sin_port));
    }
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return fail(std::string("no pipe can be made"));
    ending_.emplace(ends[0]);
    running_.emplace(ends[1]);
    thread_ = std::thread([this] { run(); });
    return {};
  }

  const std::vector<std::uint16_t>& ports() const { return ports_; }

 private:
  /// What is read from one end and written to the other.
  struct Direction {
    struct Chunk {
      Clock::time_point due;
      std::string bytes;  ///< empty: the end of the stream
    };
    int from = -1;
    int to = -1;
    std::deque<Chunk> under_way;
    std::size_t bytes = 0;
    std::size_t written = 0;  ///< of the first chunk
    bool has_read_all = false;
    bool has_written_all = false;

    [[nodiscard]] bool wants_to_read() const { return !has_read_all && bytes < kUnderWayBytes; }
    [[nodiscard]] bool is_due(Clock::time_point now) const {
      return !under_way.empty() && under_way.front().due <= now;
    }
  };

  struct Wire {
    OpenFile near;
    OpenFile far;
    std::array<Direction, 2> directions;
  };

  /// False where the connection is lost.
  static bool read_into(Direction& direction, Clock::duration delay) {
    std::string bytes(kReadBytes, '\0');
    const ssize_t size = ::recv(direction.from, bytes.data(), bytes.size(), 0);
    if (size < 0) return would_block();
    bytes.resize(static_cast<std::size_t>(size));
    direction.has_read_all = bytes.empty();
    direction.bytes += bytes.size();
    direction.under_way.push_back({Clock::now() + delay, std::move(bytes)});
    return true;
  }

  /// False where the connection is lost.
  static bool write_due(Direction& direction) {
    while (direction.is_due(Clock::now())) {
      const std::string& bytes = direction.under_way.front().bytes;
      if (bytes.empty()) {
        direction.has_written_all = true;
        (void)::shutdown(direction.to, SHUT_WR);  // it may be closed there already
        direction.under_way.pop_front();
        return true;
      }
      const ssize_t size = ::send(direction.to, bytes.data() + direction.written,
                                  bytes.size() - direction.written, MSG_NOSIGNAL);
      if (size < 0) return would_block();
      direction.written += static_cast<std::size_t>(size);
      if (direction.written < bytes.size()) return true;
      direction.bytes -= bytes.size();
      direction.written = 0;
      direction.under_way.pop_front();
    }
    return true;
  }

  void run() {
    for (;;) {
      std::vector<pollfd> waits{{ending_->get(), POLLIN, 0}};
      for (const OpenFile& each : listeners_) waits.push_back({each.get(), POLLIN, 0});
      const auto now = Clock::now();
      std::optional<Clock::time_point> next;
      for (const Wire& wire : wires_) {
        for (const Direction& each : wire.directions) {
          if (each.wants_to_read()) waits.push_back({each.from, POLLIN, 0});
          if (each.is_due(now))
            waits.push_back({each.to, POLLOUT, 0});
          else if (!each.under_way.empty())
            next = std::min(next.value_or(each.under_way.front().due), each.under_way.front().due);
        }
      }
      timespec pause{};
      if (next) {
        const auto ns = std::max<std::int64_t>(
            0, std::chrono::duration_cast<std::chrono::nanoseconds>(*next - now).count());
        pause = {ns / 1'000'000'000, ns % 1'000'000'000};
      }
      if (::ppoll(waits.data(), waits.size(), next ? &pause : nullptr, nullptr) < 0 &&
          errno != EINTR)
        return;
      if (waits.front().revents != 0) return;
      carry();
      for (std::size_t i = 0; i < listeners_.size(); ++i) {
        if (waits[i + 1].revents != 0) accept_from(i);
      }
    }
  }

  /// Sockets do not block: each is simply tried.
  void carry() {
    for (auto wire = wires_.begin(); wire != wires_.end();) {
      bool holds = true;
      bool is_over = true;
      for (Direction& each : wire->directions) {
        if (each.wants_to_read()) holds = holds && read_into(each, delay_);
        holds = holds && write_due(each);
        is_over = is_over && each.has_written_all;
      }
      wire = holds && !is_over ? std::next(wire) : wires_.erase(wire);
    }
  }

  void accept_from(std::size_t index) {
    OpenFile near(::accept4(listeners_[index].get(), nullptr, nullptr, SOCK_CLOEXEC));
    OpenFile far(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (near.get() < 0 || far.get() < 0) return;
    const sockaddr_in address = loopback(targets_[index]);
    // On loopback this comes back at once; where nobody listens the other end sees it close.
    if (::connect(far.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
      return;
    for (const int socket : {near.get(), far.get()}) {
      send_at_once(socket);
      if (::fcntl(socket, F_SETFL, O_NONBLOCK) != 0) return;
    }
    Wire wire{std::move(near), std::move(far), {}};
    wire.directions[0].from = wire.directions[1].to = wire.near.get();
    wire.directions[0].to = wire.directions[1].from = wire.far.get();
    wires_.push_back(std::move(wire));
  }

  std::vector<std::uint16_t> targets_;
  Clock::duration delay_;
  std::vector<OpenFile> listeners_;
  std::vector<std::uint16_t> ports_;
  std::list<Wire> wires_;
  std::optional<OpenFile> ending_;   ///< readable when it is to end
  std::optional<OpenFile> running_;  ///< open while it runs
  std::thread thread_;
};

Result<Wires, std::string> Wires::open(const std::vector<std::uint16_t>& targets,
                                       std::chrono::microseconds one_way) {
  auto loop = std::make_unique<Loop>(targets, one_way);
  if (auto done = loop->open(); !done) return fail(done.error());
  return Wires(std::move(loop));
}

Wires::Wires(std::unique_ptr<Loop> loop) : loop_(std::move(loop)) {}
Wires::Wires(Wires&&) noexcept = default;
Wires::~Wires() = default;

const std::vector<std::uint16_t>& Wires::ports() const {
  return loop_->ports();
}

}  // namespace vostro::bench
