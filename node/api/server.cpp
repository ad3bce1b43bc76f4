#include "node/api/server.h"

#include <algorithm>

#include "net/http/metrics_text.h"
#include "net/http/server.h"
#include "node/api/core.h"
#include "node/api/problem.h"
#include "node/api/routes.h"
#include "node/webhooks/webhooks.h"

namespace vostro::node::api {
namespace {

constexpr std::string_view kCanonicalBytes = "application/octet-stream";

/// "Not there" is only true while the store can be read; a full disk does not keep it from reading.
Response checked(const Core& core, Response response) {
  if (response.status != 404) return response;
  const auto fault = core.context.service.store().failure();
  const bool is_unreadable = fault && fault->fault != chain::StoreFault::out_of_space;
  return is_unreadable ? refuse(problems::store_failed) : std::move(response);
}
MakeResponse checked(const Core& core, MakeResponse make) {
  if (!make) return make;
  return [&core, make = std::move(make)] { return checked(core, make()); };
}

}  // namespace

struct Server::Impl {
  Impl(const Options& options, Service& service, std::unique_ptr<net::http::Server> listening)
      : core(options, service), http(std::move(listening)) {}

  [[nodiscard]] std::string metrics() const {
    net::http::MetricsText out;
    out.counter("vostro_api_dropped_streams_total", "Event streams that did not keep up.",
                net::http::metric(core.dropped_streams.load()));
    out.gauge("vostro_api_streams", "Open event streams.", net::http::metric(core.streams.taken()));
    webhooks->add_metrics(out);
    return core.context.service.metrics_text() + http->metrics() + out.text();
  }

  [[nodiscard]] net::http::Route bound(const Route& from) {
    net::http::Route route{from.method, from.pattern, from.role, {}};
    if (from.takes_binary) route.large_body = kCanonicalBytes;
    route.gives_much = from.gives_much;
    if (const auto* handler = std::get_if<Handler>(&from.handler)) {
      route.is_own_page = *handler == &get_console;
      route.handler = net::http::Answering([this, handle = *handler](const Request& request) {
        return checked(core, handle(core.context, request));
      });
    } else if (const auto* async = std::get_if<AsyncHandler>(&from.handler)) {
      route.handler =
          net::http::Waiting([this, handle = *async](const Request& request, Answer answer) {
            return checked(core, handle(core.context, request,
                                        [this, answer = std::move(answer)](MakeResponse make) {
                                          answer(checked(core, std::move(make)));
                                        }));
          });
    } else if (std::holds_alternative<Metrics>(from.handler)) {
      route.handler = net::http::Answering([this](const Request&) {
        Response response;
        response.content_type = "text/plain; version=0.0.4";
        response.body = metrics();
        return response;
      });
    } else {
      route.handler = net::http::Upgrading(
          [this](const Request& request) { return upgrade_to_events(core, request); });
    }
    return route;
  }

  void stop() {
    if (is_stopped) return;
    is_stopped = true;
    webhooks->stop();
    http->stop();
  }

  Core core;
  std::unique_ptr<Webhooks> webhooks;       ///< there before the first request
  std::unique_ptr<net::http::Server> http;  ///< ends first: its handlers use the others
  bool is_stopped = false;
};

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::~Server() {
  stop();
}
void Server::stop() {
  impl_->stop();
}
std::uint16_t Server::port() const {
  return impl_->http->port();
}
std::string Server::url() const {
  return impl_->http->url();
}

Result<std::unique_ptr<Server>, std::string> Server::start(const Options& options,
                                                           Service& service) {
  auto listening = net::http::Server::listen(options);
  if (!listening) return fail(listening.error());
  auto webhooks = Webhooks::start(options.webhooks, service.store(), options.bank, Height(0));
  if (!webhooks) return fail(webhooks.error());
  auto impl = std::make_unique<Impl>(options, service, *std::move(listening));
  impl->webhooks = *std::move(webhooks);
  impl->core.context.webhooks = impl->webhooks.get();
  Impl* raw = impl.get();
  service.on_block([raw, gate = raw->http->gate()](Height height) {
    gate->if_open([&] {
      raw->core.announced = std::max(raw->core.announced.load(), height.value);
      raw->webhooks->announce(height);
      raw->http->announce();
    });
  });
  std::vector<net::http::Route> table;
  for (const Route& route : routes()) table.push_back(raw->bound(route));
  raw->http->serve(std::move(table));
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

}  // namespace vostro::node::api
