/// What a participant's payments need from the node before their next step: prices and keys for
/// one that goes out, the annex of one that came in, the receipt of one that settled. Asked outside
/// the book; the answer and the step that follows from it are one transaction. One thread.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "bridge/flow/ledger_events.h"
#include "client/annex.h"
#include "client/api.h"

namespace vostro::bridge {

class Errands {
 public:
  /// All must outlive this.
  Errands(Book& book, client::ApiClient& api, const Rules& rules, const client::AnnexKey& annex_key)
      : book_(book), api_(api), rules_(rules), annex_key_(annex_key) {}

  /// One round over the oldest payments that wait for something. Errors: of the book; a node that
  /// does not answer is logged, and asked again.
  [[nodiscard]] Result<void, BookError> round(UnixMillis now);

 private:
  using Clock = std::chrono::steady_clock;
  /// Its next step; null where there is none yet. Errors: the node did not answer.
  using Step = std::function<void(BookTransaction&, CustomerPayment)>;
  [[nodiscard]] Result<Step, client::ApiError> ask(const CustomerPayment& payment, UnixMillis now);
  [[nodiscard]] Result<Step, client::ApiError> ask_terms(const CustomerPayment& payment,
                                                         UnixMillis now);
  [[nodiscard]] Result<Step, client::ApiError> ask_annex(const CustomerPayment& payment);
  [[nodiscard]] Result<Step, client::ApiError> ask_original(const CustomerPayment& payment);
  [[nodiscard]] Result<void, client::ApiError> look_up_banks();
  [[nodiscard]] std::optional<Currency> currency_of(const std::string& customer, UnixMillis now);

  Book& book_;
  client::ApiClient& api_;
  const Rules& rules_;
  const client::AnnexKey& annex_key_;
  // Of one round.
  std::optional<std::vector<client::ParticipantView>> banks_;
  std::optional<std::vector<client::CurrencyView>> currencies_;
  std::map<std::string, Clock::time_point> not_before_;
};

}  // namespace vostro::bridge
