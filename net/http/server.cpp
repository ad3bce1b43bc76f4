#include "net/http/server.h"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <condition_variable>
#include <thread>

#include "base/log.h"
#include "base/private_file.h"
#include "net/http/core.h"
#include "net/http/metrics_text.h"

namespace vostro::net::http {
namespace {

constexpr std::size_t kPemSizeMax = 64 * 1024;
constexpr std::chrono::seconds kStopTime{2};
constexpr std::chrono::milliseconds kAcceptAgain{100};

Result<void, std::string> use_certificate(Core& core) {
  const Options& options = core.options;
  const auto certificate = read_private_file(options.tls_certificate, kPemSizeMax);
  if (!certificate)
    return fail(options.tls_certificate + ": " + std::string(to_string(certificate.error())));
  const auto key = read_private_file(options.tls_key, kPemSizeMax);
  if (!key) return fail(options.tls_key + ": " + std::string(to_string(key.error())));
  asio::ssl::context& tls = core.tls.emplace(asio::ssl::context::tls_server);
  error_code ec;
  tls.set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_tlsv1 |
                      asio::ssl::context::no_tlsv1_1 | SSL_OP_NO_COMPRESSION |
                      SSL_OP_NO_RENEGOTIATION,
                  ec);
  tls.use_certificate_chain(asio::buffer(*certificate), ec);
  if (ec) return fail(options.tls_certificate + " holds no certificate in PEM form");
  tls.use_private_key(asio::buffer(*key), asio::ssl::context::pem, ec);
  if (ec)
    return fail(options.tls_key +
                " holds no private key in PEM form, or not that of the certificate");
  return {};
}

}  // namespace

Core::Core(Options with)
    : options(std::move(with)),
      io(static_cast<int>(options.threads)),
      tokens(options.token_file),
      connections(options.limits.connections),
      clients(options.limits.connections_per_client),
      waiting(options.limits.waiting),
      large_bodies(options.limits.large_bodies) {}

void Sessions::add(const std::shared_ptr<Session>& session) {
  const std::lock_guard lock(mutex_);
  std::erase_if(sessions_, [](const auto& each) { return each.expired(); });
  sessions_.push_back(session);
}

void Sessions::for_each(void (*act)(Session&)) {
  const std::lock_guard lock(mutex_);
  for (const auto& each : sessions_) {
    if (auto session = each.lock()) {
      const asio::any_io_executor executor = session->executor();
      asio::post(executor, [session = std::move(session), act] { act(*session); });
    }
  }
}

std::string Core::metrics() const {
  MetricsText out;
  for (std::size_t i = 1; i < counters.by_class.size(); ++i) {
    out.counter("vostro_api_requests_total", "Answers of the API.",
                metric(counters.by_class[i].load()), {{"status", std::to_string(i) + "xx"}});
  }
  out.counter("vostro_api_refused_connections_total", "Connections beyond the limits.",
              metric(counters.refused_connections.load()));
  out.counter("vostro_api_malformed_total", "Requests whose header was refused.",
              metric(counters.malformed.load()));
  out.counter("vostro_api_rate_limited_total", "Requests beyond their token's rate.",
              metric(counters.rate_limited.load()));
  out.gauge("vostro_api_connections", "Open connections.", metric(connections.taken()));
  out.gauge("vostro_api_waiting", "Requests that wait for their outcome.", metric(waiting.taken()));
  return out.text();
}

struct Server::Impl {
  explicit Impl(Options options)
      : core(std::move(options)),
        acceptor(asio::make_strand(core.io)),
        again(acceptor.get_executor()) {}

  Result<void, std::string> listen() {
    const Options& options = core.options;
    const std::string where = options.host + ":" + std::to_string(options.port);
    error_code ec;
    const auto address = asio::ip::make_address(options.host, ec);
    if (ec) return fail("the API cannot listen on " + options.host + ": it is no address");
    const tcp::endpoint endpoint(address, options.port);
    acceptor.open(endpoint.protocol(), ec);
    if (!ec) acceptor.set_option(asio::socket_base::reuse_address(true), ec);
    if (!ec) acceptor.bind(endpoint, ec);
    if (!ec) acceptor.listen(asio::socket_base::max_listen_connections, ec);
    if (ec) return fail("the API cannot listen on " + where + ": " + ec.message());
    port = acceptor.local_endpoint(ec).port();
    return {};
  }

  void accept() {
    acceptor.async_accept(asio::make_strand(core.io), [this](error_code ec, tcp::socket socket) {
      if (core.stopping) return;
      if (!ec) {
        take(std::move(socket));
        return accept();
      }
      // Out of descriptors, mostly: what is open must end first.
      log::warning("the API cannot accept a connection", {{"error", ec.message()}});
      again.expires_after(kAcceptAgain);
      again.async_wait([this](error_code cancelled) {
        if (!cancelled && !core.stopping) accept();
      });
    });
  }

  void take(tcp::socket socket) {
    error_code ec;
    const auto peer = socket.remote_endpoint(ec);
    if (ec) return;
    Places::Place place = core.connections.take();
    Places::Place client = core.clients.take(peer.address().to_string());
    if (!place || !client) {
      ++core.counters.refused_connections;
      if (!core.tls) {
        // Whatever fits the socket's buffer; a client that does not read it is closed all the same.
        static constexpr std::string_view kRefusal =
            "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: "
            "close\r\n\r\n";
        socket.non_blocking(true, ec);
        socket.write_some(asio::buffer(kRefusal.data(), kRefusal.size()), ec);
      }
      return;
    }
    // An answer is one write: waiting to fill a packet would only delay it.
    socket.set_option(tcp::no_delay(true), ec);
    asio::ssl::context* tls = core.tls ? &*core.tls : nullptr;
    serve_connection(core, net::Stream(std::move(socket), tls), std::move(place),
                     std::move(client));
  }

  void run() {
    for (unsigned i = 0; i < core.options.threads; ++i) {
      threads.emplace_back([this] {
        core.io.run();
        const std::lock_guard lock(mutex);
        ++ended;
        changed.notify_all();
      });
    }
  }

  void stop() {
    if (core.stopping.exchange(true)) return;
    asio::post(acceptor.get_executor(), [this] {
      error_code ignored;  // it ends either way
      acceptor.close(ignored);
      again.cancel();
    });
    core.sessions.for_each([](Session& session) { session.on_stop(); });
    work.reset();
    {
      std::unique_lock lock(mutex);
      changed.wait_for(lock, kStopTime, [this] { return ended == threads.size(); });
    }
    core.gate->close();
    core.io.stop();
    for (std::thread& thread : threads) thread.join();
  }

  Core core;
  tcp::acceptor acceptor;
  asio::steady_timer again;
  std::optional<asio::executor_work_guard<asio::io_context::executor_type>> work{
      asio::make_work_guard(core.io)};
  std::vector<std::thread> threads;
  std::uint16_t port = 0;
  std::mutex mutex;
  std::condition_variable changed;
  std::size_t ended = 0;
};

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::~Server() {
  stop();
}
void Server::stop() {
  impl_->stop();
}
std::uint16_t Server::port() const {
  return impl_->port;
}

std::string Server::url() const {
  const Options& options = impl_->core.options;
  const bool is_v6 = options.host.find(':') != std::string::npos;
  return std::string(impl_->core.tls ? "https" : "http") + "://" +
         (is_v6 ? "[" + options.host + "]" : options.host) + ":" + std::to_string(impl_->port);
}

std::string Server::metrics() const {
  return impl_->core.metrics();
}
bool Server::is_stopping() const {
  return impl_->core.stopping;
}
std::shared_ptr<Gate> Server::gate() const {
  return impl_->core.gate;
}
void Server::announce() {
  impl_->core.sessions.for_each([](Session& session) { session.on_news(); });
}

Result<std::unique_ptr<Server>, std::string> Server::listen(Options options) {
  if (options.tls_certificate.empty() && !is_loopback(options.host))
    return fail("the API may listen on " + options.host +
                " only with TLS: set tls_certificate and tls_key, or a loopback address");
  auto impl = std::make_unique<Impl>(std::move(options));
  if (!impl->core.options.tls_certificate.empty())
    if (const auto used = use_certificate(impl->core); !used) return fail(used.error());
  if (const auto listening = impl->listen(); !listening) return fail(listening.error());
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

void Server::serve(std::vector<Route> routes) {
  impl_->core.routes = std::move(routes);
  impl_->run();
  asio::post(impl_->acceptor.get_executor(), [raw = impl_.get()] { raw->accept(); });
}

}  // namespace vostro::net::http
