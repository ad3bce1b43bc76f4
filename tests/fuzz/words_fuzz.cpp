// Short texts that people and other programs write: amounts, BIC, IBAN, LEI, UETR, dates, keys,
// account names, addresses, durations. What is taken is written as the same text again, and check
// digits catch each wrong digit. Catalogue rows T17, A4, B5, K4.
#include <string>

#include "base/identifiers.h"
#include "base/keys.h"
#include "base/money.h"
#include "base/text.h"
#include "base/time.h"
#include "chain/account.h"
#include "chain/quote.h"
#include "client/address.h"
#include "genesis/format.h"
#include "genesis/toml.h"
#include "net/ip.h"
#include "net/url.h"
#include "tests/fuzz/target.h"
#include "wallet-cli/text.h"

namespace vostro::fuzz {
namespace {

constexpr std::string_view kIban = "DE89370400440532013000";
constexpr std::string_view kLei = "335800BY3CB8W1JK9L13";

void check_amounts(std::string_view text) {
  for (std::uint8_t exponent = 0; exponent <= exponent_max; ++exponent) {
    const auto exact = parse_amount(text, exponent, Digits::exact);
    const auto loose = parse_amount(text, exponent, Digits::up_to);
    if (exact) VOSTRO_CHECK(format_amount(*exact, exponent) == text && loose && *loose == *exact);
    if (!loose) continue;
    VOSTRO_CHECK(loose->value >= 0 && *loose <= money_max_default);
    const auto again = parse_amount(format_amount(*loose, exponent), exponent, Digits::exact);
    VOSTRO_CHECK(again && *again == *loose);
  }
  if (const auto rate = chain::parse_rate(text)) {
    VOSTRO_CHECK(chain::is_valid(*rate));
    VOSTRO_CHECK(chain::parse_rate(chain::to_text(*rate)) == rate);
  }
}

/// Every digit of `text` raised by one must be refused: mod 97 finds all single errors.
template <class Parse>
void check_digits(std::string_view text, Parse parse) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!is_digit(text[i])) continue;
    std::string wrong(text);
    wrong[i] = wrong[i] == '9' ? '0' : static_cast<char>(wrong[i] + 1);
    VOSTRO_CHECK(!parse(wrong));
  }
}

void check_identifiers(std::string_view text) {
  if (const auto bic = parse_bic(text)) {
    VOSTRO_CHECK(is_valid(*bic) && *parse_bic(to_text(*bic)) == *bic);
    VOSTRO_CHECK(is_country(bic->country()));
  }
  if (const auto lei = parse_lei(text)) {
    VOSTRO_CHECK(is_valid(*lei) && to_text(*lei) == text);
    check_digits(text, parse_lei);
  }
  if (const auto iban = parse_iban(text)) {
    VOSTRO_CHECK(*iban == text);
    check_digits(text, parse_iban);
  }
  const auto uuid = parse_uuid(text);
  if (uuid) VOSTRO_CHECK(*parse_uuid(to_text(*uuid)) == *uuid && to_text(*uuid).size() == 36);
  if (const auto uetr = parse_uetr(text)) VOSTRO_CHECK(uuid && version_of(*uetr) == 4);
  if (const auto label = parse_label(text)) VOSTRO_CHECK(*label == text);
  if (const auto currency = parse_currency(text))
    VOSTRO_CHECK(is_valid(*currency) && to_text(*currency) == text);
  if (const auto account = chain::parse_account(text)) {
    VOSTRO_CHECK(is_valid(*account));
    VOSTRO_CHECK(*chain::parse_account(to_text(*account)) == *account);
  }
}

void check_times(std::string_view text) {
  if (const auto date = parse_date(text)) VOSTRO_CHECK(to_text(*date) == text);
  if (const auto time = parse_time(text)) {
    VOSTRO_CHECK(to_text(*time) == text && *time <= unix_seconds_max);
  }
  if (const auto ms = genesis::parse_duration_ms(text))
    VOSTRO_CHECK(genesis::parse_duration_ms(genesis::duration_text(*ms)) == ms);
  const UnixSeconds now{1'700'000'000};
  const auto when = wallet::parse_when(text, now);
  if (when) VOSTRO_CHECK(*when <= unix_seconds_max);
  if (!when) VOSTRO_CHECK(!when.error().empty());
  if (const auto seconds = wallet::parse_duration_s(text))
    VOSTRO_CHECK(*seconds > 0 && *seconds <= 10ULL * 366 * 24 * 3600);
}

void check_keys(std::string_view text) {
  if (const auto bytes = from_hex(text))
    VOSTRO_CHECK(bytes->size() * 2 == text.size() && from_hex(to_hex(*bytes)) == bytes);
  if (const auto key = public_key_from_text(text))
    VOSTRO_CHECK(public_key_from_text(to_text(*key)) == key);
  if (const auto signature = signature_from_text(text))
    VOSTRO_CHECK(signature_from_text(to_text(*signature)) == signature);
}

void check_texts(std::string_view text) {
  if (is_clean_text(text)) {
    VOSTRO_CHECK(
        std::ranges::none_of(text, [](char c) { return (c >= 0 && c < ' ') || c == 127; }));
    // Written into a file of ours, it is read as the same text.
    const std::string file = "key = " + genesis::toml_text(text) + "\n";
    const auto read = genesis::read_toml(file);
    if (text.size() < 1024) VOSTRO_CHECK(read && read->members.at(0).value.text == text);
  }
  if (const auto address = client::parse_api_address(text)) {
    VOSTRO_CHECK(address->port != 0 && !address->host.empty());
    VOSTRO_CHECK(client::parse_api_address(to_text(*address)) == address);
  }
  if (const auto url = net::parse_url(text)) {
    VOSTRO_CHECK(url->origin.port != 0 && url->target.starts_with('/'));
    VOSTRO_CHECK(to_text(*url).size() > net::Url::size_max || net::parse_url(to_text(*url)) == url);
  }
  if (const auto ip = net::parse_ip(text)) {
    VOSTRO_CHECK(net::parse_ip(to_text(*ip)) == ip);
    VOSTRO_CHECK(net::parse_network(text)->has(*ip));
  }
  if (const auto network = net::parse_network(text)) VOSTRO_CHECK(network->has(network->base));
  const auto money = wallet::parse_money(text);
  if (money) VOSTRO_CHECK(*wallet::parse_money(wallet::to_text(*money)) == *money);
  if (!money) VOSTRO_CHECK(!money.error().empty());
  const auto account = wallet::parse_account_name(text);
  if (!account) VOSTRO_CHECK(!account.error().empty());
  if (text.size() <= 64) VOSTRO_CHECK(wallet::edit_distance(text, text) == 0);
}

}  // namespace

std::vector<Bytes> seeds() {
  std::vector<Bytes> made;
  for (const std::string_view text : {std::string_view("0"),
                                      std::string_view("12.50"),
                                      std::string_view("1250.000 KWD"),
                                      std::string_view("100000000000000000"),
                                      std::string_view("1.0842"),
                                      std::string_view("EUR"),
                                      std::string_view("NORDDEFF"),
                                      std::string_view("NORDDEFFXXX"),
                                      kIban,
                                      kLei,
                                      std::string_view("GB82WEST12345698765432"),
                                      std::string_view("MT84MALT011000012345MTLCAST001S"),
                                      std::string_view("6f9619ff-8b86-4d01-b42d-00cf4fc964ff"),
                                      std::string_view("main-2"),
                                      std::string_view("NORDDEFF/main"),
                                      std::string_view("2026-11-23"),
                                      std::string_view("2026-11-23T15:16:39Z"),
                                      std::string_view("+7d"),
                                      std::string_view("90s"),
                                      std::string_view("3600000ms"),
                                      std::string_view("http://[::1]:8080/"),
                                      std::string_view("https://node.bank.example"),
                                      std::string_view("https://bank.example:8443/hooks?a=b%20c"),
                                      std::string_view("10.1.0.0/16"),
                                      std::string_view("::ffff:169.254.169.254"),
                                      std::string_view("Nordbank M\xc3\xbcnchen"),
                                      std::string_view("\xe2\x80\xae\xf0\x9f\x8f\xa6")})
    made.push_back(bytes_of(text));
  const SecretKey key = SecretKey::from_seed(Bytes(SecretKey::seed_size, 5));
  made.push_back(bytes_of(to_text(key.public_key())));
  made.push_back(bytes_of(to_text(key.sign(Bytes{1}))));
  return made;
}

}  // namespace vostro::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vostro::fuzz;  // NOLINT: the whole file is about it
  const std::string_view text = vostro::as_text({data, size});
  check_amounts(text);
  check_identifiers(text);
  check_times(text);
  check_keys(text);
  check_texts(text);
  return 0;
}
