#include "tests/unit/p2p/network_support.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>

#include "base/check.h"

namespace vostro::p2p::test {
namespace {

EVP_PKEY* make_pkey(Byte certificate, Byte secret) {
  // OpenSSL believes a pair that is handed in as such: a certificate of one bank, signed for by
  // another.
  const SecretKey shown = key_of(certificate);
  const SecretKey used = key_of(secret);
  Bytes public_bytes(shown.public_key().bytes.begin(), shown.public_key().bytes.end());
  Bytes secret_bytes(used.seed().begin(), used.seed().end());
  OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, public_bytes.data(),
                                        public_bytes.size()),
      OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PRIV_KEY, secret_bytes.data(),
                                        secret_bytes.size()),
      OSSL_PARAM_construct_end(),
  };
  EVP_PKEY_CTX* context = EVP_PKEY_CTX_new_from_name(nullptr, "ED25519", nullptr);
  EVP_PKEY* key = nullptr;
  VOSTRO_CHECK(EVP_PKEY_fromdata_init(context) == 1);
  VOSTRO_CHECK(EVP_PKEY_fromdata(context, &key, EVP_PKEY_KEYPAIR, parameters) == 1);
  EVP_PKEY_CTX_free(context);
  return key;
}

X509* make_certificate(EVP_PKEY* key) {
  X509* certificate = X509_new();
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 7);
  // Long expired: dates are nobody's business here.
  ASN1_TIME_set_string(X509_getm_notBefore(certificate), "19990101000000Z");
  ASN1_TIME_set_string(X509_getm_notAfter(certificate), "20000101000000Z");
  X509_set_pubkey(certificate, key);
  VOSTRO_CHECK(X509_sign(certificate, key, nullptr) > 0);
  return certificate;
}

void append_text(Bytes& to, std::string_view text) {
  append(to, as_bytes(text));
}

}  // namespace

FrameLimits frame_table() {
  const std::vector<FrameRule> rules{
      {.type = kVote, .body_bytes_max = kVoteBytesMax},
      {.type = kProposal, .body_bytes_max = 64 * 1024},
      {.type = kPart, .body_bytes_max = kPartBytesMax, .channel = Channel::bulk},
      {.type = kRequest, .body_bytes_max = 100, .rate_class = 1},
  };
  auto table = FrameLimits::make(rules, {Rate{.per_second = 1'000'000, .burst = 1'000'000},
                                         Rate{.per_second = 100, .burst = 5}});
  VOSTRO_CHECK(table.has_value());
  return *table;
}

SecretKey key_of(Byte number) {
  const Bytes seed(SecretKey::seed_size, number);
  return SecretKey::from_seed(seed);
}

Hash network_of(Byte number) {
  Hash hash;
  hash.bytes.fill(number);
  return hash;
}

std::shared_ptr<const Bytes> body_of(std::size_t size, Byte fill) {
  return std::make_shared<const Bytes>(size, fill);
}

PeerIdentity peer_of(Byte number, std::uint16_t port) {
  return {.name = "node" + std::to_string(number),
          .tls_key = key_of(number).public_key(),
          .host = "127.0.0.1",
          .port = port,
          .dial = port != 0};
}

Node::Node(Settings settings) : keeps_leases_(settings.keeps_leases) {
  Callbacks callbacks;
  callbacks.on_frame = [this](InboundFrame frame) {
    const std::lock_guard lock(mutex_);
    Received& received = frames.emplace_back(Received{.peer = std::move(frame.peer),
                                                      .type = frame.type,
                                                      .body = std::move(frame.body),
                                                      .lease = {}});
    if (keeps_leases_) received.lease = std::move(frame.lease);
    changed_.notify_all();
  };
  callbacks.on_connected = [this](const std::string& name) {
    const std::lock_guard lock(mutex_);
    connected.push_back(name);
    changed_.notify_all();
  };
  callbacks.on_disconnected = [this](const std::string& name, Reason reason) {
    const std::lock_guard lock(mutex_);
    disconnected.emplace_back(name, reason);
    changed_.notify_all();
  };
  callbacks.on_notice = [this](const Notice& notice) {
    const std::lock_guard lock(mutex_);
    notices.push_back(notice);
    changed_.notify_all();
  };
  Config config{.network_id = network_of(settings.network),
                .protocol_version = settings.protocol,
                .listen = std::nullopt,
                .frames = frame_table(),
                .limits = settings.limits,
                .jitter_seed = settings.key};
  if (settings.listens) config.listen = ListenAddress{.host = "127.0.0.1", .port = settings.port};
  network_ = std::make_unique<Network>(std::move(config), key_of(settings.key),
                                       std::move(settings.registry), std::move(callbacks));
  const auto started = network_->start();
  VOSTRO_CHECK(started.has_value());
  port_ = *started;
}

bool Node::wait_connected(const std::string& name, int times) {
  return wait([&](Node& node) {
    return std::count(node.connected.begin(), node.connected.end(), name) >= times;
  });
}

bool Node::wait_ended(Reason reason, std::uint64_t times) {
  return wait([&](Node&) {
    const Statistics now = network_->statistics();
    const auto found = now.ended.find(reason);
    return found != now.ended.end() && found->second >= times;
  });
}

bool Node::wait_refused(Reason reason, std::uint64_t times) {
  return wait([&](Node&) { return refused(reason) >= times; });
}

bool Node::wait_frames(std::size_t count) {
  return wait([&](Node& node) { return node.frames.size() >= count; });
}

bool Node::wait_notice(const std::string& part) {
  return wait([&](Node& node) {
    return std::any_of(node.notices.begin(), node.notices.end(), [&](const Notice& notice) {
      return notice.text.find(part) != std::string::npos;
    });
  });
}

std::uint64_t Node::refused(Reason reason) const {
  const Statistics now = network_->statistics();
  const auto found = now.refused.find(reason);
  return found == now.refused.end() ? 0 : found->second;
}

PeerStatistics Node::peer(const std::string& name) const {
  for (PeerStatistics& one : network_->statistics().peers) {
    if (one.name == name) return std::move(one);
  }
  return {};
}

void Node::drop_frames() {
  std::vector<Received> dropped;
  const std::lock_guard lock(mutex_);
  dropped.swap(frames);
}

std::ptrdiff_t Node::count(Byte type) const {
  return std::count_if(frames.begin(), frames.end(),
                       [type](const Received& frame) { return frame.type == type; });
}

std::size_t Node::take(Byte type) {
  std::vector<Received> taken;
  const std::lock_guard lock(mutex_);
  const auto rest = std::stable_partition(
      frames.begin(), frames.end(), [type](const Received& frame) { return frame.type != type; });
  std::move(rest, frames.end(), std::back_inserter(taken));
  frames.erase(rest, frames.end());
  return taken.size();
}

RawClient::RawClient(std::uint16_t port) {
  // A peer that hangs up while we write is what these tests are about.
  std::signal(SIGPIPE, SIG_IGN);
  socket_ = ::socket(AF_INET, SOCK_STREAM, 0);
  VOSTRO_CHECK(socket_ >= 0);
  const timeval patience{.tv_sec = 10, .tv_usec = 0};
  VOSTRO_CHECK(setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) == 0);
  VOSTRO_CHECK(setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) == 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  VOSTRO_CHECK(::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) ==
               0);
}

RawClient::~RawClient() {
  SSL_free(tls_);
  SSL_CTX_free(context_);
  ::close(socket_);
}

bool RawClient::connect_tls(const Identity& identity) {
  context_ = SSL_CTX_new(TLS_client_method());
  SSL_CTX_set_min_proto_version(context_, identity.version);
  SSL_CTX_set_max_proto_version(context_, identity.version);
  SSL_CTX_set_verify(context_, SSL_VERIFY_NONE, nullptr);
  tls_ = SSL_new(context_);
  if (identity.certificate) {
    EVP_PKEY* key =
        make_pkey(*identity.certificate, identity.secret.value_or(*identity.certificate));
    X509* certificate = make_certificate(key);
    VOSTRO_CHECK(SSL_use_certificate(tls_, certificate) == 1);
    VOSTRO_CHECK(SSL_use_PrivateKey(tls_, key) == 1);
    X509_free(certificate);
    EVP_PKEY_free(key);
  }
  SSL_set_fd(tls_, socket_);
  return SSL_connect(tls_) == 1;
}

bool RawClient::write_plain(ByteView bytes) {
  return ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
         static_cast<ssize_t>(bytes.size());
}

bool RawClient::write(ByteView bytes) {
  return SSL_write(tls_, bytes.data(), static_cast<int>(bytes.size())) ==
         static_cast<int>(bytes.size());
}

long RawClient::read_some() {
  std::array<char, 16 * 1024> piece{};
  const long size = tls_ == nullptr || SSL_is_init_finished(tls_) == 0
                        ? static_cast<long>(::recv(socket_, piece.data(), piece.size(), 0))
                        : SSL_read(tls_, piece.data(), static_cast<int>(piece.size()));
  if (size > 0) received_.append(piece.data(), static_cast<std::size_t>(size));
  return size;
}

std::string RawClient::upgrade(std::string_view path, Byte network, std::string_view protocol,
                               std::string_view instance) {
  Bytes request;
  append_text(request, "GET ");
  append_text(request, path);
  append_text(request,
              " HTTP/1.1\r\nHost: raw\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
              "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
              "Vostro-Network: ");
  append_text(request, to_hex(network_of(network).view()));
  append_text(request, "\r\nVostro-Protocol: ");
  append_text(request, protocol);
  if (!instance.empty()) {
    append_text(request, "\r\nVostro-Instance: ");
    append_text(request, instance);
  }
  append_text(request, "\r\n\r\n");
  if (!write(request)) return "";
  while (received_.find("\r\n\r\n") == std::string::npos) {
    if (read_some() <= 0) return "";
  }
  return received_;
}

bool RawClient::write_frame(Byte opcode, bool is_final, std::uint64_t claimed, ByteView payload) {
  Bytes frame;
  frame.push_back(static_cast<Byte>((is_final ? 0x80 : 0) | opcode));
  constexpr Byte kMasked = 0x80;
  const auto append_length = [&frame, claimed](unsigned width) {
    for (unsigned i = width; i-- > 0;) frame.push_back(static_cast<Byte>(claimed >> (8 * i)));
  };
  if (claimed < 126) {
    frame.push_back(static_cast<Byte>(kMasked | claimed));
  } else if (claimed <= 0xffff) {
    frame.push_back(kMasked | 126);
    append_length(2);
  } else {
    frame.push_back(kMasked | 127);
    append_length(8);
  }
  frame.insert(frame.end(), 4, 0);  // A mask of zeros leaves the payload as it is.
  append(frame, payload);
  return write(frame);
}

bool RawClient::has_ticket() const {
  return SSL_SESSION_is_resumable(SSL_get0_session(tls_)) == 1;
}

bool RawClient::is_closed_by_peer() {
  for (;;) {
    errno = 0;
    const long size = read_some();
    if (size > 0) continue;
    return errno != EAGAIN && errno != EWOULDBLOCK;
  }
}

}  // namespace vostro::p2p::test
