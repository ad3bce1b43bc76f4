// What goes with the program: completion for shells, and manual pages.
#include "wallet-cli/command.h"
#include "wallet-cli/options.h"
#include "wallet-cli/output.h"

namespace vostro::wallet {
namespace {

constexpr std::string_view kBash =
    R"(# Completion of vostro for bash. Each answer is the program's own.
_vostro() {
  local IFS=$'\n' answer
  COMPREPLY=()
  answer=$("${COMP_WORDS[0]}" __complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null) || return 0
  if [[ ${answer} == :files ]]; then
    compopt -o filenames 2>/dev/null
    COMPREPLY=($(compgen -f -- "${COMP_WORDS[COMP_CWORD]}"))
  else
    COMPREPLY=(${answer})
  fi
}
complete -F _vostro vostro
)";

constexpr std::string_view kZsh = R"(#compdef vostro
# Completion of vostro for zsh. Each answer is the program's own.
_vostro() {
  local answer
  answer=$("${(Q)words[1]}" __complete "${(@Q)words[2,CURRENT]}" 2>/dev/null) || return 1
  if [[ ${answer} == :files ]]; then
    _files
  elif [[ -n ${answer} ]]; then
    compadd -- "${(@f)answer}"
  else
    return 1
  fi
}
if [[ ${funcstack[1]} == _vostro ]]; then _vostro "$@"; else compdef _vostro vostro; fi
)";

Exit completion(Wallet& wallet, const Arguments& arguments) {
  const std::string& shell = arguments.text("SHELL");
  if (shell != "bash" && shell != "zsh")
    throw usage("there is completion for bash and zsh, and none for \"" + shell + "\"");
  const std::string script(shell == "bash" ? kBash : kZsh);
  return finish(wallet, Exit::ok,
                json::object{{"shell", as_json(shell)}, {"script", as_json(script)}}, script);
}

Exit man(Wallet& wallet, const Arguments& arguments) {
  const std::string& directory = arguments.text("DIR");
  const auto pages = man_pages();
  if (const auto written = write_man_pages(directory, pages, VOSTRO_VERSION); !written)
    throw Stop{Exit::local, written.error(), "file", {}};
  json::array names;
  for (const ManPage& page : pages) names.push_back(as_json(page.name));
  return finish(
      wallet, Exit::ok,
      json::object{{"directory", as_json(directory)}, {"pages", std::move(names)}},
      std::to_string(pages.size()) + " pages; read them: man " + directory + "/vostro.1\n");
}

}  // namespace

std::vector<Command> manual_commands() {
  using Kind = Option::Kind;
  return {
      {"completion",
       "Print the script that completes commands, options and names in a shell",
       {{"SHELL", Kind::positional, false, "bash or zsh"}},
       completion},
      {"man",
       "Write the manual pages into a directory",
       {{"DIR", Kind::positional, false, "A directory that exists"}},
       man},
  };
}

}  // namespace vostro::wallet
