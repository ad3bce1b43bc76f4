/// Answers of a node as docs/api.md writes them, and a client for a test server. Test code only.
#pragma once

#include <chrono>
#include <string>

#include "base/check.h"
#include "chain/json/json.h"
#include "client/api.h"
#include "client/read_answers.h"
#include "tests/support/chain_builders.h"
#include "tests/unit/client/http_server.h"

namespace vostro::test {

inline client::ApiClient client_of(
    const std::string& url, std::chrono::milliseconds timeout = std::chrono::milliseconds(5'000)) {
  const auto address = client::parse_api_address(url);
  VOSTRO_CHECK(address.has_value());
  client::ApiOptions options;
  options.connect_timeout = timeout;
  options.timeout = timeout;
  options.wait_timeout = timeout;
  return {*address, SecretText::copy_of("token-of-the-test"), options};
}

/// The receipt of a transaction, as a node would write it.
inline chain::Receipt receipt_of(const chain::Transaction& transaction, chain::Status status,
                                 std::optional<chain::Reason> reason = {}) {
  chain::Receipt receipt;
  receipt.id = {chain::acting_participant(transaction.body), transaction.id};
  receipt.transaction_hash = chain::transaction_hash(transaction);
  receipt.status = status;
  receipt.reason = reason;
  if (const auto* payment = std::get_if<chain::Payment>(&transaction.body))
    receipt.payment = chain::PaymentFacts{transaction.id,
                                          payment->debtor,
                                          payment->credit.creditor,
                                          {payment->currency, payment->credit.amount}};
  if (const auto* payment = std::get_if<chain::FxPayment>(&transaction.body))
    receipt.payment = chain::PaymentFacts{transaction.id,
                                          payment->debtor,
                                          payment->credit.creditor,
                                          {payment->currency, payment->credit.amount}};
  return receipt;
}

inline std::string id_fields(const chain::Transaction& transaction) {
  return "\"id\":\"" + to_text(transaction.id) + "\",\"owner\":\"" +
         to_text(chain::acting_participant(transaction.body)) + "\",\"transaction_hash\":\"" +
         to_hex(chain::transaction_hash(transaction).view()) + "\"";
}
inline std::string final_fields(const chain::Receipt& receipt) {
  return "\"status\":\"final\",\"height\":7,\"block_time\":\"2026-11-23T15:16:39.123Z\",\"index\":"
         "3,\"receipt\":" +
         chain::to_json(receipt, client::iso_exponents());
}
inline std::string pending_answer(const chain::Transaction& transaction) {
  return "{" + id_fields(transaction) + ",\"status\":\"pending\",\"link\":\"/v1/x\"}";
}
inline std::string final_answer(const chain::Transaction& transaction, chain::Status status,
                                std::optional<chain::Reason> reason = {}) {
  return "{" + id_fields(transaction) + "," +
         final_fields(receipt_of(transaction, status, reason)) + ",\"link\":\"/v1/x\"}";
}

/// The node's answer to an order that was brought for approval.
inline std::string approval_answer(const chain::Transaction& transaction,
                                   const std::string& state) {
  return "{" + id_fields(transaction) + R"(,"kind":"Payment","state":")" + state +
         R"(","valid_until":")" + to_text(transaction.valid_until) +
         R"(","debtor":null,"creditor":null,"amount":null,"credits":null,"rule":null,)"
         R"("signatures_given":1,"signatures_wanted":2,"signers":[],"steps":[]})";
}

/// The transaction in the body of a POST: four bytes of length, little-endian, then its encoding.
inline chain::Transaction posted(const HttpSeen& request) {
  VOSTRO_CHECK(request.body.size() > 4);
  const auto transaction = chain::decode_transaction(as_bytes(request.body).subspan(4));
  VOSTRO_CHECK(transaction.has_value());
  return *transaction;
}

inline std::string status_answer(const Hash& network_id, const std::string& name) {
  const std::string zeros(64, '0');
  return "{\"network_id\":\"" + to_hex(network_id.view()) + "\",\"network_name\":\"" + name +
         "\",\"development\":true,\"participant\":\"NORDDEFF\",\"role\":\"validator\",\"version\":"
         "\"0.1.0\","
         "\"protocol_version\":1,\"outdated\":null,\"height\":12,\"block_id\":\"" +
         zeros + "\",\"block_time\":null,\"state_root\":\"" + zeros +
         "\",\"epoch\":0,\"view\":3,\"finalized_view\":2,\"validators\":4,\"quorum\":3,\"connected_"
         "validators\":4,"
         "\"syncing\":false,\"ready\":true,\"halted\":null,\"pending_transactions\":0,\"uptime_"
         "seconds\":5,\"from_"
         "the_future\":[1]}";
}

}  // namespace vostro::test
