#include <algorithm>
#include <iostream>

#include "genesis/cli.h"
#include "genesis/commands.h"
#include "genesis/continuation.h"

namespace vostro::genesis::cli {
namespace {

Hash hash_from(const std::string& option, const std::string& text) {
  const auto hash = fixed_from_hex<Hash>(text);
  if (!hash) refuse_usage(option + " " + text + ": write 64 hexadecimal digits");
  return *hash;
}

Successor validator_from(const std::string& text) {
  // BIC : ed25519:... : ed25519:...
  const auto parts = split(text, ':');
  if (parts.size() == 5) {
    const auto bic = parse_bic(parts[0]);
    const auto validator = public_key_from_text(parts[1] + ":" + parts[2]);
    const auto tls = public_key_from_text(parts[3] + ":" + parts[4]);
    if (bic && validator && tls) return {*bic, *validator, *tls};
  }
  refuse_usage("--validator " + text +
               ": write BIC:ed25519:...:ed25519:..., first the validator "
               "key, then the TLS key");
}

std::string text_of_file(const std::string& path) {
  auto text = read_text_file(path);
  if (!text) refuse(path, text.error());
  return *std::move(text);
}

/// Nothing that `parse` would refuse is ever written.
Definition must_parse(const std::string& path, std::string_view text) {
  auto definition = parse(text);
  if (!definition) refuse(path, definition.error());
  return *std::move(definition);
}

}  // namespace

void run_continue(const ContinueOptions& options) {
  const std::string before = text_of_file(options.genesis);
  static_cast<void>(must_parse(options.genesis, before));
  if (!before.ends_with('\n')) refuse(options.genesis + ": the last line has no end");
  Continuation continuation;
  continuation.before = network_id(before);
  continuation.height = Height(options.height);
  continuation.block = hash_from("--block", options.block);
  continuation.state_root = hash_from("--state-root", options.state_root);
  continuation.epoch = Epoch(options.epoch + 1);
  for (const std::string& text : options.validators)
    continuation.validators.push_back(validator_from(text));
  std::ranges::sort(continuation.validators, {}, &Successor::participant);
  const std::string text = before + write_continuation(continuation);
  static_cast<void>(must_parse(options.out, text));
  write_new_file(options.out, text);
  std::cout << "Written: " << options.out
            << "\nNobody has agreed yet. Each owner of a validator that was compares height, block "
               "and state root with its own\n"
               "node (vostro network status), and signs: vostro-genesis agree --bic BIC --key KEY "
            << options.out << "\n";
}

void run_agree(const AgreeOptions& options) {
  const std::string text = text_of_file(options.file);
  const Definition definition = must_parse(options.file, text);
  if (definition.continuations.empty())
    refuse(options.file + " has no continuation: there is nothing to agree to");
  const auto bic = parse_bic(options.bic);
  if (!bic) refuse_usage("--bic " + options.bic + " is no BIC");
  Continuation continuation = definition.continuations.back();
  std::cout << "What is signed: " << definition.name << " goes on after block "
            << continuation.height.value << " (" << to_hex(continuation.block.view())
            << "),\nstate root " << to_hex(continuation.state_root.view())
            << ", with these validators:\n";
  for (const Successor& each : continuation.validators)
    std::cout << "  " << to_text(each.participant) << "  " << to_text(each.validator_key)
              << "  node " << to_text(each.tls_key) << "\n";
  std::cout << std::flush;
  const auto key = load_key(options.key, read_passphrase(options.secret, false));
  if (!key) refuse(options.key + ": " + to_string(key.error()));
  sign_continuation(continuation, *bic, *key);
  const std::string signed_text = std::string(file_before(text)) + write_continuation(continuation);
  static_cast<void>(must_parse(options.file, signed_text));
  write_new_file(options.file, signed_text, true);
  std::cout << "Signed with " << to_text(key->public_key()) << " for " << to_text(*bic)
            << ".\nNetwork id, as far as it is signed: " << to_hex(network_id(signed_text).view())
            << "\nA node counts the signatures by the ledger's policies (vostro-node continue).\n";
}

}  // namespace vostro::genesis::cli
