/// Whether this program carries a sanitizer, and so takes several times as long: for the few tests
/// that repeat one search many times. The goal of a test stays the same under both.
#pragma once

namespace vostro::test {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool is_sanitized = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
inline constexpr bool is_sanitized = true;
#else
inline constexpr bool is_sanitized = false;
#endif
#else
inline constexpr bool is_sanitized = false;
#endif

/// How often something is repeated: `plain` times, under a sanitizer `sanitized` times.
template <class Count>
[[nodiscard]] constexpr Count rounds(Count plain, Count sanitized) {
  return is_sanitized ? sanitized : plain;
}

}  // namespace vostro::test
