/// vostro-genesis: makes and checks the definition of a network (docs/genesis.md).
#include <CLI/CLI.hpp>
#include <iostream>

#include "base/secret_text.h"
#include "genesis/cli.h"

namespace {

constexpr std::string_view kAbout =
    "Makes and checks the definition of a Vostro network.\n\n"
    "  one bank:    vostro-genesis new     writes a draft that all banks agree on\n"
    "  each bank:   vostro-genesis keys    makes its keys; they never leave it\n"
    "               vostro-genesis entry   writes and signs its entry for the draft\n"
    "               vostro-genesis sign    adds a second person's signature, where its policy asks "
    "for one\n"
    "  one bank:    vostro-genesis seal    puts draft and entries together\n"
    "  each bank:   vostro-genesis inspect, id: read it, and compare the id with the others by "
    "another way\n\n"
    "Exit codes: 0 done, 1 refused, 2 the command line is not understood.";

int code(vostro::genesis::cli::Exit exit) {
  return static_cast<int>(exit);
}

}  // namespace

int main(int argc, char** argv) {
  using vostro::genesis::cli::Exit;
  namespace cli = vostro::genesis::cli;
  if (!vostro::harden_process()) {
    std::cerr << "vostro-genesis: the kernel refuses to protect this process's memory\n";
    return code(Exit::refused);
  }
  CLI::App app{std::string(kAbout), "vostro-genesis"};
  app.require_subcommand(1);
  cli::add_new(app);
  cli::add_keys(app);
  cli::add_entry(app);
  cli::add_sign(app);
  cli::add_seal(app);
  cli::add_check(app);
  cli::add_id(app);
  cli::add_inspect(app);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // --help is one of these, with exit code 0.
    return app.exit(error) == 0 ? code(Exit::ok) : code(Exit::usage);
  } catch (const cli::Stop& stop) {
    std::cerr << "vostro-genesis: " << stop.what << "\n";
    return code(stop.exit);
  }
  std::cout.flush();
  return std::cout.good() ? code(Exit::ok) : code(Exit::refused);
}
