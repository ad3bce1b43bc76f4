/// What a command works with: the node, the network's definition, the keys, the unfinished orders.
/// Each is opened when a command first asks for it, and every failure is a Stop that says what to
/// do. One thread.
#pragma once

#include <chrono>
#include <functional>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/keys.h"
#include "base/secret_text.h"
#include "client/annex_key.h"
#include "client/api.h"
#include "client/payment_journal.h"
#include "genesis/definition.h"
#include "wallet-cli/exit.h"
#include "wallet-cli/line_source.h"
#include "wallet-cli/profile.h"

namespace vostro::wallet {

/// The world outside, so that tests can be it.
struct Environment {
  std::ostream& out;
  std::ostream& err;
  bool is_terminal = false;  ///< standard output is one: colours
  std::function<UnixMillis()> now;
  Variables variables;
  /// At the terminal, without echo.
  std::function<Result<SecretText, SecretError>(std::string_view question)> ask_secret;
  /// At the terminal; empty where there is none to ask at.
  std::function<std::optional<std::string>(std::string_view question)> ask_line;
  /// Waits until a node that is busy may be asked again.
  std::function<void(std::chrono::milliseconds)> pause = [](std::chrono::milliseconds) {};
  /// What `quote publish --stream` reads.
  std::function<std::unique_ptr<LineSource>(const std::string& path)> open_lines = open_line_source;
};

class Wallet {
 public:
  Wallet(Settings settings, Environment& environment);

  [[nodiscard]] const Settings& settings() const { return settings_; }
  [[nodiscard]] Environment& environment() { return environment_; }
  [[nodiscard]] UnixMillis now_ms() const { return environment_.now(); }
  [[nodiscard]] UnixSeconds now() const { return UnixSeconds(environment_.now().value / 1000); }
  [[nodiscard]] std::optional<Bic> participant() const;

  /// The node. Where a genesis file is configured, a node of another network is refused (catalogue
  /// row K4).
  [[nodiscard]] client::ApiClient& api();
  /// The network that is signed for: from the genesis file, never from what a node says.
  [[nodiscard]] const genesis::Definition& network();
  [[nodiscard]] client::PaymentJournal& journal();
  /// The journal, where its directory exists already.
  [[nodiscard]] bool has_journal();
  [[nodiscard]] std::vector<SecretKey> keys();
  /// The key that opens annexes: the settings', or "annex" of the key directory. Null where there
  /// is none. Stop where it does not open.
  [[nodiscard]] const client::AnnexKey* annex_key();
  /// Path of a key by its name or path; Stop where there is none.
  [[nodiscard]] std::string key_path(const std::string& name) const;
  [[nodiscard]] Passphrase new_passphrase();

 private:
  [[nodiscard]] Passphrase annex_passphrase(const std::string& path);
  [[nodiscard]] const Passphrase& passphrase_of_descriptor();
  [[nodiscard]] Passphrase passphrase_for(std::size_t index, const std::string& path);
  [[nodiscard]] std::string journal_path();

  Settings settings_;
  Environment& environment_;
  std::optional<client::ApiClient> api_;
  std::optional<genesis::Definition> network_;
  std::optional<client::PaymentJournal> journal_;
  std::optional<client::AnnexKey> annex_key_;
  std::optional<Passphrase> of_descriptor_;
};

/// How a failed call ends a command that only reads.
[[nodiscard]] Stop stop_of(const client::ApiError& error);
[[nodiscard]] Stop stop_of(const client::JournalError& error);

template <class T>
[[nodiscard]] T must(Result<T, client::ApiError> result) {
  if (!result) throw stop_of(result.error());
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}

/// Names of the keys in a directory: files that end in ".key", without that, ascending.
[[nodiscard]] std::vector<std::string> key_names(const std::string& directory);

}  // namespace vostro::wallet
