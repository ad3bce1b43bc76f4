// Preloaded into a node (LD_PRELOAD): the k-th allocation of the process fails, and no other, k
// being VOSTRO_TEST_ALLOCATION. malloc stands below all others: operator new, RocksDB, OpenSSL,
// libsodium. Row F30.
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdlib>

#include <unistd.h>

extern "C" {

void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* block, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);
}

namespace {

std::atomic<long> left{-1};  // below zero: nothing is counted

__attribute__((constructor)) void begin() {
  if (const char* given = std::getenv("VOSTRO_TEST_ALLOCATION")) left = std::atol(given);
}

bool fails() {
  if (left.load(std::memory_order_relaxed) < 0) return false;
  if (left.fetch_sub(1, std::memory_order_relaxed) != 0) return false;
  static constexpr char said[] = "the allocation that was to fail fails\n";
  const auto ignored = ::write(STDERR_FILENO, said, sizeof said - 1);
  static_cast<void>(ignored);
  errno = ENOMEM;
  return true;
}

}  // namespace

extern "C" {

void* malloc(std::size_t size) {
  return fails() ? nullptr : __libc_malloc(size);
}
void* calloc(std::size_t count, std::size_t size) {
  return fails() ? nullptr : __libc_calloc(count, size);
}
void* realloc(void* block, std::size_t size) {
  return fails() ? nullptr : __libc_realloc(block, size);
}
void* memalign(std::size_t alignment, std::size_t size) {
  return fails() ? nullptr : __libc_memalign(alignment, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) {
  return fails() ? nullptr : __libc_memalign(alignment, size);
}
int posix_memalign(void** block, std::size_t alignment, std::size_t size) {
  if (fails()) return ENOMEM;
  *block = __libc_memalign(alignment, size);
  return *block == nullptr ? ENOMEM : 0;
}
}
