// Signs orders for the functional tests, thousands a second: the wallet signs one order a call and
// looks at each as a person would. This program signs whatever decodes, wrong orders included.
//
//   vostro-sign-orders --passphrase-file FILE --key FILE [--key FILE]... [--copies N]
//
// Reads one order a line from standard input: a transaction as JSON (docs/encoding.md) whose
// signatures are replaced. Writes what POST /v1/transactions takes: for each order 4 bytes of
// length, little-endian, and its canonical encoding. With --copies it writes N orders for each
// line, alike but for a new UUID in each.
#include <algorithm>
#include <charconv>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include "base/keys.h"
#include "base/keystore.h"
#include "base/secret_text.h"
#include "chain/json/json.h"
#include "chain/transaction.h"

namespace vostro {
namespace {

struct Arguments {
  std::string passphrase_file;
  std::vector<std::string> key_files;
  std::size_t copies = 0;  ///< 0: one order a line, under the id that it names
};

std::optional<std::size_t> parse_count(const std::string& text) {
  std::size_t count = 0;
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, count);
  return error == std::errc() && stopped == end && count > 0 ? std::optional(count) : std::nullopt;
}

std::optional<Arguments> parse_arguments(const std::vector<std::string>& words) {
  Arguments arguments;
  for (std::size_t i = 0; i + 1 < words.size(); i += 2) {
    const std::string& value = words[i + 1];
    if (words[i] == "--passphrase-file") {
      arguments.passphrase_file = value;
    } else if (words[i] == "--key") {
      arguments.key_files.push_back(value);
    } else if (words[i] == "--copies") {
      const auto count = parse_count(value);
      if (!count) return std::nullopt;
      arguments.copies = *count;
    } else {
      return std::nullopt;
    }
  }
  const bool is_whole =
      words.size() % 2 == 0 && !arguments.passphrase_file.empty() && !arguments.key_files.empty();
  return is_whole ? std::optional(arguments) : std::nullopt;
}

int complain(int code, const std::string& sentence) {
  std::cerr << "vostro-sign-orders: " << sentence << "\n";
  return code;
}

Result<std::vector<SecretKey>, std::string> load_keys(const Arguments& arguments) {
  const auto passphrase = read_secret_from_file(arguments.passphrase_file);
  if (!passphrase)
    return fail(arguments.passphrase_file + ": " + std::string(to_string(passphrase.error())));
  std::vector<SecretKey> keys;
  for (const std::string& file : arguments.key_files) {
    auto key = load_key(file, *passphrase);
    if (!key) return fail(file + ": " + to_string(key.error()));
    keys.push_back(std::move(*key));
  }
  return keys;
}

void sign(chain::Transaction& transaction, const std::vector<SecretKey>& keys) {
  const Bytes message =
      chain::transaction_message(transaction.network_id, chain::transaction_hash(transaction));
  transaction.signatures.clear();
  for (const SecretKey& key : keys)
    transaction.signatures.push_back({key.public_key(), key.sign(message)});
  std::ranges::sort(transaction.signatures, {}, &chain::TransactionSignature::key);
}

void write(std::ostream& out, const chain::Transaction& transaction) {
  const Bytes bytes = chain::encode_transaction(transaction);
  Bytes length;
  append_little_endian(length, bytes.size(), 4);
  for (const Bytes& part : {length, bytes})
    out.write(reinterpret_cast<const char*>(part.data()),
              static_cast<std::streamsize>(part.size()));
}

void give_new_id(chain::Transaction& transaction) {
  std::array<Byte, 16> random{};
  fill_random(random);
  transaction.id = make_uuid_v4(random);
}

int run(const std::vector<std::string>& words) {
  const auto arguments = parse_arguments(words);
  if (!arguments) return complain(2, "usage: --passphrase-file FILE --key FILE... [--copies N]");
  const auto keys = load_keys(*arguments);
  if (!keys) return complain(1, keys.error());
  const auto exponents = [](const Currency& currency) { return iso4217_exponent(currency); };
  std::ios::sync_with_stdio(false);
  std::string line;
  for (std::size_t number = 1; std::getline(std::cin, line); ++number) {
    auto transaction = chain::transaction_from_json(line, exponents);
    if (!transaction)
      return complain(1, "line " + std::to_string(number) + ": " + to_string(transaction.error()));
    for (std::size_t i = 0; i < std::max<std::size_t>(arguments->copies, 1); ++i) {
      if (arguments->copies > 0) give_new_id(*transaction);
      sign(*transaction, *keys);
      write(std::cout, *transaction);
    }
  }
  return std::cout.flush() ? 0 : complain(1, "cannot write");
}

}  // namespace
}  // namespace vostro

int main(int argc, char** argv) {
  return vostro::run({argv + 1, argv + argc});
}
