/// Keys that the programs of a node read from encrypted files. Not for the node's threads: it may
/// ask a person.
#pragma once

#include <string>

#include "base/keys.h"
#include "base/result.h"

namespace vostro::node {

/// The key in `key_file`. The passphrase is that in `passphrase_file`, or asked for on the terminal
/// where that is empty. The error is a sentence.
[[nodiscard]] Result<SecretKey, std::string> load_secret(const std::string& key_file,
                                                         const std::string& passphrase_file);

}  // namespace vostro::node
