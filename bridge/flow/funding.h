/// Money in: a credit on the pool's account at the bank becomes ledger money of the participant
/// that it names, once. What is not beyond doubt waits in suspense for two persons.
///
///   credit --matched--> issuing --receipt done--> issued
///      \                   |  ^ \--expired: next try--/
///       \--doubt--> suspense  |
///                     ^  \--two persons--/
///                     \----receipt rejected; for want of reserves it stays in issuing, and is
///                          tried again at the next attestation
///
/// Each function is a step inside one transaction of the book. Source: issue 5, point 5; threat
/// model 2.7, rows B6, B8.
#pragma once

#include <string>

#include "bridge/config.h"
#include "bridge/flow/fiat.h"
#include "bridge/flow/orders.h"
#include "chain/receipt.h"

namespace vostro::bridge {

/// Whom a credit is for, or why that is in doubt.
struct Match {
  std::optional<chain::AccountId> account;
  std::string doubt;  ///< a word; docs/bridge.md has the list
};
/// `today`: the day by the clock of this machine, in UTC. Pure.
[[nodiscard]] Match match_credit(const BridgeConfig& config, const FiatEntry& entry, Date today);

/// The accounts that texts name as "VOSTRO/BIC/label", each once. Letters of a label may be
/// capital: banks turn texts into capitals. Pure.
[[nodiscard]] std::vector<chain::AccountId> accounts_named(const std::vector<std::string>& texts);

/// A credit that the book does not have: to issuing, or to suspense.
void fund(BookTransaction& book, const BridgeConfig& config, const OrderMaker& maker,
          const FiatEntry& entry);

/// The ledger's word on an order to issue.
void on_issue(BookTransaction& book, Funding funding, const chain::Receipt& receipt);
/// The order was in no block in time, and can never be.
void on_issue_expired(BookTransaction& book, const OrderMaker& maker, Funding funding);
/// The bank's own approvers, or the node, turned the order down for good.
void on_issue_refused(BookTransaction& book, Funding funding, const std::string& why);

/// Carries out what two persons of the configuration decided alike about entries in suspense.
void act_on_decisions(BookTransaction& book, const BridgeConfig& config, const OrderMaker& maker);
/// Who of them has signed validly for the same account as `like`, which counts too.
[[nodiscard]] std::vector<std::string> persons_for(BookTransaction& book,
                                                   const BridgeConfig& config,
                                                   const Hash& network_id, const Funding& funding,
                                                   const chain::AccountId& account);

}  // namespace vostro::bridge
