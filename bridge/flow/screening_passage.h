/// Screening as the port that the flows of customers' payments ask: a payment's parties, out of its
/// message, against the lists in force.
#pragma once

#include "bridge/flow/screening_gate.h"
#include "bridge/screening_lists.h"
#include "chain/account.h"

namespace vostro::bridge {

class ScreeningPassage final : public PaymentGate {
 public:
  /// `lists` must outlive this. `account`: ours, of customers' payments, which acts for a Block.
  ScreeningPassage(const ScreeningLists& lists, chain::AccountId account)
      : lists_(lists), account_(std::move(account)) {}

  [[nodiscard]] Passage look(BookTransaction& book, const CustomerPayment& payment) override;
  void settled(BookTransaction& book, const CustomerPayment& payment) override;
  void over(BookTransaction& book, const CustomerPayment& payment) override;

 private:
  const ScreeningLists& lists_;
  chain::AccountId account_;
};

}  // namespace vostro::bridge
