// A line of a desk's stream of prices, which another program writes. What is taken is a price
// whose quotes the ledger takes, and no side promises more than a quote can.
#include "tests/fuzz/target.h"
#include "tests/support/chain_builders.h"
#include "wallet-cli/desk_price.h"

namespace vostro::fuzz {

std::vector<Bytes> seeds() {
  std::vector<Bytes> made;
  for (
      const std::string_view line :
      {R"({"pair":"EUR/USD","bid":"1.0838","ask":"1.0842","size":"1000000.00 EUR","until":"+60s"})",
       R"({"pair":"USD/JPY","ask":"161.23","size":"5.00 USD","until":"2026-11-23T15:16:39Z"})",
       R"({"pair":"KWD/JPY","bid":"497.5","size":"0.001 KWD","until":"+1h","hold_max":"15m",)"
       R"("debtors":["SUDBFRPP","NORDDEFF"]})",
       R"({"pair":"EUR/USD","until":"+60s"})"})
    made.push_back(bytes_of(line));
  return made;
}

namespace {

void check(std::string_view line) {
  const auto price = wallet::parse_desk_price(line, test::test_time);
  if (!price) {
    VOSTRO_CHECK(!price.error().empty());
    return;
  }
  for (const auto& side : price->sides) {
    if (!side) continue;
    chain::Quote quote = test::a_quote().quote();
    quote.sells = side->sells;
    quote.buys = side->buys;
    quote.rate = side->rate;
    quote.limit = side->limit;
    quote.expires_at = price->until;
    quote.hold_max_s = price->hold_max_s;
    quote.debtors = price->debtors;
    VOSTRO_CHECK(chain::is_well_formed(quote));
  }
}

}  // namespace
}  // namespace vostro::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  vostro::fuzz::check(vostro::as_text({data, size}));
  return 0;
}
