#include "wallet-cli/program.h"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <ostream>

#include "wallet-cli/completion.h"
#include "wallet-cli/options.h"
#include "wallet-cli/output.h"

namespace vostro::wallet {
namespace {

Exit report(const Stop& stop, bool is_json, Environment& environment) {
  if (!is_json) {
    environment.err << "vostro: " << stop.what << "\n";
    return stop.exit;
  }
  json::object error{{"code", as_json(stop.code)}, {"message", as_json(stop.what)}};
  error["reason_code"] =
      stop.reason.empty() ? json::value(nullptr) : json::value(as_json(stop.reason));
  environment.out << json::serialize(json::object{{"exit_code", static_cast<int>(stop.exit)},
                                                  {"error", std::move(error)}})
                  << "\n";
  return stop.exit;
}

}  // namespace

Exit run(const std::vector<std::string>& args, Environment& environment) {
  // What the shells' scripts ask: any words may follow, so that no parser looks at them.
  if (!args.empty() && args.front() == "__complete") {
    environment.out << completion_lines({args.begin() + 1, args.end()}, environment.variables);
    return Exit::ok;
  }
  // Looked for by hand, so that a command line that is not understood is answered in the form that
  // was asked for.
  const bool is_json = std::find(args.begin(), args.end(), "--json") != args.end();
  try {
    Invocation invocation = parse_command_line(args);
    if (invocation.command == nullptr) {
      environment.out << invocation.help;
      return Exit::ok;
    }
    Wallet wallet(complete(std::move(invocation.settings), environment.variables), environment);
    return invocation.command->run(wallet, invocation.arguments);
  } catch (const Stop& stop) {
    return report(stop, is_json, environment);
  }
}

}  // namespace vostro::wallet
