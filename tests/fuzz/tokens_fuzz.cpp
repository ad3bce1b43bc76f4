// The node's file of API tokens: what is read is written as the same text.
#include "node/api/tokens.h"
#include "tests/fuzz/target.h"

namespace vostro::fuzz {

std::vector<Bytes> seeds() {
  using node::api::Role;
  node::api::Token token;
  token.name = "core-banking";
  token.created = UnixSeconds(1'700'000'000);
  node::api::Token other = token;
  other.hash.bytes.fill(0xAB);
  other.role = Role::operate;
  other.expires = UnixSeconds(1'800'000'000);
  other.name = "x";
  return {bytes_of(node::api::tokens_text({})), bytes_of(node::api::tokens_text({token})),
          bytes_of(node::api::tokens_text({token, other}))};
}

}  // namespace vostro::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vostro;  // NOLINT: the whole file is about it
  const auto tokens = node::api::parse_tokens(as_text({data, size}));
  if (!tokens) {
    VOSTRO_CHECK(!tokens.error().empty());
    return 0;
  }
  VOSTRO_CHECK(tokens->size() <= node::api::tokens_max);
  const auto again = node::api::parse_tokens(node::api::tokens_text(*tokens));
  VOSTRO_CHECK(again && *again == *tokens);
  return 0;
}
