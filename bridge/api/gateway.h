/// The bridge's HTTP side (docs/bridge.md): messages in and out beside the watched directories,
/// with the same idempotency, and what watches the bridge. A message that is posted is put into
/// `in`, as a file of another would be, before it is answered; the loop takes it from here or,
/// after a crash, from there.
///
/// The server's threads read the book by a connection of their own and write nothing into it.
/// Source: threat model 2.5 and 2.7.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/keys.h"
#include "bridge/book/book.h"
#include "bridge/channel/directories.h"
#include "client/api.h"
#include "net/http/options.h"

namespace vostro::bridge {

/// Posted files that the loop has not taken yet; beyond it nothing is taken (429).
inline constexpr std::size_t posted_files_max = 1'000;
inline constexpr std::size_t posted_bytes_max = std::size_t{64} * 1024 * 1024;

class Gateway {
 public:
  struct Parts {
    net::http::Options options;
    Book book;                ///< a connection of its own
    Directories directories;  ///< those of the channel
    client::ApiClient node;   ///< to ask for its height; its times are short
    const SecretKey& sign_key;
    PublicKey bank_key;
    Hash network_id;
  };
  /// Listens and serves. Errors: a sentence for the operator.
  [[nodiscard]] static Result<std::unique_ptr<Gateway>, std::string> start(Parts parts);
  ~Gateway();
  Gateway(const Gateway&) = delete;
  Gateway& operator=(const Gateway&) = delete;

  // What follows is for the loop, its one thread.

  enum class Stage : std::uint8_t {
    waiting,    ///< Another bridge has the lease of the book.
    restoring,  ///< The book is an older copy: it reads again before it takes anything.
    active,
  };
  /// The loop is alive, and there.
  void beat(Stage stage);
  /// Files that were posted since the last call; they lie in `in`, too.
  [[nodiscard]] std::vector<ReceivedFile> posted();
  /// Answers who waits for what became of a message that the book knows by now.
  void tell_outcomes();

  [[nodiscard]] std::string url() const;

 private:
  struct Impl;
  explicit Gateway(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace vostro::bridge
