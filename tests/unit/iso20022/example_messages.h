/// One message of each kind as the bridge writes it in the life of one payment: they stand in the
/// manual, and show how the types are filled in. Test code only.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "iso20022/message.h"

namespace vostro::test {

struct ExampleMessage {
  std::string about;  ///< one sentence: when it is written
  iso20022::Kind kind;
  iso20022::Body body;
  std::optional<iso20022::Header> header;
};
[[nodiscard]] std::vector<ExampleMessage> example_messages();

}  // namespace vostro::test
