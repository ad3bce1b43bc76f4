/// Ledger money that is to be paid out in fiat, and how each comes to its end once. One row each,
/// by the Redeem's name on the ledger; every change adds a step to the book.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "bridge/book/book.h"
#include "bridge/book/columns.h"
#include "chain/account.h"
#include "chain/tx/answer.h"

namespace vostro::bridge {

inline constexpr std::string_view redemption_flow = "redemption";

enum class RedemptionState : std::uint8_t {
  delayed = 1,  ///< By its bank's own policy: not open, may be cancelled.
  waiting,      ///< Open, and the configuration does not say where the money goes.
  paying,       ///< A pacs.009 is on its way, or at the bank: nobody knows how it ends.
  paid,         ///< The bank says paid; the ledger is to burn the money.
  refused,      ///< The bank says not paid; the ledger is to unlock the money.
  burnt,        ///< Over: paid.
  unlocked,     ///< Over: given back.
  cancelled,    ///< Over before it was open.
};
[[nodiscard]] std::string_view to_string(RedemptionState state);

struct Redemption {
  chain::OwnedId id;
  chain::AccountId account;
  Money amount;
  UnixMillis ordered;  ///< block time of the Redeem
  Date business_date;  ///< of the currency, then
  RedemptionState state = RedemptionState::paying;
  std::string message_id;                ///< of the pacs.009: derived from the id
  UnixMillis deadline;                   ///< for the bank's answer; then an alarm, nothing else
  std::optional<Hash> answer;            ///< of the pacs.002 that decided
  std::optional<chain::GivenCode> code;  ///< where it was refused
  std::uint32_t attempt = 0;             ///< RedeemOutcomes signed so far
  std::optional<Uuid> order;             ///< id of the last one

  bool operator==(const Redemption&) const = default;
};
[[nodiscard]] std::string key_of(const Redemption& redemption);
[[nodiscard]] Hash facts_of(const Redemption& redemption);

void insert(BookTransaction& book, const Redemption& redemption, std::string_view detail);
void update(BookTransaction& book, const Redemption& redemption, std::string_view detail);

[[nodiscard]] std::optional<Redemption> find_redemption(BookTransaction& book,
                                                        const chain::OwnedId& id);
[[nodiscard]] std::optional<Redemption> find_redemption_by_message(BookTransaction& book,
                                                                   const std::string& message_id);
[[nodiscard]] std::optional<Redemption> find_redemption_by_order(BookTransaction& book,
                                                                 const Uuid& order);
[[nodiscard]] std::vector<Redemption> redemptions_in(BookTransaction& book, RedemptionState state);
[[nodiscard]] std::vector<Redemption> all_redemptions(BookTransaction& book);
/// By account and state, of those that the bank paid.
[[nodiscard]] std::vector<FlowSum> paid_sums(BookTransaction& book);

}  // namespace vostro::bridge
