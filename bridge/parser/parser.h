/// XML from outside is read in a process apart: one that was started anew, so that it never had a
/// key, with no descriptor but its channel, without network, files or children (seccomp), and with
/// limits of memory and time. It forks for each message: what one does to its reader, the next one
/// does not meet. One thread. Source: threat model 2.7.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "base/hash.h"
#include "base/private_file.h"
#include "bridge/messages.h"

namespace vostro::bridge {

/// What a message may take to read: well above what a file of the largest size needs.
struct ParserLimits {
  std::size_t memory_bytes = std::size_t{2} * 1024 * 1024 * 1024;  ///< of address space
  std::chrono::seconds processor{10};
  std::chrono::seconds wall{20};
  std::size_t answer_bytes = std::size_t{192} * 1024 * 1024;
  /// After a reader that ended without saying why, its message waits so long for the next one. With
  /// crashes_max: what is short of memory for a minute loses no message.
  std::chrono::seconds crash_pause{15};
};
/// Readers that may end over one message without saying why; then it is refused.
inline constexpr unsigned crashes_max = 5;

/// Why a message was not read.
struct ReadFault {
  enum class Kind : std::uint8_t {
    refused,  ///< By what it is: it stays so.
    not_now,  ///< Nothing is known of it: the same bytes are to be read again later.
  };
  Kind kind = Kind::refused;
  std::string what;  ///< a sentence
};

class Parser {
 public:
  /// `program` is started with the word `parser_word`, and has to call `serve_parser` then. Errors:
  /// a sentence.
  [[nodiscard]] static Result<Parser, std::string> start(std::string program, ParserLimits limits);
  ~Parser();
  Parser(Parser&& other) noexcept;
  Parser& operator=(Parser&&) = delete;

  /// As read_message (messages.h). Errors: refused with the sentence of that, or where the reader
  /// took too much, or crashed over the message crashes_max times; not_now where a process or a
  /// channel cannot be had, and after each of those crashes. It is started again by itself.
  [[nodiscard]] Result<IncomingMessage, ReadFault> read(std::string_view text, const Bic& receiver,
                                                        const std::optional<Bic>& customers_sender);

  /// Of the process that waits for messages; for tests and the log.
  [[nodiscard]] pid_t process() const { return process_; }

 private:
  using Clock = std::chrono::steady_clock;
  struct Crashes {
    unsigned count = 0;
    Clock::time_point again_at;
    std::string what;
  };
  /// `is_crash`: the message may be why, and may not.
  struct Fault {
    ReadFault fault;
    bool is_crash = false;
  };
  Parser(std::string program, ParserLimits limits)
      : program_(std::move(program)), limits_(limits) {}
  [[nodiscard]] Result<void, std::string> spawn();
  void end();
  /// None: the process that forks is gone.
  [[nodiscard]] std::optional<Result<IncomingMessage, Fault>> try_read(ByteView request);
  [[nodiscard]] Result<IncomingMessage, Fault> read_or_start_again(ByteView request);
  [[nodiscard]] Fault why_it_ended(int status) const;
  [[nodiscard]] Fault too_long() const;

  std::string program_;
  ParserLimits limits_;
  pid_t process_ = -1;
  OpenFile control_{-1};
  std::map<Hash, Crashes> crashes_;  ///< of messages that are read again
};

}  // namespace vostro::bridge
