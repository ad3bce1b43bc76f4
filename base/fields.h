/// What a type says about its encoding, without seeing the archive: `archive(first,
/// bounded<Max>(second), ...)`, every field by name, in order. Light on purpose: headers of types
/// include this, only codec.h includes cereal.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <variant>

namespace vostro {

/// A string, byte string, vector, set or map with at most `Max` elements. Its length takes 1, 2 or
/// 4 bytes, by `Max`.
template <std::size_t Max, class Container>
struct Bounded {
  Container& container;
};

template <std::size_t Max, class Container>
[[nodiscard]] Bounded<Max, Container> bounded(Container& container) {
  return {container};
}

/// A closed set of alternatives, each with `static constexpr std::uint8_t tag`: the tag, then the
/// alternative.
template <class Variant>
struct Tagged {
  Variant& variant;
};

template <class Variant>
[[nodiscard]] Tagged<Variant> tagged(Variant& variant) {
  return {variant};
}

/// The fewest bytes an element can take: a count that needs more than is left is refused before
/// anything is allocated.
template <class T>
inline constexpr std::size_t encoded_size_min = std::is_arithmetic_v<T> ? sizeof(T) : 1;

}  // namespace vostro
