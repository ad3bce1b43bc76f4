#include "audit/program.h"

#include <CLI/CLI.hpp>

#include "audit/commands/commands.h"
#include "base/man_page.h"

namespace vostro::audit {
namespace {

constexpr const char* kAbout =
    "Checks a Vostro chain, trusting nothing but its genesis file.\n\n"
    "  vostro-audit replay /var/lib/vostro --genesis genesis.toml\n\n"
    "With a copy of the chain it needs no network, no key and no running node. It changes nothing "
    "in "
    "what it reads.\n\n"
    "Exit codes: 0 everything holds, 1 something diverges, 2 the command line is not understood, 3 "
    "no verdict (something could not be read or written).";

void add_man(CLI::App& app) {
  auto directory = std::make_shared<std::string>();
  auto* command = app.add_subcommand("man", "Write the manual pages into a directory");
  command->add_option("DIR", *directory, "A directory that exists")->required();
  command->callback([directory, &app] {
    const auto written = write_man_pages(*directory, man_pages_of(app), VOSTRO_VERSION);
    if (!written) throw Stop{Exit::cannot_check, written.error()};
  });
}

}  // namespace

Exit run(const std::vector<std::string>& arguments, const Surroundings& surroundings) {
  Exit exit = Exit::holds;
  CLI::App app{kAbout, "vostro-audit"};
  app.set_version_flag("--version", "vostro-audit " VOSTRO_VERSION);
  app.require_subcommand(1);
  add_replay(app, surroundings, exit);
  add_archive(app, surroundings, exit);
  add_restore(app, surroundings, exit);
  add_absent(app, surroundings, exit);
  add_export(app, surroundings, exit);
  add_trace(app, surroundings, exit);
  add_find(app, surroundings, exit);
  add_report(app, surroundings, exit);
  add_statement(app, surroundings, exit);
  add_as_of(app, surroundings, exit);
  add_man(app);
  try {
    std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());  // as CLI11 takes them
    app.parse(std::move(reversed));
  } catch (const CLI::ParseError& error) {
    // --help is one of these, with exit code 0.
    return app.exit(error, surroundings.out, surroundings.err) == 0 ? Exit::holds : Exit::usage;
  } catch (const Stop& stop) {
    surroundings.err << "vostro-audit: " << stop.what << "\n";
    return stop.exit;
  }
  surroundings.out.flush();
  return surroundings.out.good() ? exit : Exit::cannot_check;
}

}  // namespace vostro::audit
