/// Comparison of secrets and their hashes. Any thread.
#pragma once

#include "base/bytes.h"

namespace vostro {

/// Takes the same time wherever the bytes differ; the lengths do show.
[[nodiscard]] bool equal_in_constant_time(ByteView a, ByteView b);

}  // namespace vostro
