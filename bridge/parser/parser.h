/// XML from outside is read in a process apart: one that was started anew, so that it never had a
/// key, with no descriptor but its channel, without network, files or children (seccomp), and with
/// limits of memory and time. It forks for each message: what one does to its reader, the next one
/// does not meet. One thread. Source: threat model 2.7.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

#include "base/private_file.h"
#include "bridge/messages.h"

namespace vostro::bridge {

/// What a message may take to read: well above what a file of the largest size needs.
struct ParserLimits {
  std::size_t memory_bytes = std::size_t{2} * 1024 * 1024 * 1024;  ///< of address space
  std::chrono::seconds processor{30};
  std::chrono::seconds wall{60};
};

class Parser {
 public:
  /// `program` is started with the word `parser_word`, and has to call `serve_parser` then. Errors:
  /// a sentence.
  [[nodiscard]] static Result<Parser, std::string> start(std::string program, ParserLimits limits);
  ~Parser();
  Parser(Parser&& other) noexcept;
  Parser& operator=(Parser&&) = delete;

  /// As read_message (messages.h). Errors: its own; and one sentence where the reader crashed, took
  /// too much, or was ended from outside twice. It is started again by itself.
  [[nodiscard]] Result<IncomingMessage, std::string> read(
      std::string_view text, const Bic& receiver, const std::optional<Bic>& customers_sender);

  /// Of the process that waits for messages; for tests and the log.
  [[nodiscard]] pid_t process() const { return process_; }

 private:
  Parser(std::string program, ParserLimits limits)
      : program_(std::move(program)), limits_(limits) {}
  [[nodiscard]] Result<void, std::string> spawn();
  void end();
  /// None: the process that forks is gone.
  [[nodiscard]] std::optional<Result<IncomingMessage, std::string>> try_read(ByteView request);
  [[nodiscard]] std::string why_it_ended(int status) const;

  std::string program_;
  ParserLimits limits_;
  pid_t process_ = -1;
  OpenFile control_{-1};
};

}  // namespace vostro::bridge
