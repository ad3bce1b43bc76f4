/// What the commands have in common: configuration, network, book, node and keys, opened with a
/// sentence where that fails.
#pragma once

#include <string>

#include "bridge/book/book.h"
#include "bridge/commands.h"
#include "bridge/config.h"
#include "client/api.h"

namespace vostro::bridge {

struct SetupError {
  Exit exit = Exit::bad_config;
  std::string sentence;
};

struct Setup {
  BridgeConfig config;
  Hash network_id;
};
[[nodiscard]] Result<Setup, SetupError> load_setup(const std::string& config_file);
[[nodiscard]] Result<Book, SetupError> open_book(const BridgeConfig& config);
/// `timeout`: for an answer, where it is not the usual one.
[[nodiscard]] Result<client::ApiClient, SetupError> open_node(
    const BridgeConfig& config, std::optional<std::chrono::milliseconds> timeout = {});
[[nodiscard]] Result<SecretKey, SetupError> open_key(const std::string& key_file,
                                                     const std::string& passphrase_file);

}  // namespace vostro::bridge
