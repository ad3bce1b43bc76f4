/// Whose a data directory is: one process' at a time. The store has a lock of its own, which moves
/// with it where a ledger that was fetched takes its place; this one stays.
#pragma once

#include <string>

#include "base/private_file.h"
#include "base/result.h"

namespace vostro::node {

/// Held until the file is closed, or the process ends. The directory exists. Errors: a sentence for
/// the operator.
[[nodiscard]] Result<OpenFile, std::string> lock_data_dir(const std::string& data_dir);

}  // namespace vostro::node
