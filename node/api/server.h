/// The HTTP and WebSocket server of a node: docs/api.md over the Service port. Owns its threads;
/// nothing else in the node waits for it. The server itself is net/http.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "node/api/options.h"
#include "node/service.h"

namespace vostro::node::api {

class Server {
 public:
  /// Listens and serves. `service` outlives the server. Errors: a sentence for the operator: an
  /// address that cannot be listened on, one that is not loopback without TLS, a certificate or key
  /// that cannot be used.
  [[nodiscard]] static Result<std::unique_ptr<Server>, std::string> start(const Options& options,
                                                                          Service& service);
  /// Stops, if still running.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Takes no more connections, ends event streams with close code 1001, lets requests under way
  /// finish for at most two seconds, ends the threads.
  void stop();

  [[nodiscard]] std::uint16_t port() const;
  /// "http://127.0.0.1:8080"
  [[nodiscard]] std::string url() const;

 private:
  struct Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace vostro::node::api
