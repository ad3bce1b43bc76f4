#include "node/webhooks/callback.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <condition_variable>
#include <mutex>

#include "net/dial.h"
#include "net/lookup.h"

namespace vostro::node {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::uint32_t kAnswerHeaderMax = 16 * 1024;
/// Of one name; there is a deadline for all of them together.
constexpr std::size_t kAddressesMax = 8;

bool is_allowed(const net::IpAddress& address, const std::vector<net::IpNetwork>& allowed) {
  return std::ranges::any_of(allowed, [&](const auto& network) { return network.has(address); });
}

asio::ip::address asio_address(const net::IpAddress& address) {
  if (!address.is_v4()) return asio::ip::address_v6(address.bytes);
  asio::ip::address_v4::bytes_type bytes{};
  std::copy_n(address.bytes.begin() + 12, bytes.size(), bytes.begin());
  return asio::ip::address_v4(bytes);
}

}  // namespace

std::optional<std::string> refusal_of(const net::Url& url,
                                      const std::vector<net::IpAddress>& addresses,
                                      const std::vector<net::IpNetwork>& allowed) {
  for (const net::IpAddress& address : addresses) {
    if (is_allowed(address, allowed)) continue;
    if (!net::is_public(address))
      return "an address of the receiver is not public, and not among allowed_networks of "
             "[webhooks]";
    if (!url.origin.is_tls)
      return "plain http is only for allowed_networks of [webhooks]: use https";
  }
  return std::nullopt;
}

struct CallbackTrust::Context {
  std::unique_ptr<asio::ssl::context> tls;
};

CallbackTrust::CallbackTrust(std::unique_ptr<Context> context) : context_(std::move(context)) {}
CallbackTrust::~CallbackTrust() = default;

Result<std::shared_ptr<CallbackTrust>, std::string> CallbackTrust::load(
    const std::string& ca_file) {
  auto tls = net::make_tls_context(ca_file, net::LeastTls::v1_2);
  if (!tls) return fail(tls.error());
  return std::shared_ptr<CallbackTrust>(
      new CallbackTrust(std::make_unique<Context>(Context{*std::move(tls)})));
}

class Callback::Link {
 public:
  explicit Link(Setting setting) : setting_(std::move(setting)) {}

  Result<unsigned, std::string> post(const std::string& header_lines, const std::string& body) {
    const net::Url& url = setting_.url;
    const std::string header = "POST " + url.target +
                               " HTTP/1.1\r\nHost: " + net::host_field(url.origin) +
                               "\r\nUser-Agent: vostro-node\r\nContent-Type: application/json"
                               "\r\nContent-Length: " +
                               std::to_string(body.size()) + "\r\n" + header_lines + "\r\n";
    if (stream_) {
      const auto first = exchange(header, body);
      if (first) return *first;
      if (first.error() == boost::beast::error::timeout) return fail(sentence_of(first.error()));
    }
    if (auto opened = open(); !opened) return fail(opened.error());
    const auto answer = exchange(header, body);
    if (!answer) return fail(sentence_of(answer.error()));
    return *answer;
  }

  void give_up() {
    is_given_up_ = true;
    {
      const std::lock_guard lock(look_up_->mutex);
      look_up_->is_given_up = true;
    }
    look_up_->changed.notify_all();
    asio::post(io_, [] {});  // wakes the step under way
  }

 private:
  using Deadline = net::SteadyTime;

  /// A look-up that may outlive whoever wanted it.
  struct PendingLookUp {
    std::mutex mutex;
    std::condition_variable changed;
    bool is_under_way = false;
    bool is_given_up = false;
    std::optional<net::Found> found;
  };

  [[nodiscard]] Deadline deadline() const {
    return std::chrono::steady_clock::now() + setting_.timeout;
  }
  template <class Start>
  error_code run(Deadline until, Start&& start) {
    return net::run_step_until(io_, *stream_, until, std::forward<Start>(start), &is_given_up_);
  }
  static std::string sentence_of(const error_code& error) {
    return error == boost::beast::error::timeout ? "the receiver did not answer in time"
                                                 : "no answer: " + error.message();
  }

  Result<void, std::string> open() {
    stream_.reset();
    auto addresses = resolve();
    if (!addresses) return fail(addresses.error());
    if (addresses->size() > kAddressesMax) addresses->resize(kAddressesMax);
    if (auto refusal = refusal_of(setting_.url, *addresses, setting_.allowed))
      return fail(*std::move(refusal));
    const Deadline until = deadline();
    error_code error;
    for (const net::IpAddress& address : *addresses) {
      asio::ssl::context* tls =
          setting_.url.origin.is_tls ? setting_.trust->context_->tls.get() : nullptr;
      stream_.emplace(tcp::socket(io_), tls);
      const tcp::endpoint to(asio_address(address), setting_.url.origin.port);
      error = run(until, [&](auto handler) { stream_->socket().async_connect(to, handler); });
      if (!error) return secure();
    }
    stream_.reset();
    return fail("cannot connect: " + error.message());
  }

  Result<net::IpAddresses, std::string> resolve() {
    bool is_to_start = false;
    {
      const std::lock_guard lock(look_up_->mutex);
      is_to_start = !std::exchange(look_up_->is_under_way, true);
    }
    if (is_to_start)
      net::look_up(setting_.url.origin.host, [look_up = look_up_](net::Found found) {
        const std::lock_guard lock(look_up->mutex);
        look_up->found = std::move(found);
        look_up->changed.notify_all();
      });
    std::unique_lock lock(look_up_->mutex);
    look_up_->changed.wait_until(
        lock, deadline(), [&] { return look_up_->found.has_value() || look_up_->is_given_up; });
    if (!look_up_->found) return fail(std::string("the name was not resolved in time"));
    net::Found found = *std::move(look_up_->found);
    look_up_->found.reset();
    look_up_->is_under_way = false;
    return found;
  }

  Result<void, std::string> secure() {
    error_code ignored;  // without it a request only waits a little longer in the kernel
    stream_->socket().set_option(tcp::no_delay(true), ignored);
    if (!stream_->is_tls()) return {};
    if (auto ready = net::expect_server(*stream_, setting_.url.origin.host); !ready) {
      stream_.reset();
      return fail(ready.error());
    }
    const error_code error = run(deadline(), [&](auto handler) {
      stream_->async_handshake(asio::ssl::stream_base::client, handler);
    });
    if (!error) return {};
    stream_.reset();
    return fail("TLS: " + error.message());
  }

  /// The stream is gone where it cannot be used again.
  Result<unsigned, error_code> exchange(const std::string& header, const std::string& body) {
    const Deadline until = deadline();
    const std::array<asio::const_buffer, 2> parts{asio::buffer(header), asio::buffer(body)};
    const error_code written =
        run(until, [&](auto handler) { asio::async_write(*stream_, parts, handler); });
    http::response_parser<http::string_body> parser;
    parser.body_limit(answer_bytes_max);
    parser.header_limit(kAnswerHeaderMax);
    boost::beast::flat_buffer buffer;
    // A receiver that refuses early and closes while we still write is listened to as well.
    error_code read = written;
    if (written != boost::beast::error::timeout)
      read = run(until, [&](auto handler) { http::async_read(*stream_, buffer, parser, handler); });
    const bool is_whole = !written && !read && buffer.size() == 0;
    if (!is_whole || !parser.get().keep_alive()) stream_.reset();
    // The status says it all: a body that is too long, or never ends, changes nothing.
    if (!parser.is_header_done()) return fail(read);
    const unsigned status = parser.get().result_int();
    if (written && status / 100 == 2) return fail(written);  // it has not seen all of it
    return status;
  }

  Setting setting_;
  asio::io_context io_;
  std::atomic<bool> is_given_up_{false};
  const std::shared_ptr<PendingLookUp> look_up_ = std::make_shared<PendingLookUp>();
  std::optional<net::Stream> stream_;
};

Callback::Callback(Setting setting) : link_(std::make_unique<Link>(std::move(setting))) {}
Callback::~Callback() = default;

Result<unsigned, std::string> Callback::post(const std::string& header_lines,
                                             const std::string& body) {
  return link_->post(header_lines, body);
}
void Callback::give_up() {
  link_->give_up();
}

}  // namespace vostro::node
