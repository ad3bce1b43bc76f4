/// VOSTRO_CHECK states what we know. A failure is a bug of ours: it prints where and what, and
/// aborts, in release builds too. Input from outside is never "known"; it goes through Result
/// instead.
#pragma once

namespace vostro {

[[noreturn]] void check_failed(const char* file, int line, const char* expression);

}  // namespace vostro

#define VOSTRO_CHECK(expression)                               \
  do {                                                         \
    if (!(expression)) [[unlikely]]                            \
      ::vostro::check_failed(__FILE__, __LINE__, #expression); \
  } while (false)
