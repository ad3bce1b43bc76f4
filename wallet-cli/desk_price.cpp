#include "wallet-cli/desk_price.h"

#include <algorithm>
#include <limits>

#include "chain/json/strict.h"
#include "client/read_answers.h"
#include "wallet-cli/text.h"

namespace vostro::wallet {
namespace {

__extension__ typedef unsigned __int128 Wide;  // -Wpedantic knows the type by no other name

using Fault = tl::unexpected<std::string>;
using chain::JsonIn;

constexpr std::size_t kAsk = 0;
constexpr std::size_t kBid = 1;

std::optional<DeskPair> pair_from(std::string_view text) {
  if (text.size() != 7 || text[3] != '/') return std::nullopt;
  const auto base = parse_currency(text.substr(0, 3));
  const auto counter = parse_currency(text.substr(4));
  if (!base || !counter || *base == *counter) return std::nullopt;
  return DeskPair{*base, *counter};
}

/// The fields as text, before any of them is understood.
struct Fields {
  std::string pair;
  std::optional<std::string> bid;
  std::optional<std::string> ask;
  std::optional<std::string> size;
  std::string until;
  std::optional<std::string> hold_max;
  std::vector<std::string> debtors;
};

Result<Fields, std::string> fields_of(std::string_view line) {
  if (line.size() > DeskPrice::line_bytes_max)
    return fail("the line has more than " + std::to_string(DeskPrice::line_bytes_max) + " bytes");
  const auto value = chain::parse_strict(line);
  if (!value) return fail(chain::to_string(value.error()));
  chain::JsonProblem problem;
  const JsonIn in(*value, problem, client::iso_exponents());
  const auto text = [](const JsonIn& each) { return each.text(64); };
  in.has_fields({"pair", "until"}, {"bid", "ask", "size", "hold_max", "debtors"});
  Fields fields{in.field("pair").text(64),
                in.field("bid").optional(text),
                in.field("ask").optional(text),
                in.field("size").optional(text),
                in.field("until").text(64),
                in.field("hold_max").optional(text),
                {}};
  if (!in.field("debtors").is_null()) {
    for (const JsonIn& each : in.field("debtors").elements(chain::Quote::debtors_max))
      fields.debtors.push_back(text(each));
  }
  if (problem.error()) return fail(chain::to_string(*problem.error()));
  return fields;
}

Result<chain::Rate, std::string> rate_from(const std::string& text, std::string_view field,
                                           const DeskPair& pair) {
  const auto rate = chain::parse_rate(text);
  if (!rate || !chain::is_valid(*rate))
    return fail(std::string(field) + " \"" + text + "\": write units of " +
                vostro::to_text(pair.counter) + " for one " + vostro::to_text(pair.base) +
                ", above 0, with at most 12 digits, as in 1.0842");
  return *rate;
}

/// Is a <= b? Compared without division.
bool is_at_most(const chain::Rate& a, const chain::Rate& b) {
  Wide left = a.mantissa;
  Wide right = b.mantissa;
  for (std::uint8_t i = a.scale; i < b.scale; ++i) left *= 10;
  for (std::uint8_t i = b.scale; i < a.scale; ++i) right *= 10;
  return left <= right;
}

/// A time that has passed is no fault: a line may have waited behind others.
Result<UnixSeconds, std::string> until_from(const std::string& text, UnixSeconds now) {
  if (const auto time = parse_time(text)) return *time;
  auto time = parse_when(text, now);
  if (!time) return fail("until " + time.error());
  return *time;
}

Result<void, std::string> add_sides(DeskPrice& price, const Fields& fields) {
  if (!fields.bid && !fields.ask) {
    if (fields.size) return fail("size \"" + *fields.size + "\": of what? There is no bid nor ask");
    return {};
  }
  if (!fields.size) return fail(std::string("size is missing: as in \"1000000.00 EUR\""));
  const auto size = parse_money(*fields.size);
  if (!size) return fail("size " + size.error());
  if (size->currency != price.pair.base)
    return fail("size \"" + *fields.size + "\": sizes of " + to_text(price.pair) + " are in " +
                vostro::to_text(price.pair.base));
  const auto base_digits = iso4217_exponent(price.pair.base);
  const auto counter_digits = iso4217_exponent(price.pair.counter);
  if (!base_digits || !counter_digits)
    return fail("pair: " + to_text(price.pair) + " has a currency without a minor unit");
  std::optional<chain::Rate> ask;
  if (fields.ask) {
    const auto rate = rate_from(*fields.ask, "ask", price.pair);
    if (!rate) return fail(rate.error());
    ask = *rate;
    price.sides[kAsk] = DeskSide{price.pair.base, price.pair.counter, *rate, size->units};
  }
  if (!fields.bid) return {};
  const auto bid = rate_from(*fields.bid, "bid", price.pair);
  if (!bid) return fail(bid.error());
  if (ask && !is_at_most(*bid, *ask))
    return fail("bid " + *fields.bid + " is above the ask " + *fields.ask +
                ": whoever took both would gain");
  const auto inverse = inverse_of(*bid);
  // The most that is sold for a size of the base currency.
  const auto limit =
      inverse ? chain::largest_amount_within(size->units, *inverse, *base_digits, *counter_digits)
              : std::nullopt;
  if (!limit)
    return fail("bid " + *fields.bid + ": " + *fields.size + " is less than the smallest " +
                vostro::to_text(price.pair.counter));
  price.sides[kBid] = DeskSide{price.pair.counter, price.pair.base, *inverse, *limit};
  return {};
}

}  // namespace

std::string to_text(const DeskPair& pair) {
  return vostro::to_text(pair.base) + "/" + vostro::to_text(pair.counter);
}

std::optional<chain::Rate> inverse_of(const chain::Rate& rate) {
  if (!chain::is_valid(rate)) return std::nullopt;
  // 1 / (mantissa x 10^-scale) = 10^(scale + digits) / mantissa x 10^-digits, with the most digits
  // that fit. 10^24 is well within 128 bits.
  for (std::uint8_t digits = chain::Rate::scale_max + 1; digits-- > 0;) {
    Wide numerator = 1;
    for (unsigned i = 0; i < unsigned{rate.scale} + digits; ++i) numerator *= 10;
    const Wide mantissa = (numerator + rate.mantissa - 1) / rate.mantissa;
    if (mantissa <= chain::Rate::mantissa_max)
      return chain::Rate{static_cast<std::uint64_t>(mantissa), digits};
  }
  return std::nullopt;
}

Result<DeskPrice, std::string> parse_desk_price(std::string_view line, UnixSeconds now) {
  const auto fields = fields_of(line);
  if (!fields) return fail(fields.error());
  DeskPrice price;
  const auto pair = pair_from(fields->pair);
  if (!pair)
    return fail("pair \"" + fields->pair +
                "\": write two currencies and a slash between, as in EUR/USD");
  price.pair = *pair;
  const auto until = until_from(fields->until, now);
  if (!until) return fail(until.error());
  price.until = *until;
  if (fields->hold_max) {
    const auto seconds = parse_duration_s(*fields->hold_max);
    if (!seconds || *seconds > std::numeric_limits<std::uint32_t>::max())
      return fail("hold_max \"" + *fields->hold_max +
                  "\": write a duration, as in 90s, 15m, 1h, 7d");
    price.hold_max_s = static_cast<std::uint32_t>(*seconds);
  }
  for (const std::string& text : fields->debtors) {
    const auto bic = parse_bic(text);
    if (!bic) return fail("debtors \"" + text + "\": " + std::string(to_string(bic.error())));
    price.debtors.push_back(*bic);
  }
  std::sort(price.debtors.begin(), price.debtors.end());
  if (std::adjacent_find(price.debtors.begin(), price.debtors.end()) != price.debtors.end())
    return fail(std::string("debtors: a bank stands there twice"));
  if (auto sides = add_sides(price, *fields); !sides) return fail(sides.error());
  return price;
}

}  // namespace vostro::wallet
