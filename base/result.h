/// A value or a reason why there is none. Used at boundaries for expected failures (house rule:
/// docs/decisions). A dropped Result is a compiler warning, and warnings are errors.
#pragma once

#include <tl/expected.hpp>
#include <utility>

namespace vostro {

template <class T, class E>
class [[nodiscard]] Result : public tl::expected<T, E> {
 public:
  using tl::expected<T, E>::expected;
};

template <class E>
[[nodiscard]] tl::unexpected<std::decay_t<E>> fail(E&& error) {
  return tl::unexpected<std::decay_t<E>>(std::forward<E>(error));
}

}  // namespace vostro
