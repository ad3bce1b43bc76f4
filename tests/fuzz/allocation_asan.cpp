// Counts what is asked of the heap, for MemoryBound, where AddressSanitizer owns the heap and all
// forms of `operator new`.
#include <sanitizer/allocator_interface.h>

#include "tests/fuzz/target.h"

namespace {

thread_local std::uint64_t asked = 0;

void on_malloc(const volatile void*, std::size_t size) {
  asked += size;
}
void on_free(const volatile void*) {}

}  // namespace

std::uint64_t vostro::fuzz::allocated_bytes() {
  static const int installed = __sanitizer_install_malloc_and_free_hooks(on_malloc, on_free);
  VOSTRO_CHECK(installed > 0);
  return asked;
}
