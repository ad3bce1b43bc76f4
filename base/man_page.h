/// Manual pages made from a program's help, so that the two cannot differ: one page for the program
/// and one for each word that can follow its name. Writing reads no clock: the same program gives
/// the same pages. Any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace vostro {

struct ManOption {
  std::string name;   ///< "--from", "UETR"
  std::string value;  ///< what follows it: "TEXT"; empty for a flag and a positional
  std::string help;
};
struct ManSection {
  std::string title;  ///< "OPTIONS", or of a command "vostro account list"
  std::string about;
  std::vector<ManOption> options;
};
struct ManPage {
  std::string name;      ///< "vostro-account": the file is vostro-account.1
  std::string summary;   ///< one line
  std::string synopsis;  ///< "vostro account COMMAND [OPTIONS]"
  std::string about;     ///< paragraphs; lines that begin with a space stay as they are
  std::vector<ManSection> sections;
  std::vector<std::string> see_also;  ///< names of other pages
};

[[nodiscard]] std::string to_roff(const ManPage& page, std::string_view version);

/// Writes each page to `directory`, which exists; old pages of these names are replaced. The error
/// is a sentence.
[[nodiscard]] Result<void, std::string> write_man_pages(const std::string& directory,
                                                        const std::vector<ManPage>& pages,
                                                        std::string_view version);

/// The pages of a command line; `App` is CLI11's, which only the programs' own files know.
template <class App>
[[nodiscard]] std::vector<ManPage> man_pages_of(const App& app) {
  const auto options_of = [&app](const App& command) {
    std::vector<ManOption> options;
    for (const auto* option : command.get_options()) {
      // The same of every command: the program's own page has it.
      if (&command != &app && option == command.get_help_ptr()) continue;
      const bool is_flag = option->get_items_expected_max() == 0;
      const bool is_positional = option->get_positional();
      options.push_back(
          {option->get_name(false, true), is_flag || is_positional ? "" : option->get_type_name(),
           option->get_description() + (option->get_required() ? " (required)" : "")});
    }
    return options;
  };
  const auto first_line = [](const std::string& text) { return text.substr(0, text.find('\n')); };
  ManPage root{app.get_name(),
               first_line(app.get_description()),
               app.get_name() + " COMMAND [OPTIONS]",
               app.get_description(),
               {{"OPTIONS", "", options_of(app)}, {"COMMANDS", "", {}}},
               {}};
  std::vector<ManPage> pages;
  for (const auto* command : app.get_subcommands(nullptr)) {
    const std::string words = app.get_name() + " " + command->get_name();
    const auto inner = command->get_subcommands(nullptr);
    ManPage page{app.get_name() + "-" + command->get_name(),
                 first_line(command->get_description()),
                 words + (inner.empty() ? "" : " COMMAND") + " [OPTIONS]",
                 command->get_description(),
                 {},
                 {root.name}};
    root.sections.back().options.push_back({command->get_name(), "", page.summary});
    root.see_also.push_back(page.name);
    if (inner.empty()) page.sections.push_back({"OPTIONS", "", options_of(*command)});
    for (const auto* each : inner)
      page.sections.push_back(
          {words + " " + each->get_name(), each->get_description(), options_of(*each)});
    pages.push_back(std::move(page));
  }
  pages.insert(pages.begin(), std::move(root));
  return pages;
}

}  // namespace vostro
