#include <algorithm>
#include <array>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <cctype>

#include "base/log.h"
#include "net/http/core.h"
#include "net/http/head.h"
#include "net/http/problem.h"
#include "net/http/session.h"

namespace vostro::net::http {
namespace {

namespace beast_http = beast::http;
using std::chrono::milliseconds;

constexpr milliseconds kLingerTime{1'000};
/// What a request that waits still gets when the server stops: less than the time the
/// server takes for stopping, so that its answer gets out.
constexpr milliseconds kLastWait{1'000};
constexpr std::size_t kLingerBytesMax = 1024 * 1024;
constexpr std::string_view kWait = "wait";  // the parameter of requests that wait
constexpr beast::string_view kOwnFields = "vostro-";
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

std::string_view view_of(beast::string_view text) {
  return {text.data(), text.size()};
}

UnixSeconds wall_seconds() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return UnixSeconds(
      static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(now).count()));
}

/// Assigning an empty string keeps the memory of a long one.
void free_text(std::string& text) {
  std::string().swap(text);
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return lower;
}

std::string media_type_of(std::string_view value) {
  std::string type = lower_case(value.substr(0, value.find(';')));
  while (!type.empty() && type.back() == ' ') type.pop_back();
  return type;
}

std::string head_of(const Response& response, bool keep_alive) {
  std::string head = "HTTP/1.1 " + std::to_string(response.status) + " ";
  head += view_of(beast_http::obsolete_reason(beast_http::int_to_status(response.status)));
  // What has not changed has no length of its own to tell (RFC 9110, 8.6).
  if (response.status != 304) {
    head += "\r\nContent-Type: " + response.content_type +
            "\r\nContent-Length: " + std::to_string(response.body.size());
  }
  head += "\r\nCache-Control: " + response.cache_control + "\r\nX-Content-Type-Options: nosniff";
  for (const auto& [name, value] : response.headers) head += "\r\n" + name + ": " + value;
  head += keep_alive ? "\r\nConnection: keep-alive\r\n\r\n" : "\r\nConnection: close\r\n\r\n";
  return head;
}

/// One HTTP connection: reads a request, answers it, reads the next. All of it runs on the
/// connection's strand.
class Connection final : public Session, public std::enable_shared_from_this<Connection> {
 public:
  Connection(Core& core, net::Stream stream, Places::Place place, Places::Place client)
      : core_(core),
        stream_(std::move(stream)),
        executor_(stream_.get_executor()),
        timer_(executor_),
        place_(std::move(place)),
        client_(std::move(client)) {}

  void start() {
    if (!stream_.is_tls()) return read_head();
    arm(core_.options.limits.header_time, [](Connection& self) { self.close(); });
    stream_.async_handshake(asio::ssl::stream_base::server,
                            [self = shared_from_this()](error_code ec) {
                              if (ec) return self->close();
                              self->read_head();
                            });
  }

  void on_stop() override {
    if (is_between_requests_) return close();
    if (is_waiting_) arm(kLastWait, &give_up);
  }
  [[nodiscard]] asio::any_io_executor executor() override { return executor_; }

 private:
  using OnExpiry = void (*)(Connection&);

  /// One deadline at a time; an earlier one is void. The deadline also keeps the connection alive
  /// while nothing is read or written: while it waits for an answer.
  void arm(milliseconds time, OnExpiry on_expiry) {
    timer_.expires_after(time);
    timer_.async_wait(
        [self = shared_from_this(), on_expiry, round = ++timer_round_](error_code ec) {
          if (!ec && self->timer_round_ == round) on_expiry(*self);
        });
  }
  void disarm() {
    ++timer_round_;
    timer_.cancel();
  }
  void close() {
    disarm();
    stream_.close();
  }

  // Reading.

  void read_head() {
    is_between_requests_ = true;
    head_started_ = false;
    parser_.emplace();
    free_text(request_.body);
    request_ = {};
    route_ = nullptr;
    if (core_.stopping) return close();
    arm(core_.options.limits.idle_time, [](Connection& self) { self.close(); });
    look_at_head();
  }

  void look_at_head() {
    const auto data = buffer_.data();
    const std::string_view bytes(static_cast<const char*>(data.data()), data.size());
    const HeadScan scan = scan_head(bytes, core_.options.limits.header_bytes);
    if (scan.fault != HeadFault::none) {
      ++core_.counters.malformed;
      if (scan.fault == HeadFault::too_large)
        return refuse_and_close(refuse(problems::header_too_large));
      return refuse_and_close(
          refuse(problems::bad_header, {.detail = std::string(to_string(scan.fault))}));
    }
    if (scan.is_complete()) return take_head(scan.size);
    if (!bytes.empty() && !head_started_) {
      head_started_ = true;
      is_between_requests_ = false;
      arm(core_.options.limits.header_time,
          [](Connection& self) { self.refuse_and_close(refuse(problems::timeout)); });
    }
    stream_.async_read_some(buffer_.prepare(core_.options.limits.header_bytes),
                            [self = shared_from_this()](error_code ec, std::size_t size) {
                              if (self->is_refusing_) return;  // its time was over
                              if (ec) return self->close();
                              self->buffer_.commit(size);
                              self->look_at_head();
                            });
  }

  void take_head(std::size_t size) {
    is_between_requests_ = false;
    head_.assign(static_cast<const char*>(buffer_.data().data()), size);
    parser_->header_limit(static_cast<std::uint32_t>(core_.options.limits.header_bytes + 1));
    parser_->body_limit(core_.options.limits.large_body_bytes);
    error_code ec;
    parser_->put(asio::buffer(head_), ec);
    buffer_.consume(size);
    if (ec == beast_http::error::body_limit)
      return refuse_and_close(refuse(problems::body_too_large));
    if ((ec && ec != beast_http::error::need_more) || !parser_->is_header_done()) {
      ++core_.counters.malformed;
      return refuse_and_close(refuse(problems::bad_header));
    }
    keep_alive_ = parser_->get().keep_alive();
    if (auto refusal = prepare()) {
      if (parser_->is_done()) return write(*std::move(refusal));
      return refuse_and_close(*std::move(refusal));
    }
    read_body();
  }

  /// Everything that can be said before the body is read. The answer, where that is a refusal.
  std::optional<Response> prepare() {
    const auto& header = parser_->get();
    request_.method = std::string(view_of(header.method_string()));
    request_.content_type = media_type_of(view_of(header[beast_http::field::content_type]));
    request_.if_none_match = std::string(view_of(header[beast_http::field::if_none_match]));
    auto target = read_target(view_of(header.target()));
    if (!target || !is_public(target->segments)) {
      if (auto refusal = identify()) return refusal;
    }
    if (!target) return std::move(target.error());
    auto match = find_row(core_.routes, request_.method, target->segments);
    if (!match) return std::move(match.error());
    route_ = match->route;
    request_.captured = std::move(match->captured);
    for (const auto& field : header) {
      if (beast::iequals(field.name_string().substr(0, kOwnFields.size()), kOwnFields))
        request_.own_fields.emplace_back(lower_case(view_of(field.name_string())),
                                         std::string(view_of(field.value())));
    }
    request_.query = std::move(target->query);
    if (route_->role && !may(request_.caller.role, *route_->role))
      return refuse(problems::not_permitted);
    if (auto refusal = check_origin()) return refusal;
    return check_body();
  }

  /// True where the path needs no token, whatever the method.
  [[nodiscard]] bool is_public(const std::vector<std::string>& segments) const {
    return std::ranges::any_of(core_.routes, [&](const Route& route) {
      return !route.role && match(route.pattern, segments);
    });
  }

  std::optional<Response> identify() {
    const std::string_view header = view_of(parser_->get()[beast_http::field::authorization]);
    static constexpr std::string_view kScheme = "Bearer ";
    const bool is_bearer =
        header.starts_with(kScheme) && parser_->get().count(beast_http::field::authorization) == 1;
    const auto now = std::chrono::steady_clock::now();
    // Looked up in any case: an absent token takes as long as a wrong one.
    const auto caller =
        core_.tokens.find(is_bearer ? header.substr(kScheme.size()) : header, wall_seconds(), now);
    if (!caller || !is_bearer) return refuse(problems::no_token);
    request_.caller = *caller;
    if (core_.rates.admit(*caller, now)) return std::nullopt;
    ++core_.counters.rate_limited;
    return refuse(problems::rate_limit);
  }

  /// A browser says where its page comes from. Pages may not use the API; listed ones may open an
  /// event stream. An own page names itself where it loads its scripts; what it asks the API is
  /// GET, of which browsers name no origin to a page's own server.
  std::optional<Response> check_origin() {
    const auto& header = parser_->get();
    if (header.count(beast_http::field::origin) == 0) return std::nullopt;
    const std::string origin(view_of(header[beast_http::field::origin]));
    const auto& allowed = core_.options.allowed_origins;
    const bool is_events = std::holds_alternative<Upgrading>(route_->handler);
    if (is_events && std::ranges::find(allowed, origin) != allowed.end()) return std::nullopt;
    const std::string host(view_of(header[beast_http::field::host]));
    // Whoever ends TLS before this server changes the scheme, and no datum hangs on it.
    if (route_->is_own_page && header.count(beast_http::field::origin) == 1 &&
        (origin == "http://" + host || origin == "https://" + host))
      return std::nullopt;
    return refuse(problems::foreign_origin);
  }

  std::optional<Response> check_body() {
    const bool is_large =
        !route_->large_body.empty() && request_.content_type == route_->large_body;
    const Limits& limits = core_.options.limits;
    const std::size_t size_max = is_large ? limits.large_body_bytes : limits.body_bytes;
    parser_->body_limit(size_max);
    const auto length = parser_->content_length();
    if (length && *length > size_max) return refuse(problems::body_too_large);
    const auto& expect = parser_->get()[beast_http::field::expect];
    if (!expect.empty() && !beast::iequals(expect, "100-continue"))
      return refuse(problems::expectation);
    // A large body is held until it is answered, so only so many are taken at once.
    if (is_large && (!length || *length > limits.body_bytes)) {
      large_place_ = core_.large_bodies.take();
      if (!large_place_)
        return refuse(problems::too_many, {.detail = "Too many large bodies at once."});
    }
    return std::nullopt;
  }

  void read_body() {
    if (parser_->is_done()) return dispatch();
    arm(core_.options.limits.body_time,
        [](Connection& self) { self.refuse_and_close(refuse(problems::timeout)); });
    if (parser_->get()[beast_http::field::expect].empty() || buffer_.size() > 0)
      return read_body_bytes();
    asio::async_write(stream_, asio::buffer(kContinue.data(), kContinue.size()),
                      [self = shared_from_this()](error_code ec, std::size_t) {
                        if (self->is_refusing_) return;  // its time was over
                        if (ec) return self->close();
                        self->read_body_bytes();
                      });
  }

  void read_body_bytes() {
    is_reading_body_ = true;
    beast_http::async_read(
        stream_, buffer_, *parser_, [self = shared_from_this()](error_code ec, std::size_t) {
          self->is_reading_body_ = false;
          if (self->is_refusing_) {  // its time was over
            if (self->is_lingering_) self->drain(0);
            return;
          }
          if (!ec) return self->dispatch();
          if (ec == beast_http::error::body_limit)
            return self->refuse_and_close(refuse(problems::body_too_large));
          if (ec.category() ==
                  beast_http::make_error_code(beast_http::error::bad_chunk).category() &&
              ec != beast_http::error::partial_message && ec != beast_http::error::end_of_stream)
            return self->refuse_and_close(
                refuse(problems::bad_body, {.detail = "The body's framing is malformed."}));
          self->close();
        });
  }

  // Answering.

  void dispatch() {
    disarm();
    request_.body = std::move(parser_->get().body());
    if (route_->gives_much) {
      large_place_ = core_.large_bodies.take();
      if (!large_place_)
        return write(refuse(problems::too_many, {.detail = "Too many large bodies at once."}));
    }
    if (const auto* answering = std::get_if<Answering>(&route_->handler)) {
      write(guarded([&] { return (*answering)(request_); }));
    } else if (const auto* waiting = std::get_if<Waiting>(&route_->handler)) {
      start_waiting(*waiting);
    } else {
      upgrade(std::get<Upgrading>(route_->handler));
    }
  }

  /// Libraries report exhaustion by exceptions: they end here.
  template <class Make>
  Response guarded(Make&& make) {
    try {
      return make();
    } catch (const std::exception& thrown) {
      log::error("a request failed", {{"error", thrown.what()}, {"route", route_->pattern}});
      return refuse(problems::internal);
    }
  }

  void start_waiting(const Waiting& handler) {
    const bool waits = std::ranges::any_of(
        request_.query, [](const auto& parameter) { return parameter.first == kWait; });
    if (waits) {
      waiting_place_ = core_.waiting.take();
      if (!waiting_place_)
        return write(
            refuse(problems::too_many, {.detail = "Too many requests wait for their outcome."}));
    }
    is_waiting_ = true;
    const std::uint64_t round = ++async_round_;
    Answer answer = [weak = weak_from_this(), gate = core_.gate, round](MakeResponse make) {
      gate->if_open([&] {
        const auto self = weak.lock();
        if (!self) return;
        asio::post(self->executor_,
                   [self, round, make = std::move(make)] { self->answer_async(round, make); });
      });
    };
    try {
      give_up_ = handler(request_, std::move(answer));
    } catch (const std::exception& thrown) {
      log::error("a request failed", {{"error", thrown.what()}, {"route", route_->pattern}});
      return answer_async(round, [] { return refuse(problems::internal); });
    }
    free_text(request_.body);
    arm(core_.stopping ? kLastWait : core_.options.limits.wait_time, &give_up);
  }

  /// Answers by what is known by now.
  static void give_up(Connection& self) {
    const MakeResponse make =
        self.give_up_ ? self.give_up_ : [] { return refuse(problems::outcome_unknown); };
    self.answer_async(self.async_round_, make);
  }

  void answer_async(std::uint64_t round, const MakeResponse& make) {
    if (!is_waiting_ || round != async_round_) return;  // given up before
    is_waiting_ = false;
    disarm();
    give_up_ = {};
    waiting_place_.give_back();
    write(guarded(make));
  }

  void upgrade(const Upgrading& handler) {
    std::optional<std::function<void(Upgrade)>> taker;
    Response refusal = guarded([&] {
      auto looked = handler(request_);
      if (!looked) return std::move(looked.error());
      const auto& header = parser_->get();
      if (!beast::iequals(header[beast_http::field::upgrade], "websocket")) {
        Response response = refuse(problems::upgrade_required);
        response.headers.emplace_back("Upgrade", "websocket");
        return response;
      }
      taker = *std::move(looked);
      return Response();
    });
    if (!taker) return write(std::move(refusal));
    if (buffer_.size() > 0) return refuse_and_close(refuse(problems::bad_request));
    ++core_.counters.by_class[1];
    (*taker)({std::move(stream_), std::move(head_), std::move(request_.caller), std::move(place_),
              std::move(client_), core_.sessions});
  }

  void write(Response response) { write(std::move(response), keep_alive_ && !core_.stopping); }

  void write(Response response, bool keep_alive) {
    if (!route_ || !route_->gives_much) large_place_.give_back();
    ++core_.counters.by_class[std::min<std::size_t>(response.status / 100,
                                                    core_.counters.by_class.size() - 1)];
    out_head_ = head_of(response, keep_alive);
    // HEAD tells the length and sends nothing, also where it is refused: else the reader would take
    // the body for the next answer.
    out_body_ = request_.method == "HEAD" ? std::string() : std::move(response.body);
    arm(core_.options.limits.idle_time, [](Connection& self) { self.close(); });
    const std::array<asio::const_buffer, 2> parts{asio::buffer(out_head_), asio::buffer(out_body_)};
    asio::async_write(stream_, parts,
                      [self = shared_from_this(), keep_alive](error_code ec, std::size_t) {
                        free_text(self->out_body_);
                        self->large_place_.give_back();
                        if (ec) return self->close();
                        keep_alive ? self->read_head() : self->linger();
                      });
  }

  void refuse_and_close(Response response) {
    if (is_refusing_) return;
    is_refusing_ = true;
    error_code ignored;  // nothing is read where nothing is to be cancelled
    stream_.socket().cancel(ignored);
    write(std::move(response), false);
  }

  /// Closing with unread bytes resets the connection, and the client might never see why it was
  /// refused (RFC 9112 section 9.6): so what it still sends is read away for a moment.
  void linger() {
    arm(kLingerTime, [](Connection& self) { self.close(); });
    if (stream_.is_tls()) {
      stream_.async_shutdown([self = shared_from_this()](error_code) { self->close(); });
      return;
    }
    error_code ec;
    stream_.socket().shutdown(tcp::socket::shutdown_send, ec);
    if (ec) return close();
    is_lingering_ = true;
    // Cancelling stops a read of the body only where that waits for the socket. Where it had a
    // piece to take first, it goes on: it reads away by itself, up to the body's limit, and into
    // its own buffer, which nothing else touches meanwhile.
    if (!is_reading_body_) drain(0);
  }

  void drain(std::size_t drained) {
    stream_.async_read_some(asio::buffer(drained_),
                            [self = shared_from_this(), drained](error_code ec, std::size_t size) {
                              if (ec || drained + size > kLingerBytesMax) return self->close();
                              self->drain(drained + size);
                            });
  }

  Core& core_;
  net::Stream stream_;  ///< given away when the connection becomes an event stream
  asio::any_io_executor executor_;
  asio::steady_timer timer_;
  Places::Place place_, client_, waiting_place_, large_place_;
  beast::flat_buffer buffer_;
  std::string head_;
  std::optional<beast_http::request_parser<beast_http::string_body>> parser_;
  Request request_;
  const Route* route_ = nullptr;
  MakeResponse give_up_;
  std::string out_head_, out_body_;
  std::array<char, 4 * 1024> drained_{};  ///< never looked at
  std::uint64_t timer_round_ = 0;
  std::uint64_t async_round_ = 0;
  bool is_waiting_ = false;
  bool is_refusing_ = false;
  bool is_reading_body_ = false;
  bool is_lingering_ = false;
  bool is_between_requests_ = true;
  bool head_started_ = false;
  bool keep_alive_ = false;
};

}  // namespace

void serve_connection(Core& core, net::Stream stream, Places::Place place, Places::Place client) {
  const auto connection =
      std::make_shared<Connection>(core, std::move(stream), std::move(place), std::move(client));
  core.sessions.add(connection);
  asio::post(connection->executor(), [connection] { connection->start(); });
}

}  // namespace vostro::net::http
