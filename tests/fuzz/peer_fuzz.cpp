// A peer that has the right key and then says anything: the bytes behind the TLS handshake, which
// are an HTTP upgrade and WebSocket frames if it is honest. The first byte says whether frames wait
// for the answer to the upgrade, as they should, or whether all comes without TLS. Catalogue rows
// P1, P3, P6.
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>

#include "p2p/connection.h"
#include "p2p/tls.h"
#include "tests/fuzz/target.h"

namespace vostro::fuzz {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr Byte kSmallType = 1;
constexpr Byte kLargeType = 2;
constexpr Byte kBulkType = 3;
constexpr std::uint32_t kSmall = 100;
constexpr std::uint32_t kLarge = 64 * 1024;

/// The first byte; any other is kAtOnce.
constexpr Byte kAtOnce = 0;
constexpr Byte kInTurn = 1;
constexpr Byte kWithoutTls = 2;

SecretKey key_of(Byte number) {
  return SecretKey::from_seed(Bytes(SecretKey::seed_size, number));
}
Hash network() {
  Hash made;
  made.bytes.fill(0xA5);
  return made;
}
p2p::FrameLimits table() {
  const auto made = p2p::FrameLimits::make(
      {{.type = kSmallType, .body_bytes_max = kSmall},
       {.type = kLargeType, .body_bytes_max = kLarge},
       {.type = kBulkType, .body_bytes_max = kLarge, .channel = p2p::Channel::bulk}},
      {p2p::Rate{}});
  VOSTRO_CHECK(made);
  return *made;
}
p2p::Limits limits() {
  p2p::Limits made;
  // A hang shows as the end of one of these, and then as a failure below.
  made.establish_time = made.idle_time = made.frame_time = p2p::milliseconds(8'000);
  made.close_time = p2p::milliseconds(50);
  return made;
}

/// What the node side is told of one connection.
class Owner final : public p2p::ConnectionOwner {
 public:
  explicit Owner(ByteView said) : said_(said) {}

  const std::string* name_of(const PublicKey& key) const override {
    static const PublicKey pinned = key_of(2).public_key();
    static const std::string name = "peer";
    return key == pinned ? &name : nullptr;
  }
  bool is_shut_out(const std::string&) const override { return false; }
  void on_established(const std::shared_ptr<p2p::Connection>& connection) override {
    VOSTRO_CHECK(!is_established && !is_ended && connection->peer == "peer");
    is_established = true;
    connection->counters = std::make_shared<p2p::ChannelCounters>();
    // It named this network, in capitals or not.
    std::string text(as_text(said_));
    std::ranges::transform(text, text.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    VOSTRO_CHECK(text.find(to_hex(network().view())) != std::string::npos);
  }
  p2p::nanoseconds on_received(p2p::Connection& connection, p2p::InboundLease,
                               p2p::Frame frame) override {
    static const p2p::FrameLimits rules = table();
    VOSTRO_CHECK(is_established && !is_ended);
    const p2p::FrameRule* rule = rules.rule_of(frame.type);
    VOSTRO_CHECK(rule != nullptr && rule->channel == connection.channel);
    VOSTRO_CHECK(frame.body.size() <= rule->body_bytes_max);
    received_bytes += 1 + frame.body.size();
    VOSTRO_CHECK(received_bytes < said_.size());
    return p2p::nanoseconds(0);
  }
  void on_ended(p2p::Connection&, p2p::Reason reason, const std::string&) override {
    VOSTRO_CHECK(!is_ended);
    VOSTRO_CHECK(reason != p2p::Reason::handshake_timeout && reason != p2p::Reason::idle &&
                 reason != p2p::Reason::slow_frame);
    is_ended = true;
  }
  void on_gone(const std::shared_ptr<p2p::Connection>&) override {
    VOSTRO_CHECK(is_ended && !is_gone);
    is_gone = true;
  }

  bool is_established = false;
  bool is_ended = false;
  bool is_gone = false;
  std::size_t received_bytes = 0;

 private:
  ByteView said_;
};

/// The other side: shakes hands, says its bytes, and listens until it is hung up on.
class Speaker {
 public:
  Speaker(tcp::socket socket, asio::ssl::context& tls, ByteView words)
      : check_{[](const PublicKey&) { return true; }, {}, false},
        stream_(std::move(socket), tls),
        patience_(stream_.get_executor()),
        words_(words) {
    p2p::check_peer_with(stream_.native_handle(), &check_);
  }

  void start(Byte way) {
    if (way == kWithoutTls) {
      return asio::async_write(stream_.next_layer(), asio::buffer(words_.data(), words_.size()),
                               [this](error_code, std::size_t) {
                                 hang_up();
                                 listen(stream_.next_layer());
                               });
    }
    stream_.async_handshake(asio::ssl::stream_base::client, [this, way](error_code ec) {
      VOSTRO_CHECK(!ec);
      const std::size_t end = as_text(words_).find("\r\n\r\n");
      if (way == kInTurn && end != std::string_view::npos) return say_in_turn(end + 4);
      say_all();
    });
  }

  bool is_over = false;

 private:
  void say_all() {
    asio::async_write(stream_, asio::buffer(words_.data(), words_.size()),
                      [this](error_code, std::size_t) { hang_up(); });
    if (!is_listening_) listen(stream_);
  }
  /// The first `size` bytes, and the others when something was heard, or nothing for a while.
  void say_in_turn(std::size_t size) {
    asio::async_write(stream_, asio::buffer(words_.data(), size),
                      [this, size](error_code, std::size_t) {
                        words_ = words_.subspan(size);
                        patience_.expires_after(std::chrono::milliseconds(20));
                        patience_.async_wait([this](error_code) { say_all(); });
                        listen(stream_);
                      });
  }
  void hang_up() {
    error_code ignored;  // the node may have hung up already
    stream_.next_layer().shutdown(tcp::socket::shutdown_send, ignored);
  }
  template <class From>
  void listen(From& from) {
    is_listening_ = true;
    from.async_read_some(asio::buffer(heard_), [this, &from](error_code ec, std::size_t) {
      patience_.cancel();
      if (ec) {
        is_over = true;
      } else {
        listen(from);
      }
    });
  }

  p2p::KeyCheck check_;
  asio::ssl::stream<tcp::socket> stream_;
  asio::steady_timer patience_;
  ByteView words_;
  bool is_listening_ = false;
  std::array<Byte, 4096> heard_{};
};

/// Both sides in one thread, over the loopback.
struct World {
  asio::io_context io;
  std::shared_ptr<asio::ssl::context> node_tls =
      std::make_shared<asio::ssl::context>(p2p::make_tls_context(key_of(1)));
  asio::ssl::context peer_tls{p2p::make_tls_context(key_of(2))};
  tcp::acceptor acceptor{io, tcp::endpoint(asio::ip::address_v4::loopback(), 0)};
  p2p::FrameLimits frames = table();
  p2p::Limits bounds = limits();
  p2p::ConnectionContext context{io, node_tls, frames, bounds, network(), 1, {}};
};

void talk(ByteView words, Byte way) {
  static World world;
  tcp::socket ours(world.io);
  tcp::socket theirs(world.io);
  theirs.connect(world.acceptor.local_endpoint());
  world.acceptor.accept(ours);

  Owner owner(words);
  Speaker speaker(std::move(theirs), world.peer_tls, words);
  auto connection = p2p::accept_connection(world.context, owner, std::move(ours));
  connection->start();
  speaker.start(way);
  world.io.restart();
  while (!owner.is_gone || !speaker.is_over) VOSTRO_CHECK(world.io.run_one() == 1);
  connection.reset();
  world.io.restart();
  world.io.run();  // what was cancelled
  VOSTRO_CHECK(way != kWithoutTls || !owner.is_established);
}

Bytes upgrade_to(std::string_view path, std::string_view protocol = "1") {
  std::string text = "GET " + std::string(path) +
                     " HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                     "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n"
                     "Vostro-Network: " +
                     to_hex(network().view()) + "\r\nVostro-Protocol: " + std::string(protocol) +
                     "\r\n\r\n";
  Bytes made{kAtOnce};
  append(made, as_bytes(text));
  return made;
}
/// A WebSocket frame with a mask of zeros, as a client sends.
void add_frame(Bytes& to, Byte first, const Bytes& payload) {
  VOSTRO_CHECK(payload.size() < 126);
  append(to, Bytes{first, static_cast<Byte>(0x80 | payload.size()), 0, 0, 0, 0});
  append(to, payload);
}

}  // namespace

std::vector<Bytes> seeds() {
  constexpr Byte kBinary = 0x82;
  constexpr Byte kBegin = 0x02;
  constexpr Byte kEnd = 0x80;
  constexpr Byte kPing = 0x89;
  constexpr Byte kClose = 0x88;
  Bytes honest = upgrade_to("/consensus");
  Bytes early = honest;
  add_frame(early, kBinary, {kSmallType, 7, 7});
  Bytes raw = honest;
  raw.front() = kWithoutTls;
  std::vector<Bytes> made{honest,
                          early,
                          raw,
                          upgrade_to("/bulk"),
                          upgrade_to("/other"),
                          upgrade_to("/consensus", "2"),
                          bytes_of("\1garbage\r\n\r\n")};
  // Frames come behind a marker, once the upgrade was answered.
  for (const Bytes& payload : {Bytes{kSmallType, 1, 2}, Bytes{kBulkType}, Bytes{99}, Bytes{}}) {
    Bytes seed = honest;
    seed.front() = kInTurn;
    add_frame(seed, kBinary, payload);
    add_frame(seed, kPing, {1});
    made.push_back(seed);
  }
  Bytes parts = honest;
  parts.front() = kInTurn;
  add_frame(parts, kBegin, {kLargeType, 1});
  add_frame(parts, kEnd, {2, 3});
  add_frame(parts, kClose, {3, 0xE8});
  made.push_back(parts);
  Bytes huge = honest;
  huge.front() = kInTurn;
  append(huge, Bytes{kBinary, 0xFF, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0, kSmallType});
  made.push_back(huge);
  return made;
}

}  // namespace vostro::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  vostro::fuzz::talk({data + 1, size - 1}, data[0]);
  return 0;
}
