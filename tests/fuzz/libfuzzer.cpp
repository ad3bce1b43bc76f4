// Beside libFuzzer's own main: `<target> --seeds DIRECTORY` writes the corpus to begin with.
#include <cstdlib>
#include <string_view>

#include "tests/fuzz/target.h"

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  if (*argc == 3 && std::string_view((*argv)[1]) == "--seeds")
    std::exit(vostro::fuzz::write_seeds((*argv)[2]) ? EXIT_SUCCESS : EXIT_FAILURE);
  return 0;
}
