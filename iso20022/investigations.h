/// A bank asks for a payment back (camt.056), and is answered (camt.029). Members in the order of
/// the schema. Plain data; any thread.
/// Source: ISO 20022 message definition report "Exceptions and Investigations".
#pragma once

#include "iso20022/parts.h"

namespace vostro::iso20022 {

struct Assignment {
  std::string id;
  PartyOrAgent assigner;
  PartyOrAgent assignee;
  DateTime created;

  bool operator==(const Assignment&) const = default;
};

struct Case {
  std::string id;
  PartyOrAgent creator;
  std::optional<bool> is_reopened;

  bool operator==(const Case&) const = default;
};

/// Of one payment.
struct Cancellation {
  std::string cancellation_id;
  std::optional<Case> about;
  std::optional<OriginalMessage> original_message;
  std::string instruction_id;
  std::string end_to_end_id;
  std::string transaction_id;
  Uuid uetr;
  std::string clearing_reference;
  std::optional<Money> amount;
  std::optional<Date> settlement_date;
  std::optional<Agent> assigner;
  std::optional<Agent> assignee;
  std::vector<Reason> reasons;
  Part original;
  Part supplementary;

  bool operator==(const Cancellation&) const = default;
};

struct Underlying {
  Part group;
  std::vector<Cancellation> payments;

  bool operator==(const Underlying&) const = default;
};

struct CancellationRequest {
  Assignment assignment;
  std::optional<Case> about;
  std::optional<std::uint64_t> count;
  Decimal control_sum;
  std::vector<Underlying> underlying;
  Part supplementary;

  bool operator==(const CancellationRequest&) const = default;
};

/// About one payment.
struct Answer {
  std::string answer_id;
  std::optional<Case> about;
  std::optional<OriginalMessage> original_message;
  std::string instruction_id;
  std::string end_to_end_id;
  std::string transaction_id;
  std::string clearing_reference;
  std::optional<Uuid> uetr;
  std::string status;  ///< ACCR, PDCR, RJCR
  std::vector<Reason> reasons;
  Part resolution;
  std::optional<Money> amount;
  std::optional<Date> settlement_date;
  std::optional<PartyOrAgent> assigner;
  std::optional<PartyOrAgent> assignee;
  Part original;

  bool operator==(const Answer&) const = default;
};

struct AnswerDetails {
  Part group;
  std::vector<Answer> payments;

  bool operator==(const AnswerDetails&) const = default;
};

struct CancellationAnswer {
  Assignment assignment;
  std::optional<Case> about;
  std::string confirmation;  ///< CNCL, RJCR, PDCR ...
  std::optional<bool> is_assignment_cancelled;
  std::vector<AnswerDetails> details;
  Part supplementary;

  bool operator==(const CancellationAnswer&) const = default;
};

}  // namespace vostro::iso20022
