/// vostro: the wallet of a bank's treasury staff (docs/cli.md).
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <thread>

#include "wallet-cli/program.h"

namespace {

using namespace vostro;

std::optional<std::string> ask_line(std::string_view question) {
  std::ifstream in("/dev/tty");
  std::ofstream out("/dev/tty");
  if (!in || !out) return std::nullopt;
  out << question << std::flush;
  std::string line;
  if (!std::getline(in, line)) return std::nullopt;
  return line;
}

UnixMillis wall_clock() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return UnixMillis(static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(since).count()));
}

std::optional<std::string> variable(std::string_view name) {
  const char* value = std::getenv(std::string(name).c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

}  // namespace

int main(int argc, char** argv) {
  if (!harden_process()) {
    std::cerr << "vostro: the kernel refuses to protect this process's memory\n";
    return static_cast<int>(wallet::Exit::local);
  }
  ensure_crypto_ready();
  const std::vector<std::string> args(argv + (argc > 0 ? 1 : 0), argv + argc);
  wallet::Environment environment{
      std::cout,
      std::cerr,
      ::isatty(STDOUT_FILENO) == 1,
      wall_clock,
      variable,
      ask_secret,
      ask_line,
      [](std::chrono::milliseconds time) { std::this_thread::sleep_for(time); }};
  const wallet::Exit exit = wallet::run(args, environment);
  std::cout.flush();
  // A result that could not be written is not a result; an order's outcome stays in the journal or
  // on the ledger.
  return static_cast<int>(std::cout.good() ? exit : wallet::Exit::local);
}
