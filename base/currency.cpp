#include <algorithm>
#include <array>

#include "base/money.h"
#include "base/text.h"

namespace vostro {
namespace {

// ISO 4217 list one of 2024-06-25 by digits of the minor unit, with XAD and XCG, which joined it in
// 2025. ANG, BGN and CUC have left it since, and stay here: what was owed in them is still told in
// them.
constexpr std::string_view kNoDigits =
    "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF";
constexpr std::string_view kTwoDigits =
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN "
    "BWP BYN BZD CAD CDF CHE CHF CHW CNY COP COU CRC CUC CUP CVE CZK DKK DOP DZD EGP ERN "
    "ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES "
    "KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK "
    "MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR "
    "SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD "
    "TZS UAH USD USN UYU UZS VED VES WST XAD XCD XCG YER ZAR ZMW ZWG";
constexpr std::string_view kThreeDigits = "BHD IQD JOD KWD LYD OMR TND";
constexpr std::string_view kFourDigits = "CLF UYW";

constexpr std::size_t kLetters = 26;
constexpr std::uint8_t kUnlisted = 0xFF;

constexpr std::size_t index_of(char a, char b, char c) {
  return (static_cast<std::size_t>(a - 'A') * kLetters + static_cast<std::size_t>(b - 'A')) *
             kLetters +
         static_cast<std::size_t>(c - 'A');
}

using Exponents = std::array<std::uint8_t, kLetters * kLetters * kLetters>;

constexpr void list(Exponents& exponents, std::string_view codes, std::uint8_t exponent) {
  constexpr std::size_t stride = 4;  // three letters and a space
  for (std::size_t i = 0; i < codes.size(); i += stride)
    exponents[index_of(codes[i], codes[i + 1], codes[i + 2])] = exponent;
}

constexpr Exponents kExponents = [] {
  Exponents exponents{};
  exponents.fill(kUnlisted);
  list(exponents, kNoDigits, 0);
  list(exponents, kTwoDigits, 2);
  list(exponents, kThreeDigits, 3);
  list(exponents, kFourDigits, 4);
  return exponents;
}();
static_assert(std::all_of(kExponents.begin(), kExponents.end(),
                          [](std::uint8_t e) { return e <= exponent_max || e == kUnlisted; }));

}  // namespace

std::string to_text(const Currency& currency) {
  return {currency.code.data(), currency.code.size()};
}

std::optional<Currency> parse_currency(std::string_view text) {
  Currency currency;
  if (text.size() != currency.code.size()) return std::nullopt;
  std::copy(text.begin(), text.end(), currency.code.begin());
  if (!is_valid(currency)) return std::nullopt;
  return currency;
}

bool is_valid(const Currency& currency) {
  return std::all_of(currency.code.begin(), currency.code.end(), is_upper);
}

std::optional<std::uint8_t> iso4217_exponent(const Currency& currency) {
  if (!is_valid(currency)) return std::nullopt;
  const auto& code = currency.code;
  const std::uint8_t exponent = kExponents[index_of(code[0], code[1], code[2])];
  if (exponent == kUnlisted) return std::nullopt;
  return exponent;
}

}  // namespace vostro
