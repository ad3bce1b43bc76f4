#include "client/events.h"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/websocket/stream.hpp>

#include "chain/json/values.h"
#include "client/connection.h"
#include "client/read_answers.h"

namespace vostro::client {
namespace {

namespace http = boost::beast::http;
namespace websocket = boost::beast::websocket;
using boost::system::error_code;

constexpr std::size_t kStepsMax = 8;  // of one receipt; the ledger makes two at most

using WebSocket = websocket::stream<net::Stream, false>;  ///< without permessage-deflate

Event read_event(const chain::JsonIn& in) {
  const Height height(in.field("height").integer<std::uint64_t>());
  const auto time = in.field("block_time").parsed<UnixMillis>(parse_block_time);
  if (in.field("type").text() == "block")
    return BlockEvent{height, time, in.field("block_id").hash(), in.field("state_root").hash(),
                      in.field("receipts").integer<std::uint64_t>()};
  ReceiptEvent event{{height, time, in.field("index").integer<std::uint32_t>(),
                      chain::read_receipt(in.field("receipt"))},
                     {}};
  if (!in.field("steps").is_absent())
    for (const chain::JsonIn& step : in.field("steps").elements(kStepsMax))
      event.steps.push_back(step.text());
  return event;
}

Result<Event, ApiError> event_from(std::string_view text) {
  const auto value = chain::parse_strict(text);
  if (!value) return fail(error_of(ApiError::Kind::bad_answer, chain::to_string(value.error())));
  chain::JsonProblem problem;
  Event event = read_event(chain::JsonIn(*value, problem, iso_exponents()));
  if (problem.error())
    return fail(error_of(ApiError::Kind::bad_answer, chain::to_string(*problem.error())));
  return event;
}

std::string query_of(const std::optional<EventPlace>& after) {
  if (!after) return {};
  const std::string height = std::to_string(after->height.value);
  if (!after->index) return "?from_height=" + height;
  return "?after=" + height + "." + std::to_string(*after->index);
}

}  // namespace

class EventStream::Link {
 public:
  Result<void, ApiError> open(const ApiClient& api, const std::optional<EventPlace>& after) {
    const ApiAddress& address = api.address();
    const auto timeout = api.options().connect_timeout;
    const std::string target = "/v1/events" + query_of(after);
    if (address.is_tls) {
      auto context = make_tls_context(api.options().ca_file);
      if (!context) return fail(context.error());
      tls_context_ = *std::move(context);
    }
    auto stream = open_stream(io_, address, tls_context_.get(), timeout);
    if (!stream) return fail(stream.error());
    socket_.emplace(*std::move(stream));
    return upgrade(*socket_, address, target, api.token());
  }

  Result<std::optional<Event>, ApiError> next(std::chrono::milliseconds timeout) {
    if (over_) return fail(*over_);
    if (!is_reading_) {
      is_reading_ = true;
      read_ = boost::asio::error::would_block;
      socket_->async_read(buffer_, NoteOutcome{&read_});
    }
    io_.restart();
    const auto until = std::chrono::steady_clock::now() + timeout;
    while (read_ == boost::asio::error::would_block && io_.run_one_until(until) > 0) continue;
    if (read_ == boost::asio::error::would_block) return std::optional<Event>();
    is_reading_ = false;
    if (read_) {
      over_ = error_of(ApiError::Kind::broken_off, why_closed());
      return fail(*over_);
    }
    const auto data = buffer_.cdata();
    auto event = event_from({static_cast<const char*>(data.data()), data.size()});
    buffer_.consume(buffer_.size());
    if (!event) {
      over_ = event.error();
      return fail(*over_);
    }
    return std::optional<Event>(*std::move(event));
  }

 private:
  Result<void, ApiError> upgrade(WebSocket& socket, const ApiAddress& address,
                                 const std::string& target, const SecretText& token) {
    // From here on Beast's own deadlines hold: for the handshake, and pings while nothing comes.
    websocket::stream_base::timeout deadlines =
        websocket::stream_base::timeout::suggested(boost::beast::role_type::client);
    deadlines.handshake_timeout = std::chrono::seconds(10);
    deadlines.idle_timeout = std::chrono::seconds(60);
    deadlines.keep_alive_pings = true;
    socket.set_option(deadlines);
    socket.read_message_max(message_bytes_max);
    socket.set_option(websocket::stream_base::decorator([&token](websocket::request_type& request) {
      std::string value = "Bearer ";
      value += token.reveal();
      request.set(http::field::authorization, value);
      wipe(value);
    }));
    websocket::response_type response;
    const error_code error = run_step(io_, [&](auto handler) {
      socket.async_handshake(response, host_field(address), target, std::move(handler));
    });
    if (!error) return {};
    if (error == websocket::error::upgrade_declined && response.result_int() >= 400) {
      Problem problem;
      problem.status = response.result_int();
      problem.detail = "the node refuses the event stream";
      return fail(ApiError{ApiError::Kind::problem, {}, problem});
    }
    return fail(
        error_of(ApiError::Kind::cannot_connect, to_text(address) + ": " + error.message()));
  }

  [[nodiscard]] std::string why_closed() const {
    const auto& reason = socket_->reason();
    if (reason) return "the node closed the stream with code " + std::to_string(reason.code);
    return read_.message();
  }

  boost::asio::io_context io_;
  std::unique_ptr<boost::asio::ssl::context> tls_context_;
  std::optional<WebSocket> socket_;
  boost::beast::flat_buffer buffer_;
  bool is_reading_ = false;
  error_code read_;
  std::optional<ApiError> over_;
};

EventStream::EventStream(std::unique_ptr<Link> link) : link_(std::move(link)) {}
EventStream::EventStream(EventStream&&) noexcept = default;
EventStream& EventStream::operator=(EventStream&&) noexcept = default;
EventStream::~EventStream() = default;

Result<EventStream, ApiError> EventStream::open(const ApiClient& api,
                                                std::optional<EventPlace> after) {
  auto link = std::make_unique<Link>();
  if (auto opened = link->open(api, after); !opened) return fail(opened.error());
  return EventStream(std::move(link));
}

Result<std::optional<Event>, ApiError> EventStream::next(std::chrono::milliseconds timeout) {
  return link_->next(timeout);
}

}  // namespace vostro::client
