/// Text that must not leak: passphrases and tokens. It lives in guarded, locked memory (libsodium),
/// is wiped when given up, cannot be copied, compared with ==, printed or logged. Any thread, one
/// at a time for each object.
///
/// A secret comes from a prompt, a descriptor or a private file; never from the command line or the
/// environment, which other programs of the machine can read.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/private_file.h"
#include "base/result.h"

namespace vostro {

class SecretText {
 public:
  static constexpr std::size_t size_max = 1024;  ///< bytes

  SecretText();
  SecretText(SecretText&& other) noexcept
      : memory_(std::move(other.memory_)), size_(std::exchange(other.size_, 0)) {}
  SecretText& operator=(SecretText&& other) noexcept {
    std::swap(memory_, other.memory_);
    std::swap(size_, other.size_);
    return *this;
  }
  /// Takes at most `size_max` bytes; the caller wipes its own copy (`wipe`).
  [[nodiscard]] static SecretText copy_of(std::string_view text);

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  /// The secret itself, as long as this object lives: for the function that needs it, not to be
  /// kept.
  [[nodiscard]] std::string_view reveal() const { return {memory_.get(), size_}; }
  /// Takes the same time wherever the texts differ; the lengths do show.
  [[nodiscard]] bool equals(const SecretText& other) const;

  /// False, and nothing is added, where the text is full.
  [[nodiscard]] bool push_back(char c);
  void pop_back();
  void clear();

 private:
  struct SodiumFree {
    void operator()(char* memory) const;
  };
  std::unique_ptr<char, SodiumFree> memory_;  // size_max bytes
  std::size_t size_ = 0;
};

using Passphrase = SecretText;

/// Why no secret was read, in order of precedence.
enum class SecretError : std::uint8_t {
  no_terminal,  ///< There is no terminal to ask at.
  unsafe_file,  ///< The file is not a private file of this user (base/private_file.h says why not).
  unreadable,   ///< Reading failed.
  cancelled,    ///< The user gave up with Ctrl-C, or ended the input before a line.
  too_long,     ///< More than SecretText::size_max bytes.
  empty,        ///< Nothing before the end of the line.
};
[[nodiscard]] std::string_view to_string(SecretError error);

/// Shows `question` at the controlling terminal and reads one line without echo. The terminal is
/// set back in all cases.
[[nodiscard]] Result<SecretText, SecretError> ask_secret(std::string_view question);
/// The same at a terminal that is open already.
[[nodiscard]] Result<SecretText, SecretError> ask_secret_at(int terminal,
                                                            std::string_view question);
/// Reads up to the first line feed or the end, byte by byte, so that what follows is left for the
/// next reader.
[[nodiscard]] Result<SecretText, SecretError> read_secret_from_descriptor(int descriptor);
/// The first line of a file of mode 0600 in a directory of mode 0700, both this user's.
[[nodiscard]] Result<SecretText, SecretError> read_secret_from_file(const std::string& path);

/// Overwrites memory in a way that the compiler does not remove.
void wipe(std::string& text);
void wipe(Bytes& bytes);

/// For programs that hold keys, first thing in `main`: no core dumps, and no other process of this
/// user may attach or read our memory. LeakSanitizer attaches to its own process, so it reports
/// nothing after this call. False where the kernel refuses.
[[nodiscard]] bool harden_process();

}  // namespace vostro
