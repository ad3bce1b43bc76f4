/// Places where the tests end a node: the boundaries between the receipt of an order and its
/// answer. In every program that is built for use a point compiles to nothing. The tests build
/// vostro-node a second time with VOSTRO_FAILPOINTS defined, and bring `failpoint` with them
/// (tests/failpoints).
///
/// Names are unique literals: the tests read the list of them from the sources, and hit each.
/// Not for the pure houses.
#pragma once

#ifdef VOSTRO_FAILPOINTS

#include <string_view>

namespace vostro {

/// May not return. Any thread.
void failpoint(std::string_view name);

}  // namespace vostro

#define VOSTRO_FAILPOINT(name) ::vostro::failpoint(name)
#else
#define VOSTRO_FAILPOINT(name) static_cast<void>(0)
#endif
