#include "wallet-cli/line_source.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <optional>
#include <tuple>

#include "base/private_file.h"
#include "wallet-cli/exit.h"
#include "wallet-cli/input_file.h"

namespace vostro::wallet {
namespace {

using std::chrono::milliseconds;

constexpr std::array kEndSignals{SIGINT, SIGTERM, SIGHUP};

/// Where the handler says that a signal came; a handler knows nothing but globals.
std::atomic<int> signal_event = -1;
static_assert(std::atomic<int>::is_always_lock_free);

void note_signal(int) {
  const int before = errno;
  const std::uint64_t one = 1;
  // An event that is full has been noted.
  (void)!::write(signal_event.load(), &one, sizeof(one));
  errno = before;
}

/// The signals that end a program come as input while this exists. By handlers and not by blocking
/// them: other threads of the program, which would have to block them too, are not ours.
class EndSignals {
 public:
  EndSignals() : event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (!event_.is_open()) throw input_stop("signals", std::strerror(errno));
    signal_event = event_.get();
    struct sigaction action {};
    action.sa_handler = note_signal;
    action.sa_flags = SA_RESTART;  // what is under way, a request to the node, ends first
    for (std::size_t i = 0; i < kEndSignals.size(); ++i)
      ::sigaction(kEndSignals[i], &action, &before_[i]);
  }
  ~EndSignals() {
    for (std::size_t i = 0; i < kEndSignals.size(); ++i)
      ::sigaction(kEndSignals[i], &before_[i], nullptr);
    signal_event = -1;
  }
  EndSignals(const EndSignals&) = delete;
  EndSignals& operator=(const EndSignals&) = delete;

  [[nodiscard]] int descriptor() const { return event_.get(); }
  /// True where one has come.
  [[nodiscard]] bool take() {
    std::uint64_t count = 0;
    return ::read(event_.get(), &count, sizeof(count)) == static_cast<ssize_t>(sizeof(count));
  }

 private:
  OpenFile event_;
  std::array<struct sigaction, kEndSignals.size()> before_{};
};

/// Waits for the descriptors; which of them have something to say. None after `wait`.
template <std::size_t N>
std::array<bool, N> wait_for(const std::array<int, N>& descriptors, milliseconds wait) {
  std::array<pollfd, N> polled{};
  for (std::size_t i = 0; i < N; ++i) polled[i] = {descriptors[i], POLLIN, 0};
  std::array<bool, N> has_input{};
  const int count = ::poll(polled.data(), polled.size(), static_cast<int>(wait.count()));
  if (count < 0 && errno != EINTR) throw input_stop("input", std::strerror(errno));
  for (std::size_t i = 0; count > 0 && i < N; ++i) has_input[i] = polled[i].revents != 0;
  return has_input;
}

void add_line(InputBatch& batch, std::size_t number, std::string_view text) {
  if (text.ends_with('\r')) text.remove_suffix(1);
  if (!text.empty()) batch.lines.push_back({number, std::string(text)});
}

class SignalledSource : public LineSource {
 public:
  explicit SignalledSource(std::string path) : path_(std::move(path)) {}
  bool pause(milliseconds wait) override {
    (void)wait_for(std::array{signals_.descriptor()}, wait);
    return signals_.take();
  }

 protected:
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] EndSignals& signals() { return signals_; }

 private:
  std::string path_;
  EndSignals signals_;
};

/// Standard input or a pipe.
class Stream final : public SignalledSource {
 public:
  Stream(std::string path, OpenFile file)
      : SignalledSource(std::move(path)), file_(std::move(file)) {}

  InputBatch next(milliseconds wait) override {
    InputBatch batch;
    const auto [is_signalled, has_input] =
        wait_for(std::array{signals().descriptor(), file_.get()}, wait);
    if (is_signalled && signals().take()) {
      batch.end = InputBatch::End::signal;
      return batch;
    }
    if (!has_input) return batch;
    std::array<char, 65'536> buffer;
    const ssize_t size = ::read(file_.get(), buffer.data(), buffer.size());
    if (size < 0 && (errno == EINTR || errno == EAGAIN)) return batch;
    if (size < 0) throw input_stop(path(), std::strerror(errno));
    if (size == 0) {
      add_line(batch, ++lines_, rest_);
      rest_.clear();
      batch.end = InputBatch::End::input;
      return batch;
    }
    rest_.append(buffer.data(), static_cast<std::size_t>(size));
    std::size_t begin = 0;
    for (std::size_t end = 0; (end = rest_.find('\n', begin)) != std::string::npos; begin = end + 1)
      add_line(batch, ++lines_, std::string_view(rest_).substr(begin, end - begin));
    rest_.erase(0, begin);
    if (rest_.size() > line_bytes_max)
      throw usage(path() + " line " + std::to_string(lines_ + 1) + ": more than " +
                      std::to_string(line_bytes_max) + " bytes",
                  "line_too_long");
    return batch;
  }

 private:
  OpenFile file_;
  std::string rest_;  ///< of a line that has not ended
  std::size_t lines_ = 0;
};

/// A regular file: what it holds is what is so.
class WatchedFile final : public SignalledSource {
 public:
  using SignalledSource::SignalledSource;

  InputBatch next(milliseconds wait) override {
    InputBatch batch;
    auto stamp = stamp_now();
    if (stamp == seen_) {
      if (pause(wait)) {
        batch.end = InputBatch::End::signal;
        return batch;
      }
      stamp = stamp_now();
    }
    if (!stamp) batch.end = InputBatch::End::input;
    if (!stamp || stamp == seen_) return batch;
    const std::string content = read_input(path(), file_bytes_max);
    seen_ = stamp;
    batch.is_whole = true;
    std::string_view rest = content;
    for (std::size_t number = 1; !rest.empty(); ++number) {
      const std::size_t end = std::min(rest.find('\n'), rest.size());
      add_line(batch, number, rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return batch;
  }

 private:
  using Stamp = std::tuple<dev_t, ino_t, off_t, time_t, long>;

  /// None where the file is gone.
  [[nodiscard]] std::optional<Stamp> stamp_now() const {
    struct stat about {};
    if (::stat(path().c_str(), &about) == 0)
      return Stamp{about.st_dev, about.st_ino, about.st_size, about.st_mtim.tv_sec,
                   about.st_mtim.tv_nsec};
    if (errno == ENOENT) return std::nullopt;
    throw input_stop(path(), std::strerror(errno));
  }

  std::optional<Stamp> seen_;
};

}  // namespace

std::unique_ptr<LineSource> open_line_source(const std::string& path) {
  if (path == "-") {
    OpenFile input(::dup(STDIN_FILENO));
    if (!input.is_open()) throw input_stop("standard input", std::strerror(errno));
    return std::make_unique<Stream>("standard input", std::move(input));
  }
  struct stat about {};
  if (::stat(path.c_str(), &about) != 0) throw input_stop(path, std::strerror(errno));
  if (S_ISREG(about.st_mode)) return std::make_unique<WatchedFile>(path);
  if (!S_ISFIFO(about.st_mode)) throw input_stop(path, "is neither a file nor a pipe");
  OpenFile input(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!input.is_open()) throw input_stop(path, std::strerror(errno));
  return std::make_unique<Stream>(path, std::move(input));
}

}  // namespace vostro::wallet
