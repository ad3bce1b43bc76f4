/// What the outbox holds goes to where it belongs: files to the bank, orders to the ledger, annexes
/// to the node before the orders that commit to them. The
/// same bytes again and again, until it is certain that they arrived. Source: threat model 2.7,
/// "Unknown hand-off".
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "bridge/channel/directories.h"
#include "bridge/flow/ledger_events.h"
#include "client/delivery.h"

namespace vostro::bridge {

class Delivery {
 public:
  /// All must outlive this. `sign_key`: what our files are signed with.
  Delivery(Book& book, Directories& directories, client::ApiClient& api, const Rules& rules,
           const SecretKey& sign_key)
      : book_(book), directories_(directories), api_(api), rules_(rules), sign_key_(sign_key) {}

  using Clock = std::chrono::steady_clock;
  /// One round over the oldest files, and over some of the orders: the next goes on behind them.
  /// Those are left out whose time has not come. It ends where the node does not answer: each
  /// question would cost its time. Errors: of the book.
  [[nodiscard]] Result<void, BookError> round(UnixMillis now);

 private:
  using Items = std::vector<OutboxItem>;
  /// An order of the outbox, its bytes read.
  struct Order {
    std::string id;
    chain::Transaction transaction;
    client::StoredOrder stored;
  };
  void note_try(const std::string& id);
  [[nodiscard]] Result<void, BookError> send_files(const Items& files, UnixMillis now);
  /// Ids of the orders whose annexes the node has now.
  [[nodiscard]] Result<std::set<std::string>, BookError> send_annexes(const Items& annexes,
                                                                      UnixMillis now);
  [[nodiscard]] Result<void, BookError> send_orders(const Items& items, UnixMillis now);
  [[nodiscard]] Result<void, BookError> annex_refused(const chain::SealedAnnex& sealed,
                                                      const client::ApiError& error,
                                                      UnixMillis now);
  [[nodiscard]] bool is_anothers(const chain::Transaction& order,
                                 const client::TransactionView& found) const;
  [[nodiscard]] Result<void, BookError> on_outcome(const Order& order,
                                                   const client::Delivery& delivery,
                                                   UnixMillis now);
  void log_not_reached(const std::string& error);
  [[nodiscard]] Result<void, BookError> order_failed(const chain::OwnedId& id, bool is_expired,
                                                     const std::string& why, UnixMillis now);

  Book& book_;
  Directories& directories_;
  client::ApiClient& api_;
  const Rules& rules_;
  const SecretKey& sign_key_;
  std::map<std::string, Clock::time_point> not_before_;
  bool is_node_answering_ = true;  ///< in this round
  std::set<std::string> logged_;   ///< why orders have not reached the node, in this round
  std::int64_t orders_after_ = 0;  ///< the place in the outbox that the last round reached
};

}  // namespace vostro::bridge
