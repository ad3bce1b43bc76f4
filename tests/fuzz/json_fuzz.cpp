// JSON bodies of the API: transactions, quotes, policies, receipts. What is read is written and
// read as the same again, and can be encoded: no list is longer than its cap. Catalogue rows A4,
// P7.
#include "chain/json/json.h"
#include "chain/json/strict.h"
#include "tests/fuzz/target.h"
#include "tests/support/chain_builders.h"
#include "tests/unit/chain/every_body.h"

namespace vostro::fuzz {
namespace {

using namespace chain;  // NOLINT: the whole file is about it

const ExponentOf& exponents() {
  static const ExponentOf iso = [](const Currency& currency) { return iso4217_exponent(currency); };
  return iso;
}

template <class Read>
auto read(Read from_json, std::string_view text) {
  auto object = from_json(text, exponents());
  if (object) {
    const auto again = from_json(to_json(*object, exponents()), exponents());
    VOSTRO_CHECK(again && *again == *object);
  } else {
    VOSTRO_CHECK(!to_string(object.error()).empty());
  }
  return object;
}

}  // namespace

std::vector<Bytes> seeds() {
  std::vector<Bytes> made;
  for (const Sample& sample : every_body())
    made.push_back(bytes_of(to_json(sample.transaction, exponents())));
  made.push_back(
      bytes_of(to_json(test::a_quote().debtors({"NORDDEFF", "SUDBFRPP"}).build(), exponents())));
  made.push_back(bytes_of(to_json(test::four_eyes_policy("bank"), exponents())));
  made.push_back(bytes_of(to_json(test::a_payment_receipt(1), exponents())));
  made.push_back(bytes_of("{\"a\":[1,-1,1.5,1e400,true,null,\"\\u0000\\ud800\\n\"],\"a\":{}}"));
  made.push_back(bytes_of("[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]"));
  return made;
}

}  // namespace vostro::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vostro;  // NOLINT: the whole file is about it
  const std::string_view text = as_text({data, size});
  {
    const fuzz::MemoryBound bound(size);
    if (!chain::parse_strict(text)) return 0;
  }
  const auto transaction = fuzz::read(chain::transaction_from_json, text);
  if (transaction) {
    const Bytes bytes = encode_transaction(*transaction);
    const auto decoded = chain::decode_form_unchecked(bytes);
    if (decoded) VOSTRO_CHECK(*decoded == *transaction);
    if (chain::check_form(*transaction, transaction->network_id))
      VOSTRO_CHECK(decoded && chain::decode_transaction(bytes));
  }
  const auto quote = fuzz::read(chain::signed_quote_from_json, text);
  if (quote) VOSTRO_CHECK(!chain::quote_message(quote->quote).empty());
  const auto policy = fuzz::read(chain::policy_from_json, text);
  if (policy) VOSTRO_CHECK(policy->keys.size() <= chain::Policy::keys_max);
  const auto receipt = fuzz::read(chain::receipt_from_json, text);
  if (receipt) VOSTRO_CHECK(!receipt_hash(*receipt).is_zero());
  return 0;
}
