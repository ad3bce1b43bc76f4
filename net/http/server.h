/// An HTTP server over a table of routes: framing judged before any parser, tokens with roles and
/// rates, limits, TLS, problems. It knows nothing of what is served. Owns its threads. Asio and
/// Beast stay in the .cpp files. Source: threat model 2.5.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "net/http/options.h"
#include "net/http/places.h"
#include "net/http/routes.h"

namespace vostro::net::http {

class Server {
 public:
  /// Takes the address; connections wait until `serve`. Errors: a sentence for the operator: an
  /// address that cannot be listened on, one that is not loopback without TLS, a certificate or key
  /// that cannot be used.
  [[nodiscard]] static Result<std::unique_ptr<Server>, std::string> listen(Options options);
  /// Stops, if still running.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Once. Handlers are called on the server's threads, several at once.
  void serve(std::vector<Route> routes);
  /// Takes no more connections, ends what is open, lets requests under way finish for at most two
  /// seconds, ends the threads.
  void stop();

  /// Tells whatever lives on connections that there may be more to tell. Any thread.
  void announce();
  /// Closed once handlers and what they left behind are called no more.
  [[nodiscard]] std::shared_ptr<Gate> gate() const;

  [[nodiscard]] bool is_stopping() const;
  [[nodiscard]] std::uint16_t port() const;
  /// "http://127.0.0.1:8080"
  [[nodiscard]] std::string url() const;
  /// Of connections and answers, as Prometheus reads them: vostro_api_*.
  [[nodiscard]] std::string metrics() const;

 private:
  struct Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace vostro::net::http
