#include "bridge/setup.h"

#include "base/keystore.h"
#include "bridge/agent.h"
#include "bridge/desk.h"
#include "genesis/definition.h"

namespace vostro::bridge {

Result<Setup, SetupError> load_setup(const std::string& config_file) {
  auto config = load_config(config_file);
  if (!config) return fail(SetupError{Exit::bad_config, config.error().sentence});
  const auto definition = genesis::load(config->genesis_file);
  if (!definition)
    return fail(
        SetupError{Exit::bad_config, config->genesis_file + ": " + to_string(definition.error())});
  return Setup{*std::move(config), definition->network_id};
}

Result<Book, SetupError> open_book(const BridgeConfig& config) {
  SecretText password;
  if (!config.database_password_file.empty()) {
    auto read = read_secret_from_file(config.database_password_file);
    if (!read)
      return fail(SetupError{Exit::bad_config, config.database_password_file + ": " +
                                                   std::string(to_string(read.error()))});
    password = *std::move(read);
  }
  auto book = Book::open(config.database, std::move(password), wall_clock());
  if (!book) return fail(SetupError{Exit::failed, to_string(book.error())});
  return *std::move(book);
}

Result<client::ApiClient, SetupError> open_node(const BridgeConfig& config,
                                                std::optional<std::chrono::milliseconds> timeout) {
  auto token = client::load_token(config.token_file);
  if (!token)
    return fail(SetupError{Exit::bad_config,
                           config.token_file + ": " + std::string(to_string(token.error()))});
  client::ApiOptions options;
  options.ca_file = config.ca_file;
  if (timeout) options.connect_timeout = options.timeout = *timeout;
  return client::ApiClient(config.node, *std::move(token), options);
}

Result<SecretKey, SetupError> open_key(const std::string& key_file,
                                       const std::string& passphrase_file) {
  auto passphrase = passphrase_file.empty() ? ask_secret("Passphrase of " + key_file + ": ")
                                            : read_secret_from_file(passphrase_file);
  if (!passphrase)
    return fail(
        SetupError{Exit::bad_config,
                   (passphrase_file.empty() ? "the passphrase of " + key_file : passphrase_file) +
                       ": " + std::string(to_string(passphrase.error()))});
  auto key = load_key(key_file, *passphrase);
  if (!key) return fail(SetupError{Exit::bad_config, key_file + ": " + to_string(key.error())});
  return *std::move(key);
}

Result<Desk, SetupError> open_desk(const std::string& config_file) {
  auto setup = load_setup(config_file);
  if (!setup) return fail(setup.error());
  auto book = open_book(setup->config);
  if (!book) return fail(book.error());
  return Desk{*std::move(setup), *std::move(book)};
}

std::string amount_text(const Money& amount) {
  return format_amount(amount.units, iso4217_exponent(amount.currency).value_or(2)) + " " +
         to_text(amount.currency);
}

}  // namespace vostro::bridge
