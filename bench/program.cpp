#include "bench/program.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string_view>

namespace vostro::bench {
namespace {

std::string_view name_of(std::string_view variable) {
  return variable.substr(0, variable.find('='));
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (std::string& each : texts) out.push_back(each.data());
  out.push_back(nullptr);
  return out;
}

/// 0 where it was not started.
pid_t started(char* const* argv, char* const* envp) {
  posix_spawn_file_actions_t actions;
  if (::posix_spawn_file_actions_init(&actions) != 0) return 0;
  pid_t child = 0;
  const bool is_started =
      ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0) == 0 &&
      ::posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO) == 0 &&
      ::posix_spawnp(&child, argv[0], &actions, nullptr, argv, envp) == 0;
  ::posix_spawn_file_actions_destroy(&actions);
  return is_started ? child : 0;
}

}  // namespace

Result<int, std::string> run_program(std::vector<std::string> words,
                                     const std::vector<std::string>& variables) {
  std::vector<std::string> environment = variables;
  for (char** each = environ; *each != nullptr; ++each) {
    const bool is_replaced = std::any_of(
        variables.begin(), variables.end(),
        [&](const std::string& variable) { return name_of(variable) == name_of(*each); });
    if (!is_replaced) environment.emplace_back(*each);
  }
  const std::string program = words.front();
  const std::vector<char*> argv = pointers_to(words);
  const std::vector<char*> envp = pointers_to(environment);
  const pid_t child = started(argv.data(), envp.data());
  if (child == 0) return fail(program + " cannot be run");
  int status = 0;
  while (::waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) return fail(program + " was lost");
  }
  if (!WIFEXITED(status)) return fail(program + " was killed");
  return WEXITSTATUS(status);
}

}  // namespace vostro::bench
