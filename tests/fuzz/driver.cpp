// Runs a fuzz target without libFuzzer: its seeds, their beginnings, and mutations of them.
//
//   vostro-fuzz-<what> MUTATIONS LENGTH [SEED]   as the tests do
//   vostro-fuzz-<what> FILE...                   inputs of before, such as one that failed
//   vostro-fuzz-<what> --seeds DIRECTORY         writes the seeds
//
// An input that fails is left in the working directory, and its name is told.
#include <fcntl.h>
#include <unistd.h>

#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <optional>

#include "tests/fuzz/mutate.h"
#include "tests/fuzz/target.h"

namespace {

using namespace vostro;  // NOLINT: the whole file is about it

// Beginnings of one seed that are tried: all of a short one, evenly chosen of a long one.
constexpr std::size_t kCutsMax = 128;

ByteView current;
char failed_name[256] = "fuzz-failed";

void say(const char* text) {
  // Nothing can be done about an error here.
  if (::write(STDERR_FILENO, text, std::strlen(text)) < 0) return;
}

// Runs in a signal handler: only calls that are allowed there.
void keep_current(int number) {
  const int file = ::open(failed_name, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
  if (file >= 0 && ::write(file, current.data(), current.size()) >= 0) {
    say("the input that failed is in ");
    say(failed_name);
    say("\n");
  }
  std::signal(number, SIG_DFL);
  std::raise(number);
}

void run(ByteView input) {
  current = input;
  LLVMFuzzerTestOneInput(input.data(), input.size());
}

std::optional<std::uint64_t> number_of(std::string_view text) {
  std::uint64_t value = 0;
  const auto end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, value);
  return parsed.ec == std::errc() && parsed.ptr == end ? std::optional(value) : std::nullopt;
}

int run_mutations(std::uint64_t mutations, std::uint64_t length, std::uint64_t seed) {
  const std::vector<Bytes> seeds = fuzz::seeds();
  if (seeds.empty()) {
    std::fprintf(stderr, "there is no seed\n");
    return EXIT_FAILURE;
  }
  std::uint64_t inputs = 0;
  for (const Bytes& whole : seeds) {
    if (whole.size() > length) {
      std::fprintf(stderr, "a seed of %zu bytes is longer than libFuzzer would take\n",
                   whole.size());
      return EXIT_FAILURE;
    }
    run(whole);
    const std::size_t cuts = std::min(kCutsMax, whole.size());
    for (std::size_t i = 0; i < cuts; ++i) run(ByteView(whole).first(i * whole.size() / cuts));
    inputs += 1 + cuts;
  }
  fuzz::Numbers numbers(seed);
  for (std::uint64_t i = 0; i < mutations; ++i) {
    Bytes input = fuzz::mutated(seeds[numbers.below(seeds.size())], seeds, numbers);
    if (input.size() > length) input.resize(length);
    run(input);
  }
  std::printf("%zu seeds, %llu inputs, numbers from %llu\n", seeds.size(),
              static_cast<unsigned long long>(inputs + mutations),
              static_cast<unsigned long long>(seed));
  return EXIT_SUCCESS;
}

int run_files(int count, char** names) {
  for (int i = 0; i < count; ++i) {
    std::ifstream file(names[i], std::ios::binary);
    const Bytes input{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    if (!file) {
      std::fprintf(stderr, "%s cannot be read\n", names[i]);
      return EXIT_FAILURE;
    }
    std::printf("%s: %zu bytes\n", names[i], input.size());
    run(input);
  }
  return EXIT_SUCCESS;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view program(argv[0]);
  const std::string name(program.substr(program.rfind('/') + 1));
  std::snprintf(failed_name, sizeof failed_name, "%s.failed", name.c_str());
  if (argc < 2) {
    std::fprintf(stderr, "usage: %s MUTATIONS LENGTH [SEED] | FILE... | --seeds DIRECTORY\n",
                 name.c_str());
    return 2;
  }
  if (argc == 3 && std::string_view(argv[1]) == "--seeds")
    return fuzz::write_seeds(argv[2]) ? EXIT_SUCCESS : EXIT_FAILURE;
  for (const int number : {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGALRM})
    std::signal(number, keep_current);
  const auto mutations = number_of(argv[1]);
  const auto length = argc > 2 ? number_of(argv[2]) : std::nullopt;
  if (!mutations || !length) return run_files(argc - 1, argv + 1);
  const auto seed = argc > 3 ? number_of(argv[3]) : std::optional<std::uint64_t>(1);
  if (!seed) {
    std::fprintf(stderr, "%s is no number\n", argv[3]);
    return 2;
  }
  return run_mutations(*mutations, *length, *seed);
}
