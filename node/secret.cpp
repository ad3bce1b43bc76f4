#include "node/secret.h"

#include "base/keystore.h"
#include "base/secret_text.h"

namespace vostro::node {

Result<SecretKey, std::string> load_secret(const std::string& key_file,
                                           const std::string& passphrase_file) {
  auto passphrase = passphrase_file.empty() ? ask_secret("Passphrase of " + key_file + ": ")
                                            : read_secret_from_file(passphrase_file);
  if (!passphrase) {
    return fail((passphrase_file.empty() ? "the passphrase of " + key_file : passphrase_file) +
                ": " + std::string(to_string(passphrase.error())));
  }
  auto key = load_key(key_file, *passphrase);
  if (!key) return fail(key_file + ": " + to_string(key.error()));
  return std::move(*key);
}

}  // namespace vostro::node
