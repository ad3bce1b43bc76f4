// The canonical bytes of a transaction, as they come from a client, a batch or the disk. What
// decodes is written as the same bytes; nothing made here is ever signed by a key it does not have.
// Catalogue rows P5, P6, T3, T4, T5.
#include <set>

#include "tests/fuzz/target.h"
#include "tests/support/chain_builders.h"
#include "tests/unit/chain/every_body.h"

namespace vostro::fuzz {
namespace {

std::set<Hash> signed_hashes() {
  std::set<Hash> hashes;
  for (const chain::Sample& sample : chain::every_body())
    hashes.insert(transaction_hash(sample.transaction));
  return hashes;
}

}  // namespace

std::vector<Bytes> seeds() {
  std::vector<Bytes> made;
  for (const chain::Sample& sample : chain::every_body())
    made.push_back(encode_transaction(sample.transaction));
  return made;
}

}  // namespace vostro::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vostro;  // NOLINT: the whole file is about it
  static const std::set<Hash> signed_hashes = fuzz::signed_hashes();
  const ByteView input(data, size);

  const fuzz::MemoryBound bound(size);
  const auto any_form = chain::decode_form_unchecked(input);
  const auto formed = chain::decode_transaction(input);
  VOSTRO_CHECK(any_form || !formed);
  if (!any_form) {
    VOSTRO_CHECK(!to_string(any_form.error()).empty());
    return 0;
  }
  VOSTRO_CHECK(std::ranges::equal(encode_transaction(*any_form), input));
  VOSTRO_CHECK(!chain::decode_form_unchecked(input.first(size - 1)));
  VOSTRO_CHECK(chain::kind_of(any_form->body).size() > 0);

  const auto verified = chain::verify(input, test::network());
  VOSTRO_CHECK(!verified || formed);
  if (!verified) return 0;
  VOSTRO_CHECK((*verified)->hash() == transaction_hash(*formed));
  VOSTRO_CHECK(signed_hashes.contains((*verified)->hash()));
  return 0;
}
