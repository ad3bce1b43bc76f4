#include "base/secret_text.h"

#include <fcntl.h>
#include <sodium.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <optional>

#include "base/check.h"
#include "base/keys.h"

namespace vostro {
namespace {

constexpr char kControlC = 0x03;
constexpr char kControlD = 0x04;
constexpr char kBackspace = 0x08;
constexpr char kControlU = 0x15;
constexpr char kDelete = 0x7f;

/// Echo, line editing and signal keys off while this lives: Ctrl-C must come to us as a character,
/// because a signal would end the program and leave the terminal without echo.
class SilentTerminal {
 public:
  explicit SilentTerminal(int terminal) : terminal_(terminal) {
    if (::tcgetattr(terminal, &before_) != 0) return;
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO | ECHONL | ICANON | ISIG);
    silent.c_cc[VMIN] = 1;
    silent.c_cc[VTIME] = 0;
    is_silent_ = ::tcsetattr(terminal, TCSAFLUSH, &silent) == 0;
  }
  ~SilentTerminal() {
    if (is_silent_) ::tcsetattr(terminal_, TCSAFLUSH, &before_);
  }
  SilentTerminal(const SilentTerminal&) = delete;
  SilentTerminal& operator=(const SilentTerminal&) = delete;

  [[nodiscard]] bool is_silent() const { return is_silent_; }

 private:
  int terminal_;
  termios before_{};
  bool is_silent_ = false;
};

enum class ReadOutcome : std::uint8_t { character, end, failed };

ReadOutcome read_character(int descriptor, char& c) {
  while (true) {
    const ssize_t got = ::read(descriptor, &c, 1);
    if (got == 1) return ReadOutcome::character;
    if (got == 0) return ReadOutcome::end;
    if (errno != EINTR) return ReadOutcome::failed;
  }
}

bool show(int terminal, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(terminal, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

/// Reads a line with the two corrections people expect: one character back, and all of it back.
Result<SecretText, SecretError> read_typed_line(int terminal) {
  SecretText secret;
  bool is_full = false;
  while (true) {
    char c = 0;
    const auto outcome = read_character(terminal, c);
    if (outcome == ReadOutcome::failed) return fail(SecretError::unreadable);
    if (outcome == ReadOutcome::end || c == kControlC || c == kControlD)
      return fail(SecretError::cancelled);
    if (c == '\n' || c == '\r') break;
    if (c == kBackspace || c == kDelete) {
      secret.pop_back();
    } else if (c == kControlU) {
      secret.clear();
      is_full = false;
    } else if (!secret.push_back(c)) {
      is_full = true;
    }
  }
  if (is_full) return fail(SecretError::too_long);
  if (secret.empty()) return fail(SecretError::empty);
  return secret;
}

}  // namespace

void SecretText::SodiumFree::operator()(char* memory) const {
  sodium_free(memory);
}

SecretText::SecretText() {
  ensure_crypto_ready();
  memory_.reset(static_cast<char*>(sodium_malloc(size_max)));
  VOSTRO_CHECK(memory_ != nullptr);
}

SecretText SecretText::copy_of(std::string_view text) {
  SecretText secret;
  VOSTRO_CHECK(text.size() <= size_max);
  for (const char c : text) VOSTRO_CHECK(secret.push_back(c));
  return secret;
}

bool SecretText::equals(const SecretText& other) const {
  return size_ == other.size_ && sodium_memcmp(memory_.get(), other.memory_.get(), size_) == 0;
}

bool SecretText::push_back(char c) {
  if (size_ == size_max) return false;
  memory_.get()[size_++] = c;
  return true;
}

void SecretText::pop_back() {
  if (size_ == 0) return;
  memory_.get()[--size_] = 0;
}

void SecretText::clear() {
  sodium_memzero(memory_.get(), size_max);
  size_ = 0;
}

std::string_view to_string(SecretError error) {
  switch (error) {
    case SecretError::no_terminal:
      return "there is no terminal to ask at; give a file or a descriptor instead";
    case SecretError::unsafe_file:
      return "the file must be yours, of mode 0600, in a directory of mode 0700, and no link";
    case SecretError::unreadable:
      return "it cannot be read";
    case SecretError::cancelled:
      return "cancelled";
    case SecretError::too_long:
      return "it is longer than 1024 bytes";
    case SecretError::empty:
      return "it is empty";
  }
  return "unknown";
}

Result<SecretText, SecretError> ask_secret(std::string_view question) {
  const OpenFile terminal(::open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (!terminal.is_open()) return fail(SecretError::no_terminal);
  return ask_secret_at(terminal.get(), question);
}

Result<SecretText, SecretError> ask_secret_at(int terminal, std::string_view question) {
  const SilentTerminal silent(terminal);
  if (!silent.is_silent()) return fail(SecretError::no_terminal);
  if (!show(terminal, question)) return fail(SecretError::unreadable);
  auto secret = read_typed_line(terminal);
  // The Enter key was not echoed either.
  if (!show(terminal, "\n")) return fail(SecretError::unreadable);
  return secret;
}

Result<SecretText, SecretError> read_secret_from_descriptor(int descriptor) {
  SecretText secret;
  while (true) {
    char c = 0;
    const auto outcome = read_character(descriptor, c);
    if (outcome == ReadOutcome::failed) return fail(SecretError::unreadable);
    if (outcome == ReadOutcome::end || c == '\n') break;
    if (!secret.push_back(c)) return fail(SecretError::too_long);
  }
  if (!secret.empty() && secret.reveal().back() == '\r') secret.pop_back();
  if (secret.empty()) return fail(SecretError::empty);
  return secret;
}

Result<SecretText, SecretError> read_secret_from_file(const std::string& path) {
  const auto file = open_private_file(path);
  if (!file) {
    const bool is_unreadable =
        file.error() == FileError::missing || file.error() == FileError::input_output;
    return fail(is_unreadable ? SecretError::unreadable : SecretError::unsafe_file);
  }
  return read_secret_from_descriptor(file->get());
}

void wipe(std::string& text) {
  sodium_memzero(text.data(), text.size());
  text.clear();
}

void wipe(Bytes& bytes) {
  sodium_memzero(bytes.data(), bytes.size());
  bytes.clear();
}

bool harden_process() {
  const rlimit none{0, 0};
  return ::setrlimit(RLIMIT_CORE, &none) == 0 && ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0;
}

}  // namespace vostro
