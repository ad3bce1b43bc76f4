/// A bank's statement held against the book: in turn, beginning where the last one ended, and each
/// of its entries against what the bank told before.
///
///   camt.053 --in turn--> taken --another of its number is released--> replaced
///        \--out of turn--> held --the missing one came, or two persons--> taken
///
/// Each function is a step inside one transaction of the book. Source: threat model 2.7, rows B7
/// and F37; docs/decisions/0039.
#pragma once

#include <string>
#include <vector>

#include "bridge/book/statements.h"
#include "bridge/flow/movements.h"

namespace vostro::bridge {

/// Why a message is refused as a whole; empty: it is taken. Looked at before anything is done.
[[nodiscard]] std::string fault_of(const BridgeConfig& config, const FiatStatements& statements);

/// Takes each statement, or holds it. `file`: hash of the message's bytes.
void take_statements(BookTransaction& book, const BridgeConfig& config, const OrderMaker& maker,
                     const FiatStatements& statements, const Hash& file);

/// Lets go on what two persons of the configuration released: currencies whose issuing was stopped,
/// and statements that are held.
void act_on_releases(BookTransaction& book, const BridgeConfig& config, const OrderMaker& maker);
/// Who of them has validly signed that the subject may go on.
[[nodiscard]] std::vector<std::string> persons_releasing(BookTransaction& book,
                                                         const BridgeConfig& config,
                                                         const Hash& network_id,
                                                         const std::string& subject);

}  // namespace vostro::bridge
