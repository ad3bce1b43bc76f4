/// A live node, over its HTTP API: the blocks up to the newest one that has a finality proof when
/// it is opened. Nothing that it says is believed, its address and certificate included: a node
/// that lies is a source like any other.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "audit/source.h"
#include "base/secret_text.h"
#include "genesis/definition.h"

namespace vostro::audit {

struct ApiAccess {
  std::string url;   ///< "https://host[:port]"
  SecretText token;  ///< of the role audit: blocks hold the orders of all banks
  std::string ca_file;
  /// How long a call that failed waits before it is tried again, for tests.
  std::function<void(std::chrono::milliseconds)> wait;
};

/// Tries again for about a minute where the node does not answer or is busy; then it is a
/// CannotCheck. An answer that is none is a divergence.
[[nodiscard]] Checked<std::unique_ptr<Source>> open_api_source(
    ApiAccess access, const genesis::Definition& definition);

}  // namespace vostro::audit
