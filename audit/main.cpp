/// vostro-audit: checks a chain against its genesis file (docs/audit.md).
#include <unistd.h>

#include <iostream>

#include "audit/freed_memory.h"
#include "audit/program.h"

int main(int argc, char** argv) {
  vostro::audit::keep_freed_memory();
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  const vostro::audit::Surroundings surroundings{std::cout, std::cerr,
                                                 ::isatty(STDERR_FILENO) == 1};
  return static_cast<int>(vostro::audit::run(arguments, surroundings));
}
