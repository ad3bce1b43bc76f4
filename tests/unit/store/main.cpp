// The test program, and the processes that its crash tests start: `--commit-for-ever DIR` is killed
// from outside,
// `--commit-until-failure DIR` runs into a limit on the size of its files.
#include <gtest/gtest.h>
#include <signal.h>  // NOLINT: POSIX
#include <sys/resource.h>
#include <unistd.h>

#include <iostream>
#include <string_view>

#include "tests/unit/store/store_support.h"

namespace vostro::chain {
namespace {

// Tells each height over standard output once it is durable.
int commit_for_ever(const std::string& path) {
  const auto store = open_or_fail(path);
  if (!store) return 1;
  while (true) {
    const Height next = store->head() ? store->head()->height.next() : Height(0);
    if (!store->commit(make_block(*store, next, 20).stored())) return 1;
    const std::uint64_t height = next.value;
    if (::write(STDOUT_FILENO, &height, sizeof height) != sizeof height) return 1;
  }
}

int commit_until_failure(const std::string& path) {
  const auto store = open_or_fail(path);
  if (!store) return 1;
  ::signal(SIGXFSZ, SIG_IGN);
  const rlimit limit{256 * 1024, 256 * 1024};
  if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) return 2;
  for (int i = 0; i < 10'000; ++i) {
    const Height next = store->head() ? store->head()->height.next() : Height(0);
    const MadeBlock block = make_block(*store, next, 20);
    const auto committed = store->commit(block.stored());
    if (committed) continue;
    if (committed.error().fault != StoreFault::input_output) return 3;
    if (!store->failure() || store->failure()->fault != StoreFault::input_output) return 4;
    // The room is back, the error stays.
    const rlimit unlimited{limit.rlim_max, limit.rlim_max};
    static_cast<void>(::setrlimit(RLIMIT_FSIZE, &unlimited));
    const auto again = store->commit(block.stored());
    if (again || again.error().fault != StoreFault::failed_before) return 5;
    const auto proof = store->put_proof(Height(1), block.proof, false);
    if (proof || proof.error().fault != StoreFault::failed_before) return 6;
    if (!store->view().block(next.previous())) return 7;
    std::cout << next.value << std::flush;
    ::_exit(0);
  }
  return 8;
}

}  // namespace
}  // namespace vostro::chain

int main(int argc, char** argv) {
  if (argc == 3 && std::string_view(argv[1]) == "--commit-for-ever")
    return vostro::chain::commit_for_ever(argv[2]);
  if (argc == 3 && std::string_view(argv[1]) == "--commit-until-failure")
    return vostro::chain::commit_until_failure(argv[2]);
  ::testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
