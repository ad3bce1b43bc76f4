#include "bridge/api/gateway.h"

#include <atomic>

#include "base/log.h"
#include "bridge/agent.h"
#include "bridge/api/counter.h"
#include "bridge/api/embedded_files.h"
#include "bridge/api/gauges.h"
#include "net/http/server.h"

namespace vostro::bridge {
namespace {

using net::http::refuse;
using net::http::Role;

namespace problems = api::problems;

/// A loop that was busy for so long hangs: a turn has steps of seconds at most.
constexpr std::chrono::seconds kStallTime{60};

/// What costs something to find out, and needs no token, is found out once for whoever asks so
/// soon.
constexpr std::chrono::seconds kKept{1};

net::http::Response word(std::string_view status) {
  net::http::Response response;
  response.body = "{\"status\":\"" + std::string(status) + "\"}";
  return response;
}

}  // namespace

struct Gateway::Impl {
  using Clock = std::chrono::steady_clock;

  Impl(Parts parts, std::unique_ptr<net::http::Server> listening)
      : book(std::move(parts.book)),
        directories(std::move(parts.directories)),
        node(std::move(parts.node)),
        network_id(parts.network_id),
        counter(book, directories, parts.sign_key, parts.bank_key),
        server(std::move(listening)) {}

  [[nodiscard]] std::optional<Height> node_height() {
    const std::lock_guard lock(node_mutex);
    if (Clock::now() < node_again_at) return std::nullopt;
    const auto status = node.status();
    if (status) return status->height;
    node_again_at = Clock::now() + kKept;
    return std::nullopt;
  }

  [[nodiscard]] bool is_stalled() const { return Clock::now() - beaten_at.load() > kStallTime; }

  [[nodiscard]] net::http::Response health() const {
    return is_stalled() ? refuse(problems::stalled) : word("up");
  }

  [[nodiscard]] net::http::Response ready() {
    if (is_stalled()) return refuse(problems::stalled);
    if (stage != Stage::active) return refuse(problems::not_active, {.retry_after_s = 1});
    if (!book.read([](BookTransaction& rows) { static_cast<void>(outbox_size(rows)); }))
      return refuse(problems::book_unavailable, {.retry_after_s = 1});
    if (!node_height()) return refuse(problems::node_unavailable, {.retry_after_s = 1});
    return word("ready");
  }

  [[nodiscard]] std::string metrics_text() {
    net::http::MetricsText out;
    out.gauge("vostro_bridge_active", "1 where this bridge has the lease of the book.",
              stage == Stage::waiting ? 0 : 1);
    out.gauge("vostro_bridge_restoring", "1 while an older copy of the book reads again.",
              stage == Stage::restoring ? 1 : 0);
    api::add_gauges(out, book, directories, network_id, node_height(), wall_clock());
    return out.text() + server->metrics();
  }

  [[nodiscard]] net::http::Response metrics() {
    net::http::Response response;
    response.content_type = "text/plain; version=0.0.4";
    {
      const std::lock_guard lock(metrics_mutex);
      if (Clock::now() < metrics_again_at) {
        response.body = kept_metrics;
        return response;
      }
    }
    // Without the lock: where this hangs, the next one does not wait for it.
    response.body = metrics_text();
    const std::lock_guard lock(metrics_mutex);
    kept_metrics = response.body;
    metrics_again_at = Clock::now() + kKept;
    return response;
  }

  [[nodiscard]] std::vector<net::http::Route> routes() {
    using net::http::Answering;
    using net::http::Request;
    const auto by_counter = [this](net::http::Response (api::Counter::*act)(const Request&)) {
      return Answering([this, act](const Request& request) { return (counter.*act)(request); });
    };
    const auto open = [](auto act) {
      return Answering([act](const Request& request) {
        if (auto bad = net::http::QueryReader(request).finish()) return *std::move(bad);
        return act(request);
      });
    };
    return {
        {"GET", "/healthz", {}, open([this](const Request&) { return health(); })},
        {"GET", "/readyz", {}, open([this](const Request&) { return ready(); })},
        {"GET", "/metrics", {}, open([this](const Request&) { return metrics(); })},
        {"GET", "/openapi.json", {}, open([](const Request& request) {
           return net::http::serve_file(api::description_files().front(), request);
         })},
        {"POST", "/v1/messages/in", Role::write,
         net::http::Waiting([this](const Request& request, net::http::Answer answer) {
           return counter.post(request, std::move(answer));
         }),
         api::message_type},
        {"GET", "/v1/messages/in/{hash}", Role::read, by_counter(&api::Counter::outcome)},
        {"GET", "/v1/messages/out", Role::read, by_counter(&api::Counter::list)},
        {"GET", "/v1/messages/out/{name}", Role::read, by_counter(&api::Counter::fetch)},
        {"DELETE", "/v1/messages/out/{name}", Role::write, by_counter(&api::Counter::take_out)},
    };
  }

  api::SharedBook book;
  Directories directories;
  std::mutex node_mutex;
  client::ApiClient node;
  Clock::time_point node_again_at;  ///< it did not answer
  std::mutex metrics_mutex;
  std::string kept_metrics;
  Clock::time_point metrics_again_at;
  Hash network_id;
  api::Counter counter;
  std::atomic<Clock::time_point> beaten_at{Clock::now()};
  std::atomic<Stage> stage{Stage::waiting};
  std::unique_ptr<net::http::Server> server;  ///< ends first: its handlers use the others
};

Gateway::Gateway(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Gateway::~Gateway() = default;

Result<std::unique_ptr<Gateway>, std::string> Gateway::start(Parts parts) {
  auto listening = net::http::Server::listen(parts.options);
  if (!listening) return fail(listening.error());
  auto impl = std::make_unique<Impl>(std::move(parts), *std::move(listening));
  impl->server->serve(impl->routes());
  log::info("the API listens", {{"api", impl->server->url()}});
  return std::unique_ptr<Gateway>(new Gateway(std::move(impl)));
}

void Gateway::beat(Stage stage) {
  impl_->beaten_at = Impl::Clock::now();
  if (impl_->stage.exchange(stage) != stage) impl_->counter.set_active(stage == Stage::active);
}
std::vector<ReceivedFile> Gateway::posted() {
  return impl_->counter.posted();
}
void Gateway::tell_outcomes() {
  impl_->counter.tell_outcomes();
}
std::string Gateway::url() const {
  return impl_->server->url();
}

}  // namespace vostro::bridge
