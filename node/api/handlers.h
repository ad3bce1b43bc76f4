/// The operations of docs/api.md: plain functions from a request to its answer, over the Service
/// port. None knows a socket. All may run on any of the API's threads at once.
#pragma once

#include <string>

#include "base/identifiers.h"
#include "node/api/http.h"
#include "node/service.h"

namespace vostro::node {
class Webhooks;
}

namespace vostro::node::api {

struct Context {
  Service& service;
  Bic bank;  ///< whose objects tokens without the role operate may see
  std::string version;
  Webhooks* webhooks = nullptr;  ///< there while requests are served
};

// status.cpp
[[nodiscard]] Response get_status(const Context& context, const Request& request);
[[nodiscard]] Response get_health(const Context& context, const Request& request);
[[nodiscard]] Response get_ready(const Context& context, const Request& request);

// console.cpp
/// The page, or the file of it that the path names. Needs no token: it holds no datum.
[[nodiscard]] Response get_console(const Context& context, const Request& request);

// validators.cpp
[[nodiscard]] Response get_validators(const Context& context, const Request& request);
[[nodiscard]] Response get_validator_set(const Context& context, const Request& request);
[[nodiscard]] Response get_evidence(const Context& context, const Request& request);
[[nodiscard]] Response get_one_evidence(const Context& context, const Request& request);
[[nodiscard]] Response get_evidence_file(const Context& context, const Request& request);

// description.cpp
/// What the API is, in OpenAPI 3.1. Needs no token: it says nothing of this node.
[[nodiscard]] Response get_description(const Context& context, const Request& request);

// transactions.cpp
/// Submits; `answer` is called once, when all are accepted, refused or (with ?wait=final) final.
/// What is returned makes the answer for a client that is told before that; empty where `answer`
/// has been called already.
[[nodiscard]] MakeResponse post_transactions(const Context& context, const Request& request,
                                             Answer answer);
/// True where the request asks to wait until what it posts is final.
[[nodiscard]] bool waits_for_final(const Request& request);
[[nodiscard]] Response get_transaction(const Context& context, const Request& request);

// payments.cpp
[[nodiscard]] Response get_payments(const Context& context, const Request& request);
[[nodiscard]] Response get_payment(const Context& context, const Request& request);

// proofs.cpp
[[nodiscard]] Response get_payment_proof(const Context& context, const Request& request);
[[nodiscard]] Response get_balance_proof(const Context& context, const Request& request);

// accounts.cpp
[[nodiscard]] Response get_accounts(const Context& context, const Request& request);
[[nodiscard]] Response get_account(const Context& context, const Request& request);
[[nodiscard]] Response get_entries(const Context& context, const Request& request);

// fills.cpp
/// What was taken of the quotes of an account.
[[nodiscard]] Response get_fills(const Context& context, const Request& request);

// blocks.cpp
[[nodiscard]] Response get_block(const Context& context, const Request& request);

// chain_parts.cpp
/// Whole blocks as bytes, for whoever checks all of them.
[[nodiscard]] Response get_chain(const Context& context, const Request& request);

// directory.cpp
[[nodiscard]] Response get_participants(const Context& context, const Request& request);
[[nodiscard]] Response get_currencies(const Context& context, const Request& request);

// proposals.cpp
[[nodiscard]] Response get_proposals(const Context& context, const Request& request);
[[nodiscard]] Response get_rules(const Context& context, const Request& request);

// quotes.cpp
[[nodiscard]] Response get_quotes(const Context& context, const Request& request);
[[nodiscard]] Response post_quote(const Context& context, const Request& request);

// annexes.cpp
/// Keeps what the bank sealed to an order of its own, before it orders or later.
[[nodiscard]] Response put_annex(const Context& context, const Request& request);
/// The same of many at once.
[[nodiscard]] Response post_annexes(const Context& context, const Request& request);
/// The sealed annex: the node cannot open it.
[[nodiscard]] Response get_annex(const Context& context, const Request& request);
/// Erases this node's copy, for good.
[[nodiscard]] Response delete_annex(const Context& context, const Request& request);

// redemptions.cpp
/// Open redemptions, to the bank that gave the money and to the settlement agent who pays it out.
[[nodiscard]] Response get_redemptions(const Context& context, const Request& request);

// approvals.cpp
[[nodiscard]] Response get_approvals(const Context& context, const Request& request);
[[nodiscard]] Response get_approval(const Context& context, const Request& request);
/// The canonical bytes, with the signatures so far: what one more person signs.
[[nodiscard]] Response get_approval_transaction(const Context& context, const Request& request);
/// Enters an order or adds signatures to it; what is complete goes to the ledger. As
/// post_transactions.
[[nodiscard]] MakeResponse post_approval(const Context& context, const Request& request,
                                         Answer answer);
[[nodiscard]] Response post_refusal(const Context& context, const Request& request);

// webhooks.cpp
[[nodiscard]] Response get_webhooks(const Context& context, const Request& request);
[[nodiscard]] Response get_webhook(const Context& context, const Request& request);
[[nodiscard]] Response delete_webhook(const Context& context, const Request& request);
/// Answers when the receiver's name is resolved and its addresses are judged. As
/// post_transactions.
[[nodiscard]] MakeResponse post_webhook(const Context& context, const Request& request,
                                        Answer answer);

}  // namespace vostro::node::api
