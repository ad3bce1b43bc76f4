/// What lives on connections of a server: brings Asio, include in .cpp files only.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <memory>
#include <mutex>
#include <vector>

#include "net/http/places.h"
#include "net/http/request.h"
#include "net/stream.h"

namespace vostro::net::http {

/// What the server can do to whatever lives on a connection. Called on the connection's strand.
class Session {
 public:
  virtual ~Session() = default;
  /// There may be more to tell.
  virtual void on_news() {}
  virtual void on_stop() = 0;
  [[nodiscard]] virtual boost::asio::any_io_executor executor() = 0;
};

/// Those that live. Any thread.
class Sessions {
 public:
  void add(const std::shared_ptr<Session>& session);
  /// Runs `act` with each live one, on its strand.
  void for_each(void (*act)(Session&));

 private:
  std::mutex mutex_;
  std::vector<std::weak_ptr<Session>> sessions_;
};

/// A connection that a request takes over.
struct Upgrade {
  net::Stream stream;
  std::string head;  ///< the whole header of the request, as it arrived
  Caller caller;
  Places::Place connection, client;
  Sessions& sessions;
};

}  // namespace vostro::net::http
