// The node's file of API tokens: what is read is written as the same text.
#include "net/http/tokens.h"
#include "tests/fuzz/target.h"

namespace vostro::fuzz {

std::vector<Bytes> seeds() {
  using net::http::Role;
  net::http::Token token;
  token.name = "core-banking";
  token.created = UnixSeconds(1'700'000'000);
  net::http::Token other = token;
  other.hash.bytes.fill(0xAB);
  other.role = Role::operate;
  other.expires = UnixSeconds(1'800'000'000);
  other.name = "x";
  return {bytes_of(net::http::tokens_text({})), bytes_of(net::http::tokens_text({token})),
          bytes_of(net::http::tokens_text({token, other}))};
}

}  // namespace vostro::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vostro;  // NOLINT: the whole file is about it
  const auto tokens = net::http::parse_tokens(as_text({data, size}));
  if (!tokens) {
    VOSTRO_CHECK(!tokens.error().empty());
    return 0;
  }
  VOSTRO_CHECK(tokens->size() <= net::http::tokens_max);
  const auto again = net::http::parse_tokens(net::http::tokens_text(*tokens));
  VOSTRO_CHECK(again && *again == *tokens);
  return 0;
}
