#include "wallet-cli/bad_file.h"

#include <ostream>

#include "wallet-cli/output.h"

namespace vostro::wallet {

Exit refuse_file(Wallet& wallet, const std::string& path, const iso20022::Problems& problems,
                 const std::string& so) {
  const std::string count = std::to_string(problems.list.size());
  const std::string message = path + ": " + (problems.is_cut ? "at least " : "") + count +
                              (problems.list.size() == 1 ? " error" : " errors") + "; " + so;
  if (!wallet.settings().is_json) {
    std::ostream& err = wallet.environment().err;
    for (const auto& problem : problems.list) err << iso20022::to_string(problem) << "\n";
    err << "vostro: " << message << "\n";
    return Exit::usage;
  }
  json::array errors;
  for (const auto& problem : problems.list) {
    errors.push_back(
        json::object{{"line", problem.line == 0 ? json::value(nullptr) : json::value(problem.line)},
                     {"element", as_json(problem.element)},
                     {"value", as_json(problem.value)},
                     {"message", as_json(problem.what)}});
  }
  return finish(wallet, Exit::usage,
                {{"error", json::object{{"code", "bad_file"},
                                        {"message", as_json(message)},
                                        {"reason_code", nullptr},
                                        {"errors", std::move(errors)},
                                        {"cut", problems.is_cut}}}},
                "");
}

}  // namespace vostro::wallet
