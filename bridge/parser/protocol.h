/// What parser and bridge say to each other. On the control channel: a descriptor for each message,
/// and how its reader ended (wait's status, 4 bytes) in return. On that descriptor: the request,
/// and the answer, each to the end of the stream. Internal to this folder.
#pragma once

#include <string>

#include "base/codec.h"
#include "bridge/channel/directories.h"
#include "bridge/messages.h"

namespace vostro::bridge::parser {

/// Where the channel is in the process that reads.
inline constexpr int control_descriptor = 3;
/// Its readers' exit code where memory ran out.
inline constexpr int out_of_memory = 3;
/// In place of a status: the system had no process for the reader.
inline constexpr int no_reader = -1;

struct Request {
  Bic receiver;
  std::optional<Bic> customers_sender;
  std::string text;

  template <class Archive>
  void serialize(Archive& archive) {
    archive(receiver, customers_sender, bounded<file_bytes_max>(text));
  }
};

/// On the control channel. False: nobody takes it.
[[nodiscard]] bool send_descriptor(int control, int descriptor);

/// The first byte of an answer; then the encoded message, or a sentence.
inline constexpr Byte is_message{1};
inline constexpr Byte is_refusal{0};

/// What came back, from a process that may have been taken over by what it read. Errors: the
/// sentence in it, in printable ASCII and at most 512 bytes, or that there is no answer in it.
[[nodiscard]] Result<IncomingMessage, std::string> decode_answer(ByteView answer);

}  // namespace vostro::bridge::parser
