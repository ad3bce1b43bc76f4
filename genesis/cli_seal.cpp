#include <iostream>

#include "genesis/cli.h"
#include "genesis/commands.h"

namespace vostro::genesis::cli {

void run_seal(const SealOptions& options) {
  const Draft draft = load_draft(options.network);
  const Hash hash = draft_hash(draft);
  std::vector<SignedEntry> entries;
  for (const std::string& path : options.entries) {
    const auto text = read_text_file(path);
    if (!text) refuse(path, text.error());
    auto entry = parse_entry(*text, draft);
    if (!entry) refuse(path, entry.error());
    if (const auto ok = check_signatures(*entry, hash); !ok) refuse(path, ok.error());
    entries.push_back(*std::move(entry));
  }
  const auto sealed = seal(draft, std::move(entries));
  if (!sealed) refuse("not sealed: " + to_string(sealed.error()));
  write_new_file(options.out, *sealed);
  std::cout << "Sealed: " << options.out << "\nNetwork id: " << to_hex(network_id(*sealed).view())
            << "\nSend the file to all banks. Each reads it (vostro-genesis inspect) and compares "
               "the id by another way\n"
               "than the one the file came by, for example by telephone.\n";
}

void run_check(const std::string& path) {
  const auto definition = load(path);
  if (!definition) refuse(path, definition.error());
  std::cout << path << " is in order: " << definition->name << ", "
            << definition->state.participants.size() << " participants, "
            << definition->state.validators.size() << " validators, "
            << definition->state.currencies.size() << " currencies"
            << (definition->development ? ", a DEVELOPMENT network" : "")
            << ".\nNetwork id: " << to_hex(definition->network_id.view()) << "\n";
}

/// An id of something that is no network would only mislead, so the file is checked before.
void run_id(const std::string& path) {
  const auto definition = load(path);
  if (!definition) refuse(path, definition.error());
  std::cout << to_hex(definition->network_id.view()) << "\n";
}

}  // namespace vostro::genesis::cli
