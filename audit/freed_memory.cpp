#include "audit/freed_memory.h"

#include <malloc.h>

namespace vostro::audit {
namespace {

// At this size a thread's heap is full, and glibc begins another one.
constexpr int kKeptBytes = 64 * 1024 * 1024;
// glibc takes no larger one: half of a thread's heap.
constexpr int kMappedApartBytes = 32 * 1024 * 1024;

}  // namespace

void keep_freed_memory() {
  // Refused by an allocator other than glibc's, as sanitizers have: then it is only slower.
  static_cast<void>(::mallopt(M_TRIM_THRESHOLD, kKeptBytes));
  static_cast<void>(::mallopt(M_TOP_PAD, kKeptBytes));
  static_cast<void>(::mallopt(M_MMAP_THRESHOLD, kMappedApartBytes));
}

}  // namespace vostro::audit
