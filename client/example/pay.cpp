// Pays, and waits until the payment is final: all that a bank's program needs of client/.
//
//   vostro-example-pay --api URL --token-file FILE --genesis FILE --key FILE --passphrase-file FILE
//     --journal DIR --from BIC/label --to BIC/label --amount "12.50 EUR" [--uetr UUID]
//
// It may be stopped and run again at any moment: what was signed is in the journal, and is sent
// again first, the same bytes. With --uetr the whole run may be repeated: the ledger settles a UETR
// once, and the repeat gets the first receipt. Exit codes: 0 settled or held, 1 refused or
// rejected, 2 usage, 3 waits for another person's signature, 4 unknown: run it again.
#include <chrono>
#include <iostream>
#include <map>
#include <stdexcept>
#include <string>

#include "base/keystore.h"
#include "base/secret_text.h"
#include "chain/json/json.h"
#include "client/api.h"
#include "client/delivery.h"
#include "client/order.h"
#include "client/payment_journal.h"
#include "client/read_answers.h"
#include "genesis/definition.h"

namespace {

using namespace vostro;

enum ExitCode { paid = 0, refused = 1, usage = 2, awaiting = 3, unknown = 4 };

/// The library answers with values. This program has one way out for all that goes wrong before
/// anything is sent.
template <class T, class E>
T must(Result<T, E> result, const std::string& what) {
  if (result) return *std::move(result);
  throw std::runtime_error(what + ": " + std::string(to_string(result.error())));
}

UnixMillis now() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return UnixMillis(static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(since).count()));
}

/// "12.50 EUR" in minor units: amounts are integers from here on.
Money money_from(const std::string& text) {
  const std::size_t space = text.find(' ');
  const auto currency =
      space == std::string::npos ? std::nullopt : parse_currency(text.substr(space + 1));
  const auto exponent = currency ? iso4217_exponent(*currency) : std::nullopt;
  if (!exponent) throw std::runtime_error("--amount: write it as in \"12.50 EUR\"");
  return {*currency,
          must(parse_amount(text.substr(0, space), *exponent, Digits::up_to), "--amount")};
}

int report(const client::FinalReceipt& final) {
  std::cout << "final at height " << final.height.value << "\n"
            << chain::to_json(final.receipt, client::iso_exponents()) << "\n";
  return final.receipt.status == chain::Status::rejected ? refused : paid;
}

int report(const client::Delivery& delivery) {
  switch (delivery.outcome) {
    case client::Outcome::final:
      return report(*delivery.final);
    case client::Outcome::accepted:
      std::cout << "the node has it; it is not final yet\n";
      return unknown;
    case client::Outcome::unknown:
      std::cout << "unknown: " << client::to_string(*delivery.error) << "\n";
      return unknown;
    case client::Outcome::awaiting_approval:
      std::cout << "it waits on the bank's node for another person's signature\n";
      return awaiting;
    case client::Outcome::expired:
      std::cout << "it was in no block in time, and can never be\n";
      return refused;
    case client::Outcome::refused:
    case client::Outcome::not_sent:
      std::cout << client::to_string(*delivery.error) << "\n";
      return refused;
  }
  return unknown;
}

int pay(std::map<std::string, std::string>& option) {
  // 1. The network that is signed for comes from the genesis file, never from a node.
  const auto network = must(genesis::load(option["--genesis"]), option["--genesis"]);

  // 2. The node, with a token of the role "write".
  const auto address = client::parse_api_address(option["--api"]);
  if (!address) throw std::runtime_error("--api: write http://host:port or https://host:port");
  client::ApiClient api(*address, must(client::load_token(option["--token-file"]), "the token"),
                        {});
  if (must(api.status(), "the node").network_id != network.network_id)
    throw std::runtime_error("the node is of another network than the genesis file");

  // 3. What an earlier run signed and did not see the end of: first of all.
  auto journal = must(client::PaymentJournal::open(option["--journal"]), option["--journal"]);
  for (const auto& order : must(journal.list(), "the journal").orders) {
    std::cout << "again: " << to_text(order.name.id) << "\n";
    const int code = report(client::deliver_again(journal, api, order, true));
    if (code == unknown || option["--uetr"] == to_text(order.name.id)) return code;
  }

  // 4. The order: an immediate payment, good for an hour.
  const Money amount = money_from(option["--amount"]);
  chain::Payment payment;
  payment.debtor = must(chain::parse_account(option["--from"]), "--from");
  payment.currency = amount.currency;
  payment.credit.creditor = must(chain::parse_account(option["--to"]), "--to");
  payment.credit.amount = amount.units;
  const Uuid uetr =
      option["--uetr"].empty() ? client::make_uetr() : must(parse_uetr(option["--uetr"]), "--uetr");
  const UnixSeconds valid_until(now().value / 1000 + 3600);
  // An earlier run may have seen the end of it, and nobody its answer.
  const auto earlier = must(api.transaction({payment.debtor.owner, uetr}, {}), "the node");
  if (earlier.final) return report(*earlier.final);

  // 5. Signed here; stored on disk whole; only then sent. The node holds its answer until the
  //    payment is final.
  const auto passphrase =
      must(read_secret_from_file(option["--passphrase-file"]), option["--passphrase-file"]);
  const SecretKey key = must(load_key(option["--key"], passphrase), option["--key"]);
  const auto signed_order = must(
      client::sign_order({network.network_id, uetr, valid_until, payment}, {&key, 1}), "the order");
  std::cout << "uetr " << to_text(uetr) << "\n";
  const auto delivery =
      must(client::deliver_new(journal, api, client::make_stored_order(signed_order, now()), true),
           option["--journal"]);
  return report(delivery);
}

}  // namespace

int main(int argc, char** argv) {
  ensure_crypto_ready();
  std::map<std::string, std::string> option;
  for (int i = 1; i + 1 < argc; i += 2) option[argv[i]] = argv[i + 1];
  for (const auto* name : {"--api", "--token-file", "--genesis", "--key", "--passphrase-file",
                           "--journal", "--from", "--to", "--amount"}) {
    if (!option.contains(name)) {
      std::cerr << name << " is missing; the head of pay.cpp says what it is\n";
      return usage;
    }
  }
  try {
    return pay(option);
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return usage;
  }
}
