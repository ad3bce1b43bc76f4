/// Orders of the agent that belong to no fiat entry and no redemption: attestations of reserves,
/// and business dates. One row each, by what it is about; it is made once, and anew only where the
/// one before it can never be final.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/identifiers.h"
#include "base/money.h"
#include "bridge/book/book.h"

namespace vostro::bridge {

inline constexpr std::string_view order_flow = "order";

enum class AgentOrderKind : std::uint8_t {
  attestation = 1,  ///< `subject` is the hash of the bank's message, `value` the balance, `at` its
                    ///< as_of in seconds
  business_date,    ///< `value` is the date in days
};
enum class AgentOrderState : std::uint8_t {
  sent = 1,  ///< Signed, and on its way.
  done,      ///< Final on the ledger.
  failed,    ///< Rejected, or refused for good: an alarm says why.
};
[[nodiscard]] std::string_view to_string(AgentOrderKind kind);
[[nodiscard]] std::string_view to_string(AgentOrderState state);

struct AgentOrder {
  AgentOrderKind kind = AgentOrderKind::attestation;
  Currency currency;
  std::string subject;  ///< of an attestation a hash, of a business date the date
  std::uint32_t attempt = 0;
  Uuid order;
  AgentOrderState state = AgentOrderState::sent;
  std::int64_t value = 0;
  std::int64_t at = 0;

  bool operator==(const AgentOrder&) const = default;
};
[[nodiscard]] std::string key_of(const AgentOrder& order);  ///< "attestation/EUR/SUBJECT"
[[nodiscard]] Hash facts_of(const AgentOrder& order);

/// Adds it, or changes the one that is there.
void save(BookTransaction& book, const AgentOrder& order, std::string_view detail);
[[nodiscard]] std::optional<AgentOrder> find_agent_order(BookTransaction& book, AgentOrderKind kind,
                                                         const Currency& currency,
                                                         const std::string& subject);
[[nodiscard]] std::optional<AgentOrder> find_agent_order(BookTransaction& book, const Uuid& order);
/// The one with the latest `at`; with `state`, of those in it.
[[nodiscard]] std::optional<AgentOrder> newest_agent_order(
    BookTransaction& book, AgentOrderKind kind, const Currency& currency,
    std::optional<AgentOrderState> state = std::nullopt);
[[nodiscard]] std::vector<AgentOrder> all_agent_orders(BookTransaction& book);

}  // namespace vostro::bridge
