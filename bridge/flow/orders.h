/// Orders of the bank to the ledger, signed by the bridge's key. Making one twice gives
/// the same bytes, but for the time until which it is valid. One thread at a time.
#pragma once

#include <chrono>

#include "bridge/book/agent_orders.h"
#include "bridge/book/fundings.h"
#include "bridge/book/mail.h"
#include "bridge/book/redemptions.h"
#include "bridge/book/screenings.h"
#include "client/order.h"

namespace vostro::bridge {

/// A UUID of version 4 that follows from what it stands for: the ledger takes version 8 for issues
/// only.
[[nodiscard]] Uuid derived_id(std::string_view tag, const chain::OwnedId& from,
                              std::uint32_t attempt);

class OrderMaker {
 public:
  OrderMaker(const Hash& network_id, const Bic& agent, SecretKey key, std::chrono::seconds valid)
      : network_id_(network_id), agent_(agent), key_(std::move(key)), valid_(valid) {}

  /// The next try to issue: counts it in `funding`, whose account is known, and puts the order into
  /// the outbox. The caller updates the row.
  void issue(BookTransaction& book, Funding& funding) const;
  /// The next try to say how a redemption ended. The caller updates the row.
  void close(BookTransaction& book, Redemption& redemption, bool is_paid) const;

  /// The next try to attest `order.value` as of `order.at`. The caller saves the row.
  void attest(BookTransaction& book, AgentOrder& order) const;
  /// The next try to open the date `order.value`. The caller saves the row.
  void open_date(BookTransaction& book, AgentOrder& order) const;

  /// The next try of the Block or Unblock that the state of an incoming payment's screening asks
  /// for. The caller updates the row.
  void freeze_or_free(BookTransaction& book, Screening& screening) const;

  /// Any other order of the bank's, with an id of its own, into the outbox.
  void order(BookTransaction& book, const Uuid& id, chain::Body body) const;

  [[nodiscard]] const Hash& network_id() const { return network_id_; }
  [[nodiscard]] const Bic& agent() const { return agent_; }

 private:
  /// Counts the try, and names it: the same row and try give the same id.
  [[nodiscard]] Uuid next_id(AgentOrder& about) const;

  Hash network_id_;
  Bic agent_;
  SecretKey key_;
  std::chrono::seconds valid_;
};

}  // namespace vostro::bridge
