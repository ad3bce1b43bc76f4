#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>
#include <deque>

#include "base/log.h"
#include "node/api/answers.h"
#include "node/api/core.h"
#include "node/api/events.h"

namespace vostro::node::api {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;
using boost::system::error_code;
using net::http::Places;

constexpr std::size_t kMessageBytesMax = 64 * 1024;  // from the client; none has a meaning
constexpr std::chrono::milliseconds kCloseTime{5'000};
constexpr std::size_t kControlFramesMax = 100;  // of a client in one minute
/// What the kernel may hold beside our own queue: without a bound, megabytes.
constexpr int kSendBufferBytes = 256 * 1024;

/// Where a reader begins: the first that it is told; none: what comes from now on.
using First = std::optional<chain::ReceiptPlace>;

EventFeed::Start start_of(const Core& core, const First& first, const Caller& caller) {
  EventFeed::Start feed;
  feed.next = first.value_or(place_after(Height(core.announced.load())));
  if (caller.role != Role::operate) feed.only = core.options.bank;
  return feed;
}

/// One event stream: fills its queue from the store as far as there is room, and writes one message
/// after the other.
class EventStream final : public net::http::Session,
                          public std::enable_shared_from_this<EventStream> {
 public:
  EventStream(Core& core, const First& first, net::http::Upgrade start, Places::Place place)
      : core_(core),
        feed_(core.context.service.store(), start_of(core, first, start.caller)),
        request_bytes_(std::move(start.head)),
        websocket_(std::move(start.stream)),
        timer_(websocket_.get_executor()),
        connection_(std::move(start.connection)),
        client_(std::move(start.client)),
        place_(std::move(place)) {}

  void start() {
    error_code ec;
    http::request_parser<http::empty_body> parser;
    parser.put(asio::buffer(request_bytes_), ec);  // parsed once before, so it can be again
    request_ = parser.release();
    websocket_.next_layer().socket().set_option(
        asio::socket_base::send_buffer_size(kSendBufferBytes), ec);
    websocket::stream_base::timeout times{};
    times.handshake_timeout = core_.options.limits.header_time;
    times.idle_timeout = core_.options.limits.idle_time;
    times.keep_alive_pings = true;
    websocket_.set_option(times);
    websocket_.read_message_max(kMessageBytesMax);
    websocket_.auto_fragment(false);
    websocket_.text(true);
    websocket_.control_callback(
        [this](websocket::frame_type, beast::string_view) { count_control_frame(); });
    websocket_.async_accept(request_, [self = shared_from_this()](error_code failed) {
      if (failed) return self->close_now();
      self->is_open_ = true;
      if (self->is_stopping_) return self->on_stop();
      self->read();
      self->pump();
    });
  }

  void on_news() override {
    if (is_open_) pump();
  }
  void on_stop() override {
    is_stopping_ = true;
    // A handshake under way ends first, so that the reader is told.
    if (is_open_) end(websocket::close_code::going_away, "the node stops");
  }
  [[nodiscard]] asio::any_io_executor executor() override { return websocket_.get_executor(); }

 private:
  /// Pings and closing are answered while a read is under way; a message of the client has no
  /// meaning here.
  void read() {
    websocket_.async_read(in_, [self = shared_from_this()](error_code ec, std::size_t) {
      if (ec) return self->close_now();
      self->in_.clear();
      self->end(websocket::close_code::unknown_data, "this stream takes no messages");
    });
  }

  void count_control_frame() {
    const auto now = std::chrono::steady_clock::now();
    if (now - control_since_ > std::chrono::minutes(1)) {
      control_since_ = now;
      control_frames_ = 0;
    }
    if (++control_frames_ > kControlFramesMax)
      end(websocket::close_code::policy_error, "too many control frames");
  }

  void pump() {
    if (is_ending_) return;
    if (!fill()) return end(websocket::close_code::internal_error, "a block cannot be read");
    if (!is_writing_ && !queue_.empty()) write();
    if (!is_writing_ && !is_pump_posted_ && feed_.has_more(Height(core_.announced.load()))) {
      // Much was looked at and none of it is this reader's: others first, then on.
      is_pump_posted_ = true;
      asio::post(websocket_.get_executor(), [self = shared_from_this()] {
        self->is_pump_posted_ = false;
        self->pump();
      });
    }
  }

  bool fill() {
    const std::size_t room_min = core_.options.limits.stream_bytes / 2;
    if (queued_bytes_ > room_min) return true;
    auto more = feed_.next(Height(core_.announced.load()),
                           core_.options.limits.stream_bytes - queued_bytes_);
    if (!more) {
      log::error("an event stream cannot go on", {{"error", more.error()}});
      return false;
    }
    for (FeedEvent& event : *more) {
      queued_bytes_ += event.text.size();
      queue_.push_back(std::move(event.text));
    }
    return true;
  }

  void write() {
    is_writing_ = true;
    // A reader that takes nothing for so long, while events wait for it, is dropped; it may resume.
    timer_.expires_after(core_.options.limits.stall_time);
    timer_.async_wait([weak = weak_from_this()](error_code ec) {
      const auto self = weak.lock();
      if (ec || !self || !self->is_writing_ || self->is_ending_) return;
      ++self->core_.dropped_streams;
      self->end(websocket::close_code::try_again_later,
                "the reader is too far behind: resume after the last event");
    });
    websocket_.async_write(asio::buffer(queue_.front()),
                           [self = shared_from_this()](error_code ec, std::size_t) {
                             self->is_writing_ = false;
                             if (ec || self->is_ending_) return;
                             self->queued_bytes_ -= self->queue_.front().size();
                             self->queue_.pop_front();
                             self->timer_.cancel();
                             self->pump();
                           });
  }

  /// The close frame goes out behind the message under way; whoever does not read that either is
  /// cut off.
  void end(websocket::close_code code, std::string_view why) {
    if (is_ending_) return;
    is_ending_ = true;
    timer_.expires_after(kCloseTime);
    timer_.async_wait([weak = weak_from_this()](error_code ec) {
      const auto self = weak.lock();
      if (!ec && self) self->websocket_.next_layer().close();
    });
    const websocket::close_reason reason(code, beast::string_view(why.data(), why.size()));
    websocket_.async_close(reason, [self = shared_from_this()](error_code) { self->close_now(); });
  }

  void close_now() {
    is_ending_ = true;
    timer_.cancel();
    websocket_.next_layer().close();
  }

  Core& core_;
  EventFeed feed_;
  std::string request_bytes_;
  http::request<http::empty_body> request_;
  websocket::stream<net::Stream, false> websocket_;  ///< without permessage-deflate
  asio::steady_timer timer_;
  Places::Place connection_, client_, place_;
  beast::flat_buffer in_;
  std::deque<std::string> queue_;
  std::size_t queued_bytes_ = 0;
  std::chrono::steady_clock::time_point control_since_{};
  std::size_t control_frames_ = 0;
  bool is_open_ = false;
  bool is_stopping_ = false;
  bool is_writing_ = false;
  bool is_pump_posted_ = false;
  bool is_ending_ = false;
};

}  // namespace

Result<std::function<void(net::http::Upgrade)>, Response> upgrade_to_events(
    Core& core, const Request& request) {
  QueryReader query(request);
  const auto from_height = query.value("from_height", parse_number);
  const auto after = query.value("after", place_of_cursor);
  if (from_height && after) query.refuse_value("after");
  if (auto bad = query.finish()) return fail(*std::move(bad));
  First next;
  if (from_height) next = place_after(Height(*from_height));
  if (after) next = place_after(*after);
  if (next) {
    const chain::StoreView view = core.context.service.store().view();
    if (!view.is_whole(next->height)) return fail(refuse_history(view, next->height));
  }
  // A std::function can be copied, a place cannot.
  const auto place = std::make_shared<Places::Place>(core.streams.take());
  if (!*place) return fail(refuse(problems::too_many, {.detail = "Too many event streams."}));
  return [&core, next, place](net::http::Upgrade upgrade) {
    net::http::Sessions& sessions = upgrade.sessions;
    const auto stream =
        std::make_shared<EventStream>(core, next, std::move(upgrade), std::move(*place));
    sessions.add(stream);
    asio::post(stream->executor(), [stream] { stream->start(); });
  };
}

}  // namespace vostro::node::api
