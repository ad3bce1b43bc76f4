#include "node/api/routes.h"

#include <array>

namespace vostro::node::api {
namespace {

constexpr std::array kRoutes{
    Route{"GET", "/healthz", std::nullopt, &get_health},
    Route{"GET", "/readyz", std::nullopt, &get_ready},
    Route{"GET", "/metrics", std::nullopt, Metrics{}},
    Route{"GET", "/openapi.json", std::nullopt, &get_description},
    Route{"GET", "/console", std::nullopt, &get_console},
    Route{"HEAD", "/console", std::nullopt, &get_console},
    Route{"GET", "/console/{file}", std::nullopt, &get_console},
    Route{"HEAD", "/console/{file}", std::nullopt, &get_console},
    Route{"GET", "/v1/status", Role::read, &get_status},
    Route{"POST", "/v1/transactions", Role::write, &post_transactions, true},
    Route{"GET", "/v1/transactions/{owner}/{id}", Role::read, &get_transaction},
    Route{"GET", "/v1/payments", Role::read, &get_payments},
    Route{"GET", "/v1/payments/{uetr}", Role::read, &get_payment},
    Route{"GET", "/v1/proofs/payment/{uetr}", Role::read, &get_payment_proof},
    Route{"GET", "/v1/proofs/account/{bic}/{label}", Role::read, &get_balance_proof},
    Route{"GET", "/v1/accounts", Role::read, &get_accounts},
    Route{"GET", "/v1/accounts/{bic}/{label}", Role::read, &get_account},
    Route{"GET", "/v1/accounts/{bic}/{label}/entries", Role::read, &get_entries},
    Route{"GET", "/v1/accounts/{bic}/{label}/fills", Role::read, &get_fills},
    Route{"GET", "/v1/blocks/{height}", Role::read, &get_block},
    Route{"GET", "/v1/chain/{height}", Role::audit, &get_chain, false, true},
    Route{"GET", "/v1/participants", Role::read, &get_participants},
    Route{"GET", "/v1/validators", Role::read, &get_validators},
    Route{"GET", "/v1/validators/set", Role::read, &get_validator_set},
    Route{"GET", "/v1/currencies", Role::read, &get_currencies},
    Route{"GET", "/v1/proposals", Role::read, &get_proposals},
    Route{"GET", "/v1/rules", Role::read, &get_rules},
    Route{"GET", "/v1/quotes", Role::read, &get_quotes},
    Route{"POST", "/v1/quotes", Role::write, &post_quote},
    Route{"POST", "/v1/annexes", Role::write, &post_annexes, true},
    Route{"GET", "/v1/annexes/{uetr}", Role::read, &get_annex},
    Route{"PUT", "/v1/annexes/{uetr}", Role::write, &put_annex, true},
    Route{"DELETE", "/v1/annexes/{uetr}", Role::write, &delete_annex},
    Route{"GET", "/v1/redemptions", Role::read, &get_redemptions},
    Route{"GET", "/v1/evidence", Role::read, &get_evidence},
    Route{"GET", "/v1/evidence/{id}", Role::read, &get_one_evidence},
    Route{"GET", "/v1/evidence/{id}/file", Role::read, &get_evidence_file},
    Route{"GET", "/v1/approvals", Role::read, &get_approvals},
    Route{"POST", "/v1/approvals", Role::write, &post_approval, true},
    Route{"GET", "/v1/approvals/{id}", Role::read, &get_approval},
    Route{"GET", "/v1/approvals/{id}/transaction", Role::read, &get_approval_transaction},
    Route{"POST", "/v1/approvals/{id}/refusal", Role::write, &post_refusal},
    Route{"GET", "/v1/events", Role::read, Events{}},
    Route{"GET", "/v1/webhooks", Role::operate, &get_webhooks},
    Route{"POST", "/v1/webhooks", Role::operate, &post_webhook},
    Route{"GET", "/v1/webhooks/{id}", Role::operate, &get_webhook},
    Route{"DELETE", "/v1/webhooks/{id}", Role::operate, &delete_webhook},
};

}  // namespace

std::span<const Route> routes() {
  return kRoutes;
}

Result<Match, Response> find_route(std::string_view method,
                                   const std::vector<std::string>& segments) {
  return net::http::find_row(kRoutes, method, segments);
}

}  // namespace vostro::node::api
