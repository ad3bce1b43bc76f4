// Goal: the bridge's HTTP side goes on where its database hangs, and keeps nobody who has gone.
// Method: handlers without a socket, over a real book; a look that does not end holds it.
#include "bridge/api/counter.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <future>
#include <thread>

#include "base/private_file.h"
#include "bridge/channel/signature.h"
#include "tests/unit/bridge/databases.h"

namespace vostro::bridge::test {
namespace {

using api::Answer;
using api::Counter;
using api::MakeResponse;
using api::Request;
using api::SharedBook;

class CounterTest : public BookTest {};

TEST_P(CounterTest, ALookThatHangsHoldsNobodyElseUp) {
  SharedBook book(open());
  ASSERT_TRUE(book.read([](BookTransaction&) {}));
  std::promise<void> hanging, end;
  auto hung = std::async(std::launch::async, [&] {
    return book.read([&](BookTransaction&) {
      hanging.set_value();
      end.get_future().wait();
    });
  });
  hanging.get_future().wait();
  auto others = std::async(std::launch::async, [&] {
    int answered = 0;
    for (int i = 0; i < 50; ++i) answered += book.read([](BookTransaction&) {}) ? 1 : 0;
    return answered;
  });
  // 50 looks that each waited for it would take far more.
  const bool is_free = others.wait_for(std::chrono::seconds(20)) == std::future_status::ready;
  end.set_value();
  EXPECT_TRUE(is_free);
  EXPECT_EQ(others.get(), 0);
  EXPECT_TRUE(hung.get());
  EXPECT_TRUE(book.read([](BookTransaction&) {})) << "it is over";
}

TEST_P(CounterTest, WhoeverWasToldIsForgotten) {
  SharedBook book(open());
  auto directories = Directories::open((home_.path() / "files").string(), {});
  ASSERT_TRUE(directories) << directories.error();
  const SecretKey own = SecretKey::generate();
  const SecretKey bank = SecretKey::generate();
  Counter counter(book, *directories, own, bank.public_key());
  counter.set_active(true);
  Request request;
  request.method = "POST";
  request.query = {{"wait", "outcome"}};
  request.content_type = api::message_type;
  request.body = "<any/>";
  request.own_fields = {
      {std::string(api::signature_field), sign_file(bank, as_bytes(request.body))}};
  // What an answer keeps alive is its connection.
  const auto connection = std::make_shared<int>();
  const Answer answer = [connection](const MakeResponse&) {};
  const auto held = connection.use_count();
  std::vector<MakeResponse> given_up;
  for (int i = 0; i < 3; ++i) given_up.push_back(counter.post(request, answer));
  EXPECT_EQ(connection.use_count(), held + 3);
  for (const MakeResponse& make : given_up) EXPECT_EQ(make().status, 202U);
  EXPECT_EQ(connection.use_count(), held);
}

VOSTRO_ON_BOTH_DATABASES(CounterTest);

/// A server that takes the connection and never says a word.
struct SilentServer {
  OpenFile socket{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  sockaddr_in address{};

  SilentServer() {
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* const at = reinterpret_cast<sockaddr*>(&address);
    socklen_t size = sizeof address;
    EXPECT_EQ(::bind(socket.get(), at, size), 0);
    EXPECT_EQ(::listen(socket.get(), 1), 0);
    EXPECT_EQ(::getsockname(socket.get(), at, &size), 0);
  }
  /// This process's own end of the connection to it; -1: none.
  [[nodiscard]] int client() const {
    for (int descriptor = 3; descriptor < 256; ++descriptor) {
      sockaddr_in peer{};
      socklen_t size = sizeof peer;
      if (::getpeername(descriptor, reinterpret_cast<sockaddr*>(&peer), &size) == 0 &&
          peer.sin_family == AF_INET && peer.sin_port == address.sin_port)
        return descriptor;
    }
    return -1;
  }
};

int option_of(int socket, int level, int name) {
  int value = -1;
  socklen_t size = sizeof value;
  EXPECT_EQ(::getsockopt(socket, level, name, &value, &size), 0);
  return value;
}

TEST(TheDatabase, IsGivenUpSoonWhereItsMachineIsGone) {
  const SilentServer server;
  auto asked = std::async(std::launch::async, [&] {
    const std::string where = "postgresql:host=127.0.0.1 user=u dbname=d sslmode=disable port=" +
                              std::to_string(ntohs(server.address.sin_port));
    EXPECT_THROW(Sql(*parse_database(where), {}).run("SELECT 1"), SqlError);
  });
  OpenFile accepted(::accept4(server.socket.get(), nullptr, nullptr, SOCK_CLOEXEC));
  // It has begun to speak: what it sets on its socket is set.
  char first = 0;
  EXPECT_EQ(::recv(accepted.get(), &first, 1, 0), 1);
  const int client = server.client();
  EXPECT_EQ(option_of(client, IPPROTO_TCP, TCP_USER_TIMEOUT), 10'000);
  EXPECT_EQ(option_of(client, SOL_SOCKET, SO_KEEPALIVE), 1);
  EXPECT_EQ(option_of(client, IPPROTO_TCP, TCP_KEEPIDLE), 10);
  EXPECT_EQ(option_of(client, IPPROTO_TCP, TCP_KEEPINTVL), 5);
  EXPECT_EQ(option_of(client, IPPROTO_TCP, TCP_KEEPCNT), 2);
  accepted = OpenFile(-1);
  asked.get();
}

}  // namespace
}  // namespace vostro::bridge::test
