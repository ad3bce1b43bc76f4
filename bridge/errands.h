/// What a participant's payments need from the node before their next step: prices and keys for
/// one that goes out, the annex of one that came in, the receipt of one that settled. Asked outside
/// the book; the answer and the step that follows from it are one transaction. One thread.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "bridge/book/payments.h"
#include "bridge/flow/ledger_events.h"
#include "client/annex.h"
#include "client/api.h"

namespace vostro::bridge {

class Errands {
 public:
  /// All must outlive this.
  Errands(Book& book, client::ApiClient& api, const Rules& rules, const client::AnnexKey& annex_key)
      : book_(book), api_(api), rules_(rules), annex_key_(annex_key) {}

  /// One round over some of the payments that wait for something; the next goes on behind them, so
  /// that all come round. Errors: of the book; a node that does not answer is logged, and asked
  /// again.
  [[nodiscard]] Result<void, BookError> round(UnixMillis now);

 private:
  using Clock = std::chrono::steady_clock;
  /// One that waits, and its customer's currency; none: there is no such customer.
  struct Waiting {
    CustomerPayment payment;
    std::optional<Currency> pays_with;
  };
  [[nodiscard]] Result<std::vector<Waiting>, BookError> next_ones(UnixMillis now);
  /// Its next step; null where there is none yet. Errors: the node did not answer, or refuses.
  using Step = std::function<void(BookTransaction&, CustomerPayment)>;
  [[nodiscard]] Result<Step, client::ApiError> ask(const Waiting& one, UnixMillis now);
  [[nodiscard]] Result<Step, client::ApiError> ask_terms(const Waiting& one, UnixMillis now);
  [[nodiscard]] Result<Step, client::ApiError> ask_annex(const CustomerPayment& payment);
  [[nodiscard]] Result<Step, client::ApiError> ask_original(const CustomerPayment& payment);
  [[nodiscard]] Result<void, client::ApiError> look_up_banks();
  [[nodiscard]] Step refused(const CustomerPayment& payment, const client::ApiError& error) const;

  Book& book_;
  client::ApiClient& api_;
  const Rules& rules_;
  const client::AnnexKey& annex_key_;
  // Asked for once in `poll`.
  std::optional<std::vector<client::ParticipantView>> banks_;
  std::optional<std::vector<client::CurrencyView>> currencies_;
  Clock::time_point look_up_at_{};
  std::map<std::string, Clock::time_point> not_before_;
  /// The last one of the round before; none: the next begins with the oldest.
  std::optional<PaymentPlace> after_;
};

}  // namespace vostro::bridge
