#include "p2p/connection.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>
#include <charconv>
#include <utility>

#include "base/check.h"
#include "net/stream.h"
#include "p2p/tls.h"

namespace vostro::p2p {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;
using asio::ip::tcp;
using beast::error_code;

constexpr std::string_view kNetworkHeader = "Vostro-Network";
constexpr std::string_view kProtocolHeader = "Vostro-Protocol";
constexpr std::string_view kInstanceHeader = "Vostro-Instance";
constexpr std::string_view kRefusalHeader = "Vostro-Refusal";
constexpr std::uint32_t kUpgradeHeaderBytesMax = 4096;
constexpr std::size_t kPieceBytes = 16 * 1024;  ///< One TLS record.

using WebSocket = websocket::stream<net::Stream, false>;  ///< Without permessage-deflate.

beast::string_view to_beast(std::string_view text) {
  return {text.data(), text.size()};
}
std::string_view from_beast(beast::string_view text) {
  return {text.data(), text.size()};
}

bool is_goodbye_worthwhile(Reason reason) {
  return reason != Reason::idle && reason != Reason::connection_lost &&
         reason != Reason::closed_by_peer && reason != Reason::broken_websocket;
}

/// The address as text, and of IPv6 only its network: one host may have 2^64 addresses there.
std::string address_group(const tcp::endpoint& endpoint) {
  auto address = endpoint.address();
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    address = asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
  }
  if (address.is_v4()) return address.to_v4().to_string();
  auto bytes = address.to_v6().to_bytes();
  std::fill(bytes.begin() + 8, bytes.end(), static_cast<unsigned char>(0));
  return asio::ip::make_address_v6(bytes).to_string() + "/64";
}

class WebSocketConnection final : public Connection {
 public:
  WebSocketConnection(const ConnectionContext& context, ConnectionOwner& owner, tcp::socket socket)
      : context_(context),
        owner_(owner),
        // What is read before the peer has authenticated is counted; where it runs out, nothing is
        // read any more, and the deadline of the handshake ends the connection.
        ws_(net::Stream(std::move(socket), context.tls.get(), context.limits.establish_bytes_max)),
        resolver_(context.io),
        watchdog_(context.io),
        pause_timer_(context.io),
        control_bucket_(context.limits.control_frames) {}

  void accept() {
    is_inbound = true;
    error_code ec;
    const auto remote = tcp_socket().remote_endpoint(ec);
    address = ec ? "unknown" : address_group(remote);
  }
  void dial(DialTarget target) {
    peer = target.peer;
    channel = target.channel;
    address = target.host;
    target_ = std::move(target);
  }

  void start() override;
  Outbox::Push send(OutboundFrame frame) override;
  void close(Reason reason, const std::string& detail) override;
  [[nodiscard]] std::size_t queued_bytes() const override { return outbox_ ? outbox_->bytes() : 0; }
  [[nodiscard]] std::optional<PublicKey> peer_key() const override {
    return target_ ? target_->key : key_check_.seen;
  }

 private:
  enum class State : std::uint8_t { establishing, live, closing, gone };

  tcp::socket& tcp_socket() { return ws_.next_layer().socket(); }
  std::shared_ptr<WebSocketConnection> self() {
    return std::static_pointer_cast<WebSocketConnection>(shared_from_this());
  }

  // The handshake, step by step.
  void resolve();
  void connect(const tcp::resolver::results_type& endpoints);
  void shake_hands();
  void on_tls(error_code ec);
  void read_upgrade();
  void on_upgrade_request();
  [[nodiscard]] std::optional<Reason> judge(std::string_view network, std::string_view protocol);
  void refuse_upgrade(Reason reason, const std::string& detail);
  void request_upgrade();
  void on_upgrade_response(error_code ec);
  void establish();

  // Established.
  void read();
  void on_read(error_code ec, std::size_t size);
  void on_read_error(error_code ec);
  void pause(nanoseconds time);
  void resume();
  void write();
  void beat();

  // Time and end.
  void watch();
  void on_watch();
  void measure_round_trip();
  void end(Reason reason, const std::string& detail);
  void finish(Reason reason, const std::string& detail);

  template <class Fields>
  void put_headers(Fields& fields) const {
    fields.set(to_beast(kNetworkHeader), to_hex(context_.network_id.view()));
    fields.set(to_beast(kProtocolHeader), std::to_string(context_.protocol_version));
    fields.set(to_beast(kInstanceHeader), to_hex(context_.instance.view()));
  }

  /// All zero where the peer names none, or nonsense.
  template <class Fields>
  static Instance instance_in(const Fields& fields) {
    return fixed_from_hex<Instance>(from_beast(fields[to_beast(kInstanceHeader)]))
        .value_or(Instance{});
  }

  const ConnectionContext& context_;
  ConnectionOwner& owner_;
  KeyCheck key_check_;  // Before ws_: outlives the SSL object that points to it.
  WebSocket ws_;
  tcp::resolver resolver_;
  asio::steady_timer watchdog_;
  asio::steady_timer pause_timer_;
  TokenBucket control_bucket_;
  std::optional<DialTarget> target_;

  State state_ = State::establishing;
  bool is_end_told_ = false;
  SteadyTime deadline_{};  ///< Of the handshake, then of the goodbye.
  std::string network_detail_;

  beast::flat_buffer upgrade_buffer_{kUpgradeHeaderBytesMax};
  std::optional<http::request_parser<http::empty_body>> upgrade_request_;
  http::response<http::string_body> upgrade_response_;
  websocket::response_type handshake_response_;

  std::optional<FrameReader> reader_;
  std::shared_ptr<Inbox> inbox_;
  std::array<Byte, kPieceBytes> piece_{};
  bool is_reading_ = false;
  bool is_pausing_ = false;
  SteadyTime heard_at_{};
  std::optional<SteadyTime> frame_started_at_;
  std::optional<SteadyTime> broken_since_;

  std::optional<Outbox> outbox_;
  OutboundFrame writing_;
  SteadyTime beat_at_{};
  bool is_beating_ = false;
};

// ----------------------------------------------------------------------------------------------------
// handshake

void WebSocketConnection::start() {
  deadline_ = std::chrono::steady_clock::now() + context_.limits.establish_time;
  key_check_.is_pinned = [this](const PublicKey& key) {
    return target_ ? key == target_->key : owner_.name_of(key) != nullptr;
  };
  check_peer_with(ws_.next_layer().ssl(), &key_check_);
  watch();
  if (target_) {
    resolve();
  } else {
    shake_hands();
  }
}

void WebSocketConnection::resolve() {
  error_code ec;
  const auto fixed = asio::ip::make_address(target_->host, ec);
  if (!ec) {
    connect(tcp::resolver::results_type::create(tcp::endpoint(fixed, target_->port), target_->host,
                                                std::to_string(target_->port)));
    return;
  }
  resolver_.async_resolve(
      target_->host, std::to_string(target_->port),
      [me = self()](error_code failed, const tcp::resolver::results_type& endpoints) {
        if (me->state_ != State::establishing) return;
        if (failed) return me->finish(Reason::unreachable, failed.message());
        me->connect(endpoints);
      });
}

void WebSocketConnection::connect(const tcp::resolver::results_type& endpoints) {
  asio::async_connect(tcp_socket(), endpoints, [me = self()](error_code ec, const tcp::endpoint&) {
    if (me->state_ != State::establishing) return;
    if (ec) return me->finish(Reason::unreachable, ec.message());
    me->shake_hands();
  });
}

void WebSocketConnection::shake_hands() {
  error_code ec;
  // A vote is smaller than a segment, and waits for nothing.
  tcp_socket().set_option(tcp::no_delay(true), ec);
  if (ec) {
    // Posted, because the owner may still be about to register this connection.
    asio::post(context_.io,
               [me = self(), text = ec.message()] { me->finish(Reason::connection_lost, text); });
    return;
  }
  const auto role = target_ ? asio::ssl::stream_base::client : asio::ssl::stream_base::server;
  ws_.next_layer().async_handshake(role, [me = self()](error_code failed) { me->on_tls(failed); });
}

void WebSocketConnection::on_tls(error_code ec) {
  if (state_ != State::establishing) return;
  if (key_check_.is_refused) {
    return finish(Reason::unknown_key,
                  key_check_.seen ? to_text(*key_check_.seen) : "the key is not of Ed25519");
  }
  if (ec) return finish(Reason::tls_failed, ec.message());
  VOSTRO_CHECK(key_check_.seen.has_value());
  if (target_) return request_upgrade();
  const std::string* name = owner_.name_of(*key_check_.seen);
  // The registry may have changed since the certificate was looked at.
  if (name == nullptr) return finish(Reason::unknown_key, to_text(*key_check_.seen));
  peer = *name;
  read_upgrade();
}

void WebSocketConnection::read_upgrade() {
  upgrade_request_.emplace();
  upgrade_request_->header_limit(kUpgradeHeaderBytesMax);
  http::async_read(ws_.next_layer(), upgrade_buffer_, *upgrade_request_,
                   [me = self()](error_code ec, std::size_t) {
                     if (me->state_ != State::establishing) return;
                     if (!ec) return me->on_upgrade_request();
                     // The dialler that does not like our certificate says so only now.
                     const bool is_tls = ec == asio::error::eof ||
                                         ec == http::error::end_of_stream ||
                                         ec.category() == asio::error::get_ssl_category() ||
                                         ec.category() == asio::error::get_system_category();
                     me->finish(is_tls ? Reason::tls_failed : Reason::not_an_upgrade, ec.message());
                   });
}

void WebSocketConnection::on_upgrade_request() {
  const auto& request = upgrade_request_->get();
  // A dialler waits for the answer before it sends frames: bytes behind the request are something
  // else.
  if (!websocket::is_upgrade(request) || upgrade_buffer_.size() != 0) {
    return refuse_upgrade(Reason::not_an_upgrade, "");
  }
  std::optional<Channel> asked;
  for (const Channel one : all_channels) {
    if (from_beast(request.target()) == "/" + std::string(to_string(one))) asked = one;
  }
  if (!asked) return refuse_upgrade(Reason::unknown_channel, "");
  channel = *asked;
  const auto refusal = judge(from_beast(request[to_beast(kNetworkHeader)]),
                             from_beast(request[to_beast(kProtocolHeader)]));
  if (refusal) return refuse_upgrade(*refusal, network_detail_);
  if (owner_.is_shut_out(peer)) return refuse_upgrade(Reason::shut_out, "");
  instance = instance_in(request);

  ws_.set_option(websocket::stream_base::decorator(
      [this](websocket::response_type& response) { put_headers(response); }));
  ws_.async_accept(request, [me = self()](error_code ec) {
    if (me->state_ != State::establishing) return;
    if (ec) return me->finish(Reason::not_an_upgrade, ec.message());
    me->establish();
  });
}

std::optional<Reason> WebSocketConnection::judge(std::string_view network,
                                                 std::string_view protocol) {
  // Only what has the right form is repeated in the log.
  const auto theirs = fixed_from_hex<Hash>(network);
  if (!theirs || *theirs != context_.network_id) {
    network_detail_ = "genesis hash " + (theirs ? to_hex(theirs->view()) : "not given") +
                      ", here " + to_hex(context_.network_id.view());
    return Reason::other_network;
  }
  std::uint32_t version = 0;
  const char* end = protocol.data() + protocol.size();
  const auto parsed = std::from_chars(protocol.data(), end, version);
  const bool is_number = !protocol.empty() && parsed.ec == std::errc() && parsed.ptr == end;
  if (is_number && version == context_.protocol_version) return std::nullopt;
  network_detail_ = "version " + (is_number ? std::to_string(version) : "not given") + ", here " +
                    std::to_string(context_.protocol_version);
  return Reason::other_protocol;
}

void WebSocketConnection::refuse_upgrade(Reason reason, const std::string& detail) {
  const auto status = reason == Reason::not_an_upgrade || reason == Reason::other_protocol
                          ? http::status::upgrade_required
                          : (reason == Reason::unknown_channel ? http::status::not_found
                             : reason == Reason::other_network ? http::status::conflict
                                                               : http::status::forbidden);
  upgrade_response_ = {status, 11};
  put_headers(upgrade_response_);
  upgrade_response_.set(to_beast(kRefusalHeader), to_beast(to_string(reason)));
  upgrade_response_.keep_alive(false);
  upgrade_response_.prepare_payload();
  http::async_write(ws_.next_layer(), upgrade_response_,
                    [me = self(), reason, detail](error_code, std::size_t) {
                      // The refusal stands, whether or not its text arrived.
                      me->finish(reason, detail);
                    });
}

void WebSocketConnection::request_upgrade() {
  ws_.set_option(websocket::stream_base::decorator(
      [this](websocket::request_type& request) { put_headers(request); }));
  const std::string path = "/" + std::string(to_string(channel));
  ws_.async_handshake(handshake_response_, target_->host + ":" + std::to_string(target_->port),
                      path, [me = self()](error_code ec) { me->on_upgrade_response(ec); });
}

void WebSocketConnection::on_upgrade_response(error_code ec) {
  if (state_ != State::establishing) return;
  if (ec && ec != websocket::error::upgrade_declined) {
    // Most often the other side does not know our key: TLS 1.3 tells the dialler only after its own
    // handshake.
    return finish(Reason::tls_failed, ec.message());
  }
  const auto refusal = judge(from_beast(handshake_response_[to_beast(kNetworkHeader)]),
                             from_beast(handshake_response_[to_beast(kProtocolHeader)]));
  if (refusal) return finish(*refusal, network_detail_);
  if (ec) {
    const auto said = reason_from(from_beast(handshake_response_[to_beast(kRefusalHeader)]));
    return finish(Reason::declined,
                  said ? "it says: " + std::string(to_string(*said)) : "it gives no reason");
  }
  instance = instance_in(handshake_response_);
  establish();
}

void WebSocketConnection::establish() {
  const ChannelLimits& caps = limits_of(context_.limits, channel);
  const std::size_t largest = context_.frames.body_bytes_max(channel) + frame_overhead_bytes;
  VOSTRO_CHECK(largest <= caps.inbound_bytes_max);

  ws_.next_layer().lift_read_budget();
  upgrade_request_.reset();
  handshake_response_ = {};
  upgrade_buffer_ = {};
  ws_.binary(true);
  ws_.auto_fragment(true);
  ws_.write_buffer_bytes(channel == Channel::bulk ? 4 * kPieceBytes : kPieceBytes);
  // The cap of the frame's type is checked in on_read, by the length announced, and says better
  // what was wrong. Beast itself reserves nothing by that length.
  ws_.read_message_max(0);
  ws_.control_callback([this](websocket::frame_type, beast::string_view) {
    heard_at_ = std::chrono::steady_clock::now();
    if (control_bucket_.try_take(heard_at_)) return;
    asio::post(context_.io, [me = self()] { me->close(Reason::control_flood, ""); });
  });
  reader_.emplace(context_.frames, channel);
  outbox_.emplace(caps.outbound_bytes_max);
  // What is pending and the frame that is arriving fit the cap together.
  inbox_ = std::make_shared<Inbox>(caps.inbound_bytes_max - largest,
                                   [weak = std::weak_ptr(self()), io = &context_.io] {
                                     asio::post(*io, [weak] {
                                       if (const auto me = weak.lock()) me->resume();
                                     });
                                   });

  state_ = State::live;
  is_established = true;
  established_at = heard_at_ = beat_at_ = std::chrono::steady_clock::now();
  owner_.on_established(self());
  VOSTRO_CHECK(counters != nullptr);
  measure_round_trip();
  read();
}

// -------------------------------------------------------------------------------------------
// reading and writing

void WebSocketConnection::read() {
  if (state_ != State::live || is_reading_ || is_pausing_) return;
  if (!inbox_->has_room_or_waits()) {
    counters->pauses.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  is_reading_ = true;
  ws_.async_read_some(asio::buffer(piece_), [me = self()](error_code ec, std::size_t size) {
    me->is_reading_ = false;
    me->on_read(ec, size);
  });
}

void WebSocketConnection::on_read(error_code ec, std::size_t size) {
  if (state_ != State::live) return;
  if (ec) return on_read_error(ec);
  heard_at_ = std::chrono::steady_clock::now();
  if (!ws_.got_binary()) return close(Reason::not_binary, "");

  const bool is_last = ws_.is_message_done();
  // What the sender's frame header promises beyond this piece. The hint is at least 1 while more
  // may come, so that 1 says nothing.
  const std::uint64_t hint = is_last ? 0 : ws_.read_size_hint(std::size_t{1});
  auto frame = reader_->on_piece(ByteView(piece_.data(), size), hint > 1 ? hint : 0, is_last);
  if (!frame) return close(frame.error(), "");
  if (!frame->has_value()) {
    if (!frame_started_at_) frame_started_at_ = heard_at_;
    return read();
  }
  frame_started_at_.reset();
  const std::size_t body_size = (*frame)->body.size();
  counters->frames_in.fetch_add(1, std::memory_order_relaxed);
  counters->bytes_in.fetch_add(1 + body_size, std::memory_order_relaxed);
  const nanoseconds wait = owner_.on_received(
      *this, InboundLease(inbox_, body_size + frame_overhead_bytes), std::move(**frame));
  if (wait.count() > 0) return pause(wait);
  read();
}

void WebSocketConnection::on_read_error(error_code ec) {
  if (ec == websocket::error::closed) {
    const auto& text = ws_.reason().reason;
    const auto said = reason_from({text.data(), text.size()});
    return finish(Reason::closed_by_peer, said ? "it says: " + std::string(to_string(*said)) : "");
  }
  if (ec == websocket::error::message_too_big) return finish(Reason::frame_too_big, "");
  if (ec == websocket::condition::protocol_violation) {
    return finish(Reason::broken_websocket, ec.message());
  }
  finish(Reason::connection_lost, ec.message());
}

void WebSocketConnection::pause(nanoseconds time) {
  counters->pauses.fetch_add(1, std::memory_order_relaxed);
  is_pausing_ = true;
  pause_timer_.expires_after(time);
  pause_timer_.async_wait([me = self()](error_code ec) {
    if (ec) return;  // Cancelled by the end of the connection.
    me->is_pausing_ = false;
    me->resume();
  });
}

void WebSocketConnection::resume() {
  // Nothing was heard while nothing was read: the peer's silence begins now.
  if (!is_reading_) heard_at_ = std::chrono::steady_clock::now();
  read();
}

Outbox::Push WebSocketConnection::send(OutboundFrame frame) {
  const auto outcome = outbox_->push(std::move(frame));
  if (outcome == Outbox::Push::queued_first) {
    asio::post(context_.io, [me = self()] { me->write(); });
  } else if (outcome == Outbox::Push::full) {
    asio::post(context_.io, [me = self()] { me->close(Reason::outbound_full, ""); });
  }
  return outcome;
}

void WebSocketConnection::write() {
  if (state_ != State::live) return;
  auto frame = outbox_->next();
  if (!frame) return;
  writing_ = std::move(*frame);
  const std::array<asio::const_buffer, 2> parts{asio::buffer(&writing_.type, 1),
                                                asio::buffer(*writing_.body)};
  ws_.async_write(parts, [me = self()](error_code ec, std::size_t) {
    const std::size_t size = 1 + me->writing_.body->size();
    me->writing_ = {};
    if (me->state_ != State::live) return;
    if (ec) {
      // The read in progress knows more: a goodbye of the peer, or a breach.
      if (!me->is_reading_) me->finish(Reason::connection_lost, ec.message());
      return;
    }
    me->counters->frames_out.fetch_add(1, std::memory_order_relaxed);
    me->counters->bytes_out.fetch_add(size, std::memory_order_relaxed);
    me->write();
  });
}

void WebSocketConnection::beat() {
  // An unsolicited pong (RFC 6455 section 5.5.3). A ping would ask for an answer, and a peer whose
  // writing waits for us could not read on before it has written that.
  is_beating_ = true;
  beat_at_ = std::chrono::steady_clock::now();
  ws_.async_pong({}, [me = self()](error_code) {
    // A failure shows in the read in progress, or in the idle time.
    me->is_beating_ = false;
  });
}

// ------------------------------------------------------------------------------------------------
// time and end

void WebSocketConnection::watch() {
  // One coarse timer for all deadlines, so that nothing is armed or cancelled on the path of a
  // frame.
  const Limits& limits = context_.limits;
  const milliseconds shortest =
      std::min({limits.establish_time, limits.idle_time, limits.frame_time, limits.close_time});
  watchdog_.expires_after(std::clamp(shortest / 8, milliseconds(2), milliseconds(500)));
  watchdog_.async_wait([me = self()](error_code ec) {
    if (ec || me->state_ == State::gone) return;
    me->on_watch();
    if (me->state_ != State::gone) me->watch();
  });
}

void WebSocketConnection::on_watch() {
  const Limits& limits = context_.limits;
  const SteadyTime now = std::chrono::steady_clock::now();
  if (state_ == State::establishing) {
    if (now > deadline_) finish(Reason::handshake_timeout, "");
    return;
  }
  if (state_ == State::closing) {
    if (now > deadline_) finish(Reason::stopped, "");
    return;
  }
  if (!ws_.is_open()) {
    // Beast says goodbye after a breach or a goodbye of the peer, and would wait for the answer for
    // ever.
    if (!broken_since_) broken_since_ = now;
    if (now - *broken_since_ > limits.close_time) {
      const bool is_goodbye = ws_.reason().code != websocket::close_code::none;
      finish(is_goodbye ? Reason::closed_by_peer : Reason::broken_websocket, "");
    }
    return;
  }
  measure_round_trip();
  if (frame_started_at_ && now - *frame_started_at_ > limits.frame_time) {
    return close(Reason::slow_frame, "");
  }
  // While we do not read, the peer's silence says nothing.
  if (is_reading_ && now - heard_at_ > limits.idle_time) return close(Reason::idle, "");
  // Also while reading is paused, so that the peer knows that we live.
  if (!is_beating_ && now - beat_at_ > limits.idle_time / 3) beat();
}

void WebSocketConnection::measure_round_trip() {
  // What the kernel knows from acknowledgements. A ping would measure the peer's queues as well.
  struct tcp_info about {};
  socklen_t size = sizeof(about);
  if (::getsockopt(tcp_socket().native_handle(), IPPROTO_TCP, TCP_INFO, &about, &size) != 0) return;
  counters->round_trip_us.store(about.tcpi_rtt, std::memory_order_relaxed);
}

void WebSocketConnection::close(Reason reason, const std::string& detail) {
  if (state_ == State::closing || state_ == State::gone) return;
  if (state_ == State::establishing || !is_goodbye_worthwhile(reason) || !ws_.is_open()) {
    return finish(reason, detail);
  }
  state_ = State::closing;
  deadline_ = std::chrono::steady_clock::now() + context_.limits.close_time;
  const auto me = self();
  end(reason, detail);
  const auto code =
      is_breach(reason) ? websocket::close_code::policy_error : websocket::close_code::going_away;
  ws_.async_close(websocket::close_reason(code, to_beast(to_string(reason))),
                  [me](error_code) { me->finish(Reason::stopped, ""); });
}

void WebSocketConnection::end(Reason reason, const std::string& detail) {
  if (std::exchange(is_end_told_, true)) return;
  if (outbox_) outbox_->close();
  if (inbox_) inbox_->detach();
  owner_.on_ended(*this, reason, detail);
}

void WebSocketConnection::finish(Reason reason, const std::string& detail) {
  if (state_ == State::gone) return;
  const auto me = self();
  state_ = State::gone;
  end(reason, detail);
  error_code ignored;  // Nothing is left to be done about a socket that does not close.
  resolver_.cancel();
  watchdog_.cancel();
  pause_timer_.cancel();
  tcp_socket().shutdown(tcp::socket::shutdown_both, ignored);
  ws_.next_layer().close();
  owner_.on_gone(me);
}

}  // namespace

std::shared_ptr<Connection> accept_connection(const ConnectionContext& context,
                                              ConnectionOwner& owner, tcp::socket socket) {
  auto connection = std::make_shared<WebSocketConnection>(context, owner, std::move(socket));
  connection->accept();
  return connection;
}

std::shared_ptr<Connection> dial_connection(const ConnectionContext& context,
                                            ConnectionOwner& owner, DialTarget target) {
  auto connection = std::make_shared<WebSocketConnection>(context, owner, tcp::socket(context.io));
  connection->dial(std::move(target));
  return connection;
}

}  // namespace vostro::p2p
