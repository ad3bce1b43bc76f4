// The wires between the nodes of a test: one TUN device of each node's network namespace, and
// between any two of them a link in each direction that delays, loses, doubles and reorders packets
// as it is told. Every choice comes from the seed, the link and the number of the packet on it. One
// thread; ends with its standard input.
//
//   vostro-relay SEED FD...   FD: open TUN devices (IFF_NO_PI); the i-th, from 0, has the
//   address 10.77.0.(i+1)
//
// Lines of standard input, each answered with one line:
//   set FROM TO DELAY_US JITTER_US LOSS_PPM DOUBLE_PPM REORDER_PPM   "ok"; a reordered packet comes
//   REORDERED_US later than the others count "PASSED LOST DOUBLED REORDERED OVERFLOWED" of all
//   links since start
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <iostream>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace {

constexpr std::size_t kPacketMax = 65'535;
constexpr std::size_t kWaitingMax = 20'000;  // packets under way in all; a wire is no store
constexpr std::uint64_t kReorderedUs = 15'000;
constexpr std::uint64_t kMillion = 1'000'000;

using Packet = std::vector<char>;

std::uint64_t now_us() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(now).count());
}

/// splitmix64: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014.
std::uint64_t mix(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

struct Link {
  std::uint64_t delay_us = 0;
  std::uint64_t jitter_us = 0;  ///< evenly, to both sides of the delay
  std::uint64_t loss_ppm = 0;
  std::uint64_t double_ppm = 0;
  std::uint64_t reorder_ppm = 0;
  std::uint64_t seed = 0;
  std::uint64_t packets = 0;
};

struct Counts {
  std::uint64_t passed = 0, lost = 0, doubled = 0, reordered = 0, overflowed = 0;
};

class Relay {
 public:
  Relay(std::uint64_t seed, std::vector<int> devices) : devices_(std::move(devices)) {
    const std::size_t nodes = devices_.size();
    links_.resize(nodes * nodes);
    for (std::size_t i = 0; i < links_.size(); ++i) links_[i].seed = mix(seed ^ mix(i + 1));
  }

  int run() {
    std::vector<pollfd> waits{{STDIN_FILENO, POLLIN, 0}};
    for (const int device : devices_) waits.push_back({device, POLLIN, 0});
    while (true) {
      const auto pause = until_due();
      if (ppoll(waits.data(), waits.size(), pause ? &*pause : nullptr, nullptr) < 0 &&
          errno != EINTR)
        return 1;
      deliver_due();
      for (std::size_t i = 0; i < devices_.size(); ++i)
        if (waits[i + 1].revents != 0) take(i);
      if (waits[0].revents != 0 && !obey()) return 0;
    }
  }

 private:
  std::optional<timespec> until_due() const {
    if (waiting_.empty()) return std::nullopt;
    const std::uint64_t now = now_us();
    const std::uint64_t due = waiting_.begin()->first;
    const std::uint64_t us = due > now ? due - now : 0;
    return timespec{static_cast<time_t>(us / kMillion), static_cast<long>(us % kMillion * 1000)};
  }

  void deliver_due() {
    const std::uint64_t now = now_us();
    while (!waiting_.empty() && waiting_.begin()->first <= now) {
      write_to(waiting_.begin()->second.first, waiting_.begin()->second.second.data(),
               waiting_.begin()->second.second.size());
      waiting_.erase(waiting_.begin());
    }
  }

  /// Some packets of one device, so that the others get their turn.
  void take(std::size_t from) {
    for (int i = 0; i < 64; ++i) {
      const ssize_t size = read(devices_[from], buffer_.data(), buffer_.size());
      if (size <= 0) return;  // nothing more, or the device is down
      if (const auto to = receiver_of(static_cast<std::size_t>(size)))
        carry(from, *to, static_cast<std::size_t>(size));
    }
  }

  /// None for what is not between nodes: IPv6 looks for neighbours.
  std::optional<std::size_t> receiver_of(std::size_t size) const {
    constexpr std::array<char, 3> kNet{10, 77, 0};
    if (size < 20 || (static_cast<unsigned char>(buffer_[0]) >> 4) != 4) return std::nullopt;
    if (std::memcmp(buffer_.data() + 16, kNet.data(), kNet.size()) != 0) return std::nullopt;
    const auto host = static_cast<unsigned char>(buffer_[19]);
    if (host == 0 || host > devices_.size()) return std::nullopt;
    return host - 1U;
  }

  void carry(std::size_t from, std::size_t to, std::size_t size) {
    Link& link = links_[from * devices_.size() + to];
    std::uint64_t dice = mix(link.seed ^ mix(link.packets++));
    const auto draw = [&dice](std::uint64_t below) {
      return below == 0 ? 0 : (dice = mix(dice)) % below;
    };
    if (draw(kMillion) < link.loss_ppm) {
      ++counts_.lost;
      return;
    }
    const bool is_doubled = draw(kMillion) < link.double_ppm;
    counts_.doubled += is_doubled ? 1 : 0;
    for (int copy = 0; copy < (is_doubled ? 2 : 1); ++copy) {
      std::uint64_t delay = link.delay_us + draw(2 * link.jitter_us + 1);
      delay -= std::min(delay, link.jitter_us);
      if (draw(kMillion) < link.reorder_ppm) {
        ++counts_.reordered;
        delay += kReorderedUs;
      }
      send(to, size, delay);
    }
  }

  void send(std::size_t to, std::size_t size, std::uint64_t delay_us) {
    if (delay_us == 0) return write_to(to, buffer_.data(), size);
    if (waiting_.size() >= kWaitingMax) {
      ++counts_.overflowed;
      return;
    }
    // Equal times keep their order: a multimap inserts behind.
    waiting_.emplace(now_us() + delay_us,
                     std::pair{to, Packet(buffer_.data(), buffer_.data() + size)});
  }

  void write_to(std::size_t to, const char* bytes, std::size_t size) {
    // A device that is down or full takes nothing: that packet is lost, as on any wire.
    if (write(devices_[to], bytes, size) == static_cast<ssize_t>(size))
      ++counts_.passed;
    else
      ++counts_.overflowed;
  }

  /// False at the end of input.
  bool obey() {
    std::array<char, 4096> bytes{};
    const ssize_t size = read(STDIN_FILENO, bytes.data(), bytes.size());
    if (size <= 0) return false;
    input_.append(bytes.data(), static_cast<std::size_t>(size));
    for (std::size_t end = 0; (end = input_.find('\n')) != std::string::npos;
         input_.erase(0, end + 1))
      std::cout << answer(input_.substr(0, end)) << std::endl;
    return true;
  }

  std::string answer(const std::string& line) {
    std::istringstream words(line);
    std::string verb;
    words >> verb;
    if (verb == "count") {
      std::ostringstream out;
      out << counts_.passed << ' ' << counts_.lost << ' ' << counts_.doubled << ' '
          << counts_.reordered << ' ' << counts_.overflowed;
      return out.str();
    }
    std::size_t from = 0, to = 0;
    Link told;
    words >> from >> to >> told.delay_us >> told.jitter_us >> told.loss_ppm >> told.double_ppm >>
        told.reorder_ppm;
    if (verb != "set" || !words || from >= devices_.size() || to >= devices_.size())
      return "what is: " + line;
    Link& link = links_[from * devices_.size() + to];
    told.seed = link.seed;
    told.packets = link.packets;
    link = told;
    return "ok";
  }

  std::vector<int> devices_;
  std::vector<Link> links_;
  std::multimap<std::uint64_t, std::pair<std::size_t, Packet>>
      waiting_;  // by the time when each is due
  std::vector<char> buffer_ = std::vector<char>(kPacketMax);
  std::string input_;
  Counts counts_;
};

template <class Number>
std::optional<Number> number(const char* text) {
  Number value{};
  const char* end = text + std::strlen(text);
  const auto [rest, error] = std::from_chars(text, end, value);
  if (error != std::errc{} || rest != end) return std::nullopt;
  return value;
}

}  // namespace

int main(int count, char** words) {
  const auto seed = count < 3 ? std::nullopt : number<std::uint64_t>(words[1]);
  std::vector<int> devices;
  for (int i = 2; i < count; ++i)
    if (const auto device = number<int>(words[i])) devices.push_back(*device);
  if (!seed || devices.size() + 2 != static_cast<std::size_t>(count) || devices.size() > 254) {
    std::cerr << "usage: vostro-relay SEED FD...\n";
    return 2;
  }
  return Relay(*seed, std::move(devices)).run();
}
